# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the hosts of a traffic matrix ask of the network: their rows, each with the peers that are known."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from .._catalogue.beside_clients import beside_clients
from .._catalogue.edge_ports import CONNECTIONS
from .._catalogue.model import Requirement
from .._catalogue.words import HOST_ROLES, Interface, Peer
from .._firewall.state.rule import Direction
from .._net.address_set import AddressSet, together
from .._net.port_set import PortSet
from .._options.reading import OptionError
from .edge import OPTION as EDGE_ADDRESSES
from .edge import addresses_of
from .host_policy import Demand, HostPolicy
from .matrix_model import CLIENTS, EVERYBODY, INTERNET, MONITORING, End, Traffic
from .peer_names import NAMES
from .policy import build_policy
from .scoping import EVERYWHERE, stands_for_another, takes_everybody

_INTERFACES = {
    Interface.INTERNAL: "internal interface",
    Interface.EXTERNAL_ACCESS: "Access Edge",
    Interface.EXTERNAL_WEBCONF: "Web Conferencing Edge",
    Interface.EXTERNAL_AV: "A/V Edge",
}
_SERVERS = frozenset({*(role.value for role in HOST_ROLES), Peer.POOL.value, Peer.REPLICA.value})


def of_hosts(entries: Iterable[Mapping[str, Any]]) -> list[Traffic]:
    """What the rows of hosts ask for. Hosts that ask for the same do it together.

    Args:
        entries: The hosts, as `matrix.matrix_of` takes them.

    Raises:
        OptionError: An option of a host is wrong.
    """
    alike: dict[str, list[Mapping[str, Any]]] = {}
    for entry in entries:
        # All that decides on its rows and their peers: in an estate most hosts of a role are the same.
        need = [entry.get(key) for key in ("roles", "options", "peers", "client_networks")]
        alike.setdefault(repr(need), []).append(entry)
    rows: dict[str, Requirement] = {}
    found: dict[tuple[str, str, PortSet, Direction, End], tuple[set[str], list[AddressSet]]] = {}
    for same in alike.values():
        names = [str(entry["name"]) for entry in same]
        for demand, far in _demands(same[0]):
            row = rows.setdefault(demand.requirement.id, demand.requirement)
            for transport in row.transports:
                key = (row.id, transport.value, demand.ports, demand.direction, far)
                hosts, bound = found.setdefault(key, (set(), []))
                hosts.update(names)
                bound.append(demand.local)
    traffic = []
    for (row_id, transport_name, ports, direction, far), (hosts, bound) in found.items():
        near = _near(rows[row_id], hosts, bound)
        inbound = direction is Direction.IN
        source, destination = (far, near) if inbound else (near, far)
        listeners = frozenset(hosts if inbound else ())
        traffic.append(Traffic(source, destination, transport_name, ports, rows[row_id], inbound, listeners))
    return traffic


def _near(row: Requirement, hosts: Collection[str], bound: Iterable[AddressSet]) -> End:
    """The end of a row that the hosts are: of an Edge Server, one of its interfaces."""
    if row.interface is None:
        return End("", hosts=frozenset(hosts))
    label = f"{NAMES[Peer.EDGE]}, {_INTERFACES[row.interface]}"
    return End(label, tuple(together(bound).texts()))


def peer_end(peer: Peer, peers: Mapping[str, Sequence[str]]) -> End:
    """The other end of a row.

    Args:
        peer: Its kind.
        peers: What is known of all kinds.
    """
    label = NAMES.get(peer, peer.value)
    if peer.value not in peers:
        return End(label, unknown=peer.value)
    return End(label, tuple(peers[peer.value]), servers=peer.value in _SERVERS)


def clients_end(networks: Iterable[str]) -> End:
    """The clients, where their networks are known.

    Args:
        networks: The networks.
    """
    return End(CLIENTS, tuple(networks))


def everybody_ends(row: Requirement, clients: Sequence[str] | None, peers: Mapping[str, Sequence[str]]) -> list[End]:
    """Who connects where clients do: from outside their networks servers connect to the same ports.

    Edge Servers do not: all that their internal interface opens to the inside has lines of its own (`CONNECTIONS`), and
    what no page names is not let in from a perimeter. A host's own rules are for them too, as they come from inside it.

    Args:
        row: A row of a server that clients connect to.
        clients: The clients' networks; None where they may be anywhere.
        peers: What is known of all kinds.
    """
    if row.is_for_the_world:
        return [End(INTERNET, anybody=True, outside=True)]
    if clients is None:
        return [End(EVERYBODY, anybody=True)]
    return [clients_end(clients), *(peer_end(peer, peers) for peer in beside_clients(row) if peer is not Peer.EDGE)]


def peers_of_all(entries: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Who is known to any of the hosts, in one; lists that are equal, as most are, are gone through once.

    Args:
        entries: The hosts.
    """
    found: dict[str, dict[tuple[str, ...], None]] = {}
    for entry in entries:
        for kind, texts in (entry.get("peers") or {}).items():
            found.setdefault(kind, {})[tuple(texts)] = None
    return {kind: list(dict.fromkeys(text for texts in lists for text in texts)) for kind, lists in found.items()}


def _connections(policy: HostPolicy, options: Mapping[str, Any]) -> Iterator[Demand]:
    """What an Edge Server connects to: no rule of its own is for that, and the firewalls around it let it through.

    Whichever listening rows are left out: who takes no federation still asks for names and revocation lists.
    """
    if not any(demand.requirement.interface for demand in policy.demands):
        return
    given = options.get(EDGE_ADDRESSES) or {}
    skipped = options.get("skip_rows") or ()
    rows = [row for row in CONNECTIONS if row.interface and given.get(row.interface.value) and row.id not in skipped]
    at = addresses_of(given, rows)
    for row in rows:
        asked = row.feature is None or row.feature.value in (options.get("features") or ())
        if row.interface and asked and policy.product in row.products:
            yield Demand(row, Direction.OUT, row.ports, local=at[row.interface])


def _demands(entry: Mapping[str, Any]) -> Iterator[tuple[Demand, End]]:
    """The demands of one host, once for each kind of peer. Where there is nobody of a kind there is none."""
    try:
        policy = build_policy(entry["roles"], **entry.get("options", {}))
    except OptionError as error:
        raise OptionError(error.option, f"{entry['name']}: {error.reason}") from error
    peers: Mapping[str, Sequence[str]] = entry.get("peers") or {}
    clients: Sequence[str] | None = entry.get("client_networks")
    for demand in (*policy.demands, *_connections(policy, entry.get("options", {}))):
        row = demand.requirement
        if takes_everybody(row):
            ends = everybody_ends(row, clients, peers)
        else:
            ends = [
                peer_end(peer, peers) for peer in row.peers if not stands_for_another(peer, row) or peer.value in peers
            ]
        if demand.direction is Direction.IN and peers.get(EVERYWHERE) and not any(end.anybody for end in ends):
            ends.append(End(MONITORING, tuple(peers[EVERYWHERE])))
        yield from ((demand, end) for end in ends if end.anybody or end.addresses or end.unknown)
