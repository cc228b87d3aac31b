# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How much of what a host says goes into a result: at most 64 KB in all, and only what a terminal can show.

What is decided is decided by the whole of it; this is about what is told. The host's own names and texts are cut where
they are put into results. What is ours, such as the rules that were asked for, is never cut.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from ..module_utils._texts import printable, said

ROOM = {
    "rules": 20_000,
    "diff": 7_000,
    "stale": 4_000,
    "deleted": 3_000,
    "commands": 5_000,
    "refused": 3_000,
    "disabled_lync_rules": 2_000,
    "impact": 3_000,
    "networks": 1_000,
    "names": 2_000,
    "groups": 4_000,
    "foreign": 2_000,
    "undo": 5_000,
    "admits": 3_000,
}
"""Bytes of a result for what a host says, by what it is about. They sum up to 64,000; what is a host's usual share
has room several times over."""

LONGEST_REASON = 400
SHORT_NAME = 64
_LONGEST_WARNING = 2000
_ROOM_FOR_WARNINGS = 20_000  # sentences of ours, in which names of a host stand
_LINES = frozenset(("before", "after"))

_Item = TypeVar("_Item")


def fitting(items: Sequence[_Item], room: int, size: Callable[[_Item], int]) -> list[_Item]:
    """The first items, as many as there is room for.

    Args:
        items: The items.
        room: Characters in all.
        size: Characters of an item.
    """
    kept = []
    for item in items:
        room -= size(item)
        if room < 0:
            break
        kept.append(item)
    return kept


def and_more(left_out: int) -> str:
    """The mark of a list that was cut."""
    return f"... and {left_out} more"


def texts(items: Iterable[str], about: str, longest: int = 256) -> list[str]:
    """Texts of a host, each cut and printable, with a mark at the end where there was no room for all.

    Args:
        items: The texts.
        about: Which room they share.
        longest: Characters of one of them.
    """
    whole = list(items)
    kept = [said(text, longest) for text in fitting(whole, ROOM[about], lambda text: bytes_of(text[:longest]) + 4)]
    return kept if len(kept) == len(whole) else [*kept, and_more(len(whole) - len(kept))]


def size_of(value: Any) -> int:
    """About how many characters a value takes in a result."""
    if isinstance(value, Mapping):
        return sum(len(key) + 6 + size_of(item) for key, item in value.items())
    if isinstance(value, (list, tuple)):
        return 2 + sum(2 + size_of(item) for item in value)
    return bytes_of(value) + 2 if isinstance(value, str) else 5


def bytes_of(text: str) -> int:
    """Bytes of a text in UTF-8."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "replace"))


def harmless(result: Mapping[str, Any]) -> dict[str, Any]:
    """A result as it may reach a terminal and a log: no control character in any text, no endless warnings.

    Args:
        result: The result, of plain types.
    """
    clean: dict[str, Any] = dict(result) if _all_printable(result) else _printable(result)
    if "warnings" in clean:
        whole = [said(warning, _LONGEST_WARNING) for warning in clean["warnings"]]
        kept = fitting(whole, _ROOM_FOR_WARNINGS, bytes_of)
        clean["warnings"] = kept if len(kept) == len(whole) else [*kept, and_more(len(whole) - len(kept))]
    if isinstance(result.get("diff"), Mapping):
        clean["diff"] = {
            key: "".join(f"{printable(line)}\n" for line in text.split("\n")[:-1]) if key in _LINES else printable(text)
            for key, text in result["diff"].items()
        }
    return clean


def _all_printable(result: Mapping[str, Any]) -> bool:
    """Whether no text of a result has a control character, seen at once: nearly all results are as they should be.

    JSON writes control characters as escapes, so that no backslash is left when those of backslashes and quotation
    marks are taken out; all else that is not printable it leaves as it is.
    """
    text = json.dumps(result, ensure_ascii=False).replace("\\\\", "").replace('\\"', "")
    return "\\" not in text and text.isprintable()


def _printable(value: Any) -> Any:
    if isinstance(value, str):
        return value if value.isprintable() else printable(value)
    # A result has a thousand values, nearly all of them texts that are as they should be: those take no call.
    if isinstance(value, dict):
        return {
            key if key.isprintable() else printable(key): item
            if isinstance(item, str) and item.isprintable()
            else _printable(item)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [item if isinstance(item, str) and item.isprintable() else _printable(item) for item in value]
    return value
