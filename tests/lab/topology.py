# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The published topology document of an estate: the same hosts, roles and addresses as its inventory.

Written by `topology_documents`, which knows the shape and the ports of Lync Server 2013; here is what the products
change, as public documents of ServiceVersion 7 and 8 have it: every service tells its version; from 2015 on an Edge
Server has SkypeSearchProxy beside replication on 4443; in 2019 the Front Ends' web services have PlatformService on
6008, and still list Mcx. That an Edge Server of 2019 has no XMPP is from Microsoft's pages, for no document shows one.

Each internal server is a pool of its own, since the demo's Front Ends differ in their roles; the Edge Servers are one
pool, with addresses that a router translates (`public_address`). **Invented**: role, port and dependency of a Video
Interop Server.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import replace

from lab.edge import EdgeAddresses
from lab.host_spec import HostSpec
from lab.products import LYNC_2013, PRODUCTS, Product
from lab.roles import CLIENT, VIDEO_INTEROP, VIEWERS
from topology_documents import ports, published, roles
from topology_documents.estate import Cluster, Estate, Interface, Machine, Service, ServiceKey, SqlInstance

_SITE = 1
_SQL, _FILES, _EDGE_POOL = "sql.contoso.test", "files.contoso.test", "edge.contoso.test"
_BACK = roles.Back(_SQL, "RTC", _FILES, "Share")
_APPLICATIONS = (
    *ports.AUDIO_TEST, *ports.CONFERENCING, *ports.CALL_PARK, *ports.RESPONSE_GROUP, *ports.BANDWIDTH_POLICY,
)  # fmt: skip
_XMPP = "urn:component:XmppFederationProxy"
_PLATFORM_SERVICE = ports.component("PlatformService", "SipServer", 6008, gruu="PlatformService")
_SEARCH_PROXY = ports.component("SkypeSearchProxy", "WebServer", 4443, side="Internal")


def public_address(address: str) -> str:
    """The address by which the Internet knows an external one: of the range for documentation (RFC 5737)."""
    return f"203.0.113.{ipaddress.IPv4Address(address).packed[3]}"


def topology_document(specs: Iterable[HostSpec]) -> bytes:
    """The document of the servers among these hosts, as `(Get-CsTopology -AsXml).ToString()` gives it."""
    servers = [spec for spec in specs if CLIENT not in spec.groups]
    product = PRODUCTS[servers[0].product] if servers else LYNC_2013
    inside = [spec for spec in servers if spec.edge is None]
    edges = [spec for spec in servers if spec.edge is not None]
    registrar = ServiceKey(_SITE, "Registrar", 1)
    services = [service for number, spec in enumerate(inside, 1) for service in _services(spec, number, registrar)]
    clusters = [_cluster(number, spec) for number, spec in enumerate(inside, 1)]
    if edges:
        clusters.append(Cluster(_SITE, len(inside) + 1, _EDGE_POOL, tuple(map(_edge, edges))))
        count = max(len(spec.edge.external) for spec in edges if spec.edge)
        services += roles.edge(_SITE, len(inside) + 1, _EDGE_POOL, registrar, addresses=count)
    for number, name in enumerate((_SQL, _FILES), len(inside) + 2):
        clusters.append(Cluster(_SITE, number, name, (Machine(name),), managed=False, replica=False))
    estate = Estate(
        product.name,
        ("contoso.test",),
        ((_SITE, "Redmond"),),
        tuple(clusters),
        (SqlInstance(_SQL, "RTC"),),
        tuple(_of_product(service, product) for service in services),
    )
    return published.write(estate)


def _cluster(number: int, spec: HostSpec) -> Cluster:
    managed = not set(VIEWERS).intersection(spec.groups)
    machine = Machine(spec.name, (Interface("Primary", spec.address),))
    return Cluster(_SITE, number, spec.name, (machine,), managed=managed, replica=managed)


def _edge(spec: HostSpec) -> Machine:
    addresses = spec.edge or EdgeAddresses(*[spec.address] * 4)
    outside = tuple(
        Interface("External", address, number, public_address(address))
        for number, address in enumerate(addresses.external, 1)
    )
    return Machine(spec.name, (Interface("Internal", addresses.internal), *outside))


def _services(spec: HostSpec, number: int, registrar: ServiceKey) -> Sequence[Service]:
    """What runs on an internal server; all its services have the number of its pool."""

    def key(role: str) -> ServiceKey:
        return ServiceKey(_SITE, role, number)

    found: list[Service] = []
    if "lync_front_end" in spec.groups:
        found += roles.front_end(_SITE, number, spec.name, _BACK, ports.Media(), _APPLICATIONS)
    if "lync_central_management" in spec.groups:
        found += roles.central_management(_SITE, number, spec.name, _BACK, active=True)
    if "lync_mediation" in spec.groups:
        found.append(roles.mediation(key("MediationServer"), spec.name, registrar, ports.Media()))
    if "lync_director" in spec.groups:
        found += roles.director(_SITE, number, spec.name, ServiceKey(_SITE, "FileStore", 1))
    if "lync_persistent_chat" in spec.groups:
        found += roles.persistent_chat(_SITE, number, spec.name, _BACK, registrar)
    if set(VIEWERS).intersection(spec.groups):
        found.append(roles.office_web_apps(key("WacService"), spec.name))
    if VIDEO_INTEROP in spec.groups:
        trunk = ports.component("VideoInteropServer", "SipClient", 6001, "Tcp")
        found.append(Service(key("VideoInteropServer"), spec.name, (trunk,), depends_on=((registrar, roles.DEFAULT),)))
    return found


def _of_product(service: Service, product: Product) -> Service:
    """The same service in another product: its version, and the ports that came and went."""
    listening = service.ports
    if service.key.role == "EdgeServer" and not product.xmpp:
        listening = tuple(port for port in listening if port.owner != _XMPP)
    if service.key.role == "EdgeServer" and product.service_version > LYNC_2013.service_version:
        listening = (*listening, _SEARCH_PROXY)
    if service.key.role == "WebServices" and product.platform_service and len(listening) > len(ports.web_sites()):
        listening = (*listening, _PLATFORM_SERVICE)
    return replace(service, ports=listening, version=product.service_version)
