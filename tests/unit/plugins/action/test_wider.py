# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option on_wider: reported, failed, or made true with block rules; by both modules alike."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.action import lync_firewall, lync_firewall_info
from ansible_collections.lyncops.firewall.tests.unit.plugins.action.fake_ansible import (
    action,
    run,
    without_guard_and_rollback,
)
from ansible_collections.lyncops.firewall.tests.unit.plugins.module_utils._firewall.windows_model import WindowsModel

PROGRAM = r"C:\Program Files\Microsoft Lync Server 2013\Mediation Server\MediationServerSvc.exe"
CS = [("Action", "Allow"), ("Active", "TRUE"), ("Dir", "In"), ("App", PROGRAM), ("Name", "CS RTCMEDSRV")]
SCOPED: dict[str, Any] = {
    "roles": ["mediation"],
    "scope": "topology",
    "peers": {"front_end": ["10.0.0.1"], "branch_appliance": [], "load_balancer": []},
}
WIDE = ["server-46", "server-49"]


@pytest.fixture(autouse=True)
def _no_waiting_and_no_rollback(monkeypatch: pytest.MonkeyPatch) -> None:
    without_guard_and_rollback(monkeypatch)


def host(*more: list[tuple[str, str]]) -> WindowsModel:
    return WindowsModel(local={f"{{{number}}}": pairs for number, pairs in enumerate([CS, *more])})


def audit(model: WindowsModel, **options: Any) -> dict[str, Any]:
    result = action(lync_firewall_info.ActionModule, model, {**SCOPED, **options}).run(
        task_vars={"inventory_hostname": "h"}
    )
    assert not result.get("failed"), result.get("msg")
    return result  # type: ignore[no-any-return]


def enforce(model: WindowsModel, check_mode: bool = False, **options: Any) -> dict[str, Any]:
    return run(model, {**SCOPED, **options}, lync_firewall, check_mode=check_mode)


def rows(result: dict[str, Any]) -> dict[str, Any]:
    return {row["id"]: row for row in result["requirements"]}


def test_it_is_reported_and_no_failure_by_default() -> None:
    model = host()
    result = enforce(model)
    assert not result.get("failed"), result.get("msg")
    assert result["wider"] == {"rows": 2, "perhaps": 0, "fails": False}
    assert result["summary"].endswith(". 2 rows wider than wanted")
    found = audit(model)
    for told in (result, found):
        assert [row_id for row_id, row in rows(told).items() if "wider" in row] == WIDE
        assert rows(told)["server-46"]["admits"] == ["any"]
        assert rows(told)["server-46"]["wider"] == {
            "addresses": ["everybody else"], "by": ["CS RTCMEDSRV"], "more_rules": 0, "ports": "",
            "profiles": ["domain", "private", "public"], "perhaps": False, "blockable": True,
        }  # fmt: skip
    assert found["drift"]["found"] is False


def test_who_gets_in_is_listed_as_far_as_there_is_room() -> None:
    model = WindowsModel()
    peers = {**SCOPED["peers"], "front_end": [f"10.0.{number}.1" for number in range(9)]}
    enforce(model, peers=peers)
    assert rows(audit(model, peers=peers))["server-46"]["admits"] == [
        *(f"10.0.{number}.1" for number in range(6)), "and 3 more",
    ]  # fmt: skip


def test_fail_fails_a_host_and_says_by_which_rule_and_what_to_do() -> None:
    result = enforce(host(), on_wider="fail")
    assert result["failed"] is True
    assert (
        "server-46 (in tcp 5070) admits everybody else in the domain and private and public profiles" in result["msg"]
    )
    assert "by 'CS RTCMEDSRV'" in result["msg"]
    assert result["msg"].count("block_others") == 1
    assert not enforce(WindowsModel(), on_wider="fail").get("failed")
    assert audit(host(), on_wider="fail")["wider"] == {"rows": 2, "perhaps": 0, "fails": True}


OF_CLIENTS = [("Action", "Allow"), ("Active", "TRUE"), ("Dir", "In"), ("Protocol", "6"), ("Name", "All TCP")]
KINDS = "front_end director mediation branch_appliance edge gateway trusted_application load_balancer reverse_proxy"
CLIENTS: dict[str, Any] = {
    "roles": ["director"],
    "scope": "topology",
    "peers": {kind: ["10.0.0.1"] for kind in KINDS.split()},
    "client_networks": ["10.9.0.0/16"],
}


def test_block_rules_are_no_advice_where_none_would_be_made() -> None:
    """A Director has a row for clients, on which block rules are never made, and one for servers."""
    model = WindowsModel(local={"{0}": OF_CLIENTS})
    found = {row["id"]: row["wider"]["blockable"] for row in audit(model, **CLIENTS)["requirements"] if "wider" in row}
    assert (found["server-42"], found["server-43"]) == (True, False)
    advice = run(model, {**CLIENTS, "on_wider": "fail"}, lync_firewall)["msg"].partition("remedy: ")[2]
    helped, but, not_helped = advice.partition("; but for ")
    assert "block_others" in helped
    assert but
    assert "server-43" in not_helped
    assert "server-42" not in not_helped
    assert "block_others" not in not_helped
    assert "firewall before the host" in not_helped


def test_block_rules_are_no_advice_where_they_are_made_already() -> None:
    model = host()
    assert all(row["wider"]["blockable"] for row in audit(model)["requirements"] if "wider" in row)
    found = audit(model, on_wider="block_others")["requirements"]
    assert not any(row["wider"]["blockable"] for row in found if "wider" in row)


def test_blocking_others_converges_and_goes_with_the_option() -> None:
    model = host()
    first = enforce(model, on_wider="block_others")
    assert not first.get("failed"), first.get("msg")
    blocks = [rule for rule in first["created"] if rule["action"] == "block"]
    assert [(rule["key"], rule["local_ports"]) for rule in blocks] == [("block-in-tcp-5070", "5070")]
    assert blocks[0]["rows"] == WIDE
    assert first["wider"] == {"rows": 0, "perhaps": 0, "fails": False}
    assert rows(first)["server-46"]["admits"] == ["10.0.0.1"]
    assert model.local["{0}"] == CS, "nobody's rule is touched"
    assert enforce(model, on_wider="block_others")["changed"] is False
    found = audit(model, on_wider="block_others")
    assert (found["drift"]["found"], found["wider"]["rows"]) == (False, 0)
    assert audit(model)["drift"]["found"] is True, "by another option they are no longer wanted"
    back = enforce(model)
    assert back["deleted"] == ["LyncOps block-in-tcp-5070 g1"]
    assert back["wider"]["rows"] == 2


def test_a_peer_more_is_let_in_in_place() -> None:
    model = host()
    enforce(model, on_wider="block_others")
    peers = {**SCOPED["peers"], "front_end": ["10.0.0.1", "10.0.0.9"]}
    result = enforce(model, on_wider="block_others", peers=peers)
    assert [rule["key"] for rule in result["updated"]] == ["block-in-tcp-5070", "in-tcp-5070"]
    assert (result["created"], result["deleted"]) == ([], [])
    assert rows(result)["server-46"]["admits"] == ["10.0.0.1", "10.0.0.9"]


def test_check_mode_shows_them_and_judges_by_them() -> None:
    model = host()
    result = enforce(model, check_mode=True, on_wider="block_others")
    assert any("action=block" in line for line in result["commands"])
    assert result["wider"]["rows"] == 0
    assert list(model.local) == ["{0}"]


def test_blocking_others_without_a_scope_is_an_error_that_says_what_is_missing() -> None:
    model = host()
    for kind in (lync_firewall, lync_firewall_info):
        result = run(model, {"roles": ["mediation"], "on_wider": "block_others"}, kind)
        assert result["failed"] is True
        assert "on_wider: block_others keeps nobody out" in result["msg"]
        assert "scope: topology" in result["msg"]
    assert not run(model, {"roles": ["mediation"], "on_wider": "fail"}, lync_firewall).get("failed")


def test_absent_takes_them_away() -> None:
    model = host()
    enforce(model, on_wider="block_others")
    assert not run(model, {"state": "absent"}, lync_firewall).get("failed")
    assert list(model.local) == ["{0}"]


@pytest.mark.parametrize("plugin", [lync_firewall, lync_firewall_info])
@pytest.mark.parametrize("on_wider", ["report", "block_others"])
def test_that_costs_no_request_more(plugin: Any, on_wider: str) -> None:
    """Which programs listen is not asked for: their file names tell."""
    model = host()
    enforce(model, on_wider=on_wider)
    again = action(plugin.ActionModule, model, {**SCOPED, "on_wider": on_wider})
    assert again.run(task_vars={"inventory_hostname": "h"})["changed"] is False
    commands = [command for command in again._connection.protocol.commands if "reg query" in command]
    assert len(commands) == 1


def test_a_row_that_gets_no_block_rule_for_a_keyword_is_named_by_both() -> None:
    peers = {**SCOPED["peers"], "gateway": ["LocalSubnet"]}
    model = host()
    for told in (
        enforce(model, peers=peers, on_wider="block_others"),
        audit(model, peers=peers, on_wider="block_others"),
    ):
        (warning,) = [text for text in told["warnings"] if "block_others" in text]
        assert "server-47, server-48" in warning
    for told in (enforce(model, peers=peers), audit(model, peers=peers)):
        assert not [text for text in told.get("warnings", ()) if "block_others" in text]
