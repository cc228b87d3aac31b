# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an action plugin needs of Ansible, and a pywinrm Protocol with a WindowsModel behind it."""

from __future__ import annotations

import json
import os
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.action import lync_firewall
from ansible_collections.lyncops.firewall.plugins.plugin_utils._host.enforcement import enforce
from ansible_collections.lyncops.firewall.plugins.plugin_utils._host.lockout import Preview
from ansible_collections.lyncops.firewall.tests.unit.plugins.module_utils._firewall.windows_model import WindowsModel

_IN_SYSTEM32 = "cd /d %SystemRoot%\\System32&"


class ModelProtocol:
    """pywinrm's Protocol: runs the commands on a model. `broken` holds the numbers of commands whose line breaks."""

    def __init__(self, model: WindowsModel) -> None:
        self.model = model
        self.commands: list[str] = []
        self.broken: set[int] = set()
        self._stdin = b""
        self._closed = False

    def run_command(self, shell_id: str, command: str, arguments: Any = (), console_mode_stdin: bool = True) -> str:
        """Take a command; it runs at the first Receive."""
        assert command.startswith(_IN_SYSTEM32), "a program of another folder could run"
        self.commands.append(command.removeprefix(_IN_SYSTEM32))
        self._stdin, self._closed = b"", console_mode_stdin
        if len(self.commands) - 1 in self.broken:
            raise ConnectionError("connection reset by peer")
        return "C"

    def send_command_input(self, shell_id: str, command_id: str, stdin_input: bytes, end: bool = False) -> None:
        """Take a piece of standard input."""
        self._stdin += stdin_input
        self._closed = end

    def get_command_output_raw(self, shell_id: str, command_id: str) -> tuple[bytes, bytes, int, bool]:
        """Run the command and give everything at once."""
        assert self._closed, "netsh waits for the end of its input"
        return self.model.run(self.commands[-1], self._stdin).encode(), b"", 0, True

    def cleanup_command(self, shell_id: str, command_id: str) -> None:
        """Signal: nothing to do."""

    def close_shell(self, shell_id: str, close_session: bool = True) -> None:
        """Delete: nothing to do."""


class Connection:
    """Ansible's winrm connection, as far as it is used."""

    transport = "winrm"
    become = None

    def __init__(self, protocol: ModelProtocol) -> None:
        self.protocol = protocol
        self.shell_id = "S1"
        self._shell = SimpleNamespace(tmpdir=None)

    def _connect(self) -> Connection:
        return self

    def reset(self) -> None:
        """Connect anew."""
        self.shell_id += "'"


def action(kind: type[Any], model: WindowsModel, args: dict[str, Any], **task: Any) -> Any:
    """An action plugin, ready for `run`."""
    settings = {"check_mode": False, "diff": False, "no_log": False, "delegate_to": None, "async_val": 0, "action": "x"}
    plugin = kind(
        task=SimpleNamespace(args=args, **{**settings, **task}),
        connection=Connection(ModelProtocol(model)),
        play_context=SimpleNamespace(check_mode=task.get("check_mode", False)),
        loader=SimpleNamespace(path_dwim=os.path.abspath),
        templar=SimpleNamespace(template=lambda value: value),
        shared_loader_obj=None,
    )
    plugin._load_name = "lyncops.firewall.lync_firewall"  # as the loader sets it
    return plugin


class AgreeingGuard:
    """In place of the lockout guard, which has tests of its own: most models have no WinRM rule to let it pass."""

    found = Preview()
    cut = ()
    warnings = ()

    def __init__(self, *_arguments: Any, **_options: Any) -> None:
        """Nothing to remember."""

    def __call__(self, *_arguments: Any) -> tuple[str, ...]:
        return ()


def without_guard_and_rollback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have `lync_firewall` neither wait, nor arm a rollback, nor ask the guard."""

    def at_once(*args: Any, **options: Any) -> Any:
        return enforce(*args, **{**options, "rollback": "never", "sleep": slept.append})

    slept: list[float] = []
    monkeypatch.setattr(lync_firewall, "enforce", at_once)
    monkeypatch.setattr(lync_firewall, "LockoutGuard", AgreeingGuard)


def run(model: WindowsModel, args: dict[str, Any], kind: Any = lync_firewall, **task: Any) -> dict[str, Any]:
    """What an action plugin returns: only plain types, which JSON can hold."""
    result: dict[str, Any] = action(kind.ActionModule, model, args, **task).run(
        task_vars={"inventory_hostname": "lync01"}
    )
    assert_plain(result)
    json.dumps(result)
    return result


def assert_plain(value: Any, where: str = "result") -> None:
    """Fail for anything that is not exactly one of the seven types newer ansible-core takes, subclasses included."""
    assert type(value) in (dict, list, str, int, float, bool, type(None)), f"{where} is a {type(value)}"
    if isinstance(value, dict):
        for key, item in value.items():
            assert key.__class__ is str, f"{where} has the key {key!r}"
            assert_plain(item, f"{where}.{key}")
    if isinstance(value, list):
        for number, item in enumerate(value):
            assert_plain(item, f"{where}[{number}]")
