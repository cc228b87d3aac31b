# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""slices.yml: audits of parts of the estate become the report that one audit of all would have made."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from playbooks.runs import NEWEST_ONLY, newest_only

if TYPE_CHECKING:
    from lab.testing import Lab
    from playbooks.runs import Run, Runner

ALL = ("dir01", "fe01", "fe02", "med01")
NOBODY = {"ansible_port": 9}


def merged(runner: Runner, sources: Any, *arguments: str, **variables: Any) -> Run:
    """Put reports together, where no host could be reached."""
    given = {"lync_firewall_report_sources": sources, "lync_firewall_report_name": "merged", **NOBODY, **variables}
    return runner.play("slices", *arguments, variables=given)


def audit(runner: Runner, name: str, *arguments: str, **variables: Any) -> Run:
    given = {"lync_firewall_report_dir": "slices", "lync_firewall_report_name": name, **variables}
    return runner.play("audit", *arguments, variables=given)


def without_time(document: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in document.items() if key != "created"}


def test_two_halves_are_one_audit(lab: Lab, runner: Runner) -> None:
    """One half drifted, one repaired and one of its hosts unreachable: report and artifacts are those of one audit."""
    assert runner.play("site", "--limit", "fe01*").code == 0

    def change(_everything: dict[str, Any], hosts: dict[str, Any]) -> None:
        hosts["fe02.contoso.test"]["ansible_port"] = 9

    runner.change_inventory(change)
    at_once = runner.play("audit")
    assert audit(runner, "one", "--limit", "fe0*").code == 2
    assert audit(runner, "two", "--limit", "dir01*,med01*").code == 2
    run = merged(runner, ["slices"])
    assert without_time(runner.report(name="merged")) == without_time(runner.report())
    csv_files = [
        (runner.folder / "lync_firewall_report" / f"{name}.csv").read_bytes() for name in ("lync-firewall", "merged")
    ]
    assert csv_files[0] == csv_files[1]
    handed, at_once_handed = (dict(ran.artifacts) for ran in (run, at_once))
    assert handed.pop("lync_firewall_digest") != at_once_handed.pop("lync_firewall_digest"), (
        "they were made at two times"
    )
    assert handed == at_once_handed
    assert (run.code, run.failed) == (at_once.code, at_once.failed) == (2, {"dir01.contoso.test": 1})
    summaries = [line.strip() for line in at_once.output.splitlines() if "Not all is as it should be" in line]
    assert [line.strip() for line in run.output.splitlines() if "Not all is as it should be" in line] == summaries
    assert "WARNING" not in run.output.partition("PLAY [Put the reports")[2]


def _write(runner: Runner, name: str, document: dict[str, Any]) -> None:
    (runner.folder / "slices").mkdir(exist_ok=True)
    (runner.folder / "slices" / f"{name}.json").write_text(json.dumps(document))


def _made_up(*names: str, kind: str = "compliant", created: str = "2026-03-12T06:00:00Z") -> dict[str, Any]:
    """A report of hosts without requirements, as another program may have made it."""
    host = {"message": "", "service": None, "profiles": {}, "managed_rules": 0, "commands": [], "cells": []}
    return {
        "schema": "urn:lyncops:firewall:report:3",
        "version": 3,
        "created": created,
        "requirements": [],
        "hosts": [{"name": name, "class": kind, **host} for name in names],
    }


def _full(*names: str) -> list[str]:
    return [f"{name}.contoso.test" for name in names]


def test_all_is_well(runner: Runner) -> None:
    """Text with commas, in check mode, and whatever tags."""
    _write(runner, "one", _made_up(*_full("fe01", "fe02")))
    _write(runner, "two", _made_up(*_full("dir01", "med01")))
    run = merged(runner, "slices/one.json, slices/two.json", "--check", "--tags", "of-something-else")
    assert run.code == 0, run.output
    assert runner.classes(name="merged") == dict.fromkeys(ALL, "compliant")
    assert run.artifacts["lync_firewall_report_folder"] == str(runner.folder / "lync_firewall_report")


def test_twice_never_and_too_many_are_said_and_the_failure_is_that_of_a_host_of_the_inventory(runner: Runner) -> None:
    _write(runner, "old", _made_up(*_full("fe01", "dir01"), kind="unreachable", created="2026-03-10T06:00:00Z"))
    _write(runner, "new", _made_up(*_full("fe01", "fe02"), "afar.contoso.test"))
    _write(runner, "other", {"of": "somebody else"})
    run = merged(runner, ["slices"])
    said = " ".join(run.output.split())
    for sentence in (
        "1 host is in more than one report, and the newest counts: fe01.contoso.test (",
        "1 host is in no report, and counted as failed: med01.contoso.test",
        "1 host is in a report and not among the expected hosts, and kept: afar.contoso.test",
        "the reports are far apart in time: ",
        "other.json is left out: it is JSON, but no report of this collection",
    ):
        assert sentence in said
    assert runner.classes(name="merged") == {
        "fe01": "compliant", "fe02": "compliant", "afar": "compliant", "dir01": "unreachable", "med01": "failed",
    }  # fmt: skip
    assert (run.code, run.failed) == (2, {"med01.contoso.test": 1})
    assert "Failed: med01.contoso.test. Unreachable: dir01.contoso.test." in said
    allowed = merged(runner, ["slices"], lync_firewall_fail_on_drift=False)
    assert allowed.code == 0
    assert runner.classes(name="merged")["med01"] == "failed"


@NEWEST_ONLY
def test_a_bad_host_that_the_inventory_does_not_know_makes_the_run_fail_all_the_same(runner: Runner) -> None:
    _write(runner, "one", _made_up(*_full(*ALL)))
    _write(runner, "two", _made_up("afar.contoso.test", kind="drifted"))
    run = merged(runner, ["slices"])
    assert (run.code, run.failed) == (2, {"localhost": 1}), "and nobody of the inventory is blamed, who is well"
    assert "Drifted: afar.contoso.test." in " ".join(run.output.split())


def test_limit_says_which_hosts_are_expected(runner: Runner) -> None:
    _write(runner, "one", _made_up(*_full("fe01", "fe02")))
    run = merged(runner, ["slices"], "--limit", "fe0*")
    assert run.code == 0, run.output
    assert runner.classes(name="merged") == {"fe01": "compliant", "fe02": "compliant"}


def test_compared_with_the_last_one(runner: Runner) -> None:
    for kind, since in (("compliant", ""), ("drifted", "added 0, removed 0, better 0, worse 4")):
        _write(runner, "all", _made_up(*_full(*ALL), kind=kind))
        run = merged(runner, ["slices"], lync_firewall_report_compare=True, lync_firewall_fail_on_drift=False)
        assert ("Since the earlier report" in run.output) is bool(since)
        assert since in run.output


def test_a_source_that_is_not_there_is_named(runner: Runner) -> None:
    run = merged(runner, ["nowhere"])
    assert run.code == 2
    assert f"sources: {runner.folder}/nowhere is no report to put together with others" in " ".join(run.output.split())
    assert not (runner.folder / "lync_firewall_report").exists()


@pytest.mark.parametrize("sources", [None, newest_only([]), newest_only("")])
def test_without_sources_there_is_nothing_to_put_together(runner: Runner, sources: Any) -> None:
    run = runner.play("slices", variables={} if sources is None else {"lync_firewall_report_sources": sources})
    assert run.code == 2
    assert "lync_firewall_report_sources: name the reports to put together, as files or folders." in run.output


@pytest.mark.parametrize("name", ["audit", newest_only("verify"), "report"])
def test_an_audit_does_not_connect_for_the_results_of_others(runner: Runner, name: str) -> None:
    run = runner.play(name, variables={"lync_firewall_report_sources": ["slices"]})
    assert run.code == 2
    assert "lync_firewall_report_sources: an audit makes results of its own; lyncops.firewall.slices" in run.output
    assert "PLAY [Audit" not in run.output
    assert not (runner.folder / "lync_firewall_report").exists()


def test_the_entry_point_takes_sources_in_a_play_of_ones_own(runner: Runner) -> None:
    _write(runner, "one", _made_up(*_full(*ALL)))
    role = {"name": "lyncops.firewall.lync_firewall", "tasks_from": "report"}
    play = {"hosts": "lync", "gather_facts": False, "tasks": [{"ansible.builtin.import_role": role}]}
    playbook = runner.folder / "play.yml"
    playbook.write_text(json.dumps([play]))
    run = runner.play(str(playbook), variables={"lync_firewall_report_sources": ["slices"], **NOBODY})
    assert run.code == 0, run.output
    assert runner.classes() == dict.fromkeys(ALL, "compliant")


def test_hosts_can_be_listed(runner: Runner) -> None:
    run = runner.play("slices", "--list-hosts", variables={"lync_firewall_report_sources": ["slices"]})
    assert run.code == 0, run.output
    assert "fe01.contoso.test" in run.output
