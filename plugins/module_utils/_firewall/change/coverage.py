# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What rules let in, compared: what one of them admits and others do not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..._net.address_set import AddressSet
from ..._net.port_set import PortSet
from ..._net.region import Region, union
from ..state.limits import NO_LIMITS, limits_of
from ..state.rule import Action, FirewallRule, Profile, same_path


def allows(rule: FirewallRule) -> bool:
    """Whether a rule may open anything; one that cannot be interpreted may."""
    return bool(rule.opaque) or (rule.enabled and rule.action in (Action.ALLOW, Action.BYPASS))


def region(rule: FirewallRule) -> Region:
    """Ports on the side that listens, and remote addresses, of an inbound rule.

    Keywords such as RPC stand for ports that only Windows knows, so any port may be meant. For two rules with the same
    keywords that is right, since `Covers` compares them; a rule without keywords must cover every port.
    """
    return Region.of(PortSet.any() if rule.port_words else rule.local_ports, rule.remote_addresses)


class Covers:
    """Rules that could admit what others do, sorted out once: a host may have thousands of those others."""

    def __init__(self, rules: Iterable[FirewallRule]) -> None:
        """Sort rules out.

        Args:
            rules: The rules; those that cannot be interpreted cover nothing.
        """
        self._by_kind: dict[tuple[Any, ...], list[tuple[FirewallRule, tuple[Any, ...], Region]]] = {}
        for rule in rules:
            if not rule.opaque:
                kind = (rule.direction, rule.action, rule.protocol)  # bypass is stronger than allow
                self._by_kind.setdefault(kind, []).append((rule, _limits(rule), region(rule)))

    def near(self, rule: FirewallRule, profile: Profile, area: Region) -> list[Region]:
        """What those of the rules admit that match all that another does, as far as it is about an area of its.

        Args:
            rule: The other rule.
            profile: The profile.
            area: Ports and addresses.
        """
        limits: tuple[Any, ...] = ()
        found = []
        for protocol in dict.fromkeys((rule.protocol, None)):
            for cover, its, admits in self._by_kind.get((rule.direction, rule.action, protocol), ()):
                if profile not in cover.profiles or not admits.overlaps(area):
                    continue
                limits = limits or _limits(rule)
                if all(limit in (free, other) for limit, free, other in zip(its, _FREE, limits, strict=True)):
                    found.append(admits)
        return found


def left_open(rule: FirewallRule, profile: Profile, *others: Covers) -> Region:
    """What an allow rule admits in a profile and others, which allow as well, do not.

    Args:
        rule: The rule.
        profile: The profile.
        others: Rules that could admit the same.
    """
    if profile not in rule.profiles:
        return Region()
    mine = region(rule)
    near = [admits for covers in others for admits in covers.near(rule, profile, mine)]
    return Region() if any(admits.covers(mine) for admits in near) else mine - union(near)


def _limits(rule: FirewallRule) -> tuple[Any, ...]:
    return (
        rule.remote_ports,
        rule.port_words,
        rule.icmp,
        rule.local_addresses,
        same_path(rule.program),
        rule.service.casefold(),
        limits_of(rule.conditions),
    )


_FREE: tuple[Any, ...] = (PortSet.any(), frozenset(), frozenset(), AddressSet.any(), "", "", NO_LIMITS)
"""`_limits` of a rule that has none."""
