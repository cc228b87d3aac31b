# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Through which firewall profile our own connection arrives at a host.

Windows filters a packet by the profile of the network that it arrives through. Which profile an interface is in is
known from Windows Server 2012 on (WMI class MSFT_NetConnectionProfile), and which interface has the address that we
reach (MSFT_NetIPAddress).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ..._net.address_set import AddressSet
from ..state.rule import FirewallRule, Profile
from .sockets import same_address

LOCAL_SUBNET = "localsubnet"
_NO_ADDRESSES = AddressSet()


@dataclass(frozen=True, slots=True)
class Network:
    """One network interface's connection.

    Attributes:
        interface: The interface's name (``InterfaceAlias``), as an administrator gave it.
        network: The network's name, such as the domain.
        profile: The firewall profile that it is in now: domain, private or public.
    """

    interface: str
    network: str
    profile: str


@dataclass(frozen=True, slots=True)
class InterfaceAddress:
    """One address of one network interface (``MSFT_NetIPAddress``).

    Attributes:
        interface: The interface's name, as in `Network`.
        address: The address.
        prefix: Length of its subnet's prefix.
    """

    interface: str
    address: str
    prefix: int


@dataclass(frozen=True, slots=True)
class Arrival:
    """What is known of the network that our connection arrives through.

    Attributes:
        profiles: The profiles that it may be in; one where it is known, none at all where the host cannot tell, of any
            network or of the one of our interface.
        subnets: The subnets of its interface; none where the interface is not known.
        connected: The profiles of all networks that the host is in; none where it cannot tell.
    """

    profiles: frozenset[Profile] = frozenset()
    subnets: AddressSet = _NO_ADDRESSES
    connected: frozenset[Profile] = frozenset()

    @property
    def known(self) -> bool:
        """Whether the host told which network it may be."""
        return bool(self.profiles)


UNKNOWN = Arrival()
"""The host cannot tell which networks it is in."""


def arrival(
    networks: Sequence[Network] | None, addresses: Iterable[InterfaceAddress], reached: Sequence[str]
) -> Arrival:
    """Find the network that a connection arrives through.

    Args:
        networks: The host's connected interfaces; None where it cannot tell.
        addresses: The addresses of its interfaces.
        reached: The addresses that we may be connected to. Where one of them is not the host's, as behind a
            mapping, every network that the host is connected to may be the one, and every interface that it names no
            network for.
    """
    if not networks:
        return UNKNOWN
    known = tuple(addresses)
    own = all(any(same_address(entry.address, one) for entry in known) for one in reached)
    interfaces = {entry.interface for entry in known if any(same_address(entry.address, one) for one in reached)}
    mine = [network for network in networks if network.interface in interfaces]
    connected = profiles_of(networks)
    named = {network.interface for network in networks}
    # An interface that has our address and no network: which profile counts there is documented nowhere.
    if not interfaces or not own:
        nameless = {entry.interface for entry in known if _reachable(entry.address, reached)} - named
        return Arrival(frozenset() if nameless else connected, connected=connected)
    subnets = [subnet for entry in known if entry.interface in interfaces and (subnet := _subnet(entry))]
    profiles = profiles_of(mine) if interfaces <= named else frozenset()
    return Arrival(profiles, AddressSet.parse(subnets) if subnets else _NO_ADDRESSES, connected)


def profiles_by_address(networks: Iterable[Network], addresses: Iterable[InterfaceAddress]) -> dict[str, Profile]:
    """The profile that the network of each address is in; those of interfaces without a network are left out.

    Args:
        networks: The host's connected interfaces; none where it cannot tell.
        addresses: The addresses of its interfaces.
    """
    known = {network.interface: Profile(network.profile) for network in networks}
    return {entry.address: known[entry.interface] for entry in addresses if entry.interface in known}


def profiles_of(networks: Iterable[Network]) -> frozenset[Profile]:
    """The profiles that networks are in."""
    return frozenset(Profile(network.profile) for network in networks)


def with_subnet(rule: FirewallRule, subnets: AddressSet) -> FirewallRule:
    """The rule with ``LocalSubnet`` resolved to the subnets of the interface that we arrive through.

    The keyword stands for the subnets that the host is on ([MS-FASP], FW_ADDRESS_KEYWORD). It stays in the scope beside
    them, since there may be more than the host told.
    """
    families = {family for family, word in rule.remote_addresses.keywords if word == LOCAL_SUBNET}
    if not families or not subnets:
        return rule
    mine = AddressSet(subnets.v4 if 4 in families else (), subnets.v6 if 6 in families else ())
    return replace(rule, remote_addresses=rule.remote_addresses | mine)


def _reachable(address: str, reached: Iterable[str]) -> bool:
    """Whether a mapping may lead to an address of the host: not to those of no network, and not to another family."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    # Windows has interfaces of its own for these, and no network for them.
    tunnel = isinstance(found, ipaddress.IPv6Address) and bool(found.teredo or found.sixtofour)
    if tunnel or found.is_link_local or address in ("127.0.0.1", "::1"):
        return False
    return any((":" in one) == (":" in address) for one in reached)


def _subnet(entry: InterfaceAddress) -> str | None:
    try:
        network = ipaddress.ip_interface(f"{entry.address.partition('%')[0]}/{entry.prefix}").network
    except ValueError:
        return None
    return str(network) if network.prefixlen else None
