# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sees the connection requests that a socket filter drops, as a firewall that logs them would.

A filter tells nobody what it dropped. But everything happens on one machine: whoever asks has a socket in SYN-SENT as
long as no answer comes, and Linux lists those to everybody (sock_diag(7)). So they are looked at every few
hundredths of a second while any host logs drops; what gives up sooner is not seen, and a request that is repeated is
seen once.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import struct
from collections.abc import Callable

Dropped = Callable[[tuple[str, int], int], None]
"""Learns of a request: from where, to which port."""

_LOG = logging.getLogger(__name__)
_Attempt = tuple[tuple[str, int], tuple[str, int]]
_PAUSE = 0.05
_NETLINK_SOCK_DIAG, _SOCK_DIAG_BY_FAMILY, _DUMP = 4, 20, 0x301
_SYN_SENT = 1 << 2
_DONE, _ERROR = 3, 2
_HEAD = struct.Struct("=IHHII")


def pending_requests() -> set[_Attempt]:
    """Source and target of every IPv4 connection request that waits for an answer. Raises OSError."""
    body = struct.pack("=BBBBI", socket.AF_INET, socket.IPPROTO_TCP, 0, 0, _SYN_SENT) + bytes(48)
    found: set[_Attempt] = set()
    with socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM, _NETLINK_SOCK_DIAG) as link:
        link.send(_HEAD.pack(_HEAD.size + len(body), _SOCK_DIAG_BY_FAMILY, _DUMP, 1, 0) + body)
        while True:
            data = link.recv(65536)
            while len(data) >= _HEAD.size:
                length, kind, *_unused = _HEAD.unpack_from(data)
                if kind == _ERROR:
                    raise OSError("the kernel does not list sockets")
                if kind == _DONE or length < _HEAD.size:
                    return found
                found.add(_attempt(data[_HEAD.size : length]))
                data = data[(length + 3) & ~3 :]


def _attempt(message: bytes) -> _Attempt:
    """Of a struct inet_diag_msg: four octets, ports in network order, 16 octets for each address."""
    source_port, target_port = struct.unpack_from("!HH", message, 4)
    return (socket.inet_ntoa(message[8:12]), source_port), (socket.inet_ntoa(message[24:28]), target_port)


class _Watch:
    """One look for all hosts of an event loop."""

    def __init__(self) -> None:
        self.hosts: dict[str, Dropped] = {}
        self._seen: set[_Attempt] = set()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._run())

    def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        while self.hosts:
            try:
                pending = {one for one in pending_requests() if one[1][0] in self.hosts}
            except OSError as error:  # a sandbox without netlink: only datagrams are in the logs then
                _LOG.warning("dropped connections cannot be seen: %s", error)
                return
            for source, (address, port) in sorted(pending - self._seen):
                self.hosts[address](source, port)
            self._seen = pending
            await asyncio.sleep(_PAUSE)


_WATCHES: dict[asyncio.AbstractEventLoop, _Watch] = {}


class DropWatch:
    """Tells one host of requests to its address that get no answer."""

    def __init__(self, dropped: Dropped) -> None:
        self._dropped = dropped
        self._address: str | None = None

    def watch(self, address: str | None) -> None:
        """Look at this address from now on, or at none."""
        if address == self._address:
            return
        loop = asyncio.get_running_loop()
        watch = _WATCHES.setdefault(loop, _Watch())
        if self._address is not None:
            del watch.hosts[self._address]
        self._address = address
        if address is not None:
            watch.hosts[address] = self._dropped
            watch.start()
        elif not watch.hosts:
            watch.stop()
            del _WATCHES[loop]
