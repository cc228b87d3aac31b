# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Load balancers in the traffic matrix: clients to virtual addresses, the device to the members and their checks."""

from __future__ import annotations

from typing import Any

from ansible_collections.lyncops.firewall.plugins.module_utils._policy.balanced_table import BalancedTraffic
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.matrix import matrix_of
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.matrix_balanced import of_balanced

PEERS = {"front_end": ["10.1.0.8/31"], "load_balancer": ["10.3.0.5"], "director": [], "reverse_proxy": ["10.6.0.1"]}
HOSTS = [
    {"name": name, "addresses": [address], "roles": ["front_end"], "pool": "a", "peers": PEERS, "options": {}}
    for name, address in (("fe01", "10.1.0.8"), ("fe02", "10.1.0.9"))
]


def leg(
    sources: tuple[str, ...], row: str, port: int, virtual: str = "", address: str = "", hosts: tuple[str, ...] = ()
) -> BalancedTraffic:
    return BalancedTraffic(sources, "a", virtual, (address,) if address else (), hosts, "tcp", port, row)


LEGS = [
    leg(("any",), "hlb-01", 5061, "sip", "10.3.1.1"),
    leg(("front_end", "director", "branch_appliance"), "hlb-02", 444, "sip", "10.3.1.1"),
    leg(("reverse_proxy", "front_end"), "hlb-07", 4443, "web_external", "10.3.1.2"),
    leg(("load_balancer",), "hlb-01", 5061, hosts=("fe01", "fe02", "elsewhere")),
    leg(("load_balancer",), "server-03", 5061, hosts=("fe01",)),
    leg(("load_balancer",), "hlb-02", 444, hosts=("elsewhere",)),
]


def lines(hosts: list[dict[str, Any]]) -> dict[tuple[str, str], tuple[str, list[str]]]:
    """Source and destination to ports and rows, of lines that load balancers are on."""
    matrix = matrix_of(hosts, of_balanced(LEGS, hosts))
    return {
        (", ".join(line.source), ", ".join(line.destination)): (str(line.ports), [row.row.id for row in line.rows])
        for line in matrix.lines
        if any(row.row.id.startswith("hlb-") or "Load balancers" in line.source for row in line.rows)
    }


def test_both_legs_are_lines() -> None:
    found = lines(HOSTS)
    assert found["Clients and servers", "SIP address of a"] == ("5061", ["hlb-01"])
    assert found["Front End Servers", "SIP address of a"] == ("444", ["hlb-02"])
    assert found["Reverse proxies", "External web address of a"] == ("4443", ["hlb-07"])
    ports, rows = found["Load balancers", "Front End Servers"]
    assert "5061" in ports.split(",")
    assert "server-04" in rows, "on one line with what the members' own rows ask for"
    assert "hlb-02" not in rows, "a member that is not of this matrix has no line"
    assert found["Load balancers", "fe01"] == ("5061", ["server-03"])


def test_who_is_not_known_is_asked_and_nobody_has_no_line() -> None:
    matrix = matrix_of(HOSTS, of_balanced(LEGS, HOSTS))
    (asked,) = [question for question in matrix.questions if question.peer == "branch_appliance"]
    assert ("SIP address of a",) in [line.destination for line in asked.lines]
    assert not any("Directors" in line.source for line in matrix.lines)


def test_clients_come_from_their_networks_where_these_are_known() -> None:
    found = lines([{**host, "client_networks": ["10.9.0.0/16"]} for host in HOSTS])
    assert found["Clients and phones", "SIP address of a"] == ("5061", ["hlb-01"])
    assert found["Front End Servers", "SIP address of a"] == ("444,5061", ["hlb-01", "hlb-02"])


def test_a_device_does_not_connect_to_its_own_virtual_addresses() -> None:
    """Also where these are among the addresses that are said of it."""
    peers = {**PEERS, "load_balancer": ["10.3.0.5", "10.3.1.1"]}
    hosts = [{**host, "peers": peers, "client_networks": ["10.9.0.0/16"]} for host in HOSTS]
    found = lines(hosts)
    assert ("Load balancers", "Front End Servers") in found
    assert {source for source, destination in found if destination.endswith(" of a")} >= {"Clients and phones"}
    assert not [source for source, destination in found if destination.endswith(" of a") and "Load bal" in source]


def test_a_line_from_clients_straight_to_a_member_says_that_the_device_has_that() -> None:
    hosts = [{**host, "client_networks": ["10.9.0.0/16"]} for host in HOSTS]
    for clients, name in ((hosts, "Clients and phones"), (HOSTS, "Clients and servers")):
        matrix = matrix_of(clients, of_balanced(LEGS, clients))
        found = {
            (", ".join(line.source), row.row.id): "through a device that keeps their addresses" in row.row.note
            for line in matrix.lines
            if set(line.listeners) & {"fe01", "fe02"}
            for row in line.rows
        }
        assert found[name, "server-03"]
        assert not found[name, "server-07"], "no device carries that"
        assert {source for (source, _row), says in found.items() if says} == {name}
        plain = matrix_of(clients)
        assert not any("virtual address" in row.row.note for line in plain.lines for row in line.rows)


def test_an_audit_says_who_gets_in_by_the_members_rows_alone() -> None:
    by_row = {(traffic.row.id, traffic.audited) for traffic in of_balanced(LEGS, HOSTS)}
    assert by_row == {("hlb-01", False), ("hlb-02", False), ("hlb-07", False), ("server-03", True)}
