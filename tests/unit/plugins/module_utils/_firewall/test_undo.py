# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The undo of a plan: the script, the task, what it cannot restore."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.plan import Plan, ServiceChange, Update
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.undo import (
    covers,
    describe,
    differences,
    losses,
    make_undo,
    task_xml,
    undo_lines,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.profiles import (
    ProfileSettings,
    ProfileState,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule import (
    Action,
    Direction,
    FirewallRule,
    Profile,
    Store,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.snapshot import ServiceState, Snapshot
from ansible_collections.lyncops.firewall.plugins.module_utils._net.address_set import AddressSet
from ansible_collections.lyncops.firewall.plugins.module_utils._net.port_set import PortSet

NS = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"
RULE = FirewallRule("LyncOps a g1", Direction.IN, Action.ALLOW, protocol=6, local_ports=PortSet.of(443), rule_id="{1}")
ADD = 'advfirewall firewall add rule name="LyncOps a g1" dir=in action=allow enable=yes profile=any protocol=tcp '


def snapshot(*rules: FirewallRule, public: bool = True) -> Snapshot:
    return Snapshot(
        tuple(
            ProfileState(profile, ProfileSettings(enabled=public or profile is not Profile.PUBLIC))
            for profile in Profile
        ),
        rules,
        ServiceState(4, 2),
    )


def test_switches_first_then_what_was_deleted_then_changes_and_last_what_was_added() -> None:
    old = RULE.named("LyncOps b g1")
    narrowed = replace(RULE, remote_addresses=AddressSet.parse(["10.0.0.0/8"]))
    plan = Plan(
        create=(RULE.named("LyncOps b g2"),),
        update=(Update(RULE, narrowed, ("remote_addresses",)),),
        delete=("LyncOps b g1",),
        profiles_on=(Profile.PUBLIC,),
    )
    assert undo_lines(plan, snapshot(RULE, old)) == (
        "advfirewall set publicprofile state off",
        'advfirewall firewall delete rule name="LyncOps b g1"',
        ADD.replace("LyncOps a", "LyncOps b") + "localport=443 remoteip=any",
        'advfirewall firewall set rule name="LyncOps a g1" new remoteip=any',
        'advfirewall firewall delete rule name="LyncOps b g2"',
    )


def test_all_twins_come_back_also_of_another_letter_case_but_not_those_of_other_stores() -> None:
    twin = replace(RULE, name="LYNCOPS A g1", enabled=False)
    policy = replace(RULE, store=Store.GROUP_POLICY)
    lines = undo_lines(Plan(delete=("LyncOps a g1",)), snapshot(RULE, twin, policy))
    assert [line.split()[2] for line in lines] == ["delete", "add", "add"]
    assert "enable=no" in lines[2]


@pytest.mark.parametrize(
    "limit",
    [
        {"conditions": (("IF", "{1}"),)},
        {"conditions": (("IFType", "Lan"), ("IFType", "Wireless"))},
        {"conditions": (("Edge", "TRUE"), ("LUOwn", "S-1-5-18"))},
        {"group": "@x,-1"},
        {"description": "two\nlines"},
        {"program": r"%APPDATA%\x.exe"},
        {"action": Action.BYPASS},
        {"port_words": frozenset({("LPort", "Teredo")})},
        {"icmp": frozenset({("ICMP4", "8:*")})},
        {"protocol": None},
        {"remote_addresses": AddressSet(keywords=frozenset({(4, "localsubnet")}))},
        {"remote_addresses": AddressSet.from_registry(["0.0.0.0/0"], [])},
        {"local_addresses": AddressSet(keywords=frozenset({(4, "intranet"), (6, "intranet")}))},
        {"description": "x" * 1000},
    ],
)
def test_what_netsh_cannot_say_again_is_a_loss_and_is_not_deleted_by_the_undo(limit: dict[str, object]) -> None:
    rule = replace(RULE, **limit)  # type: ignore[arg-type]
    plan = Plan(delete=("LyncOps a g1",))
    assert undo_lines(plan, snapshot(rule)) == ()
    (loss,) = losses(plan, snapshot(rule))
    assert "'LyncOps a g1' ({1})" in loss
    twins = snapshot(rule, RULE)
    (only,) = undo_lines(plan, twins)
    assert " add rule " in only, "the twin that can be said is put back; nothing is deleted that cannot"
    assert len(losses(plan, twins)) == 1


@pytest.mark.parametrize(
    ("limit", "says"),
    [
        ({"conditions": (("IFType", "Lan"),)}, "interfacetype=lan"),
        ({"conditions": (("Edge", "TRUE"), ("Defer", "User"))}, "edge=deferuser"),
        ({"conditions": (("Security", "Authenticate"), ("Security2_9", "An-NoEncap"))}, "security=authnoencap"),
        ({"service": "RTCSRV"}, 'service="RTCSRV"'),
        ({"service": "*"}, 'service="any"'),
        ({"program": r"%SystemRoot%\x.exe"}, r'program="%SystemRoot%\x.exe"'),
        ({"port_words": frozenset({("LPort", "RPC")}), "local_ports": PortSet()}, "localport=RPC "),
        (
            {"protocol": 1, "local_ports": PortSet.any(), "icmp": frozenset({("ICMP4", "8:*")})},
            "protocol=icmpv4:8,any ",
        ),
        ({"protocol": 58, "local_ports": PortSet.any(), "icmp": frozenset({("ICMP6", "3:4")})}, "protocol=icmpv6:3,4 "),
    ],
)
def test_what_netsh_can_say_comes_back(limit: dict[str, object], says: str) -> None:
    rule = replace(RULE, **limit)  # type: ignore[arg-type]
    plan = Plan(delete=("LyncOps a g1",))
    assert losses(plan, snapshot(rule)) == ()
    _deleting, adding = undo_lines(plan, snapshot(rule))
    assert says in f"{adding} "


def test_old_values_that_netsh_cannot_say_are_a_loss() -> None:
    before = replace(RULE, enabled=False, remote_addresses=AddressSet(keywords=frozenset({(4, "localsubnet")})))
    plan = Plan(update=(Update(before, RULE, ("enabled", "remote_addresses")),))
    assert undo_lines(plan, snapshot(before)) == ()
    assert losses(plan, snapshot(before)) == (
        "the change of 'LyncOps a g1' (enabled, remote_addresses): netsh cannot say the old values",
    )
    assert undo_lines(Plan(update=(Update(before, RULE, ("enabled",)),)), snapshot(before)) == (
        'advfirewall firewall set rule name="LyncOps a g1" new enable=no',
    )


def test_the_service_is_never_stopped() -> None:
    plan = Plan(service=ServiceChange(automatic=True, start=True))
    assert undo_lines(plan, snapshot()) == ()
    assert len(losses(plan, snapshot())) == 2


def test_the_script() -> None:
    script = make_undo(Plan(create=(RULE,)), snapshot(), "1a2b", 10).script
    assert script.isascii()
    assert script.replace("\r\n", "").isprintable()
    assert script.split("\r\n") == [
        "@echo off",
        r'%SystemRoot%\System32\netsh.exe advfirewall firewall delete rule name="LyncOps a g1" >nul 2>nul',
        r'echo fired> "%SystemRoot%\LyncOpsRollback\fired.txt"',
        r"%SystemRoot%\System32\schtasks.exe /delete /tn LyncOpsRollback-1a2b /f >nul 2>nul"
        r' & rd /s /q "%SystemRoot%\LyncOpsRollback-1a2b" 2>nul'
        r' & ren "%SystemRoot%\LyncOpsRollback" "LyncOpsRollback-1a2b"',
        "",
    ]


def test_the_task() -> None:
    text = task_xml("1a2b", 7, 15)
    assert text.isascii()
    assert re.match(r'<\?xml version="1\.0"\?>\r\n<Task ', text), "no encoding in the declaration"
    assert text.endswith("</Task>\r\n")
    task = ET.fromstring(text)
    assert task.tag == NS + "Task"
    assert task.get("version") == "1.2"

    def find(path: str) -> str | None:
        return task.findtext("/".join(NS + tag for tag in path.split("/")))

    assert "1a2b" in (find("RegistrationInfo/Description") or "")
    assert find("RegistrationInfo/SecurityDescriptor") == "D:P(A;;FA;;;SY)(A;;FA;;;BA)"
    assert find("Triggers/RegistrationTrigger/Delay") == "PT7M"
    assert find("Triggers/BootTrigger/Enabled") == "true"
    assert find("Principals/Principal/UserId") == "S-1-5-18"
    assert find("Principals/Principal/RunLevel") == "HighestAvailable"
    settings = task.find(NS + "Settings")
    assert settings is not None
    assert {setting.tag.removeprefix(NS): setting.text for setting in settings} == {
        "DisallowStartIfOnBatteries": "false",
        "StopIfGoingOnBatteries": "false",
        "StartWhenAvailable": "true",
        "MultipleInstancesPolicy": "IgnoreNew",
        "ExecutionTimeLimit": "PT15M",
        "Enabled": "true",
    }
    assert find("Actions/Exec/Command") == r"%SystemRoot%\System32\cmd.exe"
    assert find("Actions/Exec/Arguments") == r'/d /c "%SystemRoot%\LyncOpsRollback\undo.cmd"'


@pytest.mark.parametrize(("marker", "minutes"), [("", 10), ("a-b", 10), ('a"', 10), ("a", 5), ("a", 1441)])
def test_markers_and_delays_out_of_bounds_are_refused(marker: str, minutes: int) -> None:
    with pytest.raises(ValueError, match=r"rollback after|no marker"):
        make_undo(Plan(), snapshot(), marker, minutes)


def test_a_further_plan_is_covered_only_if_it_touches_the_same_names_and_switches() -> None:
    plan = Plan(create=(RULE.named("LyncOps a g2"),), delete=("LyncOps a g1",), profiles_on=(Profile.PUBLIC,))
    assert covers(plan, Plan())
    assert covers(plan, Plan(create=(RULE,), delete=("LYNCOPS A G2",)))
    assert covers(plan, plan)
    assert not covers(plan, Plan(create=(RULE.named("LyncOps a g3"),)))
    assert not covers(plan, Plan(profiles_on=(Profile.DOMAIN,)))
    assert not covers(plan, Plan(update=(Update(RULE.named("LyncOps b g1"), RULE.named("LyncOps b g1"), ()),)))


def test_differences_and_description() -> None:
    other = RULE.named("LyncOps b g1")
    foreign = RULE.named("CS RTCSRV")
    before = snapshot(RULE, foreign, public=False)
    assert differences(before, snapshot(replace(RULE, rule_id="{2}"), public=False)) == ()
    assert differences(before, snapshot(other, foreign)) == (
        "the rule 'LyncOps a g1' is not back",
        "the rule 'LyncOps b g1' is still there",
        "the public profile is on",
    )
    assert describe(Plan()) == "nothing"
    many = Plan(delete=tuple(f"LyncOps a g{number}" for number in range(1, 13)))
    assert describe(many).endswith("LyncOps a g10 and 2 more")


def test_the_time_limit_covers_what_each_line_may_take() -> None:
    """A blocked line of netsh takes minutes; Task Scheduler would end the script in the middle of its work."""
    many = tuple(RULE.named(f"LyncOps k{number} g1") for number in range(40))
    assert make_undo(Plan(create=many[:1]), snapshot(), "1a2b", 10).limit == 15
    undo = make_undo(Plan(create=many), snapshot(), "1a2b", 10)
    assert undo.limit == 210
    assert "<ExecutionTimeLimit>PT210M</ExecutionTimeLimit>" in undo.task
    assert make_undo(Plan(create=many * 50), snapshot(), "1a2b", 10).limit == 72 * 60


def test_a_rule_that_cannot_be_added_again_is_not_deleted_for_the_sake_of_its_twin() -> None:
    """The plan may not have come to deleting them."""
    odd = replace(RULE, conditions=(("IF", "{1}"),), rule_id="{1}")
    lines = undo_lines(Plan(delete=(RULE.name,)), snapshot(RULE, odd))
    assert not any("delete" in line for line in lines)
    assert len(lines) == 1


@pytest.mark.parametrize(
    ("fields", "old"),
    [
        (("action",), {"action": Action.BYPASS}),
        (("remote_addresses",), {"remote_addresses": AddressSet(keywords=frozenset({(4, "localsubnet")}))}),
        (("remote_addresses",), {"remote_addresses": AddressSet.parse([f"10.0.{n}.1" for n in range(0, 256, 2)] * 8)}),
    ],
)
def test_old_values_that_netsh_cannot_say_again_are_a_loss(fields: tuple[str, ...], old: dict[str, object]) -> None:
    before = replace(RULE, **old)  # type: ignore[arg-type]
    plan = Plan(update=(Update(before, RULE, fields),))
    assert undo_lines(plan, snapshot(before)) == ()
    assert losses(plan, snapshot(before)) == (
        f"the change of 'LyncOps a g1' ({fields[0]}): netsh cannot say the old values",
    )
