# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whom a row's rule admits. Too wide is what the table says; too narrow cuts calls, so most laws are about that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._catalogue import catalogue
from ansible_collections.lyncops.firewall.plugins.module_utils._catalogue.model import Requirement
from ansible_collections.lyncops.firewall.plugins.module_utils._catalogue.products import ABOUT
from ansible_collections.lyncops.firewall.plugins.module_utils._catalogue.words import Disposition, Peer, Product
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule import FirewallRule
from ansible_collections.lyncops.firewall.plugins.module_utils._net.address_set import AddressSet
from ansible_collections.lyncops.firewall.plugins.module_utils._options.reading import OptionError
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.host_policy import HostPolicy
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.policy import build_policy
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.scoping import (
    EVERYWHERE,
    WORDS,
    Scoping,
    read_scoping,
)

pytest.importorskip("hypothesis", reason="see tests/unit/requirements.txt")
from hypothesis import given
from hypothesis import strategies as st

HELD = [role for role in ABOUT[Product.LYNC_2013].roles if role.value != "edge"]  # which stands alone: test_edge

Peers = dict[str, list[str]]

ROWS = [row for row in catalogue.EXTENDED if row.disposition in (Disposition.LISTEN, Disposition.CONNECT)]
UNNAMED = {Peer.ANY, Peer.CLIENT}
NAMED = [row for row in ROWS if UNNAMED.isdisjoint(row.peers)]
CLIENT_ROWS = [row for row in ROWS if not UNNAMED.isdisjoint(row.peers)]
KINDS = [word for word in WORDS if word != EVERYWHERE]
FLEET: Peers = {kind: [f"10.1.{number}.1", f"10.1.{number}.2"] for number, kind in enumerate(KINDS)}
"""Everybody is known, and nobody's address is another's."""

addresses = st.integers(0, 255).map(lambda number: f"10.0.{number // 16}.{number % 16}")
peer_dicts = st.dictionaries(st.sampled_from(WORDS), st.lists(addresses, max_size=4), max_size=len(WORDS))
roles = st.lists(st.sampled_from([role.value for role in HELD]), min_size=1, max_size=4, unique=True)
rulesets = st.sampled_from(["documented", "extended"])


def scoped(peers: Mapping[str, list[str]], clients: list[str] | None = None) -> Scoping:
    return read_scoping("topology", [], peers, clients)


def addresses_of(items: list[str]) -> AddressSet:
    return AddressSet.parse(items) if items else AddressSet()


def row(row_id: str) -> Requirement:
    return catalogue.by_id(row_id)


def scope_text(row_id: str, peers: Mapping[str, list[str]], clients: list[str] | None = None) -> str:
    return str(scoped(peers, clients).of(row(row_id)).addresses)


@pytest.mark.parametrize("requirement", NAMED, ids=lambda requirement: requirement.id)
def test_with_everybody_known_a_row_admits_its_peers_and_nobody_else(requirement: Requirement) -> None:
    scope = scoped(FLEET).of(requirement)
    wanted = AddressSet.parse([address for peer in requirement.peers for address in FLEET[peer.value]])
    assert (scope.addresses, scope.note) == (wanted, "")


@pytest.mark.parametrize("requirement", CLIENT_ROWS, ids=lambda requirement: requirement.id)
def test_where_clients_connect_any_is_right_unless_their_networks_are_known(requirement: Requirement) -> None:
    assert scoped(FLEET).of(requirement).addresses.is_any
    everybody = AddressSet.parse(["10.9.0.0/16", *beside(requirement)])
    assert scoped(FLEET, ["10.9.0.0/16"]).of(requirement).addresses == everybody


CONFERENCES = {"server-07", "server-08", "server-10", "server-28"}
SIP = {"server-03", "server-45"}
WEB = {"server-11", "server-12", "server-13", "server-19", "server-43", "server-44"}
NEVER = {
    "load_balancer": {*CONFERENCES, "server-39"},
    "reverse_proxy": {*CONFERENCES, *SIP, "server-35", "server-36", "server-39"},
    "gateway": {*CONFERENCES, *SIP, *WEB, "server-35", "server-36"},
}
"""Load balancers: no web conferencing and no media. Reverse proxies: the web. Gateways: their trunk, and audio."""


def beside(requirement: Requirement) -> list[str]:
    return [address for kind, items in FLEET.items() if requirement.id not in NEVER.get(kind, ()) for address in items]


@pytest.mark.parametrize(
    ("row_id", "kinds"),
    [
        ("client-07", []),
        ("client-08", ["front_end", "mediation"]),
        ("client-09", ["front_end"]),
        ("client-10", []),
        ("client-11", ["front_end"]),
    ],
)
def test_on_a_client_other_clients_and_the_servers_of_its_media_are_let_in(row_id: str, kinds: list[str]) -> None:
    wanted = AddressSet.parse(["10.9.0.0/16", *(address for kind in kinds for address in FLEET[kind])])
    peers = {**FLEET, EVERYWHERE: ["10.200.0.1"]}
    assert scoped(peers, ["10.9.0.0/16"]).of(row(row_id)).addresses == wanted
    assert scoped(peers).of(row(row_id)).addresses.is_any
    known = {kind: FLEET[kind] for kind in kinds}
    assert scoped(known, ["10.9.0.0/16"]).of(row(row_id)).addresses == wanted, "nobody else has to be known"


@pytest.mark.parametrize("missing", KINDS)
def test_a_kind_that_nothing_is_known_of_keeps_its_rows_open_and_says_so(missing: str) -> None:
    peers = {kind: items for kind, items in FLEET.items() if kind != missing}
    for requirement in NAMED:
        scope = scoped(peers).of(requirement)
        names = [peer.value for peer in requirement.peers]
        if missing in names and not (missing == Peer.PBX and Peer.GATEWAY.value in names):
            assert scope.addresses.is_any, requirement.id
            assert missing in scope.note
        else:
            assert not scope.addresses.is_any, requirement.id
            assert scope.note == ""


def test_on_a_trunk_a_pbx_need_not_be_named_and_is_admitted_where_it_is() -> None:
    assert scope_text("server-47", {"gateway": ["10.0.0.1"]}) == "10.0.0.1"
    assert scope_text("server-47", {"gateway": ["10.0.0.1"], "pbx": ["10.0.0.9"]}) == "10.0.0.1,10.0.0.9"
    assert scope_text("server-47", {"pbx": ["10.0.0.9"]}) == "any", "nothing says who the gateways are"
    assert scope_text("server-02", {"gateway": ["10.0.0.1"]}) == "any", "no trunk, so the PBX counts"


BESIDE_CLIENTS = ["front_end", "director", "mediation", "branch_appliance", "edge", "gateway", "trusted_application",
                  "load_balancer", "reverse_proxy"]  # fmt: skip


@pytest.mark.parametrize("missing", BESIDE_CLIENTS)
def test_networks_of_clients_do_not_count_before_it_is_known_who_else_connects_there(missing: str) -> None:
    peers = {kind: items for kind, items in FLEET.items() if kind != missing}
    for requirement in CLIENT_ROWS:
        scope = scoped(peers, ["10.9.0.0/16"]).of(requirement)
        if requirement.id in NEVER.get(missing, ()):
            assert scope.addresses == AddressSet.parse(["10.9.0.0/16", *beside(requirement)])
        else:
            assert scope.addresses.is_any
            assert missing in scope.note


@pytest.mark.parametrize("requirement", ROWS, ids=lambda requirement: requirement.id)
@pytest.mark.parametrize("more", [[], ["10.200.0.1"]])
def test_an_empty_list_is_nobody_and_who_comes_on_top_reaches_listeners(
    requirement: Requirement, more: list[str]
) -> None:
    scope = scoped({**{kind: [] for kind in KINDS}, EVERYWHERE: more}, []).of(requirement)
    assert scope.addresses == addresses_of(more if requirement.disposition is Disposition.LISTEN else [])
    assert scope.note == ""


def test_a_row_that_there_is_nobody_for_gets_no_rule() -> None:
    peers = {**FLEET, "pbx": []}
    before = build_policy(["front_end"], scope="topology", peers=FLEET, features=["remote_call_control"])
    after = build_policy(["front_end"], scope="topology", peers=peers, features=["remote_call_control"])
    left_out = {demand.requirement.id for demand in before.demands} - {
        demand.requirement.id for demand in after.demands
    }
    assert left_out == {"server-02"}
    assert set(after.skipped) == left_out
    assert {key for key, rows in before.rows.items() if set(rows) <= left_out} == set(before.rows) - set(after.rows)


def test_no_clients_leaves_the_servers_that_connect_to_the_same_ports() -> None:
    for requirement in CLIENT_ROWS:
        assert scoped(FLEET, []).of(requirement).addresses == AddressSet.parse(beside(requirement))
    unknown = {kind: items for kind, items in FLEET.items() if kind != "edge"}
    assert scoped(unknown, []).of(row("server-03")).note == "nothing says who is edge"


def test_addresses_for_all_are_admitted_by_listeners_only() -> None:
    peers = {**FLEET, EVERYWHERE: ["10.200.0.1"]}
    for requirement in NAMED:
        admitted = AddressSet.parse(["10.200.0.1"]) <= scoped(peers).of(requirement).addresses
        assert admitted is (requirement.disposition is Disposition.LISTEN), requirement.id


@given(peer_dicts, st.none() | st.lists(addresses, max_size=3), st.sampled_from(ROWS))
def test_a_scope_is_never_narrower_than_the_known_peers_and_empty_only_where_all_are_said_to_be_nobody(
    peers: Peers, clients: list[str] | None, requirement: Requirement
) -> None:
    scope = scoped(peers, clients).of(requirement)
    if not scope.addresses:
        assert not any(peers.get(peer.value) for peer in requirement.peers)
        assert any(peers.get(peer.value) == [] for peer in requirement.peers) or clients == []
    for peer in requirement.peers:
        assert addresses_of(peers.get(peer.value, [])) <= scope.addresses
    if requirement.disposition is Disposition.LISTEN:
        assert addresses_of(peers.get(EVERYWHERE, [])) <= scope.addresses
    if not UNNAMED.isdisjoint(requirement.peers):
        assert addresses_of(clients or []) <= scope.addresses


@given(peer_dicts, st.sampled_from(WORDS), addresses, st.sampled_from(ROWS))
def test_one_more_address_of_a_known_kind_takes_nobody_out(
    peers: Peers, kind: str, address: str, requirement: Requirement
) -> None:
    before = scoped(peers, ["10.9.0.0/16"]).of(requirement)
    after = scoped({**peers, kind: [*peers.get(kind, []), address]}, ["10.9.0.0/16"]).of(requirement)
    assert before.addresses <= after.addresses or before.note, "it was open for want of a peer, and says so"
    if kind == EVERYWHERE:
        assert before.addresses <= after.addresses


@given(peer_dicts, st.lists(addresses, max_size=4), roles, rulesets, st.randoms(use_true_random=False))
def test_order_and_repetition_never_matter(
    peers: Peers, clients: list[str], held: list[str], ruleset: str, random: Any
) -> None:
    def shuffled(items: list[str]) -> list[str]:
        return random.sample(items + items[:1], len(items) + len(items[:1]))

    other = {kind: shuffled(peers[kind]) for kind in shuffled(sorted(peers)[1:]) + sorted(peers)[:1]}
    one = build_policy(held, ruleset=ruleset, scope="topology", peers=peers, client_networks=clients)
    two = build_policy(
        random.sample(held, len(held)),
        ruleset=ruleset,
        scope="topology",
        peers=other,
        client_networks=shuffled(clients),
    )
    assert one == two


def without_scope(rule: FirewallRule) -> FirewallRule:
    return replace(rule, remote_addresses=AddressSet.any())


def by_key(policy: HostPolicy) -> dict[str, FirewallRule]:
    return {desired.key: desired.rule for desired in policy.rules}


@given(roles, rulesets, st.sampled_from(KINDS), st.booleans())
def test_one_more_host_changes_the_rules_of_rows_that_name_its_kind_and_nothing_but_their_scope(
    held: list[str], ruleset: str, kind: str, clients: bool
) -> None:
    networks = ["10.9.0.0/16"] if clients else None
    bigger = {**FLEET, kind: [*FLEET[kind], "10.77.0.1"]}
    before, after = (
        build_policy(held, ruleset=ruleset, scope="topology", peers=peers, client_networks=networks)
        for peers in (FLEET, bigger)
    )
    ours, theirs = by_key(before), by_key(after)
    assert set(ours) == set(theirs), "a small scope needs no second rule"
    naming = {
        demand.requirement.id
        for demand in before.demands
        if kind in demand.requirement.peers
        or (
            clients
            and not UNNAMED.isdisjoint(demand.requirement.peers)
            and demand.requirement.id not in NEVER.get(kind, ())
        )
    }
    for key, rule in ours.items():
        assert without_scope(rule) == without_scope(theirs[key])
        if naming.isdisjoint(before.rows[key]):
            assert rule == theirs[key]
        elif not rule.remote_addresses.is_any:
            assert theirs[key].remote_addresses == rule.remote_addresses | AddressSet.parse(["10.77.0.1"])


@given(roles, rulesets, peer_dicts, st.lists(addresses, max_size=4))
def test_a_rule_admits_the_scopes_of_all_its_rows_and_nothing_else(
    held: list[str], ruleset: str, peers: Peers, clients: list[str]
) -> None:
    policy = build_policy(held, ruleset=ruleset, scope="topology", peers=peers, client_networks=clients)
    scopes = {demand.requirement.id: demand.scope.addresses for demand in policy.demands}
    for key, rule in by_key(policy).items():
        wanted = AddressSet()
        for row_id in policy.rows[key]:
            wanted |= scopes[row_id]
        assert rule.remote_addresses == wanted
    assert all(demand.keys for demand in policy.demands)


@given(st.sets(st.integers(0, 4000), min_size=1, max_size=300), st.sampled_from(["server-04", "server-05"]))
def test_the_parts_of_a_scope_too_long_for_a_line_are_the_scope(numbers: set[int], row_id: str) -> None:
    items = [f"10.3.{number // 120}.{number % 120 * 2 + 1}" for number in numbers]
    peers = {**{kind: [] for kind in KINDS}, "front_end": items}
    policy = build_policy(["front_end"], scope="topology", peers=peers)
    rules = by_key(policy)
    (demand,) = [demand for demand in policy.demands if demand.requirement.id == row_id]
    parts = [rules[key].remote_addresses for key in demand.keys]
    whole = AddressSet()
    for part in parts:
        assert part
        assert not whole & part, "an address is in two rules"
        assert len(str(part)) <= 500
        whole |= part
    assert whole == demand.scope.addresses == AddressSet.parse(items)


@given(roles, rulesets, st.lists(addresses, max_size=4))
def test_with_scope_any_all_is_as_it_was(held: list[str], ruleset: str, scope: list[str]) -> None:
    plain = build_policy(held, ruleset=ruleset, remote_addresses=scope)
    said = build_policy(
        held, ruleset=ruleset, scope="any", peers={}, client_networks=[], configured_ports=[], remote_addresses=scope
    )
    assert plain == said
    for demand in plain.demands:
        assert (demand.scope.addresses, demand.scope.note) == (AddressSet.parse(scope), "")


@given(roles, rulesets, peer_dicts)
def test_scoping_changes_no_port_and_no_profile_and_no_row_but_those_of_nobody(
    held: list[str], ruleset: str, peers: Peers
) -> None:
    somebody = {kind: items for kind, items in peers.items() if items}
    plain = by_key(build_policy(held, ruleset=ruleset))
    topology = by_key(build_policy(held, ruleset=ruleset, scope="topology", peers=somebody))
    assert {key: without_scope(rule) for key, rule in topology.items()} == {
        key: without_scope(rule) for key, rule in plain.items()
    }
    policy = build_policy(held, ruleset=ruleset, scope="topology", peers=peers)
    assert set(by_key(policy)) <= set(plain)
    for row_id in policy.skipped:
        assert all(peers.get(peer.value) == [] for peer in row(row_id).peers if peer is not Peer.PBX)


def test_site_rules_have_the_scope_they_name_or_any() -> None:
    extra = [
        {"name": "a", "protocol": "tcp", "localport": "1"},
        {"name": "b", "protocol": "tcp", "localport": "2", "remoteip": ["10.5.5.5"]},
    ]
    rules = by_key(build_policy(["sql"], scope="topology", peers=FLEET, extra_rules=extra))
    assert {key: str(rule.remote_addresses) for key, rule in rules.items()} == {"x-a": "any", "x-b": "10.5.5.5"}


# What must work in a fleet of which everybody is known: row, and who must get in. Each line is a way that calls take.
MUST_GET_IN = [
    ("server-03", "client", "sign in"),
    ("server-03", "mediation", "Mediation Server to its next hop"),
    ("server-03", "director", "Director to the user's home pool"),
    ("server-03", "edge", "Edge to its next hop"),
    ("server-03", "branch_appliance", "branch to the central pool"),
    ("server-03", "load_balancer", "health check, and translated sources"),
    ("server-04", "front_end", "conference focus, presence within and between pools"),
    ("server-04", "director", "client certificates"),
    ("server-04", "branch_appliance", "conference state"),
    ("server-05", "admin", "moving users"),
    ("server-06", "front_end", "conferencing within a pool"),
    ("server-07", "edge", "web conferencing from outside"),
    ("server-09", "front_end", "conferencing within a pool"),
    ("server-10", "edge", "video from outside"),
    ("server-13", "reverse_proxy", "external web site"),
    ("server-14", "reverse_proxy", "external web site"),
    ("server-14", "front_end", "Autodiscover between pools"),
    ("server-34", "front_end", "match making within a pool"),
    ("server-39", "gateway", "audio of a call over a trunk"),
    ("server-39", "edge", "audio from outside"),
    ("server-42", "front_end", "Front End to Director"),
    ("server-45", "edge", "Edge to the Director as its next hop"),
    ("server-46", "front_end", "outbound calls"),
    ("server-47", "gateway", "inbound calls"),
    ("server-50", "front_end", "Persistent Chat"),
    ("add-01", "pool", "Windows Fabric"),
    ("add-02", "pool", "Storage Service"),
    ("add-03", "front_end", "failover between paired pools"),
    ("add-07", "replica", "centralized logging"),
    ("add-07", "admin", "centralized logging"),
    ("add-09", "reverse_proxy", "a Director's external web site"),
    ("add-10", "central_management", "replication"),
    ("add-11", "admin", "moving users"),
    ("add-12", "replica", "the pool's databases"),
    ("add-14", "sql", "mirroring"),
]


@pytest.mark.parametrize(("row_id", "who", "why"), MUST_GET_IN)
@pytest.mark.parametrize("clients", [None, ["10.9.0.0/16"]])
def test_what_must_work_still_does(row_id: str, who: str, why: str, clients: list[str] | None) -> None:
    caller = ["10.9.3.4"] if who == "client" else FLEET[who]
    assert AddressSet.parse(caller) <= scoped(FLEET, clients).of(row(row_id)).addresses, why


ERRORS: list[tuple[str, dict[str, Any], str]] = [
    ("scope", {"scope": "topolgy"}, "any, topology"),
    ("ruleset", {"ruleset": "extendd"}, "documented, extended"),
    ("peers", {"peers": {"gateway": ["10.0.0.1"]}}, "scope: topology"),
    ("client_networks", {"client_networks": ["10.0.0.0/8"]}, "scope: topology"),
    ("remote_addresses", {"scope": "topology", "remote_addresses": ["10.0.0.1"]}, "choose one"),
    ("peers.gateways", {"scope": "topology", "peers": {"gateways": []}}, "gateway,"),
    ("peers.any", {"scope": "topology", "peers": {"any": []}}, "no peer"),
    ("peers.client", {"scope": "topology", "peers": {"client": ["10.0.0.1"]}}, "no peer"),
    ("peers.1", {"scope": "topology", "peers": {1: []}}, "no peer"),
    ("peers.gateway", {"scope": "topology", "peers": {"gateway": "10.0.0.1"}}, "a list"),
    ("peers.gateway", {"scope": "topology", "peers": {"gateway": None}}, "a list"),
    ("peers.gateway", {"scope": "topology", "peers": {"gateway": {"a": 1}}}, "a list"),
    ("peers.gateway", {"scope": "topology", "peers": {"gateway": ["gw01.contoso.test"]}}, "gw01"),
    ("peers.gateway", {"scope": "topology", "peers": {"gateway": ["10.0.0.1/8"]}}, "host bits"),
    ("peers.gateway", {"scope": "topology", "peers": {"gateway": [""]}}, "no address"),
    ("peers.gateway", {"scope": "topology", "peers": {"gateway": ["10.0.0.1|x"]}}, "no address"),
    ("client_networks", {"scope": "topology", "client_networks": ["0.0.0.0/0"]}, "leave it out to mean any"),
    ("client_networks", {"scope": "topology", "client_networks": ["224.0.0.0/4"]}, "'224.0.0.0/4' .*nobody connects"),
    ("peers.gateway", {"scope": "topology", "peers": {"gateway": ["10.0.0.1, 0.0.0.0"]}}, "'0.0.0.0' .*nobody"),
    ("remote_addresses", {"remote_addresses": ["localsubnet", "255.255.255.255"]}, "'255.255.255.255' .*nobody"),
    ("peers.gateway", {"scope": "topology", "peers": {"gateway": ["0.0.0.0/1", "128.0.0.0/1"]}}, "leave it out to"),
    ("peers.gateway", {"scope": "topology", "peers": {"gateway": ["10.0.0.1, ::1"]}}, "'::1' .*leave it out"),
    ("client_networks", {"scope": "topology", "client_networks": ["::/64"]}, "'::/64' .*unspecified"),
    ("remote_addresses", {"remote_addresses": ["ff02::-ff02::9"]}, "'ff02::-ff02::9' .*multicast"),
    ("skip_rows", {"skip_rows": ["add-01"]}, "set ruleset: extended"),
    ("port_overrides", {"port_overrides": {"add-12": 1500}}, "set ruleset: extended"),
]


@pytest.mark.parametrize(("option", "options", "says"), ERRORS)
def test_every_bad_option_is_named(option: str, options: dict[str, Any], says: str) -> None:
    with pytest.raises(OptionError, match=says) as caught:
        build_policy(["mediation"], **options)
    assert caught.value.option == option


def test_peers_who_are_everybody_that_can_connect_are_any() -> None:
    for gateways in (["1.0.0.0-223.255.255.255", "::2-feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"], ["any"]):
        assert scope_text("server-47", {"gateway": gateways}) == "any"
    assert scope_text("server-47", {"gateway": ["0.0.0.0/1"]}) == "0.0.0.0/1", "it holds addresses of somebody"


def test_keywords_and_any_may_stand_for_a_kind() -> None:
    assert scope_text("server-47", {"gateway": ["localsubnet"]}) == "localsubnet"
    assert scope_text("server-47", {"gateway": ["any"]}) == "any"
    assert scope_text("server-47", {"gateway": ["10.0.0.1, 10.0.0.9"]}) == "10.0.0.1,10.0.0.9", "a comma list an entry"
