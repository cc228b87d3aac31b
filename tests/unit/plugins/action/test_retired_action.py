# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may be retired, and the file that says who was."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from ansible_collections.lyncops.firewall.plugins.action import lync_firewall_retired
from ansible_collections.lyncops.firewall.plugins.module_utils._options.option import argument_spec
from ansible_collections.lyncops.firewall.plugins.modules import lync_firewall_retired as documentation
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.as_json import to_json
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.build import Source, build_report
from ansible_collections.lyncops.firewall.tests.unit.plugins.action.fake_ansible import action
from ansible_collections.lyncops.firewall.tests.unit.plugins.module_utils._firewall.windows_model import WindowsModel

HOSTVARS: dict[str, Any] = {
    "old": {"group_names": ["windows"]},
    "fe01": {"group_names": ["lync_front_end"]},
    "own": {"group_names": [], "lync_firewall_roles": ["director"]},
}


def run(args: dict[str, Any], check_mode: bool = False, **variables: Any) -> dict[str, Any]:
    plugin = action(lync_firewall_retired.ActionModule, WindowsModel(), args, check_mode=check_mode)
    plugin._loader = SimpleNamespace(path_dwim=str)
    found: dict[str, Any] = plugin.run(task_vars={"hostvars": HOSTVARS, **variables})
    return found


def reported(folder: Path, *names: str) -> None:
    """A report that has these hosts."""
    folder.mkdir(exist_ok=True)
    created = "2026-03-12T06:00:00Z"
    report = build_report("T", created, [Source(name, {"unreachable": True, "msg": "x"}) for name in names])
    (folder / "night.json").write_bytes(to_json(report))


def test_who_is_no_lync_server_may_be_retired(tmp_path: Path) -> None:
    assert run({"hosts": ["old", "old"], "dest": str(tmp_path)}) == {"hosts": ["old"], "changed": False}
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("hosts", "told"),
    [
        ([], "name the hosts to retire"),
        (["old", "gone"], "not in the inventory: gone. "),
        (["old", "fe01"], "fe01 is a Lync server still (front_end)"),
        (["own"], "own is a Lync server still (director)"),
    ],
)
def test_who_is_not_known_or_a_server_still_is_named(tmp_path: Path, hosts: list[str], told: str) -> None:
    found = run({"hosts": hosts, "dest": str(tmp_path)})
    assert (found["failed"], found["changed"]) == (True, False)
    assert told in found["msg"]


def test_only_who_was_reported_is_forgotten_and_no_server(tmp_path: Path) -> None:
    reported(tmp_path, "gone", "fe01")
    (tmp_path / "other.json").write_text("{}")
    wrong = run({"hosts": ["gone", "typo"], "dest": str(tmp_path), "forget": True})
    assert f"no report in {tmp_path} has typo" in wrong["msg"]
    assert "is a Lync server still" in run({"hosts": ["fe01"], "dest": str(tmp_path), "forget": True})["msg"]
    assert not (tmp_path / "retired.json").exists()


def test_who_is_outside_the_limit_is_named(tmp_path: Path) -> None:
    found = run({"hosts": ["old"], "dest": str(tmp_path)}, ansible_play_hosts_all=["fe01"])
    assert "--limit leaves out old" in found["msg"]


def test_they_are_noted_beside_those_who_were(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    assert run({"hosts": ["old"], "dest": str(folder), "done": True})["changed"] is True
    reported(folder, "gone")
    assert run({"hosts": ["gone"], "dest": str(folder), "forget": True})["changed"] is True
    noted = json.loads((folder / "retired.json").read_text())["hosts"]
    assert sorted(noted) == ["gone", "old"]
    assert run({"hosts": ["other"], "dest": str(folder), "done": True}, check_mode=True)["changed"] is True
    assert sorted(json.loads((folder / "retired.json").read_text())["hosts"]) == ["gone", "old"]


def test_a_file_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "retired.json").write_text("{}")
    found = run({"hosts": ["old"], "dest": str(tmp_path), "done": True})
    assert found["msg"].startswith(f"dest: {tmp_path}/retired.json cannot be written to: it holds something else")
    assert (tmp_path / "retired.json").read_text() == "{}"


def test_variables_say_who_and_where(tmp_path: Path) -> None:
    reported(tmp_path, "old", "gone")
    variables = {"lync_firewall_retired": "old, gone,", "lync_firewall_forget": "yes"}
    found = run({"host_variables": True}, lync_firewall_report_dir=str(tmp_path), **variables)
    assert found == {"hosts": ["old", "gone"], "changed": True}
    assert (tmp_path / "retired.json").is_file()
    wrong = run({"host_variables": True}, lync_firewall_report_dir=7, **variables)
    assert wrong["failed"] is True


@pytest.mark.parametrize(
    ("known", "role"),
    [
        ({"group_names": ["lync_client"]}, ""),
        ({"group_names": [], "lync_firewall_roles": ["client"]}, ""),
        ({"group_names": ["lync_client"], "lync_firewall_clients": "enforce"}, "client"),
        ({"group_names": ["lync_client"], "lync_firewall_clients": "sometimes"}, "client"),
        ({"group_names": ["lync_client", "lync_director"]}, "director"),
        ({"group_names": ["lync_load_balancer"]}, ""),
        ({"group_names": ["lync_client"], "lync_firewall_roles": []}, ""),
        ({"group_names": ["lync_sql"]}, ""),
        ({"group_names": ["lync_sql"], "lync_firewall_hosts": "lync_front_end"}, ""),
        ({"group_names": ["lync_sql"], "lync_firewall_hosts": "lync_front_end,lync_sql"}, "sql"),
        ({"group_names": ["lync_sql"], "lync_firewall_hosts": ["h"]}, "sql"),
        ({"group_names": ["lync_sql", "lync_mediation"]}, "sql"),
        ({"group_names": [], "lync_firewall_roles": 7}, "7"),
    ],
)
def test_whom_a_run_would_serve_again_is_not_retired(tmp_path: Path, known: dict[str, Any], role: str) -> None:
    groups = {"all": ["h", "other"], "lync_front_end": ["other"], "lync_sql": ["h"]}
    found = run({"hosts": ["h"], "dest": str(tmp_path)}, hostvars={"h": known}, groups=groups)
    assert ("is a Lync server still" in str(found.get("msg"))) == bool(role), found
    assert role in str(found.get("msg", ""))


def test_only_those_are_noted_whose_removal_ran(tmp_path: Path) -> None:
    results: dict[str, Any] = {
        "cleaned": {"changed": True},
        "bare": {"changed": False},
        "skipped": {"changed": False, "skipped": True},
        "failed": {"changed": True, "failed": True},
        "away": {"unreachable": True, "changed": False},
        "held": {"changed": False, "left_alone": True},
    }
    hostvars: dict[str, Any] = {name: {"lync_firewall_result": result} for name, result in results.items()}
    args = {"host_variables": True, "hosts": [*hostvars, "never"], "done": True}
    variables: dict[str, Any] = {"lync_firewall_report_dir": str(tmp_path), "hostvars": {**hostvars, "never": {}}}
    found = run(args, **variables)
    assert found["failed"] is True
    assert "not retired: skipped, failed, away, held, never" in found["msg"]
    assert sorted(json.loads((tmp_path / "retired.json").read_text())["hosts"]) == ["bare", "cleaned"]
    alone = run({**args, "hosts": ["never"], "dest": str(tmp_path / "new")}, **variables)
    assert "not retired: never" in alone["msg"]
    assert not (tmp_path / "new").exists()


def test_documentation_and_plugin_agree() -> None:
    doc = yaml.safe_load(documentation.DOCUMENTATION)["options"]
    keys = ("type", "elements", "default", "required")
    real = argument_spec(lync_firewall_retired.ActionModule.OPTIONS)
    assert {name: {key: option.get(key) for key in keys} for name, option in doc.items()} == {
        name: {key: option.get(key) for key in keys} for name, option in real.items()
    }
