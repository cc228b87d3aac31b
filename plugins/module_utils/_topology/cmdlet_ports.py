# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ports of ``Get-CsService``, in the terms of the topology document.

The properties are those that the ``Set-Cs...`` cmdlets of Lync Server 2013 document (``Set-CsRegistrar``,
``Set-CsConferenceServer`` and so on); owner, usage, side and protocol are those of the same port in the topology
document. A property that is not here is not taken for a listener: ``PublishedExternalHttpsPort`` is the reverse
proxy's, ``MediationServerPort`` of a gateway is the Mediation Server's. 0 means that there is no such listener.
"""

from __future__ import annotations

from typing import NamedTuple


class PortProperty(NamedTuple):
    """The listener that a property of ``Get-CsService`` is about.

    Attributes:
        owner: As `Port.owner`.
        usage: As `Port.usage`.
        protocol: As `Port.protocol`.
        side: As `Port.side`.
        size: The property with the number of ports, if the first one holds only where the range starts.
    """

    owner: str
    usage: str
    protocol: str
    side: str = "Primary"
    size: str = ""


_COMPONENT = "urn:component:"
_APPLICATION = "urn:application:"

_REGISTRAR = {
    "SipPort": PortProperty(f"{_COMPONENT}Registrar", "SipServer", "Mtls"),
    "SipServerTcpPort": PortProperty(f"{_COMPONENT}Registrar", "SipServer", "Tcp"),
    "WebPort": PortProperty(f"{_COMPONENT}Registrar", "WebServer", "Mtls"),
    "WinFabFederationPort": PortProperty(f"{_COMPONENT}WinFab", "WinFabFederation", "Tcp"),
    "WinFabLeaseAgentPort": PortProperty(f"{_COMPONENT}WinFab", "WinFabLeaseAgent", "Tcp"),
    "WinFabClientConnectionPort": PortProperty(f"{_COMPONENT}WinFab", "WinFabClientConnection", "Tcp"),
    "WinFabIPCPort": PortProperty(f"{_COMPONENT}WinFab", "WinFabIPC", "Tcp"),
    "WinFabReplicationPort": PortProperty(f"{_COMPONENT}WinFab", "WinFabReplication", "Tcp"),
    "LyssWcfMtlsPort": PortProperty(f"{_COMPONENT}Lyss", "WcfMtls", "Mtls"),
    "XmppGatewaySipPort": PortProperty(f"{_COMPONENT}XmppFederation", "SipServer", "Mtls"),
}


def _media(*kinds: str) -> dict[str, PortProperty]:
    usages = {"Audio": "AudioCommunication", "Video": "VideoCommunication", "AppSharing": "AppSharingCommunication"}
    return {
        f"{kind}PortStart": PortProperty(f"{_COMPONENT}MediaComp", usages[kind], "TcpOrUdp", size=f"{kind}PortCount")
        for kind in kinds
    }


PORT_PROPERTIES: dict[str, dict[str, PortProperty]] = {
    "Registrar": _REGISTRAR,
    "Director": _REGISTRAR,
    "UserServer": {
        "McuFactorySipPort": PortProperty(f"{_COMPONENT}McuFactory", "WebServer", "Mtls"),
        "UserPinManagementWcfHttpPort": PortProperty(f"{_COMPONENT}PresenceFocus", "UserPinManagement", "Https"),
        "ConfDirManagementWcfTcpPort": PortProperty(f"{_COMPONENT}McuFactory", "WcfServer", "Tcp"),
    },
    "ConferencingServer": {
        "ImSipPort": PortProperty(f"{_COMPONENT}IMConf", "SipServer", "Mtls"),
        "AudioVideoSipPort": PortProperty(f"{_COMPONENT}AVConf", "SipServer", "Mtls"),
        "AppSharingSipPort": PortProperty(f"{_COMPONENT}AppSharingConf", "SipServer", "Mtls"),
        "DataPsomPort": PortProperty(f"{_COMPONENT}DataConf", "PsomClient", "Tls"),
        **_media("Audio", "Video", "AppSharing"),
    },
    "ApplicationServer": {
        "AtsSipPort": PortProperty(f"{_APPLICATION}testbot", "SipServer", "Mtls"),
        "CaaSipPort": PortProperty(f"{_APPLICATION}Caa", "SipServer", "Mtls"),
        "CasSipPort": PortProperty(f"{_APPLICATION}Cas", "SipServer", "Mtls"),
        "CpsSipPort": PortProperty(f"{_APPLICATION}Cps", "SipServer", "Mtls"),
        "PdpSipPort": PortProperty(f"{_APPLICATION}PDP", "SipServer", "Mtls"),
        "PdpTurnPort": PortProperty(f"{_APPLICATION}PDP", "TURNServer", "Tcp"),
        "RgsSipPort": PortProperty(f"{_APPLICATION}RGS", "SipServer", "Mtls"),
        "RgsWcfMtlsPort": PortProperty(f"{_APPLICATION}RGS", "WcfMtls", "Mtls"),
        **_media("Audio", "Video", "AppSharing"),
    },
    "MediationServer": {
        "SipServerPort": PortProperty(f"{_COMPONENT}Mediation", "SipServer", "Mtls"),
        "SipClientTlsPort": PortProperty(f"{_COMPONENT}Mediation", "SipClient", "Tls", "Pstn"),
        "SipClientTcpPort": PortProperty(f"{_COMPONENT}Mediation", "SipClient", "Tcp", "Pstn"),
        **_media("Audio"),
    },
    "WebServer": {
        "PrimaryHttpPort": PortProperty(f"{_COMPONENT}OCSWebSite", "WebSite", "Http"),
        "PrimaryHttpsPort": PortProperty(f"{_COMPONENT}OCSWebSite", "WebSite", "Https"),
        "ExternalHttpPort": PortProperty(f"{_COMPONENT}OCSWebSite", "WebSite", "Http", "External"),
        "ExternalHttpsPort": PortProperty(f"{_COMPONENT}OCSWebSite", "WebSite", "Https", "External"),
        "ReachPrimaryPsomServerPort": PortProperty(f"{_COMPONENT}Reach", "PsomServer", "Mtls"),
        "ReachExternalPsomServerPort": PortProperty(f"{_COMPONENT}Reach", "PsomServer", "Mtls", "External"),
        "McxSipPrimaryListeningPort": PortProperty(f"{_COMPONENT}McxService", "SipServer", "Mtls"),
        "McxSipExternalListeningPort": PortProperty(f"{_COMPONENT}McxServiceExternal", "SipServer", "Mtls"),
        "UcwaSipPrimaryListeningPort": PortProperty(f"{_COMPONENT}UcwaService", "SipServer", "Mtls"),
        "UcwaSipExternalListeningPort": PortProperty(f"{_COMPONENT}UcwaServiceExternal", "SipServer", "Mtls"),
        "RmWebSipPrimaryListeningPort": PortProperty(f"{_COMPONENT}PersistentChatWebManager", "SipServer", "Mtls"),
        "RmWebSipExternalListeningPort": PortProperty(
            f"{_COMPONENT}PersistentChatWebManagerExternal", "SipServer", "Mtls"
        ),
        **_media("AppSharing"),
    },
    "ManagementServer": {
        "ReplicationServicePort": PortProperty(f"{_COMPONENT}ReplicationService", "Replication", "Https", "Internal"),
    },
    "PstnGateway": {
        # Ports of the gateway. How the topology document names them is not documented; the names are not used.
        "GatewaySipClientTcpPort": PortProperty(f"{_COMPONENT}PstnGateway", "SipServer", "Tcp"),
        "GatewaySipClientTlsPort": PortProperty(f"{_COMPONENT}PstnGateway", "SipServer", "Tls"),
    },
    "EdgeServer": {
        "AccessEdgeInternalSipPort": PortProperty(f"{_COMPONENT}AccessEdge", "SipServer", "Mtls", "Internal"),
        "AccessEdgeExternalSipPort": PortProperty(f"{_COMPONENT}AccessEdge", "SipServer", "Mtls", "External"),
        "AccessEdgeClientSipPort": PortProperty(f"{_COMPONENT}AccessEdge", "SipClient", "Tls", "External"),
        "DataPsomServerPort": PortProperty(f"{_COMPONENT}DataEdge", "PsomServer", "Mtls", "Internal"),
        "DataPsomClientPort": PortProperty(f"{_COMPONENT}DataEdge", "PsomClient", "Tls", "External"),
        "MediaRelayAuthEdgePort": PortProperty(
            f"{_COMPONENT}MediaRelayAuthenticationEdge", "SipServer", "Mtls", "Internal"
        ),
        "MediaRelayInternalTurnTcpPort": PortProperty(f"{_COMPONENT}MediaRelayEdge", "TURNServer", "Tcp", "Internal"),
        "MediaRelayExternalTurnTcpPort": PortProperty(f"{_COMPONENT}MediaRelayEdge", "TURNServer", "Tcp", "External"),
        "MediaRelayInternalTurnUdpPort": PortProperty(f"{_COMPONENT}MediaRelayEdge", "TURNServer", "Udp", "Internal"),
        "MediaRelayExternalTurnUdpPort": PortProperty(f"{_COMPONENT}MediaRelayEdge", "TURNServer", "Udp", "External"),
        "MediaCommunicationPortStart": PortProperty(
            f"{_COMPONENT}MediaRelayEdge",
            "MediaCommunication",
            "TcpOrUdp",
            "External",
            "MediaCommunicationPortCount",
        ),
        "XmppListeningPort": PortProperty(f"{_COMPONENT}XmppFederationProxy", "XmppServer", "Tls", "External"),
        "XmppInternalPort": PortProperty(f"{_COMPONENT}XmppFederationProxy", "XptServer", "Mtls", "Internal"),
    },
}
"""The role, as ``Get-CsService`` names it, to its properties that are listeners."""

ROLE_NAMES = {
    "UserServer": "UserServices",
    "Director": "Registrar",
    "WebServer": "WebServices",
    "ConferencingServer": "ConfServices",
    "CentralManagement": "CentralMgmt",
    "ManagementServer": "ManagementServices",
    "WacServer": "WacService",
    "UserDatabase": "UserStore",
    "ApplicationDatabase": "ApplicationStore",
    "ArchivingDatabase": "ArchivingStore",
    "MonitoringDatabase": "MonitoringStore",
    "CentralManagementDatabase": "CentralMgmtStore",
    "PersistentChatServer": "PersistentChatService",
    "PersistentChatDatabase": "PersistentChatStore",
    "PersistentChatComplianceDatabase": "PersistentChatComplianceStore",
    "TrustedApplicationPool": "ExternalServer",
}
"""The role, as ``Get-CsService`` names it, to the ``RoleName`` of the topology document, where they differ."""
