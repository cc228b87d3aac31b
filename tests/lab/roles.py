# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What listens on a host of each role of a product, and the Windows services behind it; Edge Servers are in `edge`.

What listens per role is the lab's own statement, from Microsoft's port tables and the pages beside them: only ports
that have a listener on the host itself (no gateway ports such as 5066, 5081 and 5082, no port of a feature that is off
by default such as 5060, none that nothing serves such as 8058, nor Mcx's where the product has that no more). Of the
large media ranges the first, a middle and the last port are sampled. What no table of ports has, though other pages or
topologies do, listens on request only (``extended``).

The short names of services are the same in all products, and their programs too, in another folder. The Video Interop
Server listens for its TCP trunk on request only: that is off as installed, and the port of its TLS trunk is not
documented, nor are its service and program, which are the lab's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from lab.edge import edge_ports, edge_services
from lab.ports import Port, ServiceKey, service_key, tcp, udp
from lab.products import LYNC_2013, Product
from lab.windows.policy import TCP, UDP, Listener

_SVCHOST = "C:\\Windows\\system32\\svchost.exe"
_WORKER = "C:\\Windows\\system32\\inetsrv\\w3wp.exe"
_SQL_BROWSER = "C:\\Program Files (x86)\\Microsoft SQL Server\\90\\Shared\\sqlbrowser.exe"
_CLIENT = "C:\\Program Files\\Microsoft Office\\Office15\\lync.exe"
_BROWSER = udp(_SQL_BROWSER, "SQLBrowser", 1434)

EDGE, VIDEO_INTEROP, CLIENT = "lync_edge", "lync_video_interop", "lync_client"
VIEWERS = OFFICE_WEB_APPS, OFFICE_ONLINE = "lync_office_web_apps", "lync_office_online"


def _programs(product: Product) -> dict[str, str]:
    """The program of each service."""
    root = product.root
    applications = f"{root}\\Application Host\\OcsAppServerHost.exe"
    return {
        "RTCSRV": f"{root}\\Server\\Core\\RTCSrv.exe",
        "RTCIMMCU": f"{root}\\OCSMCU\\IMMCUSvc.exe",
        "RTCDATAMCU": f"{root}\\Web Conferencing\\DATAMCUSVC.exe",
        "RTCAVMCU": f"{root}\\OCSMCU\\AVMCUSvc.exe",
        "RTCASMCU": f"{root}\\Application Sharing\\ASMCUSvc.exe",
        "RTCMEDSRV": f"{root}\\Mediation Server\\MediationServerSvc.exe",
        "RTCCHAT": f"{root}\\Persistent Chat\\ChannelService.exe",
        "RTCVIS": f"{root}\\Video Interop Server\\VideoInteropServerSvc.exe",
        **dict.fromkeys(("RTCCAA", "RTCCAS", "RTCCPS", "RTCATS", "RTCRGS", "RTCPDPCORE"), applications),
    }


def _front_end(product: Product) -> tuple[Port, ...]:
    programs = _programs(product)

    def of(service: str, *numbers: int) -> tuple[Port, ...]:
        return tcp(programs[service], service, *numbers)

    return (
        *of("RTCSRV", 444, 5061),
        Port(TCP, 135, _SVCHOST, "RpcSs", "epmap"),
        *of("RTCIMMCU", 5062),
        *of("RTCDATAMCU", 8057),
        *of("RTCAVMCU", 5063, 57501, 61518, 65535),
        *udp(programs["RTCAVMCU"], "RTCAVMCU", 57501, 61518, 65535),
        *of("RTCASMCU", 5065, 49152, 53326),
        *tcp("System", "", 80, 443, 4443, 8080),
        *tcp(_WORKER, "W3SVC", *((5086, 5087) if product.mcx else ()), 8060, 8061),
        *of("RTCCAA", 5072),
        *of("RTCCAS", 5073),
        *of("RTCCPS", 5075),
        *of("RTCATS", 5076),
        *of("RTCRGS", 5071, 8404),
        *of("RTCPDPCORE", 448, 5080),
        *udp(programs["RTCCAA"], "RTCCAA", 49152, 53326, 57500),
        *_BROWSER,
    )


def _mediation(product: Product) -> tuple[Port, ...]:
    program, service = _programs(product)["RTCMEDSRV"], "RTCMEDSRV"
    media = (49152, 53326, 57500)
    return (
        *tcp(program, service, 5067, 5068, 5070),
        *udp(program, service, *media),
        *tcp(program, service, *media),
        *_BROWSER,
    )


def _viewer(product: Product) -> str:
    """The group of the servers that show presentations; Office Online Server came with the products that have a VIS."""
    return OFFICE_ONLINE if product.video_interop else OFFICE_WEB_APPS


@lru_cache(maxsize=16)
def role_ports(product: Product) -> Mapping[str, tuple[Port, ...]]:
    """The ports of each role that a product has, by the inventory's groups; those of an Edge Server on any address."""
    programs = _programs(product)
    return {
        "lync_front_end": _front_end(product),
        "lync_director": (*tcp(programs["RTCSRV"], "RTCSRV", 444, 5061), *tcp("System", "", 80, 443), *_BROWSER),
        "lync_mediation": _mediation(product),
        "lync_persistent_chat": (
            *tcp(programs["RTCCHAT"], "RTCCHAT", 881, 5041), *tcp("System", "", 443), *_BROWSER,
        ),
        _viewer(product): tcp("System", "", 443),
        **({VIDEO_INTEROP: _BROWSER} if product.video_interop else {}),
        "lync_central_management": (),
        EDGE: tuple(port for _unused, port in edge_ports(product)),
        CLIENT: (*tcp(_CLIENT, "", 6891, 5350, 42000, 50000), *udp(_CLIENT, "", 5350, 42000, 50000)),
    }  # fmt: skip


@lru_cache(maxsize=16)
def extended_ports(product: Product) -> Mapping[str, tuple[Port, ...]]:
    """What listens beside the ports of the tables, as other pages and topologies have it."""
    programs = _programs(product)
    return {
        "lync_front_end": (
            *(tcp(_WORKER, "W3SVC", 6008) if product.platform_service else ()),
            *(udp(programs["RTCASMCU"], "RTCASMCU", 50000, 58000) if product.screen_sharing else ()),
        ),
        "lync_persistent_chat": tcp(programs["RTCCHAT"], "RTCCHAT", 8011),
        _viewer(product): tcp("System", "", 80, 809),
        VIDEO_INTEROP: tcp(programs["RTCVIS"], "RTCVIS", 6001),
    }


_DISPLAY = {
    "RTCSRV": "Front-End",
    "RTCIMMCU": "IM Conferencing",
    "RTCDATAMCU": "Web Conferencing",
    "RTCAVMCU": "Audio/Video Conferencing",
    "RTCASMCU": "Application Sharing",
    "RTCMEDSRV": "Mediation",
    "RTCCHAT": "Persistent Chat",
    "RTCVIS": "Video Interop",
    "RTCCAA": "Conferencing Attendant",
    "RTCCAS": "Conferencing Announcement",
    "RTCCPS": "Call Park",
    "RTCATS": "Audio Test Service",
    "RTCRGS": "Response Group",
    "RTCPDPCORE": "Bandwidth Policy Service (Core)",
}
_OTHERS = (
    service_key("SQLBrowser", "SQL Server Browser", _SQL_BROWSER),
    ServiceKey("W3SVC", "World Wide Web Publishing Service", "%windir%\\system32\\svchost.exe -k iissvcs"),
)


def _known_services(product: Product) -> dict[str, ServiceKey]:
    """The services that may be on an internal server; the applications share one program, told apart by an argument."""
    known = {}
    for name, program in _programs(product).items():
        argument = f" -service {name}" if program.endswith("OcsAppServerHost.exe") else ""
        known[name] = service_key(name, f"{product.brand} {_DISPLAY[name]}", program, argument)
    return known | {other.name: other for other in _OTHERS}


def services_of(groups: Iterable[str], product: Product = LYNC_2013) -> tuple[ServiceKey, ...]:
    """The services that the roles of a host install, each once, in the order of their names."""
    groups = tuple(groups)
    known = _known_services(product)
    if EDGE in groups:
        known = {service.name: service for service in edge_services(product)}
        return tuple(known[name] for name in sorted(known))
    names = {port.service for group in groups for port in role_ports(product).get(group, ())}
    names |= {"RTCVIS"} if VIDEO_INTEROP in groups else set()
    return tuple(known[name] for name in sorted(names & known.keys()))


def lync_rules(groups: Iterable[str], *, enabled: bool, product: Product = LYNC_2013) -> tuple[tuple[str, str], ...]:
    """The program rules that the setup makes for a host's services, `CS RTCSRV` and so on: ids and strings.

    That the products since 2015 name theirs so is documented for RTCSRV on Edge Servers and RTCMEDSRV.
    """
    programs = {
        port.service: port.program
        for group in groups
        for port in role_ports(product).get(group, ())
        if port.service.startswith("RTC")
    }
    active = "TRUE" if enabled else "FALSE"
    return tuple(
        (
            "{6A1C0B52-9E3D-4C37-8F6B-2D1A5E7F9C" + f"{place:02X}" + "}",
            f"v2.22|Action=Allow|Active={active}|Dir=In|App={programs[name]}|Name=CS {name}|",
        )
        for place, name in enumerate(sorted(programs, key=lambda name: (name != "RTCSRV", name)), start=1)
    )


DIRECTOR_WEB = tcp("System", "", 4443, 8080)
"""The external web site of a Director, which the page of the port tables has for the load balancer in front only."""


def programs(groups: Iterable[str]) -> tuple[str, ...]:
    """The programs on the disk of a host of these inventory groups: of users' computers the Lync client's."""
    return (_CLIENT,) if CLIENT in groups else ()


def client_rules() -> tuple[tuple[str, str], ...]:
    """The program rules that the setup of the Lync client makes, for each transport: ids and strings."""
    return tuple(
        (
            "{6A1C0B52-9E3D-4C37-8F6B-2D1A5E7F9D" + f"{protocol:02X}" + "}",
            f"v2.22|Action=Allow|Active=TRUE|Dir=In|Protocol={protocol}|App={_CLIENT}|Name=Microsoft Lync|",
        )
        for protocol in (TCP, UDP)
    )


def listeners(
    address: str,
    groups: Iterable[str],
    product: Product = LYNC_2013,
    *,
    director_web: bool = False,
    extended: bool = False,
) -> tuple[Listener, ...]:
    """What listens on a host of these inventory groups; a port that two roles share is listed once."""
    found: dict[tuple[int, int], Listener] = {}
    for group in groups:
        more = DIRECTOR_WEB if director_web and group == "lync_director" else ()
        beside = extended_ports(product).get(group, ()) if extended else ()
        for port in (*role_ports(product).get(group, ()), *more, *beside):
            listener = Listener(address, port.protocol, port.number, port.program, port.service, port.rpc)
            found.setdefault((port.protocol, port.number), listener)
    return tuple(found[key] for key in sorted(found))
