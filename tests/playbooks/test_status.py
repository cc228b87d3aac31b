# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How runs end, for programs: the exit code of each playbook, and the file that tells drift from an outage.

docs/docsite/rst/scheduled.rst documents what is held here.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest

from playbooks.runs import LONG, NEWEST_ONLY, long

if TYPE_CHECKING:
    from lab.testing import Lab
    from playbooks.runs import Run, Runner

# The status is made of a result; the plays are those of audit and site, which test_remediate runs on each core.
pytestmark = NEWEST_ONLY


DIRECTOR = ("--limit", "dir01*")
FOLDER = "lync_firewall_report"


def status(runner: Runner, name: str = "lync-firewall", folder: str = FOLDER) -> dict[str, Any]:
    """The status beside a report; its digest is that of the report."""
    path = runner.folder / folder
    found = dict(json.loads((path / f"{name}-status.json").read_text()))
    digest = hashlib.sha256((path / f"{name}.json").read_bytes()).hexdigest()
    assert found["digest"] == f"sha256:{digest}"
    return found


def written(runner: Runner, playbook: str, *arguments: str, **variables: Any) -> tuple[Run, dict[str, Any]]:
    """A run of a playbook that makes no report, and the status that the callback writes."""
    path = runner.folder / "status.json"
    run = runner.play(
        playbook, *arguments, variables=variables,
        ANSIBLE_CALLBACKS_ENABLED="lyncops.firewall.fleet", LYNCOPS_FLEET_STATUS=str(path),
    )  # fmt: skip
    return run, json.loads(path.read_text())


def unreachable(_everything: dict[str, Any], hosts: dict[str, Any]) -> None:
    hosts["dir01.contoso.test"]["ansible_port"] = 9


def wrong(_everything: dict[str, Any], hosts: dict[str, Any]) -> None:
    hosts["dir01.contoso.test"]["lync_firewall_profiles"] = ["wan"]


@pytest.mark.parametrize("playbook", ["audit", long("verify"), long("report")])
@pytest.mark.parametrize(
    ("change", "kind"), [(None, "drift"), (unreachable, "outage"), (wrong, "failed")], ids=["drift", "outage", "wrong"]
)
def test_an_audit_ends_with_2_whatever_is_the_matter_and_the_status_says_what(
    runner: Runner, playbook: str, change: Any, kind: str
) -> None:
    if change:
        runner.change_inventory(change)
    run = runner.play(playbook, *DIRECTOR)
    assert run.code == (0 if playbook == "report" else 2)
    name = "lync-firewall-verify" if playbook == "verify" else "lync-firewall"
    found = status(runner, name)
    assert (found["class"], found["classes"], found["report"]) == (kind, [kind], name)
    if playbook != "verify":
        assert run.artifacts["lync_firewall_class"] == kind
        assert run.artifacts["lync_firewall_digest"] == found["digest"]
    mail = (runner.folder / FOLDER / f"{name}-mail.txt").read_text()
    assert mail.splitlines()[0].endswith(f": {kind}")
    assert "dir01.contoso.test" in mail


def test_all_is_well_is_0_and_ok_and_nobody_to_work_on_is_no_ok_of_yesterday(lab: Lab, runner: Runner) -> None:
    assert runner.play("site", *DIRECTOR).code == 0
    assert runner.play("audit", *DIRECTOR).code == 0
    assert status(runner)["class"] == "ok"
    run = runner.play("site", variables={"lync_firewall_hosts": "nosuch"})
    assert run.code == 2
    assert status(runner)["class"] == "ok", "whoever makes no report does not touch what is said of one"
    run = runner.play("audit", variables={"lync_firewall_hosts": "nosuch"})
    assert run.code == 2
    found = json.loads((runner.folder / FOLDER / "lync-firewall-status.json").read_text())
    assert (found["class"], found["digest"]) == ("failed", "")
    assert "There is no host to work on" in found["summary"]
    assert "There is no host to work on" in (runner.folder / FOLDER / "lync-firewall-mail.txt").read_text()


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("dir", "/dev/null/nowhere", "/dev/null/nowhere cannot be written to"),
        ("formats", ["pdf"], "formats"),
    ],
)
def test_a_report_that_cannot_be_made_is_nobody_s_fault_and_nobody_is_asked(
    runner: Runner, name: str, value: Any, told: str
) -> None:
    run = runner.play("audit", variables={f"lync_firewall_report_{name}": value})
    assert (run.code, run.failed) == (2, {"localhost": 1})
    assert told in " ".join(run.output.split())
    assert "PLAY [Audit" not in run.output


def test_what_the_inventory_says_of_the_report_counts_for_its_status_too(runner: Runner) -> None:
    def change(_everything: dict[str, Any], hosts: dict[str, Any]) -> None:
        hosts["dir01.contoso.test"]["lync_firewall_report_name"] = "{{ 'nig' }}ht"

    runner.change_inventory(change)
    runner.play("audit", *DIRECTOR)
    assert status(runner, "night")["class"] == "drift"
    runner.play("audit", *DIRECTOR, variables={"lync_firewall_serial": "many"})
    found = json.loads((runner.folder / FOLDER / "night-status.json").read_text())
    assert (found["class"], "lync_firewall_serial" in found["summary"]) == ("failed", True)


@pytest.mark.parametrize("playbook", ["site", long("remediate")])
@pytest.mark.parametrize(
    ("change", "code", "kind"),
    [(None, 0, "ok"), (unreachable, 4, "outage"), (wrong, 2, "failed")],
    ids=["well", "outage", "wrong"],
)
@pytest.mark.sample("outage")
def test_a_run_that_writes_tells_an_outage_by_its_code_too(
    runner: Runner, playbook: str, change: Any, code: int, kind: str
) -> None:
    if change:
        runner.change_inventory(change)
    run, found = written(runner, playbook, *DIRECTOR)
    assert (run.code, found["class"]) == (code, kind), run.output
    assert found["totals"]["hosts"] == 1


def test_what_a_dry_run_would_change_is_drift(runner: Runner) -> None:
    run, found = written(runner, "site", *DIRECTOR, "--check")
    assert (run.code, found["class"]) == (0, "drift")


@pytest.mark.parametrize("playbook", ["site", long("remediate")])
def test_the_guard_s_refusal_is_told_from_a_failure(lab: Lab, runner: Runner, playbook: str) -> None:
    host = lab.host("dir01")
    assert not host.run("netsh advfirewall set allprofiles state off").rc
    for rule in ("Windows Remote Management (HTTP-In)", "Windows Remote Management (HTTPS-In)"):
        host.run(f'netsh advfirewall firewall set rule name="{rule}" new enable=no')
    before = host.rules()
    run, found = written(runner, playbook, *DIRECTOR, lync_firewall_firewall_enabled="enabled")
    assert "nothing was sent" in run.output
    assert host.rules() == before
    assert (run.code, found["class"], found["totals"]["refused"]) == (2, "refused", 1)


@pytest.mark.parametrize("playbook", ["site", long("remediate"), "matrix", long("gpo")])
@pytest.mark.sample("site")
def test_nobody_to_work_on_is_told_too(runner: Runner, playbook: str) -> None:
    run, found = written(runner, playbook, lync_firewall_hosts="nosuch", lync_firewall_gpo="a.b\\c")
    assert (run.code, found["class"]) == (2, "failed")
    assert "There is no host to work on" in found["summary"]


@LONG
def test_reports_that_are_put_together_have_a_status_of_their_own(runner: Runner) -> None:
    runner.change_inventory(unreachable)
    for name, limit in (("s1", "dir01*"), ("s2", "med01*")):
        slices = {"lync_firewall_report_dir": "slices", "lync_firewall_report_name": name}
        runner.play("audit", "--limit", limit, variables=slices)
    assert [status(runner, name, "slices")["class"] for name in ("s1", "s2")] == ["outage", "drift"]
    given = {"lync_firewall_report_sources": ["slices"], "lync_firewall_report_name": "all"}
    run = runner.play("slices", "--limit", "dir01*,med01*", variables=given)
    assert run.code == 2
    assert "left out" not in run.output, "a status beside a report is no report, and nothing to talk about"
    assert status(runner, "all")["classes"] == ["outage", "drift"]
