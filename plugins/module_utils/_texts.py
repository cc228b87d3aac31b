# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts that come from hosts, made safe to show: names there are not trusted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

LONGEST_LINE = 1000
"""Characters of a line that are looked at where a command's output is read; no line of interest is nearly as long."""

LONGEST_NAME = 256
"""Characters that are said of a name, or of any other text that a host gives. What is decided knows all of it."""

# What makes a spreadsheet take a cell for a formula: OWASP, "CSV Injection". An apostrophe keeps it text.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def printable(text: str) -> str:
    """Text that only puts characters on a screen: no control character, no line break, no change of direction."""
    if text.isprintable():  # nearly always, and 100 times faster
        return text
    return "".join(character if character.isprintable() else "?" for character in text)


def elided(text: str, most: int = LONGEST_NAME) -> str:
    """Text cut to so many characters, with a mark that says how many are left out."""
    if len(text) <= most:
        return text
    mark = f"... ({len(text)} characters)"
    return text[: most - len(mark)] + mark


def said(text: str, most: int = LONGEST_NAME) -> str:
    """What a host says, as it may stand in messages and results: printable, and not longer than it needs to be."""
    return printable(elided(text, most))


def first_few(names: Sequence[str], most: int) -> str:
    """The first names of a list, and how many more there are."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")


def lines_of(text: str) -> Iterator[str]:
    """The lines of a command's output without their ends, each cut to `LONGEST_LINE` characters.

    Patterns are laid over one line at a time: whatever they cost for a line, all lines together cost no more than that
    times their number.
    """
    at = 0
    while at < len(text):
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        yield text[at : min(end, at + LONGEST_LINE)].removesuffix("\r")
        at = end + 1


def spreadsheet_cell(value: str) -> str:
    """The value as a spreadsheet may see it: never a formula, and no NUL, which ends a text in many readers."""
    value = value.replace("\0", "\ufffd")
    return f"'{value}" if value.startswith(_FORMULA) else value
