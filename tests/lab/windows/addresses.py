# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sets of IPv4 addresses as sorted, merged integer intervals.

The lab's hosts live on IPv4 loopback addresses only, so this is all the firewall needs to decide on. Rule values
are read as [MS-GPFAS] 2.2.2 writes them: a host, a range `a-b`, `net/dotted.mask` or `net/prefix`.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

Interval = tuple[int, int]
"""First and last address, both included."""

Addresses = tuple[Interval, ...]
"""Sorted, disjoint, not adjacent."""

EVERYTHING: Addresses = ((0, 0xFFFFFFFF),)
NOTHING: Addresses = ()


def merged(intervals: Iterable[Interval]) -> Addresses:
    """The union of any intervals."""
    result: list[Interval] = []
    for low, high in sorted(intervals):
        if result and low <= result[-1][1] + 1:
            result[-1] = (result[-1][0], max(high, result[-1][1]))
        else:
            result.append((low, high))
    return tuple(result)


def without(base: Addresses, taken: Addresses) -> Addresses:
    """The addresses of ``base`` that are not in ``taken``."""
    result: list[Interval] = []
    first = 0  # of ``taken`` that may still matter: both are sorted, so one pass does
    for low, high in base:
        while first < len(taken) and taken[first][1] < low:
            first += 1
        start, at = low, first
        while at < len(taken) and taken[at][0] <= high:
            if taken[at][0] > start:
                result.append((start, taken[at][0] - 1))
            start = taken[at][1] + 1
            at += 1
        if start <= high:
            result.append((start, high))
    return tuple(result)


def contains(addresses: Addresses, address: str) -> bool:
    """Whether a dotted IPv4 address is in the set."""
    number = int(ipaddress.IPv4Address(address))
    return any(low <= number <= high for low, high in addresses)


def overlap(left: Addresses, right: Addresses) -> Addresses:
    """The addresses that are in both sets."""
    return without(left, without(left, right))


def within(addresses: Addresses, bounds: Interval) -> Addresses:
    """The addresses of the set that lie within an interval."""
    least, most = bounds
    return tuple((max(low, least), min(high, most)) for low, high in addresses if low <= most and high >= least)


def parse_ipv4(text: str) -> Interval:
    """One rule address: host, `a-b`, `net/mask` or `net/prefix`. Raises ValueError when it is none of them."""
    first, dash, last = text.partition("-")
    try:
        if dash:
            low, high = int(ipaddress.IPv4Address(first.strip())), int(ipaddress.IPv4Address(last.strip()))
            if low > high:
                raise ValueError("it ends before it starts")
            return low, high
        network = ipaddress.IPv4Network(text.strip(), strict=False)
    except ValueError as error:
        raise ValueError(f"not an IPv4 host, range or subnet: {text!r} ({error})") from error
    return int(network.network_address), int(network.broadcast_address)
