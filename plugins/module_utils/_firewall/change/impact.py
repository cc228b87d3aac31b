# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is in use on a host now and would be cut when its firewall begins to filter, or new rules block."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from ..._net.address_set import AddressSet
from ..._net.port_set import PortSet
from ..._net.region import Region, union
from ..._texts import lines_of, said
from ..state.reading import ReadError
from ..state.rule import PROTOCOL_NUMBERS, Action, Direction, Profile
from ..state.snapshot import Snapshot
from ..traffic.matching import Traffic
from ..traffic.reasons import Status
from ..traffic.rule_index import RuleIndex
from ..traffic.verdict import judge
from .plan import Plan
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


def would_be_blocked(endpoints: Iterable[Endpoint], own: Iterable[str], plan: Plan) -> tuple[Endpoint, ...]:
    """Endpoints with the peers that are connected to them now and that block rules of a plan keep out.

    Who is connected by UDP is not known.

    Args:
        endpoints: What is in use.
        own: The host's own addresses: what stays on the host is not filtered.
        plan: The plan.
    """
    areas: dict[tuple[int | None, AddressSet], list[Region]] = {}
    for rule, before in (*((rule, None) for rule in plan.create), *((one.after, one.before) for one in plan.update)):
        if rule.action is Action.BLOCK and rule.direction is Direction.IN and rule.enabled:
            known = before.remote_addresses if before and before.action is Action.BLOCK else AddressSet()
            area = Region.of(rule.local_ports, rule.remote_addresses - known)
            areas.setdefault((rule.protocol, rule.local_addresses), []).append(area)
    if not areas:
        return ()
    here = frozenset(own)
    blocked = [(protocol, own, union(found)) for (protocol, own), found in areas.items()]
    cut = []
    for endpoint in endpoints:
        protocol, port = PROTOCOL_NUMBERS[endpoint.protocol], PortSet.of(endpoint.port)
        through = {peer: AddressSet() for peer, _own in endpoint.through}
        for peer, address in endpoint.through:
            through[peer] |= AddressSet.parse([address])
        out = tuple(
            peer
            for peer in endpoint.peers
            if peer not in here
            and any(
                number == protocol
                and local.overlaps(through.get(peer, AddressSet.any()))
                and area.overlaps(Region.of(port, AddressSet.parse([peer])))
                for number, local, area in blocked
            )
        )
        if out:
            cut.append(replace(endpoint, peers=out))
    return tuple(cut)


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
