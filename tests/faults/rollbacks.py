# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of the rollback share."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from ansible_collections.lyncops.firewall.plugins.plugin_utils._host.outcome import Failed

from faults.case import check, learn, prepare
from faults.report import CONVERGED
from faults.scenarios import ABSENT, SWITCH_ON, Scenario, label
from faults.stack import Attempt, Labs, attempt
from faults.state import State, look
from lab.testing import LabHost

FOLDER = r"C:\Windows\LyncOpsRollback"
RISKY = pytest.mark.parametrize("scenario", [ABSENT, SWITCH_ON], ids=label)


BLOCK = "Name=Emergency block by a second administrator"
REMOVE_BLOCK = 'netsh advfirewall firewall delete rule name="Emergency block by a second administrator"'


class ControllerDied(BaseException):
    """Stands for the end of the controller's process."""


def die() -> None:
    raise ControllerDied


def until(condition: Callable[[], object], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.01)


def armed(host: LabHost) -> bool:
    return bool(host.tasks()["tasks"])


def starting(labs: Labs, scenario: Scenario) -> LabHost:
    learn(labs.host(scenario.lab_policy), scenario)
    host = labs.host(scenario.lab_policy)
    prepare(host, scenario)
    return host


def check_restored(made: Attempt, before: State, after: State) -> None:
    assert isinstance(made.error, Failed)
    assert made.known is not None
    assert made.known.rollback == "fired"
    assert "The host has restored itself" in made.message
    assert (after.ours, after.switches, after.tasks, after.locked) == (before.ours, before.switches, (), False)


def check_clean(host: LabHost, scenario: Scenario) -> State:
    clean = attempt(host, scenario)
    state = look(host, scenario)
    assert check(clean, scenario, state, state) == CONVERGED, clean.message
    assert not state.locked
    return state
