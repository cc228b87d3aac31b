# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""While a plan is carried out, line by line, every address that is let in before and after it is let in."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import replace

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.netsh import plan_lines
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.plan import DesiredRule, Plan, Wanted
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.planning import make_plan
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.undo import undo_lines
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule import (
    ALL_PROFILES,
    Action,
    FirewallRule,
    Profile,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.snapshot import Snapshot
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.policy import build_policy
from ansible_collections.lyncops.firewall.tests.unit.plugins.module_utils._firewall.test_plan_laws import read
from ansible_collections.lyncops.firewall.tests.unit.plugins.module_utils._firewall.windows_model import (
    WindowsModel,
    parse_line,
)
from hypothesis import given, settings
from hypothesis import strategies as st

Words = dict[str, str]
Way = tuple[str, int, str]
"""A profile, a port and an address."""

ADDRESSES = tuple(f"10.{number}.{number % 7}.9" for number in range(1, 160)) + tuple(
    f"2001:db8:{number:x}::9" for number in range(1, 30)
)


class Store:
    """A store of rules that takes netsh's lines, one at a time. Each rule is the words it was added with."""

    def __init__(self) -> None:
        self.rules: list[Words] = []

    def take(self, line: str) -> None:
        """Carry out one line."""
        verb, words, new = parse_line(line)
        if verb == "add":
            self.rules.append(dict(words))
            return
        hit = [rule for rule in self.rules if rule["name"].casefold() == words["name"].casefold()]
        for rule in hit:
            if verb == "delete":
                self.rules.remove(rule)
            else:
                rule.update(new)

    def admitted(self) -> frozenset[Way]:
        """Every profile, port and address, of those that the tests use, that a rule lets in and none blocks."""
        found: dict[str, set[Way]] = {"allow": set(), "block": set()}
        for rule in self.rules:
            if rule["enable"] == "yes":
                found[rule["action"]] |= set(_ways(rule))
        return frozenset(found["allow"] - found["block"])


def _ways(rule: Words) -> Iterable[Way]:
    assert rule["dir"] == "in"
    profiles = "domain,private,public" if rule["profile"] == "any" else rule["profile"]
    scope = [*ADDRESSES] if rule["remoteip"] == "any" else list(_addresses(rule["remoteip"]))
    for profile in profiles.split(","):
        for port in _ports(rule["localport"]):
            yield from ((profile, port, address) for address in scope)


def _ports(text: str) -> Iterable[int]:
    for item in text.split(","):
        first, _dash, last = item.partition("-")
        yield from range(int(first), int(last or first) + 1)


def _addresses(text: str) -> Iterable[str]:
    for item in text.split(","):
        first, _dash, last = item.partition("-")
        if last:
            low, high = int(ipaddress.ip_address(first)), int(ipaddress.ip_address(last))
            yield from (one for one in ADDRESSES if low <= int(ipaddress.ip_address(one)) <= high)
        else:
            yield from (str(one) for one in ipaddress.ip_network(item))


def wanted(scopes: Sequence[Sequence[str]], profiles: Sequence[str] = ("domain", "private", "public")) -> Wanted:
    """What a host should have: a site rule a scope, each for two ports, of which neighbours share one."""
    rules = [
        {"name": f"rule {number}", "protocol": "tcp", "localport": f"{7000 + number},{7001 + number}",
         "remoteip": list(scope), "profiles": list(profiles)}
        for number, scope in enumerate(scopes)
    ]  # fmt: skip
    policy = build_policy(["director"], extra_rules=rules)
    return Wanted(tuple(desired for desired in policy.rules if desired.key.startswith("x-")))


def host_with(lines: Iterable[str]) -> tuple[WindowsModel, Store]:
    host, store = WindowsModel(), Store()
    for line in lines:
        host.netsh(line)
        store.take(line)
    return host, store


def replay(plan: Plan, store: Store) -> frozenset[Way]:
    """Carry out a plan; what is let in before and after is let in after each single line."""
    lines = plan_lines(plan)
    before = store.admitted()
    states = []
    for line in lines:
        store.take(line)
        states.append(store.admitted())
    always = before & store.admitted()
    for line, state in zip(lines, states, strict=True):
        assert always <= state, f"{sorted(always - state)} are shut out by {line}"
    return always


def changed(rules: Sequence[DesiredRule], host: Snapshot) -> int:
    """Names that differ between what is wanted and what is there: no plan needs fewer lines."""
    there = {rule.name.split()[1]: rule for rule in host.local_rules()}
    asked = {desired.key: desired.rule for desired in rules}
    return sum(
        key not in there or key not in asked or asked[key].named(there[key].name) != there[key]
        for key in {*there, *asked}
    )


_SIZE = len(ADDRESSES) // 8
MANY = (
    st.binary(min_size=_SIZE, max_size=_SIZE)
    .map(
        lambda bits: [
            address for place, address in enumerate(ADDRESSES[: _SIZE * 8]) if bits[place // 8] >> place % 8 & 1
        ]
    )
    .filter(bool)
)
"""Half of all addresses on average, which are several rules."""

SCOPES = st.lists(MANY, min_size=1, max_size=3)


@settings(deadline=None)
@given(SCOPES, SCOPES)
@pytest.mark.long
def test_every_address_stays_let_in_while_long_scopes_change(before: list[list[str]], after: list[list[str]]) -> None:
    host, store = host_with(plan_lines(make_plan(wanted(before), read(WindowsModel()))))
    snapshot = read(host)
    goal = wanted(after)
    plan = make_plan(goal, snapshot)
    replay(plan, store)
    again, _store = host_with((*plan_lines(make_plan(wanted(before), read(WindowsModel()))), *plan_lines(plan)))
    assert not make_plan(goal, read(again)).changes


@settings(deadline=None)
@given(MANY, MANY)
def test_one_rule_in_several_parts_takes_a_line_a_part_that_differs(before: list[str], after: list[str]) -> None:
    """Whatever comes and goes: the order alone keeps every address let in, nothing is written twice."""
    host, store = host_with(plan_lines(make_plan(wanted([before]), read(WindowsModel()))))
    snapshot = read(host)
    goal = wanted([after])
    plan = make_plan(goal, snapshot)
    always = replay(plan, store)
    assert {address for _profile, _port, address in always} == {*before} & {*after}
    assert len(plan_lines(plan)) == changed(goal.rules, snapshot)


@pytest.mark.parametrize("new", ["10.0.0.9", "10.60.3.9", "10.200.0.9"])
@pytest.mark.parametrize("adding", [True, False])
def test_one_address_more_or_less_of_many(new: str, adding: bool) -> None:
    """What shifts is changed from its end where it grows, and from its beginning where it shrinks."""
    few = [address for address in ADDRESSES[:124] if address != new]
    before, after = (few, [*few, new]) if adding else ([*few, new], few)
    host, store = host_with(plan_lines(make_plan(wanted([before]), read(WindowsModel()))))
    assert len(store.rules) > 2
    plan = make_plan(wanted([after]), read(host))
    assert plan.changes
    assert len(replay(plan, store)) == len(few) * 2 * 3


@settings(deadline=None)
@given(SCOPES, SCOPES, st.integers(0, 1000))
def test_every_address_stays_let_in_while_the_host_restores_itself(
    before: list[list[str]], after: list[list[str]], done: int
) -> None:
    """Whatever part of the plan was carried out.

    Only where the plan did not come to deleting a name, that name is empty for a moment: the script cannot know, and
    empties it before its rules are added again.
    """
    lines = plan_lines(make_plan(wanted(before), read(WindowsModel())))
    host, store = host_with(lines)
    snapshot = read(host)
    old = store.admitted()
    plan = make_plan(wanted(after), snapshot)
    sent = plan_lines(plan)[: len(plan.create) + done % (len(plan.update) + len(plan.delete) + 1)]
    for line in sent:
        store.take(line)
    now = store.admitted()
    for line in undo_lines(plan, snapshot):
        store.take(line)
        if line not in plan_lines(plan) or line in sent:  # all but deleting a name that the plan has not deleted
            assert now & old <= store.admitted(), f"shut out by {line}"
    assert store.admitted() == old


@st.composite
def edited(draw: st.DrawFn) -> tuple[Wanted, list[FirewallRule]]:
    """What is wanted, and the rules of a host on which people exchanged, switched off and narrowed rules."""
    goal = wanted([["10.1.1.9"], ["10.2.2.9", "10.3.3.9"]])
    rules = [
        replace(
            desired.rule,
            name=f"LyncOps {desired.key} g{draw(st.integers(1, 2))}",
            local_ports=goal.rules[0].rule.local_ports,
            remote_addresses=draw(st.sampled_from([desired.rule.remote_addresses for desired in goal.rules])),
            enabled=draw(st.sampled_from([True, True, False])),
            profiles=draw(st.sampled_from([ALL_PROFILES, frozenset({Profile.DOMAIN})])),
            action=draw(st.sampled_from([Action.ALLOW, Action.ALLOW, Action.BLOCK])),
        )
        for desired in goal.rules
    ]
    alike = [DesiredRule(d.key, replace(d.rule, local_ports=goal.rules[0].rule.local_ports)) for d in goal.rules]
    return Wanted(tuple(alike)), rules


@settings(deadline=None)
@given(edited())
def test_every_address_stays_let_in_whatever_people_made_of_the_rules(
    case: tuple[Wanted, list[FirewallRule]],
) -> None:
    goal, there = case
    adding = plan_lines(Plan(create=tuple(there)))
    host, store = host_with(adding)
    plan = make_plan(goal, read(host))
    replay(plan, store)
    again, _store = host_with((*adding, *plan_lines(plan)))
    assert not make_plan(goal, read(again)).changes


def test_rules_that_exchanged_their_addresses_take_one_line_more() -> None:
    goal = wanted([["10.1.1.9"], ["10.2.2.9"]])
    ports = goal.rules[0].rule.local_ports
    alike = Wanted(tuple(DesiredRule(d.key, replace(d.rule, local_ports=ports)) for d in goal.rules))
    one, two = (desired.rule for desired in alike.rules)
    exchanged = (
        replace(one, name=f"LyncOps {alike.rules[0].key} g1", remote_addresses=two.remote_addresses),
        replace(two, name=f"LyncOps {alike.rules[1].key} g1", remote_addresses=one.remote_addresses),
    )
    exchanged = tuple(
        replace(rule, description=desired.rule.description)
        for rule, desired in zip(exchanged, alike.rules, strict=True)
    )
    host, store = host_with(plan_lines(Plan(create=exchanged)))
    plan = make_plan(alike, read(host))
    assert len(replay(plan, store)) == 2 * 2 * 3
    assert (len(plan.create), len(plan.update), len(plan.delete)) == (1, 1, 1)
