# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The addresses of an Edge Server by interface, as a topology has them.

An Edge Server has one internal interface and up to three external ones. Which of those a service is on its ports say:
each names the side and the number of its interface. The addresses are those of the host itself; the public ones in
front of a router that translates (``ConfiguredIPAddress``) are in no rule of the host.
"""

from __future__ import annotations

import ipaddress
import itertools
from collections.abc import Iterable, Mapping

from .._catalogue.words import Interface
from .._net.address_set import AddressSet
from .._net.known_addresses import PRIVATE
from .model import Machine, TopologyService, shown

_INTERNAL, _EXTERNAL = "internal", "external"
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
            if kind and port.side.casefold() == _EXTERNAL:
                places.setdefault(kind, set()).add(port.interface)
    found = {Interface.INTERNAL: [one.address for one in sides if one.side.casefold() == _INTERNAL]}
    for kind in _OWNERS.values():
        numbers = places.get(kind, set())
        found[kind] = [one.address for one in sides if one.side.casefold() == _EXTERNAL and one.number in numbers]
    return {kind.value: list(dict.fromkeys(addresses)) for kind, addresses in found.items() if addresses}


def side_warnings(machines: Iterable[Machine], all_machines: Iterable[Machine]) -> list[str]:
    """One sentence for each Edge Server whose internal interface may be an external one: internal ports open there.

    Args:
        machines: The Edge Servers.
        all_machines: All machines of the document.
    """
    machines = list(machines)
    external = {address for machine in all_machines for address in _of_side(machine, _EXTERNAL)}
    sides: dict[str, tuple[list[str], list[str]]] = {}
    for machine in machines:  # once for each pool that it is in
        known = sides.setdefault(machine.fqdn.casefold(), ([], []))
        known[0].extend(_of_side(machine, _INTERNAL))
        known[1].extend(_of_side(machine, _EXTERNAL))
    names = {machine.fqdn.casefold(): machine.fqdn for machine in machines}
    return [
        f"Edge Server {shown(names[name])} has as Internal {doubt}; if that is outside, internal ports open there. "
        "Correct the topology, or say lync_firewall_edge_addresses"
        for name, (inside, outside) in sides.items()
        if (doubt := _doubt(list(dict.fromkeys(inside)), outside, external))
    ]


def _doubt(inside: list[str], outside: list[str], external: set[str]) -> str:
    for address in inside:
        if address in external:
            return f"{address}, which is an external one"
        same = [other for other in outside if _is_private(other) and (":" in other) == (":" in address)]
        if same and not _is_private(address):
            return f"{address}, which is public, and {same[0]} outside"
    for one, other in itertools.combinations(inside, 2):
        if (":" in one) == (":" in other) and _network(one) != _network(other):
            return f"{one} and {other}, of different networks"
    return ""


def _of_side(machine: Machine, side: str) -> list[str]:
    return [one.address for one in machine.interfaces if one.side.casefold() == side]


def _is_private(address: str) -> bool:
    return AddressSet.parse([address]) <= PRIVATE


def _network(address: str) -> str:
    """The network, by the mask that most have: a topology has none."""
    return str(ipaddress.ip_network(f"{address}/{64 if ':' in address else 24}", strict=False))
