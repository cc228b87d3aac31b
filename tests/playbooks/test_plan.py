# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""plan.yml, and a remediation that is held to its plan."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playbooks.runs import LONG, NEWEST_ONLY

if TYPE_CHECKING:
    from lab.testing import Lab
    from playbooks.runs import Run, Runner

# NEWEST_ONLY: The oldest ansible-core makes, carries out, refuses and verifies a plan, in batches too; which hosts
# and rules a plan means is decided by the engine, of which no release of Ansible knows.

_STALE = 'name="LyncOps in-tcp-5060 g1" dir=in action=allow protocol=tcp localport=5060'
ALL = {"fe01.contoso.test", "fe02.contoso.test", "dir01.contoso.test", "med01.contoso.test"}


def _plan(runner: Runner) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_file(runner).read_text())
    return found


def _file(runner: Runner, kind: str = "json") -> Path:
    return runner.folder / "lync_firewall_plan" / f"lync-firewall-plan.{kind}"


def _joined(run: Run) -> str:
    """What was said, without the line breaks of a terminal."""
    return " ".join(run.output.split())


def _batches(run: Run) -> list[list[str]]:
    """The hosts of each batch of a remediation, in no order."""
    plays = run.output.split("PLAY [Bring")[1:]
    return [[host for host in ALL if f"[{host}]" in play.partition("PLAY [")[0]] for play in plays]


def test_a_plan_changes_nothing_and_is_what_is_then_done(lab: Lab, runner: Runner) -> None:
    before = {host.name: host.rules() for host in lab.hosts}
    made = runner.play("plan", variables={"lync_firewall_serial": "100%"})
    assert made.code == 0, made.output
    assert {host.name: host.rules() for host in lab.hosts} == before
    plan = _plan(runner)
    assert (plan["totals"]["change"], plan["totals"]["hosts"]) == (4, 4)
    assert made.artifacts["lync_firewall_plan"] == str(_file(runner))
    assert made.artifacts["lync_firewall_plan_digest"] == plan["digest"]
    assert plan["digest"] in made.output
    page, text = _file(runner, "html").read_text(), _file(runner, "md").read_text()
    for told in (plan["digest"], "Approved by", "fe02.contoso.test", "TCP 5061: Lync Server Front-End service"):
        assert told in page, told
        assert told in text, told

    same = {"lync_firewall_plan_dir": "again", "lync_firewall_serial": "100%"}
    again = runner.play("plan", "--check", variables={**same, **made.artifacts})
    assert again.code == 0, again.output
    assert json.loads((runner.folder / "again" / "lync-firewall-plan.json").read_text())["digest"] == plan["digest"]

    done = runner.play("remediate", variables=made.artifacts)
    assert done.code == 0, done.output
    assert done.changed == ALL
    sent = {host["name"]: len(host["commands"]) for host in plan["hosts"]}
    ours = {host.name: sum("|Name=LyncOps " in rule for rule in host.rules().values()) for host in lab.hosts}
    assert ours == sent, "all that was planned, and no more"
    after = runner.play("remediate", variables={**made.artifacts, "lync_firewall_serial": "100%"})
    assert (after.code, after.changed) == (0, set()), "nothing is left to do, which no plan forbids"


@NEWEST_ONLY
def test_a_host_that_changed_since_is_left_alone_and_named_and_the_others_are_changed(lab: Lab, runner: Runner) -> None:
    variables = runner.play("plan").artifacts
    lab.host("fe01").run(f"netsh advfirewall firewall add rule {_STALE}")
    lab.host("med01").run('netsh advfirewall firewall add rule name="Backup" dir=in action=allow protocol=tcp')
    before = lab.host("fe01").rules()
    checked = runner.play("remediate", "--check", variables=variables)
    run = runner.play("remediate", variables=variables)
    for found in (checked, run):
        assert (found.code, set(found.failed)) == (2, {"fe01.contoso.test"}), found.output
        assert "fe01.contoso.test: what is to be done is no longer what is in the plan" in found.output
        assert "med01.contoso.test: since the plan was made, this changed that is not ours: new or changed" in _joined(
            found
        )
    assert lab.host("fe01").rules() == before
    assert run.changed == ALL - {"fe01.contoso.test"}


@LONG
@NEWEST_ONLY
def test_what_is_not_in_the_plan_does_not_keep_from_what_is(lab: Lab, runner: Runner) -> None:
    variables = runner.play("plan", "--limit", "med01*").artifacts
    run = runner.play("remediate", variables=variables)
    assert (run.code, run.changed) == (0, {"med01.contoso.test"})
    assert "Not in the plan, and left alone: " in run.output
    named = {**variables, "lync_firewall_drifted_hosts": ["med01.contoso.test", "dir01.contoso.test"]}
    run = runner.play("remediate", variables=named)
    assert (run.code, set(run.failed)) == (2, {"dir01.contoso.test"})
    assert "dir01.contoso.test: the host is not in the plan" in run.output
    at_once = runner.play("site", variables=variables)
    assert (at_once.code, at_once.changed) == (2, set())
    assert "run lyncops.firewall.remediate with it. Nothing was done." in _joined(at_once)
    other = runner.play("remediate", variables={**variables, "lync_firewall_plan_digest": "0" * 12})
    assert other.code == 2
    assert "and what was approved is 000000000000" in _joined(other)


@NEWEST_ONLY
def test_a_verification_proves_that_nothing_else_changed(lab: Lab, runner: Runner) -> None:
    made = runner.play("plan")
    assert runner.play("remediate", variables=made.artifacts).code == 0
    clean = runner.play("verify", variables=made.artifacts)
    assert clean.code == 0, clean.output
    assert "Changed by others" not in clean.output
    assert "Since the plan was made, nobody changed anything that is not ours" in clean.output
    for host in runner.report(name="lync-firewall-verify")["hosts"]:
        assert (host["foreign"]["compared"], host["foreign"]["differences"]) == ("plan", [])
        assert host["foreign"]["rules"] > 0

    lab.host("dir01").run('netsh advfirewall firewall add rule name="Backup" dir=in action=allow protocol=tcp')
    lab.host("med01").run("netsh advfirewall set privateprofile state off")
    run = runner.play("verify", variables=made.artifacts)
    assert (run.code, set(run.failed)) == (2, {"dir01.contoso.test"}), "the first of those that changed"
    assert "Changed by others since the plan was made: dir01.contoso.test, med01.contoso.test." in _joined(run)
    status = json.loads((runner.folder / "lync_firewall_report" / "lync-firewall-verify-status.json").read_text())
    assert status["class"] == "changed"
    found = {
        host["name"]: host["foreign"]["differences"] for host in runner.report(name="lync-firewall-verify")["hosts"]
    }
    assert found["dir01.contoso.test"] == ["new or changed: rule Backup"]
    (told,) = found["med01.contoso.test"]
    assert told.startswith("changed: private profile, local, enabled: ")
    assert found["fe01.contoso.test"] == []


@LONG
@NEWEST_ONLY
def test_a_host_that_could_not_be_planned_is_left_alone(lab: Lab, runner: Runner) -> None:
    runner.change_inventory(lambda _all, hosts: hosts["fe01.contoso.test"].update(ansible_port=9))
    made = runner.play("plan")
    assert made.code == 0, made.output
    plan = _plan(runner)
    assert plan["totals"]["unreachable"] == 1
    assert "fe01.contoso.test" in made.output.partition("not in the plan, and left alone")[2]
    lab.write_inventory(runner.inventory)
    before = lab.host("fe01").rules()
    run = runner.play("remediate", variables=made.artifacts)
    assert set(run.failed) == {"fe01.contoso.test"}
    assert "it could not be made then" in run.output
    assert lab.host("fe01").rules() == before


@NEWEST_ONLY
def test_a_plan_that_was_changed_by_hand_is_refused_before_a_host_is_asked(runner: Runner) -> None:
    made = runner.play("plan", "--limit", "med01*")
    digest = _plan(runner)["digests"]["med01.contoso.test"]
    _file(runner).write_text(_file(runner).read_text().replace(digest, "0" * 64))
    runner.change_inventory(lambda _all, hosts: hosts["med01.contoso.test"].update(ansible_port=9))
    run = runner.play("remediate", "--limit", "med01*", variables=made.artifacts)
    assert run.code == 2, "unreachable would be 4"
    assert "plan: " in run.output
    assert "it was changed after it was made" in run.output


@NEWEST_ONLY
@LONG
def test_the_batches_of_a_remediation_are_those_of_the_plan(lab: Lab, runner: Runner) -> None:
    """The first host of the inventory needs nothing: it is no canary, and the plan does not say that it is one."""
    assert runner.play("site", "--limit", "dir01*").code == 0
    runner.change_inventory(lambda _all, hosts: hosts["fe01.contoso.test"].update(ansible_port=9))
    made = runner.play("plan")
    plan = _plan(runner)
    batches = [batch["hosts"] for batch in plan["batches"]]
    assert [len(hosts) for hosts in batches] == [1, 1], "of two hosts that are changed"
    assert {host for hosts in batches for host in hosts} == {"fe02.contoso.test", "med01.contoso.test"}
    run = runner.play("remediate", variables=made.artifacts)
    assert (run.code, set(run.failed)) == (2, {"fe01.contoso.test"}), run.output
    assert f"held to plan {_file(runner)}, digest {plan['digest'][:12]}" in _joined(run)
    assert "fe01.contoso.test: there is nothing for it in the plan" in run.output
    assert "could not be reached), so it is left alone" in _joined(run)
    assert _batches(run) == batches
    assert run.changed == {"fe02.contoso.test", "med01.contoso.test"}


@LONG
@NEWEST_ONLY
def test_what_was_approved_is_how_it_is_done_too(runner: Runner) -> None:
    """In the batches that the plan shows, with the rollback that it promises, on all of its hosts."""
    made = runner.play("plan", variables={"lync_firewall_serial": 1})
    asked = {"lync_firewall_serial": "100%"}
    for more, flags in (
        (asked, ()),
        (asked, ("--limit", "all")),
        ({**asked, "lync_firewall_drifted_hosts": [*ALL]}, ()),
    ):
        run = runner.play("remediate", "--check", *flags, variables={**made.artifacts, **more})
        assert run.code == 2
        assert "it has batches of 1, 1, 1, 1 hosts, and this run would make batches of 4" in _joined(run)
    failing = runner.play("remediate", "--check", variables={**made.artifacts, "lync_firewall_max_fail_percentage": 90})
    assert (failing.code, failing.changed) == (2, set())
    assert "while at most 0 % of the last failed, and this one would with 90 %" in _joined(failing)
    run = runner.play("remediate", "--check", variables=made.artifacts)
    assert (run.code, [len(hosts) for hosts in _batches(run)]) == (0, [1, 1, 1, 1]), run.output
    bare = runner.play(
        "remediate", "--check", "--limit", "med01*", variables={**made.artifacts, "lync_firewall_rollback": "never"}
    )
    assert set(bare.failed) == {"med01.contoso.test"}
    assert "what is to be done is no longer what is in the plan" in bare.output
    alone = {name: value for name, value in made.artifacts.items() if name != "lync_firewall_plan"}
    assert "lync_firewall_plan_digest: a digest was approved, and no plan is named" in _joined(
        runner.play("remediate", "--check", variables={"lync_firewall_plan_digest": alone["lync_firewall_plan_digest"]})
    )
    runner.change_inventory(
        lambda _all, hosts: hosts["med01.contoso.test"].update(lync_firewall_plan=str(_file(runner)))
    )
    assert "lync_firewall_plan of med01.contoso.test: a plan is one for the whole run" in _joined(
        runner.play("site", "--check")
    )


@NEWEST_ONLY
@LONG
def test_a_host_that_is_gone_from_the_inventory_is_an_approved_change_that_is_not_made(
    lab: Lab, runner: Runner
) -> None:
    made = runner.play("plan")
    inventory = runner.inventory.read_text()
    runner.inventory.write_text(inventory.replace("med01.contoso.test", "med99.contoso.test"))  # it was renamed
    run = runner.play("remediate", "--check", variables=made.artifacts)
    assert (run.code, set(run.failed)) == (2, {"localhost"}), run.output
    assert "but no host of this run, so nothing was done to it: med01.contoso.test" in _joined(run)
    limited = runner.play("remediate", "--check", "--limit", "all", variables=made.artifacts)
    assert (limited.code, len(limited.failed)) == (2, 1), limited.output
    assert "but not in the inventory, so nothing was done to it: med01.contoso.test" in _joined(limited)
    verified = runner.play("verify", variables=made.artifacts)
    assert verified.code == 2
    (gone,) = [
        host for host in runner.report(name="lync-firewall-verify")["hosts"] if host["name"] == "med01.contoso.test"
    ]
    assert gone["class"] == "failed"
    assert "no host of this run, so nothing was compared" in gone["message"]


@LONG
@NEWEST_ONLY
def test_a_plan_of_some_hosts_proves_nothing_of_the_others(lab: Lab, runner: Runner) -> None:
    assert runner.play("site").code == 0
    made = runner.play("plan", "--limit", "fe01*")
    run = runner.play("verify", variables=made.artifacts)
    assert run.code == 0, run.output
    assert (
        "nobody changed anything that is not ours; not compared, not in the plan: dir01.contoso.test, fe02"
        in _joined(run)
    )


@LONG
def test_a_host_that_cannot_be_read_is_not_said_to_be_in_no_plan(runner: Runner) -> None:
    assert runner.play("site").code == 0
    made = runner.play("plan", "--limit", "fe01*:dir01*:fe02*")
    runner.change_inventory(lambda _all, hosts: hosts["dir01.contoso.test"].update(ansible_port=9))
    told = _joined(runner.play("verify", variables=made.artifacts))
    assert (
        "nobody changed anything that is not ours; not compared, could not be read: dir01.contoso.test; "
        "not compared, not in the plan: med01.contoso.test" in told
    )


@LONG
@NEWEST_ONLY
def test_a_host_that_drifted_since_is_named_though_the_plan_has_nothing_for_it(lab: Lab, runner: Runner) -> None:
    assert runner.play("site").code == 0
    made = runner.play("plan")
    lab.host("med01").run('netsh advfirewall firewall delete rule name="LyncOps in-tcp-5067 g1"')
    before = lab.host("med01").rules()
    run = runner.play("remediate", variables=made.artifacts)
    assert (run.code, set(run.failed)) == (2, {"med01.contoso.test"}), run.output
    assert "what is to be done is no longer what is in the plan" in run.output
    assert lab.host("med01").rules() == before


@NEWEST_ONLY
def test_a_plan_that_changes_nobody_is_carried_out(runner: Runner) -> None:
    assert runner.play("site", "--limit", "dir01*").code == 0
    made = runner.play("plan", "--limit", "dir01*")
    run = runner.play("remediate", "--limit", "dir01*", variables=made.artifacts)
    assert (run.code, run.changed, run.failed) == (0, set(), {}), run.output
    other = runner.play("remediate", variables={**made.artifacts, "lync_firewall_drifted_hosts": "med01.contoso.test"})
    assert set(other.failed) == {"med01.contoso.test"}
    assert "med01.contoso.test: the host is not in the plan" in other.output


@NEWEST_ONLY
def test_a_host_that_is_connected_to_elsewhere_is_another_machine(lab: Lab, runner: Runner) -> None:
    only = ("--limit", "med01*")
    made = runner.play("plan", *only)
    before = lab.host("dir01").rules()

    def swap(_all: dict[str, Any], hosts: dict[str, Any]) -> None:
        mine, other = hosts["med01.contoso.test"], hosts["dir01.contoso.test"]
        mine.update({key: other[key] for key in ("ansible_host", "ansible_port") if key in other})

    runner.change_inventory(swap)
    run = runner.play("remediate", *only, variables=made.artifacts)
    assert (run.code, set(run.failed)) == (2, {"med01.contoso.test"}), run.output
    assert "that may be another machine. It is left alone" in _joined(run)
    assert lab.host("dir01").rules() == before
    verified = runner.play("verify", *only, variables=made.artifacts)
    assert verified.code == 2
    (host,) = runner.report(name="lync-firewall-verify")["hosts"]
    assert host["foreign"]["differences"][0].startswith("another machine, perhaps: it is connected to at ")


@NEWEST_ONLY
def test_a_rule_that_is_taken_away_is_the_one_that_was_approved(lab: Lab, runner: Runner) -> None:
    med01, only = lab.host("med01"), ("--limit", "med01*")
    assert runner.play("site", *only).code == 0
    stale = 'name="LyncOps in-tcp-9999 g1"'
    med01.run(f"netsh advfirewall firewall add rule {stale} dir=in action=allow protocol=tcp localport=9999")
    made = runner.play("plan", *only)
    assert _plan(runner)["totals"]["change"] == 1
    med01.run(f"netsh advfirewall firewall set rule {stale} new localport=1433 remoteip=10.1.1.1")
    before = med01.rules()
    run = runner.play("remediate", *only, variables=made.artifacts)
    assert (run.code, set(run.failed)) == (2, {"med01.contoso.test"}), run.output
    assert "what is to be done is no longer what is in the plan" in run.output
    assert med01.rules() == before


@LONG
@NEWEST_ONLY
def test_when_a_host_restores_itself_is_approved_too(runner: Runner) -> None:
    only = ("--limit", "med01*")
    made = runner.play("plan", *only, variables={"lync_firewall_rollback_after": 12})
    for name, value, held in (
        ("rollback_after", 1440, False),
        ("on_ineffective", "warn", False),
        ("rollback_after", 12, True),
    ):
        variables = {**made.artifacts, "lync_firewall_rollback_after": 12, f"lync_firewall_{name}": value}
        run = runner.play("remediate", "--check", *only, variables=variables)
        assert (run.code == 0) is held, (name, run.output)
        assert ("what is to be done is no longer what is in the plan" in run.output) is not held


@LONG
@NEWEST_ONLY
def test_a_run_that_does_nothing_of_the_plan_says_so(lab: Lab, runner: Runner) -> None:
    """Ansible's own ways to leave tasks out: a change that is approved is not to be missed without a word."""
    made = runner.play("plan", "--limit", "med01*")
    for flags in (("--tags", "nosuch"), ("--skip-tags", "lync_firewall")):
        run = runner.play("remediate", *flags, "--limit", "med01*", variables=made.artifacts)
        assert (run.code, run.changed, set(run.failed)) == (2, set(), {"med01.contoso.test"}), run.output
        assert "and nothing was done to it: its task was left out" in _joined(run)
    for flags in (("--skip-tags", "always"), ("--start-at-task", "Apply the role")):
        run = runner.play("remediate", *flags, "--limit", "med01*", variables=made.artifacts)
        assert run.code != 0, run.output
        assert "held to no plan" in _joined(run)
    assert not any("|Name=LyncOps " in rule for rule in lab.host("med01").rules().values())


@LONG
@NEWEST_ONLY
def test_a_run_goes_on_after_failures_as_far_as_was_approved(lab: Lab, runner: Runner) -> None:
    shape = {"lync_firewall_serial": 2, "lync_firewall_max_fail_percentage": 60}
    for variables, changed in ({}, 2), (shape, 4):
        for host in lab.hosts:
            host.reset()
        lab.host("fe01").run(
            'netsh advfirewall firewall add rule name="Ban" dir=in action=block protocol=tcp localport=5061'
        )
        made = runner.play("plan", variables={**shape, "lync_firewall_max_fail_percentage": "", **variables})
        run = runner.play("remediate", variables=made.artifacts)
        assert (run.code, set(run.failed)) == (2, {"fe01.contoso.test"}), run.output
        assert len(run.changed | set(run.failed)) == changed, run.output


def test_what_the_run_warns_of_is_in_the_plan(lab: Lab, runner: Runner) -> None:
    """On each release: what becomes of the warnings of a registered result is Ansible's word."""
    rpc = {"name": "WMI", "protocol": "tcp", "localport": "RPC", "service": "Winmgmt", "remoteip": "127.9.9.9"}
    made = runner.play("plan", "--limit", "dir01.contoso.test", variables={"lync_firewall_extra_rules": [rpc]})
    assert made.code == 0, made.output
    (host,) = _plan(runner)["hosts"]
    assert any("RPC-EPMap" in warning for warning in host["warnings"]), host["warnings"]
    assert "What the run warns of" in _file(runner, "html").read_text()
