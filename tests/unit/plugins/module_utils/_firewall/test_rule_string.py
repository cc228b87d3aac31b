# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rule strings: every field by itself, what makes a rule opaque, round trips and fuzz."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule import (
    Action,
    Direction,
    FirewallRule,
    Profile,
    Store,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule_string import parse_rule
from ansible_collections.lyncops.firewall.plugins.module_utils._net.address_set import AddressSet
from ansible_collections.lyncops.firewall.plugins.module_utils._net.port_set import PortSet
from ansible_collections.lyncops.firewall.tests.unit.plugins.module_utils._firewall.rule_format import format_rule
from ansible_collections.lyncops.firewall.tests.unit.plugins.module_utils._firewall.rule_tokens import tokens
from ansible_collections.lyncops.firewall.tests.unit.plugins.module_utils._firewall.strategies import STORED_RULES
from hypothesis import given, settings
from hypothesis import strategies as st

BASE = "v2.22|Action=Allow|Active=TRUE|Dir=In|Protocol=6|"


def parse(text: str) -> FirewallRule:
    return parse_rule("{ID}", text)


# What each token sets, and the only field it may set: a local port that turned up as a remote one would show twice.
FIELDS: list[tuple[str, dict[str, Any]]] = [
    ("LPort=5061|", {"local_ports": PortSet.of(5061)}),
    ("RPort=5061|", {"remote_ports": PortSet.of(5061)}),
    ("LPort2_10=10-20|LPort=21|", {"local_ports": PortSet.parse("10-21")}),
    ("RPort2_10=10-20|RPort=9|", {"remote_ports": PortSet.parse("9-20")}),
    ("LPort=RPC|", {"port_words": frozenset({("LPort", "RPC")}), "local_ports": PortSet()}),
    ("LPort=80|LPort=rpc-epmap|", {
        "port_words": frozenset({("LPort", "RPC-EPMap")}), "local_ports": PortSet.of(80)}),
    ("LPort2_24=mDNS|", {"port_words": frozenset({("LPort2_24", "mDNS")}), "local_ports": PortSet()}),
    ("RPort2_10=IPTLSOut|RPort2_10=IPHTTPSOut|", {
        "port_words": frozenset({("RPort2_10", "IPTLSOut"), ("RPort2_10", "IPHTTPSOut")}), "remote_ports": PortSet()}),
    ("LA4=10.0.0.1|", {"local_addresses": AddressSet.parse(["10.0.0.1"])}),
    ("RA4=10.0.0.0/255.255.255.0|", {"remote_addresses": AddressSet.parse(["10.0.0.0/24"])}),
    ("RA6=fe80::/64|", {"remote_addresses": AddressSet.parse(["fe80::/64"])}),
    ("LA6=fe80::1-fe80::9|", {"local_addresses": AddressSet.parse(["fe80::1-fe80::9"])}),
    ("RA4=LocalSubnet|RA6=LocalSubnet|", {"remote_addresses": AddressSet.parse(["localsubnet"])}),
    ("RA42=IntErnet|", {"remote_addresses": AddressSet(keywords=frozenset({(4, "internet")}))}),
    ("Profile=Public|", {"profiles": frozenset({Profile.PUBLIC})}),
    ("Profile=Domain|Profile=Private|", {"profiles": frozenset({Profile.DOMAIN, Profile.PRIVATE})}),
    ("Profile=Domain|Profile=Private|Profile=Public|", {}),
    ("App=System|", {"program": "System"}),
    ("Svc=*|", {"service": "*"}),
    ("Name=a=b|", {"name": "a=b"}),
    ("Desc=|", {}),
    ("Desc=d|", {"description": "d"}),
    ("EmbedCtxt=@x.dll,-1|", {"group": "@x.dll,-1"}),
    ("Edge=FALSE|", {}),
    ("Edge=TRUE|Defer=App|", {"conditions": (("Defer", "App"), ("Edge", "TRUE"))}),
    ("LUAuth=O:LSD:(A;;CC;;;S-1-5-1)|", {"conditions": (("LUAuth", "O:LSD:(A;;CC;;;S-1-5-1)"),)}),
    ("TTK2_22=WFDPrint|PFN=a_b|", {"conditions": (("PFN", "a_b"), ("TTK2_22", "WFDPrint"))}),
    ("lport=7|rport=3268,389|", {"local_ports": PortSet.of(7), "remote_ports": PortSet.of(389, 3268)}),
]  # fmt: skip


@pytest.mark.parametrize(("token", "fields"), FIELDS)
def test_a_token_sets_its_own_field_and_no_other(token: str, fields: dict[str, Any]) -> None:
    rule = parse(BASE + token)
    plain = FirewallRule(name="", direction=Direction.IN, action=Action.ALLOW, protocol=6)
    assert rule.opaque == ()
    for field in FirewallRule.__dataclass_fields__:
        if field not in ("rule_id", "raw", "store"):
            assert getattr(rule, field) == fields.get(field, getattr(plain, field)), field


def test_head_of_a_rule() -> None:
    rule = parse_rule("TCP Query User{1}C:\\x.exe", "V2.0|dir=out|ACTION=byPass|Protocol=UDP|", Store.MDM)
    assert (rule.direction, rule.action, rule.protocol) == (Direction.OUT, Action.BYPASS, 17)
    assert not rule.enabled, "Active absent means FALSE ([MS-GPFAS] 2.2.2.19)"
    assert (rule.rule_id, rule.store) == ("TCP Query User{1}C:\\x.exe", Store.MDM)
    assert not rule.opaque
    assert parse("v2.10|Action=Block|Active=TRUE|Dir=In|").protocol is None


OPAQUE = [
    ("", "schema version"),
    ("v2.10|Action=Allow|Active=TRUE|", "dir is missing"),
    ("v2.10|Active=TRUE|Dir=In|", "action is missing"),
    ("Action=Allow|Active=TRUE|Dir=In|", "schema version"),
    (BASE + "Name=cut o", "does not end with"),
    (BASE + "Future=1|", "'Future' is not known"),
    (BASE + "LPort=XXXX|", "XXXX"),
    (BASE + "LPort=65536|", "65536"),
    (BASE + "LPort2_10=9-1|", "backwards"),
    (BASE + "LPort2_24=Ply2Disc|", "Ply2Disc"),
    (BASE + "RPort=RPC|", "RPC"),
    (BASE + "RA4=10.0.0.0/255.0.255.0|", "mask"),
    (BASE + "RA4=CortanaOut|", "CortanaOut"),
    (BASE + "Profile=Guest|", "Guest"),
    (BASE + "Action=Block|", "twice"),
    (BASE + "ICMP4=any|", "ICMP4"),
    (BASE + "junk|", "no Key=Value"),
    (BASE.replace("TRUE", "yes"), "active=yes"),
    (BASE.replace("=In", "=Both"), "dir=Both"),
    (BASE.replace("=6|", "=256|"), "protocol=256"),
    (BASE.replace("=6|", "=1_7|"), "protocol=1_7"),
    (BASE.replace("=6|", "=-1|"), "protocol=-1"),
]


@pytest.mark.parametrize(("text", "why"), OPAQUE)
def test_what_is_not_understood_makes_the_rule_opaque_and_stays(text: str, why: str) -> None:
    rule = parse(text)
    assert any(why in reason for reason in rule.opaque), rule.opaque
    assert format_rule(rule) == text == rule.raw


def test_doubts_from_the_dump_make_a_rule_opaque() -> None:
    assert parse_rule("{ID}", BASE, doubts=["broken line"]).opaque == ("broken line",)


def test_opaque_rules_are_equal_only_as_text() -> None:
    assert parse(BASE + "Future=1|") == parse(BASE + "Future=1|")
    assert parse(BASE + "Future=1|") != parse(BASE + "Future=2|")
    assert parse(BASE + "Future=1|") != parse(BASE)


SAME = [
    ("LPort=80|LPort=81|LPort=82|", "LPort2_10=80-82|"),
    ("LPort=443|LPort=80|", "LPort=80|LPort=443|"),
    ("RA4=10.0.0.0/24|RA4=LocalSubnet|", "RA4=localsubnet|RA4=10.0.0.0/255.255.255.0|"),
    ("RA4=10.0.0.1|", "RA4=10.0.0.1/255.255.255.255|"),
    ("Profile=Public|Profile=Domain|Profile=Private|", ""),
    ("App=%SystemRoot%\\system32\\svchost.exe|", "App=C:\\WINDOWS\\System32\\svchost.exe|"),
    ("Svc=RPCSS|", "Svc=rpcss|"),
    ("Edge=TRUE|IFType=Lan|", "IFType=Lan|Edge=TRUE|"),
    ("LPort2_10=0-65535|", ""),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_one_meaning_whatever_the_spelling(one: str, other: str) -> None:
    assert parse(BASE + one) == parse(BASE + other)
    assert hash(parse(BASE + one)) == hash(parse(BASE + other))


@pytest.mark.parametrize(("token", "_fields"), [pair for pair in FIELDS if pair[1]])
def test_every_limit_counts_for_equality(token: str, _fields: dict[str, Any]) -> None:
    assert parse(BASE + token) != parse(BASE)


@settings(deadline=None)
@given(STORED_RULES)
def test_a_rule_survives_writing_and_reading(rule: FirewallRule) -> None:
    text = format_rule(rule)
    again = parse(text)
    assert again.opaque == ()
    assert again == rule
    assert tokens(format_rule(again)) == tokens(text)


_PIECES = st.sampled_from(
    ["v2.10", "V2.", "|", "=", "Action", "Allow", "Dir", "In", "LPort", "LPort2_10", "RA4", "RA6", "Profile", "5061",
     "1-2", "10.0.0.0/24", "::/0", "fe80::/255.0.0.0", "TRUE", ",", "-", " ", "\u0661", "\n", "ICMP4", "8:*"]
)  # fmt: skip


@given(st.one_of(st.text(max_size=80), st.lists(_PIECES, max_size=30).map("".join), st.lists(_PIECES).map("|".join)))
def test_no_text_raises_and_none_is_lost(text: str) -> None:
    rule = parse_rule("{ID}", text)
    assert rule.raw == text
    assert parse(format_rule(rule)) == rule
    hash(rule)
