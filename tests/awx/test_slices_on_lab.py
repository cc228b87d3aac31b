# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The workflow of a large estate, walked on AWX's way to run a job against the lab: slices, and one report."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from awx import setup_data
from awx.setup_data import LARGE
from awx.slicing import Sliced, run_slices, sliced
from awx.workflow import Walk, walk
from playbooks.runs import LONG

if TYPE_CHECKING:
    from awx.conftest import Estate, RunTemplate
    from awx.job import Job
    from awx.setup_data import Node, Template

DIRECTOR, FIRST, SECOND = ("dir01.contoso.test", "fe01.contoso.test", "fe02.contoso.test")
OUTER, INNER = 50, 51
"""Ids of the workflow, and of the one that AWX makes of its sliced node."""


class Launch:
    """One run of the workflow."""

    def __init__(
        self,
        data: Mapping[str, Any],
        templates: Mapping[str, Template],
        run_template: RunTemplate,
        dead: Sequence[str],
        lost: Sequence[int],
    ) -> None:
        self.slices = Sliced(())
        self.report: Job | None = None
        self._templates, self._run, self._dead, self._lost = templates, run_template, dead, lost
        self.walk: Walk = walk(setup_data.workflow(data, LARGE), self._node, lambda *_asked: False)

    def _node(self, node: Node, given: Mapping[str, Any]) -> Sliced | Job:
        template = self._templates[node.template]
        if template.raw["job_slice_count"] > 1:
            self.slices = run_slices(template, 4, INNER, lambda **how: self._slice(template.name, given, **how))
            return self.slices
        facts = {"awx_job_template_name": template.name, "awx_workflow_job_id": OUTER, "awx_workflow_job_name": LARGE}
        self.report = self._run(template.name, given, dead=self._dead, facts=facts)
        return self.report

    def _slice(self, name: str, given: Mapping[str, Any], *, facts: Mapping[str, Any], part: tuple[int, int]) -> Job:
        # A limit without any of its hosts makes a slice fail before it has begun.
        arguments = ("--limit", "nobody") if part[0] in self._lost else ()
        return self._run(name, given, dead=self._dead, facts=facts, part=part, arguments=arguments)


@pytest.fixture
def launch(data: dict[str, Any], templates: dict[str, Template], run_template: RunTemplate) -> Any:
    def start(dead: Sequence[str] = (), lost: Sequence[int] = ()) -> Launch:
        return Launch(data, templates, run_template, dead, lost)

    return start


@pytest.mark.long
def test_each_slice_has_a_report_and_the_last_node_one_of_all(launch: Any, estate: Estate, tmp_path: Path) -> None:
    before = estate.rules()
    done = launch(dead=[FIRST])
    reports = tmp_path / "reports"
    assert (done.walk.path, done.walk.failed) == (("slices", "report"), True)
    assert [job.artifacts.get("lync_firewall_totals", {}).get("hosts") for job in done.slices.jobs] == [1, 1, 1, None]
    assert done.slices.jobs[-1].status == "successful", "a slice without a Lync host is no failure"
    assert sorted(path.name for path in (reports / f"slices-{INNER}").glob("*.json")) == sorted(
        f"lync-firewall-slice-{INNER + number}{end}.json" for number in (1, 2, 3) for end in ("", "-status")
    )
    handed = {key: value for key, value in done.slices.artifacts.items() if "lync_firewall_slice_" in key}
    assert handed == {
        f"lync_firewall_slice_{INNER + number}": str(
            reports / f"slices-{INNER}" / f"lync-firewall-slice-{INNER + number}.json"
        )
        for number in (1, 2, 3)
    }
    assert done.report.status == "failed", done.report.output
    assert done.report.artifacts["lync_firewall_drifted_hosts"] == [DIRECTOR, SECOND]
    assert done.report.artifacts["lync_firewall_unreachable_hosts"] == [FIRST]
    assert done.report.artifacts["lync_firewall_totals"]["hosts"] == 3
    assert "[WARNING]: sources" not in done.report.output
    document = json.loads((reports / "lync-firewall.json").read_text(encoding="utf-8"))
    assert [host["name"] for host in document["hosts"]] == [DIRECTOR, FIRST, SECOND]
    assert estate.rules() == before


@LONG
def test_hosts_of_a_slice_that_never_began_are_failed(launch: Any, tmp_path: Path) -> None:
    # What is left in the folder by somebody else is none of this launch's.
    stranger = tmp_path / "reports" / f"slices-{INNER}" / "old.json"
    stranger.parent.mkdir(parents=True)
    stranger.write_text("{}")
    done = launch(lost=[2])
    assert "old.json" not in done.report.output
    assert [job.status for job in done.slices.jobs] == ["failed", "failed", "failed", "successful"]
    assert done.report.status == "failed", done.report.output
    assert done.report.artifacts["lync_firewall_failed_hosts"] == [FIRST]
    assert done.report.artifacts["lync_firewall_drifted_hosts"] == [DIRECTOR, SECOND]
    assert f"1 host is in no report, and counted as failed: {FIRST}" in " ".join(done.report.output.split())


@LONG
def test_where_no_slice_has_begun_the_report_says_that_there_is_nothing(launch: Any) -> None:
    done = launch(lost=[1, 2, 3])
    assert (done.walk.path, done.walk.failed) == (("slices", "report"), True)
    assert "lync_firewall_report_sources: name the reports to put together" in " ".join(done.report.output.split())


def test_slices_have_every_host_once(started: Estate) -> None:
    whole = started.inventory()
    parts = [sliced(whole, number, 2) for number in (1, 2)]
    hosts = [sorted(part["_meta"]["hostvars"]) for part in parts]
    assert hosts == [[DIRECTOR, SECOND], [FIRST, "localhost"]]
    for part, names in zip(parts, hosts, strict=True):
        members = {host for name, group in part.items() if name != "_meta" for host in group.get("hosts", ())}
        assert members == set(names)
