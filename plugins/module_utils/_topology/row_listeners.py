# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The listeners of a topology document that belong to each row of the page.

A topology names a port by its owner (``urn:component:Registrar``), a usage (``SipServer``), an interface side and a
protocol. The pairs here are those of published topology documents of Skype for Business 2015 and 2019; no document of
Lync 2013 itself is public. A row without an entry, such as 135 or 1434, is in no topology.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ListenerPattern:
    """Selects listeners of a topology by their attributes; all that are given must fit.

    Attributes:
        owners: Last parts of ``Owner``.
        usage: ``Usage``.
        side: ``InterfaceSide``.
        protocols: ``Protocol``, any of them.
        services: ``RoleName`` of the service that has the port; none means any.
    """

    owners: tuple[str, ...]
    usage: str = ""
    side: str = ""
    protocols: tuple[str, ...] = ()
    services: tuple[str, ...] = ()

    def fits(self, service: str, owner: str, usage: str, side: str, protocol: str) -> bool:
        """Whether a listener matches; letter case does not count, nor what ``owner`` has before its last colon."""
        return (
            owner.rpartition(":")[2].casefold() in (name.casefold() for name in self.owners)
            and self.usage.casefold() in ("", usage.casefold())
            and self.side.casefold() in ("", side.casefold())
            and (not self.protocols or protocol.casefold() in (name.casefold() for name in self.protocols))
            and (not self.services or service.casefold() in (name.casefold() for name in self.services))
        )


def _sip(*owners: str, protocols: tuple[str, ...] = ()) -> ListenerPattern:
    return ListenerPattern(owners, "SipServer", protocols=protocols)


def _site(side: str, protocol: str) -> ListenerPattern:
    return ListenerPattern(("OCSWebSite",), "WebSite", side, (protocol,))


def _media(usage: str, *services: str) -> ListenerPattern:
    return ListenerPattern(("MediaComp",), usage, services=services)


_PLAIN_SIP = _sip("Registrar", protocols=("Tcp",))
_SIP = _sip("Registrar", protocols=("Mtls", "Tls"))
_PROCESS = ListenerPattern(("Registrar",), "WebServer")
_MEDIATION_SIP = _sip("Mediation")
_TRUNK_TLS = ListenerPattern(("Mediation",), "SipClient", protocols=("Tls", "Mtls"))
_TRUNK_TCP = ListenerPattern(("Mediation",), "SipClient", protocols=("Tcp",))


def _relay(side: str, protocol: str) -> ListenerPattern:
    return ListenerPattern(("MediaRelayEdge",), "TURNServer", side, (protocol,))


_EDGE_MEDIA = ListenerPattern(("MediaRelayEdge",), "MediaCommunication", "External")
_SHARING = _media("AppSharingCommunication", "ConfServices", "ApplicationServer", "WebServices")

ROW_LISTENERS: dict[str, ListenerPattern] = {
    "server-02": _PLAIN_SIP,
    "server-03": _SIP,
    "server-04": _PROCESS,
    "server-06": _sip("IMConf"),
    "server-07": ListenerPattern(("DataConf",), "PsomClient"),
    "server-09": _sip("AVConf"),
    "server-10": _media("VideoCommunication", "ConfServices"),
    "server-11": _site("Primary", "Http"),
    "server-12": _site("Primary", "Https"),
    "server-13": _site("External", "Http"),
    "server-14": _site("External", "Https"),
    "server-15": ListenerPattern(("Reach",), "PsomServer", "Primary"),
    "server-16": ListenerPattern(("Reach",), "PsomServer", "External"),
    "server-17": _sip("McxService"),
    "server-18": _sip("McxServiceExternal"),
    "server-19": _site("Primary", "Https"),
    "server-21": _sip("Caa"),
    "server-22": _MEDIATION_SIP,
    "server-23": _TRUNK_TLS,
    "server-24": _TRUNK_TCP,
    "server-27": _sip("AppSharingConf"),
    "server-28": _SHARING,
    "server-29": _sip("Cas"),
    "server-30": _sip("Cps"),
    "server-31": _sip("testbot"),
    "server-33": _sip("RGS"),
    "server-34": ListenerPattern(("RGS",), "WcfMtls"),
    "server-35": _sip("PDP"),
    "server-39": _media("AudioCommunication", "ConfServices", "ApplicationServer", "MediationServer"),
    "server-41": _PLAIN_SIP,
    "server-42": _PROCESS,
    "server-43": _site("Primary", "Http"),
    "server-44": _site("Primary", "Https"),
    "server-45": _SIP,
    "server-46": _MEDIATION_SIP,
    "server-47": _TRUNK_TLS,
    "server-48": _TRUNK_TCP,
    "server-49": _MEDIATION_SIP,
    "add-01": ListenerPattern(("WinFab",)),
    "add-02": ListenerPattern(("Lyss",)),
    "add-03": ListenerPattern(("McuFactory",), "WcfServer"),
    "add-04": _sip("UcwaService", "UcwaServiceExternal"),
    "add-05": _sip("XmppFederation"),
    "add-06": _sip("PersistentChatWebManager", "PersistentChatWebManagerExternal"),
    "add-08": _site("External", "Http"),
    "add-09": _site("External", "Https"),
    "edge-listen-01": ListenerPattern(("AccessEdge",), "SipClient", "External"),
    "edge-listen-02": ListenerPattern(("AccessEdge",), "SipServer", "External"),
    "edge-listen-03": ListenerPattern(("XmppFederationProxy",), "XmppServer", "External"),
    "edge-listen-04": ListenerPattern(("DataEdge",), "PsomClient", "External"),
    "edge-listen-05": _relay("External", "Tcp"),
    "edge-listen-06": _relay("External", "Udp"),
    "edge-listen-07": _EDGE_MEDIA,
    "edge-listen-08": _EDGE_MEDIA,
    "edge-listen-09": ListenerPattern(("AccessEdge",), "SipServer", "Internal"),
    "edge-listen-10": ListenerPattern(("MediaRelayAuthenticationEdge",), "SipServer", "Internal"),
    "edge-listen-11": ListenerPattern(("DataEdge",), "PsomServer", "Internal"),
    "edge-listen-12": _relay("Internal", "Udp"),
    "edge-listen-13": _relay("Internal", "Tcp"),
    "edge-listen-14": ListenerPattern(("ReplicationService", "SkypeSearchProxy")),
    "edge-listen-16": ListenerPattern(("XmppFederationProxy",), "XptServer", "Internal"),
    "add-19": _SHARING,
    "add-21": ListenerPattern(("PlatformService",)),
}
"""Row id to its listeners."""
