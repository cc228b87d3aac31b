# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small driver that walks a workflow by AWX's rules.

After awx/main/scheduler/dag_workflow.py and awx/main/models/workflow.py: after success a node's success and always
edges are followed, after failure its failure and always edges. A node with several parents starts once those that can
still run have finished and one of them leads to it. It gets the artifacts of all its ancestors, the nearer one winning,
and these become its extra variables. A workflow fails if a node failed and has neither a failure nor an always edge.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from awx.setup_data import Node


class Outcome(Protocol):
    """What the driver needs to know of a job."""

    @property
    def status(self) -> str: ...

    @property
    def artifacts(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True)
class Step:
    """A node that ran, and what it was given."""

    node: Node
    succeeded: bool
    given: Mapping[str, Any]


@dataclass(frozen=True)
class Walk:
    """A workflow that has ended."""

    steps: tuple[Step, ...]
    failed: bool

    @property
    def path(self) -> tuple[str, ...]:
        return tuple(step.node.identifier for step in self.steps)


RunJob = Callable[[Node, Mapping[str, Any]], Outcome]
Approve = Callable[[Node, Mapping[str, Any]], bool]


def walk(nodes: Sequence[Node], run_job: RunJob, approve: Approve) -> Walk:
    """Walk from the nodes that no edge leads to, until nothing is left that may run.

    :param run_job: Runs the job of a node with these extra variables.
    :param approve: The person: true is an approval, false a denial.
    """
    results: dict[str, bool] = {}
    handed: dict[str, dict[str, Any]] = {}
    given: dict[str, dict[str, Any]] = {}
    steps: list[Step] = []
    while ready := _ready(nodes, results):
        node = ready[0]
        parents = [parent for parent in nodes if _leads_to(parent, node.identifier)]
        variables: dict[str, Any] = {}
        for parent in parents:
            variables |= {**given.get(parent.identifier, {}), **handed.get(parent.identifier, {})}
        given[node.identifier] = variables
        if node.approval:
            results[node.identifier] = approve(node, variables)
        else:
            outcome = run_job(node, variables)
            results[node.identifier] = outcome.status == "successful"
            handed[node.identifier] = dict(outcome.artifacts)
        steps.append(Step(node, results[node.identifier], variables))
    return Walk(tuple(steps), _failed(nodes, results))


def _leads_to(parent: Node, identifier: str) -> bool:
    return any(identifier in targets for targets in parent.edges.values())


def _followed(parent: Node, succeeded: bool) -> tuple[str, ...]:
    return parent.edges["success_nodes" if succeeded else "failure_nodes"] + parent.edges["always_nodes"]


def _ready(nodes: Sequence[Node], results: Mapping[str, bool]) -> list[Node]:
    dead = _dead(nodes, results)
    ready = []
    for node in nodes:
        if node.identifier in results or node.identifier in dead:
            continue
        parents = [parent for parent in nodes if _leads_to(parent, node.identifier)]
        if all(parent.identifier in results or parent.identifier in dead for parent in parents):
            ready.append(node)
    return ready


def _dead(nodes: Sequence[Node], results: Mapping[str, bool]) -> set[str]:
    """Nodes that cannot run any more: all parents are done or dead, and none that is done leads here."""
    dead: set[str] = set()
    while True:
        more = set()
        for node in nodes:
            parents = [parent for parent in nodes if _leads_to(parent, node.identifier)]
            if not parents or node.identifier in results or node.identifier in dead:
                continue
            done = [parent for parent in parents if parent.identifier in results]
            if len(done) + sum(parent.identifier in dead for parent in parents) < len(parents):
                continue
            if not any(node.identifier in _followed(parent, results[parent.identifier]) for parent in done):
                more.add(node.identifier)
        if not more:
            return dead
        dead |= more


def _failed(nodes: Sequence[Node], results: Mapping[str, bool]) -> bool:
    return any(
        not results.get(node.identifier, True) and not node.edges["failure_nodes"] and not node.edges["always_nodes"]
        for node in nodes
    )
