# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option `dump` of lync_firewall_info: a file in place of a host, over any connection and none."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.action.lync_firewall_info import ActionModule
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.read_command import read_command
from ansible_collections.lyncops.firewall.tests.unit.plugins.action.fake_ansible import action, assert_plain
from ansible_collections.lyncops.firewall.tests.unit.plugins.module_utils._firewall.reg_writer import (
    as_exported,
    from_query,
    reg_file,
)
from ansible_collections.lyncops.firewall.tests.unit.plugins.module_utils._firewall.windows_model import (
    WindowsModel,
    foreign,
)

ROLES = {"roles": ["mediation"]}
SERVICE = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\RTCMEDSRV"


def model() -> WindowsModel:
    return WindowsModel(
        local={"{A}": foreign("somebody", ("LPort", "5070")), "{B}": foreign("LyncOps in-tcp-9 g1", ("LPort", "9"))},
        group_policy={"{G}": foreign("a policy", ("LPort", "5070"))},
        policy_profiles={"Public": {"EnableFirewall": 0}, "Domain": {"AllowLocalPolicyMerge": 0}},
        programs={"RTCMEDSRV": r"C:\Lync\MediationServerSvc.exe"},
    )


def dumped(host: WindowsModel) -> bytes:
    text = host.run(read_command("m"))
    keys = from_query("\n".join(line for line in text.split("\r\n") if line.startswith("HKEY_") or "    REG_" in line))
    keys[SERVICE] = [("ImagePath", "REG_EXPAND_SZ", host.programs["RTCMEDSRV"])]
    return as_exported(reg_file(keys))


def run(args: dict[str, Any], connection: Any = None, host: WindowsModel | None = None) -> dict[str, Any]:
    plugin = action(ActionModule, host or WindowsModel(), args)
    plugin._connection = connection or plugin._connection
    found: dict[str, Any] = plugin.run(task_vars={"inventory_hostname": "fe01"})
    return found


class Unreachable:
    """A connection that must not be used."""

    become = "a become plugin"
    _shell = SimpleNamespace(tmpdir=None)

    def __init__(self, transport: str) -> None:
        self.transport = transport

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"the connection's {name} was used")


@pytest.mark.parametrize("transport", ["winrm", "local", "ssh", "psrp"])
@pytest.mark.parametrize("program", ["any", "listener"])
def test_a_file_gives_the_results_of_the_host_over_any_connection(tmp_path: Path, transport: str, program: str) -> None:
    path = tmp_path / "fe01.reg"
    path.write_bytes(dumped(model()))
    args = {**ROLES, "program": program}
    live = run(args, host=model())
    saved = run({**args, "dump": str(path)}, Unreachable(transport))
    assert not saved.get("failed"), saved.get("msg")
    assert_plain(saved)
    assert live.pop("assumptions") == []
    assumptions = saved.pop("assumptions")
    assert "no other firewall product filters in place of Windows Firewall" in assumptions
    assert len(assumptions) == 5
    (judged_from,) = saved.pop("judged_from")
    assert judged_from["file"] == "fe01.reg"
    assert saved.pop("lacking") == saved.pop("outdated") == []
    assert "judged_from" not in live
    assert saved == live
    assert {row["verdict"] for row in saved["requirements"]} > {"closed"}, "it is judged"
    assert saved["drift"]["created"]


def test_a_file_without_roles_says_what_the_host_has(tmp_path: Path) -> None:
    path = tmp_path / "fe01.reg"
    path.write_bytes(dumped(model()))
    saved = run({"dump": str(path)}, Unreachable("local"))
    assert saved["rule_counts"] == {"local": 2, "group_policy": 1, "mdm": 0, "opaque": 0}
    assert "drift" not in saved


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "it is not there, or is no file"),
        ("no dump\r\n", "line 1: neither a key nor a value"),
        ("Windows Registry Editor Version 5.00\r\n\r\nwhat\r\n", "line 3: neither a key nor a value"),
    ],
)
def test_a_wrong_file_is_an_error_that_names_option_path_and_line(
    tmp_path: Path, content: str | None, message: str
) -> None:
    path = tmp_path / "fe01.reg"
    if content:
        path.write_text(content, "utf-8")
    result = run({**ROLES, "dump": str(path)}, Unreachable("winrm"))
    assert result["failed"]
    assert result["msg"].startswith(f"fe01: dump: {path}: {message}")


def test_without_a_file_become_is_still_refused() -> None:
    result = run(ROLES, Unreachable("winrm"))
    assert result["failed"]
    assert "become" in result["msg"]


def test_a_user_s_computer_is_judged_by_a_file_and_no_rule_is_wanted_there(tmp_path: Path) -> None:
    program = r"C:\Program Files\Microsoft Office\Office15\lync.exe"
    host = WindowsModel(
        local={"{A}": (("Action", "Allow"), ("Active", "TRUE"), ("Dir", "In"), ("App", program), ("Name", "Lync"))},
        programs={"RTCMEDSRV": "none"},
    )
    path = tmp_path / "pc01.reg"
    path.write_bytes(dumped(host))
    args = {"roles": ["client"], "dump": str(path)}
    found = run(args)
    verdicts = {row["id"]: (row["direction"], row["verdict"]) for row in found["requirements"]}
    assert len(verdicts) == 11
    assert verdicts["client-02"] == ("out", "open")
    assert verdicts["client-08"] == ("in", "conditional")
    assert (found["drift"]["found"], found["drift"]["created"]) == (False, [])
    found = run({**args, "client_program": program})
    assert {row["verdict"] for row in found["requirements"]} == {"open"}
    assert run({**args, "clients": "enforce", "client_program": program})["drift"]["found"] is True


def test_a_file_has_no_sockets_and_a_host_tells_its_own(tmp_path: Path) -> None:
    path = tmp_path / "fe01.reg"
    path.write_bytes(dumped(model()))
    assert run({**ROLES, "dump": str(path), "probe": True})["listening"] is None
    assert "listening" not in run({**ROLES, "dump": str(path)})
