# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Proportion: a few blocked addresses, as brute-force protection writes them, do not make "from any" closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..._net.address_set import AddressSet, together
from ..._net.region import Region
from ..state.rule import Direction
from .matching import Match, Traffic

MOST_NAMED = 3
"""Blocked addresses or ranges that are named."""

# Anything larger is no list of attackers but somebody's network: an IPv4 /24, an IPv6 /64.
_SMALLEST_NETWORK = {4: 2**8, 6: 2**64}
_PRIVATE = AddressSet.parse(["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"])  # RFC 1918, RFC 4193


@dataclass(frozen=True, slots=True)
class Except:
    """Blocked addresses that an open verdict leaves out.

    Attributes:
        addresses: How many.
        rules: How many rules block them.
        first: The first three addresses or ranges.
        private: The first three of them that are private: attackers hardly come from there, colleagues do.
    """

    addresses: int
    rules: int
    first: tuple[str, ...]
    private: tuple[str, ...] = ()


def blocked_addresses(traffic: Traffic, areas: Sequence[Region]) -> AddressSet | None:
    """The addresses that blocks keep out, or may, if they are so few that the traffic counts as open.

    Args:
        traffic: The traffic; it says whether it is to be judged like that.
        areas: What each block rule keeps out of it, or may.

    Returns:
        None where the blocks matter: one covers a network, or touches somebody who is known to connect.
    """
    if traffic.known is None or traffic.direction is not Direction.IN or not traffic.remote.is_any:
        return None
    blocked = together(addresses for area in areas for _ports, addresses in area.boxes)
    if blocked.keywords or blocked.overlaps(traffic.known):
        return None
    for family, ranges in ((4, blocked.v4), (6, blocked.v6)):
        if any(last - first + 1 >= _SMALLEST_NETWORK[family] for first, last in ranges):
            return None
    return blocked


def told(blocked: AddressSet, blocks: Sequence[Match]) -> Except:
    """What is said of blocked addresses.

    Args:
        blocked: The addresses.
        blocks: The rules that block them.
    """
    return Except(
        addresses=sum(last - first + 1 for ranges in (blocked.v4, blocked.v6) for first, last in ranges),
        rules=sum(max(len(found.members), 1) for found in blocks),
        first=_first(blocked),
        private=_first(blocked & _PRIVATE),
    )


def _first(addresses: AddressSet) -> tuple[str, ...]:
    some = AddressSet(addresses.v4[:MOST_NAMED], addresses.v6[:MOST_NAMED])
    return tuple(some.texts()[:MOST_NAMED])
