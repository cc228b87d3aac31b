# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every job template runs on AWX's own path against the lab, in check and run mode, and hands over what it should."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from playbooks.runs import LONG, long

if TYPE_CHECKING:
    from awx.conftest import Estate, RunTemplate
    from awx.setup_data import Template

HOSTS = ("dir01.contoso.test", "fe01.contoso.test", "fe02.contoso.test")
MODES = ("run", long("check"))
# What the tests below run. A template that is added to the set-up has to be added here.
AUDITS = {
    "Lync firewall audit": ("failed", "lync-firewall"),
    # Launched alone and not sliced, as where there is one host.
    "Lync firewall audit in slices": ("failed", "slices-42/lync-firewall-slice-42"),
    "Lync firewall verify": ("failed", "lync-firewall-verify"),
    "Lync firewall report": ("successful", "lync-firewall"),
}
# test_slices_on_lab runs it after slices.
MERGES = ("Lync firewall report of slices",)
PLANS = ("Lync firewall plan",)
PROBES = ("Lync firewall probe",)
REMEDIATIONS = ("Lync firewall preview", "Lync firewall remediate")
GATES = {
    "Lync firewall gate drift": {"drifted": "successful", "silent": "failed", "fine": "failed"},
    "Lync firewall gate answered": {"drifted": "successful", "silent": "failed"},
    "Lync firewall gate covered": {"fine": "successful"},
}


def test_every_template_is_run_here(templates: dict[str, Template]) -> None:
    assert set(templates) == {*AUDITS, *MERGES, *PLANS, *PROBES, *REMEDIATIONS, *GATES}


def test_the_lab_has_the_hosts_these_tests_speak_of(started: Estate) -> None:
    assert started.hosts == HOSTS


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", AUDITS)
@pytest.mark.sample("audit-run")
def test_audits_report_and_hand_over_and_change_nothing(
    run_template: RunTemplate, estate: Estate, tmp_path: Path, name: str, mode: str
) -> None:
    status, report = AUDITS[name]
    before = estate.rules()

    job = run_template(name, mode=mode)

    assert job.status == status, job.output
    assert job.artifacts["lync_firewall_drifted_hosts"] == list(HOSTS)
    assert job.artifacts["lync_firewall_unreachable_hosts"] == []
    assert job.artifacts["lync_firewall_truncated"] is False
    assert (job.artifacts["lync_firewall_totals"]["drifted"], job.artifacts["lync_firewall_totals"]["hosts"]) == (3, 3)
    assert (job.changed, estate.rules()) == ((), before)
    written = [path for path in (tmp_path / "reports").rglob("*") if path.is_file()]
    assert {path.relative_to(tmp_path / "reports").as_posix() for path in written} == {
        f"{report}{end}" for end in (".html", ".json", ".csv", "-status.json", "-mail.txt")
    }


@pytest.mark.long
def test_artifacts_are_small_and_plain(run_template: RunTemplate) -> None:
    job = run_template("Lync firewall audit", dead=HOSTS)
    text = json.dumps(job.artifacts)
    assert len(text) < 2_000, text
    assert sorted(job.artifacts["lync_firewall_unreachable_hosts"]) == list(HOSTS)
    assert job.artifacts["lync_firewall_compliant_hosts"] == []


@pytest.mark.parametrize("name", REMEDIATIONS)
@pytest.mark.sample("preview")
def test_remediations_in_check_mode_show_and_change_nothing(
    run_template: RunTemplate, estate: Estate, name: str
) -> None:
    before = estate.rules()
    job = run_template(name, mode="check")
    assert (job.status, job.changed, job.artifacts) == ("successful", HOSTS, {}), job.output
    assert estate.rules() == before


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", PLANS)
def test_a_plan_is_handed_over_and_changes_nothing(
    run_template: RunTemplate, estate: Estate, tmp_path: Path, name: str, mode: str
) -> None:
    before = estate.rules()
    job = run_template(name, mode=mode)
    assert job.status == "successful", job.output
    assert estate.rules() == before
    path = tmp_path / "reports" / "plans" / "lync-firewall-plan-42.json"
    assert job.artifacts["lync_firewall_plan"] == str(path)
    assert job.artifacts["lync_firewall_plan_digest"] == json.loads(path.read_text())["digest"]
    assert job.artifacts["lync_firewall_plan_summary"] == "3 hosts: 3 will be changed"


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", PROBES)
def test_a_probe_tells_by_how_it_ends_and_changes_nothing(
    run_template: RunTemplate, estate: Estate, name: str, mode: str
) -> None:
    """The lab starts with the ports of Lync closed. What was asked in the survey reaches the playbook."""
    before = estate.rules()
    answers = {"lync_firewall_probe_range_ports": 2}
    job = run_template(name, answers, mode=mode)
    assert (job.status, job.changed, estate.rules()) == ("failed", (), before), job.output
    assert re.search(r"^3 hosts, \d+ probes: ", job.output, re.MULTILINE), job.output
    well = run_template(name, {**answers, "lync_firewall_fail_on_drift": "false"}, mode=mode)
    assert (well.status, well.artifacts) == ("successful", {}), well.output


def test_remediation_in_run_mode_changes_the_drifted_hosts_only(run_template: RunTemplate, estate: Estate) -> None:
    before = estate.rules()
    drifted = {"lync_firewall_drifted_hosts": ["fe01.contoso.test"], "lync_firewall_totals": {"drifted": 1, "hosts": 3}}

    job = run_template("Lync firewall remediate", drifted)

    assert (job.status, job.changed) == ("successful", ("fe01.contoso.test",)), job.output
    after = estate.rules()
    assert [name for name in HOSTS if after[name] != before[name]] == ["fe01.contoso.test"]


def test_answers_reach_the_playbook_as_what_they_mean(run_template: RunTemplate, tmp_path: Path) -> None:
    answers = {"lync_firewall_fail_on_drift": "false", "lync_firewall_report_title": "Night of {{ 7 * 7 }}"}
    job = run_template("Lync firewall audit", answers)
    assert job.status == "successful", job.output
    report = json.loads((tmp_path / "reports" / "lync-firewall.json").read_text(encoding="utf-8"))
    assert report["title"] == "Night of {{ 7 * 7 }}", "what people type is text, not a template"


@LONG
def test_choices_of_formats(run_template: RunTemplate, tmp_path: Path) -> None:
    name = "Lync firewall verify"
    assert run_template(name, {"lync_firewall_report_formats": []}).artifacts, "nothing chosen is the default"
    assert {path.suffix for path in (tmp_path / "reports").iterdir()} == {".html", ".json", ".csv", ".txt"}
    shutil.rmtree(tmp_path / "reports")
    run_template(name, {"lync_firewall_report_formats": ["json"]})
    assert {path.name.removeprefix("lync-firewall-verify") for path in (tmp_path / "reports").iterdir()} == {
        ".json", "-status.json", "-mail.txt",
    }  # fmt: skip


def test_limit_is_kept_to(run_template: RunTemplate) -> None:
    job = run_template("Lync firewall audit", arguments=["--limit", "fe02.contoso.test"])
    assert (job.status, job.artifacts["lync_firewall_totals"]["hosts"]) == ("failed", 1), job.output
    assert job.artifacts["lync_firewall_drifted_hosts"] == ["fe02.contoso.test"]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", [name if name.endswith("drift") else long(name) for name in GATES])
def test_gates(run_template: RunTemplate, name: str, mode: str) -> None:
    found = {"drifted": _found(drifted=["a"]), "silent": _found(unreachable=["b"]), "fine": _found()}
    # In check mode one is enough: a gate has no module that knows check mode.
    for case, status in list(GATES[name].items())[: 1 if mode == "check" else None]:
        assert (case, run_template(name, found[case], mode=mode).status) == (case, status)


def test_gate_fails_when_nothing_was_handed_over(run_template: RunTemplate) -> None:
    job = run_template("Lync firewall gate drift")
    assert job.status == "failed"
    assert "No audit has handed over what it found" in job.output


def test_gate_shows_drift_and_outage_apart(run_template: RunTemplate) -> None:
    job = run_template("Lync firewall gate answered", _found(drifted=["fe01"], unreachable=["dir01"], failed=["med01"]))
    for line in ("Drifted, would be repaired (1): fe01", "an outage (1): dir01", "an error (1): med01"):
        assert line in job.output
    assert "Unreachable: dir01. Failed: med01." in " ".join(job.output.split())


def _found(**hosts: list[str]) -> dict[str, Any]:
    """What an audit hands over, by class."""
    classes = ("drifted", "unreachable", "failed", "ineffective", "compliant")
    found: dict[str, Any] = {f"lync_firewall_{name}_hosts": hosts.get(name, []) for name in classes}
    totals = {name: len(hosts.get(name, [])) for name in classes} | {"not_managed": 0}
    wider = {"wider_rows": 0, "perhaps_wider_rows": 0}
    return {**found, "lync_firewall_truncated": False, "lync_firewall_totals": {**totals, "hosts": 3, **wider}}


@LONG
def test_an_audit_and_a_report_at_once_leave_the_files_of_one_of_them(
    run_template: RunTemplate, tmp_path: Path
) -> None:
    """AWX runs two templates side by side, whatever each says of itself."""
    names = ("Lync firewall audit", "Lync firewall report")
    with ThreadPoolExecutor(2) as pool:
        jobs = list(pool.map(run_template, names))
    assert all(job.artifacts for job in jobs), [job.output for job in jobs]
    status = json.loads((tmp_path / "reports" / "lync-firewall-status.json").read_text(encoding="utf-8"))
    document = (tmp_path / "reports" / "lync-firewall.json").read_bytes()
    assert status["digest"] == f"sha256:{hashlib.sha256(document).hexdigest()}"
    assert status["digest"] in {job.artifacts["lync_firewall_digest"] for job in jobs}


@LONG
def test_a_report_to_compare_with_is_one_of_the_folder(run_template: RunTemplate, tmp_path: Path) -> None:
    for named in ("../../../etc/passwd", "never.json"):
        job = run_template("Lync firewall report", {"lync_firewall_report_previous": named})
        assert job.status == "failed"
        assert "lync_firewall_report_previous: " in job.artifacts["lync_firewall_summary"]
    assert not list(tmp_path.glob("reports/*.json"))
