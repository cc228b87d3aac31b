# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses, networks, ranges and keywords as people type them, as Windows stores them, and as numbers."""

from __future__ import annotations

import ipaddress
from functools import lru_cache

from . import intervals

_BITS = {4: 32, 6: 128}
ALL: dict[int, intervals.Interval] = {family: (0, (1 << bits) - 1) for family, bits in _BITS.items()}
"""All addresses of a family, 4 or 6."""

MAKE: dict[int, type[ipaddress.IPv4Address | ipaddress.IPv6Address]] = {
    4: ipaddress.IPv4Address,
    6: ipaddress.IPv6Address,
}
"""What makes an address of a family of a number."""

KEYWORDS = {
    word.casefold(): word
    for word in (
        "LocalSubnet", "DNS", "DHCP", "WINS", "DefaultGateway",
        "IntrAnet", "IntErnet", "RmtIntrAnet", "Ply2Renders", "CaptivePortal",
    )
}  # fmt: skip
"""Address keywords of [MS-GPFAS] 2.2.2.13; only the host itself knows which addresses they stand for."""

TYPED_KEYWORDS = ("localsubnet", "dns", "dhcp", "wins", "defaultgateway")
"""Those that ``netsh advfirewall firewall add rule remoteip=`` accepts."""


class AddressError(ValueError):
    """A text is not an address, network, range or known keyword; the message says which and why."""


def spell(family: int, pair: intervals.Interval) -> list[str]:
    """One interval as its networks, or as ``a-b`` where that is shorter."""
    first, last = MAKE[family](pair[0]), MAKE[family](pair[1])
    networks = [
        str(network.network_address) if network.prefixlen == network.max_prefixlen else str(network)
        for network in ipaddress.summarize_address_range(first, last)
    ]
    span = f"{first}-{last}"
    return networks if len(networks) == 1 or len(",".join(networks)) <= len(span) else [span]


def read_typed(text: str) -> tuple[int, intervals.Interval]:
    """Parse an address, network or range of a user; stricter than for what Windows stores."""
    try:
        if "%" in text:
            raise AddressError(f"{text!r} names an interface zone, which a firewall scope cannot hold")
        if "-" in text:
            first, last = (ipaddress.ip_address(part.strip()) for part in text.split("-", 1))
            if first.version != last.version or int(first) > int(last):
                raise AddressError(f"{text!r} is no range: both ends must be of one family, the lower one first")
            return first.version, (int(first), int(last))
        network = ipaddress.ip_network(text)
    except AddressError:
        raise
    except ValueError as error:
        if "host bits" in str(error):
            meant = ipaddress.ip_network(text, strict=False)
            raise AddressError(f"{text!r} has host bits set; write {meant} or one address") from error
        known = ", ".join(TYPED_KEYWORDS)
        raise AddressError(f"{text!r} is no address, network, range (a-b) or keyword ({known})") from error
    return network.version, (int(network.network_address), int(network.broadcast_address))


def is_stored_address(value: str, family: int) -> bool:
    """Whether `AddressSet.from_registry` takes a value, with no blank around it.

    Args:
        value: The value.
        family: 4 or 6.
    """
    if value.casefold() in KEYWORDS:
        return True
    try:
        read_stored(value, family)
    except AddressError:
        return False
    return True


def read_stored(value: str, family: int) -> intervals.Interval:
    """Parse an address value of a rule string, [MS-GPFAS] 2.2.2.9 to 2.2.2.12; lenient where Windows is."""
    try:
        if "-" in value:
            first, last = (_number(part.strip(), family) for part in value.split("-", 1))
            if first > last:
                raise AddressError(f"the address range {value!r} runs backwards")
            return first, last
        host, slash, mask = value.partition("/")
        number = _number(host.strip(), family)
        length = _prefix_length(mask.strip(), family) if slash else _BITS[family]
    except AddressError:
        raise
    except ValueError as error:
        raise AddressError(f"{value!r} is no IPv{family} address, network, range or keyword") from error
    size = 1 << (_BITS[family] - length)
    first = number & ~(size - 1)
    return first, first + size - 1


_OCTETS = {str(octet): octet for octet in range(256)}


def _number(address: str, family: int) -> int:
    """An address as a number. IPv4 is what ipaddress takes as well, in a third of its time."""
    if family == 6:
        return int(ipaddress.IPv6Address(address))
    number = 0
    octets = address.split(".")
    if len(octets) != 4:
        raise ValueError(address)
    for octet in octets:
        if octet not in _OCTETS:
            raise ValueError(address)
        number = number << 8 | _OCTETS[octet]
    return number


@lru_cache(maxsize=256)  # a host's rules have few different masks
def _prefix_length(mask: str, family: int) -> int:
    """``24`` or ``255.255.255.0`` as a prefix length. A mask with holes has none."""
    if mask.isascii() and mask.isdigit() and int(mask) <= _BITS[family]:
        return int(mask)
    if family == 4 and "." in mask:
        holes = ~_number(mask, 4) & 0xFFFFFFFF
        if holes & (holes + 1) == 0:
            return 32 - holes.bit_length()
    raise AddressError(f"{mask!r} is no network mask")
