# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The small regular expressions of findstr (Microsoft's reference): `.`, `*`, `^`, `$`, `[class]`, `\\<`, `\\>`, `\\x`.

The limits are those that people have measured on Windows 7. Not simulated: that ranges of letters follow the collation
of the language, so that `[a-c]` has capitals too.
"""

from __future__ import annotations

import re

END_OF_LINE = rb"(?=\r\n?\Z)"
_LONGEST_EXPRESSION, _LONGEST_LITERAL, _MOST_CLASSES = 254, 511, 15
_ANY = "[^\\r\\n]"
_END = END_OF_LINE.decode()


class SearchStringError(Exception):
    """A string that findstr does not take; ``key`` names the message."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def pattern_of(text: str, codec: str, *, literal: bool) -> bytes:
    """What to look for in a line with its end, in the console's code page. Raises SearchStringError."""
    size = len(text.encode(codec, "replace"))
    if size > _LONGEST_LITERAL:
        raise SearchStringError("findstr_too_long")
    if literal:
        return re.escape(text).encode(codec, "replace")
    expression, classes = _expression(text)
    if size > _LONGEST_EXPRESSION or classes > _MOST_CLASSES:
        raise SearchStringError("findstr_no_memory")
    return expression.encode(codec, "replace")


def _expression(text: str) -> tuple[str, int]:
    """A findstr expression as a Python one, and how many classes it has."""
    result, classes, at = "", 0, 0
    while at < len(text):
        character = text[at]
        at += 1
        if character == "[" and "]" in text[at:]:
            end = text.index("]", at)
            result += _class(text[at:end])
            classes += 1
            at = end + 1
        elif character == "\\" and at < len(text):
            result += "\\b" if text[at] in "<>" else re.escape(text[at])
            at += 1
        elif character == "$" and at == len(text):
            result += _END
        elif character == ".":
            result += _ANY
        elif (character == "*" and result) or (character == "^" and not result):
            result += character
        else:
            result += re.escape(character)
    return result, classes


def _class(inner: str) -> str:
    if not inner.strip("^"):
        return re.escape(f"[{inner}]")
    escaped = inner.replace("\\", "\\\\").replace("[", "\\[")
    return f"[{escaped}\\r\\n]" if inner.startswith("^") else f"[{escaped}]"
