# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What listens on a host of each Lync role, and the Windows services behind it.

What listens per role is the lab's own statement, from Microsoft's port tables for Lync Server 2013 and the pages
beside them: only ports that have a listener on the host itself (no gateway ports such as 5066, 5081 and 5082, no
port of a feature that is off by default such as 5060, none that nothing serves in 2013 such as 8058). Of the large
media ranges the first, a middle and the last port are sampled.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lab.windows.policy import TCP, UDP, Listener

_LYNC = "C:\\Program Files\\Microsoft Lync Server 2013"
_CORE = f"{_LYNC}\\Server\\Core"
_APPLICATIONS = f"{_LYNC}\\Application Host\\OcsAppServerHost.exe"
_SVCHOST = "C:\\Windows\\system32\\svchost.exe"
_SQL_BROWSER = "C:\\Program Files (x86)\\Microsoft SQL Server\\90\\Shared\\sqlbrowser.exe"


@dataclass(frozen=True)
class ServiceKey:
    """A Windows service as its registry key describes it: name, display name and ImagePath, quotes and all."""

    name: str
    display: str
    image_path: str


@dataclass(frozen=True)
class Port:
    """A listening port of a role: transport (TCP, UDP), number, program, service name, kind of RPC port."""

    protocol: int
    number: int
    program: str
    service: str = ""
    rpc: str = ""


def _tcp(program: str, service: str, *numbers: int) -> tuple[Port, ...]:
    return tuple(Port(TCP, number, program, service) for number in numbers)


def _udp(program: str, service: str, *numbers: int) -> tuple[Port, ...]:
    return tuple(Port(UDP, number, program, service) for number in numbers)


_MEDIATION = _tcp(f"{_LYNC}\\Mediation Server\\MediationServerSvc.exe", "RTCMEDSRV", 5067, 5068, 5070)
_MEDIATION_MEDIA = _udp(f"{_LYNC}\\Mediation Server\\MediationServerSvc.exe", "RTCMEDSRV", 49152, 53326, 57500) + _tcp(
    f"{_LYNC}\\Mediation Server\\MediationServerSvc.exe", "RTCMEDSRV", 49152, 53326, 57500
)
_CLIENT = "C:\\Program Files\\Microsoft Office\\Office15\\lync.exe"
_BROWSER = _udp(_SQL_BROWSER, "SQLBrowser", 1434)
_FRONT_END = (
    *_tcp(f"{_CORE}\\RTCSrv.exe", "RTCSRV", 444, 5061),
    Port(TCP, 135, _SVCHOST, "RpcSs", "epmap"),
    *_tcp(f"{_LYNC}\\OCSMCU\\IMMCUSvc.exe", "RTCIMMCU", 5062),
    *_tcp(f"{_LYNC}\\Web Conferencing\\DATAMCUSVC.exe", "RTCDATAMCU", 8057),
    *_tcp(f"{_LYNC}\\OCSMCU\\AVMCUSvc.exe", "RTCAVMCU", 5063, 57501, 61518, 65535),
    *_udp(f"{_LYNC}\\OCSMCU\\AVMCUSvc.exe", "RTCAVMCU", 57501, 61518, 65535),
    *_tcp(f"{_LYNC}\\Application Sharing\\ASMCUSvc.exe", "RTCASMCU", 5065, 49152, 53326),
    *_tcp("System", "", 80, 443, 4443, 8080),
    *_tcp("C:\\Windows\\system32\\inetsrv\\w3wp.exe", "W3SVC", 5086, 5087, 8060, 8061),
    *_tcp(_APPLICATIONS, "RTCCAA", 5072),
    *_tcp(_APPLICATIONS, "RTCCAS", 5073),
    *_tcp(_APPLICATIONS, "RTCCPS", 5075),
    *_tcp(_APPLICATIONS, "RTCATS", 5076),
    *_tcp(_APPLICATIONS, "RTCRGS", 5071, 8404),
    *_tcp(_APPLICATIONS, "RTCPDPCORE", 448, 5080),
    *_udp(_APPLICATIONS, "RTCCAA", 49152, 53326, 57500),
    *_BROWSER,
)

ROLE_PORTS: Mapping[str, tuple[Port, ...]] = {
    "lync_front_end": _FRONT_END,
    "lync_director": (
        *_tcp(f"{_CORE}\\RTCSrv.exe", "RTCSRV", 444, 5061),
        *_tcp("System", "", 80, 443),
        *_BROWSER,
    ),
    "lync_mediation": (*_MEDIATION, *_MEDIATION_MEDIA, *_BROWSER),
    "lync_persistent_chat": (
        *_tcp(f"{_LYNC}\\Persistent Chat\\ChannelService.exe", "RTCCHAT", 881, 5041),
        *_tcp("System", "", 443),
        *_BROWSER,
    ),
    "lync_office_web_apps": _tcp("System", "", 443),
    "lync_central_management": (),
    "lync_client": (
        *_tcp(_CLIENT, "", 6891, 5350, 42000, 50000),
        *_udp(_CLIENT, "", 5350, 42000, 50000),
    ),
}


def _service(name: str, display: str, program: str, arguments: str = "") -> ServiceKey:
    return ServiceKey(name, display, f'"{program}"{arguments}')


def _application(name: str, display: str) -> ServiceKey:
    """The applications share one program; only its argument tells them apart."""
    return _service(name, display, _APPLICATIONS, f" -service {name}")


SERVICES: Mapping[str, ServiceKey] = {
    service.name: service
    for service in (
        _service("RTCSRV", "Lync Server Front-End", f"{_CORE}\\RTCSrv.exe"),
        _service("RTCIMMCU", "Lync Server IM Conferencing", f"{_LYNC}\\OCSMCU\\IMMCUSvc.exe"),
        _service("RTCDATAMCU", "Lync Server Web Conferencing", f"{_LYNC}\\Web Conferencing\\DATAMCUSVC.exe"),
        _service("RTCAVMCU", "Lync Server Audio/Video Conferencing", f"{_LYNC}\\OCSMCU\\AVMCUSvc.exe"),
        _service("RTCASMCU", "Lync Server Application Sharing", f"{_LYNC}\\Application Sharing\\ASMCUSvc.exe"),
        _service("RTCMEDSRV", "Lync Server Mediation", f"{_LYNC}\\Mediation Server\\MediationServerSvc.exe"),
        _service("RTCCHAT", "Lync Server Persistent Chat", f"{_LYNC}\\Persistent Chat\\ChannelService.exe"),
        _application("RTCCAA", "Lync Server Conferencing Attendant"),
        _application("RTCCAS", "Lync Server Conferencing Announcement"),
        _application("RTCCPS", "Lync Server Call Park"),
        _application("RTCATS", "Lync Server Audio Test Service"),
        _application("RTCRGS", "Lync Server Response Group"),
        _application("RTCPDPCORE", "Lync Server Bandwidth Policy Service (Core)"),
        _service("SQLBrowser", "SQL Server Browser", _SQL_BROWSER),
        ServiceKey("W3SVC", "World Wide Web Publishing Service", "%windir%\\system32\\svchost.exe -k iissvcs"),
    )
}


def services_of(groups: Iterable[str]) -> tuple[ServiceKey, ...]:
    """The services that the roles of a host install, each once, in the order of their names."""
    names = {port.service for group in groups for port in ROLE_PORTS.get(group, ())}
    return tuple(SERVICES[name] for name in sorted(names & SERVICES.keys()))


def lync_rules(groups: Iterable[str], *, enabled: bool) -> tuple[tuple[str, str], ...]:
    """The program rules that Lync's setup makes for a host's services, `CS RTCSRV` and so on: ids and strings."""
    programs = {
        port.service: port.program
        for group in groups
        for port in ROLE_PORTS.get(group, ())
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


DIRECTOR_WEB = _tcp("System", "", 4443, 8080)
"""The external web site of a Director, which the page of the port tables has for the load balancer in front only."""


def programs(groups: Iterable[str]) -> tuple[str, ...]:
    """The programs on the disk of a host of these inventory groups: of users' computers the Lync client's."""
    return (_CLIENT,) if "lync_client" in groups else ()


def client_rules() -> tuple[tuple[str, str], ...]:
    """The program rules that the setup of the Lync client makes, for each transport: ids and strings."""
    return tuple(
        (
            "{6A1C0B52-9E3D-4C37-8F6B-2D1A5E7F9D" + f"{protocol:02X}" + "}",
            f"v2.22|Action=Allow|Active=TRUE|Dir=In|Protocol={protocol}|App={_CLIENT}|Name=Microsoft Lync|",
        )
        for protocol in (TCP, UDP)
    )


def listeners(address: str, groups: Iterable[str], *, director_web: bool = False) -> tuple[Listener, ...]:
    """What listens on a host of these inventory groups; a port that two roles share is listed once."""
    found: dict[tuple[int, int], Listener] = {}
    for group in groups:
        more = DIRECTOR_WEB if director_web and group == "lync_director" else ()
        for port in (*ROLE_PORTS.get(group, ()), *more):
            listener = Listener(address, port.protocol, port.number, port.program, port.service, port.rpc)
            found.setdefault((port.protocol, port.number), listener)
    return tuple(found[key] for key in sorted(found))
