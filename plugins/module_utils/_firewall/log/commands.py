# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command lines that read a host's log, and what their answers say.

Two kinds. The first, once, asks for the host's difference to UTC, for which files there are, and for the first lines of
each: these say what the fields are and how far back the file goes. The second, several times, has ``findstr`` print the
lines of a span of time, so that of 32 MB only what is asked for comes over the wire.

``set /p`` takes one line of what is redirected to a block, at most 1,023 characters of it; ``set NAME`` prints all
variables that begin so. A file that is missing or locked keeps the block from being run.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..._texts import lines_of
from ..state.read_command import Part, after_begin, command_line
from ..state.reading import split
from ..state.registry_dump import DumpError, parse_dump
from .files import ROTATED
from .line import HEADER, LOST, LogFormat, read_format, read_time
from .prefixes import prefixes

_TIME_ZONE = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\TimeZoneInformation"
_BIAS = "ActiveTimeBias"
_MOST_BIAS = 26 * 60  # minutes; UTC+14 with summer time of an hour, generously
_LINES = 8  # a header of four, an empty one, and the first that counts
_VARIABLE = "LYNCOPS"

_DROPPED = "DROP"
_BOTH = "[AD][LR][LO][OP]W*"  # DROP and ALLOW
_ANY_TIME = "....-..-.. ..:..:.."  # of what is rare, all is asked for: a command has room for 8,191 characters
_REST = "[TU][CD]P .* RECEIVE"

_MARK = re.compile(r"file(\d{1,2})-(ok|no)[ \t]*")


@dataclass(frozen=True, slots=True)
class LogFile:
    """One file of a host.

    Attributes:
        path: Its path, with variables.
        there: Whether there is such a file.
        readable: Whether its first lines could be read.
        format: What its header says; None where it says nothing of use.
        first: Time of the first line that has one, in the host's time.
        local: Whether the header says that times are local, or says nothing else.
    """

    path: str
    there: bool = False
    readable: bool = False
    format: LogFormat | None = None
    first: datetime | None = None
    local: bool = True

    @property
    def rotated(self) -> bool:
        """Whether it is the one that is written no more."""
        return self.path.endswith(ROTATED)


@dataclass(frozen=True, slots=True)
class Look:
    """What the first command told.

    Attributes:
        bias: What is added to the host's time to get UTC; None where the host does not tell.
        files: The files, each followed by its rotated one.
    """

    bias: timedelta | None
    files: tuple[LogFile, ...]


def look_command(marker: str, paths: Iterable[str]) -> str:
    """The command line that looks what there is.

    Args:
        marker: As for `reading.read_command`.
        paths: Paths that may stand in a command.
    """
    return command_line(marker, _look_parts(_with_rotated(paths)))


def _with_rotated(paths: Iterable[str]) -> tuple[str, ...]:
    return tuple(name for path in paths for name in (path, path + ROTATED))


def _look_parts(names: Sequence[str]) -> tuple[Part, ...]:
    query = f'reg query "{_TIME_ZONE.replace("HKEY_LOCAL_MACHINE", "HKLM")}" /v {_BIAS}'
    parts = [Part("bias", query, False, _TIME_ZONE)]
    for number, name in enumerate(names):
        variable = f"{_VARIABLE}{number}_"
        lines = "&".join(f"set /p {variable}{line}=" for line in range(1, _LINES + 1))
        parts += [
            Part(f"there{number}", f'dir /b "{name}"', False),
            Part(f"first{number}", f'(({lines}&set {variable})<"{name}")', False),
        ]
    return tuple(parts)


def read_look(output: str, marker: str, paths: Iterable[str]) -> Look:
    """What `look_command` printed.

    Args:
        output: Standard output, decoded.
        marker: As given to it.
        paths: As given to it.

    Raises:
        ReadError: The answer was cut off.
    """
    names = _with_rotated(paths)
    texts = split(output, marker, _look_parts(names))
    return Look(
        _bias(*texts["bias"]),
        tuple(
            _file(name, texts[f"there{number}"][0], *texts[f"first{number}"], f"{_VARIABLE}{number}_")
            for number, name in enumerate(names)
        ),
    )


def _bias(told: bool, text: str) -> timedelta | None:
    try:
        value = parse_dump(text).value(_TIME_ZONE, _BIAS) if told else None
    except DumpError:
        return None
    number = value.number() if value else None
    if number is None:
        return None
    minutes = number - 2**32 if number >= 2**31 else number
    return timedelta(minutes=minutes) if abs(minutes) <= _MOST_BIAS else None


def _file(name: str, there: bool, readable: bool, text: str, variable: str) -> LogFile:
    if not readable:
        return LogFile(name, there)
    values: list[tuple[int, str]] = []
    for line in lines_of(text):
        label, equals, value = line.partition("=")
        number = label.removeprefix(variable)
        if equals and number != label and number.isascii() and number.isdigit() and len(number) == 1:
            values.append((int(number), value))
    lines = [value for _number, value in sorted(values)]
    header = next((line for line in lines if line.startswith(HEADER)), "")
    zone = next((line for line in lines if line.startswith("#Time Format:")), "")
    first = next((at for line in lines if (at := read_time(line[:19]))), None)
    local = not zone or zone.partition(":")[2].strip().casefold() == "local"
    return LogFile(name, there, True, read_format(header) if header else None, first, local)


def slice_command(marker: str, names: Sequence[str], start: datetime, end: datetime, *, allowed: bool) -> str:
    """The command line that prints what the files say of a span of time.

    Args:
        marker: As for `reading.read_command`.
        names: The files.
        start: The first minute, in the host's time.
        end: The minute after the last.
        allowed: Whether connections that were let through are asked for too.
    """
    action = _BOTH if allowed else _DROPPED
    times = " ".join(f'/c:"{prefix} {action} {_REST}"' for prefix in prefixes(start, end))
    return command_line(
        marker,
        [
            Part(f"file{number}", f'findstr /r /b /c:"{HEADER}" /c:"{_ANY_TIME} {LOST}" {times} "{name}"', False)
            for number, name in enumerate(names)
        ],
    )


def read_slice(output: str, marker: str, files: int) -> tuple[tuple[tuple[str, ...], ...], bool]:
    """What `slice_command` printed, also where it was stopped in the middle.

    Args:
        output: Standard output, decoded.
        marker: As given to it.
        files: How many files there were.

    Returns:
        The lines of each file, as far as they were printed to their ends; and whether all was.
    """
    found: list[tuple[str, ...]] = []
    lines: list[str] = []
    mark = f"@{marker}-"
    rest = after_begin(output, marker) or ""
    for line in lines_of(rest if rest.endswith("\n") else rest[: rest.rfind("\n") + 1]):
        ended = _MARK.fullmatch(line.removeprefix(mark)) if line.startswith(mark) else None
        if ended and int(ended[1]) == len(found) < files:
            found.append(tuple(lines))
            lines = []
        else:
            lines.append(line)
    whole = len(found) == files
    return (*found, *([] if whole else [tuple(lines)])), whole
