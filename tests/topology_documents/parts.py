# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the published document and Topology Builder's file write in the same way: interfaces, ports, role elements."""

from __future__ import annotations

from .estate import Estate, Machine, Port, Service
from .markup import Node, flag

TOPOLOGY = "urn:schema:Microsoft.Rtc.Management.Deploy.Topology.2008"
SERVICE_ROLES = "urn:schema:Microsoft.Rtc.Management.Deploy.ServiceRoles.2008"

TYPE_PREFIX = "Microsoft.Rtc.Management.Deploy.Internal.ServiceRoles."

ROLE_ELEMENT = {
    "Registrar": "RegistrarService",
    "FileStore": "FileStoreService",
    "CentralMgmt": "CentralMgmtService",
    "WacService": "WacService",
    "PstnGateway": "PstnGatewayService",
}
"""The element in which a role says what is its own, and the last word of the service's Type."""


def domains(estate: Estate, namespace: str | None = None) -> Node:
    """The SIP domains; the first is the default one."""
    return Node(
        "InternalDomains",
        (("AllowAllDomains", "false"), ("DefaultDomain", estate.domains[0])),
        tuple(
            Node("InternalDomain", (("Name", name), ("Authoritative", "false"), ("AllowSubDomains", "false")))
            for name in estate.domains
        ),
        namespace,
    )


def interfaces(machine: Machine, namespace: str | None = None) -> tuple[Node, ...]:
    """The addresses of a machine."""
    return tuple(
        Node(
            "NetInterface",
            (
                ("InterfaceSide", interface.side),
                ("InterfaceNumber", str(interface.number)),
                ("IPAddress", interface.address),
                *((("ConfiguredIPAddress", interface.configured),) if interface.configured else ()),
            ),
            namespace=namespace,
        )
        for interface in machine.interfaces
    )


def _port(port: Port) -> Node:
    attributes = [
        ("Owner", port.owner),
        ("Usage", port.usage),
        ("InterfaceSide", port.side),
        ("InterfaceNumber", str(port.interface)),
        ("Port", str(port.number)),
        ("Protocol", port.protocol),
        ("UrlPath", port.url_path),
        ("AuthorizesRequests", flag(port.gruu is not None)),
    ]
    if port.gruu is not None:
        attributes.append(("GruuType", port.gruu))
    if port.count is not None:
        attributes.append(("Range", str(port.count)))
    if port.configured is not None:
        attributes.append(("ConfiguredPort", str(port.configured)))
    return Node("Port", tuple(attributes))


def ports_and_own(service: Service) -> tuple[Node, ...]:
    """The ports of a service, and the element of its role if it has one."""
    ports = Node("Ports", children=tuple(_port(port) for port in service.ports), namespace=SERVICE_ROLES)
    if not service.attributes:
        return (ports,)
    return (ports, Node(ROLE_ELEMENT[service.key.role], service.attributes, namespace=SERVICE_ROLES))


def type_attribute(service: Service) -> tuple[tuple[str, str], ...]:
    """The Type attribute, which only roles with an element of their own have."""
    return (("Type", TYPE_PREFIX + ROLE_ELEMENT[service.key.role]),) if service.attributes else ()
