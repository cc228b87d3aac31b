# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""findstr.exe over standard input or files.

Simulates Microsoft's reference of it but for /s, /f, /d and /a: expressions (`findstr_expression.py`), literal search
with /l, lines that begin (/b), end (/e) or are (/x) what is sought, those that are not (/v), in any case (/i), with
numbers (/n) and offsets (/o), names of files only (/m), without files that have control characters (/p), strings from a
file (/g). Several blank-separated words are alternatives unless /c: is given.

Of its streams and limits public reports measured: lines are copied byte for byte with their own ends, a piped last line
without an end gets CR LF, and a piped line of more than 8,191 bytes is lost; lines of files named as arguments may be
of any length; with more than one file each line has its file's name before it; an expression may have 254 bytes and 15
classes, a literal 511 bytes. A line ends at its line feed, and its end (`$`, /e, /x) is before a carriage return: where
there is none, nothing matches there.

Not confirmed: which characters /p takes for control characters.
"""

from __future__ import annotations

import asyncio
import ntpath
import re
from dataclasses import dataclass

from lab.windows.filesystem import FileSystemError
from lab.windows.findstr_expression import END_OF_LINE, SearchStringError, pattern_of
from lab.windows.netsh import split_words
from lab.windows.process import Process, codec_of

_LONGEST_LINE = 8191
_SWITCHES = frozenset("belrxivnmop")
_LINES_AT_ONCE = 20_000
_CONTROL = re.compile(rb"[\x00-\x07\x0e-\x19\x1b-\x1f]")


@dataclass(frozen=True)
class _Request:
    """What the command line asks for."""

    switches: frozenset[str]
    strings: tuple[str, ...]
    files: tuple[str, ...]


class _BadCommand(Exception):
    """No such switch, or nothing to look for."""


async def run(process: Process) -> int:
    """The program's entry point: 0 when a line matched, 1 when none did, 2 for a bad command line."""
    try:
        request = _request(process, split_words(process.arguments))
        search = _Search(process, request)
    except _BadCommand:
        process.err(process.message("cmd_syntax") + "\r\n")
        return 2
    except SearchStringError as error:
        process.err(f"FINDSTR: {process.message(error.key)}\r\n")
        return 2
    for name in request.files:
        await search.file(name)
    if not request.files:
        await search.input()
    return 0 if search.found else 1


def _request(process: Process, words: list[str]) -> _Request:
    """The command line. Raises _BadCommand."""
    switches: set[str] = set()
    strings: list[str] = []
    others: list[str] = []
    given = False
    for word in words:
        lowered = word.lower()
        if not word.startswith("/"):
            others.append(word)
        elif lowered.startswith("/c:"):
            strings.append(word[3:])
            given = True
        elif lowered.startswith("/g:"):
            strings += process.decode(_content(process, word[3:]) or b"").splitlines()
            given = True
        elif lowered in ("/off", "/offline"):
            continue
        elif set(lowered[1:]) <= _SWITCHES:
            switches.update(lowered[1:])
        else:
            raise _BadCommand
    if not given and others:
        strings, others = others[0].split(), others[1:]
    if not strings:
        raise _BadCommand
    return _Request(frozenset(switches), tuple(strings), tuple(others))


def _content(process: Process, name: str) -> bytes | None:
    path = ntpath.join(process.environment.get("CD", "C:\\"), name)
    try:
        return process.host.files.read(path, process.token)
    except FileSystemError:
        return None


class _Search:
    def __init__(self, process: Process, request: _Request) -> None:
        """Raises SearchStringError."""
        self._process = process
        self._switches = request.switches
        self._named = len(request.files) > 1
        codec = codec_of(process.codepage)
        # Without a switch a text with a metacharacter is an expression, and so is one without: they mean the same.
        literal = "l" in request.switches
        either = b"|".join(pattern_of(text, codec, literal=literal) for text in request.strings)
        head = b"^" if request.switches & set("bx") else b""
        tail = END_OF_LINE if request.switches & set("ex") else b""
        flags = re.IGNORECASE if "i" in request.switches else 0
        self._pattern = re.compile(head + b"(?:" + either + b")" + tail, flags)
        self.found = False

    async def file(self, name: str) -> None:
        """Search a file; one that cannot be read is told and passed over."""
        process = self._process
        content = _content(process, name)
        if content is None:
            process.err(process.message("findstr_open", name) + "\r\n")
            return
        if "p" in self._switches and _CONTROL.search(content):
            return
        encoded = name.encode(codec_of(process.codepage), "replace")
        lines = content.split(b"\n")
        last = lines.pop()
        offset = 0
        for at in range(0, len(lines), _LINES_AT_ONCE):
            part = [line + b"\n" for line in lines[at : at + _LINES_AT_ONCE]]
            if self._lines(part, encoded, at + 1, offset):
                return
            offset += sum(map(len, part)) if "o" in self._switches else 0
            await asyncio.sleep(0)  # others have their turn, and who reads may end this
        if last:
            self._lines([last], encoded, len(lines) + 1, offset)

    async def input(self) -> None:
        """Search standard input."""
        number, offset = 0, 0
        while raw := await self._process.stdin.readline():
            number += 1
            line = raw if raw.endswith(b"\n") else raw + b"\r\n"
            if len(line.rstrip(b"\r\n")) <= _LONGEST_LINE and self._lines([line], b"", number, offset):
                return
            offset += len(raw)

    def _lines(self, lines: list[bytes], name: bytes, first: int, offset: int) -> bool:
        """Print those of the lines that are sought; returns whether that is enough."""
        search, wanted, plain = self._pattern.search, "v" not in self._switches, not self._switches & set("no")
        if plain:
            chosen = [line for line in lines if (search(line) is not None) is wanted]
        else:
            chosen = []
            for number, line in enumerate(lines, start=first):
                if (search(line) is not None) is wanted:
                    chosen.append(self._numbers(number, offset) + line)
                offset += len(line)
        if not chosen:
            return False
        self.found = True
        if "m" in self._switches:
            self._process.stdout(name + b"\r\n")
            return True
        head = name + b":" if self._named else b""
        self._process.stdout(b"".join(head + line for line in chosen) if head else b"".join(chosen))
        return False

    def _numbers(self, number: int, offset: int) -> bytes:
        words = (str(number) if "n" in self._switches else "", str(offset) if "o" in self._switches else "")
        return "".join(f"{word}:" for word in words if word).encode()
