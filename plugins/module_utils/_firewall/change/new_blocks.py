# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Block rules that count after a plan and did not before, whatever makes them count.

A rule that is new, switched on, widened, in a group that is switched on, or in a profile that begins to filter: what
matters is the difference of the two states.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ..state.rule import Direction, FirewallRule, Profile
from ..state.snapshot import Snapshot
from ..traffic.admission import may_block
from ..traffic.weighing import takes_part


def new_blocks(
    before: Snapshot, after: Snapshot, profiles: Iterable[Profile], direction: Direction
) -> list[FirewallRule]:
    """The block rules that count after a plan, each in the profiles in which it did not.

    Args:
        before: The host as it is.
        after: The host as it will be.
        profiles: The profiles that may matter.
        direction: Which side opens the connection.
    """
    found: dict[FirewallRule, frozenset[Profile]] = {}
    for profile in profiles:
        known = {_kind(rule) for rule in blocks_in(before, profile, direction)}
        for rule in blocks_in(after, profile, direction):
            if _kind(rule) not in known:
                found[rule] = found.get(rule, frozenset()) | {profile}
    return [replace(rule, profiles=where) for rule, where in found.items()]


def blocks_in(snapshot: Snapshot, profile: Profile, direction: Direction) -> list[FirewallRule]:
    """The rules that may block in a profile; none where it does not filter. Arguments as above."""
    state = next(state for state in snapshot.profiles if state.profile is profile)
    if not (snapshot.service.running and state.enabled):
        return []
    return [
        rule
        for rule in snapshot.rules
        if takes_part(rule, state) and rule.direction in (direction, None) and may_block(rule)
    ]


def _kind(rule: FirewallRule) -> tuple[object, ...]:
    return replace(rule, profiles=frozenset()).traffic()
