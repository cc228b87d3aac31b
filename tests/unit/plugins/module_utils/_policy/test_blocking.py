# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Block rules for everybody else: on which ports there are some, against whom, and against whom never."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._catalogue.products import ABOUT
from ansible_collections.lyncops.firewall.plugins.module_utils._catalogue.words import Peer, Product
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.management import NEVER_BLOCKED
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.netsh import add_line
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.plan import DesiredRule, Wanted
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.planning import make_plan
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.profiles import ProfileState
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule import Action, Direction, Profile
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule_string import parse_rule
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.snapshot import (
    ServiceState,
    Snapshot,
    WinrmListener,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._net.address_set import AddressSet
from ansible_collections.lyncops.firewall.plugins.module_utils._net.known_addresses import SOURCES
from ansible_collections.lyncops.firewall.plugins.module_utils._net.port_set import PortSet
from ansible_collections.lyncops.firewall.plugins.module_utils._net.region import Region, union
from ansible_collections.lyncops.firewall.plugins.module_utils._options.host_table import HOST_OPTIONS
from ansible_collections.lyncops.firewall.plugins.module_utils._options.reading import OptionError
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.blocking import unblocked, with_blocks
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.effect import judge_policy, wider
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.host_policy import HostPolicy
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.listening import bind_media
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.policy import build_policy
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.scoping import takes_everybody
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.wanted import requested_policy, wanted_state
from ansible_collections.lyncops.firewall.plugins.plugin_utils._arguments import validate
from hypothesis import given
from hypothesis import strategies as st

HELD = [role for role in ABOUT[Product.LYNC_2013].roles if role.value != "edge"]  # which stands alone: test_edge

PEERS = {"front_end": ["10.0.0.1", "10.0.0.3"], "branch_appliance": [], "load_balancer": ["10.0.1.0/24"]}
MEDIATION: dict[str, Any] = {"roles": ["mediation"], "scope": "topology", "peers": PEERS}


def blocks(policy: HostPolicy) -> list[DesiredRule]:
    return [desired for desired in policy.rules if desired.rule.action is Action.BLOCK]


def blocked(**options: Any) -> list[DesiredRule]:
    return blocks(with_blocks(build_policy(**{**MEDIATION, **options})))


def test_everybody_but_those_who_are_meant_on_exactly_these_ports() -> None:
    policy = with_blocks(build_policy(**MEDIATION))
    (only,) = blocks(policy)
    assert only.key == "block-in-tcp-5070"
    assert (str(only.rule.local_ports), only.rule.protocol, only.rule.direction) == ("5070", 6, Direction.IN)
    meant = AddressSet.parse(["10.0.0.1", "10.0.0.3", "10.0.1.0/24"])
    assert only.rule.remote_addresses | meant == SOURCES
    assert not only.rule.remote_addresses.overlaps(meant)
    assert policy.rows[only.key] == ("server-46", "server-49")
    assert "server-46, server-49" in only.rule.description
    served = {demand.requirement.id: demand.keys for demand in policy.demands}
    assert served["server-46"] == ("in-tcp-5070", "block-in-tcp-5070")
    assert "block-in-tcp-5070" not in served["server-39"]


def test_the_rules_that_allow_stay_as_they_are() -> None:
    policy = build_policy(**MEDIATION)
    assert [one for one in with_blocks(policy).rules if one.rule.action is Action.ALLOW] == list(policy.rules)


def test_with_scope_any_there_is_none() -> None:
    assert blocked(scope="any", peers={}) == []


def test_one_scope_for_all_rules_counts_as_one() -> None:
    keys = [one.key for one in blocked(scope="any", peers={}, remote_addresses=["10.0.0.0/8"])]
    assert keys == ["block-in-tcp-5067", "block-in-tcp-5068", "block-in-tcp-5070", "block-in-udp-1434"]


@pytest.mark.parametrize(
    "peers",
    [
        {"front_end": ["10.0.0.1"]},
        {**PEERS, "front_end": ["localsubnet"]},
    ],
    ids=["unknown", "a keyword"],
)
def test_where_it_is_not_known_who_is_meant_there_is_none(peers: dict[str, list[str]]) -> None:
    assert blocked(peers=peers) == []


NOBODY = {"gateway": [], "pbx": []}
"""Who calls a Mediation Server's ports of the telephone network."""


def test_everybody_is_kept_out_of_a_row_for_nobody() -> None:
    policy = with_blocks(build_policy(**{**MEDIATION, "peers": {**PEERS, **NOBODY}}))
    found = {one.key: one.rule for one in blocks(policy)}
    of_nobody = {demand.requirement.id: demand for demand in policy.nobody}
    assert {"5067", "5068"} <= {str(demand.ports) for demand in of_nobody.values()}
    for port in ("5067", "5068"):
        rule = found[f"block-in-tcp-{port}"]
        assert (str(rule.local_ports), rule.remote_addresses.is_any) == (port, True)
        assert "Keeps everybody out of rows: " in rule.description
    for row, demand in of_nobody.items():
        assert row in policy.skipped
        assert (f"block-in-tcp-{demand.ports}" in demand.keys) is bool(demand.ports - NEVER_BLOCKED)
    assert "everybody else" in found["block-in-tcp-5070"].description


def test_nobody_is_kept_out_of_a_port_that_is_for_nobody_and_for_somebody_too() -> None:
    extra = [{"name": "Trunk", "protocol": "tcp", "localport": "5067-5068", "remoteip": ["192.0.2.0/24"]}]
    found = {one.key: one.rule for one in blocked(peers={**PEERS, **NOBODY}, extra_rules=extra)}
    trunk = AddressSet.parse(["192.0.2.0/24"])
    for port in ("5067", "5068"):
        assert not found[f"block-in-tcp-{port}"].remote_addresses.overlaps(trunk)
    anybody = [{**extra[0], "remoteip": ["any"]}]
    keys = {one.key for one in blocked(peers={**PEERS, **NOBODY}, extra_rules=anybody)}
    assert keys.isdisjoint({"block-in-tcp-5067", "block-in-tcp-5068"})


def test_where_clients_connect_there_is_no_block_though_there_are_none() -> None:
    known: dict[str, list[str]] = {peer.value: [] for peer in Peer if peer not in (Peer.ANY, Peer.CLIENT)}
    policy = with_blocks(build_policy(["front_end"], scope="topology", peers=known, client_networks=[]))
    of_clients = [demand for demand in policy.nobody if takes_everybody(demand.requirement)]
    assert of_clients
    ports = [one.rule.local_ports for one in blocks(policy)]
    assert ports
    assert not [one for one in ports for demand in of_clients if one.overlaps(demand.ports)]
    assert not [one for one in ports if one.overlaps(NEVER_BLOCKED)]


def test_clients_are_never_kept_out_of_their_rows() -> None:
    known = {peer.value: ["10.0.0.1"] for peer in Peer if peer not in (Peer.ANY, Peer.CLIENT)}
    policy = with_blocks(
        build_policy(["front_end", "mediation"], scope="topology", peers=known, client_networks=["10.8.0.0/16"])
    )
    of_clients = [demand for demand in policy.demands if Peer.ANY in demand.requirement.peers]
    assert of_clients
    for demand in of_clients:
        assert not any(one.rule.local_ports.overlaps(demand.ports) for one in blocks(policy) if one.key in demand.keys)
        tcp = [one for one in blocks(policy) if one.rule.protocol == 6]
        assert not any(one.rule.local_ports.overlaps(demand.ports) for one in tcp)


@pytest.mark.parametrize("port", ["5070", "5060-5080", "5070,9000"])
def test_whom_a_site_rule_lets_in_is_not_blocked(port: str) -> None:
    extra = {"name": "monitoring", "protocol": "tcp", "localport": port, "remoteip": ["10.7.0.1"]}
    (only,) = blocked(extra_rules=[extra])
    assert not only.rule.remote_addresses.overlaps(AddressSet.parse(["10.7.0.1"]))


@pytest.mark.parametrize(
    "extra",
    [{"protocol": "tcp", "localport": "5070"}, {"program": "C:\\x.exe"}],
    ids=["its port", "a program on any port"],
)
def test_what_a_site_rule_opens_to_any_is_not_blocked(extra: dict[str, str]) -> None:
    assert blocked(extra_rules=[{"name": "x", **extra}]) == []


def test_rows_that_a_keyword_leaves_open_are_named_with_what_to_do() -> None:
    peers = {**PEERS, "gateway": ["localsubnet", "10.0.0.9"]}
    made = with_blocks(build_policy(**{**MEDIATION, "peers": peers}))
    told = unblocked(made)
    assert told.startswith("on_wider: block_others keeps nobody out of server-47, server-48: ")
    assert "localsubnet" in told
    assert unblocked(with_blocks(build_policy(**MEDIATION))) == ""
    assert unblocked(with_blocks(build_policy(**{**MEDIATION, "scope": "any", "peers": {}}))) == ""


def test_so_are_those_of_a_site_rule_with_a_keyword_on_their_port() -> None:
    extra = {"name": "x", "direction": "in", "action": "allow", "protocol": "tcp", "localport": "5070"}
    made = with_blocks(build_policy(**MEDIATION, extra_rules=[{**extra, "remoteip": ["dns"]}]))
    assert unblocked(made).startswith("on_wider: block_others keeps nobody out of server-46, server-49: ")
    assert "dns" in unblocked(made)
    assert unblocked(made).isascii()


def test_ports_of_management_are_left_out() -> None:
    peers = {"front_end": ["10.0.0.1"], "load_balancer": [], "admin": ["10.0.0.2"]}
    policy = build_policy(["front_end"], scope="topology", peers=peers, port_overrides={"server-06": "3380-3400"})
    found = {one.key for one in blocks(with_blocks(policy))}
    assert "block-in-tcp-3380-3388.3390-3400" in found
    assert "block-in-tcp-135" not in found
    assert all(not one.rule.local_ports.overlaps(NEVER_BLOCKED) for one in blocks(with_blocks(policy)))


def test_where_winrm_listens_on_such_a_port_the_host_is_spared() -> None:
    policy = with_blocks(build_policy(**MEDIATION))
    wanted = Wanted(rules=policy.rules)
    snapshot = Snapshot(
        profiles=tuple(ProfileState(profile) for profile in Profile), rules=(), service=ServiceState(4, 2)
    )
    keys = {rule.name for rule in make_plan(wanted, snapshot).create}
    assert "LyncOps block-in-tcp-5070 g1" in keys
    there = replace(snapshot, listeners=(WinrmListener(5070, "HTTP", True),))
    assert {rule.name for rule in make_plan(wanted, there).create} == keys - {"LyncOps block-in-tcp-5070 g1"}


def test_a_scope_of_many_addresses_goes_over_several_rules() -> None:
    many = [f"10.{number}.0.1" for number in range(90)]
    found = blocked(peers={**PEERS, "front_end": many})
    assert [one.key for one in found[:2]] == ["block-in-tcp-5070", "block-in-tcp-5070.s2"]
    everybody = union(Region.of(one.rule.local_ports, one.rule.remote_addresses) for one in found)
    assert everybody.boxes[0][1] == SOURCES - AddressSet.parse([*many, "10.0.1.0/24"])


def test_a_rule_that_netsh_cannot_be_told_is_an_error_that_names_the_option() -> None:
    ports = ",".join(str(number) for number in range(10001, 10121, 2))
    many = {**PEERS, "front_end": [f"10.{number}.0.1" for number in range(90)]}
    with pytest.raises(OptionError, match="port_overrides"):
        blocked(peers=many, port_overrides={"server-46": ports})


def test_a_block_is_for_any_program() -> None:
    peers = {peer.value: ["10.0.0.1"] for peer in Peer if peer not in (Peer.ANY, Peer.CLIENT)}
    policy = with_blocks(build_policy(["front_end"], scope="topology", peers=peers))
    bound = bind_media(policy, {"rtcavmcu": "C:\\a.exe", "rtcasmcu": "C:\\b.exe"}).policy
    assert blocks(bound) == blocks(policy)


_ADDRESS = st.integers(0, 9).map(lambda number: f"10.0.0.{number}")
_KINDS = [peer.value for peer in Peer if peer not in (Peer.ANY, Peer.CLIENT)]


@given(
    st.lists(
        st.sampled_from([role.value for role in HELD if role.value != "central_management"]),
        min_size=1,
    ),
    st.dictionaries(st.sampled_from(_KINDS), st.lists(_ADDRESS, max_size=3)),
    st.sampled_from(["documented", "extended"]),
)
def test_nobody_whom_a_rule_of_ours_admits_is_blocked_and_scoped_rows_are_as_wide_as_wanted(
    roles: list[str], peers: dict[str, list[str]], ruleset: str
) -> None:
    policy = with_blocks(build_policy(roles, scope="topology", peers=peers, ruleset=ruleset))
    for block in blocks(policy):
        area = Region.of(block.rule.local_ports, block.rule.remote_addresses)
        for desired in policy.rules:
            rule = desired.rule
            if rule.action is Action.ALLOW and rule.direction is Direction.IN and rule.protocol == block.rule.protocol:
                assert not area.overlaps(Region.of(rule.local_ports, rule.remote_addresses))
        assert add_line(block.rule.named(f"LyncOps {block.key} g1"))
    keys = [desired.key for desired in policy.rules]
    assert len(keys) == len(set(keys))


def test_after_them_no_row_is_wider() -> None:
    peers = {kind: ["10.0.0.1"] for kind in _KINDS}
    policy = build_policy(["front_end", "mediation"], scope="topology", peers=peers)
    everything = parse_rule("{1}", "v2.22|Action=Allow|Active=TRUE|Dir=In|Name=everything|")
    for chosen, expected in ((policy, True), (with_blocks(policy), False)):
        snapshot = Snapshot(
            profiles=tuple(ProfileState(profile) for profile in Profile),
            rules=(everything, *(one.rule.named(f"LyncOps {one.key} g1") for one in chosen.rules)),
            service=ServiceState(4, 2),
        )
        wide = {one.demand.requirement.id for one in wider(judge_policy(chosen, snapshot))}
        assert ("server-46" in wide) is expected
        assert (wide - {"server-05"} == set()) is not expected, "135 is a port of management"


EVERY_SOURCE = ["1.0.0.0-223.255.255.255", "::2-feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"]


@pytest.mark.parametrize(
    "options",
    [
        {"peers": {**PEERS, "front_end": EVERY_SOURCE}},
        {"peers": {**PEERS, "front_end": EVERY_SOURCE[:1], "load_balancer": EVERY_SOURCE[1:]}},
        {"scope": "any", "peers": {}, "remote_addresses": EVERY_SOURCE},
        # Two rows on one port, each for one half.
        {
            "roles": ["front_end", "mediation"],
            "port_overrides": {"server-47": 5070, "server-48": 5070},
            "peers": {"gateway": EVERY_SOURCE[:1], "front_end": EVERY_SOURCE[1:], "branch_appliance": []},
        },
    ],
)
def test_where_everybody_who_can_connect_is_meant_nobody_is_blocked(options: dict[str, Any]) -> None:
    made = blocked(**options)
    assert "block-in-tcp-5070" not in [one.key for one in made]
    assert all(one.rule.remote_addresses for one in made)


def test_of_everybody_of_one_family_the_others_are_blocked() -> None:
    (only,) = blocked(peers={**PEERS, "front_end": EVERY_SOURCE[:1]})
    assert str(only.rule.remote_addresses) == EVERY_SOURCE[1]


@pytest.mark.parametrize("on_wider", ["report", "block_others"])
def test_a_block_rule_that_nobody_wants_goes_also_where_nothing_else_is_removed(on_wider: str) -> None:
    options = validate({**MEDIATION, "exclusive": False, "on_wider": on_wider}, HOST_OPTIONS)
    policy = with_blocks(build_policy(**MEDIATION))
    there = [replace(one.rule.named(f"LyncOps {one.key} g1"), rule_id=one.key) for one in policy.rules]
    block = next(one for one in there if one.action is Action.BLOCK)
    old = replace(block, name="LyncOps block-in-tcp-5067.s2 g1", rule_id="old", local_ports=PortSet.parse("5067"))
    gone = replace(old, name="LyncOps in-tcp-9999 g1", rule_id="gone", action=Action.ALLOW)
    snapshot = Snapshot(tuple(map(ProfileState, Profile)), (*there, old, gone), ServiceState(4, 2))
    plan = make_plan(wanted_state(policy, options), snapshot)
    assert "LyncOps block-in-tcp-5067.s2 g1" in plan.delete
    assert not [name for name in plan.delete if not name.startswith("LyncOps block-")]


@pytest.mark.parametrize(("on_wider", "goes"), [("report", True), ("fail", True), ("block_others", False)])
def test_block_rules_go_with_the_option_also_where_nothing_else_is_removed(on_wider: str, goes: bool) -> None:
    options = validate({**MEDIATION, "exclusive": False, "on_wider": on_wider}, HOST_OPTIONS)
    policy = with_blocks(build_policy(**MEDIATION))
    there = [replace(one.rule.named(f"LyncOps {one.key} g1"), rule_id=one.key) for one in policy.rules]
    snapshot = Snapshot(tuple(map(ProfileState, Profile)), tuple(there), ServiceState(4, 2))
    wanted = wanted_state(requested_policy(options), options)
    assert make_plan(wanted, snapshot).delete == (("LyncOps block-in-tcp-5070 g1",) if goes else ())
