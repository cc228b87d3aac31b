# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each role installs: its services, with the ports that Lync Server 2013 gives them.

The Edge's ports are those of public Skype for Business 2015 and 2019 topology documents, without SkypeSearchProxy.
**Invented**, because no public document shows them: the owners and usages of Persistent Chat and of gateways, and the
trusted application. Persistent Chat's role names are those of Microsoft's planning pages; its ports are those of the
port table, and 8011, which is often quoted. ExternalServer is the role of trusted applications in public scripts.
A Director has no Windows Fabric, as ``Set-CsDirector`` has no parameter for it.
"""

from __future__ import annotations

from dataclasses import dataclass

from .estate import Port, Service, ServiceKey
from .ports import PIN_MANAGEMENT, Media, component, conferencing, web_services, web_sites
from .ports import registrar as registrar_ports

DEFAULT = "Default"
BACKUP = "Backup"  # Invented: how a Registrar names the pool that takes over.


def _needs(site: int, instance: int, *roles: str) -> tuple[tuple[ServiceKey, str], ...]:
    return tuple((ServiceKey(site, role, instance), DEFAULT) for role in roles)


@dataclass(frozen=True)
class Back:
    """Where a pool keeps its data: cluster and instance of its databases, cluster and share of its files."""

    sql: str
    sql_instance: str
    files: str
    share: str


def front_end(
    site: int,
    instance: int,
    on: str,
    back: Back,
    media: Media,
    applications: tuple[Port, ...],
    *,
    sip_tcp_port: int | None = None,
    taken_over_by: ServiceKey | None = None,
) -> tuple[Service, ...]:
    """The services of a Front End pool or a Standard Edition server.

    instance: of all its services, in its site. applications: ports of the features it runs. sip_tcp_port: for remote
    call control, which the product does not listen for unless told to. taken_over_by: the Registrar it is paired with.
    """

    def key(role: str) -> ServiceKey:
        return ServiceKey(site, role, instance)

    def store(role: str) -> Service:
        return Service(key(role), back.sql, sql=back.sql_instance)

    paired = () if taken_over_by is None else ((taken_over_by, BACKUP),)
    return (
        Service(
            key("UserServices"),
            on,
            (
                component("McuFactory", "WebServer", 444, url_path="/LiveServer/McuFactory/"),
                component("PresenceFocus", "UserPinManagement", 443, "Https", url_path=PIN_MANAGEMENT),
                component("McuFactory", "WcfServer", 9001, "Tcp", url_path="/LiveServer/ConfDirMgmt/"),
            ),
            depends_on=_needs(site, instance, "UserStore", "FileStore", "ConfServices"),
            role_version=2,
        ),
        Service(
            key("Registrar"),
            on,
            registrar_ports(sip_tcp_port),
            depends_on=(*_needs(site, instance, "UserServices", "WebServices"), *paired),
            attributes=(("IsDirector", "false"),),
            role_version=2,
        ),
        store("UserStore"),
        Service(key("FileStore"), back.files, attributes=(("ShareName", back.share),)),
        Service(
            key("WebServices"),
            on,
            web_services(media),
            depends_on=_needs(site, instance, "FileStore", "UserServices"),
        ),
        Service(
            key("ConfServices"),
            on,
            conferencing(media),
            depends_on=_needs(site, instance, "FileStore", "WebServices", "UserServices"),
        ),
        Service(
            key("ApplicationServer"),
            on,
            (*applications, media.audio_port(), media.video_port(), media.sharing_port()),
            depends_on=_needs(site, instance, "Registrar", "FileStore", "ApplicationStore"),
        ),
        store("ApplicationStore"),
    )


def mediation(
    key: ServiceKey,
    on: str,
    registrar: ServiceKey,
    media: Media,
    *,
    tls: tuple[int, int | None] | None = (5067, None),
    tcp: tuple[int, int | None] | None = (5068, None),
) -> Service:
    """A Mediation Server. tls and tcp: first port and count of the listeners for gateways; None for no listener."""
    trunks = [
        component("Mediation", "SipClient", listener[0], protocol, side="Pstn", count=listener[1])
        for listener, protocol in ((tls, "Tls"), (tcp, "Tcp"))
        if listener is not None
    ]
    sip = component("Mediation", "SipServer", 5070, gruu="MediationServer")
    return Service(key, on, (sip, *trunks, media.audio_port()), depends_on=((registrar, DEFAULT),))


def director(site: int, instance: int, on: str, files: ServiceKey) -> tuple[Service, ...]:
    """A Director: signs users in, and passes them on to their pool."""
    web = ServiceKey(site, "WebServices", instance)
    return (
        Service(
            ServiceKey(site, "Registrar", instance),
            on,
            (
                component("Registrar", "SipServer", 5061, gruu="HomeServer"),
                component("Registrar", "WebServer", 444, url_path="/LiveServer/Focus/"),
            ),
            depends_on=((web, DEFAULT),),
            attributes=(("IsDirector", "true"),),
            role_version=2,
        ),
        Service(web, on, web_sites(), depends_on=((files, DEFAULT),)),
    )


def persistent_chat(site: int, instance: int, on: str, back: Back, registrar: ServiceKey) -> tuple[Service, ...]:
    """A Persistent Chat pool and its two databases."""
    return (
        Service(
            ServiceKey(site, "PersistentChatService", instance),
            on,
            (
                component("PersistentChat", "SipServer", 5041, gruu="PersistentChat"),
                component("PersistentChat", "WcfMtls", 881),
                component("PersistentChat", "FileTransfer", 443, "Https"),
                component("PersistentChat", "PeerMtls", 8011),
            ),
            depends_on=(
                (registrar, DEFAULT),
                *_needs(site, instance, "PersistentChatStore", "PersistentChatComplianceStore"),
            ),
        ),
        Service(ServiceKey(site, "PersistentChatStore", instance), back.sql, sql=back.sql_instance),
        Service(ServiceKey(site, "PersistentChatComplianceStore", instance), back.sql, sql=back.sql_instance),
    )


def office_web_apps(key: ServiceKey, on: str) -> Service:
    """An Office Web Apps farm: the topology knows its URL, and no port."""
    return Service(key, on, attributes=(("DiscoveryUrl", f"https://{on}/hosting/discovery/"),))


def gateway(key: ServiceKey, on: str, mediation_server: ServiceKey, port: int, protocol: str, calls: int) -> Service:
    """A PSTN gateway. port, protocol: where the gateway listens. calls: the port it calls on the Mediation Server."""
    return Service(
        key,
        on,
        (component("PstnGateway", "SipServer", port, protocol),),
        depends_on=((mediation_server, DEFAULT),),
        attributes=(("MediationServerPort", str(calls)),),
    )


def edge(site: int, instance: int, on: str, registrar: ServiceKey, *, addresses: int) -> tuple[Service, ...]:
    """An Edge pool with one or three external addresses; with one, the services must share it, by port."""
    access, data, relay = (1, 2, 3) if addresses == 3 else (1, 1, 1)
    client, psom = (443, 443) if addresses == 3 else (5061, 444)
    media = component(
        "MediaRelayEdge", "MediaCommunication", 50000, "TcpOrUdp", side="External", interface=relay, count=10000
    )
    return (
        Service(
            ServiceKey(site, "EdgeServer", instance),
            on,
            (
                component("AccessEdge", "SipServer", 5061, side="Internal"),
                component("AccessEdge", "SipClient", client, "Tls", side="External", interface=access),
                component("AccessEdge", "SipServer", 5061, side="External", interface=access),
                component("DataEdge", "PsomServer", 8057, side="Internal"),
                component("DataEdge", "PsomClient", psom, "Tls", side="External", interface=data),
                component("MediaRelayAuthenticationEdge", "SipServer", 5062, side="Internal", gruu="MRAS"),
                component("MediaRelayEdge", "TURNServer", 443, "Tcp", side="Internal"),
                component("MediaRelayEdge", "TURNServer", 443, "Tcp", side="External", interface=relay),
                component("MediaRelayEdge", "TURNServer", 3478, "Udp", side="Internal"),
                component("MediaRelayEdge", "TURNServer", 3478, "Udp", side="External", interface=relay),
                media,
                component("XmppFederationProxy", "XmppServer", 5269, "Tls", side="External", interface=access),
                component("XmppFederationProxy", "XptServer", 23456, side="Internal", url_path="/XmppFederation/"),
            ),
            depends_on=((registrar, DEFAULT),),
            role_version=2,
        ),
        Service(
            ServiceKey(site, "ManagementServices", instance),
            on,
            (component("ReplicationService", "Replication", 4443, "Https", side="Internal"),),
        ),
    )


def central_management(site: int, instance: int, on: str, back: Back, *, active: bool) -> tuple[Service, ...]:
    """The Central Management service and store; only one pool's is active."""
    store = ServiceKey(site, "CentralMgmtStore", instance)
    return (
        Service(
            ServiceKey(site, "CentralMgmt", instance),
            on,
            depends_on=((store, DEFAULT), (ServiceKey(site, "FileStore", instance), DEFAULT)),
            attributes=(("IsActive", "true" if active else "false"),),
        ),
        Service(store, back.sql, sql=back.sql_instance),
    )
