# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``reg query`` output: layout, names of every kind, what is broken or forged, and fuzz."""

from __future__ import annotations

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.registry_dump import (
    DumpError,
    RegistryDump,
    parse_dump,
)
from hypothesis import given
from hypothesis import strategies as st

KEY = r"HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Microsoft\WindowsFirewall\FirewallRules"
RULE = "v2.10|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=5061|Name=N|"


def dump(*lines: str, end: str = "\r\n") -> str:
    return "".join(f"{line}{end}" for line in ("", *lines, ""))


def value(name: str, data: str, kind: str = "REG_SZ") -> str:
    return f"    {name}    {kind}    {data}"


@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_layout(end: str) -> None:
    text = dump(
        KEY, value("{A}", RULE), value("On", "0x1", "REG_DWORD"), "", KEY + r"\Sub", "", KEY + r"\Other", end=end
    )
    found = parse_dump(text)
    assert [(v.name, v.type, v.data, v.doubts) for v in found.values(KEY)] == [
        ("{A}", "REG_SZ", RULE, ()),
        ("On", "REG_DWORD", "0x1", ()),
    ]
    assert found.has(KEY + r"\Sub")
    assert not found.has(KEY + r"\Missing")
    assert found.values(KEY + r"\Sub") == ()
    assert found.below(KEY) == [(KEY + name).lower() for name in (r"\Sub", r"\Other")]


def test_keys_and_names_are_found_whatever_their_case_and_root() -> None:
    found = parse_dump(dump(KEY, value("Start", "0x2", "REG_DWORD")))
    for key in (KEY.lower(), KEY.replace("HKEY_LOCAL_MACHINE", "HKLM"), KEY + "\\"):
        got = found.value(key, "START")
        assert got is not None
        assert got.number() == 2
    assert found.value(KEY, "Stop") is None
    assert found.value("HKLM\\None", "Start") is None


@pytest.mark.parametrize(
    "name",
    [
        r"TCP Query User{5E2A5D0D-9E1F}C:\program files\my app\app.exe",
        "(Default)",
        "(Standard)",
        "(\u041f\u043e \u0443\u043c\u043e\u043b\u0447\u0430\u043d\u0438\u044e)",
        "a  b   c",
        " leading",
        "x REG_SZ y",
        r"back\slash{brace}",
    ],
)
def test_names(name: str) -> None:
    found = parse_dump(dump(KEY, value(name, RULE)))
    assert [(v.name, v.data) for v in found.values(KEY)] == [(name, RULE)]


@pytest.mark.parametrize(
    ("line", "kind", "data"),
    [
        ("    (Default)    REG_SZ    (value not set)", "REG_SZ", "(value not set)"),
        ("    (Default)    REG_SZ", "REG_SZ", ""),
        ("    (Default)    REG_SZ    ", "REG_SZ", ""),
        ("    x    REG_SZ    a    REG_SZ    b", "REG_SZ", "a    REG_SZ    b"),
        ("    x    REG_EXPAND_SZ    %SystemRoot%\\f.log", "REG_EXPAND_SZ", "%SystemRoot%\\f.log"),
        ("    x    REG_BINARY    00FF", "REG_BINARY", "00FF"),
        ("    x    REG_SZ      two blanks", "REG_SZ", "  two blanks"),
        ("    x    REG_SZ    a\u0085b\u2028c\x0bd", "REG_SZ", "a\u0085b\u2028c\x0bd"),
    ],
)
def test_values(line: str, kind: str, data: str) -> None:
    (found,) = parse_dump(dump(KEY, line)).values(KEY)
    assert (found.type, found.data, found.doubts) == (kind, data, ())


@pytest.mark.parametrize(
    ("kind", "data", "number"),
    [
        ("REG_DWORD", "0x1", 1),
        ("REG_QWORD", "0xffffffffff", 2**40 - 1),
        ("REG_SZ", "0x1", None),
        ("REG_DWORD", "", None),
    ],
)
def test_numbers(kind: str, data: str, number: int | None) -> None:
    (found,) = parse_dump(dump(KEY, value("n", data, kind))).values(KEY)
    assert found.number() == number


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (dump(value("{A}", RULE)), "before any key"),
        (dump("FEHLER: nicht gefunden"), "neither a key"),
        (dump(KEY, "no value and no key"), "neither a key"),
        (dump(KEY, value("{A}", RULE), value("{a}", RULE)), "is there twice"),
        (dump(KEY, "", KEY.upper()), "is there twice"),
        (dump(KEY, value("{A}", RULE))[:-8], "middle of a line"),
        (KEY, "middle of a line"),
    ],
)
def test_broken_output_is_an_error(text: str, word: str) -> None:
    with pytest.raises(DumpError, match=word):
        parse_dump(text)


def test_a_line_break_in_a_description_casts_doubt_on_what_it_touches() -> None:
    torn = RULE.replace("Name=N|", "Name=N|Desc=first")
    found = parse_dump(dump(KEY, value("{A}", torn), "second line|", value("{B}", RULE), value("{C}", RULE)))
    a, b, c = found.values(KEY)
    assert a.doubts
    assert a.data == torn + "\nsecond line|"
    assert not b.doubts, "the description came to its end before this one"
    assert not c.doubts


def test_a_forged_rule_in_a_description_is_in_doubt() -> None:
    forged = RULE.replace("Name=N", "Name=LyncOps in-tcp-5061 g1")
    found = parse_dump(
        dump(KEY, value("{A}", "v2.10|Action=Block|Dir=In|Desc=x"), value("{F}", forged), value("{B}", RULE))
    )
    doubted = {v.name: bool(v.doubts) for v in found.values(KEY)}
    assert doubted["{F}"]


def test_a_forged_key_in_a_description_is_refused() -> None:
    torn = value("{A}", "v2.10|Action=Block|Dir=In|Desc=x")
    with pytest.raises(DumpError, match="forged"):
        parse_dump(dump(KEY, torn, r"HKEY_LOCAL_MACHINE\SYSTEM\Other", value("EnableFirewall", "0x0", "REG_DWORD")))


def test_blank_lines_in_a_description_do_not_hide_the_doubt() -> None:
    found = parse_dump(dump(KEY, value("{A}", "v2.10|Action=Block|Dir=In|Desc=x"), "", value("{F}", RULE)))
    assert [bool(v.doubts) for v in found.values(KEY)] == [False, True]


def test_dumps_add_up() -> None:
    one = parse_dump(dump(KEY, value("a", "1")))
    other = parse_dump(dump(KEY + r"\Sub", value("b", "2")))
    both = one | other
    assert [v.name for key in (KEY, KEY + r"\Sub") for v in both.values(key)] == ["a", "b"]
    assert parse_dump("") == RegistryDump()
    assert parse_dump("\r\n\r\n") == RegistryDump()


_NAMES = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1, max_size=20).filter(
    lambda text: "    " not in text and not text.endswith(" ")
)
_DATA = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=30)


@given(st.dictionaries(_NAMES.map(str.casefold), _DATA, max_size=6), st.sampled_from(["\r\n", "\n"]))
def test_whatever_was_stored_is_found(values: dict[str, str], end: str) -> None:
    lines = [value(name, data + "|") for name, data in values.items()]
    found = parse_dump(dump(KEY, *lines, end=end))
    assert {v.name: v.data for v in found.values(KEY)} == {name: data + "|" for name, data in values.items()}


_PIECES = st.sampled_from(
    ["    ", " ", "\n", "\r\n", KEY, "HKEY_USERS\\", "{A}", "{B}", "REG_SZ", "REG_DWORD", RULE, "0x1", "|"]
)


@given(st.one_of(st.text(max_size=100), st.lists(_PIECES, max_size=20).map("".join)))
def test_any_text_gives_a_dump_or_a_dump_error(text: str) -> None:
    try:
        found = parse_dump(text)
    except DumpError:
        return
    for key in found.keys:
        for item in found.values(key):
            item.number()
