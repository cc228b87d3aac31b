# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lines that take single steps of a plan back, and what no line of netsh takes back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace

from ..._net.address_set import AddressSet
from ..._net.address_text import AddressError
from ..._texts import said
from ..state.rule import Action, FirewallRule, of_protocol
from ..state.snapshot import Snapshot
from ..traffic.admission import may_block
from . import netsh
from .groups import GroupChange
from .naming import folded
from .netsh_text import UnsupportedValueError
from .plan import Plan, Update
from .profile_changes import ProfileChange


def unrestorable(plan: Plan, before: Snapshot) -> tuple[FirewallRule, ...]:
    """The rules, as they are, that `undo_lines` cannot restore."""
    mixed = (rule for change in plan.groups if change.mixed for rule in change.rules)
    return (*(update.before for update in plan.update if not set_back(update)), *beyond_adding(plan, before), *mixed)


def left_behind(plan: Plan, before: Snapshot) -> Plan:
    """The part of a plan that `undo_lines` does not take back: what it leads to is where an undone host ends.

    Args:
        plan: The plan.
        before: The host before it.
    """
    beyond = {folded(rule.name) for rule in beyond_adding(plan, before)}
    return Plan(
        service=plan.service,
        update=tuple(update for update in plan.update if not set_back(update)),
        delete=tuple(name for name in plan.delete if folded(name) in beyond),
        settings=tuple(step for change in plan.settings for step in change.steps if not step_back(step)),
        groups=tuple(change for change in plan.groups if change.mixed),
    )


_GROUP_STAYS = (
    "The group '{group}' switches it on, and netsh could only switch all of that off again, also what is on now, so "
    "the host could not restore itself. Leave the group out of builtin_groups, or switch that rule by hand first"
)
_OLD_VALUES = (
    "The plan changes it, and netsh cannot say its old values again, so the host could not restore itself. Change it "
    "by hand"
)


def blocks_left_behind(left: Plan) -> Iterator[tuple[FirewallRule, str]]:
    """Rules that may keep somebody out and that the undo does not take away, each with why and what to do.

    Args:
        left: What `left_behind` gives.
    """
    for change in left.groups:
        for rule in change.rules:
            after = replace(rule, enabled=change.enabled)
            if after.enabled and may_block(after):
                yield after, _GROUP_STAYS.format(group=said(change.name))
    for update in left.update:
        if update.after.enabled and may_block(update.after):
            yield update.after, _OLD_VALUES


def beyond_adding(plan: Plan, before: Snapshot) -> list[FirewallRule]:
    """Rules that a plan deletes and netsh cannot say again."""
    named = by_name(before)
    return [rule for name in plan.delete for rule in named[folded(name)] if not add_back(rule)]


def by_name(snapshot: Snapshot) -> Mapping[str, list[FirewallRule]]:
    """The local rules by name; netsh ignores letter case, and deletes all rules of a name."""
    found: dict[str, list[FirewallRule]] = defaultdict(list)
    for rule in snapshot.local_rules():
        found[folded(rule.name)].append(rule)
    return found


def step_back(step: ProfileChange) -> tuple[str, ...]:
    """The lines that set an old value; none where netsh cannot express it."""
    try:
        return netsh.settings_lines(step.reversed)
    except UnsupportedValueError:
        return ()


def group_back(change: GroupChange) -> str:
    """The line that switches a group back, or nothing where not all of it was so."""
    return "" if change.mixed else netsh.group_line(change, back=True)


def add_back(rule: FirewallRule) -> str:
    """The line that adds a rule as it was, or nothing where netsh cannot express all of it."""
    ports = not rule.local_ports.is_any or not rule.remote_ports.is_any
    if rule.action is Action.BYPASS or (ports and rule.protocol not in (6, 17)):
        return ""
    if not all(_expressible(one, rule.protocol) for one in (rule.remote_addresses, rule.local_addresses)):
        return ""
    try:
        return netsh.add_line(rule)
    except UnsupportedValueError:
        return ""


def set_back(update: Update) -> str:
    """The line that sets the old values, or nothing where netsh cannot express them."""
    old = update.before
    if "action" in update.fields and old.action is Action.BYPASS:
        return ""
    if "remote_addresses" in update.fields and not _expressible(old.remote_addresses, old.protocol):
        return ""
    try:
        return netsh.set_line(Update(update.after, old, update.fields))
    except UnsupportedValueError:
        return ""


def _expressible(addresses: AddressSet, protocol: int | None) -> bool:
    """Whether netsh can express exactly these addresses: not, for instance, a keyword for one family only, unless the
    protocol is of that family."""
    try:
        return of_protocol(AddressSet.parse_for_rule(addresses.texts()), protocol) == addresses
    except AddressError:
        return False
