# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The words that rows of the catalogue are made of: products, roles, peers, and what a row says of a connection."""

from __future__ import annotations

from enum import Enum


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
