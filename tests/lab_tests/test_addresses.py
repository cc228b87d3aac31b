# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Address sets against Python's own sets."""

from __future__ import annotations

import ipaddress
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.windows.addresses import contains, merged, overlap, parse_ipv4, without

intervals = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 12)).map(lambda pair: (pair[0], pair[0] + pair[1])), max_size=8
)


def members(pairs: list[tuple[int, int]] | tuple[tuple[int, int], ...]) -> set[int]:
    return {number for low, high in pairs for number in range(low, high + 1)}


@given(intervals)
def test_merged_is_the_union_in_normal_form(pairs: list[tuple[int, int]]) -> None:
    result = merged(pairs)
    assert members(result) == members(pairs)
    assert all(left[1] + 1 < right[0] for left, right in pairwise(result))


@given(intervals, intervals)
def test_difference_and_intersection(left: list[tuple[int, int]], right: list[tuple[int, int]]) -> None:
    one, two = merged(left), merged(right)
    assert members(without(one, two)) == members(one) - members(two)
    assert members(overlap(one, two)) == members(one) & members(two)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("10.1.2.3", "10.1.2.3", "10.1.2.3"),
        ("10.0.0.0/255.255.255.0", "10.0.0.0", "10.0.0.255"),
        ("10.0.0.0/24", "10.0.0.0", "10.0.0.255"),
        ("10.0.0.5-10.0.1.7", "10.0.0.5", "10.0.1.7"),
        ("10.1.2.3/255.255.255.255", "10.1.2.3", "10.1.2.3"),
    ],
)
def test_stored_forms(text: str, low: str, high: str) -> None:
    assert parse_ipv4(text) == (int(ipaddress.IPv4Address(low)), int(ipaddress.IPv4Address(high)))
    assert contains((parse_ipv4(text),), low)


@pytest.mark.parametrize("text", ["", "LocalSubnet", "10.0.0.9-10.0.0.1", "fe80::1", "10.0.0.0/33"])
def test_what_is_no_ipv4_address(text: str) -> None:
    with pytest.raises(ValueError, match="not an IPv4 host, range or subnet"):
        parse_ipv4(text)
