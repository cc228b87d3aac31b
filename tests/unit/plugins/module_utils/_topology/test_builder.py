# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Topology Builder's file: both halves, branches, SQL instances."""

from __future__ import annotations

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._topology.model import TopologyError
from ansible_collections.lyncops.firewall.tests.unit.plugins.module_utils._topology.small import (
    IN_ROLES,
    IN_TOPOLOGY,
    builder,
    cluster,
    inventory,
    machine,
    partial,
    port,
    published,
    read,
    registrar,
    writable_cluster,
    writable_service,
)

POOL = writable_cluster("C1", "pool.contoso.com", machine("fe01.contoso.com"), machine("fe02.contoso.com"))
REGISTRAR = f'<RegistrarService {IN_ROLES} IsDirector="false" />'
FRONT_END = writable_service("Registrar", "c1", port(5061), details=REGISTRAR)


def test_it_says_the_same_as_the_published_layout() -> None:
    theirs = builder(NewTopology=partial(POOL, FRONT_END))
    ours = published(
        cluster(1, "pool.contoso.com", machine("fe01.contoso.com"), machine("fe02.contoso.com")),
        registrar(1, port(5061)),
    )
    assert inventory(theirs) == inventory(ours)


def test_a_single_machine_has_the_name_of_its_cluster() -> None:
    made = inventory(builder(NewTopology=partial(writable_cluster("c", "xSQL1.contoso.com", machine()))))
    assert list(made.hosts) == ["xSQL1.contoso.com"]


def test_a_service_in_an_instance_of_sql() -> None:
    sql = writable_cluster("{C2}", "sql.contoso.com", machine(), sql="{I1}")
    services = FRONT_END + writable_service("UserStore", "i1")
    made = inventory(builder(NewTopology=partial(POOL + sql, services)))
    assert made.groups["lync_sql"] == ("sql.contoso.com",)


def test_sql_without_a_database_of_lyncs() -> None:
    """A witness, or the mirror of a back end."""
    witness = writable_cluster("c2", "witness.contoso.com", machine(), sql="i1")
    made = inventory(builder(NewTopology=partial(POOL + witness, FRONT_END)))
    assert made.groups["lync_sql"] == ("witness.contoso.com",)


def test_a_branch_appliance() -> None:
    site = (
        f'<RemoteSite SiteId="2"><Name {IN_TOPOLOGY}>Branch</Name><Clusters>'
        f"{writable_cluster('c2', 'sba.contoso.com', machine())}</Clusters></RemoteSite>"
    )
    services = FRONT_END + (
        writable_service("Registrar", "c2", details=REGISTRAR, unique_id="r2")
        + writable_service("MediationServer", "c2")
    )
    made = inventory(builder(NewTopology=partial(POOL, services, branch=site)))
    assert made.groups["lync_branch_appliance"] == made.groups["lync_site_Branch"] == ("sba.contoso.com",)


CHANGED = writable_service("Registrar", "c1", port(5065), details=REGISTRAR)


@pytest.mark.parametrize("other", ["OriginalTopology", "PublishedTopology", "OldTopology"])
@pytest.mark.parametrize(("half", "ports"), [("published", "5061"), ("new", "5065")])
def test_halves_that_differ(other: str, half: str, ports: str) -> None:
    text = builder(**{"NewTopology": partial(POOL, CHANGED), other: partial(POOL, FRONT_END)})
    made = inventory(text, half)
    assert [item["ports"] for item in made.hosts["fe01.contoso.com"]["lync_ports"]] == [ports]
    (warning,) = made.warnings
    assert f"differs from the published one; the {half} one was read" in warning


def test_halves_that_agree_are_not_worth_a_word() -> None:
    text = builder(NewTopology=partial(POOL, "\n" + FRONT_END), OldTopology=partial(POOL, FRONT_END))
    assert inventory(text).warnings == ()


def test_a_half_in_the_published_layout() -> None:
    half = published(cluster(1, "old.contoso.com", machine()), registrar(1)).partition("\n")[2]
    text = builder(NewTopology=partial(POOL, FRONT_END), OriginalTopology=half)
    assert list(inventory(text).hosts) == ["old.contoso.com"]
    assert list(inventory(text, "new").hosts) == ["fe01.contoso.com", "fe02.contoso.com"]


def test_an_empty_half_is_none() -> None:
    assert inventory(builder(NewTopology=partial(POOL, FRONT_END), OriginalTopology="")).warnings == ()


def test_only_an_unpublished_half() -> None:
    text = builder(NewTopology=partial(POOL, FRONT_END, is_published="false"))
    assert "has not published (IsPublished is not true)" in inventory(text).warnings[0]
    assert inventory(text, "new").warnings == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (builder(), "<TopologyBuilder> holds no <NewTopology>"),
        (builder(OriginalTopology=partial(POOL)), "<TopologyBuilder> holds no <NewTopology>"),
        (builder(NewTopology="<Nothing />"), "<NewTopology> holds neither a <PartialTopology> nor a <Topology>"),
        (
            builder(NewTopology=partial(POOL), OldTopology=partial(POOL), OtherTopology=partial(POOL)),
            "has more than two halves: OldTopology, OtherTopology",
        ),
        (builder(NewTopology=partial(POOL, writable_service("Registrar", "c9"))), "installed on 'c9', a pool that"),
        (builder(NewTopology=partial(POOL, writable_service("Registrar", ""))), "'Registrar' is installed nowhere"),
        (builder(NewTopology=partial(POOL.replace('UniqueId="C1"', ""))), "<Cluster> has no UniqueId"),
    ],
)
def test_what_cannot_be(text: str, message: str) -> None:
    with pytest.raises(TopologyError) as caught:
        read(text)
    assert message in caught.value.message
