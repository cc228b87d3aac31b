# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The elements that the published topology and Topology Builder's file share: machines, ports, kinds of services."""

from __future__ import annotations

import ipaddress

from .model import Interface, Machine, Port, Site, TopologyError, shown
from .xml_tree import Element

DEPLOY = "urn:schema:Microsoft.Rtc.Management.Deploy."
TOPOLOGY = f"{DEPLOY}Topology.2008"
ROLES = f"{DEPLOY}ServiceRoles.2008"
BUILDER = f"{DEPLOY}TopologyBuilder.2008"
WRITABLE = f"{DEPLOY}WritableTopology.2008"

NAMESPACES = (TOPOLOGY, ROLES, BUILDER, WRITABLE)
"""The namespaces of machines, services and ports. The others hold URLs, web components and settings."""

HIGHEST_PORT = 65535


def number(element: Element, name: str) -> int:
    """A required attribute that is a number without a sign.

    Raises:
        TopologyError: It is missing, or not a number.
    """
    value = element.required(name)
    if not (value.isascii() and value.isdigit() and len(value) <= 10):
        raise TopologyError(f"<{element.name}> has {name}={shown(value)}, which is not a number", element.line)
    return int(value)


def port(element: Element) -> Port:
    """Read a ``Port`` element.

    Raises:
        TopologyError: It names no port, or one outside 1-65535, or no owner or protocol.
    """
    first = number(element, "Port")
    # Range is a count, not an end: 49152 with a Range of 8348 ends at 57499.
    count = number(element, "Range") if element.get("Range") else 1
    if count == 0:
        raise TopologyError(f"<Port> has Port={first} with a Range of 0, which is no port at all", element.line)
    last = first + count - 1
    if first < 1 or last > HIGHEST_PORT:
        spelled = f"{first}" if count == 1 else f"{first} with a Range of {count}, which ends at {last}"
        raise TopologyError(f"<Port> has Port={spelled}; ports go from 1 to {HIGHEST_PORT}", element.line)
    return Port(
        owner=element.required("Owner"),
        usage=element.get("Usage"),
        side=element.get("InterfaceSide") or "Primary",
        protocol=element.required("Protocol"),
        first=first,
        last=last,
        interface=_interface_number(element),
    )


def ports(service: Element) -> tuple[Port, ...]:
    """The ports of a ``Service`` element. Raises as `port` does."""
    return tuple(port(element) for element in service.find_all("Ports", "Port"))


def machines(elements: list[Element], fqdn: str) -> tuple[Machine, ...]:
    """The machines of a ``Cluster`` element.

    Args:
        elements: Its ``Machine`` elements.
        fqdn: The cluster's name, which is that of its only machine if that has none of its own.

    Raises:
        TopologyError: One of several machines has no name, or an address is invalid.
    """
    found = []
    for element in elements:
        name = element.get("Fqdn") or (fqdn if len(elements) == 1 else "")
        if not name:
            raise TopologyError(f"a <Machine> of {shown(fqdn)}, which has {len(elements)}, has no Fqdn", element.line)
        interfaces = [interface(item) for item in element.find_all("NetInterface")]
        found.append(Machine(name, tuple(item for item in interfaces if item is not None), element.line))
    return tuple(found)


def interface(element: Element) -> Interface | None:
    """Read a ``NetInterface`` element; None if it stands for all addresses of the machine."""
    text = element.get("IPAddress")
    if not text:
        return None
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        raise TopologyError(f"<NetInterface> has IPAddress={shown(text)}, which is no address", element.line) from None
    if address.is_unspecified:
        return None
    return Interface(element.get("InterfaceSide") or "Primary", str(address), _interface_number(element))


def _interface_number(element: Element) -> int:
    return number(element, "InterfaceNumber") if element.get("InterfaceNumber") else 1


def site(element: Element) -> Site:
    """Read a ``CentralSite`` or ``RemoteSite`` element."""
    identity = element.required("SiteId")
    name = element.find("Name")
    return Site(identity, (name.text.strip() if name else "") or identity, element.name != "CentralSite", element.line)


def version(service: Element) -> int | None:
    """The version of a ``Service`` element; None if it has none."""
    return number(service, "ServiceVersion") if service.get("ServiceVersion") else None


def is_director(service: Element) -> bool:
    """Whether a ``Service`` element is the Registrar of a Director."""
    details = service.find("RegistrarService")
    return bool(details and details.flag("IsDirector"))


def is_active(service: Element) -> bool | None:
    """Whether a ``Service`` element is the active Central Management service; None if it does not say so."""
    details = service.find("CentralMgmtService")
    return details.flag("IsActive") if details else None
