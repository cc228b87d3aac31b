# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The addresses of an Edge Server by interface, as a topology has them.

An Edge Server has one internal interface and up to three external ones. Which of those a service is on its ports say:
each names the side and the number of its interface. The addresses are those of the host itself; the public ones in
front of a router that translates (``ConfiguredIPAddress``) are in no rule of the host.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .._catalogue.model import Interface
from .model import Machine, TopologyService

_INTERNAL = "internal"
_OWNERS: Mapping[str, Interface] = {
    "accessedge": Interface.EXTERNAL_ACCESS,
    "dataedge": Interface.EXTERNAL_WEBCONF,
    "mediarelayedge": Interface.EXTERNAL_AV,
}
"""Last part of a port's owner, casefolded, to the external interface that it is on."""

EDGE_SERVER = "EdgeServer"


def edge_addresses(services: Iterable[TopologyService], machines: Iterable[Machine]) -> dict[str, list[str]]:
    """The addresses of a machine by interface; nothing for a machine that is no Edge Server.

    Args:
        services: The services on it.
        machines: The machine, once for each pool that it is in.

    Returns:
        Interface to addresses. An interface that the document does not tell is left out.
    """
    edge = [service for service in services if service.role == EDGE_SERVER]
    if not edge:
        return {}
    sides = [interface for machine in machines for interface in machine.interfaces]
    places: dict[Interface, set[int]] = {}
    for service in edge:
        for port in service.ports:
            kind = _OWNERS.get(port.owner.rpartition(":")[2].casefold())
            if kind and port.side.casefold() == "external":
                places.setdefault(kind, set()).add(port.interface)
    found = {Interface.INTERNAL: [one.address for one in sides if one.side.casefold() == _INTERNAL]}
    for kind in _OWNERS.values():
        numbers = places.get(kind, set())
        found[kind] = [one.address for one in sides if one.side.casefold() == "external" and one.number in numbers]
    return {kind.value: list(dict.fromkeys(addresses)) for kind, addresses in found.items() if addresses}
