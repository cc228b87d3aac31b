# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ruleset, scope, peers, configured ports and programs through the action plugins, over a Windows model."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.action import lync_firewall, lync_firewall_info
from ansible_collections.lyncops.firewall.tests.unit.plugins.action.fake_ansible import (
    action,
    assert_plain,
    run,
    without_guard_and_rollback,
)
from ansible_collections.lyncops.firewall.tests.unit.plugins.module_utils._firewall.windows_model import (
    LANGUAGES,
    WindowsModel,
)

CORE = r"C:\Program Files\Microsoft Lync Server 2013"
APPLICATIONS = rf"{CORE}\Application Host\OcsAppServerHost.exe"
FRONT_END_PROGRAMS = {
    "RTCAVMCU": rf'"{CORE}\OCSMCU\AVMCUSvc.exe"',
    "RTCASMCU": rf'"{CORE}\OCSMCU\ASMCUSvc.exe" -k',
    **dict.fromkeys(("RTCCAA", "RTCCAS", "RTCCPS", "RTCATS", "RTCRGS"), f'"{APPLICATIONS}" -x'),
}
PEERS: dict[str, list[str]] = {
    "front_end": ["10.0.0.1", "10.0.0.2"],
    "pool": ["10.0.0.1", "10.0.0.2"],
    "director": ["10.0.0.4"],
    "branch_appliance": [],
    "load_balancer": ["10.0.0.100"],
    "mediation": ["10.0.0.5"],
    "gateway": ["10.7.0.9"],
    "all": ["10.9.0.0/24"],
}
TOPOLOGY = {"scope": "topology", "peers": PEERS}


@pytest.fixture(autouse=True)
def _no_waiting_no_rollback_and_no_guard(monkeypatch: pytest.MonkeyPatch) -> None:
    without_guard_and_rollback(monkeypatch)


def applied(model: WindowsModel, args: dict[str, Any]) -> dict[str, Any]:
    """Run, expect all to be well, and nothing to do for a second run and for the info module."""
    first = run(model, args)
    assert not first.get("failed"), first.get("msg")
    assert {row["verdict"] for row in first["requirements"]} <= {"open"}
    stored = dict(model.local)
    again = run(model, args)
    assert again["changed"] is False, again["commands"]
    assert again["before"] == first["after"]
    assert again["requirements"] == first["requirements"]
    info = run(model, args, lync_firewall_info)
    assert info["drift"]["found"] is False
    assert info["requirements"] == again["requirements"]
    assert model.local == stored
    return first


def scopes(result: dict[str, Any]) -> dict[str, str]:
    return {row["id"]: ",".join(row["remote_addresses"]) for row in result["requirements"]}


def by_ports(result: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {f"{rule['protocol']} {rule['local_ports']}": rule for rule in result["after"]["rules"]}


@pytest.mark.parametrize("ruleset", ["documented", "extended"])
@pytest.mark.parametrize("role", ["front_end", "director", "mediation", "sql"])
def test_each_ruleset_converges(role: str, ruleset: str) -> None:
    model = WindowsModel()
    first = applied(model, {"roles": [role], "ruleset": ruleset})
    additions = [row["id"] for row in first["requirements"] if row["id"].startswith("add-")]
    assert bool(additions) is (ruleset == "extended")


def test_going_back_to_documented_takes_the_additions_away() -> None:
    model = WindowsModel()
    applied(model, {"roles": ["director"], "ruleset": "extended"})
    back = applied(model, {"roles": ["director"]})
    assert sorted(back["deleted"]) == [f"LyncOps in-tcp-{ports} g1" for ports in ("4443", "445", "50001-50003", "8080")]


def test_a_back_end_needs_nothing_of_the_documented_ruleset() -> None:
    result = run(WindowsModel(), {"roles": ["sql"]})
    assert (result["changed"], result["requirements"], result["commands"]) == (False, [], [])


def test_topology_scopes_reach_the_host_and_the_results_say_what_stays_open() -> None:
    model = WindowsModel()
    first = applied(model, {"roles": ["front_end", "mediation"], "ruleset": "extended", **TOPOLOGY})
    found = scopes(first)
    assert found["server-04"] == "10.0.0.1,10.0.0.2,10.0.0.4,10.0.0.100,10.9.0.0/24"
    assert found["server-23"] == "10.7.0.9,10.9.0.0/24"
    assert found["server-03"] == found["server-10"] == "any", "clients connect"
    notes = {row["id"]: row["scope_note"] for row in first["requirements"] if row["scope_note"]}
    assert notes["server-14"] == "nothing says who is reverse_proxy"
    assert notes["server-05"] == "nothing says who is admin"
    assert all(found[row] == "any" for row in notes)
    pool = by_ports(first)["tcp 5090-5094"]
    assert ",".join(pool["remote_addresses"]) == "10.0.0.1,10.0.0.2,10.9.0.0/24"
    outbound = [row for row in first["requirements"] if row["direction"] == "out"]
    assert {row["id"]: row["remote_addresses"] for row in outbound}["server-32"] == ["10.7.0.9"], (
        "`all` listens to none"
    )


def test_one_more_front_end_changes_rules_in_place_and_only_their_scope() -> None:
    model = WindowsModel()
    args = {"roles": ["front_end"], "ruleset": "extended", **TOPOLOGY}
    applied(model, args)
    more = {**PEERS, "front_end": [*PEERS["front_end"], "10.0.0.3"]}
    second = run(model, {**args, "peers": more})
    assert (second["created"], second["deleted"]) == ([], [])
    assert {change for rule in second["updated"] for change in rule["changes"]} == {"remote_addresses"}
    touched = {row for rule in second["updated"] for row in rule["rows"]}
    assert {"server-04", "server-06", "add-03"} <= touched
    assert not {"server-03", "server-10", "add-01"} & touched, "clients, media and the pool have nothing to do with it"


def test_client_networks_narrow_what_clients_use_once_the_others_are_known() -> None:
    peers = {**PEERS, "reverse_proxy": ["10.8.0.1"], "edge": ["10.8.0.2"], "trusted_application": []}
    args = {"roles": ["director"], "scope": "topology", "client_networks": ["10.20.0.0/16"]}
    found = scopes(applied(WindowsModel(), {**args, "peers": peers}))
    assert "10.20.0.0/16" in found["server-45"]
    assert "10.8.0.1,10.8.0.2" in found["server-44"]
    assert "10.8.0.2" in found["server-45"]
    assert "10.8.0.1," not in found["server-45"], "a reverse proxy speaks no SIP"
    del peers["edge"]
    result = applied(WindowsModel(), {**args, "peers": peers})
    assert scopes(result)["server-45"] == "any"
    assert "edge" in next(row["scope_note"] for row in result["requirements"] if row["id"] == "server-45")


def test_configured_ports_are_opened_and_info_tells_the_differences() -> None:
    moved = [
        {"service": "MediationServer", "owner": "urn:component:Mediation", "usage": "SipServer", "side": "Primary",
         "protocol": "Mtls", "transports": ["tcp"], "ports": 5070},
        {"service": "MediationServer", "owner": "urn:component:Mediation", "usage": "SipClient", "side": "Pstn",
         "protocol": "Tls", "transports": ["tcp"], "ports": "5080-5089"},
        {"service": "MediationServer", "owner": "urn:component:MediaComp", "usage": "AudioCommunication",
         "side": "Primary", "protocol": "TcpOrUdp", "transports": ["tcp", "udp"], "ports": "49152-57499"},
        {"service": "MediationServer", "owner": "urn:component:New", "usage": "SipServer", "side": "Primary",
         "protocol": "Mtls", "transports": ["tcp"], "ports": 6000},
    ]  # fmt: skip
    args = {"roles": ["mediation"], "configured_ports": moved}
    model = WindowsModel()
    first = applied(model, args)
    assert {"tcp 5080-5089", "tcp 49152-57499", "udp 49152-57499"} <= set(by_ports(first))
    assert "tcp 6000" not in by_ports(first), "told, not opened"
    rows = {row["id"]: row for row in first["requirements"]}
    assert (rows["server-47"]["ports"], rows["server-47"]["documented_ports"]) == ("5080-5089", "5067")
    info = run(model, args, lync_firewall_info)
    assert [
        (found["kind"], found["row"], found["documented"], found["configured"]) for found in info["differences"]
    ] == [
        ("moved", "server-47", "5067", "5080-5089"),
        ("not_in_topology", "server-48", "5068", ""),
        ("not_documented", "", "", "6000"),
    ]
    assert run(model, {"roles": ["mediation"]}, lync_firewall_info)["differences"] == []


def test_a_media_range_that_moves_is_opened_before_the_old_one_closes() -> None:
    model = WindowsModel()
    applied(model, {"roles": ["front_end"]})
    model.lines.clear()
    applied(model, {"roles": ["front_end"], "port_overrides": {"server-10": "20000-20999"}})
    verbs = [line.split()[2] for line in model.lines]
    assert verbs == sorted(verbs), "add before delete"
    assert len(verbs) == 4


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_programs_that_listen_get_rules_of_their_own(language: str) -> None:
    model = WindowsModel(programs=dict(FRONT_END_PROGRAMS), language=language)
    first = applied(model, {"roles": ["front_end"], "program": "listener"})
    assert "warnings" not in first
    programs = {rule["program"] for rule in first["after"]["rules"] if rule["local_ports"] == "49152-57500"}
    assert programs == {rf"{CORE}\OCSMCU\AVMCUSvc.exe", APPLICATIONS}
    row = next(row for row in first["requirements"] if row["id"] == "server-10")
    assert row["programs"] == [rf"{CORE}\OCSMCU\AVMCUSvc.exe"]
    assert "warnings" not in run(model, {"roles": ["front_end"], "program": "listener"}, lync_firewall_info)


def test_limiting_to_programs_and_taking_it_back_never_closes_a_range_in_between() -> None:
    model = WindowsModel(programs=dict(FRONT_END_PROGRAMS))
    applied(model, {"roles": ["front_end"]})
    for program in ("listener", "any"):
        model.lines.clear()
        applied(model, {"roles": ["front_end"], "program": program})
        verbs = [line.split()[2] for line in model.lines]
        assert set(verbs) == {"add", "delete"}
        assert verbs == sorted(verbs), "add before delete"


def test_a_program_that_moves_is_found_by_the_next_run() -> None:
    model = WindowsModel(programs=dict(FRONT_END_PROGRAMS))
    args = {"roles": ["front_end"], "program": "listener"}
    applied(model, args)
    model.programs["RTCAVMCU"] = r"D:\Lync\AVMCUSvc.exe"
    assert run(model, args, lync_firewall_info)["drift"]["found"] is True
    second = applied(model, args)
    assert {rule["program"] for rule in second["created"]} == {r"D:\Lync\AVMCUSvc.exe"}


def test_a_service_that_is_not_installed_leaves_its_rules_open_with_a_warning() -> None:
    model = WindowsModel(programs={"RTCASMCU": FRONT_END_PROGRAMS["RTCASMCU"], "RTCMEDSRV": r"%x%\a.exe"})
    first = applied(model, {"roles": ["front_end", "mediation"], "program": "listener"})
    said = " ".join(first["warnings"])
    assert (
        "lync01: server-10 stays open to any program: none of the services RTCAVMCU is installed" in first["warnings"]
    )
    assert "server-39 stays open to any program: the program's path is none that netsh can be told" in said
    assert "server-28" not in said
    assert {rule["program"] for rule in first["after"]["rules"]} == {"", rf"{CORE}\OCSMCU\ASMCUSvc.exe"}


def test_a_host_without_media_rows_is_not_asked_for_programs() -> None:
    plugin = action(lync_firewall.ActionModule, WindowsModel(), {"roles": ["director"], "program": "listener"})
    plugin.run(task_vars={"inventory_hostname": "lync01"})
    assert not any("ImagePath" in command for command in plugin._connection.protocol.commands[:1])


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_info_names_another_firewall_and_takes_no_rule_for_granted(language: str) -> None:
    args = {"roles": ["director"]}
    model = WindowsModel(language=language)
    applied(model, args)
    info = run(model, args, lync_firewall_info)
    assert (info["other_firewall"], {row["verdict"] for row in info["requirements"]}) == ("", {"open"})
    model.firewall_product = "Contoso Endpoint Security"
    info = run(model, args, lync_firewall_info)
    assert info["other_firewall"] == "Contoso Endpoint Security"
    assert {(row["verdict"], row["reason"]) for row in info["requirements"]} == {("unknown", "other_firewall")}
    assert {tuple(row["by"]) for row in info["requirements"]} == {("Contoso Endpoint Security",)}


def test_a_hostile_product_name_stays_one_line_and_does_not_break_the_answer() -> None:
    model = WindowsModel(firewall_product="Evil\r\n@word-owner-ok\r\nFirewallRuleCategory   Windows Firewall\x1b[31m")
    info = run(model, {"roles": ["director"]}, lync_firewall_info)
    assert info["other_firewall"]
    assert info["other_firewall"].isprintable()
    assert {row["reason"] for row in info["requirements"]} == {"other_firewall"}


ANSWER = """<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"
 xmlns:n="http://schemas.xmlsoap.org/ws/2004/09/enumeration" xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
 xmlns:p="http://schemas.microsoft.com/wbem/wsman/1/wmi/root/standardcimv2/MSFT_NetConnectionProfile"><s:Body>
 <n:EnumerateResponse><n:EnumerationContext/><w:Items>{}</w:Items><w:EndOfSequence/></n:EnumerateResponse></s:Body>
</s:Envelope>"""
ITEM = (
    "<p:MSFT_NetConnectionProfile><p:InterfaceAlias>{}</p:InterfaceAlias><p:Name>{}</p:Name>"
    "<p:NetworkCategory>{}</p:NetworkCategory></p:MSFT_NetConnectionProfile>"
)


def with_networks(plugin: Any, *items: tuple[str, str, int]) -> Any:
    """Give the model behind a plugin an answer to the enumeration of its interfaces."""
    pytest.importorskip("xmltodict", reason="pywinrm is not installed")
    protocol = plugin._connection.protocol
    protocol.build_wsman_header = lambda **_header: {"@xmlns:env": "e", "@xmlns:n": "n", "@xmlns:w": "w"}
    protocol.send_message = lambda _message: ANSWER.format("".join(ITEM.format(*item) for item in items))
    return plugin


def test_info_tells_the_profile_of_each_interface() -> None:
    plugin = action(lync_firewall_info.ActionModule, WindowsModel(), {})
    with_networks(plugin, ("PSTN", "Unidentified network", 0), ("Подключение", "contoso.test", 2))
    result = plugin.run(task_vars={"inventory_hostname": "lync01"})
    assert_plain(result)
    assert result["networks"] == [
        {"interface": "PSTN", "network": "Unidentified network", "profile": "public"},
        {"interface": "Подключение", "network": "contoso.test", "profile": "domain"},
    ]


def test_a_host_that_does_not_tell_its_networks_gives_none() -> None:
    assert run(WindowsModel(), {}, lync_firewall_info)["networks"] == []


def test_info_asks_for_networks_only_where_a_requirement_is_not_open_or_none_is_judged() -> None:
    converged = WindowsModel()
    applied(converged, {"roles": ["director"]})
    here = [{"interface": "PSTN", "network": "x", "profile": "public"}]
    for model, roles, expected in (
        (WindowsModel(), ["director"], here),
        (converged, ["director"], []),
        (converged, [], here),
    ):
        plugin = with_networks(action(lync_firewall_info.ActionModule, model, {"roles": roles}), ("PSTN", "x", 0))
        result = plugin.run(task_vars={"inventory_hostname": "lync01"})
        assert not result.get("failed"), result
        assert result["networks"] == expected


def test_the_networks_come_with_a_verdict_that_is_not_met() -> None:
    model = WindowsModel(group_policy={}, policy_profiles={"Public": {"AllowLocalPolicyMerge": 0}})
    plugin = with_networks(action(lync_firewall.ActionModule, model, {"roles": ["director"]}), ("PSTN", "x", 0))
    result = plugin.run(task_vars={"inventory_hostname": "lync01"})
    assert_plain(result)
    assert result["failed"]
    assert result["networks"] == [{"interface": "PSTN", "network": "x", "profile": "public"}]
    assert "networks" not in run(WindowsModel(), {"roles": ["director"]})


def test_what_is_not_met_is_one_bounded_warning_where_it_is_no_failure() -> None:
    """A policy that ignores local rules spoils every row; forty long warnings would hide all others."""
    model = WindowsModel(group_policy={}, policy_profiles={"Public": {"AllowLocalPolicyMerge": 0}})
    result = run(model, {"roles": ["front_end"], "on_ineffective": "warn"})
    assert not result.get("failed")
    (warning,) = [warning for warning in result["warnings"] if "Group Policy ignores local rules" in warning]
    assert len(warning) < 2100
    assert " more: the result has all of them" in warning


BAD: list[tuple[dict[str, Any], str]] = [
    ({"ruleset": "all"}, "ruleset"),
    ({"scope": "peers"}, "scope"),
    ({"program": "all"}, "program"),
    ({"peers": ["front_end"]}, "peers"),
    ({"peers": {"front_end": []}}, "peers: it counts only with scope: topology"),
    ({"client_networks": ["10.0.0.0/8"]}, "client_networks: it counts only with scope: topology"),
    ({**TOPOLOGY, "remote_addresses": ["10.0.0.1"]}, "remote_addresses: it is one scope"),
    ({"scope": "topology", "peers": {"frontend": []}}, "peers.frontend: this is no peer"),
    ({"scope": "topology", "peers": {"edge": "10.0.0.1"}}, "peers.edge: a list of addresses"),
    ({"scope": "topology", "peers": {"edge": ["edge01"]}}, "peers.edge: 'edge01'"),
    ({"scope": "topology", "client_networks": ["10.0.0.1/8"]}, "client_networks: "),
    ({"configured_ports": [{"owner": "Registrar"}]}, "configured_ports[0].transports"),
    ({"configured_ports": [{"owner": "x", "transports": ["tcp"], "ports": 0}]}, "configured_ports[0].ports"),
    ({"configured_ports": ["5061"]}, "configured_ports"),
    ({"skip_rows": ["add-01"]}, "skip_rows: row add-01 belongs to the extended ruleset"),
    ({"port_overrides": {"add-12": 1500}}, "port_overrides: row add-12 belongs to the extended ruleset"),
]


@pytest.mark.parametrize("kind", [lync_firewall, lync_firewall_info])
@pytest.mark.parametrize(("args", "says"), BAD)
def test_every_bad_option_is_named_and_nothing_is_sent(kind: Any, args: dict[str, Any], says: str) -> None:
    plugin = action(kind.ActionModule, WindowsModel(), {"roles": ["director"], **args})
    result = plugin.run(task_vars={"inventory_hostname": "lync01"})
    assert_plain(result)
    assert result["failed"]
    assert result["msg"].startswith("lync01: ")
    assert says in result["msg"]
    assert plugin._connection.protocol.commands == []


@pytest.mark.parametrize("kind", [lync_firewall, lync_firewall_info])
def test_client_networks_without_a_scope_are_wrong_in_a_task_and_right_as_a_variable(kind: Any) -> None:
    """The variable is what the traffic matrix takes too; an option that a task gives itself is for its rules alone."""
    known = {"inventory_hostname": "lync01", "lync_firewall_client_networks": ["10.8.0.0/16"]}
    own = {"host_variables": True, "roles": ["director"]}
    result = action(kind.ActionModule, WindowsModel(), own, _uuid="t1").run(task_vars=known)
    assert not result.get("failed"), result
    given = {**own, "client_networks": ["10.9.0.0/16"]}
    result = action(kind.ActionModule, WindowsModel(), given, _uuid="t1").run(task_vars=known)
    assert "client_networks: it counts only with scope: topology" in result["msg"]
