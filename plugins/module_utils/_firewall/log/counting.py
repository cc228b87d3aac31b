# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines of the log to connections, counted.

Windows sends the SYN of a connection again after 3 and after 9 seconds, and a dropped packet may be logged by more than
one layer. So lines of one source, source port, port and transport that follow each other within half a minute are one
connection; a datagram of UDP counts likewise.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from .line import LogLine

SAME_CONNECTION = timedelta(seconds=30)


@dataclass(frozen=True, slots=True, order=True)
class Flow:
    """Who wanted to get where.

    Attributes:
        dropped: Whether it was dropped; else it was let through.
        transport: ``tcp`` or ``udp``.
        port: The host's port.
        source: Where it came from.
    """

    dropped: bool
    transport: str
    port: int
    source: str


@dataclass(frozen=True, slots=True)
class Count:
    """How often.

    Attributes:
        connections: Connections.
        first: When the first line of them was written, in the host's time.
        last: When the last was.
    """

    connections: int
    first: datetime
    last: datetime

    def __add__(self, other: Count) -> Count:
        """Both together."""
        return Count(self.connections + other.connections, min(self.first, other.first), max(self.last, other.last))


@dataclass(frozen=True, slots=True)
class Counted:
    """The connections of some lines.

    Attributes:
        flows: Each with its count.
        late: Dropped segments of TCP that begin no connection: what comes behind one that is over.
        to_many: Lines for a broadcast or multicast address, which nobody connects to.
    """

    flows: dict[Flow, Count]
    late: int = 0
    to_many: int = 0


def count(lines: Iterable[LogLine]) -> Counted:
    """Count connections.

    Args:
        lines: The lines, in any order.
    """
    found: dict[Flow, list[tuple[datetime, int]]] = {}
    late = to_many = 0
    many: dict[str, bool] = {}
    for line in lines:
        if line.target not in many:
            many[line.target] = _is_for_many(line.target)
        if many[line.target]:
            to_many += 1
        elif not line.begins:
            late += 1
        else:
            flow = Flow(line.dropped, line.transport, line.port, line.source)
            found.setdefault(flow, []).append((line.at, line.source_port))
    return Counted({flow: _counted(sorted(seen)) for flow, seen in found.items()}, late, to_many)


def _counted(seen: list[tuple[datetime, int]]) -> Count:
    """One flow; its lines in the order of time."""
    last_of: dict[int, datetime] = {}
    connections = 0
    for at, source_port in seen:
        before = last_of.get(source_port)
        if before is None or at - before > SAME_CONNECTION:
            connections += 1
        last_of[source_port] = at
    return Count(connections, seen[0][0], seen[-1][0])


def _is_for_many(target: str) -> bool:
    """Whether an address is multicast, or the broadcast of all networks; of one's own network nothing is known here."""
    address = ipaddress.ip_address(target)
    return address.is_multicast or target == "255.255.255.255"
