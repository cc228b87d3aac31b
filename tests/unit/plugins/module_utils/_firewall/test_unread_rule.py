# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules that are parsed when they are looked at are the rules that are parsed at once, whatever is asked of them."""

from __future__ import annotations

import copy
import pickle
from dataclasses import fields, replace
from pathlib import Path

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.plan import Plan
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.planning import make_plan
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.prediction import predict
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state import snapshot as snapshots
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.dump_file import read_dump_bytes
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule import (
    Direction,
    FirewallRule,
    Store,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule_string import parse_rule
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.snapshot import Snapshot
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.unread_rule import UnreadRule, read_rule
from ansible_collections.lyncops.firewall.plugins.module_utils._options.host_table import HOST_OPTIONS
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.effect import Effect, judge_policy
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.wanted import requested_policy, wanted_state
from ansible_collections.lyncops.firewall.plugins.plugin_utils import _requirement_rows as requirement_rows
from ansible_collections.lyncops.firewall.plugins.plugin_utils import _results as results
from ansible_collections.lyncops.firewall.plugins.plugin_utils._arguments import validate
from ansible_collections.lyncops.firewall.tests.real_data import rule_strings, unpack_policies
from hypothesis import given
from hypothesis import strategies as st

TESTS = Path(__file__).parents[4]
STOCK = TESTS / "lab" / "policies" / "stock"
NAMES = [field.name for field in fields(FirewallRule)]

# Key, values that Windows writes, and values that it does not, or that are read all the same.
_TOKENS = (
    ("Action", ("Allow", "Block"), ("ByPass", "allow", "Deny", "")),
    ("Active", ("TRUE", "FALSE"), ("true", "yes")),
    ("Dir", ("In", "Out"), ("in", "Both")),
    ("Protocol", ("6", "17", "58", "0"), ("06", "255", "256", "TCP", "1_7", "")),
    ("Profile", ("Domain", "Private", "Public"), ("domain", "Guest")),
    ("ICMP4", ("8:*", "3:4"), ("*:*", "8")),
    ("LPort", ("5061", "0", "65535", "RPC", "80"), ("65536", "00080", "080", "rpc", "80,443", "*", "", "5061 ")),
    ("LPort2_10", ("5000-5010", "IPHTTPSIn"), ("5010-5000", "1-65536", "IPHTTPSOut", "\u0663")),
    ("LPort2_20", ("DHCP",), ("RPC", "67")),
    ("RPort", ("443", "1"), ("RPC", "any")),
    ("RPort2_10", ("IPTLSOut", "1024-65535"), ("5",)),
    ("RPort2_20", (), ("5000",)),
    ("LA4", ("10.0.0.1", "10.0.0.0/8"), ("10.0.0.0/33",)),
    ("LA42", (), ("LocalSubnet",)),
    ("RA4", ("10.0.0.0/255.0.0.0", "10.0.0.1-10.0.0.9", "LocalSubnet"), ("10.0.0.0/255.0.255.0", "10.0.0.9-10.0.0.1")),
    ("RA4", ("192.168.0.1",), ("localsubnet", "01.2.3.4", "10.0.0.0/255.255.255.0.0", "256.0.0.1", "1.2.3.4/")),
    ("RA6", ("fe80::/64", "fe80::1-fe80::9", "LocalSubnet"), ("::g", "fe80::1%eth0", " ::1 ")),
    ("RA42", ("IntErnet", "IntrAnet"), ("10.0.0.1", "::1")),
    ("RA62", ("RmtIntrAnet",), ("10.0.0.1",)),
    ("App", (r"C:\a.exe", "System"), ("", " ")),
    ("Svc", ("MpsSvc", "*"), ("",)),
    ("Name", ("x", "LyncOps in-tcp-5061 g1", "@a.dll,-1"), ("", "a=b", "two\nlines")),
    ("Desc", ("text",), ("",)),
    ("LUOwn", ("S-1-5-21-1",), ("",)),
    ("EmbedCtxt", ("group",), ("",)),
    ("Platform", ("2:6:2",), ("",)),
    ("Platform2", ("GTEQ",), ("",)),
    ("Edge", ("TRUE", "FALSE"), ("",)),
    ("Defer", ("App",), ("",)),
    ("TTK2_22", ("WFDDevices",), ("",)),
    ("Security", ("Authenticate",), ("",)),
    ("Quantum", (), ("TRUE",)),
)
_ALWAYS = ("Action", "Active", "Dir", "Name")


@st.composite
def rule_texts(draw: st.DrawFn) -> str:
    """Rule strings as Windows writes them, and such as differ from that in one or two places."""
    pairs = []
    for key, usual, unusual in _TOKENS:
        wild = not usual or draw(st.integers(0, 59)) == 1
        if not (draw(st.integers(0, 9)) == 1 if wild else key in _ALWAYS or draw(st.integers(0, 4)) == 1):
            continue
        times = draw(st.integers(1, 2)) if wild or key in ("Profile", "LPort", "RPort", "RA4", "RA6") else 1
        pairs += [(key, draw(st.sampled_from(unusual if wild else usual))) for _time in range(times)]
    pairs = pairs or [("Name", "x")]
    for _time in range(draw(st.sampled_from((0, 0, 0, 0, 1, 2)))):
        place, other = draw(st.integers(0, len(pairs) - 1)), draw(st.integers(0, len(pairs) - 1))
        key, value = pairs[place]
        change = draw(st.sampled_from(("swap", "double", "case", "blank", "drop")))
        if change == "swap":
            pairs[place], pairs[other] = pairs[other], pairs[place]
        elif change == "double":
            pairs.insert(other, (key, value))
        elif change == "case":
            pairs[place] = (key.swapcase(), value)
        elif change == "blank":
            pairs[place] = (f" {key}", value)
        elif len(pairs) > 1:
            pairs.pop(place)
    version = draw(st.sampled_from((*["v2.10"] * 9, "V2.10", "v2", "", "v123456.1", "v\u0662.1")))
    end = draw(st.sampled_from([*["|"] * 9, "", "| ", "||"]))
    return f"{version}|" + "|".join(f"{key}={value}" for key, value in pairs) + end


def assert_same(text: str, doubts: tuple[str, ...] = (), store: Store = Store.LOCAL) -> None:
    """A rule that is read late is the rule that is read at once: each attribute, asked for first, and all of them."""
    eager = parse_rule("{1}", text, store, doubts)
    for name in NAMES:
        assert getattr(read_rule("{1}", text, store, doubts), name) == getattr(eager, name), (name, text)
    for direction in Direction:
        late = read_rule("{1}", text, store, doubts)
        if late.direction in (direction, None):
            assert late.span(direction) == eager.span(direction), text
    late = read_rule("{1}", text, store, doubts)
    assert (late, hash(late), late.raw, late.traffic()) == (eager, hash(eager), eager.raw, eager.traffic())


@given(rule_texts())
def test_any_text_gives_the_same_rule(text: str) -> None:
    assert_same(text)


def with_value(key: str, *values: str) -> str:
    """A rule string as Windows writes it, with some values of one key in their place."""
    pairs = [(name, usual[0]) for name, usual, _unusual in _TOKENS if name in _ALWAYS and name != key]
    pairs += [(key, value) for value in values]
    order = [name for name, _usual, _unusual in _TOKENS]
    text = "".join(f"{name}={value}|" for name, value in sorted(pairs, key=lambda pair: order.index(pair[0])))
    return f"v2.10|{text}"


@pytest.mark.parametrize(("key", "usual", "unusual"), _TOKENS)
def test_each_value_alone_and_beside_another(key: str, usual: tuple[str, ...], unusual: tuple[str, ...]) -> None:
    for value in (*usual, *unusual):
        assert_same(with_value(key, value))
        for other in (*usual, *unusual):
            assert_same(with_value(key, other, value))
    for value in usual:
        assert isinstance(read_rule("{1}", with_value(key, value)), UnreadRule), value


@given(rule_texts(), st.sampled_from(Store))
def test_in_any_store_and_with_doubts(text: str, store: Store) -> None:
    assert_same(text, ("its data holds a line break",), store)
    assert_same(text, (), store)


def policies(folder: Path) -> list[Path]:
    """Real policies, and those that Windows ships."""
    return [*sorted(unpack_policies(folder).glob("*.reg.txt")), *sorted(STOCK.glob("*.reg.txt"))]


def test_every_rule_of_real_policies_is_the_same_and_nearly_all_are_read_late(tmp_path: Path) -> None:
    paths = policies(tmp_path)
    assert len(paths) >= 13
    for path in paths:
        rules = read_dump_bytes(path.read_bytes()).snapshot.rules
        for rule in rules:
            assert_same(rule.raw, store=rule.store)
        assert sum(isinstance(rule, UnreadRule) for rule in rules) >= 0.9 * len(rules), path.name


def test_every_published_rule_string_is_the_same() -> None:
    for text in rule_strings():
        assert_same(text)


def test_more_parts_than_are_taken_are_not_taken_late_either() -> None:
    assert_same("v2.10|Action=Allow|Active=TRUE|Dir=In|" + "Profile=Domain|" * 60_000 + "Name=x|")


PLAIN = "v2.10|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=5061|RA4=10.0.0.1|App=C:\\a.exe|Name=x|Desc=y|"


def unread(rule: FirewallRule) -> bool:
    """Whether nothing but what rules are sorted out by was read."""
    try:
        FirewallRule.__dict__["description"].__get__(rule)
    except AttributeError:
        return True
    return False


def test_nothing_is_read_for_what_rules_are_sorted_out_by() -> None:
    rule = read_rule("{1}", PLAIN)
    assert (rule.name, rule.enabled, rule.protocol, rule.program) == ("x", True, 6, r"C:\a.exe")
    assert rule.span(Direction.IN) == (5061, 5061)
    assert unread(rule)
    assert rule.description == "y"
    assert not unread(rule)


def test_what_is_made_of_an_unread_rule_is_whole() -> None:
    eager = parse_rule("{1}", PLAIN)
    changed = replace(read_rule("{1}", PLAIN), local_ports=eager.remote_ports)
    assert changed == replace(eager, local_ports=eager.remote_ports)
    assert changed.span(Direction.IN) == (0, 65535)
    assert read_rule("{1}", PLAIN).named("other") == eager.named("other")
    for made in (copy.copy(read_rule("{1}", PLAIN)), pickle.loads(pickle.dumps(read_rule("{1}", PLAIN)))):
        assert (made, made.rule_id, made.span(Direction.IN)) == (eager, "{1}", (5061, 5061))
    with pytest.raises(AttributeError):
        read_rule("{1}", PLAIN).nothing  # noqa: B018


def outcome(data: bytes, role: str) -> tuple[Snapshot, Plan, tuple[Effect, ...], tuple[Effect, ...], object]:
    """All that is concluded from a host, as it is and as a run would leave it."""
    options = validate({"roles": [role], "firewall_enabled": "enabled"}, HOST_OPTIONS)
    policy = requested_policy(options)
    before = read_dump_bytes(data).snapshot
    plan = make_plan(wanted_state(policy, options), before)
    after = predict(plan, before)
    now, then = judge_policy(policy, before), judge_policy(policy, after)
    told = [
        results.count_rules(before),
        results.disabled_lync_rules(before),
        requirement_rows.requirements(now, before),
        requirement_rows.requirements(then, after),
        results.plan_dict(plan, policy.rows),
    ]
    return before, plan, now, then, told


@pytest.mark.parametrize("role", ["front_end", "mediation", "sql", "office_web_apps"])
def test_nothing_else_is_concluded_from_rules_that_are_read_at_once(
    role: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stock = (STOCK / "ws2012r2.reg.txt").read_bytes()
    texts = [path.read_bytes() for path in policies(tmp_path) if "fragment" not in path.name]
    texts += [stock + b"\r\n" + path.read_bytes() for path in (TESTS / "unit" / "files" / "cases").glob("*.reg.txt")]
    late = [outcome(text, role) for text in texts]
    assert any(isinstance(rule, UnreadRule) for rule in late[0][0].rules)
    monkeypatch.setattr(snapshots, "read_rule", parse_rule)
    at_once = [outcome(text, role) for text in texts]
    assert not any(isinstance(rule, UnreadRule) for rule in at_once[0][0].rules)
    assert late == at_once
    for one, other in zip(late, at_once, strict=True):
        assert [rule.raw for rule in one[0].rules] == [rule.raw for rule in other[0].rules]


def test_hardly_a_rule_of_a_host_is_read_where_all_is_as_it_should_be() -> None:
    options = validate({"roles": ["front_end"]}, HOST_OPTIONS)
    policy = requested_policy(options)
    stock = read_dump_bytes((STOCK / "ws2019-roles.reg.txt").read_bytes()).snapshot
    managed = [replace(rule.rule, name=f"LyncOps {rule.key} g1") for rule in policy.rules]
    host = replace(stock, rules=(*stock.rules, *managed))
    assert not make_plan(wanted_state(policy, options), host).create
    judge_policy(policy, host)
    results.count_rules(host)
    results.disabled_lync_rules(host)
    read = [rule for rule in stock.rules if not unread(rule)]
    assert len(read) < 0.25 * len(stock.rules)
