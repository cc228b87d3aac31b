# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Task Scheduler that does not answer, and a script that outlives its time limit."""

from __future__ import annotations

import re

import pytest

from faults.attacks import Take, harmless, settle, tell
from faults.case import check_added
from faults.report import CONVERGED
from faults.rollbacks import FOLDER, starting, until
from faults.scenarios import ABSENT
from faults.stack import WRITTEN, Labs, attempt, lost_until_fired
from faults.state import look
from lab.testing import LabHost


@pytest.fixture
def host(labs: Labs) -> LabHost:
    """Where something risky is about to be done."""
    return starting(labs, ABSENT)


@pytest.mark.parametrize("why", ["denied", "busy", "unavailable"])
def test_task_scheduler_does_not_answer_before_arming(host: LabHost, tried: Take, why: str) -> None:
    before = look(host, ABSENT)
    host.set_quirks(schtasks_query_fails=why)
    made = attempt(host, ABSENT)
    host.set_quirks(schtasks_query_fails="")
    assert settle(host, made, before, "Task Scheduler does not list its tasks.*Schedule") != CONVERGED
    tell(tried, f"schtasks /query fails before arming ({why})", made, host)


@pytest.mark.parametrize("why", ["denied", "busy", "unavailable"])
@pytest.mark.parametrize("failures", [2, None], ids=("twice", "always"))
def test_task_scheduler_does_not_answer_at_disarm(host: LabHost, tried: Take, why: str, failures: int | None) -> None:
    """Its silence is not taken for a task that is gone: else the host would restore itself behind our back."""

    def hear(line: str) -> None:
        if line.startswith(WRITTEN):
            host.set_quirks(schtasks_query_fails=why, schtasks_query_failures=failures)

    before = look(host, ABSENT)
    made = attempt(host, ABSENT, on_line=hear)
    host.set_quirks(schtasks_query_fails="", schtasks_query_failures=None)
    host.set_clock(advance=60)
    until(lambda: not host.tasks()["tasks"])
    after = look(host, ABSENT)
    assert (made.error is None) is bool(failures), made.message
    if made.error is None:
        assert not after.ours, "the host has restored itself behind our back"
    else:
        assert after.ours == before.ours
        assert made.known is not None
        assert made.known.rollback in ("armed", "fired")
    check_added(before, after, ())
    harmless(host)
    tell(tried, f"schtasks /query fails {'always' if failures is None else 'twice'} at disarm ({why})", made, host)


def test_script_that_outlives_its_time_limit(host: LabHost, tried: Take) -> None:
    """Task Scheduler ends it in the middle; the next run says what it found, cleans up and goes on."""
    before = look(host, ABSENT)
    made = lost_until_fired(host, ABSENT, on_long_wait=lambda: host.set_quirks(netsh_delay=3600.0))
    assert made.error is not None
    assert "was not seen to have done so" in made.message
    (task,) = host.tasks()["tasks"]
    assert f"the scheduled task {task['name']} is still registered" in made.message
    host.set_clock(advance=24 * 60)
    until(lambda: not host.tasks()["tasks"][0]["running"])
    host.set_quirks(netsh_delay=0.0)
    early = attempt(host, ABSENT)
    assert early.error is not None
    assert re.search(r"another run .*run [0-9a-f]+, armed .* until ", early.message), early.message
    owner = host.file(rf"{FOLDER}\owner.txt")
    assert owner is not None
    host.write_file(rf"{FOLDER}\owner.txt", re.sub(r"armed \d{4}", "armed 2001", owner).encode())
    late = attempt(host, ABSENT)
    assert late.error is None, late.message
    (found,) = [text for text in late.warnings if "was over and had not cleaned up" in text]
    assert "its task was still registered" in found
    check_added(before, look(host, ABSENT), ())
    tell(tried, "the undo's script outlives its time limit", made, host)
