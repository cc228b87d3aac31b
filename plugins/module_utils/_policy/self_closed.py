# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of the table that a plan itself would close: by site rules that block, settings of profiles, groups.

Options that contradict each other are found before anything is sent, on the state that the plan would lead to.
"""

from __future__ import annotations

from dataclasses import replace

from .._firewall.change.naming import parse_name
from .._firewall.change.plan import Plan
from .._firewall.change.prediction import predict
from .._firewall.change.site_naming import SITE_KEY
from .._firewall.state.rule import Action, FirewallRule, Profile, Store
from .._firewall.state.snapshot import Snapshot
from .._firewall.traffic.matching import Traffic
from .._firewall.traffic.verdict import Verdict
from .effect import Effect, failures, judge_policy
from .policy import HostPolicy


def self_closed(policy: HostPolicy, plan: Plan, before: Snapshot) -> tuple[Effect, ...]:
    """The rows that are closed by site rules, settings and groups, and would be open without them.

    Args:
        policy: What the host needs.
        plan: The plan.
        before: The host it was made from.
    """
    site = [rule for rule in (*plan.create, *(update.after for update in plan.update), *plan.kept) if _blocks(rule)]
    if not (site or plan.settings or plan.groups):
        return ()
    closed = failures(judge_policy(policy, predict(plan, before)))
    if not closed:
        return ()
    without = replace(
        plan,
        create=tuple(rule for rule in plan.create if not _blocks(rule)),
        update=tuple(update for update in plan.update if not _blocks(update.after)),
        settings=(),
        groups=(),
    )
    # A rule of ours that is there already and stays, too.
    left = replace(before, rules=tuple(rule for rule in before.rules if not _blocks(rule)))
    anyway = {case for effect in judge_policy(policy, predict(without, left)) for case in _cases(effect)}
    return tuple(
        # Told is where the options close it: it may be closed elsewhere for another reason.
        replace(effect, traffic=mine[0][0], verdict=mine[0][1])
        for effect in closed
        if (mine := [found for case, found in _cases(effect).items() if case not in anyway])
    )


def _cases(effect: Effect) -> dict[tuple[str, Traffic, Profile], tuple[Traffic, Verdict]]:
    """Where a row is closed: what of its traffic, and in which profile."""
    row = effect.demand.requirement.id
    return {(row, traffic, verdict.profile): (traffic, verdict) for traffic, verdict in effect.closed}


def _blocks(rule: FirewallRule) -> bool:
    """Whether a site rule blocks."""
    name = parse_name(rule.name)
    site = name is not None and name.key.startswith(SITE_KEY) and rule.store is Store.LOCAL
    return site and rule.enabled and rule.action is Action.BLOCK
