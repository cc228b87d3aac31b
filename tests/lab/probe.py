# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The probe: a client that tries every simulated service of every host, and WinRM, and shows what is open.

It knows the estate from the inventory alone and sends nothing but connection attempts and one-byte datagrams to
loopback addresses.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable
from dataclasses import dataclass

from lab.edge import edge_listeners
from lab.inventory import InventoryHost
from lab.products import PRODUCTS
from lab.roles import EDGE, VIDEO_INTEROP, VIEWERS, listeners
from lab.server import require_loopback
from lab.windows.policy import TCP, Listener

_ROLE_NAMES = {
    "lync_front_end": "Front End",
    "lync_director": "Director",
    "lync_mediation": "Mediation",
    "lync_persistent_chat": "Persistent Chat",
    "lync_central_management": "CMS",
    VIDEO_INTEROP: "Video Interop",
    EDGE: "Edge",
}
_AT_ONCE = 200
_BUSY = 2.0
"""Seconds after which a service is taken to be closed: a busy machine answers late, and a closed port says nothing."""


@dataclass(frozen=True)
class Finding:
    """One port of one host. ``transport`` is tcp or udp; ``interface``: which one of an Edge Server."""

    host: str
    transport: str
    port: int
    open: bool
    interface: str = ""

    @property
    def name(self) -> str:
        """`443/tcp`, with the interface behind it where the host has several."""
        return f"{self.port}/{self.transport}" + (f" {self.interface}" if self.interface else "")


@dataclass(frozen=True)
class HostReport:
    """What the probe saw of one host."""

    host: InventoryHost
    winrm: bool
    findings: tuple[Finding, ...]

    @property
    def open_count(self) -> int:
        """Services that answered."""
        return sum(finding.open for finding in self.findings)


async def tcp_open(address: str, port: int, timeout: float, source: str | None = None) -> bool:
    """Whether a TCP connection succeeds within ``timeout`` seconds, optionally from a source address."""
    local = (source, 0) if source else None
    try:
        _unused, writer = await asyncio.wait_for(asyncio.open_connection(address, port, local_addr=local), timeout)
    except (OSError, asyncio.TimeoutError):
        return False
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return True


class _Answer(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.answered: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, addr: tuple[str | object, int]) -> None:
        if not self.answered.done():
            self.answered.set_result(True)

    def error_received(self, exc: Exception) -> None:
        if not self.answered.done():
            self.answered.set_result(False)


async def udp_open(address: str, port: int, timeout: float, source: str | None = None) -> bool:
    """Whether a datagram is answered within ``timeout`` seconds, optionally from a source address."""
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.create_datagram_endpoint(
        _Answer, local_addr=(source, 0) if source else None, remote_addr=(address, port)
    )
    try:
        transport.sendto(b"?")
        return await asyncio.wait_for(protocol.answered, timeout)
    except asyncio.TimeoutError:
        return False
    finally:
        transport.close()


async def probe(hosts: Iterable[InventoryHost], timeout: float = 0.7) -> tuple[HostReport, ...]:
    """Try all services of all hosts; ``timeout`` seconds each, and once more and longer what did not answer."""
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(address: str, protocol: int, port: int) -> bool:
        require_loopback(address)
        is_open = tcp_open if protocol == TCP else udp_open
        async with gate:
            return await is_open(address, port, timeout) or await is_open(address, port, max(timeout, _BUSY))

    async def report(host: InventoryHost) -> HostReport:
        ports = _listeners(host)
        winrm, *answers = await asyncio.gather(
            one(host.address, TCP, host.winrm_port),
            *(one(listener.address, listener.protocol, listener.port) for _unused, listener in ports),
        )
        findings = tuple(
            Finding(host.name, "tcp" if listener.protocol == TCP else "udp", listener.port, is_open, interface)
            for (interface, listener), is_open in zip(ports, answers, strict=True)
        )
        return HostReport(host, winrm, findings)

    return tuple(await asyncio.gather(*(report(host) for host in hosts)))


def _listeners(host: InventoryHost) -> tuple[tuple[str, Listener], ...]:
    """What listens on a host, with the interface where it is an Edge Server."""
    product = PRODUCTS[host.product]
    if host.edge is not None:
        return edge_listeners(host.edge, product)
    return tuple(("", listener) for listener in listeners(host.address, host.groups, product))


def as_json(reports: Iterable[HostReport]) -> dict[str, object]:
    """The findings as plain types."""
    reports = tuple(reports)
    return {
        "hosts": {
            report.host.name: {
                "address": report.host.address,
                "winrm": report.winrm,
                "services": {finding.name: finding.open for finding in report.findings},
                "open": report.open_count,
                "total": len(report.findings),
            }
            for report in reports
        },
        "open": sum(report.open_count for report in reports),
        "total": sum(len(report.findings) for report in reports),
    }


def as_table(reports: Iterable[HostReport], *, colour: bool = False) -> str:
    """The findings as text: one line a host with a bar, the closed ports, and totals."""
    reports = tuple(reports)
    width = max((len(report.host.name) for report in reports), default=4)
    roles = {report.host.name: _roles(report.host) for report in reports}
    role_width = max(map(len, roles.values()), default=4)
    lines = [f"{'host':<{width}}  {'role':<{role_width}}  winrm  services open        closed ports"]
    for report in reports:
        total, is_open = len(report.findings), report.open_count
        gauge = _bar(is_open, total)
        count = f"{is_open:>3} of {total:<3}"
        if colour:
            gauge = f"\x1b[3{'2' if is_open == total else '1' if is_open == 0 else '3'}m{gauge}\x1b[0m"
        winrm = "open " if report.winrm else "SHUT "
        closed = _closed_ports(report.findings)
        name, role = report.host.name, roles[report.host.name]
        lines.append(f"{name:<{width}}  {role:<{role_width}}  {winrm}  {gauge} {count}  {closed}".rstrip())
    total = sum(len(report.findings) for report in reports)
    is_open = sum(report.open_count for report in reports)
    reachable = sum(report.winrm for report in reports)
    lines.append(
        f"\n{is_open} of {total} services open, {total - is_open} closed; "
        f"WinRM reachable on {reachable} of {len(reports)} hosts"
    )
    return "\n".join(lines)


def _roles(host: InventoryHost) -> str:
    names = {**_ROLE_NAMES, **dict.fromkeys(VIEWERS, PRODUCTS[host.product].viewer)}
    return " + ".join(names.get(group, group) for group in host.groups)


def _bar(count: int, total: int, width: int = 10) -> str:
    filled = width * count // total if total else 0
    return "█" * filled + "·" * (width - filled)


def _closed_ports(findings: Iterable[Finding], width: int = 40) -> str:
    """The closed ports by number, as many as fit; a port closed for both transports is listed once."""
    by_port: dict[tuple[str, int], list[str]] = {}
    for finding in findings:
        if not finding.open:
            by_port.setdefault((finding.interface, finding.port), []).append(finding.transport)
    if not by_port:
        return "none"
    names = [_closed(interface, port, by_port[interface, port]) for interface, port in sorted(by_port)]
    shown = 0
    while shown < len(names) and len(" ".join(names[: shown + 1])) <= width:
        shown += 1
    more = len(names) - shown
    return " ".join(names[:shown]) + (f" … {more} more" if more else "")


def _closed(interface: str, port: int, transports: list[str]) -> str:
    text = str(port) if transports == ["tcp"] else f"{port}/{'+'.join(transports)}"
    return f"{interface.removeprefix('external_')}:{text}" if interface else text
