# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The workflow of the set-up, walked on AWX's way to run a job against the lab: who is asked what, what changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from awx import setup_data
from awx.workflow import Walk, walk
from playbooks.runs import LONG

if TYPE_CHECKING:
    from awx.conftest import Estate, RunTemplate
    from awx.job import Job
    from awx.setup_data import Node

DIRECTOR, FIRST, SECOND = ("dir01.contoso.test", "fe01.contoso.test", "fe02.contoso.test")
_MEANWHILE = 'name="LyncOps in-tcp-5060 g1" dir=in action=allow protocol=tcp localport=5060'


class Night:
    """One run of the workflow, and what it came to.

    :ivar asked: Name of each approval that somebody was asked for, and which hosts were said to be drifted.
    """

    def __init__(
        self,
        data: Mapping[str, Any],
        run_template: RunTemplate,
        answer: bool | Callable[[], object],
        dead: Mapping[str, Sequence[str]],
    ) -> None:
        self.asked: list[tuple[str, list[str]]] = []
        self.jobs: dict[str, Job] = {}
        self._run, self._answer, self._dead = run_template, answer, dead
        self.walk: Walk = walk(setup_data.workflow(data), self._job, self._approve)

    def _job(self, node: Node, given: Mapping[str, Any]) -> Job:
        dead = self._dead.get(node.identifier, self._dead.get("*", ()))
        self.jobs[node.identifier] = self._run(node.template, given, dead=dead)
        return self.jobs[node.identifier]

    def _approve(self, node: Node, given: Mapping[str, Any]) -> bool:
        self.asked.append((node.approval, given["lync_firewall_drifted_hosts"]))
        return bool(self._answer()) if callable(self._answer) else self._answer


@pytest.fixture
def night(data: dict[str, Any], run_template: RunTemplate) -> Any:
    def start(answer: bool | Callable[[], object] = False, dead: Mapping[str, Sequence[str]] | None = None) -> Night:
        return Night(data, run_template, answer, dead or {})

    return start


def test_drift_is_approved_and_repaired_then_all_is_quiet_then_an_outage_is_no_drift(
    night: Any, estate: Estate, tmp_path: Path
) -> None:
    before = estate.rules()
    first = night(answer=True)
    assert first.walk.path == ("audit", "drift", "plan", "answered", "approve", "remediate", "verify")
    assert first.asked == [("Remediate the drifted Lync hosts? (every host answered)", [DIRECTOR, FIRST, SECOND])]
    assert first.jobs["remediate"].changed == (DIRECTOR, FIRST, SECOND), first.jobs["remediate"].output
    assert first.jobs["verify"].artifacts["lync_firewall_compliant_hosts"] == [DIRECTOR, FIRST, SECOND]
    assert not first.walk.failed
    assert {path.name for path in (tmp_path / "reports").glob("*.json")} >= {
        "lync-firewall.json",
        "lync-firewall-verify.json",
    }
    repaired = estate.rules()
    assert all(repaired[name] != before[name] for name in estate.hosts)

    second = night(answer=True)
    assert (second.walk.path, second.asked, second.walk.failed) == (("audit", "covered"), [], False)

    third = night(answer=True, dead={"*": [FIRST]})
    assert (third.walk.path, third.asked, third.walk.failed) == (("audit", "drift"), [], True)
    assert third.jobs["audit"].artifacts["lync_firewall_unreachable_hosts"] == [FIRST]
    assert "Unreachable: 1" in third.jobs["drift"].output
    assert estate.rules() == repaired


@LONG
def test_what_is_repaired_is_what_was_approved(night: Any, estate: Estate) -> None:
    """While the approval waits somebody changes a host: it is left alone, and the run fails and says so."""
    before = estate.rules()
    late = night(answer=lambda: estate.run(DIRECTOR, f"netsh advfirewall firewall add rule {_MEANWHILE}"))
    assert late.walk.path[-3:] == ("approve", "remediate", "verify")
    assert late.jobs["remediate"].status == "failed"
    assert "what is to be done is no longer what is in the plan" in late.jobs["remediate"].output
    after = estate.rules()
    assert len(after[DIRECTOR]) == len(before[DIRECTOR]) + 1, "what was added meanwhile, and nothing of ours"


@LONG
def test_a_late_approval_is_of_what_was_audited(night: Any, estate: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the approval waits the inventory becomes another: AWX fetches it anew for each job."""
    before, then = estate.rules(), estate.inventory

    def later(dead: Sequence[str] = ()) -> dict[str, Any]:
        inventory = then(dead)
        inventory["_meta"]["hostvars"][FIRST]["lync_firewall_ruleset"] = "extended"
        return inventory

    late = night(answer=lambda: monkeypatch.setattr(estate, "inventory", later) is None)
    assert late.jobs["remediate"].status == "failed"
    told = " ".join(late.jobs["remediate"].output.split())
    assert f"other groups or lync variables than then have {FIRST}. Nothing was done." in told
    assert estate.rules() == before


@LONG
def test_denied_approval_changes_nothing(night: Any, estate: Estate) -> None:
    before = estate.rules()
    denied = night(answer=False)
    assert denied.walk.path == ("audit", "drift", "plan", "answered", "approve")
    assert denied.walk.failed
    assert estate.rules() == before


@LONG
def test_drift_beside_an_outage_is_another_question_and_leaves_the_silent_host_alone(
    night: Any, estate: Estate
) -> None:
    before = estate.rules()
    mixed = night(answer=True, dead={"*": [FIRST]})
    assert mixed.walk.path == ("audit", "drift", "plan", "answered", "approve-in-outage", "remediate", "verify")
    assert mixed.asked == [("Remediate the drifted Lync hosts? (OTHERS DID NOT ANSWER)", [DIRECTOR, SECOND])]
    assert mixed.jobs["remediate"].status == "successful", mixed.jobs["remediate"].output
    after = estate.rules()
    assert [name for name in estate.hosts if after[name] != before[name]] == [DIRECTOR, SECOND]
    assert mixed.jobs["verify"].artifacts["lync_firewall_unreachable_hosts"] == [FIRST]
    assert mixed.walk.failed, "an estate that was not seen whole is not verified"


@LONG
def test_lost_first_host_stops_the_remediation_and_verify_tells_the_state(night: Any, estate: Estate) -> None:
    before = estate.rules()
    lost = night(answer=True, dead={"remediate": [DIRECTOR]})
    assert lost.walk.path[-2:] == ("remediate", "verify")
    assert lost.jobs["remediate"].status == "failed"
    assert estate.rules() == before, "the first host goes alone; nobody follows it into trouble"
    assert lost.jobs["verify"].artifacts["lync_firewall_totals"]["drifted"] == 3
    assert lost.walk.failed


@pytest.mark.long
def test_a_limit_without_a_lync_host_is_neither_drift_nor_success(run_template: RunTemplate) -> None:
    job = run_template("Lync firewall audit", arguments=["--limit", "localhost"])
    assert job.status == "failed"
    assert job.artifacts["lync_firewall_summary"].startswith("No Lync host was looked at. There is no host to work on")
    assert job.artifacts["lync_firewall_drifted_hosts"] == []
    gate = run_template("Lync firewall gate drift", job.artifacts)
    assert gate.status == "failed"
    assert "No Lync host was looked at" in " ".join(gate.output.split())


@pytest.mark.long
def test_empty_inventory_does_not_pass_for_a_converged_estate(
    night: Any, estate: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(estate, "inventory", lambda _dead: {"_meta": {"hostvars": {}}, "all": {"children": []}})
    empty = night(answer=True)
    assert empty.jobs["audit"].status == "failed", "it looks first if there is a host at all"
    assert empty.jobs["audit"].artifacts["lync_firewall_class"] == "failed"
    assert (empty.walk.path, empty.asked, empty.walk.failed) == (("audit", "drift"), [], True)
