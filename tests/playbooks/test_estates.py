# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An estate of each product, with two Edge Servers of two networks: from its topology through a drift to its files.

Each estate runs the same playbooks one after the other, once; a test a step looks at what it said. `-rP` shows the
table of estates and playbooks.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from playbooks.runs import NEWEST_ONLY, long
from playbooks.test_dumps import NO_WAY_IN, collect, verdicts

if TYPE_CHECKING:
    from lab.testing import Lab
    from playbooks.runs import Run, Runner
    from playbooks.warm import Warm

# What an estate of a product comes to; test_smoke, test_edge and test_remediate show that each core runs these plays.
pytestmark = NEWEST_ONLY

# The newest, of which Lync Server 2013 is nearly a part; what differs is in the engine's tables.
PRODUCTS = (*map(long, ("lync_2013", "skype_2015", "skype_2019")), "skype_se")
BROKEN = {
    # A rule of an Edge Server that is bound to an interface, and one of a host inside.
    "edge01": 'netsh advfirewall firewall set rule name="LyncOps in-tcp-5062-internal g1" new enable=no',
    "fe01": 'netsh advfirewall firewall delete rule name="LyncOps in-tcp-5061 g1"',
}


@dataclass
class Story:
    """What each step said, in the order in which they were played."""

    runs: dict[str, Run] = field(default_factory=dict)
    classes: dict[str, dict[str, str]] = field(default_factory=dict)
    reports: dict[str, dict[str, Any]] = field(default_factory=dict)
    lines: list[dict[str, Any]] = field(default_factory=list)


@pytest.fixture(scope="module", params=PRODUCTS)
def product(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def served(product: str) -> Iterator[Lab]:
    """All hosts of the product, in place of the estate of the other tests."""
    from lab.testing import Lab

    with Lab(product=product, edges=2) as lab:
        yield lab


@pytest.fixture(scope="module")
def story(served: Lab, tmp_path_factory: pytest.TempPathFactory, warm: Warm) -> Story:
    """Play everything."""
    from playbooks.runs import Runner

    runner = Runner(served, tmp_path_factory.mktemp("estate"), warm)
    story = Story()

    def play(step: str, playbook: str, *arguments: str, judged: bool = False, **variables: Any) -> None:
        story.runs[step] = runner.play(playbook, *arguments, variables=variables)
        if judged:
            story.classes[step] = runner.classes()
            story.reports[step] = runner.report()

    play("audit", "audit", judged=True)
    by_hand, runner.inventory = runner.inventory, _from_topology(served, runner)
    play("audit by topology", "audit", judged=True)
    runner.inventory = by_hand
    play("site --check", "site", "--check")
    play("site", "site")
    play("site again", "site")
    play("verify", "verify")
    for name, line in BROKEN.items():
        assert "Ok." in served.host(name).run(line).stdout, line
    play("audit of a drift", "audit", judged=True)
    play("remediate", "remediate")
    play("audit again", "audit", judged=True)
    collect(served, runner.folder / "dumps")
    play("audit of files", "audit", lync_firewall_dumps="dumps", **NO_WAY_IN, judged=True)
    play("matrix", "matrix")
    (path,) = runner.folder.rglob("*matrix*.json")
    story.lines = json.loads(path.read_text(encoding="utf-8"))["lines"]
    return story


def _from_topology(lab: Lab, runner: Runner) -> Path:
    """The topology of the estate, and an inventory of logins alone: no group of roles, no product, no address."""
    folder = runner.folder / "by_topology"
    folder.mkdir()
    lab.write_topology(runner.folder / "topology.xml")
    (folder / "estate.lync_topology.yml").write_text("plugin: lyncops.firewall.lync_topology\npath: ../topology.xml\n")
    children = yaml.safe_load(runner.inventory.read_text())["all"]["children"]
    edge = children["lync"]["children"]["lync_edge"]["vars"]
    logins = {"all": {"children": {"windows": children["windows"], "lync_edge": {"vars": edge}}}}
    (folder / "logins.yml").write_text(yaml.safe_dump(logins))
    return folder


def _short(names: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in names}


def test_every_host_is_judged_and_none_is_as_it_should_be(served: Lab, story: Story) -> None:
    assert story.runs["audit"].code == 2
    assert set(story.classes["audit"]) == {host.name.partition(".")[0] for host in served.hosts}
    assert set(story.classes["audit"].values()) == {"drifted"}


def test_the_report_names_the_product(story: Story, product: str) -> None:
    for step in ("audit", "audit by topology", "audit of files"):
        found = {host["name"]: host.get("product") for host in story.reports[step]["hosts"]}
        if product == "skype_se" and step == "audit by topology":
            # No topology tells the two apart; the guide says to give the product there.
            assert set(found.values()) == {"skype_2019"}
        else:
            assert set(found.values()) == {product}


def test_its_topology_says_the_same_as_the_inventory(story: Story) -> None:
    assert story.runs["audit by topology"].code == 2
    assert story.classes["audit by topology"] == story.classes["audit"]


def test_site_opens_all_of_it_once(served: Lab, story: Story) -> None:
    everybody = {host.name.partition(".")[0] for host in served.hosts}
    for step, changed in (("site --check", everybody), ("site", everybody), ("site again", set())):
        run = story.runs[step]
        assert (run.code, run.failed, run.unreachable) == (0, {}, {}), run.output
        assert _short(run.changed) == changed, step
    assert story.runs["verify"].code == 0, story.runs["verify"].output


def test_a_drift_is_found_where_it_is_and_repaired(story: Story) -> None:
    assert story.runs["audit of a drift"].code == 2
    drifted = {name for name, found in story.classes["audit of a drift"].items() if found == "drifted"}
    assert drifted == set(BROKEN)
    run = story.runs["remediate"]
    assert (run.code, run.failed, run.unreachable) == (0, {}, {}), run.output
    assert _short(run.changed) == set(BROKEN)
    assert set(story.classes["audit again"].values()) == {"compliant"}


def test_its_files_say_the_same_as_the_hosts(story: Story) -> None:
    assert verdicts(story.reports["audit of files"]) == verdicts(story.reports["audit again"])
    assert story.runs["audit of files"].code == 0, story.runs["audit of files"].output


def test_the_matrix_has_the_perimeter(story: Story, product: str) -> None:
    assert story.runs["matrix"].code == 0, story.runs["matrix"].output
    outside = [line for line in story.lines if line["source"] == ["Internet"]]
    assert {",".join(line["destination"]) for line in outside} == {
        "Edge Servers, Access Edge", "Edge Servers, Web Conferencing Edge", "Edge Servers, A/V Edge"
    }  # fmt: skip
    perimeter = [line for line in story.lines if "Edge Servers" in " ".join((*line["source"], *line["destination"]))]
    as_meant = [step for step, run in story.runs.items() if run.code == (2 if _finds(step) else 0)]
    assert as_meant == list(story.runs)
    print(f"{product}: {len(as_meant)} of {len(story.runs)} playbooks as meant on {len(story.classes['audit'])} hosts")
    print(f"  {', '.join(story.runs)}; {len(perimeter)} perimeter lines of {len(story.lines)}")


def _finds(step: str) -> bool:
    """Whether hosts are not as they should be then: an audit fails in that case."""
    return step in ("audit", "audit by topology", "audit of a drift")
