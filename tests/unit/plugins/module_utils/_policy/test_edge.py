# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An Edge Server: each rule at the address of its interface, verdicts there, and the perimeter in the matrix."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._catalogue.words import Interface
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.profiles import (
    ProfileSettings,
    ProfileState,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule import Action, FirewallRule, Profile
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule_string import parse_rule
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.snapshot import (
    RUNNING,
    ServiceState,
    Snapshot,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.traffic.admitted import Wider
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.traffic.reasons import Reason, Status
from ansible_collections.lyncops.firewall.plugins.module_utils._net.address_set import AddressSet
from ansible_collections.lyncops.firewall.plugins.module_utils._options.reading import OptionError
from ansible_collections.lyncops.firewall.plugins.module_utils._policy import elsewhere
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.blocking import with_blocks
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.edge_notes import (
    doubts,
    narrowed,
    notes,
    open_everywhere,
    uncounted,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.edge_own import check_own, with_own
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.effect import Effect, judge_policy, wider
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.host_policy import HostPolicy
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.matrix import matrix_of
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.policy import build_policy
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.probing import ports_asked
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.remedy import explain_all
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.wider import explain_wider, remedy

INSIDE, ACCESS, WEBCONF, MEDIA = "10.0.0.9", "192.0.2.1", "192.0.2.2", "192.0.2.3"
ADDRESSES = {"internal": [INSIDE], "external_access": [ACCESS], "external_webconf": WEBCONF, "external_av": MEDIA}
SERVERS = {
    "front_end": ["10.0.0.1"], "director": [], "mediation": [], "branch_appliance": [], "load_balancer": [],
    "central_management": ["10.0.0.1"], "edge": [INSIDE], "gateway": [], "trusted_application": [],
    "reverse_proxy": [],
}  # fmt: skip


def edge(**options: Any) -> HostPolicy:
    return build_policy(["edge"], **{"edge_addresses": ADDRESSES, **options})


def scoped(**options: Any) -> HostPolicy:
    return edge(scope="topology", peers=SERVERS, client_networks=["10.9.0.0/16"], **options)


def host(rules: Iterable[FirewallRule]) -> Snapshot:
    return Snapshot(
        profiles=tuple(ProfileState(profile) for profile in Profile),
        rules=tuple(rules),
        service=ServiceState(RUNNING, 2),
    )


def as_wanted(policy: HostPolicy) -> list[FirewallRule]:
    return [desired.rule.named(f"LyncOps {desired.key} g1") for desired in policy.rules]


def rule(text: str) -> FirewallRule:
    return parse_rule("{1}", f"v2.10|Action=Allow|Active=TRUE|Dir=In|Name=other|{text}")


def effects(policy: HostPolicy, rules: Iterable[FirewallRule]) -> dict[str, Effect]:
    return {effect.demand.requirement.id: effect for effect in judge_policy(policy, host(rules))}


@pytest.mark.parametrize(
    ("product", "features", "rows", "rules"),
    [
        ("lync_2013", [], 12, 12),
        ("lync_2013", ["xmpp_federation", "ocs_2007_federation"], 16, 16),
        ("skype_2015", ["xmpp_federation", "ocs_2007_federation"], 14, 14),
        ("skype_2019", ["xmpp_federation"], 12, 12),
        ("skype_se", [], 12, 12),
    ],
)
def test_every_rule_is_bound_to_the_address_of_its_interface(
    product: str, features: list[str], rows: int, rules: int
) -> None:
    policy = edge(product=product, features=features)
    assert (len(policy.demands), len(policy.rules)) == (rows, rules)
    at = {"internal": INSIDE, "external-access": ACCESS, "external-webconf": WEBCONF, "external-av": MEDIA}
    for desired in policy.rules:
        ending = next(ending for ending in at if desired.key.endswith(f"-{ending}"))
        assert desired.rule.local_addresses.texts() == [at[ending]]


def test_443_is_on_four_addresses_and_internal_ports_on_one() -> None:
    at: dict[str, set[str]] = {}
    for desired in edge().rules:
        at.setdefault(str(desired.rule.local_ports), set()).add(str(desired.rule.local_addresses))
    assert at["443"] == {INSIDE, ACCESS, WEBCONF, MEDIA}
    assert {str(at[port]) for port in ("4443", "5062", "8057", "50001-50003")} == {str({INSIDE})}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"external_av": None}, "nothing says the address of external_av"),
        ({"internal": []}, "nothing says the address of internal"),
        ({"external_access": [INSIDE]}, "is the internal address as well"),
        ({"external_webconf": ACCESS}, r"both listen on port 443 \(edge-listen-01, edge-listen-04\)"),
        ({"internal": ["10.0.0.0/24"]}, "one by one"),
        ({"internal": ["localsubnet"]}, "one by one"),
        ({"outside": "192.0.2.9"}, "no interface of an Edge Server"),
        ({"internal": 7}, "a list of addresses is needed"),
    ],
)
def test_wrong_or_unknown_addresses_are_refused(change: dict[str, Any], told: str) -> None:
    with pytest.raises(OptionError, match=told) as error:
        edge(edge_addresses={**ADDRESSES, **change})
    assert error.value.option.startswith("edge_addresses")


def test_without_any_address_it_says_what_to_give() -> None:
    with pytest.raises(OptionError, match=r"lync_firewall_edge_addresses.*internal, external_access.*never the public"):
        edge(edge_addresses=None)


def test_of_an_interface_without_rows_no_address_is_asked() -> None:
    only_inside = {"internal": INSIDE}
    outside = [f"edge-listen-0{number}" for number in (1, 2, 4, 5, 6)]
    assert len(edge(edge_addresses=only_inside, skip_rows=outside).rules) == 7


def test_one_external_address_takes_ports_of_their_own() -> None:
    one = {"internal": INSIDE, **dict.fromkeys(("external_access", "external_webconf", "external_av"), ACCESS)}
    found = edge(edge_addresses=one, port_overrides={"edge-listen-01": 5061, "edge-listen-04": 444})
    ports = {str(desired.rule.local_ports) for desired in found.rules if ACCESS in str(desired.rule.local_addresses)}
    assert ports == {"5061", "444", "443", "3478"}


def test_it_is_nothing_else() -> None:
    with pytest.raises(OptionError, match="shares its host with no other role, and this one has front_end"):
        build_policy(["edge", "front_end"], edge_addresses=ADDRESSES)


def test_what_is_known_inside_does_not_narrow_the_outside() -> None:
    for demand in scoped().demands:
        assert demand.scope.addresses.is_any == demand.requirement.is_for_the_world, demand.requirement.id


@pytest.mark.parametrize("policy", [edge(), scoped()], ids=["any", "scoped"])
def test_a_host_as_it_should_be_is_open_for_certain_and_no_wider(policy: HostPolicy) -> None:
    found = judge_policy(policy, host(as_wanted(policy)))
    assert {(effect.verdict.status, effect.verdict.reason) for effect in found} == {(Status.OPEN, Reason.RULE)}
    assert wider(found) == wider(found, certain=False) == ()


def test_a_rule_for_another_address_opens_nothing_and_blocks_nothing() -> None:
    policy = edge()
    bound = f"Protocol=6|LPort=443|LA4={ACCESS}|"
    found = effects(policy, [rule(bound)])
    assert found["edge-listen-01"].verdict.status is Status.OPEN
    assert found["edge-listen-04"].verdict.status is found["edge-listen-13"].verdict.status is Status.CLOSED
    block = replace(rule(bound), action=Action.BLOCK)
    found = effects(policy, [*as_wanted(policy), block])
    closed = [row for row, effect in found.items() if effect.verdict.status is not Status.OPEN]
    assert closed == ["edge-listen-01"]


def test_of_two_addresses_of_an_interface_both_count() -> None:
    policy = edge(edge_addresses={**ADDRESSES, "external_access": [ACCESS, "2001:db8::1"]})
    row = effects(policy, [rule(f"Protocol=6|LPort=443|LA4={ACCESS}|")])["edge-listen-01"]
    assert row.verdict.status is Status.CLOSED
    assert row.traffic.local.texts() == ["2001:db8::1"]


def test_a_rule_without_an_address_makes_an_internal_row_wider() -> None:
    policy = scoped()
    found = effects(policy, [*as_wanted(policy), rule("Protocol=6|LPort=5061|")])
    admission = found["edge-listen-09"].admission
    assert admission
    assert admission.wider
    assert admission.wider.everybody


def test_blocks_keep_nobody_out_of_the_outside() -> None:
    policy = with_blocks(scoped())
    blocks = [desired for desired in policy.rules if desired.rule.action is Action.BLOCK]
    assert blocks
    assert {str(desired.rule.local_addresses) for desired in blocks} == {INSIDE}
    found = effects(policy, as_wanted(policy))
    assert {effect.verdict.status for effect in found.values()} == {Status.OPEN}


def test_only_the_inside_is_probed() -> None:
    assert {row for asked in ports_asked(edge(), 4) for row in asked.rows} == {
        f"edge-listen-{number:02}" for number in range(9, 16)
    }


def test_ports_of_a_feature_that_nobody_named_are_no_surprise() -> None:
    listeners = [
        {
            "service": "EdgeServer", "owner": f"urn:component:{owner}", "usage": usage, "side": side,
            "protocol": protocol, "transports": transports, "ports": ports,
        }
        for owner, usage, side, protocol, transports, ports in (
            ("MediaRelayEdge", "MediaCommunication", "External", "TcpOrUdp", ["tcp", "udp"], "50000-59999"),
            ("XmppFederationProxy", "XptServer", "Internal", "Mtls", ["tcp"], "23456"),
            ("AccessEdge", "SipClient", "External", "Tls", ["tcp"], "5061"),
        )
    ]  # fmt: skip
    found = edge(configured_ports=listeners)
    assert not [one for one in found.configuration.disagreements if one.kind.value == "not_documented"]
    assert str(found.configuration.ports["edge-listen-01"]) == "5061"


def test_the_matrix_has_the_lines_of_the_perimeter() -> None:
    hosts: list[dict[str, Any]] = [
        {
            "name": "fe", "addresses": ["10.0.0.1"], "roles": ["front_end", "central_management"], "pool": "p",
            "peers": SERVERS, "client_networks": ["10.9.0.0/16"], "options": {},
        },
        {
            "name": "edge", "addresses": [INSIDE], "roles": ["edge"], "pool": "e", "peers": SERVERS,
            "client_networks": ["10.9.0.0/16"], "options": {"edge_addresses": ADDRESSES},
        },
    ]  # fmt: skip
    matrix = matrix_of(hosts)
    groups = {group.name: group.texts() for group in matrix.groups}
    lines = {(*line.source, *line.destination, line.transport): str(line.ports) for line in matrix.lines}
    assert groups["Internet"] == ["any"]
    assert groups["Edge Servers, A/V Edge"] == [MEDIA]
    assert {key: ports for key, ports in lines.items() if key[0] == "Internet"} == {
        ("Internet", "Edge Servers, A/V Edge", "tcp"): "443",
        ("Internet", "Edge Servers, A/V Edge", "udp"): "3478",
        ("Internet", "Edge Servers, Access Edge", "tcp"): "443,5061",
        ("Internet", "Edge Servers, Web Conferencing Edge", "tcp"): "443",
    }
    assert {key: ports for key, ports in lines.items() if key[1] == "Internet"} == {
        ("Edge Servers, A/V Edge", "Internet", "tcp"): "443,50000-59999",
        ("Edge Servers, A/V Edge", "Internet", "udp"): "3478,50000-59999",
        ("Edge Servers, Access Edge", "Internet", "tcp"): "53,80,5061",
        ("Edge Servers, Access Edge", "Internet", "udp"): "53",
    }
    assert {key: ports for key, ports in lines.items() if key[0] == "Edge Servers"} == {
        ("Edge Servers", "Front End Servers", "tcp"): "5061"
    }
    assert {key: ports for key, ports in lines.items() if key[0] == "Clients and phones" and "Edge" in key[1]} == {
        ("Clients and phones", "Edge Servers", "tcp"): "443,50001-50003",
        ("Clients and phones", "Edge Servers", "udp"): "3478",
    }
    inward = lines["Front End Servers", "Edge Servers", "tcp"]
    assert inward == "443,4443,5061-5062,8057,50001-50003"
    assert lines["Front End Servers", "Edge Servers", "udp"] == "3478"
    outside = [line for line in matrix.lines if line.source == ("Internet",)]
    assert {line.listeners for line in outside} == {("edge",)}


@pytest.mark.parametrize(
    ("options", "tcp"),
    [
        ({}, "53,80,5061"),
        ({"skip_rows": ["edge-listen-01", "edge-listen-02"]}, "53,80,5061"),
        ({"features": ["xmpp_federation"]}, "53,80,5061,5269"),
        ({"features": ["xmpp_federation"], "product": "skype_2015"}, "53,80,5061,5269"),
        ({"product": "skype_2019"}, "53,80,5061"),
        ({"skip_rows": ["edge-connect-05"]}, "53,80"),
        ({"skip_rows": ["edge-connect-10"], "product": "skype_2019"}, "53,80,5061"),
    ],
)
def test_what_an_edge_server_connects_to_outside(options: dict[str, Any], tcp: str) -> None:
    """Names and revocation lists are asked for whatever rows are left out."""
    entry = {"name": "edge", "addresses": [INSIDE], "roles": ["edge"], "pool": "e", "peers": SERVERS}
    matrix = matrix_of([{**entry, "options": {"edge_addresses": ADDRESSES, **options}}])
    lines = {(*line.source, *line.destination, line.transport): str(line.ports) for line in matrix.lines}
    assert lines["Edge Servers, Access Edge", "Internet", "tcp"] == tcp


@pytest.mark.parametrize("own", [[], [INSIDE, ACCESS, WEBCONF, MEDIA], ["fe80::1%12", INSIDE, ACCESS, WEBCONF, MEDIA]])
def test_addresses_that_are_the_hosts_own_or_not_known_pass(own: list[str]) -> None:
    check_own(((demand.requirement.interface, demand.local) for demand in edge().demands), own)


def test_a_public_address_that_a_router_translates_is_refused() -> None:
    """No packet reaches the host with it: rules that are bound to it admit nobody, and are not open."""
    policy = edge(edge_addresses={**ADDRESSES, "external_av": "203.0.113.13"})
    bound = [(demand.requirement.interface, demand.local) for demand in policy.demands]
    with pytest.raises(OptionError, match="ipconfig") as caught:
        check_own(bound, [INSIDE, ACCESS, WEBCONF, MEDIA])
    assert "edge_addresses.external_av: 203.0.113.13 is no address that this host uses now" in str(caught.value)


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "224.0.0.1", "255.255.255.255", "::ffff:10.0.0.9"])
@pytest.mark.parametrize("interface", ["internal", "external_av"])
def test_what_no_interface_has_is_refused(interface: str, address: str) -> None:
    with pytest.raises(OptionError, match=rf"edge_addresses\.{interface}"):
        edge(edge_addresses={**ADDRESSES, interface: address})


def test_a_site_rule_that_is_bound_to_no_address_is_told() -> None:
    rules = [
        {"name": "Agent", "protocol": "tcp", "localport": 5666},
        {"name": "Inside", "protocol": "tcp", "localport": 5667, "localip": INSIDE},
        {"name": "Off", "protocol": "tcp", "localport": 5668, "enabled": False},
        {"name": "Out", "protocol": "tcp", "remoteport": 25, "direction": "out"},
    ]
    told = open_everywhere(edge(extra_rules=rules))
    assert told.startswith("extra_rules: agent is bound to no address of this Edge Server alone")
    assert open_everywhere(edge()) == ""


@pytest.mark.parametrize(
    ("localip", "told"),
    [
        ("0.0.0.0-223.255.255.255", True),
        (f"192.0.2.0/24,{INSIDE}", True),
        ("10.0.0.0/8", False),
        (INSIDE, False),
        (ACCESS, False),  # who names it means it
        (f"{ACCESS},{INSIDE}", False),
    ],
)
def test_a_site_rule_whose_networks_have_an_external_address_is_told(localip: str, told: bool) -> None:
    rules = [{"name": "Agent", "protocol": "tcp", "localport": 8057, "localip": localip}]
    assert bool(open_everywhere(edge(extra_rules=rules))) is told


def test_a_site_rule_whose_networks_have_an_external_address_of_no_list_is_told() -> None:
    rules = [{"name": "Agent", "protocol": "tcp", "localport": 8057, "localip": "198.51.100.0/24"}]
    policy = edge(extra_rules=rules)
    assert open_everywhere(policy) == ""
    assert open_everywhere(with_own(policy, [INSIDE, ACCESS, "198.51.100.7"]))


@pytest.mark.parametrize("blank", ["", "  ", [""], ["", "  "], None, []])
def test_a_blank_address_is_none_and_the_error_says_what_to_give(blank: Any) -> None:
    with pytest.raises(OptionError, match="nothing says the address of external_av") as caught:
        edge(edge_addresses={**ADDRESSES, "external_av": blank})
    assert "lync_firewall_edge_addresses" in str(caught.value)


def test_swapped_sides_are_seen_by_where_we_are_connected_to() -> None:
    """WinRM is inside: an external address that we are connected to would open the internal ports outside."""
    swapped = edge(edge_addresses={**ADDRESSES, "internal": ACCESS, "external_access": INSIDE})
    bound = [(demand.requirement.interface, demand.local) for demand in swapped.demands]
    own = [INSIDE, ACCESS, WEBCONF, MEDIA]
    with pytest.raises(OptionError, match=r"edge_addresses\.external_access: 10\.0\.0\.9 is where we are connected to"):
        check_own(bound, own, [INSIDE])
    with pytest.raises(OptionError, match="is where we are connected to"):
        check_own(bound, own, ["edge01.example.com", f"::ffff:{INSIDE}"])
    with pytest.raises(OptionError, match="is where we are connected to"):
        check_own(bound, (), [INSIDE])
    check_own(bound, own, ["edge01.example.com"])
    check_own(bound, own)


@pytest.mark.parametrize(
    ("reached", "told"),
    [
        (["10.50.0.5"], "10.50.0.5"),
        (["::ffff:10.50.0.5"], "10.50.0.5"),
        (["edge01.example.com", "fd00::9"], "fd00::9"),
        (["fe80::7%12"], "fe80::7"),
        (["10.50.0.5", "fd00::9", INSIDE], "10.50.0.5,fd00::9"),
        ([INSIDE], ""),
        (["edge01.example.com"], ""),
        (["127.0.0.1"], ""),  # a tunnel that ends on the host
        (["198.51.100.7"], ""),  # a mapping before it
        ([], ""),
    ],
)
def test_an_own_address_that_we_arrive_at_and_that_is_not_internal_is_told(reached: list[str], told: str) -> None:
    """The sides may be swapped, or rotated, all the same: WinRM belongs on the internal one."""
    own = [INSIDE, ACCESS, "10.50.0.5", "fd00::9", "fe80::7%12", "127.0.0.1"]
    note = doubts(edge(), own, reached)
    assert bool(note) is bool(told)
    assert note.startswith(f"edge_addresses.internal: we arrive at {told}, " if told else "")


@pytest.mark.parametrize(
    ("internal", "told"),
    [
        ([INSIDE, "192.0.2.9"], "192.0.2.9"),
        (["fd00::9", "2001:db8::9", INSIDE], "2001:db8::9"),
        ([INSIDE, "10.0.1.9"], ""),
        ([INSIDE, "2001:db8::9"], ""),  # inside, too, IPv6 has no other addresses for most
        (["198.51.100.7"], ""),
    ],
)
def test_an_internal_address_unlike_the_others_is_told(internal: list[str], told: str) -> None:
    note = doubts(edge(edge_addresses={**ADDRESSES, "internal": internal}), [], [])
    assert bool(note) is bool(told)
    assert not told or f"{told} is public and" in note


@pytest.mark.parametrize("profiles", [["domain"], ["domain", "private"], ["public"], ["private"], ["domain", "public"]])
def test_rules_of_an_edge_server_count_in_both_its_networks(profiles: list[str]) -> None:
    """Public alone shuts the inside where Windows took that network for private."""
    with pytest.raises(OptionError, match=r"profiles: an Edge Server is in no domain.*Give private and public"):
        edge(profiles=profiles)
    assert edge(profiles=["private", "public"]).rules
    assert build_policy(["front_end"], profiles=profiles).rules


def test_no_remedy_leaves_out_a_profile_that_an_edge_server_needs() -> None:
    policy = edge()
    private = ProfileState(Profile.PRIVATE, policy=ProfileSettings(local_rules=False))
    domain, _private, public = host([]).profiles
    snapshot = replace(host(as_wanted(policy)), profiles=(domain, private, public))
    closed = [effect for effect in judge_policy(policy, snapshot) if effect.verdict.status is Status.CLOSED]
    assert closed
    assert "profiles:" not in " ".join(explain_all(closed, snapshot))
    snapshot = replace(snapshot, profiles=(replace(private, profile=Profile.DOMAIN), host([]).profiles[1], public))
    closed = [effect for effect in judge_policy(policy, snapshot) if effect.verdict.status is Status.CLOSED]
    assert "profiles: [private, public]" in " ".join(explain_all(closed, snapshot))


INTERNAL_PORTS = "Protocol=6|LPort=8057"


@pytest.mark.parametrize("policy", [edge(), scoped()], ids=["any", "scoped"])
@pytest.mark.parametrize(
    ("text", "row", "at"),
    [
        (f"{INTERNAL_PORTS}|LA4={ACCESS}", "edge-listen-11", ACCESS),
        (INTERNAL_PORTS, "edge-listen-11", f"{ACCESS}-192.0.2.3"),
        (f"{INTERNAL_PORTS}|LA4=192.0.2.0/24", "edge-listen-11", f"{ACCESS}-192.0.2.3"),
        ("Protocol=6|LPort=5061", "edge-listen-09", f"{WEBCONF}-192.0.2.3"),
        (f"Protocol=6|LPort=5061|LA4={MEDIA}", "edge-listen-09", MEDIA),
        (f"Protocol=17|LPort=3478|LA4={WEBCONF}", "edge-listen-12", WEBCONF),
    ],
)
def test_a_port_that_others_open_at_an_external_address_is_wider(
    policy: HostPolicy, text: str, row: str, at: str
) -> None:
    judged = judge_policy(policy, host([*as_wanted(policy), rule(f"{text}|")]))
    found = {effect.demand.requirement.id: effect for effect in wider(judged)}
    told = found[row].admission
    assert told
    assert told.wider
    assert told.wider.by == ("other",)
    assert told.wider.everybody
    assert not told.wider.at - AddressSet.parse([at])
    assert AddressSet.parse([at.partition("-")[0]]) <= told.wider.at
    assert f"at {told.wider.at.spelled(9)}" in explain_wider(found[row])
    assert told.wider.here is ("LA4" not in text and not policy.demands[-1].scope.addresses.is_any)
    assert ("block_others" in remedy([found[row]])) is told.wider.here
    assert "bind the named rules to the address of their interface" in remedy([found[row]])
    assert list(found) == [row]
    assert found[row].verdict.status is Status.OPEN


def told(policy: HostPolicy, *texts: str) -> tuple[dict[str, Wider], dict[str, Wider]]:
    """Rows that are wider for certain, and perhaps, beside the rules that are wanted."""
    judged = judge_policy(policy, host([*as_wanted(policy), *(rule(f"{text}|") for text in texts)]))
    sure, maybe = (
        {one.demand.requirement.id: one.admission.wider for one in wider(judged, certain) if one.admission}
        for certain in (True, False)
    )
    return {row: one for row, one in sure.items() if one}, {row: one for row, one in maybe.items() if one}


OWN = (INSIDE, ACCESS, WEBCONF, MEDIA, "192.0.2.99", "2001:db8::5", "fe80::1", "127.0.0.1", "::1")


@pytest.mark.parametrize("at", ["192.0.2.99", "2001:db8::5"])
def test_every_own_address_but_the_internal_ones_is_outside(at: str) -> None:
    """A second address of the outer card is in no list, and a stranger may connect to it as to those that are."""
    bound = f"{INTERNAL_PORTS}|LA{6 if ':' in at else 4}={at}"
    assert told(edge(), bound) == ({}, {})
    sure, maybe = told(with_own(edge(), OWN), bound)
    assert {row: one.at.texts() for row, one in sure.items()} == {"edge-listen-11": [at]}
    assert not maybe
    sure, _maybe = told(with_own(edge(), OWN), INTERNAL_PORTS)
    assert sure["edge-listen-11"].at == AddressSet.parse([ACCESS, WEBCONF, MEDIA, "192.0.2.99", "2001:db8::5"])


def test_an_own_address_that_is_in_no_list_makes_no_other_finding() -> None:
    policy = with_own(edge(), OWN)
    for text in (f"{INTERNAL_PORTS}|LA4={INSIDE}", f"{INTERNAL_PORTS}|LA4=198.51.100.7", "Protocol=6|LPort=9999"):
        assert told(policy, text) == ({}, {}), text
    assert told(policy) == ({}, {})
    assert told(policy, f"{INTERNAL_PORTS}|LA6=fe80::1") == ({}, {})


@pytest.mark.parametrize(
    "remote",
    [
        "RA4=10.0.0.1",  # the Front End Server that is meant
        "RA4=10.0.0.9",  # the host itself
        "RA4=127.0.0.1",
        "RA6=2000::/3",  # no address of IPv6 is asked at
        "RA6=LocalSubnet",
        "RA6=fe80::/64",
    ],
)
@pytest.mark.parametrize("policy", [edge(), scoped()], ids=["any", "scoped"])
def test_whom_no_stranger_can_be_is_no_finding(policy: HostPolicy, remote: str) -> None:
    sure, maybe = told(with_own(policy, (INSIDE, ACCESS, WEBCONF, MEDIA)), f"{INTERNAL_PORTS}|{remote}")
    assert not [one for one in (*sure.values(), *maybe.values()) if one.at]


def test_private_addresses_get_in_from_outside_only_perhaps() -> None:
    """Routers of the Internet carry no private source (RFC 1918, 3), and no answer gets back to one.

    Of a row that everybody inside is meant to come to, all of them are: its rules admit them inside. Of one that is for
    some servers the others are not, and a neighbour in the perimeter or a balancer that translates may have one.
    """
    scanner = f"{INTERNAL_PORTS}|LA4=192.0.2.0/24|RA4=10.0.0.50"
    assert told(edge(), scanner) == told(edge(), f"{INTERNAL_PORTS}|RA4=10.0.0.0/8") == ({}, {})
    sure, maybe = told(scoped(), scanner)
    assert not sure
    assert list(maybe) == ["edge-listen-11"]
    for remote in ("RA4=10.0.0.0/8|RA4=203.0.113.7", "RA4=LocalSubnet", "RA4=9.0.0.0-11.0.0.0"):
        sure, _maybe = told(edge(), f"{INTERNAL_PORTS}|LA4={ACCESS}|{remote}")
        assert list(sure) == ["edge-listen-11"], remote


@pytest.mark.parametrize(
    ("program", "rows"),
    [
        ("RTCSrv.exe", ["edge-listen-09"]),
        ("MRASSvc.exe", ["edge-listen-10"]),
        ("DataProxy.exe", ["edge-listen-11"]),
        ("MediaRelaySvc.exe", ["edge-listen-12"]),
        ("ReplicaReplicatorAgent.exe", ["edge-listen-14", "edge-listen-15"]),
    ],
)
def test_a_program_that_listens_for_other_rows_is_no_possibility_of_this_one(program: str, rows: list[str]) -> None:
    sure, maybe = told(edge(), rf"App=C:\Program Files\Skype for Business Server 2019\Server\Core\{program}")
    assert (sure, list(maybe)) == ({}, rows)


def test_a_service_that_listens_for_the_row_is_a_possibility() -> None:
    assert list(told(edge(), f"{INTERNAL_PORTS}|Svc=RTCDATAPROXY")[1]) == ["edge-listen-11"]
    assert told(edge(), f"{INTERNAL_PORTS}|Svc=RTCMEDIARELAY") == ({}, {})


def test_the_width_inside_stays_told_beside_the_opening_outside() -> None:
    policy = scoped()
    judged = judge_policy(policy, host([*as_wanted(policy), rule(f"{INTERNAL_PORTS}|")]))
    (found,) = wider(judged)
    assert f"admits everybody at its own address and at {ACCESS}-192.0.2.3" in explain_wider(found)
    assert "block_others" in remedy([found])
    assert "bind the named rules" in remedy([found])


def test_what_an_internal_row_tells_is_not_told_of_an_external_one_too() -> None:
    assert list(told(edge(), "Protocol=6|LPort=5061")[0]) == ["edge-listen-09"]
    assert list(told(edge(skip_rows=["edge-listen-09"]), "Protocol=6|LPort=5061")[0]) == ["edge-listen-02"]


@pytest.mark.parametrize(
    "text",
    [
        f"{INTERNAL_PORTS}|LA4={INSIDE}",
        f"{INTERNAL_PORTS}|LA4=198.51.100.7",
        f"Protocol=6|LPort=443|LA4={ACCESS}",
        "Protocol=6|LPort=443",
        r"Protocol=6|LPort=8057|App=C:\vendor\other.exe",
        "Protocol=6|LPort=9999",
    ],
)
def test_what_opens_no_port_of_another_interface_is_no_finding(text: str) -> None:
    policy = edge()
    judged = judge_policy(policy, host([*as_wanted(policy), rule(f"{text}|")]))
    assert wider(judged) == wider(judged, certain=False) == ()


def test_a_blocked_external_address_is_no_finding_and_a_program_only_perhaps() -> None:
    policy = edge()
    block = replace(rule(f"{INTERNAL_PORTS}|LA4=192.0.2.0/24|"), action=Action.BLOCK)
    judged = judge_policy(policy, host([*as_wanted(policy), rule(f"{INTERNAL_PORTS}|"), block]))
    assert wider(judged) == ()
    lync = rule(r"App=C:\Program Files\Microsoft Lync Server 2013\Server\Core\RTCSrv.exe|")
    judged = judge_policy(policy, host([*as_wanted(policy), lync]))
    assert wider(judged) == ()
    assert {effect.demand.requirement.interface for effect in wider(judged, certain=False)} == {Interface.INTERNAL}


def test_a_site_rule_of_our_own_at_an_external_address_is_meant() -> None:
    policy = edge(extra_rules=[{"name": "mon", "protocol": "tcp", "localport": "8057", "localip": ACCESS}])
    assert wider(judge_policy(policy, host(as_wanted(policy)))) == ()


def test_a_profile_that_admits_whatever_no_rule_is_about_opens_internal_ports_outside() -> None:
    policy = edge()
    public = ProfileState(Profile.PUBLIC, ProfileSettings(inbound_block=False))
    snapshot = host(as_wanted(policy))
    snapshot = replace(snapshot, profiles=(*snapshot.profiles[:2], public))
    found = {effect.demand.requirement.id: effect for effect in wider(judge_policy(policy, snapshot))}
    assert set(found) >= {"edge-listen-09", "edge-listen-10", "edge-listen-11", "edge-listen-14"}
    told = found["edge-listen-11"].admission
    assert told
    assert told.wider
    assert told.wider.by == ("public profile",)


def test_two_addresses_next_to_each_other_are_two() -> None:
    policy = edge(edge_addresses={**ADDRESSES, "internal": ["10.0.0.8", INSIDE]})
    rules = [one for one in as_wanted(policy) if str(one.local_ports) != "8057"]
    judged = judge_policy(policy, host([*rules, rule(f"{INTERNAL_PORTS}|LA4={INSIDE}|")]))
    assert {effect.demand.requirement.id for effect in judged if effect.verdict.status is Status.CLOSED} == {
        "edge-listen-11"
    }


def test_an_external_address_whose_rows_are_left_out_counts_too() -> None:
    policy = edge(skip_rows=["edge-listen-04"])
    judged = judge_policy(policy, host([*as_wanted(policy), rule(f"{INTERNAL_PORTS}|LA4={WEBCONF}|")]))
    assert [effect.demand.requirement.id for effect in wider(judged)] == ["edge-listen-11"]


def test_two_services_of_one_interface_on_one_port_are_refused() -> None:
    with pytest.raises(OptionError, match=r"both listen on port 443 \(edge-listen-11, edge-listen-13\)"):
        edge(port_overrides={"edge-listen-11": 443})


def test_an_address_for_management_counts_for_internal_ports_and_not_for_external_ones() -> None:
    """443 is meant to be open at every external address that is listed; at another one it is nobody's."""
    policy = with_own(edge(), [*OWN, "10.50.0.5"])
    sure, maybe = told(policy, "Protocol=6|LPort=8057|LA4=10.50.0.5")
    assert ({row: one.at.texts() for row, one in sure.items()}, maybe) == ({"edge-listen-11": ["10.50.0.5"]}, {})
    without = edge(skip_rows=[f"edge-listen-{number:02}" for number in range(9, 16)])
    assert told(with_own(without, OWN), "Protocol=6|LPort=443|LA4=192.0.2.99") == ({}, {})


def test_own_addresses_that_no_rule_tells_apart_are_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host may have many, and what it takes to ask is bounded for all rows together."""
    asked = []
    real = elsewhere.admission
    monkeypatch.setattr(elsewhere, "admission", lambda *of: asked.append(of) or real(*of))
    many = [*OWN, *(f"198.51.100.{number}" for number in range(200))]
    judge_policy(with_own(edge(), many), host(as_wanted(edge())))
    # Once for the profile that the networks are in, and once for the others.
    assert 0 < len(asked) <= 2 * 7 * 5


ALL = (INSIDE, ACCESS, WEBCONF, MEDIA)
OUTSIDE_PUBLIC = {INSIDE: Profile.PRIVATE, **dict.fromkeys((ACCESS, WEBCONF, MEDIA), Profile.PUBLIC)}
BEHIND = {"internal": INSIDE, "external_access": "172.16.1.1", "external_webconf": "172.16.1.2",
          "external_av": "172.16.1.3"}  # fmt: skip
BEHIND_ALL = (INSIDE, "172.16.1.1", "172.16.1.2", "172.16.1.3")


def with_off(policy: HostPolicy, off: Profile, *more: FirewallRule) -> tuple[set[str], set[str], list[Effect]]:
    """Rows that are wider for certain, and perhaps, where the firewall is off in a profile."""
    there = host([*as_wanted(policy), *more])
    states = (replace(one, local=ProfileSettings(enabled=one.profile is not off)) for one in there.profiles)
    judged = judge_policy(policy, replace(there, profiles=tuple(states)))
    sure, maybe = ({one.demand.requirement.id for one in wider(judged, certain)} for certain in (True, False))
    return sure, maybe, list(judged)


ONLY_INSIDE = {f"edge-listen-{number:02}" for number in (9, 10, 11, 14, 15)}


@pytest.mark.parametrize("policy", [edge(), scoped()], ids=["any", "scoped"])
def test_a_firewall_that_is_off_in_the_profile_of_an_external_network_opens_internal_ports_there(
    policy: HostPolicy,
) -> None:
    """Whatever the block rules say: no rule counts there."""
    block = replace(rule(f"{INTERNAL_PORTS}|LA4=192.0.2.0/24|"), action=Action.BLOCK)
    for known in (policy, with_own(policy, ALL, OUTSIDE_PUBLIC)):
        sure, maybe, judged = with_off(known, Profile.PUBLIC, block)
        assert sure >= ONLY_INSIDE
        assert not maybe
        text = next(explain_wider(one) for one in judged if one.demand.requirement.id == "edge-listen-11")
        assert f"admits everybody at {ACCESS}-192.0.2.3 in the public profile, by 'firewall off (public)'" in text
        told_to_do = remedy([one for one in judged if one.demand.requirement.id == "edge-listen-11"])
        assert "firewall_enabled" in told_to_do
        assert "switch them off" not in told_to_do, "no rule is to blame, and off is what it is"
    sure, maybe, _judged = with_off(with_own(policy, ALL, OUTSIDE_PUBLIC), Profile.PRIVATE)
    assert (sure, maybe >= ONLY_INSIDE) == (set(), True), "no external network is in that profile now"
    sure, _maybe, _judged = with_off(with_own(policy, ALL, dict.fromkeys(ALL, Profile.PRIVATE)), Profile.PRIVATE)
    assert sure >= ONLY_INSIDE


@pytest.mark.parametrize(
    "instead", [{"service": ServiceState(1, 2)}, {"other_firewall": "Another's"}], ids=["stopped", "another's"]
)
def test_where_windows_firewall_does_not_filter_nothing_is_said_of_its_being_off(instead: dict[str, Any]) -> None:
    policy = edge()
    there = replace(host(as_wanted(policy)), **instead)
    states = (replace(one, local=ProfileSettings(enabled=False)) for one in there.profiles)
    judged = judge_policy(policy, replace(there, profiles=tuple(states)))
    assert not [*wider(judged, True), *wider(judged, False)]


def test_nobody_is_told_of_a_firewall_that_is_off_on_another_host() -> None:
    policy = build_policy(["front_end"])
    sure, maybe, _judged = with_off(policy, Profile.PUBLIC)
    assert (sure, maybe) == (set(), set())


@pytest.mark.parametrize(
    ("networks", "profiles", "certain"),
    [
        (OUTSIDE_PUBLIC, "", True),
        (OUTSIDE_PUBLIC, "|Profile=Public", True),
        (OUTSIDE_PUBLIC, "|Profile=Private", False),
        (OUTSIDE_PUBLIC, "|Profile=Domain|Profile=Private", False),
        (dict.fromkeys(ALL, Profile.PRIVATE), "|Profile=Private", True),
        (dict.fromkeys(ALL, Profile.PRIVATE), "|Profile=Public", False),
        ({INSIDE: Profile.PRIVATE}, "|Profile=Public", True),  # of the outer card the host tells no network
        ({}, "|Profile=Public", True),  # Windows takes it for public
        ({}, "|Profile=Private", False),
    ],
)
def test_a_rule_for_a_profile_that_no_external_network_is_in_is_a_possibility(
    networks: dict[str, Profile], profiles: str, certain: bool
) -> None:
    sure, maybe = told(with_own(edge(), ALL, networks), INTERNAL_PORTS + profiles)
    assert list(sure if certain else maybe) == ["edge-listen-11"]
    assert not (maybe if certain else sure)


def test_of_two_external_cards_each_has_its_own_profile() -> None:
    networks = {**OUTSIDE_PUBLIC, MEDIA: Profile.PRIVATE}
    sure, _maybe = told(with_own(edge(), ALL, networks), f"{INTERNAL_PORTS}|Profile=Private")
    assert sure["edge-listen-11"].at.texts() == [MEDIA]


def test_an_external_network_in_a_profile_that_is_not_managed_counts() -> None:
    networks = {**OUTSIDE_PUBLIC, ACCESS: Profile.DOMAIN}
    policy = with_own(edge(profiles=["private", "public"]), ALL, networks)
    assert told(policy, f"{INTERNAL_PORTS}|Profile=Domain")[0]["edge-listen-11"].at.texts() == [ACCESS]


@pytest.mark.parametrize("word", ["LocalSubnet", "DefaultGateway", "DNS", "DHCP", "WINS", "Intranet"])
def test_keywords_on_a_host_behind_address_translation_are_judged_as_the_subnet(word: str) -> None:
    policy = with_own(edge(edge_addresses=BEHIND), BEHIND_ALL)
    text = f"{INTERNAL_PORTS}|RA4={word}"
    sure, maybe = told(policy, text)
    assert (sure, list(maybe)) == ({}, [] if word == "LocalSubnet" else ["edge-listen-11"])
    sure, maybe = told(with_own(scoped(edge_addresses=BEHIND), BEHIND_ALL), f"{text}|LA4=172.16.1.1")
    assert (sure, list(maybe)) == ({}, ["edge-listen-11"])
    sure, maybe = told(edge(edge_addresses=BEHIND), text)
    assert (sure, list(maybe)) == ({}, ["edge-listen-11"]), "which other networks it is in nobody knows"


def test_neighbours_with_public_addresses_and_the_internet_are_strangers() -> None:
    for policy, word in ((edge(), "LocalSubnet"), (edge(), "Internet"), (edge(edge_addresses=BEHIND), "Internet")):
        assert list(told(policy, f"{INTERNAL_PORTS}|RA4={word}")[0]) == ["edge-listen-11"], word
    sure, maybe = told(edge(), f"{INTERNAL_PORTS}|RA4=DNS")
    assert (sure, list(maybe)) == ({}, ["edge-listen-11"])


def test_a_public_address_of_the_estate_is_no_stranger_in_any_scope() -> None:
    """Universities have public addresses inside."""
    text = f"{INTERNAL_PORTS}|RA4=198.51.100.1"
    assert list(told(edge(), text)[0]) == ["edge-listen-11"]
    for known, rows in ((["198.51.100.0/24"], []), (["any"], ["edge-listen-11"])):
        assert list(told(replace(edge(), known=AddressSet.parse(known)), text)[0]) == rows


def test_what_is_certain_does_not_hide_what_is_possible() -> None:
    program = rf"Protocol=6|LPort=8057|LA4={ACCESS}|App=C:\Program Files\Skype for Business Server 2019\DataProxy.exe"
    policy = edge()
    judged = judge_policy(
        policy, host([*as_wanted(policy), rule(f"{program}|"), rule(f"{INTERNAL_PORTS}|RA4=203.0.113.7|")])
    )
    (found,) = wider(judged)
    text = explain_wider(found)
    assert f"admits 203.0.113.7 at {ACCESS}-192.0.2.3" in text
    assert f"; and may admit everybody at {ACCESS} in the domain and private and public profiles" in text
    scanner = rule("Protocol=6|RA4=10.9.9.9|")
    (found,) = (
        one
        for one in wider(judge_policy(scoped(), host([*as_wanted(scoped()), scanner, rule(f"{program}|")])))
        if one.demand.requirement.id == "edge-listen-11"
    )
    assert f"and may admit everybody at {ACCESS}" in explain_wider(found)
    assert "bind the named rules" in remedy([found])
    both = [f"{INTERNAL_PORTS}|RA4=10.9.9.9|LA4={ACCESS}", f"{INTERNAL_PORTS}|IFType=Lan|LA4={ACCESS}"]
    sure, maybe = told(scoped(), *both)
    assert not sure
    assert maybe["edge-listen-11"].everybody


def test_without_any_external_address_what_the_host_has_is_asked() -> None:
    outside = [f"edge-listen-0{number}" for number in (1, 2, 4, 5, 6)]
    policy = edge(edge_addresses={"internal": INSIDE}, skip_rows=outside)
    assert told(policy, INTERNAL_PORTS) == ({}, {})
    sure, _maybe = told(with_own(policy, ALL), INTERNAL_PORTS)
    assert sure["edge-listen-11"].at == AddressSet.parse([ACCESS, WEBCONF, MEDIA])


MANAGED = {**ADDRESSES, "management": ["10.50.0.5"]}


def test_an_address_for_management_is_neither_internal_nor_outside() -> None:
    policy = with_own(edge(edge_addresses=MANAGED), [*OWN, "10.50.0.5"])
    assert not [one for one in policy.rules if "10.50.0.5" in str(one.rule.local_addresses)]
    for text in (f"{INTERNAL_PORTS}|LA4=10.50.0.5", "Protocol=6|LPort=443|LA4=10.50.0.5"):
        assert told(policy, text) == ({}, {})
    assert doubts(policy, [*ALL, "10.50.0.5"], ["10.50.0.5"]) == ""
    agent = {"name": "winrm", "protocol": "tcp", "localport": 5986, "localip": "10.50.0.5"}
    assert open_everywhere(with_own(edge(edge_addresses=MANAGED, extra_rules=[agent]), [*ALL, "10.50.0.5"])) == ""
    with pytest.raises(
        OptionError, match=r"edge_addresses\.management: 10\.50\.0\.5 is no address that this host uses"
    ):
        check_own([], [INSIDE], (), policy.management)
    check_own([], [INSIDE, "10.50.0.5"], (), policy.management)


@pytest.mark.parametrize(
    ("management", "told"),
    [(INSIDE, "is internal as well"), (MEDIA, "is external_av as well"), ("10.50.0.0/24", "one by one")],
)
def test_a_wrong_address_for_management_is_refused(management: str, told: str) -> None:
    with pytest.raises(OptionError, match=rf"edge_addresses\.management: .*{told}"):
        edge(edge_addresses={**ADDRESSES, "management": management})


def test_an_internal_address_that_is_public_beside_a_private_one_for_management_is_told() -> None:
    """Two sides that are swapped, after one has followed the advice to name where we arrive."""
    note = doubts(edge(edge_addresses={**ADDRESSES, "internal": "192.0.2.50", "management": INSIDE}), [], [INSIDE])
    assert note.startswith("edge_addresses.internal: 192.0.2.50 is public")


def test_all_notes_of_an_edge_server_are_one_list_and_no_other_host_has_any() -> None:
    assert notes(build_policy(["front_end"]), ["192.0.2.77"], ["192.0.2.77"]) == ()
    assert notes(edge(), ALL, [INSIDE]) == ()
    narrow = edge(remote_addresses=["10.0.0.0/8"])
    told_of = [note.partition(":")[0] for note in notes(narrow, [*ALL, "10.0.0.77"], ["10.0.0.77"])]
    assert told_of == ["edge_addresses.internal", "remote_addresses"]
    assert doubts(replace(narrow, inside=AddressSet()), ALL, ["10.0.0.77"]) == "", "nothing is said to be inside"


def test_a_public_address_for_management_is_told() -> None:
    """Whoever calls an external address so is told nothing of what is open there."""
    note = doubts(edge(edge_addresses={**ADDRESSES, "management": "192.0.2.99"}), [], [])
    assert note.startswith("edge_addresses.management: 192.0.2.99 is public")


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"localip": "10.50.0.5"}, False),  # who names an own address means it, listed or not
        ({"localip": "10.50.0.0/24"}, True),
        ({"remoteip": "10.0.0.50"}, False),  # no stranger has a private address
        ({"remoteip": "198.51.100.50"}, True),
        ({"profiles": ["private"]}, False),
        ({"profiles": ["private", "public"]}, True),
    ],
)
def test_a_site_rule_that_no_stranger_gets_in_by_is_not_told(more: dict[str, Any], told: bool) -> None:
    policy = edge(extra_rules=[{"name": "Agent", "protocol": "tcp", "localport": 5666, **more}])
    policy = with_own(policy, [*ALL, "10.50.0.5"], OUTSIDE_PUBLIC)
    assert bool(open_everywhere(policy)) is told


@pytest.mark.parametrize(
    ("reached", "told"),
    [
        (["198.51.100.7"], "198.51.100.7"),
        (["edge01.example.com", "10.50.0.5"], "10.50.0.5"),
        ([INSIDE], ""),
        (["edge01.example.com"], ""),
        (["127.0.0.1"], ""),
    ],
)
def test_on_a_host_that_tells_no_address_what_we_arrive_at_is_told(reached: list[str], told: str) -> None:
    """Windows Server 2008 R2: the sides may be rotated there as well."""
    note = doubts(edge(), [], reached)
    assert bool(note) is bool(told)
    assert not told or (f"we arrive at {told}, " in note and "unless a router maps it" in note)


def test_rules_for_the_world_that_remote_addresses_narrow_are_told() -> None:
    note = narrowed(edge(remote_addresses=["10.0.0.0/8"]))
    assert note.startswith("remote_addresses: ")
    assert "edge-listen-01" in note
    assert narrowed(edge()) == narrowed(scoped()) == ""
    assert narrowed(build_policy(["front_end"], remote_addresses=["10.0.0.0/8"])) == ""


def test_an_address_in_a_profile_that_no_rule_of_ours_is_for_is_told() -> None:
    policy = edge(profiles=["private", "public"])
    joined = {**OUTSIDE_PUBLIC, INSIDE: Profile.DOMAIN}
    assert uncounted(with_own(policy, ALL, joined)).startswith(f"profiles: {INSIDE} is in the domain profile")
    assert uncounted(with_own(policy, ALL, OUTSIDE_PUBLIC)) == uncounted(with_own(edge(), ALL, joined)) == ""
