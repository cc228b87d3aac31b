# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From one report to the next: who has left and was not retired, and since when something is as it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.as_json import to_json
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.build import Source, build_report
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.compare import read_earlier
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.model import Report
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.remember import (
    IN_GROUPS,
    SELDOM_MANAGED,
    WITHOUT_ROLE,
    read_retired,
    remembering,
    to_retired,
)
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.short import at_large, in_short
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.slices import read_slice
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.summary import summary
from ansible_collections.lyncops.firewall.tests.unit.plugins.plugin_utils._report.sample_results import (
    ADD,
    info,
    row,
    state,
)

LOST = {"unreachable": True, "msg": "timed out"}
CLOSED = info(row(verdict="closed", reason="no_rule"), commands=[ADD])
STALE = info(stale=[{"name": "LyncOps in-tcp-5070 g1", "deleted": True}], deleted=["LyncOps in-tcp-5070 g1"])
BARE = {**info(), **state(0)}
DIRECTOR, BOTH = ("director",), ("director", "mediation")

Hosts = dict[str, tuple[Any, tuple[str, ...]]]


class Estate:
    """Reports of one name, day by day."""

    def __init__(self) -> None:
        self.day = 0
        self.last = b""

    def report(
        self, hosts: Hosts, inventory: Mapping[str, str] | None = None, retired: Mapping[str, str] | None = None
    ) -> Report:
        self.day += 1
        where, gone = inventory or {}, retired or {}
        made = build_report("T", self.now, [Source(name, found, roles) for name, (found, roles) in hosts.items()])
        if self.last:
            earlier = read_earlier(self.last)
            made = remembering(made, earlier, lambda name: where.get(name, ""), gone, {})
        self.last = to_json(made)
        return made

    @property
    def now(self) -> str:
        return f"2026-03-{self.day:02}T06:00:00Z"


def left(report: Report) -> list[tuple[str, str, tuple[str, ...], int | None]]:
    return [(one.name, one.why, one.roles, one.rules) for one in report.left]


def test_a_host_that_is_gone_is_named_until_it_is_retired() -> None:
    estate = Estate()
    estate.report({"old": (info(), DIRECTOR), "fe": (info(), DIRECTOR)})
    here: Hosts = {"fe": (info(), DIRECTOR)}
    for _day in range(3):
        found = estate.report(here)
        assert left(found) == [("old", "inventory", DIRECTOR, 1)]
        assert found.left[0].seen == "2026-03-01T06:00:00Z"
    assert summary(found).endswith(". Left and not retired: 1")
    assert at_large(found)[-1].startswith("1 server left the estate")
    assert estate.report(here, retired={"old": "2026-03-04T12:00:00Z"}).left == ()
    assert estate.report(here).left == (), "a report without it has forgotten it"


def test_a_host_that_comes_back_after_it_was_retired_and_goes_again_is_named_again() -> None:
    estate, retired = Estate(), {"old": "2026-03-01T12:00:00Z"}
    estate.report({"old": (info(), DIRECTOR)})
    assert estate.report({}, retired=retired).left == ()
    estate.report({"old": (info(), DIRECTOR)}, retired=retired)
    assert left(estate.report({}, retired=retired)) == [("old", "inventory", DIRECTOR, 1)]


def test_a_host_without_a_role_any_more_is_told_from_one_that_is_gone() -> None:
    estate = Estate()
    estate.report({"old": (info(), DIRECTOR)})
    assert left(estate.report({}, {"old": WITHOUT_ROLE})) == [("old", "groups", DIRECTOR, 1)]


def test_a_server_that_became_a_sql_server_has_left_and_one_that_was_managed_as_such_has_not() -> None:
    estate = Estate()
    estate.report({"med": (info(), DIRECTOR), "sql": (info(), ("sql",))})
    found = estate.report({}, {"med": SELDOM_MANAGED, "sql": SELDOM_MANAGED})
    assert left(found) == [("med", "groups", DIRECTOR, 1)]
    assert [one.name for one in found.elsewhere] == ["sql"]


def test_a_limit_is_no_leaving_and_forgets_nobody() -> None:
    estate = Estate()
    estate.report({"a": (info(), DIRECTOR), "b": (info(), DIRECTOR)})
    limited = estate.report({"a": (info(), DIRECTOR)}, {"b": IN_GROUPS})
    assert limited.left == ()
    assert [one.name for one in limited.elsewhere] == ["b"]
    assert left(estate.report({"a": (info(), DIRECTOR)})) == [("b", "inventory", DIRECTOR, 1)]


def test_who_had_no_rule_does_not_leave_any() -> None:
    estate = Estate()
    estate.report({"bare": (BARE, DIRECTOR), "client": ({"skipped": True}, ()), "stranger": ({"failed": True}, ())})
    assert estate.report({}).left == ()


BY_POLICY = {
    **BARE,
    "drift": {**BARE["drift"], "by_policy": ["LyncOps in-tcp-5061 g1"], "policy_stale": ["LyncOps x g1"]},
}


def test_a_host_that_has_rules_of_ours_by_group_policy_alone_is_named_with_whom_to_ask() -> None:
    estate = Estate()
    estate.report({"old": (BY_POLICY, DIRECTOR), "fe": (info(), DIRECTOR)})
    for _day in range(2):
        found = estate.report({"fe": (info(), DIRECTOR)})
        assert left(found) == [("old", "inventory", DIRECTOR, 0)]
        assert found.left[0].policy_rules == 2
    told = at_large(found)[-1]
    assert told.startswith("Group Policy still brings rules of ours to 1 server that left the estate (old).")
    assert "ask the policy's owner" in told
    again = read_slice("report.json", to_json(found))
    assert again.left == found.left
    here = build_report("T", estate.now, [Source("old", BY_POLICY, DIRECTOR)])
    assert read_slice("report.json", to_json(here)).hosts == here.hosts
    assert estate.report({"fe": (info(), DIRECTOR)}, retired={"old": "2026-03-09T12:00:00Z"}).left == ()


def test_of_a_host_that_was_not_read_it_is_not_known() -> None:
    estate = Estate()
    estate.report({"old": (LOST, DIRECTOR)})
    assert left(estate.report({})) == [("old", "inventory", DIRECTOR, None)]


def test_a_role_that_a_host_lost_is_named_while_its_rules_are_there() -> None:
    estate = Estate()
    estate.report({"h": (info(), BOTH)})
    for _day in range(2):
        assert left(estate.report({"h": (STALE, DIRECTOR)})) == [("h", "roles", ("mediation",), 1)]
    assert left(estate.report({"h": (LOST, DIRECTOR)})) == [("h", "roles", ("mediation",), None)]
    assert estate.report({"h": (info(), DIRECTOR)}).left == ()
    assert estate.report({"h": (STALE, DIRECTOR)}).left == (), "of a role that it never had nothing is known"


def test_the_rules_of_a_run_that_deleted_them_are_there_no_more() -> None:
    estate = Estate()
    estate.report({"h": (info(), BOTH)})
    after = {**STALE, **STALE["drift"], "changed": True, "created": [], "before": state(), "after": state()}
    assert estate.report({"h": (after, DIRECTOR)}).left == ()


def test_since_when_a_host_is_in_its_class_and_a_function_fails() -> None:
    estate = Estate()
    first = estate.report({"h": (CLOSED, DIRECTOR)})
    assert (first.hosts[0].since, dict(first.failing_since)) == ("", {})
    for _day in range(2):
        found = estate.report({"h": (CLOSED, DIRECTOR)})
        assert found.hosts[0].since == "2026-03-01T06:00:00Z"
        assert dict(found.failing_since) == {"sign_in": "2026-03-01T06:00:00Z"}
    assert any("since 2026-03-01 06:00 UTC or before" in sentence for sentence in in_short(found))
    assert estate.report({"h": (info(), DIRECTOR)}).hosts[0].since == ""
    assert estate.report({"h": (CLOSED, DIRECTOR)}).hosts[0].since == ""


def test_the_same_moment_again_is_no_earlier_one_and_forgets_nothing() -> None:
    """Slices that are put together twice are of the time of the newest, both times."""
    estate = Estate()
    estate.report({"h": (CLOSED, DIRECTOR)})
    estate.day -= 1
    again = estate.report({"h": (CLOSED, DIRECTOR)})
    assert (again.hosts[0].since, again.failing_since["sign_in"]) == ("", "")
    estate.report({"h": (CLOSED, DIRECTOR)})
    estate.day -= 1
    assert estate.report({"h": (CLOSED, DIRECTOR)}).hosts[0].since == "2026-03-01T06:00:00Z"


def test_who_was_retired_can_be_read_again() -> None:
    hosts = {"b": "2026-03-01T12:00:00Z", "ä": "2026-03-02T12:00:00Z"}
    assert read_retired(to_retired(hosts)) == hosts


@pytest.mark.parametrize("text", [b"", b"[]", b"{}", to_retired({}).replace(b"{}", b"[]")])
def test_another_file_is_nobody_s_retirement(text: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read_retired(text)
