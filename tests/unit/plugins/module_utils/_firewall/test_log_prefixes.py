# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Spans of time as findstr's patterns: just the lines of the span, in few patterns."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.log.prefixes import prefixes
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.log.span import LONGEST, SpanError, read_span
from hypothesis import given
from hypothesis import strategies as st

_minutes = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)).map(lambda at: at.replace(second=0, microsecond=0))


def matched(patterns: tuple[str, ...], at: datetime) -> int:
    """How many patterns match a time; what findstr knows of these is what Python does."""
    return sum(re.match(pattern, f"{at:%Y-%m-%d %H:%M:%S}") is not None for pattern in patterns)


@given(start=_minutes, minutes=st.integers(0, 40 * 24 * 60), aside=st.integers(-5_000, 60_000))
def test_just_the_lines_of_a_span_are_matched_once(start: datetime, minutes: int, aside: int) -> None:
    end = start + timedelta(minutes=minutes)
    patterns = prefixes(start, end)
    for at in (start, end - timedelta(seconds=1), end, start - timedelta(seconds=1), start + timedelta(minutes=aside)):
        assert matched(patterns, at) == int(start <= at < end)


@given(start=_minutes, days=st.integers(0, 31), hours=st.integers(0, 23))
def test_whole_hours_make_few_patterns_of_few_classes(start: datetime, days: int, hours: int) -> None:
    patterns = prefixes(start.replace(minute=0), start.replace(minute=0) + timedelta(days=days, hours=hours))
    assert len(patterns) <= 16
    assert all(pattern.count("[") <= 2 and len(pattern) < 40 for pattern in patterns)


def test_as_a_person_would_write_it() -> None:
    assert prefixes(datetime(2026, 11, 28, 22, 45), datetime(2026, 11, 30, 3, 10)) == (
        "2026-11-28 22:4[5-9]:..",
        "2026-11-28 22:5[0-9]:..",
        "2026-11-28 23:..:..",
        "2026-11-29 ..:..:..",
        "2026-11-30 0[0-2]:..:..",
        "2026-11-30 03:0[0-9]:..",
    )


def test_a_month_has_an_end() -> None:
    assert prefixes(datetime(2024, 2, 28), datetime(2024, 3, 2)) == ("2024-02-2[8-9] ..:..:..", "2024-03-01 ..:..:..")


@pytest.mark.parametrize(
    ("text", "span"),
    [("90m", timedelta(minutes=90)), ("24h", timedelta(days=1)), (" 31d ", LONGEST), ("24H", timedelta(days=1))],
)
def test_spans(text: str, span: timedelta) -> None:
    assert read_span(text) == span


@pytest.mark.parametrize(
    "text", ["", "24", "h", "0h", "-1h", "1.5h", "24 h", "٣h", "32d", "99999d", "1w", "24h; dir", "h" * 9999]
)
def test_what_is_no_span(text: str) -> None:
    with pytest.raises(SpanError, match=r"write minutes|at most"):
        read_span(text)
