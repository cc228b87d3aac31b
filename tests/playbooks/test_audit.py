# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""audit.yml, verify.yml and report.yml: a report however bad it is, and nothing ever changed on a host."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from playbooks.runs import LONG, NEWEST_ONLY

if TYPE_CHECKING:
    from lab.testing import Lab
    from playbooks.runs import Runner

# NEWEST_ONLY: the oldest ansible-core audits, in drift, failures and outages; how much it hands over and how it
# judges, the engine decides.

ALL = ("fe01", "fe02", "dir01", "med01")
_BREAK = 'netsh advfirewall firewall delete rule name="LyncOps in-tcp-5061 g1"'


def _full(*names: str) -> list[str]:
    return [f"{name}.contoso.test" for name in names]


def test_drift_is_reported_and_nothing_is_changed(lab: Lab, runner: Runner) -> None:
    """Whatever flags and variables are given: those of site.yml that change most are given."""
    before = {host.name: host.rules() for host in lab.hosts}
    forceful = {
        "lync_firewall_firewall_service": "started",
        "lync_firewall_firewall_enabled": "enabled",
        "lync_firewall_accept_impact": True,
    }
    run = runner.play("audit", "--diff", "--tags", "lync_firewall_rules", variables=forceful)
    assert {host.name: host.rules() for host in lab.hosts} == before
    assert run.changed == set()
    assert runner.classes() == dict.fromkeys(ALL, "drifted")
    assert {path.name for path in (runner.folder / "lync_firewall_report").iterdir()} == {
        "lync-firewall.html", "lync-firewall.json", "lync-firewall.csv", "lync-firewall-mail.txt",
        "lync-firewall-status.json",
    }  # fmt: skip
    assert run.code == 2
    assert list(run.failed.values()) == [1], "one failing task, on one host"
    found = run.artifacts
    assert found["lync_firewall_drifted_hosts"] == sorted(_full(*ALL))
    assert found["lync_firewall_compliant_hosts"] == found["lync_firewall_unreachable_hosts"] == []
    assert found["lync_firewall_truncated"] is False
    assert found["lync_firewall_totals"]["drifted"] == found["lync_firewall_totals"]["hosts"] == 4
    assert sum(found["lync_firewall_reasons"].values()) > 0
    assert "4 drifted" in found["lync_firewall_summary"]


@pytest.mark.parametrize("flags", [(), ("--check", "--diff"), ("--limit", "dir01*"), ("--tags", "of-something-else")])
@pytest.mark.sample("flags0", "flags3")
def test_all_unreachable(runner: Runner, flags: tuple[str, ...]) -> None:
    expected = ("dir01",) if "--limit" in flags else ALL
    run = runner.play("audit", *flags, variables={"ansible_port": 9})
    assert runner.classes() == dict.fromkeys(expected, "unreachable")
    assert run.code == 2
    assert len(run.failed) == 1
    assert run.artifacts["lync_firewall_unreachable_hosts"] == sorted(_full(*expected))
    assert run.artifacts["lync_firewall_compliant_hosts"] == []
    assert run.artifacts["lync_firewall_totals"]["compliant"] == 0


def test_wrong_variables_are_the_trouble_of_one_host(runner: Runner) -> None:
    def change(everything: dict[str, Any], hosts: dict[str, Any]) -> None:
        hosts["fe01.contoso.test"]["ansible_password"] = "{{ of_nobody }}"
        hosts["fe02.contoso.test"]["lync_firewall_profiles"] = ["wan"]
        hosts["dir01.contoso.test"]["lync_firewall_extra_rules"] = "{{ of_nobody }}"
        hosts["stranger"] = {"ansible_host": "127.0.0.1"}
        everything["children"]["lync_load_balancer"] = {"hosts": {"client": {}}}

    runner.change_inventory(change)
    run = runner.play("audit", variables={"lync_firewall_hosts": "lync:stranger:lync_load_balancer"})
    assert runner.classes() == {
        "fe01": "failed", "fe02": "failed", "dir01": "failed", "stranger": "failed",
        "med01": "drifted", "client": "not_managed",
    }  # fmt: skip
    messages = {host["name"].partition(".")[0]: host["message"] for host in runner.report()["hosts"]}
    assert "of_nobody" in messages["fe01"]
    assert "wan" in messages["fe02"]
    assert "of_nobody" in messages["dir01"]
    assert "stranger is in none of the groups lync_front_end, lync_director" in messages["stranger"]
    assert set(run.failed) == {"med01.contoso.test"}, "the one failure is that of the worst host that was read"
    assert run.artifacts["lync_firewall_failed_hosts"] == [*_full("dir01", "fe01", "fe02"), "stranger"]


@NEWEST_ONLY
def test_wrong_variables_of_all_hosts(runner: Runner) -> None:
    def change(everything: dict[str, Any], _hosts: dict[str, Any]) -> None:
        everything["children"]["windows"]["vars"]["ansible_password"] = "{{ of_nobody }}"

    runner.change_inventory(change)
    run = runner.play("audit")
    assert runner.classes() == dict.fromkeys(ALL, "failed")
    assert run.code == 2
    assert "Not all is as it should be: 4 hosts: 4 failed." in run.output


def test_one_failure_among_healthy_hosts(lab: Lab, runner: Runner) -> None:
    """The healthy are not blamed, and the unreachable not counted as healthy."""
    assert runner.play("site", "--limit", "dir01*,med01*").code == 0

    def change(_everything: dict[str, Any], hosts: dict[str, Any]) -> None:
        hosts["fe02.contoso.test"]["ansible_port"] = 9

    runner.change_inventory(change)
    run = runner.play("audit", "--limit", "dir01*,med01*,fe02*", variables={"lync_firewall_report_dir": "elsewhere"})
    assert runner.classes(folder="elsewhere") == {"dir01": "compliant", "med01": "compliant", "fe02": "unreachable"}
    assert run.failed == {"fe02.contoso.test": 1}
    assert run.code == 2
    silent = runner.play("audit", "--limit", "fe02*", variables={"lync_firewall_fail_on_drift": False})
    assert silent.code == 0
    assert runner.classes() == {"fe02": "unreachable"}
    assert runner.play("verify", "--limit", "dir01*,med01*").code == 0
    assert runner.classes(name="lync-firewall-verify") == {"dir01": "compliant", "med01": "compliant"}
    assert runner.play("verify", "--limit", "fe02*").code == 2


@NEWEST_ONLY
def test_report_compares_with_the_last_one_and_never_fails(lab: Lab, runner: Runner) -> None:
    assert runner.play("site", "--limit", "dir01*,med01*").code == 0
    limit = ("--limit", "dir01*,med01*")
    first = runner.play("report", *limit)
    assert first.code == 0
    assert "Since the earlier report" not in first.output
    assert not lab.host("dir01").run(_BREAK).rc
    second = runner.play("report", *limit)
    assert second.code == 0
    assert runner.classes() == {"dir01": "drifted", "med01": "compliant"}
    assert "Since the earlier report: added 0, removed 0, better 0, worse 1" in second.output
    kept = runner.folder / "lync_firewall_report" / "earlier.json"
    kept.write_text(json.dumps(runner.report()))
    assert runner.play("site", "--limit", "dir01*").code == 0
    third = runner.play("report", *limit, variables={"lync_firewall_report_previous": "earlier.json"})
    assert "Since the earlier report: added 0, removed 0, better 1, worse 0" in third.output
    for named in ("never.json", "../../../../etc/passwd"):
        refused = runner.play("report", *limit, variables={"lync_firewall_report_previous": named})
        assert refused.code == 2
        assert "lync_firewall_report_previous: " in refused.output


@NEWEST_ONLY
def test_audit_judges_by_what_site_would_do(lab: Lab, runner: Runner) -> None:
    """Stale rules that are kept, profiles that must be on, and rules that must be gone: both say the same of each."""
    limit = ("--limit", "dir01*")
    assert runner.play("site", *limit).code == 0
    host = lab.host("dir01")
    assert not host.run(
        'netsh advfirewall firewall add rule name="LyncOps in-tcp-1 g1" dir=in action=allow protocol=tcp localport=1'
    ).rc
    assert not host.run("netsh advfirewall set publicprofile state off").rc
    expected = [
        ({"lync_firewall_exclusive": False}, "compliant"),
        ({"lync_firewall_exclusive": True}, "drifted"),
        ({"lync_firewall_exclusive": False, "lync_firewall_firewall_enabled": "enabled"}, "drifted"),
        ({"lync_firewall_state": "absent"}, "drifted"),
    ]
    for variables, verdict in expected:
        audit = runner.play("audit", *limit, variables=variables)
        assert runner.classes() == {"dir01": verdict}, variables
        site = runner.play("site", *limit, "--check", variables=variables)
        assert bool(site.changed) is (verdict == "drifted"), variables
        assert (audit.code == 0) is (verdict == "compliant"), variables
    only_the_profile = {"lync_firewall_exclusive": False, "lync_firewall_firewall_enabled": "enabled"}
    run = runner.play("site", *limit, variables=only_the_profile)
    assert "0 created, 0 updated, 0 deleted" in run.output
    assert "switched on: public" in run.output
    assert runner.play("site", *limit, variables={"lync_firewall_state": "absent"}).code == 0
    runner.play("audit", *limit, variables={"lync_firewall_state": "absent"})
    assert runner.classes() == {"dir01": "not_managed"}


@LONG
@NEWEST_ONLY
def test_artifacts_are_bounded(runner: Runner) -> None:
    """A large estate makes artifacts that AWX can keep: the names come first that somebody must act on.

    There are 200 names at most, and of those that are drifted a digest of what they rest on: what is well beyond them
    makes the artifacts no larger.
    """
    drift = {"found": True, "created": [], "updated": [], "deleted": [], "stale": [], "refused": [], "commands": []}
    read = {
        "service": {"running": True, "state": "running", "start": "automatic"}, "profiles": {}, "rules": [],
        "requirements": [], "disabled_lync_rules": [], "skipped_rows": [], "changed": False,
    }  # fmt: skip
    results = [
        *({**read, "drift": drift} for _number in range(150)),
        *({"unreachable": True, "msg": "gone", "changed": False} for _number in range(100)),
        *({**read, "drift": {**drift, "found": False}} for _number in range(10)),
    ]
    names = [f"fe{number:04}.europe.example.com" for number in range(len(results))]
    hosts = {name: {"lync_firewall_audit": result} for name, result in zip(names, results, strict=True)}
    runner.inventory.write_text(yaml.safe_dump({"all": {"hosts": hosts}}))
    playbook = runner.folder / "play.yml"
    role = {"name": "lyncops.firewall.lync_firewall", "tasks_from": "report"}
    tasks = [{"ansible.builtin.import_role": role}]
    playbook.write_text(yaml.safe_dump([{"hosts": "all", "gather_facts": False, "tasks": tasks}]))
    run = runner.play(str(playbook), variables={"lync_firewall_report_formats": ["json"]})
    assert run.code == 0, run.output[-2000:]
    found = run.artifacts
    assert len(json.dumps(found)) < 15_000
    assert found["lync_firewall_truncated"] is True
    assert found["lync_firewall_totals"] == {
        "compliant": 10, "ineffective": 0, "drifted": 150, "failed": 0, "unreachable": 100, "not_managed": 0,
        "hosts": 260, "wider_rows": 0, "perhaps_wider_rows": 0,
    }  # fmt: skip
    assert found["lync_firewall_drifted_hosts"] == names[:150]
    assert found["lync_firewall_unreachable_hosts"] == names[150:200]
    assert found["lync_firewall_compliant_hosts"] == []
