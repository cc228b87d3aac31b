# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an Edge Server listens on, and on which of its addresses.

The lab's own statement, from Microsoft's port summaries of Edge Servers (Lync Server 2013: nine pages; Skype for
Business Server: "Edge Server environmental requirements"). 50000-59999 are not listened on: they are inbound only for
partners with Office Communications Server 2007. With one external address for all services Access takes 5061 for
clients too, and Web Conferencing 444.

Every socket is bound to its address; of http.sys (`System`), which is told addresses by URL, netstat shows all.
Services and programs as antivirus pages list them; the folders of the Edge's own programs, and name and program of the
XMPP proxy's service, are the lab's.
"""

from __future__ import annotations

from dataclasses import dataclass

from lab.ports import Port, ServiceKey, service_key, tcp, udp
from lab.products import Product
from lab.windows.policy import Listener

INTERNAL, ACCESS, WEB_CONFERENCING, AUDIO_VIDEO = INTERFACES = (
    "internal", "external_access", "external_webconf", "external_av",
)  # fmt: skip


@dataclass(frozen=True)
class EdgeAddresses:
    """The addresses of an Edge Server, dotted IPv4; the external ones may be one and the same."""

    internal: str
    external_access: str
    external_webconf: str
    external_av: str

    @property
    def external(self) -> tuple[str, ...]:
        """The external addresses, each once."""
        return tuple(dict.fromkeys((self.external_access, self.external_webconf, self.external_av)))

    @property
    def is_shared(self) -> bool:
        """Whether all external services have one address."""
        return len(self.external) == 1

    def as_dict(self) -> dict[str, str]:
        """Interface to address."""
        return {name: getattr(self, name) for name in INTERFACES}


def _programs(product: Product) -> dict[str, str]:
    return {
        "RTCSRV": f"{product.root}\\Server\\Core\\RTCSrv.exe",
        "RTCDATAPROXY": f"{product.root}\\Web Conferencing Edge\\DataProxy.exe",
        "RTCMRAUTH": f"{product.root}\\AV Edge\\MRASSvc.exe",
        "RTCMEDIARELAY": f"{product.root}\\AV Edge\\MediaRelaySvc.exe",
        "RTCCLSAGT": f"{product.common}\\ClsAgent\\ClsAgent.exe",
        "REPLICA": f"{product.root}\\Server\\Replica Replicator Agent\\ReplicaReplicatorAgent.exe",
        **({"RTCXMPPTGWPXY": f"{product.root}\\XMPP Proxy\\XmppProxy.exe"} if product.xmpp else {}),
    }


_DISPLAY = {
    "RTCSRV": "Access Edge",
    "RTCDATAPROXY": "Web Conferencing Edge",
    "RTCMRAUTH": "Audio/Video Authentication",
    "RTCMEDIARELAY": "Audio/Video Edge",
    "RTCCLSAGT": "Centralized Logging Service Agent",
    "REPLICA": "Replica Replicator Agent",
    "RTCXMPPTGWPXY": "XMPP Translating Gateway Proxy",
}


def edge_services(product: Product) -> tuple[ServiceKey, ...]:
    """The Windows services of an Edge Server."""
    return tuple(
        service_key(name, f"{product.brand} {_DISPLAY[name]}", program) for name, program in _programs(product).items()
    )


def edge_ports(product: Product, *, shared: bool = False) -> tuple[tuple[str, Port], ...]:
    """Interface and port of all that listens; ``shared``: all external services have one address."""
    programs = _programs(product)

    def of(service: str, *numbers: int) -> tuple[Port, ...]:
        return tcp(programs[service], service, *numbers)

    turn = (*of("RTCMEDIARELAY", 443), *udp(programs["RTCMEDIARELAY"], "RTCMEDIARELAY", 3478))
    table: list[tuple[str, tuple[Port, ...]]] = [
        (ACCESS, of("RTCSRV", *((5061,) if shared else (443, 5061)))),
        (WEB_CONFERENCING, of("RTCDATAPROXY", 444 if shared else 443)),
        (AUDIO_VIDEO, turn),
        (INTERNAL, of("RTCSRV", 5061)),
        (INTERNAL, of("RTCMRAUTH", 5062)),
        (INTERNAL, of("RTCDATAPROXY", 8057)),
        (INTERNAL, turn),
        (INTERNAL, tcp("System", "", 4443)),  # replication is a service of http.sys
        (INTERNAL, of("RTCCLSAGT", 50001, 50002, 50003)),
    ]
    if product.xmpp:
        table += [(ACCESS, of("RTCXMPPTGWPXY", 5269)), (INTERNAL, of("RTCXMPPTGWPXY", 23456))]
    return tuple((interface, port) for interface, ports in table for port in ports)


def edge_listeners(addresses: EdgeAddresses, product: Product) -> tuple[tuple[str, Listener], ...]:
    """Interface and listener of all that listens on an Edge Server with these addresses."""
    at = addresses.as_dict()
    return tuple(
        (interface, _listener(at[interface], port))
        for interface, port in edge_ports(product, shared=addresses.is_shared)
    )


def _listener(address: str, port: Port) -> Listener:
    return Listener(address, port.protocol, port.number, port.program, port.service, bound=port.program != "System")
