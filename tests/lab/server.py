# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A running estate: all hosts, their WinRM endpoints, their live firewalls and the control API, in one event loop."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Iterable, Mapping
from pathlib import Path

from lab.estate import NETWORK, PASSWORD, USER, apply_group_policy
from lab.host import Connection, Host
from lab.host_spec import HostSpec
from lab.live import LiveFirewall
from lab.port_mapping import PortMapping
from lab.windows.firewall_service import GROUP_POLICY_STORE
from lab.windows.security import ADMINISTRATOR, Token
from lab.winrm.certificates import Authority
from lab.winrm.http import WinrmEndpoint
from lab.winrm.logins import logins_of


class LabError(Exception):
    """The lab cannot run as asked."""


class LabInUse(LabError):
    """Another lab has the addresses."""


def require_loopback(address: str) -> None:
    """Raise LabError for an address outside 127.0.0.0/8: the lab is open to everybody who can reach it."""
    try:
        is_loopback = ipaddress.IPv4Address(address).is_loopback
    except ValueError:
        is_loopback = False
    if not is_loopback:
        raise LabError(f"{address} is not a loopback address; the lab serves on 127.0.0.0/8 only")


_GRACE = 0.05
"""Seconds a request may still take when its connection is being cut; aiohttp takes 0 for "for ever"."""


class NetworkLock:
    """Keeps two labs off the same addresses: an abstract Unix socket that lives as long as its process.

    Bound ports alone would not show it, for a lab's ports are closed whenever its policy says so.
    """

    def __init__(self, network: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._socket.bind(f"\0lyncops-firewall-lab-{network}")
        except OSError as error:
            self._socket.close()
            raise LabInUse(f"another lab is running on {network}.0.0/16; choose another --network") from error

    def release(self) -> None:
        """Let others use the addresses."""
        self._socket.close()


class RunningHost:
    """A host with its sockets."""

    def __init__(
        self, spec: HostSpec, user: str, password: str, authority: Authority | None = None, keytab: Path | None = None
    ) -> None:
        for address in spec.addresses:
            require_loopback(address)
        user = spec.account or user
        self.host = Host(spec)
        self._tls: ssl.SSLContext | None = None
        certificate = b""
        if authority is not None and spec.https:
            pair = authority.server(spec.name, (*spec.addresses, "::1"))
            self._tls, certificate = authority.server_context(pair), pair.der
        self._logins = logins_of(self.host, user, password, certificate, keytab)
        self._tasks: set[asyncio.Task[object]] = set()
        self.mappings: list[PortMapping] = []
        self._ipv6: list[asyncio.Server] = []
        self._open_endpoint()
        self.live = LiveFirewall(self.host, self._connected)
        self.host.connections = self._connections
        self.host.on_change = lambda _: self.live.refresh_soon()

    def _connections(self) -> list[Connection]:
        """WinRM's connections and those that services keep."""
        transports = (handler.transport for handler in self._web.connections)
        ends = [
            (_end(transport.get_extra_info("sockname")), _end(transport.get_extra_info("peername")))
            for transport in transports
            if transport is not None and not transport.is_closing()
        ]
        return [(local, remote) for local, remote in ends if local and remote] + self.live.sessions.connections

    def _open_endpoint(self) -> None:
        self.endpoint = WinrmEndpoint(self.host, self._logins)
        self._web = self.endpoint.protocol_factory()

    def start(self) -> None:
        """Open the doors. Raises LabError when WinRM's own port cannot be bound."""
        self.live.refresh()
        spec = self.host.spec
        if any(listener.port == spec.winrm_port for listener in self.live.unbindable):
            raise LabError(f"cannot listen on {spec.address}:{spec.winrm_port}: it is in use")

    def _connected(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        loop = asyncio.get_running_loop()
        task: asyncio.Task[object] = loop.create_task(self._serve(loop, connection))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, loop: asyncio.AbstractEventLoop, connection: socket.socket) -> object:
        try:
            tls = self._tls if connection.getsockname()[1] in self.host.winrm_https_ports else None
            return await loop.connect_accepted_socket(self._web, connection, ssl=tls)
        except OSError:
            connection.close()
            return None

    async def run(self, line: str, token: Token = ADMINISTRATOR, folder: str | None = None) -> tuple[bytes, bytes, int]:
        """A command line at the console; the firewall is up to date when this returns."""
        result = await self.host.run(line, token, folder)
        self.live.refresh()
        return result.stdout, result.stderr, result.code

    def set_group_policy(self, name: str) -> None:
        """Let Group Policy bring one of GROUP_POLICIES, in force at once. Raises EstateError."""
        apply_group_policy(self.host.registry, name)
        self.host.read_winrm_policy()
        self.host.firewall.refresh_group_policy()
        self.live.refresh()

    def bring_by_policy(self, rules: Mapping[str, str]) -> None:
        """Let Group Policy bring these rules too, or in place of those of the same id: id to rule string."""
        key = self.host.registry.create(GROUP_POLICY_STORE + r"\FirewallRules")
        for rule_id, text in rules.items():
            key.set(rule_id, "REG_SZ", text)
        self.host.firewall.refresh_group_policy()
        self.live.refresh()

    async def map_port(self, outside: tuple[str, int], inside: int, source: str) -> PortMapping:
        """Put a mapping in front of a port; it lives until the host is reset. Raises OSError."""
        mapping = PortMapping(outside, (self.host.spec.address, inside), source)
        await mapping.start()
        self.mappings.append(mapping)
        return mapping

    async def listen_on_ipv6(self, *, https: bool = False) -> int:
        """Let WinRM listen on ::1 too, at a free port that is returned, until the host is reset. Raises OSError.

        All hosts share ::1, and what the firewall says of it is not simulated.
        """
        loop = asyncio.get_running_loop()

        def accept() -> asyncio.BaseProtocol:
            return self._web()  # a new one since the last reboot

        server = await loop.create_server(accept, "::1", 0, ssl=self._tls if https else None)
        self._ipv6.append(server)
        return int(server.sockets[0].getsockname()[1])

    async def _close_mappings(self) -> None:
        while self._ipv6:
            self._ipv6.pop().close()
        while self.mappings:
            await self.mappings.pop().close()

    async def reset(self) -> None:
        """Back to the starting state; every shell, connection and mapping is gone."""
        await self._close_mappings()
        await self._cut()
        self.host.reset()
        self.live.refresh()

    async def reboot(self, down: float = 0.0, minutes: float = 0.0) -> None:
        """As reset, but the registry, the files and the tasks stay; nothing answers for ``down`` seconds.

        ``minutes``: how long Windows has been up by the host's clock before it answers; what was due by then has begun.
        """
        self.live.down = True
        self.live.refresh()
        try:
            self.host.scheduler.shut_down()
            await self._cut()
            await asyncio.sleep(down)
            self.host.reboot()
            if minutes:
                self.host.clock.advance(minutes)
        finally:
            self.live.down = False
            self.live.refresh()

    async def _cut(self) -> None:
        self.endpoint.service.drop_shells()
        self.live.sessions.close()
        await self._web.shutdown(_GRACE)
        self._open_endpoint()

    async def close(self) -> None:
        """Close everything."""
        await self._close_mappings()
        self.live.close()
        self.host.scheduler.shut_down()
        self.endpoint.service.drop_shells()
        await self._web.shutdown(_GRACE)


def _end(name: tuple[str, int, int, int] | tuple[str, int] | None) -> tuple[str, int] | None:
    """An end of a connection as `netstat` writes it: IPv6 addresses in brackets."""
    return name and (f"[{name[0]}]" if ":" in name[0] else name[0], name[1])


class Estate:
    """All hosts of a running lab, by inventory name; ``network`` is the first half of all their addresses.

    ``keytab``: with the keys of all hosts' services, for logins by Kerberos.
    """

    def __init__(
        self,
        specs: Iterable[HostSpec],
        user: str = USER,
        password: str = PASSWORD,
        network: str = NETWORK,
        keytab: Path | None = None,
    ) -> None:
        self._lock = NetworkLock(network)
        try:
            specs = tuple(specs)
            self.authority = Authority() if any(spec.https for spec in specs) else None
            self.hosts = {spec.name: RunningHost(spec, user, password, self.authority, keytab) for spec in specs}
        except BaseException:
            self._lock.release()
            raise

    def start(self) -> None:
        """Open every door; must be called in the event loop. Raises LabError."""
        for host in self.hosts.values():
            host.start()

    def find(self, name: str) -> RunningHost:
        """A host by its full or short name. Raises LabError."""
        for full, host in self.hosts.items():
            if name.lower() in (full.lower(), full.lower().partition(".")[0]):
                return host
        raise LabError(f"no host is called {name!r}; there are {', '.join(list(self.hosts)[:10])}")

    def not_simulated(self) -> list[str]:
        """Ports that could not be bound, as `443/tcp`, for one clear sentence to the user."""
        ports = {
            (listener.port, "tcp" if listener.protocol == 6 else "udp")
            for host in self.hosts.values()
            for listener in host.live.unbindable
        }
        return [f"{port}/{transport}" for port, transport in sorted(ports)]

    async def close(self) -> None:
        """Close everything."""
        await asyncio.gather(*(host.close() for host in self.hosts.values()))
        self._lock.release()
