# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ports a topology configures: they become the rows' ports, and differences from the page are told.

The listeners are written out by hand: owner, usage, side and protocol as public topology documents have them, with
Lync Server 2013's default numbers.
"""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._catalogue import catalogue
from ansible_collections.lyncops.firewall.plugins.module_utils._catalogue.words import Disposition
from ansible_collections.lyncops.firewall.plugins.module_utils._net.port_set import PortSet
from ansible_collections.lyncops.firewall.plugins.module_utils._options.reading import OptionError
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.configured import (
    Configuration,
    Difference,
    read_configuration,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.host_policy import HostPolicy
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.policy import build_policy
from ansible_collections.lyncops.firewall.plugins.module_utils._topology.row_listeners import ROW_LISTENERS

pytest.importorskip("hypothesis", reason="see tests/unit/requirements.txt")
from hypothesis import given
from hypothesis import strategies as st

Entry = dict[str, Any]

TRANSPORTS = {"Udp": ["udp"], "TcpOrUdp": ["tcp", "udp"]}


def entry(
    service: str, owner: str, usage: str, ports: int | str, protocol: str = "Mtls", side: str = "Primary"
) -> Entry:
    prefix = "urn:application:" if service == "ApplicationServer" and owner != "MediaComp" else "urn:component:"
    return {
        "service": service,
        "owner": prefix + owner,
        "usage": usage,
        "side": side,
        "protocol": protocol,
        "transports": TRANSPORTS.get(protocol, ["tcp"]),
        "ports": ports,
    }


AUDIO, VIDEO, SHARING = "49152-57499", "57501-65534", "49152-65534"
APPLICATIONS = {
    "5071": entry("ApplicationServer", "RGS", "SipServer", 5071),
    "5072": entry("ApplicationServer", "Caa", "SipServer", 5072),
    "5073": entry("ApplicationServer", "Cas", "SipServer", 5073),
    "5075": entry("ApplicationServer", "Cps", "SipServer", 5075),
    "5076": entry("ApplicationServer", "testbot", "SipServer", 5076),
    "5080": entry("ApplicationServer", "PDP", "SipServer", 5080),
    "8404": entry("ApplicationServer", "RGS", "WcfMtls", 8404),
}
FRONT_END: list[Entry] = [
    entry("UserServices", "McuFactory", "WebServer", 444),
    entry("UserServices", "PresenceFocus", "UserPinManagement", 443, "Https"),
    entry("UserServices", "McuFactory", "WcfServer", 9001, "Tcp"),
    entry("Registrar", "Registrar", "SipServer", 5061),
    entry("Registrar", "Registrar", "WebServer", 444),
    *(
        entry("Registrar", "WinFab", usage, 5090 + number, "Tcp")
        for number, usage in enumerate(("WinFabFederation", "WinFabLeaseAgent", "WinFabClientConnection", "WinFabIPC"))
    ),
    entry("Registrar", "WinFab", "WinFabReplication", 5094, "Tcp"),
    entry("Registrar", "QoE", "SipServer", 5061),
    entry("Registrar", "Lyss", "WcfMtls", 5077),
    entry("Registrar", "XmppFederation", "SipServer", 5098),
    entry("WebServices", "OCSWebSite", "WebSite", 8080, "Http", "External"),
    entry("WebServices", "OCSWebSite", "WebSite", 4443, "Https", "External"),
    entry("WebServices", "OCSWebSite", "WebSite", 80, "Http"),
    entry("WebServices", "OCSWebSite", "WebSite", 443, "Https"),
    entry("WebServices", "Reach", "PsomServer", 8060),
    entry("WebServices", "Reach", "PsomServer", 8061, side="External"),
    entry("WebServices", "McxService", "SipServer", 5086),
    entry("WebServices", "McxServiceExternal", "SipServer", 5087),
    entry("WebServices", "PersistentChatWebManager", "SipServer", 5095),
    entry("WebServices", "PersistentChatWebManagerExternal", "SipServer", 5096),
    entry("WebServices", "UcwaService", "SipServer", 5088),
    entry("WebServices", "UcwaServiceExternal", "SipServer", 5089),
    entry("WebServices", "MediaComp", "AppSharingCommunication", SHARING, "TcpOrUdp"),
    entry("ConfServices", "IMConf", "SipServer", 5062),
    entry("ConfServices", "DataConf", "PsomClient", 8057, "Tls"),
    entry("ConfServices", "AVConf", "SipServer", 5063),
    entry("ConfServices", "AppSharingConf", "SipServer", 5065),
    entry("ConfServices", "MediaComp", "AudioCommunication", AUDIO, "TcpOrUdp"),
    entry("ConfServices", "MediaComp", "VideoCommunication", VIDEO, "TcpOrUdp"),
    entry("ConfServices", "MediaComp", "AppSharingCommunication", SHARING, "TcpOrUdp"),
    *APPLICATIONS.values(),
    entry("ApplicationServer", "MediaComp", "AudioCommunication", AUDIO, "TcpOrUdp"),
    entry("ApplicationServer", "MediaComp", "VideoCommunication", VIDEO, "TcpOrUdp"),
    entry("ApplicationServer", "MediaComp", "AppSharingCommunication", SHARING, "TcpOrUdp"),
]
MEDIATION: list[Entry] = [
    entry("MediationServer", "Mediation", "SipServer", 5070),
    entry("MediationServer", "Mediation", "SipClient", 5067, "Tls", "Pstn"),
    entry("MediationServer", "Mediation", "SipClient", 5068, "Tcp", "Pstn"),
    entry("MediationServer", "MediaComp", "AudioCommunication", AUDIO, "TcpOrUdp"),
]
DIRECTOR: list[Entry] = [
    entry("Registrar", "Registrar", "SipServer", 5061),
    entry("Registrar", "Registrar", "WebServer", 444),
    *(listener for listener in FRONT_END if listener["owner"].endswith(":OCSWebSite")),
]
HOSTS = {
    "front_end": (["front_end"], FRONT_END),
    "collocated": (["front_end", "mediation"], [*FRONT_END, *MEDIATION]),
    "mediation": (["mediation"], MEDIATION),
    "director": (["director"], DIRECTOR),
}


def kinds(policy: HostPolicy) -> list[tuple[str, str]]:
    return [(found.kind.value, found.row or found.service) for found in policy.configuration.disagreements]


def moved(listeners: list[Entry], index: int, ports: int | str) -> list[Entry]:
    return [{**listener, "ports": ports} if number == index else listener for number, listener in enumerate(listeners)]


def without(listeners: list[Entry], owner: str) -> list[Entry]:
    return [listener for listener in listeners if listener["owner"].rpartition(":")[2] != owner]


def ports_of(policy: HostPolicy, row: str) -> str:
    return next(str(demand.ports) for demand in policy.demands if demand.requirement.id == row)


@pytest.mark.parametrize("host", HOSTS)
def test_a_default_deployment_agrees_with_the_extended_ruleset(host: str) -> None:
    """Of what the page has and no topology does, such as 5064 and 8058, nothing is said; nor of sharing's UDP half."""
    roles, listeners = HOSTS[host]
    policy = build_policy(roles, ruleset="extended", configured_ports=listeners)
    assert kinds(policy) == []
    for demand in policy.demands:
        assert demand.ports <= demand.requirement.ports


@pytest.mark.parametrize("host", HOSTS)
def test_rules_have_exactly_the_configured_media_ranges(host: str) -> None:
    roles, listeners = HOSTS[host]
    keys = {desired.key for desired in build_policy(roles, configured_ports=listeners).rules}
    if "mediation" in roles or "front_end" in roles:
        assert {f"in-tcp-{AUDIO}", f"in-udp-{AUDIO}"} <= keys
    if "front_end" in roles:
        assert {f"in-tcp-{VIDEO}", f"in-udp-{VIDEO}", f"in-tcp-{SHARING}"} <= keys
    assert not [key for key in keys if "57500" in key or "65535" in key], "the page counts one too many"


def test_nothing_configured_says_nothing() -> None:
    assert read_configuration([], catalogue.ALL) == Configuration()
    assert build_policy(["front_end"], configured_ports=[]) == build_policy(["front_end"])


EDGE = [
    entry("EdgeServer", "AccessEdge", "SipServer", 5061, side="Internal"),
    entry("EdgeServer", "AccessEdge", "SipClient", 443, "Tls", "External"),
    entry("EdgeServer", "AccessEdge", "SipServer", 5061, side="External"),
    entry("EdgeServer", "DataEdge", "PsomServer", 8057, side="Internal"),
    entry("EdgeServer", "DataEdge", "PsomClient", 443, "Tls", "External"),
    entry("EdgeServer", "MediaRelayAuthenticationEdge", "SipServer", 5062, side="Internal"),
    entry("EdgeServer", "MediaRelayEdge", "TURNServer", 443, "Tcp", "Internal"),
    entry("EdgeServer", "MediaRelayEdge", "TURNServer", 443, "Tcp", "External"),
    entry("EdgeServer", "MediaRelayEdge", "TURNServer", 3478, "Udp", "Internal"),
    entry("EdgeServer", "MediaRelayEdge", "TURNServer", 3478, "Udp", "External"),
    entry("EdgeServer", "MediaRelayEdge", "MediaCommunication", "50000-59999", "TcpOrUdp", "External"),
    entry("EdgeServer", "XmppFederationProxy", "XmppServer", 5269, "Tls", "External"),
    entry("EdgeServer", "XmppFederationProxy", "XptServer", 23456, side="Internal"),
    entry("ManagementServices", "ReplicationService", "Replication", 4443, "Https", "Internal"),
]


@pytest.mark.parametrize("row_id", sorted(ROW_LISTENERS))
def test_each_row_with_an_entry_finds_its_listener_in_a_default_deployment(row_id: str) -> None:
    row = catalogue.by_id(row_id)
    assert row.disposition is Disposition.LISTEN
    plain_sip = entry("Registrar", "Registrar", "SipServer", 5060, "Tcp")
    platform = entry("WebServices", "PlatformService", "SipServer", 6008)
    everybody = [*FRONT_END, *MEDIATION, plain_sip, platform]
    found = read_configuration(EDGE if row.interface else everybody, [row])
    assert found.ports[row_id] <= row.ports
    assert row_id not in [item.row for item in found.disagreements]


@pytest.mark.parametrize(
    ("role", "owner", "rows"),
    [
        ("front_end", "Caa", ["server-21"]),
        ("front_end", "PDP", ["server-35"]),
        ("front_end", "RGS", ["server-33", "server-34"]),
        ("front_end", "Registrar", ["server-03", "server-04"]),
        ("mediation", "Mediation", ["server-46", "server-47", "server-48", "server-49"]),
    ],
)
def test_what_is_not_deployed_is_told_and_its_documented_port_stays(role: str, owner: str, rows: list[str]) -> None:
    roles, listeners = HOSTS[role]
    policy = build_policy(roles, configured_ports=without(listeners, owner))
    missing = [row for kind, row in kinds(policy) if kind == "not_in_topology"]
    assert missing == rows
    for row in rows:
        assert ports_of(policy, row) == str(catalogue.by_id(row).ports)


def test_a_moved_listener_is_told_with_both_ports_and_opened_where_it_is() -> None:
    listeners = moved(MEDIATION, 1, "5080-5089")
    policy = build_policy(["mediation"], configured_ports=listeners)
    assert kinds(policy) == [("moved", "server-47")]
    (found,) = policy.configuration.disagreements
    assert (found.documented, found.configured) == ("5067", "5080-5089")
    assert {"in-tcp-5080-5089", "in-tcp-5068"} <= {desired.key for desired in policy.rules}
    assert "in-tcp-5067" not in {desired.key for desired in policy.rules}


def test_a_listener_that_the_ruleset_does_not_have_is_told_by_its_owner() -> None:
    chat = entry("PersistentChatService", "PersistentChat", "PeerMtls", 8011)
    policy = build_policy(["persistent_chat"], configured_ports=[chat])
    assert ("not_documented", "PersistentChatService (PersistentChat)") in kinds(policy)
    documented = kinds(build_policy(["front_end"], configured_ports=FRONT_END))
    told = {service for kind, service in documented if kind == "not_documented"}
    assert {"Registrar (WinFab)", "Registrar (Lyss)", "UserServices (McuFactory)"} <= told


def test_an_override_wins_over_the_topology_and_the_topology_over_the_page() -> None:
    policy = build_policy(["mediation"], configured_ports=moved(MEDIATION, 1, 5081), port_overrides={"server-47": 5099})
    assert ports_of(policy, "server-47") == "5099"
    assert ports_of(build_policy(["mediation"], configured_ports=moved(MEDIATION, 1, 5081)), "server-47") == "5081"


def test_letter_case_and_what_stands_before_the_owners_name_do_not_count() -> None:
    plain = build_policy(["mediation"], configured_ports=MEDIATION)
    words = ("service", "owner", "usage", "side", "protocol")
    shouted = [{**item, **{name: item[name].upper() for name in words}} for item in MEDIATION]
    bare = [{**item, "owner": item["owner"].rpartition(":")[2]} for item in MEDIATION]
    assert build_policy(["mediation"], configured_ports=shouted) == plain
    assert build_policy(["mediation"], configured_ports=bare) == plain


def test_services_of_one_row_are_opened_together() -> None:
    """Conferencing, applications and Mediation each have an audio range of their own; the row is for all of them."""
    roles, listeners = HOSTS["collocated"]
    audio = {
        listener["service"]: number
        for number, listener in enumerate(listeners)
        if listener["usage"] == "AudioCommunication"
    }
    for service, ports in (("ConfServices", "20000-20999"), ("ApplicationServer", 21500), ("MediationServer", "30000")):
        listeners = moved(listeners, audio[service], ports)
    assert ports_of(build_policy(roles, configured_ports=listeners), "server-39") == "20000-20999,21500,30000"


@pytest.mark.parametrize("service", ["ConfServices", "ApplicationServer", "WebServices"])
def test_every_service_that_shares_applications_has_its_range_opened(service: str) -> None:
    (index,) = [
        number
        for number, listener in enumerate(FRONT_END)
        if (listener["service"], listener["usage"]) == (service, "AppSharingCommunication")
    ]
    policy = build_policy(["front_end"], ruleset="extended", configured_ports=moved(FRONT_END, index, "40803-40999"))
    assert ports_of(policy, "server-28") == "40803-40999,49152-65534"
    assert kinds(policy) == [("moved", "server-28")]


inside = st.sampled_from(["server-10", "server-28", "server-39"]).flatmap(
    lambda row: st.tuples(
        st.just(row),
        st.lists(
            st.integers(catalogue.by_id(row).ports.ranges[0][0], catalogue.by_id(row).ports.ranges[0][1]),
            min_size=2,
            max_size=2,
        ).map(sorted),
    )
)
USAGE = {
    "server-10": "VideoCommunication",
    "server-28": "AppSharingCommunication",
    "server-39": "AudioCommunication",
}


def one_range(row: str, ports: int | str) -> list[Entry]:
    protocol = "Tcp" if row == "server-28" else "TcpOrUdp"
    return [entry("ConfServices", "MediaComp", USAGE[row], ports, protocol)]


@given(inside)
def test_ports_within_the_documented_ones_agree_and_the_rule_has_exactly_them(drawn: tuple[str, list[int]]) -> None:
    row_id, (first, last) = drawn
    configured = PortSet(((first, last),))
    policy = build_policy(["front_end"], configured_ports=one_range(row_id, str(configured)))
    told = [found for found in policy.configuration.disagreements if found.kind is not Difference.NOT_IN_TOPOLOGY]
    assert told == []
    assert row_id not in [found.row for found in policy.configuration.disagreements]
    (demand,) = [demand for demand in policy.demands if demand.requirement.id == row_id]
    rules = {desired.key: desired.rule for desired in policy.rules}
    assert demand.keys
    for key in demand.keys:
        assert rules[key].local_ports == configured
    assert {rules[key].protocol for key in demand.keys} == ({6} if row_id == "server-28" else {6, 17})


@given(st.integers(1, 65535), st.integers(0, 9000), st.sampled_from(sorted(USAGE)))
def test_ports_outside_are_told_and_opened_all_the_same(first: int, count: int, row_id: str) -> None:
    configured = PortSet(((first, min(first + count, 65535)),))
    policy = build_policy(["front_end"], configured_ports=one_range(row_id, str(configured)))
    told = [found.row for found in policy.configuration.disagreements if found.kind is Difference.MOVED]
    row = catalogue.by_id(row_id)
    assert told == ([] if configured <= row.ports else [row_id])
    assert ports_of(policy, row_id) == str(configured)


@given(st.permutations(range(len(FRONT_END))))
def test_the_order_of_listeners_and_repetition_do_not_matter(order: list[int]) -> None:
    shuffled = [FRONT_END[number] for number in order]
    one = build_policy(["front_end"], configured_ports=FRONT_END)
    two = build_policy(["front_end"], configured_ports=[*shuffled, *shuffled[:5]])
    assert one == two


GOOD = entry("Registrar", "Registrar", "SipServer", 5061)
BAD: list[tuple[str, Any, str]] = [
    ("configured_ports[1]", "5061", "a dict"),
    ("configured_ports[1]", None, "a dict"),
    ("configured_ports[1]", ["owner"], "a dict"),
    ("configured_ports[1].transports", {**GOOD, "transports": None}, "tcp and udp"),
    ("configured_ports[1].transports", {**GOOD, "transports": []}, "tcp and udp"),
    ("configured_ports[1].transports", {**GOOD, "transports": "tcp"}, "a list"),
    ("configured_ports[1].transports", {**GOOD, "transports": ["sctp"]}, "sctp"),
    ("configured_ports[1].owner", {**GOOD, "owner": ""}, "such as Registrar"),
    ("configured_ports[1].owner", {key: GOOD[key] for key in GOOD if key != "owner"}, "such as Registrar"),
    ("configured_ports[1].ports", {**GOOD, "ports": None}, "no port"),
    ("configured_ports[1].ports", {**GOOD, "ports": 0}, "port 0"),
    ("configured_ports[1].ports", {**GOOD, "ports": "5061-5060"}, "backwards"),
    ("configured_ports[1].ports", {**GOOD, "ports": 65536}, "65536"),
    ("configured_ports[1].ports", {**GOOD, "ports": True}, "no port"),
]


@pytest.mark.parametrize(("option", "bad", "says"), BAD)
def test_a_bad_entry_is_named(option: str, bad: Any, says: str) -> None:
    with pytest.raises(OptionError, match=says) as caught:
        build_policy(["front_end"], configured_ports=[GOOD, bad])
    assert caught.value.option == option
