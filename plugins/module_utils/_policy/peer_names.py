# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the kinds of peers are called, wherever people read of them."""

from __future__ import annotations

from .._catalogue.words import Peer

NAMES = {
    Peer.FRONT_END: "Front End Servers",
    Peer.DIRECTOR: "Directors",
    Peer.MEDIATION: "Mediation Servers",
    Peer.PERSISTENT_CHAT: "Persistent Chat Servers",
    Peer.OFFICE_WEB_APPS: "Office Web Apps Servers",
    Peer.OFFICE_ONLINE: "Office Online Servers",
    Peer.VIDEO_INTEROP: "Video Interop Servers",
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
    Peer.DHCP_SERVER: "DHCP servers",
}
"""Kinds of peers in words."""
