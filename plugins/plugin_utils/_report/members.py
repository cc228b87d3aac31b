# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Members of a JSON report that must be there, and of which type: whatever is wrong is a `ResultError`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ...module_utils._texts import elided, printable
from .parts import ResultError, list_of, texts_of


def member(item: Mapping[str, Any], key: str) -> Any:
    """A member that must be there."""
    if key not in item:
        raise ResultError(f"{key} is missing")
    return item[key]


def whole(read: Callable[[Any], dict[str, Any]], item: Any) -> dict[str, Any]:
    """What is read, if all of it is there: a flag that is missing would be read as false."""
    found = read(item)
    for key in found:
        member(item, key)
    return found


def needed_list(item: Mapping[str, Any], key: str) -> list[Any]:
    """A list that must be there."""
    member(item, key)
    return list_of(item, key)


def needed_texts(item: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """A list of texts that must be there."""
    member(item, key)
    return texts_of(item, key)


def each(items: list[Any], read: Callable[[Any], Any]) -> tuple[Any, ...]:
    """What is read of each item."""
    return tuple(read(item) for item in items)


def as_text(value: Any, what: str) -> str:
    """A text; ``what`` it is, for the message."""
    if not isinstance(value, str):
        raise ResultError(f"{what} is no text")
    return value


def as_count(value: Any, what: str) -> int:
    """A number of things; ``what`` it is, for the message."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ResultError(f"{what} is no number of things")
    return value


def one_of(value: str, known: Sequence[str] | Mapping[str, Any], what: str) -> str:
    """One of the known values; ``what`` they are values of, for the message."""
    if value not in known:
        raise ResultError(f"{printable(elided(repr(value), 60))} is no value of {what}")
    return value
