# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines to connections: what Windows writes several times counts once."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta
from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.log.counting import (
    SAME_CONNECTION,
    Count,
    Flow,
    count,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.log.line import LogLine
from ansible_collections.lyncops.firewall.tests.unit.growth import grows_linearly
from hypothesis import given
from hypothesis import strategies as st

START = datetime(2026, 11, 29, 13, 0, 0)
FLOW = Flow(True, "tcp", 5061, "10.4.2.9")


def line(seconds: int = 0, source_port: int = 50123, **other: Any) -> LogLine:
    values: dict[str, Any] = {
        "at": START + timedelta(seconds=seconds),
        "dropped": True,
        "transport": "tcp",
        "source": "10.4.2.9",
        "target": "10.0.0.11",
        "source_port": source_port,
        "port": 5061,
    }
    return LogLine(**(values | other))


def test_a_syn_that_is_sent_again_is_one_connection() -> None:
    """After 3 and 9 seconds, as a published excerpt of such a log has it."""
    found = count([line(0), line(3), line(9), line(60, 50124), line(63, 50124)])
    assert found.flows == {FLOW: Count(2, START, START + timedelta(seconds=63))}


def test_a_source_port_is_used_again_for_another_connection() -> None:
    assert count([line(0), line(31)]).flows[FLOW].connections == 2
    assert count([line(0), line(30), line(60)]).flows[FLOW].connections == 1


def test_the_order_of_the_lines_does_not_matter() -> None:
    lines = [line(0), line(9), line(3), line(60), line(63)]
    assert count(reversed(lines)) == count(lines)


@pytest.mark.parametrize("target", ["255.255.255.255", "224.0.0.252", "ff02::1:3"])
def test_what_is_for_many_is_no_connection(target: str) -> None:
    found = count([line(target=target, transport="udp", port=5355)])
    assert (found.flows, found.to_many) == ({}, 1)


def test_what_comes_behind_a_connection_is_none() -> None:
    found = count([line(begins=False), line(5)])
    assert (found.flows[FLOW].connections, found.late) == (1, 1)


def test_who_was_let_through_is_another_flow() -> None:
    found = count([line(), line(dropped=False)])
    assert sorted(flow.dropped for flow in found.flows) == [False, True]


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(1, 4)), max_size=60))
def test_as_one_would_count_by_hand(seen: list[tuple[int, int]]) -> None:
    connections = 0
    for source_port in {port for _at, port in seen}:
        times = sorted(at for at, port in seen if port == source_port)
        gaps = itertools.pairwise(times)
        connections += 1 + sum(later - earlier > SAME_CONNECTION.seconds for earlier, later in gaps)
    found = count([line(at, port) for at, port in seen]).flows
    assert (found[FLOW].connections if seen else 0) == connections


def test_counting_takes_no_more_than_in_proportion() -> None:
    def lines(number: int) -> list[LogLine]:
        return [line(one, one % 65536, source=f"10.{one % 200}.2.9") for one in range(number)]

    assert grows_linearly(count, lines, 3_000)
