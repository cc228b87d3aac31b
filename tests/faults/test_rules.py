# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules: hosts with very many, with hostile ones, and with rules of ours that somebody has changed by hand."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from faults.case import check, check_added, learn, prepare, run_case
from faults.report import CONVERGED, FAILED, REFUSED, Record
from faults.scenarios import ABSENT, ALL, REPAIR, SCENARIOS, SWITCH_ON, USUAL, Scenario, label
from faults.stack import Labs, attempt, lost_until_fired
from faults.state import look
from lab.foreign_rules import ODDITIES

Take = Callable[[Record], None]

_HEAVY = 1000  # rules
_HEAVY_ODDITIES = ("huge-name",)
_RULE = 'netsh advfirewall firewall {0} rule name="{1}" {2}'

BY_HAND: dict[str, tuple[str, str]] = {
    "edited port": ("set", "new localport=4711"),
    "edited scope": ("set", "new remoteip=10.1.2.3"),
    "edited action": ("set", "new action=block"),
    "disabled": ("set", "new enable=no"),
    "deleted": ("delete", ""),
    "duplicated": ("add", "dir=in action=allow protocol=tcp localport=4712"),
    "duplicated as a block": ("add", "dir=in action=block protocol=tcp localport=4712"),
}


@pytest.mark.parametrize("scenario", USUAL, ids=label)
@pytest.mark.parametrize("number", [400, 1600] if ALL else [400])
def test_many_rules(labs: Labs, record: Take, number: int, scenario: Scenario) -> None:
    """Many rules of others, and a connection that breaks in the middle of reading them."""
    requests = learn(labs.host(scenario.lab_policy, number), scenario)
    faults: list[dict[str, object]] = [
        {},
        {"cut_response_at": 3},
        {"drop_after": requests // 2},
        {"drop_before": requests - 2},
        {"receive_size": 4096},
    ]
    for quirks in faults if ALL or number < _HEAVY else faults[:2]:
        case = run_case(labs.host(scenario.lab_policy, number), scenario, f"{number:,} rules", quirks)
        record(case.record)
        assert case.before.foreign_rules >= number


FORGED = {
    # Read as an opaque rule, which might block WinRM: a plan that adds goes on, one that may cut us does not.
    ("forged-rule", SWITCH_ON.name): (REFUSED, r"WinRM .* possibly blocked \(Odd-Forged-Rule\)"),
    **{
        (oddity, scenario.name): (FAILED, "one of them is forged")
        for oddity in ("forged-twin", "forged-key")
        for scenario in SCENARIOS
    },
}
"""Where nobody can tell what is real nothing is done, and the failure names the place."""


@pytest.mark.parametrize("scenario", USUAL, ids=label)
@pytest.mark.parametrize("oddity", ODDITIES)
def test_oddity(labs: Labs, record: Take, oddity: str, scenario: Scenario) -> None:
    """Rules that a reader must survive are neither in the way nor touched."""
    fault = f"oddity: {oddity}"
    if oddity in _HEAVY_ODDITIES and scenario is not ABSENT and not ALL:
        pytest.skip("half a minute; LYNCOPS_FAULTS=all")
    if (oddity, scenario.name) not in FORGED:
        learn(labs.host(scenario.lab_policy, oddities=(oddity,)), scenario)
        case = run_case(labs.host(scenario.lab_policy, oddities=(oddity,)), scenario, fault, {})
        record(case.record)
        assert case.record.outcome == CONVERGED
        return
    outcome, says = FORGED[oddity, scenario.name]
    host = labs.host(scenario.lab_policy, oddities=(oddity,))
    if scenario.rules_there and outcome == REFUSED:
        prepare(host, scenario)
    before = look(host, scenario)
    made = attempt(host, scenario)
    after = look(host, scenario)
    assert check(made, scenario, before, after) == outcome
    assert re.search(says, made.message), made.message
    check_added(before, after, ())
    assert not after.tasks
    record(Record(fault, scenario.name, outcome, after.foreign_rules, requests=made.requests))


@pytest.mark.parametrize("lost", [False, True], ids=("connected", "lost"))
@pytest.mark.parametrize("scenario", [REPAIR, ABSENT], ids=label)
@pytest.mark.parametrize("change", BY_HAND)
def test_rule_of_ours_changed_by_hand(labs: Labs, record: Take, change: str, scenario: Scenario, lost: bool) -> None:
    """Drift is remediated with no twins; where the host is lost on the way, the drift is what it restores."""
    learn(labs.host(scenario.lab_policy), scenario)
    host = labs.host(scenario.lab_policy)
    prepare(host, scenario)
    name = f"LyncOps {look(host, scenario).names[1]}"
    word, rest = BY_HAND[change]
    assert not host.run(_RULE.format(word, name, rest)).rc
    fault = "a rule of ours changed by hand" + (", host lost" if lost else "")
    case = run_case(host, scenario, fault, {}, run=lost_until_fired if lost else attempt, prepared=True)
    record(case.record)
    assert case.record.outcome == (FAILED if lost else CONVERGED)
    assert case.fired or not lost or not scenario.risky


@pytest.mark.parametrize("scenario", [REPAIR, ABSENT], ids=label)
def test_rule_of_ours_renamed_by_hand(labs: Labs, record: Take, scenario: Scenario) -> None:
    """Under a name of theirs it is theirs, and stays."""
    learn(labs.host(scenario.lab_policy), scenario)
    host = labs.host(scenario.lab_policy)
    prepare(host, scenario)
    name = f"LyncOps {look(host, scenario).names[1]}"
    assert not host.run(_RULE.format("set", name, 'new name="Taken over by an administrator"')).rc
    case = run_case(host, scenario, "a rule of ours renamed by hand", {}, prepared=True)
    record(case.record)
    assert case.record.outcome == CONVERGED
    assert "Taken over by an administrator" in case.final.foreign
