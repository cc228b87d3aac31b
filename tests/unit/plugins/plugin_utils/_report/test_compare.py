# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What changed since an earlier report."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.as_json import to_json
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.compare import (
    KINDS,
    Changes,
    EarlierError,
    compare,
    read_earlier,
)
from ansible_collections.lyncops.firewall.tests.unit.plugins.plugin_utils._report.sample_results import (
    ADD,
    RULE,
    hostile_report,
    info,
    report_of,
    row,
)
from hypothesis import given
from hypothesis import strategies as st

STATES: dict[str, Any] = {
    "compliant": info(),
    "ineffective": info(row(verdict="closed", reason="block_rule")),
    "drifted": info(row(verdict="closed", reason="no_rule"), commands=[ADD]),
    "failed": {"failed": True, "msg": "no"},
    "unreachable": {"unreachable": True},
    "not_managed": {"skipped": True},
}


def changes(before: dict[str, Any], after: dict[str, Any]) -> Changes:
    """As a file and back, like in earnest."""
    return compare(read_earlier(to_json(report_of(**before))), report_of(**after))


@pytest.mark.parametrize("name", STATES)
def test_nothing_has_changed_where_nothing_has(name: str) -> None:
    assert changes({"h": STATES[name]}, {"h": STATES[name]}).counts() == dict.fromkeys(KINDS, 0)


@pytest.mark.parametrize(
    ("was", "now", "kind"),
    [
        ("compliant", "drifted", "worse"),
        ("drifted", "compliant", "better"),
        ("ineffective", "drifted", "worse"),
        ("compliant", "unreachable", "worse"),
        ("unreachable", "drifted", "better"),
        ("failed", "unreachable", "worse"),
        ("drifted", "not_managed", "unmanaged"),
        ("not_managed", "compliant", "added"),
        (None, "drifted", "added"),
        (None, "not_managed", "added"),
        ("unreachable", None, "removed"),
        ("not_managed", None, "removed"),
    ],
)
def test_a_host_has_changed_in_one_way(was: str | None, now: str | None, kind: str) -> None:
    found = changes({"h": STATES[was]} if was else {}, {"h": STATES[now]} if now else {})
    assert found.counts() == {**dict.fromkeys(KINDS, 0), kind: 1}
    (change,) = getattr(found, kind)
    assert (change.name, change.was, change.now) == ("h", was or "", now or "")


def test_within_a_class_the_verdicts_decide_and_one_worse_outweighs_better_ones() -> None:
    before = info(row(verdict="closed", reason="x"), row("server-04"), row("server-05", "closed", "x"), commands=[ADD])
    better = info(row(), row("server-04"), row("server-05", "closed", "x"), commands=[ADD])
    mixed = info(row(), row("server-04", "unknown", "x"), row("server-05", "closed", "x"), commands=[ADD])
    assert changes({"h": before}, {"h": better}).better[0].rows == (("server-03", "closed", "open"),)
    assert changes({"h": before}, {"h": mixed}).worse[0].rows == (
        ("server-03", "closed", "open"),
        ("server-04", "open", "unknown"),
    )
    assert changes({"h": before}, {"h": info(row(verdict="closed", reason="x"), commands=[ADD])}).counts()["worse"] == 0


def test_rows_of_a_host_out_of_reach_are_no_changes() -> None:
    assert changes({"h": STATES["drifted"]}, {"h": STATES["unreachable"]}).worse[0].rows == ()


@given(
    st.dictionaries(st.sampled_from("abcd"), st.sampled_from(sorted(STATES))),
    st.dictionaries(st.sampled_from("abcd"), st.sampled_from(sorted(STATES))),
)
def test_turned_round_better_is_worse_and_added_is_removed(before: dict[str, str], after: dict[str, str]) -> None:
    old, new = ({name: STATES[state] for name, state in one.items()} for one in (before, after))
    forth, back = changes(old, new).counts(), changes(new, old).counts()
    assert (forth["better"], forth["worse"]) == (back["worse"], back["better"])
    assert forth["added"] == back["removed"] + back["unmanaged"]
    assert forth["removed"] + forth["unmanaged"] == back["added"]
    assert sum(forth.values()) == sum(before.get(name) != after.get(name) for name in {*before, *after})


def test_what_is_asked_for_anew_is_nothing_that_became_worse() -> None:
    """A scope for rules that admitted anybody is to be brought to the host; nothing on it changed, or was closed."""
    narrow = {"updated": [{"name": RULE, "changes": ["remote_addresses"]}], "commands": [ADD]}
    (change,) = changes({"h": info()}, {"h": info(**narrow)}).narrower
    assert (change.was, change.now) == ("compliant", "drifted")
    moved = {**narrow, "updated": [*narrow["updated"], {"name": RULE, "changes": ["remote_addresses", "enabled"]}]}
    for drift in (moved, {**narrow, "deleted": ["x"]}, {**narrow, "service_changes": ["started"]}):
        assert changes({"h": info()}, {"h": info(**drift)}).counts()["worse"] == 1, drift
    closed = info(row(verdict="closed", reason="narrower_scope"), **narrow)
    assert changes({"h": info()}, {"h": closed}).counts()["worse"] == 1, "there it is too narrow already"


def test_a_row_that_is_newly_open_to_more_than_is_wanted_is_news() -> None:
    beyond = {"addresses": ["any"], "by": ["CS RTCSRV"], "profiles": [], "ports": "", "more_rules": 0, "perhaps": False}
    wide, perhaps = info(row(wider=beyond)), info(row(wider={**beyond, "perhaps": True}))
    (change,) = changes({"h": info()}, {"h": wide}).wider
    assert (change.was, change.now) == ("compliant", "compliant")
    for was, now in ((wide, wide), (wide, info()), (info(), perhaps)):
        assert changes({"h": was}, {"h": now}).counts() == dict.fromkeys(KINDS, 0)
    better = changes({"h": info(row(verdict="closed", reason="no_rule"), commands=[ADD])}, {"h": wide})
    assert (better.counts()["better"], better.counts()["wider"]) == (1, 1), "better and wider are both news"
    narrow = {"updated": [{"name": RULE, "changes": ["remote_addresses"]}], "commands": [ADD]}
    narrower = changes({"h": info()}, {"h": info(row(wider=beyond), **narrow)})
    assert (narrower.counts()["narrower"], narrower.counts()["wider"]) == (1, 1)
    lost = {"unreachable": True, "msg": "timed out"}
    after = changes({"h": lost}, {"h": wide})
    assert (after.counts()["better"], after.counts()["wider"]) == (1, 1), "an outage does not swallow it"
    came = changes({}, {"h": wide})
    assert (came.counts()["added"], came.counts()["wider"]) == (1, 1)
    closed = info(row(verdict="closed", reason="no_rule", wider=beyond))
    assert changes({"h": info()}, {"h": closed}).counts()["wider"] == 0, "it is worse, and only that"


def test_a_host_whose_rules_were_taken_away_is_there_still() -> None:
    absent = {**info(), "requirements": [], "state": "absent", "rules": []}
    absent["drift"] = {**absent["drift"], "kept": []}
    found = changes({"h": info()}, {"h": absent})
    assert found.counts() == {**dict.fromkeys(KINDS, 0), "unmanaged": 1}
    (host,) = report_of(h=absent).hosts
    assert host.message == "Its managed rules were taken away on purpose (state absent), and none is left."


def damaged(**other: Any) -> str:
    return json.dumps({**json.loads(to_json(report_of(h=info()))), **other})


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "not JSON"),
        ("<html>", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "no report of this collection"),
        ('{"version": 1}', "no report of this collection"),
        (damaged(version=4), "version 4"),
        (damaged(version=2), "version 2"),
        (damaged(left=[{"name": "h"}]), "damaged"),
        (damaged(version=None), "version None"),
        (damaged(hosts=None), "damaged"),
        (damaged(hosts=[{}]), "damaged"),
        (damaged(hosts=[{"name": "h", "class": "fine", "cells": []}]), "damaged"),
        (damaged(hosts=[{"name": 1, "class": "failed", "cells": []}]), "damaged"),
        (damaged(hosts=[{"name": "h", "class": "drifted", "cells": [[7, "open"]]}]), "damaged"),
        (damaged(hosts=[{"name": "h", "class": "drifted", "cells": [[-1, "open"]]}]), "damaged"),
        (damaged(hosts=[{"name": "h", "class": "drifted", "cells": [[0, "ajar"]]}]), "damaged"),
        (damaged(requirements=[{}]), "damaged"),
        (damaged(created=None), "damaged"),
    ],
)
def test_what_is_no_report_is_an_error_that_says_so(text: Any, told: str) -> None:
    with pytest.raises(EarlierError, match=told):
        read_earlier(text)


def test_a_hostile_report_can_be_compared_with() -> None:
    report = hostile_report()
    assert sum(compare(read_earlier(to_json(report)), report).counts().values()) == 0
