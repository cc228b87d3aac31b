# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A forward proxy on loopback: CONNECT (RFC 9110 9.3.6), and plain requests with an absolute URL (RFC 9112 3.2.2).

A request with an absolute URL is handed on as it came: a server must understand that form. Whoever is connected stays
so with one server, as NTLM needs, which logs a connection in.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from types import TracebackType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from typing_extensions import Self

_START_SECONDS = 20


class ForwardProxy:
    """A proxy in a thread of its own, from `with` to its end.

    Attributes:
        url: For HTTP_PROXY and the like.
        asked: The method and the server (host and port) of each connection, in order.
    """

    def __init__(self, *, refuses: bool = False) -> None:
        """Nothing listens yet; one that refuses answers 403 to everybody."""
        self.url = ""
        self.asked: list[tuple[str, str]] = []
        self._refuses = refuses
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        starting = asyncio.start_server(self._serve, "127.0.0.1", 0)
        server = asyncio.run_coroutine_threadsafe(starting, self._loop).result(_START_SECONDS)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_START_SECONDS)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError), contextlib.closing(writer):
            head = await reader.readuntil(b"\r\n\r\n")
            method, target = head.decode("ascii").split(" ")[:2]
            server = urlsplit(f"//{target}" if method == "CONNECT" else target)
            self.asked.append((method, server.netloc))
            if self._refuses:
                writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                await writer.drain()
                return
            there, away = await asyncio.open_connection(server.hostname, server.port)
            with contextlib.closing(away):
                if method == "CONNECT":
                    writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                else:
                    away.write(head)
                await asyncio.gather(_pass_on(reader, away), _pass_on(there, writer))


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while piece := await reader.read(65536):
        writer.write(piece)
        await writer.drain()
    writer.close()
