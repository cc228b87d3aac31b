# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The host's side of a commit-confirmed apply: lock, arm, disarm, or wait until the host has restored itself.

Every step is verified: files are read back, the task is queried. The folder is the lock between two controllers, since
``md`` fails where it exists. Whatever fails before the plan is applied, at worst a task is left that restores what has
not been changed, and removes itself.
"""

from __future__ import annotations

import re
import secrets
import socket
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from ...module_utils._firewall.change.undo import Undo
from ...module_utils._firewall.state.reading import after_begin, begin
from ...module_utils._firewall.state.rollback_files import EXPORT_NAME, FOLDER, OWNER_NAME, SCRIPT_NAME, TASK, TASK_NAME
from .remote_host import ConnectionLost, RemoteHost

_DEADLINE = 60.0
_EXPORT_DEADLINE = 120.0
_RECONNECT_AFTER = (2.0, 5.0, 10.0)
_POLL = 15.0
_ORPHANED_AFTER = 60.0
"""Seconds without a task after which the owner of the folder is presumed dead: arming takes a few."""

_MARGIN = 120.0
"""Seconds that Task Scheduler may start a task late, and the script may take."""

_DISARM_DELAYS = (0.0, 0.0, 2.0, 5.0, 10.0)
_FIRED_DELAYS = (0.0, 30.0, 60.0, 120.0, 240.0)
_DESCRIPTION = re.compile(r"<Description>([^<]*)</Description>")


class RollbackError(Exception):
    """A rollback could not be armed, or not be disarmed; the message says why, and the remedy."""


@dataclass(frozen=True, slots=True)
class RollbackState:
    """The rollbacks on the host.

    Attributes:
        task: Description of the registered task; None where there is no task.
        owner: Text of owner.txt; empty where there is none.
        folder: Whether the folder exists, armed or not.
        fired: Whether this run's rollback has run to its end. It then moves the folder to another name, but cannot
            where somebody has it open.
    """

    task: str | None
    owner: str
    folder: bool
    fired: bool

    def belongs_to(self, marker: str) -> bool:
        """Whether the task or the lock is of the run with this marker, and not over."""
        return marker in (self.task or "") or (marker in self.owner and not self.fired)


class Rollback:
    """One run's rollback on one host: `lock`, `arm`, then `disarm` or `wait_until_over`; `give_up` before applying."""

    def __init__(
        self,
        host: RemoteHost,
        minutes: int,
        sleep: Callable[[float], None] = time.sleep,
        marker: str = "",
        controller: str = "",
    ) -> None:
        """Nothing is sent yet.

        Args:
            host: The host.
            minutes: Whole minutes until the host restores itself.
            sleep: Waits the given seconds; for tests.
            marker: Random letters and digits that mark this run; made where empty.
            controller: Name of this machine for `owner.txt`; its host name where empty.
        """
        self._host = host
        self.minutes = minutes
        self._sleep = sleep
        self.marker = marker or secrets.token_hex(8)
        name = controller or socket.gethostname()
        self._controller = re.sub(r"[^A-Za-z0-9._-]", "_", name)[:100] or "unknown"

    def lock(self) -> None:
        """Create the folder, or wait until its owner's rollback is disarmed or has fired, which removes it.

        An owner that has registered no task within a minute died before it changed anything; its folder is taken over.

        Raises:
            RollbackError: Another controller keeps the lock, or the folder cannot be made.
            ConnectionLost: The host was lost; nothing was applied.
        """
        patience = self.minutes * 60 + _MARGIN
        waited = orphaned = 0.0
        owner: str | None = None
        while not self._make_folder():
            state = self.inspect()
            orphaned = orphaned if state.task is None and state.owner == owner else 0.0
            owner = state.owner
            if state.task is None and orphaned >= _ORPHANED_AFTER:
                self._run(rf'rd /s /q "{FOLDER}"')
                if self._make_folder():
                    return
                if not self.inspect().folder:
                    raise RollbackError(f"the folder {FOLDER} could not be made")
                orphaned = 0.0
            if waited >= patience:
                raise RollbackError(_busy(state, waited))
            self._sleep(_POLL)
            waited += _POLL
            orphaned += _POLL

    def arm(self, undo: Undo) -> None:
        """Write the files, read them back, register the task and verify that it is registered.

        Raises:
            RollbackError: One of these could not be verified; nothing may be applied.
            ConnectionLost: The host was lost; nothing was applied.
        """
        owner = f"controller {self._controller}, run {self.marker}\r\n"
        files = {OWNER_NAME: owner, SCRIPT_NAME: undo.script, TASK_NAME: undo.task}
        for name, text in files.items():
            self._run(rf'findstr "^" > "{FOLDER}\{name}"', text.encode("ascii"))
        self._check_files(files)
        self._run(rf'netsh advfirewall export "{FOLDER}\{EXPORT_NAME}" <nul', deadline=_EXPORT_DEADLINE)
        self._run(rf'schtasks /create /tn {TASK} /xml "{FOLDER}\{TASK_NAME}" /f <nul')
        state = self.inspect()
        if self.marker not in (state.task or "") or self.marker not in state.owner:
            raise RollbackError(
                f"the scheduled task {TASK}, which would restore the firewall if this host were lost, could not be "
                f"registered (found: {state.task or 'no task'}). See whether Task Scheduler "
                "(Schedule) runs, or set rollback to never to work without this protection"
            )

    def is_armed(self) -> bool:
        """Whether this run's task is still registered. Raises as `inspect` does."""
        return self.marker in (self.inspect().task or "")

    def disarm(self) -> bool:
        """Remove the task and the folder, and verify that they are gone.

        Returns:
            Whether they were removed; False where the rollback had already run.

        Raises:
            RollbackError: The task is still there.
            ConnectionLost: The host was lost.
        """
        for seconds in _DISARM_DELAYS:
            if seconds:
                self._sleep(seconds)
            state = self.inspect()
            # Inspected first: once ours has fired, the same names may be those of the next controller.
            if not state.belongs_to(self.marker):
                return not state.fired
            self._remove()
        state = self.inspect()
        if state.belongs_to(self.marker):
            raise RollbackError(f"the scheduled task {TASK} and its folder {FOLDER} could not be removed")
        return not state.fired

    def give_up(self) -> None:
        """Before anything was applied: remove what is ours. What stays restores nothing and removes itself."""
        try:
            state = self.inspect()
            # Without an owner the folder was just made, and by us: `give_up` comes after `lock`.
            if state.belongs_to(self.marker) or (state.task is None and not state.owner):
                self._remove()
                self.disarm()
        except (ConnectionLost, RollbackError):
            return

    def wait_until_over(self) -> bool:
        """Wait until the rollback must have run, connect anew and inspect the host.

        Returns:
            Whether it has run; False where the task had been removed before.

        Raises:
            RollbackError: The task is still registered.
            ConnectionLost: The host does not come back.
        """
        self._sleep(self.minutes * 60 + _MARGIN)
        error: Exception = RollbackError("")
        for seconds in _FIRED_DELAYS:
            if seconds:
                self._sleep(seconds)
            try:
                self._host.reconnect()
                state = self.inspect()
            except (ConnectionLost, RollbackError) as again:
                error = again
                continue
            if not state.belongs_to(self.marker):
                return state.fired
            error = RollbackError(
                f"the host answers, but the scheduled task {TASK} is still registered and did not run to its end. Look "
                f"at it with 'schtasks /query /tn {TASK} /v /fo list', then delete it and {FOLDER}"
            )
        raise error

    def inspect(self) -> RollbackState:
        """Read the state of the rollbacks on the host.

        Raises:
            RollbackError: The answer was cut off.
            ConnectionLost: The host was lost.
        """
        commands = {
            "task": self._marked("task", f"schtasks /query /tn {TASK} /xml <nul"),
            "owner": self._marked("owner", rf'type "{FOLDER}\{OWNER_NAME}"'),
            "folder": self._exists("folder", FOLDER),
            "moved": self._exists("moved", f"{FOLDER}-{self.marker}"),
            "fired": self._exists("fired", rf"{FOLDER}\fired.txt"),
        }
        found = self._ask(commands)
        owner = (found["owner"] or "").strip()
        return RollbackState(
            task=None if found["task"] is None else _description(found["task"]),
            owner=owner,
            folder=found["folder"] is not None,
            fired=found["moved"] is not None or (found["fired"] is not None and self.marker in owner),
        )

    def _make_folder(self) -> bool:
        # Not repeated where the answer is lost: a second one would find our own folder. That is then taken over after a
        # minute, by the next run.
        command = f'md "{FOLDER}" && echo @{self.marker}-locked || echo @{self.marker}-busy'
        return f"@{self.marker}-locked" in self._host.run(command, deadline=_DEADLINE).stdout

    def _remove(self) -> None:
        # The folder only once the task is gone: a task whose script has vanished would fire into nothing.
        self._run(
            f'schtasks /delete /tn {TASK} /f <nul&(schtasks /query /tn {TASK} >nul 2>nul <nul||rd /s /q "{FOLDER}")'
        )

    def _check_files(self, files: dict[str, str]) -> None:
        """Read the files back and compare."""
        found = self._ask({name: self._marked(name, rf'type "{FOLDER}\{name}"') for name in files})
        for name, text in files.items():
            if (found[name] or "").splitlines() != text.splitlines():
                raise RollbackError(
                    rf"{FOLDER}\{name} does not hold what was written to it. Another "
                    "controller may work on this host, or the disk be full"
                )

    # Both in parentheses: without them, what follows "else" or "||" on the line would belong to it.
    def _marked(self, name: str, command: str) -> str:
        return f"({command} && echo @{self.marker}-{name}-yes || echo @{self.marker}-{name}-no)"

    def _exists(self, name: str, path: str) -> str:
        return f'(if exist "{path}" (echo @{self.marker}-{name}-yes) else (echo @{self.marker}-{name}-no))'

    def _ask(self, commands: Mapping[str, str]) -> dict[str, str | None]:
        """What each part prints before its marker, an AutoRun line's output aside; None where the part failed."""
        line = "&".join((begin(self.marker), *commands.values()))
        output = after_begin(self._run(line), self.marker) or ""
        texts: dict[str, str | None] = {}
        for name in commands:
            match = re.search(rf"@{self.marker}-{re.escape(name)}-(yes|no)[ \t]*\r?\n?", output)
            if match is None:
                raise RollbackError("the host's answer was cut off; nothing is concluded from half an answer")
            texts[name] = output[: match.start()] if match[1] == "yes" else None
            output = output[match.end() :]
        return texts

    def _run(self, command: str, stdin: bytes = b"", deadline: float = _DEADLINE) -> str:
        """Run a command that may run twice; if the connection is lost, connect anew and run it again."""
        for seconds in _RECONNECT_AFTER:
            try:
                return self._host.run(command, stdin, deadline).stdout
            except ConnectionLost:
                self._sleep(seconds)
                with suppress(ConnectionLost):
                    self._host.reconnect()
        return self._host.run(command, stdin, deadline).stdout


def _description(xml: str) -> str:
    match = _DESCRIPTION.search(xml)
    return match[1] if match else "a task without a description"


def _busy(state: RollbackState, waited: float) -> str:
    return (
        f"another run works on this host, or its rollback is pending ({state.owner or 'its owner is not named'}; "
        f"task: {state.task or 'none'}). It was waited for {waited / 60:.0f} minutes. Try again later"
    )
