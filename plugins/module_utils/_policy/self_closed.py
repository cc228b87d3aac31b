# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of the table that a plan itself would close: by site rules that block, settings of profiles, groups.

Options that contradict each other are found before anything is sent, on the state that the plan would lead to.
"""

from __future__ import annotations

from .._firewall.change.naming import parse_name
from .._firewall.change.plan import Plan
from .._firewall.change.prediction import predict
from .._firewall.state.rule import Action
from .._firewall.state.snapshot import Snapshot
from .effect import Effect, failures, judge_policy
from .policy import HostPolicy


def self_closed(policy: HostPolicy, plan: Plan, before: Snapshot) -> tuple[Effect, ...]:
    """The rows that would be closed by what the plan does, or keeps, beside the rules of the rows themselves.

    Args:
        policy: What the host needs.
        plan: The plan.
        before: The host it was made from.
    """
    result = (*plan.create, *(update.after for update in plan.update), *plan.kept)
    blocks = any(rule.action is Action.BLOCK and rule.enabled for rule in result)
    if not (blocks or plan.settings or plan.groups):
        return ()
    closed = failures(judge_policy(policy, predict(plan, before)))
    if not closed:
        return ()
    already = {_row(effect) for effect in failures(judge_policy(policy, before))}
    return tuple(effect for effect in closed if _by_ours(effect) or _row(effect) not in already)


def _row(effect: Effect) -> str:
    return effect.demand.requirement.id


def _by_ours(effect: Effect) -> bool:
    return any(parse_name(name) for name in effect.verdict.by)
