# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of the rules that decide, for people."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterable

from ..._net.region import Region
from ..state.rule import FirewallRule, Store
from .matching import Match, Traffic

MOST_NAMED = 3
"""Rules that a verdict names; a policy may hold thousands for one row."""

_LOOKED_AT = 64  # rules whose names are read to find three different ones


def named(found: Iterable[Match], traffic: Traffic, area: Region | None = None) -> tuple[tuple[str, ...], int]:
    """The rules of some matches for people: the names of the first three, and how many more rules there are.

    Args:
        found: Matches of the traffic.
        traffic: The traffic.
        area: The part of it that the rules must be about; all of it by default.
    """
    meeting = [match.meeting(traffic, area) for match in found]
    names: dict[str, None] = {}
    told = 0
    for _place, rule in itertools.islice(heapq.merge(*meeting, key=lambda member: member[0]), _LOOKED_AT):
        if label(rule) not in names and len(names) == MOST_NAMED:
            break
        names[label(rule)] = None
        told += 1
    return tuple(names), sum(map(len, meeting)) - told


def label(rule: FirewallRule) -> str:
    """A rule's name for people: built-in rules have resource references for names, and an id that says more."""
    name = rule.rule_id if rule.name.startswith("@") and rule.rule_id else rule.name or rule.rule_id
    return name if rule.store is Store.LOCAL else f"{name} ({rule.store.value.replace('_', ' ')})"
