# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is in use on a host now and would be cut when its firewall begins to filter."""

from __future__ import annotations

import csv
import io
import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass

from ..._net.address_set import AddressSet
from ..._net.port_set import PortSet
from ..state.rule import PROTOCOL_NUMBERS, Direction, Profile
from ..state.snapshot import Snapshot
from ..traffic.matching import RuleIndex, Traffic
from ..traffic.reasons import Status
from ..traffic.verdict import judge

# "  TCP    0.0.0.0:135    0.0.0.0:0    LISTENING    904" and "  UDP    0.0.0.0:1434    *:*    1208": the state is
# localised, the columns are not; a TCP listener is known by its foreign port 0.
_LINE = re.compile(r"^\s+(TCP|UDP)\s+(\S+):(\d+)\s+(\S+):(\d+|\*)\s+(?:\S+\s+)*?(\d+)\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Something on the host that others reach, or are connected to now.

    Attributes:
        protocol: ``tcp`` or ``udp``.
        port: Port on the host.
        program: Image name of the process, such as ``sqlservr.exe``, or its number where that is not known.
        peers: Addresses connected to it now, sorted; none for UDP.
    """

    protocol: str
    port: int
    program: str
    peers: tuple[str, ...] = ()

    def __str__(self) -> str:
        peers = f", {len(self.peers)} connected ({', '.join(self.peers[:3])}{', …' * (len(self.peers) > 3)})"
        return f"{self.protocol} {self.port} {self.program}{peers if self.peers else ''}"


def read_endpoints(netstat: str, tasklist: str) -> tuple[Endpoint, ...]:
    """Read ``netstat -ano`` and ``tasklist /fo csv /nh``.

    Sockets bound to a loopback address are left out: the firewall does not filter what stays on the host.
    """
    programs = {row[1]: row[0] for row in csv.reader(io.StringIO(tasklist)) if len(row) > 1 and row[1].isdigit()}
    listening: dict[tuple[str, int], str] = {}
    peers: dict[tuple[str, int], set[str]] = {}
    for protocol, local, port, foreign, foreign_port, process in _LINE.findall(netstat):
        if _loopback(local):
            continue
        key = (protocol.lower(), int(port))
        if foreign_port in ("0", "*"):
            listening.setdefault(key, programs.get(process, f"process {process}"))
        elif not _loopback(foreign):
            peers.setdefault(key, set()).add(foreign.strip("[]"))
    return tuple(
        Endpoint(protocol, port, program, tuple(sorted(peers.get((protocol, port), ()))))
        for (protocol, port), program in sorted(listening.items())
    )


def would_be_cut(endpoints: Iterable[Endpoint], profiles: frozenset[Profile], after: Snapshot) -> tuple[Endpoint, ...]:
    """Endpoints that are reachable now and will not wholly be.

    Args:
        endpoints: What is in use.
        profiles: The profiles that begin to filter.
        after: The host once the plan is carried out.
    """
    index = RuleIndex(after.rules)  # made once: a host has dozens of endpoints
    return tuple(endpoint for endpoint in endpoints if _cut(endpoint, profiles, after, index))


def _cut(endpoint: Endpoint, profiles: frozenset[Profile], after: Snapshot, index: RuleIndex) -> bool:
    traffic = Traffic(
        direction=Direction.IN,
        protocol=PROTOCOL_NUMBERS[endpoint.protocol],
        ports=PortSet.of(endpoint.port),
        remote=AddressSet.parse(_usable(endpoint.peers)),
        profiles=profiles,
    )
    # A rule for a program is taken to be for the program that listens: this is a preview, and a list in which every
    # built-in service stands would not be read.
    return any(verdict.status is Status.CLOSED for verdict in judge(traffic, after, index))


def _usable(peers: Iterable[str]) -> list[str]:
    return [peer for peer in peers if "%" not in peer]


def _loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address.strip("[]").split("%")[0]).is_loopback
    except ValueError:
        return False
