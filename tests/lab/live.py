# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The live firewall: real sockets on a host's own addresses that are open exactly where its policy admits traffic.

What comes in for an address is filtered by the profile of the interface that has the address.
A TCP service that no address may reach is not bound, so a client is refused at once; or, with the quirk
`closed_looks=dropped`, it is bound with a filter that drops every SYN, so that a client times out as it would on
Windows in stealth mode. One that only some addresses may reach is bound with a filter that drops the SYNs of all
others. While the firewall logs what it drops (`windows/firewall_log.py`), every closed port is bound so, for only then
can be seen who asked (`drop_watch.py`). The filter is a classic BPF program (SO_ATTACH_FILTER, needs no rights) and
looks at SYNs only: connections that stand live on, also WinRM's own. UDP services are always bound and answer admitted
datagrams only.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import socket
from dataclasses import dataclass
from functools import partial

from lab.doors import Connected, Heard, TcpDoor, UdpDoor
from lab.drop_watch import DropWatch
from lab.host import Host
from lab.sessions import Sessions, TlsSessions
from lab.stealth import silent_ports
from lab.windows.addresses import EVERYTHING, NOTHING, Addresses, contains
from lab.windows.firewall_log import Packet
from lab.windows.policy import TCP, UDP, Listener, admitted

_FIRST_UNPRIVILEGED = 1024
_LOG = logging.getLogger(__name__)
_Socket = tuple[str, int, int]
"""Address, protocol and port."""


@dataclass(frozen=True)
class LiveListener:
    """A listener with the door in front of it."""

    listener: Listener
    door: TcpDoor | UdpDoor


class LiveFirewall:
    """The doors of one host, kept as its policy says; while it is ``down`` they are all shut."""

    def __init__(self, host: Host, winrm_connected: Connected) -> None:
        self._host = host
        self._pending = False
        self._listeners: list[LiveListener] = []
        self.sessions = Sessions()
        self._tls = TlsSessions()
        self._silent: dict[_Socket, TcpDoor | UdpDoor] = {}
        self.down = False
        self.unbindable: list[Listener] = []
        self._winrm_connected = winrm_connected
        self._winrm: dict[Listener, TcpDoor] = {}
        self._watched = {address: DropWatch(partial(self._dropped, address)) for address in host.spec.addresses}
        for listener in host.spec.listeners:
            try:
                self._listeners.append(LiveListener(listener, self._door(listener)))
            except OSError as error:
                self._unbindable(listener, error)

    def _door(self, listener: Listener) -> TcpDoor | UdpDoor:
        greeting = f"{self._host.name} {listener.port}/{'tcp' if listener.protocol == TCP else 'udp'}\r\n".encode()
        if listener.protocol == TCP:
            _require_bindable(listener)
            take = self.sessions.hold if listener.keeps else self._greet
            return TcpDoor(listener.address, listener.port, self._noted(lambda connection: take(connection, greeting)))
        return UdpDoor(listener.address, listener.port, greeting, self._heard(listener.address, listener.port))

    def _noted(self, connected: Connected) -> Connected:
        """The same, after the firewall's log has been told."""

        def take(connection: socket.socket) -> None:
            with contextlib.suppress(OSError):  # it may be gone already
                packet = Packet(TCP, connection.getpeername(), connection.getsockname())
                self._host.firewall_log.note(self._host.log_settings(packet.target[0]), packet, allowed=True)
            connected(connection)

        return take

    def _heard(self, address: str, port: int) -> Heard:
        target = (address, port)

        def note(source: tuple[str, int], size: int, admitted: bool) -> None:
            if (UDP, port) not in self._host.on_the_way:
                packet = Packet(UDP, source, target, size)
                self._host.firewall_log.note(self._host.log_settings(address), packet, allowed=admitted)

        return note

    def _dropped(self, address: str, source: tuple[str, int], port: int) -> None:
        """Somebody tries to connect and has had no answer: log it where the firewall is why."""
        host = self._host
        key = (address, TCP, port)
        if self.down or key[1:] in host.on_the_way:
            return
        here = [one for one in (*host.winrm_listeners, *host.listeners) if _socket(one) == key]
        if not here and key not in self._silent:
            return
        if not any(contains(self._admitted(one), source[0]) for one in here[:1]):
            packet = Packet(TCP, source, (address, port))
            host.firewall_log.note(host.log_settings(address), packet, allowed=False)

    def _greet(self, connection: socket.socket, greeting: bytes) -> None:
        if self._host.quirks.tls:
            self._tls.hold(connection, b"")
        else:
            _greet(connection, greeting)

    def _unbindable(self, listener: Listener, error: OSError) -> None:
        if error.errno not in (errno.EACCES, errno.EADDRINUSE, errno.EPERM, errno.EMFILE, errno.ENFILE):
            raise error
        self.unbindable.append(listener)
        _LOG.info("%s: port %s is not simulated: %s", self._host.name, listener.port, error.strerror)

    def refresh_soon(self) -> None:
        """Call `refresh` as soon as the event loop is free; many changes cost one call."""
        if not self._pending:
            self._pending = True
            asyncio.get_running_loop().call_soon(self.refresh)

    def refresh(self) -> None:
        """Make every door match the policy in force now."""
        self._pending = False
        silent = self._silent_ports()
        drops = {address: self._drops(address) for address in self._watched}
        for key in [known for known in self._silent if known not in silent]:
            self._silent.pop(key).close()
        winrm = self._host.winrm_listeners
        taken = {_socket(listener) for listener in winrm}
        for live in list(self._listeners):
            gives_way = isinstance(live.door, TcpDoor) and _socket(live.listener) in taken
            on_the_way = self._host.on_the_way.get((live.listener.protocol, live.listener.port))
            try:
                if self._host.is_stopped(live.listener) or on_the_way == "refused":
                    live.door.close()
                elif on_the_way:
                    live.door.admit(NOTHING, drop=True)
                elif gives_way:
                    live.door.admit(NOTHING, drop=False)
                else:
                    live.door.admit(self._admitted(live.listener), drop=drops[live.listener.address])
            except OSError as error:
                self._listeners.remove(live)
                self._unbindable(live.listener, error)
        for listener in [known for known in self._winrm if known not in winrm]:
            self._winrm.pop(listener).close()
        for listener in winrm:
            if listener in self.unbindable:
                continue
            take = self._noted(self._winrm_connected)
            door = self._winrm.setdefault(listener, TcpDoor(listener.address, listener.port, take))
            try:
                door.admit(self._admitted(listener), drop=drops[listener.address])
            except OSError as error:
                self._unbindable(listener, error)

        for key in silent:
            self._keep_silent(key)

    def _drops(self, address: str) -> bool:
        """Whether closed ports of an address drop what comes, not refuse it; its drops are logged from now on."""
        host = self._host
        watched = host.log_settings(address).dropped and not self.down
        self._watched[address].watch(address if watched else None)
        # What is refused has been refused by Linux, and nobody can tell who asked.
        return host.quirks.closed_looks == "dropped" or host.quirks.stealth or watched

    def _silent_ports(self) -> frozenset[_Socket]:
        """Ports that are to be bound so that nothing is said of them: stealth mode, or somebody else on the way."""
        host = self._host
        listening = {_socket(one) for one in (*host.listeners, *host.winrm_listeners)}
        shut = [key for key, how in host.on_the_way.items() if how == "dropped"]
        dropped = frozenset((address, *key) for address in host.spec.addresses for key in shut) - listening
        policy = host.firewall.policy
        if self.down or policy is None or host.quirks.firewall_product is not None:
            return dropped
        silent = {
            (address, *key)
            for address in host.spec.addresses
            for key in silent_ports(
                host.quirks,
                policy,
                host.profile_at(address),
                ((one.protocol, one.port) for one in host.spec.role_listeners if one.address == address),
            )
        }
        return (dropped | silent) - listening

    def _keep_silent(self, key: _Socket) -> None:
        address, protocol, port = key
        if key in self._silent:
            return
        try:
            door = (
                TcpDoor(address, port, lambda connection: connection.close())
                if protocol == TCP
                else UdpDoor(address, port, b"", self._heard(address, port))
            )
            door.admit(NOTHING, drop=True)
        except OSError as error:
            self._unbindable(Listener(address, protocol, port, ""), error)
            return
        self._silent[key] = door

    def _admitted(self, listener: Listener) -> Addresses:
        """Who may reach a listener now."""
        host = self._host
        policy = host.firewall.policy
        if self.down:
            return NOTHING
        if policy is None or host.quirks.firewall_product is not None:
            return EVERYTHING
        profile, network = host.profile_at(listener.address), host.network_at(listener.address)
        return admitted(policy, profile, listener, network)

    def close(self) -> None:
        """Close every door, and the connections that services keep."""
        for watch in self._watched.values():
            watch.watch(None)
        self.sessions.close()
        self._tls.close()
        for silent in self._silent.values():
            silent.close()
        for live in self._listeners:
            live.door.close()
        for door in self._winrm.values():
            door.close()


def _socket(listener: Listener) -> _Socket:
    return listener.address, listener.protocol, listener.port


def _require_bindable(listener: Listener) -> None:
    """Raise OSError now for a privileged port that this user may not bind: a closed door would hide it till later."""
    if listener.port >= _FIRST_UNPRIVILEGED:
        return
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((listener.address, listener.port))


def _greet(connection: socket.socket, greeting: bytes) -> None:
    with contextlib.suppress(OSError):
        connection.send(greeting)
        connection.shutdown(socket.SHUT_WR)
    connection.close()
