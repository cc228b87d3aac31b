# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report action from its arguments to its files, with results that the other two actions really return."""

from __future__ import annotations

import csv
import hashlib
import json
import re
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleError
from ansible_collections.lyncops.firewall.plugins.action import lync_firewall, lync_firewall_info, lync_firewall_report
from ansible_collections.lyncops.firewall.plugins.module_utils._options.option import argument_spec
from ansible_collections.lyncops.firewall.plugins.modules import lync_firewall_report as documentation
from ansible_collections.lyncops.firewall.plugins.plugin_utils._arguments import validate
from ansible_collections.lyncops.firewall.plugins.plugin_utils._host.enforcement import enforce
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.turn import turn
from ansible_collections.lyncops.firewall.tests.unit.plugins.action.fake_ansible import action, assert_plain
from ansible_collections.lyncops.firewall.tests.unit.plugins.module_utils._firewall.windows_model import WindowsModel
from ansible_collections.lyncops.firewall.tests.unit.plugins.plugin_utils._report.sample_results import info, row

ROLES = {"roles": ["director"]}
UNREACHABLE = {"unreachable": True, "changed": False, "msg": "timed out"}
CLASSES = ["compliant", "ineffective", "drifted", "failed", "unreachable", "not_managed"]
ROLE = Path(__file__).resolve().parents[4] / "roles" / "lync_firewall"
VARIABLE = "lync_firewall_audit"


def report(
    args: dict[str, Any], results: dict[str, Any], check: bool = False, probed: Any = None, **task: Any
) -> dict[str, Any]:
    """What the action returns for hosts with these registered results, and of a probe if there was one."""
    plugin = action(lync_firewall_report.ActionModule, WindowsModel(), args, **task)
    # All that Ansible's own base class looks at; whoever wants to connect fails.
    plugin._connection = SimpleNamespace(_shell=SimpleNamespace(tmpdir=None))
    plugin._loader = SimpleNamespace(path_dwim=lambda path: str(Path("/playbook") / path))
    hostvars = {
        name: found if isinstance(found, Hostvars) else {VARIABLE: found, "group_names": ["lync_director", "all"]}
        for name, found in results.items()
    }
    known = {"hostvars": hostvars, "ansible_check_mode": check, "lync_firewall_probed": probed}
    result: dict[str, Any] = plugin.run(task_vars=known)
    assert_plain(result)
    json.dumps(result)
    return result


class Hostvars(dict[str, Any]):
    """Variables of a host, some of which cannot be templated."""

    def __getitem__(self, name: str) -> Any:
        found = super().__getitem__(name)
        if isinstance(found, Exception):
            raise found
        return found


def audit(model: WindowsModel) -> dict[str, Any]:
    plugin = action(lync_firewall_info.ActionModule, model, dict(ROLES))
    found: dict[str, Any] = plugin.run(task_vars={"inventory_hostname": "h"})
    return found


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs `lync_firewall` on a model, without a rollback and without the guard: the model has no WinRM rule."""

    def enforcing(model: WindowsModel, **task: Any) -> dict[str, Any]:
        def at_once(*args: Any, **options: Any) -> Any:
            return enforce(*args, **{**options, "rollback": "never", "guard": lambda *_arguments: ()})

        monkeypatch.setattr(lync_firewall, "enforce", at_once)
        plugin = action(lync_firewall.ActionModule, model, dict(ROLES), **task)
        found: dict[str, Any] = plugin.run(task_vars={"inventory_hostname": "h"})
        return found

    return enforcing


def block(name: str) -> list[tuple[str, str]]:
    """A rule of a host that blocks SIP."""
    return [
        ("Action", "Block"),
        ("Active", "TRUE"),
        ("Dir", "In"),
        ("Protocol", "6"),
        ("LPort", "5061"),
        ("Name", name),
    ]


@pytest.mark.parametrize(
    ("name", "starts"),
    [
        ("Hardening", 'netsh advfirewall firewall set rule name="Hardening" new enable=no'),
        ("@FirewallAPI.dll,-28502", "switch the block rule off where it is made"),
    ],
)
def test_the_files_have_the_remedy_of_the_result_and_never_a_registry_id_as_a_name(
    tmp_path: Path, run: Any, name: str, starts: str
) -> None:
    model = WindowsModel(local={"CoreNet-SIP-Block": block(name)})
    enforced, audited = run(model), audit(model)
    for result in (enforced, audited):
        (told,) = [row["remedy"] for row in result["requirements"] if row["ports"] == "5061"]
        assert told.startswith(starts)
        assert [row["id"] for row in result["requirements"] if row["remedy"] and row["ports"] != "5061"] == []
        found = report({"hosts": ["h"], "dest": str(tmp_path)}, {"h": result})
        document = json.loads(Path(found["files"]["json"]).read_text("utf-8"))
        more = [cell[5]["remedy"] for cell in document["hosts"][0]["cells"] if "remedy" in cell[-1]]
        assert more == [told]
        with Path(found["files"]["csv"]).open(newline="") as stream:
            assert [row["mended_by"] for row in csv.DictReader(stream) if row["mended_by"]] == more
        assert json.dumps(told) in Path(found["files"]["html"]).read_text("utf-8")
    assert 'name="CoreNet' not in json.dumps([enforced, audited])


def test_real_results_of_both_modules_and_all_that_is_returned(tmp_path: Path, run: Any) -> None:
    drifted = audit(WindowsModel())
    model = WindowsModel()
    repaired = run(model)
    assert repaired["changed"], repaired
    results = {
        "drifted": drifted,
        "repaired": repaired,
        "well": audit(model),
        "lost": UNREACHABLE,
        "skipped": {"skipped": True, "changed": False},
        "odd": {"failed": True, "msg": "no rights"},
    }
    found = report({"hosts": [*results, "stranger", "well"], "dest": str(tmp_path / "new" / "folder")}, results)
    assert not found.get("failed"), found.get("msg")
    assert found["changed"] is True
    assert found["totals"] == {
        "compliant": 2, "ineffective": 0, "drifted": 1, "failed": 2, "unreachable": 1, "not_managed": 1, "hosts": 7,
        "wider_rows": 0, "perhaps_wider_rows": 0,
    }  # fmt: skip
    assert found["hosts"] == {
        "compliant": ["repaired", "well"], "ineffective": [], "drifted": ["drifted"], "failed": ["odd", "stranger"],
        "unreachable": ["lost"], "not_managed": ["skipped"],
    }  # fmt: skip
    assert found["reasons"] == {"no_rule": len(drifted["requirements"])}
    assert found["summary"].startswith("7 hosts: 2 compliant, 1 drifted, 2 failed, 1 unreachable, 1 not managed")
    assert "changes" not in found
    folder = tmp_path / "new" / "folder"
    assert found["files"] == {kind: str(folder / f"lync-firewall.{kind}") for kind in ("html", "json", "csv")}
    assert {(path.name, path.stat().st_mode & 0o777) for path in folder.iterdir()} == {
        (f"lync-firewall{kind}", 0o644) for kind in (".html", ".json", ".csv", "-status.json", "-mail.txt")
    }
    document = json.loads((folder / "lync-firewall.json").read_text("utf-8"))
    assert document["title"] == "Lync Server firewall report"
    assert {host["name"]: host.get("roles") for host in document["hosts"]}["well"] == ["director"]
    commands = [
        cell[5]["commands"] for host in document["hosts"] if host["name"] == "drifted" for cell in host["cells"]
    ]
    assert all(commands), "each closed requirement knows the commands that remediate it"
    with (folder / "lync-firewall.csv").open(encoding="utf-8", newline="") as stream:
        assert {line["host"] for line in csv.DictReader(stream)} == {*results, "stranger"}
    assert "<title>Lync Server firewall report</title>" in (folder / "lync-firewall.html").read_text("utf-8")


def test_two_runs_of_one_name_take_turns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An audit and a report of AWX are two templates, so it runs them side by side."""
    said: list[str] = []
    monkeypatch.setattr(lync_firewall_report, "tell", lambda line, _task: said.append(line))
    found: list[dict[str, Any]] = []
    args = {"hosts": ["h"], "dest": str(tmp_path), "previous": str(tmp_path / "lync-firewall.json")}
    thread = threading.Thread(target=lambda: found.append(report(args, {"h": UNREACHABLE})))
    with turn(tmp_path, "lync-firewall", "job 41 (Lync firewall audit)", said.append):
        thread.start()
        while not said:
            time.sleep(0.01)
        assert [path.name for path in tmp_path.iterdir()] == [".lync-firewall.lock"]
    thread.join(30)
    assert said[0].startswith("Waiting for job 41 (Lync firewall audit), which is writing ")
    status = json.loads((tmp_path / "lync-firewall-status.json").read_text())
    document = (tmp_path / "lync-firewall.json").read_bytes()
    assert status["digest"] == found[0]["digest"] == f"sha256:{hashlib.sha256(document).hexdigest()}"


def test_no_format_chosen_is_all_of_them(tmp_path: Path) -> None:
    """A survey's question with several choices may be answered with none, whatever it says of being required."""
    found = report({"hosts": ["h"], "dest": str(tmp_path), "formats": []}, {"h": UNREACHABLE})
    assert sorted(found["files"]) == ["csv", "html", "json"]


def test_check_mode_writes_too_and_a_checked_run_has_drift(tmp_path: Path, run: Any) -> None:
    found = report(
        {"hosts": ["h"], "dest": str(tmp_path)},
        {"h": run(WindowsModel(), check_mode=True)},
        check=True,
        check_mode=True,
    )
    assert found["hosts"]["drifted"] == ["h"]
    assert len(list(tmp_path.iterdir())) == 5


def test_compared_with_the_very_file_that_is_replaced(tmp_path: Path) -> None:
    model = WindowsModel()
    args = {"hosts": ["h"], "dest": str(tmp_path), "previous": str(tmp_path / "lync-firewall.json")}
    first = report(args, {"h": UNREACHABLE})
    assert first["warnings"] == [f"previous: there is no {tmp_path}/lync-firewall.json, so nothing is compared"]
    assert "changes" not in first
    second = report(args, {"h": audit(model)})
    assert second["changes"] == {
        "added": 0, "removed": 0, "better": 1, "worse": 0, "unmanaged": 0, "narrower": 0, "wider": 0,
    }  # fmt: skip
    assert "warnings" not in second
    document = json.loads((tmp_path / "lync-firewall.json").read_text("utf-8"))
    assert document["changes"]["better"] == [{"name": "h", "was": "unreachable", "now": "drifted"}]


@pytest.mark.parametrize("content", [b"", b"{}", b'{"schema": "urn:lyncops:firewall:report:3", "version": 9}', None])
def test_a_file_that_is_no_report_is_an_error_and_nothing_is_written(tmp_path: Path, content: bytes | None) -> None:
    previous = tmp_path / "old.json"
    if content is None:
        previous.mkdir()
    else:
        previous.write_bytes(content)
    found = report({"hosts": ["h"], "dest": str(tmp_path / "new"), "previous": str(previous)}, {"h": UNREACHABLE})
    assert (found["failed"], found["changed"]) == (True, False)
    assert found["msg"].startswith(f"previous: {previous} cannot be compared with: ")
    assert not (tmp_path / "new").exists()


def test_no_previous_is_the_same_as_an_empty_one(tmp_path: Path) -> None:
    found = report({"hosts": ["h"], "dest": str(tmp_path), "previous": ""}, {"h": UNREACHABLE})
    assert "changes" not in found
    assert "warnings" not in found


def test_unchanged_files_are_no_change_and_a_new_date_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter(["2026-03-12T06:00:00Z", "2026-03-12T06:00:00Z", "2026-03-12T06:00:01Z"])
    monkeypatch.setattr(lync_firewall_report, "utc_now", lambda: next(moments))
    args = {"hosts": ["h"], "dest": str(tmp_path)}
    assert [report(args, {"h": UNREACHABLE})["changed"] for _time in range(3)] == [True, False, True]


def slices(folder: Path, **hosts: dict[str, Any]) -> None:
    """Report each host to a file of its own."""
    for name, result in hosts.items():
        made = report(
            {"hosts": [name], "dest": str(folder), "name": f"slice-{name}", "formats": ["json"]}, {name: result}
        )
        assert not made.get("failed"), made


def test_reports_of_slices_become_one_without_a_look_at_any_host(tmp_path: Path, run: Any) -> None:
    results = {"a": audit(WindowsModel()), "b": run(WindowsModel()), "c": UNREACHABLE}
    at_once = report({"hosts": list(results), "dest": str(tmp_path / "once")}, results)
    slices(tmp_path / "slices", **results)
    strangers = {name: Hostvars({VARIABLE: AnsibleError("looked at")}) for name in results}
    args = {"hosts": list(results), "dest": str(tmp_path / "merged"), "sources": [str(tmp_path / "slices")]}
    found = report(args, strangers)
    assert "warnings" not in found
    for key in ("totals", "hosts", "reasons", "summary"):
        assert found[key] == at_once[key], key
    documents = [json.loads((tmp_path / name / "lync-firewall.json").read_text("utf-8")) for name in ("once", "merged")]
    for document in documents:
        del document["created"]
    assert documents[0] == documents[1]
    csv_files = [(tmp_path / name / "lync-firewall.csv").read_bytes() for name in ("once", "merged")]
    assert csv_files[0] == csv_files[1]
    again = report({**args, "previous": found["files"]["json"]}, strangers)
    assert set(again["changes"].values()) == {0}


def test_irregularities_of_slices_are_warnings(tmp_path: Path) -> None:
    slices(tmp_path, a=UNREACHABLE, b=UNREACHABLE)
    (tmp_path / "other.json").write_text("{}")
    args = {"hosts": ["a", "c"], "dest": str(tmp_path), "sources": [str(tmp_path)], "formats": ["json"]}
    found = report(args, {})
    assert found["hosts"]["failed"] == ["c"]
    assert found["hosts"]["unreachable"] == ["a", "b"]
    assert [sentence.replace(str(tmp_path), "T") for sentence in found["warnings"]] == [
        "sources: T/other.json is left out: it is JSON, but no report of this collection: its schema is not "
        "urn:lyncops:firewall:report:3",
        "sources: 1 host is in no report, and counted as failed: c",
        "sources: 1 host is in a report and not among the expected hosts, and kept: b",
    ]
    document = json.loads((tmp_path / "lync-firewall.json").read_text("utf-8"))
    assert document["hosts"][2]["message"].startswith("No slice has the host")
    assert report(args, {})["hosts"] == found["hosts"], "what the first run wrote is no slice for the second"


@pytest.mark.parametrize("content", [b"", b"{}", b'{"schema": "urn:lyncops:firewall:report:3", "version": 1}', None])
def test_a_named_source_that_is_no_report_is_an_error_and_nothing_is_written(
    tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "x.json"
    if content is not None:
        path.write_bytes(content)
    found = report({"hosts": ["a"], "dest": str(tmp_path / "new"), "sources": [str(path)]}, {})
    assert (found["failed"], found["changed"]) == (True, False)
    assert found["msg"].startswith(f"sources: {path} is no report to put together with others: ")
    assert not (tmp_path / "new").exists()


def test_relative_sources_start_at_the_playbook(tmp_path: Path) -> None:
    found = report({"hosts": ["a"], "dest": str(tmp_path), "sources": ["slices"]}, {})
    assert found["msg"].startswith("sources: /playbook/slices is no report")


def test_no_source_is_an_audit(tmp_path: Path) -> None:
    found = report({"hosts": ["h"], "dest": str(tmp_path), "sources": []}, {"h": UNREACHABLE})
    assert found["hosts"]["unreachable"] == ["h"]


def test_lists_are_whole_and_files_are_named_as_asked(tmp_path: Path) -> None:
    names = [f"h{number:02}" for number in range(30)]
    args = {"hosts": names, "dest": str(tmp_path), "formats": ["json"], "name": "night", "title": "T"}
    found = report(args, dict.fromkeys(names, UNREACHABLE))
    assert found["hosts"]["unreachable"] == names
    assert found["totals"]["unreachable"] == 30
    assert list(found["files"]) == ["json"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["night-mail.txt", "night-status.json", "night.json"]


def test_what_cannot_be_templated_is_told_of_one_host_only(tmp_path: Path) -> None:
    results: dict[str, Any] = {
        "bad": Hostvars({VARIABLE: AnsibleError("'x' is undefined")}),
        "odd": Hostvars({VARIABLE: object()}),
        "good": Hostvars(
            {
                VARIABLE: UNREACHABLE,
                "lync_pool": AnsibleError("undefined"),
                "lync_site": "Porto",
                "lync_roles": ["mediation"],
            }
        ),
    }
    found = report({"hosts": list(results), "dest": str(tmp_path), "formats": ["json"]}, results)
    hosts = {host["name"]: host for host in json.loads((tmp_path / "lync-firewall.json").read_text("utf-8"))["hosts"]}
    assert found["hosts"]["failed"] == ["bad", "odd"]
    assert "'x' is undefined" in hosts["bad"]["message"]
    assert (hosts["good"]["roles"], hosts["good"]["site"], "pool" in hosts["good"]) == (["mediation"], "Porto", False)


@pytest.mark.parametrize(
    ("args", "told"),
    [
        ({"hosts": None}, "hosts"),
        ({"dest": None}, "dest"),
        ({"formats": ["pdf"]}, "formats"),
        ({"name": "../etc/passwd"}, "name: "),
        ({"name": "a/b"}, "name: "),
        ({"name": ".hidden"}, "name: "),
        ({"name": ""}, "name: "),
        ({"most_hosts": 7}, "most_hosts"),
        ({"titel": "x"}, "titel"),
        ({"dest": "/proc/self/status/folder"}, "dest: /proc/self/status/folder cannot be written to: "),
        ({"dest": "/dev/null"}, "dest: /dev/null cannot be written to: "),
        ({"dest": "/tmp/a\0b"}, "dest: /tmp/a\0b cannot be written to: "),
        ({"previous": "/tmp/a\0b"}, "previous: /tmp/a\0b cannot be compared with: "),
        ({"sources": ["/tmp/a\0b"]}, "sources: /tmp/a\0b is no report to put together with others: "),
    ],
)
def test_a_wrong_option_is_named(tmp_path: Path, args: dict[str, Any], told: str) -> None:
    wanted = {"hosts": ["h"], "dest": str(tmp_path), **args}
    found = report({name: value for name, value in wanted.items() if value is not None}, {"h": UNREACHABLE})
    assert (found["failed"], found["changed"]) == (True, False)
    assert told in found["msg"]


def test_relative_paths_start_at_the_playbook(tmp_path: Path) -> None:
    found = report({"hosts": ["h"], "dest": f"../..{tmp_path}", "formats": ["csv"]}, {"h": UNREACHABLE})
    assert found["files"]["csv"].startswith("/playbook/")
    assert (tmp_path / "lync-firewall.csv").is_file()


def test_documentation_and_plugin_agree(tmp_path: Path) -> None:
    plugin = lync_firewall_report.ActionModule
    doc = yaml.safe_load(documentation.DOCUMENTATION)
    keys = ("type", "elements", "choices", "default", "required")
    told = {name: {key: option.get(key) for key in keys} for name, option in doc["options"].items()}
    real = {name: {key: option.get(key) for key in keys} for name, option in argument_spec(plugin.OPTIONS).items()}
    assert told == real
    assert plugin._requires_connection is False
    assert plugin._supports_check_mode is True
    returned = yaml.safe_load(documentation.RETURN)
    args = {"hosts": ["h"], "dest": str(tmp_path), "previous": str(tmp_path / "lync-firewall.json")}
    report(args, {"h": UNREACHABLE})
    found = report(args, {"h": UNREACHABLE})
    sometimes = {"probe", "probed", "files", "fails"}
    always = {key for key, told in returned.items() if not sometimes & set(told["returned"].split())}
    assert set(found) - {"changed"} == always
    assert list(found["hosts"]) == list(returned["hosts"]["sample"]) == CLASSES
    for task in yaml.safe_load(documentation.EXAMPLES):
        if "lyncops.firewall.lync_firewall_report" in task:
            validate({**task["lyncops.firewall.lync_firewall_report"], "hosts": ["h"]}, plugin.OPTIONS)


def port(number: int, says: str, **more: Any) -> dict[str, Any]:
    return {
        "port": number,
        "transport": "tcp",
        "rows": ["server-42", "server-43"],
        "status": "open",
        "says": says,
        **more,
    }


@pytest.mark.parametrize(
    ("ports", "unasked", "failing"),
    [
        ([port(444, "agree")], {}, False),
        ([port(444, "nothing_listens", status="filtered"), port(5061, "not_told")], {}, False),
        ([port(444, "shut_out", status="filtered")], {}, True),
        ([port(444, "contradicts")], {}, True),
        ([port(444, "agree")], {"h": [3389]}, True),
    ],
)
def test_a_probe_stands_beside_the_verdicts_and_a_run_fails_where_it_disproves_them(
    tmp_path: Path, run: Any, ports: list[dict[str, Any]], unasked: dict[str, Any], failing: bool
) -> None:
    model = WindowsModel()
    run(model)
    probed = {"probes": {"h": ports}, "unasked": unasked}
    found = report({"hosts": ["h"], "dest": str(tmp_path)}, {"h": audit(model)}, probed=probed)
    assert found["totals"]["compliant"] == 1
    assert found["disproved"] == (["h"] if failing else [])
    assert (found["worst"], bool(found["failure"])) == (("h", True) if failing else ("", False))
    assert found["class"] == ("disproved" if failing else "ok")
    assert "Probed: " in found["summary"]
    (host,) = json.loads((tmp_path / "lync-firewall.json").read_text())["hosts"]
    assert host.get("unasked", []) == unasked.get("h", [])
    seen = [cell[5]["probe"] for cell in host["cells"] if len(cell) == 6 and "probe" in cell[5]]
    expected = [["tcp", one["port"], one["status"], one["says"], None] for one in ports]
    assert seen, "a row of the host has it"
    assert all(one == expected for one in seen)
    assert "Probed from outside" in (tmp_path / "lync-firewall.html").read_text()


def test_a_probe_that_failed_fails_the_run_and_one_that_is_damaged_is_left_out(tmp_path: Path, run: Any) -> None:
    model = WindowsModel()
    run(model)
    args = {"hosts": ["h"], "dest": str(tmp_path)}
    found = report(args, {"h": audit(model)}, probed={"failed": True, "msg": "at_once: 0 will not do"})
    assert found["probe_failed"] == "the hosts could not be probed: at_once: 0 will not do"
    assert "The hosts could not be probed: at_once: 0 will not do." in found["failure"]
    assert (found["class"], found["totals"]["compliant"]) == ("failed", 1), "who asked for a proof has none"
    status = json.loads((tmp_path / "lync-firewall-status.json").read_text())
    assert (status["class"], status["classes"]) == ("failed", ["failed"])
    assert status["summary"].endswith(". The hosts could not be probed: at_once: 0 will not do")
    assert "could not be probed: at_once: 0" in (tmp_path / "lync-firewall-mail.txt").read_text()
    for damaged in ([{"port": 0}], [7], "?", [port(444, "agree", tls="yes")], [port(True, "agree")]):
        found = report(args, {"h": audit(model)}, probed={"probes": {"h": damaged}, "unasked": {"h": ["x", True, 0]}})
        assert ("probes" in found, found["failure"]) == (False, "")


def test_an_earlier_report_that_cannot_be_read_is_kept(tmp_path: Path, run: Any) -> None:
    model = WindowsModel()
    run(model)
    (tmp_path / "lync-firewall.json").write_bytes(b'{"schema": "of somebody else"}')
    found = report({"hosts": ["h"], "dest": str(tmp_path)}, {"h": audit(model)})
    assert found["warnings"][0].endswith("before. It is kept as lync-firewall.json.unreadable")
    assert (tmp_path / "lync-firewall.json.unreadable").read_bytes() == b'{"schema": "of somebody else"}'
    again = report({"hosts": ["h"], "dest": str(tmp_path)}, {"h": audit(model)})
    assert "warnings" not in again


@pytest.mark.parametrize("key", ["unprobed", "problems"])
def test_a_host_that_could_not_be_probed_fails_a_run_that_was_to_probe_it(tmp_path: Path, run: Any, key: str) -> None:
    model = WindowsModel()
    run(model)
    why = "15 of 15 ports, nosuch.invalid cannot be resolved: Name or service not known"
    probed = {"probes": {"h": [port(444, "not_told", status="error")]}, "unasked": {}, key: {"h": why, "other": why}}
    found = report({"hosts": ["h"], "dest": str(tmp_path)}, {"h": audit(model)}, probed=probed)
    assert found["probe_failed"] == f"not all ports could be probed of: h ({why})", "of the hosts of this report"
    assert f"Not all ports could be probed of: h ({why})." in found["failure"]
    assert found["class"] == "failed"
    for damaged in ([], {"h": ""}, {"x": why}, None):
        found = report({"hosts": ["h"], "dest": str(tmp_path)}, {"h": audit(model)}, probed={**probed, key: damaged})
        assert ("probe_failed" in found, found["class"]) == (False, "ok")


def test_artifacts_are_those_that_are_documented_and_names_are_cut_off(tmp_path: Path) -> None:
    names = [f"h{number:03}" for number in range(150)]
    results = {**dict.fromkeys(names, UNREACHABLE), **{f"x{name}": {"failed": True, "msg": "?"} for name in names}}
    found = report({"hosts": list(results), "dest": str(tmp_path), "artifacts": True}, results)["ansible_stats"]
    assert (found["per_host"], found["aggregate"]) == (False, False)
    handed = found["data"]
    specs = yaml.safe_load((ROLE / "meta" / "argument_specs.yml").read_text("utf-8"))["argument_specs"]
    told = set(re.findall(r"C\((lync_firewall_\w+)\)", " ".join(specs["audit"]["description"])))
    assert set(handed) == told
    assert len(handed["lync_firewall_unreachable_hosts"]) == 150
    assert len(handed["lync_firewall_failed_hosts"]) == 50, "at most 200 names in all"
    assert handed["lync_firewall_truncated"] is True
    assert handed["lync_firewall_report_folder"] == str(tmp_path)
    assert "ansible_stats" not in report({"hosts": ["h000"], "dest": str(tmp_path)}, results)


def test_a_run_is_told_why_it_fails_unless_it_may_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = {f"h{n:02}": UNREACHABLE for n in range(22)}
    made = report({"hosts": list(found), "dest": str(tmp_path / "r")}, found)
    assert made["failure"].startswith(f"Not all is as it should be: {made['summary']}. Unreachable: h00, h01")
    assert made["failure"].endswith("h19 and more.")
    plugin = action(lync_firewall_report.ActionModule, WindowsModel(), {"host_variables": True})
    plugin._connection = SimpleNamespace(_shell=SimpleNamespace(tmpdir=None))
    plugin._loader = SimpleNamespace(path_dwim=str)
    hostvars = {name: {VARIABLE: result} for name, result in found.items()}
    known = {"hostvars": hostvars, "ansible_play_hosts_all": list(found)}
    assert plugin.run(task_vars=known)["failure"] == made["failure"]
    quiet = plugin.run(task_vars={**known, "lync_firewall_fail_on_drift": "false"})
    assert (quiet["failure"], quiet["worst"]) == ("", "h00")
    assert (tmp_path / "lync_firewall_report" / "lync-firewall.html").is_file()
    wrong = plugin.run(task_vars={**known, "lync_firewall_report_dir": 7})
    assert (wrong["failed"], "files" in wrong) == (True, False)


def test_a_run_that_fails_for_what_is_too_wide_names_row_and_rule_and_what_shows_the_rest(tmp_path: Path) -> None:
    beyond = {"addresses": ["everybody", "at 192.0.2.11"], "by": ["vendor8057", "x"], "more_rules": 2, "ports": "",
              "profiles": ["public"], "perhaps": False, "blockable": False}  # fmt: skip
    wide = {**info(row("edge-listen-11", wider=beyond)), "wider": {"rows": 1, "perhaps": 0, "fails": True}}
    perhaps = {**wide, **info(row("edge-listen-10", wider={**beyond, "perhaps": True}), row(wider=beyond))}
    merely = {**wide, "wider": {"rows": 1, "perhaps": 0, "fails": False}}
    found = {"edge01": wide, "edge02": perhaps, "fe01": merely}
    made = report({"hosts": list(found), "dest": str(tmp_path)}, found)
    assert made["too_wide"] == [
        "edge01: edge-listen-11 (tcp 5061) by 'vendor8057', 'x' and 2 more rules",
        "edge02: server-03 (tcp 5061) by 'vendor8057', 'x' and 2 more rules",
    ]
    told = made["failure"].partition("Ineffective: edge01, edge02. ")[2]
    assert told.startswith(f"Wider than wanted, and on_wider is fail: {'; '.join(made['too_wide'])}. Who gets in, this")
    assert "lyncops.firewall.site --check --limit edge01" in told
    assert "too_wide" not in report({"hosts": ["fe01"], "dest": str(tmp_path)}, {"fe01": merely})


def test_of_many_hosts_and_rows_that_are_too_wide_the_first_are_named(tmp_path: Path) -> None:
    beyond = {"addresses": ["any"], "by": ["r"], "more_rules": 0, "ports": "", "profiles": [], "perhaps": False,
              "blockable": False}  # fmt: skip
    rows = [row(f"server-{number:02}", wider=beyond) for number in range(3, 9)]
    found = {f"h{n}": {**info(*rows), "wider": {"rows": 6, "perhaps": 0, "fails": True}} for n in range(5)}
    made = report({"hosts": list(found), "dest": str(tmp_path)}, found)
    assert len(made["too_wide"]) == 3
    assert made["too_wide"][0].endswith("server-05 (tcp 5061) by 'r' and 3 more rows")
    assert "; and 2 more hosts. Who gets in" in made["failure"]


def test_what_is_newly_wider_is_told_of_the_report_that_is_replaced(tmp_path: Path) -> None:
    """A scheduled run names no report to compare with."""
    args = {"hosts": ["h"], "dest": str(tmp_path)}
    beyond = {"addresses": ["any"], "by": ["CS RTCSRV"], "more_rules": 0, "ports": "", "profiles": ["domain"],
              "perhaps": False, "blockable": True}  # fmt: skip
    wide = {"h": info(row(wider=beyond))}
    assert report(args, wide)["class"] == "wider", "nobody has said it before"
    assert report(args, {"h": info(row())})["class"] == "ok"
    found = report(args, wide)
    assert (found["class"], "changes" in found) == ("wider", False)
    mail = (tmp_path / "lync-firewall-mail.txt").read_text()
    assert mail.splitlines()[0].endswith(": wider (server-03)")
    assert report(args, wide)["class"] == "ok"
