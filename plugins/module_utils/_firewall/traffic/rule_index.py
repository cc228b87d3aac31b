# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host's rules sorted out by what they are about, so that hardly one has to be looked at for some traffic."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from ..._net.address_set import together
from ..._net.effort import Effort
from ..._net.port_set import HIGHEST, LOWEST
from ..state.rule import Direction, FirewallRule, same_path
from .matching import Listeners, Match, Traffic, is_of_another_feature, is_of_winrm, match, may_mean_us

_MOST_EFFORT = 3_000_000
"""Steps: half a minute at worst. A host with 100,000 rules of the usual kinds takes a fraction of it."""

_MOST_ASKING = 8
"""Different listeners for which rules are sorted out apart; a host may have thousands in use."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """Rules that differ only in remote addresses and in what does not matter to traffic: a ban list is one of them.

    Attributes:
        rule: What they have in common, with the remote addresses of all.
        members: The rules, each with its place among the host's.
    """

    rule: FirewallRule
    members: tuple[tuple[int, FirewallRule], ...]


class RuleIndex:
    """Rules sorted out by what they are about: of a host's hundreds hardly any is about the ports in question.

    Attributes:
        effort: What is left of the work that judging by these rules may take, in all.
    """

    def __init__(self, rules: Iterable[FirewallRule]) -> None:
        """Index rules.

        Args:
            rules: The rules, in the order in which `near` is to give them.
        """
        self.effort = Effort(_MOST_EFFORT)
        self._rules = list(enumerate(rules))
        self._groups: dict[tuple[Direction, int], dict[tuple[int, int], _Shelf]] = {}
        self._latest: tuple[tuple[Any, ...], list[Bundle]] = ((), [])

    def near(self, traffic: Traffic) -> list[FirewallRule]:
        """All rules that `match` may find to match, and few others."""
        return [rule for _place, rule in sorted(_members(self._near(traffic)), key=lambda member: member[0])]

    def matches(self, traffic: Traffic) -> list[Match]:
        """How each bundle meets the traffic; those that cannot match any of it are left out."""
        found = []
        for bundle in self.bundles(traffic):
            met = match(bundle.rule, traffic)
            if met:
                found.append(Match(met.rule, met.exact, met.possible, met.limits, bundle.members))
        return found

    def bundles(self, traffic: Traffic) -> list[Bundle]:
        """All bundles that `match` may find to match, whatever the remote addresses, and few others."""
        key = (
            traffic.direction,
            traffic.protocol,
            traffic.ports,
            traffic.programs,
            traffic.services,
            traffic.listeners,
        )
        if self._latest[0] != key:  # the same traffic is looked at twice in a row: for those who are meant, for others
            self._latest = key, self._near(traffic, for_others=False)
        return self._latest[1]

    def _near(self, traffic: Traffic, for_others: bool = True) -> list[Bundle]:
        key = (traffic.direction, traffic.protocol)
        if key not in self._groups:
            self._groups[key] = self._shelves(*key)
        ranges = traffic.ports.ranges or ((LOWEST, HIGHEST),)
        lowest, highest = ranges[0][0], ranges[-1][1]
        found = [
            bundle
            for (first, last), shelf in self._groups[key].items()
            if first <= highest and last >= lowest
            for bundle in shelf.bundles(None if for_others else traffic)
        ]
        return sorted(found, key=lambda bundle: bundle.members[0][0])

    def _shelves(self, direction: Direction, protocol: int) -> dict[tuple[int, int], _Shelf]:
        """Rules of a direction and a protocol by the ports they may be about: those of a bundle are on one shelf."""
        shelves: dict[tuple[int, int], _Shelf] = {}
        for place, rule in self._rules:
            if rule.direction in (direction, None) and rule.protocol in (protocol, None):
                span = rule.span(direction)
                if span not in shelves:
                    shelves[span] = _Shelf()
                shelves[span].rules.append((place, rule))
        return shelves


@dataclass(slots=True)
class _Shelf:
    """Rules that may be about the same ports; what else they say is looked at once somebody asks about such ports."""

    rules: list[tuple[int, FirewallRule]] = field(default_factory=list)
    # By what a rule's program and service are compared with.
    _bundles: dict[tuple[frozenset[str], frozenset[str], Listeners | None] | None, list[Bundle]] = field(
        default_factory=dict
    )

    def bundles(self, traffic: Traffic | None = None) -> list[Bundle]:
        """The rules, sorted out by what they have in common.

        Args:
            traffic: Leaves out, if it can, rules that are certainly for others than listen: of any port there are many.
        """
        who = (traffic.programs, traffic.services, traffic.listeners) if traffic else None
        if who not in self._bundles and len(self._bundles) >= _MOST_ASKING:
            traffic = who = None
        if who not in self._bundles:
            alike: dict[tuple[Any, ...], list[tuple[int, FirewallRule]]] = {}
            for place, rule in self.rules:
                if traffic is None or rule.opaque or may_mean_us(rule, traffic):
                    alike.setdefault(_kind(rule), []).append((place, rule))
            self._bundles[who] = [_bundle(members) for members in alike.values()]
        return self._bundles[who]


def _members(bundles: Iterable[Bundle]) -> Iterable[tuple[int, FirewallRule]]:
    return (member for bundle in bundles for member in bundle.members)


def _kind(rule: FirewallRule) -> tuple[Any, ...]:
    """What rules of one bundle have in common: all that a verdict looks at, but for the remote addresses."""
    if rule.opaque:
        ports = rule.local_ports, rule.remote_ports
        return rule.direction, rule.action, rule.protocol, rule.store, rule.enabled, *ports
    return (
        rule.direction,
        rule.action,
        rule.protocol,
        rule.store,
        rule.enabled,
        rule.local_ports,
        rule.remote_ports,
        rule.port_words,
        rule.icmp,
        rule.local_addresses,
        rule.profiles,
        same_path(rule.program),
        rule.service.casefold(),
        rule.conditions,
        is_of_another_feature(rule),
        is_of_winrm(rule),
    )


def _bundle(members: list[tuple[int, FirewallRule]]) -> Bundle:
    first = members[0][1]
    if len(members) == 1 or first.opaque:
        return Bundle(first, tuple(members))
    scope = together(rule.remote_addresses for _place, rule in members)
    return Bundle(replace(first, remote_addresses=scope), tuple(members))
