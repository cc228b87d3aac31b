# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A few blocked addresses leave a row open and are told; networks, peers and clients that are blocked close it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.profiles import ProfileState
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule import Profile
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule_string import parse_rule
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.snapshot import (
    RUNNING,
    ServiceState,
    Snapshot,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.traffic.proportion import Except
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.traffic.reasons import Reason, Status
from ansible_collections.lyncops.firewall.plugins.module_utils._options.host_table import HOST_OPTIONS
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.effect import Effect, judge_policy
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.wanted import requested_policy
from ansible_collections.lyncops.firewall.plugins.plugin_utils._arguments import validate
from hypothesis import given
from hypothesis import strategies as st

BLOCK = "v2.10|Action=Block|Active=TRUE|Dir=In|"


def effects(blocks: Iterable[str], managed: bool = True, role: str = "director", **options: Any) -> dict[str, Effect]:
    """A host's rows where others have these block rules, by their ids."""
    policy = requested_policy(validate({"roles": [role], **options}, HOST_OPTIONS))
    rules = [parse_rule(f"{{{number}}}", f"{BLOCK}{rule}Name=ban {number}|") for number, rule in enumerate(blocks)]
    snapshot = Snapshot(
        profiles=tuple(ProfileState(profile) for profile in Profile),
        rules=(*(desired.rule for desired in policy.rules if managed), *rules),
        service=ServiceState(RUNNING, 2),
    )
    return {effect.demand.requirement.id: effect for effect in judge_policy(policy, snapshot)}


def sip(blocks: Iterable[str], managed: bool = True, **options: Any) -> Effect:
    """The Director's SIP row, port 5061."""
    return effects(blocks, managed, **options)["server-45"]


def test_a_few_addresses_are_left_out_and_told() -> None:
    verdict = sip(["RA4=198.51.100.7|", "RA4=198.51.100.9|", "RA4=10.1.2.3|RA4=10.1.2.4|", "RA6=2001:db8::1|"]).verdict
    assert (verdict.status, verdict.reason, verdict.part) == (Status.OPEN, Reason.RULE, "")
    assert verdict.excepted is not None
    assert (verdict.excepted.addresses, verdict.excepted.rules) == (5, 4)
    assert verdict.excepted.first == ("10.1.2.3", "10.1.2.4", "198.51.100.7")
    assert verdict.excepted.private == ("10.1.2.3", "10.1.2.4")


@pytest.mark.parametrize(
    "limit", [r"App=%SystemRoot%\system32\svchost.exe|", "IFType=RemoteAccess|", "Future=1|RA4=1.2.3.4|"]
)
def test_a_few_addresses_that_may_be_blocked_are_left_out_as_well(limit: str) -> None:
    verdict = sip([f"RA4=203.0.113.9|{limit}"]).verdict
    if "Future" in limit:  # whom it blocks is not known
        assert verdict.status is Status.UNKNOWN
        return
    assert (verdict.status, verdict.reason) == (Status.OPEN, Reason.RULE)
    assert verdict.excepted is not None
    assert verdict.excepted.first == ("203.0.113.9",)


def test_possible_blocks_of_many_do_not_hide_that_certain_ones_are_few() -> None:
    verdict = sip(["RA4=203.0.113.9|", "RA4=203.0.0.0/255.255.0.0|IFType=RemoteAccess|"]).verdict
    assert (verdict.status, verdict.reason) == (Status.UNKNOWN, Reason.POSSIBLE_BLOCK)
    assert verdict.excepted is not None


def test_the_known_addresses_of_the_estate_count() -> None:
    verdict = sip(["RA4=10.1.2.3|"], known_addresses=["10.1.2.0/28"]).verdict
    assert (verdict.status, verdict.reason) == (Status.CLOSED, Reason.BLOCK_RULE)
    assert sip(["RA4=10.1.2.99|"], known_addresses=["10.1.2.0/28"]).verdict.status is Status.OPEN


def test_a_host_without_blocks_has_nothing_to_leave_out() -> None:
    assert sip([]).verdict.excepted is None


def test_what_is_closed_is_closed_whoever_is_blocked_beside_it() -> None:
    verdict = sip(["RA4=198.51.100.7|"], managed=False).verdict
    assert (verdict.status, verdict.reason, verdict.excepted) == (Status.CLOSED, Reason.NO_RULE, None)


CLOSING = {
    "everybody": "",
    "a /24": "RA4=198.51.100.0/255.255.255.0|",
    "a /24 of single addresses": "".join(f"RA4=198.51.100.{last}|" for last in range(256)),
    "a range as long": "RA4=198.51.100.128-198.51.101.127|",
    "an IPv6 /64": "RA6=2001:db8::/64|",
    "a keyword": "RA4=LocalSubnet|",
}


@pytest.mark.parametrize("case", CLOSING)
def test_a_blocked_network_does_not_leave_the_row_open(case: str) -> None:
    verdict = sip([CLOSING[case]]).verdict
    wanted = (Status.CLOSED, Reason.BLOCK_RULE)
    assert (verdict.status, verdict.reason, verdict.by, verdict.excepted) == (*wanted, ("ban 0",), None)


def test_neighbours_of_many_rules_add_up_to_a_network() -> None:
    rules = [f"RA4=198.51.100.{last}|" for last in range(256)]
    assert sip(rules[:-1]).verdict.status is Status.OPEN
    assert sip(rules).verdict.status is Status.CLOSED


def test_the_option_turns_it_off() -> None:
    verdict = sip(["RA4=198.51.100.7|"], tolerate_blocked_addresses=False).verdict
    assert (verdict.status, verdict.reason, verdict.excepted) == (Status.CLOSED, Reason.BLOCK_RULE, None)


def test_a_scope_that_is_not_any_is_for_those_it_names() -> None:
    options = {"remote_addresses": ["198.51.100.0/24", "10.0.0.0/8"]}
    assert sip(["RA4=198.51.100.7|"], **options).verdict.status is Status.CLOSED
    assert sip(["RA4=203.0.113.7|"], **options).verdict.status is Status.OPEN


def test_a_known_peer_that_is_blocked_closes_rows_for_any_too() -> None:
    options = {"role": "front_end", "scope": "topology", "peers": {"pool": ["10.0.0.5"]}}
    rows = effects([], **options)
    anybody = {row for row, effect in rows.items() if effect.traffic.remote.is_any and effect.traffic.direction == "in"}
    assert anybody
    assert len(anybody) < len(rows)
    blocked = effects(["RA4=10.0.0.5|"], **options)
    assert {row for row in anybody if blocked[row].verdict.status is not Status.CLOSED} == set()
    beside = effects(["RA4=198.51.100.7|"], **options)
    assert {beside[row].verdict.status for row in anybody} == {Status.OPEN}


@given(st.sets(st.integers(0, 2**32 - 1), min_size=1, max_size=40))
def test_what_is_told_adds_up(blocked: set[int]) -> None:
    texts = [f"{number >> 24}.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}" for number in blocked]
    verdict = sip(f"RA4={text}|" for text in texts).verdict
    assert isinstance(verdict.excepted, Except)
    assert verdict.status is Status.OPEN
    assert (verdict.excepted.addresses, verdict.excepted.rules) == (len(blocked), len(blocked))
