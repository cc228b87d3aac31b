# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Green means looked at: whom a playbook works on, wherever that is said, and that nobody is no success."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from playbooks.runs import LONG, NEWEST_ONLY, Run, Runner, long, newest_only

if TYPE_CHECKING:
    from lab.testing import Lab

# All begin with the same preflight; on both cores each of them is run without a host by test_preflight.py.
PLAYBOOKS = ("site", "remediate", newest_only("audit"), *map(long, ("verify", "report", "matrix", "gpo")))
_GPO = {"lync_firewall_gpo": "contoso.test\\Lync"}


def _lost(run: Run) -> None:
    assert run.code == 2, run.output
    assert "There is no host to work on" in run.output


def _other_names(place: str, value: Any) -> Callable[[dict[str, Any], dict[str, Any]], None]:
    """The lab's Director is in the group sip, and no Lync group is left."""

    def change(everything: dict[str, Any], hosts: dict[str, Any]) -> None:
        children = everything["children"]
        del children["lync"]
        children["sip"] = {"hosts": {"dir01.contoso.test": {"lync_firewall_roles": ["director"]}}}
        where = {"all": everything, "group": children["sip"], "host": hosts["dir01.contoso.test"]}[place]
        (where if place == "host" else where.setdefault("vars", {}))["lync_firewall_hosts"] = value

    return change


@pytest.mark.parametrize("name", PLAYBOOKS)
def test_a_limit_without_a_lync_host_is_no_success(runner: Runner, name: str) -> None:
    def change(everything: dict[str, Any], _hosts: dict[str, Any]) -> None:
        everything["children"]["others"] = {"hosts": {"printer": {}}}

    runner.change_inventory(change)
    run = runner.play(name, "--limit", "printer", variables=_GPO)
    _lost(run)
    assert "--limit printer" in run.output


@pytest.mark.parametrize("name", PLAYBOOKS)
@pytest.mark.sample("remediate")
def test_a_misspelt_group_under_a_limit_is_no_success(runner: Runner, name: str) -> None:
    def change(everything: dict[str, Any], _hosts: dict[str, Any]) -> None:
        groups = everything["children"]["lync"]["children"]
        groups["lync_directr"] = groups.pop("lync_director")

    runner.change_inventory(change)
    _lost(runner.play(name, "--limit", "dir01*", variables=_GPO))
    run = runner.play(name, "--check", "--limit", "dir01*,med01*", variables=_GPO)
    assert "not looked at: dir01.contoso.test" in run.output


@NEWEST_ONLY
@pytest.mark.parametrize("name", ["audit", newest_only("qualify"), *map(long, ("report", "probe", "plan"))])
def test_a_misspelt_name_beside_a_good_one_under_a_limit_is_no_success(lab: Lab, runner: Runner, name: str) -> None:
    before = lab.host("med01").stats()["requests"]
    run = runner.play(name, "--check", "--limit", "med01.contoso.test,med09")
    assert run.code == 2, run.output
    assert "--limit names what is not in the inventory (" in run.output
    assert ": med09. Nothing was done" in run.output
    assert lab.host("med01").stats()["requests"] == before
    if name == "audit":
        calm = {"lync_firewall_fail_on_drift": False}
        assert runner.play(name, "--limit", "med01.contoso.test,med*9", variables=calm).code == 0


@pytest.mark.parametrize("name", PLAYBOOKS)
def test_an_empty_inventory_is_no_success(runner: Runner, name: str) -> None:
    runner.inventory.write_text("all: {}\n")
    _lost(runner.play(name, variables=_GPO))


@NEWEST_ONLY
@pytest.mark.parametrize(
    ("place", "value"), [long("all", "sip"), long("group", "sip"), ("group", ["sip"]), newest_only("host", "dir01*")]
)
@pytest.mark.sample("group")
def test_the_inventory_says_which_hosts(runner: Runner, place: str, value: Any) -> None:
    runner.change_inventory(_other_names(place, value))
    run = runner.play("audit")
    assert run.code == 2
    assert runner.classes() == {"dir01": "drifted"}
    assert runner.play("remediate").changed == {"dir01.contoso.test"}
    assert runner.play("verify").code == 0
    assert runner.play("site", "--limit", "dir01*").code == 0
    _lost(runner.play("site", "--limit", "med01*"))


@LONG
def test_roles_of_own_groups_are_enough(runner: Runner) -> None:
    """Own names of groups, and no Lync group left: the hosts are found, and each knows who the others are."""

    def change(everything: dict[str, Any], _hosts: dict[str, Any]) -> None:
        del everything["children"]["lync"]
        everything["children"]["sip"] = {
            "hosts": {"dir01.contoso.test": {}, "fe01.contoso.test": {"lync_firewall_roles": "front_end"}},
            "vars": {"lync_firewall_roles": ["director"], "lync_firewall_scope": "topology"},
        }

    runner.change_inventory(change)
    first = runner.play("audit")
    block = first.output.partition("\nlync_firewall_extra_peers:\n")[2].partition("\n# lync_firewall_client")[0]
    kinds = yaml.safe_load(block)
    assert {"gateway", "edge", "admin"} <= set(kinds)
    assert {"front_end", "director"}.isdisjoint(kinds)
    assert runner.classes() == {"dir01": "drifted", "fe01": "drifted"}
    said = {"lync_firewall_extra_peers": {kind: ["10.9.9.9"] for kind in kinds}}
    again = runner.play("site", "--check", variables=said)
    assert again.code == 0, again.output
    assert "lync_firewall_extra_peers:" not in again.output
    assert "stay open to any address" not in again.output, "one round is enough"
    notes = json.dumps(runner.report())
    assert "nothing says who is front_end" not in notes
    assert runner.play("remediate").changed == {"dir01.contoso.test", "fe01.contoso.test"}
    assert runner.play("matrix").code == 0
    table = (runner.folder / "lync_firewall_matrix" / "lync-traffic-matrix.csv").read_text()
    assert '"Front End Servers","127.' in table
    one = runner.play("site", "--limit", "med01*", variables={"lync_firewall_roles": "mediation"})
    _lost(one)
    assert "sip (2), windows (4)" in one.output, "an extra variable chooses nobody, and does not say who sip is"


@pytest.mark.parametrize("name", PLAYBOOKS)
def test_a_group_that_is_not_there_is_named(runner: Runner, name: str) -> None:
    run = runner.play(name, variables={"lync_firewall_hosts": "lync_director:lync_medation", **_GPO})
    assert run.code == 2
    assert "Not in the inventory" in run.output
    assert "lync_medation" in run.output
    assert run.changed == set()


@pytest.mark.parametrize("names", ["dir01.contoso.test,fe99.contoso.test", ["dir01.contoso.test", "fe99.contoso.test"]])
def test_remediate_names_unknown_hosts_and_stops(runner: Runner, names: Any) -> None:
    run = runner.play("remediate", variables={"lync_firewall_drifted_hosts": names})
    assert run.code == 2
    assert "fe99.contoso.test" in run.output
    assert run.changed == set()


def test_remediate_of_typed_hosts_outside_the_limit_is_no_success(runner: Runner) -> None:
    variables = {"lync_firewall_drifted_hosts": "dir01.contoso.test"}
    _lost(runner.play("remediate", "--limit", "med01*", variables=variables))


@NEWEST_ONLY
def test_remediate_of_nobody_is_a_success(runner: Runner) -> None:
    """An audit that found no drift."""
    run = runner.play(
        "remediate", variables={"lync_firewall_drifted_hosts": [], "lync_firewall_totals": {"drifted": 0}}
    )
    assert run.code == 0, run.output
    assert run.changed == set()


@NEWEST_ONLY
def test_a_slice_may_hold_nobody_and_a_workflows_job_may_not(runner: Runner) -> None:
    def change(everything: dict[str, Any], _hosts: dict[str, Any]) -> None:
        everything["children"]["others"] = {"hosts": {"printer": {}}}

    runner.change_inventory(change)
    sliced = {"awx_workflow_job_name": "Audit", "awx_job_template_name": "Audit", "awx_job_id": 7}
    run = runner.play("audit", "--limit", "printer", variables=sliced)
    assert run.code == 0, run.output
    assert "This slice of the job has none" in run.output
    _lost(runner.play("audit", "--limit", "printer", variables={**sliced, "awx_workflow_job_name": "Nightly"}))
    _lost(runner.play("audit", "--limit", "printer", variables={"awx_job_template_name": "Audit"}))


@NEWEST_ONLY
def test_two_names_of_one_machine_are_refused(lab: Lab, runner: Runner) -> None:
    """Their roles would take turns: every run deletes the rules of the other name, and is green."""

    def change(everything: dict[str, Any], hosts: dict[str, Any]) -> None:
        hosts["alias.contoso.test"] = dict(hosts["dir01.contoso.test"])
        everything["children"]["lync"]["children"]["lync_mediation"]["hosts"]["alias.contoso.test"] = {}

    runner.change_inventory(change)
    run = runner.play("site", "--limit", "dir01*,alias*,med01*")
    assert run.code == 2
    assert run.changed == {"med01.contoso.test"}
    for host, other in (("dir01", "alias"), ("alias", "dir01")):
        assert f"{host}.contoso.test has the same address as {other}.contoso.test. Keep one" in run.output
    runner.play("audit", "--limit", "dir01*,alias*,med01*")
    assert runner.classes() == {"dir01": "failed", "alias": "failed", "med01": "compliant"}
    assert runner.play("site", "--limit", "dir01*").code == 0, "one name at a time is a person's own decision"
    assert runner.play("matrix").code == 0, "nothing is connected to"


def test_two_machines_behind_one_address_are_two(runner: Runner) -> None:
    def change(_everything: dict[str, Any], hosts: dict[str, Any]) -> None:
        hosts["fe01.contoso.test"].update(ansible_host="127.0.0.1", ansible_port=9)
        hosts["fe02.contoso.test"].update(ansible_host="127.0.0.1", ansible_port=10)

    runner.change_inventory(change)
    run = runner.play("site", "--limit", "fe0*")
    assert "same address" not in run.output
