# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The host's side of a commit-confirmed apply: lock, arm, disarm, or wait until the host has restored itself.

Every step is verified: files are read back, tasks are listed. The folder is the lock between two controllers, since
``md`` fails where it exists. Whatever fails before the plan is applied, at worst a task is left that restores what has
not been changed, and removes itself.
"""

from __future__ import annotations

import re
import secrets
import socket
import time
from collections.abc import Callable
from datetime import datetime, timezone

from ...module_utils._firewall.change.undo import Undo
from ...module_utils._firewall.state.rollback_files import (
    FOLDER,
    OWNER_NAME,
    SCRIPT_NAME,
    TASK_NAME,
    Owner,
    task_name,
)
from ...module_utils._texts import first_few, printable
from .commands import ConnectionLost
from .remote_host import RemoteHost
from .rollback_folder import RollbackError, RollbackFolder, RollbackState

__all__ = ["Rollback", "RollbackError"]

_POLL = 15.0
_ORPHANED_AFTER = 60.0
"""Seconds without a task after which the owner of the folder is presumed dead: arming takes a few."""

_MARGIN = 120.0
"""Seconds that Task Scheduler may start a task late, and the script may take."""

_DISARM_DELAYS = (0.0, 0.0, 2.0, 5.0, 10.0)
_FIRED_DELAYS = (0.0, 30.0, 60.0, 120.0, 240.0)


def _utc_now() -> datetime:
    return datetime.now(timezone.utc)


class Rollback:
    """One run's rollback on one host: `lock`, `arm`, then `disarm` or `wait_until_over`; `give_up` before applying.

    Attributes:
        minutes: Whole minutes until the host restores itself.
        marker: Random letters and digits that mark this run.
        notes: What was found of others and cleaned up, for the user.
    """

    def __init__(
        self,
        host: RemoteHost,
        minutes: int,
        sleep: Callable[[float], None] = time.sleep,
        marker: str = "",
        controller: str = "",
        *,
        now: Callable[[], datetime] = _utc_now,
        say: Callable[[str], None] = lambda _text: None,
    ) -> None:
        """Nothing is sent yet.

        Args:
            host: The host.
            minutes: Whole minutes until the host restores itself.
            sleep: Waits the given seconds; for tests.
            marker: Random letters and digits that mark this run; made where empty.
            controller: Name of this machine for `owner.txt`; its host name where empty.
            now: The time by this machine's clock, in UTC; for tests.
            say: Takes one sentence for the user, at once: what is being waited for.
        """
        self._host = host
        self.minutes = minutes
        self._sleep = sleep
        self.marker = marker or secrets.token_hex(8)
        name = controller or socket.gethostname()
        self._controller = re.sub(r"[^A-Za-z0-9._-]", "_", name)[:100] or "unknown"
        self._now = now
        self._say = say
        self._folder = RollbackFolder(host, self.marker, sleep)
        self.notes: list[str] = []

    def lock(self) -> None:
        """Create the folder, or wait until its owner's rollback is disarmed or has fired, which removes it.

        An owner that has registered no task within a minute died before it changed anything; its folder is taken over.
        So is that of one whose time is over: its script was ended by Task Scheduler, or the host was off.

        Raises:
            RollbackError: Another controller keeps the lock, others may write into the folder, or it cannot be made.
            ConnectionLost: The host was lost; nothing was applied.
        """
        patience = self.minutes * 60 + _MARGIN
        waited = orphaned = same = 0.0
        seen: RollbackState | None = None
        while not self._folder.make():
            state = self._folder.inspect()
            if not seen:
                self._say(f"waits for another run: {_holder(state)}")
            owner = state.owned_by
            armed = task_name(owner.marker) in state.tasks if owner else bool(state.tasks)
            idle = not (armed and state.private)
            unchanged = seen is not None and state.owner == seen.owner
            orphaned = orphaned if idle and unchanged else 0.0
            same = same if unchanged else 0.0
            seen = state
            over = bool(owner and self._is_over(owner, same))
            if self._clean_up(state, idle and orphaned >= _ORPHANED_AFTER, over):
                if self._folder.make():
                    return
                state = self._folder.inspect()
                if not state.folder:
                    raise RollbackError(f"the folder {FOLDER} could not be made")
                if not state.private:
                    raise RollbackError(
                        f"the folder {FOLDER} is there, others than SYSTEM and administrators may change what is in "
                        "it, and it is not empty or somebody has it open. Nothing is put there that runs as SYSTEM: "
                        "look at it, and delete it"
                    )
                orphaned = 0.0
            if waited >= max(patience, (owner.minutes * 60 + _MARGIN) if owner and owner.is_over(self._now()) else 0.0):
                raise RollbackError(
                    f"{_holder(state)}. It was waited for {waited / 60:.0f} minutes. Try again later; if there is no "
                    f"such run, close what holds {FOLDER} open, and delete the folder and the task"
                )
            self._sleep(_POLL)
            waited += _POLL
            orphaned += _POLL
            same += _POLL

    def _is_over(self, owner: Owner, seconds: float) -> bool:
        """Whether the time of another run's rollback is over, seen unchanged for so long.

        Clocks of two controllers may differ by hours. So where they say that it is over, it is also waited until it
        would have been taken back or have fired if it had been armed just now; but not where it is long over.
        """
        now = self._now()
        return owner.is_long_over(now) or (owner.is_over(now) and seconds >= owner.minutes * 60 + _MARGIN)

    def _clean_up(self, state: RollbackState, orphaned: bool, over: bool) -> bool:
        """Take away what nobody works with any more; whether there was anything of the kind."""
        owner = state.owned_by
        if state.private and owner and over:
            self.notes.append(
                f"the rollback of another run was over and had not cleaned up ({owner}); "
                + ("its task was still registered" if task_name(owner.marker) in state.tasks else "it had no task")
                + ". Both are removed. Whether it had restored all that it should is not known: see the plan"
            )
            self._folder.remove(owner.marker)
            return True
        if orphaned and state.private:
            self._folder.remove_owned(owner.marker if owner else "")
        elif orphaned:
            self._folder.remove_empty()
        return orphaned

    def arm(self, undo: Undo) -> None:
        """Write the files, read them back, register the task and verify that it is registered.

        Raises:
            RollbackError: One of these could not be verified; nothing may be applied.
            ConnectionLost: The host was lost; nothing was applied.
        """
        owner = Owner(self._controller, self.marker, self._now(), self.minutes, self.minutes + undo.limit)
        self._folder.write({OWNER_NAME: f"{owner}\r\n", SCRIPT_NAME: undo.script, TASK_NAME: undo.task})
        self._folder.register()
        state = self._folder.inspect()
        if self._folder.strays:
            self.notes.append(
                f"tasks of other runs without their folder were deleted: {first_few(self._folder.strays, 3)}"
            )
        if state.tasks != (task_name(self.marker),) or self.marker not in state.owner:
            found = ", ".join(state.tasks[:3]) or "no task of this collection"
            raise RollbackError(
                f"the scheduled task {task_name(self.marker)}, which would restore the firewall if this host were "
                f"lost, could not be registered alone (found: {found}). See whether Task Scheduler (Schedule) runs, or "
                "set rollback to never to work without this protection"
            )

    def is_armed(self) -> bool:
        """Whether this run's task is still registered. Raises as `RollbackFolder.inspect` does."""
        return task_name(self.marker) in self._folder.inspect().tasks

    def disarm(self) -> bool:
        """Remove the task and the folder, and verify that they are gone.

        Returns:
            Whether they were removed; False where the rollback had already run.

        Raises:
            RollbackError: The task is still there, or Task Scheduler does not say whether it is.
            ConnectionLost: The host was lost.
        """
        for seconds in _DISARM_DELAYS:
            if seconds:
                self._sleep(seconds)
            try:
                state = self._folder.inspect()
            except RollbackError:  # a service that is busy may answer yet; until it does, nothing is taken for gone
                continue
            # Inspected first: once ours has fired, the folder may be that of the next controller.
            if not state.belongs_to(self.marker):
                return not state.fired
            self._folder.remove()
        state = self._folder.inspect()
        if state.belongs_to(self.marker):
            raise RollbackError(
                f"the scheduled task {task_name(self.marker)} and its folder {FOLDER} could not be removed"
            )
        return not state.fired

    def give_up(self) -> None:
        """Before anything was applied: remove what is ours. What stays restores nothing and removes itself."""
        try:
            state = self._folder.inspect()
            if not state.owner:  # then the folder was just made, and by us: `give_up` comes after `lock`
                self._folder.remove_owned("")
            if state.belongs_to(self.marker):
                self._folder.remove()
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
        self._say(
            f"the connection is lost; waits {self.minutes + _MARGIN / 60:.0f} minutes for the host to restore itself"
        )
        self._sleep(self.minutes * 60 + _MARGIN)
        error: Exception = RollbackError("")
        for seconds in _FIRED_DELAYS:
            if seconds:
                self._sleep(seconds)
            try:
                self._host.reconnect()
                state = self._folder.inspect()
            except (ConnectionLost, RollbackError) as again:
                error = again
                continue
            if not state.belongs_to(self.marker):
                return state.fired
            name = task_name(self.marker)
            error = RollbackError(
                f"the host answers, but the scheduled task {name} is still registered and did not run to its end. Look "
                f"at it with 'schtasks /query /tn {name} /v /fo list', then delete it and {FOLDER}"
            )
        raise error


def _holder(state: RollbackState) -> str:
    """Who has the folder and until when, for messages: it is the host's word."""
    owner = state.owned_by
    until = f", until {owner.ends:%Y-%m-%d %H:%M} UTC at the latest" if owner else ""
    who = printable(state.owner)[:200] or "its owner is not named"
    return (
        f"another run works on this host, or its rollback is pending ({who}{until}; "
        f"task: {', '.join(state.tasks[:3]) or 'none'})"
    )
