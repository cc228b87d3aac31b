# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The first task of the playbooks: what it finds, when it fails, and what it says beside."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.lyncops.firewall.plugins.action import lync_firewall_preflight
from ansible_collections.lyncops.firewall.plugins.module_utils._options.option import argument_spec
from ansible_collections.lyncops.firewall.plugins.modules import lync_firewall_preflight as documentation
from ansible_collections.lyncops.firewall.plugins.plugin_utils._basis import basis_of
from ansible_collections.lyncops.firewall.plugins.plugin_utils._plan.as_json import to_json
from ansible_collections.lyncops.firewall.plugins.plugin_utils._plan.model import (
    EstatePlan,
    PlanHost,
    PlanState,
    batches,
)
from ansible_collections.lyncops.firewall.tests.unit.plugins.action.fake_ansible import action
from ansible_collections.lyncops.firewall.tests.unit.plugins.module_utils._firewall.windows_model import WindowsModel

SPECS = Path(__file__).resolve().parents[4] / "roles" / "lync_firewall" / "meta" / "argument_specs.yml"
KNOWN: dict[str, Any] = {
    "groups": {"all": ["fe01", "wac9"], "lync": ["fe01", "wac9"], "lync_front_end": ["fe01"]},
    "hostvars": {"fe01": {}, "wac9": {}},
    "ansible_play_hosts_all": ["fe01", "wac9", "localhost"],
    "ansible_inventory_sources": ["hosts.yml"],
}


def run(args: dict[str, Any], **variables: Any) -> dict[str, Any]:
    plugin = action(lync_firewall_preflight.ActionModule, WindowsModel(), {"default": "lync_front_end", **args})
    found: dict[str, Any] = plugin.run(task_vars={**KNOWN, **variables})
    return found


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is shown to people."""
    lines: list[str] = []
    monkeypatch.setattr(lync_firewall_preflight, "tell", lambda line, _task: lines.append(line))
    return lines


def test_the_hosts_are_found_and_who_is_forgotten_is_said(said: list[str]) -> None:
    found = run({})
    assert (found["changed"], found["targets"]["hosts"]) == (False, ["fe01"])
    assert said == ["In the group lync, but in no role's group, so not looked at: wac9"]


@pytest.mark.parametrize(
    ("args", "variables", "told"),
    [
        ({"named": "typo"}, {}, "Not in the inventory (hosts.yml): typo."),
        ({}, {"ansible_play_hosts_all": ["wac9"], "ansible_limit": "wac9"}, "matches lync_front_end and --limit wac9."),
        ({}, {"ansible_limit": "fe01,fe09"}, "--limit names what is not in the inventory (hosts.yml): fe09."),
        ({"by_name": True}, {"ansible_limit": "fe01,fe09"}, "--limit names what is not in the inventory"),
        ({"named": "fe01"}, {"ansible_limit": "all,!fe09"}, "--limit names what is not in the inventory"),
        ({"batches": "many"}, {}, "lync_firewall_serial: many is no number"),
        ({"slices": True}, {}, "lync_firewall_report_sources: name the reports"),
        ({"slices": False, "sources": ["a.json"]}, {}, "lync_firewall_report_sources: an audit makes results"),
        ({"pattern": "x"}, {}, "options: "),
    ],
)
def test_it_fails_and_says_why(said: list[str], args: dict[str, Any], variables: dict[str, Any], told: str) -> None:
    found = run(args, **variables)
    assert (found["failed"], "targets" in found) == (True, False)
    assert told in found["msg"]
    assert said == []


def test_a_slice_of_a_job_may_have_nobody(said: list[str]) -> None:
    of_awx = {"awx_job_template_name": "audit", "awx_workflow_job_name": "audit", "ansible_play_hosts_all": ["wac9"]}
    assert run({}, **of_awx)["targets"]["hosts"] == []
    assert any("This slice of the job has none of the hosts" in line for line in said)
    limited = run({}, **of_awx, ansible_limit="fe01,fe09")
    assert "targets" in limited, "the inventory of a slice has its own hosts alone"
    assert run({}, **{**of_awx, "awx_workflow_job_name": "nightly"})["failed"] is True


def test_a_report_to_compare_with_that_is_not_there_is_told_before_any_host_is_asked(tmp_path: Path) -> None:
    status = tmp_path / "lync-firewall-status.json"
    for named in ("missing.json", "/etc/passwd"):
        status.write_text('{"class": "ok"}')
        report = {"lync_firewall_report_dir": str(tmp_path), "lync_firewall_report_previous": named}
        found = run({"slices": False, "host_variables": True}, **report)
        assert found["failed"] is True
        assert "lync_firewall_report_previous: " in found["msg"]
        assert '"class": "failed"' in status.read_text(), "nobody is to find the ok of yesterday"


@pytest.mark.parametrize("slices", [False, True, None])
def test_a_report_of_nobody_is_handed_over_and_is_no_success(slices: bool | None) -> None:
    """A failed task hands nothing over, so that of the playbooks leaves it to the next one to fail."""
    given = {"slices": slices, "artifacts": True, "sources": ["a.json"] if slices else None, "host_variables": True}
    found = run({key: value for key, value in given.items() if value is not None}, ansible_play_hosts_all=["localhost"])
    if slices is None:
        assert found["failed"] is True
        return
    assert ("failed" in found, "targets" in found) == (False, False)
    assert found["mistake"].startswith("There is no host to work on")
    handed = found["ansible_stats"]["data"]
    assert handed["lync_firewall_summary"] == f"No Lync host was looked at. {found['mistake']}"
    assert (handed["lync_firewall_class"], handed["lync_firewall_totals"]["hosts"]) == ("failed", 0)
    assert handed["lync_firewall_drifted_hosts"] == []
    specs = yaml.safe_load(SPECS.read_text("utf-8"))["argument_specs"]
    told = set(re.findall(r"C\((lync_firewall_\w+)\)", " ".join(specs["audit"]["description"])))
    assert told - set(handed) == {"lync_firewall_report_folder"}


@pytest.mark.parametrize(
    ("told", "job", "line"),
    [
        (
            {"by": "export", "date": "2026-01-01T00:00:00Z"},
            {"awx_job_id": 1},
            "exported at 2026-01-01T00:00:00Z, 30 days",
        ),
        ({"by": "file", "date": "2026-01-30T00:00:00Z"}, {}, "is of 2026-01-30T00:00:00Z, 1 day ago, by the date of"),
        ({"by": "file", "date": "2026-01-30T00:00:00Z"}, {"awx_job_id": 1}, "cannot be told, for its file was fetched"),
        ({"by": "export", "date": "yesterday"}, {}, "cannot be told: export it with its date"),
        ({"by": "export", "date": "2026-02-28T00:00:00Z"}, {}, "which is yet to come"),
    ],
)
def test_an_audit_says_how_old_the_topology_is(
    said: list[str], monkeypatch: pytest.MonkeyPatch, told: dict[str, str], job: dict[str, Any], line: str
) -> None:
    monkeypatch.setattr(lync_firewall_preflight, "utc_now", lambda: "2026-01-31T06:00:00Z")
    hostvars = {"fe01": {"lync_topology": {"file": "/p/topology.xml", **told}}, "wac9": {}}
    run({"slices": False}, hostvars=hostvars, **job)
    assert [text for text in said if line in text and "/p/topology.xml" in text]
    said.clear()
    run({}, hostvars=hostvars, **job)
    assert not [text for text in said if "topology" in text]
    nobody = run({"slices": False}, hostvars=hostvars, ansible_play_hosts_all=["localhost"], **job)
    assert line in nobody["msg"], "who looks for the hosts learns that the topology is old"


def test_a_list_that_is_of_another_estate_is_not_worked_on(said: list[str]) -> None:
    version = lync_firewall_preflight.collection_version()
    now = {"named": ["fe01"], "basis": basis_of(["fe01"], KNOWN["hostvars"], version)}
    assert "failed" not in run(now)
    for basis in (
        basis_of(["fe01"], {"fe01": {"group_names": ["lync_director"]}}, version),
        basis_of(["fe01"], KNOWN["hostvars"], "0.0.1"),
    ):
        told = run({**now, "basis": basis})
        assert told["failed"] is True
        assert "This is not what was audited, and perhaps approved: " in told["msg"]
        assert "lync_firewall_accept_late: true" in told["msg"]
        said.clear()
        assert "failed" not in run({**now, "basis": basis, "accept_late": True})
        assert said[-1].startswith("Not what was audited: ")
        # The verification after it is handed the same, and what it reads is what is there now.
        assert "failed" not in run({"host_variables": True}, lync_firewall_drifted_basis=basis)


def test_a_name_that_leads_elsewhere_leaves_what_is_there_alone(tmp_path: Path) -> None:
    other = tmp_path / "other-status.json"
    other.write_text("{}")
    report = {"lync_firewall_report_dir": str(tmp_path / "r"), "lync_firewall_report_name": "../other"}
    assert "no base name" in run({"slices": False, "host_variables": True}, **report)["msg"]
    assert other.read_text() == "{}"


def test_the_plan_of_a_job_is_one_of_the_folder_of_plans_where_the_template_names_it() -> None:
    job = {"awx_job_id": 42, "lync_firewall_plan_dir": "/reports/plans"}
    for plan in ("/reports/plans/p.json", "p.json", ""):
        assert "failed" not in run({}, **job, lync_firewall_plan=plan)
    found = run({}, **job, lync_firewall_plan="/reports/plans/../../etc/passwd")
    assert found["msg"].startswith("lync_firewall_plan: /reports/plans/../../etc/passwd is not in the folder")
    assert "failed" not in run({}, lync_firewall_plan_dir="/reports/plans", lync_firewall_plan="/home/me/p.json")


def test_documentation_and_plugin_agree() -> None:
    doc = yaml.safe_load(documentation.DOCUMENTATION)["options"]
    keys = ("type", "default", "required")
    real = argument_spec(lync_firewall_preflight.ActionModule.OPTIONS)
    assert {name: {key: option.get(key) for key in keys} for name, option in doc.items()} == {
        name: {key: option.get(key) for key in keys} for name, option in real.items()
    }


def test_variables_say_what_the_task_does_not(said: list[str]) -> None:
    given = {"lync_firewall_preflight_named": ["wac9"], "lync_firewall_serial": "", "lync_firewall_report_sources": []}
    plugin = action(lync_firewall_preflight.ActionModule, WindowsModel(), {"host_variables": True})
    assert plugin.run(task_vars={**KNOWN, **given})["targets"]["hosts"] == ["wac9"]
    assert plugin.run(task_vars={**KNOWN, "lync_firewall_preflight_named": []})["targets"]["hosts"] == []
    wrong = plugin.run(task_vars={**KNOWN, "lync_firewall_preflight_slices": True})
    assert "lync_firewall_report_sources: name the reports" in wrong["msg"]
    assert plugin.run(task_vars={**KNOWN, "lync_firewall_serial": "many"})["failed"] is True


def test_variables_do_not_count_unless_asked(said: list[str]) -> None:
    assert run({}, lync_firewall_preflight_named=["wac9"])["targets"]["hosts"] == ["fe01"]


def _planned(folder: Path, *serial: str, failing: float = 0, **states: PlanState) -> str:
    hosts = tuple(PlanHost(name, state, digest="ab") for name, state in states.items())
    file = folder / "plan.json"
    serial = serial or ("1",)
    found = batches(hosts, serial)
    file.write_bytes(to_json(EstatePlan("Plan", "2026-03-12T06:00:00Z", "1.0.0", hosts, found, serial, failing)))
    return str(file)


OF_THE_PLAN: dict[str, Any] = {
    "groups": {"all": ["a", "b", "c", "d", "e"], "lync_front_end": ["a", "b", "c", "d", "e"]},
    "hostvars": {name: {} for name in "abcde"},
    "ansible_play_hosts_all": list("abcde"),
}


def test_a_run_that_is_held_to_a_plan_has_its_hosts(said: list[str], tmp_path: Path) -> None:
    change, nothing = PlanState.CHANGE, PlanState.NOTHING
    path = _planned(tmp_path, a=nothing, b=change, c=PlanState.UNREACHABLE, d=PlanState.REFUSED, gone=change)
    targets = run({"plan": path}, **OF_THE_PLAN)["targets"]
    assert targets["hosts"] == ["b"]
    assert targets["settled"] == ["a"]
    assert sorted(targets["left_alone"]) == ["c", "d", "localhost"]
    assert targets["left_alone"]["localhost"].endswith("but no host of this run, so nothing was done to it: gone")
    assert "it could not be made then: could not be reached" in targets["left_alone"]["c"]
    assert "would be refused" in targets["left_alone"]["d"]
    assert said[0].startswith(f"held to plan {path}, digest ")
    assert said[1:] == ["Not in the plan, and left alone: e"]


def test_hosts_that_are_left_out_on_purpose_are_no_failure(said: list[str], tmp_path: Path) -> None:
    path = _planned(tmp_path, b=PlanState.CHANGE, c=PlanState.CHANGE)
    known = {**OF_THE_PLAN, "ansible_play_hosts_all": ["b"]}
    for more, variables in (({}, {"ansible_limit": "b"}), ({"named": ["b"]}, {})):
        assert run({"plan": path, **more}, **known, **variables)["targets"]["left_alone"] == {}
        assert "In the plan, and left out of this run: c" in said


def test_no_limit_hides_a_host_that_is_gone_from_the_inventory(said: list[str], tmp_path: Path) -> None:
    path = _planned(tmp_path, b=PlanState.CHANGE, c=PlanState.REFUSED, gone=PlanState.CHANGE)
    for hosts in (["b", "c"], ["c", "b"]):
        known = {**OF_THE_PLAN, "ansible_play_hosts_all": hosts}
        for more, variables in (({}, {"ansible_limit": "b:c"}), ({"named": hosts}, {})):
            left = run({"plan": path, **more}, **known, **variables)["targets"]["left_alone"]
            assert set(left) <= {"b", "c"}, "no limit leaves the controller, which would tell otherwise"
            told = [why for why in left.values() if "not in the inventory, so nothing was done to it: gone" in why]
            assert len(told) == 1
            assert "there is nothing for it in the plan" in left["c"]


FOUR = dict.fromkeys("abcd", PlanState.CHANGE)


@pytest.mark.parametrize(
    ("serial", "limit", "hosts", "sizes"),
    [
        (("1", "1", "2"), "", "abcd", [1, 1, 2]),
        (("1", "1", "2"), "", "dcba", [1, 1, 2]),
        (("1", "1", "2"), "all", "abcd", [1, 1, 2]),
        (("1", "1", "2"), "b:c", "bc", [1, 1]),
        (("1", "1", "2"), "c:d", "cd", [2]),
        (("3", "1"), "a:d", "ad", [1, 1]),
    ],
)
def test_the_batches_are_those_that_were_approved(
    said: list[str], tmp_path: Path, serial: tuple[str, ...], limit: str, hosts: str, sizes: list[int]
) -> None:
    path = _planned(tmp_path, *serial, **FOUR)
    known = {**OF_THE_PLAN, "ansible_play_hosts_all": list(hosts), "ansible_limit": limit}
    given = {"plan": path, "host_variables": True}
    for more in ({}, {"named": list(hosts)}):
        for asked in ("", ",".join(serial)):
            targets = run({**given, **more}, **known, lync_firewall_serial=asked)["targets"]
            assert (targets["hosts"], targets["batches"]) == (sorted(hosts), sizes)
        other = run({**given, **more}, **known, lync_firewall_serial="100%")
        if sizes == [len(hosts)]:
            assert other["targets"]["batches"] == sizes, "that is the same"
        else:
            assert other["failed"] is True
            assert f"it has batches of {', '.join(map(str, sizes))} hosts, and this run would make" in other["msg"]


def test_how_many_may_fail_is_what_was_approved(said: list[str], tmp_path: Path) -> None:
    path = _planned(tmp_path, failing=25, **FOUR)
    given = {"plan": path, "host_variables": True}
    for same in ("", 25, "25%", 25.0):
        targets = run(given, **OF_THE_PLAN, lync_firewall_max_fail_percentage=same)["targets"]
        assert targets["max_fail_percentage"] == 25
    for other, told in ((90, "at most 25 % of the last failed, and this one would with 90 %"), (0, "with 0 %")):
        found = run(given, **OF_THE_PLAN, lync_firewall_max_fail_percentage=other)
        assert found["failed"] is True
        assert told in found["msg"]
    wrong = run(given, **OF_THE_PLAN, lync_firewall_max_fail_percentage="many")
    assert "lync_firewall_max_fail_percentage: many is no percentage" in wrong["msg"]


def test_a_playbook_that_changes_all_at_once_carries_out_no_plan(said: list[str]) -> None:
    found = run({"at_once": True}, **OF_THE_PLAN, lync_firewall_plan="plan.json")
    assert found["failed"] is True
    assert "run lyncops.firewall.remediate with it" in found["msg"]
    assert "failed" not in run({"at_once": True}, **OF_THE_PLAN)


def test_a_digest_without_a_plan_holds_nothing_and_is_refused() -> None:
    found = run({"host_variables": True}, **OF_THE_PLAN, lync_firewall_plan_digest="0123456789ab")
    assert found["failed"] is True
    assert "lync_firewall_plan_digest: a digest was approved, and no plan is named" in found["msg"]


def test_a_plan_that_hosts_name_is_not_one_of_the_run() -> None:
    hostvars = {**OF_THE_PLAN["hostvars"], "c": {"lync_firewall_plan": "plan.json"}}
    found = run({}, **{**OF_THE_PLAN, "hostvars": hostvars})
    assert found["failed"] is True
    assert "lync_firewall_plan of c: a plan is one for the whole run" in found["msg"]


def test_a_host_that_somebody_names_and_no_plan_has_is_left_alone_as_a_failure(said: list[str], tmp_path: Path) -> None:
    path = _planned(tmp_path, b=PlanState.NOTHING)
    targets = run({"plan": path, "named": ["b", "e"]}, **OF_THE_PLAN)["targets"]
    assert (targets["hosts"], list(targets["left_alone"])) == ([], ["e"])
    assert len(said) == 1


@pytest.mark.parametrize(("old", "new"), [('"state":"change"', '"state":"nothing"'), ('{"name":"b"', '{"nome":"b"')])
def test_a_plan_that_was_changed_by_hand_gives_no_hosts(tmp_path: Path, old: str, new: str) -> None:
    path = Path(_planned(tmp_path, b=PlanState.CHANGE))
    path.write_text(path.read_text().replace(old, new))
    found = run({"plan": str(path)}, **OF_THE_PLAN)
    assert found["failed"] is True
    assert "it was changed after it was made" in found["msg"]
    assert run({"plan": str(tmp_path / "none.json")}, **OF_THE_PLAN)["failed"] is True


def test_an_inventory_that_is_not_there_is_named_where_there_is_nobody() -> None:
    nobody = {"groups": {"all": []}, "hostvars": {}, "ansible_play_hosts_all": []}
    assert "no such inventory: hosts.yml" in run({}, **nobody)["msg"]
    assert "no such inventory" not in run({}, **nobody, ansible_inventory_sources=["fe01,"])["msg"]


@pytest.mark.parametrize(
    ("of_fe", "of_wac", "told"),
    [
        ({"hosts": "typo"}, {}, "lync_firewall_hosts is a variable of fe01."),
        (
            {"hosts": "typo"},
            {"hosts": "typo"},
            "lync_firewall_hosts is set for all hosts, as by -e or in group_vars/all.",
        ),
        ({"report_formats": ["pdf"]}, {}, "lync_firewall_report_formats is a variable of fe01."),
        (
            {"report_formats": ["pdf"], "report_title": "T"},
            {"report_formats": ["pdf"]},
            "lync_firewall_report_formats is set for all hosts, as by -e or in group_vars/all.",
        ),
        (
            {"report_sources": ["a.json"]},
            {"report_sources": ["a.json"]},
            "report_sources is set for all hosts, as by -e or in group_vars/all.",
        ),
    ],
)
def test_a_wrong_variable_is_said_to_be_whose_it_is(of_fe: dict[str, Any], of_wac: dict[str, Any], told: str) -> None:
    """With a limit the task runs as the first host of it, which may have done nothing wrong."""
    hosts = {"fe01": of_fe, "wac9": of_wac}
    hostvars = {host: {f"lync_firewall_{name}": value for name, value in of.items()} for host, of in hosts.items()}
    found = run({"slices": False, "host_variables": True}, hostvars=hostvars, **hostvars["fe01"])
    assert found["failed"] is True
    assert found["msg"].endswith(told), found["msg"]


def test_a_folder_of_files_that_is_not_there_is_said_once(tmp_path: Path) -> None:
    """Each host of the run would say it."""
    file = tmp_path / "FE01.txt"
    file.write_text("")
    for path, told in ((tmp_path / "no", "there is no folder "), (file, " is a file, and no folder")):
        dumps = {"lync_firewall_dumps": str(path)}
        everybody = {"fe01": dumps, "wac9": dumps}
        found = run({"work": ["audit"]}, hostvars=everybody, **dumps)
        assert found["failed"] is True
        assert found["msg"].startswith("lync_firewall_dumps: ")
        assert told in found["msg"]
        assert found["msg"].count(str(path)) == 1
        assert "targets" in run({"work": ["audit"]}, hostvars={**everybody, "wac9": {}}, **dumps), "others have none"
    there = {"lync_firewall_dumps": str(tmp_path)}
    assert "targets" in run({"work": ["audit"]}, hostvars={"fe01": there, "wac9": there}, **there)
