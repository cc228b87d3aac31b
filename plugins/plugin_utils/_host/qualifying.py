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
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ...module_utils._firewall.state.reading import NotElevated, ReadError, before_begin
from ...module_utils._firewall.state.rollback_files import is_private
from ...module_utils._qualify import batches, files, questions
from ...module_utils._qualify.answers_host import all_told
from ...module_utils._qualify.gathered import Gathered, Ran
from ...module_utils._qualify.look import Look, looked
from ...module_utils._qualify.marks import FOLDER, MARK
from ...module_utils._qualify.parts import Heard, Part, heard, line_of
from ...module_utils._texts import first_few
from .remote_host import CommandTimeout, ConnectionLost, RemoteHost, Started, TooMuchSaid

_MOST_NAMED = 3
_DEADLINE = 120.0
_NETSH_DEADLINE = 300.0  # firewall changes were seen to block for 4 minutes (tailscale/tailscale#867)
_CONSOLE_DEADLINE = 20.0
"""Seconds after which a program has not seen the end of its input: it had nothing to wait for."""

_OPEN_DEADLINE = 60.0
_RECONNECT_AFTER = (2.0, 5.0, 10.0)
_TAKE_BACK_AFTER = (0.0, 2.0, 5.0)
_LOOKS_AT_TASKS = (2.0, 58.0, *(10.0,) * 12)
"""Seconds between looks at what the tasks have noted: the first for hosts whose clock runs fast, the others for the
minute after which two of them are due, and the time limit and more of the third."""

_BEGINS = "takes two to five minutes; if it is broken off, run it again, which takes away what it has left"
_BROKEN_OFF = "broken off, and what was made is still on the host: run it again, which takes it away first"


class Interrupted(Exception):
    """It failed after it had begun; the message says why, and what is left on the host.

    Attributes:
        left: What could not be taken back, in words; None where the host did not let itself be looked at.
    """

    def __init__(self, message: str, left: tuple[str, ...] | None) -> None:
        super().__init__(message)
        self.left = left


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
    ) -> None:
        """Nothing is sent yet.

        Args:
            host: The host.
            sleep: Waits the given seconds; for tests.
            say: Takes one sentence for the user, at once: what is being waited for.
        """
        self._host = host
        self._sleep = sleep
        self._say = say

    def look(self) -> Look:
        """Read what is there; changes nothing.

        Raises:
            ConnectionLost: The host does not answer.
            ReadError: It answers something that cannot be relied on.
            NotElevated: The account lacks the rights.
        """
        unasked, parts = self._listen(questions.LOOK)
        return looked(parts, unasked)

    def run(self, before: Look) -> Qualified:
        """Ask everything.

        Somebody who breaks it off ends the process: nothing is taken back then, and the user is told so before.

        Args:
            before: The host as it is.

        Raises:
            Interrupted: It failed; what was made is taken back, as far as the host lets itself be reached.
        """
        self._say(_BEGINS)
        try:
            former = self._take_back(before).left
            if former:
                raise ReadError(f"what an earlier run has left cannot be taken away: {'; '.join(former)}")
            gathered = self._gather()
            after = self._take_back(self.look())
        except KeyboardInterrupt:
            self._say(_BROKEN_OFF)
            raise
        except BaseException as error:  # a task's timeout is no Exception
            raise self._rescued(error) from error
        return Qualified(gathered, before, after)

    def _gather(self) -> Gathered:
        folder = self._ask(questions.FOLDER_STEPS)
        if not folder["made"].succeeded:
            raise ReadError(f"the folder {FOLDER} could not be made")
        if folder["empty"].text.strip():
            raise ReadError(f"somebody put files into {FOLDER} as it was made. Look at it, and delete it")
        for name, content in files.texts().items():
            self._host.run(questions.write_command(name), content, _DEADLINE)
        found = Gathered(folder=folder, files=self._ask(questions.READ_BACK))
        # What is in the folder runs as SYSTEM: not where others may change it.
        if is_private(folder["fresh"].text):
            found = replace(found, tasks=self._ask(questions.REGISTER))
        found = replace(found, runs=self._netsh_sessions())
        early = self.look().rules
        found = replace(found, netsh=self._ask(questions.NETSH, _NETSH_DEADLINE))
        found = replace(found, registry=self._ask(questions.REGISTRY), who=self._ask(questions.WHO))
        found = replace(found, runs={**found.runs, **self._shell_runs()}, rules=self._own_rules())
        if gone := early.keys() - (found.rules or {}).keys():
            raise ReadError(
                f"{first_few(sorted(gone), _MOST_NAMED)} went away meanwhile: another run, or somebody else, works on "
                "the host. Nothing is concluded; try again when it is over"
            )
        return replace(found, fired=self._fired() if found.tasks else {})

    def _netsh_sessions(self) -> dict[str, Ran]:
        sessions = {
            "good": batches.on_stdin(batches.good_lines("stdin")),
            "mixed": batches.on_stdin(batches.mixed_lines("stdin")),
            "last": batches.on_stdin(batches.last_lines("stdin")),
            "open": batches.on_stdin([batches.rule("open-good")], end=False),
            "long": batches.on_stdin(batches.long_lines("stdin", batches.LENGTHS)),
            # Sessions of their own: one that is refused may end its session.
            "addresses": batches.on_stdin(batches.address_lines("stdin")),
            "ports": batches.on_stdin(batches.port_lines("stdin")),
            "text": batches.on_stdin([batches.text_line("stdin")]),
        }
        # One without bye may wait for more for ever.
        return {
            name: self._alone("netsh", text, _OPEN_DEADLINE if name == "open" else _NETSH_DEADLINE)
            for name, text in sessions.items()
        }

    def _shell_runs(self) -> dict[str, Ran]:
        echoed = f"{MARK}\r\n".encode("ascii")
        return {
            "command": self._alone(questions.SHELL_QUESTION),
            "unknown": self._alone(questions.UNKNOWN_PROGRAM),
            "skip": self._alone(questions.WITHOUT_SHELL, started=Started(console_stdin=False, without_cmd=True)),
            "console": self._alone(questions.ECHOING, echoed, _CONSOLE_DEADLINE, Started(console_stdin=True)),
        }

    def _own_rules(self) -> Mapping[str, str]:
        """The rules of the kit once two readings agree: the registry may lag behind netsh."""
        last: Mapping[str, str] | None = None
        for seconds in (0.0, 1.0, 2.0, 4.0):
            if seconds:
                self._sleep(seconds)
            rules = self.look().rules
            if rules == last:
                break
            last = rules
        return rules

    def _fired(self) -> Mapping[str, Heard]:
        self._say("waits up to three minutes for its scheduled tasks, to see when they run")
        found: Mapping[str, Heard] = {}
        for seconds in _LOOKS_AT_TASKS:
            self._sleep(seconds)
            found = self._ask(questions.FIRED)
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
                # A session may stop at a rule that has gone since.
                for some in _by_tens(sorted(look.rules)):
                    self._ask(questions.delete_rules(some), _NETSH_DEADLINE)
            elif look.rules:
                lines = [batches.delete(name) for name in sorted(look.rules)]
                self._host.run("netsh", batches.on_stdin(lines), _NETSH_DEADLINE)
            self._ask(questions.take_back(look.tasks, look.files, look.key))
            look = self.look()
        return look

    def _rescued(self, error: BaseException) -> Interrupted:
        """After a failure: take everything back over a new connection, and say what is left."""
        left: tuple[str, ...] | None = None
        lost = isinstance(error, ConnectionLost)
        for seconds in _RECONNECT_AFTER:
            try:
                if lost:
                    self._sleep(seconds)
                    self._host.reconnect()
                left = self._take_back(self.look()).left
                break
            except (ConnectionLost, ReadError, NotElevated) as again:
                lost = lost or isinstance(again, ConnectionLost)
        if left is None:
            told = "Whether anything is left on the host is not known: run this again, which takes it away first"
        elif left:
            told = f"Left on the host: {'; '.join(left)}. Run this again, which takes it away first"
        else:
            told = "Everything that had been made on the host was taken back"
        return Interrupted(f"{error}. {told}", left)

    def _ask(self, parts: Sequence[Part], deadline: float = _DEADLINE) -> dict[str, Heard]:
        if not parts:
            return {}
        return self._listen(parts, deadline)[1]

    def _listen(self, parts: Sequence[Part], deadline: float = _DEADLINE) -> tuple[str, dict[str, Heard]]:
        """What the host printed unasked, and what each part did."""
        marker = secrets.token_hex(4)
        printed = self._host.run(line_of(marker, parts), deadline=deadline).stdout
        return before_begin(printed, marker), heard(printed, marker, parts)

    def _alone(
        self, command: str, stdin: bytes = b"", deadline: float = _DEADLINE, started: Started | None = None
    ) -> Ran:
        """A command with a line of its own. One that was asked for in an odd way may be refused, or never end."""
        for last in (False, True):
            try:
                output = self._host.run(command, stdin, deadline, started=started)
                return Ran(output.stdout, output.code)
            except CommandTimeout:
                self._host.reconnect()
                break
            except TooMuchSaid:
                raise
            except ConnectionLost:
                if started is None:
                    raise
                self._host.reconnect()
                # A host that refuses it does so twice; a connection that broke by chance does not.
                if last:
                    break
        return Ran("", None)


def _by_tens(names: Iterable[str]) -> list[list[str]]:
    """Names in groups that fit into one command line."""
    listed = list(names)
    return [listed[begin : begin + 10] for begin in range(0, len(listed), 10)]
