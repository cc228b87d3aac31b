# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What load balancers carry as traffic of the matrix: to a virtual address, and from the device to the members."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from .._catalogue.balancing import SERVED
from .._catalogue.catalogue import by_id
from .._catalogue.words import Disposition, Peer
from .._net.port_set import PortSet
from .balanced_table import BalancedTraffic
from .matrix_demands import everybody_ends, peer_end, peers_of_all
from .matrix_model import CLIENTS, End, Traffic

_VIRTUAL = {
    "sip": "SIP address",
    "web_internal": "Internal web address",
    "web_external": "External web address",
}


_OVER_THE_DEVICE = (
    "Where its pool has a virtual address for this, clients connect there, and straight to a member only through a "
    "device that keeps their addresses."
)


def marked(traffic: Iterable[Traffic], carried: Iterable[Traffic]) -> list[Traffic]:
    """Traffic of which each row says so that load balancers carry from clients to members.

    Servers connect straight to members all the same ("Load balancing requirements for Lync Server 2013").

    Args:
        traffic: What hosts ask for.
        carried: What `of_balanced` gives.
    """
    behind: dict[str, set[str]] = {}
    for leg in carried:
        if leg.destination.hosts and leg.row.id in SERVED:
            behind.setdefault(SERVED[leg.row.id].member, set()).update(leg.destination.hosts)
    return [
        replace(one, row=replace(one.row, note=f"{one.row.note} {_OVER_THE_DEVICE}"))
        if (one.source.anybody or one.source.label == CLIENTS)
        and not behind.get(one.row.id, set()).isdisjoint(one.destination.hosts)
        else one
        for one in traffic
    ]


def of_balanced(legs: Iterable[BalancedTraffic], entries: Iterable[Mapping[str, Any]]) -> list[Traffic]:
    """What load balancers need of the network.

    Args:
        legs: What they carry.
        entries: The hosts, as `matrix.matrix_of` takes them: they say who the peers and the clients are. A member that
            is none of them has no line.
    """
    known = list(entries)
    peers = peers_of_all(known)
    names = {str(entry["name"]) for entry in known}
    said = [entry["client_networks"] for entry in known if entry.get("client_networks") is not None]
    clients = list(dict.fromkeys(text for networks in said for text in networks)) if said else None
    device = peer_end(Peer.LOAD_BALANCER, peers)
    traffic = []
    for leg in legs:
        row = by_id(leg.row)
        if leg.addresses:
            destination = End(f"{_VIRTUAL.get(leg.virtual, leg.virtual)} of {leg.pool}", leg.addresses)
        else:
            destination = End("", hosts=frozenset(leg.hosts) & names)
            if not destination.hosts:
                continue
        kinds = [Peer(kind) for kind in leg.sources]
        if Peer.ANY in kinds:
            of_member = by_id(SERVED[row.id].member) if row.id in SERVED else row
            sources = everybody_ends(of_member, clients, peers)
        else:
            sources = [peer_end(kind, peers) for kind in kinds]
        audited = bool(destination.hosts) and row.disposition is Disposition.LISTEN
        traffic += [
            Traffic(source, destination, leg.transport, PortSet.of(leg.port), row, audited)
            for source in sources
            if source.anybody or source.addresses or source.unknown
            if not leg.addresses or source != device  # which has these addresses itself
        ]
    return traffic
