# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The callback lyncops.firewall.fleet where it is used: in a pipe, in a terminal, under ansible-runner."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from playbooks.runs import NEWEST_ONLY, newest_only

if TYPE_CHECKING:
    from lab.testing import Lab
    from playbooks.runs import Runner

_ENABLED = {"ANSIBLE_CALLBACKS_ENABLED": "lyncops.firewall.fleet"}
_TITLES = re.compile(r"^host +state +open +cond +unkn +closed +add +set +del +why$")
_TABLE = [
    r"fe01\.contoso\.test +drifted +\d+ +0 +0 +\d+ +\d+ +0 +0 +\S.*",
    r"fe02\.contoso\.test +drifted +\d+ +0 +0 +\d+ +\d+ +0 +0 +\S.*",
    r"med01\.contoso\.test +drifted +\d+ +0 +0 +\d+ +\d+ +0 +0 +\S.*",
    r"dir01\.contoso\.test +repaired +\d+ +0 +0 +0 +\d+ +0 +0",
]
_LAST = "4 hosts: 3 drifted, 1 repaired"


def _table(lines: list[str]) -> list[str]:
    """The lines from the titles on, without empty ones."""
    place = next(place for place, line in enumerate(lines) if _TITLES.match(line))
    return [line for line in lines[place + 1 :] if line.strip()]


def _check_table(lines: list[str], state: str) -> None:
    expected = [pattern.replace("repaired", state) for pattern in (*_TABLE, _LAST)]
    table = _table(lines)
    assert len(table) == len(expected), table
    assert [line for pattern, line in zip(expected, table, strict=True) if not re.fullmatch(pattern, line)] == []


def test_in_a_pipe(lab: Lab, runner: Runner) -> None:
    """Nothing but the table is added, at the very end; a later task on a host counts."""
    playbook = runner.folder / "play.yml"
    playbook.write_text(
        "- ansible.builtin.import_playbook: lyncops.firewall.report\n"
        "- ansible.builtin.import_playbook: lyncops.firewall.remediate\n"
    )
    repaired = {"lync_firewall_drifted_hosts": ["dir01.contoso.test"]}
    run = runner.play(str(playbook), variables=repaired, **_ENABLED)
    assert run.code == 0, run.output
    assert "\x1b" not in run.output
    assert "\r" not in run.output
    assert "hosts finished" not in run.output
    _check_table(run.output.splitlines(), "repaired")
    assert run.output.splitlines()[-1] == _LAST


@NEWEST_ONLY
def test_in_a_terminal(lab: Lab, runner: Runner) -> None:
    """Progress is seen while it runs; what is left on the screen is what is left without it."""
    pyte = pytest.importorskip("pyte", reason="pyte, a terminal to look at, is not installed")
    assert runner.play("site", "--limit", "dir01*").code == 0
    screens = []
    for progress in ("auto", "never"):
        screen = pyte.Screen(100, 400)
        stream = pyte.ByteStream(screen)
        # The artifacts have the digest of a report that was made at another time.
        env = {**_ENABLED, "LYNCOPS_FLEET_PROGRESS": progress, "ANSIBLE_SHOW_CUSTOM_STATS": "false"}
        code, said = runner.in_terminal("audit", **env)
        stream.feed(said)
        assert code == 2
        assert (b"0/4 hosts finished" in said) is (progress == "auto")
        assert (b"4/4 hosts finished" in said) is (progress == "auto")
        screens.append([line.rstrip() for line in screen.display])
    for lines in screens:
        assert not any("hosts finished" in line for line in lines)
        _check_table(lines, "compliant")
    assert sorted(screens[0]) == sorted(screens[1])  # hosts finish in any order


def test_under_ansible_runner(lab: Lab, runner: Runner) -> None:
    """It gives Ansible a terminal, but nobody looks at it: no progress; the table is one event."""
    pytest.importorskip("ansible_runner", reason="ansible-runner is not installed")
    from playbooks.runs import environment

    assert runner.play("site", "--limit", "dir01*").code == 0
    private = runner.folder / "runner"
    (private / "env").mkdir(parents=True)
    (private / "env" / "envvars").write_text(json.dumps(environment(**_ENABLED)))
    (private / "env" / "extravars").write_text(json.dumps({"lync_firewall_report_dir": str(private / "report")}))
    # In a process of its own: it forks, and the lab has threads in this one.
    command = [sys.executable, "-m", "ansible_runner", "run", str(private), "--ident", "audit"]
    command += ["--inventory", str(runner.inventory), "--playbook", "lyncops.firewall.audit", "--quiet"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, env=environment())
    assert ran.returncode == 2, ran.stdout + ran.stderr
    files = (private / "artifacts" / "audit" / "job_events").glob("*.json")
    events = sorted((json.loads(path.read_text()) for path in files), key=lambda event: int(event["counter"]))
    plain = [re.sub(r"\x1b\[[0-9;]*m", "", event["stdout"]) for event in events]
    assert not any("hosts finished" in text for text in plain)
    tables = [text for text in plain if any(_TITLES.match(line) for line in text.splitlines())]
    assert len(tables) == 1
    _check_table(tables[0].splitlines(), "compliant")
    artifacts = next(event["event_data"]["artifact_data"] for event in events if event["event"] == "playbook_on_stats")
    assert artifacts["lync_firewall_compliant_hosts"] == ["dir01.contoso.test"]
    assert artifacts["lync_firewall_totals"]["drifted"] == 3
    assert (private / "report" / "lync-firewall.html").is_file()


_JSON_CALLBACK = """
import json
from ansible.plugins.callback import CallbackBase

DOCUMENTATION = "name: {0}\\ntype: stdout\\nshort_description: x\\ndescription: x"


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "{0}"

    def v2_playbook_on_stats(self, stats):
        self._display.display(json.dumps(dict(hosts=sorted(stats.processed))))
"""


@pytest.mark.parametrize("name", [newest_only("json"), "jsonl"])
@pytest.mark.sample("jsonl")
def test_beside_output_for_programs(lab: Lab, runner: Runner, name: str) -> None:
    """A stand-in for ansible.posix.json: all of standard output is one document, and the table goes elsewhere."""
    from playbooks.runs import environment

    folder = runner.folder / "collections" / "ansible_collections" / "my" / "own" / "plugins" / "callback"
    folder.mkdir(parents=True)
    (folder / f"{name}.py").write_text(_JSON_CALLBACK.format(f"my.own.{name}"))
    paths = f"{runner.folder / 'collections'}:{environment()['ANSIBLE_COLLECTIONS_PATH']}"
    env = environment(**_ENABLED, ANSIBLE_STDOUT_CALLBACK=f"my.own.{name}", ANSIBLE_COLLECTIONS_PATH=paths)
    ran = subprocess.run(
        runner.command("lyncops.firewall.audit", "--limit", "dir01*"),
        cwd=runner.folder, env=env, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 2, ran.stdout + ran.stderr
    assert "dir01.contoso.test" in json.loads(ran.stdout)["hosts"]
    _before, titles, table = ran.stderr.partition("host ")
    assert titles
    assert "1 host: 1 drifted" in table
