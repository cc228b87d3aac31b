# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A rule in words says whatever limits it; a group of Windows what its rules let through."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.groups import GroupChange
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.naming import ManagedName
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.site_naming import entry_name
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule import (
    ALL_PROFILES,
    Action,
    Direction,
    FirewallRule,
    Profile,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._net.address_set import AddressSet
from ansible_collections.lyncops.firewall.plugins.module_utils._net.port_set import PortSet
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.extra_rules import read_extra_rules
from ansible_collections.lyncops.firewall.plugins.plugin_utils._rule_words import rule_in_words
from ansible_collections.lyncops.firewall.plugins.plugin_utils._settings import group_at_length, groups_dict
from ansible_collections.lyncops.firewall.plugins.plugin_utils._states import rule_dict


def site_rules(**keys: Any) -> list[FirewallRule]:
    extras = read_extra_rules([{"name": "Ping the host", **keys}], ALL_PROFILES, AddressSet.any())
    return [part.named(str(ManagedName(extra.key + end))) for extra in extras for end, part in extra.parts]


def in_words(rule: FirewallRule) -> str:
    return rule_in_words(rule_dict(rule, {}))


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"protocol": "icmpv4", "icmp_type_code": ["8:*"]}, "Any address may ping the host over IPv4 (ICMP type 8)"),
        (
            {"protocol": "icmpv6", "icmp_type_code": ["128:*"], "direction": "out"},
            "host may ping any address over IPv6",
        ),
        (
            {"protocol": "icmpv4", "icmp_type_code": ["3:4"]},
            "may send the host ICMPv4 type 3 (destination unreachable)",
        ),
        ({"protocol": "icmpv4", "icmp_type_code": ["3:4"]}, "(destination unreachable), code 4"),
        ({"protocol": "icmpv4"}, "Any address may send the host any ICMPv4"),
        ({"protocol": 47}, "Any address may reach the host with IP protocol 47 (GRE)"),
        ({"protocol": 47, "direction": "out"}, "The host may reach any address with IP protocol 47 (GRE)"),
        ({"protocol": 253}, "Any address may reach the host with IP protocol 253"),
        ({"protocol": "any", "program": r"C:\a.exe"}, "may reach the host with any protocol, only the program"),
        ({"protocol": "tcp", "localport": "RPC"}, "TCP RPC (the ports that Windows hands out to services)"),
        ({"protocol": "tcp", "localport": "RPC-EPMap"}, "TCP RPC-EPMap (135, which tells the ports of RPC)"),
        ({"protocol": "tcp", "localport": "RPC", "service": "EventLog"}, ", only the service EventLog"),
        ({"protocol": "tcp", "localport": 1, "service": "*"}, ", only services"),
        ({"protocol": "tcp", "localport": 1, "localip": "10.0.0.5"}, ", only at its address 10.0.0.5"),
        ({"protocol": "tcp", "remoteport": 1, "localip": "10.0.0.5", "direction": "out"}, ", only from its address "),
        (
            {"protocol": "tcp", "localport": 1, "interfacetypes": "ras"},
            ", only through interfaces for remote access (ras)",
        ),
        (
            {"protocol": "tcp", "localport": 1, "edge": "deferapp"},
            ", with edge traversal where the program asks for it (deferapp)",
        ),
        (
            {"protocol": "tcp", "localport": 1, "security": "authenc"},
            ", only where IPsec authenticates and encrypts it (authenc)",
        ),
        ({"protocol": "tcp", "localport": 1, "program": r"C:\a.exe"}, r", only the program C:\a.exe"),
        ({"protocol": "tcp", "localport": 1, "profiles": "domain"}, ", in the domain profile"),
        ({"protocol": "tcp", "localport": 1, "profiles": "domain,private"}, ", in the domain and private profiles"),
        ({"protocol": "tcp", "localport": 1, "remoteip": "LocalSubnet"}, "The host's own subnets (LocalSubnet) may"),
        ({"protocol": "tcp", "localport": 1, "enabled": False}, " (the rule is switched off, and does nothing)"),
    ],
)
def test_whatever_limits_a_rule_is_told_with_the_name_of_its_entry(keys: dict[str, Any], told: str) -> None:
    sentence = in_words(site_rules(**keys)[0])
    assert told in sentence
    assert sentence.endswith(": Ping the host (extra_rules)")


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"action": "block", "protocol": "tcp", "localport": 445}, "No longer kept out: TCP 445 from any address"),
        ({"protocol": "tcp", "localport": 445, "remoteip": "10.0.0.7"}, "No longer let in: TCP 445 from 10.0.0.7"),
        ({"protocol": "icmpv4", "icmp_type_code": "8:*"}, "No longer let in: ping over IPv4 (ICMP type 8) from any"),
        ({"direction": "out", "protocol": "tcp", "remoteport": 80}, "No longer let out: TCP 80 to any address"),
        (
            {"direction": "out", "action": "block", "protocol": 47, "remoteip": "10.0.0.0/8"},
            "No longer stopped on the way out: IP protocol 47 (GRE) to 10.0.0.0/8",
        ),
    ],
)
def test_what_ends_is_told_as_what_no_longer_holds(keys: dict[str, Any], told: str) -> None:
    sentence = rule_in_words(rule_dict(site_rules(**keys)[0], {}), ends=True)
    assert sentence.startswith(told)
    assert " may " not in sentence
    assert "switched off" not in sentence


def test_a_rule_that_was_off_already_ends_nothing() -> None:
    rule = rule_dict(site_rules(protocol="tcp", localport=1, enabled=False)[0], {})
    assert "No longer" not in rule_in_words(rule, ends=True)
    assert "may connect to TCP 1 (the rule is switched off, and does nothing)" in rule_in_words(rule, ends=True)


def test_an_allow_that_block_rules_do_not_stop_is_told_as_one() -> None:
    rule = replace(STOCK, enabled=True, action=Action.BYPASS, conditions=(("Security", "Authenticate"),))
    told = in_words(rule)
    assert told.startswith("Any address may connect to TCP 445 whatever block rules say, ")
    assert "only where IPsec authenticates it (authenticate)" in told
    assert rule_in_words(rule_dict(rule, {}), ends=True).startswith(
        "No longer let in whatever block rules say: TCP 445 from any address"
    )


@pytest.mark.parametrize("ends", [False, True])
def test_a_long_list_hides_no_limit(ends: bool) -> None:
    many = AddressSet.parse([f"2001:db8:1:2:3:{n:x}::/112" for n in range(0, 80, 2)])
    rule = replace(
        STOCK,
        enabled=True,
        local_ports=PortSet.parse(",".join(map(str, range(1001, 1201, 2)))),
        remote_addresses=many,
        local_addresses=many,
        service="LanmanServer",
        profiles=frozenset({Profile.DOMAIN}),
    )
    told = rule_in_words(rule_dict(rule, {}), "Front End", ends=ends)
    for limit in ("TCP", "LanmanServer", "System", "in the domain profile", ": Front End", "only at its addresses"):
        assert limit in told[:250], told
    assert told.index("Ports: 1001, 1003") < told.index("Its addresses: 2001") < told.index("Addresses: 2001")
    assert told.count("and 16 more") == 2


def test_the_rules_of_one_entry_differ_in_words() -> None:
    rules = site_rules(protocol="icmpv4", icmp_type_code=["8:*", "3:4"], interfacetypes=["lan", "ras"])
    assert len(set(map(in_words, rules))) == 4


@pytest.mark.parametrize("own", ["", "Once a day. Twice on Mondays"])
@pytest.mark.parametrize("name", ["Ping", "Ping. Twice", "P.i.n.g"])
def test_the_name_of_an_entry_is_read_from_what_is_on_the_host(name: str, own: str) -> None:
    rule = site_rules(name=name, description=own, protocol="icmpv4", icmp_type_code=["8:*", "3:4"])[0]
    assert entry_name(rule) == name
    assert entry_name(replace(rule, description="Somebody wrote this")) == ""
    assert entry_name(rule.named("Ping")) == ""


STOCK = FirewallRule(
    "@FirewallAPI.dll,-28511", Direction.IN, Action.ALLOW, False, 6, PortSet.of(445), rule_id="FPS-SMB-In-TCP",
    program="System", group="@FirewallAPI.dll,-28502",
)  # fmt: skip


def group(*rules: FirewallRule) -> dict[str, Any]:
    return groups_dict([GroupChange("File and Printer Sharing", STOCK.group, True, rules, False)])[0]


def test_a_group_says_what_its_rules_let_through() -> None:
    out = replace(STOCK, direction=Direction.OUT, local_ports=PortSet.any(), remote_ports=PortSet.of(445))
    ping = replace(STOCK, protocol=1, local_ports=PortSet.any(), icmp=frozenset({("ICMP4", "8:*")}), program="")
    told = group_at_length(group(STOCK, replace(STOCK, rule_id="FPS-SMB-In-TCP-NoScope"), out, ping))
    assert told.startswith("group File and Printer Sharing on (4 rules): ")
    assert told.count("Any address may connect to TCP 445, only the program System") == 1
    assert "The host may connect to TCP 445 of any address" in told
    assert "Any address may ping the host over IPv4 (ICMP type 8)" in told
    assert "switched off" not in told  # they are still off: it is said what they do once they are on


def test_a_group_that_goes_off_says_what_no_longer_holds() -> None:
    told = group_at_length(
        groups_dict([GroupChange(STOCK.group, STOCK.group, False, (replace(STOCK, enabled=True),), False)])[0]
    )
    assert told == (
        "group File and Printer Sharing (@FirewallAPI.dll,-28502) off (1 rule): "
        "No longer let in: TCP 445 from any address, only the program System"
    )


def test_a_group_has_the_text_that_a_person_wrote_where_that_is_no_reference() -> None:
    assert group_at_length(group(STOCK)).startswith("group File and Printer Sharing on (1 rule): ")


def test_a_rule_of_a_group_that_cannot_be_interpreted_is_named() -> None:
    odd = replace(STOCK, direction=None, action=None, opaque=("2 actions",))
    assert "FPS-SMB-In-TCP: not understood (2 actions)" in group_at_length(group(odd))


def test_a_group_of_many_rules_is_cut() -> None:
    many = [replace(STOCK, local_ports=PortSet.of(port), rule_id=f"R{port}") for port in range(1, 3001)]
    told = group(*many)
    assert len(str(told)) < 8000
    assert told["says"][-1].startswith("... and ")


def test_a_group_of_an_older_result_is_told_without_its_rules() -> None:
    assert group_at_length({"group": "G", "enabled": False, "rules": ["a"]}) == "group G off (1 rule)"
