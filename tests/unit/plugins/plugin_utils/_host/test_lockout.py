# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guard's questions to the host, and what it says no to."""

from __future__ import annotations

import re
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.arrival import UNKNOWN, Arrival
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.groups import GroupChange
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.management import ManagementConnection
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.plan import Plan, ServiceChange
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.risk import is_risky
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.profiles import (
    ProfileSettings,
    ProfileState,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.reading import ReadError
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule import Profile
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule_string import parse_rule
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.snapshot import (
    ServiceState,
    Snapshot,
    WinrmListener,
)
from ansible_collections.lyncops.firewall.plugins.plugin_utils._host.lockout import LockoutGuard, preview

WINRM = parse_rule("W", "v2.22|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=5985|App=System|Name=WinRM|")
SWITCH_ON = Plan(profiles_on=(Profile.DOMAIN,))
NETSTAT = (
    "\r\n  Proto  Local  Foreign  State  PID\r\n"
    "  TCP    0.0.0.0:5985     0.0.0.0:0        LISTENING      4\r\n"
    "  TCP    0.0.0.0:1433     0.0.0.0:0        LISTENING      1208\r\n"
    "  TCP    10.0.0.5:1433    10.0.0.9:50123   ESTABLISHED    1208\r\n"
)


class Host:
    """Answers what the guard asks; counts how often it is asked."""

    def __init__(self, netstat: str = NETSTAT, end: str = "", autorun: str = "", arrives: Arrival = UNKNOWN) -> None:
        self.netstat, self.end, self.autorun, self.arrives = netstat, end, autorun, arrives
        self.asked: list[str] = []
        self.source_ports: tuple[int, ...] = ()
        self.policy = ""

    def management_connection(self) -> ManagementConnection:
        self.asked.append("management_connection")
        return ManagementConnection(5985, "http", "10.1.2.3")

    def with_source_ports(self, connection: ManagementConnection) -> ManagementConnection:
        return replace(connection, source_ports=self.source_ports)

    def arrival(self, connection: ManagementConnection) -> Arrival:
        self.asked.append("arrival")
        return self.arrives

    def run(self, command: str) -> Any:
        self.asked.append(command)
        marker = re.search(r"@(\w+)-sockets-ok", command)
        assert marker is not None
        tasks = '"sqlservr.exe","1208","Services","0","9 K"\r\n'
        begin = f"@{marker[1]}-begin\r\n"
        assert command.startswith(f"echo {begin.strip()}&")
        parts = {"sockets": self.netstat, "tasks": tasks, "policy": self.policy}
        said = (f"{text}@{marker[1]}-{name}-{'ok' if text else 'no'}\r\n" for name, text in parts.items())
        whole = f"{self.autorun}{begin}{''.join(said)}"
        return SimpleNamespace(stdout=whole.replace(self.end, "") if self.end else whole)


def snapshot(enabled: bool = False, state: int = 4) -> Snapshot:
    return Snapshot(
        profiles=tuple(ProfileState(profile, ProfileSettings(enabled=enabled)) for profile in Profile),
        rules=(WINRM,),
        service=ServiceState(state, 2),
        listeners=(WinrmListener(5985, "http", True),),
    )


def test_a_plan_that_only_adds_asks_the_host_nothing() -> None:
    host = Host()
    found = preview(host, Plan(create=(WINRM.named("LyncOps in-tcp-80 g1"),)), snapshot())  # type: ignore[arg-type]
    assert (found.lockout, found.cut, host.asked) == ((), (), [])


def test_what_is_in_use_and_not_admitted_is_refused_with_a_list() -> None:
    guard = LockoutGuard(Host(), accept_impact=False)  # type: ignore[arg-type]
    (only,) = guard(SWITCH_ON, snapshot())
    assert "tcp 1433 sqlservr.exe, 1 connected (10.0.0.9)" in only
    assert "5985" not in only
    assert "accept_impact" in only
    assert [endpoint.port for endpoint in guard.cut] == [1433]


def test_a_person_may_accept_it() -> None:
    guard = LockoutGuard(Host(), accept_impact=True)  # type: ignore[arg-type]
    assert guard(SWITCH_ON, snapshot()) == ()
    assert [endpoint.port for endpoint in guard.cut] == [1433]


BLOCK = parse_rule("B", "v2.22|Action=Block|Active=TRUE|Dir=In|Protocol=6|LPort=1433|RA4=10.0.0.7-10.0.0.9|Name=B|")


def test_block_rules_that_cut_somebody_are_refused_with_a_list_and_may_be_accepted() -> None:
    plan = Plan(create=(BLOCK.named("LyncOps block-in-tcp-1433 g1"),))
    guard = LockoutGuard(Host(), accept_impact=False)  # type: ignore[arg-type]
    (only,) = guard(plan, snapshot(enabled=True))
    assert "block rules would cut it: tcp 1433 sqlservr.exe, 1 connected (10.0.0.9)" in only
    assert "accept_impact" in only
    assert [endpoint.port for endpoint in guard.cut] == [1433]
    assert LockoutGuard(Host(), accept_impact=True)(plan, snapshot(enabled=True)) == ()  # type: ignore[arg-type]


def test_block_rules_where_nobody_else_is_connected_or_nothing_filters_cut_nobody() -> None:
    plan = Plan(create=(BLOCK.named("LyncOps block-in-tcp-1433 g1"),))
    alone = Host(NETSTAT.replace("10.0.0.9", "10.0.0.6"))
    assert list(LockoutGuard(alone, accept_impact=False)(plan, snapshot(enabled=True))) == []  # type: ignore[arg-type]
    assert list(LockoutGuard(Host(), accept_impact=False)(plan, snapshot())) == []  # type: ignore[arg-type]


SQL = parse_rule(
    "S", "v2.22|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=1433|Name=S|EmbedCtxt=@FirewallAPI.dll,-28502|"
)
GROUP_OFF = Plan(groups=(GroupChange("File and Printer Sharing", SQL.group, False, (SQL,), False),))  # type: ignore[union-attr,arg-type]


def with_group() -> Snapshot:
    return replace(snapshot(enabled=True), rules=(WINRM, SQL))  # type: ignore[arg-type]


def test_who_is_connected_and_let_in_by_a_group_alone_keeps_it_on() -> None:
    guard = LockoutGuard(Host(), accept_impact=False)  # type: ignore[arg-type]
    (only,) = guard(GROUP_OFF, with_group())
    assert only.startswith(
        "somebody is connected now whom nothing lets in but the groups that are switched off: tcp 1433 sqlservr.exe, "
        "1 connected (10.0.0.9). "
    )
    assert "lync_firewall_accept_impact" in only
    assert "begins to filter" not in only
    assert LockoutGuard(Host(), accept_impact=True)(GROUP_OFF, with_group()) == ()  # type: ignore[arg-type]


def test_a_group_to_whose_ports_nobody_is_connected_is_taken_back_with_a_warning() -> None:
    idle = Host(NETSTAT.replace("  TCP    10.0.0.5:1433    10.0.0.9:50123   ESTABLISHED    1208\r\n", ""))
    guard = LockoutGuard(idle, accept_impact=False)  # type: ignore[arg-type]
    assert list(guard(GROUP_OFF, with_group())) == []
    assert [endpoint.port for endpoint in guard.cut] == [1433], "a plan to approve has it all the same"
    (warning,) = guard.warnings
    assert warning == (
        "this listens and will not be reached any more, since nothing lets anybody in but the groups that are switched "
        "off: tcp 1433 sqlservr.exe. Nobody is seen to be connected to it now"
    )


def test_every_objection_that_can_be_accepted_names_the_variable() -> None:
    for plan, before in (
        (SWITCH_ON, snapshot()),
        (Plan(create=(BLOCK.named("LyncOps block-in-tcp-1433 g1"),)), snapshot(enabled=True)),
    ):
        (only,) = LockoutGuard(Host(), accept_impact=False)(plan, before)  # type: ignore[arg-type]
        assert "lync_firewall_accept_impact" in only


def test_a_block_rule_that_would_keep_us_out_is_refused() -> None:
    block = parse_rule("B", "v2.22|Action=Block|Active=TRUE|Dir=In|Protocol=6|LPort=5985|RA4=10.1.2.3|Name=B|")
    plan = Plan(create=(block.named("LyncOps block-in-tcp-5985 g1"),))
    found = LockoutGuard(Host(), accept_impact=True)(plan, snapshot(enabled=True))  # type: ignore[arg-type]
    assert "block rule" in found[0]


def test_starting_the_service_counts_as_beginning_to_filter() -> None:
    guard = LockoutGuard(Host(), accept_impact=False)  # type: ignore[arg-type]
    assert guard(Plan(service=ServiceChange(start=True)), snapshot(enabled=True, state=1))
    assert guard.cut


@pytest.mark.parametrize(
    ("on", "connected", "expected"),
    [
        ((Profile.PUBLIC,), {Profile.DOMAIN}, []),
        ((Profile.DOMAIN, Profile.PUBLIC), {Profile.DOMAIN}, [1433]),
        ((Profile.DOMAIN, Profile.PUBLIC), {Profile.DOMAIN, Profile.PUBLIC}, [1433, 5985]),
        ((Profile.PUBLIC,), set(), [1433, 5985]),
    ],
)
def test_nothing_is_in_use_in_a_profile_of_no_network_of_the_host(
    on: tuple[Profile, ...], connected: set[Profile], expected: list[int]
) -> None:
    """The stock rule of WinRM admits everybody in Domain and Private, but only the subnet in Public."""
    texts = ("Profile=Domain|Profile=Private|LPort=5985", "Profile=Public|LPort=5985|RA4=LocalSubnet|RA6=LocalSubnet")
    rules = [f"v2.22|Action=Allow|Active=TRUE|Dir=In|Protocol=6|{text}|App=System|Name=WinRM|" for text in texts]
    before = replace(snapshot(), rules=tuple(parse_rule(str(at), rule) for at, rule in enumerate(rules)))
    host = Host(arrives=Arrival(frozenset({Profile.DOMAIN}), connected=frozenset(connected)))
    found = preview(host, Plan(profiles_on=on), before)  # type: ignore[arg-type]
    assert [endpoint.port for endpoint in found.cut] == expected


def test_a_lockout_is_never_accepted() -> None:
    guard = LockoutGuard(Host(), accept_impact=True)  # type: ignore[arg-type]
    (only,) = guard(Plan(delete=("WinRM",)), snapshot(enabled=True))[:1]
    assert "WinRM (in tcp 5985 from 10.1.2.3) is closed" in only


def test_what_an_autorun_line_prints_is_not_in_use() -> None:
    line = "  TCP    0.0.0.0:8080     0.0.0.0:0        LISTENING      4\r\n"
    found = preview(Host(autorun=line), SWITCH_ON, snapshot())  # type: ignore[arg-type]
    assert [endpoint.port for endpoint in found.cut] == [1433]
    found = preview(Host(NETSTAT + line), SWITCH_ON, snapshot())  # type: ignore[arg-type]
    assert [endpoint.port for endpoint in found.cut] == [1433, 8080]


@pytest.mark.parametrize("part", ["-begin", "-sockets", "-tasks"])
def test_half_an_answer_is_no_answer(part: str) -> None:
    with pytest.raises(ReadError, match="cut off"):
        preview(Host(end=part), SWITCH_ON, snapshot())  # type: ignore[arg-type]


def test_without_netstat_nothing_begins_to_filter_and_every_listener_counts() -> None:
    with pytest.raises(ReadError, match="netstat"):
        preview(Host(""), SWITCH_ON, snapshot())  # type: ignore[arg-type]
    elsewhere = replace(WINRM, name="LyncOps x-winrm g1")
    before = replace(snapshot(enabled=True), rules=(WINRM, elsewhere))
    assert preview(Host(""), Plan(delete=(elsewhere.name,)), before).lockout == ()  # type: ignore[arg-type]


COMPATIBLE = (
    "\r\nHKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\Microsoft\\Windows\\WinRM\\Service\r\n"
    "    HttpCompatibilityListener    REG_DWORD    0x1\r\n\r\n"
)


def test_the_port_of_the_hosts_own_socket_is_the_one_that_has_to_stay_open() -> None:
    """We dialled 5985, a device maps it to 80: the compatibility listener, which no listener key shows."""
    mine = "  TCP    10.0.0.5:80    10.1.2.3:41000    ESTABLISHED    4\r\n"
    admitting_80 = parse_rule(
        "C", "v2.22|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=80|App=System|Name=LyncOps x-c g1|"
    )
    before = replace(snapshot(enabled=True), rules=(WINRM, admitting_80))
    plan = Plan(delete=(admitting_80.name,))
    (only, *others) = preview(Host(NETSTAT + mine), plan, before).lockout  # type: ignore[arg-type]
    assert "in tcp 80 from 10.1.2.3" in only
    assert (
        'add rule name="WinRM" dir=in action=allow protocol=TCP localport=80 remoteip=10.1.2.3' in (only, *others)[-1]
    )
    host = Host(NETSTAT)
    assert preview(host, plan, before).lockout == ()  # type: ignore[arg-type]
    host.policy = COMPATIBLE
    assert "in tcp 80" in preview(host, plan, before).lockout[0]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("Protocol=6|RPort2_10=2-65535|", True),
        ("Protocol=17|RPort=53|", True),
        ("RA4=0.0.0.0-255.255.255.254|", True),
        ("Svc=Netlogon|", True),
        ("RA4=10.0.0.0-10.0.0.255|", True),
        ("Protocol=6|RPort=25|", False),
        # Nobody's controller is on the internet; one that is named by its own address counts as much as its network.
        ("RA4=20.0.0.1|RA4=20.0.0.3|", False),
        ("RA4=20.0.0.0/255.255.255.0|", False),
        ("RA6=2600::/32|", False),
        ("Protocol=6|RPort=445|RA4=20.0.0.0/255.0.0.0|", False),
        ("Protocol=6|RPort2_10=49152-65535|RA4=20.0.0.0/255.0.0.0|", False),
        ("Protocol=6|RPort2_10=1024-65535|RA4=20.0.0.0/255.0.0.0|", False),
        ("RA4=20.0.0.1|RA4=10.0.0.10|", True),
        ("RA4=10.0.0.10|RA4=10.0.0.12|", True),
        ("RA4=10.0.0.10|RA4=10.0.0.11|", True),
        ("RA6=fd00::10|", True),
        ("Protocol=17|RPort=53|RA4=10.0.0.10|RA4=10.0.0.12|", True),
        ("Protocol=6|RPort=5061|RA4=10.0.0.10|", False),
        ("Protocol=6|RPort=389|RA4=DNS|", True),
        ("RA4=9.0.0.0-11.0.0.0|", True),
        (r"App=C:\Tools\updater.exe|", False),
        (r"App=%SystemRoot%\System32\svchost.exe|", True),
        ("App=System|Protocol=6|RPort=445|", True),
        ("App=System|", True),
        # Others may call a program so.
        (r"App=C:\x\svchost.exe|", False),
        (r"App=%ProgramFiles%\a\system|", False),
        (r"App=D:\Windows\System32\lsass.exe|", True),
        ("Protocol=6|RPort2_10=1-52|RPort2_10=54-87|RPort2_10=10000-49151|", True),
        # A service or a program of the site's own connects to nothing that Windows itself needs.
        ("Svc=SiteAgent|", False),
        (r"App=%SystemRoot%\System32\svchost.exe|Svc=SiteAgent|", False),
        ("Svc=*|", True),
        ("Svc=W32Time|Protocol=17|LPort=123|", True),
        # Windows connects from its dynamic ports. A rule for others as sources meets none of its connections: answers
        # to whoever came in pass without a rule.
        ("Protocol=6|LPort=5061|", False),
        ("Protocol=17|LPort2_10=1024-49151|", True),  # more than half of all ports count as all
        ("Protocol=17|LPort2_10=30000-49151|", False),
        ("Protocol=6|LPort2_10=49152-65535|", True),
        ("Protocol=17|LPort=68|", True),
        ("Protocol=58|ICMP6=135:*|", True),
        ("Protocol=58|ICMP6=128:*|", False),
        ("Protocol=1|", False),
    ],
)
def test_outbound_block_rules_that_may_cut_a_member_of_a_domain_are_asked_for(text: str, asked: bool) -> None:
    plan = Plan(create=(parse_rule("", f"v2.22|Action=Block|Active=TRUE|Dir=Out|{text}Name=LyncOps x-o g1|"),))
    before = snapshot(enabled=True)
    assert not plan.create[0].opaque
    assert is_risky(plan, before), "it is commit-confirmed"
    found = LockoutGuard(Host(), accept_impact=False)(plan, before)  # type: ignore[arg-type]
    assert [("LyncOps x-o g1" in one and "accept_impact" in one) for one in found] == [True] * asked
    assert LockoutGuard(Host(), accept_impact=True)(plan, before) == ()  # type: ignore[arg-type]
    assert list(LockoutGuard(Host(), accept_impact=False)(plan, snapshot())) == []  # type: ignore[arg-type]


def test_a_narrow_outbound_block_rule_passes_unless_the_host_is_connected_there() -> None:
    """A domain controller that it is connected to is one."""
    text = "v2.22|Action=Block|Active=TRUE|Dir=Out|RA4=20.0.0.2|Name=LyncOps x-o g1|"
    plan = Plan(create=(parse_rule("", text),))
    to_controller = NETSTAT + "  TCP    10.0.0.5:50111    20.0.0.2:389   ESTABLISHED    1208\r\n"
    guard = LockoutGuard(Host(to_controller), accept_impact=False)  # type: ignore[arg-type]
    (only,) = guard(plan, snapshot(enabled=True))
    assert "tcp 389 sqlservr.exe, 1 connected (20.0.0.2)" in only
    assert list(LockoutGuard(Host(), accept_impact=False)(plan, snapshot(enabled=True))) == []  # type: ignore[arg-type]
    serving = Host(NETSTAT.replace("10.0.0.9", "20.0.0.2"))
    assert list(LockoutGuard(serving, accept_impact=False)(plan, snapshot(enabled=True))) == []  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        # Types without which IPv6 fails, and the answers to a client of DHCP.
        ("Protocol=58|", True),
        ("Protocol=58|ICMP6=135:*|", True),
        ("Protocol=58|ICMP6=2:*|", True),
        ("Protocol=58|RA6=fe80::/10|", True),
        ("RA6=fe80::/10|", True),
        ("Protocol=17|LPort=68|", True),
        ("Protocol=17|LPort=546|RA6=LocalSubnet|", True),
        ("Protocol=17|LPort=68|Svc=Dhcp|", True),
        ("Protocol=58|ICMP6=128:*|", False),
        ("Protocol=1|", False),
        ("Protocol=58|RA6=fe80::1|", False),
        ("Protocol=58|RA4=10.0.0.0/255.0.0.0|", False),
        ("Protocol=17|LPort=68|Svc=SiteAgent|", False),
        ("Protocol=17|LPort=546|RA4=10.0.0.0/255.0.0.0|", False),
        ("RA4=10.0.0.0/255.0.0.0|", False),
        # Nearly everything.
        ("Protocol=6|LPort2_10=2-65535|", True),
        ("Protocol=17|LPort2_10=32768-65535|", False),
        ("Protocol=17|LPort2_10=32767-65535|", True),
        ("RA4=0.0.0.0-255.255.255.254|", True),
        ("RA4=0.0.0.0-127.255.255.255|", False),
        ("RA6=::-8000::|", True),
        ("App=System|", True),
        ("Protocol=6|LPort=23|", False),
        (r"App=C:\Tools\agent.exe|", False),
    ],
)
def test_inbound_block_rules_that_may_cut_the_host_off_are_asked_for(text: str, asked: bool) -> None:
    # What the guard of WinRM says beside is another matter.
    plan = Plan(create=(parse_rule("", f"v2.31|Action=Block|Active=TRUE|Dir=In|{text}Name=LyncOps x-i g1|"),))
    before = snapshot(enabled=True)
    assert not plan.create[0].opaque
    assert is_risky(plan, before), "it is commit-confirmed"
    nobody = Host(NETSTAT.replace("10.0.0.9", "10.0.0.5"))
    guard = LockoutGuard(nobody, accept_impact=False)  # type: ignore[arg-type]
    asking = [one for one in guard(plan, before) if one.startswith("inbound block rules")]
    assert [("LyncOps x-i g1" in one and "accept_impact" in one) for one in asking] == [True] * asked
    accepted = LockoutGuard(nobody, accept_impact=True)(plan, before)  # type: ignore[arg-type]
    assert not [one for one in accepted if one.startswith("inbound block rules")]
    assert list(LockoutGuard(nobody, accept_impact=False)(plan, snapshot())) == []  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "Dir=Out|Profile=Public|RA4=10.0.0.0/255.0.0.0|",
        "Dir=Out|Profile=Public|Profile=Private|Protocol=6|RPort=88|RPort=389|",
        "Dir=In|Profile=Public|Protocol=58|",
        "Dir=In|Profile=Private|Protocol=17|LPort=68|",
    ],
)
def test_what_a_member_needs_counts_in_profiles_that_it_is_not_in_now(text: str) -> None:
    """It is in the public one at each boot, until it has reached a controller."""
    rule = parse_rule("", f"v2.22|Action=Block|Active=TRUE|{text}Name=LyncOps x-p g1|")
    domain = frozenset([Profile.DOMAIN])
    host = Host(arrives=Arrival(domain, connected=domain))
    found = LockoutGuard(host, accept_impact=False)(Plan(create=(rule,)), snapshot(enabled=True))  # type: ignore[arg-type]
    assert [("LyncOps x-p g1" in one and "accept_impact" in one) for one in found] == [True]
    narrow = parse_rule(
        "", "v2.22|Action=Block|Active=TRUE|Dir=In|Profile=Public|Protocol=6|LPort=1433|Name=LyncOps x-q g1|"
    )
    asked = LockoutGuard(host, accept_impact=False)(Plan(create=(narrow,)), snapshot(enabled=True))  # type: ignore[arg-type]
    assert list(asked) == [], "nobody is connected through a profile that the host is not in"


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("Dir=In|Protocol=17|LPort=500|LPort=4500|", True),
        ("Dir=Out|Protocol=17|RPort=4500|", True),
        ("Dir=Out|Protocol=17|LPort=500|RA4=10.1.2.3|", True),
        ("Dir=In|Protocol=50|", True),
        ("Dir=Out|Protocol=51|", True),
        ("Dir=In|Protocol=17|LPort=500|Svc=IKEEXT|", True),
        ("Dir=In|Svc=PolicyAgent|Protocol=17|", True),
        ("Dir=In|Protocol=17|LPort=500|Svc=SiteAgent|", False),
        ("Dir=In|Protocol=17|LPort=501|", False),
        ("Dir=In|Protocol=47|", False),
        ("Dir=In|Protocol=17|LPort=500|RA4=20.0.0.1|", False),
    ],
)
def test_what_ipsec_needs_is_asked_for_where_the_host_requires_it(text: str, asked: bool) -> None:
    plan = Plan(create=(parse_rule("", f"v2.22|Action=Block|Active=TRUE|{text}Name=LyncOps x-k g1|"),))
    plain = snapshot(enabled=True)
    secured = replace(plain, profiles=tuple(replace(one, requires_ipsec=("All",)) for one in plain.profiles))
    for before, meant in ((secured, asked), (plain, False)):
        told = LockoutGuard(Host(), accept_impact=False)(plan, before)  # type: ignore[arg-type]
        found = [one for one in told if "IPsec" in one and "accept_impact" in one]
        assert ["LyncOps x-k g1" in one for one in found] == [True] * meant


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("Svc=Spooler|", False),
        ("Protocol=6|LPort=RPC|Svc=Winmgmt|", False),
        ("Protocol=6|LPort=RPC|", False),
        ("Svc=WinRM|", True),
        ("Svc=*|", True),
        ("Protocol=6|LPort=RPC|LPort=5985|", True),
        ("Protocol=6|LPort2_10=IPHTTPSIn|", True),
    ],
)
def test_a_block_of_another_service_or_of_rpc_is_none_of_winrm(text: str, refused: bool) -> None:
    plan = Plan(create=(parse_rule("", f"v2.22|Action=Block|Active=TRUE|Dir=In|{text}Name=LyncOps x-s g1|"),))
    found = preview(Host(), plan, snapshot(enabled=True))  # type: ignore[arg-type]
    assert bool(found.lockout) is refused
