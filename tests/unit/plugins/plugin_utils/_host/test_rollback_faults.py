# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commit-confirmed apply where something breaks: what is left armed restores, and nothing else is left."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from ansible_collections.lyncops.firewall.plugins.plugin_utils._host.commands import ConnectionLost
from ansible_collections.lyncops.firewall.plugins.plugin_utils._host.outcome import Failed
from ansible_collections.lyncops.firewall.tests.unit.plugins.plugin_utils._host.rollback_cases import (
    FOREIGN,
    assert_nothing_left,
    host,
    index,
    needs_443,
    run,
    stored,
)
from ansible_collections.lyncops.firewall.tests.unit.plugins.plugin_utils._host.rollback_host import (
    FOLDER,
    Line,
    lost_after,
    lost_before,
)

FILES = ("owner.txt", "undo.cmd", "task.xml")
DAY = 24 * 3600.0


def steps() -> int:
    """How many commands an undisturbed risky run takes."""
    line = host()
    run(line)
    return len(line.commands)


@pytest.mark.parametrize("trouble", [lost_before, lost_after])
@pytest.mark.parametrize("step", range(steps()))
def test_a_line_that_breaks_once_at_any_step(step: int, trouble: Callable[[Line, str, bytes], str]) -> None:
    line = host()
    before = stored(line)
    line.trouble = {step: trouble}
    rollback = ""
    try:
        rollback = run(line).rollback
    except ConnectionLost:
        assert stored(line) == before, "a lost connection means that nothing was applied"
    assert (stored(line) == [FOREIGN]) == bool(rollback)
    assert not line.model.tasks, "left armed"
    assert line.model.fired == 0
    again = Line(line.model)
    run(again)
    assert stored(again) == [FOREIGN]
    assert_nothing_left(again)


@pytest.mark.parametrize("trouble", [lost_before, lost_after])
@pytest.mark.parametrize("step", range(steps()))
def test_a_host_that_is_lost_for_good_at_any_step(step: int, trouble: Callable[[Line, str, bytes], str]) -> None:
    clean = host()
    run(clean)
    delete = index(clean, "/delete")
    line = host()
    before = stored(line)
    line.trouble = {step: trouble}
    line.reachable = lambda _model: len(line.commands) <= step
    with pytest.raises((Failed, ConnectionLost)) as caught:
        run(line)
    write = clean.commands.index("netsh")
    assert isinstance(caught.value, Failed) == (write <= step), "unreachable before the first write, failed after it"
    line.model.pass_time(DAY)
    disarmed = step > delete or (step == delete and trouble is lost_after)
    assert stored(line) == ([FOREIGN] if disarmed else before)
    assert not line.model.tasks
    again = Line(line.model)
    run(again)
    assert stored(again) == [FOREIGN]
    assert_nothing_left(again)


def test_a_controller_that_is_killed_leaves_what_restores_and_goes_away() -> None:
    line = host()
    before = stored(line)
    clean = host()
    run(clean)

    def killed(line: Line, command: str, stdin: bytes) -> str:
        line.model.run(command, stdin)
        raise KeyboardInterrupt

    line.trouble = {clean.commands.index("netsh"): killed}
    with pytest.raises(KeyboardInterrupt):
        run(line)
    assert stored(line) == [FOREIGN]
    line.model.pass_time(DAY)
    assert line.model.fired == 1
    assert stored(line) == before
    assert_nothing_left(line)
    assert run(Line(line.model)).rollback == "confirmed"


def test_a_restart_between_arm_and_disarm_restores() -> None:
    line = host()
    before = stored(line)
    clean = host()
    run(clean)

    def restarted(line: Line, command: str, stdin: bytes) -> str:
        line.model.run(command, stdin)
        line.model.reboot()
        line.alive = False
        raise ConnectionLost("connection reset by peer")

    line.trouble = {clean.commands.index("netsh"): restarted}
    with pytest.raises(Failed, match="restored itself") as caught:
        run(line)
    assert caught.value.outcome is not None
    assert caught.value.outcome.rollback == "fired"
    assert line.model.fired == 1
    assert stored(line) == before, "it was sent again without a rollback"
    assert_nothing_left(line)


@pytest.mark.parametrize("ignored", ["/create", *(rf'"^" > "%SystemRoot%\LyncOpsRollback\{name}' for name in FILES)])
def test_without_a_task_that_was_seen_nothing_is_applied(ignored: str) -> None:
    line = host()
    before = stored(line)
    line.model.ignores = {ignored}
    with pytest.raises(Failed, match="nothing was applied") as caught:
        run(line)
    assert caught.value.outcome is None
    assert stored(line) == before
    assert line.model.lines == []
    line.model.ignores = set()
    again = Line(line.model)
    run(again)
    assert_nothing_left(again)


def test_a_task_that_cannot_be_taken_away_fires_and_that_is_said() -> None:
    line = host()
    before = stored(line)
    line.model.ignores = {"schtasks /delete", "rd /s /q"}  # the script has whole paths
    with pytest.raises(Failed, match=r"could not be removed\. The host has restored itself"):
        run(line)
    assert line.model.fired == 1
    assert stored(line) == before
    assert not line.model.tasks


def test_a_task_that_neither_goes_nor_runs_is_said_to_be_there() -> None:
    line = host()
    before = stored(line)
    line.model.ignores = {"/delete /tn LyncOpsRollback-"}  # nor when the script itself says it
    with pytest.raises(Failed, match=r"could not be removed.*still registered") as caught:
        run(line)
    assert caught.value.outcome is not None
    assert caught.value.outcome.rollback == "armed"
    assert stored(line) == before


def test_what_netsh_never_does_is_the_error_and_nothing_stays_armed() -> None:
    line = host()
    line.model.ignored = {'advfirewall firewall delete rule name="LyncOps in-tcp-443 g1"'}
    with pytest.raises(Failed, match="'LyncOps in-tcp-443 g1' was not deleted") as caught:
        run(line)
    assert caught.value.outcome is not None
    assert caught.value.outcome.rollback == "confirmed"
    assert line.model.fired == 0
    assert_nothing_left(line)


def test_work_that_takes_longer_than_the_rollback_waits_is_undone_and_said() -> None:
    line = host()
    before = stored(line)
    clean = host()
    run(clean)

    def slow(line: Line, command: str, stdin: bytes) -> str:
        text = line.model.run(command, stdin)
        line.model.pass_time(11 * 60)
        return text

    line.trouble = {clean.commands.index("netsh") + 1: slow}  # the reading after it
    with pytest.raises(Failed, match="restored itself") as caught:
        run(line)
    assert caught.value.outcome is not None
    assert caught.value.outcome.rollback == "fired"
    assert stored(line) == before


def test_a_folder_that_somebody_has_open_keeps_its_name_and_it_still_counts_as_fired() -> None:
    line = host()
    before = stored(line)
    line.reachable = needs_443
    line.model.ignores = {"ren "}
    with pytest.raises(Failed, match="restored itself"):
        run(line)
    assert stored(line) == before
    line.model.ignores = set()
    again = Line(line.model)
    assert run(again).rollback == "confirmed"
    assert again.slept >= 60, "its owner was dead"


def test_a_host_that_does_not_come_back_is_said_to_be_armed() -> None:
    line = host()
    line.reachable = lambda _model: False
    with pytest.raises(Failed, match="told to restore itself after 10 minutes") as caught:
        run(line)
    assert caught.value.outcome is not None
    assert caught.value.outcome.rollback == "armed"
    assert line.model.fired == 1, "it did, all the same"


@pytest.mark.parametrize("seconds", [3.0, 60.0])
def test_that_task_scheduler_does_not_answer_is_not_that_the_task_is_gone(seconds: float) -> None:
    """It is asked again for a while; then the host restores itself."""
    line = host()
    before = stored(line)
    clean = host()
    run(clean)

    def silent(line: Line, command: str, stdin: bytes) -> str:
        line.model.answers_tasks = False
        return line.model.run(command, stdin)

    line.trouble = {index(clean, "/delete"): silent}
    line.later = [(seconds, lambda model: setattr(model, "answers_tasks", True))]
    if seconds < 17:  # so long it is asked
        assert run(line).rollback == "confirmed"
        assert stored(line) == [FOREIGN]
        assert not line.model.fired
        assert_nothing_left(line)
        return
    with pytest.raises(Failed, match="does not list its tasks"):
        run(line)
    assert line.model.fired == 1, "its script was still there when it was due"
    assert stored(line) == before


def test_where_task_scheduler_does_not_answer_nothing_is_sent() -> None:
    line = host()
    before = stored(line)
    line.model.answers_tasks = False
    with pytest.raises(Failed, match=r"nothing was applied: .*See whether the service Schedule runs"):
        run(line)
    assert stored(line) == before


@pytest.mark.parametrize(
    ("ignored", "message"),
    [("/inheritance:r", "could not be closed to all but SYSTEM and administrators"), ("/save", "could not be closed")],
)
def test_nothing_is_put_into_a_folder_that_others_may_change(ignored: str, message: str) -> None:
    line = host()
    before = stored(line)
    line.model.ignores = {ignored}
    with pytest.raises(Failed, match=message):
        run(line)
    assert stored(line) == before
    assert not [path for path in line.model.files if path.startswith(FOLDER + "\\")]
    assert not line.model.tasks


def test_nothing_is_put_beside_what_others_were_quick_to_put_there() -> None:
    line = host()
    before = stored(line)
    clean = host()
    run(clean)

    def squatted(line: Line, command: str, stdin: bytes) -> str:
        text = line.model.run(command, stdin)
        line.model.files[rf"{FOLDER}\undo.cmd"] = "format c:"
        return text

    line.trouble = {index(clean, "md "): squatted}
    with pytest.raises(Failed, match="somebody put files into"):
        run(line)
    assert stored(line) == before
    assert not line.model.tasks
