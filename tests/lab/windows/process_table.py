# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which processes run on a host and who owns which listening port.

A process stands for a program: all services of one svchost group share one, every other service has its own, and
so have the applications that run the same program once for each service. The kernel's listeners (http.sys for
WinRM and IIS, SMB) belong to PID 4. PIDs depend on what is installed only, so they stay while the host lives.
"""

from __future__ import annotations

import ntpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lab.windows.network import Listener
from lab.windows.services import RUNNING, Service

if TYPE_CHECKING:
    from lab.host import Host

KERNEL = 4
_FIRST_PID = 620


@dataclass(frozen=True)
class RunningProcess:
    """``memory`` in kilobytes; ``session`` 0 for services."""

    pid: int
    image: str
    services: tuple[str, ...] = ()
    memory: int = 4096
    session: int = 0


_SYSTEM_PROCESSES = (
    RunningProcess(0, "System Idle Process", memory=24),
    RunningProcess(KERNEL, "System", memory=276),
    RunningProcess(232, "smss.exe", memory=1040),
    RunningProcess(340, "csrss.exe", memory=3912),
    RunningProcess(412, "wininit.exe", memory=3640),
    RunningProcess(424, "csrss.exe", memory=3604, session=1),
    RunningProcess(468, "winlogon.exe", memory=6120, session=1),
    RunningProcess(524, "services.exe", memory=8232),
    RunningProcess(532, "lsass.exe", ("SamSs",), memory=13428),
)


def all_listeners(host: Host) -> tuple[Listener, ...]:
    """Everything that listens, WinRM first."""
    winrm = host.winrm_listeners
    taken = {(listener.address, listener.protocol, listener.port) for listener in winrm}
    return (*winrm, *(each for each in host.listeners if (each.address, each.protocol, each.port) not in taken))


def process_table(host: Host) -> tuple[RunningProcess, ...]:
    """The processes by PID."""
    pids = _pids(host)
    services: dict[str, list[str]] = {}
    for service in host.services.values():
        if service.state == RUNNING:
            services.setdefault(_unit_of(service), []).append(service.name)
    units = set(services) | {_unit_of_listener(host, listener) for listener in all_listeners(host)}
    found = [
        RunningProcess(pids[unit], _image(unit), tuple(sorted(services.get(unit, ()))), 4096 + 37 * pids[unit])
        for unit in units - {"System"}
    ]
    return tuple(sorted((*_SYSTEM_PROCESSES, *found), key=lambda process: process.pid))


def pid_of(host: Host, listener: Listener) -> int:
    """The process that owns a listener."""
    return _pids(host)[_unit_of_listener(host, listener)]


def _pids(host: Host) -> dict[str, int]:
    units = {_unit_of(service) for service in host.services.values()}
    units |= {_unit_of_listener(host, listener) for listener in all_listeners(host)}
    return {
        "System": KERNEL,
        **{unit: _FIRST_PID + 52 * place for place, unit in enumerate(sorted(units - {"System"}))},
    }


def _unit_of(service: Service) -> str:
    """What runs as one process: an svchost group, or a program for one service."""
    if "svchost.exe" in service.command.lower():
        return service.command.lower()
    return f"{_program(service.command)}|{service.name}"


def _unit_of_listener(host: Host, listener: Listener) -> str:
    if listener.program == "System":
        return "System"
    service = host.services.get(listener.service.upper())
    if service is not None and _program(service.command).lower() == listener.program.lower():
        return _unit_of(service)
    return f"{listener.program}|"  # a worker, such as w3wp.exe, that no service is


def _program(command: str) -> str:
    """The program of an ImagePath, quoted or not."""
    match = re.match(r'"([^"]+)"|(\S+)', command)
    return "" if match is None else match[1] or match[2]


def _image(unit: str) -> str:
    return "svchost.exe" if "svchost.exe" in unit.lower() else ntpath.basename(unit.partition("|")[0])
