# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""WMI, as far as the lab knows it: one namespace, two classes, of Server 2012 and later.

An instance of `MSFT_NetConnectionProfile` stands for a connected network interface, one of `MSFT_NetIPAddress` for an
address of one. The properties are those that Microsoft's documentation of the classes lists (of the second only those
that tell where an address belongs); that InstanceID is the adapter's GUID, under which the registry keeps the
interface's addresses, is what public scripts rely on, for nothing documents it. Nothing here knows of WS-Management.
"""

from __future__ import annotations

import ipaddress
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lab.windows.policy import PROFILES

CIMV2 = "root/cimv2"
STANDARD_CIMV2 = "root/standardcimv2"
NET_CONNECTION_PROFILE = "MSFT_NetConnectionProfile"
NET_IP_ADDRESS = "MSFT_NetIPAddress"
_CLASSES = {name.lower() for name in (NET_CONNECTION_PROFILE, NET_IP_ADDRESS)}
_IPV4, _PREFERRED, _MANUAL = 2, 4, 1
_FIRST_WITH_STANDARD_CIMV2 = (6, 2)
CATEGORIES = {"Public": 0, "Private": 1, "Domain": 2}
"""NetworkCategory of each firewall profile (2 is called DomainAuthenticated)."""

Value = str | int | None
"""Of a WMI property; None is WMI's null."""


class WmiError(Exception):
    """A request that WMI refuses; ``reason`` is Windows' own message, or empty where that is unknown."""

    def __init__(self, reason: str = "") -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Interface:
    """A network interface of a host.

    alias: what Windows calls it; index: its interface index; profile: the firewall profile of its network, or None
    for the host's own (`Host.profile`); network: the name of its network, or None when Windows gives none;
    ipv4, ipv6: connectivity, 0 disconnected, 1 no traffic, 2 subnet, 3 local network, 4 internet; address: dotted IPv4,
    None for the host's own where it is the main interface, else for none; identified: whether it has a connection
    profile at all, which one whose network is still being identified, or that is no network's, has not; further: more
    addresses of it.
    """

    alias: str = "Ethernet"
    index: int = 12
    profile: str | None = None
    network: str | None = "contoso.test"
    ipv4: int = 4
    ipv6: int = 1
    address: str | None = None
    identified: bool = True
    further: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        texts, numbers = (self.alias, self.network or "", self.address or ""), (self.index, self.ipv4, self.ipv6)
        if not all(isinstance(text, str) for text in texts) or not all(isinstance(number, int) for number in numbers):
            raise ValueError("alias, network and address must be strings; index, ipv4 and ipv6 numbers")
        if self.profile is not None and self.profile not in PROFILES:
            raise ValueError(f"profile must be one of {', '.join(PROFILES)}, not {self.profile!r}")
        for address in (self.address, *self.further):
            if address is not None:
                ipaddress.IPv4Address(address)


PSTN = Interface("PSTN", 14, "Public", "Unidentified network", 1, address="192.0.2.14")
"""The second interface of a Mediation Server, which faces the gateways: no domain controller answers there."""


@dataclass(frozen=True)
class Instance:
    """An object of a class, its properties in the order they are shown."""

    namespace: str
    class_name: str
    properties: tuple[tuple[str, Value], ...]


def adapter_id(computer_name: str, index: int) -> str:
    """The GUID of a host's network adapter."""
    return "{" + str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{computer_name}/{index}")).upper() + "}"


def interface_addresses(
    interfaces: Sequence[Interface], host_address: str, prefix_length: int
) -> tuple[tuple[Interface, str, int], ...]:
    """Each interface that has an address, with that and the length of its subnet's prefix (further ones have 24)."""
    found = []
    for place, at in enumerate(interfaces):
        address = at.address or (host_address if place == 0 else None)
        for each in (address, *at.further):
            if each is not None:
                found.append((at, each, prefix_length if place == 0 else 24))
    return tuple(found)


def address_instances(addresses: Iterable[tuple[Interface, str, int]]) -> tuple[Instance, ...]:
    """The instances of MSFT_NetIPAddress: IPv4 only, and the properties that tell where an address belongs."""
    return tuple(
        Instance(
            STANDARD_CIMV2,
            NET_IP_ADDRESS,
            (
                ("AddressFamily", _IPV4),
                ("AddressState", _PREFERRED),
                ("InterfaceAlias", at.alias),
                ("InterfaceIndex", at.index),
                ("IPAddress", address),
                ("IPv4Address", address),
                ("IPv6Address", None),
                ("PrefixLength", prefix_length),
                ("PrefixOrigin", _MANUAL),
                ("SuffixOrigin", _MANUAL),
                ("Type", 1),
            ),
        )
        for at, address, prefix_length in addresses
    )


def network_interface_instances(
    interfaces: Iterable[Interface], host_profile: str, computer_name: str
) -> tuple[Instance, ...]:
    """The instances of MSFT_NetConnectionProfile, in the order of the interfaces."""
    return tuple(
        Instance(
            STANDARD_CIMV2,
            NET_CONNECTION_PROFILE,
            (
                ("Caption", None),
                ("Description", None),
                ("ElementName", None),
                ("InstanceID", adapter_id(computer_name, at.index)),
                ("InterfaceAlias", at.alias),
                ("InterfaceIndex", at.index),
                ("IPv4Connectivity", at.ipv4),
                ("IPv6Connectivity", at.ipv6),
                ("Name", at.network),
                ("NetworkCategory", CATEGORIES[at.profile or host_profile]),
            ),
        )
        for at in interfaces
        if at.identified
    )


def check_class(version: str, namespace: str, class_name: str) -> None:
    """Raise WmiError unless a host whose `ver` is ``version`` has the class; neither name's case matters.

    Both reasons are quoted from reports about Server 2012 and later ("The class ... does not exist in the root/wmi
    namespace" from Get-CimInstance, "The CIM namespace root/virtualization/v2 is invalid" from azure-docs #55006).
    """
    major, minor = (int(part) for part in version.split(".")[:2])
    modern = (major, minor) >= _FIRST_WITH_STANDARD_CIMV2
    known = (CIMV2, STANDARD_CIMV2) if modern else (CIMV2,)
    if namespace.lower() not in known:
        raise WmiError(f"The CIM namespace {namespace} is invalid." if modern else "")
    if namespace.lower() != STANDARD_CIMV2 or class_name.lower() not in _CLASSES:
        raise WmiError(f"The class {class_name} does not exist in the {namespace} namespace." if modern else "")
