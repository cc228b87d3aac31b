# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A result as one text, and back."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.packed import fold, glance, pack, unpack

pytest.importorskip("hypothesis", reason="see tests/unit/requirements.txt")
from hypothesis import given
from hypothesis import strategies as st

_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.dictionaries(st.sampled_from(["changed", "failed", "msg", "warnings", "rules", "requirements", "x"]), _VALUES)
)
def test_a_result_comes_back_as_it_was(result: dict[str, Any]) -> None:
    packed = pack(result)
    assert packed["text"].isascii()
    assert not {"rules", "requirements"} & set(packed)
    assert unpack(packed) == result


@given(
    st.dictionaries(
        st.sampled_from(
            ["changed", "failed", "msg", "impact", "summary", "requirements", "after", "invocation", "diff"]
        ),
        _VALUES,
    )
)
def test_what_is_not_printed_comes_back_too(result: dict[str, Any]) -> None:
    folded = fold(result)
    assert set(folded) - {"diff"} <= {"changed", "failed", "msg", "impact", "summary"}
    assert unpack(folded) == result


def test_what_is_small_stays_in_the_open_and_the_drift_says_whether_there_is_any() -> None:
    result = {"rule_counts": {"local": 5}, "drift": {"found": True, "created": [1, 2]}, "rules": [1]}
    packed = pack(result)
    assert (packed["rule_counts"], packed["drift"]) == ({"local": 5}, {"found": True})
    assert unpack(packed) == result


@pytest.mark.parametrize(
    "result", [None, 5, [], {}, {"text": "no JSON"}, {"text": "[1]"}, {"text": 5, "x": 1}, {"text": "[" * 100_000}]
)
def test_what_was_not_packed_stays(result: Any) -> None:
    assert unpack(result) == result


def test_what_ansible_says_wins() -> None:
    assert unpack({"failed": True, "text": '{"failed": false, "rules": []}'}) == {"failed": True, "rules": []}


def test_a_glance_is_short_and_loses_nothing() -> None:
    rows = [{"id": f"r{number}", "ports": "1", "verdict": "closed", "reason": "no_rule"} for number in range(40)]
    rows[1] |= {"reason": "blocked", "by": ["Ban", "Bann"], "remedy": "do this"}
    drift = {"found": True, "commands": ["a", "b"]}
    result = {"changed": False, "requirements": rows, "drift": drift, "rule_counts": {"enabled": 3}, "profiles": {}}
    seen = glance(result)
    assert (seen["drift"], seen["verdicts"]) == ({"found": True, "commands": 2}, {"closed": 40})
    assert seen["not_open"][0] == "r0 (1): closed, no_rule"
    assert seen["not_open"][1] == "r1 (1): closed, blocked by 'Ban', 'Bann'. Remedy: do this"
    assert (len(seen["not_open"]), seen["not_open"][-1]) == (11, "and 30 more")
    assert {name: value for name, value in unpack(seen).items() if name != "msg"} == result


def test_a_glance_at_a_host_without_a_role_does_not_look_as_if_all_were_well() -> None:
    """No verdict, and nothing that is not open: of an estate whose rows are all closed, too."""
    seen = glance({"requirements": [], "product": "", "changed": False})
    assert (seen["verdicts"], seen["not_open"]) == ({}, [])
    assert seen["msg"].startswith("No role is named, so nothing was judged: -a host_variables=true")
    assert glance({"requirements": [], "product": "lync_2013"})["msg"] == "At a glance; -v shows all of it."
