# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run's folder and scheduled task on a host: made, looked at and taken away, by command lines that may run twice.

What is in the folder runs as SYSTEM. So only administrators may change it, which is set and read back before anything
is written into it; and a folder that was there before is never written into.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from ...module_utils._firewall.state.read_command import after_begin, begin
from ...module_utils._firewall.state.rollback_files import (
    EXPORT_NAME,
    FOLDER,
    GRANTS,
    OWNER_NAME,
    PREFIX,
    TASK_NAME,
    Owner,
    is_private,
    read_owner,
    task_name,
)
from .commands import ConnectionLost, TooMuchSaid
from .remote_host import RemoteHost

_DEADLINE = 60.0
_EXPORT_DEADLINE = 120.0
_RECONNECT_AFTER = (2.0, 5.0, 10.0)
_MOST_STRAYS = 50  # of which the names fit into one command line
_TASK = re.compile(rf"\\({PREFIX}-[0-9a-zA-Z]{{1,40}})\"")


class RollbackError(Exception):
    """A rollback could not be armed, or not be disarmed; the message says why, and the remedy."""


@dataclass(frozen=True, slots=True)
class RollbackState:
    """The rollbacks on the host.

    Attributes:
        tasks: Names of the registered tasks, of all runs.
        owner: Text of owner.txt; empty where there is none.
        folder: Whether the folder exists, armed or not.
        private: Whether only SYSTEM and administrators may do anything in it.
        fired: Whether this run's rollback has run to its end. It then moves the folder to another name, but cannot
            where somebody has it open.
    """

    tasks: tuple[str, ...]
    owner: str
    folder: bool
    private: bool
    fired: bool

    @property
    def owned_by(self) -> Owner | None:
        """The owner, if owner.txt names one."""
        return read_owner(self.owner)

    def belongs_to(self, marker: str) -> bool:
        """Whether the task or the lock is of the run with this marker, and not over."""
        return task_name(marker) in self.tasks or (marker in self.owner and not self.fired)


class RollbackFolder:
    """One run's folder, and its task.

    Attributes:
        strays: Tasks of other runs that were there when the folder was made, and were deleted.
    """

    def __init__(self, host: RemoteHost, marker: str, sleep: Callable[[float], None] = time.sleep) -> None:
        """Nothing is sent yet.

        Args:
            host: The host.
            marker: Random letters and digits that mark the run.
            sleep: Waits the given seconds; for tests.
        """
        self._host = host
        self._marker = marker
        self._sleep = sleep
        self.strays: tuple[str, ...] = ()
        self._notes = ""

    def make(self) -> bool:
        """Make the folder and close it to all but SYSTEM and administrators.

        Where there was none, a task of another run has lost its script. When it is due it would run that of this run,
        so it is deleted.

        Returns:
            Whether it was made; not where it is there already.

        Raises:
            RollbackError: Others may have had a hand in it.
            ConnectionLost: The host was lost. It may have been made; the next run takes it over after a minute.
        """
        grants = " ".join(f'"{grant}"' for grant in GRANTS)
        closed = f'icacls "{FOLDER}" /inheritance:r /grant:r {grants} >nul 2>nul <nul'
        command = f'md "{FOLDER}" && ({closed}&echo @{self._marker}-made) || echo @{self._marker}-busy'
        if f"@{self._marker}-made" not in self._host.run(command, deadline=_DEADLINE).stdout:
            return False
        self._take_notes()
        found = self._ask(
            {"content": self._marked("content", f'dir /b /a "{FOLDER}"'), "tasks": self._tasks(), "dacl": self._dacl()}
        )
        if not is_private(found["dacl"] or ""):
            raise RollbackError(
                f"the folder {FOLDER} could not be closed to all but SYSTEM and administrators (icacls). Nothing is "
                "put there that runs as SYSTEM"
            )
        # Of an empty folder "dir /b" prints nothing, or that no file was found, on the other stream, and fails.
        if (found["content"] or "").strip():
            raise RollbackError(
                f"somebody put files into {FOLDER} as it was made. Look at it, see who may write into the Windows "
                "folder, and delete it"
            )
        self.strays = _task_names(found["tasks"])[:_MOST_STRAYS]
        if self.strays:
            self._run("&".join(f"schtasks /delete /tn {name} /f <nul" for name in self.strays))
        return True

    def write(self, files: Mapping[str, str]) -> None:
        """Write files and read them back.

        Raises:
            RollbackError: What is there is not what was written.
            ConnectionLost: The host was lost.
        """
        for name, text in files.items():
            # /r: without it, whether "^" is a regular expression depends on findstr's guess.
            self._run(rf'findstr /r "^" > "{FOLDER}\{name}"', text.encode("ascii"))
        found = self._ask({name: self._marked(name, rf'type "{FOLDER}\{name}"') for name in files})
        for name, text in files.items():
            if (found[name] or "").splitlines() != text.splitlines():
                raise RollbackError(
                    rf"{FOLDER}\{name} does not hold what was written to it. Another "
                    "controller may work on this host, or the disk be full"
                )

    def register(self) -> None:
        """Register the task, and save the policy for people; whether the former worked, `inspect` tells.

        The export may take minutes, and a run without a task is soon taken for dead.
        """
        self._run(rf'schtasks /create /tn {task_name(self._marker)} /xml "{FOLDER}\{TASK_NAME}" /f <nul')
        self._run(rf'netsh advfirewall export "{FOLDER}\{EXPORT_NAME}" <nul', deadline=_EXPORT_DEADLINE)

    def inspect(self) -> RollbackState:
        """Read the state of the rollbacks on the host.

        Raises:
            RollbackError: The answer was cut off, or Task Scheduler does not answer: that a task is gone is concluded
                only from a list without it.
            ConnectionLost: The host was lost.
        """
        self._take_notes()
        found = self._ask(
            {
                "tasks": self._tasks(),
                "owner": self._marked("owner", rf'type "{FOLDER}\{OWNER_NAME}"'),
                "folder": self._exists("folder", FOLDER),
                "dacl": self._dacl(),
                "moved": self._exists("moved", f"{FOLDER}-{self._marker}"),
                "fired": self._exists("fired", rf"{FOLDER}\fired.txt"),
            }
        )
        owner = (found["owner"] or "").strip()
        return RollbackState(
            tasks=_task_names(found["tasks"]),
            owner=owner,
            folder=found["folder"] is not None,
            private=is_private(found["dacl"] or ""),
            fired=found["moved"] is not None or (found["fired"] is not None and self._marker in owner),
        )

    def remove(self, marker: str = "") -> None:
        """Delete a run's task, and its folder once the task is gone: without its script it would fire into nothing.

        Args:
            marker: Marks the run; this one by default.
        """
        marker = marker or self._marker
        name = task_name(marker)
        self._run(f"schtasks /delete /tn {name} /f <nul")
        with suppress(RollbackError):  # it is not known to be gone, so its script stays
            if name not in self.inspect().tasks:
                self.remove_owned(marker)

    def remove_owned(self, marker: str) -> None:
        """Delete the folder with what is in it, if it is that of a run; without a marker, if it is nobody's yet.

        Args:
            marker: Marks the run.
        """
        owner = rf"{FOLDER}\{OWNER_NAME}"
        if marker:
            self._run(rf'findstr /l /c:"run {marker}," <"{owner}" >nul 2>nul && rd /s /q "{FOLDER}"')
        else:
            # A file without a name in it is what is left of one whose text got lost on the way.
            self._run(f'(findstr /l /c:"run " <"{owner}" >nul 2>nul && echo owned) || rd /s /q "{FOLDER}"')

    def remove_empty(self) -> None:
        """Delete a folder that others may have made, if it is empty: nothing in it, or behind a link, is touched."""
        self._run(rf'rd "{FOLDER}"')

    def _take_notes(self) -> None:
        """Choose a file for notes of one look: beside the folder, where only administrators write as well.

        Its name is another one each time and says nothing: everybody may list the Windows folder, open a file in it and
        keep it open.
        """
        self._notes = f"{FOLDER}-{secrets.token_hex(8)}.txt"

    @property
    def _quoted_notes(self) -> str:
        return f'"{self._notes}"'

    def _listed(self) -> str:
        # The whole list has thousands of characters on every host, so it stays there.
        return f"schtasks /query /fo csv /nh >{self._quoted_notes} 2>nul <nul"

    def _tasks(self) -> str:
        ours = f'findstr /l /c:"{PREFIX}-" <{self._quoted_notes}'
        return self._marked("tasks", f"{self._listed()} && ({ours} || echo none)")

    def _dacl(self) -> str:
        # "save" does not overwrite what is there on every Windows, and no document says where it does.
        saved = f'del {self._quoted_notes} 2>nul&icacls "{FOLDER}" /save {self._quoted_notes} >nul 2>nul <nul'
        return f"{self._marked('dacl', f'({saved}) && type {self._quoted_notes}')}&del {self._quoted_notes} 2>nul"

    # Both in parentheses: without them, what follows "else" or "||" on the line would belong to it.
    def _marked(self, name: str, command: str) -> str:
        return f"({command} && echo @{self._marker}-{name}-yes || echo @{self._marker}-{name}-no)"

    def _exists(self, name: str, path: str) -> str:
        return f'(if exist "{path}" (echo @{self._marker}-{name}-yes) else (echo @{self._marker}-{name}-no))'

    def _ask(self, commands: Mapping[str, str]) -> dict[str, str | None]:
        """What each part prints before its marker, an AutoRun line's output aside; None where the part failed."""
        line = "&".join((begin(self._marker), *commands.values()))
        output = after_begin(self._run(line), self._marker) or ""
        texts: dict[str, str | None] = {}
        for name in commands:
            match = re.search(rf"@{self._marker}-{re.escape(name)}-(yes|no)[ \t]{{0,9}}\r?\n?", output)
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
            except TooMuchSaid:
                raise
            except ConnectionLost:
                self._sleep(seconds)
                with suppress(ConnectionLost):
                    self._host.reconnect()
        return self._host.run(command, stdin, deadline).stdout


def _task_names(listed: str | None) -> tuple[str, ...]:
    """Names of our tasks in a list of ``schtasks /query /fo csv``; None where it failed.

    Raises:
        RollbackError: It failed.
    """
    if listed is None:
        raise RollbackError(
            "Task Scheduler does not list its tasks (schtasks /query), so it is not known which rollbacks are armed. "
            "See whether the service Schedule runs"
        )
    return tuple(sorted(set(_TASK.findall(listed))))
