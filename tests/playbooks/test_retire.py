# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""retire.yml: whoever leaves the estate is named in the reports until our rules are gone from the host."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from playbooks.runs import LONG, NEWEST_ONLY, newest_only

if TYPE_CHECKING:
    from lab.testing import Lab
    from playbooks.runs import Runner

DIRECTOR, MEDIATION = "dir01.contoso.test", "med01.contoso.test"

# NEWEST_ONLY: The oldest ansible-core retires a host, forgets one, refuses to and cannot reach one; who is named is
# decided by the engine.

SOME = ("--limit", f"{DIRECTOR},{MEDIATION}")


def rules(lab: Lab, host: str) -> int:
    return sum("|Name=LyncOps " in rule for rule in lab.host(host).rules().values())


def left(runner: Runner) -> list[tuple[str, str]]:
    """Who has left, by the report; the status and the artifacts say the same."""
    found = [(one["name"], one["why"]) for one in runner.report()["left"]]
    status = json.loads((runner.folder / "lync_firewall_report" / "lync-firewall-status.json").read_text())
    assert status["left"] == sorted({name for name, _why in found})
    return found


def without_groups(everything: dict[str, Any], _hosts: dict[str, Any]) -> None:
    """dir01 is in the inventory still, and no Lync server any more."""
    everything["children"]["lync"]["children"]["lync_director"]["hosts"] = {}


@LONG
@NEWEST_ONLY
def test_a_host_that_left_before_any_report_is_named(lab: Lab, runner: Runner) -> None:
    """What changed it has noted that; no audit has ever seen it."""
    assert runner.play("site", "--check", *SOME).code == 0
    assert not (runner.folder / "lync_firewall_report").exists()
    assert runner.play("remediate", *SOME).code == 0
    runner.change_inventory(without_groups)
    runner.play("audit", "--limit", MEDIATION)
    assert left(runner) == [(DIRECTOR, "groups")]
    (one,) = runner.report()["left"]
    assert (one["roles"], one["rules"]) == (["director"], rules(lab, "dir01"))
    runner.play("audit", "--limit", MEDIATION)
    assert left(runner) == [(DIRECTOR, "groups")]
    assert runner.play("retire", variables={"lync_firewall_retired": DIRECTOR}).code == 0
    runner.play("audit", "--limit", MEDIATION)
    assert left(runner) == []


@NEWEST_ONLY
def test_a_host_without_a_role_is_named_until_it_is_retired(lab: Lab, runner: Runner) -> None:
    assert runner.play("site", *SOME).code == 0
    assert runner.play("audit", *SOME).code == 0
    assert left(runner) == []
    runner.change_inventory(without_groups)
    run = runner.play("audit", "--limit", MEDIATION)
    assert run.code == 0, "who has left is no drift of anybody who is here"
    assert left(runner) == [(DIRECTOR, "groups")]
    assert f"Left and not retired: {DIRECTOR}" in run.output
    assert run.artifacts["lync_firewall_left"] == [DIRECTOR]
    who = {"lync_firewall_retired": DIRECTOR}
    checked = runner.play("retire", "--check", variables=who)
    assert (checked.code, checked.changed) == (0, {DIRECTOR}), checked.output
    assert rules(lab, "dir01") > 0
    assert not (runner.folder / "lync_firewall_report" / "retired.json").exists()
    run = runner.play("retire", variables=who)
    assert (run.code, run.changed) == (0, {DIRECTOR}), run.output
    assert (rules(lab, "dir01"), rules(lab, "med01") > 0) == (0, True)
    runner.play("audit", "--limit", MEDIATION)
    assert left(runner) == []


@NEWEST_ONLY
@pytest.mark.long
def test_a_host_that_the_inventory_does_not_have_is_named_beside_it_or_forgotten(lab: Lab, runner: Runner) -> None:
    assert runner.play("site", *SOME).code == 0
    runner.play("audit", *SOME)
    data = yaml.safe_load(runner.inventory.read_text())["all"]["children"]["windows"]
    connection = {**data.get("vars", {}), **data["hosts"][DIRECTOR]}

    def gone(everything: dict[str, Any], hosts: dict[str, Any]) -> None:
        without_groups(everything, hosts)
        del hosts[DIRECTOR]

    runner.change_inventory(gone)
    runner.play("audit", "--limit", MEDIATION)
    assert left(runner) == [(DIRECTOR, "inventory")]
    who = {"lync_firewall_retired": [DIRECTOR]}
    run = runner.play("retire", variables=who)
    assert run.code == 2
    assert f"-i '{DIRECTOR},'" in run.output
    assert "lync_firewall_forget=true" in run.output
    run = runner.play("retire", "-i", f"{DIRECTOR},", variables={**who, **connection})
    assert (run.code, run.changed, rules(lab, "dir01")) == (0, {DIRECTOR}, 0), run.output
    runner.play("audit", "--limit", MEDIATION)
    assert left(runner) == []


def moved_to(group: str) -> Callable[[dict[str, Any], dict[str, Any]], None]:
    """dir01 is in the inventory still, and something that no run of ours changes."""

    def change(everything: dict[str, Any], hosts: dict[str, Any]) -> None:
        without_groups(everything, hosts)
        everything["children"].setdefault(group, {})["hosts"] = {DIRECTOR: {}}

    return change


@NEWEST_ONLY
@pytest.mark.parametrize("group", ["lync_client", newest_only("lync_load_balancer"), "lync_sql"])
@pytest.mark.sample("lync_sql")
def test_a_host_that_became_something_else_is_named_until_it_is_retired(lab: Lab, runner: Runner, group: str) -> None:
    assert runner.play("site", *SOME).code == 0
    assert runner.play("audit", *SOME).code == 0
    runner.change_inventory(moved_to(group))
    audited = runner.play("audit", *SOME)
    assert [name for name, _why in left(runner)] == [DIRECTOR], audited.output
    assert f"Left and not retired: {DIRECTOR}" in audited.output
    run = runner.play("retire", variables={"lync_firewall_retired": DIRECTOR})
    assert (run.code, run.changed, rules(lab, "dir01")) == (0, {DIRECTOR}, 0), run.output
    runner.play("audit", *SOME)
    assert left(runner) == []


@NEWEST_ONLY
def test_nobody_is_retired_whose_removal_did_not_run(lab: Lab, runner: Runner) -> None:
    assert runner.play("site", *SOME).code == 0
    runner.change_inventory(without_groups)
    run = runner.play("retire", "--skip-tags", "lync_firewall", variables={"lync_firewall_retired": DIRECTOR})
    assert run.code == 2, run.output
    assert "--skip-tags lync_firewall leaves out the task that takes the rules away" in " ".join(run.output.split())
    start = ("--start-at-task", "Note whose rules are gone")
    run = runner.play("retire", *start, variables={"lync_firewall_retired": DIRECTOR})
    assert run.code == 2, run.output
    assert f"not retired: {DIRECTOR}" in " ".join(run.output.split())
    assert rules(lab, "dir01") > 0
    assert not (runner.folder / "lync_firewall_report" / "retired.json").exists()


@LONG
@NEWEST_ONLY
def test_a_plan_in_the_variables_keeps_nobody_from_retiring(lab: Lab, runner: Runner) -> None:
    made = runner.play("plan")
    assert runner.play("site", "--limit", "dir01*").code == 0
    runner.change_inventory(without_groups)
    run = runner.play("retire", variables={"lync_firewall_retired": "dir01.contoso.test", **made.artifacts})
    assert run.code == 0, run.output
    assert not [rule for rule in lab.host("dir01").rules().values() if "|Name=LyncOps " in rule]


def test_a_machine_that_is_gone_is_forgotten_without_a_connection(lab: Lab, runner: Runner) -> None:
    assert runner.play("site", *SOME).code == 0
    runner.play("audit", *SOME)
    runner.change_inventory(without_groups)
    variables = {"lync_firewall_retired": DIRECTOR, "lync_firewall_forget": "true"}
    run = runner.play("retire", variables=variables)
    assert (run.code, run.changed) == (0, set()), run.output
    assert rules(lab, "dir01") > 0, "nothing was connected to"
    runner.play("audit", "--limit", MEDIATION)
    assert left(runner) == []


@pytest.mark.parametrize(
    ("who", "told"),
    [
        (None, "name the hosts to retire"),
        newest_only("", "name the hosts to retire"),
        (MEDIATION, f"{MEDIATION} is a Lync server still (mediation)"),
        newest_only(f"{DIRECTOR},typo", "typo"),
    ],
)
def test_nobody_else_is_retired(lab: Lab, runner: Runner, who: str | None, told: str) -> None:
    assert runner.play("site", *SOME).code == 0
    runner.change_inventory(without_groups)
    run = runner.play("retire", variables={} if who is None else {"lync_firewall_retired": who})
    assert (run.code, run.changed) == (2, set())
    assert told in " ".join(run.output.split())
    assert rules(lab, "dir01") > 0
    assert rules(lab, "med01") > 0


def test_a_host_that_cannot_be_reached_is_not_retired(runner: Runner) -> None:
    def change(everything: dict[str, Any], hosts: dict[str, Any]) -> None:
        without_groups(everything, hosts)
        hosts[DIRECTOR]["ansible_port"] = 9

    runner.change_inventory(change)
    run = runner.play("retire", variables={"lync_firewall_retired": DIRECTOR})
    assert run.code == 4
    assert not (runner.folder / "lync_firewall_report" / "retired.json").exists()


@LONG
@NEWEST_ONLY
def test_a_role_that_a_host_lost_is_named_while_its_rules_are_kept(lab: Lab, runner: Runner) -> None:
    def both(everything: dict[str, Any], _hosts: dict[str, Any]) -> None:
        everything["children"]["lync"]["children"]["lync_mediation"]["hosts"][DIRECTOR] = {}

    runner.change_inventory(both)
    assert runner.play("site", "--limit", DIRECTOR).code == 0
    runner.play("audit", "--limit", DIRECTOR)

    def one(everything: dict[str, Any], _hosts: dict[str, Any]) -> None:
        del everything["children"]["lync"]["children"]["lync_mediation"]["hosts"][DIRECTOR]

    runner.change_inventory(one)
    kept = {"lync_firewall_exclusive": False}
    assert runner.play("audit", "--limit", DIRECTOR, variables=kept).code == 0
    assert left(runner) == [(DIRECTOR, "roles")]
    assert runner.report()["left"][0]["roles"] == ["mediation"]
    assert runner.play("remediate", "--limit", DIRECTOR).code == 0
    assert runner.play("audit", "--limit", DIRECTOR).code == 0
    assert left(runner) == []


@LONG
@NEWEST_ONLY
def test_rules_that_were_taken_away_on_purpose_are_nobody_s_leaving(lab: Lab, runner: Runner) -> None:
    assert runner.play("site", *SOME).code == 0
    runner.play("audit", *SOME)

    def absent(_everything: dict[str, Any], hosts: dict[str, Any]) -> None:
        hosts[DIRECTOR]["lync_firewall_state"] = "absent"

    runner.change_inventory(absent)
    assert runner.play("site", "--limit", DIRECTOR).code == 0
    run = runner.play("report", *SOME)
    assert left(runner) == []
    assert "added 0, removed 0, better 0, worse 0, unmanaged 1" in run.output
    (message,) = [host["message"] for host in runner.report()["hosts"] if host["name"] == DIRECTOR]
    assert message == "Its managed rules were taken away on purpose (state absent), and none is left."
