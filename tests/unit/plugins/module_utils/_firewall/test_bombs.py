# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nothing that a host says costs more than in proportion to its length, whoever reads it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change import impact, netsh, risk
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.coverage import left_open
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.impact import (
    Endpoint,
    endpoints,
    would_be_cut,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.plan import DesiredRule, Wanted
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.planning import make_plan
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.prediction import predict
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.risk import risks
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.sockets import read_sockets
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.dump_file import (
    DumpFileError,
    read_dump_bytes,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.products import other_firewall
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.profiles import (
    ProfileSettings,
    ProfileState,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.programs import parse_programs
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.reading import (
    NotElevated,
    ReadError,
    parse_answer,
    service_state,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.reg_file import parse_reg_file
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.registry_dump import (
    DumpError,
    scan_dump,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule import (
    Direction,
    FirewallRule,
    Profile,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule_string import parse_rule
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.snapshot import ServiceState, Snapshot
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.traffic.matching import Traffic
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.traffic.reasons import Reason, Status
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.traffic.rule_index import RuleIndex
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.traffic.verdict import judge
from ansible_collections.lyncops.firewall.plugins.module_utils._net.effort import Effort
from ansible_collections.lyncops.firewall.plugins.module_utils._net.port_set import PortSet
from ansible_collections.lyncops.firewall.tests.unit.growth import grows_linearly

pytest.importorskip("hypothesis", reason="see tests/unit/requirements.txt")
from hypothesis import example, given, settings
from hypothesis import strategies as st

KEY = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\FirewallRules"


def _read(text: str) -> None:
    with contextlib.suppress(ReadError, NotElevated):
        parse_answer(f"@m-begin\n{text}", "m", owner=True)


def _file(text: str) -> None:
    with contextlib.suppress(DumpFileError):
        read_dump_bytes(text.encode("utf-8", "replace"))


def _programs(text: str) -> None:
    with contextlib.suppress(ReadError):
        parse_programs(f"@m-begin\n{text}\n@m-image0-ok\n", "m", ["RTCSRV"])


def _dump(text: str) -> None:
    with contextlib.suppress(DumpError):
        scan_dump(f"{KEY}\n{text}\n", None)


def _reg_file(text: str) -> None:
    with contextlib.suppress(DumpError):
        parse_reg_file(f"REGEDIT4\n\n[{KEY}]\n{text}\n")


READERS: dict[str, Callable[[str], object]] = {
    "netstat": lambda text: endpoints(read_sockets(text), ""),
    "tasklist": lambda text: endpoints((), text),
    "netsh show global": other_firewall,
    "sc query": service_state,
    "reg query": _dump,
    "services": _programs,
    "the whole answer": _read,
    "a saved answer": _file,
    "a .reg file": _reg_file,
    "a rule string": lambda text: parse_rule("r", f"v2.10|{text}|"),
    "a rule's ports": lambda text: parse_rule("r", f"v2.10|Action=Allow|Dir=In|LPort={text}|"),
}

PIECES = (
    "\n", " ", "\t", "\r\n", "    ", ":", "|", ",", "=", '"', "\\", "@", "-", "a", "0", "1-2,", ".exe", ".", "[", "]",
    ";", "  TCP", " 1", "1:1 ", "RuleCategory ", "ConSecRuleCategory x ", "    REG_SZ    ", "    a    REG_", "v2.10|",
    "LPort=1|", "RA4=10.0.0.1|", "Name=x|", "hex:", "00,", "\\\n", '"a"=', "dword:", "@m-ok", "@m-begin", "-ok",
    "-no ", "STATE : ", '"a","1"\n', "  TCP  1.2.3.4:1  0.0.0.0:0  LISTENING  4\n", "\x85", "\u2028", "\0", "é",
)  # fmt: skip

texts = st.tuples(
    st.lists(st.sampled_from(PIECES), max_size=3).map("".join),
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=3).map("".join),
    st.lists(st.sampled_from(PIECES), max_size=3).map("".join),
)
"""What stands before, what is repeated, and what stands behind."""


@pytest.mark.parametrize("reader", READERS)
@example(("", "\n", ""))
@example(("", " ", "x"))
@example((" ", "1:1 ", "x"))
@example(("FirewallRuleCategory x", " ", "y"))
@example(("ConSecRuleCategory x", " \t", "y"))
@example(("  TCP 1.2.3.4:1", "1:1", "x"))
@example(("  TCP 1.2.3.4:1 1.2.3.4:1 ", "1 ", "x"))
@settings(max_examples=20)
@given(texts)
def test_no_text_costs_more_than_in_proportion_to_its_length(reader: str, text: tuple[str, str, str]) -> None:
    before, repeated, behind = text
    assert grows_linearly(READERS[reader], lambda size: before + repeated * (size // len(repeated)) + behind, 4000)


def test_a_rule_of_a_million_parts_is_opaque_and_says_little() -> None:
    rule = parse_rule("r", "v2.10|Action=Allow|Dir=In|" + "x|" * 1_000_000)
    assert rule.opaque[0] == "it has more than 50000 parts"
    assert sum(map(len, rule.opaque)) < 2000


@pytest.mark.parametrize("key", ["Protocol", "Action", "Profile", "LPort", "RA4", "ICMP4", "Unknown", "Name=x|Name"])
def test_why_a_rule_is_opaque_is_said_in_few_words(key: str) -> None:
    rule = parse_rule("r", f"v2.10|Action=Allow|Dir=In|{key}={'y' * 5_000_000}|")
    assert rule.opaque
    assert sum(map(len, rule.opaque)) < 2000


def test_a_forged_tasklist_is_no_error() -> None:
    sockets = "  TCP  0.0.0.0:80  0.0.0.0:0  LISTENING  4\n"
    for tasks in ('"' + "x" * 200_000, 'a\rb,"1"\n', '"System","4"\n"' + "\0" * 10):
        assert [endpoint.port for endpoint in endpoints(read_sockets(sockets), tasks)] == [80]


def test_peers_that_are_no_addresses_are_left_out() -> None:
    told = "  TCP  0.0.0.0:80  0.0.0.0:0  LISTENING  4\n  TCP  10.0.0.1:80  nobody:5  ESTABLISHED  4\n"
    (endpoint,) = endpoints(read_sockets(told), "")
    assert endpoint.peers == ()


def test_more_ports_than_can_be_judged_are_refused() -> None:
    told = "".join(f"  UDP  0.0.0.0:{port}  *:*  4\n" for port in range(20_001))
    with pytest.raises(ReadError, match="names 20001 ports in use"):
        endpoints(read_sockets(told), "")


def _snapshot(rules: list[FirewallRule]) -> Snapshot:
    return Snapshot(tuple(ProfileState(profile) for profile in Profile), tuple(rules), ServiceState(4, 2))


def _rule(number: int, ports: str, name: str) -> FirewallRule:
    address = f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"
    return parse_rule(
        f"{{{number}}}",
        f"v2.10|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort={ports}|RA4={address}|Name={name}|",
    )


WANTED = Wanted(tuple(DesiredRule(f"in-tcp-{port}", _rule(0, str(port), "")) for port in range(5061, 5081)))


@pytest.mark.parametrize("name", ["LyncOps x-{} g1", "LyncOps in-tcp-5061 g{}"])
@pytest.mark.parametrize("covered", [True, False])
@pytest.mark.sample("False-LyncOps in")
def test_planning_costs_no_more_than_in_proportion_to_the_managed_rules(name: str, covered: bool) -> None:
    def host(size: int) -> Snapshot:
        return _snapshot([_rule(0 if covered else n, str(5061 + n % 20), name.format(n + 1)) for n in range(size)])

    def work(before: Snapshot) -> None:
        plan = make_plan(WANTED, before)
        netsh.plan_lines(plan)
        predict(plan, before)
        risks(plan, before)

    assert grows_linearly(work, host, 1000)


def test_more_managed_rules_than_can_be_ours_are_refused() -> None:
    rules = [_rule(0, "5061", f"LyncOps x-{number} g1") for number in range(20_001)]
    with pytest.raises(ReadError, match="has 20001 local rules whose names are those of managed rules"):
        make_plan(WANTED, _snapshot(rules))
    assert len(make_plan(WANTED, _snapshot(rules[1:])).delete) == 20_000


def test_a_risk_is_found_without_looking_at_all_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    before = _snapshot([_rule(0, "1", f"LyncOps x-{number} g1") for number in range(1000)])
    looked: list[object] = []
    monkeypatch.setattr(risk, "left_open", lambda *given: looked.append(given) or left_open(*given))
    assert risk.is_risky(make_plan(WANTED, before), before)
    assert len(looked) == len(Profile), "of one rule each profile, since all that lose something are named"


def _nested(size: int) -> Snapshot:
    """What is left of the traffic matters to the last port: the profile lets it through."""
    made = _snapshot([_rule(number, f"{1000 + number}-{60000 - number}", "nested") for number in range(size)])
    lenient = ProfileSettings(inbound_block=False)
    return replace(made, profiles=tuple(ProfileState(profile, lenient) for profile in Profile))


TRAFFIC = Traffic(Direction.IN, 6, PortSet(((1000, 60000),)))


def test_rules_whose_overlaps_are_too_many_to_be_worked_out_leave_a_verdict_unknown() -> None:
    snapshot = _nested(500)
    index = RuleIndex(snapshot.rules)
    assert {verdict.reason for verdict in judge(TRAFFIC, snapshot, index)} == {Reason.RULE}
    index.effort = Effort(1000)
    verdicts = judge(TRAFFIC, snapshot, index)
    assert {(verdict.status, verdict.reason) for verdict in verdicts} == {(Status.UNKNOWN, Reason.TOO_MANY_RULES)}
    assert index.effort.left > -1000, "it went on with none left"


def test_the_effort_of_judging_by_an_index_is_bounded_in_all() -> None:
    snapshot = _nested(3000)
    index = RuleIndex(snapshot.rules)
    assert index.effort.left <= 3_000_000
    for _row in range(3):
        judge(TRAFFIC, snapshot, index)
    assert -10_000 < index.effort.left <= 0


def test_ports_in_use_times_rules_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(impact, "judge", lambda *_given: ())
    endpoints = [Endpoint("udp", port, "dns.exe") for port in range(5000)]
    rules = [_rule(0, "1", "a")] * 4000
    assert would_be_cut(endpoints, frozenset(Profile), _snapshot(rules)) == ()
    with pytest.raises(ReadError, match="5000 ports are in use and the host has 4001 rules"):
        would_be_cut(endpoints, frozenset(Profile), _snapshot([*rules, rules[0]]))
