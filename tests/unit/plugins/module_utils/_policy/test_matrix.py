# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The traffic matrix: every demand of every host is in it, once, between the right ends."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.lyncops.firewall.plugins.filter.matrix import (
    lync_matrix_csv,
    lync_matrix_json,
    lync_matrix_markdown,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._catalogue.client_ports import CLIENT_PORTS
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule import Direction
from ansible_collections.lyncops.firewall.plugins.module_utils._net.address_set import AddressSet
from ansible_collections.lyncops.firewall.plugins.module_utils._net.port_set import PortSet
from ansible_collections.lyncops.firewall.plugins.module_utils._options.reading import OptionError
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.matrix import matrix_of
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.matrix_markdown import as_markdown
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.matrix_model import (
    End,
    Line,
    Matrix,
    Traffic,
    networks,
    texts_of,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.matrix_texts import as_csv, as_json
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.policy import build_policy
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.scoping import takes_everybody

PEERS = {
    "front_end": ["10.1.0.8/31"],
    "mediation": ["10.1.0.20"],
    "load_balancer": ["10.3.0.5"],
    "gateway": ["10.2.0.5"],
    "director": [],
}


def host(name: str, address: str, *roles: str, **options: Any) -> dict[str, Any]:
    return {"name": name, "addresses": [address], "roles": list(roles), "peers": PEERS, "options": options}


FRONT_ENDS = [host("fe01", "10.1.0.8", "front_end"), host("fe02", "10.1.0.9", "front_end")]
MEDIATION = host("med01", "10.1.0.20", "mediation")
# Two pools of which one has Mediation Servers, one of those alone; each is a peer of the others.
ESTATE_PEERS = {
    **{kind: ["10.1.0.8/30", "10.1.1.1"] for kind in ("front_end", "replica")},
    "mediation": ["10.1.0.10", "10.1.0.11", "10.1.0.20"],
    "replica": ["10.1.0.8/30", "10.1.0.20", "10.1.1.1", "nowhere"],
    "pool": ["10.1.0.10/31"],
    "central_management": ["10.1.0.8"],
    "gateway": ["10.2.0.0/28"],
    "edge": ["10.4.0.1", "10.4.0.2"],
    **{kind: [] for kind in ("director", "persistent_chat", "office_web_apps", "sql", "admin", "sql_client")},
}
ESTATE = [
    {"name": name, "addresses": [address], "roles": roles, "pool": pool, "peers": ESTATE_PEERS, "options": options}
    for name, address, roles, pool, options in (
        ("a1", "10.1.0.8", ["front_end", "central_management"], "a", {}),
        ("a2", "10.1.0.9", ["front_end"], "a", {"port_overrides": {"server-10": "40000-40100"}}),
        ("b1", "10.1.0.10", ["front_end", "mediation"], "b", {"ruleset": "extended"}),
        ("b2", "10.1.0.11", ["front_end", "mediation"], "b", {"ruleset": "extended"}),
        ("c1", "10.1.0.20", ["mediation"], "c", {}),
        ("nowhere", None, ["front_end"], "c", {}),
    )
]
for entry in ESTATE:
    entry["addresses"] = [text for text in entry["addresses"] if text]


def lines(*hosts: dict[str, Any], row: str) -> list[Line]:
    return [line for line in matrix_of(hosts).lines if row in rows(line)]


def rows(line: Line) -> list[str]:
    return [row.row.id for row in line.rows]


def addresses(matrix: Matrix, names: Iterable[str]) -> list[str]:
    return texts_of(names, {group.name: group for group in matrix.groups})


def sources(*hosts: dict[str, Any], row: str) -> dict[str, list[str]]:
    """Who connects, and from where."""
    matrix = matrix_of(hosts)
    found = [line for line in matrix.lines if row in rows(line)]
    return {", ".join(line.source): addresses(matrix, line.source) for line in found}


def who(matrix: Matrix, names: Iterable[str]) -> set[str]:
    """Members of groups: hosts by name, others by network."""
    groups = {group.name: group for group in matrix.groups}
    found: set[str] = set()
    for name in names:
        group = groups[name]
        own = AddressSet()
        for entry in ESTATE:
            if entry["name"] in group.hosts and entry["addresses"]:
                own |= AddressSet.parse(entry["addresses"])
        found |= {*group.hosts, *group.unaddressed, *networks(group.addresses - own)}
        found |= {"any"} if group.anybody else set()
    return found


def wanted(entries: list[dict[str, Any]]) -> set[tuple[str, str, str, int, str]]:
    """Source, destination, transport, port and row of all that the hosts ask for, worked out one by one."""
    names = {entry["addresses"][0] if entry["addresses"] else entry["name"]: entry["name"] for entry in entries}
    pair = {"10.1.0.8/30": ["a1", "a2", "b1", "b2"], "10.1.0.10/31": ["b1", "b2"], "10.1.1.1": ["10.1.1.1"]}
    found = set()
    for entry in entries:
        for demand in build_policy(entry["roles"], **entry["options"]).demands:
            row = demand.requirement
            others = ["any"] if takes_everybody(row) else [
                other
                for peer in row.peers
                for text in entry["peers"].get(peer.value, ())
                for other in pair.get(text, [names.get(text, text)])
            ]  # fmt: skip
            for other, transport, port in itertools.product(others, row.transports, demand.ports):
                ends = (other, entry["name"]) if demand.direction is Direction.IN else (entry["name"], other)
                if ends[0] != ends[1]:
                    found.add((*ends, transport.value, port, row.id))
    return found


def test_it_is_what_the_hosts_ask_for_and_nothing_else() -> None:
    matrix = matrix_of(ESTATE)
    found = set()
    for line in matrix.lines:
        assert line.ports == PortSet(tuple(pair for row in line.rows for pair in row.ports.ranges))
        for source, destination in itertools.product(who(matrix, line.source), who(matrix, line.destination)):
            if source != destination:
                for row in line.rows:
                    found |= {(source, destination, line.transport, port, row.row.id) for port in row.ports}
    assert found == wanted(ESTATE)


def test_no_two_lines_have_the_same_ends_and_no_host_is_on_both_sides() -> None:
    matrix = matrix_of(ESTATE)
    keys = [(line.source, line.destination, line.transport) for line in matrix.lines]
    assert len(set(keys)) == len(keys)
    for line in matrix.lines:
        source, destination = who(matrix, line.source), who(matrix, line.destination)
        if line.between:
            assert source == destination
            assert len(source) > 1, "a host reaches itself without the network"
        else:
            assert not source & destination
    assert any(line.between for line in matrix.lines)


def test_names_are_of_one_group_each_and_all_are_used() -> None:
    matrix = matrix_of(ESTATE)
    names = [group.name for group in matrix.groups]
    assert names == sorted(set(names))
    every = [*matrix.lines, *(line for question in matrix.questions for line in question.lines)]
    assert {name for line in every for name in (*line.source, *line.destination)} == set(names)
    contents = [(group.hosts, group.texts()) for group in matrix.groups]
    assert len({str(content) for content in contents}) == len(contents), "one name for one group"
    assert {"Front End Servers", "Front End Servers of b", "Gateways"} <= set(names)


def test_it_does_not_depend_on_the_order_of_hosts() -> None:
    assert matrix_of(ESTATE) == matrix_of(ESTATE[::-1])
    for write in (as_csv, as_json, as_markdown):
        assert write(matrix_of(ESTATE)) == write(matrix_of(ESTATE[::-1]))


def test_hosts_that_let_the_same_in_share_a_line() -> None:
    (sip,) = lines(*FRONT_ENDS, row="server-03")
    assert (sip.source, sip.destination, sip.listeners) == (
        ("Clients and servers",), ("Front End Servers",), ("fe01", "fe02"),
    )  # fmt: skip
    matrix = matrix_of(FRONT_ENDS)
    assert addresses(matrix, sip.source) == ["any"]
    assert addresses(matrix, sip.destination) == ["10.1.0.8/31"]


def test_who_connects_is_named_and_nobody_gets_no_line() -> None:
    assert sources(*FRONT_ENDS, row="server-04") == {
        "Front End Servers": ["10.1.0.8/31"],
        "Load balancers": ["10.3.0.5"],
    }
    assert [line.between for line in lines(*FRONT_ENDS, row="server-04")] == [True, False]


def test_who_is_not_known_is_an_open_question() -> None:
    matrix = matrix_of(FRONT_ENDS)
    asked = {question.name: question for question in matrix.questions}
    (line,) = asked["Survivable Branch Appliances"].lines
    assert (line.source, line.destination, rows(line)) == ((), ("Front End Servers",), ["server-04"])
    assert asked["Survivable Branch Appliances"].peer == "branch_appliance"
    assert "Directors" not in asked, "it is known that there is none"
    assert sorted(asked) == [question.name for question in matrix.questions]


def test_the_network_that_stands_for_a_peer_makes_it_a_line() -> None:
    peers = {**PEERS, "branch_appliance": ["10.7.0.0/16"]}
    found = [{**entry, "peers": peers} for entry in FRONT_ENDS]
    assert sources(*found, row="server-04")["Survivable Branch Appliances"] == ["10.7.0.0/16"]


def test_an_outbound_row_starts_at_the_host() -> None:
    (gateway,) = lines(*FRONT_ENDS, row="server-32")
    assert (gateway.source, gateway.destination, str(gateway.ports)) == (("Front End Servers",), ("Gateways",), "5066")
    assert (gateway.listeners, gateway.audited) == ((), ())


def test_a_pbx_on_a_trunk_is_a_gateway() -> None:
    assert [line.source for line in lines(MEDIATION, row="server-47")] == [("Gateways",)]


def test_ends_that_overlap_are_taken_apart() -> None:
    """Front End Servers to all Mediation Servers, where one host is both."""
    both = {**FRONT_ENDS[1], "roles": ["front_end", "mediation"]}
    peers = {**PEERS, "mediation": ["10.1.0.9", "10.1.0.20"]}
    found = lines(*({**entry, "peers": peers} for entry in (FRONT_ENDS[0], both, MEDIATION)), row="server-46")
    ends = [(line.source, line.destination, line.between) for line in found if "Load balancers" not in line.source]
    assert ends == [
        (("Front End Servers that are nothing else",), ("Front End Servers that are Mediation Servers too",), False),
        (("Front End Servers",), ("Mediation Servers that are nothing else",), False),
    ]
    listening = [line.listeners for line in found if "Load balancers" not in line.source]
    assert listening == [("fe02",), ("med01",)], "the audit is asked of those alone that the line goes to"


def test_configured_ports_and_client_networks_count() -> None:
    moved = host("fe01", "10.1.0.8", "front_end", port_overrides={"server-03": 6061})
    peers = {"director": ["10.3.0.1"], "edge": []}
    entry = {**moved, "client_networks": ["10.9.0.0/16"], "peers": peers}
    assert sources(entry, row="server-03") == {"Clients and phones": ["10.9.0.0/16"], "Directors": ["10.3.0.1"]}
    assert {str(row.ports) for line in lines(entry, row="server-03") for row in line.rows if row.audited} >= {"6061"}


def test_without_clients_the_servers_on_the_same_ports_are_left() -> None:
    entry = {**FRONT_ENDS[0], "client_networks": [], "peers": {"director": ["10.4.0.1"], "mediation": []}}
    assert sources(entry, row="server-03") == {"Directors": ["10.4.0.1"]}
    (asked,) = [question for question in matrix_of([entry]).questions if question.peer == "load_balancer"]
    assert any("server-03" in rows(line) for line in asked.lines)


def test_a_wide_network_is_left_whole_though_servers_are_in_it() -> None:
    entry = {**FRONT_ENDS[0], "client_networks": ["10.0.0.0/8"]}
    assert sources(entry, row="server-03")["Clients and phones"] == ["10.0.0.0/8"]
    admins = {**FRONT_ENDS[0], "peers": {**PEERS, "admin": ["10.1.0.0/24"]}}
    assert sources(admins, row="server-05")["Administrators' hosts"] == ["10.1.0.0/24"]


def test_servers_that_are_not_of_this_matrix_are_told_from_those_that_are() -> None:
    """As with --limit: fe02 is known by its address alone."""
    (line,) = lines(FRONT_ENDS[0], row="server-06")
    assert (line.source, line.destination, line.between) == (
        ("Other Front End Servers",), ("Front End Servers of this matrix",), False,
    )  # fmt: skip
    assert sources(FRONT_ENDS[0], row="server-06") == {"Other Front End Servers": ["10.1.0.9"]}


def test_clients_and_phones_have_lines_of_their_own_where_their_networks_are_known() -> None:
    peers = {**PEERS, "edge": ["10.4.0.1"], "dhcp_server": ["10.5.0.1"]}
    entries = [{**entry, "client_networks": ["10.9.0.0/16"], "peers": peers} for entry in (*FRONT_ENDS, MEDIATION)]
    matrix = matrix_of(entries)
    mine = [line for line in matrix.lines if any(row.startswith("client-") for row in rows(line))]
    assert {row for line in mine for row in rows(line) if row.startswith("client-")} == {
        row.id for row in CLIENT_PORTS
    } - {"client-02", "client-03", "client-06"}, "users outside come from the Internet"
    found = {(line.source, line.destination, line.transport): str(line.ports) for line in mine}
    clients = ("Clients and phones",)
    assert found == {
        (clients, ("DHCP servers",), "udp"): "67",
        (("DHCP servers",), clients, "udp"): "68",
        (clients, ("Edge Servers",), "tcp"): "443",
        (clients, ("Edge Servers",), "udp"): "3478",
        (clients, clients, "tcp"): "1024-65535",
        (clients, clients, "udp"): "1024-65535",
        (("Front End Servers",), clients, "tcp"): "1024-65535",
        (("Front End Servers",), clients, "udp"): "1024-65535",
        (("Mediation Servers",), clients, "tcp"): "1024-65535",
        (("Mediation Servers",), clients, "udp"): "1024-65535",
    }
    assert "Polycom CX500" in as_markdown(matrix), "the phones are named"
    skipping = [{**entry, "options": {"skip_rows": ["client-12"]}} for entry in entries]
    assert not lines(*skipping, row="client-12")
    assert not lines(*FRONT_ENDS, row="client-02"), "they may be anywhere"


def test_who_must_reach_every_scoped_rule_has_a_line() -> None:
    peers = {**PEERS, "all": ["10.9.1.7"]}
    found = [{**entry, "peers": peers} for entry in FRONT_ENDS]
    mine = [line for line in matrix_of(found).lines if line.source == ("Monitoring and others",)]
    assert {line.destination for line in mine} == {("Front End Servers",)}
    (line,) = [line for line in mine if line.transport == "tcp"]
    assert {"server-04", "server-06"} <= set(rows(line))
    assert not {"server-03", "server-32"} & set(rows(line)), "open to anybody; and where it is not they who connect"


def test_clients_of_several_places_have_names_of_their_own() -> None:
    places = [
        {**FRONT_ENDS[0], "client_networks": ["10.9.0.0/16"]},
        {**FRONT_ENDS[1], "client_networks": ["10.8.0.0/16"]},
    ]
    matrix = matrix_of(places)
    ends = {line.source: line.destination for line in matrix.lines if "server-03" in rows(line)}
    assert ends["Clients and phones (10.9.0.0/16)",] == ("fe01",)
    assert ends["Clients and phones (10.8.0.0/16)",] == ("fe02",)
    assert [line.source for line in matrix.lines if "client-07" in rows(line)] == [
        ("Clients and phones (10.8.0.0/15)",)
    ]


def test_traffic_from_elsewhere_is_put_in_its_place() -> None:
    """As that of load balancers: clients to a virtual address, and the device to members that are hosts."""
    (row,) = [row.row for line in lines(*FRONT_ENDS, row="server-03") for row in line.rows if row.row.id == "server-03"]
    virtual = End("Virtual address of pool a", ("10.3.0.9",))
    device = End("Load balancers", ("10.3.0.5",))
    members = End("", hosts=frozenset({"fe01", "fe02"}))
    more = [
        Traffic(End("Clients and servers", anybody=True), virtual, "tcp", PortSet.of(5061), row),
        Traffic(device, members, "tcp", PortSet.of(5061), row),
    ]
    matrix = matrix_of(FRONT_ENDS, more)
    ends = {(line.source, line.destination): str(line.ports) for line in matrix.lines if "server-03" in rows(line)}
    assert ends[("Clients and servers",), ("Virtual address of pool a",)] == "5061"
    assert "5061" in ends[("Load balancers",), ("Front End Servers",)].split(",")


def test_an_unknown_address_says_so() -> None:
    matrix = matrix_of([{**MEDIATION, "addresses": []}])
    assert matrix.unaddressed == ("med01",)
    assert "lync\\_firewall\\_addresses of each host: med01" in as_markdown(matrix)


def test_a_peer_without_an_address_is_listed_by_name() -> None:
    peers = {"front_end": ["10.1.0.8", "fe02.example.com"], "load_balancer": [], "branch_appliance": []}
    assert sources({**MEDIATION, "peers": peers}, row="server-46") == {
        "Front End Servers": ["10.1.0.8", "fe02.example.com"]
    }


def test_a_keyword_of_windows_among_peers_is_listed_by_its_name() -> None:
    """What it means, the host alone knows: it is no address in the network between."""
    peers = {**PEERS, "front_end": ["10.1.0.8", "LocalSubnet"], "branch_appliance": []}
    found = sources({**MEDIATION, "peers": peers}, row="server-46")
    assert found["Front End Servers"] == ["10.1.0.8", "LocalSubnet"]


def test_ends_without_an_address_have_names_of_their_own_too() -> None:
    (row,) = [row.row for line in lines(*FRONT_ENDS, row="server-03") for row in line.rows if row.row.id == "server-03"]
    virtual = End("Virtual address of pool a", ("10.3.0.9",))
    more = [
        Traffic(End("Clients and servers", anybody=True, outside=outside), virtual, "tcp", PortSet.of(5061), row)
        for outside in (False, True)
    ]
    found = [line.source for line in matrix_of(FRONT_ENDS, more).lines if line.destination == (virtual.label,)]
    assert len(found) == len(set(found)) == 2, "who is anybody and who is outside are two"
    assert all(name.startswith("Clients and servers (") for (name,) in found)


def test_machines_that_are_no_servers_of_lync_have_a_name_in_common() -> None:
    (row,) = [row.row for line in lines(*FRONT_ENDS, row="server-03") for row in line.rows if row.row.id == "server-03"]
    others = [host("x1", "10.1.0.31", "client"), host("x2", "10.1.0.32", "client")]
    members = End("", hosts=frozenset({"x1", "x2"}))
    more = [Traffic(End("Monitoring", ("10.9.0.1",)), members, "tcp", PortSet.of(5061), row)]
    matrix = matrix_of([*FRONT_ENDS, *others], more)
    assert [line.destination for line in matrix.lines if line.source == ("Monitoring",)] == [("Servers",)]


def test_a_wrong_option_names_the_host() -> None:
    with pytest.raises(OptionError, match="skip_rows: med01: there is no row 'x'"):
        matrix_of([host("med01", "10.1.0.20", "mediation", skip_rows=["x"])])


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("fe01", "must be a list of hosts"),
        ([{"name": "x"}], "a dict with name and roles"),
        ([{"name": "x", "roles": ["nobody"]}], "options: x: value of roles must be one or more of: .*nobody"),
        ([{"name": "x", "roles": ["director"], "options": {"colour": "red"}}], "colour"),
    ],
)
def test_the_filters_name_what_is_wrong(given: Any, message: str) -> None:
    for name in (lync_matrix_csv, lync_matrix_json, lync_matrix_markdown):
        with pytest.raises(AnsibleFilterError, match=message):
            name(given)


def test_the_filters_write_what_the_functions_do() -> None:
    assert lync_matrix_csv([MEDIATION]) == as_csv(matrix_of([MEDIATION]))
    assert lync_matrix_json([MEDIATION]) == as_json(matrix_of([MEDIATION]))
    assert lync_matrix_markdown([MEDIATION]) == as_markdown(matrix_of([MEDIATION]))
