# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ports of an Edge Server: what listens on each of its interfaces, and what it connects to.

Sources: the pages "Port summary" of Lync Server 2013 for single and scaled consolidated Edge, with private addresses
and NAT, public addresses and hardware load balancers; "Edge Server environmental requirements" of Skype for Business
Server. The tables of the nodes and those of the balancers' virtual addresses are one table here: the node behind a
virtual address listens on the same port. Direction is as the Edge host sees it: what the pages call outbound to the
Edge is inbound there. What it only connects to (`CONNECTIONS`) needs no rule on it, and is for the traffic matrix.
"""

from __future__ import annotations

from typing import Any

from .._net.port_set import PortSet
from . import services
from .model import Requirement
from .words import EVERY_PRODUCT, UNTIL_2015, Disposition, Feature, Interface, Peer, Product, Role, Table, Transport

_SOURCE = (
    "Microsoft: Port summary of the Edge topologies of Lync Server 2013; Edge Server environmental requirements in "
    "Skype for Business Server"
)
_ANY = (Peer.ANY,)
_TCP, _UDP = Transport.TCP, Transport.UDP
_ONLY_2013 = (Product.LYNC_2013,)

_STUN = "Candidates of media through the A/V Edge service."
_OCS = (
    "Audio and video of federation partners that still run Office Communications Server 2007. For all others the port "
    "range is outbound only."
)
_FEDERATED = (
    "Only where SIP federation or public IM is on. Without it nothing should come, and the row can be left out with "
    "skip_rows."
)
_STUN_INSIDE = (
    "Clients inside connect as well as servers, so the row is not scoped to servers. The tables for load balancers "
    "name only Front End Servers and, of Lync Server 2013, Directors."
)


def _row(
    prefix: str,
    number: int,
    interface: Interface,
    service: str,
    transport: Transport,
    ports: str,
    protocol: str,
    peers: tuple[Peer, ...],
    note: str,
    *,
    products: tuple[Product, ...] = EVERY_PRODUCT,
    feature: Feature | None = None,
    caveat: str | None = None,
    disposition: Disposition = Disposition.LISTEN,
) -> Requirement:
    return Requirement(
        id=f"{prefix}-{number:02}",
        table=Table.EDGE,
        roles=(Role.EDGE,),
        service=service,
        ports=PortSet.parse_strict(ports),
        transports=(transport,),
        protocol=protocol,
        disposition=disposition,
        peers=peers,
        note=note,
        source=f"{_SOURCE}; {'external' if interface.is_external else 'internal'} interface",
        feature=feature,
        caveat=caveat,
        products=products,
        interface=interface,
    )


_LISTENERS: tuple[tuple[Any, ...], ...] = (
    (
        Interface.EXTERNAL_ACCESS, services.ACCESS_EDGE, _TCP, "443", "TLS", _ANY,
        "SIP of clients that sign in from outside.",
        {"caveat": "With one external address for all services it is 5061, together with federation."},
    ),
    (
        Interface.EXTERNAL_ACCESS, services.ACCESS_EDGE, _TCP, "5061", "MTLS", _ANY,
        "SIP of federation partners and public IM.",
        {"caveat": _FEDERATED},
    ),
    (
        Interface.EXTERNAL_ACCESS, services.XMPP_PROXY, _TCP, "5269", "TLS", _ANY,
        "XMPP of federation partners.",
        {"products": UNTIL_2015, "feature": Feature.XMPP_FEDERATION},
    ),
    (
        Interface.EXTERNAL_WEBCONF, services.WEB_CONFERENCING_EDGE, _TCP, "443", "TLS", _ANY,
        "Web conferences of users outside.",
        {"caveat": "With one external address for all services it is 444."},
    ),
    (
        Interface.EXTERNAL_AV, services.AV_EDGE, _TCP, "443", "STUN/MSTURN", _ANY,
        _STUN,
        {"caveat": "It stays 443 with one external address; the page of Set-CsEdgeServer says 444 there."},
    ),
    (
        Interface.EXTERNAL_AV, services.AV_EDGE, _UDP, "3478", "STUN/MSTURN", _ANY,
        _STUN,
        {},
    ),
    (
        Interface.EXTERNAL_AV, services.AV_EDGE, _TCP, "50000-59999", "RTP", _ANY,
        "Media of partners on Office Communications Server 2007.",
        {"products": _ONLY_2013, "feature": Feature.OCS_2007_FEDERATION, "caveat": _OCS},
    ),
    (
        Interface.EXTERNAL_AV, services.AV_EDGE, _UDP, "50000-59999", "RTP", _ANY,
        "Media of partners on Office Communications Server 2007.",
        {"products": _ONLY_2013, "feature": Feature.OCS_2007_FEDERATION, "caveat": _OCS},
    ),
    (
        Interface.INTERNAL, services.ACCESS_EDGE, _TCP, "5061", "MTLS",
        (Peer.FRONT_END, Peer.DIRECTOR, Peer.LOAD_BALANCER),
        "SIP from Directors and Front End Servers to the outside.",
        {},
    ),
    (
        Interface.INTERNAL, services.AV_AUTHENTICATION, _TCP, "5062", "MTLS",
        (Peer.FRONT_END, Peer.MEDIATION, Peer.BRANCH_APPLIANCE, Peer.LOAD_BALANCER),
        "Authentication of audio and video users (MRAS).",
        {"caveat": "No table names Mediation Servers of their own. They need tokens too, so they are let in."},
    ),
    (
        Interface.INTERNAL, services.WEB_CONFERENCING_EDGE, _TCP, "8057", "MTLS", (Peer.FRONT_END,),
        "Web conferencing traffic from each Front End Server, never through a load balancer.",
        {},
    ),
    (
        Interface.INTERNAL, services.AV_EDGE, _UDP, "3478", "STUN/MSTURN", _ANY,
        _STUN,
        {"caveat": _STUN_INSIDE},
    ),
    (
        Interface.INTERNAL, services.AV_EDGE, _TCP, "443", "STUN/MSTURN", _ANY,
        _STUN,
        {"caveat": _STUN_INSIDE},
    ),
    (
        Interface.INTERNAL, services.EDGE_REPLICATION, _TCP, "4443", "HTTPS",
        (Peer.CENTRAL_MANAGEMENT, Peer.FRONT_END),
        "Changes of the Central Management store; from 2015 on Skype directory search as well.",
        {
            "caveat": "The pages name the holder of the Central Management store only. Any Front End Server "
            "may become it, and topologies from 2015 on have a service for all of them on the port."
        },
    ),
    (
        Interface.INTERNAL, services.EDGE_LOGGING, _TCP, "50001-50003", "MTLS", _ANY,
        "Centralized Logging: commands of the controller and collection of logs.",
        {},
    ),
    (
        Interface.INTERNAL, services.XMPP_PROXY, _TCP, "23456", "MTLS", (Peer.FRONT_END,),
        "XMPP from the gateway on Front End Servers.",
        {
            "products": UNTIL_2015,
            "feature": Feature.XMPP_FEDERATION,
            "caveat": "Set-CsEdgeServer names 5098 as the default; tables and topology documents have 23456.",
        },
    ),
)  # fmt: skip

EDGE_PORTS: tuple[Requirement, ...] = tuple(
    _row("edge-listen", number, *cells[:-1], **cells[-1]) for number, cells in enumerate(_LISTENERS, 1)
)
"""What listens on an Edge Server, in the order of the numbers."""

_CONNECTIONS: tuple[tuple[Any, ...], ...] = (
    (
        Interface.INTERNAL, services.ACCESS_EDGE, _TCP, "5061", "MTLS", (Peer.FRONT_END, Peer.DIRECTOR),
        "SIP from outside to Directors and Front End Servers.",
        {},
    ),
    (
        Interface.EXTERNAL_ACCESS, services.ACCESS_EDGE, _TCP, "80", "HTTP", _ANY,
        "Certificate revocation lists.",
        {},
    ),
    (
        Interface.EXTERNAL_ACCESS, services.ACCESS_EDGE, _TCP, "53", "DNS", _ANY,
        "Name resolution.",
        {},
    ),
    (
        Interface.EXTERNAL_ACCESS, services.ACCESS_EDGE, _UDP, "53", "DNS", _ANY,
        "Name resolution.",
        {},
    ),
    (
        Interface.EXTERNAL_ACCESS, services.ACCESS_EDGE, _TCP, "5061", "MTLS", _ANY,
        "SIP to federation partners and public IM.",
        {},
    ),
    (
        Interface.EXTERNAL_AV, services.AV_EDGE, _TCP, "443", "STUN/MSTURN", _ANY,
        "Media to other Edge Servers.",
        {},
    ),
    (
        Interface.EXTERNAL_AV, services.AV_EDGE, _UDP, "3478", "STUN/MSTURN", _ANY,
        "Media to other Edge Servers.",
        {},
    ),
    (
        Interface.EXTERNAL_AV, services.AV_EDGE, _TCP, "50000-59999", "RTP", _ANY,
        "Media to federation partners.",
        {},
    ),
    (
        Interface.EXTERNAL_AV, services.AV_EDGE, _UDP, "50000-59999", "RTP", _ANY,
        "Media to federation partners.",
        {},
    ),
    (
        Interface.EXTERNAL_ACCESS, services.XMPP_PROXY, _TCP, "5269", "TLS", _ANY,
        "XMPP to federation partners.",
        {"products": UNTIL_2015, "feature": Feature.XMPP_FEDERATION},
    ),
)  # fmt: skip

CONNECTIONS: tuple[Requirement, ...] = tuple(
    _row("edge-connect", number, *cells[:-1], **cells[-1], disposition=Disposition.CONNECT)
    for number, cells in enumerate(_CONNECTIONS, 1)
)
"""What an Edge Server connects to: for whoever owns the firewalls around it. No rule is made."""
