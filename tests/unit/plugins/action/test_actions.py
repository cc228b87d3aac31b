# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action plugins from their arguments to their results, over a pywinrm Protocol with a Windows model behind it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible.errors import AnsibleConnectionFailure
from ansible.plugins.callback import CallbackBase
from ansible_collections.lyncops.firewall.plugins.action import lync_firewall, lync_firewall_info
from ansible_collections.lyncops.firewall.plugins.plugin_utils import _action as shared
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.packed import unpack
from ansible_collections.lyncops.firewall.tests.unit.plugins.action.fake_ansible import (
    action,
    assert_plain,
    run,
    without_guard_and_rollback,
)
from ansible_collections.lyncops.firewall.tests.unit.plugins.module_utils._firewall.windows_model import (
    WindowsModel,
    foreign,
    names,
)

DIRECTOR = {"roles": ["director"]}
HOST = {"inventory_hostname": "lync01"}


@pytest.fixture(autouse=True)
def _no_waiting_and_no_rollback(monkeypatch: pytest.MonkeyPatch) -> None:
    without_guard_and_rollback(monkeypatch)


def test_first_run_then_nothing_then_absent() -> None:
    model = WindowsModel(local={"{F}": foreign("CS RTCSRV")})
    first = run(model, DIRECTOR)
    assert not first.get("failed"), first.get("msg")
    assert first["changed"] is True
    assert [rule["name"] for rule in first["created"]] == names(model.local.values())[1:]
    assert len(first["created"]) == len(first["after"]["rules"]) == len(first["commands"]) == 5
    assert first["before"]["rules"] == []
    sip = next(rule for rule in first["created"] if rule["local_ports"] == "5061")
    assert sip["rows"] == ["server-45"]
    second = run(model, DIRECTOR)
    assert second["changed"] is False
    assert second["before"] == second["after"]
    assert len(second["kept"]) == 5
    assert (second["created"], second["updated"], second["deleted"], second["commands"]) == ([], [], [], [])
    gone = run(model, {"state": "absent"})
    assert gone["changed"] is True
    assert len(gone["deleted"]) == 5
    assert names(model.local.values()) == ["CS RTCSRV"]


def test_check_mode_says_what_apply_does_and_shows_it() -> None:
    model = WindowsModel()
    model.netsh('advfirewall firewall add rule name="LyncOps in-tcp-5060 g1" dir=in action=allow protocol=tcp')
    stored = dict(model.local)
    checked = run(model, DIRECTOR, check_mode=True, diff=True)
    assert model.local == stored
    applied = run(model, DIRECTOR, diff=True)
    assert checked["summary"].replace("would be ", "") == applied["summary"]
    for found in (checked, applied):
        del found["summary"]
    assert len(checked["foreign"].pop("marks")) == 8 * checked["foreign"]["rules"]
    assert checked["foreign"].pop("touched") == {"settings": [], "switched": {}}
    assert len(checked["foreign"].pop("names")) == checked["foreign"]["rules"]
    assert checked["foreign"].pop("settings")
    assert {key: value for key, value in checked.items() if key != "invocation"} == applied
    assert checked["changed"] is True
    assert "LyncOps in-tcp-5060 g1" in checked["diff"]["before"]
    assert "LyncOps in-tcp-5060 g1" not in checked["diff"]["after"]
    assert "[server-45]" in checked["diff"]["after"]
    assert "diff" not in run(model, DIRECTOR)


def test_a_converged_host_costs_one_command() -> None:
    model = WindowsModel()
    run(model, {"roles": ["front_end", "mediation", "central_management"]})
    again = action(lync_firewall.ActionModule, model, {"roles": ["front_end", "mediation", "central_management"]})
    assert again.run(task_vars=HOST)["changed"] is False
    (command,) = again._connection.protocol.commands
    assert len(command) < 8000, "cmd stops at 8,191 characters"


def test_stale_rules_are_reported_and_left_without_exclusive() -> None:
    model = WindowsModel()
    run(model, {"roles": ["front_end"]})
    result = run(model, {**DIRECTOR, "exclusive": False})
    assert {"name": "LyncOps in-tcp-5062 g1", "deleted": False} in result["stale"]
    assert "LyncOps in-tcp-5062 g1" in names(model.local.values())
    assert {"name": "LyncOps in-tcp-5062 g1", "deleted": True} in run(model, DIRECTOR)["stale"]
    assert "LyncOps in-tcp-5062 g1" not in names(model.local.values())


ARGUMENT_ERRORS: list[tuple[dict[str, Any], str]] = [
    ({}, "roles"),
    ({"roles": None}, "roles"),
    ({"roles": []}, "roles"),
    ({"roles": ["edge"]}, "edge_addresses"),
    ({"roles": ["gateway"]}, "roles"),
    ({"roles": ["director"], "state": "absent"}, "roles"),
    ({"roles": ["director"], "state": "gone"}, "state"),
    ({"roles": ["director"], "rolse": 1}, "rolse"),
    ({"roles": ["director"], "exclusive": "perhaps"}, "exclusive"),
    ({"roles": ["director"], "firewall_enabled": False}, "firewall_enabled"),
    ({"roles": ["director"], "firewall_enabled": True}, "firewall_enabled"),
    ({"roles": ["director"], "features": ["x"]}, "features"),
    ({"roles": ["director"], "skip_rows": ["server-99"]}, "skip_rows"),
    ({"roles": ["director"], "port_overrides": {"server-45": "0"}}, "port_overrides.server-45"),
    ({"roles": ["director"], "port_overrides": ["server-45"]}, "port_overrides"),
    ({"roles": ["director"], "extra_rules": [{"localport": "1"}]}, "name"),
    ({"roles": ["director"], "extra_rules": [{"name": "a", "port": "1"}]}, "extra_rules"),
    ({"roles": ["director"], "extra_rules": [{"name": "a", "direction": "up"}]}, "direction"),
    ({"roles": ["director"], "extra_rules": [{"name": "a"}]}, r"extra_rules[0]"),
    ({"roles": ["director"], "remote_addresses": ["x y"]}, "remote_addresses"),
]


@pytest.mark.parametrize(("args", "option"), ARGUMENT_ERRORS)
def test_argument_errors_are_results_that_name_host_and_option_and_nothing_is_sent(
    args: dict[str, Any], option: str
) -> None:
    plugin = action(lync_firewall.ActionModule, WindowsModel(), args)
    result = plugin.run(task_vars=dict(HOST))
    assert_plain(result)
    assert (result["failed"], result["changed"]) == (True, False)
    assert result["msg"].startswith("lync01: ")
    assert option in result["msg"]
    assert plugin._connection.protocol.commands == []


@pytest.mark.parametrize("kind", [lync_firewall, lync_firewall_info])
def test_become_and_other_connections_are_refused_before_anything_is_sent(kind: Any) -> None:
    plugin = action(kind.ActionModule, WindowsModel(), DIRECTOR)
    plugin._connection.become = object()
    assert "become" in plugin.run(task_vars=dict(HOST))["msg"]
    assert plugin._connection.protocol.commands == []
    plugin = action(kind.ActionModule, WindowsModel(), DIRECTOR)
    plugin._connection.transport = "ssh"
    result = plugin.run(task_vars=dict(HOST))
    assert result["failed"]
    assert "ansible_connection: winrm" in result["msg"]
    assert plugin._connection.protocol.commands == []


def test_an_account_without_rights_is_told_what_helps() -> None:
    result = run(WindowsModel(level=8192), DIRECTOR)
    assert result["failed"]
    assert result["changed"] is False
    assert "LocalAccountTokenFilterPolicy" in result["msg"]


@pytest.mark.parametrize("kind", [lync_firewall, lync_firewall_info])
def test_a_host_lost_before_the_first_write_is_unreachable(kind: Any) -> None:
    plugin = action(kind.ActionModule, WindowsModel(), DIRECTOR)
    plugin._connection.protocol.broken = {0}
    with pytest.raises(AnsibleConnectionFailure, match=r"lync01: .*reset by peer"):
        plugin.run(task_vars=dict(HOST))


def test_a_host_lost_after_the_first_write_is_failed_and_changed() -> None:
    plugin = action(lync_firewall.ActionModule, WindowsModel(), DIRECTOR)
    plugin._connection.protocol.broken = set(range(1, 1000))
    result = plugin.run(task_vars=dict(HOST))
    assert_plain(result)
    assert (result["failed"], result["changed"]) == (True, True)
    assert len(result["created"]) == 5
    assert result["after"]["rules"] == []


def test_a_stopped_service_that_nobody_may_start_is_failed_and_not_changed() -> None:
    model = WindowsModel(state=1)
    result = run(model, {**DIRECTOR, "firewall_service": "unmanaged"})
    assert (result["failed"], result["changed"]) == (True, False)
    assert "firewall_service" in result["msg"]
    assert result["after"] == result["before"]


@pytest.mark.parametrize("no_log", [True, False])
def test_commands_are_shown_at_high_verbosity_unless_no_log(monkeypatch: pytest.MonkeyPatch, no_log: bool) -> None:
    shown: list[str] = []
    monkeypatch.setattr(shared.display, "vvvv", lambda line, host=None: shown.append(f"{host}: {line}"))
    run(WindowsModel(), DIRECTOR, no_log=no_log, delegate_to="lync02")
    if no_log:
        assert shown == []
    else:
        assert any("netsh" in line and "LyncOps in-tcp-5061" in line for line in shown)
        assert all(line.startswith("lync02: ") for line in shown)


def test_messages_name_the_host_that_is_delegated_to() -> None:
    assert run(WindowsModel(), {}, delegate_to="lync02")["msg"].startswith("lync02: ")


def test_info_shows_and_changes_nothing() -> None:
    model = WindowsModel(local={"{F}": foreign("CS RTCSRV"), "{O}": foreign("odd", ("Future", "1"))})
    bare = run(model, {}, lync_firewall_info)
    assert (bare["changed"], bare["requirements"], bare.get("drift")) == (False, [], None)
    assert bare["rule_counts"] == {"local": 2, "group_policy": 0, "mdm": 0, "opaque": 1}
    drifted = run(model, DIRECTOR, lync_firewall_info)
    assert drifted["changed"] is False
    assert drifted["drift"]["found"] is True
    assert len(drifted["drift"]["created"]) == 5
    assert [row["id"] for row in drifted["requirements"]] == [
        "server-01", "server-38", "server-42", "server-43", "server-44", "server-45",
    ]  # fmt: skip
    assert model.lines == []
    run(model, DIRECTOR)
    assert run(model, DIRECTOR, lync_firewall_info)["drift"]["found"] is False


def test_values_that_ansible_tags_come_out_plain() -> None:
    datatag = pytest.importorskip("ansible.module_utils._internal._datatag._tags", reason="before ansible-core 2.19")
    tag = datatag.Deprecated(msg="for the test") if hasattr(datatag, "Deprecated") else pytest.skip("no tag")
    word = tag.tag("director")
    assert word.__class__ is not str, "the test would show nothing"
    rule = {"name": tag.tag("Agent"), "protocol": "tcp", "localport": tag.tag("1"), "remoteip": [tag.tag("10.0.0.1")]}
    run(WindowsModel(), {"roles": [word], "extra_rules": [rule], "skip_rows": [tag.tag("server-01")]}, diff=True)


def test_what_fails_in_a_playbook_is_short_and_nothing_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    model = WindowsModel()
    run(model, DIRECTOR)
    model.netsh('advfirewall firewall add rule name="Hardening" dir=in action=block protocol=tcp localport=5060-5080')
    whole = run(model, DIRECTOR)
    known = {**HOST, "group_names": ["lync_director"]}
    brief = action(lync_firewall.ActionModule, model, {"host_variables": True}, _uuid="t").run(task_vars=known)
    assert whole["failed"] is brief["failed"] is True
    assert set(brief) - {"invocation", "diff", "warnings"} == {"changed", "failed", "msg", "summary"}
    assert CallbackBase()._get_diff(brief["diff"]) == "", "it would be printed with --diff"
    assert len(json.dumps({key: value for key, value in brief.items() if key not in ("invocation", "diff")})) < 3_000
    assert {**unpack(brief), "networks": whole["networks"]} == whole
    monkeypatch.setattr(lync_firewall.display, "verbosity", 1)
    loud = action(lync_firewall.ActionModule, model, {"host_variables": True}, _uuid="t").run(task_vars=known)
    assert loud["requirements"] == whole["requirements"]
