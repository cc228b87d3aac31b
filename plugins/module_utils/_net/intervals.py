# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Closed integer intervals, merged: the arithmetic that port sets and address sets share."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from math import inf

Interval = tuple[int, int]
"""First and last number, both inside."""

Intervals = tuple[Interval, ...]
"""Canonical form of a set of numbers: sorted, disjoint and not adjacent."""


def merge(intervals: Iterable[Interval]) -> Intervals:
    """Bring intervals in any order, overlapping or adjacent, to canonical form.

    Args:
        intervals: Pairs of first and last number; the first must not be above the last.

    Raises:
        ValueError: An interval runs backwards.
    """
    given = tuple(intervals)
    if not given or (len(given) == 1 and given[0][0] <= given[0][1]):  # nearly always
        return given
    merged: list[Interval] = []
    for first, last in sorted(given):
        if first > last:
            raise ValueError(f"the interval {first}-{last} runs backwards")
        if merged and first <= merged[-1][1] + 1:
            if last > merged[-1][1]:
                merged[-1] = (merged[-1][0], last)
        else:
            merged.append((first, last))
    return tuple(merged)


def intersect(left: Intervals, right: Intervals) -> Intervals:
    """Numbers in both sets, in time linear in the number of intervals."""
    common: list[Interval] = []
    i = j = 0
    while i < len(left) and j < len(right):
        first = max(left[i][0], right[j][0])
        last = min(left[i][1], right[j][1])
        if first <= last:
            common.append((first, last))
        if left[i][1] < right[j][1]:
            i += 1
        else:
            j += 1
    return tuple(common)


def subtract(left: Intervals, right: Intervals) -> Intervals:
    """Numbers in ``left`` that are not in ``right``, in time linear in the number of intervals."""
    rest: list[Interval] = []
    j = 0
    for first, last in left:
        start = first
        while j < len(right) and right[j][1] < start:
            j += 1
        k = j
        while k < len(right) and right[k][0] <= last:
            if right[k][0] > start:
                rest.append((start, right[k][0] - 1))
            start = max(start, right[k][1] + 1)
            k += 1
        if start <= last:
            rest.append((start, last))
    return tuple(rest)


def overlap(left: Intervals, right: Intervals) -> bool:
    """Whether any number is in both sets, in the time of looking up each interval of the smaller one in the other."""
    if len(left) > len(right):
        left, right = right, left
    return any(_meets(pair, right) for pair in left)


def _meets(pair: Interval, others: Intervals) -> bool:
    place = bisect_right(others, (pair[1], inf))  # those before begin at or before its end
    return place > 0 and others[place - 1][1] >= pair[0]


def within(left: Intervals, right: Intervals) -> bool:
    """Whether every number of ``left`` is in ``right``; stops at the first that is not."""
    for first, last in left:
        place = bisect_right(right, (first, inf))
        if not place or right[place - 1][1] < last:
            return False
    return True
