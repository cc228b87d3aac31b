# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the machines of a cluster have in common, and how that is told from its services."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from .._catalogue.products import of_version
from .._catalogue.words import Product
from . import roles
from .model import Cluster, Port, TopologyService
from .roles import Part

PARENT = "lync"
"""The group of all hosts; the names of the others begin with it."""


@dataclass(frozen=True, slots=True)
class Pool:
    """What the machines of a cluster have in common."""

    cluster: Cluster
    site: str
    parts: tuple[Part, ...]
    unknown: tuple[str, ...]
    features: list[str]
    ports: list[dict[str, Any]]
    version: int | None
    paired: list[str]
    services: tuple[TopologyService, ...]
    product: Product | None

    @property
    def rank(self) -> int:
        """Order of a host's pools: the lowest is its main one."""
        order = list(Part)
        return order.index(self.parts[0]) if self.parts else len(order)


def features_of(services: list[TopologyService]) -> list[str]:
    """The opt-in features that the topology shows as deployed.

    Remote call control needs SIP over plain TCP (5060 by default). No topology has that port unless somebody has set
    ``SipServerTcpPort``.
    """
    plain = any(
        port.protocol.casefold() == "tcp" and port.usage.startswith("Sip")
        for service in services
        if service.role in (roles.REGISTRAR, roles.USER_SERVICES)
        for port in service.ports
    )
    return ["remote_call_control"] if plain else []


def port_dicts(services: list[TopologyService], cluster: Cluster) -> list[dict[str, Any]]:
    """The ports of a pool's services as ``lync_ports`` has them, sorted."""
    distinct: dict[tuple[str, Port], None] = {}
    for service in services:
        for port in service.ports:
            if port.transports:  # The modules would refuse a port of an unknown protocol.
                distinct[service.role, port] = None
    return [
        {
            "service": role,
            "owner": port.owner,
            "usage": port.usage,
            "side": port.side.casefold(),
            "protocol": port.protocol,
            "transports": list(port.transports),
            "ports": port.ports,
            "pool": cluster.fqdn,
        }
        for role, port in sorted(distinct, key=_port_order)
    ]


def _port_order(item: tuple[str, Port]) -> tuple[object, ...]:
    role, port = item
    return (port.first, port.last, role, port.owner, port.usage, port.side, port.protocol)


def version_of(services: list[TopologyService], parts: tuple[Part, ...]) -> int | None:
    """The version of the service that determines the machines' main part."""
    main = parts[0] if parts else None
    by_weight = sorted(services, key=lambda service: roles.part_of(service) is not main)
    if main in (Part.FRONT_END, Part.DIRECTOR, Part.BRANCH_APPLIANCE):
        by_weight = sorted(services, key=lambda service: service.role not in (roles.REGISTRAR, roles.USER_SERVICES))
    if main is Part.CENTRAL_MANAGEMENT:
        by_weight = sorted(services, key=lambda service: service.role != roles.CENTRAL_MGMT)
    return next((service.version for service in by_weight if service.version is not None), None)


def newest_of(services: Iterable[TopologyService]) -> int | None:
    """The newest version of services; None where none says one."""
    return max((service.version for service in services if service.version is not None), default=None)


def product_of(version: int | None, said: Product | None) -> Product | None:
    """The product of a version; of two that have the same, the one that is said, and else the older."""
    found = of_version(version) if version is not None else ()
    if version is None or said in found:
        return said
    return found[0] if found else None
