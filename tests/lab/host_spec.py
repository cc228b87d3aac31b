# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host is before it starts."""

from __future__ import annotations

from dataclasses import dataclass

from lab.edge import EdgeAddresses
from lab.quirks import NO_QUIRKS, Quirks
from lab.windows.policy import DEFAULT_NETWORK, Listener, Network
from lab.windows.registry import Registry
from lab.windows.wmi import Interface


@dataclass(frozen=True)
class HostSpec:
    """What a host is before it starts.

    name: inventory name (fe01.contoso.test); address: dotted loopback address; groups: inventory groups;
    registry: starting registry (copied, never changed); listeners: its network services; services: names of the
    installed services besides the standard ones, described by their registry keys; version: as `ver` prints it;
    https: whether WinRM's HTTPS listeners have a certificate, and so speak TLS;
    interfaces: the main one first, whose network's profile is the host's (quirk `profile`); packets for an address of
    another are filtered by that one's; role_listeners: what its roles listen on, also where nothing does; account: the
    local account to log in with that is no built-in one, if there is one; in_domain: whether it is a member of one;
    product: which product it runs; edge: an Edge Server's addresses.
    """

    name: str
    address: str
    groups: tuple[str, ...]
    registry: Registry
    listeners: tuple[Listener, ...] = ()
    quirks: Quirks = NO_QUIRKS
    schema_version: tuple[int, int] = (2, 22)
    version: str = "6.3.9600"
    network: Network = DEFAULT_NETWORK
    winrm_port: int = 5985
    https: bool = False
    services: tuple[str, ...] = ()
    interfaces: tuple[Interface, ...] = (Interface(),)
    programs: tuple[str, ...] = ()
    role_listeners: tuple[Listener, ...] = ()
    account: str = ""
    in_domain: bool = True
    product: str = "lync_2013"
    edge: EdgeAddresses | None = None

    @property
    def addresses(self) -> tuple[str, ...]:
        """The addresses that traffic reaches it by, the main one first: those on loopback."""
        further = (each for at in self.interfaces[1:] for each in (at.address, *at.further) if each is not None)
        return (self.address, *(each for each in further if each.startswith("127.")))
