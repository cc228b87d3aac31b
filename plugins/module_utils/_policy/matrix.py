# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The traffic matrix of an estate: from whom to whom, on which ports and why, for who owns the firewalls between."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._catalogue.functions import service_in_words
from .._catalogue.model import Peer, Requirement
from .._firewall.state.rule import Direction
from .._options.reading import OptionError
from .._texts import spreadsheet_cell
from .policy import Demand, build_policy
from .scoping import BESIDE_CLIENTS, stands_for_another, takes_everybody

COLUMNS = (
    "source", "source_addresses", "destination", "destination_addresses", "transport", "ports", "service", "rows",
    "why",
)  # fmt: skip
"""Columns of the table, in both formats."""

_NOT_KNOWN = "not known"
_EVERYBODY = "Clients and servers"
NAMES = {
    Peer.FRONT_END: "Front End Servers",
    Peer.DIRECTOR: "Directors",
    Peer.MEDIATION: "Mediation Servers",
    Peer.PERSISTENT_CHAT: "Persistent Chat Servers",
    Peer.OFFICE_WEB_APPS: "Office Web Apps Servers",
    Peer.CENTRAL_MANAGEMENT: "Central Management server",
    Peer.SQL: "SQL back ends",
    Peer.POOL: "Front End Servers of the same pool",
    Peer.REPLICA: "All Lync servers",
    Peer.GATEWAY: "Gateways",
    Peer.PBX: "PBX",
    Peer.BRANCH_APPLIANCE: "Survivable Branch Appliances",
    Peer.LOAD_BALANCER: "Load balancers",
    Peer.REVERSE_PROXY: "Reverse proxies",
    Peer.EDGE: "Edge Servers",
    Peer.TRUSTED_APPLICATION: "Trusted applications",
    Peer.FILE_STORE: "File stores",
    Peer.SQL_CLIENT: "SQL clients",
    Peer.ADMIN: "Administrators' hosts",
}
"""Kinds of peers in words."""


@dataclass(frozen=True, slots=True)
class Flow:
    """One line of the matrix. The fields are texts, ready to be shown; addresses and hosts are sorted.

    Attributes:
        source: Who opens the connection: a kind of peer, or the hosts.
        source_addresses: Their addresses; ``any``, or that nothing says who they are.
        destination: Who listens.
        destination_addresses: Likewise.
        transport: ``tcp`` or ``udp``.
        ports: Ports on the listener's side.
        service: The services, in the document's words; in ours where it names none.
        rows: Ids of the catalogue rows.
        why: What the rows are for.
    """

    source: str
    source_addresses: str
    destination: str
    destination_addresses: str
    transport: str
    ports: str
    service: str
    rows: str
    why: str


@dataclass(frozen=True, slots=True)
class _Host:
    name: str
    addresses: tuple[str, ...]


def flows(hosts: Iterable[Mapping[str, Any]]) -> tuple[Flow, ...]:
    """Work out the matrix.

    Args:
        hosts: One dict a host: ``name``, ``addresses`` (a list, none where it is not known), ``roles``, ``peers``
            (kind to texts: addresses, or names where those are not known), ``client_networks`` (None where they may be
            anywhere) and ``options``, which are the module's options that say which rows a host has and on which ports.

    Returns:
        The lines, sorted. Hosts that let the same in share a line; rows between the same ends on the same ports too.

    Raises:
        OptionError: An option of a host is wrong.
    """
    ends: dict[tuple[str, str, str, Requirement, str, Direction], list[_Host]] = {}
    for entry in hosts:
        for demand, kind, addresses in _demands(entry):
            for transport in demand.requirement.transports:
                key = (kind, addresses, transport.value, demand.requirement, str(demand.ports), demand.direction)
                ends.setdefault(key, []).append(_Host(str(entry["name"]), tuple(entry.get("addresses") or ())))
    lines: dict[tuple[str, str, str, str, str, str], list[Requirement]] = {}
    for (kind, addresses, transport_name, row, ports, direction), found in ends.items():
        names = ", ".join(sorted({host.name for host in found}))
        own = _joined(sorted({address for host in found for address in host.addresses})) or _NOT_KNOWN
        far, near = (kind, addresses), (names, own)
        source, destination = (far, near) if direction is Direction.IN else (near, far)
        line = (source[0], source[1], destination[0], destination[1], transport_name, ports)
        lines.setdefault(line, []).append(row)
    return tuple(
        sorted(
            (
                Flow(
                    *line,
                    service="; ".join(dict.fromkeys(service_in_words(row.id, row.service) for row in rows)),
                    rows=" ".join(row.id for row in rows),
                    why=" ".join(dict.fromkeys(row.note for row in rows)),
                )
                for line, rows in lines.items()
            ),
            key=lambda flow: (flow.destination, flow.transport, _first_port(flow.ports), flow.source),
        )
    )


def as_csv(matrix: Sequence[Flow]) -> str:
    """The matrix as CSV ([RFC 4180]) with a head line. A cell that a spreadsheet would take for a formula is quoted."""
    text = io.StringIO()
    table = csv.writer(text, quoting=csv.QUOTE_ALL)
    table.writerow(COLUMNS)
    for flow in matrix:
        table.writerow([spreadsheet_cell(str(getattr(flow, column))) for column in COLUMNS])
    return text.getvalue()


def as_markdown(matrix: Sequence[Flow]) -> str:
    """The matrix as a Markdown table for each destination."""
    parts = ["# Traffic matrix\n"]
    columns = [column for column in COLUMNS if column not in ("destination", "destination_addresses")]
    for destination in dict.fromkeys((flow.destination, flow.destination_addresses) for flow in matrix):
        parts.append(f"\n## To {_cell(destination[0])}\n\nAddresses: {_cell(destination[1])}\n\n")
        parts.append(f"| {' | '.join(column.replace('_', ' ') for column in columns)} |\n{'| --- ' * len(columns)}|\n")
        parts += [
            f"| {' | '.join(_cell(str(getattr(flow, column))) for column in columns)} |\n"
            for flow in matrix
            if (flow.destination, flow.destination_addresses) == destination
        ]
    return "".join(parts)


def _demands(entry: Mapping[str, Any]) -> Iterable[tuple[Demand, str, str]]:
    """The demands of one host, once for each kind of peer, with that kind's addresses."""
    try:
        policy = build_policy(entry["roles"], **entry.get("options", {}))
    except OptionError as error:
        raise OptionError(error.option, f"{entry['name']}: {error.reason}") from error
    peers: Mapping[str, Sequence[str]] = entry.get("peers") or {}
    clients: Sequence[str] | None = entry.get("client_networks")
    for demand in policy.demands:
        row = demand.requirement
        kinds = row.peers
        if takes_everybody(row):
            if clients is None or clients:
                yield demand, _EVERYBODY, "any" if clients is None else _joined(clients)
            if clients is None:
                continue
            kinds = BESIDE_CLIENTS  # from outside the networks of the clients servers connect to the same ports
        for peer in kinds:
            if peer.value in peers:
                if peers[peer.value]:  # nobody of that kind: no line
                    yield demand, NAMES.get(peer, peer.value), _joined(peers[peer.value])
            elif not stands_for_another(peer, row):
                yield demand, NAMES.get(peer, peer.value), _NOT_KNOWN


def _joined(items: Iterable[str]) -> str:
    return ", ".join(str(item) for item in items)


def _first_port(ports: str) -> int:
    head = ports.split(",", maxsplit=1)[0].split("-", maxsplit=1)[0]
    return int(head) if head.isdigit() else 0


def _cell(text: str) -> str:
    """Text that cannot end a cell, start a line or be taken for markup."""
    for character in "\\|<>`*_[]":
        text = text.replace(character, f"\\{character}" if character != "<" else "&lt;")
    return " ".join(text.split())
