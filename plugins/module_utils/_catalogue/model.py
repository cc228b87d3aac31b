# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The catalogue's model: one row of Microsoft's port tables, and its interpretation.

The source is "Lync Server 2013: Ports and protocols for internal servers" (last modified 2016-04-06), MicrosoftDocs
repository OfficeDocs-SkypeForBusiness, ``lync-server-2013-ports-and-protocols-for-internal-servers.md``. What the page
of Skype for Business Server has otherwise is said in the rows that differ, and in `products`.
Independent of any firewall: a `Requirement` says what Lync needs, not how a host provides it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .._net.port_set import PortSet
from .words import EVERY_PRODUCT, Disposition, Feature, Interface, Peer, Product, Role, Table, Transport

DOCUMENT = "Lync Server 2013: Ports and protocols for internal servers"


@dataclass(frozen=True, slots=True)
class Requirement:
    """One row of the source, or one addition.

    Attributes:
        id: ``server-03``: the table and the number of the row in it, from 01.
        table: The table.
        roles: Who the row applies to: a host with any of them. Empty for the blank row.
        service: The service, in English, one spelling per service. Empty for the blank row.
        ports: The ports on the listener's side. Empty for the blank row.
        transports: TCP, UDP, or both where the source prints "TCP/UDP".
        protocol: The protocol cell of the English original as printed, its paragraphs joined with ``" | "``.
        disposition: Which end of the connection the row's host is.
        peers: The other end; ``any`` where it is not documented: the table itself has no scope, and one that is too
            narrow breaks calls.
        note: What the row is for, in own words.
        source: Where to read it: document, table and row.
        feature: What the row depends on, if not every deployment has it.
        caveat: What a reader should know before trusting the row: other documents that contradict or narrow it.
        products: The products that have the row.
        in_doubt: Products of which documents contradict each other about the row: it is in their extended ruleset only.
        interface: Of an Edge Server, the interface that it listens on; None for every address of the host.
    """

    id: str
    table: Table
    roles: tuple[Role, ...]
    service: str
    ports: PortSet
    transports: tuple[Transport, ...]
    protocol: str
    disposition: Disposition
    peers: tuple[Peer, ...]
    note: str
    source: str
    feature: Feature | None = None
    caveat: str | None = None
    products: tuple[Product, ...] = EVERY_PRODUCT
    in_doubt: tuple[Product, ...] = ()
    interface: Interface | None = None

    @property
    def is_for_the_world(self) -> bool:
        """Whether the Internet connects to it: what is known of clients and peers inside does not narrow it."""
        return self.interface is not None and self.interface.is_external

    def to_dict(self) -> dict[str, Any]:
        """The row in JSON's plain types: strings, lists of strings, and null for no feature and no caveat."""
        return {
            "id": self.id,
            "table": self.table.value,
            "roles": [role.value for role in self.roles],
            "service": self.service,
            "ports": str(self.ports),
            "transports": [transport.value for transport in self.transports],
            "protocol": self.protocol,
            "disposition": self.disposition.value,
            "feature": None if self.feature is None else self.feature.value,
            "peers": [peer.value for peer in self.peers],
            "caveat": self.caveat,
            "note": self.note,
            "source": self.source,
            "products": [product.value for product in self.products],
            "in_doubt": [product.value for product in self.in_doubt],
            "interface": None if self.interface is None else self.interface.value,
        }


def documented(
    table: Table,
    number: int,
    roles: tuple[Role, ...],
    service: str,
    ports: str,
    protocol: str,
    transports: tuple[Transport, ...],
    disposition: Disposition,
    *,
    peers: tuple[Peer, ...],
    note: str,
    caveat: str | None = None,
    feature: Feature | None = None,
    products: tuple[Product, ...] = EVERY_PRODUCT,
    in_doubt: tuple[Product, ...] = (),
) -> Requirement:
    """A row of the source: its cells in the source's order, then their interpretation.

    Args:
        number: The row's place in its table, from 1.
        ports: As `PortSet` parses it; empty for the blank row.
        table, roles, service, protocol, transports, disposition, peers, note, caveat, feature: As in `Requirement`.
        products, in_doubt: As in `Requirement`.

    Raises:
        PortError: The ports cannot be parsed.
    """
    return Requirement(
        id=f"{table}-{number:02}",
        table=table,
        roles=roles,
        service=service,
        ports=PortSet.parse_strict(ports) if ports else PortSet(),
        transports=transports,
        protocol=protocol,
        disposition=disposition,
        peers=peers,
        note=note,
        source=f"{DOCUMENT}, table {list(Table).index(table) + 1}, row {number}",
        feature=feature,
        caveat=caveat,
        products=products,
        in_doubt=in_doubt,
    )
