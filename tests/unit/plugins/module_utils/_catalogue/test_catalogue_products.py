# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The catalogue by product, against the rows of the page of Skype for Business Server, one by one."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._catalogue import catalogue
from ansible_collections.lyncops.firewall.plugins.module_utils._catalogue.model import Requirement
from ansible_collections.lyncops.firewall.plugins.module_utils._catalogue.products import ABOUT, called, roles_of
from ansible_collections.lyncops.firewall.plugins.module_utils._catalogue.role_names import RoleError
from ansible_collections.lyncops.firewall.plugins.module_utils._catalogue.words import (
    HOST_ROLES,
    Product,
    Role,
    Ruleset,
    Table,
)

SKYPE = tuple(product for product in Product if product is not Product.LYNC_2013)

# Additions of the data that the catalogue has under ids of its own, which earlier releases gave.
SAME = {
    "skype-02": "add-19",
    "skype-03": "add-20",
    "skype-04": "add-21",
    "skype-05": "add-22",
    "skype-06": "add-23",
    "skype-07": "add-24",
    "skype-08": "add-16",
    "skype-09": "add-07",
    "skype-10": "server-40",  # by its own words the same listener
    "skype-11": "add-25",
    "skype-12": "add-18",
    "skype-13": "add-17",
    "skype-14": "add-01",
    "skype-15": "add-02",
    "skype-16": "add-03",
    "skype-17": "add-04",
    "skype-18": "add-05",
    "skype-19": "add-06",
    "skype-20": "add-14",
    "skype-21": "add-15",
}
ROLES = {
    "All Servers": {role.value for role in HOST_ROLES} - {"office_web_apps", "office_online", "edge", "sql"},
    "All internal servers": {"front_end", "mediation"},
    "Front End Servers": {"front_end"},
    "Front End Servers that also run a Collocated Mediation Server": {"collocated_mediation"},
    "Front End Servers where the Central Management store resides": {"central_management"},
    "Office Web Apps Servers": {"office_web_apps", "office_online"},
    "Directors": {"director"},
    "Mediation Servers": {"mediation"},
    "Persistent Chat Front End Server": {"persistent_chat"},
    "Front End Server load balancer": {"front_end_load_balancer"},
    "Front End Server load balancer (if the pool also runs Mediation Server)": {"front_end_load_balancer"},
    "Director load balancer": {"director_load_balancer"},
    "Mediation Server load balancer": {"mediation_load_balancer"},
    "Clients": {"client"},
    "Video Interop Servers": {"video_interop"},
    "All servers": {role.value for role in HOST_ROLES} - {"office_web_apps", "office_online", "edge", "sql"},
    "Office Online Server / Office Web Apps Servers": {"office_web_apps", "office_online"},
    "File store host": {"file_store"},
    "SQL back end": {"sql"},
}


@pytest.fixture(name="source", scope="module")
def fixture_source(shared_dir: Path) -> list[dict[str, Any]]:
    """The rows as they were taken from the page and from elsewhere."""
    path = shared_dir / "seed" / "skype_rows.json"
    if not path.is_file():
        pytest.skip(f"the source's rows are not here: {path}")
    rows: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return rows


def _of(source: list[dict[str, Any]], product: Product) -> list[dict[str, Any]]:
    on_page = [row for row in source if product in row["products"] and row["table"] != "addition"]
    place = {row.id: number for number, row in enumerate(catalogue.EVERY)}
    return sorted(on_page, key=lambda row: place[row["id"]])


def _ports(cell: str) -> set[int]:
    found: set[int] = set()
    for item in cell.removesuffix(" *").split("/"):
        first, _dash, last = item.partition("-")
        found.update(range(int(first), int(last or first) + 1) if item else ())
    return found


def _transports(cell: str) -> set[str]:
    udp, tcp = "UDP" in cell or cell == "DHCP", re.search("TCP|HTTP|SMB|DCOM", cell)
    return {*(("udp",) if udp else ()), *(("tcp",) if tcp else ())}


@pytest.mark.parametrize(
    ("product", "count"),
    [(Product.LYNC_2013, 91), (Product.SKYPE_2015, 91), (Product.SKYPE_2019, 89), (Product.SKYPE_SE, 89)],
)
def test_rows_of_a_product_are_those_of_the_data(source: list[dict[str, Any]], product: Product, count: int) -> None:
    expected = [row["id"] for row in _of(source, product)]
    assert [row.id for row in catalogue.rows(Ruleset.DOCUMENTED, product)] == expected
    assert len(expected) == count


@pytest.mark.parametrize("product", SKYPE)
def test_each_row_is_the_datas(source: list[dict[str, Any]], product: Product) -> None:
    """Ports, protocol, transports, roles, disposition, service, table, and the number on the page."""
    has = {role.value for role in ABOUT[product].roles}
    hosts = {role.value for role in HOST_ROLES}
    for entry in _of(source, product):
        row = catalogue.by_id(entry["id"], product)
        assert set(row.ports) == _ports(entry["port"]), row.id
        assert row.protocol.replace("\N{EN DASH}", "-") == entry["protocol"].replace("\N{EN DASH}", "-"), row.id
        assert {transport.value for transport in row.transports} == (_transports(entry["protocol"]) or {"tcp"}), row.id
        assert row.disposition == entry["disposition"], row.id
        meant = {"phone"} if "phone" in entry["role"] else ROLES[entry["role"]]
        assert {role.value for role in row.roles} == {role for role in meant if role in has or role not in hosts}
        assert row.table == entry["table"], row.id
        if entry["service"]:
            assert row.service == entry["service"], row.id
        number = catalogue_number(row)
        if product is Product.SKYPE_2015:
            assert number == entry["page_row"], row.id
        assert "Skype for Business Server: Port and protocol" in row.source, row.id


def catalogue_number(row: Requirement) -> int:
    """The row's number on the page, from its source."""
    return int(row.source.rpartition(" ")[2])


def test_additions_are_those_of_the_data(source: list[dict[str, Any]]) -> None:
    """Each with its ports, its host, its products, and the products that have it in doubt."""
    additions = [row for row in source if not row["on_page"] and row["id"] != "dnslb-06"]
    assert {row["id"] for row in additions} == set(SAME)
    for entry in additions:
        row = next(row for row in catalogue.EVERY if row.id == SAME[entry["id"]])
        assert set(row.ports) == _ports(entry["port"]), row.id
        assert {role.value for role in row.roles} == ROLES[entry["role"]], row.id
        assert row.disposition == entry["disposition"], row.id
        assert [product.value for product in row.products] == entry["products"], row.id
        assert [product.value for product in row.in_doubt] == entry["in_doubt"], row.id


def test_rows_in_doubt_are_in_the_extended_ruleset_with_a_caveat(source: list[dict[str, Any]]) -> None:
    for entry in source:
        for product in map(Product, entry["in_doubt"]):
            row_id = SAME.get(entry["id"], entry["id"])
            assert row_id not in [row.id for row in catalogue.rows(Ruleset.DOCUMENTED, product)]
            row = catalogue.by_id(row_id, product)
            assert row in catalogue.rows(Ruleset.EXTENDED, product)
            assert (row.caveat or "").rpartition("In doubt:")[1], row_id
            assert "In doubt" not in (catalogue.by_id(row_id, Product.LYNC_2013).caveat or "")


def test_rows_that_differ_are_few() -> None:
    """One table for all: what a product has of its own is told in place."""
    first, last = (catalogue.rows(Ruleset.EXTENDED, product) for product in (Product.SKYPE_2019, Product.SKYPE_SE))
    differing = [row.id for row, other in zip(first, last, strict=True) if row != other]
    assert set(differing) == {"server-40", "add-17", "add-18"}, "the viewer farm alone"
    assert Counter(row.id for row in catalogue.EVERY).most_common(1)[0][1] == 1


@pytest.mark.parametrize("product", Product)
def test_names_are_the_products(product: Product) -> None:
    """No product's row says another's name; what the documents say of others is in notes and caveats."""
    other = "Skype for Business" if product is Product.LYNC_2013 else "Lync Server"
    for row in catalogue.rows(Ruleset.EXTENDED, product):
        assert other not in row.service, row.id
        assert "Lync Server 2013" not in row.note, row.id
    assert catalogue.by_id("server-03", product).service == f"{ABOUT[product].brand} Front-End service"
    assert called(product.value) == ABOUT[product].name
    assert called("nothing") == "nothing"


@pytest.mark.parametrize(
    ("product", "role", "ports"),
    [
        (Product.LYNC_2013, Role.PERSISTENT_CHAT, "8011"),
        (Product.LYNC_2013, Role.OFFICE_WEB_APPS, "809"),
        (Product.LYNC_2013, Role.OFFICE_WEB_APPS, "80"),
        (Product.SKYPE_SE, Role.OFFICE_ONLINE, "443"),
        (Product.SKYPE_SE, Role.PERSISTENT_CHAT, "5041"),
        (Product.SKYPE_2019, Role.FRONT_END, "6008"),
        (Product.SKYPE_2015, Role.VIDEO_INTEROP, "6001"),
        (Product.SKYPE_2015, Role.VIDEO_INTEROP, "1434"),
    ],
)
def test_a_role_of_a_product_has_a_row(product: Product, role: Role, ports: str) -> None:
    found = catalogue.for_roles(frozenset({role}), Ruleset.EXTENDED, product)
    assert ports in [str(row.ports) for row in found]
    assert not [row.id for row in found if role not in row.roles]


@pytest.mark.parametrize(
    ("product", "role"),
    [
        (Product.LYNC_2013, "video_interop"),
        (Product.LYNC_2013, "office_online"),
        (Product.SKYPE_SE, "office_web_apps"),
        (Product.SKYPE_2019, "nothing"),
    ],
)
def test_a_role_that_a_product_has_not_is_refused_with_the_list(product: Product, role: str) -> None:
    with pytest.raises(RoleError) as caught:
        roles_of([role], product)
    assert f"{role!r} is no role of {ABOUT[product].name}" in str(caught.value)
    assert str(caught.value).partition(". ")[0].endswith(f"the roles are {', '.join(ABOUT[product].roles)}")


def test_a_row_that_a_product_has_not_is_named() -> None:
    with pytest.raises(catalogue.RowError, match="'dnslb-06' is no row of Skype for Business Server 2019"):
        catalogue.by_id("dnslb-06", Product.SKYPE_2019)
    with pytest.raises(catalogue.RowError, match=r"nearest: skype-01"):
        catalogue.by_id("skype-1", Product.SKYPE_2015)
    assert catalogue.by_id("skype-01").table is Table.SERVER
