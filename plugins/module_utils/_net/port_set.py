# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""PortSet: a set of TCP or UDP ports in canonical form."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from . import intervals

LOWEST, HIGHEST = 0, 65535
_ITEM = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?", re.ASCII)


class PortError(ValueError):
    """A text or number is not a port or port range; the message says which and why."""


@dataclass(frozen=True, slots=True)
class PortSet:
    """An immutable set of ports. Order, overlaps and adjacency of what it was made from do not matter.

    Attributes:
        ranges: First and last port of each range, sorted, disjoint, not adjacent.
    """

    ranges: intervals.Intervals = ()

    def __post_init__(self) -> None:
        for first, last in self.ranges:
            if first < LOWEST or last > HIGHEST:
                raise PortError(f"port {first if first < LOWEST else last} is outside {LOWEST}-{HIGHEST}")
        try:
            object.__setattr__(self, "ranges", intervals.merge(self.ranges))
        except ValueError as error:
            raise PortError(str(error)) from error

    @classmethod
    def of(cls, *ports: int) -> PortSet:
        """The set of these single ports."""
        return cls(tuple((port, port) for port in ports))

    @classmethod
    def any(cls) -> PortSet:
        """Every port: what a rule without a port list matches."""
        return _ANY

    @classmethod
    def parse(cls, text: str) -> PortSet:
        """Parse ``5061``, ``5061,57501-65535`` or ``any``, as leniently as Windows may store it.

        Raises:
            PortError: An item is neither a port nor a range of ports, or runs backwards.
        """
        if text.strip().casefold() in ("any", "*"):
            return cls.any()
        return cls(tuple(_items(text)))

    @classmethod
    def parse_strict(cls, text: str) -> PortSet:
        """Parse user input: as `parse`, but port 0, overlaps and ``any`` are errors.

        Raises:
            PortError: As in `parse`; or a port is 0; or two items overlap; or the text is empty.
        """
        items = sorted(_items(text))
        if items[0][0] < 1:
            raise PortError("port 0 cannot be opened; ports go from 1 to 65535")
        for (first, last), (following, end) in itertools.pairwise(items):
            if following <= last:
                meant = _spell(first, max(last, end))
                raise PortError(
                    f"{_spell(following, end)} overlaps {_spell(first, last)}; name each port once, such as {meant}"
                )
        return cls(tuple(items))

    @property
    def is_any(self) -> bool:
        """Whether every port is in the set."""
        return self.ranges == _ALL

    def __bool__(self) -> bool:
        return bool(self.ranges)

    def __len__(self) -> int:
        return sum(last - first + 1 for first, last in self.ranges)

    def __contains__(self, port: object) -> bool:
        return isinstance(port, int) and any(first <= port <= last for first, last in self.ranges)

    def __iter__(self) -> Iterator[int]:
        for first, last in self.ranges:
            yield from range(first, last + 1)

    def __or__(self, other: PortSet) -> PortSet:
        return PortSet(self.ranges + other.ranges)

    def __and__(self, other: PortSet) -> PortSet:
        if self.ranges == other.ranges:
            return self
        return PortSet(intervals.intersect(self.ranges, other.ranges))

    def __sub__(self, other: PortSet) -> PortSet:
        return PortSet(intervals.subtract(self.ranges, other.ranges))

    def __le__(self, other: PortSet) -> bool:
        """Containment: every port of this set is in the other."""
        return intervals.within(self.ranges, other.ranges)

    def overlaps(self, other: PortSet) -> bool:
        """Whether any port is in both."""
        return intervals.overlap(self.ranges, other.ranges)

    def __str__(self) -> str:
        """``5061,57501-65535``, or ``any`` for all ports: the syntax of netsh and the registry."""
        return "any" if self.is_any else ",".join(_spell(first, last) for first, last in self.ranges)

    def spelled(self, most: int) -> str:
        """The set for people, ``1,3,5 and 7 more``: the first ranges only."""
        more = len(self.ranges) - most
        return f"{PortSet(self.ranges[:most])} and {more} more" if more > 0 else str(self)


_ALL: intervals.Intervals = ((LOWEST, HIGHEST),)
_ANY = PortSet(_ALL)


def _items(text: str) -> Iterator[intervals.Interval]:
    for item in (part.strip() for part in text.split(",")):
        match = _ITEM.fullmatch(item)
        if match is None:
            raise PortError(f"{item!r} is neither a port (5061) nor a range of ports (57501-65535)")
        first = int(match[1])
        last = int(match[2] or match[1])
        if last > HIGHEST or first > HIGHEST:
            raise PortError(f"{item!r}: port {max(first, last)} is above {HIGHEST}")
        if first > last:
            raise PortError(f"{item!r} runs backwards; write {last}-{first}")
        yield first, last


def _spell(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}-{last}"
