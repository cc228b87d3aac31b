# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Others on the same host: a run that died, one that works at the same time, a second administrator."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from faults.case import check, check_added, run_case
from faults.report import CONVERGED, FAILED, Record
from faults.rollbacks import FOLDER, RISKY, ControllerDied, armed, check_clean, die, starting
from faults.scenarios import Scenario
from faults.stack import WRITING, WRITTEN, Attempt, Labs, attempt, lost_until_fired
from faults.state import look

Take = Callable[[Record], None]

SECOND = "Name=Added by a second administrator"


@RISKY
@pytest.mark.parametrize("folder", [True, False], ids=("whole", "without-folder"))
def test_next_controller_after_one_that_died(labs: Labs, record: Take, scenario: Scenario, folder: bool) -> None:
    """The task of a dead run is pending when the next run comes: it waits, or takes the task over, and finishes."""
    host = starting(labs, scenario)
    before = look(host, scenario)
    with pytest.raises(ControllerDied):
        lost_until_fired(host, scenario, line=WRITTEN if folder else WRITING, on_long_wait=die)
    assert armed(host)
    if not folder:
        assert not host.run(f'rd /s /q "{FOLDER}"').rc
    made = attempt(host, scenario)
    after = look(host, scenario)
    outcome = check(made, scenario, before, after)
    assert outcome == CONVERGED, made.message
    host.set_clock(advance=60)
    time.sleep(0.05)
    final = check_clean(host, scenario)
    assert final.ours == after.ours, "the dead run's rollback came later and undid the work"
    check_added(before, final, ())
    fired = bool(host.tasks()["fired"])
    compared = after.foreign_rules + final.foreign_rules
    record(Record("left-over rollback of a dead run", scenario.name, outcome, compared, fired, made.requests))


@RISKY
def test_left_over_folder(labs: Labs, record: Take, scenario: Scenario) -> None:
    """A folder without a task is of a run that died before it changed anything: it is taken over."""
    host = starting(labs, scenario)
    assert not host.run(f'md "{FOLDER}"').rc
    case = run_case(host, scenario, "left-over rollback folder", {}, prepared=True)
    record(case.record)
    assert case.record.outcome == CONVERGED


@RISKY
def test_two_controllers_at_once(labs: Labs, record: Take, scenario: Scenario) -> None:
    """The second waits for the first; both end well, and nothing is left armed."""
    host = starting(labs, scenario)
    before = look(host, scenario)
    # Real time for both: a minute takes 3 seconds, so that a rollback of 6 minutes is not due before both are done.
    host.set_quirks(minute=3.0, netsh_delay=0.2)
    start = threading.Barrier(2)

    def one() -> Attempt:
        start.wait()
        return attempt(host, scenario, sleep=lambda seconds: time.sleep(seconds / 20))

    with ThreadPoolExecutor(2) as pool:
        both = [run.result(90) for run in [pool.submit(one), pool.submit(one)]]
    after = look(host, scenario)
    outcomes = [check(made, scenario, before, after) for made in both if made.error is None]
    assert outcomes == [CONVERGED, CONVERGED], [made.message for made in both]
    check_added(before, after, ())
    assert not after.locked
    assert not host.tasks()["fired"]
    final = check_clean(host, scenario)
    assert final.ours == after.ours
    waited = any("-busy" in line for made in both for line in made.lines if line.startswith("RUN md"))
    assert waited
    for made in both:
        record(Record("two controllers at once", scenario.name, CONVERGED, after.foreign_rules, requests=made.requests))


@RISKY
@pytest.mark.parametrize("lost", [False, True], ids=("connected", "lost"))
def test_foreign_rule_written_while_armed(labs: Labs, record: Take, scenario: Scenario, lost: bool) -> None:
    """It stays, whether the rollback fires or not."""
    host = starting(labs, scenario)
    quirks: dict[str, object] = {"foreign_rule_when_armed": True}
    case = run_case(
        host,
        scenario,
        "foreign rule written while armed" + (", host lost" if lost else ""),
        quirks,
        run=lost_until_fired if lost else attempt,
        added=(SECOND,),
        prepared=True,
    )
    record(case.record)
    assert case.fired == lost
    assert case.record.outcome == (FAILED if lost else CONVERGED)
