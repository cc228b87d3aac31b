# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is admitted by what is in effect, beside or in place of those who are meant to be.

A verdict says whether those who are meant get through. This says who else does. Precedence is that of `verdict`: blocks
beat allow rules, and the profile's default decides what no rule is about.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, replace

from ..._net.address_set import AddressSet, together
from ..._net.effort import Effort, TooComplex, limited
from ..._net.known_addresses import SOURCES
from ..._net.port_set import PortSet
from ..._net.region import Region, remainder, union
from ..state.profiles import ProfileState
from ..state.rule import Action, Direction, FirewallRule, Profile, same_path
from ..state.snapshot import Snapshot
from .admitted import Admission, Wider, all_of, joined
from .matching import LISTENER, Match, Traffic, is_plainly_for_others, match, names_ports, ports_of
from .rule_index import Bundle, RuleIndex
from .rule_names import MOST_NAMED, named
from .weighing import takes_part, unmerged

_EVERYBODY, _NOBODY = AddressSet.any(), AddressSet()


@dataclass(frozen=True, slots=True)
class Listening:
    """Who listens on the ports of some traffic, for rules that are limited to a program or a service.

    Attributes:
        files: File names of the programs that listen, in lower case; none where that is not known.
        services: Short names of the services, in lower case; none where that is not known.
        not_files: File names of programs that are known to listen for other things, in lower case.
        not_services: Short names of such services, in lower case.
        perhaps: Whether they may listen at other addresses only, so that what is limited to them admits nobody for
            certain.
    """

    files: frozenset[str] = frozenset()
    services: frozenset[str] = frozenset()
    not_files: frozenset[str] = frozenset()
    not_services: frozenset[str] = frozenset()
    perhaps: bool = False


@dataclass(frozen=True, slots=True)
class Meant:
    """Who is meant to get in.

    Attributes:
        addresses: Whom rules of our own admit on all of the ports.
        parts: Says what further rules of our own admit on some of the ports of a protocol.
        certain: The profiles in which it is known to be open for them.
    """

    addresses: AddressSet
    parts: Callable[[int], Region] = lambda _protocol: Region()
    certain: frozenset[Profile] = frozenset()


def plain_profiles(snapshot: Snapshot) -> frozenset[Profile]:
    """The profiles in which nobody gets in but by a rule that says so; none where it is not known who filters."""
    if not snapshot.service.running or snapshot.other_firewall:
        return frozenset()
    return frozenset(
        state.profile
        for state in snapshot.profiles
        if state.enabled and state.inbound_block and not state.older_lists and not state.requires_ipsec
    )


def admits_none_but(addresses: AddressSet, traffic: Traffic, index: RuleIndex) -> bool:
    """Whether no rule could let in anybody else, in profiles that are plain: the quick way to say so.

    Args:
        addresses: Those who are meant.
        traffic: Inbound traffic.
        index: The rules of the host.
    """
    return all(
        one.rule.action is Action.BLOCK or not one.rule.enabled or _is_within(one, addresses)
        for one in index.bundles(traffic)
    )


def admission(
    traffic: Traffic, snapshot: Snapshot, index: RuleIndex, effort: Effort, listening: Listening, meant: Meant
) -> Admission:
    """Work out who gets in. A firewall that is off admits everybody, and that is no wider rule: its verdict says so.

    Args:
        traffic: Inbound traffic from those who are meant.
        snapshot: The host.
        index: Its rules.
        effort: What the work may take.
        listening: Who listens.
        meant: Who is meant.
    """
    if not snapshot.service.running or snapshot.other_firewall:
        return Admission(None)
    asked = replace(traffic, remote=_EVERYBODY, known=None)
    bundles = [one for one in index.bundles(asked) if one.rule.enabled]
    admitted: list[AddressSet] = []
    found: dict[tuple[object, ...], tuple[AddressSet, tuple[Wider, ...]]] = {}
    wider: list[Wider] = []
    told = True
    for state in snapshot.profiles:
        if state.profile not in traffic.profiles or (state.enabled and state.shields_up):
            continue
        if not state.enabled:
            admitted.append(_EVERYBODY)
            continue
        # Profiles with equal settings, in which the same rules take part, share what is found.
        kind = (
            state.inbound_block or state.profile,
            state.local_rules,
            state.older_lists,
            state.unmerged,
            state.profile in meant.certain,
            tuple(state.profile in one.rule.profiles for one in bundles),
        )
        try:
            if not state.requires_ipsec and kind not in found:
                with limited(effort):
                    found[kind] = _Profile(asked, state, bundles, listening, meant).found()
        except TooComplex:
            pass
        if kind not in found or state.requires_ipsec:
            told = False
            continue
        addresses, more = found[kind]
        admitted.append(addresses)
        wider += [replace(one, profiles=frozenset({state.profile})) for one in more]
    return Admission(together(admitted) if told else None, joined(wider))


class _Profile:
    """Who gets in in one profile that filters."""

    def __init__(
        self, traffic: Traffic, state: ProfileState, bundles: Sequence[Bundle], listening: Listening, meant: Meant
    ) -> None:
        self._traffic, self._state, self._listening, self._meant = traffic, state, listening, meant
        self._bundles = [one for one in bundles if takes_part(one.rule, state)]

    def found(self) -> tuple[AddressSet, tuple[Wider, ...]]:
        """Who certainly gets in, and who of them, and of those that may beside them, is not meant to."""
        state = self._state
        base = self._meant.addresses if state.profile in self._meant.certain else AddressSet()
        # What admits none but those who are meant says nothing new: that is all there is on a host as it should be.
        allowing = [one for one in self._bundles if one.rule.action is not Action.BLOCK and not _is_within(one, base)]
        if not allowing and state.inbound_block and not state.older_lists:
            return base, ()
        sure, maybe = self._sorted(allowing)
        areas = [found.exact for found in sure]
        if not state.inbound_block:
            areas.append(self._traffic.region)
        blocks, doubtful = self._sorted(one for one in self._bundles if may_block(one.rule))
        blocked = [found.exact for found in blocks]
        certain = remainder(union(areas), [*blocked, *(found.possible for found in doubtful)])
        beyond = self._wider(certain, sure, blocked)
        wider = [beyond] if beyond else []
        if beyond is None or not beyond.everybody:
            # What is certain is told though there be no steps left for the rest.
            with suppress(TooComplex) if beyond else nullcontext():
                areas += [found.possible for found in maybe]
                if state.older_lists:
                    areas.append(self._traffic.region)
                rest = remainder(union(areas), [*blocked, *([certain] if beyond else [])])
                told = beyond.addresses if beyond else AddressSet()
                if more := self._wider(rest, [*sure, *maybe], blocked, perhaps=True, told=told):
                    wider.append(more)
        admitted = [
            addresses if addresses.is_any else self._from_elsewhere(ports, addresses, blocked)
            for ports, addresses in certain.boxes
        ]
        return together([base, *admitted]), tuple(wider)

    def _sorted(self, bundles: Iterable[Bundle]) -> tuple[list[Match], list[Match]]:
        """Rules that are certainly for who listens here, and those that may be."""
        sure: list[Match] = []
        maybe: list[Match] = []
        for one in bundles:
            rule = one.rule
            met = match(rule, self._traffic) if self._may_be_for_us(rule) else None
            if met is None:
                continue
            found = Match(rule, met.exact, met.possible, met.limits, one.members)
            doubtful = set(met.limits) - LISTENER or rule.action is Action.BYPASS or unmerged(rule, self._state)
            if doubtful or not self._is_for_us(rule, met.limits):
                maybe.append(found)
            elif met.exact:
                sure.append(found)
        return sure, maybe

    def _may_be_for_us(self, rule: FirewallRule) -> bool:
        """Not if it is for others than listen; who wrote other ports into a rule hardly meant these."""
        if is_plainly_for_others(rule, self._traffic):
            return False
        if rule.opaque:
            ports = ports_of(rule, Direction.IN)
            return may_block(rule) or not names_ports(rule, Direction.IN) or ports.overlaps(self._traffic.ports)
        listening, service = self._listening, rule.service.casefold()
        if rule.program and listening.files and not self._traffic.programs and _file(rule) not in listening.files:
            return False
        if _file(rule) in listening.not_files or service in listening.not_services:
            return False
        return not (listening.services and service and service != "*" and service not in listening.services)

    def _is_for_us(self, rule: FirewallRule, limits: Iterable[str]) -> bool:
        """Whether the program and the service that a rule is limited to are those that listen.

        The path of a program is known only where the host was asked; a file of that name in a folder of the product's
        is it as well.
        """
        if self._listening.perhaps and not LISTENER.isdisjoint(limits):
            return False
        listeners = self._traffic.listeners
        if "program" in limits and (
            self._traffic.programs
            or _file(rule) not in self._listening.files
            or not (listeners is None or listeners.have_folder(same_path(rule.program)))
        ):
            return False
        return "service" not in limits or rule.service.casefold() in self._listening.services

    def _wider(
        self,
        area: Region,
        found: Sequence[Match],
        blocked: Sequence[Region],
        *,
        perhaps: bool = False,
        told: AddressSet = _NOBODY,
    ) -> Wider | None:
        """What of an area is not meant; those that are told for certain may be among everybody."""
        if not area:
            return None
        meant = self._meant
        parts = [Region.of(self._traffic.ports, meant.addresses), meant.parts(self._traffic.protocol)]
        beyond = Region(
            tuple(
                (ports, who)
                for ports, them in remainder(area, parts).boxes
                if (who := self._from_elsewhere(ports, them, blocked))
            )
        )
        if not beyond:
            return None
        settings: tuple[str, ...] = () if self._state.inbound_block else (f"{self._state.profile.value} profile",)
        if perhaps:
            settings += self._state.older_lists[:MOST_NAMED]
        contributing = [one for one in found if (one.possible if perhaps else one.exact).overlaps(beyond)]
        names, more = named(contributing, self._traffic, beyond)
        addresses = together(who for _ports, who in beyond.boxes)
        ports = all_of(ports for ports, _who in beyond.boxes)
        return Wider(
            addresses,
            SOURCES - meant.addresses - told <= addresses,
            (*names, *settings),
            more,
            PortSet() if self._traffic.ports <= ports else ports,
            perhaps=perhaps,
        )

    def _from_elsewhere(self, ports: PortSet, addresses: AddressSet, blocked: Sequence[Region]) -> AddressSet:
        """Those that somebody can have; a keyword stands for nobody where all who are not meant are blocked."""
        found = addresses & SOURCES
        if addresses.keywords and remainder(Region.of(ports, SOURCES - self._meant.addresses), blocked, 1):
            return found | AddressSet(keywords=addresses.keywords)
        return found


def _is_within(bundle: Bundle, base: AddressSet) -> bool:
    return not bundle.rule.opaque and bundle.rule.remote_addresses <= base


def may_block(rule: FirewallRule) -> bool:
    """Whether a rule that is on may keep somebody out; one that cannot be interpreted may, unless its action was read.

    Args:
        rule: The rule.
    """
    return rule.action is Action.BLOCK or (bool(rule.opaque) and rule.action is None)


def _file(rule: FirewallRule) -> str:
    return same_path(rule.program).rpartition("\\")[2]
