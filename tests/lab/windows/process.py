# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A running program's surroundings: streams, token, environment, code page.

Simulates what a console child of winrshost has: byte streams in the shell's code page (WINRS_CODEPAGE, [MS-WSMV]
Create options). A character that the code page lacks is written as `?`, silently, as the console does.
"""

from __future__ import annotations

import asyncio
import codecs
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lab.windows.messages import text
from lab.windows.security import Token

if TYPE_CHECKING:
    from lab.host import Host

Sink = Callable[[bytes], None]
"""Takes a piece of output."""


def discard(_unused: bytes) -> None:
    """The NUL device as an output."""


def codec_of(codepage: int) -> str:
    """Python's codec for a Windows code page number; UTF-8 for one that Python does not know."""
    if codepage == 65001:
        return "utf-8"
    try:
        return codecs.lookup(f"cp{codepage}").name
    except LookupError:
        return "utf-8"


def is_codepage(number: int) -> bool:
    """Whether Windows has this code page, as far as Python knows them."""
    if number == 65001:
        return True
    try:
        return bool(codecs.lookup(f"cp{number}"))
    except LookupError:
        return False


class InputPipe:
    """Standard input: what WS-Man Send brings, read by one program at a time."""

    def __init__(self, *, ended: bool = False, is_nul: bool = False) -> None:
        self._buffer = bytearray()
        self._ended = ended
        self._news = asyncio.Event()
        self.is_nul = is_nul

    def feed(self, data: bytes, *, end: bool) -> None:
        """Append data; ``end`` closes the pipe."""
        self._buffer += data
        self._ended = self._ended or end
        self._news.set()

    async def readline(self, most: int | None = None) -> bytes:
        """The next line with its end, the rest without one at end of input, then b''.

        Of a line that is longer, ``most`` bytes.
        """
        while True:
            at = self._buffer.find(b"\n")
            enough = most is not None and len(self._buffer) >= most
            if at >= 0 or self._ended or enough:
                end = at + 1 if at >= 0 else len(self._buffer)
                end = end if most is None else min(end, most)
                line = bytes(self._buffer[:end])
                del self._buffer[:end]
                return line
            self._news.clear()
            await self._news.wait()

    async def read_all(self) -> bytes:
        """Everything up to the end of input."""
        while not self._ended:
            self._news.clear()
            await self._news.wait()
        data = bytes(self._buffer)
        self._buffer.clear()
        return data


def nul_input() -> InputPipe:
    """`<nul`: at its end from the start."""
    return InputPipe(ended=True, is_nul=True)


@dataclass(eq=False)
class Life:
    """Whether somebody has ended a cmd.exe. What it had started goes on to its own end, but it starts nothing more.

    ``processes`` are those of its job that run now, itself among them; more than ``most`` there cannot be (None: any).
    ``memory`` is what they have allocated, in megabytes; ``most_memory`` what they may (None, 0: any amount).
    """

    ended: bool = False
    processes: int = 1
    most: int | None = None
    memory: int = 4
    most_memory: int | None = None


@dataclass(eq=False)
class Console:
    """The console of a shell, which every program that runs in it shares: its code page, which `chcp` changes."""

    codepage: int = 437


@dataclass(frozen=True)
class Process:
    """One program being run.

    ``name`` is the lower-cased program name without `.exe`, ``arguments`` the raw rest of its command line.
    ``token`` says who runs it; ``console`` it shares with what else runs there; ``life`` is that of the cmd.exe.
    """

    host: Host
    name: str
    arguments: str
    stdin: InputPipe
    stdout: Sink
    stderr: Sink
    environment: dict[str, str]
    token: Token
    console: Console
    life: Life

    @property
    def codepage(self) -> int:
        """The console's code page."""
        return self.console.codepage

    @property
    def elevated(self) -> bool:
        """Whether its token may administer the host."""
        return self.token.elevated

    def out(self, output: str) -> None:
        """Print to standard output."""
        if output:
            self.stdout(output.encode(codec_of(self.codepage), "replace"))

    def err(self, output: str) -> None:
        """Print to standard error."""
        if output:
            self.stderr(output.encode(codec_of(self.codepage), "replace"))

    def message(self, key: str, *arguments: object) -> str:
        """A localised message in the host's language."""
        return text(self.host.quirks.language, key, *arguments)

    def decode(self, data: bytes) -> str:
        """Input bytes as text of the console's code page."""
        return data.decode(codec_of(self.codepage), "replace")

    def child(self, name: str, arguments: str, stdin: InputPipe, stdout: Sink, stderr: Sink) -> Process:
        """A program started by this one, with its own streams."""
        return replace(self, name=name, arguments=arguments, stdin=stdin, stdout=stdout, stderr=stderr)
