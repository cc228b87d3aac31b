# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a run ended that makes no report."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.plugin_utils._fleet.ended import to_run_status
from ansible_collections.lyncops.firewall.plugins.plugin_utils._fleet.rows import Row, State
from ansible_collections.lyncops.firewall.tests.unit.plugins.plugin_utils._report.published import check

NOW = "2026-03-12T06:00:00Z"


def status(*rows: Row, failed: Any = (), unreachable: Any = (), message: str = "") -> dict[str, Any]:
    found = dict(json.loads(to_run_status(rows, failed, unreachable, NOW, message)))
    check(found, "status-schema-1")
    return found


@pytest.mark.parametrize(
    ("rows", "classes"),
    [
        ([], ["ok"]),
        ([Row("a", State.COMPLIANT), Row("b", State.REPAIRED), Row("c", State.NOT_MANAGED)], ["ok"]),
        ([Row("a", State.DRIFTED)], ["drift"]),
        ([Row("a", State.FAILED, refused=True), Row("b", State.UNREACHABLE)], ["outage", "refused"]),
        ([Row("a", State.HIDDEN)], ["failed"]),
    ],
)
def test_the_rows_say_what_is_the_matter(rows: list[Row], classes: list[str]) -> None:
    found = status(*rows)
    assert (found["classes"], found["totals"]["hosts"]) == (classes, len(rows))
    assert (found["written"], found["report"], found["digest"]) == (NOW, "", "")


def test_a_task_of_somebody_else_can_fail_too() -> None:
    well, drifted = Row("a", State.COMPLIANT), Row("b", State.DRIFTED)
    assert status(well, drifted, failed=["b"])["classes"] == ["drift"], "it fails for its drift, and for nothing else"
    assert status(well, failed=["a"])["classes"] == ["failed"]
    assert status(well, unreachable=["c"])["classes"] == ["outage"]


def test_a_run_that_found_nobody_says_why() -> None:
    found = status(failed=["localhost", "a"], message="There is no host to work on")
    assert (found["class"], found["summary"], found["totals"]["hosts"]) == ("failed", "There is no host to work on", 0)


def test_rows_that_are_wider_than_wanted_are_in_the_summary_and_the_totals() -> None:
    found = status(Row("a", State.COMPLIANT, wider=(2, 1)), Row("b", State.COMPLIANT, wider=(1, 0)))
    assert found["summary"] == "2 hosts: 2 compliant, 3 rows wider than wanted, and 1 perhaps"
    assert (found["totals"]["wider_rows"], found["totals"]["perhaps_wider_rows"]) == (3, 1)
    assert found["classes"] == ["ok"]
