# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The WinRM connection that a plan is sent over, and on which port of the host it arrives.

The port that we connect to need not be it: a device may map ports, and a host may have several listeners. What counts
is the host's own socket.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..._net.address_set import AddressSet
from ..._net.address_text import AddressError
from ..._net.port_set import PortSet
from ..state.registry_dump import RegistryDump
from ..state.rule import PROTOCOL_NUMBERS, Action, Direction, FirewallRule
from ..state.snapshot import WinrmListener
from ..traffic.matching import SYSTEM, Traffic
from .sockets import KERNEL, Socket, same_address

WINRM_POLICY = r"HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Microsoft\Windows\WinRM\Service"
"""Where Group Policy configures the WinRM service (WindowsRemoteManagement.admx)."""

_BY_POLICY = (
    ("AllowAutoConfig", WinrmListener(5985, "HTTP", True)),
    ("HttpCompatibilityListener", WinrmListener(80, "HTTP", True)),
    ("HttpsCompatibilityListener", WinrmListener(443, "HTTPS", True)),
)
"""Policies that have WinRM listen, and where; their ports are those of WinRM 2.0 and, for compatibility, of 1.1."""

NEVER_BLOCKED = PortSet.of(135, 139, 445, 3389, 5985, 5986, 47001)
"""Ports that nobody is kept out of, since administrators come in by them: RPC's endpoint mapper, file sharing, remote
desktop, and WinRM's own (2.0, and the one that the service keeps on every server)."""

_FILE_SHARING = frozenset({139, 445})  # the kernel's sockets too, and from our address as well: never WinRM


@dataclass(frozen=True, slots=True)
class ManagementConnection:
    """The WinRM connection that a plan is sent over.

    Attributes:
        port: The port we connect to; behind a port mapping not the listener's.
        scheme: ``http`` or ``https``.
        client: Our address as the host sees it; empty where it is not known, and then only an allow from any counts.
        reached: The addresses that we may be connected to: more than one where a name has several.
        source_ports: Our own ports of the connection; none where they are not known. Address translation changes them.
    """

    port: int
    scheme: str
    client: str = ""
    reached: tuple[str, ...] = ()
    source_ports: tuple[int, ...] = ()


def policy_listeners(dump: RegistryDump) -> tuple[WinrmListener, ...]:
    """Listeners that Group Policy configures; the registry has no listener key for those.

    Args:
        dump: The keys at `WINRM_POLICY`.
    """
    values = ((dump.value(WINRM_POLICY, name), listener) for name, listener in _BY_POLICY)
    return tuple(listener for value, listener in values if value and value.number())


def blocks_management(rule: FirewallRule, listeners: Iterable[WinrmListener]) -> bool:
    """Whether a rule keeps somebody out of a port by which the host is managed.

    Args:
        rule: The rule.
        listeners: WinRM's listeners on the host.
    """
    if rule.action is not Action.BLOCK or rule.direction is not Direction.IN:
        return False
    ports = NEVER_BLOCKED | PortSet.of(*(listener.port for listener in listeners))
    return rule.protocol in (None, PROTOCOL_NUMBERS["tcp"]) and rule.local_ports.overlaps(ports)


def arriving_ports(
    connection: ManagementConnection, listeners: Iterable[WinrmListener], sockets: Iterable[Socket] = ()
) -> frozenset[int]:
    """The ports of the host of which one is that of our connection; one where it can be told.

    HTTP.sys owns WinRM's sockets, so they are the kernel's. Ours is the one from our address and source port. Where
    address translation hides that port, every socket of the kernel from our address may be ours. Where none is seen,
    every listener of our scheme may have it, and the port we connect to: that works, so it is never left out.

    Args:
        connection: The connection.
        listeners: WinRM's listeners, of the host and of Group Policy; disabled ones do not count.
        sockets: The host's sockets; none where they are not known.
    """
    mine = _ours(connection, sockets)
    certain = frozenset(socket.port for socket in mine if socket.peer_port in connection.source_ports)
    if len(certain) == 1:
        return certain
    seen = frozenset(socket.port for socket in mine)
    if len(seen) == 1:
        return seen
    candidates = seen or frozenset(
        listener.port
        for listener in listeners
        if listener.enabled and listener.transport.casefold() == connection.scheme
    )
    return candidates | {connection.port}


def arriving_address(connection: ManagementConnection, sockets: Iterable[Socket]) -> AddressSet:
    """The address of the host that our connection ends on; any where it cannot be told, as for `arriving_ports`.

    Args:
        connection: The connection.
        sockets: The host's sockets; none where they are not known.
    """
    mine = _ours(connection, sockets)
    certain = [socket for socket in mine if socket.peer_port in connection.source_ports] or mine
    found = {socket.address for socket in certain}
    return AddressSet.parse(found) if len(found) == 1 else AddressSet.any()


def _ours(connection: ManagementConnection, sockets: Iterable[Socket]) -> list[Socket]:
    """The sockets that may be that of our connection."""
    return [
        socket
        for socket in sockets
        if socket.protocol == "tcp"
        and socket.process == KERNEL
        and not socket.listens
        and socket.port not in _FILE_SHARING
        and same_address(socket.peer, connection.client)
    ]


def winrm_traffic(connection: ManagementConnection, port: int, local: AddressSet | None = None) -> Traffic:
    """The traffic that the host must admit for us to stay connected.

    Args:
        connection: The connection.
        port: The port of the host that it arrives on.
        local: The address of the host that it ends on; None where it may be any.
    """
    try:
        remote = AddressSet.parse([connection.client]) if connection.client else AddressSet.any()
    except AddressError:  # a zone in a link-local address, for one
        remote = AddressSet.any()
    return Traffic(
        direction=Direction.IN,
        protocol=PROTOCOL_NUMBERS["tcp"],
        ports=PortSet.of(port),
        remote=remote,
        programs=frozenset({SYSTEM}),  # HTTP.sys listens for WinRM
        local=local or AddressSet.any(),
    )
