# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The listeners of load balancers as a table, for people and appliances, and as traffic, for the traffic matrix."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .._catalogue.model import Peer
from .._texts import spreadsheet_cell
from .balanced import Backend, BalancerListener

COLUMNS = (
    "pool", "load_balancing", "row", "virtual", "address", "port", "transport", "members", "drained", "affinity",
    "affinity_seconds", "algorithm", "checks", "check_seconds", "fall", "rise", "idle_seconds", "service", "protocol",
    "purpose", "note", "affinity_source", "check_source", "idle_source", "sources", "contradictions",
)  # fmt: skip
"""Columns of the table."""


def listeners_csv(listeners: Iterable[BalancerListener]) -> str:
    """The listeners as CSV ([RFC 4180]) with a head line. What a spreadsheet would take for a formula is quoted."""
    text = io.StringIO()
    table = csv.writer(text, quoting=csv.QUOTE_ALL)
    table.writerow(COLUMNS)
    for listener in listeners:
        cells = {
            "members": " ".join(_end(member, member.port) for member in listener.members),
            "drained": " ".join(member.name for member in listener.members if member.drained),
            "checks": " ".join(_end(member, member.check_port) for member in listener.members),
            "sources": "; ".join(listener.sources),
            "contradictions": " ".join(listener.contradictions),
        }
        table.writerow(
            [spreadsheet_cell(str(cells[name] if name in cells else getattr(listener, name))) for name in COLUMNS]
        )
    return text.getvalue()


def _end(member: Backend, port: int) -> str:
    address = f"[{member.address}]" if ":" in member.address else member.address
    return f"{member.name}={address}:{port}"


@dataclass(frozen=True, slots=True)
class BalancedTraffic:
    """One leg of what a load balancer carries: to its virtual address, or from it to the members.

    Attributes:
        sources: Kinds of those who connect, as rows have them; ``load_balancer`` on the way to the members.
        destination: The pool's name.
        addresses: Where they connect to: the virtual address, or the members'.
        transport: ``tcp``.
        ports: The ports, sorted.
        service: The service, in the document's words.
        row: Id of the row.
        why: What it is for.
    """

    sources: tuple[str, ...]
    destination: str
    addresses: tuple[str, ...]
    transport: str
    ports: tuple[int, ...]
    service: str
    row: str
    why: str


def balanced_traffic(listeners: Sequence[BalancerListener]) -> tuple[BalancedTraffic, ...]:
    """Both legs of each listener, in order: whoever connects to the virtual address, and the device to the members.

    The second leg has the health checks too: the device dials 5061 of a member even where it carries no SIP.

    Args:
        listeners: The listeners.
    """
    found: list[BalancedTraffic] = []
    for listener in listeners:
        found.append(
            BalancedTraffic(
                sources=listener.peers,
                destination=f"{listener.pool} (virtual address, {listener.virtual})",
                addresses=(listener.address,),
                transport=listener.transport,
                ports=(listener.port,),
                service=listener.service,
                row=listener.row,
                why=listener.purpose,
            )
        )
        found += [
            BalancedTraffic(
                sources=(Peer.LOAD_BALANCER.value,),
                destination=f"{listener.pool} (members)",
                addresses=tuple(member.address for member in listener.members if member.port == port),
                transport=listener.transport,
                ports=(port,),
                service=listener.service,
                row=listener.row,
                why=f"From the load balancer: {listener.purpose}",
            )
            for port in sorted({member.port for member in listener.members})
        ]
        found += [
            BalancedTraffic(
                sources=(Peer.LOAD_BALANCER.value,),
                destination=f"{listener.pool} (members)",
                addresses=tuple(member.address for member in listener.members if member.check_port == port),
                transport=listener.transport,
                ports=(port,),
                service=listener.service,
                row=listener.row,
                why="The load balancer's health check of the members.",
            )
            for port in sorted({member.check_port for member in listener.members} - {m.port for m in listener.members})
        ]
    return tuple(dict.fromkeys(found))
