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
from .._firewall.state.rule import Action, Direction, FirewallRule, Profile, Store
from .._firewall.state.snapshot import Snapshot
from .._firewall.traffic.matching import Traffic
from .._firewall.traffic.proportion import blocked_addresses
from .._firewall.traffic.reasons import Reason
from .._firewall.traffic.rule_index import RuleIndex
from .._firewall.traffic.weighing import Verdict, takes_part
from .._net.effort import TooComplex, limited
from .._net.region import Region, union
from .effect import Effect, failures, judge_policy
from .host_policy import HostPolicy


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
    after = predict(plan, before)
    closed = failures(judge_policy(policy, after))
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
    otherwise = predict(without, left)
    anyway = {case: found for effect in judge_policy(policy, otherwise) for case, found in _cases(effect).items()}
    indexes = RuleIndex(after.rules), RuleIndex(otherwise.rules)

    def closes_more(case: tuple[str, Traffic, Profile], verdict: Verdict) -> bool:
        """Whether more of the traffic is closed than without the options, and not just a few addresses more."""
        traffic = case[1]
        if case not in anyway:
            return True
        try:
            with limited(indexes[0].effort):
                more = _closed(traffic, verdict, after, indexes[0]) - _closed(
                    traffic, anyway[case][1], otherwise, indexes[1]
                )
        except TooComplex:  # as it is not told of a row that too many rules are about
            return False
        return bool(more) and blocked_addresses(traffic, [more]) is None

    return tuple(
        # Told is where the options close it: it may be closed elsewhere for another reason.
        replace(effect, traffic=mine[0][0], verdict=mine[0][1])
        for effect in closed
        if (mine := [found for case, found in _cases(effect).items() if closes_more(case, found[1])])
    )


def _closed(traffic: Traffic, verdict: Verdict, snapshot: Snapshot, index: RuleIndex) -> Region:
    """What of some traffic is closed, or may be, in the profile of its verdict."""
    state = next(state for state in snapshot.profiles if state.profile is verdict.profile)
    if verdict.reason is Reason.SHIELDS_UP:
        return traffic.region
    taking_part = [found for found in index.matches(traffic) if takes_part(found.rule, state)]
    blocked = union(found.possible for found in taking_part if found.rule.action is Action.BLOCK)
    if not (state.inbound_block if traffic.direction is Direction.IN else state.outbound_block):
        return blocked
    return blocked | (traffic.region - union(found.exact for found in taking_part if found.rule.action is Action.ALLOW))


def _cases(effect: Effect) -> dict[tuple[str, Traffic, Profile], tuple[Traffic, Verdict]]:
    """Where a row is closed: what of its traffic, and in which profile."""
    row = effect.demand.requirement.id
    return {(row, traffic, verdict.profile): (traffic, verdict) for traffic, verdict in effect.closed}


def _blocks(rule: FirewallRule) -> bool:
    """Whether a site rule blocks."""
    name = parse_name(rule.name)
    site = name is not None and name.key.startswith(SITE_KEY) and rule.store is Store.LOCAL
    return site and rule.enabled and rule.action is Action.BLOCK
