# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""findstr.exe over standard input or files.

Simulates its small regular expressions (`.`, `*`, `^`, `$`, `[class]`, `\\<`, `\\>`, `\\x`), literal search with /l,
and what public reports measured of its streams: lines are copied byte for byte with their own ends, a piped last line
without an end gets CR LF, and a piped line of more than 8,191 bytes is lost. Several blank-separated words are
alternatives unless /c: is given. Lines of files named as arguments may be of any length, and keep their ends as they
are; with more than one file each line has its file's name before it.
"""

from __future__ import annotations

import ntpath
import re

from lab.windows.filesystem import FileSystemError
from lab.windows.netsh import split_words
from lab.windows.process import Process, codec_of

_LONGEST_LINE = 8191
_META = ".*^$[\\"


async def run(process: Process) -> int:
    """The program's entry point: 0 when a line matched, 1 when none did, 2 for a bad command line."""
    words = split_words(process.arguments)
    switches = {word.lower() for word in words if word.startswith("/") and not word.lower().startswith("/c:")}
    whole = [word[3:] for word in words if word.lower().startswith("/c:")]
    others = [word for word in words if not word.startswith("/")]
    if not whole and others:
        whole_words, others = others[0].split(), others[1:]
    else:
        whole_words = whole
    if not switches <= {"/i", "/l", "/r", "/v", "/n"} or not whole_words:
        process.err(process.message("cmd_syntax") + "\r\n")
        return 2
    # Without a switch a text with a metacharacter is an expression, and so is one without: they mean the same.
    patterns = [re.escape(text) if "/l" in switches else _expression(text) for text in whole_words]
    pattern = re.compile("|".join(patterns).encode(codec_of(process.codepage), "replace"), _flags(switches))
    search = _Search(process, pattern, inverted="/v" in switches, numbered="/n" in switches)
    for name in others:
        search.file(name, named=len(others) > 1)
    if not others:
        await search.input()
    return 0 if search.found else 1


class _Search:
    def __init__(self, process: Process, pattern: re.Pattern[bytes], *, inverted: bool, numbered: bool) -> None:
        self._process, self._pattern = process, pattern
        self._inverted, self._numbered = inverted, numbered
        self.found = False

    def file(self, name: str, *, named: bool) -> None:
        """Search a file; one that cannot be read is told and passed over."""
        process = self._process
        path = ntpath.join(process.environment.get("CD", "C:\\"), name)
        try:
            content = process.host.files.read(path, process.token)
        except FileSystemError:
            content = None
        if content is None:
            process.err(process.message("findstr_open", name) + "\r\n")
            return
        head = f"{name}:".encode() if named else b""
        for number, raw in enumerate(content.splitlines(keepends=True), start=1):
            self._line(number, raw, head)

    async def input(self) -> None:
        """Search standard input."""
        number = 0
        while raw := await self._process.stdin.readline():
            number += 1
            line = raw if raw.endswith(b"\n") else raw + b"\r\n"
            if len(line.rstrip(b"\r\n")) <= _LONGEST_LINE:
                self._line(number, line)

    def _line(self, number: int, line: bytes, head: bytes = b"") -> None:
        if bool(self._pattern.search(line.rstrip(b"\r\n"))) != self._inverted:
            self.found = True
            self._process.stdout(head + (f"{number}:".encode() if self._numbered else b"") + line)


def _flags(switches: set[str]) -> int:
    return re.IGNORECASE if "/i" in switches else 0


def _expression(text: str) -> str:
    """A findstr expression as a Python one."""
    result = ""
    at = 0
    while at < len(text):
        character = text[at]
        at += 1
        if character == "[" and "]" in text[at:]:
            end = text.index("]", at)
            inner = text[at:end].replace("\\", "\\\\").replace("[", "\\[")
            result += f"[{inner}]" if inner.strip("^") else re.escape(text[at - 1 : end + 1])
            at = end + 1
        elif character == "\\" and at < len(text):
            result += "\\b" if text[at] in "<>" else re.escape(text[at])
            at += 1
        elif (character == "*" and not result) or (character == "$" and at < len(text)):
            result += re.escape(character)
        elif character in _META and character not in "[\\":
            result += character
        else:
            result += re.escape(character)
    return result
