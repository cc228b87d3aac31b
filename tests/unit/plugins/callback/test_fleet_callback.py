# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The callback: whose events it takes, what it prints at the end, when it shows progress."""

from __future__ import annotations

import io
import sys
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.plugins.loader import callback_loader
from ansible_collections.lyncops.firewall.tests.unit.plugins.plugin_utils._fleet.fleet_results import audited, enforced

OPEN, CLOSED = ("open", "rule"), ("closed", "no_rule")
INFO, ENFORCE = "lyncops.firewall.lync_firewall_info", "lyncops.firewall.lync_firewall"


@pytest.fixture
def fleet() -> Any:
    """The plugin with its default options, as Ansible loads it."""
    plugin = callback_loader.get("lyncops.firewall.fleet")
    plugin.set_options()
    return plugin


def task(action: str = INFO, check_mode: bool = False) -> SimpleNamespace:
    return SimpleNamespace(action=action.rpartition(".")[2], resolved_action=action, check_mode=check_mode)


def result(host: str, value: dict[str, Any], of: SimpleNamespace | None = None) -> SimpleNamespace:
    """As callbacks get it: ansible-core takes `failed` and `skipped` away (`TaskResult.clean_copy`)."""
    kept = {key: item for key, item in value.items() if key not in ("failed", "skipped")}
    return SimpleNamespace(_host=SimpleNamespace(get_name=lambda: host), _task=of or task(), _result=kept)


def play(*hosts: str) -> SimpleNamespace:
    manager = SimpleNamespace(get_vars=lambda **_arguments: {"ansible_play_batch": list(hosts)})
    return SimpleNamespace(get_variable_manager=lambda: manager)


def test_the_table_comes_at_the_end(fleet: Any, capsys: pytest.CaptureFixture[str]) -> None:
    fleet.v2_playbook_on_play_start(play("fe01", "fe02", "fe03", "lb01"))
    fleet.v2_playbook_on_task_start(task(), False)
    fleet.v2_runner_on_ok(result("fe01", audited(OPEN)))
    fleet.v2_runner_on_unreachable(result("fe02", {"unreachable": True, "msg": "no route"}))
    fleet.v2_runner_on_failed(result("fe03", {"failed": True, "msg": "fe03: no rights"}), ignore_errors=True)
    fleet.v2_runner_on_skipped(result("lb01", {"skipped": True}))
    assert capsys.readouterr().out == ""
    fleet.v2_playbook_on_stats(None)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in lines if line] == [
        ["host", "state"], ["fe02", "unreachable"], ["fe03", "failed"], ["fe01", "compliant"], ["lb01", "not"],
        ["4", "hosts:"],
    ]  # fmt: skip


def test_a_failed_run_is_not_shown_as_repaired(fleet: Any, capsys: pytest.CaptureFixture[str]) -> None:
    fired = {**enforced(OPEN, rules=(1, 0, 0)), "failed": True, "msg": "fe01: restored itself", "rollback": "fired"}
    fleet.v2_runner_on_failed(result("fe01", fired, task(ENFORCE)))
    fleet.v2_playbook_on_stats(None)
    assert "fe01  failed" in capsys.readouterr().out


def test_a_run_without_our_tasks_has_no_table(fleet: Any, capsys: pytest.CaptureFixture[str]) -> None:
    other = task("ansible.builtin.debug")
    fleet.v2_playbook_on_task_start(other, False)
    fleet.v2_runner_on_ok(result("fe01", {"msg": "hello"}, other))
    fleet.v2_playbook_on_stats(None)
    assert capsys.readouterr().out == ""


def test_the_last_task_counts_but_a_skipped_one_does_not(fleet: Any, capsys: pytest.CaptureFixture[str]) -> None:
    fleet.v2_runner_on_ok(result("fe01", audited(CLOSED, rules=(1, 0, 0))))
    fleet.v2_runner_on_ok(result("fe01", enforced(OPEN, rules=(1, 0, 0)), task(ENFORCE)))
    fleet.v2_runner_on_skipped(result("fe01", {"skipped": True}))
    fleet.v2_playbook_on_stats(None)
    assert "1 host: 1 repaired" in capsys.readouterr().out


def test_check_mode_repairs_nothing(fleet: Any, capsys: pytest.CaptureFixture[str]) -> None:
    fleet.v2_runner_on_ok(result("fe01", enforced(OPEN, rules=(1, 0, 0)), task(ENFORCE, check_mode=True)))
    fleet.v2_playbook_on_stats(None)
    assert "1 host: 1 drifted" in capsys.readouterr().out


def test_rows(fleet: Any, capsys: pytest.CaptureFixture[str]) -> None:
    fleet.set_option("rows", 2)
    for number in range(5):
        fleet.v2_runner_on_ok(result(f"fe{number}", audited(OPEN)))
    fleet.v2_playbook_on_stats(None)
    assert "and 3 more: 3 compliant" in capsys.readouterr().out


def test_hostile_texts(fleet: Any, capsys: pytest.CaptureFixture[str]) -> None:
    fleet.v2_runner_on_unreachable(result("fe\x1b[2J\n", {"unreachable": True, "msg": "\x1b]0;title\x07\r\nforged"}))
    fleet.v2_playbook_on_stats(None)
    printed = capsys.readouterr().out
    assert printed.replace("\n", "").isprintable()
    assert not any(line.startswith("forged") for line in printed.splitlines())


class Terminal(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("option", "variables", "expected"),
    [
        ("auto", {"TERM": "xterm"}, True),
        ("never", {"TERM": "xterm"}, False),
        ("auto", {"TERM": "dumb"}, False),
        ("auto", {}, False),
        ("auto", {"TERM": "xterm", "AWX_ISOLATED_DATA_DIR": "/runner/artifacts/1"}, False),
    ],
)
def test_progress_in_a_terminal(
    fleet: Any, monkeypatch: pytest.MonkeyPatch, option: str, variables: dict[str, str], expected: bool
) -> None:
    for name in ("TERM", "AWX_ISOLATED_DATA_DIR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    fleet.set_option("progress", option)
    fleet.v2_playbook_on_play_start(play("fe01", "fe02"))
    fleet.v2_playbook_on_task_start(task(), False)
    fleet.v2_runner_on_ok(result("fe01", audited(OPEN)))
    fleet.v2_playbook_on_task_start(task("ansible.builtin.debug"), False)
    assert sys.stdout is terminal
    said = terminal.getvalue()
    assert ("0/2 hosts finished" in said) is expected
    assert ("1/2 hosts finished  fe01 compliant" in said) is expected
    assert said.endswith("\r\x1b[K" if expected else "")
    assert bool(said) is expected


def test_no_progress_in_a_pipe(fleet: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    pipe = io.StringIO()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stdout", pipe)
    fleet.v2_playbook_on_play_start(play("fe01"))
    fleet.v2_playbook_on_task_start(task(), False)
    fleet.v2_runner_on_ok(result("fe01", audited(OPEN)))
    assert pipe.getvalue() == ""
