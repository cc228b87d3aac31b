# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people do to a stock policy: the fragments of tests/unit/files/cases on Windows Server 2012 R2, from a file."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.planning import make_plan
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.prediction import predict
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.dump_file import read_dump_bytes
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule import Direction, Profile
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.snapshot import Snapshot
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.traffic.reasons import Reason, Status
from ansible_collections.lyncops.firewall.plugins.module_utils._options.host_table import HOST_OPTIONS
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.effect import Effect, judge_policy
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.remedy import explain_all, remedy
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.wanted import requested_policy, wanted_state
from ansible_collections.lyncops.firewall.plugins.plugin_utils._arguments import validate

TESTS = Path(__file__).parents[4]
STOCK = TESTS / "lab" / "policies" / "stock" / "ws2012r2.reg.txt"
OPTIONS = validate({"roles": ["front_end"], "firewall_enabled": "enabled"}, HOST_OPTIONS)
POLICY = requested_policy(OPTIONS)


def case(name: str) -> Snapshot:
    """The stock policy with what somebody did to it."""
    fragment = (TESTS / "unit" / "files" / "cases" / f"{name}.reg.txt").read_bytes()
    return read_dump_bytes(STOCK.read_bytes() + b"\r\n" + fragment).snapshot


def remediated(snapshot: Snapshot) -> Snapshot:
    """The host after a run."""
    return predict(make_plan(wanted_state(POLICY, OPTIONS), snapshot), snapshot)


def inbound(snapshot: Snapshot) -> list[Effect]:
    """The inbound rows as judged."""
    return [effect for effect in judge_policy(POLICY, snapshot) if effect.demand.direction is Direction.IN]


def reasons(effects: list[Effect]) -> set[tuple[Status, Reason]]:
    return {(effect.verdict.status, effect.verdict.reason) for effect in effects}


def test_a_block_and_an_allow_rule_of_one_name_get_a_command_that_hits_the_block_only() -> None:
    after = remediated(case("block-and-allow-of-one-name"))
    assert Counter(effect.verdict.reason for effect in inbound(after))[Reason.BLOCK_RULE] == 1
    (row,) = [effect for effect in inbound(after) if effect.verdict.reason is Reason.BLOCK_RULE]
    assert row.verdict.by == ("beremote",)
    assert remedy(row, after) == (
        'netsh advfirewall firewall set rule name="beremote" dir=in protocol=tcp localport=5061 new enable=no'
    )


def test_nothing_is_open_where_inbound_traffic_must_be_authenticated() -> None:
    for snapshot in (case("ipsec-required"), remediated(case("ipsec-required"))):
        effects = inbound(snapshot)
        assert reasons(effects) == {(Status.UNKNOWN, Reason.NEEDS_IPSEC)}
        assert "Server isolation" in explain_all([effects[0]], snapshot)[0]


def test_local_rules_that_one_profile_ignores_are_advised_to_leave_it_out() -> None:
    after = remediated(case("local-rules-ignored-in-public"))
    effects = inbound(after)
    assert reasons(effects) == {(Status.CLOSED, Reason.LOCAL_RULES_IGNORED)}
    for effect in effects:
        assert [verdict.status for verdict in effect.by_profile] == [Status.OPEN, Status.OPEN, Status.CLOSED]
        assert effect.verdict.profile is Profile.PUBLIC
        assert explain_all([effect], after)[0].endswith(
            "; or, if the host has no network in the public profile, leave it out with profiles: [domain, private]"
        )


def test_an_older_setting_of_group_policy_is_named_and_not_judged() -> None:
    for effect in inbound(case("older-policy-settings")):
        (domain,) = [verdict for verdict in effect.by_profile if verdict.profile is Profile.DOMAIN]
        assert (domain.status, domain.reason) == (Status.UNKNOWN, Reason.OLDER_LIST)
        assert any("RemoteAdminSettings" in name for name in domain.by)


def test_one_unended_rule_of_a_script_is_one_rule_and_no_reason() -> None:
    snapshot = case("unended-rule-in-policy")
    (bad,) = [rule for rule in snapshot.rules if rule.opaque]
    assert (bad.rule_id, bad.opaque) == ("WINRM-HTTP-In-TCP", ("it does not end with |",))
    assert reasons(inbound(snapshot)) == {(Status.CLOSED, Reason.NO_RULE)}
    assert reasons(inbound(remediated(snapshot))) == {(Status.OPEN, Reason.RULE)}


def test_a_policy_of_winrm_alone_changes_no_verdict() -> None:
    assert reasons(inbound(remediated(case("winrm-listener-by-policy")))) == {(Status.OPEN, Reason.RULE)}
