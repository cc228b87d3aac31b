# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts that come from hosts, made safe to show: names there are not trusted."""

from __future__ import annotations

# What makes a spreadsheet take a cell for a formula: OWASP, "CSV Injection". An apostrophe keeps it text.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def printable(text: str) -> str:
    """Text that only puts characters on a screen: no control character, no line break, no change of direction."""
    return "".join(character if character.isprintable() else "?" for character in text)


def spreadsheet_cell(value: str) -> str:
    """The value as a spreadsheet may see it: never a formula, and no NUL, which ends a text in many readers."""
    value = value.replace("\0", "\ufffd")
    return f"'{value}" if value.startswith(_FORMULA) else value
