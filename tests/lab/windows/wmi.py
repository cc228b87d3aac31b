# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""WMI, as far as the lab knows it: one namespace, one class, `MSFT_NetConnectionProfile` (Server 2012 and later).

An instance stands for a connected network interface. The properties are those that Microsoft's documentation of the
class lists; that InstanceID is the adapter's GUID is what public scripts rely on, for nothing documents it. Nothing
here knows of WS-Management.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from lab.windows.policy import PROFILES

CIMV2 = "root/cimv2"
STANDARD_CIMV2 = "root/standardcimv2"
NET_CONNECTION_PROFILE = "MSFT_NetConnectionProfile"
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
    ipv4, ipv6: connectivity, 0 disconnected, 1 no traffic, 2 subnet, 3 local network, 4 internet.
    """

    alias: str = "Ethernet"
    index: int = 12
    profile: str | None = None
    network: str | None = "contoso.test"
    ipv4: int = 4
    ipv6: int = 1

    def __post_init__(self) -> None:
        texts, numbers = (self.alias, self.network or ""), (self.index, self.ipv4, self.ipv6)
        if not all(isinstance(text, str) for text in texts) or not all(isinstance(number, int) for number in numbers):
            raise ValueError("alias and network must be strings; index, ipv4 and ipv6 numbers")
        if self.profile is not None and self.profile not in PROFILES:
            raise ValueError(f"profile must be one of {', '.join(PROFILES)}, not {self.profile!r}")


PSTN = Interface("PSTN", 14, "Public", "Unidentified network", 1)
"""The second interface of a Mediation Server, which faces the gateways: no domain controller answers there."""


@dataclass(frozen=True)
class Instance:
    """An object of a class, its properties in the order they are shown."""

    namespace: str
    class_name: str
    properties: tuple[tuple[str, Value], ...]


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
                ("InstanceID", "{" + str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{computer_name}/{at.index}")).upper() + "}"),
                ("InterfaceAlias", at.alias),
                ("InterfaceIndex", at.index),
                ("IPv4Connectivity", at.ipv4),
                ("IPv6Connectivity", at.ipv6),
                ("Name", at.network),
                ("NetworkCategory", CATEGORIES[at.profile or host_profile]),
            ),
        )
        for at in interfaces
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
    if namespace.lower() != STANDARD_CIMV2 or class_name.lower() != NET_CONNECTION_PROFILE.lower():
        raise WmiError(f"The class {class_name} does not exist in the {namespace} namespace." if modern else "")
