# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Region: exact sets of (port, remote address) pairs, in which rules and traffic are compared."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from .address_set import AddressSet, together
from .effort import spend
from .port_set import PortSet

Box = tuple[PortSet, AddressSet]
"""All pairs of one of these ports and one of these addresses."""


@dataclass(frozen=True, slots=True)
class Region:
    """A union of disjoint boxes. Empty boxes are dropped.

    Attributes:
        boxes: Disjoint boxes, none of them empty.
        cut: Whether that is not all, because no more boxes were asked for.
    """

    boxes: tuple[Box, ...] = ()
    cut: bool = False

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
        return any(
            mine[0].overlaps(theirs[0]) and mine[1].overlaps(theirs[1]) for mine in self.boxes for theirs in other.boxes
        )

    def covers(self, other: Region) -> bool:
        """Whether one box of this region certainly holds all of the other; a cheap test that may miss a containment."""
        return any(
            all(ports <= mine[0] and addresses <= mine[1] for ports, addresses in other.boxes) for mine in self.boxes
        )

    def __or__(self, other: Region) -> Region:
        return union((self, other))

    def __str__(self) -> str:
        """``5061 from any; 5062,5063 from 10.0.0.0/8``, boxes with the same addresses put together."""
        return self._text(self.boxes, str, str)

    def spelled(self, most: int) -> str:
        """The same for people, cut to the first boxes, and in each to the first ports and addresses.

        Args:
            most: How many of each.
        """
        text = self._text(self.boxes[:most], lambda ports: ports.spelled(most), lambda them: them.spelled(most))
        return f"{text}; and more" if self.cut or len(self.boxes) > most else text

    @staticmethod
    def _text(
        boxes: Iterable[Box], spell_ports: Callable[[PortSet], str], spell_addresses: Callable[[AddressSet], str]
    ) -> str:
        by_addresses: dict[str, PortSet] = {}
        for ports, addresses in boxes:
            text = spell_addresses(addresses)
            by_addresses[text] = by_addresses.get(text, PortSet()) | ports
        return "; ".join(f"{spell_ports(ports)} from {addresses}" for addresses, ports in sorted(by_addresses.items()))


_NOTHING = Region()


def union(regions: Iterable[Region]) -> Region:
    """All pairs of all regions."""
    boxes = [box for region in regions for box in region.boxes]
    return Region(tuple(boxes)) if len(boxes) < 2 else _sweep(boxes, (), lambda mine, _theirs: mine)


def common(left: Iterable[Region], right: Iterable[Region], most: int | None = None) -> Region:
    """Pairs that are in any of the regions on the left and in any of those on the right.

    Args:
        left: Regions, which may overlap.
        right: Regions, which may overlap.
        most: Boxes that are enough; the result then says whether it was cut.
    """
    mine, theirs = _boxes(left), _boxes(right)
    return Region(tuple(mine)) if _is_inside(mine, theirs) else _sweep(mine, theirs, AddressSet.__and__, most)


def remainder(whole: Region, parts: Iterable[Region], most: int | None = None) -> Region:
    """Pairs of a region that are in none of the parts, which may overlap; the arguments are those of `common`."""
    theirs = _boxes(parts)
    return _NOTHING if _is_inside(whole.boxes, theirs) else _sweep(whole.boxes, theirs, AddressSet.__sub__, most)


def _is_inside(mine: Sequence[Box], theirs: Sequence[Box]) -> bool:
    """Whether there is one box on either side, the one inside of the other: nearly always, and then nothing is cut."""
    if len(mine) != 1 or len(theirs) != 1:
        return False
    ((ports, addresses),), ((their_ports, them),) = mine, theirs
    return ports <= their_ports and addresses <= them


def _boxes(regions: Iterable[Region]) -> list[Box]:
    return [box for region in regions for box in region.boxes]


def _sweep(
    left: Sequence[Box],
    right: Sequence[Box],
    operate: Callable[[AddressSet, AddressSet], AddressSet],
    most: int | None = None,
) -> Region:
    """Go through the ports once, and combine both sides' addresses wherever a box begins or ends.

    Cutting boxes against boxes instead would leave more and more of them: a host may have 1,600 rules. Nested ranges
    with addresses of their own have a result in the square of their number: whoever needs only some of it says so.
    """
    boxes = (*left, *right)
    changes: dict[int, list[tuple[bool, int]]] = {}
    for number, (ports, _addresses) in enumerate(boxes):
        for first, last in ports.ranges:
            changes.setdefault(first, []).append((True, number))
            changes.setdefault(last + 1, []).append((False, number))
    ports_by_addresses: dict[AddressSet, list[tuple[int, int]]] = {}
    here: set[int] = set()
    cut = False
    for first, following in itertools.pairwise(sorted(changes)):
        for begins, number in changes[first]:
            (here.add if begins else here.discard)(number)
        spend(len(here))
        mine = together(boxes[number][1] for number in here if number < len(left))
        if not mine:
            continue
        theirs = together(boxes[number][1] for number in here if number >= len(left))
        if found := operate(mine, theirs):
            if len(ports_by_addresses) == most and found not in ports_by_addresses:
                cut = True
                break
            ports_by_addresses.setdefault(found, []).append((first, following - 1))
    return Region(tuple((PortSet(tuple(ranges)), them) for them, ranges in ports_by_addresses.items()), cut)
