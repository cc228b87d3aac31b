# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judging is near-linear in rules and addresses. Calls are counted, not seconds: a busy machine makes no difference."""

from __future__ import annotations

import cProfile
import ipaddress
import pstats
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.dump_file import read_dump_bytes
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule_string import parse_rule
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.snapshot import Snapshot
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.effect import judge_policy
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.policy import build_policy

STOCK = Path(__file__).parents[4] / "lab" / "policies" / "stock" / "ws2012r2.reg.txt"
POLICY = build_policy(["front_end"])
LISTS = ipaddress.IPv4Address("203.0.113.0")


def banned(number: int) -> list[str]:
    """A ban list: one rule an address, none of them beside another."""
    return [f"v2.20|Action=Block|Active=TRUE|Dir=In|RA4={LISTS + 2 * i}|Name=ban {i}|" for i in range(number)]


def nested(number: int) -> list[str]:
    """Allow rules for ranges of ports within each other, each for an address of its own."""
    start = "v2.20|Action=Allow|Active=TRUE|Dir=In|Protocol=6|"
    return [f"{start}LPort={49152 + i}-{65535 - i}|RA4={LISTS + 2 * i}|Name=n {i}|" for i in range(number)]


def host(rules: Sequence[str], managed: bool) -> Snapshot:
    """The stock policy, all profiles on, these rules, and the managed ones, if they are in place."""
    stock = read_dump_bytes(STOCK.read_bytes()).snapshot
    more = [parse_rule(f"{{{number}}}", rule) for number, rule in enumerate(rules)]
    profiles = tuple(replace(state, local=replace(state.local, enabled=True)) for state in stock.profiles)
    ours = [desired.rule for desired in POLICY.rules if managed]
    return replace(stock, profiles=profiles, rules=(*stock.rules, *ours, *more))


def calls(rules: Sequence[str], managed: bool) -> int:
    """Calls, of C functions too, that judging takes."""
    snapshot = host(rules, managed)
    profile = cProfile.Profile()
    profile.enable()
    judge_policy(POLICY, snapshot)
    profile.disable()
    return int(pstats.Stats(profile).total_calls)  # type: ignore[attr-defined]


@pytest.mark.parametrize("managed", [True, False], ids=["managed", "fresh"])
@pytest.mark.parametrize("kind", [banned, nested])
@pytest.mark.sample("banned", "nested-managed")
def test_four_times_the_rules_cost_four_times_the_calls(kind: Callable[[int], list[str]], managed: bool) -> None:
    none, few, many = calls([], managed), calls(kind(250), managed), calls(kind(1000), managed)
    assert few > none + 250, "the rules were looked at"
    assert many - none <= 4.4 * (few - none)
