# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The listeners of load balancers as a table, for people and appliances, and as traffic, for the traffic matrix."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .._catalogue.words import Peer
from .._texts import spreadsheet_cell
from .balanced_model import Backend, BalancerListener

COLUMNS = (
    "pool", "load_balancing", "row", "virtual", "address", "port", "transport", "members", "member_row", "drained",
    "affinity", "affinity_seconds", "algorithm", "checks", "check_row", "check_seconds", "fall", "rise",
    "idle_seconds", "service", "protocol", "purpose", "note", "warnings", "affinity_source", "check_source",
    "idle_source", "sources", "contradictions",
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
            "warnings": " ".join(listener.warnings),
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
    """One leg of what a load balancer carries: to its virtual address, or from it to members.

    Attributes:
        sources: Kinds of those who connect, as rows have them; ``load_balancer`` on the way to the members.
        pool: The pool's name.
        virtual: The virtual address by name; empty on the way to the members.
        addresses: The virtual address; none on the way to the members.
        hosts: The members by their names in the inventory; none on the way to the virtual address.
        transport: ``tcp``.
        port: The port.
        row: Id of the row that it is for: the load balancer's, and of a health check the members'.
    """

    sources: tuple[str, ...]
    pool: str
    virtual: str
    addresses: tuple[str, ...]
    hosts: tuple[str, ...]
    transport: str
    port: int
    row: str


def balanced_traffic(listeners: Iterable[BalancerListener]) -> tuple[BalancedTraffic, ...]:
    """Both legs of each listener, each once: whoever connects to the virtual address, and the device to the members.

    The second leg has the health checks too: the device dials 5061 of a member even where it carries no SIP.

    Args:
        listeners: The listeners.
    """
    found: list[BalancedTraffic] = []
    for listener in listeners:
        found.append(
            BalancedTraffic(
                sources=listener.peers,
                pool=listener.pool,
                virtual=listener.virtual,
                addresses=(listener.address,),
                hosts=(),
                transport=listener.transport,
                port=listener.port,
                row=listener.row,
            )
        )
        found += _to_members(listener, listener.row, [(member.port, member.host) for member in listener.members])
        checks = [(member.check_port, member.host) for member in listener.members if member.check_port != member.port]
        found += _to_members(listener, listener.check_row, checks)
    return tuple(dict.fromkeys(found))


def _to_members(listener: BalancerListener, row: str, ends: Sequence[tuple[int, str]]) -> list[BalancedTraffic]:
    return [
        BalancedTraffic(
            sources=(Peer.LOAD_BALANCER.value,),
            pool=listener.pool,
            virtual="",
            addresses=(),
            hosts=tuple(host for own, host in ends if own == port),
            transport=listener.transport,
            port=port,
            row=row,
        )
        for port in sorted({port for port, _host in ends})
    ]
