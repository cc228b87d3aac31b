# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which network our connection arrives through, and what the guard makes of it on stock Windows."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.arrival import (
    UNKNOWN,
    Arrival,
    InterfaceAddress,
    Network,
    arrival,
    profiles_by_address,
    with_subnet,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.guard import assess
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.management import ManagementConnection
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.plan import Plan, ServiceChange, Wanted
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.planning import make_plan
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.profiles import ProfileSettings
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.registry_dump import parse_dump
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule import ALL_PROFILES, Profile
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule_string import parse_rule
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.snapshot import (
    Snapshot,
    WinrmListener,
    build_snapshot,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._net.address_set import AddressSet

DOMAIN, PUBLIC = frozenset({Profile.DOMAIN}), frozenset({Profile.PUBLIC})
BOTH = DOMAIN | PUBLIC
LAN, PSTN = Network("LAN", "contoso.test", "domain"), Network("PSTN", "Unidentified network", "public")
ADDRESSES = (
    InterfaceAddress("LAN", "10.1.0.5", 16),
    InterfaceAddress("LAN", "fe80::1%12", 64),
    InterfaceAddress("PSTN", "192.0.2.5", 24),
)


def test_each_address_has_the_profile_of_its_interface() -> None:
    assert profiles_by_address([LAN], ADDRESSES) == {"10.1.0.5": Profile.DOMAIN, "fe80::1%12": Profile.DOMAIN}
    assert profiles_by_address([LAN, PSTN], ADDRESSES)["192.0.2.5"] is Profile.PUBLIC
    assert profiles_by_address([], ADDRESSES) == {}


@pytest.mark.parametrize(
    ("networks", "reached", "expected"),
    [
        (None, "10.1.0.5", UNKNOWN),
        ([], "10.1.0.5", UNKNOWN),
        ([LAN, PSTN], "10.1.0.5", Arrival(DOMAIN, AddressSet.parse(["10.1.0.0/16", "fe80::/64"]), BOTH)),
        ([LAN, PSTN], "192.0.2.5", Arrival(PUBLIC, AddressSet.parse(["192.0.2.0/24"]), BOTH)),
        ([LAN, PSTN], "198.51.100.7", Arrival(BOTH, connected=BOTH)),
        # Behind a mapping it may be the one that is no network's.
        ([LAN], "198.51.100.7", Arrival(connected=DOMAIN)),
        ([LAN], "no address", Arrival(connected=DOMAIN)),
        ([LAN], "2001:db8::1", Arrival(DOMAIN, connected=DOMAIN)),
        # An interface that the host names no network for: its profile is not known, though others are.
        ([LAN], "192.0.2.5", Arrival(subnets=AddressSet.parse(["192.0.2.0/24"]), connected=DOMAIN)),
    ],
)
def test_the_network_is_that_of_the_address_that_we_reach(
    networks: list[Network] | None, reached: str, expected: Arrival
) -> None:
    assert arrival(networks, ADDRESSES, (reached,)) == expected


def test_interfaces_of_windows_own_are_no_networks_and_lead_nowhere() -> None:
    own = ("127.0.0.1", "::1", "169.254.1.2", "fe80::5efe:10.1.0.5%14", "2001:0:4136:e378::1", "2002:a01:5::a01:5", "x")
    addresses = (ADDRESSES[0], *(InterfaceAddress(f"own {text}", text, 64) for text in own))
    for reached in ("198.51.100.7", "2001:db8::1"):
        assert arrival([LAN], addresses, (reached,)) == Arrival(DOMAIN, connected=DOMAIN)
    six = InterfaceAddress("LAN 2", "2001:db8::5", 64)
    assert not arrival([LAN], (*addresses, six), ("198.51.100.7", "2001:db8::1")).known


def test_of_several_interfaces_that_may_be_ours_each_needs_a_network() -> None:
    both = ("10.1.0.5", "192.0.2.5")
    assert arrival([LAN, PSTN], ADDRESSES, both).profiles == BOTH
    assert not arrival([LAN], ADDRESSES, both).known


def test_a_name_with_an_address_that_is_not_the_hosts_may_be_behind_a_mapping() -> None:
    found = arrival([LAN, PSTN], ADDRESSES, ("10.1.0.5", "203.0.113.1"))
    assert found.profiles == BOTH


def test_broken_addresses_of_a_host_are_no_subnets() -> None:
    odd = (InterfaceAddress("LAN", "10.1.0.5", 99), InterfaceAddress("LAN", "10.1.0.5", 0), *ADDRESSES)
    assert arrival([LAN], odd, ("10.1.0.5",)).subnets == AddressSet.parse(["10.1.0.0/16", "fe80::/64"])


def test_local_subnet_is_that_of_the_interface_and_of_the_rules_families() -> None:
    rule = parse_rule("W", "v2.22|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=5985|RA4=LocalSubnet|Name=W|")
    resolved = with_subnet(rule, AddressSet.parse(["10.1.0.0/16", "fe80::/64"])).remote_addresses
    assert AddressSet.parse(["10.1.0.0/16"]) <= resolved
    assert not resolved.v6
    assert with_subnet(rule, AddressSet()) == rule
    wide = replace(rule, remote_addresses=AddressSet.any())
    assert with_subnet(wide, AddressSet.parse(["10.1.0.0/16"])) == wide


EDITIONS = ("ws2008r2-sp1", "ws2012", "ws2012r2", "ws2016-core", "ws2019-desktop", "ws2019-roles", "ws2022-core")
QUICKCONFIG = "ws2008r2-sp1 after winrm quickconfig"
"""Its rules for WinRM are there, and disabled until somebody sets WinRM up."""
SAME_SUBNET, ELSEWHERE = "10.1.9.9", "172.16.0.9"


@pytest.fixture(scope="session")
def stock(shared_dir: Path) -> dict[str, Snapshot]:
    """Stock policies with all profiles off, as hardening guides of the time had them."""
    found = {}
    for name in EDITIONS:
        text = (shared_dir / "data" / "stock" / f"{name}.reg.txt").read_text("utf-8")
        host = build_snapshot(parse_dump(text), 4)
        off = tuple(replace(state, local=ProfileSettings(enabled=False)) for state in host.profiles)
        listeners = (WinrmListener(5985, "http", True), WinrmListener(5986, "https", True))
        found[name] = replace(host, profiles=off, listeners=listeners)
    old = found["ws2008r2-sp1"]
    enabled = (replace(rule, enabled=rule.enabled or rule.rule_id == "WINRM-HTTP-In-TCP") for rule in old.rules)
    found[QUICKCONFIG] = replace(old, rules=tuple(enabled))
    return found


def arrives(edition: str, profile: Profile) -> Arrival:
    if edition.startswith("ws2008r2"):
        return UNKNOWN  # it has no class that tells
    return Arrival(frozenset({profile}), AddressSet.parse(["10.1.0.0/16"]))


def decision(host: Snapshot, plan: Plan, client: str, port: int, where: Arrival) -> tuple[str, tuple[str, ...]]:
    """``go``, ``warn`` or ``refuse``, and what was said."""
    connection = ManagementConnection(port, "http" if port == 5985 else "https", client)
    found = assess(connection, plan, host, where)
    kind = "refuse" if found.objections else "warn" if found.warnings else "go"
    return kind, (*found.objections, *found.warnings)


def expected(edition: str, profile: Profile, client: str, port: int) -> str:
    """By the evidence of the data: 2008 R2 has one rule for all profiles, disabled until WinRM is set up.

    Later editions admit Domain and Private from anywhere, Public from LocalSubnet. 5986 has no stock rule in any.
    """
    if port == 5986:
        return "refuse"
    if edition == "ws2008r2-sp1":
        return "refuse"
    if edition == QUICKCONFIG:
        return "go"
    if client == SAME_SUBNET and profile is Profile.PUBLIC:
        return "go"
    return "refuse" if profile is Profile.PUBLIC else "warn"


@pytest.mark.parametrize(
    ("edition", "profile", "client", "port"),
    list(itertools.product((*EDITIONS, QUICKCONFIG), Profile, (SAME_SUBNET, ELSEWHERE), (5985, 5986))),
)
def test_switching_the_firewall_on_on_a_stock_host(
    stock: dict[str, Snapshot], edition: str, profile: Profile, client: str, port: int
) -> None:
    host = stock[edition]
    plan = make_plan(Wanted(profiles_on=ALL_PROFILES), host)
    kind, said = decision(host, plan, client, port, arrives(edition, profile))
    wanted = expected(edition, profile, client, port)
    if wanted == "warn" and client == SAME_SUBNET:
        wanted = "go"  # the subnet that we are in is admitted in Public too
    assert kind == wanted, said
    if kind == "warn":
        (only,) = said
        assert "public profile" in only
        assert "WINRM-HTTP-In-TCP-PUBLIC" in only
        assert f"arrives through the {profile.value} profile" in only
    if kind == "refuse" and port == 5986:
        assert any("extra_rules: [{name: WinRM 5986, protocol: tcp, localport: '5986'" in text for text in said)


def test_what_is_refused_names_a_rule_that_admits_us(stock: dict[str, Snapshot]) -> None:
    """The entry that is offered, pasted as it is, makes the plan pass."""
    import yaml
    from ansible_collections.lyncops.firewall.plugins.module_utils._policy.policy import build_policy

    host, where = stock["ws2012r2"], Arrival(frozenset({Profile.PUBLIC}))
    plan = make_plan(Wanted(profiles_on=ALL_PROFILES), host)
    kind, (said,) = decision(host, plan, ELSEWHERE, 5985, where)
    assert kind == "refuse"
    entry = yaml.safe_load(said.partition("What would admit it: ")[2])
    policy = build_policy(["director"], extra_rules=entry["extra_rules"])
    plan = make_plan(Wanted(policy.rules, profiles_on=ALL_PROFILES), host)
    assert decision(host, plan, ELSEWHERE, 5985, where)[0] == "go"


def test_starting_the_service_is_judged_by_where_we_arrive(stock: dict[str, Snapshot]) -> None:
    """No rule can be written while it is stopped, so none is offered."""
    stopped = replace(stock["ws2012r2"], service=replace(stock["ws2012r2"].service, state=1))
    stopped = replace(
        stopped, profiles=tuple(replace(state, local=ProfileSettings(enabled=True)) for state in stopped.profiles)
    )
    plan = Plan(service=ServiceChange(start=True))
    assert decision(stopped, plan, ELSEWHERE, 5985, Arrival(frozenset({Profile.DOMAIN})))[0] == "warn"
    kind, said = decision(stopped, plan, ELSEWHERE, 5985, Arrival(frozenset({Profile.PUBLIC})))
    assert kind == "refuse"
    assert "extra_rules" not in said[0]


def test_what_is_not_known_goes_ahead_only_commit_confirmed(stock: dict[str, Snapshot]) -> None:
    host = stock["ws2012r2"]
    plan = make_plan(Wanted(profiles_on=ALL_PROFILES), host)
    connection = ManagementConnection(5985, "http", ELSEWHERE)
    found = assess(connection, plan, host)
    assert found.objections == ()
    assert all("the host restores itself" in text for text in found.warnings)
    assert found.warnings
    assert assess(connection, plan, host, confirmed=False).objections


def test_closed_everywhere_is_refused_though_nothing_is_known_of_networks(stock: dict[str, Snapshot]) -> None:
    host = replace(stock["ws2008r2-sp1"], rules=())
    plan = make_plan(Wanted(profiles_on=ALL_PROFILES), host)
    assert decision(host, plan, ELSEWHERE, 5985, UNKNOWN)[0] == "refuse"
