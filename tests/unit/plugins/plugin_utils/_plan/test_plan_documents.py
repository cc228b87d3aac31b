# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Results of check mode as a plan: what is in it, what its pages show, and that no host's text becomes markup."""

from __future__ import annotations

import copy
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from ansible.utils.helpers import pct_to_int
from ansible_collections.lyncops.firewall.plugins.action import lync_firewall, lync_firewall_info
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change import fingerprint
from ansible_collections.lyncops.firewall.plugins.plugin_utils import _armed
from ansible_collections.lyncops.firewall.plugins.plugin_utils._plan.approved import (
    SCHEMA,
    PlanError,
    PlannedHost,
    read_digests,
    read_planned,
    refusal,
)
from ansible_collections.lyncops.firewall.plugins.plugin_utils._plan.as_html import to_html
from ansible_collections.lyncops.firewall.plugins.plugin_utils._plan.as_json import to_json
from ansible_collections.lyncops.firewall.plugins.plugin_utils._plan.as_markdown import to_markdown
from ansible_collections.lyncops.firewall.plugins.plugin_utils._plan.build import build_plan
from ansible_collections.lyncops.firewall.plugins.plugin_utils._plan.cuts import Cuts
from ansible_collections.lyncops.firewall.plugins.plugin_utils._plan.model import (
    EstatePlan,
    PlanHost,
    PlanState,
    Work,
    batches,
    groups,
    summary,
)
from ansible_collections.lyncops.firewall.plugins.plugin_utils._plan.words import in_words, spared_by_blocks
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.build import Source
from ansible_collections.lyncops.firewall.tests.unit.plugins.action.fake_ansible import (
    action,
    without_guard_and_rollback,
)
from ansible_collections.lyncops.firewall.tests.unit.plugins.module_utils._firewall.windows_model import WindowsModel
from ansible_collections.lyncops.firewall.tests.unit.plugins.plugin_utils._report.published import check, schema
from ansible_collections.lyncops.firewall.tests.unit.plugins.plugin_utils._report.sample_results import HOSTILE
from hypothesis import given
from hypothesis import strategies as st

CREATED = "2026-03-12T06:00:00Z"


@pytest.fixture(scope="module")
def checked() -> dict[str, Any]:
    """What the module returns of a Director without a rule of ours, in check mode."""
    plugin = action(lync_firewall.ActionModule, WindowsModel(), {"roles": ["director"]}, check_mode=True)
    found: dict[str, Any] = plugin.run(task_vars={"inventory_hostname": "dir01"})
    return found


def plan_of(results: dict[str, Any], *serial: str) -> EstatePlan:
    sources = [Source(name, result, ("director",)) for name, result in results.items()]
    return build_plan("Plan", CREATED, "1.2.3", sources, serial or ("100%",))


def test_every_kind_of_result_has_its_state(checked: dict[str, Any]) -> None:
    nothing = {**checked, "changed": False, "created": [], "commands": []}
    plan = plan_of(
        {
            "a": checked,
            "b": nothing,
            "c": {**checked, "changed": False, "failed": True, "msg": "nothing was sent: locked out"},
            "d": {"failed": True, "msg": "roles: wrong"},
            "e": {"unreachable": True, "msg": "timed out"},
            "f": {"skipped": True, "msg": "a client"},
            "g": None,
            "h": {**checked, "created": [{"name": "x"}]},
            "i": {**checked, "failed": True, "msg": "a row stays closed"},
            "j": {**checked, "foreign": "none"},
        }
    )
    states = {host.name: host.state.value for host in plan.hosts}
    assert states == {
        "a": "change", "b": "nothing", "c": "refused", "d": "failed", "e": "unreachable",
        "f": "skipped", "g": "failed", "h": "failed", "i": "change", "j": "failed",
    }  # fmt: skip
    assert [host.message for host in plan.hosts if host.name in "ci"] == [
        "nothing was sent: locked out",
        "a row stays closed",
    ]
    assert summary(plan) == (
        "10 hosts: 2 will be changed, of which 1 will fail all the same; 1 needs no change; 1 would be refused; "
        "4 could not be planned; "
        "1 could not be reached; 1 needs no rule of ours"
    )


def test_the_schema_is_that_of_the_file(checked: dict[str, Any]) -> None:
    published = schema("plan-schema-2")
    assert (published["$id"], published["properties"]["schema"]["const"]) == (SCHEMA, SCHEMA)
    assert published["$defs"]["host"]["properties"]["state"]["enum"] == [state.value for state in PlanState]
    used = {"protocol": "tcp", "port": 5061, "program": "x", "peers": ["10.0.0.1"]}
    cut = {**checked, "cuts": {"closed": [used], "kept_out": [{**used, "protocol": "udp"}], "left_out": 1}}
    armed = {**checked, "arms_rollback": {"armed": True, "why": ["'x' blocks"], "minutes": 12}}
    results = {"a": checked, "b": cut, "c": armed, "d": {"failed": True, "msg": "x"}, "e": {"unreachable": True}}
    plan = plan_of(results, "1", "25%")
    assert (plan.hosts[1].work.cuts, plan.hosts[2].work.armed) != (Cuts(), False)
    document = json.loads(to_json(plan))
    check(document, "plan-schema-2")
    described = published["$defs"]["host"]["properties"]
    assert list(document["hosts"][0]) == list(described)
    assert set(document["hosts"][0]["foreign"]) == set(published["$defs"]["foreign"]["properties"])


def test_a_host_that_fails_although_it_is_changed_is_named_before_the_changes(checked: dict[str, Any]) -> None:
    """A board that reads "will be changed" must know that the run stops there."""
    blocked = {**checked, "failed": True, "msg": "dir01: 444 stays closed by the block rule Ban444"}
    plan = plan_of({"dir01": blocked, "dir02": checked})
    assert summary(plan) == "2 hosts: 2 will be changed, of which 1 will fail all the same"
    for page in (to_html(plan).decode(), to_markdown(plan).decode()):
        before = page.partition("What is changed")[0]
        assert "444 stays closed by the block rule Ban444" in before
        assert "A remediation stops at the end of their batch" in before
    assert "fail although" not in to_markdown(plan_of({"dir02": checked})).decode()
    nothing = {**checked, "changed": False, "created": [], "commands": []}
    assert summary(plan_of({"a": nothing, "b": nothing})) == "2 hosts: 2 need no change"


def test_the_digest_is_of_what_is_to_be_done_on_whom(checked: dict[str, Any]) -> None:
    plan = plan_of({"a": checked, "b": checked})
    assert plan.digest == plan_of({"b": checked, "a": checked}).digest, "not of the order"
    assert plan.digest != plan_of({"a": checked}).digest
    assert plan.digest != plan_of({"a": checked, "b": {**checked, "plan_digest": "0" * 64}}).digest
    assert plan.digest != plan_of({"a": checked, "b": None}).digest


def test_the_digest_is_of_the_course_of_the_run_too(checked: dict[str, Any]) -> None:
    results = dict.fromkeys("abcd", checked)
    sources = [Source(name, result, ("director",)) for name, result in results.items()]
    plans = [
        build_plan("Plan", CREATED, "1.2.3", sources, serial, failing)
        for serial, failing in ((["1"], 0), (["2"], 0), (["100%"], 0), (["1"], 50))
    ]
    assert len({plan.digest for plan in plans}) == len(plans)
    for page in (to_html, to_markdown):
        assert "the next one begins only when every host of the last was changed" in page(plans[0]).decode()
        assert "unless more than 50 % of the hosts of the last failed" in page(plans[3]).decode()


def test_what_closes_and_what_is_replaced_is_told_as_what_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    without_guard_and_rollback(monkeypatch)
    model = WindowsModel()
    line = 'add rule name="LyncOps {} g1" dir=in action={} protocol=tcp localport={} remoteip={}'
    for key, action_word, port, who in (
        ("in-tcp-5061", "block", 5061, "any"),
        ("in-tcp-5060", "allow", 5060, "10.0.0.7"),
    ):
        model.netsh("advfirewall firewall " + line.format(key, action_word, port, who))
    plugin = action(lync_firewall.ActionModule, model, {"roles": ["director"]}, check_mode=True)
    (host,) = plan_of({"dir01": plugin.run(task_vars={"inventory_hostname": "dir01"})}).hosts
    assert any("TCP 5061" in line for line in host.work.changes)
    assert not any("TCP 5061" in line for line in host.work.opens)
    assert [line for line in host.work.closes if "5060" in line] == [
        "No longer let in: TCP 5060 from 10.0.0.7 (rule LyncOps in-tcp-5060 g1)"
    ]


def work_on(monkeypatch: pytest.MonkeyPatch, lines: list[str], *extra_rules: dict[str, Any], **more: Any) -> Work:
    """What a plan says of a Director whose firewall has got these lines of netsh."""
    without_guard_and_rollback(monkeypatch)
    model = WindowsModel()
    for line in lines:
        model.netsh(f"advfirewall firewall {line}")
    options = {"roles": ["director"], "extra_rules": list(extra_rules), **more}
    plugin = action(lync_firewall.ActionModule, model, options, check_mode=True)
    result = plugin.run(task_vars={"inventory_hostname": "dir01"})
    assert "commands" in result, result.get("msg")
    return plan_of({"dir01": result}).hosts[0].work


def smb_lines(monkeypatch: pytest.MonkeyPatch, **entry: Any) -> list[str]:
    """The line of netsh that makes the rule of an entry."""
    work = work_on(monkeypatch, [], {"name": "smb", "protocol": "tcp", "localport": 445, **entry})
    return [line.removeprefix("netsh advfirewall firewall ") for line in work.commands if "LyncOps x-smb" in line]


def test_a_change_in_place_tells_old_and_new_of_each_field(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = smb_lines(monkeypatch, action="block", remoteip="127.51.0.0/16")
    entry = {"name": "smb", "action": "block", "protocol": "tcp", "localport": 445}
    work = work_on(monkeypatch, lines, {**entry, "remoteip": "127.50.0.0/16", "profiles": "domain,private"})
    assert [line for line in work.changes if "smb" in line] == [
        "127.50.0.0/16 may not connect to TCP 445, in the domain and private profiles: smb (extra_rules) "
        "(old -> new: profiles: all profiles -> the domain and private profiles; "
        "addresses: 127.51.0.0/16 -> 127.50.0.0/16)"
    ]
    work = work_on(monkeypatch, lines, {**entry, "action": "allow", "remoteip": "127.51.0.0/16"})
    assert any("(old -> new: allow or block: block -> allow)" in line for line in work.changes), work.changes


def test_many_addresses_are_told_by_what_comes_and_what_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = ([f"127.51.0.{number}" for number in range(first, first + 60, 2)] for first in (0, 2))
    lines = smb_lines(monkeypatch, remoteip=old)
    work = work_on(monkeypatch, lines, {"name": "smb", "protocol": "tcp", "localport": 445, "remoteip": new})
    (told,) = [line for line in work.changes if "smb" in line]
    assert "(old -> new: addresses: new: 127.51.0.60; no longer: 127.51.0.0)" in told


def test_from_everybody_to_many_is_told_as_that(monkeypatch: pytest.MonkeyPatch) -> None:
    many = [f"127.51.0.{number}" for number in range(0, 60, 2)]
    work = work_on(
        monkeypatch,
        smb_lines(monkeypatch, remoteip="any"),
        {"name": "smb", "protocol": "tcp", "localport": 445, "remoteip": many},
    )
    assert any("(old -> new: addresses: any address -> 127.51.0.0, 127.51.0.2, " in line for line in work.changes)


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ({"action": "block"}, "No longer kept out: TCP 445 from 127.50.0.0/16: smb (extra_rules)"),
        ({}, "No longer let in: TCP 445 from 127.50.0.0/16: smb (extra_rules)"),
    ],
)
def test_a_rule_that_is_switched_off_is_told_as_what_no_longer_holds(
    monkeypatch: pytest.MonkeyPatch, entry: dict[str, Any], told: str
) -> None:
    lines = smb_lines(monkeypatch, remoteip="127.50.0.0/16", **entry)
    off = {"name": "smb", "protocol": "tcp", "localport": 445, "enabled": False, **entry}
    for remoteip, more in (
        ("127.50.0.0/16", ""),
        ("127.9.0.0/16", "; addresses: 127.50.0.0/16 -> 127.9.0.0/16"),
    ):
        work = work_on(monkeypatch, lines, {**off, "remoteip": remoteip})
        assert [line for line in work.changes if "smb" in line] == [f"{told} (old -> new: on -> off{more})"]
    work = work_on(monkeypatch, [line.replace("enable=yes", "enable=no") for line in lines])
    (gone,) = [line for line in work.closes if "smb" in line]
    assert "No longer" not in gone


def test_a_rule_that_is_replaced_by_one_that_is_off_is_told_as_what_no_longer_holds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lines = smb_lines(monkeypatch, remoteip="127.50.0.0/16")
    off = {"name": "smb", "protocol": "tcp", "localport": 446, "enabled": False, "remoteip": "127.50.0.0/16"}
    (told,) = [line for line in work_on(monkeypatch, lines, off).changes if "smb" in line]
    assert told == (
        "No longer let in: TCP 445 from 127.50.0.0/16: smb (extra_rules) (in its place: 127.50.0.0/16 may connect to "
        "TCP 446 (the rule is switched off, and does nothing): smb (extra_rules))"
    )


def test_what_else_has_the_name_of_a_deleted_rule_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    (line,) = smb_lines(monkeypatch, action="block", remoteip="127.50.0.0/16")
    second = line.replace("localport=445", "localport=446").replace("LyncOps x-smb", "LYNCOPS X-SMB")
    entry = {"name": "smb", "action": "block", "protocol": "tcp", "localport": 447, "remoteip": "127.50.0.0/16"}
    work = work_on(monkeypatch, [line, second], entry)
    assert (
        "No longer kept out: TCP 446 from 127.50.0.0/16: smb (extra_rules) (rule LYNCOPS X-SMB g1, of the same name as "
        "another)"
    ) in work.closes
    assert any("TCP 445" in line for line in work.changes)
    work = work_on(monkeypatch, [line, second])
    assert len([line for line in work.closes if "smb" in line.casefold()]) == 2


def test_what_blocks_stands_apart_from_what_lets_in(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = {"name": "smb", "action": "block", "protocol": "tcp", "localport": 445, "remoteip": "127.50.0.0/16"}
    work = work_on(monkeypatch, [], entry, {"name": "ping", "protocol": "icmpv4", "icmp_type_code": "8:*"})
    assert [line for line in work.blocks if "may not" in line] == list(work.blocks)
    assert any("smb" in line for line in work.blocks)
    assert not any("smb" in line for line in work.opens)
    assert any("may ping the host" in line for line in work.opens)


def test_sections_stand_in_the_order_in_which_it_is_done(checked: dict[str, Any]) -> None:
    setting = {"profile": "domain", "setting": "log_dropped", "before": "no", "after": "yes"}
    group = {"group": "@FirewallAPI.dll,-29502", "enabled": True, "rules": ["a"], "says": ["x"]}
    full = {
        **checked,
        "service_changes": ["started"],
        "settings_changed": [setting],
        "groups_switched": [group, {**group, "group": "Remote Desktop", "enabled": False}],
        "deleted": ["LyncOps in-tcp-1 g1"],
        "updated": [{**checked["created"][0], "changes": ["enabled"]}],
        "created": [*checked["created"], {**checked["created"][0], "action": "block"}],
        "profiles_enabled": ["public"],
    }
    plan = plan_of({"dir01": full})
    for page in (to_html(plan).decode(), to_markdown(plan).decode()):
        told = page.partition("What is changed")[2].replace("&#39;", "'")
        places = [
            told.index(text)
            for text in (
                "The Windows Firewall service: started", "New rules that let", "New rules that block",
                "group Remote Service Management", "Rules that are changed", "LyncOps in-tcp-1 g1",
                "group Remote Desktop off", "domain profile, log", "firewall of the public profile is switched on",
            )
        ]  # fmt: skip
        assert places == sorted(places)
        assert "Before all else" not in page
        untouched = page.partition("What is not touched")[2]
        assert "Remote Desktop" in untouched
        assert "Remote Service Management" in untouched
    calm = to_markdown(plan_of({"dir01": checked})).decode().partition("What is not touched")[2]
    assert "switched" not in calm


def test_what_the_run_warns_of_is_on_the_page(checked: dict[str, Any]) -> None:
    warned = {**checked, "warnings": ["dir01: a rule for RPC has none for RPC-EPMap", "everybody gets in"]}
    plan = plan_of({"dir01": warned, "dir02": {**warned, "warnings": ["dir02: a rule for RPC has none for RPC-EPMap"]}})
    assert plan.hosts[0].work.warnings == ("a rule for RPC has none for RPC-EPMap", "everybody gets in")
    for page in (to_html(plan).decode(), to_markdown(plan).decode()):
        told = page.partition("What is changed")[2]
        assert told.count("a rule for RPC has none for RPC-EPMap") == 2
        assert "What the run warns of" in told
        assert "everybody gets in" in told


def test_hosts_that_are_alike_are_one_group(checked: dict[str, Any]) -> None:
    other = {**checked, "commands": ["sc start MpsSvc"]}
    plan = plan_of({"a": checked, "b": other, "c": checked})
    assert [[host.name for host in group.hosts] for group in groups(plan.hosts)] == [["a", "c"], ["b"]]


@given(
    st.integers(0, 60),
    st.lists(st.one_of(st.integers(1, 30).map(str), st.integers(1, 100).map("{}%".format)), min_size=1, max_size=4),
)
def test_batches_are_those_of_ansible(count: int, serial: list[str]) -> None:
    hosts = [PlanHost(f"h{number}", PlanState.CHANGE) for number in range(count)]
    found = [len(batch.hosts) for batch in batches(hosts, serial)]
    wanted, left, sizes = [], count, [pct_to_int(item, count) for item in serial]
    while left:
        size = min(left, sizes[min(len(wanted), len(sizes) - 1)])
        wanted.append(size)
        left -= size
    assert found == wanted


RULE = {
    "direction": "in", "action": "allow", "protocol": "tcp", "local_ports": "5061,5070-5071", "remote_ports": "any",
    "remote_addresses": ["any"], "profiles": ["domain", "private", "public"], "program": "", "rows": ["server-03"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("different", "sentence"),
    [
        ({}, "Any address may connect to TCP 5061, 5070-5071: Front End (server-03)"),
        (
            {"remote_addresses": ["10.0.0.1", "10.0.0.2"]},
            "10.0.0.1, 10.0.0.2 may connect to TCP 5061",
        ),
        (
            {"remote_addresses": [f"10.0.0.{n}" for n in range(27)]},
            "Front End (server-03). Addresses: 10.0.0.0, 10.0.0.1, ",
        ),
        ({"action": "block"}, "Any address may not connect"),
        ({"direction": "out", "remote_ports": "445", "local_ports": "any"}, "The host may connect to TCP 445 of any "),
        ({"profiles": ["domain"]}, ", in the domain profile: Front End"),
        ({"program": "C:\\a.exe"}, ", only the program C:\\a.exe: Front End"),
        ({"rows": ["site-rule"]}, "5070-5071: site-rule"),
        ({"rows": []}, "TCP 5061, 5070-5071"),
    ],
)
def test_a_rule_in_words(different: dict[str, Any], sentence: str) -> None:
    assert sentence in in_words({**RULE, **different}, {"server-03": "Front End"})


def block(addresses: list[str], key: str = "block-in-tcp-5070") -> dict[str, Any]:
    return {**RULE, "key": key, "action": "block", "local_ports": "5070", "remote_addresses": addresses}


@pytest.mark.parametrize(
    ("rules", "sentences"),
    [
        (
            [["1.0.0.0-10.0.0.6", "10.0.0.8-223.255.255.255", "::2-feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"]],
            ["Everybody but 10.0.0.7 is kept out of TCP 5070: Front End (server-03)"],
        ),
        (
            [["1.0.0.0-10.0.0.6"], ["10.0.0.9-223.255.255.255", "::2-feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"]],
            [
                "Everybody but 10.0.0.7, 10.0.0.8 is kept out of TCP 5070: Front End (server-03)",
                "Everybody but 10.0.0.7, 10.0.0.8 is kept out of TCP 5070 (part 2 of that rule): Front End (server-03)",
            ],
        ),
        ([["any"]], ["Everybody is kept out of TCP 5070: Front End (server-03)"]),
        ([["1.2.3.4", "<b>"]], ["1.2.3.4, <b> may not connect to TCP 5070: Front End (server-03)"]),
    ],
)
def test_a_block_for_everybody_else_is_told_by_whom_it_spares(rules: list[list[str]], sentences: list[str]) -> None:
    parts = [
        block(addresses, f"block-in-tcp-5070{f'.s{number}' if number > 1 else ''}")
        for number, addresses in enumerate(rules, 1)
    ]
    spared = spared_by_blocks([RULE, *parts])
    assert [in_words(part, {"server-03": "Front End"}, spared) for part in parts] == sentences


def test_the_ranges_of_a_block_can_still_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    without_guard_and_rollback(monkeypatch)
    without = {"roles": ["mediation"], "scope": "topology", "on_wider": "block_others"}
    peers = {"front_end": ["10.0.0.1"], "branch_appliance": [], "load_balancer": []}
    plugin = action(lync_firewall.ActionModule, WindowsModel(), {**without, "peers": peers}, check_mode=True)
    plan = plan_of({"med01": plugin.run(task_vars={"inventory_hostname": "med01"})})
    (host,) = plan.hosts
    blocks = [line for line in host.work.blocks if line.startswith("Everybody")]
    assert any(line.startswith("Everybody but 10.0.0.1 is kept out of TCP 5070: ") for line in blocks), blocks
    assert len(host.work.ranges) == len(blocks)
    assert host.work.armed
    assert any("'LyncOps block-in-tcp-5070 g1' blocks" in why for why in host.work.armed_why), host.work.armed_why
    for page in (to_html(plan).decode(), to_markdown(plan).decode()):
        assert "1.0.0.0-10.0.0.0" in page.partition("Addresses of the block rules")[2].partition("</details>")[0]


def test_who_is_armed_with_a_rollback_is_told_and_why(checked: dict[str, Any]) -> None:
    def arms(armed: bool, *why: str) -> dict[str, Any]:
        return {**checked, "arms_rollback": {"armed": armed, "why": list(why), **({"minutes": 12} if armed else {})}}

    plan = plan_of({"a": checked, "b": arms(True, "'x' blocks", "2 more"), "c": checked, "d": arms(False, "is never")})
    for page in (to_html(plan).decode(), to_markdown(plan).decode().replace("**", "")):
        told = page.partition("Which hosts are armed with a rollback")[2].partition("What is changed")[0]
        lines = [re.sub("<[^>]*>", "", line).lstrip("- ") for line in told.splitlines() if "armed" in line]
        assert [line.replace("&#39;", "'") for line in lines] == [
            "b armed, restores itself after 12 minutes: 'x' blocks; 2 more",
            "a, c not armed: it only adds or widens: nothing that is open now is closed",
            "d not armed: is never",
        ]
    lines = [json.loads(line.rstrip(",")) for line in to_json(plan).decode().splitlines() if line.startswith('{"name')]
    assert [line["armed"] for line in lines] == [False, True, False, False]
    assert lines[1]["armed_why"] == ["'x' blocks", "2 more"]


@pytest.mark.parametrize(
    ("rollback", "armed", "why"),
    [("auto", True, "'LyncOps block"), ("never", False, "lync_firewall_rollback is never")],
)
def test_a_run_that_may_close_something_is_armed_unless_nobody_wants_it(
    monkeypatch: pytest.MonkeyPatch, rollback: str, armed: bool, why: str
) -> None:
    without_guard_and_rollback(monkeypatch)
    options = {"roles": ["mediation"], "scope": "topology", "on_wider": "block_others", "rollback": rollback}
    options["peers"] = {"front_end": ["10.0.0.1"], "branch_appliance": [], "load_balancer": []}
    plugin = action(lync_firewall.ActionModule, WindowsModel(), options, check_mode=True)
    told = plugin.run(task_vars={"inventory_hostname": "med01"})["arms_rollback"]
    assert told["armed"] is armed
    assert told.get("minutes") == (10 if armed else None)
    assert told["why"][0].startswith(why)
    monkeypatch.setattr(_armed, "risks", lambda _plan, _before: tuple(f"'{number}' blocks" for number in range(5)))
    told = plugin.run(task_vars={"inventory_hostname": "med01"})["arms_rollback"]
    assert told["why"][-2:] == ["'2' blocks", "2 more of that kind"]


@pytest.mark.parametrize("result", [{"failed": True}, {"unreachable": True}, {}])
def test_a_host_is_named_once(checked: dict[str, Any], result: dict[str, Any]) -> None:
    """The module's message begins with the host's name, and so does the line of the page."""
    base = {} if result else {**checked, "failed": True}
    refused = {**checked, "changed": False, "failed": True, "msg": "fe01: nothing was sent"}
    plan = plan_of({"fe01": {**base, **result, "msg": "fe01: not everything is as it should be"}, "fe02": refused})
    assert plan.hosts[0].message == "not everything is as it should be"
    assert plan.hosts[1].message == "fe01: nothing was sent", "of another host"
    for page in (to_html(plan).decode(), to_markdown(plan).decode()):
        assert "fe01: not everything" not in page


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("hostile", HOSTILE)
def test_what_a_host_says_is_no_markup(checked: dict[str, Any], hostile: str) -> None:
    evil = copy.deepcopy(checked)
    evil["deleted"] = evil["commands"] = [hostile]
    evil["cuts"] = {"closed": [{"protocol": "tcp", "port": 1, "program": hostile, "peers": [hostile]}], "left_out": 1}
    evil["undo"] = {"commands": [hostile], "losses": [hostile]}
    evil["refused"] = [{"subject": hostile, "reason": hostile}]
    cuts = {"closed": [{"protocol": "tcp", "port": 1, "program": "x", "peers": ["x"]}], "left_out": 1}
    tame = {"deleted": ["x"], "cuts": cuts, "commands": ["x"], "undo": {"commands": ["x"], "losses": ["x"]}}
    tamed = {**evil, **tame, "refused": [{"subject": "x", "reason": "x"}]}
    mild = plan_of({"a": tamed, "b": {"failed": True, "msg": "x"}})
    wild = plan_of({"a": evil, "b": {"failed": True, "msg": hostile}})
    pages = [_Page(), _Page()]
    for page, plan in zip(pages, (mild, wild), strict=True):
        page.feed(to_html(plan).decode("utf-8"))
    assert pages[0].tags == pages[1].tags
    assert "script" not in pages[1].tags
    headings = [line for line in to_markdown(wild).decode("utf-8", "replace").split("\n") if line.startswith("#")]
    assert headings == [line for line in to_markdown(mild).decode("utf-8").split("\n") if line.startswith("#")]
    assert not re.search(
        r"(?m)^(?!    |</?details).*(?<!\\)<(script|img)", to_markdown(wild).decode("utf-8", "replace")
    )
    json.loads(to_json(wild))


def test_the_page_loads_and_runs_nothing(checked: dict[str, Any]) -> None:
    page = to_html(plan_of({"a": checked})).decode("utf-8")
    assert "default-src &#39;none&#39;" in page or "default-src 'none'" in page
    without_comments = re.sub(r"/\*.*?\*/", "", page, flags=re.DOTALL)
    assert not re.search(r"https?://|<script|<link|@import|url\(", without_comments)


def test_what_is_written_is_read_again(checked: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    plan = plan_of({"a": checked, "a b": {"failed": True, "msg": "x"}})
    path.write_bytes(to_json(plan))
    assert read_digests(path) == {"a": checked["plan_digest"], "a b": ""}
    foreign = checked["foreign"]
    planned = read_planned(path, "a")
    assert planned is not None
    assert (planned.rules, planned.sha256, planned.settings) == (
        foreign["rules"],
        foreign["sha256"],
        foreign["settings"],
    )
    assert "".join(planned.marks) == foreign["marks"]
    assert planned.names == foreign["names"]
    assert read_planned(path, "a b") == PlannedHost("")
    assert read_planned(path, "b") is None


def test_the_digest_that_was_approved_is_asked_for(checked: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    plan = plan_of({"a": checked})
    path.write_bytes(to_json(plan))
    for approved in ("", plan.digest, plan.digest[:12], plan.digest[:20].upper()):
        assert "a" in read_digests(path, approved)
    for approved in ("0" * 64, plan.digest[:11], plan.digest + "0"):
        with pytest.raises(PlanError, match="what was approved is"):
            read_digests(path, approved)


def test_only_the_plan_that_was_approved_may_be_carried_out() -> None:
    digests = {"a": "1" * 64, "b": ""}
    assert refusal("p", digests, "a", "1" * 64) == ""
    assert "is no longer what is in the plan p (it was 111111111111, it is 222222222222 now)" in refusal(
        "p", digests, "a", "2" * 64
    )
    assert "Every -e that the plan was made with belongs to this run too" in refusal("p", digests, "a", "2" * 64)
    assert "it could not be made then" in refusal("p", digests, "b", "2" * 64)
    assert "the host is not in the plan p" in refusal("p", digests, "c", "2" * 64)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda text: text.replace('"digest":"', '"digest":"0', 1), "it was changed after it was made"),
        (lambda text: text.replace("firewall:plan:2", "firewall:page:2"), "its schema is not"),
        (
            lambda text: text.replace("firewall:plan:2", "firewall:plan:1"),
            "another version of this collection has made",
        ),
        (lambda text: text.replace("firewall:plan:2", "firewall:plan:1"), "Make a new plan with lyncops.firewall.plan"),
        (lambda text: text.replace('"batches":[{"hosts":["a"]}]', '"batches":[]'), "it was changed after it was made"),
        (lambda text: text.replace('"batches":[', '"batches":[1,'), "it was changed after it was made"),
        (lambda text: text.replace('"serial":["100%"]', '"serial":["50%"]'), "it was changed after it was made"),
        (lambda text: text.replace('"max_fail_percentage":0', '"max_fail_percentage":90'), "it was changed after it"),
        (lambda text: text.replace('"max_fail_percentage"', '"other"'), "it was changed after it was made"),
        (lambda text: text.replace('"closed":[]', '"closed":[1]'), "it was changed after it was made"),
        (lambda _text: "", "it is no plan of this collection"),
        (lambda _text: "[]\n", "it is no plan of this collection"),
        (lambda _text: "\udcff", "it is no plan of this collection"),
        (lambda text: text.partition("\n")[0] + "\n", "it has no line of a"),
        (lambda text: text.replace('"marks":"', '"other":"'), "it was changed after it was made"),
        (lambda text: text.replace('{"name":"a",', '{"name":"a",,'), "it is no plan of this collection"),
        (lambda text: text.replace('"commands":["', '"commands":["x'), "it was changed after it was made"),
    ],
)
def test_a_file_that_is_no_plan_is_an_error(checked: dict[str, Any], tmp_path: Path, change: Any, why: str) -> None:
    path = tmp_path / "plan.json"
    text = change(to_json(plan_of({"a": checked})).decode("ascii"))
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(PlanError, match=re.escape(why)):
        read_planned(path, "a")


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_rule_that_is_gone_since_the_plan_is_named_whatever_it_is_called(tmp_path: Path, hostile: str) -> None:
    sent = hostile.replace("|", " ").encode("utf-8", "replace").decode() or "x"  # as it can come over the wire
    old = {"{1}": [("Action", "Allow"), ("Active", "TRUE"), ("Dir", "In"), ("Name", sent)]}
    plugin = action(lync_firewall.ActionModule, WindowsModel(local=old), {"roles": ["director"]}, check_mode=True)
    path = tmp_path / "plan.json"
    path.write_bytes(to_json(plan_of({"dir01": plugin.run(task_vars={"inventory_hostname": "dir01"})})))
    options = {"roles": ["director"], "plan": str(path)}
    now = action(lync_firewall_info.ActionModule, WindowsModel(), options)
    told = now.run(task_vars={"inventory_hostname": "dir01"})["foreign"]["since_plan"]["differences"]
    assert len(told) == 1
    assert told[0].startswith("gone or changed: rule ")
    assert told[0].isprintable()


def test_a_rule_with_the_mark_of_another_one_is_a_change_all_the_same(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Who has the time finds a rule with the same mark; the fingerprint differs, and that is what is proved."""

    def host(port: str) -> WindowsModel:
        pairs = [("Action", "Allow"), ("Active", "TRUE"), ("Dir", "In"), ("LPort", port), ("Name", "x")]
        return WindowsModel(local={"{1}": pairs})

    monkeypatch.setattr(fingerprint, "_mark", lambda _rule, digits: "0" * digits)
    plugin = action(lync_firewall.ActionModule, host("80"), {"roles": ["director"]}, check_mode=True)
    path = tmp_path / "plan.json"
    path.write_bytes(to_json(plan_of({"dir01": plugin.run(task_vars={"inventory_hostname": "dir01"})})))
    options = {"roles": ["director"], "plan": str(path)}
    for port, told in (("80", []), ("4444", ["something: the fingerprint is another one, and it is not known what"])):
        now = action(lync_firewall_info.ActionModule, host(port), options).run(
            task_vars={"inventory_hostname": "dir01"}
        )
        found = now["foreign"]["since_plan"]["differences"]
        assert [line.removesuffix(" it is") for line in found] == told


def test_names_are_kept_as_far_as_there_is_room() -> None:
    many = {
        f"{{{n}}}": [("Action", "Allow"), ("Active", "TRUE"), ("Dir", "In"), ("Name", f"rule {n} {'x' * 60}")]
        for n in range(400)
    }
    plugin = action(lync_firewall.ActionModule, WindowsModel(local=many), {"roles": ["director"]}, check_mode=True)
    foreign = plugin.run(task_vars={"inventory_hostname": "dir01"})["foreign"]
    assert len(foreign["marks"]) == 16 * 400
    assert 100 < len(foreign["names"]) < 400
    assert len(json.dumps(foreign["names"])) <= 10_000
