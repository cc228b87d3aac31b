# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The live firewall: real sockets on a host's own address that are open exactly where its policy admits traffic.

A TCP service that no address may reach is not bound, so a client is refused at once; or, with the quirk
`closed_looks=dropped`, it is bound with a filter that drops every SYN, so that a client times out as it would on
Windows in stealth mode. One that only some addresses may reach is bound with a filter that drops the SYNs of all
others. The filter is a classic BPF program (SO_ATTACH_FILTER, needs no rights) and looks at SYNs only:
connections that stand live on, also WinRM's own. UDP services are always bound and answer admitted datagrams only.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import errno
import logging
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass

from lab.host import Host
from lab.roles import listeners as listeners_of_roles
from lab.sessions import Sessions, TlsSessions
from lab.stealth import silent_ports
from lab.windows.addresses import EVERYTHING, NOTHING, Addresses, contains, parse_ipv4, within
from lab.windows.policy import TCP, Listener, admitted

_SO_ATTACH_FILTER = 26
_BACKLOG = 512
_PAUSE = 0.2
_FIRST_UNPRIVILEGED = 1024
_LOOPBACK = parse_ipv4("127.0.0.0/8")
_LOG = logging.getLogger(__name__)

# Opcodes of classic BPF (linux/filter.h).
_LD_ABS_WORD, _LD_ABS_BYTE = 0x20, 0x30
_JMP_JGE, _JMP_JGT, _JMP_JSET, _RET = 0x35, 0x25, 0x45, 0x06
_NETWORK_HEADER = 0xFFF00000  # SKF_NET_OFF: offsets from here count from the IP header
_SYN, _ACK = 0x02, 0x10


def filter_program(addresses: Addresses) -> list[tuple[int, int, int, int]]:
    """BPF instructions that drop the connection requests of every source outside ``addresses``.

    On a TCP socket the packet starts at the TCP header (flags at byte 13); the IP source address is at byte 12 of
    the network header. Anything but a bare SYN passes.
    """
    program = [
        (_LD_ABS_BYTE, 0, 0, 13),
        (_JMP_JSET, 0, 1, _ACK),
        (_RET, 0, 0, 0xFFFFFFFF),
        (_JMP_JSET, 1, 0, _SYN),
        (_RET, 0, 0, 0xFFFFFFFF),
        (_LD_ABS_WORD, 0, 0, (_NETWORK_HEADER + 12) & 0xFFFFFFFF),
    ]
    for low, high in within(addresses, _LOOPBACK):  # nobody else ever gets here, and a ban list would be too long
        program += [
            (_JMP_JGE, 0, 2, low),
            (_JMP_JGT, 1, 0, high),
            (_RET, 0, 0, 0xFFFFFFFF),
        ]
    program.append((_RET, 0, 0, 0))
    return program


def attach_filter(sock: socket.socket, addresses: Addresses) -> None:
    """Let only ``addresses`` connect to a listening socket. Raises ValueError when there are too many ranges."""
    program = filter_program(addresses)
    if len(program) > 4096:
        raise ValueError("more address ranges than a socket filter can hold")
    code = b"".join(struct.pack("=HBBI", *instruction) for instruction in program)
    buffer = ctypes.create_string_buffer(code)
    header = struct.pack("HL", len(program), ctypes.addressof(buffer))
    sock.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, header)


Connected = Callable[[socket.socket], None]
"""Takes an accepted connection."""


class TcpDoor:
    """A TCP port that opens and closes. ``connected`` takes over each accepted, non-blocking socket."""

    def __init__(self, address: str, port: int, connected: Connected) -> None:
        self._address = address
        self._port = port
        self._connected = connected
        self._socket: socket.socket | None = None
        self._admits: Addresses = NOTHING

    def admit(self, addresses: Addresses, *, drop: bool) -> None:
        """Make the port open to ``addresses`` and to nobody else. Raises OSError when it cannot be bound."""
        if addresses == NOTHING and not drop:
            self.close()
            return
        if self._socket is None:
            self._socket = self._listen(addresses)
        elif addresses != self._admits:
            attach_filter(self._socket, addresses)
        self._admits = addresses

    def _listen(self, addresses: Addresses) -> socket.socket:
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.setblocking(False)
            sock.bind((self._address, self._port))
            if addresses != EVERYTHING:
                attach_filter(sock, addresses)  # before listen, so that no connection slips in
            sock.listen(_BACKLOG)
        except OSError:
            sock.close()
            raise
        asyncio.get_running_loop().add_reader(sock, self._accept)
        return sock

    def _accept(self) -> None:
        while self._socket is not None:
            try:
                connection, _unused = self._socket.accept()
            except (BlockingIOError, InterruptedError):
                return
            except OSError as error:
                if error.errno in (errno.EMFILE, errno.ENFILE):
                    self._pause()
                return  # else the client has gone already
            connection.setblocking(False)
            self._connected(connection)

    def _pause(self) -> None:
        """No descriptor is left: let waiting clients wait a little instead of spinning on them."""
        loop, sock = asyncio.get_running_loop(), self._socket
        if sock is None:
            return
        loop.remove_reader(sock)
        loop.call_later(_PAUSE, lambda: loop.add_reader(sock, self._accept) if sock is self._socket else None)

    def close(self) -> None:
        """Refuse new connections; those that stand are not touched."""
        if self._socket is not None:
            asyncio.get_running_loop().remove_reader(self._socket)
            self._socket.close()
            self._socket = None
            self._admits = NOTHING


class UdpDoor:
    """A UDP port that answers each datagram of an admitted address with one line."""

    def __init__(self, address: str, port: int, greeting: bytes) -> None:
        self._greeting = greeting
        self._admits: Addresses = NOTHING
        self._address = address
        self._port = port
        self._socket: socket.socket | None = self._bound()

    def _bound(self) -> socket.socket:
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.setblocking(False)
        try:
            sock.bind((self._address, self._port))
        except OSError:
            sock.close()
            raise
        asyncio.get_running_loop().add_reader(sock, self._answer)
        return sock

    def admit(self, addresses: Addresses, *, drop: bool) -> None:
        """Answer ``addresses`` and nobody else; a closed UDP port is silent either way."""
        if self._socket is None:
            self._socket = self._bound()
        self._admits = addresses

    def _answer(self) -> None:
        with contextlib.suppress(OSError):
            while self._socket is not None:
                _unused, sender = self._socket.recvfrom(65536)
                if contains(self._admits, sender[0]):
                    self._socket.sendto(self._greeting, sender)

    def close(self) -> None:
        """Give the port back: a datagram is refused then."""
        if self._socket is not None:
            asyncio.get_running_loop().remove_reader(self._socket)
            self._socket.close()
            self._socket = None


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
        self._silent: dict[tuple[int, int], TcpDoor | UdpDoor] = {}
        self.down = False
        self.unbindable: list[Listener] = []
        self._winrm_connected = winrm_connected
        self._winrm: dict[Listener, TcpDoor] = {}
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
            return TcpDoor(listener.address, listener.port, lambda connection: take(connection, greeting))
        return UdpDoor(listener.address, listener.port, greeting)

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
        drop = self._host.quirks.closed_looks == "dropped" or self._host.quirks.stealth
        for key in [known for known in self._silent if known not in silent]:
            self._silent.pop(key).close()
        winrm = self._host.winrm_listeners
        taken = {listener.port for listener in winrm}
        for live in list(self._listeners):
            gives_way = isinstance(live.door, TcpDoor) and live.listener.port in taken
            key = (live.listener.protocol, live.listener.port)
            on_the_way = self._host.on_the_way.get(key)
            try:
                if key in self._host.not_listening or on_the_way == "refused":
                    live.door.close()
                elif on_the_way:
                    live.door.admit(NOTHING, drop=True)
                elif gives_way:
                    live.door.admit(NOTHING, drop=False)
                else:
                    live.door.admit(self._admitted(live.listener), drop=drop)
            except OSError as error:
                self._listeners.remove(live)
                self._unbindable(live.listener, error)
        for listener in [known for known in self._winrm if known not in winrm]:
            self._winrm.pop(listener).close()
        for listener in winrm:
            if listener in self.unbindable:
                continue
            door = self._winrm.setdefault(listener, TcpDoor(listener.address, listener.port, self._winrm_connected))
            try:
                door.admit(self._admitted(listener), drop=drop)
            except OSError as error:
                self._unbindable(listener, error)

        for key in silent:
            self._keep_silent(key)

    def _silent_ports(self) -> frozenset[tuple[int, int]]:
        """Ports that are to be bound so that nothing is said of them: stealth mode, or somebody else on the way."""
        host = self._host
        listening = {(one.protocol, one.port) for one in (*host.listeners, *host.winrm_listeners)}
        dropped = frozenset(key for key, how in host.on_the_way.items() if how == "dropped") - listening
        policy = host.firewall.policy
        if self.down or policy is None or host.quirks.firewall_product is not None:
            return dropped
        of_roles = ((one.protocol, one.port) for one in listeners_of_roles(host.spec.address, host.spec.groups))
        return (silent_ports(host.quirks, policy, host.profile, of_roles) | dropped) - listening

    def _keep_silent(self, key: tuple[int, int]) -> None:
        protocol, port = key
        if key in self._silent:
            return
        address = self._host.spec.address
        try:
            door = (
                TcpDoor(address, port, lambda connection: connection.close())
                if protocol == TCP
                else UdpDoor(address, port, b"")
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
        return admitted(policy, host.profile, listener, host.network)

    def close(self) -> None:
        """Close every door, and the connections that services keep."""
        self.sessions.close()
        self._tls.close()
        for silent in self._silent.values():
            silent.close()
        for live in self._listeners:
            live.door.close()
        for door in self._winrm.values():
            door.close()


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
