# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control loop and what is beside the rules: the firewall service and the profiles."""

from __future__ import annotations

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.plan import Wanted
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule import ALL_PROFILES
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.policy import build_policy
from ansible_collections.lyncops.firewall.plugins.plugin_utils._host.enforcement import enforce
from ansible_collections.lyncops.firewall.plugins.plugin_utils._host.outcome import Failed, Outcome
from ansible_collections.lyncops.firewall.tests.unit.plugins.module_utils._firewall.windows_model import (
    WindowsModel,
    names,
)
from ansible_collections.lyncops.firewall.tests.unit.plugins.plugin_utils._host.fake_host import (
    FakeHost,
    lost_after,
    lost_before,
)

RULES = build_policy(["office_web_apps"]).rules
WANTED = Wanted(RULES)
CONFIG, START = "sc config MpsSvc start= auto", "sc start MpsSvc"


def run(host: FakeHost, wanted: Wanted = WANTED, check: bool = False) -> Outcome:
    # Without a rollback: what is under test is the loop itself.
    return enforce(host, wanted, check, sleep=host.sleep, rollback="never")  # type: ignore[arg-type]


def stopped(**state: object) -> FakeHost:
    return FakeHost(WindowsModel(**{"state": 1, "start": 4, **state}))  # type: ignore[arg-type]


def test_a_stopped_service_is_made_automatic_then_started_then_the_rules_come() -> None:
    host = stopped()
    outcome = run(host)
    assert host.writes == [CONFIG, START, "netsh"]
    assert names(host.model.local.values()) == ["LyncOps in-tcp-443 g1"]
    assert outcome.after.service.running
    assert outcome.after.service.automatic
    assert outcome.warnings == ()
    assert not run(FakeHost(host.model)).plan.changes


def test_a_service_that_only_has_the_wrong_start_type() -> None:
    host = FakeHost(WindowsModel(start=3))
    run(host, Wanted())
    assert host.writes == [CONFIG]
    assert host.model.start == 2


def test_a_service_that_takes_its_time() -> None:
    host = stopped(start=2)

    def slowly(model: WindowsModel) -> None:
        if START in host.commands:
            model.state = 2 if len(host.commands) < 5 else 4

    host.before_each = slowly
    run(host)
    assert names(host.model.local.values()) == ["LyncOps in-tcp-443 g1"]
    assert host.slept
    assert host.writes.count(START) == 1


def test_a_service_that_windows_does_not_let_us_start() -> None:
    host = stopped(refuses_service_control=True)
    with pytest.raises(Failed, match="could not be started") as caught:
        run(host)
    assert caught.value.outcome is not None
    assert "netsh" not in host.writes
    assert sum(host.slept) < 120


def test_the_engine_below_it_is_named_when_it_is_the_cause() -> None:
    host = stopped(bfe_start=4)
    with pytest.raises(Failed, match="BFE"):
        run(host)


def test_a_start_type_that_windows_refuses_is_a_warning() -> None:
    host = FakeHost(WindowsModel(start=3, refuses_service_control=True))
    outcome = run(host)
    assert names(host.model.local.values()) == ["LyncOps in-tcp-443 g1"]
    assert len(outcome.warnings) == 1
    assert "MpsSvc" in outcome.warnings[0]


@pytest.mark.parametrize("trouble", [lost_before, lost_after])
def test_lost_while_starting_the_service(trouble: object) -> None:
    """Starting it can cut the connection: the firewall begins to filter. When it is back, the work goes on."""
    host = stopped(start=2)
    host.trouble = [None, trouble]  # type: ignore[list-item]
    if trouble is lost_before:
        with pytest.raises(Failed, match="could not be started"):
            run(host)
        return
    run(host)
    assert host.writes == [START, "netsh"]
    assert host.reconnects == 1


@pytest.mark.parametrize("check", [True, False])
def test_a_stopped_service_that_is_unmanaged_is_refused_and_nothing_is_claimed(check: bool) -> None:
    host = stopped()
    outcome = run(host, Wanted(RULES, service=False), check)
    assert host.writes == []
    assert not outcome.wrote
    assert outcome.plan.refused
    assert outcome.after == outcome.before, "rules that nobody can write are not there afterwards"


def test_profiles_are_switched_on_in_the_same_batch_and_last() -> None:
    host = FakeHost(WindowsModel())
    for values in host.model.profiles.values():
        values["EnableFirewall"] = 0
    outcome = run(host, Wanted(RULES, profiles_on=ALL_PROFILES))
    assert host.writes == ["netsh"]
    assert "add rule" in host.model.lines[0]
    assert [line.split()[2] for line in host.model.lines[1:]] == ["domainprofile", "privateprofile", "publicprofile"]
    assert all(state.enabled for state in outcome.after.profiles)


def test_profiles_that_group_policy_keeps_off_are_refused_the_rest_is_done() -> None:
    host = FakeHost(WindowsModel(group_policy={}, policy_profiles={"Domain": {"EnableFirewall": 0}}))
    host.model.profiles["Public"]["EnableFirewall"] = 0
    outcome = run(host, Wanted(RULES, profiles_on=ALL_PROFILES))
    assert [refusal.subject for refusal in outcome.plan.refused] == ["domain profile"]
    assert [state.enabled for state in outcome.after.profiles] == [False, True, True]
    assert names(host.model.local.values()) == ["LyncOps in-tcp-443 g1"]


def test_a_profile_that_stays_off_is_an_error_that_names_it() -> None:
    line = "advfirewall set publicprofile state on"
    host = FakeHost(WindowsModel(ignored={line}))
    host.model.profiles["Public"]["EnableFirewall"] = 0
    with pytest.raises(Failed, match="the public profile was not switched on"):
        run(host, Wanted(RULES, profiles_on=ALL_PROFILES))
