# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each row of the table judged on a host: what is open, what is not, and the sentence that says so."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.profiles import (
    ProfileSettings,
    ProfileState,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule import Profile, Store
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule_string import parse_rule
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.snapshot import (
    RUNNING,
    ServiceState,
    Snapshot,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.traffic.reasons import Reason, Status
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.effect import (
    Effect,
    failures,
    judge_policy,
    listening_services,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.host_policy import HostPolicy
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.policy import build_policy
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.remedy import explain_all, remedy
from hypothesis import given
from hypothesis import strategies as st

DIRECTOR = build_policy(["director"])
SIP = r"C:\Program Files\Microsoft Lync Server 2013\Server\Core\RTCSrv.exe"


def host(
    rules: Iterable[str] = (),
    *,
    policy: ProfileSettings | None = None,
    group_policy: Iterable[str] = (),
    programs: Mapping[str, str] | None = None,
) -> Snapshot:
    made = [parse_rule(f"{{{number}}}", f"v2.10|{rule}") for number, rule in enumerate(rules)]
    made += [parse_rule(f"{{g{n}}}", f"v2.10|{rule}", Store.GROUP_POLICY) for n, rule in enumerate(group_policy)]
    return Snapshot(
        profiles=tuple(ProfileState(profile, policy=policy or ProfileSettings()) for profile in Profile),
        rules=tuple(made),
        service=ServiceState(RUNNING, 2),
        programs=tuple(sorted((programs or {}).items())),
    )


def allow(port: int, extra: str = "", protocol: int = 6) -> str:
    return f"Action=Allow|Active=TRUE|Dir=In|Protocol={protocol}|LPort={port}|Name=allow {port}|{extra}"


def of_row(row: str, snapshot: Snapshot, policy: HostPolicy = DIRECTOR) -> Effect:
    found = [effect for effect in judge_policy(policy, snapshot) if effect.demand.requirement.id == row]
    assert len(found) == 1
    return found[0]


def row_for(port: int, policy: HostPolicy = DIRECTOR) -> str:
    return next(demand.requirement.id for demand in policy.demands if port in demand.ports)


def test_every_demand_has_one_effect_in_the_policys_order() -> None:
    effects = judge_policy(DIRECTOR, host())
    assert tuple(effect.demand for effect in effects) == DIRECTOR.demands
    assert all(len(effect.by_profile) == 3 for effect in effects)
    assert failures(effects) == effects, "a bare Windows lets nothing in"


def test_what_the_policys_own_rules_make_is_open_everywhere() -> None:
    everything = Snapshot(host().profiles, tuple(wanted.rule for wanted in DIRECTOR.rules), host().service)
    effects = judge_policy(DIRECTOR, everything)
    assert {effect.verdict.status for effect in effects} == {Status.OPEN}
    assert failures(effects) == ()


def test_the_worst_transport_and_profile_give_the_rows_verdict() -> None:
    policy = build_policy(["mediation"])
    both = next(demand for demand in policy.demands if len(demand.requirement.transports) == 2)
    span = str(both.ports).replace(",", "|LPort2_10=")
    tcp = f"Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort2_10={span}|Name=tcp|"
    effect = of_row(both.requirement.id, host([tcp]), policy)
    assert effect.verdict.status is Status.CLOSED
    assert effect.traffic.protocol == 17
    assert "udp" in explain_all([effect], host([tcp]))[0]
    udp = tcp.replace("Protocol=6", "Protocol=17")
    assert of_row(both.requirement.id, host([tcp, udp]), policy).verdict.status is Status.OPEN
    half = of_row(both.requirement.id, host([tcp, udp + "Profile=Public|"]), policy)
    assert [verdict.status for verdict in half.by_profile] == [Status.CLOSED, Status.CLOSED, Status.OPEN]


def test_lyncs_own_rule_counts_where_the_listening_program_is_the_rules() -> None:
    rule = [allow(5061, f"App={SIP}|")]
    row = row_for(5061)
    assert "RTCSRV" in listening_services(DIRECTOR)
    assert of_row(row, host(rule)).verdict.status is Status.CONDITIONAL
    assert of_row(row, host(rule, programs={"rtcsrv": SIP.upper()})).verdict.status is Status.OPEN
    other = of_row(row, host(rule, programs={"rtcsrv": r"D:\elsewhere\RTCSrv.exe"}))
    assert other.verdict.reason is Reason.NO_RULE


def test_web_rows_listen_in_the_kernel_without_asking_the_host() -> None:
    row = row_for(443)
    assert of_row(row, host([allow(443, "App=System|")])).verdict.status is Status.OPEN


BLOCK = "Action=Block|Active=TRUE|Dir=In|Protocol=6|LPort=5061|Name=hardening|"


def test_a_foreign_block_is_named_with_the_command_that_switches_it_off() -> None:
    snapshot = host([allow(5061), BLOCK])
    effect = of_row(row_for(5061), snapshot)
    assert remedy(effect, snapshot) == 'netsh advfirewall firewall set rule name="hardening" new enable=no'
    sentence = explain_all([effect], snapshot)[0]
    assert sentence.startswith(f"{row_for(5061)} (in tcp 5061 from any) is closed in the domain profile: blocked by ")
    assert "'hardening'" in sentence


MINE = "Action=Block|Active=TRUE|Dir=In|Protocol=6|LPort=5061|Name=LyncOps x-no-sip g1|"
MY_ENTRY = "Desc=Managed by lyncops.firewall. Extra rule: No SIP. Since May|"


def test_a_block_of_ones_own_is_told_by_its_entry() -> None:
    snapshot = host([allow(5061), MINE + MY_ENTRY])
    told = remedy(of_row(row_for(5061), snapshot), snapshot)
    assert told.startswith("extra_rules asks for it ('No SIP'): narrow or leave out that entry")
    without = host([allow(5061), MINE])
    assert remedy(of_row(row_for(5061), without), without).startswith("extra_rules asks for it: narrow")


def test_no_command_is_offered_for_a_rule_of_ours_that_blocks_beside_one_of_others() -> None:
    """Before anything is sent it is not even there; later the next run would bring it back."""
    snapshot = host([allow(5061), MINE + MY_ENTRY, BLOCK])
    told = remedy(of_row(row_for(5061), snapshot), snapshot)
    assert "extra_rules asks for it ('No SIP')" in told
    assert "LyncOps" not in told
    assert told.endswith('netsh advfirewall firewall set rule name="hardening" new enable=no')
    plain = remedy(of_row(row_for(5061), snapshot), snapshot, command=False)
    assert "netsh" not in plain
    assert "'No SIP'" in plain


@pytest.mark.parametrize(
    ("local", "group_policy"),
    [
        ([], [BLOCK]),
        ([BLOCK.replace("hardening", "@FirewallAPI.dll,-1")], []),  # its label is its registry id
        ([BLOCK], [BLOCK]),
        ([BLOCK.replace("hardening", "hardening (group policy)")], [BLOCK]),  # one label for both
        ([BLOCK.replace("hardening", "x" * 999)], []),  # more than netsh takes
    ],
)
def test_a_block_that_netsh_cannot_address_is_left_to_its_owner(local: list[str], group_policy: list[str]) -> None:
    snapshot = host([allow(5061), *local], group_policy=group_policy)
    effect = of_row(row_for(5061), snapshot)
    assert remedy(effect, snapshot).startswith("switch the block rule off where it is made")
    assert explain_all([effect], snapshot)[0].endswith(f". Remedy: {remedy(effect, snapshot)}")


def test_a_block_rule_of_ours_is_for_a_run_to_mend() -> None:
    own = BLOCK.replace("hardening", "LyncOps block-in-tcp-5061 g1")
    snapshot = host([allow(5061), own])
    found = remedy(of_row(row_for(5061), snapshot), snapshot)
    assert found.startswith("these block rules are ours: run the remediation")
    assert "exclusive" not in found, "they go whatever else is kept"
    both = host([allow(5061), own, BLOCK])
    told = remedy(of_row(row_for(5061), both), both)
    assert told.startswith("those that begin with LyncOps are ours: run the remediation")
    assert told.endswith('set rule name="hardening" new enable=no')


def test_a_command_for_a_block_rule_does_not_hit_an_allow_rule_of_its_name() -> None:
    shared = r"Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=10000|App=C:\Backup\beremote.exe|Name=hardening|"
    snapshot = host([BLOCK, shared])
    command = 'netsh advfirewall firewall set rule name="hardening" dir=in protocol=tcp localport=5061 new enable=no'
    assert remedy(of_row(row_for(5061), snapshot), snapshot) == command
    alike = host([BLOCK, shared.replace("10000", "5061")])
    assert "netsh" not in remedy(of_row(row_for(5061), alike), alike)


@pytest.mark.parametrize("limit", ["Dir=In|Protocol=6|", "Dir=In|", "Dir=In|Protocol=6|LPort=5061|"])
def test_a_block_rule_that_netsh_cannot_tell_from_others_of_its_name_is_left_to_its_owner(limit: str) -> None:
    """Selectors that say any would select all of them."""
    shared = "Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=10000|Name=hardening|"
    snapshot = host([f"Action=Block|Active=TRUE|{limit}Name=hardening|", shared])
    assert ("netsh" in remedy(of_row(row_for(5061), snapshot), snapshot)) is ("LPort" in limit)


def test_a_command_for_a_block_rule_does_not_hit_another_block_rule_of_its_name() -> None:
    """People give every rule that blocks the same name; the one of another port may be what keeps RDP safe."""
    for other in ("Dir=In|Protocol=6|LPort=3389|", "Dir=Out|Protocol=6|RPort=25|"):
        snapshot = host([BLOCK, f"Action=Block|Active=TRUE|{other}Name=hardening|"])
        command = (
            'netsh advfirewall firewall set rule name="hardening" dir=in protocol=tcp localport=5061 new enable=no'
        )
        assert remedy(of_row(row_for(5061), snapshot), snapshot) == command


def test_shields_go_down_without_opening_what_is_blocked_outbound() -> None:
    up = host([allow(5061)], policy=ProfileSettings(shields_up=True, outbound_block=True))
    assert remedy(of_row(row_for(5061), up), up).endswith(" blockinbound,blockoutbound")


def test_the_profile_in_use_decides_whether_another_one_may_be_left_out() -> None:
    public = host([allow(5061), BLOCK + "Profile=Public|"])
    effect = of_row(row_for(5061), public)
    said = {
        used: explain_all([effect], public, frozenset(used))[0] for used in [(), (Profile.DOMAIN,), (Profile.PUBLIC,)]
    }
    assert said[()].endswith(
        "; or, if the host has no network in the public profile, leave it out with profiles: [domain, private]"
    )
    assert said[(Profile.DOMAIN,)].endswith(
        "; or, as the host's networks are all in the domain profile, leave it out with profiles: [domain, private]"
    )
    assert "leave it out" not in said[(Profile.PUBLIC,)]
    assert remedy(effect, public, frozenset({Profile.DOMAIN})).endswith("new enable=no"), "a command can be pasted"


def test_where_a_network_is_blocked_the_peers_may_be_named() -> None:
    some = host([allow(5061), BLOCK.replace("LPort=5061|", "") + "RA4=10.0.0.0/255.0.0.0|"])
    said = explain_all([of_row(row_for(5061), some)], some)[0]
    assert "off the list that blocks them" in said
    assert "; or, if nobody there needs it, name who does (remote_addresses, or scope: topology" in said
    assert "netsh" not in said, "brute-force protection is never to be switched off"
    everybody = host([allow(5061), BLOCK])
    assert "remote_addresses" not in explain_all([of_row(row_for(5061), everybody)], everybody)[0]


@pytest.mark.parametrize("name", ["???", 'x" & del C:\\ & "', "100%", "a^b", "a\tb", "", "Überwachung"])
def test_a_hostile_name_gets_no_command_to_paste(name: str) -> None:
    snapshot = host([BLOCK.replace("hardening", name)])
    assert "netsh" not in remedy(of_row(row_for(5061), snapshot), snapshot)


@given(st.lists(st.text() | st.from_regex(r"[ -~]{1,20}", fullmatch=True), min_size=1, max_size=3))
def test_a_command_holds_nothing_that_cmd_would_take_for_its_own(names: list[str]) -> None:
    bare = host([BLOCK] * len(names))
    rules = tuple(replace(rule, name=name) for rule, name in zip(bare.rules, names, strict=True))
    snapshot = replace(bare, rules=rules)
    text = remedy(of_row(row_for(5061), snapshot), snapshot)
    assert len(text) <= 999
    for command in text.split(" & ") if "netsh" in text else ():
        assert re.fullmatch(
            r'netsh advfirewall firewall set rule name="[^"|%^&<>!`\x00-\x1f\x7f-\U0010ffff]+" new enable=no', command
        )


def test_the_place_that_mends_settings_is_named() -> None:
    ignored = host([allow(5061)], policy=ProfileSettings(local_rules=False))
    effect = of_row(row_for(5061), ignored)
    assert effect.verdict.reason is Reason.LOCAL_RULES_IGNORED
    assert "Group Policy" in remedy(effect, ignored)
    assert "profiles:" not in remedy(effect, ignored), "no profile would take the rules"
    up = host([allow(5061)], policy=ProfileSettings(shields_up=True))
    assert remedy(of_row(row_for(5061), up), up).startswith("netsh advfirewall set domainprofile firewallpolicy")
    bare = host()
    assert remedy(of_row(row_for(5061), bare), bare) == ""


def test_every_reason_has_a_sentence() -> None:
    snapshots = [
        host(),
        host([allow(5061)]),
        host([allow(5061, "Profile=Public|")]),
        host([allow(5061, "RA4=10.0.0.1|")]),
        host([allow(5061, "Security=Authenticate|")]),
        host([allow(5061, "IFType=Lan|")]),
        host([allow(5061, "Future=1|")]),
        host([allow(5061), "Action=Block|Active=TRUE|Dir=In|Future=1|Name=odd|"]),
        host([allow(5061).replace("TRUE", "FALSE")]),
        host(policy=ProfileSettings(enabled=False)),
        host(policy=ProfileSettings(inbound_block=False)),
        Snapshot(host().profiles, (), ServiceState(1)),
    ]
    seen = set()
    for snapshot in snapshots:
        effect = of_row(row_for(5061), snapshot)
        seen.add(effect.verdict.reason)
        sentence = explain_all([effect], snapshot)[0]
        assert effect.verdict.status.value in sentence
        assert all(name in sentence for name in effect.verdict.by)
    assert len(seen) == len(snapshots), "each host here has a reason of its own"
