# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Windows Remote Shell: shells, the command running in each, and its streams ([MS-WSMV] 3.1.4).

A shell runs one command at a time; a second Command is refused until the first is Done. Receive waits for output up
to the operation timeout and gives at most one piece of each stream. With the quirk ``flood_mb`` more follows what a
command has printed, made when it is asked for. The process itself is an asyncio task, so that
a slow one never holds up another request.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from lab.host import Host
from lab.hostile_text import padding
from lab.windows.cmd_start import WINRS_CMD
from lab.windows.job import MemoryQuotaExceeded
from lab.windows.process import Console, InputPipe, Life

TERMINATED = 3221225786
"""STATUS_CONTROL_C_EXIT, the exit code of a command that a signal ended."""

NO_MEMORY = 3221225495
"""STATUS_NO_MEMORY, with which a command ends whose allocation the quota refused; unconfirmed."""


class Command:
    """A command line under way in a shell.

    ``directly``: without cmd.exe; ``endless_input``: the end of its standard input never comes.
    """

    def __init__(self, command_id: str, *, directly: bool = False, endless_input: bool = False) -> None:
        self.command_id = command_id
        self.directly = directly
        self.endless_input = endless_input
        self.stdin = InputPipe()
        self.buffers = {"stdout": bytearray(), "stderr": bytearray()}
        self.exit_code: int | None = None
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._flood, self._flood_left = "", 0

    def start(self, host: Host, line: str, shell: Shell) -> None:
        """Begin to run."""
        quirks = host.quirks
        if quirks.flood_mb and (quirks.flood_if or "").lower() in line.lower():
            self._flood, self._flood_left = padding(quirks.flood, 1 << 16), quirks.flood_mb << 20
        self._task = asyncio.get_running_loop().create_task(self._run(host, line, shell))

    async def _run(self, host: Host, line: str, shell: Shell) -> None:
        try:
            self.exit_code = await host.execute(
                f'"{line}"' if host.quirks.winrs_quotes and not self.directly else line,
                stdin=self.stdin,
                stdout=lambda data: self._write("stdout", data),
                stderr=lambda data: self._write("stderr", data),
                environment=shell.environment,
                console=shell.console if host.quirks.chcp_lasts else replace(shell.console),
                token=host.winrm_token,
                life=Life(most=host.quirks.max_processes, most_memory=host.quirks.max_memory_mb),
                start=WINRS_CMD,
                directly=self.directly,
            )
        except asyncio.CancelledError:
            self.exit_code = TERMINATED
        except MemoryQuotaExceeded:
            self.exit_code = NO_MEMORY
        finally:
            if self.exit_code is None:  # a fault of the lab itself must not leave a client waiting for ever
                self.exit_code = 1
            self._news.set()

    def _write(self, stream: str, data: bytes) -> None:
        self.buffers[stream] += data
        self._news.set()

    @property
    def done(self) -> bool:
        """The process has ended (output may still be waiting)."""
        return self.exit_code is not None

    @property
    def has_news(self) -> bool:
        """There is something for Receive to give."""
        return self.done or any(self.buffers.values())

    def has_more(self, streams: Iterable[str]) -> bool:
        """Whether there is more of any of these streams, now that the process has ended."""
        return any(self.buffers.get(name) or (name == "stdout" and self._flood_left > 0) for name in streams)

    async def wait(self, seconds: float) -> bool:
        """Wait for news; returns whether there is any."""
        deadline = time.monotonic() + seconds
        while not self.has_news:
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            self._news.clear()
            try:
                await asyncio.wait_for(self._news.wait(), left)
            except asyncio.TimeoutError:
                return self.has_news
        # Give a quick process the chance to end, so that its output and its end come in one answer.
        await asyncio.sleep(0)
        return True

    def take(self, stream: str, most: int) -> bytes:
        """The next piece of a stream, at most ``most`` bytes."""
        buffer = self.buffers[stream]
        while stream == "stdout" and self.done and self._flood_left > 0 and len(buffer) < most:
            self._flood_left -= len(self._flood)
            buffer += self._flood.encode()
        piece = bytes(buffer[:most])
        del buffer[:most]
        return piece

    def terminate(self) -> None:
        """End the process at once."""
        if self._task is not None and not self._task.done():
            self._task.cancel()


@dataclass
class Shell:
    """A remote shell. ``owner`` is the user who made it; ``client_ip`` where that request came from."""

    owner: str
    client_ip: str
    console: Console
    environment: Mapping[str, str]
    idle_timeout: float
    shell_id: str = field(default_factory=lambda: str(uuid.uuid4()).upper())
    created: float = field(default_factory=time.monotonic)
    touched: float = field(default_factory=time.monotonic)
    command: Command | None = None
    commands: int = 0
    """Commands that were ever started in it."""
    requests: int = 0
    """Receives that wait in it now: it is not idle then."""

    def close(self) -> None:
        """End what runs in it: its processes live in a job that is killed with the shell."""
        if self.command is not None:
            self.command.terminate()
