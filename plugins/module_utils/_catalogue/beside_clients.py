# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who connects to the same ports as clients do, from outside the client networks.

A row that clients connect to, or of which no document says who connects, is for other servers too. Which kinds these
are is not documented, so all are meant but where a document says that a kind has no business there.
"""

from __future__ import annotations

from .model import Requirement
from .words import Disposition, Peer

BESIDE_CLIENTS: tuple[Peer, ...] = (
    Peer.FRONT_END,
    Peer.DIRECTOR,
    Peer.MEDIATION,
    Peer.BRANCH_APPLIANCE,
    Peer.EDGE,
    Peer.GATEWAY,
    Peer.TRUSTED_APPLICATION,
    Peer.LOAD_BALANCER,
    Peer.REVERSE_PROXY,
)
"""All kinds that connect to any row where clients do; `beside_clients` says which to one."""

_SIP = ("server-03", "server-45")
_CONFERENCES = ("server-07", "server-08", "server-10", "server-28", "add-19", "add-24")
_AUDIO = ("server-39",)
_ADMISSION = ("server-35", "server-36")
_EDGE = ("edge-listen-12", "edge-listen-13", "edge-listen-15")
_WEB = ("server-11", "server-12", "server-13", "server-19", "server-43", "server-44")

_NEVER: dict[Peer, frozenset[str]] = {
    # "Lync Server 2010 protocol workloads" (Microsoft's poster): web conferencing and media go straight to a member,
    # never through the load balancer. A health check goes to 5061.
    Peer.LOAD_BALANCER: frozenset((*_CONFERENCES, *_AUDIO)),
    # "Port summary, reverse proxy": HTTP and HTTPS, to the external web site of a pool and to Office Web Apps.
    Peer.REVERSE_PROXY: frozenset((*_CONFERENCES, *_AUDIO, *_SIP, *_ADMISSION, *_EDGE)),
    # "Define a gateway in Topology Builder": its signalling ends on the Mediation Server of its trunk, rows of their
    # own. Its audio may end wherever audio does.
    Peer.GATEWAY: frozenset((*_CONFERENCES, *_SIP, *_ADMISSION, *_WEB)),
}

_MEDIA_ENDS: dict[str, tuple[Peer, ...]] = {
    "client-08": (Peer.FRONT_END, Peer.MEDIATION),  # audio ends on all servers of server-39
    "client-09": (Peer.FRONT_END,),  # video, server-10
    "client-11": (Peer.FRONT_END,),  # application sharing, server-28
    "add-20": (Peer.FRONT_END,),  # the same over UDP, add-19
}
"""Servers that media of clients come from beside other clients, by the rows of the same media on servers."""


def beside_clients(row: Requirement) -> tuple[Peer, ...]:
    """The kinds that connect to a row beside clients, all of which have to be known for it to have a scope.

    Args:
        row: A row that clients connect to; to one that is for the Internet nobody has to be known.
    """
    if row.disposition is Disposition.CLIENT:
        return _MEDIA_ENDS.get(row.id, ())
    if row.is_for_the_world:
        return ()
    return tuple(peer for peer in BESIDE_CLIENTS if row.id not in _NEVER.get(peer, ()))


def may_be_beside_clients(kind: str, row: Requirement) -> bool:
    """Whether addresses that are known of a kind are let in where clients are.

    On a server it is any kind, such as ``persistent_chat``, of which no document says that it never connects there; on
    a user's computer the servers that its media come from.

    Args:
        kind: A kind of peer, or of whoever is said to reach all listeners.
        row: A row that clients connect to.
    """
    if row.disposition is Disposition.CLIENT:
        return kind in [peer.value for peer in beside_clients(row)]
    return all(kind != peer.value or row.id not in rows for peer, rows in _NEVER.items())
