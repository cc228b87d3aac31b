# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The host's side of a commit-confirmed apply: lock, arm, disarm, or wait until the host has restored itself.

As everywhere, nothing is believed unseen: a file is read back, a task is looked for. The folder is the lock between two
controllers, because ``md`` fails where it is there already. Whatever breaks off before the plan is applied, at worst a
task is left that restores what nobody has changed, and takes itself away.
"""

from __future__ import annotations

import re
import secrets
import socket
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass

from ...module_utils._firewall.change.undo import Undo
from ...module_utils._firewall.state.rollback_files import EXPORT_NAME, FOLDER, OWNER_NAME, SCRIPT_NAME, TASK, TASK_NAME
from .remote_host import ConnectionLost, RemoteHost

_DEADLINE = 60.0
_EXPORT_DEADLINE = 120.0
_RECONNECT_AFTER = (2.0, 5.0, 10.0)
_POLL = 15.0
_ORPHANED_AFTER = 60.0
"""Seconds without a task after which the owner of the folder is taken for dead: arming takes a few."""

_MARGIN = 120.0
"""Seconds that Task Scheduler may start a task late, and the script may take."""

_DISARM_LOOKS = (0.0, 0.0, 2.0, 5.0, 10.0)
_FIRED_LOOKS = (0.0, 30.0, 60.0, 120.0, 240.0)
_DESCRIPTION = re.compile(r"<Description>([^<]*)</Description>")


class RollbackError(Exception):
    """The host could not be made to restore itself, or not be kept from it; the message says what and what helps."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What there is of rollbacks on the host.

    Attributes:
        task: Description of the registered task; None where there is no task.
        owner: Text of owner.txt; empty where there is none.
        folder: Whether the folder is there, armed or not.
        fired: Whether this run's rollback has run to its end. It then moves the folder to another name, but cannot
            where somebody has it open.
    """

    task: str | None
    owner: str
    folder: bool
    fired: bool

    def belongs_to(self, word: str) -> bool:
        """Whether the task or the lock is of the run with this word, and not over."""
        return word in (self.task or "") or (word in self.owner and not self.fired)


class Rollback:
    """One run's rollback on one host: `lock`, `arm`, then `disarm` or `wait_until_over`; `give_up` before applying."""

    def __init__(
        self,
        host: RemoteHost,
        minutes: int,
        sleep: Callable[[float], None] = time.sleep,
        word: str = "",
        controller: str = "",
    ) -> None:
        """Nothing is sent yet.

        Args:
            host: The host.
            minutes: Whole minutes until the host restores itself.
            sleep: Waits the given seconds; for tests.
            word: Random letters and digits that mark this run; made where empty.
            controller: Name of this machine for `owner.txt`; found out where empty.
        """
        self._host = host
        self.minutes = minutes
        self._sleep = sleep
        self.word = word or secrets.token_hex(8)
        name = controller or socket.gethostname()
        self._controller = re.sub(r"[^A-Za-z0-9._-]", "_", name)[:100] or "unknown"

    def lock(self) -> None:
        """Make the folder, or wait for whoever has it: it goes away by itself, disarmed or fired.

        An owner that has registered no task within a minute died before it changed anything; its folder is taken over.

        Raises:
            RollbackError: Another controller keeps the lock, or the folder cannot be made.
            ConnectionLost: The host was lost; nothing was applied.
        """
        patience = self.minutes * 60 + _MARGIN
        waited = orphaned = 0.0
        owner: str | None = None
        while not self._make_folder():
            sight = self.look()
            orphaned = orphaned if sight.task is None and sight.owner == owner else 0.0
            owner = sight.owner
            if sight.task is None and orphaned >= _ORPHANED_AFTER:
                self._run(rf'rd /s /q "{FOLDER}"')
                if self._make_folder():
                    return
                if not self.look().folder:
                    raise RollbackError(f"the folder {FOLDER} could not be made")
                orphaned = 0.0
            if waited >= patience:
                raise RollbackError(_busy(sight, waited))
            self._sleep(_POLL)
            waited += _POLL
            orphaned += _POLL

    def arm(self, undo: Undo) -> None:
        """Write the files, read them back, register the task and see that it is there.

        Raises:
            RollbackError: Something of it is not as it must be; nothing may be applied.
            ConnectionLost: The host was lost; nothing was applied.
        """
        owner = f"controller {self._controller}, run {self.word}\r\n"
        files = {OWNER_NAME: owner, SCRIPT_NAME: undo.script, TASK_NAME: undo.task}
        for name, text in files.items():
            self._run(rf'findstr "^" > "{FOLDER}\{name}"', text.encode("ascii"))
        self._check_files(files)
        self._run(rf'netsh advfirewall export "{FOLDER}\{EXPORT_NAME}" <nul', deadline=_EXPORT_DEADLINE)
        self._run(rf'schtasks /create /tn {TASK} /xml "{FOLDER}\{TASK_NAME}" /f <nul')
        sight = self.look()
        if self.word not in (sight.task or "") or self.word not in sight.owner:
            raise RollbackError(
                f"the scheduled task {TASK}, which would restore the firewall if this host were lost, could not be "
                f"registered (found: {sight.task or 'no task'}). See whether Task Scheduler "
                "(Schedule) runs, or set rollback to never to work without this protection"
            )

    def stands(self) -> bool:
        """Whether the task is still registered, and ours. Raises as `look` does."""
        return self.word in (self.look().task or "")

    def disarm(self) -> bool:
        """Take the task and the folder away and see that they are gone.

        Returns:
            Whether they were taken away; False where the rollback had already run.

        Raises:
            RollbackError: The task is still there.
            ConnectionLost: The host was lost.
        """
        for seconds in _DISARM_LOOKS:
            if seconds:
                self._sleep(seconds)
            sight = self.look()
            # Looked at first: once ours has fired, the same names may be those of the next controller.
            if not sight.belongs_to(self.word):
                return not sight.fired
            self._remove()
        sight = self.look()
        if sight.belongs_to(self.word):
            raise RollbackError(f"the scheduled task {TASK} and its folder {FOLDER} could not be removed")
        return not sight.fired

    def give_up(self) -> None:
        """Before anything was applied: take away what is ours. What stays restores nothing and takes itself away."""
        try:
            sight = self.look()
            # Without an owner the folder was just made, and by us: `give_up` comes after `lock`.
            if sight.belongs_to(self.word) or (sight.task is None and not sight.owner):
                self._remove()
                self.disarm()
        except (ConnectionLost, RollbackError):
            return

    def wait_until_over(self) -> bool:
        """Wait until the rollback must have run, connect anew and look.

        Returns:
            Whether it has run; False where the task had been taken away before.

        Raises:
            RollbackError: The task is still registered.
            ConnectionLost: The host does not come back.
        """
        self._sleep(self.minutes * 60 + _MARGIN)
        error: Exception = RollbackError("")
        for seconds in _FIRED_LOOKS:
            if seconds:
                self._sleep(seconds)
            try:
                self._host.reconnect()
                sight = self.look()
            except (ConnectionLost, RollbackError) as again:
                error = again
                continue
            if not sight.belongs_to(self.word):
                return sight.fired
            error = RollbackError(
                f"the host answers, but the scheduled task {TASK} is still registered and did not run to its end. Look "
                f"at it with 'schtasks /query /tn {TASK} /v /fo list', then delete it and {FOLDER}"
            )
        raise error

    def look(self) -> Sight:
        """See what there is.

        Raises:
            RollbackError: The answer is not whole.
            ConnectionLost: The host was lost.
        """
        commands = {
            "task": self._marked("task", f"schtasks /query /tn {TASK} /xml <nul"),
            "owner": self._marked("owner", rf'type "{FOLDER}\{OWNER_NAME}"'),
            "folder": self._exists("folder", FOLDER),
            "moved": self._exists("moved", f"{FOLDER}-{self.word}"),
            "fired": self._exists("fired", rf"{FOLDER}\fired.txt"),
        }
        found = self._texts(self._run("&".join(commands.values())), commands)
        owner = (found["owner"] or "").strip()
        return Sight(
            task=None if found["task"] is None else _description(found["task"]),
            owner=owner,
            folder=found["folder"] is not None,
            fired=found["moved"] is not None or (found["fired"] is not None and self.word in owner),
        )

    def _make_folder(self) -> bool:
        # Not repeated where the answer is lost: a second one would find our own folder. It is an orphan then, and taken
        # over after a minute, by the next run.
        command = f'md "{FOLDER}" && echo @{self.word}-locked || echo @{self.word}-busy'
        return f"@{self.word}-locked" in self._host.run(command, deadline=_DEADLINE).stdout

    def _remove(self) -> None:
        # The folder only once the task is gone: a task whose script has vanished would fire into nothing.
        self._run(
            f'schtasks /delete /tn {TASK} /f <nul&(schtasks /query /tn {TASK} >nul 2>nul <nul||rd /s /q "{FOLDER}")'
        )

    def _check_files(self, files: dict[str, str]) -> None:
        """Read the files back: nothing is believed unseen."""
        commands = (self._marked(name, rf'type "{FOLDER}\{name}"') for name in files)
        found = self._texts(self._run("&".join(commands)), files)
        for name, text in files.items():
            if (found[name] or "").splitlines() != text.splitlines():
                raise RollbackError(
                    rf"{FOLDER}\{name} does not hold what was written to it. Another "
                    "controller may work on this host, or the disk be full"
                )

    # Both in parentheses: without them, what follows "else" or "||" on the line would belong to it.
    def _marked(self, name: str, command: str) -> str:
        return f"({command} && echo @{self.word}-{name}-yes || echo @{self.word}-{name}-no)"

    def _exists(self, name: str, path: str) -> str:
        return f'(if exist "{path}" (echo @{self.word}-{name}-yes) else (echo @{self.word}-{name}-no))'

    def _texts(self, output: str, names: Iterable[str]) -> dict[str, str | None]:
        """What is printed before each part's marker; None where the part failed."""
        texts: dict[str, str | None] = {}
        for name in names:
            match = re.search(rf"@{self.word}-{re.escape(name)}-(yes|no)[ \t]*\r?\n?", output)
            if match is None:
                raise RollbackError("the host's answer was cut off; nothing is concluded from half an answer")
            texts[name] = output[: match.start()] if match[1] == "yes" else None
            output = output[match.end() :]
        return texts

    def _run(self, command: str, stdin: bytes = b"", deadline: float = _DEADLINE) -> str:
        """Run what may be run twice; where the line breaks, connect anew and run it again."""
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


def _busy(sight: Sight, waited: float) -> str:
    return (
        f"another run works on this host, or its rollback is pending ({sight.owner or 'its owner is not named'}; "
        f"task: {sight.task or 'none'}). It was waited for {waited / 60:.0f} minutes. Try again later"
    )
