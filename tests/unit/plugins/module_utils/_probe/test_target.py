# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Targets, their order, and answers in numbers."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._probe.target import (
    STATUSES,
    Answer,
    Target,
    TargetError,
    counted,
    in_turns,
    read_targets,
)
from hypothesis import given
from hypothesis import strategies as st


def test_what_is_not_said_has_a_default() -> None:
    (found,) = read_targets([{"host": "fe01", "port": 5061, "address": None}])
    assert found == Target("fe01", "fe01", 5061, "tcp", False)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"port": 0}, "targets[0]: port 0 of fe01 is outside 1-65535"),
        ({"port": 65536}, "65536"),
        ({"transport": "udp", "tls": True}, "is of UDP"),
        ({"address": " "}, "no address of fe01"),
        ({"address": "a\0b"}, "no address of fe01"),
    ],
)
def test_what_is_no_target_is_named(more: dict[str, Any], told: str) -> None:
    with pytest.raises(TargetError) as error:
        read_targets([{"host": "fe01", "port": 5061, **more}])
    assert told in str(error.value)


def test_answers_in_numbers() -> None:
    found = counted([Answer("open", True), Answer("open", False), Answer("filtered")])
    assert found == {**dict.fromkeys(STATUSES, 0), "open": 2, "filtered": 1, "tls_missing": 1}


@given(st.lists(st.sampled_from("abc"), max_size=30))
def test_hosts_take_turns_and_nothing_is_left_out(addresses: list[str]) -> None:
    targets = [Target(address, address, port) for port, address in enumerate(addresses, 1)]
    order = in_turns(targets)
    assert sorted(order) == list(range(len(targets)))
    rounds = [addresses[: place + 1].count(addresses[place]) for place in order]
    assert rounds == sorted(rounds), "nobody has a second probe before all others have had one"
