# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ports of ``Get-CsService``, in the words of the topology document.

The properties are those that the ``Set-Cs...`` cmdlets of Lync Server 2013 document (``Set-CsRegistrar``,
``Set-CsConferenceServer`` and so on); owner, usage, side and protocol are what the topology document says of the same
port. A property that is not here is not taken for a listener: ``PublishedExternalHttpsPort`` is the reverse proxy's,
``MediationServerPort`` of a gateway is the Mediation Server's. 0 means that there is no such listener.
"""

from __future__ import annotations

from typing import NamedTuple


class Listener(NamedTuple):
    """What a property is about.

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
    "SipPort": Listener(f"{_COMPONENT}Registrar", "SipServer", "Mtls"),
    "SipServerTcpPort": Listener(f"{_COMPONENT}Registrar", "SipServer", "Tcp"),
    "WebPort": Listener(f"{_COMPONENT}Registrar", "WebServer", "Mtls"),
    "WinFabFederationPort": Listener(f"{_COMPONENT}WinFab", "WinFabFederation", "Tcp"),
    "WinFabLeaseAgentPort": Listener(f"{_COMPONENT}WinFab", "WinFabLeaseAgent", "Tcp"),
    "WinFabClientConnectionPort": Listener(f"{_COMPONENT}WinFab", "WinFabClientConnection", "Tcp"),
    "WinFabIPCPort": Listener(f"{_COMPONENT}WinFab", "WinFabIPC", "Tcp"),
    "WinFabReplicationPort": Listener(f"{_COMPONENT}WinFab", "WinFabReplication", "Tcp"),
    "LyssWcfMtlsPort": Listener(f"{_COMPONENT}Lyss", "WcfMtls", "Mtls"),
    "XmppGatewaySipPort": Listener(f"{_COMPONENT}XmppFederation", "SipServer", "Mtls"),
}


def _media(*kinds: str) -> dict[str, Listener]:
    usages = {"Audio": "AudioCommunication", "Video": "VideoCommunication", "AppSharing": "AppSharingCommunication"}
    return {
        f"{kind}PortStart": Listener(f"{_COMPONENT}MediaComp", usages[kind], "TcpOrUdp", size=f"{kind}PortCount")
        for kind in kinds
    }


LISTENERS: dict[str, dict[str, Listener]] = {
    "Registrar": _REGISTRAR,
    "Director": _REGISTRAR,
    "UserServer": {
        "McuFactorySipPort": Listener(f"{_COMPONENT}McuFactory", "WebServer", "Mtls"),
        "UserPinManagementWcfHttpPort": Listener(f"{_COMPONENT}PresenceFocus", "UserPinManagement", "Https"),
        "ConfDirManagementWcfTcpPort": Listener(f"{_COMPONENT}McuFactory", "WcfServer", "Tcp"),
    },
    "ConferencingServer": {
        "ImSipPort": Listener(f"{_COMPONENT}IMConf", "SipServer", "Mtls"),
        "AudioVideoSipPort": Listener(f"{_COMPONENT}AVConf", "SipServer", "Mtls"),
        "AppSharingSipPort": Listener(f"{_COMPONENT}AppSharingConf", "SipServer", "Mtls"),
        "DataPsomPort": Listener(f"{_COMPONENT}DataConf", "PsomClient", "Tls"),
        **_media("Audio", "Video", "AppSharing"),
    },
    "ApplicationServer": {
        "AtsSipPort": Listener(f"{_APPLICATION}testbot", "SipServer", "Mtls"),
        "CaaSipPort": Listener(f"{_APPLICATION}Caa", "SipServer", "Mtls"),
        "CasSipPort": Listener(f"{_APPLICATION}Cas", "SipServer", "Mtls"),
        "CpsSipPort": Listener(f"{_APPLICATION}Cps", "SipServer", "Mtls"),
        "PdpSipPort": Listener(f"{_APPLICATION}PDP", "SipServer", "Mtls"),
        "PdpTurnPort": Listener(f"{_APPLICATION}PDP", "TURNServer", "Tcp"),
        "RgsSipPort": Listener(f"{_APPLICATION}RGS", "SipServer", "Mtls"),
        "RgsWcfMtlsPort": Listener(f"{_APPLICATION}RGS", "WcfMtls", "Mtls"),
        **_media("Audio", "Video", "AppSharing"),
    },
    "MediationServer": {
        "SipServerPort": Listener(f"{_COMPONENT}Mediation", "SipServer", "Mtls"),
        "SipClientTlsPort": Listener(f"{_COMPONENT}Mediation", "SipClient", "Tls", "Pstn"),
        "SipClientTcpPort": Listener(f"{_COMPONENT}Mediation", "SipClient", "Tcp", "Pstn"),
        **_media("Audio"),
    },
    "WebServer": {
        "PrimaryHttpPort": Listener(f"{_COMPONENT}OCSWebSite", "WebSite", "Http"),
        "PrimaryHttpsPort": Listener(f"{_COMPONENT}OCSWebSite", "WebSite", "Https"),
        "ExternalHttpPort": Listener(f"{_COMPONENT}OCSWebSite", "WebSite", "Http", "External"),
        "ExternalHttpsPort": Listener(f"{_COMPONENT}OCSWebSite", "WebSite", "Https", "External"),
        "ReachPrimaryPsomServerPort": Listener(f"{_COMPONENT}Reach", "PsomServer", "Mtls"),
        "ReachExternalPsomServerPort": Listener(f"{_COMPONENT}Reach", "PsomServer", "Mtls", "External"),
        "McxSipPrimaryListeningPort": Listener(f"{_COMPONENT}McxService", "SipServer", "Mtls"),
        "McxSipExternalListeningPort": Listener(f"{_COMPONENT}McxServiceExternal", "SipServer", "Mtls"),
        "UcwaSipPrimaryListeningPort": Listener(f"{_COMPONENT}UcwaService", "SipServer", "Mtls"),
        "UcwaSipExternalListeningPort": Listener(f"{_COMPONENT}UcwaServiceExternal", "SipServer", "Mtls"),
        "RmWebSipPrimaryListeningPort": Listener(f"{_COMPONENT}PersistentChatWebManager", "SipServer", "Mtls"),
        "RmWebSipExternalListeningPort": Listener(f"{_COMPONENT}PersistentChatWebManagerExternal", "SipServer", "Mtls"),
        **_media("AppSharing"),
    },
    "ManagementServer": {
        "ReplicationServicePort": Listener(f"{_COMPONENT}ReplicationService", "Replication", "Https", "Internal"),
    },
    "PstnGateway": {
        # What the gateway listens on. No document says how the topology names these ports; nobody looks for the names.
        "GatewaySipClientTcpPort": Listener(f"{_COMPONENT}PstnGateway", "SipServer", "Tcp"),
        "GatewaySipClientTlsPort": Listener(f"{_COMPONENT}PstnGateway", "SipServer", "Tls"),
    },
    "EdgeServer": {
        "AccessEdgeInternalSipPort": Listener(f"{_COMPONENT}AccessEdge", "SipServer", "Mtls", "Internal"),
        "AccessEdgeExternalSipPort": Listener(f"{_COMPONENT}AccessEdge", "SipServer", "Mtls", "External"),
        "AccessEdgeClientSipPort": Listener(f"{_COMPONENT}AccessEdge", "SipClient", "Tls", "External"),
        "DataPsomServerPort": Listener(f"{_COMPONENT}DataEdge", "PsomServer", "Mtls", "Internal"),
        "DataPsomClientPort": Listener(f"{_COMPONENT}DataEdge", "PsomClient", "Tls", "External"),
        "MediaRelayAuthEdgePort": Listener(
            f"{_COMPONENT}MediaRelayAuthenticationEdge", "SipServer", "Mtls", "Internal"
        ),
        "MediaRelayInternalTurnTcpPort": Listener(f"{_COMPONENT}MediaRelayEdge", "TURNServer", "Tcp", "Internal"),
        "MediaRelayExternalTurnTcpPort": Listener(f"{_COMPONENT}MediaRelayEdge", "TURNServer", "Tcp", "External"),
        "MediaRelayInternalTurnUdpPort": Listener(f"{_COMPONENT}MediaRelayEdge", "TURNServer", "Udp", "Internal"),
        "MediaRelayExternalTurnUdpPort": Listener(f"{_COMPONENT}MediaRelayEdge", "TURNServer", "Udp", "External"),
        "MediaCommunicationPortStart": Listener(
            f"{_COMPONENT}MediaRelayEdge",
            "MediaCommunication",
            "TcpOrUdp",
            "External",
            "MediaCommunicationPortCount",
        ),
        "XmppListeningPort": Listener(f"{_COMPONENT}XmppFederationProxy", "XmppServer", "Tls", "External"),
        "XmppInternalPort": Listener(f"{_COMPONENT}XmppFederationProxy", "XptServer", "Mtls", "Internal"),
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
