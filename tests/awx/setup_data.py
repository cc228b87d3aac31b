# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The example's set-up (examples/awx-project/setup/controller.yml) as values: templates, surveys and the workflow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
PROJECT = ROOT / "examples" / "awx-project"
SETUP = PROJECT / "setup" / "controller.yml"

REPORTS = "/var/lib/lync-firewall-reports"
NIGHTLY = "Lync firewall nightly"
LARGE = "Lync firewall audit of a large estate"
EDGES = ("success_nodes", "failure_nodes", "always_nodes")


class Unsafe(str):
    """Text that Ansible must not template, because its braces are meant for AWX."""


class Loader(yaml.SafeLoader):
    """YAML as Ansible reads it, as far as the set-up goes."""


Loader.add_constructor("!unsafe", lambda loader, node: Unsafe(loader.construct_scalar(node)))


@dataclass(frozen=True)
class Question:
    """One question of a survey, with the keys that AWX gives it."""

    variable: str
    type: str
    required: bool
    default: Any
    choices: tuple[str, ...]
    least: int | None
    most: int | None


@dataclass(frozen=True)
class Template:
    """A job template: the raw description, and what the tests ask for often."""

    raw: Mapping[str, Any]

    @property
    def name(self) -> str:
        return str(self.raw["name"])

    @property
    def playbook(self) -> str:
        return str(self.raw["playbook"])

    @property
    def extra_vars(self) -> dict[str, Any]:
        return dict(self.raw.get("extra_vars", {}))

    @property
    def questions(self) -> tuple[Question, ...]:
        """Those of the survey, if it is enabled."""
        if not self.raw["survey_enabled"]:
            return ()
        return tuple(_question(item) for item in self.raw["survey_spec"]["spec"])


@dataclass(frozen=True)
class Node:
    """A node of the workflow.

    :ivar edges: For each kind of edge the identifiers of the nodes it leads to.
    :ivar template: Name of the job template, or empty for an approval.
    :ivar approval: Name of the approval, or empty for a job.
    """

    identifier: str
    template: str
    approval: str
    description: str
    timeout: int
    edges: Mapping[str, tuple[str, ...]]


def load() -> dict[str, Any]:
    """The whole file."""
    data = yaml.load(SETUP.read_text(encoding="utf-8"), Loader=Loader)
    assert isinstance(data, dict)
    return data


def templates(data: Mapping[str, Any]) -> dict[str, Template]:
    """Job templates by name."""
    return {str(item["name"]): Template(item) for item in data["controller_templates"]}


def workflow(data: Mapping[str, Any], name: str = NIGHTLY) -> tuple[Node, ...]:
    """The nodes of a workflow, in their order."""
    (found,) = [item for item in data["controller_workflows"] if item["name"] == name]
    return tuple(_node(item) for item in found["workflow_nodes"])


def _node(item: Mapping[str, Any]) -> Node:
    runs = item["unified_job_template"]
    is_approval = runs["type"] == "workflow_approval"
    related = item.get("related", {})
    return Node(
        identifier=item["identifier"],
        template="" if is_approval else runs["name"],
        approval=runs["name"] if is_approval else "",
        description=runs.get("description", ""),
        timeout=runs.get("timeout", 0),
        edges={kind: tuple(node["identifier"] for node in related.get(kind, ())) for kind in EDGES},
    )


def _question(item: Mapping[str, Any]) -> Question:
    return Question(
        variable=item["variable"],
        type=item["type"],
        required=item["required"],
        default=item["default"],
        choices=tuple(item["choices"].split("\n")) if item.get("choices") else (),
        least=item.get("min"),
        most=item.get("max"),
    )


def adapted(template: Template, reports: Path, mode: str = "") -> Template:
    """The same template with its report folder elsewhere, as a mount does it for a container, and in this job type.

    :param mode: `run`, `check`, or empty for the template's own.
    """
    variables = template.extra_vars
    for name in ("lync_firewall_report_dir", "lync_firewall_plan_dir"):
        if name in variables:
            variables[name] = variables[name].replace(REPORTS, str(reports))
    return Template({**template.raw, "extra_vars": variables, "job_type": mode or template.raw["job_type"]})
