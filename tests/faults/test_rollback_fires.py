# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rollback fires: WinRM is really cut, hosts restart, controllers die."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.fingerprint import foreign
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule import Action
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.snapshot import Snapshot
from ansible_collections.lyncops.firewall.plugins.plugin_utils._host.reading import read
from ansible_collections.lyncops.firewall.plugins.plugin_utils._host.remote_host import RemoteHost

from faults.case import check, check_added, run_case
from faults.report import CONVERGED, FAILED, REFUSED, UNREACHABLE, Record
from faults.rollbacks import (
    BLOCK,
    FOLDER,
    REMOVE_BLOCK,
    RISKY,
    ControllerDied,
    armed,
    check_clean,
    check_restored,
    die,
    starting,
    until,
)
from faults.scenarios import ABSENT, BLOCK_OTHERS, SWITCH_ON, Scenario
from faults.stack import WRITING, HostTime, Labs, attempt, connect, lost_until_fired
from faults.state import look
from lab.testing import LabHost

Take = Callable[[Record], None]

_WINRM_RULE = 'netsh advfirewall firewall set rule name="Windows Remote Management (HTTP-In)" new enable='


def _outlasting_a_restart(host: LabHost) -> Callable[[float], None]:
    """The controller's waiting for a host that is really away for a while: its minutes must not pass in no time."""
    pretend = HostTime(host).sleep

    def sleep(seconds: float) -> None:
        pretend(seconds)
        if seconds > 300:
            time.sleep(2)

    return sleep


# The first line of netsh asks whether another product filters; the guard has looked before the third.
@pytest.mark.parametrize("line", [3, 8, 10])
def test_winrm_blocked_meanwhile(labs: Labs, record: Take, line: int) -> None:
    """A block rule that the guard could not know of appears, and the profiles are switched on: WinRM is cut."""
    host = starting(labs, SWITCH_ON)
    before = look(host, SWITCH_ON)
    host.set_quirks(foreign_block_at_line=line)
    made = attempt(host, SWITCH_ON)
    after = look(host, SWITCH_ON)
    check_restored(made, before, after)
    check_added(before, after, (BLOCK,))
    again = attempt(host, SWITCH_ON)
    assert check(again, SWITCH_ON, after, look(host, SWITCH_ON)) == REFUSED, "the guard sees the block now"
    assert "Emergency block" in again.message
    assert not host.run(REMOVE_BLOCK).rc
    final = check_clean(host, SWITCH_ON)
    check_added(before, final, ())
    compared = after.foreign_rules + final.foreign_rules
    record(Record("WinRM blocked meanwhile", SWITCH_ON.name, FAILED, compared, True, made.requests))


def _read(host: LabHost) -> Snapshot:
    return read(RemoteHost(connect(host.address, host.winrm_port), lambda _line: None))


def test_winrm_cut_after_block_rules_were_made(labs: Labs, record: Take) -> None:
    """Ours go with the rollback, block rules and all; what is not ours has the fingerprint that it had."""
    host = starting(labs, BLOCK_OTHERS)
    blocks = [desired for desired in BLOCK_OTHERS.wanted.rules if desired.rule.action is Action.BLOCK]
    assert blocks
    before = look(host, BLOCK_OTHERS)
    foreign_before = foreign(_read(host))
    # All rules are there, and the profiles are switched on next.
    host.set_quirks(foreign_block_at_line=len(BLOCK_OTHERS.wanted.rules) + 1)
    made = attempt(host, BLOCK_OTHERS)
    after = look(host, BLOCK_OTHERS)
    sent = [line for line in made.lines if "action=block" in line and "LyncOps block-" in line]
    assert len(sent) >= len(blocks), "they had been made"
    check_restored(made, before, after)
    check_added(before, after, (BLOCK,))
    assert not host.run(REMOVE_BLOCK).rc
    found = _read(host)
    assert not [rule for rule in found.rules if rule.name.startswith("LyncOps")]
    assert foreign(found) == foreign_before
    final = check_clean(host, BLOCK_OTHERS)
    check_added(before, final, ())
    compared = after.foreign_rules + final.foreign_rules
    record(Record("WinRM cut after block rules", BLOCK_OTHERS.name, FAILED, compared, True, made.requests))


def test_winrm_blocked_by_what_no_rollback_undoes(labs: Labs, record: Take) -> None:
    """The block is not ours, so nothing of ours takes it away: the failure says that the host was not seen again."""
    host = starting(labs, ABSENT)
    before = look(host, ABSENT)
    host.set_quirks(foreign_block_at_line=3)
    made = attempt(host, ABSENT)
    after = look(host, ABSENT)
    assert check(made, ABSENT, before, after) == FAILED
    assert made.known is not None
    assert made.known.rollback == "armed"
    assert (after.ours, after.tasks) == (before.ours, ()), "it did restore itself, although nobody can see it"
    check_added(before, after, (BLOCK,))
    assert not host.run(REMOVE_BLOCK).rc
    final = check_clean(host, ABSENT)
    check_added(before, final, ())
    compared = after.foreign_rules + final.foreign_rules
    record(Record("WinRM blocked for good meanwhile", ABSENT.name, FAILED, compared, True, made.requests))


def test_profile_switched_on_unguarded(labs: Labs, record: Take) -> None:
    """With no rule for WinRM, switching the profiles on cuts it; the guard would have said no."""
    host = starting(labs, SWITCH_ON)
    assert not host.run(f"{_WINRM_RULE}no").rc
    before = look(host, SWITCH_ON)
    refused = attempt(host, SWITCH_ON)
    assert check(refused, SWITCH_ON, before, look(host, SWITCH_ON)) == REFUSED
    made = attempt(host, SWITCH_ON, guarded=False)
    after = look(host, SWITCH_ON)
    check_restored(made, before, after)
    check_added(before, after, ())
    assert not host.run(f"{_WINRM_RULE}yes").rc
    final = check_clean(host, SWITCH_ON)
    compared = after.foreign_rules
    record(Record("profiles switched on unguarded", SWITCH_ON.name, FAILED, compared, True, made.requests))
    assert final.foreign_rules == before.foreign_rules


@RISKY
def test_reboot_while_armed(labs: Labs, record: Take, scenario: Scenario) -> None:
    """The host restarts between arm and disarm, away for longer than its boot trigger waits: it restores itself."""
    host = starting(labs, scenario)
    before = look(host, scenario)
    host.set_quirks(netsh_hang_line=3)
    with ThreadPoolExecutor(1) as pool:
        run = pool.submit(attempt, host, scenario, sleep=_outlasting_a_restart(host))
        until(lambda: armed(host) and host.stats()["commands"][-1].rstrip(chr(34)).endswith("netsh"))
        host.reboot(0.1, minutes=2)  # the boot trigger has one: not for the controller to be back before it
        host.set_quirks(netsh_hang_line=None)  # not before: a netsh that has only begun would go on
        made = run.result(60)
    after = look(host, scenario)
    check_restored(made, before, after)
    check_added(before, after, ())
    final = check_clean(host, scenario)
    check_added(before, final, ())
    compared = after.foreign_rules + final.foreign_rules
    record(Record("reboot while armed", scenario.name, FAILED, compared, True, made.requests))


@RISKY
def test_reboot_while_armed_and_back_at_once(labs: Labs, record: Take, scenario: Scenario) -> None:
    """The host is back before its boot trigger is due: the run finishes under the rollback that is still armed."""
    host = starting(labs, scenario)
    before = look(host, scenario)
    restarts = 0

    def hear(line: str) -> None:
        nonlocal restarts
        if line.startswith(WRITING) and not restarts:
            restarts += 1
            assert armed(host)
            host.reboot()
            assert armed(host)

    made = attempt(host, scenario, on_line=hear)
    after = look(host, scenario)
    assert restarts
    outcome = check(made, scenario, before, after)
    assert outcome == CONVERGED, made.message
    assert made.outcome is not None
    assert made.outcome.rollback == "confirmed"
    host.set_clock(advance=60)
    time.sleep(0.05)
    final = check_clean(host, scenario)
    assert final.ours == after.ours, "the rollback came later and undid the work"
    check_added(before, final, ())
    assert not host.tasks()["fired"]
    compared = after.foreign_rules + final.foreign_rules
    record(Record("reboot while armed, back at once", scenario.name, outcome, compared, False, made.requests))


@RISKY
def test_controller_killed_while_armed(labs: Labs, record: Take, scenario: Scenario) -> None:
    """Nobody comes to disarm: the host restores itself, and the next run works."""
    host = starting(labs, scenario)
    before = look(host, scenario)
    host.set_quirks(netsh_hang_line=3)
    script = Path(__file__).with_name("controller.py")
    command = [sys.executable, str(script), host.address, str(host.winrm_port), scenario.name]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            until(lambda: armed(host) and host.stats()["commands"][-1].rstrip(chr(34)).endswith("netsh"))
        finally:
            process.kill()
        printed, _nothing = process.communicate()
    assert not printed
    assert armed(host)
    host.set_clock(advance=10.5)
    until(lambda: not armed(host))
    host.set_quirks(netsh_hang_line=None)
    time.sleep(0.05)
    after = look(host, scenario)
    assert (after.ours, after.switches, after.tasks, after.locked) == (before.ours, before.switches, (), False)
    check_added(before, after, ())
    final = check_clean(host, scenario)
    check_added(before, final, ())
    compared = after.foreign_rules + final.foreign_rules
    record(Record("controller killed while armed", scenario.name, UNREACHABLE, compared, True))


@RISKY
def test_restored_on_batteries(labs: Labs, record: Take, scenario: Scenario) -> None:
    """A server in a power cut restores itself too."""
    host = starting(labs, scenario)
    case = run_case(
        host, scenario, "on batteries, host lost", {"on_batteries": True}, run=lost_until_fired, prepared=True
    )
    record(case.record)
    assert case.fired
    assert case.record.outcome == FAILED


@RISKY
def test_task_never_fires_when_needed(labs: Labs, record: Take, scenario: Scenario) -> None:
    """Windows lets us down: the failure says that the host did not restore itself, and what to do."""
    host = starting(labs, scenario)
    before = look(host, scenario)
    host.set_quirks(tasks_never_fire=True)
    made = lost_until_fired(host, scenario)
    after = look(host, scenario)
    assert check(made, scenario, before, after) == FAILED
    assert made.known is not None
    assert made.known.rollback == "armed"
    (task,) = host.tasks()["tasks"]
    assert f"the scheduled task {task['name']} is still registered" in made.message
    assert "then delete it" in made.message
    check_added(before, after, ())
    host.set_quirks(tasks_never_fire=False)
    host.run(f'schtasks /delete /tn {task["name"]} /f & rd /s /q "{FOLDER}"')
    final = check_clean(host, scenario)
    check_added(before, final, ())
    compared = after.foreign_rules + final.foreign_rules
    record(Record("task never fires, host lost", scenario.name, FAILED, compared, False, made.requests))


def test_unattended_rollback_of_one_hour(labs: Labs, record: Take) -> None:
    """`rollback_after` is kept to: not a minute earlier."""
    scenario = ABSENT
    host = starting(labs, scenario)
    before = look(host, scenario)
    with pytest.raises(ControllerDied):
        lost_until_fired(host, scenario, rollback_after=60, on_long_wait=die)
    host.set_clock(advance=58)
    time.sleep(0.05)
    assert armed(host)
    host.set_clock(advance=2)
    until(lambda: not armed(host))
    time.sleep(0.05)
    after = look(host, scenario)
    assert after.ours == before.ours
    final = check_clean(host, scenario)
    check_added(before, final, ())
    record(Record("rollback_after of an hour", scenario.name, UNREACHABLE, final.foreign_rules, True))
