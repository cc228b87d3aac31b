# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The extended ruleset: requirements that Microsoft documents elsewhere, but not on the page of the 91 rows.

Kept apart from the 91: these rows have ids of their own (``add-01`` ...), apply only with the extended ruleset, and
each cites its source. Lync's own rules open these ports as well, unless they were removed or are ignored.
"""

from __future__ import annotations

from .._net.port_set import PortSet
from . import services
from .model import Requirement
from .words import (
    EVERY_PRODUCT,
    LYNC_SERVERS,
    SINCE_2015,
    SINCE_2019,
    UNTIL_2015,
    VIEWER_FARMS,
    Disposition,
    Peer,
    Product,
    Role,
    Table,
    Transport,
)

_FRONT_END = (Role.FRONT_END,)
_DIRECTOR = (Role.DIRECTOR,)
_SQL = (Role.SQL,)
_VIDEO_INTEROP = (Role.VIDEO_INTEROP,)
_TCP = (Transport.TCP,)
_UDP = (Transport.UDP,)
_BOTH = (Transport.TCP, Transport.UDP)

_MS_PS = "MicrosoftDocs, office-docs-powershell, SkypeForBusiness"
_MS_LYNC = "MicrosoftDocs, OfficeDocs-SkypeForBusiness, LyncServer"
_MS_SFB = "MicrosoftDocs, OfficeDocs-SkypeForBusiness, SfbServer"
_MS_OOS = "MicrosoftDocs, OfficeDocs-OfficeOnlineServer, plan-office-online-server and plan-office-web-apps-server"
_SHARING = f"{_MS_SFB}: video-based-screen-sharing, Ports and protocols"
_VIS = f"{_MS_PS}: Set-CsVideoInteropServer"
_TOPOLOGIES = "published topology documents (Skype for Business 2015 and 2019)"
_READ_VIS = "Read it with Get-CsService -VideoInteropServer, and say it in port_overrides."


def _row(
    number: int,
    roles: tuple[Role, ...],
    service: str,
    ports: str,
    protocol: str,
    peers: tuple[Peer, ...],
    note: str,
    source: str,
    *,
    transports: tuple[Transport, ...] = _TCP,
    caveat: str | None = None,
    disposition: Disposition = Disposition.LISTEN,
    products: tuple[Product, ...] = EVERY_PRODUCT,
    in_doubt: tuple[Product, ...] = (),
) -> Requirement:
    return Requirement(
        id=f"{Table.ADDITION}-{number:02}",
        table=Table.ADDITION,
        roles=roles,
        service=service,
        ports=PortSet.parse_strict(ports) if ports else PortSet(),
        transports=transports,
        protocol=protocol,
        disposition=disposition,
        peers=peers,
        note=note,
        source=source,
        caveat=caveat,
        products=products,
        in_doubt=in_doubt,
    )


ADDITIONS: tuple[Requirement, ...] = (
    _row(
        1, _FRONT_END, "Windows Fabric", "5090-5094", "TCP", (Peer.POOL,),
        "Federation, lease, client, IPC and replication traffic between the Front Ends of one pool.",
        f"{_MS_PS}: Set-CsRegistrar (defaults 5090 to 5094, Lync Server 2013)",
        caveat="Without it the Front Ends of a pool cannot agree, and services stay in the state Starting.",
    ),
    _row(
        2, _FRONT_END, "Lync Server Storage Service (LYSS)", "5077", "TCP (MTLS)", (Peer.POOL,),
        "Storage Service between the Front Ends of one pool.",
        f"{_TOPOLOGIES}: owner Lyss",
        caveat="From topologies of later versions; the port is the same in all of them.",
    ),
    _row(
        3, _FRONT_END, "Conference directory management", "9001", "TCP", (Peer.FRONT_END,),
        "Moving conference directories, within a pool and between the pools of a pair at a failover.",
        f"{_MS_PS}: Set-CsUserServer, ConfDirManagementWcfTcpPort (default 9001, Lync Server 2013)",
        caveat="Missing, Invoke-CsPoolFailover between paired pools fails with an error that speaks of DCOM.",
    ),
    _row(
        4, _FRONT_END, "Unified Communications Web API", "5088-5089", "TCP (MTLS)", (Peer.FRONT_END,),
        "SIP between UCWA and the Front End service, for internal and external users.",
        f"{_TOPOLOGIES}: owners UcwaService and UcwaServiceExternal",
        caveat="Which of the two is for external users the sources contradict each other about; both are open.",
    ),
    _row(
        5, _FRONT_END, "XMPP translating gateway", "5098", "TCP (MTLS)", (Peer.FRONT_END,),
        "SIP of the XMPP federation.",
        f"{_TOPOLOGIES}: owner XmppFederation",
        caveat="From topologies of later versions. Of Edge Servers no page has a connection to it.",
        products=UNTIL_2015,
        in_doubt=SINCE_2019,
    ),
    _row(
        6, _FRONT_END, "Persistent Chat room management", "5095-5096", "TCP (MTLS)",
        (Peer.FRONT_END, Peer.PERSISTENT_CHAT),
        "Web pages that manage Persistent Chat rooms, for internal and external users.",
        f"{_TOPOLOGIES}: owners PersistentChatWebManager and PersistentChatWebManagerExternal",
        caveat="Needed only where Persistent Chat is deployed.",
    ),
    _row(
        7, LYNC_SERVERS, "Lync Server Centralized Logging Service Agent", "50001-50003", "TCP",
        (Peer.REPLICA, Peer.ADMIN),
        "Centralized Logging: the controller talks to the agents, and agents to each other.",
        f"{_MS_LYNC}: lync-server-2013-overview-of-the-centralized-logging-service",
    ),
    _row(
        8, _DIRECTOR, "Web server component", "8080", "HTTP", (Peer.REVERSE_PROXY, Peer.LOAD_BALANCER),
        "External web services of a Director, from the reverse proxy.",
        f"{_MS_LYNC}: lync-server-2013-port-summary-single-director",
        caveat="The page of the 91 rows has it for Front Ends only.",
    ),
    _row(
        9, _DIRECTOR, "Web server component", "4443", "HTTPS",
        (Peer.REVERSE_PROXY, Peer.FRONT_END, Peer.LOAD_BALANCER),
        "External web services of a Director, from the reverse proxy, and Autodiscover between pools.",
        f"{_MS_LYNC}: lync-server-2013-port-summary-single-director, lync-server-2013-port-summary-autodiscover",
        caveat="The page of the 91 rows has it in the load balancers' tables only (rows hlb-20, dnslb-07).",
    ),
    _row(
        10, LYNC_SERVERS, "Lync Server Replica Replicator Agent", "445", "SMB",
        (Peer.CENTRAL_MANAGEMENT, Peer.FRONT_END),
        "The Central Management server writes each server's replica into its share xds-replica. Any Front End may "
        "become that server.",
        "Microsoft support: Central Management store file replication fails (access to xds-replica)",
        caveat="Row server-37 names the server that connects; this is the other end of the same traffic.",
    ),
    _row(
        11, _FRONT_END, "RPC dynamic ports", "49152-65535", "DCOM and RPC",
        (Peer.FRONT_END, Peer.ADMIN, Peer.LOAD_BALANCER),
        "What the endpoint mapper on 135 (row server-05) sends callers to; moving users between pools needs it.",
        "Windows Server default dynamic port range; aspoc.net 2014-03-04, Lync Server and internal firewalls",
        caveat="A field report, not a Microsoft page. Where DCOM's range is pinned by registry, override the ports.",
    ),
    _row(
        12, _SQL, "SQL Server", "1433", "TCP", (Peer.REPLICA, Peer.ADMIN),
        "The default instance of a back end. A named instance has a port of its own: override it.",
        f"{_MS_LYNC}: lync-server-2013-understanding-firewall-requirements-for-sql-server",
    ),
    _row(
        13, _SQL, "SQL Browser", "1434", "UDP", (Peer.REPLICA, Peer.ADMIN),
        "Tells clients the port of a named instance.",
        f"{_MS_LYNC}: lync-server-2013-understanding-firewall-requirements-for-sql-server",
        transports=_UDP,
        caveat="Not needed where instances have static ports and clients aliases.",
    ),
    _row(
        14, _SQL, "SQL Server mirroring", "5022", "TCP", (Peer.SQL,),
        "Mirroring endpoint of the principal and the mirror.",
        f"{_MS_LYNC}: lync-server-2013-deploying-sql-mirroring-for-back-end-server-high-availability",
        caveat="The default of Microsoft's procedure; needed only where databases are mirrored.",
        products=UNTIL_2015,
    ),
    _row(
        15, _SQL, "SQL Server mirroring witness", "7022", "TCP", (Peer.SQL,),
        "Mirroring endpoint of the witness.",
        f"{_MS_LYNC}: lync-server-2013-deploying-sql-mirroring-for-back-end-server-high-availability",
        caveat="The default of Microsoft's procedure; needed only where databases are mirrored.",
        products=UNTIL_2015,
    ),
    _row(
        16, (Role.PERSISTENT_CHAT,), "Persistent Chat, between the servers of a pool", "8011", "TCP",
        (Peer.PERSISTENT_CHAT, Peer.ADMIN),
        "Persistent Chat Servers of one pool talk to each other here; administration too.",
        f"{_MS_SFB}: persistent-chat-server/topology; {_MS_LYNC} has the same",
        caveat="Needed only in pools of several servers.",
    ),
    _row(
        17, VIEWER_FARMS, "Viewer farm, between its servers", "809", "TCP",
        (Peer.OFFICE_WEB_APPS, Peer.OFFICE_ONLINE),
        "Private traffic between the servers of one farm.",
        f"{_MS_OOS}: Firewall requirements",
        caveat="Needed only in farms of several servers.",
    ),
    _row(
        18, VIEWER_FARMS, "Viewer farm, without encryption", "80", "HTTP", (Peer.ANY,),
        "Traffic of browsers and of other servers with the farm, without encryption.",
        f"{_MS_OOS}: Firewall requirements",
        caveat="Conferences use HTTPS only: needed by a balancer that ends TLS, and by other users of the farm.",
    ),
    _row(
        19, _FRONT_END, services.APPLICATION_SHARING, "49152-65535", "TCP/UDP", (Peer.ANY,),
        "Conference application sharing over video (video-based screen sharing): UDP as well as TCP.",
        _SHARING,
        transports=_BOTH,
        caveat="2015 from its cumulative update 3 on. Row server-28 of the page has TCP only. With quality of service "
        "the traffic takes the video range over UDP, and 40803 to 49150 over TCP: override the row.",
        products=SINCE_2015,
    ),
    _row(
        20, (Role.CLIENT,), services.CLIENT_SHARING, "1024-65535", "TCP/UDP", (Peer.ANY,),
        "Sharing a desktop or a program over video (video-based screen sharing): UDP as well as TCP.",
        _SHARING,
        transports=_BOTH,
        caveat="Row client-11 of the page has TCP only.",
        disposition=Disposition.CLIENT,
        products=SINCE_2015,
    ),
    _row(
        21, _FRONT_END, "Web component PlatformService", "6008", "TCP (MTLS)", (Peer.FRONT_END,),
        "SIP listener that topologies have from ServiceVersion 8 on.",
        "a published topology document, ServiceVersion 8 (Skype for Business Server 2019): owner PlatformService",
        caveat="One document, and no page of Microsoft's, has it. Who connects is an inference.",
        products=SINCE_2019,
    ),
    _row(
        22, _VIDEO_INTEROP, services.VIDEO_INTEROP, "6001", "TCP", (Peer.PBX, Peer.GATEWAY),
        "SIP from the video gateway, such as Cisco's call manager, to the pool.",
        f"{_MS_SFB}: configure-cucm-for-interoperation, step 18; {_VIS}, SipTrunkTcpPort",
        caveat="Only where TCP was switched on in Topology Builder. The port can be moved: override it.",
        products=SINCE_2015,
    ),
    _row(
        23, _VIDEO_INTEROP, services.VIDEO_INTEROP, "", "TCP (TLS)", (Peer.PBX, Peer.GATEWAY),
        "Encrypted SIP from the video gateway, as a new pool has it.",
        f"{_MS_SFB}: create-a-vis-pool, step 5; {_VIS}, SipTrunkTlsPort",
        caveat=f"No page has the number, so nothing is opened. {_READ_VIS}",
        products=SINCE_2015,
    ),
    _row(
        24, _VIDEO_INTEROP, services.VIDEO_INTEROP_MEDIA, "", "TCP/UDP", (Peer.ANY,),
        "Audio and video of calls that are bridged.",
        f"{_VIS}, AudioPortStart, AudioPortCount, VideoPortStart, VideoPortCount",
        transports=_BOTH,
        caveat=f"No page has the defaults, so nothing is opened. {_READ_VIS}",
        products=SINCE_2015,
    ),
    _row(
        25, (Role.FILE_STORE,), services.FILE_SHARE, "445", "SMB/TCP", (Peer.FRONT_END,),
        "The other end of row skype-01: inbound on the host of the file share, from the Front Ends of all its pools.",
        "the listener's side of row skype-01",
        caveat="For whoever keeps the file server; no role of a host has this row. On Standard Edition that is the "
        "Front End itself, where row add-10 opens the port.",
    ),
)  # fmt: skip
"""All additions of all products, in the order of their numbers."""
