# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Groups of rules that Windows brings, switched on or off: the one thing that is ever changed about a rule of others.

netsh takes a group by its reference (``set rule group=… new enable=…``), and then changes all local rules of it, in
every profile. Nothing else can be set of a group, by Microsoft's reference of ``netsh advfirewall firewall``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..._texts import said
from ..state.groups import group_key
from ..state.rule import FirewallRule, Store
from ..state.snapshot import Snapshot
from .netsh_text import is_safe


@dataclass(frozen=True, slots=True)
class GroupWish:
    """A group that is to be on or off.

    Attributes:
        name: As the person wrote it.
        keys: What `group_key` gives for it.
        enabled: Whether its rules are to be on.
    """

    name: str
    keys: frozenset[str]
    enabled: bool


@dataclass(frozen=True, slots=True)
class GroupChange:
    """A group of which some rules are not as they are wanted.

    Attributes:
        name: As the person wrote it.
        reference: As the host's rules have it.
        enabled: Whether its rules are to be on.
        rules: The local rules that change, as they are.
        mixed: Whether others of the group are already as they are wanted; then no command takes the change back.
    """

    name: str
    reference: str
    enabled: bool
    rules: tuple[FirewallRule, ...]
    mixed: bool


@dataclass(frozen=True, slots=True)
class GroupPlan:
    """What is to be done about groups, and what cannot be.

    Attributes:
        changes: Sorted by reference.
        refused: Name of a group, and why.
    """

    changes: tuple[GroupChange, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()


def plan_groups(wishes: Iterable[GroupWish], snapshot: Snapshot) -> GroupPlan:
    """Compare groups with what is wanted.

    Args:
        wishes: The groups that are wanted on or off.
        snapshot: The host.
    """
    changes: list[GroupChange] = []
    refused: list[tuple[str, str]] = []
    switched: set[str] = set()
    wished = tuple(wishes)
    rules = [(key, rule) for rule in snapshot.rules if rule.group and (key := group_key(rule.group))] if wished else []
    for wish in wished:
        mine = [rule for key, rule in rules if key in wish.keys]
        local = [rule for rule in mine if rule.store is Store.LOCAL]
        if not local and wish.enabled:
            refused.append((wish.name, _MISSING))
        foreign = [rule for rule in mine if rule.store is not Store.LOCAL and rule.enabled != wish.enabled]
        if foreign:
            refused.append((wish.name, _by_policy(foreign, wish.enabled)))
        # Whether netsh tells letter cases apart is not documented, so that one line may mean all of them.
        for folded in sorted({rule.group.casefold() for rule in local}):
            change = _change(wish, [rule for rule in local if rule.group.casefold() == folded])
            if change and folded in switched:
                continue  # it has several names, and one line is enough
            switched.add(folded)
            if change and not is_safe(change.reference):
                refused.append((wish.name, _UNSAFE.format(reference=said(change.reference))))
            elif change:
                changes.append(change)
    return GroupPlan(tuple(sorted(changes, key=lambda change: change.reference)), tuple(refused))


_MISSING = (
    "no rule of this group is on the host: the feature of Windows that it belongs to is not installed, or its rules "
    "were deleted. Install it, or leave the group out"
)
_UNSAFE = (
    "rules of this group on the host name it '{reference}', with a variable or a character that cannot be put into a "
    "command safely. Switch those in the console, or leave the group out"
)


def _by_policy(rules: list[FirewallRule], enabled: bool) -> str:
    names = ", ".join(sorted({said(rule.rule_id or rule.name) for rule in rules})[:3])
    return (
        f"Group Policy or MDM has {'' if enabled else 'enabled '}rules of this group that are not "
        f"{'on' if enabled else 'off'} ({names}); only its owner can change them"
    )


def _change(wish: GroupWish, rules: list[FirewallRule]) -> GroupChange | None:
    differing = tuple(rule for rule in rules if rule.enabled != wish.enabled)
    if not differing:
        return None
    return GroupChange(wish.name, differing[0].group, wish.enabled, differing, len(differing) != len(rules))
