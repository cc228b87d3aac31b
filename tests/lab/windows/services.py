# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service control manager and sc.exe.

Simulates `sc query|queryex|qc|start|stop|config` (layout as documented by sc's own help; state and type numbers are
those of the Win32 SERVICE_STATUS structure). Stopping MpsSvc is refused: administrators usually cannot.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lab.windows.netsh import split_words
from lab.windows.process import Process
from lab.windows.registry import Registry

if TYPE_CHECKING:
    from lab.host import Host

STOPPED, RUNNING = 1, 4
_STATES = {STOPPED: "STOPPED", RUNNING: "RUNNING"}
_STARTS = {2: "AUTO_START", 3: "DEMAND_START", 4: "DISABLED"}
_START_WORDS = {"auto": 2, "demand": 3, "disabled": 4}
SERVICES_KEY = r"HKLM\SYSTEM\CurrentControlSet\Services"

ACCESS_DENIED, NO_SERVICE, ALREADY_RUNNING, DISABLED, NOT_STARTED = 5, 1060, 1056, 1058, 1062


@dataclass
class Service:
    """One installed service; its start type lives in the registry, as it does in Windows."""

    name: str
    display: str
    command: str
    state: int = RUNNING


def standard_services() -> dict[str, Service]:
    """The services every simulated host has, by upper-cased name."""
    host = "C:\\Windows\\system32\\svchost.exe -k "
    services = (
        Service("MpsSvc", "Windows Firewall", host + "LocalServiceNoNetwork"),
        Service("BFE", "Base Filtering Engine", host + "LocalServiceNoNetwork"),
        Service("WinRM", "Windows Remote Management (WS-Management)", host + "NetworkService"),
        Service("RpcSs", "Remote Procedure Call (RPC)", host + "rpcss"),
        Service("Schedule", "Task Scheduler", host + "netsvcs"),
    )
    return {service.name.upper(): service for service in services}


def installed_services(registry: Registry, names: Iterable[str]) -> dict[str, Service]:
    """The standard services and the named ones, which the registry describes, by upper-cased name."""
    services = standard_services()
    for name in names:
        key = registry.find(f"{SERVICES_KEY}\\{name}")
        display, command = (key.get(value) if key else None for value in ("DisplayName", "ImagePath"))
        services[name.upper()] = Service(
            name, display.data if display else name, expand_system_root(command.data) if command else ""
        )
    return services


def expand_system_root(path: str) -> str:
    """An ImagePath with the variables that services use expanded."""
    return re.sub(r"%(SystemRoot|windir)%", lambda _: "C:\\Windows", path, flags=re.IGNORECASE)


def start_type(host: Host, name: str) -> int:
    """The Start value of a service: 2 automatic, 3 on demand, 4 disabled."""
    key = host.registry.find(f"{SERVICES_KEY}\\{name}")
    number = key.dword("Start") if key else None
    return 2 if number is None else number


async def run(process: Process) -> int:
    """sc.exe's entry point; returns its exit code, which is a Win32 error number."""
    words = split_words(process.arguments)
    if len(words) < 2:
        process.out(process.message("cmd_syntax") + "\r\n")
        return 1639
    verb, name = words[0].lower(), words[1]
    if process.host.quirks.sc_delay:
        await asyncio.sleep(process.host.quirks.sc_delay)
    if process.host.quirks.deny_sc:
        return _failed(process, "OpenService", ACCESS_DENIED)
    service = process.host.services.get(name.upper())
    if service is None:
        call = "EnumQueryServicesStatus:OpenService" if verb.startswith("query") else "OpenService"
        return _failed(process, call, NO_SERVICE)
    if verb in ("query", "queryex"):
        process.out(_status(process, service))
        return 0
    if verb == "qc":
        process.out(_configuration(process, service))
        return 0
    if verb not in ("start", "stop", "config"):
        process.out(process.message("cmd_syntax") + "\r\n")
        return 1639
    if not process.elevated:
        return _failed(process, "OpenService", ACCESS_DENIED)
    if verb == "config":
        return _configure(process, service, words[2:])
    if verb == "start":
        return _start(process, service)
    if service.state == STOPPED:
        return _failed(process, "ControlService", NOT_STARTED)
    return _failed(process, "ControlService" if name.upper() != "MPSSVC" else "OpenService", ACCESS_DENIED)


def _failed(process: Process, call: str, code: int) -> int:
    reasons = {
        ACCESS_DENIED: "access_denied",
        NO_SERVICE: "sc_no_service",
        ALREADY_RUNNING: "sc_running",
        DISABLED: "sc_disabled",
        NOT_STARTED: "sc_not_started",
    }
    process.out(f"{process.message('sc_failed', call, code)}\r\n\r\n{process.message(reasons[code])}\r\n\r\n")
    return code


def _status(process: Process, service: Service) -> str:
    label, kind = process.message("sc_state"), process.message("sc_type")
    flags = "(STOPPABLE, NOT_PAUSABLE, IGNORES_SHUTDOWN)" if service.state == RUNNING else ""
    return (
        f"\r\nSERVICE_NAME: {service.name} \r\n"
        f"        {kind:<18} : 20  WIN32_SHARE_PROCESS  \r\n"
        f"        {label:<18} : {service.state}  {_STATES[service.state]} \r\n"
        f"                                {flags}\r\n"
        f"        WIN32_EXIT_CODE    : 0  (0x0)\r\n"
        f"        SERVICE_EXIT_CODE  : 0  (0x0)\r\n"
        f"        CHECKPOINT         : 0x0\r\n"
        f"        WAIT_HINT          : 0x0\r\n"
    )


def _configuration(process: Process, service: Service) -> str:
    start = start_type(process.host, service.name)
    return (
        f"{process.message('sc_success', 'QueryServiceConfig')}\r\n\r\n"
        f"SERVICE_NAME: {service.name}\r\n"
        f"        {process.message('sc_type'):<18} : 20  WIN32_SHARE_PROCESS \r\n"
        f"        {process.message('sc_start_type'):<18} : {start}   {_STARTS[start]}\r\n"
        f"        ERROR_CONTROL      : 1   NORMAL\r\n"
        f"        BINARY_PATH_NAME   : {service.command}\r\n"
        f"        DISPLAY_NAME       : {service.display}\r\n"
    )


def _configure(process: Process, service: Service, words: list[str]) -> int:
    """`start= auto` is two words; `start=auto` is one that sc.exe does not understand."""
    if len(words) != 2 or words[0].lower() != "start=" or words[1].lower() not in _START_WORDS:
        process.out(process.message("cmd_syntax") + "\r\n")
        return 1639
    if service.name == "MpsSvc" and process.host.quirks.mpssvc_start_refused:
        return _failed(process, "ChangeServiceConfig", ACCESS_DENIED)
    key = process.host.registry.create(f"{SERVICES_KEY}\\{service.name}")
    key.set_dword("Start", _START_WORDS[words[1].lower()])
    process.out(process.message("sc_success", "ChangeServiceConfig") + "\r\n")
    return 0


def _start(process: Process, service: Service) -> int:
    if service.name == "MpsSvc" and process.host.quirks.mpssvc_start_refused:
        return _failed(process, "StartService", ACCESS_DENIED)
    if service.state == RUNNING:
        return _failed(process, "StartService", ALREADY_RUNNING)
    if start_type(process.host, service.name) == 4:
        return _failed(process, "StartService", DISABLED)
    process.host.start_service(service)
    process.out(_status(process, service))
    return 0
