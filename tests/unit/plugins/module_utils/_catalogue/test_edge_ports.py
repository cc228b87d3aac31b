# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Edge Server's rows, against those of Microsoft's pages, one by one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._catalogue import catalogue
from ansible_collections.lyncops.firewall.plugins.module_utils._catalogue.edge_ports import CONNECTIONS, EDGE_PORTS
from ansible_collections.lyncops.firewall.plugins.module_utils._catalogue.functions import functions_of
from ansible_collections.lyncops.firewall.plugins.module_utils._catalogue.words import (
    LYNC_SERVERS,
    Disposition,
    Peer,
    Product,
    Role,
    Ruleset,
)


@pytest.fixture(name="source", scope="module")
def fixture_source(shared_dir: Path) -> dict[str, list[dict[str, Any]]]:
    """The listeners and rows as they were taken from the pages."""
    path = shared_dir / "seed" / "edge_rows.json"
    if not path.is_file():
        pytest.skip(f"the source's rows are not here: {path}")
    found: dict[str, list[dict[str, Any]]] = json.loads(path.read_text(encoding="utf-8"))
    return found


def test_each_listener_is_the_sources(source: dict[str, list[dict[str, Any]]]) -> None:
    found = [
        {
            "id": row.id,
            "interface": str(row.interface),
            "transport": "/".join(transport.value.upper() for transport in row.transports),
            "port": str(row.ports),
            "app_protocol": row.protocol,
            "products": [product.value for product in row.products],
        }
        for row in EDGE_PORTS
    ]
    assert found == [{key: entry[key] for key in found[0]} for entry in source["listeners"]]
    assert len(found) == 16


def test_every_documented_listener_of_a_node_or_a_virtual_address_is_there(
    source: dict[str, list[dict[str, Any]]],
) -> None:
    """And nothing is there that no row of the product documents."""
    for product in Product:
        has = {
            (str(row.interface), row.transports[0].value.upper(), port)
            for row in catalogue.edge_rows(product)
            for port in _ends(str(row.ports))
        }
        documented = {
            (row["interface"], row["transport"], port)
            for row in source["rows"]
            if row["listener_on_edge"] and _is_of(row, product)
            for port in _ends(row["port"])
        }
        assert has == documented


def _is_of(row: dict[str, Any], product: Product) -> bool:
    """The page of Skype for Business has no row of its own for Subscription Edition, which is 2019 by code."""
    own = Product.SKYPE_2019 if product is Product.SKYPE_SE else product
    gone = own is Product.SKYPE_2019 and row["port"] in ("5269", "23456")
    return own.value in row["products"] and not gone


def _ends(ports: str) -> set[str]:
    first, _dash, last = ports.partition("-")
    return {str(port) for port in range(int(first), int(last or first) + 1)} if last and last < "5001" else {ports}


def test_what_it_connects_to_is_documented_and_is_no_listener(source: dict[str, list[dict[str, Any]]]) -> None:
    documented = {
        (row["interface"], row["transport"], row["port"]) for row in source["rows"] if row["direction"] == "outbound"
    }
    for row in CONNECTIONS:
        assert row.disposition is Disposition.CONNECT
        assert (str(row.interface), row.transports[0].value.upper(), str(row.ports)) in documented


@pytest.mark.parametrize(
    ("product", "count"),
    [(Product.LYNC_2013, 16), (Product.SKYPE_2015, 14), (Product.SKYPE_2019, 12), (Product.SKYPE_SE, 12)],
)
@pytest.mark.parametrize("ruleset", list(Ruleset))
def test_the_role_has_these_rows_and_no_other(product: Product, count: int, ruleset: Ruleset) -> None:
    rows = catalogue.for_roles(frozenset({Role.EDGE}), ruleset, product)
    assert len(rows) == count
    assert all(row.disposition is Disposition.LISTEN and row.interface for row in rows)


def test_what_it_connects_to_is_found_by_id_and_is_no_row_of_a_role() -> None:
    for row in CONNECTIONS:
        assert catalogue.by_id(row.id) == row
    assert str(catalogue.by_id("edge-connect-05", Product.SKYPE_SE).ports) == "5061"
    with pytest.raises(
        catalogue.RowError, match=r"'edge-connect-10' is no row of Skype.* edge-connect-01 to edge-connect-09"
    ):
        catalogue.by_id("edge-connect-10", Product.SKYPE_2019)
    assert not {row.id for row in catalogue.for_roles(frozenset(Role), Ruleset.EXTENDED)} & set(catalogue.CONNECTING)


def test_no_other_role_has_any_of_them() -> None:
    others = frozenset(role for role in Role if role is not Role.EDGE)
    assert not [row.id for row in catalogue.for_roles(others, Ruleset.EXTENDED) if row.interface]
    assert Role.EDGE not in LYNC_SERVERS


def test_everybody_may_connect_from_outside() -> None:
    outside = [row for row in EDGE_PORTS if row.interface and row.interface.is_external]
    assert {row.peers for row in outside} == {(Peer.ANY,)}


def test_rows_are_found_by_id_and_say_what_fails() -> None:
    row = catalogue.by_id("edge-listen-14", Product.SKYPE_2019)
    assert str(row.ports) == "4443"
    assert all(functions_of(row.id) for row in EDGE_PORTS)
    with pytest.raises(catalogue.RowError, match="edge-listen-01 to edge-listen-15"):
        catalogue.by_id("edge-listen-16", Product.SKYPE_2019)
