# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judging grows with a policy as the policy does: ban lists and nested port ranges, in processor time and in text."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule import FirewallRule, Profile
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule_string import parse_rule
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.snapshot import (
    RUNNING,
    ProfileState,
    ServiceState,
    Snapshot,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.traffic.matching import RuleIndex
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.traffic.reasons import Reason
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.effect import explain, judge_policy
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.policy import build_policy

FRONT_END = build_policy(["front_end"])


def _rule(number: int, rest: str) -> FirewallRule:
    address = f"RA4=203.{number >> 8 & 255}.{number & 255}.7"
    return parse_rule(f"{{{number:05}}}", f"v2.22|Active=TRUE|Dir=In|{rest}|{address}|Name=rule {number}|")


def ban(number: int) -> FirewallRule:
    return _rule(number, "Action=Block")


def nested_block(number: int) -> FirewallRule:
    return _rule(number, f"Action=Block|Protocol=6|LPort2_10={49152 + number}-{65535 - number}")


def nested_allow(number: int) -> FirewallRule:
    return _rule(number, f"Action=Allow|Protocol=6|LPort2_10={49152 + number}-{65535 - number}")


def host(make: Callable[[int], FirewallRule], count: int) -> Snapshot:
    own = tuple(desired.rule for desired in FRONT_END.rules if make is not nested_allow)
    rules = (*own, *map(make, range(count)))
    return Snapshot(tuple(ProfileState(profile) for profile in Profile), rules, ServiceState(RUNNING, 2))


def seconds(snapshot: Snapshot) -> float:
    """Processor time of judging, the least of three times: other processes only ever add to it."""
    times = []
    for _time in range(3):
        before = time.process_time()
        judge_policy(FRONT_END, snapshot)
        times.append(time.process_time() - before)
    return min(times)


@pytest.mark.parametrize("make", [ban, nested_block, nested_allow])
def test_four_times_the_rules_take_about_four_times_as_long(make: Callable[[int], FirewallRule]) -> None:
    # In the square of their number it would be sixteen times.
    assert seconds(host(make, 2000)) < 8 * seconds(host(make, 500))


def test_rules_that_differ_in_addresses_only_are_asked_about_once() -> None:
    few, many = (RuleIndex(host(ban, count).rules).matches for count in (1, 2000))
    for effect in judge_policy(FRONT_END, host(ban, 1)):
        assert len(few(effect.traffic)) == len(many(effect.traffic))


@pytest.mark.parametrize("make", [ban, nested_block])
def test_a_verdict_names_three_rules_and_counts_the_rest(make: Callable[[int], FirewallRule]) -> None:
    snapshot = host(make, 2000)
    effects = [effect for effect in judge_policy(FRONT_END, snapshot) if effect.verdict.reason is Reason.BLOCK_RULE]
    assert effects
    for effect in effects:
        assert effect.verdict.by == ("rule 0", "rule 1", "rule 2")
        assert effect.verdict.more > 1000
        assert len(effect.verdict.part) < 2000
        assert f"and {effect.verdict.more} more rules" in explain(effect, snapshot)
