# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What would be cut: netstat's columns, whatever its language, against the predicted host."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.groups import GroupChange
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.impact import (
    Endpoint,
    endpoints,
    would_be_blocked,
    would_be_cut,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.plan import Plan, Update
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.prediction import predict
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.sockets import Socket, read_sockets
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.profiles import ProfileState
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule import (
    ALL_PROFILES,
    Action,
    FirewallRule,
    Profile,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule_string import parse_rule
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.snapshot import (
    RUNNING,
    ServiceState,
    Snapshot,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._net.address_set import AddressSet

TASKLIST = '"System","4","Services","0","300 K"\r\n"sqlservr.exe","1208","Services","0","90,000 K"\r\n'
WORDS = {
    "en": ("Active Connections", "LISTENING", "ESTABLISHED"),
    "de": ("Aktive Verbindungen", "ABHÖREN", "HERGESTELLT"),
    "pt": ("Conexões ativas", "OUVINDO", "ESTABELECIDA"),
    "ru": ("Активные подключения", "LISTENING", "ESTABLISHED"),
}


def netstat(language: str) -> str:
    title, listening, established = WORDS[language]
    return (
        f"\r\n{title}\r\n\r\n  Proto  Local  Foreign  State  PID\r\n"
        f"  TCP    0.0.0.0:1433           0.0.0.0:0              {listening}       1208\r\n"
        f"  TCP    10.0.0.5:1433          10.0.0.9:50123         {established}     1208\r\n"
        f"  TCP    127.0.0.1:8005         0.0.0.0:0              {listening}       77\r\n"
        f"  TCP    [::]:5985              [::]:0                 {listening}       4\r\n"
        "  UDP    0.0.0.0:1434           *:*                                    1300\r\n"
        "  UDP    [fe80::1%11]:546       *:*                                    900\r\n"
    )


def host(*rules: str) -> Snapshot:
    return Snapshot(
        profiles=tuple(ProfileState(profile) for profile in Profile),
        rules=tuple(parse_rule(str(number), f"v2.22|{rule}") for number, rule in enumerate(rules)),
        service=ServiceState(4, 2),
    )


@pytest.mark.parametrize("language", WORDS)
def test_columns_are_read_in_every_language(language: str) -> None:
    assert endpoints(read_sockets(netstat(language)), TASKLIST) == (
        Endpoint("tcp", 1433, "sqlservr.exe", ("10.0.0.9",)),
        Endpoint("tcp", 5985, "System"),
        Endpoint("udp", 546, "process 900"),
        Endpoint("udp", 1434, "process 1300"),
    )


def test_only_what_no_rule_admits_is_cut() -> None:
    found = endpoints(read_sockets(netstat("en")), TASKLIST)
    sql = "Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=1433|RA4=10.0.0.0/255.0.0.0|Name=SQL|"
    cut = would_be_cut(found, ALL_PROFILES, host(sql))
    assert [endpoint.port for endpoint in cut] == [5985, 546, 1434]


def test_a_scope_that_leaves_out_a_connected_peer_cuts_it() -> None:
    found = endpoints(read_sockets(netstat("en")), TASKLIST)
    sql = "Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=1433|RA4=192.168.0.0/255.255.0.0|Name=SQL|"
    assert 1433 in [endpoint.port for endpoint in would_be_cut(found, ALL_PROFILES, host(sql))]


def blocked(used: tuple[Endpoint, ...], own: Iterable[str], plan: Plan, *others: FirewallRule) -> tuple[Endpoint, ...]:
    before = replace(host(), rules=(*(update.before for update in plan.update), *others))
    return would_be_blocked(used, own, before, predict(plan, before), Profile)


def test_every_way_of_blocking_is_judged_by_the_difference() -> None:
    used = endpoints(read_sockets(netstat("en")), TASKLIST)
    rule = "v2.22|Action=Block|Active=TRUE|Dir=In|{}Name=LyncOps x-b g1|"
    block = parse_rule("B", rule.format("Protocol=6|LPort=1433|"))
    off = replace(block, enabled=False)
    domain = replace(block, profiles=frozenset({Profile.DOMAIN}))
    grouped = replace(off, name="theirs", group="@FirewallAPI.dll,-28502", rule_id="G")
    for plan, others in (
        (Plan(update=(Update(off, block, ("enabled",)),)), ()),
        (Plan(update=(Update(domain, block, ("profiles",)),)), ()),
        (Plan(create=(parse_rule("", rule.format("RA4=10.0.0.9|")),)), ()),
        (Plan(create=(parse_rule("", rule.format("App=C:\\x\\sqlservr.exe|")),)), ()),
        (Plan(groups=(GroupChange("g", grouped.group, True, (grouped,), False),)), (grouped,)),
    ):
        assert [one.port for one in blocked(used, (), plan, *others)] == [1433], plan
    other = parse_rule("", rule.format("App=C:\\x\\other.exe|"))
    assert blocked(used, (), Plan(create=(other,))) == ()
    assert blocked(used, (), Plan(kept=(block,)), block) == (), "it is blocked already"


def test_block_rules_cut_those_who_are_connected_and_not_meant() -> None:
    more = (
        "  TCP    10.0.0.5:1433  10.0.0.8:50124  ESTABLISHED  1208\r\n  TCP  10.0.0.5:1433  10.0.0.5:50125  X  1208\r\n"
    )
    sockets = read_sockets(netstat("en") + more)
    found = endpoints(sockets, TASKLIST)
    block = parse_rule("B", "v2.22|Action=Block|Active=TRUE|Dir=In|Protocol=6|LPort=1433|RA4=10.0.0.5-10.0.0.8|Name=B|")
    own = {socket.address for socket in sockets}
    assert blocked(found, own, Plan(create=(block,))) == (Endpoint("tcp", 1433, "sqlservr.exe", ("10.0.0.8",)),), (
        "what the host says to itself is not filtered"
    )
    wider = replace(block, remote_addresses=AddressSet.parse(["10.0.0.5-10.0.0.9"]))
    (cut,) = blocked(found, own, Plan(update=(Update(block, wider, ("remote_addresses",)),)))
    assert cut.peers == ("10.0.0.9",), "who is blocked already is not connected by this port"
    for other in (replace(block, enabled=False), replace(block, protocol=17), replace(block, action=Action.ALLOW)):
        assert blocked(found, own, Plan(create=(other,))) == ()


def test_it_reads_well() -> None:
    many = Endpoint("tcp", 1433, "sqlservr.exe", ("10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"))
    assert str(many) == "tcp 1433 sqlservr.exe, 4 connected (10.0.0.1, 10.0.0.2, 10.0.0.3, …)"
    assert str(Endpoint("udp", 1434, "sqlbrowser.exe")) == "udp 1434 sqlbrowser.exe"


def test_what_listens_on_one_address_is_judged_there() -> None:
    """443 of an Edge Server is on four addresses, each with a rule of its own."""
    sockets = [Socket("tcp", address, 443, "0.0.0.0", 0, 7) for address in ("10.0.0.9", "192.0.2.1")]
    inside, outside = (
        parse_rule(address, f"v2.10|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=443|LA4={address}|Name=a|")
        for address in ("10.0.0.9", "192.0.2.1")
    )
    used = endpoints(sockets, "")
    profiles = tuple(ProfileState(profile) for profile in Profile)
    both = Snapshot(profiles=profiles, rules=(inside, outside), service=ServiceState(RUNNING, 2))
    assert would_be_cut(used, frozenset(Profile), both) == ()
    assert would_be_cut(used, frozenset(Profile), replace(both, rules=(inside,))) == used


def test_a_block_at_another_address_cuts_nobody() -> None:
    sockets = [
        Socket("tcp", "0.0.0.0", 443, "0.0.0.0", 0, 7),
        Socket("tcp", "10.0.0.9", 443, "10.0.0.5", 50001, 7),
    ]
    used = endpoints(sockets, "")
    outside, inside = (
        parse_rule(address, f"v2.10|Action=Block|Active=TRUE|Dir=In|Protocol=6|LPort=443|LA4={address}|Name=a|")
        for address in ("192.0.2.1", "10.0.0.9")
    )
    assert blocked(used, (), Plan(create=(outside,))) == ()
    assert blocked(used, (), Plan(create=(inside,))) == used
