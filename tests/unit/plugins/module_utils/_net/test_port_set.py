# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""PortSet and intervals against brute-force models, and what a person may and may not write."""

from __future__ import annotations

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._net import intervals
from ansible_collections.lyncops.firewall.plugins.module_utils._net.port_set import PortError, PortSet
from hypothesis import given
from hypothesis import strategies as st

# 64 cells of 1,024 ports cover 0-65535, so small sets of cells meet at their borders, touch both ends, and can be all.
_CELL = 1024
_CELLS = st.lists(st.integers(0, 63), max_size=70)
_PORT = st.integers(0, 65535)
_RANGE = st.tuples(_PORT, _PORT).map(lambda pair: (min(pair), max(pair)))


def scaled(cells: list[int] | set[int]) -> PortSet:
    return PortSet(tuple((cell * _CELL, cell * _CELL + _CELL - 1) for cell in cells))


def cells_of(ports: PortSet) -> set[int]:
    """The cells of a set that is made of whole cells; fails for any other."""
    cells = {first // _CELL for first, _last in ports.ranges}
    for first, last in ports.ranges:
        assert first % _CELL == 0
        assert last % _CELL == _CELL - 1
        cells |= set(range(first // _CELL, last // _CELL + 1))
    return cells


@given(_CELLS, _CELLS)
def test_operations_agree_with_sets_of_numbers(left: list[int], right: list[int]) -> None:
    a, b = scaled(left), scaled(right)
    assert cells_of(a | b) == set(left) | set(right)
    assert cells_of(a & b) == set(left) & set(right)
    assert cells_of(a - b) == set(left) - set(right)
    assert (a <= b) == (set(left) <= set(right))
    assert (a == b) == (set(left) == set(right))
    assert bool(a) == bool(left)
    assert len(a) == len(set(left)) * _CELL
    assert a.is_any == (len(set(left)) == 64)


@given(st.lists(_RANGE, max_size=8), _PORT)
def test_membership_and_spelling(ranges: list[tuple[int, int]], port: int) -> None:
    ports = PortSet(tuple(ranges))
    assert (port in ports) == any(first <= port <= last for first, last in ranges)
    gaps = [following[0] - ended[1] for ended, following in zip(ports.ranges[:-1], ports.ranges[1:], strict=True)]
    assert all(gap > 1 for gap in gaps), "ranges that touch have a second spelling"
    assert PortSet(tuple(reversed(ranges))) == ports
    assert hash(PortSet(tuple(ports.ranges))) == hash(ports)


@given(st.lists(_RANGE, max_size=5), st.lists(_RANGE, max_size=5), st.lists(_RANGE, max_size=5))
def test_laws_of_sets(one: list[tuple[int, int]], two: list[tuple[int, int]], three: list[tuple[int, int]]) -> None:
    a, b, c = (PortSet(tuple(ranges)) for ranges in (one, two, three))
    assert a | b == b | a
    assert (a | b) | c == a | (b | c)
    assert a & (b | c) == (a & b) | (a & c)
    assert a - (b | c) == (a - b) - c
    assert (a - b) | (a & b) == a
    assert not (a - b) & b
    assert a & b <= a <= a | b
    assert PortSet.any() - (PortSet.any() - a) == a


@given(st.lists(_RANGE, min_size=1, max_size=8))
def test_print_and_parse_again(ranges: list[tuple[int, int]]) -> None:
    ports = PortSet(tuple(ranges))
    assert PortSet.parse(str(ports)) == ports
    if not ports.is_any and 0 not in ports:
        assert PortSet.parse_strict(str(ports)) == ports


def test_iteration_gives_every_port_once_in_order() -> None:
    assert list(PortSet.parse("7-9,5,8")) == [5, 7, 8, 9]
    assert list(PortSet()) == []


@pytest.mark.parametrize(
    ("text", "ranges"),
    [
        ("5061", ((5061, 5061),)),
        (" 57501-65535 , 5061 ", ((5061, 5061), (57501, 65535))),
        ("5070,5067,5068,5069", ((5067, 5070),)),
        ("1-1", ((1, 1),)),
        ("65535", ((65535, 65535),)),
    ],
)
def test_both_parsers_read(text: str, ranges: tuple[tuple[int, int], ...]) -> None:
    assert PortSet.parse(text).ranges == ranges
    assert PortSet.parse_strict(text).ranges == ranges


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("0", "port 0"),
        ("0-5", "port 0"),
        ("65536", "65536"),
        ("1-65536", "65536"),
        ("99999-3", "99999"),
        ("5062-5061", "backwards"),
        ("5061,5061", "overlaps"),
        ("5000-5100,5061", "overlaps"),
        ("1-10,3-4,8-12", "overlaps"),
        ("", "neither"),
        (",", "neither"),
        ("5061,", "neither"),
        ("any", "neither"),
        ("*", "neither"),
        ("-5", "neither"),
        ("5-", "neither"),
        ("5 061", "neither"),
        ("5.061", "neither"),
        ("0x10", "neither"),
        ("1e3", "neither"),
        ("1_000", "neither"),
        ("sip", "neither"),
        ("123456", "neither"),
        ("\u0665\u0660", "neither"),  # Arabic digits are digits to Python's int
    ],
)
def test_strict_parser_refuses_and_says_why(text: str, word: str) -> None:
    with pytest.raises(PortError, match=word):
        PortSet.parse_strict(text)


def test_lenient_parser_reads_what_windows_holds() -> None:
    assert PortSet.parse("ANY") == PortSet.parse("*") == PortSet.parse("0-65535") == PortSet.any()
    assert PortSet.parse("0,5,5,3-6").ranges == ((0, 0), (3, 6))
    for text in ("65536", "XXXX", "6-5", ""):
        with pytest.raises(PortError):
            PortSet.parse(text)


@pytest.mark.parametrize("ranges", [((-1, 5),), ((5, 65536),), ((6, 5),)])
def test_no_set_of_numbers_that_are_no_ports(ranges: tuple[tuple[int, int], ...]) -> None:
    with pytest.raises(PortError):
        PortSet(ranges)


def test_words() -> None:
    assert str(PortSet.any()) == "any"
    assert str(PortSet.of(5061, 80)) == "80,5061"
    assert "5061" not in PortSet.of(5061)


_SMALL = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)).map(lambda p: (min(p), max(p))), max_size=6)


def numbers(ranges: list[tuple[int, int]] | intervals.Intervals) -> set[int]:
    return {number for first, last in ranges for number in range(first, last + 1)}


@given(_SMALL, _SMALL)
def test_interval_arithmetic_number_by_number(left: list[tuple[int, int]], right: list[tuple[int, int]]) -> None:
    a, b = intervals.merge(left), intervals.merge(right)
    assert numbers(a) == numbers(left)
    assert a == intervals.merge(a)
    assert numbers(intervals.intersect(a, b)) == numbers(left) & numbers(right)
    assert numbers(intervals.subtract(a, b)) == numbers(left) - numbers(right)
    for result in (intervals.intersect(a, b), intervals.subtract(a, b)):
        assert result == intervals.merge(result), "a result is not in its one spelling"


def test_merge_refuses_what_runs_backwards() -> None:
    with pytest.raises(ValueError, match="backwards"):
        intervals.merge([(1, 2), (4, 3)])
