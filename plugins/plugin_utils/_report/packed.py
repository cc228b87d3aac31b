# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A result as one text on its way through Ansible's main process, which handles every part of it several times."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

_TEXT = "text"
# What Ansible itself, or a person who reads its output, looks at.
_IN_THE_OPEN = ("changed", "failed", "unreachable", "skipped", "msg", "warnings", "deprecations")


def pack(result: Mapping[str, Any]) -> dict[str, Any]:
    """The result with all but a few members in one text, which is JSON in ASCII."""
    rest = {name: value for name, value in result.items() if name not in _IN_THE_OPEN}
    return {name: result[name] for name in _IN_THE_OPEN if name in result} | {_TEXT: json.dumps(rest)}


def unpack(result: Any) -> Any:
    """What `pack` was given; anything else as it is, a text that is none of ours included."""
    if not isinstance(result, Mapping) or not isinstance(result.get(_TEXT), str):
        return result
    try:
        rest = json.loads(result[_TEXT])
    except (ValueError, RecursionError):
        return result
    if not isinstance(rest, dict):
        return result
    return {**rest, **{name: value for name, value in result.items() if name != _TEXT}}
