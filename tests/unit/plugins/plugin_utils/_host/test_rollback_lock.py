# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two runs on one host: the folder is the lock, and it goes away by itself."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.plan import Wanted
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rollback_files import Owner
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.policy import build_policy
from ansible_collections.lyncops.firewall.plugins.plugin_utils._host.enforcement import enforce
from ansible_collections.lyncops.firewall.plugins.plugin_utils._host.outcome import Failed
from ansible_collections.lyncops.firewall.plugins.plugin_utils._host.rollback import Rollback
from ansible_collections.lyncops.firewall.plugins.plugin_utils._host.rollback_folder import RollbackError
from ansible_collections.lyncops.firewall.tests.unit.plugins.plugin_utils._host.rollback_cases import (
    assert_nothing_left,
    host,
    run,
    stored,
)
from ansible_collections.lyncops.firewall.tests.unit.plugins.plugin_utils._host.rollback_host import (
    FOLDER,
    Line,
    RestoringModel,
)

NOW = datetime.now(timezone.utc).replace(microsecond=0)  # where no other clock is given, the machine's counts
OTHER = Owner("other", "feedbeef", NOW, 10, 25)
OTHER_OWNER = f"{OTHER}\r\n"
OTHER_TASK = "LyncOpsRollback-feedbeef"
PRIVATE = "D:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)"


def armed_by_other(model: RestoringModel, minutes: int = 10) -> None:
    """Another controller has locked and armed; its script touches nothing of ours."""
    model.folders.add(FOLDER)
    model.dacls[FOLDER] = PRIVATE
    model.files[rf"{FOLDER}\owner.txt"] = OTHER_OWNER
    model.files[rf"{FOLDER}\undo.cmd"] = (
        "@echo off\r\nschtasks /delete /tn LyncOpsRollback-feedbeef /f >nul 2>nul"
        ' & rd /s /q "%SystemRoot%\\LyncOpsRollback-feedbeef" 2>nul'
        ' & ren "%SystemRoot%\\LyncOpsRollback" "LyncOpsRollback-feedbeef"\r\n'
    )
    model.tasks[OTHER_TASK] = (
        '<?xml version="1.0"?><Task xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task"><RegistrationInfo>'
        "<Description>the other one feedbeef</Description></RegistrationInfo><Triggers><BootTrigger/></Triggers>"
        "<Actions><Exec><Command>%SystemRoot%\\System32\\cmd.exe</Command>"
        '<Arguments>/d /c "%SystemRoot%\\LyncOpsRollback\\undo.cmd"</Arguments></Exec></Actions></Task>'
    )
    model.due[OTHER_TASK] = model.now + 60 * minutes


def disarmed_by_other(model: RestoringModel) -> None:
    model.cmd('schtasks /delete /tn LyncOpsRollback-feedbeef /f & rd /s /q "%SystemRoot%\\LyncOpsRollback"')


def test_another_controller_is_waited_for() -> None:
    line = host()
    armed_by_other(line.model)
    line.later = [(100.0, disarmed_by_other)]
    assert run(line).rollback == "confirmed"
    assert 100 <= line.slept < 200
    assert line.model.fired == 0
    assert_nothing_left(line)


def test_a_pending_rollback_of_another_run_is_waited_for() -> None:
    line = host()
    armed_by_other(line.model)
    assert run(line).rollback == "confirmed"
    assert line.model.fired == 1
    assert line.slept >= 600
    assert rf"{FOLDER}-feedbeef" in line.model.folders


def test_a_lock_that_is_not_given_back_is_an_error_that_names_its_owner() -> None:
    line = host()
    before = stored(line)
    armed_by_other(line.model, minutes=600)
    files = dict(line.model.files)
    with pytest.raises(Failed, match="controller other, run feedbeef") as caught:
        run(line)
    assert caught.value.outcome is None
    assert stored(line) == before
    assert line.model.files == files, "what is another's was touched"
    assert line.model.due == {OTHER_TASK: 600 * 60}
    assert 600 < line.slept < 1000


@pytest.mark.parametrize("owner", ["", OTHER_OWNER])
def test_a_folder_whose_owner_died_before_arming_is_taken_over(owner: str) -> None:
    line = host()
    line.model.folders.add(FOLDER)
    line.model.dacls[FOLDER] = PRIVATE
    if owner:
        line.model.files[rf"{FOLDER}\owner.txt"] = owner
    assert run(line).rollback == "confirmed"
    assert 60 <= line.slept <= 120
    assert_nothing_left(line)


def test_an_owner_who_arms_within_the_minute_is_not_dead() -> None:
    line = host()
    line.model.folders.add(FOLDER)
    line.model.dacls[FOLDER] = PRIVATE
    line.later = [(50.0, armed_by_other), (300.0, disarmed_by_other)]
    assert run(line).rollback == "confirmed"
    assert line.slept >= 300


def test_a_folder_that_cannot_be_made_is_an_error() -> None:
    line = host()
    before = stored(line)

    def refused(line: Line, command: str, stdin: bytes) -> str:
        return line.model.run(command.replace("md ", "type ") if command.startswith("md ") else command, stdin)

    line.trouble = dict.fromkeys(range(60), refused)
    with pytest.raises(Failed, match="could not be made"):
        run(line)
    assert stored(line) == before
    assert line.slept <= 120


def test_what_another_run_did_meanwhile_is_seen_under_the_lock() -> None:
    line = host()
    armed_by_other(line.model)

    def work_of_another(model: RestoringModel) -> None:
        model.netsh('advfirewall firewall delete rule name="LyncOps in-tcp-443 g1"')
        disarmed_by_other(model)

    line.later = [(100.0, work_of_another)]
    outcome = run(line)
    assert (outcome.changed, outcome.wrote, outcome.rollback) == (False, False, "")
    assert "netsh" not in line.commands
    assert_nothing_left(line)


def test_a_pending_rollback_is_not_overlooked_where_nothing_is_to_do() -> None:
    """It would undo, minutes later, what was found to be right."""
    line = host()
    wanted = Wanted(build_policy(["office_web_apps"]).rules)
    assert not enforce(line, wanted, False, sleep=line.sleep).changed  # type: ignore[arg-type]
    armed_by_other(line.model)
    line.model.files[rf"{FOLDER}\undo.cmd"] = (
        '@echo off\r\nnetsh advfirewall firewall delete rule name="LyncOps in-tcp-443 g1" >nul 2>nul\r\n'
        + line.model.files[rf"{FOLDER}\undo.cmd"].partition("\r\n")[2]
    )
    outcome = enforce(line, wanted, True, sleep=line.sleep)  # type: ignore[arg-type]
    assert "another run has armed a rollback" in outcome.warnings[0]
    assert line.model.fired == 0
    outcome = enforce(line, wanted, False, sleep=line.sleep)  # type: ignore[arg-type]
    assert line.model.fired == 1
    assert [rule.name for rule in outcome.plan.create] == ["LyncOps in-tcp-443 g1"]
    assert_nothing_left(line)


def told(line: Line, now: datetime = NOW) -> tuple[list[str], list[str]]:
    """Lock as a run does; what was said at once, and what was found."""
    said: list[str] = []
    rollback = Rollback(line, 10, line.sleep, now=lambda: now, say=said.append)  # type: ignore[arg-type]
    rollback.lock()
    return said, rollback.notes


def test_who_is_waited_for_and_until_when_is_said_at_once() -> None:
    line = host()
    armed_by_other(line.model)
    line.later = [(100.0, disarmed_by_other)]
    said, notes = told(line)
    (only,) = said
    assert "controller other, run feedbeef" in only
    assert f"until {NOW + timedelta(minutes=25):%Y-%m-%d %H:%M} UTC at the latest" in only
    assert notes == []


def test_a_rollback_that_outlived_its_time_does_not_stay_for_ever() -> None:
    """Its script was ended by Task Scheduler before it took itself away."""
    line = host()
    armed_by_other(line.model)
    line.model.due.clear()
    said, notes = told(line, NOW + timedelta(minutes=31))
    # The clocks of both controllers may differ: armed just now, it would have fired or been taken back by then.
    assert 12 * 60 <= line.slept < 14 * 60
    assert len(said) == 1
    assert "was over and had not cleaned up (controller other, run feedbeef" in notes[0]
    assert "its task was still registered" in notes[0]
    assert not line.model.tasks
    assert line.model.folders == {FOLDER}, "ours now"


@pytest.mark.parametrize("minutes", [-60, 29])
def test_it_is_not_over_before_its_time_nor_by_a_clock_that_cannot_be_right(minutes: int) -> None:
    line = host()
    armed_by_other(line.model, minutes=600)
    with pytest.raises(RollbackError, match="controller other"):
        told(line, NOW + timedelta(minutes=minutes))
    assert OTHER_TASK in line.model.tasks


def test_a_run_goes_on_after_it_has_cleaned_up_and_says_what_it_found() -> None:
    line = host()
    armed_by_other(line.model)
    line.model.due.clear()
    long_ago = Owner("other", "feedbeef", NOW - timedelta(days=3), 10, 25)
    line.model.files[rf"{FOLDER}\owner.txt"] = f"{long_ago}\r\n"
    outcome = run(line)
    assert outcome.rollback == "confirmed"
    assert any("was over and had not cleaned up" in warning for warning in outcome.warnings)
    assert_nothing_left(line)


@pytest.mark.parametrize("content", [{}, {"undo.cmd": "format c:"}])
def test_a_folder_of_others_is_never_used(content: dict[str, str]) -> None:
    """An empty one is taken away, and made anew; in another one nothing is touched."""
    line = host()
    before = stored(line)
    line.model.cmd(f'md "{FOLDER}"')  # with the rights that it inherits
    line.model.files.update({rf"{FOLDER}\{name}": text for name, text in content.items()})
    if not content:
        assert run(line).rollback == "confirmed"
        assert_nothing_left(line)
        return
    files = dict(line.model.files)
    with pytest.raises(Failed, match=r"others than SYSTEM and administrators may change what is in it.*delete it"):
        run(line)
    assert line.model.files == files
    assert stored(line) == before


def test_the_folder_of_the_next_run_stays_when_a_slow_one_gives_up() -> None:
    """It was thought dead, its folder was taken over; what it takes away is its own."""
    line = host()
    slow = Rollback(line, 10, line.sleep, marker="51ow")  # type: ignore[arg-type]
    slow.lock()
    line.model.files[rf"{FOLDER}\owner.txt"] = OTHER_OWNER
    slow.give_up()
    assert FOLDER in line.model.folders


def test_a_task_that_lost_its_folder_does_not_run_the_script_of_the_next_run() -> None:
    line = host()
    armed_by_other(line.model)
    line.model.cmd(f'rd /s /q "{FOLDER}"')
    outcome = run(line)
    assert outcome.rollback == "confirmed"
    assert f"tasks of other runs without their folder were deleted: {OTHER_TASK}" in outcome.warnings
    line.model.pass_time(24 * 3600.0)
    assert line.model.fired == 0
    assert_nothing_left(line)


def test_what_was_armed_days_ago_needs_no_wait() -> None:
    line = host()
    armed_by_other(line.model)
    line.model.due.clear()
    _said, notes = told(line, NOW + timedelta(days=3))
    assert line.slept == 0.0
    assert notes


def test_a_clock_that_is_hours_behind_does_not_cost_another_run_its_rollback() -> None:
    line = host()
    armed_by_other(line.model)
    line.later = [(300.0, disarmed_by_other)]
    _said, notes = told(line, NOW + timedelta(hours=12))
    assert 300 <= line.slept < 400
    assert notes == []


def test_a_rollback_that_another_run_armed_meanwhile_does_not_undo_what_is_reported_as_done() -> None:
    """This run is not risky, so it takes no lock; the other one has died."""
    line = host()
    line.model.local = {
        key: pairs for key, pairs in line.model.local.items() if not dict(pairs)["Name"].startswith("Ly")
    }

    def armed_first(line: Line, command: str, stdin: bytes) -> str:
        armed_by_other(line.model)
        line.model.files[rf"{FOLDER}\undo.cmd"] = (
            '@echo off\r\nnetsh advfirewall firewall delete rule name="LyncOps in-tcp-443 g1" >nul 2>nul\r\n'
            + line.model.files[rf"{FOLDER}\undo.cmd"].partition("\r\n")[2]
        )
        return line.model.run(command, stdin)

    line.trouble = {1: armed_first}
    with pytest.raises(Failed, match=r"another run's rollback undid a part of this one.*in-tcp-443"):
        run(line, Wanted(build_policy(["office_web_apps"]).rules))
    assert line.model.fired == 1
