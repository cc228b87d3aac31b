# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the kit asks a host: lines of parts, commands with a line of their own, and looks at what is there."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable, Sequence

from ...module_utils._firewall.state.read_command import before_begin
from ...module_utils._qualify import questions
from ...module_utils._qualify.gathered import Ran
from ...module_utils._qualify.look import Look, looked
from ...module_utils._qualify.marks import name_alike, own_name, rules_in
from ...module_utils._qualify.parts import Heard, Part, heard, line_of
from .commands import CommandTimeout, ConnectionLost, Output, Started, TooMuchSaid
from .remote_host import RemoteHost

DEADLINE = 120.0
"""Seconds for a command."""

_LATE_DEADLINE = 45.0
_ID = re.compile(r"[0-9A-Za-z{}_.-]{1,60}")
_IDS_AT_ONCE = 20


class OutOfTime(Exception):
    """All that was to be asked took longer than it may."""


class Asking:
    """One host, and what is known of how it answers.

    Attributes:
        imitations: Ids of what looks like a rule with the kit's mark, and is a line of somebody's description.
        unasked: Whether cmd has printed something before a line's own output.
    """

    def __init__(self, host: RemoteHost, clock: Callable[[], float] = time.monotonic) -> None:
        """Nothing is sent yet.

        Args:
            host: The host.
            clock: Seconds; for tests.
        """
        self._host = host
        self._clock = clock
        self._until: float | None = None
        self.imitations: frozenset[str] = frozenset()
        self.unasked = False

    def hurry(self, seconds: float) -> None:
        """From now on there are so many seconds for everything, and few for each command."""
        self._until = self._clock() + seconds

    def reconnect(self) -> None:
        """Ask over a new connection.

        Raises:
            ConnectionLost: There is none.
        """
        self._host.reconnect()

    def send(
        self, command: str, stdin: bytes = b"", deadline: float = DEADLINE, started: Started | None = None
    ) -> Output:
        """Run a command line, see `RemoteHost.run`.

        Raises:
            ConnectionLost: See there.
            OutOfTime: What `hurry` leaves has passed.
        """
        if self._until is not None:
            deadline = min(deadline, _LATE_DEADLINE, self._until - self._clock())
            if deadline <= 0:
                raise OutOfTime
        return self._host.run(command, stdin, deadline, started=started)

    def ask(self, parts: Sequence[Part], deadline: float = DEADLINE) -> dict[str, Heard]:
        """What each part of a line did.

        Raises:
            ConnectionLost, OutOfTime: See `send`.
            ReadError: The answer was cut off.
        """
        return self._listen(parts, deadline)[1] if parts else {}

    def _listen(self, parts: Sequence[Part], deadline: float = DEADLINE) -> tuple[str, dict[str, Heard]]:
        """What the host printed unasked, and what each part did."""
        marker = secrets.token_hex(4)
        printed = self.send(line_of(marker, parts), deadline=deadline).stdout
        unasked = before_begin(printed, marker)
        self.unasked = self.unasked or bool(unasked.strip())
        return unasked, heard(printed, marker, parts)

    def alone(
        self, command: str, stdin: bytes = b"", deadline: float = DEADLINE, started: Started | None = None
    ) -> Ran:
        """A command with a line of its own. One that was asked for in an odd way may be refused, or never end."""
        for last in (False, True):
            try:
                output = self.send(command, stdin, deadline, started)
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

    def look(self) -> Look:
        """What is there.

        Raises:
            ConnectionLost, OutOfTime: See `send`.
            ReadError: It answers something that cannot be relied on.
            NotElevated: The account lacks the rights.
        """
        unasked, parts = self._listen(questions.LOOK)
        return looked(parts, unasked, self.imitations)

    def confirmed(self, look: Look) -> Look:
        """A look without what only looks like rules that bear the kit's mark.

        A line break in somebody's description puts anything into a line of its own. A value that is asked for alone
        is not there, or stands in the first line of what is printed.

        Raises:
            ConnectionLost, OutOfTime, ReadError, NotElevated: See `look`.
        """
        asked = [rule_id for rule_id in look.marked if _ID.fullmatch(rule_id)]
        found: set[str] = set()
        for begin in range(0, len(asked), _IDS_AT_ONCE):
            some = asked[begin : begin + _IDS_AT_ONCE]
            answers = self.ask(questions.rules_by_id(some)).values()
            found |= {rule_id for rule_id, answer in zip(some, answers, strict=True) if not _is_there(rule_id, answer)}
        if not found:
            return look
        self.imitations |= found
        return self.look()


def _is_there(rule_id: str, answer: Heard) -> bool:
    """Whether a value that was asked for alone is there, and has the kit's mark itself."""
    first = next((rule for other, rule in rules_in(answer.text) if other == rule_id), "") if answer.succeeded else ""
    return bool(own_name(first) or name_alike(first))
