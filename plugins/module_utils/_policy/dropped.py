# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host's firewall log says of the rows of its roles: who was dropped, and who would be, by row and source."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import reduce
from operator import add

from .._firewall.log.counting import Count, Counted, Flow
from .._firewall.state.rule import Direction
from .._net.address_set import AddressSet, together
from .._net.port_set import PortSet
from .effect import Effect


class Case(str, Enum):
    """What it means that a connection was dropped, or let through."""

    WANTED = "wanted"
    SCOPED_OUT = "scoped_out"
    WOULD_BE = "would_be_scoped_out"
    PERHAPS = "perhaps_wanted"


WORDS = {
    Case.WANTED: "dropped, though wanted",
    Case.SCOPED_OUT: "scoped out",
    Case.WOULD_BE: "would be scoped out",
    Case.PERHAPS: "dropped, perhaps wanted",
}
"""Each in a few words. What is perhaps wanted depends on a keyword such as LocalSubnet, which only the host knows."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """One source at the ports of some rows.

    Attributes:
        case: What it means.
        rows: The rows that ask for these ports, as judged on the host; those that share a port share its connections.
        transport: ``tcp`` or ``udp``.
        ports: The ports that were tried.
        source: Where it came from.
        count: How often, and when.
    """

    case: Case
    rows: tuple[Effect, ...]
    transport: str
    ports: PortSet
    source: str
    count: Count


@dataclass(frozen=True, slots=True)
class OfRows:
    """What a log says of the rows.

    Attributes:
        dropped: By case and source, those with the most connections first.
        others: Dropped connections to ports that no row asks for.
    """

    dropped: tuple[Dropped, ...]
    others: int


def by_row(counted: Counted, effects: Iterable[Effect]) -> OfRows:
    """Connections by the rows that ask for their ports.

    Args:
        counted: The connections.
        effects: The rows as judged on the host; those of connections that the host opens itself are left out.
    """
    rows = _Rows([effect for effect in effects if effect.demand.direction is Direction.IN])
    found: dict[tuple[Case, tuple[int, ...], str, str], list[tuple[int, Count]]] = {}
    others = 0
    for flow, count in counted.flows.items():
        places = rows.at(flow.transport, flow.port)
        case = rows.case(places, flow) if places else None
        if case is not None:
            found.setdefault((case, places, flow.transport, flow.source), []).append((flow.port, count))
        elif not places and flow.dropped:
            others += count.connections
    told = [
        Dropped(
            case,
            tuple(rows.effects[place] for place in places),
            transport,
            PortSet.of(*(port for port, _count in seen)),
            source,
            reduce(add, (count for _port, count in seen)),
        )
        for (case, places, transport, source), seen in found.items()
    ]
    # Of those that are as many, what is not as it should be comes first, and then by address: the same each time.
    order = list(Case)
    told.sort(key=lambda one: (-one.count.connections, order.index(one.case), one.source, one.ports.ranges))
    return OfRows(tuple(told), others)


@dataclass(frozen=True, slots=True)
class Scopes:
    """What can be asked about the scopes of a host's rows.

    Attributes:
        narrowed: Whether any row is to admit less than everybody.
        lets_in: Whether somebody gets in now, or may, whom such a row is not to admit.
        unnamed: Whether a scope was asked for and narrows no row, since peers are not known.
        to_any: Ids of the rows that everybody is to be admitted by: nobody would be scoped out of them.
        by_keyword: How many rows admit keywords such as LocalSubnet, of which only the host knows who that is.
    """

    narrowed: bool
    lets_in: bool
    unnamed: bool
    to_any: tuple[str, ...]
    by_keyword: int

    @property
    def asked(self) -> bool:
        """Whether it is a question who would be scoped out."""
        return self.lets_in or self.unnamed


def scopes_of(effects: Iterable[Effect]) -> Scopes:
    """What can be asked about the scopes of some rows.

    Args:
        effects: The rows as judged on the host; those of connections that the host opens itself are left out.
    """
    inbound = [effect for effect in effects if effect.demand.direction is Direction.IN]
    to_any = [effect for effect in inbound if effect.demand.scope.addresses.is_any]
    narrow = [effect for effect in inbound if not effect.demand.scope.addresses.is_any]
    return Scopes(
        bool(narrow),
        any(
            effect.admission is None or effect.admission.addresses is None or effect.admission.wider is not None
            for effect in narrow
        ),
        not narrow and any(effect.demand.scope.unknown for effect in to_any),
        tuple(dict.fromkeys(effect.demand.requirement.id for effect in to_any)),
        sum(bool(effect.demand.scope.addresses.keywords) for effect in narrow),
    )


class _Rows:
    """Rows by port. Logs have few different ports, and many lines."""

    def __init__(self, effects: Sequence[Effect]) -> None:
        self.effects = effects
        self._at: dict[tuple[str, int], tuple[int, ...]] = {}
        self._scopes: dict[tuple[int, ...], AddressSet] = {}
        self._sources: dict[str, AddressSet] = {}

    def at(self, transport: str, port: int) -> tuple[int, ...]:
        """Places of the rows that ask for a port."""
        if (transport, port) not in self._at:
            self._at[transport, port] = tuple(
                place
                for place, effect in enumerate(self.effects)
                if port in effect.demand.ports
                and any(known.value == transport for known in effect.demand.requirement.transports)
            )
        return self._at[transport, port]

    def case(self, places: tuple[int, ...], flow: Flow) -> Case | None:
        """What a flow to rows means; None where it was let through as it should be, or perhaps should be."""
        if places not in self._scopes:
            self._scopes[places] = together(self.effects[place].demand.scope.addresses for place in places)
        scope = self._scopes[places]
        if flow.source not in self._sources:
            self._sources[flow.source] = AddressSet.parse([flow.source])
        if scope.is_any or self._sources[flow.source] <= AddressSet(scope.v4, scope.v6):
            return Case.WANTED if flow.dropped else None
        if scope.keywords:
            return Case.PERHAPS if flow.dropped else None
        return Case.SCOPED_OUT if flow.dropped else Case.WOULD_BE
