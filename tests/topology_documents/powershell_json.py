# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``Get-CsService | ConvertTo-Json -Depth 8`` and ``Get-CsPool | ConvertTo-Json`` give.

Documented (Microsoft's Lync Server 2013 pages "Get-CsService for Address Book management" and "Check Edge Servers and
their settings" print whole objects): Identity, SiteId (``Site:Redmond``), PoolFqdn, Version, Role, ServiceId
(``1-WebServices-1``: site, the topology's role name, instance), DependentServiceList (who depends on this one), and the
properties of WebServer and EdgeServer. The page on the port ranges for conferencing selects AudioPortStart,
AudioPortCount and so on of ConferencingServer, ApplicationServer and MediationServer. Used by public scripts: Active of
CentralManagement, SqlInstanceName of databases, UncPath of file stores, MtlsPort of PersistentChatServer, three
properties of UserServer, and Get-CsPool's Identity, Fqdn, Site, Services and Computers (both lists of names).

Inferred: the other port properties have the names of the parameters of the matching ``Set-Cs...`` cmdlet
(Set-CsRegistrar, -Director, -UserServer, -ConferenceServer, -ApplicationServer, -MediationServer, -EdgeServer,
-PstnGateway, -ManagementServer), each an integer; a feature that is off has null. One page prints some of the Edge's
properties otherwise (AccessEdgeClientPort, MediaRelayAuthInternalTurnTcpPort, MediaComunicationPortCount). Inferred
too: that MtlsPort is 8011; the words of roles that pages only show as a switch (``-WacServer``), and ExternalServer;
and that identities become plain strings in JSON, though they are objects of a .NET type.

The cmdlets know less than the document: no addresses, no owner, usage or side, no listener ranges of a Mediation
Server, no ports of Persistent Chat but one, and nothing of SQL instances without a database of Lync's.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from .estate import Estate, Port, Service, ServiceKey
from .roles import BACKUP, DEFAULT

CMDLET_ROLE = {
    "UserServices": "UserServer",
    "UserStore": "UserDatabase",
    "WebServices": "WebServer",
    "ConfServices": "ConferencingServer",
    "ApplicationStore": "ApplicationDatabase",
    "CentralMgmt": "CentralManagement",
    "CentralMgmtStore": "CentralManagementDatabase",
    "ManagementServices": "ManagementServer",
    "WacService": "WacServer",
    "ArchivingStore": "ArchivingDatabase",
    "MonitoringStore": "MonitoringDatabase",
    "PersistentChatService": "PersistentChatServer",
    "PersistentChatStore": "PersistentChatDatabase",
    "PersistentChatComplianceStore": "PersistentChatComplianceDatabase",
}
"""The cmdlets' word for a role, where it is not the document's. A Registrar can also be a Director."""


@dataclass(frozen=True)
class Property:
    """A property, and the port of the document that it shows. counted: it has a Count beside it; name lacks "Start"."""

    name: str
    owner: str
    usage: str
    side: str = "Primary"
    protocol: str | None = None
    counted: bool = False

    def shows(self, port: Port) -> bool:
        """Whether this property is about that port."""
        return (
            port.owner.rpartition(":")[2] == self.owner
            and port.usage == self.usage
            and port.side == self.side
            and self.protocol in {None, port.protocol}
        )


AUDIO = Property("AudioPort", "MediaComp", "AudioCommunication", counted=True)
VIDEO = Property("VideoPort", "MediaComp", "VideoCommunication", counted=True)
SHARING = Property("AppSharingPort", "MediaComp", "AppSharingCommunication", counted=True)

PROPERTIES: dict[str, tuple[Property, ...]] = {
    "Registrar": (
        Property("SipPort", "Registrar", "SipServer", protocol="Mtls"),
        Property("SipServerTcpPort", "Registrar", "SipServer", protocol="Tcp"),
        Property("WebPort", "Registrar", "WebServer"),
        Property("WinFabFederationPort", "WinFab", "WinFabFederation"),
        Property("WinFabLeaseAgentPort", "WinFab", "WinFabLeaseAgent"),
        Property("WinFabClientConnectionPort", "WinFab", "WinFabClientConnection"),
        Property("WinFabIPCPort", "WinFab", "WinFabIPC"),
        Property("WinFabReplicationPort", "WinFab", "WinFabReplication"),
        Property("LyssWcfMtlsPort", "Lyss", "WcfMtls"),
        Property("XmppGatewaySipPort", "XmppFederation", "SipServer"),
    ),
    "Director": (
        Property("SipPort", "Registrar", "SipServer", protocol="Mtls"),
        Property("SipServerTcpPort", "Registrar", "SipServer", protocol="Tcp"),
        Property("WebPort", "Registrar", "WebServer"),
    ),
    "UserServer": (
        Property("McuFactorySipPort", "McuFactory", "WebServer"),
        Property("UserPinManagementWcfHttpPort", "PresenceFocus", "UserPinManagement"),
        Property("ConfDirManagementWcfTcpPort", "McuFactory", "WcfServer"),
    ),
    "WebServer": (
        Property("PrimaryHttpPort", "OCSWebSite", "WebSite", protocol="Http"),
        Property("PrimaryHttpsPort", "OCSWebSite", "WebSite", protocol="Https"),
        Property("ExternalHttpPort", "OCSWebSite", "WebSite", "External", "Http"),
        Property("ExternalHttpsPort", "OCSWebSite", "WebSite", "External", "Https"),
        Property("ReachPrimaryPsomServerPort", "Reach", "PsomServer"),
        Property("ReachExternalPsomServerPort", "Reach", "PsomServer", "External"),
        SHARING,
        Property("McxSipPrimaryListeningPort", "McxService", "SipServer"),
        Property("McxSipExternalListeningPort", "McxServiceExternal", "SipServer"),
        Property("RmWebSipPrimaryListeningPort", "PersistentChatWebManager", "SipServer"),
        Property("RmWebSipExternalListeningPort", "PersistentChatWebManagerExternal", "SipServer"),
        Property("UcwaSipPrimaryListeningPort", "UcwaService", "SipServer"),
        Property("UcwaSipExternalListeningPort", "UcwaServiceExternal", "SipServer"),
    ),
    "ConferencingServer": (
        Property("ImSipPort", "IMConf", "SipServer"),
        Property("AudioVideoSipPort", "AVConf", "SipServer"),
        Property("AppSharingSipPort", "AppSharingConf", "SipServer"),
        Property("DataPsomPort", "DataConf", "PsomClient"),
        AUDIO,
        VIDEO,
        SHARING,
    ),
    "ApplicationServer": (
        Property("AtsSipPort", "testbot", "SipServer"),
        Property("CaaSipPort", "Caa", "SipServer"),
        Property("CasSipPort", "Cas", "SipServer"),
        Property("CpsSipPort", "Cps", "SipServer"),
        Property("PdpSipPort", "PDP", "SipServer"),
        Property("PdpTurnPort", "PDP", "TURNServer"),
        Property("RgsSipPort", "RGS", "SipServer"),
        Property("RgsWcfMtlsPort", "RGS", "WcfMtls"),
        AUDIO,
        VIDEO,
        SHARING,
    ),
    "MediationServer": (
        Property("SipServerPort", "Mediation", "SipServer"),
        Property("SipClientTcpPort", "Mediation", "SipClient", "Pstn", "Tcp"),
        Property("SipClientTlsPort", "Mediation", "SipClient", "Pstn", "Tls"),
        AUDIO,
    ),
    "EdgeServer": (
        Property("AccessEdgeInternalSipPort", "AccessEdge", "SipServer", "Internal"),
        Property("AccessEdgeExternalSipPort", "AccessEdge", "SipServer", "External"),
        Property("AccessEdgeClientSipPort", "AccessEdge", "SipClient", "External"),
        Property("DataPsomServerPort", "DataEdge", "PsomServer", "Internal"),
        Property("DataPsomClientPort", "DataEdge", "PsomClient", "External"),
        Property("MediaRelayAuthEdgePort", "MediaRelayAuthenticationEdge", "SipServer", "Internal"),
        Property("MediaRelayInternalTurnTcpPort", "MediaRelayEdge", "TURNServer", "Internal", "Tcp"),
        Property("MediaRelayExternalTurnTcpPort", "MediaRelayEdge", "TURNServer", "External", "Tcp"),
        Property("MediaRelayInternalTurnUdpPort", "MediaRelayEdge", "TURNServer", "Internal", "Udp"),
        Property("MediaRelayExternalTurnUdpPort", "MediaRelayEdge", "TURNServer", "External", "Udp"),
        Property("MediaCommunicationPort", "MediaRelayEdge", "MediaCommunication", "External", counted=True),
        Property("XmppListeningPort", "XmppFederationProxy", "XmppServer", "External"),
        Property("XmppInternalPort", "XmppFederationProxy", "XptServer", "Internal"),
    ),
    "ManagementServer": (Property("ReplicationServicePort", "ReplicationService", "Replication", "Internal"),),
    "PersistentChatServer": (Property("MtlsPort", "PersistentChat", "PeerMtls"),),
    "PstnGateway": (
        Property("GatewaySipClientTcpPort", "PstnGateway", "SipServer", protocol="Tcp"),
        Property("GatewaySipClientTlsPort", "PstnGateway", "SipServer", protocol="Tls"),
    ),
}


def write(estate: Estate) -> bytes:
    """Return both results in one object, ``{"services": [...], "pools": [...]}``."""
    return _encode({"services": services(estate), "pools": pools(estate)})


def write_services(estate: Estate) -> bytes:
    """Return what ``Get-CsService | ConvertTo-Json -Depth 8`` prints."""
    return _encode(_piped(services(estate)))


def write_pools(estate: Estate) -> bytes:
    """Return what ``Get-CsPool | ConvertTo-Json`` prints."""
    return _encode(_piped(pools(estate)))


def redirected(text: bytes, newline: str = "\r\n") -> bytes:
    """Return what ``> file`` makes of UTF-8 text in Windows PowerShell: UTF-16, little endian, with its mark."""
    return b"\xff\xfe" + text.decode("utf-8-sig").replace("\n", newline).encode("utf-16-le")


def _piped(items: list[dict[str, Any]]) -> object:
    """A pipeline of one object is that object, not a list of it."""
    return items[0] if len(items) == 1 else items


def _encode(value: object) -> bytes:
    # ConvertTo-Json puts two spaces after the colon.
    return (json.dumps(value, indent=4, separators=(",", ":  "), ensure_ascii=False) + "\n").encode("utf-8")


def cmdlet_role(service: Service) -> str:
    """The cmdlets' word for the role of a service."""
    if service.key.role == "Registrar" and service.attribute("IsDirector") == "true":
        return "Director"
    return CMDLET_ROLE.get(service.key.role, service.key.role)


def shown_ports(service: Service) -> list[tuple[Property, Port]]:
    """The properties that show a port, in the table's order, each with the port."""
    return [
        (item, port) for item in PROPERTIES.get(cmdlet_role(service), ()) for port in service.ports if item.shows(port)
    ]


def services(estate: Estate) -> list[dict[str, Any]]:
    """The objects of ``Get-CsService``."""
    names = {service.key: _identity(service) for service in estate.services}
    sites = dict(estate.sites)
    dependents: dict[ServiceKey, list[str]] = {}
    for service in estate.services:
        for key, _usage in service.depends_on:
            dependents.setdefault(key, []).append(names[service.key])
    return [
        {
            "Identity": names[service.key],
            **{names[key].partition(":")[0]: names[key] for key, usage in service.depends_on if usage == DEFAULT},
            **_backup(service, names),
            **_port_properties(service),
            **_own_properties(service),
            "DependentServiceList": dependents.get(service.key, []),
            "ServiceId": f"{service.key.site}-{service.key.role}-{service.key.instance}",
            "SiteId": f"Site:{sites[service.key.site]}",
            "PoolFqdn": service.on,
            "Version": service.version,
            "Role": cmdlet_role(service),
        }
        for service in estate.services
    ]


def pools(estate: Estate) -> list[dict[str, Any]]:
    """The objects of ``Get-CsPool``."""
    sites = dict(estate.sites)
    return [
        {
            "Identity": cluster.fqdn,
            "Services": [_identity(service) for service in estate.services if service.on == cluster.fqdn],
            "Computers": [machine.fqdn for machine in cluster.machines],
            "Fqdn": cluster.fqdn,
            "Site": f"Site:{sites[cluster.site]}",
        }
        for cluster in estate.clusters
    ]


def _backup(service: Service, names: dict[ServiceKey, str]) -> dict[str, str]:
    backup = next((names[key] for key, usage in service.depends_on if usage == BACKUP), None)
    return {} if backup is None else {"BackupRegistrar": backup}


def _identity(service: Service) -> str:
    return f"{cmdlet_role(service)}:{service.on}"


def _port_properties(service: Service) -> dict[str, int | None]:
    values: dict[str, int | None] = {}
    for item in PROPERTIES.get(cmdlet_role(service), ()):
        found = next((port for port in service.ports if item.shows(port)), None)
        if not item.counted:
            values[item.name] = None if found is None else found.number
        elif found is not None:
            values[f"{item.name}Start"] = found.number
            values[f"{item.name}Count"] = found.count
    return values


def _own_properties(service: Service) -> dict[str, Any]:
    share = service.attribute("ShareName")
    if share is not None:
        return {"ShareName": share, "UncPath": f"\\\\{service.on}\\{share}", "IsDfsShare": False}
    if service.sql is not None:
        return {"SqlInstanceName": service.sql}
    if service.attribute("IsActive") is not None:
        return {"Active": service.attribute("IsActive") == "true"}
    if service.attribute("DiscoveryUrl") is not None:
        return {"DiscoveryUri": service.attribute("DiscoveryUrl")}
    return {}
