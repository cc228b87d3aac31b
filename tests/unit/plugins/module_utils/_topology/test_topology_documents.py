# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documents that ``tests/topology_documents`` writes say what they are meant to say, and two of them are committed.

Nothing here knows the reader: these tests keep the other side of its tests honest.
"""

from __future__ import annotations

import io
import json
import xml.etree.ElementTree as ET
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.lyncops.firewall.tests.topology_documents import (
    bad,
    builder,
    documents,
    enterprise,
    large,
    oversized,
    powershell_json,
    published,
    standard,
)
from ansible_collections.lyncops.firewall.tests.topology_documents.markup import BOM

ROOT = next(folder for folder in Path(__file__).resolve().parents if (folder / "galaxy.yml").is_file())
ESTATES = {"enterprise": enterprise.ENTERPRISE, "standard": standard.STANDARD}

T = "{urn:schema:Microsoft.Rtc.Management.Deploy.Topology.2008}"
W = "{urn:schema:Microsoft.Rtc.Management.Deploy.WritableTopology.2008}"
R = "{urn:schema:Microsoft.Rtc.Management.Deploy.ServiceRoles.2008}"
B = "{urn:schema:Microsoft.Rtc.Management.Deploy.TopologyBuilder.2008}"


def test_the_example_is_generated() -> None:
    """The published enterprise estate, which ``examples/contoso.lync_topology.yml`` reads.

    The committed file lacks the byte order mark that .NET writes, since ansible-test wants none in a repository.

    If this fails: ``PYTHONPATH=tests python -m topology_documents write DIR``, and copy the file without its mark.
    """
    assert BOM + (ROOT / "examples" / "contoso_topology.xml").read_bytes() == documents.documents()["enterprise.xml"]


def test_the_golden_of_the_cmdlets_is_generated() -> None:
    """The same estate as the cmdlets print it. All other XML is compared with the published one, below."""
    golden = ROOT / "tests" / "unit" / "files" / "topology" / "enterprise.json"
    assert golden.read_bytes() == documents.documents()["enterprise.json"]


def test_writing_is_repeatable() -> None:
    """No clock, no random number, no order of a set gets into a document."""
    assert documents.documents() == documents.documents()


def test_written_files(tmp_path: Path) -> None:
    """What is written is what is listed."""
    written = {path.relative_to(tmp_path).as_posix(): path.read_bytes() for path in documents.write(tmp_path)}
    assert written == documents.documents()


def from_published(root: ET.Element) -> tuple[list[tuple[Any, ...]], Counter[tuple[Any, ...]]]:
    """Machines and listeners of a published document, read as simply as can be."""
    sites = {site.get("SiteId"): site.findtext(f"{T}Name") for site in root.iter(f"{T}CentralSite")}
    names, machines = {}, []
    for cluster in root.find(f"{T}Clusters"):
        key = cluster.find(f"{T}ClusterId")
        names[key.get("SiteId"), key.get("Number")] = fqdn = cluster.get("Fqdn")
        machines += [
            (sites[key.get("SiteId")], fqdn, cluster.get("RequiresSetup"), machine.get("Fqdn"), interfaces(machine))
            for machine in cluster.iter(f"{T}Machine")
        ]
    listeners: Counter[tuple[Any, ...]] = Counter()
    for service in root.find(f"{T}Services"):
        key = next(service.find(f"{T}InstalledOn").iter(f"{T}ClusterId"))
        role = service.find(f"{T}ServiceId").get("RoleName")
        listeners.update(about(service, names[key.get("SiteId"), key.get("Number")], role))
    return sorted(machines), listeners


def from_builder(half: ET.Element) -> tuple[list[tuple[Any, ...]], Counter[tuple[Any, ...]]]:
    """The same of one half of a Topology Builder file."""
    names, machines = {}, []
    for site in half.iter(f"{W}CentralSite"):
        for cluster in site.iter(f"{W}Cluster"):
            names[cluster.get("UniqueId")] = fqdn = cluster.get("Fqdn")
            names |= {instance.get("UniqueId"): fqdn for instance in cluster.iter(f"{W}SqlInstance")}
            machines += [
                (
                    site.findtext(f"{T}Name"),
                    fqdn,
                    cluster.get("RequiresSetup"),
                    machine.get("Fqdn") or fqdn,
                    interfaces(machine),
                )
                for machine in cluster.iter(f"{W}Machine")
            ]
    listeners: Counter[tuple[Any, ...]] = Counter()
    for service in half.iter(f"{W}Service"):
        listeners.update(about(service, names[service.get("InstalledOn")], service.get("RoleName")))
    return sorted(machines), listeners


def interfaces(machine: ET.Element) -> tuple[Any, ...]:
    """All that a machine says of its addresses."""
    return tuple(tuple(sorted(item.attrib.items())) for item in machine.iter(f"{T}NetInterface"))


def about(service: ET.Element, pool: str, role: str) -> list[tuple[Any, ...]]:
    """A service, its own element, and each of its ports."""
    own = [(child.tag, tuple(child.attrib.items())) for child in service if child.tag.startswith(R)]
    ports = [tuple(port.attrib.items()) for port in service.iter(f"{R}Port")]
    return [
        (pool, role, service.get("ServiceVersion"), service.get("Type"), tuple(own)),
        *((pool, role, p) for p in ports),
    ]


@pytest.mark.parametrize("name", ["enterprise", "standard"])
def test_all_xml_shapes_say_the_same(topology_documents: Path, name: str) -> None:
    """Published, exported and Topology Builder's: same machines, same addresses, same services, same ports."""
    told = from_published(ET.fromstring((topology_documents / f"{name}.xml").read_bytes()))
    assert told[0]
    assert told[1]
    file = ET.fromstring((topology_documents / f"{name}.tbxml").read_bytes())
    assert [from_builder(half) for half in file] == [told] * len(file)
    with zipfile.ZipFile(topology_documents / f"{name}.zip") as archive:
        exported = ET.fromstring(archive.read("DocItemSet.xml"))
    assert [from_published(root) for root in exported.iter(f"{T}Topology")] == [told]


def test_halves_of_a_changed_file_differ(topology_documents: Path) -> None:
    """The new one is the standard estate, the other one is not."""
    told = from_published(ET.fromstring((topology_documents / "standard.xml").read_bytes()))
    file = ET.fromstring((topology_documents / "standard_changed.tbxml").read_bytes())
    assert [half.tag for half in file] == [f"{B}OriginalTopology", f"{B}NewTopology"]
    assert from_builder(file[1]) == told
    old = from_builder(file[0])
    assert {machine[3] for machine in old[0]} - {machine[3] for machine in told[0]} == {"med1.contoso.test"}
    assert old[1] != told[1]


def host(folder: Path, fqdn: str) -> dict[str, Any]:
    """What is expected of one host of the enterprise estate."""
    told = json.loads((folder / "expected_enterprise.json").read_text(encoding="utf-8"))
    return next(item for item in told["hosts"] if item["fqdn"] == fqdn)


def numbers(described: dict[str, Any]) -> set[tuple[int, int]]:
    """First and last port of each listener."""
    return {(port["first"], port["last"]) for port in described["ports"]}


# By hand: Lync Server 2013's default ports, and Redmond's ranges as start, start + count - 1.
FRONT_END = {80, 443, 444, 4443, 8080, 8060, 8061, 5061, 5062, 5063, 5065, 8057, 9001, 5077, 5098}
FRONT_END |= {5086, 5087, 5088, 5089, 5095, 5096, *range(5090, 5095)}
APPLICATIONS = {5071, 5072, 5073, 5075, 5076, 8404}


def test_expected_of_redmond(topology_documents: Path) -> None:
    """A Front End with Mediation, all features and moved media ranges; nothing of Lisboa's."""
    told = host(topology_documents, "fe-rd2.example.com")
    assert told["roles"] == ["central_management", "front_end", "mediation"]
    single = FRONT_END | APPLICATIONS | {5080, 448, 5070, 5067}
    ranges = {(20000, 29999), (30000, 34999), (40803, 49150)}
    assert numbers(told) == {(port, port) for port in single} | ranges
    assert told["addresses"] == ["10.10.0.12", "192.0.2.12"]
    assert host(topology_documents, "fe-rd3.example.com")["addresses"] == []


def test_expected_of_lisboa(topology_documents: Path) -> None:
    """Default media ranges, no bandwidth policy, no Mediation, a passive Central Management service, IPv6."""
    told = host(topology_documents, "fe-lx1.contoso.test")
    assert told["roles"] == ["front_end"]
    assert "bandwidth_policy" not in told["features"]
    ranges = {(49152, 57499), (57501, 65534), (49152, 65534)}
    assert numbers(told) == {(port, port) for port in FRONT_END | APPLICATIONS} | ranges
    assert told["addresses"] == ["10.20.0.11", "2001:db8:20::11"]


@pytest.mark.parametrize(
    ("fqdn", "roles", "ports"),
    [
        ("med-rd1.example.com", ["mediation"], {(5070, 5070), (6067, 6070), (6060, 6062), (20000, 29999)}),
        ("med-lx.contoso.test", ["mediation"], {(5070, 5070), (5067, 5067), (5068, 5068), (49152, 57499)}),
        ("dir-rd2.example.com", ["director"], {(port, port) for port in (80, 443, 444, 4443, 5061, 8080)}),
        ("chat-rd1.example.com", ["persistent_chat"], {(port, port) for port in (443, 881, 5041, 8011)}),
        ("owa-rd1.example.com", ["office_web_apps"], set()),
        ("sql-witness.example.com", ["sql"], set()),
        ("files-rd.example.com", ["file_store"], set()),
        ("gw-rd.example.com", ["gateway"], {(5066, 5066)}),
    ],
)
def test_expected_of_the_others(
    topology_documents: Path, fqdn: str, roles: list[str], ports: set[tuple[int, int]]
) -> None:
    """Each by hand."""
    told = host(topology_documents, fqdn)
    assert told["roles"] == roles
    assert numbers(told) == ports


def test_expected_of_edge(topology_documents: Path) -> None:
    """UDP alone where the protocol is Udp, both for media; the translated addresses are not the host's."""
    told = host(topology_documents, "edge-rd1.example.com")
    by_transport = {(port["first"], *port["transports"]) for port in told["ports"]}
    assert {(3478, "udp"), (50000, "tcp", "udp"), (4443, "tcp"), (5269, "tcp")} <= by_transport
    assert not any(address.startswith("203.") for address in told["addresses"])


@pytest.mark.parametrize("name", ["enterprise", "standard"])
def test_cmdlets_tell_no_more_than_the_document(topology_documents: Path, name: str) -> None:
    """Same hosts; each port of the JSON begins where a port of the document does. Every counted one is as long."""
    document = json.loads((topology_documents / f"expected_{name}.json").read_text(encoding="utf-8"))
    cmdlets = json.loads((topology_documents / f"expected_{name}_cmdlets.json").read_text(encoding="utf-8"))
    assert [item["fqdn"] for item in cmdlets["hosts"]] == [item["fqdn"] for item in document["hosts"]]
    for less, more in zip(cmdlets["hosts"], document["hosts"], strict=True):
        assert set(less["roles"]) <= set(more["roles"])
        assert less["features"] == more["features"]
        starts = {(port["service"], port["first"], *port["transports"]) for port in more["ports"]}
        assert {(port["service"], port["first"], *port["transports"]) for port in less["ports"]} <= starts
        assert {pair for pair in numbers(less) if pair[0] != pair[1]} <= numbers(more)
    shown = [item for service in powershell_json.services(ESTATES[name]) for item in service if "Port" in item]
    assert shown


def test_every_bad_case_is_a_change() -> None:
    """Names are unique, verdicts are words we know, and no case is the good document by accident."""
    cases = bad.cases()
    small = bad.SMALL
    good = {
        published.write(small),
        builder.write(small),
        powershell_json.write(small),
    }
    assert len({case.name for case in cases}) == len(cases)
    assert {case.verdict for case in cases} == {"read", "refuse"}
    assert [case.name for case in cases if case.data in good] == []


def test_bad_values_stand_in_good_xml() -> None:
    """A document that is refused for what it says can be parsed: else it would be refused for another reason."""
    broken = {"truncated.xml", "empty_file.xml", "only_a_mark.xml", "not_xml.xml"}
    hostile = {"entity_bomb.xml", "entity_quadratic.xml", "external_entity.xml", "external_dtd.xml", "doctype.xml"}
    for case in bad.cases():
        if case.name.endswith("xml") and case.name not in broken | hostile:
            ET.fromstring(case.data)
    for case in bad.cases():
        if case.name in broken:
            with pytest.raises(ET.ParseError):
                ET.fromstring(case.data)
        assert (case.name in hostile) == (b"<!DOCTYPE" in case.data), case.name


def test_generators() -> None:
    """Too large to commit: about as large as asked for, and well-formed."""
    pieces = b"".join(oversized.huge(200_000))
    assert abs(len(pieces) - 200_000) < 10_000
    ET.fromstring(pieces)
    bomb = oversized.zip_bomb(1)
    with zipfile.ZipFile(io.BytesIO(bomb)) as archive:
        assert archive.getinfo("DocItemSet.xml").file_size > 50 * len(bomb)
    assert oversized.deep(3).count(b"<Sites>") == 3


@pytest.mark.parametrize(("machines", "pools", "sites"), [(1, 1, 1), (12, 1, 1), (13, 2, 2), (700, 59, 50)])
def test_large_estates(machines: int, pools: int, sites: int) -> None:
    """As many Front Ends as asked for, all with a name and an address of their own."""
    estate = large.large_estate(machines)
    managed = [cluster for cluster in estate.clusters if cluster.managed]
    hosts = [machine for cluster in managed for machine in cluster.machines]
    assert (len(hosts), len(managed), len(estate.sites)) == (machines, pools, sites)
    everyone = [machine for cluster in estate.clusters for machine in cluster.machines]
    assert len({machine.fqdn for machine in everyone}) == len(everyone)
    assert len({machine.interfaces[0].address for machine in everyone}) == len(everyone)
    assert len({service.key for service in estate.services}) == len(estate.services)
    assert max(len(cluster.machines) for cluster in managed) <= 12


@pytest.mark.parametrize("machines", [0, -1])
def test_an_estate_has_machines(machines: int) -> None:
    """Nothing to measure in none."""
    with pytest.raises(ValueError, match="at least one machine"):
        large.large_estate(machines)
