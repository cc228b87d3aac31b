# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is in use on a host now and would be cut when its firewall begins to filter, or new rules block."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..._net.address_set import AddressSet
from ..._net.port_set import PortSet
from ..._texts import lines_of, said
from ..state.reading import ReadError
from ..state.rule import PROTOCOL_NUMBERS, Direction, FirewallRule, Profile, same_path
from ..state.snapshot import Snapshot
from ..traffic.matching import Traffic
from ..traffic.reasons import Status
from ..traffic.rule_index import RuleIndex
from ..traffic.verdict import judge
from .new_blocks import blocks_in, new_blocks
from .sockets import Socket

_MOST_ENDPOINTS = 20_000
"""Ports in use that are judged; a DNS server holds 5,000."""

_EVERY_ADDRESS = ("0.0.0.0", "::")

_MOST_PAIRS = 20_000_000
"""Of an endpoint and a rule: half a minute at worst."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Something on the host that others reach, or are connected to now.

    Attributes:
        protocol: ``tcp`` or ``udp``.
        port: Port on the host.
        program: Image name of the process, such as ``sqlservr.exe``, or its number where that is not known.
        peers: Addresses connected to it now, sorted; none for UDP.
        local: The host's addresses that it listens on, sorted; none where it is all of them, or not known.
        through: For each address connected to it the address of the host that it is connected to.
    """

    protocol: str
    port: int
    program: str
    peers: tuple[str, ...] = ()
    local: tuple[str, ...] = field(default=(), compare=False)
    through: tuple[tuple[str, str], ...] = field(default=(), compare=False)

    def __str__(self) -> str:
        peers = f", {len(self.peers)} connected ({', '.join(self.peers[:3])}{', …' * (len(self.peers) > 3)})"
        return f"{self.protocol} {self.port} {said(self.program)}{peers if self.peers else ''}"


def endpoints(sockets: Iterable[Socket], tasklist: str) -> tuple[Endpoint, ...]:
    """What others reach on a host.

    Sockets bound to a loopback address are left out: the firewall does not filter what stays on the host.

    Args:
        sockets: The host's sockets.
        tasklist: What ``tasklist /fo csv /nh`` printed.

    Raises:
        ReadError: More is in use than can be judged.
    """
    programs = _programs(tasklist)
    listening: dict[tuple[str, int], str] = {}
    peers: dict[tuple[str, int], set[tuple[str, str]]] = {}
    local: dict[tuple[str, int], set[str]] = {}
    for socket in sockets:
        if socket.stays_on_the_host():
            continue
        key = (socket.protocol, socket.port)
        if socket.listens:
            listening.setdefault(key, programs.get(str(socket.process), f"process {socket.process}"))
            local.setdefault(key, set()).add(socket.address)
        else:
            peers.setdefault(key, set()).add((socket.peer, socket.address))
    if len(listening) > _MOST_ENDPOINTS:
        raise ReadError(
            f"'netstat -ano' names {len(listening)} ports in use, more than the {_MOST_ENDPOINTS} that can be judged, "
            "so it is not known what would be cut"
        )
    found = []
    for key, program in sorted(listening.items()):
        through = tuple(sorted(peers.get(key, ())))
        own = () if not local[key].isdisjoint(_EVERY_ADDRESS) else tuple(sorted(local[key]))
        found.append(Endpoint(*key, program, tuple(dict.fromkeys(peer for peer, _own in through)), own, through))
    return tuple(found)


def _programs(tasklist: str) -> dict[str, str]:
    """Image name by number of the process."""
    found = {}
    for line in lines_of(tasklist):
        try:
            row = next(csv.reader([line]), [])
        except csv.Error:  # a line break of another kind, or a NUL
            continue
        if len(row) > 1 and row[1].isdigit():
            found[row[1]] = row[0]
    return found


def would_be_cut(endpoints: Iterable[Endpoint], profiles: frozenset[Profile], after: Snapshot) -> tuple[Endpoint, ...]:
    """Endpoints that are reachable now and will not wholly be.

    Args:
        endpoints: What is in use.
        profiles: The profiles that begin to filter.
        after: The host once the plan is carried out.

    Raises:
        ReadError: There are too many of both, endpoints and rules, to judge each by all.
    """
    endpoints = tuple(endpoints)
    if len(endpoints) * len(after.rules) > _MOST_PAIRS:
        raise ReadError(
            f"{len(endpoints)} ports are in use and the host has {len(after.rules)} rules: too many of both to find "
            "out what would be cut. Find out who makes those rules"
        )
    index = RuleIndex(after.rules)  # made once: a host has dozens of endpoints
    return tuple(endpoint for endpoint in endpoints if _cut(endpoint, profiles, after, index))


def would_be_blocked(
    endpoints: Iterable[Endpoint], own: Iterable[str], before: Snapshot, after: Snapshot, profiles: Iterable[Profile]
) -> tuple[Endpoint, ...]:
    """Endpoints with the peers that are connected to them now and that block rules keep out after a plan.

    Rules are taken by what they may match: for a program or a service that may be the one that listens, for an
    interface or a keyword that may be meant. Who is connected by UDP is not known.

    Args:
        endpoints: What is in use.
        own: The host's own addresses: what stays on the host is not filtered.
        before: The host as it is.
        after: The host once the plan is carried out.
        profiles: The profiles of its networks.
    """
    profiles = tuple(profiles)
    coming = new_blocks(before, after, profiles, Direction.IN)
    if not coming:
        return ()
    here = frozenset(own)
    index = RuleIndex(coming)
    known = {profile: RuleIndex(blocks_in(before, profile, Direction.IN)) for profile in profiles}
    cut = []
    for endpoint in endpoints:
        through: dict[str, list[str]] = {}
        for peer, local in endpoint.through:
            through.setdefault(peer, []).append(local)
        out = tuple(
            peer
            for peer in endpoint.peers
            if peer not in here
            and any(_kept_out(endpoint, peer, local, index, known) for local in through.get(peer, [""]))
        )
        if out:
            cut.append(replace(endpoint, peers=out))
    return tuple(cut)


def would_be_left(
    sockets: Sequence[Socket], tasklist: str, before: Snapshot, after: Snapshot, profiles: Iterable[Profile]
) -> tuple[Endpoint, ...]:
    """What the host is connected to now and that outbound block rules cut after a plan; the ports are the other sides'.

    Args:
        sockets: The host's sockets.
        tasklist: What ``tasklist /fo csv /nh`` printed.
        before: The host as it is.
        after: The host once the plan is carried out.
        profiles: The profiles of its networks.
    """
    index = RuleIndex(new_blocks(before, after, profiles, Direction.OUT))
    programs = _programs(tasklist)
    served = {(socket.protocol, socket.port) for socket in sockets if socket.listens}
    here = {socket.address for socket in sockets}
    found: dict[tuple[str, int, str], set[str]] = {}
    for socket in sockets:
        serves = (socket.protocol, socket.port) in served
        if socket.listens or serves or socket.stays_on_the_host() or socket.peer in here:
            continue
        program = programs.get(str(socket.process), f"process {socket.process}")
        mine = Endpoint(socket.protocol, socket.peer_port, program)
        traffic = Traffic(
            direction=Direction.OUT,
            protocol=PROTOCOL_NUMBERS[socket.protocol],
            ports=PortSet.of(socket.peer_port),
            remote=AddressSet.parse([socket.peer]),
            local=AddressSet.parse([socket.address]),
        )
        if any(_may_be_for(one.rule, mine) for one in index.matches(traffic)):
            found.setdefault((socket.protocol, socket.peer_port, program), set()).add(socket.peer)
    return tuple(Endpoint(*key, tuple(sorted(peers))) for key, peers in sorted(found.items()))


def _kept_out(endpoint: Endpoint, peer: str, local: str, index: RuleIndex, known: Mapping[Profile, RuleIndex]) -> bool:
    """Whether a peer is blocked in a profile in which it certainly was not."""
    traffic = Traffic(
        direction=Direction.IN,
        protocol=PROTOCOL_NUMBERS[endpoint.protocol],
        ports=PortSet.of(endpoint.port),
        remote=AddressSet.parse([peer]),
        local=AddressSet.parse([local]) if local else AddressSet.any(),
    )
    found = [one for one in index.matches(traffic) if one.possible and _may_be_for(one.rule, endpoint)]
    blocked = {profile for one in found for profile in one.rule.profiles}
    return any(not any(one.certain for one in known[profile].matches(traffic)) for profile in blocked & known.keys())


def _may_be_for(rule: FirewallRule, endpoint: Endpoint) -> bool:
    """Whether a rule for a program may be for the one that listens: of that only the file's name is known."""
    file = same_path(rule.program).rpartition("\\")[2]
    return not file or endpoint.program.startswith("process ") or file == endpoint.program.casefold()


def _cut(endpoint: Endpoint, profiles: frozenset[Profile], after: Snapshot, index: RuleIndex) -> bool:
    own = [AddressSet.parse([address]) for address in endpoint.local] or [AddressSet.any()]
    return any(_cut_at(endpoint, local, profiles, after, index) for local in own)


def _cut_at(
    endpoint: Endpoint, local: AddressSet, profiles: frozenset[Profile], after: Snapshot, index: RuleIndex
) -> bool:
    """Whether it is, as far as an address of the host is concerned."""
    traffic = Traffic(
        direction=Direction.IN,
        protocol=PROTOCOL_NUMBERS[endpoint.protocol],
        ports=PortSet.of(endpoint.port),
        remote=AddressSet.parse(endpoint.peers),
        profiles=profiles,
        local=local,
    )
    # A rule for a program is taken to be for the program that listens: this is a preview, and a list in which every
    # built-in service stands would not be read.
    return any(verdict.status is Status.CLOSED for verdict in judge(traffic, after, index))
