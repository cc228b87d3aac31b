# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nothing that a host says costs more than in proportion to its length, whoever reads it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.impact import endpoints
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.sockets import read_sockets
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.dump_file import (
    DumpFileError,
    read_dump_bytes,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.products import other_firewall
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
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule_string import parse_rule
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
