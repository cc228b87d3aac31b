# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How cmd.exe is started with a line, and the variables it makes up itself.

`cmd /?` tells what becomes of quotes behind /C: they stay where there are just two of them, with blanks and nothing of
`&<>()@^|` between, around the name of a program, and /S is not given; otherwise a line that begins with a quote loses
that and its last one. `set /?` tells of the variables that are made up when they are asked for: CD, DATE, TIME, RANDOM,
ERRORLEVEL, CMDCMDLINE; a real variable of that name goes before.

Not confirmed: whether winrshost puts quotes around the line (``winrs_quotes``; here it does not), and the spelling of
cmd.exe in CMDCMDLINE. TIME has hundredths behind the separator of the host's language and hours without a zero.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import datetime

_SPECIAL = frozenset("&<>()@^|")
_DATES = {"en": "%a %m/%d/%Y", "pt": "%d/%m/%Y", "fr": "%d/%m/%Y"}
WINRS_CMD = "C:\\Windows\\system32\\cmd.exe /C "


def behind_c(line: str, is_program: Callable[[str], bool], *, strip: bool = False) -> str:
    """What cmd.exe runs of the text behind its /C; ``strip`` for /S. ``is_program`` looks a name up."""
    line = line.lstrip()
    if not line.startswith('"'):
        return line
    last = line.rindex('"')
    between = line[1:last]
    kept = (
        not strip
        and line.count('"') == 2
        and not _SPECIAL & set(between)
        and any(letter.isspace() for letter in between)
        and is_program(between)
    )
    return line if kept or not last else between + line[last + 1 :]


def made_up(now: datetime, language: str, command_line: str, errorlevel: int) -> Mapping[str, str]:
    """The variables that are made up at this moment, CD apart."""
    point = "." if language == "en" else ","
    return {
        "TIME": f"{now.hour:2d}:{now.minute:02d}:{now.second:02d}{point}{now.microsecond // 10_000:02d}",
        "DATE": now.strftime(_DATES.get(language, "%d.%m.%Y")),
        "RANDOM": str(random.randrange(32768)),
        "CMDCMDLINE": command_line,
        "ERRORLEVEL": str(errorlevel),
    }


def first_word(text: str) -> str:
    """The first word of a line that is not empty, without quotes."""
    stripped = text.strip()
    if stripped.startswith('"'):
        return stripped.split('"')[1]
    return stripped.split()[0]


def split_command(text: str) -> tuple[str, str]:
    """The first word of a command as it is written, without quotes, and the raw rest."""
    stripped = text.lstrip(" \t,;=")
    if stripped.startswith('"'):
        word, _unused, rest = stripped[1:].partition('"')
    else:
        end = next((at for at, character in enumerate(stripped) if character in ' \t,;="'), len(stripped))
        word, rest = stripped[:end], stripped[end:]
        head, dot, tail = word.partition(".")
        if head.lower() == "echo" and dot:
            word, rest = head, dot + tail + rest
        head, slash, tail = word.partition("/")
        if slash and ("\\" not in head):  # `md/x`, `cmd/c`: a switch ends the name
            word, rest = head, slash + tail + rest
    return word, rest
