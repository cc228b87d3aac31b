# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWX makes of a job template with more than one slice.

After AWX 24.6.1: JobTemplate.create_unified_job and Job.awx_meta_vars (awx/main/models/jobs.py, unified_jobs.py): a
sliced job is a workflow of AWX's own making, with the name of the template and one job for each slice, and that is the
workflow that its jobs are told of, also where it is a node of another one. Inventory.get_sliced_hosts and
get_script_data (inventory.py): hosts by name, each slice has every so many hosts one, groups keep their members of the
slice. WorkflowJob.get_effective_artifacts (workflow.py): the jobs' artifacts one over the other, as they finish.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from awx.job import Job
from awx.setup_data import Template


@dataclass(frozen=True)
class Sliced:
    """What became of a sliced job, as the workflow sees it that has it as a node.

    :ivar jobs: The job of each slice.
    """

    jobs: tuple[Job, ...]

    @property
    def status(self) -> str:
        return "successful" if all(job.status == "successful" for job in self.jobs) else "failed"

    @property
    def artifacts(self) -> Mapping[str, Any]:
        return {key: value for job in self.jobs for key, value in job.artifacts.items()}


def sliced(inventory: Mapping[str, Any], number: int, count: int) -> dict[str, Any]:
    """The inventory of a slice.

    :param inventory: The whole one.
    :param number: The slice, from 1.
    :param count: How many there are; with one, it is the whole inventory.
    """
    hosts = sorted(inventory["_meta"]["hostvars"])
    kept = hosts if count == 1 else hosts[number - 1 :: count]
    groups = {
        name: {**group, "hosts": [host for host in group["hosts"] if host in kept]} if "hosts" in group else dict(group)
        for name, group in inventory.items()
        if name != "_meta"
    }
    variables = {name: inventory["_meta"]["hostvars"][name] for name in kept}
    return {**groups, "_meta": {"hostvars": variables}}


def run_slices(template: Template, hosts: int, first: int, run: Callable[..., Job]) -> Sliced:
    """Run the job of each slice, one after the other.

    :param template: What is sliced.
    :param hosts: Hosts of the inventory.
    :param first: The id of the workflow that AWX makes; those of the jobs follow.
    :param run: Runs one, given what AWX tells of it, and its number and how many there are.
    """
    count = min(template.raw["job_slice_count"], hosts)
    told = {
        "awx_job_template_name": template.name,
        "awx_workflow_job_id": first,
        "awx_workflow_job_name": template.name,
    }
    return Sliced(
        tuple(run(facts={**told, "awx_job_id": first + number}, part=(number, count)) for number in range(1, count + 1))
    )
