# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A port mapping in front of a host: clients dial one port, the host's own socket has another, and another client.

Stands for a NAT gateway, a port forwarding or a jump host: for every connection it makes one of its own to the host,
so that the host's firewall, `ClientIP` and `netstat` see the mapping's address and a port that the client never had.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field


@dataclass(eq=False)
class PortMapping:
    """``outside``: address and port that clients dial; ``inside``: those of the host; ``source``: as whom it comes."""

    outside: tuple[str, int]
    inside: tuple[str, int]
    source: str
    _server: asyncio.Server | None = None
    _pumps: set[asyncio.Task[None]] = field(default_factory=set)

    async def start(self) -> None:
        """Begin to listen; port 0 becomes a free one. Raises OSError when the port is taken."""
        self._server = await asyncio.start_server(self._connected, *self.outside)
        self.outside = self._server.sockets[0].getsockname()[:2]

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            inner_reader, inner_writer = await asyncio.open_connection(*self.inside, local_addr=(self.source, 0))
        except OSError:
            writer.transport.abort()
            return
        for one in (_pump(reader, inner_writer), _pump(inner_reader, writer)):
            task = asyncio.ensure_future(one)
            self._pumps.add(task)
            task.add_done_callback(self._pumps.discard)

    async def close(self) -> None:
        """Stop listening and drop what is connected."""
        if self._server is not None:
            self._server.close()
        for task in list(self._pumps):
            task.cancel()
        await asyncio.gather(*self._pumps, return_exceptions=True)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Copy until the reader's side ends; then end the writer's."""
    try:
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
    finally:
        writer.close()
