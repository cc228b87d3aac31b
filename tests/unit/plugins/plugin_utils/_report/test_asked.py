# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A report that is described by variables: where it goes, of whom it is, and with what it is compared."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._options.reading import OptionError
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.asked import asked, may_fail, place

HOSTS = {"ansible_play_hosts_all": ["fe01", "fe02"]}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def of(**variables: Any) -> dict[str, Any]:
    return asked({**HOSTS, **{f"lync_firewall_{name}": value for name, value in variables.items()}}, "audit", "base")


def test_nothing_said_is_all_hosts_of_the_play_in_a_folder_here(here: Path) -> None:
    assert of() == {"hosts": ["fe01", "fe02"], "dest": str(here / "lync_firewall_report"), "sources": []}


def test_what_is_said_is_what_is_asked(here: Path) -> None:
    found = of(report_dir="r", report_name="n", report_formats=["csv"], report_title="T", expected=["fe03"])
    assert found == {
        "hosts": ["fe03"],
        "dest": str(here / "r"),
        "name": "n",
        "formats": ["csv"],
        "title": "T",
        "sources": [],
    }


def test_nobody_expected_is_nobody() -> None:
    assert of(expected=[])["hosts"] == []


def test_home_is_home(monkeypatch: pytest.MonkeyPatch, here: Path) -> None:
    monkeypatch.setenv("HOME", str(here / "home"))
    assert of(report_dir="~/r")["dest"] == str(here / "home" / "r")


def test_a_comparison_is_with_the_last_report_of_the_same_name_if_there_is_one(here: Path) -> None:
    assert "previous" not in of(report_compare="yes")
    (here / "lync_firewall_report").mkdir()
    for name in ("base", "n"):
        last = here / "lync_firewall_report" / f"{name}.json"
        last.write_text("{}")
        assert of(report_compare=True, **({} if name == "base" else {"report_name": name}))["previous"] == str(last)
    assert "previous" not in of(report_compare=False)
    (here / "lync_firewall_report" / "old.json").write_text("{}")
    named = of(report_compare=True, report_previous="old.json")["previous"]
    assert named == str(here / "lync_firewall_report" / "old.json")
    assert "previous" not in of(report_previous="")


@pytest.mark.parametrize("folder", ["r", "lync_firewall_report"])
def test_an_earlier_report_is_one_of_the_folder_of_reports(here: Path, folder: str) -> None:
    """Whoever answers a survey may choose among the reports, and not among the files of the controller."""
    reports, outside = here / folder, here / "outside.json"
    (reports / "old").mkdir(parents=True)
    outside.write_text("{}")
    (reports / "link.json").symlink_to(outside)
    inside = reports / "old" / "1.json"
    inside.write_text("{}")
    for named in ("old/1.json", "old/../old/1.json", str(inside)):
        assert of(report_dir=folder, report_previous=named)["previous"] == str(inside)
    for named in ("../outside.json", "../../../etc/passwd", "/etc/passwd", str(outside), "link.json", "~/x.json"):
        with pytest.raises(OptionError, match=r"lync_firewall_report_previous: .* is not in the folder"):
            of(report_dir=folder, report_previous=named)
    for named in ("missing.json", ".", "old", "a\0b"):
        with pytest.raises(OptionError, match=r"lync_firewall_report_previous: there is no report .*lync_firewall_r"):
            of(report_dir=folder, report_previous=named)


def test_a_job_of_awx_puts_together_what_is_in_the_folder_of_reports(here: Path) -> None:
    """In a shell they are the person's own files; who launches a job need not be who may read those of the node."""
    assert of(report_sources="../a")["sources"] == [str(here.parent / "a")]
    for job in ("awx_job_id", "tower_job_id"):
        known = {**HOSTS, job: 42, "lync_firewall_report_dir": str(here / "r")}
        found = asked({**known, "lync_firewall_report_sources": ["slices-51", str(here / "r" / "x")]}, "audit", "base")
        assert found["sources"] == [str(here / "r" / "slices-51"), str(here / "r" / "x")]
        with pytest.raises(OptionError, match=r"lync_firewall_report_sources: .* is not in the folder"):
            asked({**known, "lync_firewall_report_sources": "../../etc"}, "audit", "base")


def test_where_a_report_goes_is_known_whatever_else_is_wrong(here: Path) -> None:
    known = {"lync_firewall_report_dir": "r", "lync_firewall_report_previous": "/etc/passwd"}
    assert place(known, "base") == (here / "r", "base")
    assert place({**known, "lync_firewall_report_name": "n"}, "base") == (here / "r", "n")


@pytest.mark.parametrize("given", [["a", "/b"], "a, /b,", "a,/b"])
def test_reports_of_others_are_a_list_or_text_with_commas(here: Path, given: Any) -> None:
    assert of(report_sources=given)["sources"] == [str(here / "a"), "/b"]


def test_results_of_this_run_count_more_than_reports_of_others() -> None:
    assert asked({**HOSTS, "audit": {}, "lync_firewall_report_sources": ["a"]}, "audit", "base")["sources"] == []


def test_what_is_wrong_is_an_error() -> None:
    with pytest.raises(TypeError):
        of(report_dir=7)
    with pytest.raises(TypeError):
        of(report_compare="maybe")
    with pytest.raises(TypeError):
        may_fail({"lync_firewall_fail_on_drift": "maybe"})


@pytest.mark.parametrize(("said", "fails"), [(None, True), (True, True), ("no", False), (False, False)])
def test_a_run_fails_unless_it_is_told_not_to(said: Any, fails: bool) -> None:
    assert may_fail({} if said is None else {"lync_firewall_fail_on_drift": said}) is fails
