# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a verdict, a probe and a socket table say together."""

from __future__ import annotations

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.traffic.reasons import Status
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.agreement import (
    SHORT,
    WORDS,
    Judged,
    Says,
    is_among,
    lets_in,
    says,
    worst,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._probe.target import STATUSES


@pytest.mark.parametrize(
    ("status", "expected", "listens", "sampled", "said"),
    [
        ("open", True, True, False, Says.AGREE),
        ("open", None, None, False, Says.AGREE),
        ("open", False, True, False, Says.CONTRADICTS),
        ("open", False, None, False, Says.CONTRADICTS),
        ("open", True, False, False, Says.ELSEWHERE),
        ("open", None, False, False, Says.ELSEWHERE),
        ("open", False, False, False, Says.ELSEWHERE),
        ("open", True, False, True, Says.NOT_TOLD),
        ("open", False, False, True, Says.CONTRADICTS),
        ("filtered", False, True, False, Says.AGREE),
        ("filtered", True, True, False, Says.SHUT_OUT),
        ("filtered", True, False, False, Says.NOTHING_LISTENS),
        ("filtered", True, None, False, Says.FILTERED),
        ("filtered", None, True, False, Says.UNDECIDED),
        ("refused", None, True, False, Says.UNDECIDED),
        ("unreachable", None, True, False, Says.UNDECIDED),
        ("filtered", None, False, False, Says.NOTHING_LISTENS),
        ("refused", True, None, False, Says.NOTHING_LISTENS),
        ("refused", True, True, False, Says.SHUT_OUT),
        ("refused", None, None, False, Says.FILTERED),
        ("unreachable", True, None, False, Says.SHUT_OUT),
        ("unreachable", None, None, False, Says.FILTERED),
        ("filtered", True, False, True, Says.NOT_TOLD),
        ("refused", True, None, True, Says.NOT_TOLD),
        ("filtered", True, True, True, Says.SHUT_OUT),
        ("error", True, True, False, Says.NOT_TOLD),
        ("not_probed", False, True, False, Says.NOT_TOLD),
    ],
)
def test_tcp(status: str, expected: bool | None, listens: bool | None, sampled: bool, said: Says) -> None:
    assert says(status, "tcp", expected=expected, listens=listens, sampled=sampled) is said


@pytest.mark.parametrize(
    ("status", "expected", "listens", "sampled", "said"),
    [
        ("sent", True, True, False, Says.NOT_TOLD),
        ("sent", True, None, False, Says.NOT_TOLD),
        ("sent", True, False, False, Says.NOTHING_LISTENS),
        ("sent", True, False, True, Says.NOT_TOLD),
        ("sent", False, False, False, Says.NOT_TOLD),
        ("refused", True, False, False, Says.NOTHING_LISTENS),
        ("refused", True, True, False, Says.SHUT_OUT),
        ("refused", False, None, False, Says.AGREE),
        ("unreachable", True, None, False, Says.FILTERED),
    ],
)
def test_udp(status: str, expected: bool | None, listens: bool | None, sampled: bool, said: Says) -> None:
    assert says(status, "udp", expected=expected, listens=listens, sampled=sampled) is said


def test_whatever_is_seen_something_is_said_and_a_known_listener_is_never_said_to_be_missing() -> None:
    for status in STATUSES:
        for transport in ("tcp", "udp"):
            for expected in (True, False, None):
                for listens in (True, False, None):
                    for sampled in (True, False):
                        found = says(status, transport, expected=expected, listens=listens, sampled=sampled)
                        assert not (found is Says.NOTHING_LISTENS and listens)
                        assert not (found is Says.FILTERED and listens is not None), "it is known"
                        assert not (found is Says.AGREE and status == "open" and listens is False)
                        assert not (found is Says.SHUT_OUT and (expected is not True or listens is False))


@pytest.mark.parametrize(
    ("address", "texts", "among"),
    [
        ("10.1.2.3", ["any"], True),
        ("10.1.2.3", ["10.1.0.0/16"], True),
        ("10.1.2.3", ["10.1.2.1-10.1.2.9"], True),
        ("10.1.2.3", ["10.1.2.4", "10.2.0.0/16"], False),
        ("10.1.2.3", ["10.1.2.4", "and 7 more"], None),
        ("10.1.2.3", ["LocalSubnet"], None),
        ("10.1.2.3", ["LocalSubnet", "10.1.2.3"], True),
        ("10.1.2.3", ["fe80::1-fe80::9", "::/0"], False),
        ("fe80::5%eth0", ["fe80::1-fe80::9"], True),
        ("10.1.2.3", [], False),
        ("", ["10.1.2.3"], None),
        ("", ["any"], True),
    ],
)
def test_an_address_among_those_that_a_result_lists(address: str, texts: list[str], among: bool | None) -> None:
    assert is_among(address, texts) is among


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([Judged(Status.OPEN, ("any",))], True),
        ([Judged(Status.OPEN, None)], True),
        ([Judged(Status.OPEN, ("10.0.0.0/8",))], False),
        ([Judged(Status.OPEN, ("10.0.0.0/8",)), Judged(Status.OPEN, ("any",))], True),
        ([Judged(Status.CLOSED, ())], False),
        ([Judged(Status.CLOSED, ("192.0.2.0/24",))], True),
        ([Judged(Status.CLOSED, (), differs=True)], None),
        ([Judged(Status.CLOSED, None)], None),
        ([Judged(Status.CONDITIONAL, ("any",))], None),
        ([Judged(Status.UNKNOWN, ("any",)), Judged(Status.CLOSED, ())], None),
        ([], None),
    ],
)
def test_whether_the_policy_lets_an_address_in(rows: list[Judged], expected: bool | None) -> None:
    assert lets_in(rows, "192.0.2.7") is expected


def test_what_asks_for_something_comes_first_and_all_have_words() -> None:
    assert worst([Says.AGREE, Says.NOTHING_LISTENS, Says.SHUT_OUT]) is Says.SHUT_OUT
    assert set(WORDS) == set(SHORT) == set(Says)
