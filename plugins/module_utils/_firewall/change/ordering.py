# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The order of changes in place, in which nothing that is let in before and after is shut out in between.

A long list of addresses stands in several rules. One address more shifts what follows from rule to rule, and netsh
changes one rule at a time: the rule that gains an address has to be changed before the one that loses it.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..._net.region import Region
from ..state.rule import Direction, FirewallRule, Profile
from .coverage import Covers, allows, left_open

Areas = dict[Profile, Region]
"""What a change opens or closes, by profile."""


Change = tuple[FirewallRule, FirewallRule]
"""One rule before and after a change in place."""


def in_order(changes: Sequence[Change], staying: Sequence[FirewallRule]) -> tuple[list[int], list[int]]:
    """Sort changes in place so that each address is gained before it is lost.

    Two lists of addresses, each in ascending order and cut into rules, never need anything else. Rules that were
    edited by hand may have exchanged addresses; then one of them is not changed in place.

    Args:
        changes: The changes, which all come after what is added and before what is deleted.
        staying: Rules that are there all the while: those that are kept, and those that are added before.

    Returns:
        The places of the changes in their order; and of those for which there is none: a new rule must take the place
        of the old one.
    """
    places = range(len(changes))
    if len(places) < 2:
        return list(places), []
    certain = Covers(rule for rule in staying if allows(rule))
    losses = [_beyond(before, _allowing(after), certain) for before, after in changes]
    gains = [_beyond(after, _allowing(before)) for before, after in changes]
    waiting = {
        place: {
            other
            for other in places
            if other != place and _meet(changes[place][0], losses[place], changes[other][1], gains[other])
        }
        for place in places
    }
    ordered: list[int] = []
    replaced: list[int] = []
    while waiting:
        free = [place for place, others in waiting.items() if not others]
        if free:
            ordered += free
        else:
            free = [max(waiting, key=lambda place: (len(waiting[place]), -place))]
            replaced += free
        for place in free:
            del waiting[place]
        for others in waiting.values():
            others.difference_update(free)
    return ordered, replaced


def _allowing(rule: FirewallRule) -> Covers:
    return Covers([rule] if allows(rule) else [])


def _beyond(rule: FirewallRule, *others: Covers) -> Areas:
    """What a rule lets through and others do not, by profile."""
    if not allows(rule):
        return {}
    areas = {profile: left_open(rule, profile, *others) for profile in rule.profiles}
    return {profile: area for profile, area in areas.items() if area}


def _meet(loser: FirewallRule, lost: Areas, gainer: FirewallRule, gained: Areas) -> bool:
    """Whether anything that one rule loses may be what another one gains."""
    if loser.direction is not gainer.direction or not _overlap(loser, gainer):
        return False
    return any(area.overlaps(gained[profile]) for profile, area in lost.items() if profile in gained)


def _overlap(one: FirewallRule, other: FirewallRule) -> bool:
    """Whether any connection could match both rules' protocols and, where it goes out, their ports."""
    if None not in (one.protocol, other.protocol) and one.protocol != other.protocol:
        return False
    return one.direction is Direction.IN or one.remote_ports.overlaps(other.remote_ports)
