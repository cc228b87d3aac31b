# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host's interfaces, and how it sees what comes in by each: profile, local subnet, what the firewall logs."""

from __future__ import annotations

import ipaddress
from dataclasses import replace

from lab.host_spec import HostSpec
from lab.quirks import Quirks
from lab.windows.firewall_log import LogSettings, log_settings
from lab.windows.firewall_service import FirewallService
from lab.windows.network import PROFILES, Network
from lab.windows.registry import Registry
from lab.windows.services import SERVICES_KEY
from lab.windows.wmi import Interface, adapter_id, interface_addresses

_INTERFACES_KEY = f"{SERVICES_KEY}\\Tcpip\\Parameters\\Interfaces"
_LOOPBACK = "127.0.0.0/8"


class NetworkOfHost:
    """The part of Host that is about its network."""

    spec: HostSpec
    quirks: Quirks
    registry: Registry
    firewall: FirewallService
    interfaces: tuple[Interface, ...]

    @property
    def computer_name(self) -> str:
        """The NetBIOS-like computer name."""
        return self.spec.name.partition(".")[0].upper()

    def set_interfaces(self, interfaces: tuple[Interface, ...]) -> None:
        """Give the host these network interfaces, the main one first; the registry tells their addresses."""
        self.interfaces = interfaces
        self._write_addresses()

    @property
    def addresses(self) -> tuple[tuple[Interface, str, int], ...]:
        """Each interface with its IPv4 address and the length of its subnet's prefix."""
        length = int(self.network.local_subnet.partition("/")[2])
        return interface_addresses(self.interfaces, self.spec.address, length)

    def _write_addresses(self) -> None:
        by_adapter: dict[str, list[tuple[str, int]]] = {}
        for at, address, length in self.addresses:
            by_adapter.setdefault(adapter_id(self.computer_name, at.index), []).append((address, length))
        for adapter, known in by_adapter.items():
            key = self.registry.create(f"{_INTERFACES_KEY}\\{adapter}")
            key.set_dword("EnableDHCP", 0)
            masks = (str(ipaddress.IPv4Network(f"0.0.0.0/{length}").netmask) for _unused, length in known)
            key.set("IPAddress", "REG_MULTI_SZ", "\\0".join(address for address, _unused in known))
            key.set("SubnetMask", "REG_MULTI_SZ", "\\0".join(masks))

    @property
    def profile(self) -> str:
        """The firewall profile in use: Domain, Private or Public."""
        return self.quirks.profile

    @property
    def active_profiles(self) -> tuple[str, ...]:
        """The profiles of all interfaces, each once: several are active at a time since Windows 7."""
        found = {at.profile or self.profile for at in self.interfaces} or {self.profile}
        return tuple(profile for profile in PROFILES if profile in found)

    @property
    def network(self) -> Network:
        """How the host sees the network of its main interface."""
        network = self.spec.network
        return replace(network, local_subnet=_LOOPBACK) if self.quirks.same_subnet else network

    def _arrives_by(self, address: str) -> tuple[Interface, int] | None:
        """The further interface that a packet for ``address`` comes in by, and its prefix; None: the main one."""
        for at, own, length in self.addresses:
            if own == address:
                return None if at == self.interfaces[0] else (at, length)
        return None

    def profile_at(self, address: str) -> str:
        """The profile that filters what comes in for one of the host's addresses."""
        found = self._arrives_by(address)
        return self.profile if found is None else found[0].profile or self.profile

    def network_at(self, address: str) -> Network:
        """How the host sees the network that one of its addresses is in."""
        found = self._arrives_by(address)
        if found is None or self.quirks.same_subnet:
            return self.network
        return replace(self.network, local_subnet=str(ipaddress.IPv4Network((address, found[1]), strict=False)))

    def log_settings(self, address: str) -> LogSettings:
        """What the firewall logs now of new traffic for one of the host's addresses."""
        other = self.quirks.firewall_product is not None
        return log_settings(None if other else self.firewall.policy, self.profile_at(address))
