# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A probe whose module cannot run on the host that it is delegated to says why."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from ansible_collections.lyncops.firewall.plugins.action import lync_port_probe
from ansible_collections.lyncops.firewall.tests.unit.plugins.action.fake_ansible import action, assert_plain
from ansible_collections.lyncops.firewall.tests.unit.plugins.module_utils._firewall.windows_model import WindowsModel

TARGET = {"host": "fe01", "address": "127.0.0.1", "port": 5061, "transport": "tcp"}


def run(answered: dict[str, Any]) -> dict[str, Any]:
    plugin = action(lync_port_probe.ActionModule, WindowsModel(), {"targets": [TARGET]})
    plugin._execute_module = lambda **_arguments: answered
    found: dict[str, Any] = plugin.run(task_vars={})
    return found


def test_a_module_that_does_not_run_says_why_whatever_warnings_ansible_adds() -> None:
    """As an interpreter that was found and does not start: ansible-core adds an object to the warnings."""
    said = {"msg": "no start of json", "rc": 127, "module_stderr": "python3.13: command not found", "module_stdout": ""}
    result = run({**said, "failed": True, "warnings": [SimpleNamespace()]})
    assert_plain(result)
    assert {key: result[key] for key in said} == said
    assert result["failed"] is True


def test_a_module_that_says_nothing_at_all_is_a_failure_with_a_sentence() -> None:
    result = run({})
    assert result["failed"] is True
    assert result["msg"] == "the probe failed and did not say why"
