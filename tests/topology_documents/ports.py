# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ports of each role, as tables: first port, protocol and the document's words for who listens and what for.

Of Front Ends and Mediation they are those of public Skype for Business 2015 and 2019 topology documents, without what
came after Lync 2013 (PlatformService). Numbers also agree with the defaults of Microsoft's cmdlet pages.
"""

from __future__ import annotations

from dataclasses import dataclass

from .estate import Port

PIN_MANAGEMENT = "/LiveServer/UserPinManagement/"


def component(name: str, usage: str, number: int, protocol: str = "Mtls", **more: object) -> Port:
    """A port of a Lync component. Other arguments are those of `Port`."""
    return Port(f"urn:component:{name}", usage, number, protocol, **more)  # type: ignore[arg-type]


def application(name: str, usage: str, number: int, protocol: str = "Mtls", **more: object) -> Port:
    """A port of an application that the Application Server hosts."""
    return Port(f"urn:application:{name}", usage, number, protocol, **more)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Media:
    """Media ranges, each as first port and count."""

    audio: tuple[int, int] = (49152, 8348)
    video: tuple[int, int] = (57501, 8034)
    sharing: tuple[int, int] = (49152, 16383)

    def audio_port(self) -> Port:
        """The audio range of Mediation, Conferencing and Application Servers."""
        return component("MediaComp", "AudioCommunication", self.audio[0], "TcpOrUdp", count=self.audio[1])

    def video_port(self) -> Port:
        """The video range."""
        return component("MediaComp", "VideoCommunication", self.video[0], "TcpOrUdp", count=self.video[1])

    def sharing_port(self) -> Port:
        """The application sharing range, which web services use too."""
        return component("MediaComp", "AppSharingCommunication", self.sharing[0], "TcpOrUdp", count=self.sharing[1])


CONFERENCING = (
    application("Caa", "SipServer", 5072, gruu="Microsoft.Rtc.Applications.Caa"),
    application("Cas", "SipServer", 5073, gruu="Microsoft.Rtc.Applications.Cas"),
)
CALL_PARK = (application("Cps", "SipServer", 5075, gruu="Microsoft.Rtc.Applications.Cps"),)
AUDIO_TEST = (application("testbot", "SipServer", 5076, gruu="Microsoft.Rtc.Applications.TestBot"),)
RESPONSE_GROUP = (
    application("RGS", "SipServer", 5071, gruu="Microsoft.Rtc.Applications.Acd"),
    application("RGS", "WcfMtls", 8404),
)
BANDWIDTH_POLICY = (
    application("PDP", "SipServer", 5080, gruu="Microsoft.Rtc.Applications.PDP"),
    application("PDP", "TURNServer", 448, "Tcp"),
)


def web_sites() -> tuple[Port, ...]:
    """IIS: the internal site, and the external one that a reverse proxy shows on other ports."""
    return (
        component("OCSWebSite", "WebSite", 8080, "Http", side="External", configured=80),
        component("OCSWebSite", "WebSite", 4443, "Https", side="External", configured=443),
        component("OCSWebSite", "WebSite", 80, "Http"),
        component("OCSWebSite", "WebSite", 443, "Https"),
    )


def web_services(media: Media) -> tuple[Port, ...]:
    """The web services of a Front End."""
    return (
        *web_sites(),
        component("Reach", "PsomServer", 8060),
        component("Reach", "PsomServer", 8061, side="External"),
        media.sharing_port(),
        component("McxService", "SipServer", 5086, gruu="McxInternal"),
        component("McxServiceExternal", "SipServer", 5087, gruu="McxExternal"),
        component("PersistentChatWebManager", "SipServer", 5095, gruu="PersistentChatRMWebInternal"),
        component("PersistentChatWebManagerExternal", "SipServer", 5096, gruu="PersistentChatRMWebExternal"),
        component("UcwaService", "SipServer", 5088, gruu="UcwaInternal"),
        component("UcwaServiceExternal", "SipServer", 5089, gruu="UcwaExternal"),
    )


def registrar(sip_tcp_port: int | None) -> tuple[Port, ...]:
    """The Registrar of a Front End. sip_tcp_port: None unless it was told to listen for plain SIP."""
    opted_in = () if sip_tcp_port is None else (component("Registrar", "SipServer", sip_tcp_port, "Tcp"),)
    return (
        component("Registrar", "SipServer", 5061, gruu="HomeServer"),
        *opted_in,
        component("Registrar", "WebServer", 444, url_path="/LiveServer/Focus/"),
        component("WinFab", "WinFabFederation", 5090, "Tcp"),
        component("WinFab", "WinFabLeaseAgent", 5091, "Tcp"),
        component("WinFab", "WinFabClientConnection", 5092, "Tcp"),
        component("WinFab", "WinFabIPC", 5093, "Tcp"),
        component("WinFab", "WinFabReplication", 5094, "Tcp"),
        component("QoE", "SipServer", 5061, url_path="/LiveServer/QoE/", gruu="QoS"),
        component("Lyss", "WcfMtls", 5077),
        component("XmppFederation", "SipServer", 5098, gruu="XmppFederation"),
    )


def conferencing(media: Media) -> tuple[Port, ...]:
    """The conferencing services of a Front End."""
    return (
        component("IMConf", "SipServer", 5062, gruu="chat"),
        component("IMConf", "WebServer", 444, url_path="/LiveServer/IMMcu/"),
        component("DataConf", "PsomClient", 8057, "Tls"),
        component("AVConf", "SipServer", 5063, gruu="audio-video"),
        component("AppSharingConf", "SipServer", 5065, gruu="applicationsharing"),
        component("DataConf", "WebServer", 444, url_path="/LiveServer/DataMcu/"),
        component("AVConf", "WebServer", 444, url_path="/LiveServer/AVMcu/"),
        component("AppSharingConf", "WebServer", 444, url_path="/LiveServer/ASMcu/"),
        media.audio_port(),
        media.video_port(),
        media.sharing_port(),
    )
