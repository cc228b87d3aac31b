# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Table 1, "Required server ports (by server role)": rows server-01 to server-52, and skype-01 of the later page.

One entry is one row: its cells in the source's order, their interpretation (transports, which end the host is, the
peers), its purpose, and caveats. Where the source prints two paragraphs in a cell, they are joined with ``" | "``.

Evidence for directions, peers and caveats: the MicrosoftDocs pages on defining a gateway in Topology Builder, the port
summaries for Directors and Autodiscover, hardening and protecting databases, port ranges for conferencing, application
and Mediation Servers, Response Group requirements, and Set-CsMediationServer.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from . import services
from .model import Requirement, documented
from .words import (
    LYNC_SERVERS,
    SINCE_2015,
    SINCE_2019,
    UNTIL_2015,
    VIEWER_FARMS,
    Disposition,
    Feature,
    Peer,
    Role,
    Table,
    Transport,
)

_row = partial(documented, Table.SERVER)

_FRONT_END = (Role.FRONT_END,)
_COLLOCATED = (Role.COLLOCATED_MEDIATION,)
_CENTRAL_MANAGEMENT = (Role.CENTRAL_MANAGEMENT,)
_AUDIO = (Role.FRONT_END, Role.MEDIATION)
_DIRECTOR = (Role.DIRECTOR,)
_MEDIATION = (Role.MEDIATION,)
_PERSISTENT_CHAT = (Role.PERSISTENT_CHAT,)

_TCP = (Transport.TCP,)
_UDP = (Transport.UDP,)
_BOTH = (Transport.TCP, Transport.UDP)

_LISTEN, _CONNECT = Disposition.LISTEN, Disposition.CONNECT

_ANY = (Peer.ANY,)
# No page says who connects to the SIP and process ports behind a pool. Topology documents list them as the pool's own
# and clients go through 5061, so Front End Servers: an inference, to be widened if a capture shows others.
_POOL = (Peer.FRONT_END,)
# Services that table 2 also lists on the load balancer: where it translates addresses, its own is the one that arrives.
_BALANCED_POOL = (Peer.FRONT_END, Peer.LOAD_BALANCER)
_SERVERS = (Peer.FRONT_END, Peer.DIRECTOR, Peer.BRANCH_APPLIANCE, Peer.LOAD_BALANCER)
# Every Lync server reads the Central Management store at set-up and from its management shell.
_SQL = (Peer.SQL_CLIENT, Peer.REPLICA, Peer.ADMIN)
_TRUNK = (Peer.GATEWAY, Peer.PBX)
# A branch appliance's Registrar may route calls to a Mediation Server of the main site: an inference, on the safe side.
_TO_MEDIATION = (Peer.FRONT_END, Peer.BRANCH_APPLIANCE, Peer.LOAD_BALANCER)

_NO_NOTE = "The document gives no note."

_SQL_BROWSER_CAVEAT = (
    "Doubled: server-01 and server-38 are one listener. 'All Servers' is read as the Lync servers; Office Web Apps is "
    "left out, because it is no Lync server and holds no replica of the Central Management store. Microsoft's "
    "hardening page contradicts the row: except on Standard Edition, the local SQL instance cannot be reached from "
    "other machines and setup makes no firewall exception for it. The browser only tells where the instance listens; "
    "a remote SQL client needs the instance's own port as well."
)
_STATIC_ROUTE_CAVEAT = (
    "Opt-in (feature remote_call_control): the document calls it optional, the port is not opened by default, and the "
    "real port is the one that the static route or trusted application names."
)
_QOS = "Often moved for quality of service: override it with the configured range."
_TLS_TRUNK_CAVEAT = (
    "Used only with trunks to gateways that speak TLS. The topology may set another port or a range of listening "
    "ports: override the row with them."
)
_TCP_TRUNK_CAVEAT = (
    "Used only with trunks to gateways that speak TCP: the port does not exist before such a gateway is defined. The "
    "topology may set another port or a range of listening ports: override the row with them."
)
_BRANCH_GATEWAY_CAVEAT = (
    "Outbound: the listener is the gateway in a Survivable Branch Appliance, of which this is a default port."
)
_DIRECTOR_WEB_CAVEAT = (
    "Table 1 has no row for Directors on 4443 and 8080, although Microsoft's Director and Autodiscover port summaries "
    "have their external web site listen there, and tables 2 and 3 list 4443 on the Director load balancer."
)

# A row of the source is one paragraph here; one argument a line would bury the 52 rows.
# fmt: off
SERVER_PORTS: tuple[Requirement, ...] = (
    _row(1, LYNC_SERVERS, services.SQL_BROWSER, "1434", "UDP", _UDP, _LISTEN, peers=_SQL,
         note="Lets SQL clients find the local instance with this server's replica of the Central Management store.",
         caveat=_SQL_BROWSER_CAVEAT),
    _row(2, _FRONT_END, services.FRONT_END, "5060", "TCP", _TCP, _LISTEN, peers=(Peer.PBX,),
         feature=Feature.REMOTE_CALL_CONTROL,
         note="Unencrypted SIP from trusted services that a static route names, such as remote call control.",
         caveat=_STATIC_ROUTE_CAVEAT),
    _row(3, _FRONT_END, services.FRONT_END, "5061", "TCP (TLS)", _TCP, _LISTEN, peers=_ANY,
         note="Encrypted SIP, the main port of a pool: clients, other servers and Mediation Servers; monitoring too."),
    _row(4, _FRONT_END, services.FRONT_END, "444", "HTTPS | TCP", _TCP, _LISTEN, peers=_SERVERS,
         note="Conference state (the Focus) to the conferencing servers over HTTPS, and Survivable Branch Appliances "
              "over TCP.",
         caveat="Also carries presence between the servers of a pool and between pools, which the document does not "
                "say: blocking it breaks presence."),
    _row(5, _FRONT_END, services.FRONT_END, "135", "DCOM and remote procedure call (RPC)", _TCP, _LISTEN,
         peers=(Peer.FRONT_END, Peer.ADMIN, Peer.LOAD_BALANCER),
         note="RPC endpoint mapper, where DCOM work begins: moving users, synchronising users and the address book.",
         caveat="135 alone is not enough: the work goes on over dynamic RPC ports, which the table does not list. With "
                "only 135 open, moving users is reported to fail with DCOM unavailable."),
    _row(6, _FRONT_END, services.IM_CONFERENCING, "5062", "TCP", _TCP, _LISTEN, peers=_POOL,
         note="SIP to the instant messaging conferencing server."),
    _row(7, _FRONT_END, services.WEB_CONFERENCING, "8057", "TCP (TLS)", _TCP, _LISTEN, peers=_ANY,
         note="Web conferencing data (PSOM) that clients send straight to a Front End, not through a load balancer."),
    _row(8, _FRONT_END, services.WEB_CONFERENCING_COMPATIBILITY, "8058", "TCP (TLS)", _TCP, _LISTEN, peers=_ANY,
         note="Web conferencing data (PSOM) for Live Meeting and for clients of earlier releases.",
         caveat="Probably nothing listens: Microsoft lists this service's program for Lync Server 2010 only, and no "
                "topology document seen has the port."),
    _row(9, _FRONT_END, services.AV_CONFERENCING, "5063", "TCP", _TCP, _LISTEN, peers=_POOL,
         note="SIP to the audio/video conferencing server."),
    _row(10, _FRONT_END, services.AV_CONFERENCING, "57501-65535", "TCP/UDP", _BOTH, _LISTEN, peers=_ANY,
         note="Conference video, over UDP or TCP.",
         caveat=f"Ends one port above the product's default range, 57501-65534. {_QOS}"),
    _row(11, _FRONT_END, services.WEB_COMPATIBILITY, "80", "HTTP", _TCP, _LISTEN, peers=_ANY,
         note="The internal web site without encryption. The document describes it from the caller's side; the web "
              "farm that is called is the Front End Servers themselves."),
    _row(12, _FRONT_END, services.WEB_COMPATIBILITY, "443", "HTTPS", _TCP, _LISTEN, peers=_ANY,
         note="The internal web site. The document describes it from the caller's side; the web farm that is called "
              "is the Front End Servers themselves.",
         caveat="Doubled: server-12 and server-19 are one listener."),
    _row(13, _FRONT_END, services.WEB_COMPATIBILITY, "8080", "TCP and HTTP", _TCP, _LISTEN, peers=_ANY,
         note="The external web site without encryption, behind a reverse proxy; also where clients and devices fetch "
              "the root certificate (hlb-05).",
         caveat=_DIRECTOR_WEB_CAVEAT),
    _row(14, _FRONT_END, services.WEB_COMPONENT, "4443", "HTTPS", _TCP, _LISTEN,
         peers=(Peer.REVERSE_PROXY, Peer.FRONT_END, Peer.LOAD_BALANCER),
         note="The external web site: reverse proxies forward to it, and Front End pools reach each other here when "
              "Autodiscover signs a user in.",
         caveat=f"The Portuguese edition lost this row's note. {_DIRECTOR_WEB_CAVEAT}"),
    _row(15, _FRONT_END, services.WEB_COMPONENT, "8060", "TCP (MTLS)", _TCP, _LISTEN, peers=_POOL,
         note=f"{_NO_NOTE} Topology documents list the port under the web component called Reach."),
    _row(16, _FRONT_END, services.WEB_COMPONENT, "8061", "TCP (MTLS)", _TCP, _LISTEN, peers=_POOL,
         note=f"{_NO_NOTE} Topology documents list the port under the web component called Reach."),
    _row(17, _FRONT_END, services.MOBILITY, "5086", "TCP (MTLS)", _TCP, _LISTEN, peers=_POOL,
         note="SIP between processes of the mobility service.",
         products=UNTIL_2015, in_doubt=SINCE_2019),
    _row(18, _FRONT_END, services.MOBILITY, "5087", "TCP (MTLS)", _TCP, _LISTEN, peers=_POOL,
         note="SIP between processes of the mobility service, its second port.",
         products=UNTIL_2015, in_doubt=SINCE_2019),
    _row(19, _FRONT_END, services.MOBILITY, "443", "HTTPS", _TCP, _LISTEN, peers=_ANY,
         note=f"{_NO_NOTE} Mobility shares the port of the internal web site.",
         caveat="Doubled: server-12 and server-19 are one listener."),
    _row(20, _FRONT_END, services.CONFERENCING_ATTENDANT, "5064", "TCP", _TCP, _LISTEN, peers=_POOL,
         note="SIP for the telephone side of dial-in conferences.",
         caveat="Probably nothing listens: no topology document seen has the port."),
    _row(21, _FRONT_END, services.CONFERENCING_ATTENDANT, "5072", "TCP", _TCP, _LISTEN, peers=_BALANCED_POOL,
         note="SIP to the attendant that answers dial-in callers. In the topology only where dial-in conferencing is "
              "on."),
    _row(22, _COLLOCATED, services.MEDIATION, "5070", "TCP", _TCP, _LISTEN, peers=_TO_MEDIATION,
         note="SIP from Front End Servers to a Mediation Server on the same host or in the same pool.",
         caveat="The same listener as server-46 and server-49."),
    _row(23, _COLLOCATED, services.MEDIATION, "5067", "TCP (TLS)", _TCP, _LISTEN, peers=_TRUNK,
         note="Encrypted SIP from gateways to a collocated Mediation Server.",
         caveat=_TLS_TRUNK_CAVEAT),
    _row(24, _COLLOCATED, services.MEDIATION, "5068", "TCP", _TCP, _LISTEN, peers=_TRUNK,
         note="Unencrypted SIP from gateways to a collocated Mediation Server.",
         caveat=_TCP_TRUNK_CAVEAT),
    _row(25, _COLLOCATED, services.MEDIATION, "5081", "TCP", _TCP, _CONNECT, peers=(Peer.BRANCH_APPLIANCE,),
         note="Unencrypted SIP that a collocated Mediation Server sends to a gateway.",
         caveat=_BRANCH_GATEWAY_CAVEAT),
    _row(26, _COLLOCATED, services.MEDIATION, "5082", "TCP (TLS)", _TCP, _CONNECT, peers=(Peer.BRANCH_APPLIANCE,),
         note="Encrypted SIP that a collocated Mediation Server sends to a gateway.",
         caveat=_BRANCH_GATEWAY_CAVEAT),
    _row(27, _FRONT_END, services.APPLICATION_SHARING, "5065", "TCP", _TCP, _LISTEN, peers=_POOL,
         note="SIP to the application sharing conferencing server."),
    _row(28, _FRONT_END, services.APPLICATION_SHARING, "49152-65535", "TCP", _TCP, _LISTEN, peers=_ANY,
         note="Conference application sharing media.",
         caveat=f"Ends one port above the product's default range, 49152-65534. {_QOS}"),
    _row(29, _FRONT_END, services.CONFERENCING_ANNOUNCEMENT, "5073", "TCP", _TCP, _LISTEN, peers=_BALANCED_POOL,
         note="SIP to the service that speaks announcements in dial-in conferences. In the topology only where dial-in "
              "conferencing is on."),
    _row(30, _FRONT_END, services.CALL_PARK, "5075", "TCP", _TCP, _LISTEN, peers=_BALANCED_POOL,
         note="SIP to Call Park. In the topology only where Call Park is on."),
    _row(31, _FRONT_END, services.AUDIO_TEST, "5076", "TCP", _TCP, _LISTEN, peers=_BALANCED_POOL,
         note="SIP to the service that answers test calls."),
    _row(32, _FRONT_END, services.NOT_APPLICABLE, "5066", "TCP", _TCP, _CONNECT, peers=(Peer.GATEWAY,),
         note="Emergency calls on their way to an Enhanced 9-1-1 gateway.",
         caveat="Outbound: the listener is the gateway, of which 5066 is the default TCP port."),
    _row(33, _FRONT_END, services.RESPONSE_GROUP, "5071", "TCP", _TCP, _LISTEN, peers=_BALANCED_POOL,
         note="SIP to Response Group. In the topology only where Response Group is on."),
    _row(34, _FRONT_END, services.RESPONSE_GROUP, "8404", "TCP (MTLS)", _TCP, _LISTEN, peers=_POOL,
         note="Response Group's match making between the Front End Servers of one pool.",
         caveat="The document's own note repeats that of 5071 and is wrong: by Microsoft's Response Group requirements "
                "8404 is inter-server, and needed only in a pool with more than one Front End Server."),
    _row(35, _FRONT_END, services.BANDWIDTH_POLICY, "5080", "TCP", _TCP, _LISTEN, peers=_ANY,
         note="Call admission control of TURN traffic through the A/V Edge. In the topology only where call admission "
              "control is on."),
    replace(
        _row(36, _FRONT_END, services.FILE_SHARE, "445", "SMB/TCP", _TCP, _CONNECT, peers=(Peer.FILE_STORE,),
             note="SMB from Front Ends to the file store: address book, meeting content and the rest of the share.",
             caveat="Outbound: the listener is the host of the file share. The row came to the page in 2018; the "
                    "traffic is there in Lync Server 2013 too.",
             products=SINCE_2015),
        id="skype-01",
    ),
    _row(36, _FRONT_END, services.BANDWIDTH_POLICY, "448", "TCP", _TCP, _LISTEN, peers=_ANY,
         note="Call admission control: the bandwidth policy checks themselves. In the topology only where call "
              "admission control is on."),
    _row(37, _CENTRAL_MANAGEMENT, services.MASTER_REPLICATOR, "445", "TCP", _TCP, _CONNECT,
         peers=(Peer.REPLICA, Peer.BRANCH_APPLIANCE, Peer.FILE_STORE),
         note="File transfer (SMB) that brings configuration to every replica.",
         caveat="Outbound: the row names the sender. The listeners are the other internal Lync servers (share "
                "xds-replica) and the file store, for which the table has no row."),
    _row(38, LYNC_SERVERS, services.SQL_BROWSER, "1434", "UDP", _UDP, _LISTEN, peers=_SQL,
         note="Lets SQL clients find the local instance; the document prints the row a second time.",
         caveat=_SQL_BROWSER_CAVEAT),
    _row(39, _AUDIO, services.VARIOUS, "49152-57500", "TCP/UDP", _BOTH, _LISTEN, peers=_ANY,
         note="Conference and call audio, over UDP or TCP, on every server where audio ends.",
         caveat="The role cell says all internal servers; the row's own note narrows it to Front End and Mediation "
                f"Servers. Ends one port above the product's default range, 49152-57499. {_QOS}"),
    _row(40, VIEWER_FARMS, services.OFFICE_WEB_APPS, "443", "", _TCP, _LISTEN, peers=_ANY,
         note="Shared presentations: the servers, and clients through the reverse proxy, reach the viewer farm.",
         caveat="The service and protocol cells are empty in the document; read as TCP."),
    _row(41, _DIRECTOR, services.FRONT_END, "5060", "TCP", _TCP, _LISTEN, peers=(Peer.PBX,),
         feature=Feature.REMOTE_CALL_CONTROL,
         note="Unencrypted SIP from trusted services that a static route names, such as remote call control.",
         caveat=_STATIC_ROUTE_CAVEAT),
    _row(42, _DIRECTOR, services.FRONT_END, "444", "HTTPS | TCP", _TCP, _LISTEN, peers=_SERVERS,
         note="Traffic between Directors and Front End Servers, client certificates included: publishing them and "
              "checking published ones."),
    _row(43, _DIRECTOR, services.WEB_COMPATIBILITY, "80", "TCP", _TCP, _LISTEN, peers=_ANY,
         note="The Director's internal web site without encryption, for first contact; afterwards 443 is used. The "
              "document tells it from the caller's side."),
    _row(44, _DIRECTOR, services.WEB_COMPATIBILITY, "443", "HTTPS", _TCP, _LISTEN, peers=_ANY,
         note="The Director's internal web site, which clients call. The document describes it from the caller's side.",
         caveat=_DIRECTOR_WEB_CAVEAT),
    _row(45, _DIRECTOR, services.FRONT_END, "5061", "TCP", _TCP, _LISTEN, peers=_ANY,
         note="Encrypted SIP of the Director: clients that sign in, and other servers."),
    _row(46, _MEDIATION, services.MEDIATION, "5070", "TCP", _TCP, _LISTEN, peers=_TO_MEDIATION,
         note="SIP from Front End Servers to the Mediation Server.",
         caveat="Doubled: server-46 and server-49 are one listener; topology documents have one port 5070, with MTLS."),
    _row(47, _MEDIATION, services.MEDIATION, "5067", "TCP (TLS)", _TCP, _LISTEN, peers=_TRUNK,
         note="Encrypted SIP from gateways.",
         caveat=_TLS_TRUNK_CAVEAT),
    _row(48, _MEDIATION, services.MEDIATION, "5068", "TCP", _TCP, _LISTEN, peers=_TRUNK,
         note="Unencrypted SIP from gateways.",
         caveat=_TCP_TRUNK_CAVEAT),
    _row(49, _MEDIATION, services.MEDIATION, "5070", "TCP (MTLS)", _TCP, _LISTEN, peers=_TO_MEDIATION,
         note="SIP from Front End Servers; the document prints the row a second time, with another protocol.",
         caveat="Doubled: server-46 and server-49 are one listener; topology documents have one port 5070, with MTLS."),
    _row(50, _PERSISTENT_CHAT, services.PERSISTENT_CHAT_SIP, "5041", "TCP (MTLS)", _TCP, _LISTEN, peers=_POOL,
         note=f"{_NO_NOTE} SIP from Front End Servers to Persistent Chat."),
    _row(51, _PERSISTENT_CHAT, services.PERSISTENT_CHAT_WCF, "881", "TCP (TLS) and TCP (MTLS)", _TCP, _LISTEN,
         peers=_ANY,
         note=f"{_NO_NOTE} Persistent Chat's WCF endpoint.",
         caveat="Two protocols in one cell, one listener. The documents do not say who connects."),
    _row(52, _PERSISTENT_CHAT, services.PERSISTENT_CHAT_FILES, "443", "TCP (TLS)", _TCP, _LISTEN, peers=_ANY,
         note=f"{_NO_NOTE} Files that are sent to and fetched from chat rooms.",
         caveat="The documents do not say who connects."),
)
# fmt: on
