# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a plan says would be cut: what is written is read again, and what is more than that is found."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.impact import Endpoint
from ansible_collections.lyncops.firewall.plugins.plugin_utils._plan.cuts import (
    ROOM_FOR_CUTS,
    Cuts,
    as_dict,
    in_words,
    more_than,
    named,
    read_cuts,
)
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.parts import ResultError
from hypothesis import given
from hypothesis import strategies as st

SQL = Endpoint("tcp", 1433, "sqlservr.exe", ("10.0.0.9",))
GATEWAY = Endpoint("tcp", 5070, "MediationServerSvc.exe", ("10.9.9.9",))

peers = st.lists(st.integers(0, 9).map("10.0.0.{}".format), unique=True).map(lambda found: tuple(sorted(found)))
endpoints = st.lists(
    st.builds(Endpoint, st.sampled_from(("tcp", "udp")), st.integers(1, 4), st.sampled_from(("a.exe", "b.exe")), peers),
    max_size=5,
    unique_by=lambda one: (one.protocol, one.port),
).map(tuple)
cuts = st.builds(Cuts, endpoints, endpoints)


def with_peers(one: Endpoint, *added: str) -> Endpoint:
    return Endpoint(one.protocol, one.port, one.program, (*one.peers, *added))


@given(cuts)
def test_what_is_written_is_read_again(found: Cuts) -> None:
    assert read_cuts(json.loads(json.dumps(as_dict(found)))) == found
    assert more_than(found, found) == ((), ())
    assert bool(found) == bool(in_words(found))


@pytest.mark.parametrize(
    ("now", "more", "newcomers"),
    [
        (Cuts(), (), ()),
        (Cuts((SQL,)), (), ()),
        (Cuts((with_peers(SQL, "10.0.0.7"),)), (), ("tcp 1433 sqlservr.exe, 1 connected (10.0.0.7)",)),
        (Cuts((Endpoint("tcp", 1433, "SQLSERVR.EXE"),)), (), ()),
        (Cuts((Endpoint("tcp", 1433, "other.exe"),)), ("tcp 1433 other.exe",), ()),
        (Cuts((Endpoint("udp", 1433, "sqlservr.exe"),)), ("udp 1433 sqlservr.exe",), ()),
        (Cuts((), (GATEWAY,)), (), ()),
        (
            Cuts((), (with_peers(GATEWAY, "10.9.1.1"),)),
            ("tcp 5070 MediationServerSvc.exe, 1 connected (10.9.1.1)",),
            (),
        ),
        (Cuts((), (SQL,)), ("tcp 1433 sqlservr.exe, 1 connected (10.0.0.9)",), ()),
        (Cuts((GATEWAY,)), ("tcp 5070 MediationServerSvc.exe, 1 connected (10.9.9.9)",), ()),
    ],
)
def test_what_is_more_than_was_approved(now: Cuts, more: tuple[str, ...], newcomers: tuple[str, ...]) -> None:
    assert more_than(Cuts((SQL,), (GATEWAY,)), now) == (more, newcomers)


@pytest.mark.parametrize("kind", ["closed", "kept_out"])
def test_what_there_is_no_room_for_is_counted_and_is_not_approved(kind: str) -> None:
    many = tuple(
        Endpoint("tcp", port, "x" * 300, tuple(f"10.0.{port}.{n}" for n in range(250))) for port in range(1, 5)
    )
    whole = Cuts(**{kind: many})
    found = as_dict(whole)
    assert len(json.dumps(found)) <= ROOM_FOR_CUTS + 100
    kept = read_cuts(found)
    told = sum(len(one.peers) for one in getattr(kept, kind))
    assert told > 300
    assert kept.left_out == 1000 - told
    assert any(more_than(kept, whole))
    assert f"{kept.left_out} connections more" in in_words(kept)[-1]


def test_a_message_names_the_first() -> None:
    assert named(["a", "b"]) == "a; b"
    assert named(list("abcdefghijkl")).endswith("j; and 2 more")


@pytest.mark.parametrize(
    "wrong",
    [
        {"closed": "x"},
        {"closed": [{}]},
        {"closed": [{"protocol": "<b>", "port": 1, "program": "x", "peers": []}]},
        {"closed": [{"protocol": "tcp", "port": "1", "program": "x", "peers": []}]},
        {"kept_out": [{"protocol": "tcp", "port": 1, "program": "x", "peers": [1]}]},
        {"left_out": -1},
    ],
)
def test_what_is_no_such_thing_is_an_error(wrong: dict[str, Any]) -> None:
    with pytest.raises(ResultError):
        read_cuts(wrong)
