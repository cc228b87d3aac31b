# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connections that a service keeps open until its client leaves."""

from __future__ import annotations

import asyncio
import contextlib
import socket

from lab.host import Connection

_HANDSHAKE = b"\x16"
_HANDSHAKE_FAILURE = bytes((0x15, 3, 3, 0, 2, 2, 40))


class Sessions:
    """The kept connections of one host."""

    def __init__(self) -> None:
        self._open: set[socket.socket] = set()

    def hold(self, connection: socket.socket, greeting: bytes) -> None:
        """Greet the client of an accepted, non-blocking connection and keep it."""
        with contextlib.suppress(OSError):
            connection.send(greeting)
        self._open.add(connection)
        asyncio.get_running_loop().add_reader(connection, self._heard, connection)

    def _heard(self, connection: socket.socket) -> None:
        try:
            gone = not connection.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            gone = True
        if gone:
            self._drop(connection)

    def _drop(self, connection: socket.socket) -> None:
        asyncio.get_running_loop().remove_reader(connection)
        connection.close()
        self._open.discard(connection)

    @property
    def connections(self) -> list[Connection]:
        """Both ends of each."""
        found: list[Connection] = []
        for connection in self._open:
            with contextlib.suppress(OSError):
                found.append((connection.getsockname(), connection.getpeername()))
        return found

    def close(self) -> None:
        """Drop them all."""
        for connection in list(self._open):
            self._drop(connection)


class TlsSessions(Sessions):
    """Connections to services that speak TLS: a client's hello gets an alert, handshake_failure ([RFC 5246] 7.2)."""

    def hold(self, connection: socket.socket, greeting: bytes) -> None:
        """Wait for the client, who speaks first."""
        super().hold(connection, b"")

    def _heard(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            if connection.recv(65536)[:1] == _HANDSHAKE:
                connection.send(_HANDSHAKE_FAILURE)
        self._drop(connection)
