# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A running host's files and second account, as a test sees and arranges them."""

from __future__ import annotations

from collections.abc import Callable

from lab.lab_calls import Caller
from lab.lab_user import HeldObject, LabUser
from lab.ready_logs import ReadyLog, ready_log
from lab.server import RunningHost
from lab.windows.cmd_search import ProgramRun
from lab.windows.cmd_syntax import expand
from lab.windows.environment import SYSTEM_VARIABLES
from lab.windows.filesystem import Handle
from lab.windows.firewall_log import DEFAULT_PATH
from lab.windows.sddl import parse_sddl, sddl
from lab.windows.security import SYSTEM_TOKEN


class HostFiles:
    """The part of LabHost that is about files, their security and who runs what."""

    _lab: Caller
    _running: RunningHost

    def user(self, name: str = "mallory") -> LabUser:
        """A second account, without any right of an administrator."""
        return LabUser(self._lab, self._running, name)

    def before(self, text: str, act: Callable[[], object]) -> None:
        """Call ``act`` once, right before the next command of a line, script or task that has this text.

        It runs in the lab's own thread: a LabUser may do anything there but ``run``.
        """

        async def wait() -> None:
            self._running.host.waiting.append((text, act))

        self._lab.call(wait())

    def program_runs(self) -> list[ProgramRun]:
        """Every program and batch file that was run and is none of Windows' own, since the last reset."""

        async def read() -> list[ProgramRun]:
            return list(self._running.host.program_runs)

        return self._lab.call(read())

    def write_file(self, path: str, data: bytes) -> None:
        """Make or replace a file as an administrator."""

        async def act() -> None:
            self._running.host.files.write(path, data)

        self._lab.call(act())

    def put_log(self, log: ReadyLog | bytes, path: str = DEFAULT_PATH, *, old: bool = False) -> None:
        """Let this be the log of the firewall, or with ``old`` the rotated one beside it; variables are expanded."""
        data = ready_log(log) if isinstance(log, ReadyLog) else log
        self.write_file(expand(path, SYSTEM_VARIABLES) + (".old" if old else ""), data)

    def hold_file(self, path: str, share: str = "") -> HeldObject:
        """Have the system keep a file open until the result is closed; ``share`` as with LabUser.hold."""

        async def act() -> Handle:
            return self._running.host.files.open(path, SYSTEM_TOKEN, share=share)

        return HeldObject(self._lab, self._lab.call(act()))

    def security(self, path: str) -> str:
        """Owner and DACL of a file or folder as SDDL. Raises FileSystemError when nothing is there."""

        async def read() -> str:
            return sddl(self._running.host.files.security(path), owner=True)

        return self._lab.call(read())

    def set_security(self, path: str, text: str) -> None:
        """Set owner and DACL from SDDL, without asking anybody. Raises FileSystemError and SddlError."""

        async def act() -> None:
            files = self._running.host.files
            files.replace_security(path, parse_sddl(text, files.security(path).owner))

        self._lab.call(act())

    def file(self, path: str) -> str | None:
        """A file's text, or None when there is no such file."""

        async def read() -> bytes | None:
            return self._running.host.files.read(path)

        content = self._lab.call(read())
        return None if content is None else content.decode("utf-8", "replace")
