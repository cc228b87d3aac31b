# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Command lines of several parts, each with an end mark of its own, and what each part printed.

As in _firewall/state/read_command, with one difference: a program may print text without a line break at its end, such
as a file in UTF-16 or a prompt, so an end mark need not stand at the beginning of a line. The marker is drawn anew for
each line, so that nothing on a host can imitate it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from .._firewall.state.read_command import LONGEST_COMMAND, after_begin, begin
from .._firewall.state.reading import ReadError


@dataclass(frozen=True, slots=True)
class Part:
    """One command of a line.

    Attributes:
        name: Letters, digits and hyphens, its own in the line.
        command: The command, or several of them in parentheses.
    """

    name: str
    command: str


@dataclass(frozen=True, slots=True)
class Heard:
    """What a part did.

    Attributes:
        succeeded: Whether it ended with exit code 0.
        text: What it printed on standard output.
    """

    succeeded: bool
    text: str


def line_of(marker: str, parts: Iterable[Part]) -> str:
    """The command line that runs parts one after the other.

    Args:
        marker: Letters and digits made for this line only.
        parts: The parts.

    Raises:
        ValueError: It would be longer than cmd takes.
    """
    asked = (f"({part.command} <nul&&echo @{marker}-{part.name}-ok||echo @{marker}-{part.name}-no)" for part in parts)
    line = "&".join((begin(marker), *asked))
    if len(line) > LONGEST_COMMAND:
        raise ValueError(f"a command line of {len(line)} characters")
    return line


def heard(output: str, marker: str, parts: Iterable[Part]) -> dict[str, Heard]:
    """What each part of a line printed, and whether it succeeded.

    Args:
        output: Standard output, decoded.
        marker: The marker of the line.
        parts: Its parts.

    Raises:
        ReadError: The output was cut off.
    """
    rest = after_begin(output, marker) or ""
    found: dict[str, Heard] = {}
    for part in parts:
        # Bounded, and anchored at words that do not repeat: one pass over the text.
        end = re.search(rf"@{marker}-{re.escape(part.name)}-(ok|no)[ \t]{{0,9}}\r?\n", rest)
        if end is None:
            raise ReadError(
                f"the answer was cut off: the part '{part.command[:200]}' has no end. Nothing is concluded from half "
                "an answer; run it again"
            )
        found[part.name] = Heard(end[1] == "ok", rest[: end.start()])
        rest = rest[end.end() :]
    return found
