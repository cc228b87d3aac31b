# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reader against documents and expectations that were written without it.

Their writer (``tests/topology_documents``) and the reader are two readings of the same facts. What one of them tells
and the other does not is named here, next to the reason.
"""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._topology import document
from ansible_collections.lyncops.firewall.plugins.module_utils._topology.document import read_file
from ansible_collections.lyncops.firewall.plugins.module_utils._topology.inventory import Inventory, build
from ansible_collections.lyncops.firewall.plugins.module_utils._topology.model import TopologyError
from ansible_collections.lyncops.firewall.plugins.module_utils._topology.roles import MANAGED, Part
from ansible_collections.lyncops.firewall.tests.topology_documents import bad

BAD = {case.name: case for case in bad.cases()}

WARNED_OF = {"unknown_protocol.xml"}
"""Refused, by their writer. A document of a future version must not take the whole inventory away: it is warned of, and
nothing is concluded from the port."""

WITHOUT_SERVICES = {"sql-rd2.example.com", "sql-witness.example.com"}

UNDOCUMENTED = {("PersistentChatServer", "MtlsPort")}
"""No cmdlet documents this property, so it is not taken for a listener."""

KNOWN_FEATURES = {"remote_call_control"}
"""Their writer also names features of tables that are not the port tables' opt-in ones."""


def expected(folder: Path, name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder / f"expected_{name}.json").read_text(encoding="utf-8"))
    return content


def made(path: Path) -> Inventory:
    return build(read_file(str(path)))


def cmdlets(folder: Path, estate: str) -> Inventory:
    """The inventory of what the cmdlets print; the standard estate has a file for each of them."""
    if estate != "standard":
        return made(folder / f"{estate}.json")
    parts = {
        part: json.loads((folder / f"{estate}_{part}.json").read_text("utf-8-sig")) for part in ("pools", "services")
    }
    return build(document.read(io.BytesIO(json.dumps(parts).encode())))


def parts_of(inventory: Inventory, host: str) -> set[str]:
    return {part.value for part in Part if host in inventory.groups[f"lync_{part.value}"]}


def listeners(variables: dict[str, Any]) -> set[tuple[object, ...]]:
    return {
        (port["service"], port["owner"], port["usage"], port["side"], tuple(port["transports"]), port["ports"])
        for port in variables["lync_ports"]
    }


def spelled(port: dict[str, Any]) -> str:
    return str(port["first"]) if port["first"] == port["last"] else f"{port['first']}-{port['last']}"


@pytest.mark.parametrize("shape", ["xml", "zip", "tbxml"])
@pytest.mark.parametrize("estate", ["enterprise", "standard"])
def test_documents_say_what_was_meant(topology_documents: Path, estate: str, shape: str) -> None:
    inventory, truth = made(topology_documents / f"{estate}.{shape}"), expected(topology_documents, estate)
    assert sorted(inventory.hosts) == sorted(host["fqdn"] for host in truth["hosts"])
    assert {name for name in inventory.groups if name.startswith("lync_site_")} == {
        f"lync_site_{site}" for site in truth["sites"]
    }
    for host in truth["hosts"]:
        variables = inventory.hosts[host["fqdn"]]
        assert parts_of(inventory, host["fqdn"]) == set(host["roles"])
        assert variables["lync_roles"] == [part.value for part in MANAGED if part.value in host["roles"]]
        assert (variables["lync_pool"], variables["lync_site"]) == (host["pool"], host["site"])
        assert host["fqdn"] in inventory.groups[f"lync_pool_{host['pool']}"]
        assert host["fqdn"] in inventory.groups[f"lync_site_{host['site']}"]
        # The mirror and the witness of a back end have no service that would tell.
        assert variables.get("lync_version") == (None if host["pool"] in WITHOUT_SERVICES else 6)
        assert variables["lync_features"] == sorted(KNOWN_FEATURES & set(host["features"]))
        outward = [address for side in variables["lync_addresses_by_side"].values() for address in side]
        assert {*variables["lync_addresses"], *outward} == set(host["addresses"])
        assert not set(host["public_addresses"]) & {*variables["lync_addresses"], *outward}
        assert listeners(variables) == {
            (
                port["service"],
                port["owner"],
                port["usage"],
                port["side"].lower(),
                tuple(port["transports"]),
                spelled(port),
            )
            for port in host["ports"]
        }
        pair = truth["failover"].get(host["pool"])
        front_end = {"front_end", "branch_appliance"} & set(host["roles"])
        assert variables["lync_paired_pools"] == ([pair] if pair and front_end else [])


@pytest.mark.parametrize("estate", ["enterprise", "standard"])
def test_all_shapes_make_one_inventory(topology_documents: Path, estate: str) -> None:
    xml, exported, tbxml = (made(topology_documents / f"{estate}.{shape}") for shape in ("xml", "zip", "tbxml"))
    assert xml == exported
    assert xml.hosts == tbxml.hosts
    assert {name: set(hosts) for name, hosts in xml.groups.items()} == {
        name: set(hosts) for name, hosts in tbxml.groups.items()
    }


@pytest.mark.parametrize("estate", ["enterprise", "standard"])
def test_cmdlets_say_what_they_can(topology_documents: Path, estate: str) -> None:
    inventory, truth = cmdlets(topology_documents, estate), expected(topology_documents, f"{estate}_cmdlets")
    assert sorted(inventory.hosts) == sorted(host["fqdn"] for host in truth["hosts"])
    for host in truth["hosts"]:
        variables = inventory.hosts[host["fqdn"]]
        assert parts_of(inventory, host["fqdn"]) == set(host["roles"])
        assert (variables["lync_pool"], variables["lync_site"]) == (host["pool"], host["site"])
        assert variables["lync_addresses"] == host["addresses"]
        assert variables["lync_features"] == sorted(KNOWN_FEATURES & set(host["features"]))
        assert {(port["service"], tuple(port["transports"]), port["ports"]) for port in variables["lync_ports"]} == {
            (port["service"], tuple(port["transports"]), spelled(port))
            for port in host["ports"]
            if (port["cmdlet_role"], port["property"]) not in UNDOCUMENTED
        }


def test_a_changed_file_of_topology_builder(topology_documents: Path) -> None:
    changed = str(topology_documents / "standard_changed.tbxml")
    before, after = (build(read_file(changed, half)) for half in ("published", "new"))
    assert before.hosts != after.hosts == made(topology_documents / "standard.tbxml").hosts
    assert "the published one was read" in before.warnings[0]
    assert "the new one was read" in after.warnings[0]


@pytest.mark.parametrize("name", BAD)
def test_bad_documents(topology_documents: Path, name: str) -> None:
    path = topology_documents / "bad" / name
    if BAD[name].verdict == "read" or name in WARNED_OF:
        inventory = made(path)
        assert inventory.hosts
        assert inventory.warnings or name not in WARNED_OF
        return
    with pytest.raises(TopologyError) as caught:
        made(path)
    assert str(caught.value).startswith(str(path))
