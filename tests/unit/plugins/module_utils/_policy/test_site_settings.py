# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings of profiles and groups of Windows' own rules, as a person writes them, and what a plan makes of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.backwards import unrestorable
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.fingerprint import plan_digest
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.groups import plan_groups
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.netsh import group_line, settings_lines
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.plan import Plan
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.planning import make_plan
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.profile_changes import (
    plan_profile_changes,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.risk import outbound_losses, risks
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.undo import (
    losses,
    undo_lines,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.groups import WELL_KNOWN, group_key
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
from ansible_collections.lyncops.firewall.plugins.module_utils._net.effort import TooComplex
from ansible_collections.lyncops.firewall.plugins.module_utils._net.port_set import PortSet
from ansible_collections.lyncops.firewall.plugins.module_utils._options.reading import OptionError
from ansible_collections.lyncops.firewall.plugins.module_utils._policy import self_closed as self_closing
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.host_policy import HostPolicy
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.policy import build_policy
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.self_closed import self_closed
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.site_settings import (
    read_builtin_groups,
    read_profile_settings,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.wanted import requested_policy, wanted_state

SHARING = "@FirewallAPI.dll,-28502"


NOTHING = ProfileSettings()


def host(*rules: FirewallRule, local: ProfileSettings = NOTHING, policy: ProfileSettings = NOTHING) -> Snapshot:
    states = tuple(ProfileState(profile, local, policy) for profile in Profile)
    return Snapshot(states, rules, ServiceState(4, 2))


def lines(given: dict[str, Any], before: Snapshot) -> list[str]:
    changes, refused = plan_profile_changes(read_profile_settings(given), before)
    assert not refused
    return [line.removeprefix("advfirewall set ") for change in changes for line in settings_lines(change)]


@pytest.mark.parametrize(
    ("wanted", "line"),
    [
        ({"state": "disabled"}, "domainprofile state off"),
        ({"inbound_action": "allow"}, "domainprofile firewallpolicy allowinbound,allowoutbound"),
        ({"outbound_action": "block"}, "domainprofile firewallpolicy blockinbound,blockoutbound"),
        ({"log_dropped": True}, "domainprofile logging droppedconnections enable"),
        ({"log_allowed": True}, "domainprofile logging allowedconnections enable"),
        ({"log_size": 32767}, "domainprofile logging maxfilesize 32767"),
        ({"log_file": r"D:\Logs\fire wall.log"}, r'domainprofile logging filename "D:\Logs\fire wall.log"'),
        (
            {"log_file": r"%windir%\System32\LogFiles\fw.TXT"},
            'domainprofile logging filename "%windir%\\System32\\LogFiles\\fw.TXT"',
        ),
        ({"notifications": False}, "domainprofile settings inboundusernotification disable"),
        ({"unicast_response": False}, "domainprofile settings unicastresponsetomulticast disable"),
    ],
)
def test_one_setting_is_one_line_and_a_second_run_has_none(wanted: dict[str, Any], line: str) -> None:
    assert lines({"domain": wanted, "private": None}, host()) == [line]
    (change,) = plan_profile_changes(read_profile_settings({"domain": wanted}), host())[0]
    assert lines({"domain": wanted}, host(local=change.after)) == []
    assert len(settings_lines(change.reversed)) == 1


def test_what_windows_has_when_nobody_said_anything_needs_no_line() -> None:
    as_shipped = {
        "state": "enabled",
        "inbound_action": "block",
        "outbound_action": "allow",
        "log_dropped": False,
        "log_size": 1024,
        "log_file": r"C:\Windows\System32\LogFiles\Firewall\pfirewall.log",
        "notifications": True,
    }
    assert lines({"public": as_shipped}, host()) == []


def test_what_blocks_all_exceptions_is_not_switched_off_by_the_way() -> None:
    before = host(local=ProfileSettings(shields_up=True))
    assert lines({"public": {"outbound_action": "block"}}, before) == [
        "publicprofile firewallpolicy blockinboundalways,blockoutbound"
    ]


@pytest.mark.parametrize(
    ("policy", "wanted", "refused"),
    [
        (ProfileSettings(inbound_block=True), {"inbound_action": "allow"}, ["domain profile, inbound_action"]),
        (ProfileSettings(inbound_block=True), {"inbound_action": "block"}, []),
        (ProfileSettings(log_dropped=True), {"log_dropped": False}, ["domain profile, log_dropped"]),
        (ProfileSettings(log_size=100), {"log_size": 4096, "log_dropped": True}, ["domain profile, log_size"]),
    ],
)
def test_what_group_policy_decides_is_told_and_not_written(
    policy: ProfileSettings, wanted: dict[str, Any], refused: list[str]
) -> None:
    _changes, found = plan_profile_changes(read_profile_settings({"domain": wanted}), host(policy=policy))
    assert [subject for subject, _why in found] == refused
    assert all("Group Policy" in why for _subject, why in found)


def test_what_group_policy_does_not_decide_is_written_beside_it() -> None:
    """By [MS-FASP] 2.2.38 "on" from either side wins."""
    before = host(policy=ProfileSettings(log_dropped=False, enabled=True))
    assert lines({"domain": {"log_dropped": True}}, before) == ["domainprofile logging droppedconnections enable"]


MISTAKES: list[tuple[dict[str, Any], str, str]] = [
    ({"home": {}}, "profile_settings", "domain, private, public"),
    ({"domain": True}, "profile_settings.domain", "dict"),
    ({"domain": {"logging": True}}, "profile_settings.domain", "log_dropped"),
    ({"domain": {"state": "on"}}, "profile_settings.domain.state", "enabled, disabled"),
    ({"domain": {"inbound_action": "not_configured"}}, "profile_settings.domain.inbound_action", "block, allow"),
    ({"domain": {"log_size": 0}}, "profile_settings.domain.log_size", "32767"),
    ({"domain": {"log_size": True}}, "profile_settings.domain.log_size", "32767"),
    ({"domain": {"log_file": "fw.log"}}, "profile_settings.domain.log_file", "full path"),
    ({"domain": {"log_file": r"%TEMP%\fw.log"}}, "profile_settings.domain.log_file", "not allowed"),
    *(
        ({"domain": {"log_file": path}}, "profile_settings.domain.log_file", word)
        for path, word in (
            # The service appends to whatever is named, and nothing else in Windows' folder is a log of the firewall's.
            (r"C:\Windows\System32\drivers\etc\hosts", "ends in neither"),
            (r"C:\inetpub\web.config", "ends in neither"),
            (r"D:\Logs\firewall", "ends in neither"),
            (r"D:\Logs\.log", "no name"),
            (r"C:\Windows\fw.log", "in Windows' own folder"),
            (r"%windir%\fw.log", "in Windows' own folder"),
            (r"%SystemDrive%\WINDOWS\System32\config\fw.log", "in Windows' own folder"),
            (r"D:\winnt\System32\fw.txt", "in Windows' own folder"),
            (r"C:\Windows\System32\LogFiles\..\config\fw.log", "not as Windows writes it"),
            (r"C:\Windows.\fw.log", "not as Windows writes it"),
            (r"C:\WINDOW~1\fw.log", "not as Windows writes it"),
            (r"C:\\fw.log", "not as Windows writes it"),
            ("C:\\Logs\\", "backslash"),
            (r"\\server\share\fw.log", "full path"),
            (r"\\?\C:\fw.log", "full path"),
            (r"C:\Logs\a.log:b.log", "full path"),
        )
    ),
    ({"domain": {"log_size": 1}, "Domain": None}, "profile_settings", "twice"),
    ({"DOMAIN": {"log_size": 1, "Log_Size": 2}}, "profile_settings.domain", "twice"),
    ({"domain": {"log_dropped": "often"}}, "profile_settings.domain.log_dropped", "true nor false"),
]


@pytest.mark.parametrize(("given", "option", "word"), MISTAKES)
def test_a_mistake_in_a_setting_names_it(given: dict[str, Any], option: str, word: str) -> None:
    with pytest.raises(OptionError, match=word) as caught:
        read_profile_settings(given)
    assert caught.value.option == option


def test_words_are_taken_in_any_case() -> None:
    written = {"domain": {"state": "Enabled", "inbound_action": "BLOCK", "outbound_action": "Allow"}}
    meant = {"domain": {"state": "enabled", "inbound_action": "block", "outbound_action": "allow"}}
    assert read_profile_settings(written) == read_profile_settings(meant)


def test_keys_are_taken_in_any_case() -> None:
    small = read_profile_settings({"domain": {"log_size": 5}})
    assert read_profile_settings({"Domain": {"LOG_SIZE": 5}}) == small


def test_a_profile_cannot_be_off_and_on() -> None:
    with pytest.raises(OptionError, match="firewall_enabled"):
        read_profile_settings({"public": {"state": "disabled"}}, all_enabled=True)
    assert read_profile_settings({"public": {"state": "enabled"}}, all_enabled=True)


def sharing(name: str, enabled: bool, **changes: Any) -> FirewallRule:
    rule = FirewallRule(name, Direction.IN, Action.ALLOW, enabled, protocol=6, group=SHARING, rule_id=name)
    return replace(rule, **changes)


@pytest.mark.parametrize(
    "name", ["File and Printer Sharing", "file and printer sharing", SHARING, "@x\\FIREWALLAPI.DLL,-28502"]
)
def test_a_group_is_named_by_its_resource_or_in_english(name: str) -> None:
    (wish,) = read_builtin_groups({"enabled": [name]})
    assert (wish.keys, wish.enabled) == ({"firewallapi.dll,-28502"}, True)


@pytest.mark.parametrize(
    ("given", "option", "word"),
    [
        ({"on": [SHARING]}, "builtin_groups", "enabled, disabled"),
        ({"enabled": ["Datei- und Druckerfreigabe"]}, "builtin_groups.enabled[0]", "another language"),
        ({"enabled": ["File & Printer Sharing"]}, "builtin_groups.enabled[0]", "Did you mean File and Printer Sharing"),
        ({"enabled": [SHARING], "disabled": ["File and Printer Sharing"]}, "builtin_groups.disabled[0]", "both"),
        ({"disabled": ["@FirewallAPI.dll,28502"]}, "builtin_groups.disabled[0]", "resource"),
    ],
)
def test_a_mistake_in_a_group_names_it(given: dict[str, Any], option: str, word: str) -> None:
    with pytest.raises(OptionError, match=word) as caught:
        read_builtin_groups(given)
    assert caught.value.option == option


def test_all_well_known_names_have_keys_that_references_give() -> None:
    for keys in WELL_KNOWN.values():
        assert keys
        assert all(group_key(f"@%SystemRoot%\\system32\\{key}") == key for key in keys)


def test_a_group_is_switched_by_the_hosts_own_words_and_back() -> None:
    wishes = read_builtin_groups({"enabled": ["File and Printer Sharing"]})
    before = host(sharing("a", False), sharing("b", False), sharing("c", True, group="@other.dll,-28502"))
    (change,) = plan_groups(wishes, before).changes
    assert group_line(change) == f'advfirewall firewall set rule group="{SHARING}" new enable=yes'
    assert [rule.name for rule in change.rules] == ["a", "b"]
    plan = Plan(groups=(change,))
    assert undo_lines(plan, before) == (f'advfirewall firewall set rule group="{SHARING}" new enable=no',)
    assert not losses(plan, before)
    assert not risks(plan, before), "it only lets in"
    assert plan_groups(wishes, host(sharing("a", True), sharing("b", True))).changes == ()


def test_what_was_mixed_cannot_be_put_back_and_that_is_told() -> None:
    before = host(sharing("a", False), sharing("b", True))
    (change,) = plan_groups(read_builtin_groups({"disabled": [SHARING]}), before).changes
    plan = Plan(groups=(change,))
    assert undo_lines(plan, before) == ()
    assert "some of its rules were off before" in losses(plan, before)[0]
    assert risks(plan, before), "it may close something"


def test_a_group_with_block_rules_may_close_something_when_it_is_switched_on() -> None:
    before = host(sharing("a", False, action=Action.BLOCK))
    assert risks(Plan(groups=plan_groups(read_builtin_groups({"enabled": [SHARING]}), before).changes), before)


@pytest.mark.parametrize(
    ("rules", "given", "why"),
    [
        ((), {"enabled": [SHARING]}, "not installed"),
        ((sharing("a", True, store=Store.GROUP_POLICY),), {"disabled": [SHARING]}, "Group Policy or MDM"),
        ((sharing("a", True, group=r"@%windir%\FirewallAPI.dll,-28502"),), {"disabled": [SHARING]}, "variable"),
        ((sharing("a", True, group=r"@C:\R&D\FirewallAPI.dll,-28502"),), {"disabled": [SHARING]}, "character"),
        ((sharing("a", True, group="@C:\\B\xfcro\\FirewallAPI.dll,-28502"),), {"disabled": [SHARING]}, "character"),
    ],
)
def test_what_cannot_be_done_about_a_group_is_refused(
    rules: tuple[FirewallRule, ...], given: dict[str, Any], why: str
) -> None:
    plan = plan_groups(read_builtin_groups(given), host(*rules))
    assert plan.changes == ()
    assert why in plan.refused[0][1]
    assert plan_groups(read_builtin_groups({"disabled": [SHARING]}), host()).refused == (), "what is not there is off"


def test_one_odd_rule_does_not_stop_the_rest_of_its_group() -> None:
    odd = sharing("odd", True, group=r"@C:\R&D\FirewallAPI.dll,-28502")
    plan = plan_groups(read_builtin_groups({"disabled": [SHARING]}), host(sharing("a", True), odd))
    assert [change.reference for change in plan.changes] == [SHARING]
    assert r"R&D" in plan.refused[0][1]


def test_a_rule_that_is_absent_goes_though_others_stay() -> None:
    old = FirewallRule("LyncOps x-old g1", Direction.IN, Action.ALLOW, protocol=6, rule_id="1")
    part, other = old.named("LyncOps x-old.t8-any g2"), old.named("LyncOps x-older g1")
    policy = build_policy(["front_end"], extra_rules=[{"name": "Old", "state": "absent"}])
    assert policy.gone == ("x-old",)
    assert build_policy(["front_end"], extra_rules=[{"name": "Ping", "protocol": "icmpv4"}]).gone == ("x-ping",), (
        "parts that it does not have any more"
    )
    wanted = replace(wanted_state(policy, options()), rules=(), exclusive=False)
    assert make_plan(wanted, host(old, part, other)).delete == ("LyncOps x-old g1", "LyncOps x-old.t8-any g2")


def options(**changes: Any) -> dict[str, Any]:
    from ansible_collections.lyncops.firewall.plugins.module_utils._options.host_table import HOST_OPTIONS

    return {
        **{option.name: option.default for option in HOST_OPTIONS},
        "roles": ["front_end"],
        "state": "present",
        **changes,
    }


def closed_by(**changes: Any) -> list[str]:
    given = options(**changes)
    policy: HostPolicy = requested_policy(given)
    before = host()
    return [
        effect.demand.requirement.id
        for effect in self_closed(policy, make_plan(wanted_state(policy, given), before), before)
    ]


def test_a_block_rule_of_ours_that_would_close_a_row_is_found_before_it_is_sent() -> None:
    assert closed_by() == []
    block = {"name": "No SIP", "action": "block", "protocol": "tcp", "localport": "5061", "remoteip": "10.0.0.0/8"}
    assert "server-03" in closed_by(extra_rules=[block])
    assert closed_by(extra_rules=[{**block, "localport": "4444"}]) == []
    assert closed_by(extra_rules=[{**block, "enabled": False}]) == []


def test_a_row_that_is_closed_in_another_profile_anyway_is_told_where_the_options_close_it() -> None:
    """Shields up, or a block rule of somebody, in a profile that no network of the host is in."""
    states = [ProfileState(profile, NOTHING) for profile in Profile]
    states[-1] = ProfileState(Profile.PUBLIC, ProfileSettings(shields_up=True))
    theirs = FirewallRule(
        "B", Direction.IN, Action.BLOCK, protocol=6, rule_id="B", profiles=frozenset({Profile.PUBLIC})
    )
    given = options(
        extra_rules=[{"name": "B", "action": "block", "protocol": "tcp", "localport": 5061, "profiles": "domain"}]
    )
    policy = requested_policy(given)
    for before in (replace(host(), profiles=tuple(states)), host(theirs)):
        closed = self_closed(policy, make_plan(wanted_state(policy, given), before), before)
        found = {(one.demand.requirement.id, one.verdict.profile, one.verdict.by) for one in closed}
        assert ("server-03", Profile.DOMAIN, ("LyncOps x-b g1",)) in found
        assert {one.verdict.profile for one in closed} == {Profile.DOMAIN}
        nothing = options()
        plan = make_plan(wanted_state(requested_policy(nothing), nothing), before)
        assert self_closed(requested_policy(nothing), plan, before) == ()


def test_a_setting_that_closes_no_row_is_no_contradiction() -> None:
    closed = closed_by(profile_settings={"domain": {"outbound_action": "block"}}, ruleset="documented")
    assert closed == [], "rows of a Front End that it connects to have rules of their own"


def test_what_group_policy_closes_is_not_the_options_fault() -> None:
    """Whoever ignores local rules closes rows whatever is asked for beside."""
    before = host(policy=ProfileSettings(local_rules=False))
    given = options(profile_settings={"public": {"log_dropped": True}})
    policy = requested_policy(given)
    assert self_closed(policy, make_plan(wanted_state(policy, given), before), before) == ()


def test_a_group_that_would_close_a_row_on_a_fresh_host_is_found() -> None:
    block = sharing("FPS", False, action=Action.BLOCK, local_ports=PortSet.of(5061))
    given = options(builtin_groups={"enabled": [SHARING]})
    policy = requested_policy(given)
    before = host(block)
    closed = self_closed(policy, make_plan(wanted_state(policy, given), before), before)
    assert "server-03" in [effect.demand.requirement.id for effect in closed]


def test_a_profile_that_group_policy_has_switched_on_begins_to_block_too() -> None:
    """What counts is what is in effect, not what the local store says."""
    before = host(
        local=ProfileSettings(enabled=False, inbound_block=False, outbound_block=False),
        policy=ProfileSettings(enabled=True),
    )
    for setting in ("inbound_action", "outbound_action"):
        changes, refused = plan_profile_changes(read_profile_settings({"domain": {setting: "block"}}), before)
        assert not refused
        assert risks(Plan(settings=changes), before), setting
    off = host(local=ProfileSettings(enabled=False, inbound_block=False))
    changes, _refused = plan_profile_changes(read_profile_settings({"domain": {"inbound_action": "block"}}), off)
    assert not risks(Plan(settings=changes), off), "a profile that is off blocks nothing"


def test_outbound_traffic_that_loses_its_rule_is_a_risk() -> None:
    out = FirewallRule(
        "LyncOps x-dc g1", Direction.OUT, Action.ALLOW, protocol=6, remote_ports=PortSet.of(88), rule_id="1"
    )
    blocking, plain = host(out, local=ProfileSettings(outbound_block=True)), host(out)
    plan = Plan(delete=(out.name,))
    assert [rule.name for rule in outbound_losses(plan, blocking)] == [out.name]
    assert risks(plan, blocking)
    assert outbound_losses(plan, plain) == []
    follower = replace(out, name="LyncOps x-dc g2", rule_id="")
    assert outbound_losses(Plan(create=(follower,), delete=(out.name,)), blocking) == []


def test_exceptions_that_are_switched_off_are_not_switched_on_by_the_way() -> None:
    before = host(local=ProfileSettings(shields_up=True))
    changes, refused = plan_profile_changes(
        read_profile_settings({"public": {"inbound_action": "allow", "log_dropped": True}}), before
    )
    assert [change.fields for change in changes] == [("log_dropped",)]
    assert "DoNotAllowExceptions" in refused[0][1]
    open_one = host(local=ProfileSettings(shields_up=True, inbound_block=False))
    assert plan_profile_changes(read_profile_settings({"public": {"outbound_action": "block"}}), open_one)[0] == ()


def test_what_cannot_be_said_again_of_a_profile_does_not_keep_the_rest_from_coming_back() -> None:
    before = host(local=ProfileSettings(inbound_block=False, log_file="C:\\a|b.log", log_size=40000))
    wanted = {"inbound_action": "block", "log_file": r"C:\a.log", "log_size": 5}
    changes, _refused = plan_profile_changes(read_profile_settings({"domain": wanted}), before)
    plan = Plan(settings=changes)
    assert undo_lines(plan, before) == ("advfirewall set domainprofile firewallpolicy allowinbound,allowoutbound",)
    assert len(losses(plan, before)) == 2


def test_a_group_under_several_names_is_switched_once() -> None:
    trap = replace(sharing("a", False), group="@snmptrap.exe,-3")
    wishes = read_builtin_groups({"enabled": ["SNMP Trap", "@snmptrap.exe,-3", r"@%windir%\snmptrap.exe,-3"]})
    (change,) = plan_groups(wishes, host(trap)).changes
    assert change.name == "SNMP Trap"
    missing = plan_groups(wishes, host()).refused
    assert [name for name, _why in missing] == ["SNMP Trap", "@snmptrap.exe,-3"]


def test_a_group_spelt_two_ways_is_one() -> None:
    before = host(sharing("a", False), sharing("b", True, group=SHARING.lower()))
    (change,) = plan_groups(read_builtin_groups({"enabled": [SHARING]}), before).changes
    assert change.mixed
    assert undo_lines(Plan(groups=(change,)), before) == ()
    assert unrestorable(Plan(groups=(change,)), before) == change.rules


def test_the_digest_of_a_plan_holds_what_was_set_before() -> None:
    wanted = read_profile_settings({"domain": {"log_size": 2048}})
    digests = set()
    for size in (4096, 9000):
        before = host(local=ProfileSettings(log_size=size))
        plan = Plan(settings=plan_profile_changes(wanted, before)[0])
        digests.add(plan_digest(plan, (), before))
    assert len(digests) == 2


@pytest.mark.parametrize(
    ("ours", "found"),
    [
        ({}, True),
        ({"remoteip": "10.3.0.0/16"}, True),
        ({"remoteip": "10.2.4.0/24"}, False),
        ({"remoteip": "10.2.0.0/16", "localport": 5061}, False),
        ({"remoteip": "10.2.0.0/16", "localport": "5061,4444"}, False),
        ({"direction": "out", "remoteport": 5061, "localport": "any"}, False),
    ],
)
def test_what_others_close_for_a_network_hides_nothing_that_our_own_block_closes(
    ours: dict[str, Any], found: bool
) -> None:
    theirs = FirewallRule(
        "B", Direction.IN, Action.BLOCK, protocol=6, local_ports=PortSet.of(5061), rule_id="B",
        remote_addresses=AddressSet.parse(["10.2.0.0/16"]),
    )  # fmt: skip
    before = host(theirs)
    given = options(extra_rules=[{"name": "B", "action": "block", "protocol": "tcp", "localport": 5061, **ours}])
    policy = requested_policy(given)
    closed = self_closed(policy, make_plan(wanted_state(policy, given), before), before)
    assert ("server-03" in [effect.demand.requirement.id for effect in closed]) is found


def test_where_a_profile_lets_in_what_no_rule_is_about_block_rules_alone_close() -> None:
    theirs = FirewallRule(
        "B", Direction.IN, Action.BLOCK, protocol=6, local_ports=PortSet.of(5061), rule_id="B",
        remote_addresses=AddressSet.parse(["10.0.0.0/8"]),
    )  # fmt: skip
    before = host(theirs, local=ProfileSettings(inbound_block=False))
    for ours, found in ({"remoteip": "11.0.0.0/8"}, True), ({"remoteip": "10.1.0.0/16"}, False):
        given = options(extra_rules=[{"name": "B", "action": "block", "protocol": "tcp", "localport": 5061, **ours}])
        policy = requested_policy(given)
        closed = self_closed(policy, make_plan(wanted_state(policy, given), before), before)
        assert ("server-03" in [effect.demand.requirement.id for effect in closed]) is found, ours


def test_a_comparison_that_takes_too_much_accuses_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    def gives_up(*_of: object) -> None:
        raise TooComplex

    half = {"name": "B", "action": "block", "protocol": "tcp", "localport": 5061, "remoteip": "10.0.0.0/8"}
    theirs = FirewallRule(
        "B", Direction.IN, Action.BLOCK, protocol=6, local_ports=PortSet.of(5061), rule_id="B",
        remote_addresses=AddressSet.parse(["11.0.0.0/8"]),
    )  # fmt: skip
    given = options(extra_rules=[half])
    policy, before = requested_policy(given), host(theirs)
    plan = make_plan(wanted_state(policy, given), before)
    told = [effect.demand.requirement.id for effect in self_closed(policy, plan, before)]
    monkeypatch.setattr(self_closing, "_closed", gives_up)
    assert "server-03" in told
    assert "server-03" not in [effect.demand.requirement.id for effect in self_closed(policy, plan, before)]
