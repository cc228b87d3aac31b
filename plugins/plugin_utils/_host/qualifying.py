# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks one host what no document says, on what is the kit's own there, and takes everything back.

Whatever fails half-way, what was made is taken away again, over a new connection if need be; and each run begins with
taking away what an earlier one has left. Whether it is gone, a look at the host tells, and no exit code.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from ...module_utils._firewall.state.reading import NotElevated, ReadError
from ...module_utils._firewall.state.rollback_files import is_private
from ...module_utils._qualify import batches, files, questions
from ...module_utils._qualify.answers_host import all_told
from ...module_utils._qualify.gathered import Gathered, Ran
from ...module_utils._qualify.look import Look, own_rules, run_of
from ...module_utils._qualify.marks import FOLDER, MARK, RUN_FILE
from ...module_utils._qualify.meanwhile import (
    WENT_AWAY,
    see_that_all_stands,
    see_that_it_is_reliable,
    see_that_it_may,
)
from ...module_utils._qualify.parts import Heard
from ...module_utils._texts import first_few
from .commands import ConnectionLost, Started
from .qualify_asking import Asking
from .remote_host import RemoteHost

_MOST_NAMED = 3
_NETSH_DEADLINE = 300.0  # firewall changes were seen to block for 4 minutes (tailscale/tailscale#867)
_CONSOLE_DEADLINE = 20.0
"""Seconds after which a program has not seen the end of its input: it had nothing to wait for."""

_OPEN_DEADLINE = 60.0
_RECONNECT_AFTER = (2.0, 5.0, 10.0)
_TAKE_BACK_AFTER = (0.0, 2.0, 5.0)
_LOOKS_AT_TASKS = (2.0, 58.0, *(10.0,) * 12)
"""Seconds between looks at what the tasks have noted: the first for hosts whose clock runs fast, the others for the
minute after which two of them are due, and the time limit and more of the third."""

_RESCUE_TIME = 180.0
"""Seconds for taking everything back after a failure."""

# Who breaks it off ends Ansible's worker at once: nothing can be said or taken back then, so it is said before.
_BEGINS = (
    "takes two to five minutes. To break it off leaves on the host what was made, without a word: run it again then, "
    "which takes that away first"
)
_TAKES_BACK = f"it failed, and takes back what it has made: up to {_RESCUE_TIME / 60:.0f} minutes"
_ANOTHER = "another run of this works on the host. Nothing is concluded; try again when it is over"
_AUTORUN = (
    "cmd.exe began to print something of its own before a command (AutoRun), which would get into the answers. Nothing "
    "is concluded; take it out for this, or take another host"
)


class _AnotherRun(ReadError):
    """The folder on the host is that of another run."""


class Interrupted(Exception):
    """It failed after it had begun; the message says why, and what is left on the host.

    Attributes:
        left: What could not be taken back, in words; None where the host did not let itself be looked at.
        changed: Whether anything had been made or taken away, even if it was taken back.
    """

    def __init__(self, message: str, left: tuple[str, ...] | None, changed: bool) -> None:
        super().__init__(message)
        self.left = left
        self.changed = changed


@dataclass(frozen=True, slots=True)
class Qualified:
    """What came of it.

    Attributes:
        gathered: What was heard.
        before: The host before anything was done.
        after: The host after everything was taken back.
    """

    gathered: Gathered
    before: Look
    after: Look


class Qualifying:
    """One host: `look`, and then `run`."""

    def __init__(
        self,
        host: RemoteHost,
        sleep: Callable[[float], None] = time.sleep,
        say: Callable[[str], None] = lambda _text: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Nothing is sent yet.

        Args:
            host: The host.
            sleep: Waits the given seconds; for tests.
            say: Takes one sentence for the user, at once: what is being waited for.
            clock: Seconds; for tests.
        """
        self._asking = Asking(host, clock)
        self._sleep = sleep
        self._say = say
        self._name = secrets.token_hex(8)
        self._former = ""
        self._changed = False

    def look(self) -> Look:
        """Read what is there; changes nothing.

        Raises:
            ConnectionLost: The host does not answer.
            ReadError: It answers something that cannot be relied on.
            NotElevated: The account lacks the rights.
        """
        return self._asking.confirmed(self._asking.look())

    def run(self, before: Look) -> Qualified:
        """Ask everything.

        Args:
            before: The host as it is.

        Raises:
            Interrupted: It failed; what was made is taken back, as far as the host lets itself be reached.
        """
        self._say(_BEGINS)
        self._former = before.run
        try:
            self._changed = bool(before.left)
            former = self._take_back(before).left
            if former:
                self._changed = former != before.left
                raise ReadError(f"what an earlier run has left cannot be taken away: {'; '.join(former)}")
            self._former = ""
            gathered = self._gather()
            last = self._ours(self._asking.look())
            see_that_all_stands(gathered, last)
            after = self._take_back(last)
            see_that_it_may(after)
        except KeyboardInterrupt:  # of an ansible-core whose worker is told
            raise
        except BaseException as error:  # a task's timeout is no Exception
            raise self._rescued(error) from error
        return Qualified(gathered, before, after)

    def _ours(self, look: Look) -> Look:
        """A look at what may be taken away: not what another run has made since.

        Raises:
            ReadError: It has.
        """
        if look.run not in ("", self._name, self._former):
            raise _AnotherRun(_ANOTHER)
        return look

    def _see_that_it_is_ours(self, parts: Mapping[str, Heard]) -> None:
        """See that nobody has taken away what this run has made.

        Raises:
            ReadError: Somebody has.
        """
        told = run_of(parts)
        if told != self._name:
            raise _AnotherRun(_ANOTHER) if told else ReadError(f"{FOLDER} {WENT_AWAY}")

    def _gather(self) -> Gathered:
        self._changed = True
        folder = self._asking.ask(questions.FOLDER_STEPS)
        if not folder["made"].succeeded:
            raise ReadError(f"the folder {FOLDER} could not be made")
        if folder["empty"].text.strip():
            raise ReadError(f"somebody put files into {FOLDER} as it was made. Look at it, and delete it")
        for name, content in {RUN_FILE: f"{self._name}\r\n".encode("ascii"), **files.texts()}.items():
            self._asking.send(questions.write_command(name), content)
        found = Gathered(folder=folder, files=self._asking.ask(questions.READ_BACK))
        # What is in the folder runs as SYSTEM: not where others may change it.
        if is_private(folder["fresh"].text):
            found = replace(found, tasks=self._asking.ask(questions.REGISTER))
        sessions, early = self._netsh_sessions()
        found = replace(found, runs=sessions, netsh=self._asking.ask(questions.NETSH, _NETSH_DEADLINE))
        early |= self._standing().keys()
        found = replace(found, registry=self._asking.ask(questions.REGISTRY), who=self._asking.ask(questions.WHO))
        found = replace(found, runs={**found.runs, **self._shell_runs()}, rules=self._own_rules())
        if gone := early - (found.rules or {}).keys():
            raise ReadError(f"{first_few(sorted(gone), _MOST_NAMED)} {WENT_AWAY}")
        found = replace(found, fired=self._fired() if found.tasks else {})
        if self._asking.unasked:
            raise ReadError(_AUTORUN)
        return found

    def _netsh_sessions(self) -> tuple[dict[str, Ran], set[str]]:
        """What came of each session, and the rules that were there after any of them."""
        ran: dict[str, Ran] = {}
        seen: set[str] = set()
        for name, text in batches.sessions().items():
            # One without bye may wait for more for ever.
            ran[name] = self._asking.alone("netsh", text, _OPEN_DEADLINE if name == "open" else _NETSH_DEADLINE)
            seen |= self._standing().keys()
        return ran, seen

    def _standing(self) -> dict[str, str]:
        """The rules of the kit as they are now."""
        parts = self._asking.ask(questions.STANDING)
        self._see_that_it_is_ours(parts)
        see_that_it_is_reliable(parts)
        return own_rules(parts["rules"].text, self._asking.imitations)

    def _shell_runs(self) -> dict[str, Ran]:
        echoed = f"{MARK}\r\n".encode("ascii")
        return {
            "command": self._asking.alone(questions.SHELL_QUESTION),
            "unknown": self._asking.alone(questions.UNKNOWN_PROGRAM),
            "skip": self._asking.alone(questions.WITHOUT_SHELL, started=Started(console_stdin=False, without_cmd=True)),
            "console": self._asking.alone(questions.ECHOING, echoed, _CONSOLE_DEADLINE, Started(console_stdin=True)),
        }

    def _own_rules(self) -> Mapping[str, str]:
        """The rules of the kit once two readings agree: the registry may lag behind netsh."""
        last: Mapping[str, str] | None = None
        for seconds in (0.0, 1.0, 2.0, 4.0):
            if seconds:
                self._sleep(seconds)
            rules = self._standing()
            if rules == last:
                break
            last = rules
        return rules

    def _fired(self) -> Mapping[str, Heard]:
        self._say("waits up to three minutes for its scheduled tasks, to see when they run")
        found: Mapping[str, Heard] = {}
        for seconds in _LOOKS_AT_TASKS:
            self._sleep(seconds)
            found = self._asking.ask(questions.FIRED)
            self._see_that_it_is_ours(found)
            if all_told(found):
                break
        return found

    def _take_back(self, look: Look) -> Look:
        """Take away what is the kit's; the host as it is then."""
        for seconds in _TAKE_BACK_AFTER:
            if not look.left:
                break
            if seconds:
                self._sleep(seconds)
                look = self._asking.confirmed(look)
                # A session may stop at a rule that has gone since.
                for some in batches.by_tens(sorted(look.rules)):
                    self._asking.ask(questions.delete_rules(some), _NETSH_DEADLINE)
            elif look.rules:
                lines = [batches.delete(name) for name in sorted(look.rules)]
                self._asking.send("netsh", batches.on_stdin(lines), _NETSH_DEADLINE)
            self._asking.ask(questions.take_back(look.tasks, look.files, look.key))
            look = self._asking.look()
        return self._asking.confirmed(look) if look.left else look

    def _rescued(self, error: BaseException) -> Interrupted:
        """After a failure: take everything back over a new connection, and say what is left."""
        left: tuple[str, ...] | None = None
        another = False
        lost = isinstance(error, ConnectionLost)
        self._say(_TAKES_BACK)
        self._asking.hurry(_RESCUE_TIME)
        for seconds in _RECONNECT_AFTER:
            try:
                if lost:
                    self._sleep(seconds)
                    self._asking.reconnect()
                left = self._take_back(self._ours(self._asking.look())).left
                break
            except _AnotherRun:
                another = True
                break
            except (ConnectionLost, ReadError, NotElevated) as again:
                lost = lost or isinstance(again, ConnectionLost)
            except BaseException:  # OutOfTime, or a task's timeout while an earlier failure is being made good
                break
        if another:
            told = "What is on the host is that run's, which takes it away at its end: nothing was taken back"
        elif left is None:
            told = "Whether anything is left on the host is not known: run this again, which takes it away first"
        elif left:
            told = f"Left on the host: {'; '.join(left)}. Run this again, which takes it away first"
        else:
            told = "Everything that had been made on the host was taken back"
        return Interrupted(f"{str(error).rstrip('.')}. {told}", left, self._changed)
