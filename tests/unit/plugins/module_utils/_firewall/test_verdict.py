# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One case for each reason a verdict can give, written by hand from [MS-FASP] 2.2.34 to 2.2.38."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import replace

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.registry_dump import parse_dump
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule import Direction, Profile, same_path
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.snapshot import Snapshot, build_snapshot
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.traffic.matching import (
    SYSTEM,
    Listeners,
    Traffic,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.traffic.reasons import Reason, Status
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.traffic.verdict import describe, judge, worst
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.traffic.weighing import Verdict
from ansible_collections.lyncops.firewall.plugins.module_utils._net.address_set import AddressSet
from ansible_collections.lyncops.firewall.plugins.module_utils._net.port_set import PortSet

LOCAL = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy"
POLICY = r"HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Microsoft\WindowsFirewall"
SIP_RULE = "Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=5061|Name=sip|"
LYNC = r"C:\Program Files\Lync\RTCSrv.exe"
Values = Mapping[str, int]


def host(
    local: Iterable[str] = (),
    policy: Iterable[str] = (),
    mdm: Iterable[str] = (),
    *,
    settings: Mapping[str, Values] | None = None,
    lines: Iterable[str] = (),
    state: int | None = 4,
) -> Snapshot:
    """A host as ``reg query`` prints it; ``settings`` are DWORDs by key, below the local key or the policy key."""
    text = [LOCAL + r"\DomainProfile", LOCAL + r"\StandardProfile", LOCAL + r"\PublicProfile"]
    for key, rules in ((LOCAL, local), (POLICY, policy), (LOCAL + r"\Mdm", mdm)):
        made = [f"    {{{number}}}    REG_SZ    v2.10|{rule}" for number, rule in enumerate(rules)]
        text += [key + r"\FirewallRules", *made] if made else []
    for key, values in (settings or {}).items():
        where = key.replace("local", LOCAL, 1).replace("policy", POLICY, 1)
        dwords = [f"    {name}    REG_DWORD    0x{value:x}" for name, value in values.items()]
        text = [line for line in text if line != where] + [where, *dwords]
    return build_snapshot(parse_dump("\n".join([*text, *lines, ""])), state)


def sip(
    ports: str = "5061",
    remote: Iterable[str] = (),
    *,
    direction: Direction = Direction.IN,
    program: str = "",
    service: str = "",
    protocol: int = 6,
) -> Traffic:
    return Traffic(
        direction,
        protocol,
        PortSet.parse(ports),
        AddressSet.parse(remote),
        programs=frozenset({same_path(program)} if program else ()),
        services=frozenset({service.casefold()} if service else ()),
    )


def in_domain(traffic: Traffic, snapshot: Snapshot) -> Verdict:
    return judge(traffic, snapshot)[0]


def summary(verdict: Verdict) -> tuple[Status, Reason, tuple[str, ...], str]:
    return verdict.status, verdict.reason, verdict.by, verdict.part


# -- Open -------------------------------------------------------------------------------------------------------------


def test_a_rule_opens_all_profiles_it_applies_in() -> None:
    verdicts = judge(sip(), host([SIP_RULE]))
    assert [verdict.profile for verdict in verdicts] == list(Profile)
    assert {summary(verdict) for verdict in verdicts} == {(Status.OPEN, Reason.RULE, ("sip",), "")}
    assert not any(verdict.unprotected for verdict in verdicts)


def test_two_rules_may_open_it_together() -> None:
    halves = [SIP_RULE.replace("LPort=5061", f"LPort2_10={span}") for span in ("5000-5070", "5071-5080")]
    assert in_domain(sip("5060-5075"), host(halves)).status is Status.OPEN


def test_firewall_off_is_open_but_unprotected_whatever_the_rules_say() -> None:
    block = "Action=Block|Active=TRUE|Dir=In|Name=no|"
    off = host([block], settings={r"local\DomainProfile": {"EnableFirewall": 0, "DoNotAllowExceptions": 1}})
    domain, private, _public = judge(sip(), off)
    assert summary(domain) == (Status.OPEN, Reason.FIREWALL_OFF, ("domain profile",), "")
    assert domain.unprotected
    assert summary(private) == (Status.CLOSED, Reason.BLOCK_RULE, ("no",), "")


def test_default_allow_opens_what_no_rule_is_about() -> None:
    allow = host(settings={r"local\DomainProfile": {"DefaultInboundAction": 0}})
    assert summary(in_domain(sip(), allow)) == (Status.OPEN, Reason.DEFAULT_ALLOW, ("domain profile",), "")


def test_default_allow_makes_a_program_rule_irrelevant() -> None:
    snapshot = host([f"{SIP_RULE}App={LYNC}|"], settings={r"local\DomainProfile": {"DefaultInboundAction": 0}})
    assert in_domain(sip(), snapshot).status is Status.OPEN


def test_group_policy_decides_over_local_settings() -> None:
    snapshot = host(
        settings={r"local\DomainProfile": {"EnableFirewall": 0}, r"policy\DomainProfile": {"EnableFirewall": 1}}
    )
    assert in_domain(sip(), snapshot).reason is Reason.NO_RULE


def test_the_old_policy_key_counts_for_private_and_public_unless_a_newer_one_is_there() -> None:
    old = {r"policy\StandardProfile": {"EnableFirewall": 0}}
    assert [verdict.status for verdict in judge(sip(), host(settings=old))] == [
        Status.CLOSED,
        Status.OPEN,
        Status.OPEN,
    ]
    both = {**old, r"policy\PublicProfile": {"EnableFirewall": 1}}
    assert {verdict.status for verdict in judge(sip(), host(settings=both))} == {Status.CLOSED}


def test_a_built_in_rule_is_understood_by_its_content_and_named_by_its_id() -> None:
    line = rf"    RemoteX-In-TCP    REG_SZ    v2.10|{SIP_RULE.replace('sip', '@FirewallAPI.dll,-28502')}"
    assert summary(in_domain(sip(), host(lines=[LOCAL + r"\FirewallRules", line]))) == (
        Status.OPEN,
        Reason.RULE,
        ("RemoteX-In-TCP",),
        "",
    )


def test_the_rpc_endpoint_mapper_is_port_135() -> None:
    snapshot = host([SIP_RULE.replace("5061", "RPC-EPMap")])
    assert in_domain(sip("135"), snapshot).status is Status.OPEN
    assert in_domain(sip("136"), snapshot).reason is Reason.NO_RULE


def test_a_managed_subnet_word_is_served_by_the_same_word() -> None:
    snapshot = host([SIP_RULE + "RA4=LocalSubnet|RA6=LocalSubnet|"])
    assert in_domain(sip(remote=["localsubnet"]), snapshot).status is Status.OPEN


def test_outbound_is_open_by_default_and_looks_at_remote_ports() -> None:
    out = sip(direction=Direction.OUT)
    assert in_domain(out, host()).reason is Reason.DEFAULT_ALLOW
    closed = {r"local\DomainProfile": {"DefaultOutboundAction": 1}}
    assert in_domain(out, host(settings=closed)).reason is Reason.NO_RULE
    rule = "Action=Allow|Active=TRUE|Dir=Out|Protocol=6|{}=5061|Name=out|"
    assert in_domain(out, host([rule.format("RPort")], settings=closed)).status is Status.OPEN
    assert in_domain(out, host([rule.format("LPort")], settings=closed)).status is Status.CLOSED


def test_shields_up_is_about_inbound_only() -> None:
    up = host(settings={r"local\DomainProfile": {"DoNotAllowExceptions": 1}})
    assert in_domain(sip(direction=Direction.OUT), up).status is Status.OPEN


# -- Closed -----------------------------------------------------------------------------------------------------------

NEAR_MISSES = {
    "disabled": (SIP_RULE.replace("TRUE", "FALSE"), Reason.DISABLED),
    "active missing": (SIP_RULE.replace("Active=TRUE|", ""), Reason.DISABLED),
    "other profile": (SIP_RULE + "Profile=Public|", Reason.OTHER_PROFILE),
    "narrower addresses": (SIP_RULE + "RA4=10.0.0.0/255.0.0.0|", Reason.NARROWER_SCOPE),
    "a subnet only the host knows": (SIP_RULE + "RA4=LocalSubnet|RA6=LocalSubnet|", Reason.NARROWER_SCOPE),
    "IPv4 only": (SIP_RULE + "RA4=0.0.0.0-255.255.255.255|", Reason.NARROWER_SCOPE),
    "IPsec": (SIP_RULE + "Security=Authenticate|", Reason.NEEDS_IPSEC),
    "interface": (SIP_RULE + "IFType=Wireless|", Reason.OTHER_CONDITION),
    "user": (SIP_RULE + "LUAuth=O:LSD:(A;;CC;;;BU)|", Reason.OTHER_CONDITION),
    "local address": (SIP_RULE + "LA4=10.0.0.5|", Reason.OTHER_CONDITION),
    "source port": (SIP_RULE + "RPort=5061|", Reason.OTHER_CONDITION),
    "ports without a protocol": (SIP_RULE.replace("Protocol=6|", ""), Reason.OTHER_CONDITION),
    "opaque": (SIP_RULE + "Future=1|", Reason.OPAQUE),
}


@pytest.mark.parametrize("case", NEAR_MISSES)
def test_a_rule_that_nearly_lets_it_through_is_named(case: str) -> None:
    rule, reason = NEAR_MISSES[case]
    verdict = in_domain(sip(), host([rule]))
    assert (verdict.status, verdict.reason, verdict.by) == (Status.CLOSED, reason, ("sip",))
    part = {
        "narrower addresses": "5061 from 0.0.0.0/5,8.0.0.0/7,11.0.0.0-255.255.255.255,::/0",
        "IPv4 only": "5061 from ::/0",
    }
    assert verdict.part == part.get(case, "")


NOT_ABOUT_IT = {
    "other port": SIP_RULE.replace("5061", "5062"),
    "other protocol": SIP_RULE.replace("Protocol=6", "Protocol=17"),
    "other direction": SIP_RULE.replace("Dir=In", "Dir=Out"),
    "authenticated bypass": SIP_RULE.replace("Allow", "ByPass") + "Security=Authenticate|RMauth=O:LSD:(A;;CC;;;BU)|",
}


@pytest.mark.parametrize("case", NOT_ABOUT_IT)
def test_no_rule(case: str) -> None:
    assert summary(in_domain(sip(), host([NOT_ABOUT_IT[case]]))) == (Status.CLOSED, Reason.NO_RULE, (), "")


def test_the_uncovered_part_is_named_exactly() -> None:
    snapshot = host([SIP_RULE.replace("LPort=5061", "LPort2_10=57501-60000"), SIP_RULE.replace("5061", "60002")])
    verdict = in_domain(sip("57501-65535"), snapshot)
    assert summary(verdict) == (Status.CLOSED, Reason.NO_RULE, (), "60001,60003-65535 from any")
    half = in_domain(sip(remote=["10.0.0.0/8"]), host([SIP_RULE + "RA4=10.0.0.0-10.127.255.255|"]))
    assert summary(half) == (Status.CLOSED, Reason.NARROWER_SCOPE, ("sip",), "5061 from 10.128.0.0/9")


def test_rules_that_are_alike_and_too_narrow_are_all_named() -> None:
    narrow = SIP_RULE + "RA4=10.0.0.0-10.127.255.255|"
    twins = in_domain(sip(remote=["10.0.0.0/8"]), host([narrow, narrow.replace("Name=sip", "Name=twin")]))
    assert summary(twins) == (Status.CLOSED, Reason.NARROWER_SCOPE, ("sip", "twin"), "5061 from 10.128.0.0/9")


BLOCK = "Action=Block|Active=TRUE|Dir=In|Name=no|"


def test_a_block_beats_an_allow_from_any_store_and_in_any_order() -> None:
    closed = (Status.CLOSED, Reason.BLOCK_RULE)
    assert summary(in_domain(sip(), host([SIP_RULE, BLOCK]))) == (*closed, ("no",), "")
    assert summary(in_domain(sip(), host([BLOCK], [SIP_RULE]))) == (*closed, ("no",), "")
    assert summary(in_domain(sip(), host([SIP_RULE], [BLOCK]))) == (*closed, ("no (group policy)",), "")
    assert summary(in_domain(sip(), host([SIP_RULE], mdm=[BLOCK]))) == (*closed, ("no (mdm)",), "")


def test_a_partial_block_closes_exactly_what_both_are_about() -> None:
    block = "Action=Block|Active=TRUE|Dir=In|Protocol=6|LPort2_10=5060-5061|RA4=10.0.0.0/255.255.255.0|Name=no|"
    allow = SIP_RULE.replace("LPort=5061", "LPort2_10=5061-5070")
    verdict = in_domain(sip("5061-5062", ["10.0.0.0/16"]), host([allow, block]))
    assert summary(verdict) == (Status.CLOSED, Reason.BLOCK_RULE, ("no",), "5061 from 10.0.0.0/24")


def test_blocks_that_close_all_of_it_together_are_about_no_part_of_it() -> None:
    blocks = [f"{BLOCK}Protocol=6|LPort2_10={span}|" for span in ("5000-5062", "5063-5070", "5072-5080")]
    together, but_one = in_domain(sip("5060-5070"), host(blocks)), in_domain(sip("5060-5071"), host(blocks))
    assert (together.status, together.reason, together.part) == (Status.CLOSED, Reason.BLOCK_RULE, "")
    assert but_one.part == "5060-5070 from any"


@pytest.mark.parametrize(
    "block",
    [
        BLOCK.replace("TRUE", "FALSE"),
        BLOCK + "Profile=Public|",
        BLOCK.replace("In", "Out"),
        BLOCK + "Protocol=17|",
        rf"{BLOCK}App=C:\other.exe|",
    ],
)
def test_a_block_that_is_off_or_about_something_else_blocks_nothing(block: str) -> None:
    assert in_domain(sip(program=LYNC), host([SIP_RULE, block])).status is Status.OPEN


def test_a_local_block_does_not_count_where_local_rules_do_not_merge() -> None:
    snapshot = host([BLOCK], [SIP_RULE], settings={r"policy\DomainProfile": {"AllowLocalPolicyMerge": 0}})
    domain, private, _public = judge(sip(), snapshot)
    assert summary(domain) == (Status.OPEN, Reason.RULE, ("sip (group policy)",), "")
    assert private.reason is Reason.BLOCK_RULE


def test_local_rules_are_ignored_where_group_policy_forbids_merging() -> None:
    snapshot = host([SIP_RULE], settings={r"policy\DomainProfile": {"AllowLocalPolicyMerge": 0}})
    domain, private, _public = judge(sip(), snapshot)
    assert summary(domain) == (Status.CLOSED, Reason.LOCAL_RULES_IGNORED, ("sip",), "")
    assert private.status is Status.OPEN
    itself = host([SIP_RULE], settings={r"local\DomainProfile": {"AllowLocalPolicyMerge": 0}})
    assert in_domain(sip(), itself).status is Status.OPEN, "the flag means something under policy keys only"


def test_mdm_rules_are_not_local_ones() -> None:
    snapshot = host(mdm=[SIP_RULE], settings={r"policy\DomainProfile": {"AllowLocalPolicyMerge": 0}})
    assert summary(in_domain(sip(), snapshot)) == (Status.OPEN, Reason.RULE, ("sip (mdm)",), "")


@pytest.mark.parametrize("store", ["local", "policy"])
def test_shields_up_from_either_store_closes_whatever_the_rules_say(store: str) -> None:
    other = {"local": "policy", "policy": "local"}[store]
    snapshot = host(
        [SIP_RULE],
        settings={
            rf"{store}\DomainProfile": {"DoNotAllowExceptions": 1, "DefaultInboundAction": 0},
            rf"{other}\DomainProfile": {"DoNotAllowExceptions": 0},
        },
    )
    assert summary(in_domain(sip(), snapshot)) == (Status.CLOSED, Reason.SHIELDS_UP, ("domain profile",), "")


def test_bypass_never_opens_and_never_saves_from_a_block() -> None:
    bypass = NOT_ABOUT_IT["authenticated bypass"]
    assert in_domain(sip(), host([bypass, BLOCK])).reason is Reason.BLOCK_RULE


def test_a_one_port_rule_is_not_called_open_where_policy_ignores_local_port_rules() -> None:
    # [MS-FASP] 2.2.38 GLOBAL_PORTS_ALLOW_USER_PREF_MERGE: such rules "in the local store are ignored".
    key = r"policy\DomainProfile\GloballyOpenPorts"
    snapshot = host([SIP_RULE], settings={key: {"AllowUserPrefMerge": 0}})
    assert summary(in_domain(sip(), snapshot))[:3] == (
        Status.UNKNOWN,
        Reason.OLDER_LIST,
        ("GloballyOpenPorts (Group Policy)",),
    )


# -- Conditional ------------------------------------------------------------------------------------------------------


def test_a_program_rule_is_conditional_until_the_listening_program_is_known() -> None:
    snapshot = host([rf"{SIP_RULE}App=%ProgramFiles%\Lync\RTCSrv.exe|"])
    assert summary(in_domain(sip(), snapshot)) == (Status.CONDITIONAL, Reason.PROGRAM_RULE, ("sip",), "")
    assert in_domain(sip(program=LYNC), snapshot).status is Status.OPEN
    assert in_domain(sip(program=r"C:\other.exe"), snapshot).reason is Reason.NO_RULE


def test_a_service_rule_is_conditional_until_the_listening_service_is_known() -> None:
    snapshot = host([f"{SIP_RULE}Svc=RTCSRV|"])
    assert in_domain(sip(), snapshot).status is Status.CONDITIONAL
    assert in_domain(sip(program=LYNC, service="rtcsrv"), snapshot).status is Status.OPEN
    assert in_domain(sip(program=LYNC, service="other"), snapshot).status is Status.CLOSED


def test_any_service_is_a_condition_that_a_known_service_fulfils() -> None:
    snapshot = host([f"{SIP_RULE}Svc=*|"])
    assert in_domain(sip(), snapshot).status is Status.CONDITIONAL
    assert in_domain(sip(service="RTCSRV"), snapshot).status is Status.OPEN


def test_one_of_two_listening_programs_is_not_enough() -> None:
    traffic = Traffic(Direction.IN, 6, PortSet.of(5061), programs=frozenset({same_path(LYNC), SYSTEM}))
    snapshot = host([f"{SIP_RULE}App={LYNC}|"])
    assert in_domain(traffic, snapshot).status is Status.CONDITIONAL


def test_http_sys_is_the_program_system() -> None:
    snapshot = host([f"{SIP_RULE}App=System|"])
    assert in_domain(sip(program=SYSTEM), snapshot).status is Status.OPEN
    assert in_domain(sip(program=LYNC), snapshot).status is Status.CLOSED


def test_a_program_rule_with_words_for_ports_counts_for_its_numbers_only() -> None:
    snapshot = host([f"{SIP_RULE}LPort=RPC|App={LYNC}|"])
    assert in_domain(sip(), snapshot).status is Status.CONDITIONAL
    # What RPC stands for is not known, and a rule is no reason for being about it.
    assert in_domain(sip("50000"), snapshot).reason is Reason.NO_RULE


PRODUCT = Listeners(files=frozenset({"rtcsrv.exe"}), folders=frozenset({"lync server"}), services=frozenset({"rtcsrv"}))

OTHERS = {
    "package": SIP_RULE + "AppPkgId=S-1-15-2-1|LUOwn=S-1-5-21|",
    "another program": SIP_RULE + r"App=C:\Games\game.exe|",
    "another program, any port": r"Action=Allow|Active=TRUE|Dir=In|Protocol=6|App=C:\Games\game.exe|Name=sip|",
    "another service": SIP_RULE + "Svc=iphlpsvc|",
    "a service of a shared program": SIP_RULE + r"App=%SystemRoot%\system32\svchost.exe|Svc=rpcss|",
    "switched off, another program": SIP_RULE.replace("TRUE", "FALSE") + r"App=C:\Games\game.exe|",
    "switched off, of another feature of Windows": SIP_RULE.replace("TRUE", "FALSE")
    + "App=SYSTEM|EmbedCtxt=@peerdistsh.dll,-9002|",
    "switched off, of another feature, with a path": SIP_RULE.replace("TRUE", "FALSE")
    + r"EmbedCtxt=@%systemroot%\system32\vmms.exe,-253|",
    "switched off, any port": "Action=Allow|Active=FALSE|Dir=In|Protocol=6|Name=sip|",
    "RPC": "Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=RPC|Name=sip|",
    "words": "Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort2_10=IPHTTPSIn|Name=sip|",
    "Teredo": "Action=Allow|Active=TRUE|Dir=In|Protocol=17|LPort=Teredo|Name=sip|",
    "ICMP": "Action=Allow|Active=TRUE|Dir=In|Protocol=1|ICMP4=8:*|Name=sip|",
    "another program in another profile": SIP_RULE + r"Profile=Public|App=C:\Games\game.exe|",
}


@pytest.mark.parametrize("case", OTHERS)
def test_what_is_about_something_else_is_no_reason(case: str) -> None:
    verdict = in_domain(replace(sip(), listeners=PRODUCT), host([OTHERS[case]]))
    assert (verdict.status, verdict.reason, verdict.by) == (Status.CLOSED, Reason.NO_RULE, ())


def test_a_rule_that_cannot_be_interpreted_is_a_reason_where_it_may_be_about_the_port() -> None:
    bad = "Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort={}|Future=1|Name=bad|"
    for ports, reason, by in (
        ("5985", Reason.NO_RULE, ()),
        ("5060-5070", Reason.OPAQUE, ("bad",)),
        ("nonsense", Reason.OPAQUE, ("bad",)),
    ):
        verdict = in_domain(sip(), host([bad.format(ports)]))
        assert (verdict.status, verdict.reason, verdict.by) == (Status.CLOSED, reason, by)
    two = [bad.format("5985"), bad.format("5061").replace("Name=bad", "Name=mine")]
    assert in_domain(sip(), host(two)).by == ("mine",)


PRODUCTS = {
    "a file": (r"App=C:\Elsewhere\RTCSrv.exe|", Status.CONDITIONAL, Reason.PROGRAM_RULE),
    "a folder": (r"App=%ProgramFiles%\Lync Server\x.exe|", Status.CONDITIONAL, Reason.PROGRAM_RULE),
    "a service": ("Svc=RTCSRV|", Status.CONDITIONAL, Reason.PROGRAM_RULE),
    "switched off": (r"Active=FALSE|App=C:\Elsewhere\RTCSrv.exe|", Status.CLOSED, Reason.DISABLED),
    "another profile": (r"Profile=Public|App=C:\Elsewhere\RTCSrv.exe|", Status.CLOSED, Reason.OTHER_PROFILE),
    "narrower": (r"RA4=10.0.0.5|App=C:\Elsewhere\RTCSrv.exe|", Status.CLOSED, Reason.NARROWER_SCOPE),
}


@pytest.mark.parametrize(
    "group", ["@%windir%\\system32\\inetsrv\\iisres.dll,-30501", "@FirewallAPI.dll,-28502", "Ours"]
)
def test_a_switched_off_rule_that_may_be_meant_is_named_beside_one_of_another_feature(group: str) -> None:
    off = SIP_RULE.replace("TRUE", "FALSE")
    rules = [off.replace("Name=sip", "Name=cache") + "EmbedCtxt=@peerdistsh.dll,-9002|", f"{off}EmbedCtxt={group}|"]
    for order in (rules, rules[::-1]):
        verdict = in_domain(sip(), host(order))
        assert (verdict.reason, verdict.by) == (Reason.DISABLED, ("sip",))


@pytest.mark.parametrize("case", PRODUCTS)
def test_rules_of_the_product_are_reasons(case: str) -> None:
    more, status, reason = PRODUCTS[case]
    rule = (SIP_RULE.replace("Active=TRUE|", "") if "Active" in more else SIP_RULE) + more
    verdict = in_domain(replace(sip(), listeners=PRODUCT), host([rule]))
    assert (verdict.status, verdict.reason, verdict.by) == (status, reason, ("sip",))


def test_a_block_of_another_program_is_no_doubt_and_one_of_a_shared_program_is() -> None:
    asked = replace(sip(), listeners=PRODUCT)
    assert in_domain(asked, host([SIP_RULE, BLOCK + r"App=C:\Games\game.exe|"])).status is Status.OPEN
    for mine in (r"App=C:\Elsewhere\RTCSrv.exe|", "App=System|", r"App=%SystemRoot%\system32\svchost.exe|"):
        assert in_domain(asked, host([SIP_RULE, BLOCK + mine])).reason is Reason.POSSIBLE_BLOCK


# -- Unknown ----------------------------------------------------------------------------------------------------------

POSSIBLE_BLOCKS = {
    "program": f"{BLOCK}App={LYNC}|",
    "service": f"{BLOCK}Svc=RTCSRV|",
    "local address": f"{BLOCK}LA4=10.0.0.5|",
    "interface": f"{BLOCK}IFType=Lan|",
    "user": f"{BLOCK}LUAuth=O:LSD:(A;;CC;;;BU)|",
    "opaque": f"{BLOCK}Future=1|",
    "opaque without an action": "Active=TRUE|Dir=In|Name=no|",
    "opaque in another profile, if we read that right": f"{BLOCK}Profile=Public|Future=1|",
    "dynamic RPC ports": "Action=Block|Active=TRUE|Dir=In|Protocol=6|LPort=RPC|Name=no|",
}


@pytest.mark.parametrize("case", POSSIBLE_BLOCKS)
def test_a_block_that_might_match_makes_an_open_port_unknown(case: str) -> None:
    verdict = in_domain(sip(), host([SIP_RULE, POSSIBLE_BLOCKS[case]]))
    assert summary(verdict) == (Status.UNKNOWN, Reason.POSSIBLE_BLOCK, ("no",), "")


@pytest.mark.parametrize("case", POSSIBLE_BLOCKS)
def test_a_block_that_might_match_does_not_hide_that_nothing_opens_the_port(case: str) -> None:
    assert in_domain(sip(), host([POSSIBLE_BLOCKS[case]])).status is Status.CLOSED


def test_a_block_of_addresses_may_be_about_a_subnet_only_the_host_knows() -> None:
    traffic = sip(remote=["localsubnet"])
    verdict = in_domain(traffic, host([SIP_RULE, f"{BLOCK}RA4=10.0.0.0/255.0.0.0|"]))
    assert (verdict.status, verdict.reason) == (Status.UNKNOWN, Reason.POSSIBLE_BLOCK)
    certain = in_domain(traffic, host([SIP_RULE, f"{BLOCK}RA4=LocalSubnet|RA6=LocalSubnet|"]))
    assert certain.reason is Reason.BLOCK_RULE


def test_an_opaque_allow_is_no_block_and_opens_nothing() -> None:
    opaque = SIP_RULE.replace("sip", "odd") + "Future=1|"
    assert in_domain(sip(), host([SIP_RULE, opaque])).by == ("sip",)
    assert in_domain(sip(), host([opaque])).reason is Reason.OPAQUE


@pytest.mark.parametrize("state", [None, 1, 2, 3, 7])
def test_without_the_service_nothing_is_known(state: int | None) -> None:
    verdicts = judge(sip(), host([SIP_RULE], state=state))
    assert {summary(verdict) for verdict in verdicts} == {(Status.UNKNOWN, Reason.SERVICE_NOT_RUNNING, ("MpsSvc",), "")}


def test_allow_if_secure_may_close_what_the_default_would_allow() -> None:
    # [MS-FASP] 2.2.35 AUTHENTICATE: "... allowed only if it has been authenticated by IPsec; otherwise ... blocked".
    snapshot = host(
        [SIP_RULE + "Security=Authenticate|"], settings={r"local\DomainProfile": {"DefaultInboundAction": 0}}
    )
    assert summary(in_domain(sip(), snapshot)) == (Status.UNKNOWN, Reason.NEEDS_IPSEC, ("sip",), "")
    assert in_domain(sip("5062"), snapshot).reason is Reason.DEFAULT_ALLOW


@pytest.mark.parametrize(
    ("plain", "open_anyway"),
    [
        (r"App=C:\Lync\a.exe|", True),
        (r"App=c:\LYNC\A.exe|", True),
        (r"App=C:\Lync\b.exe|", False),
        (r"App=C:\Lync\a.exe|RA4=10.0.0.0/255.0.0.0|", False),
        (r"App=C:\Lync\a.exe|Svc=RTCSRV|", False),
    ],
)
def test_what_a_plain_rule_lets_the_same_program_through_needs_no_ipsec(plain: str, open_anyway: bool) -> None:
    secure = SIP_RULE + r"App=C:\Lync\a.exe|Security=Authenticate|"
    snapshot = host(
        [secure, SIP_RULE.replace("sip", "plain") + plain],
        settings={r"local\DomainProfile": {"DefaultInboundAction": 0}},
    )
    verdict = in_domain(sip(), snapshot)
    expected = (Status.OPEN, Reason.DEFAULT_ALLOW) if open_anyway else (Status.UNKNOWN, Reason.NEEDS_IPSEC)
    assert (verdict.status, verdict.reason) == expected


@pytest.mark.parametrize(
    ("key", "name"),
    [
        (LOCAL + r"\DomainProfile\GloballyOpenPorts\List", "GloballyOpenPorts (local)"),
        (POLICY + r"\DomainProfile\AuthorizedApplications\List", "AuthorizedApplications (Group Policy)"),
        (POLICY + r"\DomainProfile", "DisabledInterfaces (Group Policy)"),
    ],
)
def test_older_lists_leave_open_whether_they_open_it(key: str, name: str) -> None:
    value = "DisabledInterfaces" if key.endswith("Profile") else "5061:TCP"
    lines = [key, f"    {value}    REG_SZ    {{1}}"]
    domain, private, _public = judge(sip(), host(lines=lines))
    assert summary(domain) == (Status.UNKNOWN, Reason.OLDER_LIST, (name,), "")
    assert private.reason is Reason.NO_RULE
    assert in_domain(sip(), host([SIP_RULE], lines=lines)).status is Status.OPEN


@pytest.mark.parametrize("store", [LOCAL, POLICY])
@pytest.mark.parametrize(
    "setting",
    ["RemoteAdminSettings", r"Services\FileAndPrint", r"Services\RemoteDesktop", r"Services\UPnPFramework"],
)
def test_older_settings_leave_open_whether_they_open_it(setting: str, store: str) -> None:
    def lines(enabled: str, kind: str = "REG_DWORD") -> list[str]:
        return [rf"{store}\DomainProfile\{setting}", f"    Enabled    {kind}    {enabled}"]

    name = f"{setting} ({'local' if store == LOCAL else 'Group Policy'})"
    domain, private, _public = judge(sip(), host(lines=lines("0x1")))
    assert summary(domain) == (Status.UNKNOWN, Reason.OLDER_LIST, (name,), "")
    assert private.reason is Reason.NO_RULE
    assert in_domain(sip(), host([SIP_RULE], lines=lines("0x1"))).status is Status.OPEN
    assert in_domain(sip(), host(lines=lines("0x0"))).reason is Reason.NO_RULE
    assert in_domain(sip(), host(lines=lines("1", "REG_SZ"))).reason is Reason.NO_RULE


# The middle one is ../shared/cases/ipsec-required.reg.txt.
REQUIRING = [
    "v2.10|Action=Secure|Active=TRUE|Name=Server isolation|Desc=|Auth1Set={1}|",
    "v2.20|Action=SecureServer|Active=TRUE|Name=Server isolation|Desc=|Auth1Set={1}|Auth2Set={2}|Crypto2Set={3}|",
    "v2.20|action=secureserver|ACTIVE=true|Profile=Domain|Profile=Public|Name=Server isolation|",
]


def consec(store: str, rule: str) -> list[str]:
    return [store + r"\ConSecRules", f"    {{1}}    REG_SZ    {rule}"]


@pytest.mark.parametrize("rule", REQUIRING)
@pytest.mark.parametrize(
    ("store", "named"),
    [(LOCAL, ""), (POLICY, " (group policy)"), (LOCAL + r"\Mdm", " (mdm)")],
)
def test_where_inbound_traffic_must_be_secured_nothing_is_open_for_certain(store: str, named: str, rule: str) -> None:
    snapshot = host([SIP_RULE], lines=consec(store, rule))
    name = f"Server isolation{named}"
    assert summary(in_domain(sip(), snapshot)) == (Status.UNKNOWN, Reason.NEEDS_IPSEC, (name,), "")
    private = judge(sip(), snapshot)[1]
    assert private.reason is (Reason.RULE if "Profile=" in rule else Reason.NEEDS_IPSEC)
    out = in_domain(sip(direction=Direction.OUT), snapshot)
    assert out.reason is (Reason.NEEDS_IPSEC if "Action=Secure|" in rule else Reason.DEFAULT_ALLOW)


def test_a_connection_security_rule_of_an_unknown_profile_may_be_for_any() -> None:
    snapshot = host([SIP_RULE], lines=consec(LOCAL, "v2.20|Action=SecureServer|Active=TRUE|Profile=New|Name=x|"))
    assert in_domain(sip(), snapshot).reason is Reason.NEEDS_IPSEC


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ("Action=Block|Active=FALSE|Dir=In|RA4=10.0.0.300|Name=off|", Status.OPEN),
        ("Action=Block|Active=TRUE|Dir=In|RA4=10.0.0.300|Name=on|", Status.UNKNOWN),
        ("Action=Block|Active=FALSE|Active=TRUE|Dir=In|Name=both|", Status.UNKNOWN),
        ("Action=Block|Active=maybe|Dir=In|Name=none|", Status.UNKNOWN),
        ("Action=Block|Active=FALSE|Dir=In|Name=cut", Status.UNKNOWN),
    ],
)
def test_a_bad_value_in_a_rule_that_is_certainly_off_does_not_matter(block: str, expected: Status) -> None:
    assert in_domain(sip(), host([SIP_RULE, block])).status is expected


@pytest.mark.parametrize("ports", ["LPort=Any", "LPort=*", "LPort2_10=*", "LPort=5061|App="])
def test_words_that_no_rule_of_windows_has_open_nothing(ports: str) -> None:
    assert (
        in_domain(sip(), host([f"Action=Allow|Active=TRUE|Dir=In|Protocol=6|{ports}|Name=x|"])).status is Status.CLOSED
    )


@pytest.mark.parametrize(
    "rule",
    [
        "v2.20|Action=Boundary|Active=TRUE|Name=asks only|",
        "v2.20|Action=DoNotSecure|Active=TRUE|Name=an exemption|",
        "v2.20|Action=SecureServer|Active=FALSE|Name=off|",
        "v2.20|Action=SecureServer|Name=off|",
        "v2.20|Action=SecureServer|Active=TRUE|Profile=Private|Name=elsewhere|",
        "",
        "x",
    ],
)
def test_other_connection_security_rules_change_nothing(rule: str) -> None:
    assert in_domain(sip(), host([SIP_RULE], lines=consec(POLICY, rule))).status is Status.OPEN


def test_local_rules_that_require_ipsec_may_be_ignored_by_group_policy() -> None:
    settings = {r"policy\DomainProfile": {"AllowLocalIPsecPolicyMerge": 0}}
    snapshot = host([SIP_RULE], lines=consec(LOCAL, REQUIRING[0]), settings=settings)
    assert [verdict.reason for verdict in judge(sip(), snapshot)] == [
        Reason.RULE,
        Reason.NEEDS_IPSEC,
        Reason.NEEDS_IPSEC,
    ]
    snapshot = host([SIP_RULE], lines=consec(POLICY, REQUIRING[0]), settings=settings)
    assert in_domain(sip(), snapshot).reason is Reason.NEEDS_IPSEC


def test_a_rule_that_requires_ipsec_without_a_name_of_its_own() -> None:
    rule = REQUIRING[0].replace("Name=Server isolation", "Name=@FirewallAPI.dll,-1")
    assert in_domain(sip(), host(lines=consec(LOCAL, rule))).by == ("{1}",)


# -- Several at once --------------------------------------------------------------------------------------------------


def test_the_worst_part_gives_the_verdict() -> None:
    rules = [
        SIP_RULE.replace("5061", "1"),
        f"{SIP_RULE.replace('5061', '2')}App={LYNC}|",
        SIP_RULE.replace("5061", "3"),
        "Action=Block|Active=TRUE|Dir=In|Protocol=6|LPort=3|Svc=x|Name=no|",
    ]
    expected = {"1": Status.OPEN, "1,2": Status.CONDITIONAL, "1-3": Status.UNKNOWN, "1-4": Status.CLOSED}
    snapshot = host(rules)
    assert {ports: in_domain(sip(ports), snapshot).status for ports in expected} == expected
    assert in_domain(sip("1-4"), snapshot).part == "4 from any"


def test_worst_takes_the_first_of_equals() -> None:
    verdicts = judge(sip(), host([SIP_RULE + "Profile=Public|"]))
    assert worst(verdicts).profile is Profile.DOMAIN
    assert worst(verdicts[2:]).status is Status.OPEN


def test_only_the_profiles_of_the_traffic_are_judged() -> None:
    traffic = Traffic(Direction.IN, 6, PortSet.of(5061), profiles=frozenset({Profile.PUBLIC}))
    assert [verdict.profile for verdict in judge(traffic, host())] == [Profile.PUBLIC]


def test_traffic_is_described_in_a_few_words() -> None:
    assert describe(sip("5061,5062", ["10.0.0.0/8"])) == "in tcp 5061-5062 from 10.0.0.0/8"
    assert describe(sip(direction=Direction.OUT, protocol=17)) == "out udp 5061 to any"


def test_a_host_with_400_overlapping_rules_is_judged_in_time() -> None:
    rules = [
        f"Action={'Block' if number % 3 == 0 else 'Allow'}|Active=TRUE|Dir=In|Protocol=6|"
        f"LPort2_10={49152 + number}-{49252 + number}|RA4=10.{number % 60}.{number % 200}.0/255.255.255.0|"
        f"Name=r{number}|"
        for number in range(400)
    ]
    snapshot = host(rules)
    before = time.process_time()
    judge(sip("49152-65535"), snapshot)
    assert time.process_time() - before < 10, "cutting boxes against boxes took minutes"
