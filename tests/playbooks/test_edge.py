# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Edge Servers of two interfaces, of the oldest and the newest product: audit, site, audit, site again; the matrix."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from playbooks.runs import NEWEST_ONLY

if TYPE_CHECKING:
    from lab.testing import Lab
    from playbooks.runs import Run, Runner
    from playbooks.warm import Warm

# What an Edge Server is and has is decided and written as that of any other host.
pytestmark = NEWEST_ONLY

STEPS = ("audit", "site", "audit again", "site again")
EDGES = ("edge01", "edge02")
_SCOPED = {"lync_firewall_scope": "topology"}


@pytest.fixture(scope="module", params=["lync_2013", "skype_se"])
def served(request: pytest.FixtureRequest) -> Iterator[Lab]:
    """Two Edge Servers and the servers inside; in place of the estate of the other tests."""
    from lab.testing import Lab

    with Lab(count=1, edges=2, product=request.param, bystanders=()) as lab:
        yield lab


@pytest.fixture(scope="module")
def runner(served: Lab, tmp_path_factory: pytest.TempPathFactory, warm: Warm) -> Runner:
    """For all steps of a product."""
    from playbooks.runs import Runner

    return Runner(served, tmp_path_factory.mktemp("edge"), warm)


@pytest.fixture(scope="module")
def runs(runner: Runner) -> dict[str, Run]:
    """Every step, on the Edge Servers alone."""
    return {step: runner.play(step.partition(" ")[0], "--limit", "lync_edge") for step in STEPS}


@pytest.mark.parametrize("step", STEPS)
def test_step(runs: dict[str, Run], step: str) -> None:
    run = runs[step]
    if step == "audit":
        assert run.code == 2, run.output
        return
    assert (run.code, run.failed, run.unreachable) == (0, {}, {}), run.output
    assert bool(run.changed) is (step == "site"), run.output


def test_internal_ports_are_open_inside_and_shut_outside(served: Lab, runs: dict[str, Run]) -> None:
    """By the live firewall, not by what was planned."""
    from lab.probe import tcp_open

    assert runs["site"].code == 0

    def is_open(address: str, port: int) -> bool:
        return asyncio.run(tcp_open(address, port, 2.0))

    for host in served.hosts:
        addresses = host.spec.edge
        if addresses is None:
            continue
        assert {is_open(addresses.internal, port) for port in (5061, 5062, 8057, 443, 4443, 50001)} == {True}
        for external in addresses.external:
            assert is_open(external, 443)
            assert {is_open(external, port) for port in (5062, 8057, 4443, 50001, 5985)} == {False}


def test_the_matrix_has_the_perimeter(runner: Runner, runs: dict[str, Run]) -> None:
    assert runs["audit"].code == 2
    run = runner.play("matrix")
    assert run.code == 0, run.output
    (path,) = runner.folder.rglob("*matrix*.json")
    lines: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["lines"]
    outside = [line for line in lines if line["source"] == ["Internet"]]
    assert {",".join(line["destination"]) for line in outside} == {
        "Edge Servers, Access Edge", "Edge Servers, Web Conferencing Edge", "Edge Servers, A/V Edge"
    }  # fmt: skip


def test_a_public_address_is_refused_before_anything_is_changed(runner: Runner, runs: dict[str, Run]) -> None:
    """The likeliest mistake: its rules would take the place of those that work, and admit nobody."""
    assert runs["site again"].code == 0
    said = {"lync_firewall_edge_addresses": {
        "internal": "127.0.0.1", "external_access": "203.0.113.11", "external_webconf": "203.0.113.12",
        "external_av": "203.0.113.13",
    }}  # fmt: skip
    for playbook in ("site", "audit"):
        run = runner.play(playbook, "--limit", "lync_edge", variables=said)
        assert run.code == 2, run.output
        assert not run.changed
        assert "ipconfig" in " ".join(run.output.split())


def test_a_firewall_that_is_off_outside_fails_and_a_rule_for_a_network_that_is_not_there_does_not(
    served: Lab, runner: Runner, runs: dict[str, Run]
) -> None:
    """The host itself says which profile the network of each address is in."""
    from lab_tests.test_edge import said

    assert runs["site again"].code == 0
    host = served.host("edge01")
    fail = {"lync_firewall_on_wider": "fail"}

    def audit(**more: str) -> Run:
        return runner.play("audit", "--limit", "edge01*", variables={**fail, **more})

    allow = "dir=in action=allow protocol=tcp localport=8057 profile=domain"
    said(host, f"netsh advfirewall firewall add rule name=vendor {allow}")
    told = audit()
    assert told.code == 0, told.output
    assert "1 row perhaps wider than wanted" in " ".join(told.output.split())
    said(host, "netsh advfirewall set publicprofile state off")
    try:
        told = audit()
        assert told.code == 2, told.output
        assert "6 rows wider than wanted" in " ".join(told.output.split())
        told = runner.play("audit", "--limit", "edge01*", variables={"lync_firewall_firewall_enabled": "enabled"})
        assert told.code == 2, told.output
        assert "1 drifted" in " ".join(told.output.split())
    finally:
        said(host, "netsh advfirewall set publicprofile state on")
        said(host, "netsh advfirewall firewall delete rule name=vendor")
