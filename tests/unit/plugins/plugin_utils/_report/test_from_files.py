# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts that were judged from files: what these lack, and which are too old, in every form of a report."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.as_csv import to_csv
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.as_json import to_json
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.from_files import sentences
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.model import HostClass, Report
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.slices import read_slice
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.status import Run, to_mail, to_status
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.summary import summary
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.told import failure_of, lines_for_people
from ansible_collections.lyncops.firewall.tests.unit.plugins.plugin_utils._report.sample_results import (
    CREATED,
    info,
    report_of,
    row,
)

OLD = "b.txt is of 2019-01-01T00:00:00Z, more than 7 days ago"
ASSUMED = "nothing is set by Group Policy: its key is not in the file"


def result(**more: Any) -> dict[str, Any]:
    return {**info(row()), "judged_from": [{"file": "b.txt", "saved": CREATED}], "assumptions": [ASSUMED], **more}


def report(**more: Any) -> Report:
    return report_of(b=result(**more), c=info(row()))


HALF, STALE = report(lacking=["Group Policy"], outdated=[]), report(lacking=[], outdated=[OLD])


def test_what_files_lack_is_in_every_form() -> None:
    (host, other) = HALF.hosts
    assert host.host_class is HostClass.COMPLIANT
    assert "Not in it is the key of Group Policy, so that is taken to set nothing." in host.message
    assert "Judged from files: 1 (without Group Policy: 1)" in summary(HALF)
    status = to_status(HALF, Run("files", CREATED))
    assert (status["class"], status["files_lacking"]) == ("ok", {"Group Policy": ["b"]})
    assert "Judged from files without Group Policy (1): b" in to_mail(HALF, status).decode()
    found = {one["name"]: one for one in json.loads(to_json(HALF))["hosts"]}
    assert (found["b"]["assumptions"], found["b"]["lacking"]) == ([ASSUMED], ["Group Policy"])
    assert not {"assumptions", "lacking", "outdated", "judged_from"} & set(found["c"])
    rows = list(csv.DictReader(io.StringIO(to_csv(HALF).decode())))
    assert [line["assumptions"] for line in rows] == [ASSUMED, ""]
    assert not other.lacking


def test_a_file_that_is_too_old_is_no_ok_in_any_form() -> None:
    (host, _other) = STALE.hosts
    assert f"Too old or of the future, so make it again: {OLD}." in host.message
    assert "Judged from files: 1 (too old or of the future: 1)" in summary(STALE)
    status = to_status(STALE, Run("files", CREATED))
    assert (status["class"], status["files_outdated"]) == ("outdated", ["b"])
    mail = to_mail(STALE, status).decode()
    assert mail.startswith("Title: outdated\n")
    assert "Judged from files that are too old or of the future (1): b" in mail
    rows = list(csv.DictReader(io.StringIO(to_csv(STALE).decode())))
    assert [line["outdated"] for line in rows] == [OLD, ""]


@pytest.mark.parametrize("one", [HALF, STALE])
def test_a_report_that_is_put_together_says_the_same(one: Report) -> None:
    assert read_slice("x", to_json(one)).hosts == one.hosts


def test_the_run_says_whose_files_and_fails_for_old_ones() -> None:
    made: dict[str, Any] = {"summary": "s", "left": [], "files": {}, "changed_since_plan": None, "worst": "b",
                            "hosts": {kind.value: [] for kind in HostClass}, "to_show": {}, "outdated": ["b"],
                            "lacking": {"Group Policy": ["c"]}}  # fmt: skip
    assert lines_for_people(made) == [
        "s", "Judged from files too old or of the future: b", "Judged from files without Group Policy: c",
    ]  # fmt: skip
    assert "Judged from files that are too old or of the future: b." in failure_of(made)
    del made["outdated"], made["lacking"]
    assert lines_for_people(made) == ["s"]


def test_what_is_lacking_and_not_known_here_is_named_as_it_is() -> None:
    told = sentences([("a", CREATED), ("b", CREATED)], ["MpsSvc", "Else"], [])
    assert (
        "Not in them is the key of the firewall service (MpsSvc), so that is taken to run. Not in them is Else." in told
    )
    assert sentences((), ["MpsSvc"], []) == ""


def test_results_of_older_versions_say_nothing_of_it() -> None:
    old = result()
    del old["assumptions"]
    (host,) = report_of(b=old).hosts
    assert (host.assumptions, host.lacking, host.outdated) == ((), (), ())
    assert replace(host, name="c").judged_from == (("b.txt", CREATED),)
