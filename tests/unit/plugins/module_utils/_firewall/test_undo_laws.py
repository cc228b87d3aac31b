# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The promise of an undo: whatever part of a plan was carried out, the script gives back what was there before."""

from __future__ import annotations

from collections import Counter

from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.backwards import unrestorable
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.netsh import plan_lines
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.plan import Plan, Wanted, managed_rules
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.planning import make_plan
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.risk import is_risky
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.undo import (
    differences,
    losses,
    make_undo,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule import (
    Action,
    Direction,
    FirewallRule,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.snapshot import Snapshot
from ansible_collections.lyncops.firewall.tests.unit.plugins.module_utils._firewall.strategies import WRITABLE_RULES
from ansible_collections.lyncops.firewall.tests.unit.plugins.module_utils._firewall.test_plan_laws import (
    but_switched,
    cases,
    read,
)
from ansible_collections.lyncops.firewall.tests.unit.plugins.module_utils._firewall.windows_model import (
    Pairs,
    WindowsModel,
)
from ansible_collections.lyncops.firewall.tests.unit.plugins.plugin_utils._host.rollback_host import (
    FOLDER,
    RestoringModel,
)
from hypothesis import given, settings
from hypothesis import strategies as st


def restoring(host: WindowsModel) -> RestoringModel:
    return RestoringModel(
        local=dict(host.local),
        group_policy=host.group_policy,
        profiles={name: dict(values) for name, values in host.profiles.items()},
        policy_profiles=host.policy_profiles,
        _ids=host._ids,
    )


def run_undo(host: RestoringModel, plan: Plan, before: Snapshot) -> None:
    """As the task would: from the very files that would be on the host."""
    undo = make_undo(plan, before, "w0rd", 10)
    host.folders.add(FOLDER)
    host.files = {rf"{FOLDER}\undo.cmd": undo.script, rf"{FOLDER}\task.xml": undo.task}
    host.cmd(r'schtasks /create /tn LyncOpsRollback-w0rd /xml "%SystemRoot%\LyncOpsRollback\task.xml" /f')
    host.fire()
    assert not host.tasks
    assert host.folders == {FOLDER + "-w0rd"}
    assert rf"{FOLDER}-w0rd\fired.txt" in host.files


def foreign_rules(host: WindowsModel) -> dict[str, Pairs]:
    return {key: pairs for key, pairs in host.local.items() if key.startswith("foreign")}


def without_lost(rules: Counter[FirewallRule], plan: Plan, before: Snapshot) -> Counter[FirewallRule]:
    lost = [text.casefold() for text in losses(plan, before)]  # netsh finds the rules of a name in any case
    return Counter(
        {
            rule: count
            for rule, count in rules.items()
            if not any(f"'{rule.name.casefold()}' (" in text for text in lost)
        }
    )


@settings(deadline=None)
@given(cases(), st.data())
def test_after_any_part_of_a_plan_the_script_gives_back_what_was_there(
    case: tuple[Wanted, WindowsModel], data: st.DataObject
) -> None:
    wanted, model = case
    host = restoring(model)
    others = foreign_rules(host)
    before = read(host)
    plan = make_plan(wanted, before)
    lines = plan_lines(plan)
    for line in lines[: data.draw(st.integers(0, len(lines)), label="lines carried out")]:
        host.netsh(line)
    run_undo(host, plan, before)
    after = read(host)
    switched = [key for key, pairs in others.items() if sorted(foreign_rules(host)[key]) != sorted(pairs)]
    assert not switched or any(change.mixed for change in plan.groups)
    assert {key: but_switched(pairs) for key, pairs in foreign_rules(host).items()} == {
        key: but_switched(pairs) for key, pairs in others.items()
    }
    assert [state.configured for state in after.profiles] == [state.configured for state in before.profiles]
    assert [state.effective for state in after.profiles] == [state.effective for state in before.profiles]
    if not losses(plan, before):
        assert differences(before, after) == ()
    old, new = (Counter(managed_rules(state.rules)) for state in (before, after))
    assert without_lost(new, plan, before) == without_lost(old, plan, before)
    untouched = [rule for rule in old if rule not in new]
    lost = [text.casefold() for text in losses(plan, before)]
    assert all(any(f"'{rule.name.casefold()}'" in text for text in lost) for rule in untouched)


@settings(deadline=None)
@given(cases(), st.data())
def test_a_script_that_runs_twice_does_no_more_than_one_that_runs_once(
    case: tuple[Wanted, WindowsModel], data: st.DataObject
) -> None:
    wanted, model = case
    host = restoring(model)
    before = read(host)
    plan = make_plan(wanted, before)
    for line in plan_lines(plan):
        host.netsh(line)
    run_undo(host, plan, before)
    once = read(host).rules
    host.folders.clear()
    run_undo(host, plan, before)
    twice = read(host).rules
    assert set(twice) == set(once)
    # Where one rule of a name cannot be said again none of that name is deleted, so its twin may be there once more.
    odd = {rule.name.lower() for rule in unrestorable(plan, before)}
    exact = [Counter(rule for rule in rules if rule.name.lower() not in odd) for rules in (once, twice)]
    assert exact[0] == exact[1]


def allowed(rules: tuple[FirewallRule, ...], packet: tuple[object, ...]) -> bool:
    """Whether a managed rule lets one packet in: the slow way, rule by rule."""
    protocol, port, remote_port, address, profile = packet
    return any(
        rule.enabled
        and not rule.opaque
        and rule.direction is Direction.IN
        and rule.action is Action.ALLOW
        and rule.protocol in (None, protocol)
        and port in rule.local_ports
        and remote_port in rule.remote_ports
        and any(first <= address <= last for first, last in rule.remote_addresses.v4)  # type: ignore[operator]
        and profile in rule.profiles
        and not (rule.program or rule.service or rule.conditions or rule.icmp or rule.port_words)
        and rule.local_addresses.is_any
        for rule in rules
    )


@st.composite
def packets(draw: st.DrawFn, rules: tuple[FirewallRule, ...]) -> tuple[object, ...]:
    """A packet at an edge of some rule, where mistakes are."""
    rule = draw(st.sampled_from(rules))
    edges = st.sampled_from
    return (
        rule.protocol or 6,
        draw(edges([port for pair in rule.local_ports.ranges for port in pair] or [1])),
        draw(edges([port for pair in rule.remote_ports.ranges for port in pair])),
        draw(edges([end for pair in rule.remote_addresses.v4 for end in pair] or [1])),
        draw(edges(sorted(rule.profiles, key=lambda profile: profile.value))),
    )


@settings(deadline=None)
@given(cases(), st.data())
def test_a_plan_without_risk_closes_no_packet(case: tuple[Wanted, WindowsModel], data: st.DataObject) -> None:
    wanted, host = case
    before = read(host)
    plan = make_plan(wanted, before)
    ours = managed_rules(before.rules)
    if is_risky(plan, before) or not ours:
        return
    for line in plan_lines(plan):
        host.netsh(line)
    after = managed_rules(read(host).rules)
    for _unused in range(5):
        packet = data.draw(packets(ours))
        assert allowed(after, packet) or not allowed(ours, packet), packet


@settings(deadline=None)
@given(st.lists(WRITABLE_RULES, min_size=1, max_size=3))
def test_a_plan_that_only_adds_allow_rules_is_never_risky(rules: list[FirewallRule]) -> None:
    adding = tuple(rule.named(f"LyncOps a g{n}") for n, rule in enumerate(rules, 1) if rule.action is Action.ALLOW)
    assert not is_risky(Plan(create=adding), read(WindowsModel()))
