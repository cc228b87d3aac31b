# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which plans are risky, case by case."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.plan import Plan, ServiceChange, Update
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.risk import is_risky, risks
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule import (
    Action,
    Direction,
    FirewallRule,
    Profile,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.snapshot import (
    ServiceState,
    Snapshot,
    WinrmListener,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._net.address_set import AddressSet
from ansible_collections.lyncops.firewall.plugins.module_utils._net.port_set import PortSet

OLD = FirewallRule("LyncOps a g1", Direction.IN, Action.ALLOW, protocol=6, local_ports=PortSet.parse("100-200"))
NEW = OLD.named("LyncOps a g2")
NET = AddressSet.parse(["10.0.0.0/8"])
PORTS = PortSet.parse("100-150")


def deleting(old: FirewallRule, *new: FirewallRule, kept: tuple[FirewallRule, ...] = ()) -> tuple[str, ...]:
    """Risks of a plan that deletes one rule while it creates and keeps others."""
    snapshot = Snapshot((), (old, *kept), ServiceState(4, 2))
    plan = Plan(create=new, delete=(old.name,), kept=kept)
    assert is_risky(plan, snapshot) == bool(risks(plan, snapshot))
    return risks(plan, snapshot)


def updating(before: FirewallRule, **fields: object) -> tuple[str, ...]:
    after = replace(before, **fields)  # type: ignore[arg-type]
    return risks(Plan(update=(Update(before, after, tuple(fields)),)), Snapshot((), (before,), ServiceState(4, 2)))


def test_the_service_and_the_profiles() -> None:
    snapshot = Snapshot((), (), ServiceState(1, 2))
    assert risks(Plan(service=ServiceChange(start=True)), snapshot) == ("the firewall service is started",)
    assert risks(Plan(profiles_on=(Profile.DOMAIN,)), snapshot) == (
        "the firewall of the domain profile is switched on",
    )
    assert not is_risky(Plan(service=ServiceChange(automatic=True)), snapshot)


@pytest.mark.parametrize(
    "new",
    [
        (),
        (replace(NEW, local_ports=PORTS),),
        (replace(NEW, remote_addresses=NET),),
        (replace(NEW, profiles=frozenset({Profile.DOMAIN, Profile.PRIVATE})),),
        (replace(NEW, enabled=False),),
        (replace(NEW, action=Action.BLOCK),),
        (replace(NEW, direction=Direction.OUT),),
        (replace(NEW, protocol=17),),
        (replace(NEW, program=r"C:\x.exe"),),
        (replace(NEW, remote_ports=PORTS),),
        (replace(NEW, local_addresses=NET),),
        (replace(NEW, local_ports=PORTS), replace(NEW, local_ports=PortSet.parse("152-200"))),
    ],
)
def test_a_deleted_allow_rule_that_is_not_wholly_covered(new: tuple[FirewallRule, ...]) -> None:
    assert any("no rule of the plan lets in what 'LyncOps a g1' did" in risk for risk in deleting(OLD, *new))


@pytest.mark.parametrize(
    "new",
    [
        (NEW,),
        (replace(NEW, local_ports=PortSet.any()),),
        (replace(NEW, local_ports=PortSet.any(), protocol=None),),
        (replace(NEW, local_ports=PORTS), replace(NEW, local_ports=PortSet.parse("151-300"))),
        tuple(replace(NEW, profiles=frozenset({profile})) for profile in Profile),
        (replace(NEW, remote_addresses=NET), replace(NEW, remote_addresses=AddressSet.any() - NET)),
    ],
)
def test_a_deleted_allow_rule_that_is_wholly_covered(new: tuple[FirewallRule, ...]) -> None:
    assert deleting(OLD, *new) == ()
    assert deleting(OLD, kept=new) == ()


def test_what_never_let_anything_in_may_go() -> None:
    for harmless in ({"enabled": False}, {"action": Action.BLOCK}, {"direction": Direction.OUT}):
        assert deleting(replace(OLD, **harmless)) == ()  # type: ignore[arg-type]


def test_the_part_that_is_closed_is_named() -> None:
    (risk,) = deleting(OLD, replace(NEW, local_ports=PORTS))
    assert risk.endswith("'LyncOps a g1' did: tcp 151-200 from any, in every profile")


def test_what_is_closed_is_told_by_its_protocol_and_in_whatever_profiles() -> None:
    ping = replace(OLD, protocol=1, local_ports=PortSet.any(), icmp=frozenset({("ICMP4", "8:*")}), remote_addresses=NET)
    (risk,) = deleting(ping)
    assert risk == (
        "no rule of the plan lets in what 'LyncOps a g1' did: icmpv4 type 8:* from 10.0.0.0/8, in every profile"
    )
    (risk,) = deleting(OLD, replace(NEW, profiles=frozenset({Profile.PUBLIC})))
    assert risk.endswith(": tcp 100-200 from any, in the domain and private profiles")
    (risk,) = deleting(replace(OLD, protocol=47, local_ports=PortSet.any()))
    assert risk.endswith(": IP protocol 47 from any, in every profile")


def test_limits_are_covered_by_the_same_limits_or_by_none() -> None:
    limited = replace(OLD, program=r"C:\Windows\x.exe", remote_addresses=NET)
    assert deleting(limited, replace(NEW, program=r"%SystemRoot%\X.EXE")) == ()
    assert deleting(limited, NEW) == ()
    assert deleting(limited, replace(NEW, program=r"C:\y.exe"))
    words = replace(OLD, local_ports=PortSet(), port_words=frozenset({("LPort", "RPC")}))
    assert deleting(words, NEW), "nobody knows whether RPC's ports are among 100 to 200"
    assert deleting(words, words.named("LyncOps a g2")) == ()
    assert deleting(words, replace(NEW, local_ports=PortSet.any())) == ()
    assert deleting(replace(OLD, action=Action.BYPASS), NEW), "allow does not beat a block rule, bypass does"


def test_changes_in_place() -> None:
    assert updating(OLD, remote_addresses=NET)
    assert updating(OLD, profiles=frozenset({Profile.DOMAIN}))
    assert updating(OLD, enabled=False)
    assert updating(OLD, action=Action.BLOCK)
    narrow = replace(OLD, remote_addresses=NET, profiles=frozenset({Profile.DOMAIN}))
    assert updating(narrow, remote_addresses=AddressSet.any(), profiles=frozenset(Profile)) == ()
    assert updating(replace(OLD, enabled=False), enabled=True) == ()
    assert updating(replace(OLD, action=Action.BLOCK), action=Action.ALLOW) == ()


def test_blocking_more_is_risky_blocking_less_is_not() -> None:
    block = replace(OLD, action=Action.BLOCK, remote_addresses=NET)
    snapshot = Snapshot((), (), ServiceState(4, 2))
    assert risks(Plan(create=(block,)), snapshot) == ("'LyncOps a g1' blocks",)
    assert is_risky(Plan(create=(replace(block, direction=Direction.OUT),)), snapshot), "a domain controller, it may be"
    assert updating(block, remote_addresses=AddressSet.any()) == ("'LyncOps a g1' blocks more",)
    assert updating(block, remote_addresses=AddressSet.parse(["10.1.0.0/16"])) == ()
    assert updating(replace(block, enabled=False), enabled=True) == ("'LyncOps a g1' blocks",)


def test_a_rule_that_cannot_be_interpreted_may_have_let_anything_in() -> None:
    assert deleting(replace(OLD, opaque=("unknown key",)), NEW)


def test_what_may_carry_winrm_is_not_deleted_in_the_hope_that_its_successor_was_taken() -> None:
    """netsh's limits are not documented: it may refuse the rule that is to follow."""
    for port in (5985, 5986):
        old, new = (replace(OLD, local_ports=PortSet.of(port)) for _number in range(2))
        assert deleting(old, new.named("LyncOps in-tcp-100 g2"))
        assert not deleting(old, kept=(new.named("LyncOps x g1"),))
    listening = replace(OLD, local_ports=PortSet.of(8080))
    plan = Plan(create=(listening.named("LyncOps in-tcp-100 g2"),), delete=(listening.name,))
    quiet = Snapshot((), (listening,), ServiceState(4, 2))
    assert not is_risky(plan, quiet)
    assert is_risky(plan, replace(quiet, listeners=(WinrmListener(8080, "HTTP", True),)))
