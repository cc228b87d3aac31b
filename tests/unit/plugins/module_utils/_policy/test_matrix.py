# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The traffic matrix: every demand of every host is in it, between the right ends."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.lyncops.firewall.plugins.filter.matrix import lync_matrix_csv, lync_matrix_markdown
from ansible_collections.lyncops.firewall.plugins.module_utils._options.reading import OptionError
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.matrix import (
    COLUMNS,
    Flow,
    flows,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.matrix_texts import as_csv, as_markdown
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.policy import build_policy

PEERS = {"front_end": ["10.1.0.8/31"], "load_balancer": ["10.3.0.5"], "gateway": ["10.2.0.5"], "director": []}


def host(name: str, address: str, *roles: str, **options: Any) -> dict[str, Any]:
    return {"name": name, "addresses": [address], "roles": list(roles), "peers": PEERS, "options": options}


FRONT_ENDS = [host("fe01", "10.1.0.8", "front_end"), host("fe02", "10.1.0.9", "front_end")]
MEDIATION = host("med01", "10.1.0.20", "mediation")


def lines(*hosts: dict[str, Any], row: str) -> list[Flow]:
    return [flow for flow in flows(hosts) if row in flow.rows.split()]


def test_every_demand_of_every_host_is_there_with_its_ports() -> None:
    found = flows([*FRONT_ENDS, MEDIATION])
    for entry in [*FRONT_ENDS, MEDIATION]:
        for demand in build_policy(entry["roles"]).demands:
            row = demand.requirement
            mine = [flow for flow in found if row.id in flow.rows.split()]
            ends = " ".join(f"{flow.source} {flow.destination}" for flow in mine)
            assert entry["name"] in ends, row.id
            assert {flow.transport for flow in mine} == {transport.value for transport in row.transports}
            assert {flow.ports for flow in mine} == {str(row.ports)}


def test_hosts_that_let_the_same_in_share_a_line() -> None:
    (sip,) = lines(*FRONT_ENDS, row="server-03")
    assert (sip.source, sip.source_addresses) == ("Clients and servers", "any")
    assert (sip.destination, sip.destination_addresses) == ("fe01, fe02", "10.1.0.8, 10.1.0.9")


def test_who_connects_is_named_and_nobody_gets_no_line() -> None:
    sources = {flow.source: flow.source_addresses for flow in lines(*FRONT_ENDS, row="server-04")}
    assert sources == {
        "Front End Servers": "10.1.0.8/31",
        "Load balancers": "10.3.0.5",
        "Survivable Branch Appliances": "not known",
    }


def test_an_outbound_row_starts_at_the_host() -> None:
    (gateway,) = lines(*FRONT_ENDS, row="server-32")
    assert (gateway.source, gateway.destination, gateway.ports) == ("fe01, fe02", "Gateways", "5066")


def test_a_pbx_on_a_trunk_is_a_gateway() -> None:
    assert [flow.source for flow in lines(MEDIATION, row="server-47")] == ["Gateways"]


def test_configured_ports_and_client_networks_count() -> None:
    moved = host("fe01", "10.1.0.8", "front_end", port_overrides={"server-03": 6061})
    peers = {"director": ["10.3.0.1"], "edge": []}
    found = lines({**moved, "client_networks": ["10.9.0.0/16"], "peers": peers}, row="server-03")
    assert {flow.ports for flow in found} == {"6061"}
    addresses = {flow.source: flow.source_addresses for flow in found}
    assert addresses["Clients and servers"] == "10.9.0.0/16"
    assert addresses["Directors"] == "10.3.0.1", "servers connect to the same ports from outside the clients' networks"
    assert "Edge Servers" not in addresses


def test_without_clients_the_servers_on_the_same_ports_are_left() -> None:
    entry = {**FRONT_ENDS[0], "client_networks": [], "peers": {"edge": ["10.4.0.1"], "mediation": []}}
    found = {flow.source: flow.source_addresses for flow in lines(entry, row="server-03")}
    assert found["Edge Servers"] == "10.4.0.1"
    assert "Clients and servers" not in found
    assert "Mediation Servers" not in found, "nobody"
    assert found["Load balancers"] == "not known"


def test_rows_between_the_same_ends_on_the_same_ports_share_a_line() -> None:
    (web,) = lines(*FRONT_ENDS, row="server-12")
    assert web.rows == "server-12 server-19"


def test_it_does_not_depend_on_the_order_of_hosts() -> None:
    hosts = [*FRONT_ENDS, MEDIATION]
    assert flows(hosts) == flows(hosts[::-1])


def test_csv_can_be_read_back_and_holds_no_formula() -> None:
    hostile = host("=cmd()", "10.1.0.8", "director")
    table = list(csv.DictReader(io.StringIO(as_csv(flows([hostile])))))
    assert tuple(table[0]) == COLUMNS
    assert len(table) == len(flows([hostile]))
    assert {row["destination"] for row in table} == {"'=cmd()"}
    assert all(line.count('","') == len(COLUMNS) - 1 for line in as_csv(flows([hostile])).splitlines()), "all quoted"


def test_markdown_has_a_table_for_each_destination_and_no_broken_cell() -> None:
    matrix = flows([host("a|b\n# c", "10.1.0.8", "director"), MEDIATION])
    text = as_markdown(matrix)
    assert text.count("\n## To ") == len({flow.destination for flow in matrix})
    assert "a\\|b # c" in text
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert {line.replace("\\|", "").count("|") for line in rows} == {len(COLUMNS) - 1}


def test_an_unknown_address_says_so() -> None:
    entry = {**MEDIATION, "addresses": []}
    assert {flow.destination_addresses for flow in lines(entry, row="server-46")} == {"not known"}


def test_a_peer_without_an_address_is_listed_by_name() -> None:
    peers = {"front_end": ["10.1.0.8", "fe02.example.com"], "load_balancer": [], "branch_appliance": []}
    entry = {**MEDIATION, "peers": peers}
    assert {flow.source_addresses for flow in lines(entry, row="server-46")} == {"10.1.0.8, fe02.example.com"}


def test_a_wrong_option_names_the_host() -> None:
    with pytest.raises(OptionError, match="skip_rows: med01: there is no row 'x'"):
        flows([host("med01", "10.1.0.20", "mediation", skip_rows=["x"])])


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
    for name in (lync_matrix_csv, lync_matrix_markdown):
        with pytest.raises(AnsibleFilterError, match=message):
            name(given)


def test_the_filters_write_what_the_functions_do() -> None:
    assert lync_matrix_csv([MEDIATION]) == as_csv(flows([MEDIATION]))
    assert lync_matrix_markdown([MEDIATION]) == as_markdown(flows([MEDIATION]))
