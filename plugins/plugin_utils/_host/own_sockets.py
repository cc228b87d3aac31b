# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the sockets of a WinRM connection lead, seen from the controller."""

from __future__ import annotations

import socket
from typing import Any
from urllib.parse import SplitResult


def port_of(url: SplitResult) -> int:
    """The port of an endpoint, or that of its scheme."""
    return url.port or (5986 if url.scheme == "https" else 5985)


def addresses_of(name: str) -> tuple[str, ...]:
    """The addresses that a host name may stand for, by the controller's resolver; none where it does not know it."""
    try:
        found = socket.getaddrinfo(name, None, proto=socket.IPPROTO_TCP)
    except (OSError, UnicodeError):
        return ()
    return tuple(sorted({str(item[4][0]) for item in found}))


def source_ports(protocol: Any) -> tuple[int, ...]:
    """Our own ports of the sockets that are open."""
    return tuple(socket.getsockname()[1] for socket in _sockets(protocol))


def peers(protocol: Any) -> tuple[str, ...]:
    """The addresses that we are connected to; none behind a proxy, whose address it would be."""
    if getattr(getattr(protocol, "transport", None), "proxy", None) not in (None, "legacy_requests"):
        return ()
    return tuple(sorted({str(socket.getpeername()[0]) for socket in _sockets(protocol)}))


def _sockets(protocol: Any) -> list[Any]:
    """The sockets that requests keeps open for the session; no interface tells them, so none may be found."""
    try:
        pools = [
            adapter.poolmanager.pools[key]
            for adapter in protocol.transport.session.adapters.values()
            for key in adapter.poolmanager.pools.keys()  # noqa: SIM118 - no mapping: it cannot be iterated
        ]
        kept = [connection.sock for pool in pools for connection in pool.pool.queue if connection]
        return [socket for socket in kept if socket and socket.getpeername()]
    except (AttributeError, KeyError, OSError, TypeError):
        return []
