# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The extended ruleset: 91 rows that stay as they are, and additions that stay apart from them.

The expected ports are written out by hand from the Microsoft pages that each row cites as its source.
"""

from __future__ import annotations

import json

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._catalogue import catalogue
from ansible_collections.lyncops.firewall.plugins.module_utils._catalogue.additions import ADDITIONS
from ansible_collections.lyncops.firewall.plugins.module_utils._catalogue.model import Requirement
from ansible_collections.lyncops.firewall.plugins.module_utils._catalogue.products import ABOUT
from ansible_collections.lyncops.firewall.plugins.module_utils._catalogue.words import (
    HOST_ROLES,
    LYNC_SERVERS,
    Disposition,
    Peer,
    Product,
    Role,
    Ruleset,
    Table,
    Transport,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.policy import build_policy

# An Edge Server stands alone, and has no additions.
ALL_ROLES = [role.value for role in ABOUT[Product.LYNC_2013].roles if role is not Role.EDGE]

# Role to transport and ports: what the page forgets.
FORGOTTEN: dict[str, set[tuple[str, str]]] = {
    "front_end": {
        ("tcp", ports)
        for ports in ("5090-5094", "5077", "9001", "5088-5089", "5098", "5095-5096", "50001-50003", "445")
    }
    | {("tcp", "49152-65535")},
    "director": {("tcp", "8080"), ("tcp", "4443"), ("tcp", "50001-50003"), ("tcp", "445")},
    "mediation": {("tcp", "50001-50003"), ("tcp", "445")},
    "persistent_chat": {("tcp", "50001-50003"), ("tcp", "445"), ("tcp", "8011")},
    "central_management": {("tcp", "50001-50003"), ("tcp", "445")},
    "office_web_apps": {("tcp", "809"), ("tcp", "80")},
    "sql": {("tcp", "1433"), ("udp", "1434"), ("tcp", "5022"), ("tcp", "7022")},
}


@pytest.mark.parametrize("role", list(FORGOTTEN))
def test_each_role_gets_what_the_page_forgets(role: str) -> None:
    rows = catalogue.for_roles(frozenset({Role(role)}), Ruleset.EXTENDED)
    added = {
        (transport.value, str(row.ports)) for row in rows if row.table is Table.ADDITION for transport in row.transports
    }
    assert added == FORGOTTEN[role]


def test_the_91_are_untouched_and_come_first() -> None:
    assert len(catalogue.ALL) == 91
    assert not [row.id for row in catalogue.ALL if row.table is Table.ADDITION]
    assert catalogue.rows() == catalogue.rows(Ruleset.DOCUMENTED) == catalogue.ALL
    assert catalogue.rows(Ruleset.EXTENDED) == catalogue.EXTENDED
    assert catalogue.EXTENDED[:91] == catalogue.ALL
    assert [row.id for row in catalogue.EXTENDED[91:]] == [
        row.id for row in ADDITIONS if Product.LYNC_2013 in row.products
    ]


@pytest.mark.parametrize("row", ADDITIONS, ids=lambda row: row.id)
def test_an_addition_says_what_it_is_and_where_it_comes_from(row: Requirement) -> None:
    assert row.table is Table.ADDITION
    assert row.disposition in (Disposition.LISTEN, Disposition.CLIENT), "an addition opens a port of its own host"
    assert row.ports or row.id in ("add-23", "add-24"), "no page has the ports of a Video Interop Server's two"
    assert row.transports
    assert row.roles
    assert set(row.roles) <= {*HOST_ROLES, Role.CLIENT, Role.FILE_STORE}
    assert row.peers
    assert (Peer.ANY in row.peers) == (row.id in ("add-18", "add-19", "add-20", "add-24")), "media, and a farm's web"
    assert row.feature is None
    assert len(row.service) > 3
    assert len(row.note) > 20
    assert len(row.source) > 20
    assert "table" not in row.source.split(",")[-1], "not a row of the page"
    shown = catalogue.by_id(row.id)
    assert (shown.id, shown.ports, shown.source) == (row.id, row.ports, row.source)
    assert json.loads(json.dumps(row.to_dict()))["ports"] == str(row.ports)


def test_ids_count_from_one_without_a_gap() -> None:
    assert [row.id for row in ADDITIONS] == [f"add-{number:02}" for number in range(1, len(ADDITIONS) + 1)]
    assert len({row.id for row in catalogue.EXTENDED}) == len(catalogue.EXTENDED)


def test_no_addition_repeats_what_the_page_has_for_the_same_role() -> None:
    """Were a row on the page after all, it would be no addition; 49152-65535 is there for media, not for RPC."""
    documented = {
        (role, transport, port)
        for row in catalogue.ALL
        if row.disposition is Disposition.LISTEN and row.id not in ("server-28", "server-39", "server-10")
        for role in row.roles
        for transport in row.transports
        for port in row.ports
    }
    repeated = {
        (row.id, role.value)
        for row in ADDITIONS
        if row.id not in ("add-11", "add-19")
        for role in row.roles
        for transport in row.transports
        for port in row.ports
        if (role, transport, port) in documented
    }
    assert repeated == set()


def test_a_near_miss_of_an_additions_id_names_it() -> None:
    with pytest.raises(catalogue.RowError, match=r"nearest: add-09\); the ids are .*add-01 to add-25"):
        catalogue.by_id("ADD 9")


@pytest.mark.parametrize("roles", [[role] for role in ALL_ROLES] + [ALL_ROLES])
def test_documented_has_rows_of_the_91_only(roles: list[str]) -> None:
    ids = {row.id for row in catalogue.ALL}
    policy = build_policy(roles, ruleset="documented", features=["remote_call_control"])
    assert {demand.requirement.id for demand in policy.demands} <= ids
    assert {row for rows in policy.rows.values() for row in rows} <= ids


@pytest.mark.parametrize("roles", [[role] for role in ALL_ROLES] + [ALL_ROLES])
def test_extended_only_adds(roles: list[str]) -> None:
    """No port, and no row, is lost by asking for more."""

    def opened(ruleset: str) -> set[tuple[str, int, int]]:
        return {
            (desired.rule.direction.value if desired.rule.direction else "", desired.rule.protocol or 0, port)
            for desired in build_policy(roles, ruleset=ruleset).rules
            for port in (desired.rule.remote_ports if desired.rule.local_ports.is_any else desired.rule.local_ports)
        }

    documented, extended = (build_policy(roles, ruleset=name) for name in ("documented", "extended"))
    assert opened("documented") <= opened("extended")
    kept = [demand for demand in extended.demands if demand.requirement.table is not Table.ADDITION]
    assert [demand.requirement.id for demand in kept] == [demand.requirement.id for demand in documented.demands]


def test_a_back_end_has_rows_in_the_extended_ruleset_only() -> None:
    assert build_policy(["sql"]).rules == ()
    rules = build_policy(["sql"], ruleset="extended").rules
    assert [desired.key for desired in rules] == ["in-tcp-1433", "in-tcp-5022", "in-tcp-7022", "in-udp-1434"]
    assert Role.SQL not in LYNC_SERVERS, "a back end holds no replica"
    assert not [row.id for row in catalogue.ALL if Role.SQL in row.roles]


def test_transports_are_what_the_protocol_says() -> None:
    udp = [row.id for row in ADDITIONS if Transport.UDP in row.transports]
    assert udp == ["add-13", "add-19", "add-20", "add-24"], "SQL Browser, and media"
