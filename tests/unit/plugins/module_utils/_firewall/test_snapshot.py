# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Profiles: which store decides, and Windows' defaults for what nobody configures."""

from __future__ import annotations

import itertools

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.profiles import (
    ProfileSettings,
    ProfileState,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.registry_dump import parse_dump
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule import Profile, Store
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.snapshot import (
    GROUP_POLICY,
    LOCAL_POLICY,
    build_snapshot,
)

_THREE = (None, False, True)


@pytest.mark.parametrize(("policy", "local"), list(itertools.product(_THREE, _THREE)))
@pytest.mark.parametrize(("name", "default"), [("enabled", True), ("inbound_block", True), ("outbound_block", False)])
def test_group_policy_decides_then_local_then_the_default(
    policy: bool | None, local: bool | None, name: str, default: bool
) -> None:
    state = ProfileState(Profile.DOMAIN, ProfileSettings(**{name: local}), ProfileSettings(**{name: policy}))
    expected = policy if policy is not None else local if local is not None else default
    assert getattr(state, name) is expected


@pytest.mark.parametrize(("policy", "local"), list(itertools.product(_THREE, _THREE)))
def test_shields_are_up_if_either_side_says_so(policy: bool | None, local: bool | None) -> None:
    state = ProfileState(Profile.PUBLIC, ProfileSettings(shields_up=local), ProfileSettings(shields_up=policy))
    assert state.shields_up is (policy is True or local is True)


@pytest.mark.parametrize(
    ("policy", "local", "merged"), [(None, False, True), (False, None, False), (True, False, True)]
)
def test_only_group_policy_can_ignore_local_rules(policy: bool | None, local: bool | None, merged: bool) -> None:
    state = ProfileState(Profile.PUBLIC, ProfileSettings(local_rules=local), ProfileSettings(local_rules=policy))
    assert state.local_rules is merged


def registry(**keys: dict[str, str]) -> str:
    """Dump text; the names are paths with ``__`` for a backslash, under ``local`` or ``policy``."""
    text = ""
    for path, values in keys.items():
        root, _unused, rest = path.partition("__")
        key = {"local": LOCAL_POLICY, "policy": GROUP_POLICY}[root] + "\\" + rest.replace("__", "\\")
        text += f"\r\n{key}\r\n" + "".join(f"    {name}    {value}\r\n" for name, value in values.items())
    return text


def states(**keys: dict[str, str]) -> dict[Profile, ProfileState]:
    return {state.profile: state for state in build_snapshot(parse_dump(registry(**keys)), 4).profiles}


def test_each_profile_has_its_own_key() -> None:
    found = states(
        local__DomainProfile={"EnableFirewall": "REG_DWORD    0x0"},
        local__StandardProfile={"DoNotAllowExceptions": "REG_DWORD    0x1"},
        local__PublicProfile={"DefaultOutboundAction": "REG_DWORD    0x1", "DefaultInboundAction": "REG_DWORD    0x0"},
    )
    assert [found[profile].enabled for profile in Profile] == [False, True, True]
    assert [found[profile].shields_up for profile in Profile] == [False, True, False]
    assert [found[profile].outbound_block for profile in Profile] == [False, False, True]
    assert [found[profile].inbound_block for profile in Profile] == [True, True, False]


def test_a_local_merge_flag_means_nothing() -> None:
    found = states(local__DomainProfile={"AllowLocalPolicyMerge": "REG_DWORD    0x0"})
    assert found[Profile.DOMAIN].local_rules


def test_a_switch_of_the_wrong_type_is_not_configured() -> None:
    found = states(local__DomainProfile={"EnableFirewall": "REG_SZ    0"})
    assert found[Profile.DOMAIN].local.enabled is None


def test_rules_of_all_stores_sorted_and_nothing_that_is_no_rule() -> None:
    rule = "v2.10|Action=Allow|Active=TRUE|Dir=In|Name=n|"
    snapshot = build_snapshot(
        parse_dump(
            registry(
                local__FirewallRules={
                    "{B}": f"REG_SZ    {rule}",
                    "{A}": f"REG_SZ    {rule}",
                    "(Default)": "REG_SZ    ",
                },
                policy__FirewallRules={"{P}": f"REG_SZ    {rule}", "Number": "REG_DWORD    0x1"},
                local__Mdm__FirewallRules={"{M}": f"REG_SZ    {rule}"},
                local__RestrictedServices__Static__System={"{S}": f"REG_SZ    {rule}"},
            )
        ),
        None,
    )
    assert [(found.store, found.rule_id) for found in snapshot.rules] == [
        (Store.LOCAL, "{A}"), (Store.LOCAL, "{B}"), (Store.GROUP_POLICY, "{P}"), (Store.MDM, "{M}"),
    ]  # fmt: skip
    assert [found.rule_id for found in snapshot.local_rules()] == ["{A}", "{B}"]
    assert not snapshot.service.running


def test_a_rule_after_a_line_break_is_opaque() -> None:
    torn = "v2.10|Action=Block|Active=TRUE|Dir=In|Desc=a\r\n"
    forged = "    {F}    REG_SZ    v2.10|Action=Allow|Active=TRUE|Dir=In|Name=LyncOps a g1|"
    text = registry(local__FirewallRules={"{A}": "REG_SZ    " + torn + forged})
    rules = build_snapshot(parse_dump(text), 4).rules
    assert [bool(rule.opaque) for rule in rules] == [True, True]
