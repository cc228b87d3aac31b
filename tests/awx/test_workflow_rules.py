# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The driver keeps to AWX's rules, on graphs small enough to see the answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from awx.setup_data import Node
from awx.workflow import Walk, walk


@dataclass(frozen=True)
class Done:
    status: str
    artifacts: Mapping[str, Any] = field(default_factory=dict)


def node(name: str, success: str = "", failure: str = "", always: str = "", approval: bool = False) -> Node:
    edges = {"success_nodes": success, "failure_nodes": failure, "always_nodes": always}
    return Node(
        identifier=name,
        template="" if approval else name,
        approval=name if approval else "",
        description="",
        timeout=0,
        edges={kind: tuple(names.split()) for kind, names in edges.items()},
    )


def go(*nodes: Node, failing: str = "", artifacts: Mapping[str, Mapping[str, Any]] | None = None) -> Walk:
    def run_job(which: Node, given: Mapping[str, Any]) -> Done:
        status = "failed" if which.identifier in failing.split() else "successful"
        return Done(status, (artifacts or {}).get(which.identifier, {}))

    return walk(nodes, run_job, lambda which, _given: which.identifier not in failing.split())


@pytest.mark.parametrize(
    ("failing", "path", "failed"),
    [
        ("", ("a", "good", "both"), False),
        ("a", ("a", "bad", "both"), False),
        ("a bad", ("a", "bad", "both"), True),
        ("good", ("a", "good", "both"), True),
    ],
)
def test_edges(failing: str, path: tuple[str, ...], failed: bool) -> None:
    done = go(node("a", "good", "bad", "both"), node("good"), node("bad"), node("both"), failing=failing)
    assert (done.path, done.failed) == (path, failed)


def test_denied_approval_is_a_failure_and_its_way_ends() -> None:
    done = go(node("ask", "act", approval=True), node("act"), failing="ask")
    assert (done.path, done.failed) == (("ask",), True)


def test_denied_approval_may_have_a_way_of_its_own() -> None:
    done = go(node("ask", "act", "tell", approval=True), node("act"), node("tell"), failing="ask")
    assert (done.path, done.failed) == (("ask", "tell"), False)


def test_two_ways_meet_in_a_node_that_runs_once() -> None:
    done = go(
        node("a", "left", "right"), node("left", "end"), node("right", "end"), node("end", "after"), node("after")
    )
    assert done.path == ("a", "left", "end", "after")


def test_what_follows_a_dead_way_is_dead_too() -> None:
    done = go(node("a", "b"), node("b", "c"), node("c", "d"), node("d"), failing="a")
    assert (done.path, done.failed) == (("a",), True)


def test_waits_for_all_parents_that_can_still_run() -> None:
    done = go(node("slow", "end"), node("end"), node("quick", always="end"))
    assert done.path == ("slow", "quick", "end")


def test_artifacts_reach_everybody_below_and_the_nearer_one_wins() -> None:
    given = {
        step.node.identifier: step.given
        for step in go(
            node("a", "ask"),
            node("ask", "b", approval=True),
            node("b", "c"),
            node("c"),
            artifacts={"a": {"x": 1, "y": 1}, "b": {"y": 2}},
        ).steps
    }
    assert given == {"a": {}, "ask": {"x": 1, "y": 1}, "b": {"x": 1, "y": 1}, "c": {"x": 1, "y": 2}}


def test_a_failed_job_hands_over_too() -> None:
    done = go(node("a", failure="b"), node("b"), failing="a", artifacts={"a": {"x": 1}})
    assert done.steps[-1].given == {"x": 1}
