# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Services unrelated to Lync that enabling the firewall would cut off: they really listen.

Each also keeps the connections it accepts until the client leaves, so that `netstat` has something to show.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from lab.ports import Port, ServiceKey
from lab.products import LYNC_2013, Product
from lab.windows.policy import TCP, Listener

_SQL = "C:\\Program Files\\Microsoft SQL Server\\MSSQL11.RTCLOCAL\\MSSQL\\Binn\\sqlservr.exe"
_BACKUP = "C:\\Program Files\\Symantec\\Backup Exec\\RAWS\\beremote.exe"
_MONITORING = "C:\\Program Files\\NSClient++\\nscp.exe"


@dataclass(frozen=True)
class Bystander:
    """A port and the service that owns it; SMB's port is the kernel's."""

    port: Port
    service: ServiceKey


BYSTANDERS: Mapping[str, Bystander] = {
    "rdp": Bystander(
        Port(TCP, 3389, "C:\\Windows\\System32\\svchost.exe", "TermService"),
        ServiceKey("TermService", "Remote Desktop Services", "%SystemRoot%\\System32\\svchost.exe -k termsvcs"),
    ),
    "smb": Bystander(
        Port(TCP, 445, "System"),
        ServiceKey("LanmanServer", "Server", "%SystemRoot%\\system32\\svchost.exe -k netsvcs"),
    ),
    "sql": Bystander(
        Port(TCP, 1433, _SQL, "MSSQL$RTCLOCAL"),
        ServiceKey("MSSQL$RTCLOCAL", "SQL Server (RTCLOCAL)", f'"{_SQL}" -sRTCLOCAL'),
    ),
    "backup": Bystander(
        Port(TCP, 10000, _BACKUP, "BackupExecAgentAccelerator"),
        ServiceKey("BackupExecAgentAccelerator", "Backup Exec Remote Agent for Windows", f'"{_BACKUP}"'),
    ),
    "monitoring": Bystander(
        Port(TCP, 5666, _MONITORING, "nscp"),
        ServiceKey("nscp", "NSClient++ Monitoring Agent", f'"{_MONITORING}" service --run --name nscp'),
    ),
}


def bystander(name: str, product: Product = LYNC_2013) -> Bystander:
    """One of BYSTANDERS, beside a product: SQL Server Express is the version that comes with that."""
    known = BYSTANDERS[name]

    def here(text: str) -> str:
        return text.replace(LYNC_2013.sql, product.sql)

    service = replace(known.service, image_path=here(known.service.image_path))
    return Bystander(replace(known.port, program=here(known.port.program)), service)


def bystander_listeners(
    addresses: Iterable[str], names: Iterable[str], product: Product = LYNC_2013
) -> tuple[Listener, ...]:
    """What the named bystanders listen on, at each address of the host."""
    ports = [bystander(name, product).port for name in names]
    return tuple(
        Listener(address, port.protocol, port.number, port.program, port.service, keeps=True)
        for address in addresses
        for port in ports
    )
