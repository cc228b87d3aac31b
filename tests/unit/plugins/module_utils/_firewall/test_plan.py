# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans: every kind of change by example."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.plan import (
    DesiredRule,
    Plan,
    ServiceChange,
    Wanted,
    managed_rules,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.planning import make_plan
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.profiles import (
    ProfileSettings,
    ProfileState,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule import (
    Action,
    Direction,
    FirewallRule,
    Profile,
    Store,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.snapshot import ServiceState, Snapshot
from ansible_collections.lyncops.firewall.plugins.module_utils._net.address_set import AddressSet
from ansible_collections.lyncops.firewall.plugins.module_utils._net.port_set import PortSet

SIP = FirewallRule(
    name="", direction=Direction.IN, action=Action.ALLOW, protocol=6, local_ports=PortSet.of(5061), description="SIP"
)
WEB = replace(SIP, local_ports=PortSet.of(443), description="Web")
WANTED = Wanted((DesiredRule("sip", SIP), DesiredRule("web", WEB)))


def host(*rules: FirewallRule, state: int = 4, start: int = 2, **profiles: Any) -> Snapshot:
    states = tuple(profiles.get(profile.value, ProfileState(profile)) for profile in Profile)
    return Snapshot(states, tuple(rules), ServiceState(state, start))


def ours(rule: FirewallRule, name: str, **changes: Any) -> FirewallRule:
    return replace(rule.named(name), rule_id=f"{{{name}{len(changes)}}}", raw="v2.10|...", **changes)


WEB_THERE = ours(WEB, "LyncOps web g1")


def plan(*rules: FirewallRule, exclusive: bool = True) -> Plan:
    return make_plan(replace(WANTED, exclusive=exclusive), host(WEB_THERE, *rules))


def created(done: Plan) -> list[str]:
    return [rule.name for rule in done.create]


def test_nothing_there() -> None:
    done = make_plan(WANTED, host())
    assert created(done) == ["LyncOps sip g1", "LyncOps web g1"]
    assert done.create[0] == SIP.named("LyncOps sip g1")
    assert (done.update, done.delete, done.kept, done.stale, done.refused) == ((), (), (), (), ())
    assert done.changes


def test_everything_there() -> None:
    done = plan(ours(SIP, "LyncOps sip g7"))
    assert not done.changes
    assert [rule.name for rule in done.kept] == ["LyncOps sip g7", "LyncOps web g1"]


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"enabled": False}, ("enabled",)),
        ({"action": Action.BLOCK}, ("action",)),
        ({"profiles": frozenset({Profile.DOMAIN})}, ("profiles",)),
        ({"remote_addresses": AddressSet.parse(["10.0.0.0/8"])}, ("remote_addresses",)),
        ({"enabled": False, "action": Action.BLOCK}, ("enabled", "action")),
    ],
)
def test_what_netsh_can_set_is_changed_in_place(changes: dict[str, Any], fields: tuple[str, ...]) -> None:
    there = ours(SIP, "LyncOps sip g2", **changes)
    done = plan(there)
    (update,) = done.update
    assert update.before is there
    assert update.fields == fields
    assert update.after == SIP.named("LyncOps sip g2")
    assert (done.create, done.delete) == ((), ())


@pytest.mark.parametrize(
    "changes",
    [
        {"local_ports": PortSet.of(5062)},
        {"remote_ports": PortSet.of(1)},
        {"protocol": 17},
        {"direction": Direction.OUT},
        {"program": r"C:\x.exe"},
        {"service": "RTCSRV"},
        {"local_addresses": AddressSet.parse(["10.0.0.1"])},
        {"description": "other"},
        {"group": "g"},
        {"conditions": (("Edge", "TRUE"),)},
        {"port_words": frozenset({("LPort", "RPC")})},
        {"enabled": False, "program": r"C:\x.exe"},
    ],
)
def test_anything_else_is_replaced_by_the_next_generation(changes: dict[str, Any]) -> None:
    done = plan(ours(SIP, "LyncOps sip g2", **changes))
    assert created(done) == ["LyncOps sip g3"]
    assert done.delete == ("LyncOps sip g2",)
    assert done.update == ()


def test_the_highest_generation_does_not_stop_the_work() -> None:
    done = plan(ours(WEB, "LyncOps sip g999999"))
    assert done.delete == ("LyncOps sip g999999",)
    assert len(done.create) == 1
    assert done.create[0].name != "LyncOps sip g999999"
    assert managed_rules(done.create) == done.create, "the new name is not known as ours"


def test_of_several_generations_the_right_one_stays() -> None:
    done = plan(ours(SIP, "LyncOps sip g1"), ours(SIP, "LyncOps sip g2"), ours(WEB, "LyncOps sip g3"))
    assert [rule.name for rule in done.kept] == ["LyncOps sip g2", "LyncOps web g1"]
    assert done.delete == ("LyncOps sip g1", "LyncOps sip g3")
    assert done.create == ()


def test_of_several_wrong_generations_none_is_repaired_in_place() -> None:
    done = plan(ours(SIP, "LyncOps sip g1", enabled=False), ours(SIP, "LyncOps sip g2", enabled=False))
    assert created(done) == ["LyncOps sip g3"]
    assert done.delete == ("LyncOps sip g1", "LyncOps sip g2")
    assert done.update == ()


def test_twins_are_replaced_because_netsh_cannot_tell_them_apart() -> None:
    twin = ours(SIP, "LyncOps sip g1")
    done = plan(twin, replace(twin, rule_id="{2}", name="LYNCOPS SIP G1"))
    assert created(done) == ["LyncOps sip g2"]
    assert [name.casefold() for name in done.delete] == ["lyncops sip g1"], "one line hits both"


def test_twins_go_when_a_single_right_rule_is_there() -> None:
    done = plan(ours(SIP, "LyncOps sip g1"), ours(SIP, "LyncOps sip g1", enabled=False), ours(SIP, "LyncOps sip g2"))
    assert done.create == ()
    assert done.delete == ("LyncOps sip g1",)


def test_an_opaque_rule_of_ours_is_refused_not_doubled() -> None:
    done = plan(ours(SIP, "LyncOps sip g1", opaque=("the key 'New' is not known",)), ours(SIP, "LyncOps sip g2"))
    assert not done.changes
    (refusal,) = done.refused
    assert refusal.subject == "LyncOps sip g1"
    assert "'New'" in refusal.reason


def test_stale_rules() -> None:
    old = ours(SIP, "LyncOps in-udp-1 g1")
    done = plan(ours(SIP, "LyncOps sip g1"), old)
    assert (done.delete, done.stale) == (("LyncOps in-udp-1 g1",), (old,))
    done = plan(ours(SIP, "LyncOps sip g1"), old, exclusive=False)
    assert (done.delete, done.stale, done.changes) == ((), (old,), False)


def test_block_rules_that_nothing_wants_go_though_the_rest_may_stay() -> None:
    unblocking = replace(WANTED, exclusive=False, no_blocks="block-")
    there = (WEB_THERE, ours(SIP, "LyncOps sip g1"))
    block = ours(SIP, "LyncOps block-in-tcp-5067 g1", action=Action.BLOCK)
    allow = ours(SIP, "LyncOps in-udp-1 g1")
    done = make_plan(unblocking, host(*there, block, allow))
    assert (done.delete, set(done.stale), done.changes) == (("LyncOps block-in-tcp-5067 g1",), {allow, block}, True)
    opened = replace(block, action=Action.ALLOW)
    other = ours(SIP, "LyncOps x-block g1", action=Action.BLOCK)
    policys = replace(block, store=Store.GROUP_POLICY)
    unclear = replace(block, opaque=("x",))
    for rule in (opened, other, policys, unclear):
        assert make_plan(unblocking, host(*there, rule)).delete == (), rule
        assert not make_plan(unblocking, host(*there, rule)).changes
    assert make_plan(replace(unblocking, no_blocks=""), host(*there, block)).delete == ()


def test_stale_twins_are_deleted_once_and_opaque_ones_not_at_all() -> None:
    old = ours(SIP, "LyncOps old g1")
    done = plan(ours(SIP, "LyncOps sip g1"), old, replace(old, rule_id="{2}"))
    assert done.delete == ("LyncOps old g1",)
    assert len(done.stale) == 2
    done = plan(ours(SIP, "LyncOps sip g1"), old, replace(old, rule_id="{2}", opaque=("x",)))
    assert done.delete == (), "netsh would delete the opaque twin as well"
    assert len(done.refused) == 1


FOREIGN = [
    ours(SIP, "CS RTCSRV"),
    ours(SIP, "LyncOps"),
    ours(SIP, "LyncOps sip"),
    ours(SIP, "LyncOps sip g0"),
    ours(SIP, "LyncOps  sip g1"),
    ours(SIP, "LyncOps sip g1 "),
    ours(SIP, "LyncOps sip g1\n"),
    ours(SIP, "XLyncOps sip g1"),
    ours(SIP, "LyncOps sip g01"),
    ours(SIP, "Lync\u00d6ps sip g1"),
    ours(SIP, "LyncOps sip g1", store=Store.GROUP_POLICY, enabled=False),
    ours(SIP, "LyncOps sip g1", store=Store.MDM),
]


@pytest.mark.parametrize("rule", FOREIGN, ids=lambda rule: f"{rule.name!r}-{rule.store.value}")
def test_what_is_not_ours_counts_for_nothing(rule: FirewallRule) -> None:
    assert managed_rules([rule]) == ()
    with_it, without = plan(rule), plan()
    assert with_it.policy_stale == ((rule,) if rule.store is Store.GROUP_POLICY else ()), "for people to read"
    assert replace(with_it, policy_stale=()) == without
    assert created(with_it) == ["LyncOps sip g1"]
    assert with_it.delete == ()


def by_policy(rule: FirewallRule, name: str, **changes: Any) -> FirewallRule:
    return ours(rule, name, store=Store.GROUP_POLICY, **changes)


def test_a_rule_that_group_policy_brings_as_it_is_wanted_is_not_written_twice() -> None:
    brought = by_policy(SIP, "LyncOps sip g3", description="as the owner of the policy likes it")
    done = plan(brought)
    assert (done.changes, done.by_policy, done.policy_stale) == (False, (brought,), ())
    twice = plan(brought, by_policy(SIP, "lyncops SIP g4"))
    assert (twice.changes, twice.by_policy, twice.policy_stale) == (False, (brought,), ()), "a second one does no harm"


@pytest.mark.parametrize(
    "changes",
    [
        {"enabled": False},
        {"remote_addresses": AddressSet.parse(["10.0.0.1"])},
        {"profiles": frozenset({Profile.DOMAIN})},
        {"local_ports": PortSet.of(5060)},
        {"opaque": ("what is this",)},
    ],
)
def test_a_rule_of_ours_in_a_policy_that_is_not_as_it_is_wanted_is_old_and_a_local_one_is_made(
    changes: dict[str, Any],
) -> None:
    old = by_policy(SIP, "LyncOps sip g1", **changes)
    done = plan(old)
    assert (done.by_policy, done.policy_stale, done.refused) == ((), (old,), ())
    assert created(done) == ["LyncOps sip g1"]


def test_old_rules_of_a_policy_are_told_whatever_is_wanted() -> None:
    old = [by_policy(SIP, "LyncOps media g1"), by_policy(SIP, "LyncOps sip g1")]
    nothing = make_plan(Wanted(), host(*old))
    assert (nothing.changes, nothing.policy_stale) == (False, tuple(old))


def test_a_local_copy_of_what_a_policy_brings_stays_only_if_it_is_the_same() -> None:
    brought, same = by_policy(SIP, "LyncOps sip g1"), ours(SIP, "LyncOps sip g2")
    done = plan(brought, same)
    assert (done.changes, [rule.name for rule in done.kept]) == (False, ["LyncOps sip g2", "LyncOps web g1"])
    other = ours(SIP, "LyncOps sip g2", remote_addresses=AddressSet.parse(["10.0.0.1"]))
    done = plan(brought, other)
    assert (done.delete, done.create, done.update) == (("LyncOps sip g2",), (), ())
    assert plan(brought, other, exclusive=False).changes is False


def test_names_are_ours_whatever_their_case() -> None:
    done = plan(ours(SIP, "lyncops SIP G4"))
    assert [rule.name for rule in done.kept] == ["lyncops SIP G4", "LyncOps web g1"]
    assert not done.changes


def test_order_does_not_matter() -> None:
    rules = [
        *FOREIGN,
        WEB_THERE,
        ours(SIP, "LyncOps sip g1", enabled=False),
        ours(SIP, "LyncOps b g1"),
        ours(WEB, "LyncOps a g2"),
    ]
    first = make_plan(WANTED, host(*rules))
    for seed in range(20):
        shuffled = random.Random(seed).sample(rules, len(rules))
        wanted = replace(WANTED, rules=tuple(random.Random(seed).sample(WANTED.rules, 2)))
        assert make_plan(wanted, host(*shuffled)) == first


def test_two_desired_rules_may_not_share_a_key() -> None:
    with pytest.raises(ValueError, match="sip"):
        make_plan(Wanted((DesiredRule("sip", SIP), DesiredRule("sip", WEB))), host())


@pytest.mark.parametrize(
    ("state", "start", "change"),
    [
        (4, 2, ServiceChange()),
        (1, 2, ServiceChange(start=True)),
        (4, 3, ServiceChange(automatic=True)),
        (1, 4, ServiceChange(automatic=True, start=True)),
        (None, None, ServiceChange(automatic=True, start=True)),
    ],
)
def test_service(state: int, start: int, change: ServiceChange) -> None:
    done = make_plan(Wanted(), host(state=state, start=start))
    assert done.service == change
    assert done.changes == bool(change)


def test_a_stopped_service_that_nobody_may_start_is_refused_only_if_there_is_work() -> None:
    unmanaged = replace(WANTED, service=False)
    (refusal,) = make_plan(unmanaged, host(state=1)).refused
    assert "firewall_service" in refusal.reason
    assert not make_plan(replace(unmanaged, rules=()), host(state=1)).refused
    assert make_plan(unmanaged, host(state=1)).service == ServiceChange()


def test_profiles_are_switched_on_unless_group_policy_keeps_them_off() -> None:
    off, on = ProfileSettings(enabled=False), ProfileSettings(enabled=True)
    there = host(
        domain=ProfileState(Profile.DOMAIN, local=off, policy=off),
        private=ProfileState(Profile.PRIVATE, local=off),
        public=ProfileState(Profile.PUBLIC, local=off, policy=on),
    )
    done = make_plan(Wanted(profiles_on=frozenset(Profile)), there)
    assert done.profiles_on == (Profile.PRIVATE,)
    (refusal,) = done.refused
    assert "domain" in refusal.subject
    assert not make_plan(Wanted(), there).changes


def test_a_stale_rule_that_stands_in_for_a_refused_one_stays() -> None:
    """The right rule cannot be made while an opaque one has its name; what lets the traffic through is not taken."""
    opaque = ours(SIP, "LyncOps sip g1", opaque=("the key 'Future' is not known",))
    stand_in = ours(SIP, "LyncOps a g1")
    done = make_plan(Wanted((DesiredRule("sip", SIP),)), host(opaque, stand_in))
    assert (done.delete, done.create, done.changes) == ((), (), False)
    assert [rule.name for rule in done.stale] == ["LyncOps a g1"]
    assert [refusal.subject for refusal in done.refused] == ["LyncOps sip g1"]
    other = replace(stand_in, local_ports=PortSet.of(4))
    assert make_plan(Wanted((DesiredRule("sip", SIP),)), host(opaque, other)).delete == ("LyncOps a g1",)
    # Under a key that is wanted for something else it stays too, beside the right rule.
    for wrong in (replace(SIP, enabled=False), replace(SIP, local_ports=PortSet.of(4))):
        done = make_plan(Wanted((DesiredRule("sip", SIP), DesiredRule("a", wrong))), host(opaque, stand_in))
        assert (done.update, done.delete, created(done)) == ((), (), ["LyncOps a g2"])
