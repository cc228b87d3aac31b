# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rows of clients and phones as traffic of the matrix, once it is known which networks they are in.

Nothing is opened on a server for them (table 4); but the firewalls between have to let them through.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .._catalogue.beside_clients import beside_clients
from .._catalogue.client_ports import CLIENT_PORTS
from .._catalogue.model import Requirement
from .._catalogue.words import Peer
from .._net.port_set import PortSet
from .matrix_demands import clients_end, peer_end, peers_of_all
from .matrix_model import End, Traffic

_DHCP_SERVER, _DHCP_CLIENT = PortSet.of(67), PortSet.of(68)
"""RFC 2131 4.1: servers listen on 67, clients on 68; the row has both as one range."""

_OUTSIDE = frozenset({"client-02", "client-03", "client-06"})
"""Rows of users outside for which only external interfaces listen: lines of Edge Servers have the Internet for them.

Those of media stay: clients inside use the internal interface for it (edge-listen-12 and edge-listen-13)."""


@dataclass(frozen=True, slots=True)
class Configured:
    """The ports of a row that are really configured, as with ``ClientMediaPortRangeEnabled``.

    Attributes:
        ports: The ports.
        whose: Which variable of which hosts says so, in words.
    """

    ports: PortSet
    whose: str


def of_clients(
    entries: Iterable[Mapping[str, Any]], configured: Mapping[str, Configured] | None = None
) -> list[Traffic]:
    """What clients and phones need of the network.

    Args:
        entries: The hosts, as `matrix.matrix_of` takes them: they say which networks the clients are in, and who the
            peers are. A row that all hosts leave out by ``skip_rows`` is left out.
        configured: Row id to the ports that are really configured; of the others they are those of the document.

    Returns:
        Nothing where clients may be anywhere, or there are none.
    """
    said = [entry for entry in entries if entry.get("client_networks")]
    networks = tuple(dict.fromkeys(text for entry in said for text in entry["client_networks"]))
    if not networks:
        return []
    clients = clients_end(networks)
    skipped = frozenset.intersection(*(_skipped(entry) for entry in said))
    peers = peers_of_all(said)
    traffic = []
    for row in CLIENT_PORTS:
        if row.id not in skipped | _OUTSIDE:
            moved = (configured or {}).get(row.id)
            told = replace(row, note=f"{row.note} Ports: {moved.whose}.") if moved else row
            traffic += _of_row(told, moved.ports if moved else row.ports, clients, peers)
    return traffic


def _of_row(row: Requirement, ports: PortSet, clients: End, peers: Mapping[str, Sequence[str]]) -> list[Traffic]:
    pairs: list[tuple[End, End, PortSet]] = []
    for peer in row.peers:
        if peer is Peer.DHCP_SERVER:
            server = peer_end(peer, peers)
            pairs += [(clients, server, _DHCP_SERVER), (server, clients, _DHCP_CLIENT)]
        elif peer in (Peer.CLIENT, Peer.ANY):
            pairs.append((clients, clients, ports))
            pairs += [(peer_end(kind, peers), clients, ports) for kind in beside_clients(row)]
        else:
            pairs.append((clients, peer_end(peer, peers), ports))
    return [
        Traffic(source, destination, transport.value, listening, row)
        for source, destination, listening in pairs
        if all(end.unknown or end.addresses for end in (source, destination))
        for transport in row.transports
    ]


def _skipped(entry: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(entry.get("options", {}).get("skip_rows") or ())
