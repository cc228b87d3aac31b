# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stand-ins for AWX against what AWX 24.6.1 recorded, for the same launches. Skipped where that is not at hand.

The set-up has gone on since: `SINCE` names what it said otherwise then, and nodes that there were not.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from awx import setup_data, survey, told
from awx.setup_data import ROOT, Node, Template
from awx.workflow import walk

RECORDED = ROOT.parent / "shared" / "data" / "awx" / "recorded.json"
SINCE: dict[str, dict[str, Any]] = {
    "Lync firewall audit in slices": {"lync_firewall_report_dir": "/var/lib/lync-firewall-reports"},
    "Lync firewall remediate": {"lync_firewall_plan_dir": None, "lync_firewall_accept_late": None},
}
NOT_THEN = {"plan"}
OF_SLICES = ("lync_firewall_report_title",)


def _read() -> dict[str, Any]:
    empty: dict[str, Any] = {"jobs": [], "inventory_updates": [], "workflow_nodes": []}
    return dict(json.loads(RECORDED.read_text(encoding="utf-8"))) if RECORDED.is_file() else empty


DATA = _read()
FOUND = {job["id"]: job for job in DATA["jobs"]}
NODES = {node["job"]: node for node in DATA["workflow_nodes"] if node["job"]}
NIGHTS = sorted({node["workflow"] for node in DATA["workflow_nodes"] if node["identifier"]})


def _then(template: Template) -> Template:
    changed = {**template.extra_vars, **SINCE.get(template.name, {})}
    variables = {key: value for key, value in changed.items() if value is not None}
    return Template({**template.raw, "extra_vars": variables})


def _at_launch(job: Mapping[str, Any]) -> dict[str, Any]:
    """What came at the launch: artifacts for a node of a workflow, else answers, which the record has in the result."""
    node = NODES.get(job["id"])
    if node and node["identifier"]:
        return dict(node["ancestor_artifacts"])
    asked = ("lync_firewall_report_formats", "lync_firewall_report_previous", *OF_SLICES)
    return {name: job["extra_vars"][name] for name in asked if name in job["extra_vars"]}


@pytest.mark.parametrize("job", FOUND.values(), ids=lambda job: f"{job['id']}-{job['name']}")
def test_a_job_is_told_the_same(job: dict[str, Any], templates: dict[str, Template]) -> None:
    template = _then(templates[job["name"]])
    where = job["job_args"].index("ansible-playbook") + 1
    options = told.of_job(template, "Administrator", job["limit"])
    end = ["-i", "/runner/inventory", "-e", "@/runner/env/extravars", template.playbook]
    assert job["job_args"][where:] == [*options, *end]
    assert told.OF_JOB.items() <= job["job_env"].items()
    launch = _at_launch(job)
    for question in template.questions:
        if question.variable in launch:
            assert survey.problems(question, launch[question.variable]) == [], "AWX took the answer"
    assert survey.extra_vars(template, launch) == job["extra_vars"]


@pytest.mark.parametrize("job", FOUND.values(), ids=lambda job: f"{job['id']}-{job['name']}")
def test_a_launch_without_answers_has_the_defaults(job: dict[str, Any], templates: dict[str, Template]) -> None:
    found = survey.extra_vars(_then(templates[job["name"]]), {})
    answered = {*_at_launch(job)}
    assert found.items() >= {key: job["extra_vars"][key] for key in found if key not in answered}.items()


@pytest.mark.parametrize("update", DATA["inventory_updates"], ids=lambda update: str(update["id"]))
def test_an_inventory_update_is_told_the_same(update: dict[str, Any]) -> None:
    where = update["job_args"].index("ansible-inventory") + 1
    output = f"/runner/artifacts/{update['id']}/output.json"
    wanted = told.of_inventory(update["source_path"], "/runner/project", output, "/runner/project/inventory")
    assert update["job_args"][where:] == wanted
    assert told.OF_INVENTORY.items() <= update["job_env"].items()
    assert "ANSIBLE_COLLECTIONS_PATH" not in update["job_env"]


@pytest.mark.parametrize("number", NIGHTS)
def test_a_workflow_goes_the_same_way_with_the_same_artifacts(number: int, data: dict[str, Any]) -> None:
    recorded = {node["identifier"]: node for node in DATA["workflow_nodes"] if node["workflow"] == number}

    def run(node: Node, _given: Mapping[str, Any]) -> Any:
        if node.identifier in NOT_THEN:
            return SimpleNamespace(status="successful", artifacts={})
        job = FOUND[recorded[node.identifier]["job"]]
        return SimpleNamespace(status=job["status"], artifacts=job["artifacts"])

    def approve(node: Node, _given: Mapping[str, Any]) -> bool:
        return bool(recorded[node.identifier]["status"] == "successful")

    done = walk(setup_data.workflow(data), run, approve)
    steps = [step for step in done.steps if step.node.identifier not in NOT_THEN]
    ran = {name for name, node in recorded.items() if node["job"]}
    assert {step.node.identifier for step in steps} == ran
    for step in steps:
        assert step.given == recorded[step.node.identifier]["ancestor_artifacts"], step.node.identifier


def test_all_launches_are_held_to() -> None:
    if not RECORDED.is_file():
        pytest.skip(f"{RECORDED} is not here, so the stand-ins for AWX are not held to what it recorded")
    assert (len(FOUND), len(DATA["inventory_updates"]), len(DATA["workflow_nodes"])) == (31, 5, 56)
