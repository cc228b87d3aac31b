# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables 2 and 3, the ports of hardware load balancers: rows hlb-01 to hlb-20 and dnslb-01 to dnslb-07.

They are listeners of the device, never of a Windows host, so nothing is opened for them; they are kept for those who
configure or check the device. The tables have no service and no note columns: the service is the one that table 1 has
on the port.
"""

from __future__ import annotations

from functools import partial

from . import services
from .model import Requirement, documented
from .words import Disposition, Peer, Product, Role, Table, Transport

_hlb = partial(documented, Table.HLB)
_dns = partial(documented, Table.DNSLB)

_FRONT_END = (Role.FRONT_END_LOAD_BALANCER,)
_DIRECTOR = (Role.DIRECTOR_LOAD_BALANCER,)
_MEDIATION = (Role.MEDIATION_LOAD_BALANCER,)

_TCP = (Transport.TCP,)
_APPLIANCE = Disposition.APPLIANCE

_ANY = (Peer.ANY,)
_POOL = (Peer.FRONT_END,)
_SERVERS = (Peer.FRONT_END, Peer.DIRECTOR, Peer.BRANCH_APPLIANCE)
_EXTERNAL_WEB = (Peer.REVERSE_PROXY, Peer.FRONT_END)

_RPC = "DCOM and remote procedure call (RPC)"
_HTTPS_PROXY = "HTTPS (from reverse proxy)"
_ROOT_CERTIFICATE = (
    "TCP - Client and device retrieval of root certificate from Front End Server "
    "\N{EN DASH} clients and devices authenticated by NTLM"
)

_ROOT_CERTIFICATE_NOTE = (
    "External web site of the Front End pool without encryption (server-13). The protocol cell names one use of it: "
    "clients and devices fetch the root certificate here."
)
_DIRECTOR_WEB_CAVEAT = "Table 1 has no row for this port on the Directors behind the device (see server-14)."
_DIRECTOR_WEB_NOTE = "External web site of the Director pool, from the reverse proxy."

# A row of the source is one paragraph here.
# fmt: off
HLB_PORTS: tuple[Requirement, ...] = (
    _hlb(1, _FRONT_END, services.FRONT_END, "5061", "TCP (TLS)", _TCP, _APPLIANCE, peers=_ANY,
         note="Encrypted SIP to the Front End pool (server-03)."),
    _hlb(2, _FRONT_END, services.FRONT_END, "444", "HTTPS", _TCP, _APPLIANCE, peers=_SERVERS,
         note="Traffic between servers, to the Front End pool (server-04)."),
    _hlb(3, _FRONT_END, services.FRONT_END, "135", _RPC, _TCP, _APPLIANCE, peers=(Peer.FRONT_END, Peer.ADMIN),
         note="RPC endpoint mapper of the Front End pool (server-05).",
         caveat="135 alone is not enough: DCOM goes on over dynamic RPC ports, which the table does not list."),
    _hlb(4, _FRONT_END, services.WEB_COMPATIBILITY, "80", "HTTP", _TCP, _APPLIANCE, peers=_ANY,
         note="Internal web site of the Front End pool without encryption (server-11)."),
    _hlb(5, _FRONT_END, services.WEB_COMPATIBILITY, "8080", _ROOT_CERTIFICATE, _TCP, _APPLIANCE, peers=_ANY,
         note=_ROOT_CERTIFICATE_NOTE),
    _hlb(6, _FRONT_END, services.WEB_COMPATIBILITY, "443", "HTTPS", _TCP, _APPLIANCE, peers=_ANY,
         note="Internal web site of the Front End pool (server-12)."),
    _hlb(7, _FRONT_END, services.WEB_COMPONENT, "4443", _HTTPS_PROXY, _TCP, _APPLIANCE, peers=_EXTERNAL_WEB,
         note="External web site of the Front End pool, from the reverse proxy (server-14)."),
    _hlb(8, _FRONT_END, services.CONFERENCING_ATTENDANT, "5072", "TCP", _TCP, _APPLIANCE, peers=_POOL,
         note="SIP to the dial-in attendant (server-21)."),
    _hlb(9, _FRONT_END, services.CONFERENCING_ANNOUNCEMENT, "5073", "TCP", _TCP, _APPLIANCE, peers=_POOL,
         note="SIP to conference announcements (server-29)."),
    _hlb(10, _FRONT_END, services.CALL_PARK, "5075", "TCP", _TCP, _APPLIANCE, peers=_POOL,
         note="SIP to Call Park (server-30)."),
    _hlb(11, _FRONT_END, services.AUDIO_TEST, "5076", "TCP", _TCP, _APPLIANCE, peers=_POOL,
         note="SIP to test calls (server-31)."),
    _hlb(12, _FRONT_END, services.RESPONSE_GROUP, "5071", "TCP", _TCP, _APPLIANCE, peers=_POOL,
         note="SIP to Response Group (server-33)."),
    _hlb(13, _FRONT_END, services.BANDWIDTH_POLICY, "5080", "TCP", _TCP, _APPLIANCE, peers=_ANY,
         note="Call admission control of A/V Edge traffic (server-35)."),
    _hlb(14, _FRONT_END, services.BANDWIDTH_POLICY, "448", "TCP", _TCP, _APPLIANCE, peers=_ANY,
         note="Call admission control (server-36)."),
    _hlb(15, _MEDIATION, services.MEDIATION, "5070", "TCP", _TCP, _APPLIANCE, peers=_POOL,
         note="SIP from Front End Servers to the Mediation pool (server-46)."),
    _hlb(16, _FRONT_END, services.MEDIATION, "5070", "TCP", _TCP, _APPLIANCE, peers=_POOL,
         note="SIP to Mediation Servers that are collocated in the Front End pool (server-22).",
         caveat="Only where the Front End pool also runs Mediation Server."),
    _hlb(17, _DIRECTOR, services.WEB_COMPATIBILITY, "443", "HTTPS", _TCP, _APPLIANCE, peers=_ANY,
         note="Internal web site of the Director pool (server-44)."),
    _hlb(18, _DIRECTOR, services.FRONT_END, "444", "HTTPS", _TCP, _APPLIANCE, peers=_SERVERS,
         note="Traffic between servers, to the Director pool (server-42)."),
    _hlb(19, _DIRECTOR, services.FRONT_END, "5061", "TCP", _TCP, _APPLIANCE, peers=_ANY,
         note="Encrypted SIP to the Director pool (server-45)."),
    _hlb(20, _DIRECTOR, services.WEB_COMPONENT, "4443", _HTTPS_PROXY, _TCP, _APPLIANCE, peers=_EXTERNAL_WEB,
         note=_DIRECTOR_WEB_NOTE, caveat=_DIRECTOR_WEB_CAVEAT),
)

DNSLB_PORTS: tuple[Requirement, ...] = (
    _dns(1, _FRONT_END, services.WEB_COMPATIBILITY, "80", "HTTP", _TCP, _APPLIANCE, peers=_ANY,
         note="Internal web site of the Front End pool without encryption (server-11)."),
    _dns(2, _FRONT_END, services.WEB_COMPATIBILITY, "443", "HTTPS", _TCP, _APPLIANCE, peers=_ANY,
         note="Internal web site of the Front End pool (server-12)."),
    _dns(3, _FRONT_END, services.WEB_COMPATIBILITY, "8080", _ROOT_CERTIFICATE, _TCP, _APPLIANCE, peers=_ANY,
         note=_ROOT_CERTIFICATE_NOTE),
    _dns(4, _FRONT_END, services.WEB_COMPONENT, "4443", _HTTPS_PROXY, _TCP, _APPLIANCE, peers=_EXTERNAL_WEB,
         note="External web site of the Front End pool, from the reverse proxy (server-14)."),
    _dns(5, _DIRECTOR, services.WEB_COMPATIBILITY, "443", "HTTPS", _TCP, _APPLIANCE, peers=_ANY,
         note="Internal web site of the Director pool (server-44)."),
    _dns(6, (), "", "", "", (), Disposition.BLANK, peers=(),
         note="An empty row in every edition of the document, kept so that row numbers agree with it.",
         products=(Product.LYNC_2013,)),
    _dns(7, _DIRECTOR, services.WEB_COMPONENT, "4443", _HTTPS_PROXY, _TCP, _APPLIANCE, peers=_EXTERNAL_WEB,
         note=_DIRECTOR_WEB_NOTE, caveat=_DIRECTOR_WEB_CAVEAT),
)
# fmt: on
