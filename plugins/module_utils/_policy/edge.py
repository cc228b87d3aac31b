# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which address of an Edge Server a row is bound to.

An Edge Server stands between the Internet and the network inside, and 443 alone is on four of its addresses. A rule
without a local address would open the internal ports to the outside, so none is made: where an address is not known,
that is an error. What counts is what the host itself has: the public address in front of a router that translates is on
no packet that reaches it ("IP address requirements" of the Edge Server, both products).
"""

from __future__ import annotations

import ipaddress
import itertools
from collections.abc import Iterable, Mapping
from typing import Any

from .._catalogue.model import Requirement
from .._catalogue.words import Interface, Role
from .._firewall.state.rule import Profile
from .._net.address_set import AddressSet, together
from .._net.port_set import PortSet
from .._options.reading import OptionError, read_addresses
from .._options.variables import PREFIX

OPTION = "edge_addresses"
MANAGEMENT = "management"
"""Key of addresses that the host has for its administration, where no row opens anything."""
KEYS = (*(interface.value for interface in Interface), MANAGEMENT)

NETWORKS = frozenset({Profile.PRIVATE, Profile.PUBLIC})
"""Profiles that a network of an Edge Server may be in."""

_EACH = ", ".join(interface.value for interface in Interface)
_REMEDY = (
    f"Give {OPTION} (variable {PREFIX}{OPTION}) with {_EACH}, each an address or a list: those that the host itself "
    "has (ipconfig), never the public ones of a router that translates. Services that share an address repeat it. The "
    "inventory plugin lync_topology takes them from a topology document"
)


def check_alone(roles: Iterable[Role]) -> None:
    """Check that an Edge Server is nothing else: rows of other roles are bound to no address.

    Args:
        roles: The roles of a host.

    Raises:
        OptionError: It is something else as well.
    """
    others = sorted(role.value for role in roles if role is not Role.EDGE)
    if Role.EDGE in roles and others:
        raise OptionError(
            "roles",
            f"an Edge Server shares its host with no other role, and this one has {', '.join(others)} as well: their "
            "ports would be open to the outside. Leave the host in one of the groups",
        )


def check_profiles(roles: Iterable[Role], profiles: frozenset[Profile]) -> None:
    """Check that the rules of an Edge Server count where its networks are: it is in no domain.

    Args:
        roles: The roles of a host.
        profiles: The profiles of its rules.

    Raises:
        OptionError: They are not for both profiles that its networks may be in.
    """
    if Role.EDGE in roles and (missing := sorted(profile.value for profile in NETWORKS - profiles)):
        raise OptionError(
            "profiles",
            "an Edge Server is in no domain: Windows takes its external networks for public, and the internal one for "
            f"public or private, so without {' and '.join(missing)} the rules may count nowhere. Give private and "
            "public, or leave the option out for this host",
        )


def addresses_of(option: Mapping[str, Any], rows: Iterable[Requirement]) -> dict[Interface, AddressSet]:
    """Read the addresses of the interfaces, those that rows are bound to and what else is given.

    Args:
        option: Interface to addresses.
        rows: The rows that apply to the host and are not left out.

    Raises:
        OptionError: An address is wrong or is not known, or an external one is internal as well.
    """
    needed = dict.fromkeys(row.interface for row in rows if row.interface)
    if not needed:
        return {}
    for word in option:
        if word not in KEYS:
            raise OptionError(f"{OPTION}.{word}", f"this is no interface of an Edge Server; they are {', '.join(KEYS)}")
    found = {interface: _read(interface, option.get(interface.value)) for interface in Interface}
    missing = [interface.value for interface in needed if not found[interface]]
    if missing:
        raise OptionError(
            OPTION,
            "each rule of an Edge Server is bound to a local address, so that internal ports never open to the "
            f"outside, and nothing says the address of {', '.join(missing)}. {_REMEDY}",
        )
    inside = found[Interface.INTERNAL]
    for interface in Interface:
        if interface.is_external and inside and found[interface].overlaps(inside):
            raise OptionError(
                f"{OPTION}.{interface}",
                f"{found[interface] & inside} is the internal address as well, so internal ports would open to the "
                "outside. An Edge Server has two networks; name the address of the external one",
            )
    return {interface: local for interface, local in found.items() if local}


def management_of(option: Mapping[str, Any], at: Mapping[Interface, AddressSet]) -> AddressSet:
    """Read the addresses that the host has for its administration.

    Args:
        option: Interface to addresses.
        at: The interfaces, as read.

    Raises:
        OptionError: An address is wrong, or rows are bound to it.
    """
    found = _read(MANAGEMENT, option.get(MANAGEMENT))
    for interface, local in at.items():
        if met := found & local:
            raise OptionError(
                f"{OPTION}.{MANAGEMENT}",
                f"{met} is {interface} as well, where rows open ports; name an address that has no service of Lync's",
            )
    return found


def outside(at: Mapping[Interface, AddressSet]) -> AddressSet:
    """All addresses of the external interfaces.

    Args:
        at: Interfaces and their addresses.
    """
    return together(local for interface, local in at.items() if interface.is_external)


def check_distinct(bound: Iterable[tuple[Requirement, PortSet, AddressSet]]) -> None:
    """Check that no two services are to listen on one port of one address.

    Args:
        bound: The rows of a host that are bound to an interface, each with its ports and addresses.

    Raises:
        OptionError: Two are; with one external address for all services, each needs a port of its own.
    """
    for (mine, ports, local), (other, others, at) in itertools.combinations(bound, 2):
        if (
            (mine.interface, mine.service) != (other.interface, other.service)
            and not set(mine.transports).isdisjoint(other.transports)
            and ports.overlaps(others)
            and local.overlaps(at)
        ):
            too = "" if mine.interface is other.interface else " too"
            raise OptionError(
                f"{OPTION}.{other.interface}",
                f"{mine.interface} has {local & at}{too}, and both listen on port {ports & others} ({mine.id}, "
                f"{other.id}). Where services share an address each has a port of its own: say which in "
                "port_overrides, as {edge-listen-01: 5061, edge-listen-04: 444}, or have it read from a topology",
            )


def each(local: AddressSet) -> list[AddressSet]:
    """The addresses that a row is bound to, each by itself: a rule may be bound to some of them only.

    Args:
        local: All of them; any for a row that is not bound.
    """
    if local.is_any:
        return [local]
    return [AddressSet.parse([text]) for text in _one_by_one(local)]


def _one_by_one(local: AddressSet) -> Iterable[str]:
    """Addresses that are next to each other are one range in a set."""
    for family, ranges in ((ipaddress.IPv4Address, local.v4), (ipaddress.IPv6Address, local.v6)):
        for first, last in ranges:
            yield from (str(family(number)) for number in range(first, last + 1))


def ending(interface: Interface | None) -> str:
    """What the key of a rule ends with, where it is bound to an interface.

    Args:
        interface: The interface; None for every address of the host.
    """
    return f"-{interface.value.replace('_', '-')}" if interface else ""


def _read(interface: str, value: Any) -> AddressSet:
    items = [] if value is None else [value] if isinstance(value, str) else value
    if isinstance(items, (list, tuple)):  # what a template without a value leaves says no address
        items = [item for item in items if not (isinstance(item, str) and not item.strip())]
    name = f"{OPTION}.{interface}"
    if not isinstance(items, (list, tuple)):
        raise OptionError(name, f"an address or a list of addresses is needed, not {value!r}")
    if not items:
        return AddressSet()
    found = read_addresses(name, items)
    count = sum(last - first + 1 for first, last in (*found.v4, *found.v6))
    if found.keywords or count > len(items) or len(items) > _MOST:
        raise OptionError(name, f"addresses of the host are needed, one by one, not {', '.join(map(str, items[:3]))}")
    for text in _one_by_one(found):
        address = ipaddress.ip_address(text)
        mapped = isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped
        if mapped or address.is_unspecified or address.is_multicast or text == _BROADCAST:
            raise OptionError(name, f"{text} is no address that an interface of a host has; give what ipconfig shows")
    return found


_BROADCAST = "255.255.255.255"


_MOST = 16
"""Addresses of one interface: a netsh line has to hold them."""
