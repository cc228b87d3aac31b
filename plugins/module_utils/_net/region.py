# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Region: exact sets of (port, remote address) pairs, in which rules and traffic are compared."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from .address_set import AddressSet
from .port_set import PortSet

Box = tuple[PortSet, AddressSet]
"""All pairs of one of these ports and one of these addresses."""


@dataclass(frozen=True, slots=True)
class Region:
    """A union of disjoint boxes. Empty boxes are dropped.

    Attributes:
        boxes: Disjoint boxes, none of them empty.
    """

    boxes: tuple[Box, ...] = ()

    @classmethod
    def of(cls, ports: PortSet, addresses: AddressSet) -> Region:
        """One box."""
        return cls(((ports, addresses),)) if ports and addresses else cls()

    def __bool__(self) -> bool:
        return bool(self.boxes)

    def __and__(self, other: Region) -> Region:
        if not self.boxes or not other.boxes:
            return _NOTHING
        if len(self.boxes) == len(other.boxes) == 1:  # nearly always; the sweep is for policies with many scopes
            (mine,), (theirs,) = self.boxes, other.boxes
            return Region.of(mine[0] & theirs[0], mine[1] & theirs[1])
        return _sweep(self.boxes, other.boxes, AddressSet.__and__)

    def __sub__(self, other: Region) -> Region:
        if not self.boxes or not other.boxes:
            return self
        if len(self.boxes) == len(other.boxes) == 1:
            ((ports, addresses),), ((their_ports, theirs),) = self.boxes, other.boxes
            common = ports & their_ports
            if not common:
                return self
            if addresses <= theirs:  # only ports are left, if anything is
                return Region.of(ports - common, addresses)
        return _sweep(self.boxes, other.boxes, AddressSet.__sub__)

    def overlaps(self, other: Region) -> bool:
        """Whether any pair is in both; cheaper than to say which."""
        return any(mine[0] & theirs[0] and mine[1] & theirs[1] for mine in self.boxes for theirs in other.boxes)

    def __or__(self, other: Region) -> Region:
        return union((self, other))

    def __str__(self) -> str:
        """``5061 from any; 5062,5063 from 10.0.0.0/8``, boxes with the same addresses put together."""
        by_addresses: dict[str, PortSet] = {}
        for ports, addresses in self.boxes:
            text = str(addresses)
            by_addresses[text] = by_addresses.get(text, PortSet()) | ports
        return "; ".join(f"{ports} from {addresses}" for addresses, ports in sorted(by_addresses.items()))


_NOTHING = Region()


def union(regions: Iterable[Region]) -> Region:
    """All pairs of all regions."""
    boxes = [box for region in regions for box in region.boxes]
    return Region(tuple(boxes)) if len(boxes) < 2 else _sweep(boxes, (), lambda mine, _theirs: mine)


def _sweep(
    left: Sequence[Box], right: Sequence[Box], operate: Callable[[AddressSet, AddressSet], AddressSet]
) -> Region:
    """Go through the ports once, and combine both sides' addresses wherever a box begins or ends.

    Cutting boxes against boxes instead would leave more and more of them: a host may have 1,600 rules.
    """
    boxes = (*left, *right)
    changes: dict[int, list[tuple[bool, int]]] = {}
    for number, (ports, _addresses) in enumerate(boxes):
        for first, last in ports.ranges:
            changes.setdefault(first, []).append((True, number))
            changes.setdefault(last + 1, []).append((False, number))
    ports_by_addresses: dict[AddressSet, list[tuple[int, int]]] = {}
    here: set[int] = set()
    for first, following in itertools.pairwise(sorted(changes)):
        for begins, number in changes[first]:
            (here.add if begins else here.discard)(number)
        mine = _together(boxes[number][1] for number in here if number < len(left))
        theirs = _together(boxes[number][1] for number in here if number >= len(left))
        if found := operate(mine, theirs):
            ports_by_addresses.setdefault(found, []).append((first, following - 1))
    return Region(tuple((PortSet(tuple(ranges)), addresses) for addresses, ranges in ports_by_addresses.items()))


def _together(sets: Iterable[AddressSet]) -> AddressSet:
    found = list(sets)
    if len(found) == 1:
        return found[0]
    return AddressSet(
        tuple(pair for addresses in found for pair in addresses.v4),
        tuple(pair for addresses in found for pair in addresses.v6),
        frozenset(word for addresses in found for word in addresses.keywords),
    )
