# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The widest addresses first: of a list that is cut, a client network is not what may be missing."""

from __future__ import annotations

import heapq

from .address_set import AddressSet

_BITS = {4: 32, 6: 128}


def widest_first(addresses: AddressSet, most: int | None = None) -> list[str]:
    """Addresses, networks and ranges as texts, by their share of their family; those alike by address.

    Args:
        addresses: The set; its keywords are left out.
        most: How many ranges to take; all where it is None.
    """
    found = [(family, pair) for family, ranges in ((4, addresses.v4), (6, addresses.v6)) for pair in ranges]

    def order(part: tuple[int, tuple[int, int]]) -> tuple[float, int, int]:
        family, (first, last) = part
        return -(last - first + 1) / 2 ** _BITS[family], family, first

    chosen = heapq.nsmallest(len(found) if most is None else most, found, order)
    sets = (AddressSet((pair,), ()) if family == 4 else AddressSet((), (pair,)) for family, pair in chosen)
    return [text for one in sets for text in one.texts()]
