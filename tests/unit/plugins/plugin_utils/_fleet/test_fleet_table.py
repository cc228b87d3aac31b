# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows to a table: aligned, bounded, and nothing in it that moves a cursor."""

from __future__ import annotations

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.traffic.reasons import Status
from ansible_collections.lyncops.firewall.plugins.module_utils._texts import printable
from ansible_collections.lyncops.firewall.plugins.plugin_utils._fleet.rows import Row, State
from ansible_collections.lyncops.firewall.plugins.plugin_utils._fleet.table import cut, to_table
from hypothesis import given
from hypothesis import strategies as st

DRIFTED = Row("fe01", State.DRIFTED, {Status.OPEN: 28, Status.CLOSED: 7}, (4, 0, 1), "no rule (7)")
GONE = Row("med01.example.com", State.UNREACHABLE, why="no route to host")


def texts(rows: list[Row], most_rows: int = 60, width: int = 100) -> list[str]:
    return [line.text for line in to_table(rows, most_rows, width)]


def test_what_it_looks_like() -> None:
    assert texts([Row("dir01", State.COMPLIANT, {Status.OPEN: 5}, (0, 0, 0)), DRIFTED, GONE]) == [
        "host               state        open  cond  unkn  closed  add  set  del  why",
        "med01.example.com  unreachable     -     -     -       -    -    -    -  no route to host",
        "fe01               drifted        28     0     0       7    4    0    1  no rule (7)",
        "dir01              compliant       5     0     0       0    0    0    0",
        "3 hosts: 1 unreachable, 1 drifted, 1 compliant",
    ]


def test_a_mixed_estate_is_told_by_product() -> None:
    rows = [
        Row("fe01", State.COMPLIANT, {Status.OPEN: 5}, (0, 0, 0), product="skype_2019"),
        Row("fe02", State.COMPLIANT, {Status.OPEN: 5}, (0, 0, 0), product="lync_2013"),
        Row("fe03", State.DRIFTED, {Status.CLOSED: 5}, (1, 0, 0), product="skype_2019"),
        GONE,
    ]
    assert texts(rows, width=120) == [
        "host               product     state        open  cond  unkn  closed  add  set  del  why",
        "med01.example.com  -           unreachable     -     -     -       -    -    -    -  no route to host",
        "fe03               skype_2019  drifted         0     0     0       5    1    0    0",
        "fe01               skype_2019  compliant       5     0     0       0    0    0    0",
        "fe02               lync_2013   compliant       5     0     0       0    0    0    0",
        "Lync Server 2013: 1 host: 1 compliant",
        "Skype for Business Server 2019: 2 hosts: 1 drifted, 1 compliant",
        "product not known: 1 host: 1 unreachable",
        "4 hosts: 1 unreachable, 1 drifted, 2 compliant",
    ]


def test_the_product_of_all_is_said_once_unless_it_is_the_default() -> None:
    rows = [Row(name, State.COMPLIANT, {Status.OPEN: 5}, (0, 0, 0), product="skype_se") for name in ("fe01", "fe02")]
    assert texts([*rows, GONE])[-2:] == [
        "Product: Skype for Business Server Subscription Edition",
        "3 hosts: 1 unreachable, 2 compliant",
    ]
    assert "product" not in texts([*rows, GONE])[0]
    assert len(texts([Row("fe01", State.COMPLIANT, product="lync_2013")])) == 3, "of the default nothing is said"


def test_a_product_beside_rows_that_are_wider_than_wanted() -> None:
    rows = [Row("dir01", State.COMPLIANT, {Status.OPEN: 5}, (0, 0, 0), wider=(4, 0), product="lync_2013"),
            Row("fe02", State.COMPLIANT, {Status.OPEN: 30}, (0, 0, 0), product="skype_2019")]  # fmt: skip
    assert texts(rows)[:3] == [
        "host   product     state      open  cond  unkn  closed  wider  add  set  del  why",
        "dir01  lync_2013   compliant     5     0     0       0      4    0    0    0",
        "fe02   skype_2019  compliant    30     0     0       0      0    0    0    0",
    ]


def test_a_column_for_rows_that_are_wider_than_wanted() -> None:
    rows = [Row("dir01", State.COMPLIANT, {Status.OPEN: 5}, (0, 0, 0), wider=(4, 0)), DRIFTED, GONE,
            Row("fe02", State.COMPLIANT, {Status.OPEN: 30}, (0, 0, 0), wider=(11, 2))]  # fmt: skip
    assert texts(rows) == [
        "host               state        open  cond  unkn  closed  wider  add  set  del  why",
        "med01.example.com  unreachable     -     -     -       -      -    -    -    -  no route to host",
        "fe01               drifted        28     0     0       7      0    4    0    1  no rule (7)",
        "dir01              compliant       5     0     0       0      4    0    0    0",
        "fe02               compliant      30     0     0       0  11+2?    0    0    0",
        "4 hosts: 1 unreachable, 1 drifted, 2 compliant, 15 rows wider than wanted, and 2 perhaps",
    ]


def test_every_host_has_its_state_and_other_lines_have_none() -> None:
    lines = to_table([DRIFTED, GONE], 1, 100)
    assert [line.state for line in lines] == [None, State.UNREACHABLE, None, None]


def test_no_hosts_no_table() -> None:
    assert to_table([], 60, 100) == []


def test_the_worst_are_shown_and_the_others_counted() -> None:
    rows = [DRIFTED, GONE, *(Row(f"owa{number}", State.COMPLIANT) for number in range(40))]
    assert [line.partition(" ")[0] for line in texts(rows, most_rows=3)] == [
        "host", "med01.example.com", "fe01", "owa0", "and", "42",
    ]  # fmt: skip
    assert texts(rows, most_rows=3)[-2:] == [
        "and 39 more: 39 compliant",
        "42 hosts: 1 unreachable, 1 drifted, 40 compliant",
    ]
    assert texts(rows, most_rows=0) == [
        "and 42 more: 1 unreachable, 1 drifted, 40 compliant",
        "42 hosts: 1 unreachable, 1 drifted, 40 compliant",
    ]


def test_long_names_are_cut() -> None:
    line = texts([Row("f" * 200, State.COMPLIANT, {}, (0, 0, 0))])[1]
    assert line.startswith("f" * 39 + "…  compliant")


def test_the_last_column_is_cut_to_the_screen() -> None:
    said = Row("fe01", State.FAILED, why="a very long message " * 20)
    assert all(len(line) <= 80 for line in texts([said], width=80))
    assert texts([said], width=80)[1].endswith("…")
    assert "a very long" in texts([said], width=10)[1], "never narrower than a few words"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\x1b[2Jb", "a?[2Jb"),
        ("a\r\nb\tc\0", "a??b?c?"),
        ("a\x9b2Jb\x85", "a?2Jb?"),  # C1 controls
        ("a\u202eb\u2066", "a?b?"),  # changes of direction
        ("\ud800", "?"),
        ("Größe 名前", "Größe 名前"),
    ],
)
def test_printable(text: str, expected: str) -> None:
    assert printable(text) == expected


def test_wide_characters_take_two_columns() -> None:
    name, other = "名前", "abcd"
    lines = texts([Row(name, State.DRIFTED), Row(other, State.COMPLIANT)])
    assert lines[1] == "名前  drifted       -     -     -       -    -    -    -"
    assert lines[2] == "abcd  compliant     -     -     -       -    -    -    -"
    assert cut("名前名前", 5) == "名前…"


rows = st.builds(
    Row,
    name=st.text(max_size=60),
    state=st.sampled_from(State),
    verdicts=st.none() | st.dictionaries(st.sampled_from(Status), st.integers(0, 99)),
    rules=st.none() | st.tuples(st.integers(0, 999), st.integers(0, 999), st.integers(0, 999)),
    why=st.text(max_size=200),
)


@given(st.lists(rows, max_size=8), st.integers(0, 10), st.integers(80, 250))
def test_laws(found: list[Row], most_rows: int, width: int) -> None:
    """Whatever hosts say: only printable text, at most so many hosts, and every host counted."""
    lines = to_table(found, most_rows, width)
    assert all(line.text.isprintable() for line in lines)
    assert sum(line.state is not None for line in lines) == min(len(found), most_rows)
    if found:
        assert lines[-1].text.startswith(f"{len(found)} host")
