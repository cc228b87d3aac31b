# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The shortcuts that make an audit cheap give what the long way gives."""

from __future__ import annotations

import ipaddress
from dataclasses import replace

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.profiles import (
    ProfileSettings,
    ProfileState,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule import (
    Direction,
    FirewallRule,
    Profile,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule_string import parse_rule
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.snapshot import ServiceState, Snapshot
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.traffic.matching import (
    Traffic,
    match,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.traffic.rule_index import RuleIndex
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.traffic.verdict import judge
from ansible_collections.lyncops.firewall.plugins.module_utils._net.address_set import AddressSet
from ansible_collections.lyncops.firewall.plugins.module_utils._net.address_text import AddressError
from ansible_collections.lyncops.firewall.plugins.module_utils._net.port_set import PortSet
from ansible_collections.lyncops.firewall.plugins.module_utils._net.region import Region
from hypothesis import given, settings
from hypothesis import strategies as st

_PORTS = st.sampled_from(
    ["", "LPort=5061|", "LPort=RPC|", "LPort=80|LPort2_10=5060-5062|", "RPort=5061|", "LPort=|", "LPort=x|"]
)
_STRINGS = st.builds(
    "v2.10|Action={}|Active={}|{}{}{}{}Name=x|".format,
    st.sampled_from(["Allow", "Block", "ByPass"]),
    st.sampled_from(["TRUE", "FALSE"]),
    st.sampled_from(["Dir=In|", "Dir=Out|", ""]),
    st.sampled_from(["Protocol=6|", "Protocol=17|", ""]),
    _PORTS,
    st.sampled_from(["", "RA4=10.0.0.0/8|", "App=C:\\a.exe|", "Quantum=TRUE|", "Profile=Domain|"]),
)
_RULES = st.lists(_STRINGS, max_size=8).map(
    lambda texts: tuple(parse_rule(f"{{{number}}}", text) for number, text in enumerate(texts))
)
_TRAFFIC = st.builds(
    Traffic,
    st.sampled_from(Direction),
    st.sampled_from([6, 17]),
    st.sampled_from([PortSet.of(5061), PortSet.of(80, 9999), PortSet.any(), PortSet.parse("5062-5070"), PortSet()]),
)


@given(_RULES, _TRAFFIC)
def test_no_rule_that_matches_is_left_out(rules: tuple[FirewallRule, ...], traffic: Traffic) -> None:
    near = RuleIndex(rules).near(traffic)
    left_out = [rule for rule in rules if not any(rule is other for other in near)]
    assert all(match(rule, traffic) is None for rule in left_out)
    assert [rule.rule_id for rule in near] == [rule.rule_id for rule in rules if any(rule is other for other in near)]


def test_rules_about_other_ports_are_left_out() -> None:
    rules = [
        parse_rule(name, f"v2.10|Action=Allow|Active=TRUE|{rest}|Name=x|")
        for name, rest in {
            "port": "Dir=In|Protocol=6|LPort=5061",
            "other port": "Dir=In|Protocol=6|LPort=5062",
            "other way": "Dir=Out|Protocol=6|RPort=5061",
            "other protocol": "Dir=In|Protocol=17|LPort=5061",
            "opaque": "Dir=In|Protocol=6|LPort=5062|Quantum=TRUE",
            "word": "Dir=In|Protocol=6|LPort=RPC",
            "any protocol": "Dir=In",
        }.items()
    ]
    near = RuleIndex(rules).near(Traffic(Direction.IN, 6, PortSet.of(5061)))
    assert [rule.rule_id for rule in near] == ["port", "opaque", "word", "any protocol"]


@given(_RULES, _TRAFFIC.filter(lambda traffic: bool(traffic.ports)), st.booleans(), st.booleans())
@settings(max_examples=60)
def test_one_index_for_much_traffic_changes_no_verdict(
    rules: tuple[FirewallRule, ...], traffic: Traffic, shields_up: bool, inbound_block: bool
) -> None:
    local = ProfileSettings(enabled=True, shields_up=shields_up, inbound_block=inbound_block)
    snapshot = Snapshot(tuple(ProfileState(profile, local) for profile in Profile), rules, ServiceState(4, 2))
    index = RuleIndex(rules)
    other = replace(traffic, protocol=23 - traffic.protocol)
    for asked in (traffic, other, traffic):
        assert judge(asked, snapshot, index) == judge(asked, snapshot)


def test_one_index_serves_more_programs_than_it_has_shortcuts_for() -> None:
    """Of each that asks it keeps the rules that may mean it; of too many it keeps all rules once."""
    programs = [rf"c:\{number}.exe" for number in range(20)]
    rules = tuple(
        parse_rule(
            program, f"v2.10|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=5061|App={program}|Name={program}|"
        )
        for program in programs
    )
    snapshot = Snapshot(
        tuple(ProfileState(profile, ProfileSettings(enabled=True)) for profile in Profile), rules, ServiceState(4, 2)
    )
    index = RuleIndex(rules)
    sizes = []
    for program in programs:
        traffic = Traffic(Direction.IN, 6, PortSet.of(5061), programs=frozenset({program}))
        found = judge(traffic, snapshot, index)
        assert [verdict.by for verdict in found] == [(program,)] * len(Profile)
        sizes.append(len(index.bundles(traffic)))
    assert sizes == [1] * 8 + [20] * 12


@given(st.one_of(st.ip_addresses(v=4).map(str), st.from_regex(r"[0-9٣a. ]{1,9}(\.[0-9]{1,3}){0,3}", fullmatch=True)))
def test_ipv4_addresses_are_read_as_the_standard_library_reads_them(text: str) -> None:
    try:
        number = int(ipaddress.IPv4Address(text.strip()))
    except ValueError:
        with pytest.raises(AddressError):
            AddressSet.from_registry([text], [])
    else:
        assert AddressSet.from_registry([text], []) == AddressSet(v4=((number, number),))


@pytest.mark.parametrize("ports", ["1-9", "5-6", "1-5", "5-20", "10-20"])
@pytest.mark.parametrize("addresses", ["10.0.0.0/8", "10.1.0.0/16", "11.0.0.0/8", "10.0.0.0/7"])
def test_two_boxes_without_a_sweep(ports: str, addresses: str) -> None:
    mine = (PortSet.parse("1-9"), AddressSet.parse(["10.0.0.0/8"]))
    theirs = (PortSet.parse(ports), AddressSet.parse([addresses]))
    points = [
        (port, f"{first}.{second}.0.1") for port in (1, 4, 5, 6, 9, 10) for first in (10, 11) for second in (0, 1)
    ]

    def inside(box: tuple[PortSet, AddressSet], port: int, address: str) -> bool:
        return port in box[0] and AddressSet.parse([address]) <= box[1]

    rest, both = Region.of(*mine) - Region.of(*theirs), Region.of(*mine) & Region.of(*theirs)
    for port, address in points:
        here, there = inside(mine, port, address), inside(theirs, port, address)
        assert any(inside(box, port, address) for box in rest.boxes) == (here and not there)
        assert any(inside(box, port, address) for box in both.boxes) == (here and there)
