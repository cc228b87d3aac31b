# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sockets of a host, as ``netstat -ano`` prints them.

The columns are not localised, the words of the state are, and may be several: so they are not looked at. A TCP listener
is known by its foreign port 0.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from ..._texts import lines_of

_LONGEST_LINE = 200  # characters: two addresses of IPv6 with zone and port, a state of a few words, a process id

KERNEL = 4
"""Process id of the system process, which owns the sockets of HTTP.sys and of the file server."""


@dataclass(frozen=True, slots=True)
class Socket:
    """One line of the answer.

    Attributes:
        protocol: ``tcp`` or ``udp``.
        address: The host's address, without brackets and zone.
        port: The host's port.
        peer: The other side's address; ``*`` for UDP.
        peer_port: The other side's port; 0 for a listener and for UDP.
        process: Process id.
    """

    protocol: str
    address: str
    port: int
    peer: str
    peer_port: int
    process: int

    @property
    def listens(self) -> bool:
        """Whether it waits for connections, or for datagrams."""
        return self.peer_port == 0

    def stays_on_the_host(self) -> bool:
        """Whether either end is a loopback address: the firewall does not filter that."""
        return is_loopback(self.address) or is_loopback(self.peer)


def read_sockets(netstat: str) -> tuple[Socket, ...]:
    """Read the answer of ``netstat -ano``; a line that is no socket says nothing.

    Args:
        netstat: What it printed.
    """
    lines = (line for line in lines_of(netstat) if line[:1].isspace() and len(line) <= _LONGEST_LINE)
    return tuple(socket for line in lines if (socket := _socket(line.split())))


def same_address(one: str, other: str) -> bool:
    """Whether two texts are one address, zones aside; an IPv4 address is the same in IPv6's clothes."""
    try:
        return _plain(one) == _plain(other)
    except ValueError:
        return False


def is_loopback(address: str) -> bool:
    """Whether a text is an address of the host itself."""
    try:
        return _plain(address).is_loopback
    except ValueError:
        return False


def _socket(words: list[str]) -> Socket | None:
    if len(words) < 4 or words[0] not in ("TCP", "UDP"):
        return None
    address, _colon, port = words[1].rpartition(":")
    peer, _colon, peer_port = words[2].rpartition(":")
    peer_port = "0" if peer_port == "*" else peer_port
    numbers = [int(text) for text in (port, peer_port, words[-1]) if text.isascii() and text.isdigit()]
    address, peer = _bare(address), _bare(peer)
    if (
        len(numbers) != 3
        or max(numbers[:2]) > 65535
        or not (_is_address(address) and (peer == "*" or _is_address(peer)))
    ):
        return None
    return Socket(words[0].lower(), address, numbers[0], peer, numbers[1], numbers[2])


def _bare(address: str) -> str:
    return address.strip("[]").partition("%")[0]


def _plain(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    found = ipaddress.ip_address(_bare(address))
    return (found.ipv4_mapped or found) if isinstance(found, ipaddress.IPv6Address) else found


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
