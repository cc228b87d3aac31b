# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A running host's WinRM listeners, mappings in front of it and sockets, as a test arranges them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lab.lab_calls import Caller
from lab.server import RunningHost
from lab.windows.netstat import Socket
from lab.windows.policy import TCP, UDP
from lab.windows.winrm_listeners import POLICY_KEY, set_listeners


class HostNetwork:
    """The part of LabHost that is about listeners and connections."""

    _lab: Caller
    _running: RunningHost

    def set_winrm_listeners(
        self,
        listeners: Mapping[str, int],
        *,
        compatibility: Sequence[str] = (),
        unlisted: Sequence[int] = (),
        policy: Mapping[str, int | str] | None = None,
    ) -> None:
        """Let WinRM have these configured listeners (`*+HTTP` or `IP:address+HTTPS` to port) and no others, now.

        ``compatibility``: transports with a compatibility listener, by WinRM's own settings; ``unlisted``: ports that
        no known key of the registry tells; ``policy``: values of the policies' key, which replace what is there.
        """

        async def act() -> None:
            host = self._running.host
            set_listeners(host.registry, listeners, compatibility=compatibility)
            host.unlisted_winrm_ports = tuple(unlisted)
            if policy is not None:
                key = host.registry.create(POLICY_KEY)
                key.values.clear()
                for name, value in policy.items():
                    key.set_dword(name, value) if isinstance(value, int) else key.set(name, "REG_SZ", value)
            host.read_winrm_policy()
            self._running.live.refresh()

        self._lab.call(act())

    def map_port(self, inside: int, *, outside: tuple[str, int] | None = None, source: str = "") -> tuple[str, int]:
        """Put a port mapping in front of a port, until the host is reset; returns the address and port to dial.

        ``outside``: where it listens (a free port of the host's own address if not given); ``source``: the loopback
        address that the host sees as the client's (one of the lab's own network if not given).
        """
        own = source or f"{self._running.host.spec.address.rpartition('.')[0]}.250"
        made = self._lab.call(self._running.map_port(outside or (self._running.host.spec.address, 0), inside, own))
        return made.outside

    def listen_on_ipv6(self, *, https: bool = False) -> str:
        """Let WinRM listen on ::1 too, until the host is reset; returns its URL. Raises OSError without IPv6."""
        port = self._lab.call(self._running.listen_on_ipv6(https=https))
        return f"http{'s' if https else ''}://[::1]:{port}/wsman"

    def stop_listening(self, *ports: int, address: str = "") -> None:
        """Let nothing listen on these ports, TCP and UDP, as if their services had stopped; none: all do again.

        ``address``: at this one only, of a host that has several.
        """

        async def act() -> None:
            self._running.host.not_listening = frozenset((address, kind, port) for port in ports for kind in (TCP, UDP))
            self._running.live.refresh()

        self._lab.call(act())

    def shut_on_the_way(self, *ports: int, refused: bool = False) -> None:
        """Let a firewall in front of the host drop, or refuse, what is for these ports; none: nothing any more."""

        async def act() -> None:
            how = "refused" if refused else "dropped"
            self._running.host.on_the_way = {(kind, port): how for port in ports for kind in (TCP, UDP)}
            self._running.live.refresh()

        self._lab.call(act())

    def show_sockets(self, *sockets: Socket) -> None:
        """Let `netstat` show these connections besides the real ones, until the host is reset."""

        async def act() -> None:
            self._running.host.other_sockets = sockets

        self._lab.call(act())
