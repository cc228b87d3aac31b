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

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from .._net.port_set import PortSet


class RoleError(ValueError):
    """A name is not a role, or not one that a host can have; the message lists those that are."""


class _Text(str, Enum):
    """An enum whose members are used as plain strings."""

    def __str__(self) -> str:
        # Python 3.12 changed how enums with a mixed-in type are formatted; this is the bare value on every version.
        return str(self.value)


class Product(_Text):
    """Whose tables they are, the oldest first. What each is called and has is in `products`."""

    LYNC_2013 = "lync_2013"
    SKYPE_2015 = "skype_2015"
    SKYPE_2019 = "skype_2019"
    SKYPE_SE = "skype_se"


EVERY_PRODUCT: tuple[Product, ...] = tuple(Product)
UNTIL_2015: tuple[Product, ...] = (Product.LYNC_2013, Product.SKYPE_2015)
SINCE_2015: tuple[Product, ...] = EVERY_PRODUCT[1:]
SINCE_2019: tuple[Product, ...] = EVERY_PRODUCT[2:]
"""Subscription Edition is 2019 by code, so nothing differs between the two in any table."""


class Role(_Text):
    """Whom a row applies to. Users assign `HOST_ROLES`; the others are derived from those, or are no Windows hosts."""

    FRONT_END = "front_end"
    DIRECTOR = "director"
    MEDIATION = "mediation"
    PERSISTENT_CHAT = "persistent_chat"
    OFFICE_WEB_APPS = "office_web_apps"
    OFFICE_ONLINE = "office_online"
    VIDEO_INTEROP = "video_interop"
    EDGE = "edge"
    CENTRAL_MANAGEMENT = "central_management"
    SQL = "sql"
    FILE_STORE = "file_store"
    COLLOCATED_MEDIATION = "collocated_mediation"
    FRONT_END_LOAD_BALANCER = "front_end_load_balancer"
    DIRECTOR_LOAD_BALANCER = "director_load_balancer"
    MEDIATION_LOAD_BALANCER = "mediation_load_balancer"
    CLIENT = "client"
    PHONE = "phone"


HOST_ROLES: tuple[Role, ...] = (
    Role.FRONT_END,
    Role.DIRECTOR,
    Role.MEDIATION,
    Role.PERSISTENT_CHAT,
    Role.OFFICE_WEB_APPS,
    Role.OFFICE_ONLINE,
    Role.VIDEO_INTEROP,
    Role.EDGE,
    Role.CENTRAL_MANAGEMENT,
    Role.SQL,
)
"""The roles that a user may assign to a Windows host; which a product has is in `products`. A SQL back end and a Video
Interop Server's own ports have rows in the extended ruleset only."""

VIEWER_FARMS: tuple[Role, ...] = (Role.OFFICE_WEB_APPS, Role.OFFICE_ONLINE)
"""The two products that show presentations: the younger one stands in the place of the older."""

LYNC_SERVERS: tuple[Role, ...] = tuple(role for role in HOST_ROLES if role not in (*VIEWER_FARMS, Role.EDGE, Role.SQL))
"""The source's "All Servers": internal hosts that run Lync and hold a replica of the Central Management store.

An Edge Server has a replica too, but outside of the domain: it gets it on a port of its own (row edge-listen-14). A
viewer farm is a product of its own, without Lync's SQL instance (rows server-01, server-38).
"""

SERVERS_OF_ALL: tuple[Role, ...] = tuple(role for role in LYNC_SERVERS if role is not Role.VIDEO_INTEROP)
"""Those that every product has: who holds a replica is known once it is known who these are. A Video Interop Server
counts where it is named; an inventory that has no group for it is one of before there was any."""


class Peer(_Text):
    """The other end of a row: who connects to a listener, or whom a host connects to.

    A peer that is also a role, and ``gateway``, ``edge`` and ``load_balancer``, can be scoped to the inventory group
    ``lync_<peer>``. The others are no hosts that this collection manages.
    """

    ANY = "any"  # Clients connect, or the peers are not documented. Always alone.
    FRONT_END = "front_end"
    DIRECTOR = "director"
    MEDIATION = "mediation"
    PERSISTENT_CHAT = "persistent_chat"
    OFFICE_WEB_APPS = "office_web_apps"
    OFFICE_ONLINE = "office_online"
    VIDEO_INTEROP = "video_interop"
    CENTRAL_MANAGEMENT = "central_management"
    SQL = "sql"
    POOL = "pool"  # The Front Ends of the host's own pool, itself included.
    REPLICA = "replica"  # Every host of LYNC_SERVERS: all of them run the Replica Replicator Agent.
    GATEWAY = "gateway"  # PSTN gateway or session border controller on a trunk.
    PBX = "pbx"  # IP-PBX, or the remote call control gateway in front of one.
    BRANCH_APPLIANCE = "branch_appliance"  # Survivable Branch Appliance, which holds a gateway of its own.
    LOAD_BALANCER = "load_balancer"  # The pool's device; with source NAT its own address is the remote one.
    REVERSE_PROXY = "reverse_proxy"
    EDGE = "edge"
    TRUSTED_APPLICATION = "trusted_application"  # Exchange UM and other servers that Lync trusts.
    FILE_STORE = "file_store"
    SQL_CLIENT = "sql_client"
    ADMIN = "admin"  # Hosts with the administrative tools.
    CLIENT = "client"
    DHCP_SERVER = "dhcp_server"


class Transport(_Text):
    """The transport protocol."""

    TCP = "tcp"
    UDP = "udp"


class Disposition(_Text):
    """Which end of the connection the host of the row is."""

    LISTEN = "listen"  # Inbound on this host.
    CONNECT = "connect"  # Outbound from this host: the listener is elsewhere.
    APPLIANCE = "appliance"  # A load balancer's listener; no Windows host.
    CLIENT = "client"  # A user's computer or phone.
    BLANK = "blank"  # An empty row of the source.


class Feature(_Text):
    """Optional features; their rows apply only where the feature is named."""

    REMOTE_CALL_CONTROL = "remote_call_control"
    XMPP_FEDERATION = "xmpp_federation"
    OCS_2007_FEDERATION = "ocs_2007_federation"


class Interface(_Text):
    """The interfaces of an Edge Server: which of its addresses a row listens on. Several may share one address, but no
    external one is ever the internal one."""

    INTERNAL = "internal"
    EXTERNAL_ACCESS = "external_access"
    EXTERNAL_WEBCONF = "external_webconf"
    EXTERNAL_AV = "external_av"

    @property
    def is_external(self) -> bool:
        """Whether the Internet is on its other side."""
        return self is not Interface.INTERNAL


class Ruleset(_Text):
    """Which rows apply."""

    DOCUMENTED = "documented"  # The page's rows that the product has.
    EXTENDED = "extended"  # Those, the page's rows that are in doubt for the product, and the additions.


class Table(_Text):
    """The source's four tables, in its order, our additions from elsewhere, and the tables of the Edge Server."""

    SERVER = "server"
    HLB = "hlb"
    DNSLB = "dnslb"
    CLIENT = "client"
    ADDITION = "add"
    EDGE = "edge"


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


def with_derived(roles: Iterable[Role]) -> frozenset[Role]:
    """The roles and those derived from them: Front End and Mediation on one host is a collocated Mediation Server."""
    held = frozenset(roles)
    if {Role.FRONT_END, Role.MEDIATION} <= held:
        return held | {Role.COLLOCATED_MEDIATION}
    return held


def parse_roles(
    names: Iterable[str], known: Iterable[Role] = HOST_ROLES, product: str = "Lync Server 2013"
) -> frozenset[Role]:
    """Parse role names given by a user.

    Args:
        names: Names such as ``front_end``; may be empty, and may repeat.
        known: The roles that are accepted.
        product: What the product is called whose roles they are.

    Returns:
        The roles, with those derived from them.

    Raises:
        RoleError: A name is not among the accepted roles, or ``names`` is one string instead of a list of them.
    """
    if isinstance(names, str):
        raise RoleError(f"roles must be a list of names, not the text {str(names)!r}")
    accepted = {role.value: role for role in known}
    held: list[Role] = []
    for name in names:
        if not isinstance(name, str) or name not in accepted:
            raise RoleError(f"{_fault(name, product)}; the roles are {', '.join(accepted)}")
        held.append(accepted[name])
    return with_derived(held)


def host_roles(names: Iterable[str]) -> frozenset[Role]:
    """Parse the roles of a Windows host, whatever the product: `parse_roles` of `HOST_ROLES`.

    Args:
        names: As in `parse_roles`.

    Raises:
        RoleError: As in `parse_roles`.
    """
    return parse_roles(names, HOST_ROLES)


def _fault(name: object, product: str) -> str:
    shown = repr(str(name)) if isinstance(name, str) else repr(name)
    if name == Role.COLLOCATED_MEDIATION:
        return f"{shown} is not given, it follows from {Role.FRONT_END} and {Role.MEDIATION} on one host"
    if name in HOST_ROLES:
        return f"{shown} is no role of {product}"
    return f"{shown} is no role of {'a Windows host' if name in tuple(Role) else product}"
