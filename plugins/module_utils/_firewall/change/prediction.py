# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The snapshot that a plan will lead to: pure, for check mode and for the lockout guard."""

from __future__ import annotations

from dataclasses import replace

from ..state.profiles import ProfileState
from ..state.rule import FirewallRule, Profile, Store
from ..state.snapshot import AUTOMATIC, RUNNING, ServiceState, Snapshot
from .naming import folded
from .plan import Plan


def predict(plan: Plan, snapshot: Snapshot) -> Snapshot:
    """The state after the plan, as netsh is documented to carry it out.

    Windows chooses the ids of new rules, so they are empty here.

    Args:
        plan: The plan.
        snapshot: The host before it.
    """
    updates = {folded(update.before.name): update.after for update in plan.update}
    deleted = {folded(name) for name in plan.delete}

    switched = {rule.rule_id: replace(rule, enabled=change.enabled) for change in plan.groups for rule in change.rules}

    def after(rule: FirewallRule) -> FirewallRule | None:
        if rule.store is not Store.LOCAL:
            return rule
        name = folded(rule.name)
        return None if name in deleted else updates.get(name, switched.get(rule.rule_id, rule))

    kept = [rule for rule in map(after, snapshot.rules) if rule is not None]
    return replace(
        snapshot,
        rules=(*kept, *plan.create),
        service=ServiceState(
            RUNNING if plan.service.start else snapshot.service.state,
            AUTOMATIC if plan.service.automatic else snapshot.service.start,
        ),
        profiles=tuple(_switched(state, plan) for state in snapshot.profiles),
    )


def _switched(state: ProfileState, plan: Plan) -> ProfileState:
    for change in plan.settings:
        if change.profile is state.profile:
            values = {name: getattr(change.after, name) for name in change.fields}
            state = replace(state, local=replace(state.local, **values))
    return replace(state, local=replace(state.local, enabled=True)) if state.profile in plan.profiles_on else state


def begin_inbound(plan: Plan, before: Snapshot) -> tuple[Profile, ...]:
    """Profiles in which what gets in today may be kept out after a plan, whatever its rules are.

    What counts is what is in effect: Group Policy may have switched on what the local store has off.

    Args:
        plan: The plan.
        before: The host before it.
    """
    return _begin(plan, before, "inbound_block", plan.profiles_on)


def begin_outbound(plan: Plan, before: Snapshot) -> tuple[Profile, ...]:
    """Profiles in which connections that the host opens today may be kept from getting out. Arguments as above."""
    return _begin(plan, before, "outbound_block")


def _begin(plan: Plan, before: Snapshot, action: str, certain: tuple[Profile, ...] = ()) -> tuple[Profile, ...]:
    if not (plan.settings or plan.profiles_on or plan.service.start):  # the rules have no part in it
        return ()
    found = _blocking(predict(plan, before), action) - _blocking(before, action)
    return tuple(profile for profile in Profile if profile in found or profile in certain)


def _blocking(snapshot: Snapshot, action: str) -> set[Profile]:
    states = snapshot.profiles if snapshot.service.running else ()
    return {state.profile for state in states if state.enabled and getattr(state, action)}
