# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``.reg`` files: written by a writer of our own, read back; broken and hostile ones."""

from __future__ import annotations

from contextlib import suppress

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.reg_file import (
    is_reg_file,
    parse_reg_file,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.registry_dump import (
    DumpError,
)
from ansible_collections.lyncops.firewall.tests.unit.plugins.module_utils._firewall.reg_writer import HEADER, reg_file
from hypothesis import given, settings
from hypothesis import strategies as st

KEY = r"HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Microsoft\WindowsFirewall\FirewallRules"
RULE = "v2.10|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=5061|Name=N|"


def text(*lines: str) -> str:
    return "".join(f"{line}\r\n" for line in (HEADER, "", f"[{KEY}]", *lines))


def test_what_regedit_writes() -> None:
    found = parse_reg_file(
        text(
            '@=""',
            '"TCP Query User{1}C:\\\\a \\"b\\".exe"="v2.10|x|"',
            '"on"=dword:0000001f',
            '"path"=hex(2):25,00,53,00,79,00,73,00,74,00,65,00,6d,00,52,00,6f,00,6f,00,\\',
            "  74,00,25,00,00,00",
            '"bytes"=hex:00,ff',
            '"none"=hex(0):',
            '"several"=hex(7):61,00,00,00,62,00,00,00,00,00',
            '"long"=hex(b):01,00,00,00,00,00,00,80',
            '"odd"=hex(1):61,00,62,00,00,00,63,00',
            '"strange"=hex(ffff1234):01',
            "; a comment",
            "",
            f"[{KEY.upper()}\\Sub]",
        )
    )
    assert [(value.name, value.type, value.data) for value in found.values(KEY)] == [
        ("(Default)", "REG_SZ", ""),
        ('TCP Query User{1}C:\\a "b".exe', "REG_SZ", "v2.10|x|"),
        ("on", "REG_DWORD", "0x1f"),
        ("path", "REG_EXPAND_SZ", "%SystemRoot%"),
        ("bytes", "REG_BINARY", "00FF"),
        ("none", "REG_NONE", ""),
        ("several", "REG_MULTI_SZ", "a\\0b"),
        ("long", "REG_QWORD", "0x8000000000000001"),
        ("odd", "REG_SZ", "ab"),
        ("strange", "REG_BINARY", "01"),
    ]
    assert found.has(KEY + r"\Sub")


def test_the_older_format_has_bytes_of_one_character_each() -> None:
    found = parse_reg_file(f'REGEDIT4\n\n[{KEY}]\n"path"=hex(2):25,41,25,00\n')
    assert found.values(KEY)[0].data == "%A%"


def test_quotation_marks_decide_where_a_rule_ends() -> None:
    forged = f'v2.10|Action=Block|Dir=In|Desc=x\r\n\\"{{F}}\\"=\\"{RULE}\\"\r\n    {{F}}    REG_SZ    {RULE}|'
    found = parse_reg_file(text(f'"{{A}}"="{forged}"', f'"{{B}}"="{RULE[:-1]}"', f'"{{C}}"="{RULE}"'))
    a, b, c = found.values(KEY)
    assert a.doubts
    assert a.data.count("{F}") == 2
    assert (b.data, b.doubts, c.data, c.doubts) == (RULE[:-1], (), RULE, ())


def test_exports_that_were_put_together_are_merged() -> None:
    one = reg_file({KEY: [("a", "REG_SZ", "1")]})
    other = reg_file({KEY: [("b", "REG_SZ", "2")], KEY + r"\Sub": [("a", "REG_SZ", "3")]})
    found = parse_reg_file(one + "\ufeff" + other)
    assert [value.data for value in found.values(KEY)] == ["1", "2"]
    with pytest.raises(DumpError, match=r"line 9: the value 'A' is there twice"):
        parse_reg_file(one + "\ufeff" + reg_file({KEY.lower(): [("A", "REG_SZ", "1")]}))


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (['"a"="b'], "line 4: .*data"),
        (['"a'], "line 4: neither"),
        (['"a"=-'], "line 4: .*data"),
        (['"a"=dword:1234567890'], "line 4: .*data"),
        (['"a"="b" c'], "line 4: something stands behind"),
        (['"a"="b\\nc"'], "line 4: reg export writes no"),
        (['"a"=hex(2):25,,00'], "line 4: the bytes"),
        (['"a"=hex:123'], "line 4: the bytes"),
        (['"a"=hex:00,\\'], "line 4: the bytes"),
        (["", "what"], "line 5: neither a key nor a value: 'what'"),
        (["", f"[-{KEY}]"], "line 5: .*no key"),
        (["[HKEY_NOWHERE\\x]"], "line 4: .*no key"),
        (["[broken"], "line 4: neither"),
    ],
)
def test_what_is_broken_is_said_with_its_line(lines: list[str], message: str) -> None:
    with pytest.raises(DumpError, match=message):
        parse_reg_file(text(*lines))


def test_no_file_that_was_cut_in_a_value_is_read() -> None:
    whole = text('"a"="bc"', '"n"=dword:00000010', '"p"=hex(2):25,00,\\', "  41,00,00,00")
    ends = [whole.index(line) + len(line) for line in (f"[{KEY}]\r\n", '"a"="bc"\r\n', "10\r\n")]
    for end in range(ends[0] + 1, len(whole)):
        if end not in ends:
            with pytest.raises(DumpError, match=r"line [4-7]: "):
                parse_reg_file(whole[:end])


def test_a_value_before_any_key() -> None:
    with pytest.raises(DumpError, match="line 2: a value stands before any key"):
        parse_reg_file(f'{HEADER}\n"a"="b"\n')


def test_the_first_line_tells() -> None:
    assert is_reg_file("\ufeff" + text())
    assert is_reg_file("REGEDIT4\n")
    assert not is_reg_file("REGEDIT40\n")
    assert not is_reg_file(f"\r\n{KEY}\r\n")


_TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=30)
_PIECES = st.lists(
    st.sampled_from(['"', "\\", "\r\n", "\n", f"[{KEY}]", '"{F}"="', RULE, "=dword:1", ";", "|", "\ufeff", HEADER]),
    max_size=8,
).map("".join)
_NAMES = st.one_of(_TEXTS, _PIECES).filter(lambda name: name.casefold() != "(default)")
_BYTES = st.binary(max_size=60).map(lambda data: data.hex().upper())
_VALUES = st.one_of(
    st.tuples(st.just("REG_SZ"), st.one_of(_TEXTS, _PIECES)),
    st.tuples(st.just("REG_EXPAND_SZ"), st.one_of(_TEXTS, _PIECES)),
    st.tuples(st.just("REG_DWORD"), st.integers(0, 2**32 - 1).map(hex)),
    st.tuples(st.just("REG_QWORD"), st.integers(0, 2**64 - 1).map(hex)),
    st.tuples(st.sampled_from(["REG_BINARY", "REG_NONE"]), _BYTES),
)


@settings(max_examples=4 * settings.default.max_examples)
@given(
    st.dictionaries(
        st.sampled_from([KEY, KEY + r"\Sub", KEY + r"\a [b]"]),
        st.dictionaries(_NAMES.map(str.casefold), _VALUES, max_size=5),
    ),
    st.sampled_from(["\r\n", "\n"]),
)
def test_whatever_was_written_is_read_back(keys: dict[str, dict[str, tuple[str, str]]], end: str) -> None:
    written = {key: [(name, *value) for name, value in values.items()] for key, values in keys.items()}
    found = parse_reg_file(reg_file(written, end))
    assert set(found.keys) == {key.casefold() for key in keys}
    for key, values in written.items():
        assert [(value.name, value.type, value.data) for value in found.values(key)] == values
        assert all(bool(value.doubts) == (value.type == "REG_SZ" and "\n" in value.data) for value in found.values(key))


_FUZZ = st.lists(
    st.sampled_from(
        ['"', "\\", "\r\n", "\n", "[", f"[{KEY}]\n", '"a"="b"\n', '"b"=hex:', "00,", "dword:", "@=", ";", "x"]
    ),
    max_size=25,
).map("".join)


@settings(max_examples=4 * settings.default.max_examples)
@given(st.one_of(st.text(max_size=80), _FUZZ))
def test_any_text_gives_keys_or_our_own_error(body: str) -> None:
    with suppress(DumpError):
        parse_reg_file(f"{HEADER}\n{body}")
