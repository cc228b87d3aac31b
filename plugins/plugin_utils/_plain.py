# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values as the built-in types alone.

Newer ansible-core breaks on anything but dict, list, str, int, float, bool and None, subclasses included.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

_PLAIN = frozenset((str, int, float, bool, type(None)))


def plain(value: Any) -> Any:
    """The same value made of exactly the built-in types: enums by value, tuples and sets as lists.

    Raises:
        TypeError: The value has no plain form; a programming error.
    """
    kind = type(value)
    if kind in _PLAIN:  # nearly always
        return value
    if kind is list:
        return [plain(item) for item in value]
    if isinstance(value, Enum):
        return plain(value.value)
    if value is None or isinstance(value, bool):
        return value
    if getattr(value, "__ENCRYPTED__", False):
        return str(value)  # a vaulted variable of ansible-core 2.18 and before, which is no str of itself
    for plain_kind in (str, int, float):
        if isinstance(value, plain_kind):
            return plain_kind(value)  # takes Ansible's tagged subclasses down to the plain type
    if isinstance(value, Mapping):
        return {plain(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, (set, frozenset)):
        return sorted(plain(item) for item in value)
    raise TypeError(f"a result cannot hold {type(value).__name__}")
