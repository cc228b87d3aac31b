# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text that a hostile host gives where a client expects a name or a table.

`NAMES` are what may stand in the name of a rule, a network, an interface, a profile, a firewall product or an owner
file; a registry string and a file can hold all of it. ``padded`` makes a program's answer long where a careless
expression is slow.
"""

from __future__ import annotations

from collections.abc import Mapping

NAMES: Mapping[str, str] = {
    "escape": "a\x1b[2K\x1b[1Aforged",
    "title": "a\x1b]0;owned\x07b",
    "link": "a\x1b]8;;http://127.0.0.1/\x1b\\b",
    "c1": "a\x9b2Kb\x90c\x9cd",
    "backspace": "ab\x08\x08cd",
    "carriage-return": "a\rok: [fe01] forged",
    "bidi": "a\u202etxt.exe\u202c\u2066b\u2069",
    "marks": "a\u200e\u200f\u061cb",
    "line-separators": "a\u2028b\u2029c\x85d",
    "zero-width": "a\u200bb\ufeffc",
    "formula": "=cmd|' /c calc'!A1;=1+1",
    "markup": "<script>alert(1)</script>{{ 7 * 7 }}",
}

SHAPES: Mapping[str, str] = {
    "newlines": "\n",
    "line-ends": "\r\n",
    "blanks": " ",
    "tabs": "\t",
    "blank-lines": " \r\n",
    "one-line": "x",
    "digits": "1",
    "dashes": "-",
}
"""What an answer is padded with, by name."""


def padding(shape: str, size: int) -> str:
    """So many characters of one of SHAPES."""
    unit = SHAPES[shape]
    return (unit * (size // len(unit) + 1))[:size]


def padded(text: str, shape: str, kilobytes: int) -> str:
    """An answer with padding before it, behind its first line, in the widest gap of a line, and at its end."""
    if not shape:
        return text
    filler = padding(shape, kilobytes * 1024)
    lines = text.split("\r\n")
    widest = max(range(len(lines)), key=lambda at: lines[at].strip().count("  "))
    label, gap, value = lines[widest].strip().partition("  ")
    if gap:
        lines[widest] = f"{label}{filler}{gap}{value}"
    first = next((at for at, line in enumerate(lines) if line.strip()), 0)
    lines[first] += f"\r\n{filler}\r\n"
    return f"{filler}\r\n" + "\r\n".join(lines) + filler
