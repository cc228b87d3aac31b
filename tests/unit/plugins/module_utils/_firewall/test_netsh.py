# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""netsh lines: read back by an independent parser, and what may never be said."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.naming import ManagedName, parse_name
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.netsh import (
    LONGEST_LINE,
    add_line,
    batch,
    delete_line,
    plan_lines,
    profile_line,
    set_line,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.netsh_text import (
    FORBIDDEN,
    UnsupportedValueError,
    check_text,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.plan import Plan, ServiceChange, Update
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule import (
    ALL_PROFILES,
    Action,
    Direction,
    FirewallRule,
    Profile,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule_string import parse_rule
from ansible_collections.lyncops.firewall.plugins.module_utils._net.address_set import AddressSet
from ansible_collections.lyncops.firewall.plugins.module_utils._net.port_set import PortSet
from ansible_collections.lyncops.firewall.tests.unit.plugins.module_utils._firewall.strategies import (
    PLAIN_RULES,
    PROFILES,
    WRITABLE_RULES,
)
from ansible_collections.lyncops.firewall.tests.unit.plugins.module_utils._firewall.windows_model import (
    parse_line,
    rule_pairs,
)
from hypothesis import given, settings
from hypothesis import strategies as st

NAME = "LyncOps in-tcp-5061 g1"
RULE = FirewallRule(
    name=NAME, direction=Direction.IN, action=Action.ALLOW, protocol=6, local_ports=PortSet.parse("5061,5070-5075")
)


def test_an_add_line_in_full() -> None:
    rule = replace(
        RULE,
        remote_addresses=AddressSet.parse(["10.0.0.0/8", "localsubnet"]),
        profiles=frozenset({Profile.PUBLIC, Profile.DOMAIN}),
        program=r"C:\Program Files (x86)\A\a.exe",
        description="Rows: server-03",
        enabled=False,
    )
    assert add_line(rule) == (
        'advfirewall firewall add rule name="LyncOps in-tcp-5061 g1" dir=in action=allow enable=no '
        "profile=domain,public protocol=tcp localport=5061,5070-5075 remoteip=localsubnet,10.0.0.0/8 "
        'program="C:\\Program Files (x86)\\A\\a.exe" description="Rows: server-03"'
    )


def port_numbers(text: str) -> set[int]:
    if text == "any":
        return set(range(65536))
    ends = [item.partition("-") for item in text.split(",")]
    return {port for first, _dash, last in ends for port in range(int(first), int(last or first) + 1)}


@settings(deadline=None)
@given(PLAIN_RULES)
def test_an_add_line_says_every_field(rule: FirewallRule) -> None:
    line = add_line(rule.named(NAME))
    verb, words, new = parse_line(line)
    assert (verb, words["name"], new) == ("add", NAME, {})
    assert words["dir"] == ("in" if rule.direction is Direction.IN else "out")
    assert words["action"] == ("allow" if rule.action is Action.ALLOW else "block")
    assert words["enable"] == ("yes" if rule.enabled else "no")
    assert words["protocol"] == ("tcp" if rule.protocol == 6 else "udp")
    assert port_numbers(words.get("localport", "any")) == set(rule.local_ports)
    assert port_numbers(words.get("remoteport", "any")) == set(rule.remote_ports)
    named = "domain,private,public" if words["profile"] == "any" else words["profile"]
    assert set(named.split(",")) == {profile.value for profile in rule.profiles}
    assert words.get("program", "") == rule.program
    assert words.get("description", "") == rule.description
    assert "localip" not in words
    assert len(line) <= LONGEST_LINE < 1000


@settings(deadline=None)
@given(WRITABLE_RULES)
def test_what_windows_stores_for_an_add_line_is_the_rule(rule: FirewallRule) -> None:
    _verb, words, _new = parse_line(add_line(rule.named(NAME)))
    stored = "v2.10|" + "".join(f"{key}={value}|" for key, value in rule_pairs(words))
    assert parse_rule("{ID}", stored) == rule.named(NAME)


@given(
    st.sets(st.sampled_from(["enabled", "action", "profiles", "remote_addresses"]), min_size=1),
    st.booleans(),
    st.sampled_from([Action.ALLOW, Action.BLOCK]),
    PROFILES,
)
def test_a_set_line_says_what_differs_and_nothing_else(
    fields: set[str], enabled: bool, action: Action, profiles: frozenset[Profile]
) -> None:
    after = replace(RULE, enabled=enabled, action=action, profiles=profiles, remote_addresses=AddressSet.parse(["dns"]))
    verb, words, new = parse_line(set_line(Update(RULE, after, tuple(sorted(fields)))))
    assert (verb, words) == ("set", {"name": NAME})
    expected = {
        "enabled": ("enable", "yes" if enabled else "no"),
        "action": ("action", action.value),
        "profiles": ("profile", "any" if profiles == ALL_PROFILES else ",".join(sorted(p.value for p in profiles))),
        "remote_addresses": ("remoteip", "dns"),
    }
    assert new == dict(expected[field] for field in fields)


def test_delete_and_profile_lines() -> None:
    assert parse_line(delete_line(NAME)) == ("delete", {"name": NAME}, {})
    assert [profile_line(profile) for profile in Profile] == [
        "advfirewall set domainprofile state on",
        "advfirewall set privateprofile state on",
        "advfirewall set publicprofile state on",
    ]


def test_lines_stand_in_the_order_that_leaves_no_gap() -> None:
    other = RULE.named("LyncOps x g1")
    plan = Plan(
        service=ServiceChange(start=True),
        create=(RULE,),
        update=(Update(other, other, ("enabled",)),),
        delete=("LyncOps y g1",),
        profiles_on=(Profile.PUBLIC,),
    )
    lines = plan_lines(plan)
    assert [line.split()[2] for line in lines] == ["add", "set", "delete", "publicprofile"]
    assert batch(lines) == "".join(f"{line}\r\n" for line in (*lines, "bye")).encode("ascii")
    assert batch([]) == b"bye\r\n"


@pytest.mark.parametrize(
    "character", [*FORBIDDEN, "\r", "\n", "\t", "\x00", "\x1b", "\x7f", "\u00fc", "\u2028", "\uff02"]
)
def test_characters_that_never_reach_a_line(character: str) -> None:
    for text in (f"a{character}b", character):
        with pytest.raises(UnsupportedValueError):
            check_text(text)
    for rule in (
        replace(RULE, name=f"a{character}b"),
        replace(RULE, description=f"a{character}b"),
        replace(RULE, program=f"C:\\a{character}b"),
    ):
        with pytest.raises(UnsupportedValueError):
            add_line(rule)
    with pytest.raises(UnsupportedValueError):
        delete_line(f"a{character}b")


@pytest.mark.parametrize("needed", ['"', "|", "%", "^", "&", "<", ">"])
def test_the_design_names_these(needed: str) -> None:
    assert needed in FORBIDDEN


@pytest.mark.parametrize("text", ["C:\\", " a", "a "])
def test_texts_that_would_not_come_back_as_they_are(text: str) -> None:
    with pytest.raises(UnsupportedValueError):
        check_text(text)


@pytest.mark.parametrize(
    "changes",
    [
        {"opaque": ("x",)},
        {"conditions": (("IF", "{1}"),)},
        {"conditions": (("IFType", "Lan"), ("IFType", "Wireless"))},
        {"port_words": frozenset({("LPort", "Teredo")})},
        {"icmp": frozenset({("ICMP4", "8:*")})},
        {"protocol": 1, "icmp": frozenset({("ICMP4", "8:*"), ("ICMP4", "0:*")})},
        {"protocol": 1, "icmp": frozenset({("ICMP6", "128:*")})},
        {"group": "g"},
        {"program": r"%APPDATA%\a.exe"},
        {"program": r"C:\%a%\a.exe"},
        {"direction": None},
        {"action": None},
        {"remote_addresses": AddressSet.parse(["::1"])},
        {"remote_addresses": AddressSet.parse(["10.0.0.1", "ff00::-ff00::5"])},
        {"local_addresses": AddressSet.parse(["::"])},
    ],
)
def test_a_rule_that_netsh_cannot_say_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(UnsupportedValueError):
        add_line(replace(RULE, **changes))


def test_a_change_to_addresses_that_no_rule_holds_is_refused() -> None:
    after = replace(RULE, remote_addresses=AddressSet.parse(["ff02::1"]))
    with pytest.raises(UnsupportedValueError, match="multicast"):
        set_line(Update(RULE, after, ("remote_addresses",)))
    assert set_line(Update(RULE, after, ("enabled",)))


def test_a_line_that_is_too_long_is_refused() -> None:
    with pytest.raises(UnsupportedValueError, match="characters"):
        add_line(replace(RULE, description="x" * LONGEST_LINE))


@given(st.from_regex(r"[a-z0-9][a-z0-9.\-]{0,99}", fullmatch=True), st.integers(1, 999999))
def test_managed_names_are_read_back(key: str, generation: int) -> None:
    name = ManagedName(key, generation)
    assert parse_name(str(name)) == parse_name(str(name).upper()) == name
    check_text(str(name))


@pytest.mark.parametrize(
    ("key", "generation"), [("", 1), ("A", 1), ("a b", 1), ("-a", 1), ("a", 0), ("a", 1000000), ("a" * 101, 1)]
)
def test_no_managed_name_can_be_made_of(key: str, generation: int) -> None:
    with pytest.raises(ValueError, match="managed name"):
        ManagedName(key, generation)


@given(st.text(max_size=40))
def test_any_text_is_a_name_or_none(text: str) -> None:
    name = parse_name(text)
    assert name is None or str(name).casefold() == text.casefold()
