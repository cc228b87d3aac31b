# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which hosts a traffic matrix is of, which report it takes who is admitted from, and what is wrong about one."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from ansible_collections.lyncops.firewall.plugins.action import lync_firewall_matrix
from ansible_collections.lyncops.firewall.plugins.module_utils._options.option import argument_spec
from ansible_collections.lyncops.firewall.plugins.modules import lync_firewall_matrix as documentation
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.as_json import to_json
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.build import Source, build_report
from ansible_collections.lyncops.firewall.tests.unit.plugins.action.fake_ansible import action
from ansible_collections.lyncops.firewall.tests.unit.plugins.module_utils._firewall.windows_model import WindowsModel

CREATED = "2026-03-12T06:00:00Z"
ENTRY = {"name": "med01", "addresses": ["10.1.0.20"], "roles": ["mediation"], "peers": {"gateway": ["10.2.0.5"]}}
HOSTVARS: dict[str, Any] = {
    "med01": {"lync_firewall_matrix_host": {"changed": False, "host": ENTRY}},
    "med02": {"lync_firewall_matrix_host": {"changed": False, "host": {**ENTRY, "name": "med02"}}},
    "lb01": {"lync_firewall_matrix_host": {"skipped": True}},
    "other": {},
}
WIDER = {
    "addresses": ["everybody else"],
    "by": ["CS RTCMEDSRV"],
    "more_rules": 0,
    "ports": "",
    "profiles": ["public"],
    "perhaps": False,
}


@pytest.fixture(autouse=True)
def in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(*hosts: str, check_mode: bool = False, **variables: Any) -> dict[str, Any]:
    plugin = action(lync_firewall_matrix.ActionModule, WindowsModel(), {"host_variables": True}, check_mode=check_mode)
    plugin._loader = SimpleNamespace(path_dwim=str)
    task_vars = {"hostvars": HOSTVARS, "ansible_play_hosts": list(hosts or HOSTVARS), **variables}
    found: dict[str, Any] = plugin.run(task_vars=task_vars)
    return found


def reported(path: Path, *names: str) -> None:
    """A report of an audit that found a row of these hosts wider than meant."""
    requirement = {
        "id": "server-47", "service": "s", "ports": "5067", "transports": ["tcp"], "direction": "in", "verdict": "open",
        "reason": "rule", "by": ["LyncOps x"], "part": "", "admits": ["any"], "wider": WIDER, "rules": [],
    }  # fmt: skip
    result = {
        "service": {"running": True, "state": "running", "start": "auto"}, "profiles": {}, "managed_rules": 1,
        "requirements": [requirement], "commands": [], "compliant": True,
    }  # fmt: skip
    path.parent.mkdir(exist_ok=True)
    sources = [Source(name, result, ("mediation",)) for name in names]
    path.write_bytes(to_json(build_report("T", CREATED, [*sources, Source("gone", {"unreachable": True})])))


def document(folder: str = "lync_firewall_matrix") -> dict[str, Any]:
    return dict(json.loads(Path(folder, "lync-traffic-matrix.json").read_text()))


def test_hosts_of_the_play_that_need_rules_are_in_it(tmp_path: Path) -> None:
    done = run()
    assert done["changed"] is True
    assert sorted(path.name for path in (tmp_path / "lync_firewall_matrix").iterdir()) == [
        "aerleon", "lync-traffic-matrix.csv", "lync-traffic-matrix.json", "lync-traffic-matrix.md",
    ]  # fmt: skip
    files = ["lync-answers.yaml", "lync-terms.yaml", "lync.yaml", "lync.yaml"]
    assert sorted(path.name for path in tmp_path.rglob("*.yaml")) == files
    assert done["lines"] == len(document()["lines"]) == 3
    assert "who are Administrators' hosts" in done["open_questions"]
    assert "in_effect" not in document(), "there is no report"
    assert run()["changed"] is False
    assert run("med01", lync_firewall_matrix_dir=str(tmp_path / "mine"))["changed"] is True
    assert "med02" not in (tmp_path / "mine" / "lync-traffic-matrix.md").read_text()
    assert "med02" in (tmp_path / "lync_firewall_matrix" / "lync-traffic-matrix.md").read_text()


@pytest.mark.parametrize(
    ("where", "variables"),
    [
        ("lync_firewall_report/lync-firewall.json", {}),
        ("mine/lync-firewall.json", {"lync_firewall_report_dir": "mine"}),
        ("mine/night.json", {"lync_firewall_report_dir": "mine", "lync_firewall_report_name": "night"}),
        ("mine/named.json", {"lync_firewall_matrix_report": "mine/named.json"}),
    ],
)
def test_the_last_report_or_the_one_that_is_named_says_who_is_admitted(
    tmp_path: Path, where: str, variables: dict[str, Any]
) -> None:
    reported(tmp_path / where, "med01")
    done = run(**variables)
    name = Path(where).name
    assert done["in_effect"] == (
        f"Who is admitted in effect is as of {CREATED}, by {name}: 1 line wider than meant. It says nothing of med02, "
        "which it did not look at or could not read: run lyncops.firewall.audit without --limit, and then the matrix "
        "again."
    )
    found = document()
    assert found["in_effect"] == {"report": name, "created": CREATED, "not_audited": ["med02"]}
    (line,) = [line for line in found["lines"] if "server-47" in [row["id"] for row in line["rows"]]]
    assert line["in_effect"]["admits"] == ["any"]
    assert line["in_effect"]["wider"] == [
        {"row": "server-47", "hosts": ["med01"], "addresses": ["everybody else"], "by": ["CS RTCMEDSRV"],
         "perhaps": False}
    ]  # fmt: skip
    assert line["in_effect"]["not_audited"] == ["med01", "med02"], "of server-48 nothing is known on med01 either"
    assert run(**variables)["changed"] is False


def test_an_empty_name_takes_none(tmp_path: Path) -> None:
    reported(tmp_path / "lync_firewall_report" / "lync-firewall.json", "med01")
    assert "in_effect" not in run(lync_firewall_matrix_report="")
    assert "in_effect" not in document()


@pytest.mark.parametrize(
    ("content", "why"),
    [(None, "No such file"), ("x", "it is not JSON"), ("{}", "no report of this collection"), ("folder", "directory")],
)
def test_a_named_file_that_is_no_report_is_an_error_that_names_the_variable(
    tmp_path: Path, content: str | None, why: str
) -> None:
    if content == "folder":
        (tmp_path / "x.json").mkdir()
    elif content is not None:
        (tmp_path / "x.json").write_text(content)
    done = run(lync_firewall_matrix_report="x.json")
    assert done["failed"] is True
    assert done["msg"].startswith(f"lync_firewall_matrix_report: {tmp_path / 'x.json'} is no report of an audit")
    assert why in done["msg"]
    assert not (tmp_path / "lync_firewall_matrix").exists()


def test_a_last_report_that_cannot_be_read_is_a_warning(tmp_path: Path) -> None:
    last = tmp_path / "lync_firewall_report" / "lync-firewall.json"
    reported(last, "med01")
    document_of = json.loads(last.read_text())
    old = {**document_of, "version": 2}
    for text, why in (("x", "it is not JSON"), (json.dumps(old), "it is a report of version 2; this one reads 3")):
        last.write_text(text)
        done = run()
        (warning,) = done["warnings"]
        assert why in warning
        assert warning.endswith("the matrix says nothing of what is in effect")
        assert "in_effect" not in document()
    named = run(lync_firewall_matrix_report=str(last))
    assert "lync_firewall_matrix_report" in named["msg"]
    assert "it is a report of version 2" in named["msg"]


def test_check_mode_writes_nothing(tmp_path: Path) -> None:
    assert run(check_mode=True)["changed"] is True
    assert list(tmp_path.iterdir()) == []


def test_documentation_and_plugin_agree() -> None:
    doc = yaml.safe_load(documentation.DOCUMENTATION)["options"]
    keys = ("type", "elements", "default", "required")
    real = argument_spec(lync_firewall_matrix.ActionModule.OPTIONS)
    assert {name: {key: option.get(key) for key in keys} for name, option in doc.items()} == {
        name: {key: option.get(key) for key in keys} for name, option in real.items()
    }
