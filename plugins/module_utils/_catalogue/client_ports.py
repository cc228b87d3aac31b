# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Table 4, "Required client ports": rows client-01 to client-12.

They list what users' computers and phones need, most of it outbound; nothing is opened on a server for them.
The setup programs of the Lync clients add their own exceptions to the computer's firewall. The table has no service
column: the names are ours.
"""

from __future__ import annotations

from functools import partial

from . import services
from .model import Requirement, documented
from .words import Disposition, Peer, Role, Table, Transport

_row = partial(documented, Table.CLIENT)

_CLIENT = (Role.CLIENT,)
_PHONE = (Role.PHONE,)

_TCP = (Transport.TCP,)
_UDP = (Transport.UDP,)
_BOTH = (Transport.TCP, Transport.UDP)

_USER = Disposition.CLIENT

_EDGE = (Peer.EDGE,)
_DHCP = (Peer.DHCP_SERVER,)

_EXTERNAL_CAVEAT = (
    "Applies whenever the client has to pass its organization's firewall, a meeting hosted elsewhere included."
)
# The asterisk in the port cell.
_FOOTNOTE = (
    "Footnote of the document: the range can be narrowed with Set-CsConferencingConfiguration and its "
    "ClientMediaPortRangeEnabled setting, with ports of their own for each kind of media."
)
_TWENTY = "At least 20 ports must remain."

# A row of the source is one paragraph here.
# fmt: off
CLIENT_PORTS: tuple[Requirement, ...] = (
    _row(1, _CLIENT, services.CLIENT_DISCOVERY, "67-68", "DHCP", _UDP, _USER, peers=_DHCP,
         note="How a client finds its Registrar when DNS SRV records fail and nothing is set by hand."),
    _row(2, _CLIENT, services.CLIENT_SIGNALING, "443", "TCP (TLS)", _TCP, _USER, peers=_EDGE,
         note="SIP of users who sign in from outside.",
         caveat=_EXTERNAL_CAVEAT),
    _row(3, _CLIENT, services.CLIENT_WEB_CONFERENCING, "443", "TCP (PSOM/TLS)", _TCP, _USER, peers=_EDGE,
         note="Web conferences of users outside.",
         caveat=_EXTERNAL_CAVEAT),
    _row(4, _CLIENT, services.CLIENT_MEDIA, "443", "TCP (STUN/MSTURN)", _TCP, _USER, peers=_EDGE,
         note="Audio, video and media of users outside, over TCP.",
         caveat=_EXTERNAL_CAVEAT),
    _row(5, _CLIENT, services.CLIENT_MEDIA, "3478", "UDP (STUN/MSTURN)", _UDP, _USER, peers=_EDGE,
         note="Audio, video and media of users outside, over UDP.",
         caveat=_EXTERNAL_CAVEAT),
    _row(6, _CLIENT, services.CLIENT_SIGNALING, "5061", "TCP (MTLS)", _TCP, _USER, peers=_EDGE,
         note="SIP of users who sign in from outside, on the port that servers use too.",
         caveat=_EXTERNAL_CAVEAT),
    _row(7, _CLIENT, services.CLIENT_LEGACY_FILES, "6891-6901", "TCP", _TCP, _USER, peers=(Peer.CLIENT,),
         note="Files sent to and from clients of Office Communications Server 2007, its R2, and Live Communications "
              "Server 2005."),
    _row(8, _CLIENT, services.CLIENT_AUDIO, "1024-65535", "TCP/UDP", _BOTH, _USER, peers=(Peer.ANY,),
         note=f"Audio of calls and conferences. {_TWENTY}",
         caveat=_FOOTNOTE),
    _row(9, _CLIENT, services.CLIENT_VIDEO, "1024-65535", "TCP/UDP", _BOTH, _USER, peers=(Peer.ANY,),
         note=f"Video of calls and conferences. {_TWENTY}",
         caveat=_FOOTNOTE),
    _row(10, _CLIENT, services.CLIENT_FILES, "1024-65535", "TCP", _TCP, _USER, peers=(Peer.CLIENT,),
         note="Files from one client straight to another; files in a conference travel over PSOM instead.",
         caveat=_FOOTNOTE),
    _row(11, _CLIENT, services.CLIENT_SHARING, "1024-65535", "TCP", _TCP, _USER, peers=(Peer.ANY,),
         note="Sharing a desktop or a program, with another client or in a conference.",
         caveat=_FOOTNOTE),
    _row(12, _PHONE, services.CLIENT_DISCOVERY, "67-68", "DHCP", _UDP, _USER, peers=_DHCP,
         note="How a phone finds the server's certificate, the provisioning service and its Registrar. Phones listed: "
              "Aastra 6721ip and 6725ip, HP 4110 and 4120, Polycom CX500, CX600, CX700 and CX3000."),
)
# fmt: on
