# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the kit makes of a connection that breaks, told from a host that refuses or never ends."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._qualify.gathered import Ran
from ansible_collections.lyncops.firewall.plugins.module_utils._qualify.look import Look
from ansible_collections.lyncops.firewall.plugins.module_utils._qualify.marks import MARK
from ansible_collections.lyncops.firewall.plugins.plugin_utils._host.commands import (
    CommandTimeout,
    ConnectionLost,
    Output,
    Started,
    TooMuchSaid,
)
from ansible_collections.lyncops.firewall.plugins.plugin_utils._host.qualify_asking import Asking
from ansible_collections.lyncops.firewall.plugins.plugin_utils._host.qualifying import Interrupted, Qualifying

ODD = Started(console_stdin=True)


@dataclass
class Host:
    """Answers with what is put in, an error or an output, one for each command."""

    answers: list[Exception | Output]
    commands: list[str] = field(default_factory=list)
    reconnects: int = 0
    slept: list[float] = field(default_factory=list)

    def run(self, command: str, stdin: bytes = b"", deadline: float = 0, *, started: Started | None = None) -> Output:
        self.commands.append(command)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def reconnect(self) -> None:
        self.reconnects += 1


LOST, LATE, WELL = ConnectionLost("reset by peer"), CommandTimeout("it was told to stop"), Output("x", "", 3)


@pytest.mark.parametrize(
    ("answers", "found", "commands"),
    [
        ([WELL], Ran("x", 3), 1),
        ([LOST, WELL], Ran("x", 3), 2),  # by chance
        ([LOST, LOST], Ran("", None), 2),  # refused
        ([LATE], Ran("", None), 1),  # never ends
    ],
)
def test_an_odd_command_is_refused_only_where_it_is_so_twice(
    answers: list[Exception | Output], found: Ran, commands: int
) -> None:
    host = Host(list(answers))
    assert Asking(host).alone("x", started=ODD) == found  # type: ignore[arg-type]
    assert (len(host.commands), host.reconnects) == (commands, sum(answer is not WELL for answer in answers))


def test_any_other_command_is_lost_with_its_connection() -> None:
    with pytest.raises(ConnectionLost, match="reset"):
        Asking(Host([LOST])).alone("x")  # type: ignore[arg-type]
    with pytest.raises(TooMuchSaid):
        Asking(Host([TooMuchSaid("16 MB")])).alone("x", started=ODD)  # type: ignore[arg-type]


def test_a_host_that_does_not_come_back_is_said_to_be_unknown() -> None:
    host = Host([LOST] * 10)
    kit = Qualifying(host, host.slept.append)  # type: ignore[arg-type]
    error = kit._rescued(LOST)
    assert isinstance(error, Interrupted)
    assert error.left is None
    assert "reset by peer. Whether anything is left on the host is not known: run this again" in str(error)
    assert (host.reconnects, host.slept) == (3, [2.0, 5.0, 10.0])


class TaskTimeout(BaseException):
    """As Ansible's, which is no Exception."""


def test_a_timeout_in_the_middle_of_the_rescue_still_says_that_nothing_is_known() -> None:
    def sleep(_seconds: float) -> None:
        raise TaskTimeout("Timed out after 30 second(s).")

    said: list[str] = []
    kit = Qualifying(Host([LOST] * 10), sleep=sleep, say=said.append)  # type: ignore[arg-type]
    with pytest.raises(Interrupted, match="reset by peer") as caught:
        kit.run(Look({f"{MARK}-any": "x"}, (), files=False, key=False, others={}))
    assert caught.value.left is None
    assert str(caught.value).endswith("run this again, which takes it away first")
    assert "To break it off leaves on the host what was made" in said[0]
    assert said[1] == "it failed, and takes back what it has made: up to 3 minutes"


def test_the_rescue_ends_after_the_time_that_was_said() -> None:
    now = [0.0]
    deadlines: list[float] = []

    class Hanging(Host):
        def run(self, command: str, stdin: bytes = b"", deadline: float = 0, **_more: object) -> Output:
            deadlines.append(deadline)
            now[0] += deadline
            raise LATE

    kit = Qualifying(Hanging([]), sleep=lambda _s: None, clock=lambda: now[0])  # type: ignore[arg-type]
    error = kit._rescued(ConnectionLost("lost"))
    assert error.left is None
    assert deadlines == [45.0] * 3
    assert now[0] <= 180


def test_a_sentence_has_one_full_stop() -> None:
    error = Qualifying(Host([LOST] * 10), sleep=lambda _s: None)._rescued(TaskTimeout("Timed out."))  # type: ignore[arg-type]
    assert str(error).startswith("Timed out. Whether")
