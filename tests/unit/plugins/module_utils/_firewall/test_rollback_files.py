# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose a rollback is and who may change it, by texts of the host, which may be anything."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rollback_files import (
    Owner,
    is_private,
    read_owner,
)
from hypothesis import given
from hypothesis import strategies as st

ARMED = datetime(2026, 11, 28, 9, 0, 30, tzinfo=timezone.utc)
OURS = "(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)"


@given(
    st.from_regex(r"[A-Za-z0-9._-]{1,100}", fullmatch=True),
    st.from_regex(r"[0-9a-z]{1,40}", fullmatch=True),
    st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)),
    st.integers(6, 1440),
    st.integers(6, 9999),
)
def test_an_owner_reads_as_it_was_written(name: str, marker: str, armed: datetime, minutes: int, over: int) -> None:
    owner = Owner(name, marker, armed.replace(microsecond=0, tzinfo=timezone.utc), minutes, over)
    assert read_owner(f"{owner}\r\n") == owner


@given(st.text())
def test_another_text_is_no_owner(text: str) -> None:
    assert read_owner(text) is None
    assert is_private(text) is False


def test_a_date_that_is_none_is_no_owner() -> None:
    assert read_owner(str(Owner("c", "1a", ARMED, 10, 25)).replace("2026-11-28", "2026-99-28")) is None


def test_it_is_over_when_both_clocks_would_agree() -> None:
    owner = Owner("c", "1a", ARMED, 10, 25)
    assert not owner.is_over(ARMED + timedelta(minutes=30))
    assert owner.is_over(ARMED + timedelta(minutes=31))
    assert not owner.is_over(ARMED - timedelta(days=1)), "armed in the future: one of the clocks is wrong"


@pytest.mark.parametrize(
    ("dacl", "private"),
    [
        (f"D:PAI{OURS}", True),
        (f"D:P{OURS}", True),
        ("D:P(A;OICI;FA;;;S-1-5-18)(A;OICI;FA;;;S-1-5-32-544)", True),
        (f"D:AI{OURS}", False),  # more may come from above
        (f"D:P{OURS}(A;OICI;0x1200a9;;;BU)", False),
        (f"D:P{OURS}(A;OICIIO;GA;;;CO)", False),
        (f"D:P{OURS}(A;;FA;;;S-1-5-21-1-2-3-1001)", False),
        (f"D:P{OURS}(D;;FA;;;SY)", False),
        ("D:P", False),
        ("D:NO_ACCESS_CONTROL", False),
        ("", False),
    ],
)
@pytest.mark.parametrize("encoding", ["plain", "utf-16", "utf-16-le"])
def test_only_system_and_administrators(dacl: str, private: bool, encoding: str) -> None:
    text = f"LyncOpsRollback\r\n{dacl}\r\n"
    if encoding != "plain":  # as the bytes arrive where `type` takes them for text of one byte a character
        text = text.encode(encoding).decode("utf-8", "replace")
    assert is_private(text) is private
