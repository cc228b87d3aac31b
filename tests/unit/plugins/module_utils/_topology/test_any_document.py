# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever a document holds, it becomes an inventory or an error of ours."""

from __future__ import annotations

import io
import json
from typing import Any

from ansible_collections.lyncops.firewall.plugins.module_utils._topology import document
from ansible_collections.lyncops.firewall.plugins.module_utils._topology.checks import check
from ansible_collections.lyncops.firewall.plugins.module_utils._topology.inventory import Inventory, build
from ansible_collections.lyncops.firewall.plugins.module_utils._topology.model import TopologyError
from ansible_collections.lyncops.firewall.tests.unit.plugins.module_utils._topology.small import (
    IN_ROLES,
    builder,
    cluster,
    machine,
    management,
    partial,
    port,
    published,
    registrar,
    service,
    writable_cluster,
    writable_service,
)
from hypothesis import example, given
from hypothesis import strategies as st

PUBLISHED = published(
    cluster(1, "pool.contoso.com", machine("fe01.contoso.com", ("Primary", "10.0.0.1")), machine("fe02.contoso.com")),
    registrar(1, port(5061)) + management(1, active="true") + service("UserStore", 1, sql=True),
)
WRITABLE = builder(
    NewTopology=partial(
        writable_cluster("c1", "pool.contoso.com", machine("fe01.contoso.com"), sql="i1"),
        writable_service("Registrar", "c1", port(5061), details=f'<RegistrarService {IN_ROLES} IsDirector="true" />')
        + writable_service("UserStore", "i1"),
    )
)
POOL: dict[str, Any] = {"Fqdn": "pool.contoso.com", "Site": "Site:A", "Computers": ["fe01.contoso.com"], "Services": []}
JSON = json.dumps(
    {"Pools": [POOL], "Services": [{"Role": "Registrar", "PoolFqdn": "pool.contoso.com", "SipPort": 5061}]}
)
DOCUMENTS = st.sampled_from([PUBLISHED.encode(), WRITABLE.encode(), JSON.encode()])


def read_or_refuse(data: bytes) -> Inventory | None:
    refusal = ""
    try:
        topology = document.read(io.BytesIO(data))
        check(topology)
    except TopologyError as error:
        refusal = str(error)
    if refusal:
        assert refusal.isprintable()
        return None
    made = build(topology)
    assert_plain(made)
    return made


def assert_plain(made: Inventory) -> None:
    """Only the types that every ansible-core takes, and no group with a host that is not there."""
    for variables in made.hosts.values():
        for value in variables.values():
            assert isinstance(value, (str, int, list, dict))
        json.dumps(variables)
    for members in made.groups.values():
        assert set(members) <= set(made.hosts)


def test_the_documents_are_good() -> None:
    for text in (PUBLISHED, WRITABLE, JSON):
        assert read_or_refuse(text.encode()) is not None


@given(DOCUMENTS, st.lists(st.tuples(st.floats(0, 1), st.integers(0, 3), st.binary(max_size=8)), max_size=4))
def test_pieces_replaced(data: bytes, changes: list[tuple[float, int, bytes]]) -> None:
    for where, removed, inserted in changes:
        place = int(where * len(data))
        data = data[:place] + inserted + data[place + removed :]
    read_or_refuse(data)


@given(DOCUMENTS, st.data())
def test_values_replaced(document_bytes: bytes, data: st.DataObject) -> None:
    """Well-formed, but anything between the quotes."""
    parts = document_bytes.decode().split('"')
    place = data.draw(st.integers(0, (len(parts) - 2) // 2)) * 2 + 1
    value = data.draw(
        st.one_of(st.sampled_from(["", "0", "-1", "65536", "true", "::", "0.0.0.0", "1:1"]), st.text(max_size=9))
    )
    parts[place] = value.replace("&", "").replace("<", "").replace('"', "").replace("\\", "")
    read_or_refuse('"'.join(parts).encode("utf-8", "replace"))


_SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5), st.just("Registrar:a.b"))
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                ["Pools", "Computers", "Services", "Fqdn", "Site", "SiteType", "Identity", "Role", "PoolFqdn"]
            ),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=12,
)


@given(_VALUES)
@example([{**POOL, "Services": ["Director"]}])
@example([{**POOL, "Services": [":"]}])
def test_any_json(value: Any) -> None:
    read_or_refuse(json.dumps(value).encode())
