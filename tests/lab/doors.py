# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ports that open and close: a TCP port for some addresses, by a socket filter, and a UDP port that answers them."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import errno
import socket
import struct
from collections.abc import Callable

from lab.windows.addresses import EVERYTHING, NOTHING, Addresses, contains, parse_ipv4, within

_SO_ATTACH_FILTER = 26
_BACKLOG = 512
_PAUSE = 0.2
_LOOPBACK = parse_ipv4("127.0.0.0/8")

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


Heard = Callable[[tuple[str, int], int, bool], None]
"""Learns of a datagram: from where, how many octets of data, whether it is let in."""
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

    def __init__(self, address: str, port: int, greeting: bytes, heard: Heard = lambda *_: None) -> None:
        self._heard = heard
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
                data, sender = self._socket.recvfrom(65536)
                admitted = contains(self._admits, sender[0])
                self._heard(sender, len(data), admitted)
                if admitted:
                    self._socket.sendto(self._greeting, sender)

    def close(self) -> None:
        """Give the port back: a datagram is refused then."""
        if self._socket is not None:
            asyncio.get_running_loop().remove_reader(self._socket)
            self._socket.close()
            self._socket = None
