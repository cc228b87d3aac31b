# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What mends foreign rules and settings: never a command that a hostile name could turn into another."""

from __future__ import annotations

import re

import pytest
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.model import Finding, Verdict
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.remedy import remedy
from hypothesis import given
from hypothesis import strategies as st


def closed(reason: str, *by: str) -> Finding:
    return Finding(Verdict.CLOSED, reason, by)


def test_local_block_rules_are_named() -> None:
    assert remedy(closed("block_rule", "Deny SIP", "Deny all")) == (
        'netsh advfirewall firewall set rule name="Deny SIP" new enable=no & '
        'netsh advfirewall firewall set rule name="Deny all" new enable=no'
    )


@pytest.mark.parametrize(
    "name",
    [
        "B (group policy)",
        "B (mdm)",
        "all",
        "ALL",
        "",
        "@res,-1",
        'a" & del x',
        "a%b",
        "a\nb",
        "\u202ea",
        "x\\",
        "x" * 300,
    ],
)
def test_any_other_name_is_a_place_to_look(name: str) -> None:
    assert remedy(closed("block_rule", "Deny SIP", name)).startswith("Switch the block rule off where it is made")


def test_settings() -> None:
    assert "merge" in remedy(closed("local_rules_ignored", "LyncOps in-tcp-1 g1"))
    assert remedy(closed("shields_up", "domain profile", "public profile")) == (
        "netsh advfirewall set domainprofile firewallpolicy blockinbound,allowoutbound & "
        "netsh advfirewall set publicprofile firewallpolicy blockinbound,allowoutbound"
    )
    assert remedy(closed("shields_up", "domain profile & del x")) == ""
    assert remedy(closed("no_rule")) == ""
    assert remedy(closed("block_rule")) != ""


@given(st.sampled_from(["block_rule", "shields_up", "local_rules_ignored"]), st.lists(st.text(), max_size=3))
def test_a_command_holds_nothing_that_cmd_would_take_for_its_own(reason: str, names: list[str]) -> None:
    text = remedy(closed(reason, *names))
    if text.startswith("netsh "):
        for command in text.split(" & "):
            assert re.fullmatch(
                r'netsh advfirewall [ a-z]+(="[^"|%^&\x00-\x1f\x7f-\U0010ffff]+" new enable=no|,[a-z]+)', command
            )
