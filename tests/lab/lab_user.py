# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A second, unprivileged account of a simulated host, as a test plays it."""

from __future__ import annotations

import asyncio
import ntpath
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from lab.lab_calls import Caller, CommandResult
from lab.windows.filesystem import FileSystem, Handle
from lab.windows.sddl import parse_sddl
from lab.windows.security import READ, WRITE, WRITE_DAC, Token, local_user
from lab.windows.task_xml import TaskDefinition

if TYPE_CHECKING:
    from lab.host import Host
    from lab.server import RunningHost

_T = TypeVar("_T")


def prepare_home(host: Host, token: Token) -> None:
    """Give an account its profile, where nobody but it, SYSTEM and Administrators may look."""
    home = f"C:\\Users\\{token.name}"
    if not host.files.is_folder(home):
        host.files.make_folder(home)
        security = parse_sddl(f"O:{token.user}D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;{token.user})")
        host.files.replace_security(home, security)
        for folder in ("AppData", "AppData\\Local", "AppData\\Local\\Temp"):
            host.files.make_folder(ntpath.join(home, folder), token=token)


class HeldObject:
    """An open file or folder. With ``share`` `rw` others can read and write it, but not rename or delete it."""

    def __init__(self, lab: Caller, handle: Handle) -> None:
        self._lab, self._handle = lab, handle

    def write(self, data: bytes) -> None:
        """Replace the content. Raises FileSystemError without the right to at the time it was opened."""
        _in_loop(self._lab, lambda: self._handle.write(data))

    def set_dacl(self, sddl: str) -> None:
        """Replace the DACL. Raises FileSystemError without the right to at the time it was opened."""
        _in_loop(self._lab, lambda: self._handle.set_dacl(parse_sddl(sddl)))

    def close(self) -> None:
        """Let others at it."""
        _in_loop(self._lab, self._handle.close)


class LabUser:
    """An account that is in Users and in nothing else, signed in at the console.

    Its actions succeed or fail by the DACLs that the host holds; failing is a FileSystemError, whose ``key`` says why.
    """

    def __init__(self, lab: Caller, running: RunningHost, name: str) -> None:
        self._lab, self._running, self._host = lab, running, running.host
        self.token = local_user(name)
        self.sid = self.token.user
        _in_loop(lab, lambda: prepare_home(self._host, self.token))

    @property
    def _files(self) -> FileSystem:
        return self._host.files

    def run(self, command: str, folder: str | None = None) -> CommandResult:
        """Run a command line, in its profile or another current folder."""
        out, err, code = self._lab.call(self._running.run(command, self.token, folder))
        return CommandResult(out.decode("utf-8", "replace"), err.decode("utf-8", "replace"), code)

    def make_folder(self, path: str) -> None:
        """`md`."""
        _in_loop(self._lab, lambda: self._files.make_folder(path, token=self.token))

    def write(self, path: str, data: bytes) -> None:
        """Make or replace a file: `netsh.cmd` in somebody's current folder, say."""
        _in_loop(self._lab, lambda: self._files.write(path, data, token=self.token))

    def read(self, path: str) -> bytes | None:
        """A file's content, or None for no such file."""
        return _in_loop(self._lab, lambda: self._files.read(path, self.token))

    def delete(self, path: str) -> bool:
        """Delete a file; returns whether there was one."""
        return _in_loop(self._lab, lambda: self._files.remove_file(path, token=self.token))

    def rename(self, path: str, name: str) -> None:
        """`ren`."""
        _in_loop(self._lab, lambda: self._files.rename(path, name, token=self.token))

    def set_dacl(self, path: str, sddl: str) -> None:
        """Replace the DACL of what it may do that to, such as its own files."""
        _in_loop(self._lab, lambda: self._files.set_dacl(path, parse_sddl(sddl), self.token))

    def squat_task(self, name: str, command: str = "C:\\Windows\\System32\\cmd.exe", sddl: str = "") -> None:
        """Take a scheduled task's name for a task of its own, with this security descriptor.

        Raises TaskDenied when the name has a task that it may not change, and TaskXmlError.
        """
        definition = TaskDefinition(command, user=self.token.user, security=sddl)
        _in_loop(self._lab, lambda: self._host.scheduler.register(name, definition, self.token))

    def hold(self, path: str, *, write: bool = False, change_access: bool = False, share: str = "rw") -> HeldObject:
        """Open a file or folder and keep it open; ``share`` has `r`, `w`, `d` for what others may do meanwhile."""
        rights = READ | (WRITE if write else 0) | (WRITE_DAC if change_access else 0)
        return HeldObject(
            self._lab, _in_loop(self._lab, lambda: self._files.open(path, self.token, rights=rights, share=share))
        )

    def allowed(self, path: str, rights: int) -> bool:
        """Whether it has these rights (of lab.windows.security) on what stands there."""
        return _in_loop(self._lab, lambda: self._files.allows(path, self.token, rights))


def _in_loop(lab: Caller, act: Callable[[], _T]) -> _T:
    """What ``act`` gives, called in the lab's thread: at once where this is that thread (LabHost.before)."""

    async def run() -> _T:
        return act()

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return lab.call(run())
    return act()
