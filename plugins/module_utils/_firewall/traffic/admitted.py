# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is said of who gets in: everybody that does, and who of them is not meant to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ..._net.address_set import AddressSet, together
from ..._net.port_set import PortSet
from ..state.rule import Profile
from .rule_names import MOST_NAMED

_ALL_PORTS = PortSet()
_NOWHERE = AddressSet()


@dataclass(frozen=True, slots=True)
class Wider:
    """Who gets in beside those who are meant.

    Attributes:
        addresses: Who.
        everybody: Whether that is everybody else.
        by: Names of the rules or settings that let them in, the first of them.
        more: How many more rules there are.
        ports: The ports that it is about; all of the traffic's where there are none.
        profiles: The profiles in which it is so.
        perhaps: Whether that cannot be told for certain, as with a rule for a program that may be none that listens.
        at: Addresses of the host that the ports are not meant to be open at, where that is what they get in by.
        here: Whether they get in at the row's own addresses, too.
        beside: Who may get in as well, where this is certain and that is not.
    """

    addresses: AddressSet
    everybody: bool
    by: tuple[str, ...]
    more: int = 0
    ports: PortSet = _ALL_PORTS
    profiles: frozenset[Profile] = frozenset()
    perhaps: bool = False
    at: AddressSet = _NOWHERE
    here: bool = True
    beside: Wider | None = None


@dataclass(frozen=True, slots=True)
class Admission:
    """Who is admitted, in any of the profiles.

    Attributes:
        addresses: Those that certainly get in, on any of the ports; None where that cannot be told.
        wider: Who of them is not meant to, or may get in and is not; None where there is nobody.
    """

    addresses: AddressSet | None
    wider: Wider | None = None


def joined(found: Sequence[Wider]) -> Wider | None:
    """Several as one: of profiles, of transports. What is certain of one of them is certain.

    What is only possible is told beside it where it says more.
    """
    every = [part for one in found for part in (replace(one, beside=None), one.beside) if part]
    sure, maybe = (_merged([one for one in every if one.perhaps is perhaps]) for perhaps in (False, True))
    if not (sure and maybe):
        return sure or maybe
    return replace(sure, beside=maybe) if _says_more(maybe, sure) else sure


def _says_more(maybe: Wider, sure: Wider) -> bool:
    places = maybe.at <= sure.at and (sure.here or not maybe.here)
    ports = not sure.ports or (bool(maybe.ports) and maybe.ports <= sure.ports)
    return not (places and ports and (sure.everybody or maybe.addresses <= sure.addresses))


def _merged(sure: Sequence[Wider]) -> Wider | None:
    if len(sure) < 2:
        return sure[0] if sure else None
    names = tuple(dict.fromkeys(name for one in sure for name in one.by))
    whole = any(not one.ports for one in sure)
    ports = PortSet() if whole else all_of(one.ports for one in sure)
    return Wider(
        together(one.addresses for one in sure),
        any(one.everybody for one in sure),
        names[:MOST_NAMED],
        max(len(names[MOST_NAMED:]), *(one.more for one in sure)),
        ports,
        frozenset().union(*(one.profiles for one in sure)),
        sure[0].perhaps,
        together(one.at for one in sure),
        any(one.here for one in sure),
    )


def all_of(sets: Iterable[PortSet]) -> PortSet:
    """All ports of all sets."""
    found = PortSet()
    for ports in sets:
        found |= ports
    return found
