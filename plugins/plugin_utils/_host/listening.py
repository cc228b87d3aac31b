# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What listens on a host, by its own socket table.

A port that nothing listens on looks from outside like one that a firewall closes: in stealth mode, which is the
default, Windows answers neither with a reset nor with ICMP (Microsoft KB 2586744).
"""

from __future__ import annotations

import secrets

from ...module_utils._firewall.change.sockets import is_loopback, read_sockets
from ...module_utils._firewall.state.read_command import Part, command_line
from ...module_utils._firewall.state.reading import split
from ...module_utils._net.port_set import PortSet
from .remote_host import RemoteHost


def read_listening(host: RemoteHost) -> dict[str, PortSet] | None:
    """Ask a host which ports it listens on, with one command.

    Args:
        host: The host.

    Returns:
        ``tcp`` and ``udp``, each with the ports that others can reach; None where the host does not tell.

    Raises:
        ConnectionLost: The host does not answer.
        ReadError: The answer was cut off.
    """
    marker = secrets.token_hex(4)
    parts = (Part("sockets", "netstat -ano", False),)
    told, text = split(host.run(command_line(marker, parts)).stdout, marker, parts)["sockets"]
    sockets = [socket for socket in read_sockets(text) if socket.listens and not is_loopback(socket.address)]
    if not told or not sockets:  # a host that we have connected to listens on one port at least
        return None
    return {
        transport: PortSet.of(*{socket.port for socket in sockets if socket.protocol == transport})
        for transport in ("tcp", "udp")
    }
