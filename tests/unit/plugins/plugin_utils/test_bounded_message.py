# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host's message has a length, whatever its policy holds."""

from __future__ import annotations

from ansible_collections.lyncops.firewall.plugins.plugin_utils._summary import bounded
from hypothesis import given
from hypothesis import strategies as st


def test_what_fits_is_said_whole() -> None:
    assert bounded(["a", "b"], 10) == "a; b"


def test_what_does_not_fit_is_counted() -> None:
    text = bounded([f"row {number} is closed" for number in range(1000)], 200)
    told = text.count("is closed")
    assert text.startswith("row 0 is closed; row 1 is closed; ")
    assert text.endswith(f"; and {1000 - told} more: the result has all of them")


def test_one_long_sentence_leaves_room_for_the_others() -> None:
    text = bounded(["x" * 5000, "the second"], 1900)
    assert text.endswith("...; the second")


@given(st.lists(st.text("ab ", max_size=3000), max_size=30), st.integers(100, 2000))
def test_the_room_is_kept(sentences: list[str], room: int) -> None:
    assert len(bounded(sentences, room)) <= room
