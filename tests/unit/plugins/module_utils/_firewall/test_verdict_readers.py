# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever a host sends ends in a verdict or in an error of our own, and soon.

Random and mutated text goes through every reader: rule string, dump, the whole answer, Snapshot, verdict. Then hostile
repetition of up to a megabyte, which is what makes a regular expression or a loop take for ever.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state import snapshot as snapshot_module
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.read_command import read_command
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.reading import (
    NotElevated,
    ReadError,
    parse_answer,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.registry_dump import (
    DumpError,
    parse_dump,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule import Direction, FirewallRule
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule_string import parse_rule
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.snapshot import build_snapshot
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.traffic.matching import Traffic
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.traffic.verdict import judge
from ansible_collections.lyncops.firewall.plugins.module_utils._net.port_set import PortSet
from hypothesis import given, settings
from hypothesis import strategies as st

ROOT = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy"
TRAFFIC = Traffic(Direction.IN, 6, PortSet.of(5061))
MARKER = "w0rd"

_FREE = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
_KEYS = st.sampled_from(
    [
        "Action",
        "Active",
        "Dir",
        "Protocol",
        "Profile",
        "LPort",
        "LPort2_10",
        "LPort2_20",
        "RPort",
        "RPort2_10",
        "ICMP4",
        "LA4",
        "LA6",
        "RA4",
        "RA6",
        "RA42",
        "IF",
        "IFType",
        "App",
        "Svc",
        "Name",
        "Desc",
        "EmbedCtxt",
        "Edge",
        "Defer",
        "Security",
        "RMauth",
        "LUAuth",
        "Platform",
        "LSM",
        "LOM",
        "PFN",
        "Future",
        "lport",
        "ACTION",
    ]
)
_WORDS = st.sampled_from(
    [
        "Allow",
        "Block",
        "ByPass",
        "TRUE",
        "FALSE",
        "In",
        "Out",
        "6",
        "17",
        "256",
        "tcp",
        "Domain",
        "Public",
        "5061",
        "0",
        "65536",
        "1-2",
        "2-1",
        "RPC",
        "RPC-EPMap",
        "any",
        "*",
        "8:*",
        "10.0.0.0/255.0.0.0",
        "10.0.0.0/255.0.255.0",
        "10.0.0.9-10.0.0.1",
        "fe80::1%eth0",
        "::/129",
        "LocalSubnet",
        "1,2,,3",
        "١",
    ]
)
RULE_TEXTS = st.builds(
    lambda version, pairs, end: "|".join([version, *(f"{key}={value}" for key, value in pairs)]) + end,
    st.one_of(st.sampled_from(["v2.10", "V2.0", "", "v99999.99999"]), _FREE),
    st.lists(st.tuples(st.one_of(_KEYS, _KEYS, _FREE), st.one_of(_WORDS, _WORDS, _FREE)), max_size=10),
    st.sampled_from(["|", "", "||"]),
)
_DATA = st.one_of(_FREE, st.sampled_from(["0x0", "0x1", "zz", "", "-1", "0x" + "f" * 99]))
_VALUES = st.one_of(
    st.builds(lambda number, text: f"    {{{number}}}    REG_SZ    {text}", st.integers(0, 99), RULE_TEXTS),
    st.builds(
        lambda name, kind, data: f"    {name}    {kind}    {data}",
        st.one_of(st.sampled_from(["EnableFirewall", "DefaultInboundAction", "DisabledInterfaces"]), _FREE),
        st.sampled_from(["REG_SZ", "REG_DWORD", "REG_NONE", "REG_"]),
        _DATA,
    ),
)
_KEY_LINES = st.sampled_from([rf"{ROOT}\DomainProfile", rf"{ROOT}\Mdm\FirewallRules", "HKEY_USERS\\x"])
_LINES = st.one_of(_VALUES, _VALUES, _VALUES, _KEY_LINES, st.sampled_from(["", "    "]), _FREE)
DUMP_TEXTS = st.builds(
    lambda first, lines, end: end.join([first, *lines, ""]),
    st.sampled_from([rf"{ROOT}\FirewallRules", rf"{ROOT}\PublicProfile", ROOT.lower(), ""]),
    st.lists(_LINES, max_size=8),
    st.sampled_from(["\n", "\r\n", "\n", "\r"]),
)
BEGIN, *PARTS = read_command(MARKER).split("&(")
MARKERS = [part.partition("||")[0].rpartition("echo ")[2] for part in PARTS]
KEYS = [part.partition('reg query "')[2].partition('"')[0].replace("HKLM", "HKEY_LOCAL_MACHINE") for part in PARTS]


def whole_answer(bodies: list[str]) -> str:
    """An answer to `read_command` with a text of its own in every part."""
    begin = BEGIN.removeprefix("echo ") + "\n"
    return begin + "".join(f"{body}\n{marker}\n" for body, marker in zip(bodies, MARKERS, strict=True))


GOOD_TOKEN = "S-1-16-12288"
PLAIN_BODIES = [f"{key}\n    Start    REG_DWORD    0x2\n" if key else GOOD_TOKEN for key in KEYS]


def test_random_text_ends_in_a_rule_a_verdict_or_our_own_error(
    record_property: Callable[[str, object], None], capsys: pytest.CaptureFixture[str]
) -> None:
    inputs: Counter[str] = Counter()

    @settings(max_examples=10 * settings.default.max_examples)
    @given(RULE_TEXTS)
    def rules(text: str) -> None:
        rule = parse_rule("{1}", text)
        assert isinstance(rule, FirewallRule)
        assert rule.raw == text
        assert rule.opaque or (rule.direction and rule.action), "a rule without them must not count"
        inputs["rule strings"] += 1

    @settings(max_examples=16 * settings.default.max_examples)
    @given(DUMP_TEXTS)
    def dumps(text: str) -> None:
        inputs["dumps"] += 1
        try:
            dump = parse_dump(text)
        except DumpError:
            return
        assert len(judge(TRAFFIC, build_snapshot(dump, 4))) == 3
        inputs["judged"] += 1

    @settings(max_examples=8 * settings.default.max_examples)
    @given(
        st.integers(0, len(PARTS) - 1),
        st.lists(_VALUES, max_size=4),
        st.one_of(st.just(""), DUMP_TEXTS),
        st.integers(0, 30),
    )
    def answers(where: int, values: list[str], more: str, cut: int) -> None:
        inputs["answers"] += 1
        bodies = [*PLAIN_BODIES]
        bodies[where] = "\n".join([KEYS[where], *values, more])
        text = whole_answer(bodies)
        try:
            snapshot = parse_answer(text[: len(text) - cut] if cut > 20 else text, MARKER)
        except (ReadError, NotElevated):
            return
        assert len(judge(TRAFFIC, snapshot)) == 3
        inputs["understood"] += 1

    rules()
    dumps()
    answers()
    record_property("fuzz_inputs", dict(inputs))
    with capsys.disabled():
        print("\nfuzzed readers: " + ", ".join(f"{count} {name}" for name, count in inputs.items()))
    assert inputs["judged"] >= 20
    assert inputs["understood"] >= 20, "an answer that is never understood fuzzes nothing behind it"


# -- Hostile repetition -----------------------------------------------------------------------------------------------

SIZE = 1_000_000
SECONDS = 10  # of processor time; the worst takes 4 on a slow machine, and what is quadratic takes hours
KEY = f"{ROOT}\\FirewallRules\n"

HOSTILE_RULES = {
    "pipes": "|" * SIZE,
    "unknown keys": "a=b|" * (SIZE // 4),
    "empty keys": "\t=x|" * (SIZE // 4),
    "ports": "LPort=" + "1," * (SIZE // 2) + "1|",
    "commas": "LPort=" + "," * SIZE + "|",
    "port tokens": "LPort=1|" * (SIZE // 8),
    "addresses": "".join(f"RA4=10.{i >> 16 & 255}.{i >> 8 & 255}.{i & 255}|" for i in range(0, SIZE // 8, 2)),
    "mask digits": "RA4=1.2.3.4/" + "9" * SIZE + "|",
    "colons": "RA6=" + ":" * SIZE + "|",
    "dashes": "RA4=" + "-" * SIZE + "|",
    "digits": "Protocol=" + "9" * SIZE + "|",
    "profiles": "Profile=x|" * (SIZE // 10),
}
HOSTILE_DUMPS = {
    "blanks": KEY + " " * SIZE + "\n",
    "blank lines": KEY + "\n" * SIZE,
    "nearly types": KEY + "    x" + "    REG_A-" * (SIZE // 10) + "\n",
    "a long type": KEY + "    x    REG_" + "A" * SIZE + "-\n",
    "values": KEY + "".join(f"    {i}    REG_SZ    x\n" for i in range(SIZE // 20)),
    "keys": "".join(f"HKEY_LOCAL_MACHINE\\{i}\n" for i in range(SIZE // 20)),
    "a long value": KEY + "    a    REG_SZ    " + "x" * SIZE + "\n",
    "a long version": KEY + "    a    REG_SZ    v" + "1" * SIZE + "\n",
}


def seconds(work: Callable[[], object], *allowed: type[Exception]) -> float:
    """Processor time that some work takes, its own errors included."""
    before = time.process_time()
    with suppress(*allowed):
        work()
    return time.process_time() - before


@pytest.mark.parametrize("case", HOSTILE_RULES)
def test_a_megabyte_of_hostile_rule_is_read_in_time(case: str) -> None:
    assert seconds(lambda: parse_rule("{1}", f"v2.10|{HOSTILE_RULES[case]}")) < SECONDS


@pytest.mark.parametrize("case", HOSTILE_DUMPS)
def test_a_megabyte_of_hostile_dump_is_read_in_time(case: str) -> None:
    assert seconds(lambda: build_snapshot(parse_dump(HOSTILE_DUMPS[case]), 4), DumpError) < SECONDS


# Each of these once took time in the square of its length: 2 to 3 seconds at these sizes. Milliseconds are enough.
SOON = 0.5


def with_part(name: str, body: str) -> str:
    return whole_answer([body if f"-{name}-" in marker else PLAIN_BODIES[i] for i, marker in enumerate(MARKERS)])


def test_many_line_breaks_in_one_value_are_read_in_time() -> None:
    text = f"{KEY}    a    REG_SZ    v2.0|\n" + "x\n" * 40_000
    assert seconds(lambda: parse_dump(text), DumpError) < SOON


def test_many_empty_lines_from_sc_are_read_in_time() -> None:
    assert seconds(lambda: parse_answer(with_part("state", "\n" * 16_000), MARKER), ReadError) < SOON


def test_an_image_path_of_blanks_is_read_in_time() -> None:
    key = snapshot_module.SERVICES + r"\RTCSRV"
    text = f"{key}\n    ImagePath    REG_EXPAND_SZ    {' ' * 16_000}\n"
    assert seconds(lambda: build_snapshot(parse_dump(text), 4)) < SOON


def test_a_level_with_many_digits_is_our_own_error() -> None:
    with pytest.raises((ReadError, NotElevated)):
        parse_answer(with_part("token", "S-1-16-" + "9" * 5000), MARKER)
