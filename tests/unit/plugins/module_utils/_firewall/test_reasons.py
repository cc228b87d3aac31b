# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every reason has its texts."""

from __future__ import annotations

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.traffic.reasons import (
    SEVERITY,
    TEXTS,
    Reason,
    Status,
    short_form,
)


def test_every_reason_has_an_entry() -> None:
    assert list(TEXTS) == list(Reason), "each has one, in the order of the enum"


@pytest.mark.parametrize("reason", Reason)
def test_the_texts_are_a_clause_a_few_words_and_sentences(reason: Reason) -> None:
    text = TEXTS[reason]
    assert text.clause
    assert text.clause == text.clause.strip(), "names follow it after a blank"
    assert 1 <= len(text.short.split()) <= 5
    assert not text.short.endswith(".")
    assert text.meaning.endswith(".")
    assert text.advice.endswith(".") or reason in (Reason.RULE, Reason.DEFAULT_ALLOW, Reason.NOBODY), (
        "there is nothing to do for those"
    )


def test_no_two_reasons_look_the_same_in_a_list() -> None:
    assert len({text.short for text in TEXTS.values()}) == len(Reason)


def test_a_reason_of_a_newer_version_speaks_for_itself() -> None:
    assert short_form("no_rule") == "no rule"
    assert short_form("brand_new") == "brand new"


def test_closed_is_the_worst() -> None:
    assert max(Status, key=SEVERITY.__getitem__) is Status.CLOSED
    assert min(Status, key=SEVERITY.__getitem__) is Status.OPEN
