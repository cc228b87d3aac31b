# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Broken, malicious and merely odd documents, each a small change of one small estate.

`cases` gives all that are small enough to be files. ``verdict`` is what a careful reader does: ``refuse`` (one clear
error, nothing made of it), or ``read`` (odd, but it says what it says). Those too large: `oversized`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from . import archive, builder, oversized, ports, powershell_json, published, roles
from .estate import Cluster, Estate, Interface, Machine, Service, ServiceKey
from .markup import BOM, DECLARATION
from .parts import TOPOLOGY

SITE = 1
REGISTRAR = ServiceKey(SITE, "Registrar", 1)

SMALL = Estate(
    "small",
    ("example.com",),
    ((SITE, "Redmond"),),
    (
        Cluster(
            SITE,
            1,
            "pool.example.com",
            tuple(Machine(f"fe{n}.example.com", (Interface("Primary", f"192.0.2.{n}"),)) for n in (1, 2)),
        ),
        Cluster(SITE, 2, "med1.example.com", (Machine("med1.example.com", (Interface("Primary", "192.0.2.9"),)),)),
    ),
    (),
    (
        Service(ServiceKey(SITE, "UserServices", 1), "pool.example.com", role_version=2),
        Service(
            REGISTRAR,
            "pool.example.com",
            (ports.component("Registrar", "SipServer", 5061, gruu="HomeServer"),),
            depends_on=((ServiceKey(SITE, "UserServices", 1), roles.DEFAULT),),
            attributes=(("IsDirector", "false"),),
            role_version=2,
        ),
        roles.mediation(ServiceKey(SITE, "MediationServer", 1), "med1.example.com", REGISTRAR, ports.Media()),
    ),
)
"""Two Front Ends and a Mediation Server; every case is this, changed."""


@dataclass(frozen=True)
class Case:
    """A document: its file name, its bytes, ``refuse`` or ``read``, and what is odd about it."""

    name: str
    data: bytes
    verdict: str
    why: str


def _changed(old: str, new: str, times: int = 1) -> bytes:
    """The small estate with one text changed; it is an error of ours if the text is not there so many times."""
    text = published.write(SMALL).decode("utf-8")
    if text.count(old) != times:
        raise ValueError(f"{old!r} is there {text.count(old)} times, not {times}")
    return text.replace(old, new).encode("utf-8")


def _with_prologue(prologue: str, site: str = "Redmond") -> bytes:
    text = published.write(SMALL).decode("utf-8").replace(DECLARATION, f"{DECLARATION}\n{prologue}")
    return text.replace(">Redmond<", f">{site}<").encode("utf-8")


def _entity_bomb() -> bytes:
    levels = "".join(f'<!ENTITY lol{n} "{f"&lol{n - 1};" * 10}">' for n in range(1, 10))
    return _with_prologue(f'<!DOCTYPE Topology [<!ENTITY lol0 "lol">{levels}]>', "&lol9;")


def _refused_xml() -> Iterator[tuple[str, bytes, str]]:
    good = published.write(SMALL)
    yield "doctype.xml", _with_prologue("<!DOCTYPE Topology>"), "a document type, though harmless"
    yield "entity_bomb.xml", _entity_bomb(), "entities that grow to three gigabytes (billion laughs)"
    yield (
        "entity_quadratic.xml",
        _with_prologue(f'<!DOCTYPE Topology [<!ENTITY a "{"a" * 4096}">]>', "&a;" * 256),
        "one long entity, often repeated",
    )
    yield (
        "external_entity.xml",
        _with_prologue('<!DOCTYPE Topology [<!ENTITY file SYSTEM "file:///etc/passwd">]>', "&file;"),
        "reads a file of the reader's computer",
    )
    yield (
        "external_dtd.xml",
        _with_prologue('<!DOCTYPE Topology SYSTEM "http://127.0.0.1:9/topology.dtd">'),
        "fetches a document type over the network",
    )
    yield "truncated.xml", good[: len(good) // 2], "ends in the middle"
    yield "empty_file.xml", b"", "no bytes at all"
    yield "only_a_mark.xml", BOM, "a byte order mark, and nothing else"
    yield "not_xml.xml", b"<html><body><p>Please sign in<br></body></html>\n", "a web page"
    yield (
        "wrong_root.xml",
        BOM + f'{DECLARATION}\n<Objs xmlns="http://schemas.microsoft.com/powershell/2004/04" />\n'.encode(),
        "another program's XML (Export-Clixml)",
    )
    yield (
        "wrong_namespace.xml",
        _changed(TOPOLOGY, "urn:example:topology"),
        "a root of the right name in another namespace",
    )
    yield (
        "empty_topology.xml",
        BOM + f'{DECLARATION}\n<Topology xmlns="{TOPOLOGY}"><Sites /><Clusters /><Services /></Topology>\n'.encode(),
        "no cluster: what an inventory must not take for an empty fleet",
    )


def _refused_values() -> Iterator[tuple[str, bytes, str]]:
    machine, port = 'Fqdn="fe2.example.com"', 'Port="5070"'
    count = 'Range="8348"'
    fault = ' FaultDomain="fe2.example.com"'
    yield (
        "duplicate_host.xml",
        _changed(machine + fault, 'Fqdn="MED1.example.com"' + fault),
        "one machine in two clusters, written differently",
    )
    yield (
        "duplicate_host_in_pool.xml",
        _changed(machine + fault, 'Fqdn="fe1.example.com"' + fault),
        "one machine twice in its cluster",
    )
    yield "port_70000.xml", _changed(port, 'Port="70000"'), "a port above 65535"
    yield "port_0.xml", _changed(port, 'Port="0"'), "port 0"
    yield "port_words.xml", _changed(port, 'Port="5070-5080"'), "a port that is no number"
    yield "port_digits.xml", _changed(port, 'Port="५०७०"'), "a port in digits that Python's int() takes"
    yield "port_missing.xml", _changed(f" {port}", ""), "a port element without its port"
    yield "range_0.xml", _changed(count, 'Range="0"'), "a range of no ports"
    yield "range_negative.xml", _changed(count, 'Range="-8348"'), "a range that runs backwards"
    yield "range_past_end.xml", _changed(count, 'Range="16385"'), "a range that ends at 65536"
    yield "unknown_protocol.xml", _changed('Protocol="Tls"', 'Protocol="Sctp"'), "a protocol that is no word of Lync's"
    yield (
        "cluster_nowhere.xml",
        _changed(
            '<InstalledOn>\n        <ClusterId SiteId="1" Number="2" />',
            '<InstalledOn>\n        <ClusterId SiteId="1" Number="7" />',
        ),
        "a service on a cluster that does not exist",
    )
    yield "site_nowhere.xml", _changed('<CentralSite SiteId="1">', '<CentralSite SiteId="4">'), "clusters of no site"
    yield "bad_address.xml", _changed('IPAddress="192.0.2.9"', 'IPAddress="192.0.2.999"'), "an address that is none"
    yield (
        "host_with_template.xml",
        _changed(machine, "Fqdn=\"{{ lookup('pipe', 'id') }}.example.com\""),
        "a host name that Ansible would evaluate",
    )
    yield "host_with_spaces.xml", _changed(machine, 'Fqdn="fe2.example.com fe3"'), "a host name with a space in it"
    yield (
        "host_not_ascii.xml",
        _changed(machine, 'Fqdn="fé2.example.com"'),
        "a host name that DNS would spell otherwise",
    )
    yield "host_without_name.xml", _changed(f" {machine}", ""), "a machine without name, in a pool of two"


def _readable() -> Iterator[tuple[str, bytes, str]]:
    text = published.write(SMALL).decode("utf-8-sig")
    yield (
        "utf16.xml",
        b"\xff\xfe" + text.replace('"utf-8"', '"utf-16"').encode("utf-16-le"),
        "UTF-16",
    )
    yield (
        "utf16_redirected.xml",
        powershell_json.redirected(text.replace(f"{DECLARATION}\n", "").encode("utf-8"), newline="\n"),
        "what (Get-CsTopology -AsXml).ToString() > file leaves: UTF-16, no declaration",
    )
    yield "no_mark.xml", text.encode("utf-8"), "no byte order mark"
    yield (
        "prefixed.xml",
        _changed(f'<Topology xmlns="{TOPOLOGY}"', f'<Topology xmlns:x="urn:example:x" x:y="1" xmlns="{TOPOLOGY}"'),
        "a foreign attribute and namespace",
    )
    yield (
        "unknown_role.xml",
        _changed(
            'ServiceVersion="6">\n      <ServiceId SiteId="1" RoleName="MediationServer"',
            'ServiceVersion="9">\n      <ServiceId SiteId="1" RoleName="QuantumServer"',
        ),
        "a role and a version that do not exist yet; its ports still listen",
    )
    yield "one_address.xml", _changed('IPAddress="192.0.2.2"', 'IPAddress="192.0.2.1"'), "two machines with one address"
    yield "site_not_ascii.xml", _changed(">Redmond<", ">São Paulo – Центр<"), "a site name that is not ASCII"
    yield (
        "site_with_template.xml",
        _changed(">Redmond<", ">{{ lookup('pipe', 'id') }}<"),
        "a site name that Ansible must not evaluate",
    )
    yield (
        "branch.xml",
        _changed(
            "</CentralSite>\n", '</CentralSite>\n    <RemoteSite SiteId="2"><Name>Branch</Name></RemoteSite>\n'
        ).replace(b'<ClusterId SiteId="1" Number="2" />', b'<ClusterId SiteId="2" Number="2" />'),
        "a server of a branch site (the element's name is inferred)",
    )
    yield (
        "dependency_nowhere.xml",
        _changed(
            '<Dependency Usage="Default">\n          <ServiceId SiteId="1" RoleName="UserServices" Instance="1" />',
            '<Dependency Usage="Default">\n          <ServiceId SiteId="1" RoleName="UserServices" Instance="3" />',
        ),
        "a dependency on a service that does not exist, which opens no port",
    )


def _branch() -> bytes:
    """The small estate in Topology Builder's shape, with its Mediation Server moved to a branch of the central site."""
    text = builder.write(SMALL).decode("utf-8")
    start = text.rindex("            <Cluster ")
    end = text.index("          </Clusters>")
    cluster, gap = text[start:end], text[end:].replace("<RemoteSites />", "<RemoteSites>{}</RemoteSites>", 1)
    remote = (
        f'<RemoteSite SiteId="2"><Name xmlns="{TOPOLOGY}">Branch</Name><Clusters>\n{cluster}</Clusters></RemoteSite>'
    )
    return (text[:start] + gap.replace("{}", remote, 1)).encode("utf-8")


def _other_kinds() -> Iterator[Case]:
    document = archive.items(SMALL)
    member = archive.MEMBER
    yield Case("no_document.zip", archive.pack({"Readme.txt": b"nothing here\n"}), "refuse", "an archive without it")
    yield Case("not_a_zip.zip", b"PK\x03\x04 but not really\n", "refuse", "no archive at all")
    yield Case("bomb.zip", oversized.zip_bomb(16), "refuse", "16 KB that become 16 MB of blanks")
    yield Case(
        "traversal.zip",
        archive.pack({"../../../../tmp/owned.txt": b"owned\n", "/tmp/owned.txt": b"owned\n", member: document}),
        "read",
        "names that leave the folder: a reader extracts nothing, and finds the document",
    )
    yield Case(
        "only_traversal.zip",
        archive.pack({f"../{member}": document}),
        "refuse",
        "the document only under a name that leaves the folder",
    )
    without = document.replace(b"<Topology ", b"<Elsewhere ").replace(b"</Topology>", b"</Elsewhere>")
    yield Case("no_topology.zip", archive.pack({member: without}), "refuse", "an export without a topology")
    users = [{"Identity": "CN=Ana,DC=example,DC=com", "RegistrarPool": "pool.example.com", "Enabled": True}]
    yield Case("other_cmdlet.json", json.dumps(users).encode(), "refuse", "the result of Get-CsUser")
    yield Case("empty_array.json", b"[]\n", "refuse", "a result without objects")
    yield Case("truncated.json", powershell_json.write(SMALL)[:700], "refuse", "ends in the middle")
    yield Case(
        "port_70000.json",
        powershell_json.write(SMALL).replace(b'"SipServerPort":  5070', b'"SipServerPort":  70000'),
        "refuse",
        "a port above 65535",
    )
    yield Case(
        "port_text.json",
        powershell_json.write(SMALL).replace(b'"SipServerPort":  5070', b'"SipServerPort":  true'),
        "refuse",
        "a port that is a truth value, which Python takes for 1",
    )
    yield Case(
        "pool_nowhere.json",
        powershell_json.write(SMALL).replace(b'"PoolFqdn":  "med1.example.com"', b'"PoolFqdn":  "gone.example.com"'),
        "refuse",
        "a service of a pool that Get-CsPool does not know",
    )
    yield Case("deep.json", b"[" * 30_000, "refuse", "nested beyond what Python's parser bears")
    utf16 = powershell_json.redirected(powershell_json.write(SMALL), newline="\n")
    yield Case("utf16.json", utf16, "read", "UTF-16, as > leaves it")
    nowhere = builder.write(SMALL).replace(b"InstalledOn=", b'InstalledOn="0" Was=', 1)
    yield Case("cluster_nowhere.tbxml", nowhere, "refuse", "a service on a cluster that does not exist")
    yield Case("branch.tbxml", _branch(), "read", "a server of a branch site, below RemoteSites")
    no_new = builder.write(SMALL).replace(b"NewTopology>", b"NextTopology>")
    yield Case("no_new_topology.tbxml", no_new, "refuse", "a Topology Builder file without its topology")


def cases() -> tuple[Case, ...]:
    """All documents that are small enough to be files."""
    return (
        *(Case(name, data, "refuse", why) for name, data, why in _refused_xml()),
        *(Case(name, data, "refuse", why) for name, data, why in _refused_values()),
        *(Case(name, data, "read", why) for name, data, why in _readable()),
        *_other_kinds(),
    )
