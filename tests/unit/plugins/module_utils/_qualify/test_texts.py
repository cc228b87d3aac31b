# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Readers of what programs print: whatever comes, they answer or say None, and name no domain."""

from __future__ import annotations

import struct

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._qualify import texts
from hypothesis import given
from hypothesis import strategies as st

ANYTHING = st.text(max_size=300)
SECONDS = st.integers(0, 24 * 3600 - 1)
DOMAIN = "S-1-5-21-1004336348-1177238915-682003330"


def clock(seconds: int, between: str, behind: str) -> str:
    hours, rest = divmod(seconds, 3600)
    return f"{hours:2}{between}{rest // 60:02}{between}{rest % 60:02}{behind}\r\n"


@given(SECONDS, SECONDS, st.sampled_from(":.\uff1a"), st.sampled_from(["", ",07", ".99"]))
def test_times_are_subtracted_in_every_language_and_over_midnight(
    first: int, second: int, between: str, behind: str
) -> None:
    printed = (clock(first, between, behind), clock(second, between, behind))
    assert texts.seconds_between(*printed) == (second - first) % (24 * 3600)


@pytest.mark.parametrize("text", [None, "", "%TIME%", "25:00:00", "12:60:00", "12:30", "1:2:3"])
def test_what_is_no_time_is_none(text: str | None) -> None:
    assert texts.seconds_of_day(text) is None
    assert texts.seconds_between(text, "10:00:00") is None


@given(ANYTHING)
def test_no_text_breaks_a_reader(text: str) -> None:
    for read in (
        texts.seconds_of_day, texts.value_of, texts.number_of, texts.printed_lines, texts.labels_before_colons,
        texts.first_columns, texts.table_columns, texts.csv_rows, texts.dacl_in, texts.owner_of_folder,
        texts.descriptor, texts.sids_in,
    ):  # fmt: skip
        read(text)


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader_of_descriptors(data: bytes) -> None:
    found = texts.descriptor(data.hex())
    assert found is None or "S-1-5-21-1" not in found


def sid(text: str) -> bytes:
    numbers = [int(part) for part in text.split("-")[1:]]
    return struct.pack("<BB", numbers[0], len(numbers) - 2) + numbers[1].to_bytes(6, "big") + b"".join(
        struct.pack("<I", number) for number in numbers[2:]
    )  # fmt: skip


def self_relative(owner: str, entries: list[tuple[int, str]]) -> bytes:
    aces = b""
    for mask, who in entries:
        body = struct.pack("<I", mask) + sid(who)
        aces += struct.pack("<BBH", 0, 0, 4 + len(body)) + body
    dacl = struct.pack("<BBHHH", 2, 0, 8 + len(aces), len(entries), 0) + aces
    at = 20 + len(sid(owner))
    return struct.pack("<BBHIIII", 1, 0, 0x8004, 20, 0, 0, at) + sid(owner) + dacl


def test_a_descriptor_is_told_without_its_domain() -> None:
    data = self_relative("S-1-5-32-544", [(0x1F01FF, "S-1-5-18"), (0x120089, f"{DOMAIN}-1105")])
    assert texts.descriptor(data.hex().upper()) == (
        "O:S-1-5-32-544D:(A;0x0;0x1f01ff;S-1-5-18)(A;0x0;0x120089;S-1-5-21-x)"
    )


def test_a_descriptor_without_a_dacl_tells_its_owner_or_nothing() -> None:
    owned = struct.pack("<BBHIIII", 1, 0, 0x8000, 20, 0, 0, 0) + sid(f"{DOMAIN}-500")
    assert texts.descriptor(owned.hex()) == "O:S-1-5-21-x"
    assert texts.descriptor(struct.pack("<BBHIIII", 1, 0, 0x8000, 0, 0, 0, 0).hex()) is None


def test_a_sid_of_more_parts_than_there_may_be_is_none() -> None:
    most = "S-1-5" + "-7" * 15
    assert texts.descriptor(self_relative(most, []).hex()) == "O:S-1-5-7-xD:"
    assert texts.descriptor(self_relative(f"{most}-7", []).hex()) is None


@pytest.mark.parametrize("text", [None, '"a","b', '"a"b","c"\r\n'])
def test_what_is_no_comma_separated_text_has_no_rows(text: str | None) -> None:
    assert texts.csv_rows(text) is None


def test_what_was_not_asked_has_no_lines() -> None:
    assert texts.printed_lines(None) is None
    assert texts.printed_lines("") == []


@pytest.mark.parametrize(
    ("saved", "told"),
    [
        ("x\0\r\0\n\0D\0:\0P\0A\0I\0(\0A\0;\0;\0F\0A\0;\0;\0;\0S\0Y\0)\0", "D:PAI(A;;FA;;;SY)"),
        ("\ufeffx\r\nD:AI(A;ID;FA;;;BA)S:AI(AU;;FA;;;WD)\r\n", "D:AI(A;ID;FA;;;BA)"),
        (f"x\r\nD:(A;;FA;;;{DOMAIN}-500)\r\n", "D:(A;;FA;;;S-1-5-21-x)"),
        ('x\r\nD:PAI(XA;;FA;;;BA;(@USER.dept == "Contoso"))(A;;FA;;;SY)\r\n', None),
        ("x\r\n", None),
        (None, None),
    ],
)
def test_a_saved_dacl_is_read_as_utf_16_and_as_what_is_made_of_it(saved: str | None, told: str | None) -> None:
    assert texts.dacl_in(saved) == told


@pytest.mark.parametrize(
    ("text", "value", "number"),
    [
        ("\r\nHKEY_LOCAL_MACHINE\\X\r\n    CurrentBuild    REG_SZ    9600\r\n\r\n", "9600", 9600),
        ("\r\nHKEY_LOCAL_MACHINE\\X\r\n    UBR    REG_DWORD    0x4f7c\r\n\r\n", "0x4f7c", 20348),
        ("\r\nHKEY_LOCAL_MACHINE\\X\r\n    text    REG_SZ    \u00e4 \u5b57\r\n\r\n", "\u00e4 \u5b57", None),
        ("\r\n", None, None),
        (None, None, None),
    ],
)
def test_the_value_of_a_query(text: str | None, value: str | None, number: int | None) -> None:
    assert (texts.value_of(text), texts.number_of(text)) == (value, number)


def test_what_is_not_every_windows_own_is_only_counted() -> None:
    sids = ["S-1-1-0", "S-1-5-32-544", "S-1-16-12288", f"{DOMAIN}-512", "S-1-5-80-1-2-3-4-5", "S-1-1-0"]
    assert texts.well_known(sids) == (["S-1-1-0", "S-1-16-12288", "S-1-5-32-544"], 2)
    assert texts.sids_in(f"a {DOMAIN}-512 b\r\nS-1-5-18\r\n") == [f"{DOMAIN}-512", "S-1-5-18"]


def test_headings_stand_above_the_line_of_their_widths() -> None:
    text = "\r\nGRUPPEN\r\n-----\r\n\r\nGruppenname Typ  SID\r\n=========== ==== ====\r\nJeder       x    S-1-1-0\r\n"
    assert texts.table_columns(text) == ["Gruppenname", "Typ", "SID"]
    assert texts.table_columns("nothing\r\n") is None


def test_labels_and_first_columns() -> None:
    printed = "\r\nSERVICE_NAME: MpsSvc \r\n        STATE              : 4  RUNNING \r\n   (STOPPABLE)\r\n"
    assert texts.labels_before_colons(printed) == ["SERVICE_NAME", "STATE"]
    shown = "Global Settings:\r\n----------\r\nBootTimeRuleCategory    A firewall of theirs\r\n\r\n"
    assert texts.first_columns(shown) == ["Global Settings:", "BootTimeRuleCategory"]


def test_a_key_is_hidden_whatever_its_case() -> None:
    assert texts.printed_lines("\r\nHKEY\\One\\Below\r\n", r"hkey\one", "KEY") == ["", r"KEY\Below"]


@pytest.mark.parametrize(
    ("line", "owner"),
    [
        ("29.11.2026  03:04    <DIR>          VORDEFINIERT\\Administr .", "VORDEFINIERT\\Administr"),
        ("11/29/2026  03:04 AM    <DIR>          BUILTIN\\Administrators  .", "BUILTIN\\Administrators"),
        ("29/11/2026  03:04    <REP>          NT AUTHORITY\\SYSTEM    ..", None),
    ],
)
def test_the_owner_is_that_of_the_folder_itself(line: str, owner: str | None) -> None:
    assert texts.owner_of_folder(f" C:\\Windows\\X\r\n\r\n{line}\r\n") == owner


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"O:{DOMAIN}-1105G:{DOMAIN}-513D:P(A;;FA;;;SY)", "O:S-1-5-21-xG:S-1-5-21-xD:P(A;;FA;;;SY)"),
        ("D:AI(A;;FA;;;S-1-12-1-3735928559-1234567890-2345678901-98765432)", "D:AI(A;;FA;;;S-1-12-1-x)"),
        ("(A;;FA;;;S-1-5-82-3006700770-424185619-1745488364)", "(A;;FA;;;S-1-5-82-x)"),
        ("(A;;FA;;;S-1-5-32-544)(A;;FA;;;S-1-5-18)(A;;FA;;;S-1-15-2-1)", None),
        ("S-1-5-21" + "-1" * 40, "S-1-5-21-x"),
    ],
)
def test_of_an_identity_only_its_kind_is_told(text: str, told: str | None) -> None:
    assert texts.without_domains(text) == (text if told is None else told)


def test_what_is_no_label_is_not_told() -> None:
    shown = (
        "Authorised computers of CONTOSO\\Lync\r\n                                      CONTOSO\\Second\r\n"
        "Proxy fe01.contoso.test\r\nfe01.contoso.test    x\r\n    D:(A;;CC;;;S-1-5-21-1-2-3-4)  x\r\nStatus    Ein\r\n"
    )
    assert texts.first_columns(shown) == ["Status"]
    assert texts.labels_before_colons("[SC] fe01.contoso.test failed: 5\r\nfe01.contoso.test: 1\r\nTYPE  : 20\r\n") == [
        "TYPE"
    ]
