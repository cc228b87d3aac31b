# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules with what Lync has no need of: security, edge, services, interfaces, ICMP, protocols by number, groups."""

from __future__ import annotations

import pytest

from lab.testing import Lab, LabHost
from lab.windows.rules import parse_rule
from lab_tests.test_netsh import FIREWALL, added

_GROUP = "D:(A;;CC;;;S-1-5-21-1-2-3-1104)"


@pytest.mark.parametrize(
    ("arguments", "tokens"),
    [
        ("protocol=icmpv4", "Protocol=1|"),
        ("protocol=icmpv4:any,any", "Protocol=1|"),
        ("protocol=icmpv4:3,4", "Protocol=1|ICMP4=3:4|"),
        ("protocol=ICMPv6:135,any", "Protocol=58|ICMP6=135:*|"),
        ("protocol=1", "Protocol=1|"),
        ("protocol=47", "Protocol=47|"),
        ("protocol=0", "Protocol=0|"),
        ("protocol=any", ""),
        ("protocol=2 remoteip=dns,DHCP,wins,DefaultGateway",
         "Protocol=2|RA4=DNS|RA4=DHCP|RA4=WINS|RA4=DefaultGateway|RA6=DNS|RA6=DHCP|RA6=WINS|RA6=DefaultGateway|"),
        ("localip=10.1.0.0/16,2001:db8::7", "LA4=10.1.0.0/255.255.0.0|LA6=2001:db8::7|"),
        ("service=w32time", "Svc=w32time|"),
        ("interfacetype=any", ""),
        ("interfacetype=wireless", "IFType=Wireless|"),
        ("interfacetype=RAS,lan,ras", "IFType=RemoteAccess|IFType=Lan|"),
    ],
)  # fmt: skip
def test_conditions(fe01: LabHost, arguments: str, tokens: str) -> None:
    """The fields of Microsoft's netsh-advfirewall reference as [MS-GPFAS] 2.2.2 has them."""
    stored = added(fe01, f"name=a dir=in action=block {arguments}")
    assert stored == f"v2.22|Action=Block|Active=TRUE|Dir=In|{tokens}Name=a|"


@pytest.mark.parametrize(
    ("arguments", "head", "tail"),
    [
        ("dir=in action=allow edge=yes", "Allow|Active=TRUE|Dir=In", "Edge=TRUE|"),
        ("dir=in action=allow edge=deferuser", "Allow|Active=TRUE|Dir=In", "Edge=TRUE|Defer=User|"),
        ("dir=in action=allow edge=no", "Allow|Active=TRUE|Dir=In", ""),
        ("dir=in action=allow security=notrequired", "Allow|Active=TRUE|Dir=In", ""),
        ("dir=in action=allow security=authenc", "Allow|Active=TRUE|Dir=In", "Security=AuthenticateEncrypt|"),
        ("dir=in action=allow security=authdynenc", "Allow|Active=TRUE|Dir=In",
         "Security=AuthenticateEncrypt|Security2=AnE-Nego|"),
        ("dir=in action=allow security=authnoencap", "Allow|Active=TRUE|Dir=In",
         "Security=Authenticate|Security2_9=An-NoEncap|"),
        ("dir=in action=allow security=authenticate,authnoencap", "Allow|Active=TRUE|Dir=In",
         "Security=Authenticate|Security2_9=An-NoEncap|"),
        (f"dir=in action=allow security=authenticate rmtusrgrp={_GROUP}", "Allow|Active=TRUE|Dir=In",
         f"Security=Authenticate|RUAuth={_GROUP}|"),
        (f"dir=in action=bypass security=authenticate rmtcomputergrp={_GROUP}", "ByPass|Active=TRUE|Dir=In",
         f"Security=Authenticate|RMauth={_GROUP}|"),
        ("dir=out action=bypass security=authenc", "Allow|Active=TRUE|Dir=Out",
         "Security=AuthenticateEncrypt|AuthByPassOut=TRUE|"),
    ],
)  # fmt: skip
def test_security_and_edge(fe01: LabHost, arguments: str, head: str, tail: str) -> None:
    """[MS-FASP] 2.2.35: authenticated without encapsulation, and with negotiated encryption, are flags on top of
    those for authentication and encryption; what passes block rules outbound is an allow rule with a flag."""
    assert added(fe01, f"name=a {arguments}") == f"v2.22|Action={head}|Name=a|{tail}"


@pytest.mark.parametrize(
    "arguments",
    [
        "dir=in action=allow protocol=icmpv4:any,4",
        "dir=in action=allow protocol=icmpv4:8,any,0",
        "dir=in action=allow protocol=icmpv4:8,any,icmpv4:0,any",
        "dir=in action=allow protocol=icmpv4:256,0",
        "dir=in action=allow protocol=icmpv4:8,256",
        "dir=in action=allow protocol=icmpv6 localport=80",
        "dir=in action=allow protocol=icmpv4:8,0 remoteport=80",
        "dir=in action=allow protocol=47 localport=80",
        "dir=in action=allow interfacetype=any,lan",
        "dir=in action=allow interfacetype=wired",
        "dir=in action=allow service=a/b",
        "dir=in action=allow edge=maybe",
        "dir=out action=allow edge=deferapp",
        "dir=out action=allow security=authdynenc",
        "dir=in action=block security=authenticate",
        "dir=in action=allow security=authenc,authnoencap",
        "dir=in action=allow security=authenticate,authenc",
        "dir=in action=allow security=authenticate,notrequired",
        f"dir=in action=allow rmtcomputergrp={_GROUP}",
        f"dir=in action=allow rmtusrgrp={_GROUP}",
        "dir=in action=bypass security=authenticate",
        "dir=out action=bypass",
        "dir=in action=allow protocol=udp localport=RPC-EPMap",
        "dir=out action=allow protocol=tcp localport=IPHTTPS",
        "dir=out action=allow protocol=udp localport=teredo",
    ],
)
def test_what_does_not_go_together_is_refused(fe01: LabHost, arguments: str) -> None:
    """Remarks of the netsh-advfirewall reference, semantic checks of [MS-FASP] 2.2.37; an ICMP code without a type
    has no form in [MS-FASP] 2.2.16."""
    before = fe01.registry_text()
    assert fe01.run(f"{FIREWALL} add rule name=a {arguments}").rc == 1
    assert fe01.registry_text() == before


def test_set_goes_back_to_no_security_and_no_edge(fe01: LabHost) -> None:
    added(fe01, "name=a dir=in action=allow security=authdynenc edge=deferapp service=any interfacetype=lan")
    assert fe01.run(
        f"{FIREWALL} set rule name=a new security=notrequired edge=no interfacetype=any service=w32time"
    ).rc == 0  # fmt: skip
    assert list(fe01.rules().values())[-1] == "v2.22|Action=Allow|Active=TRUE|Dir=In|Svc=w32time|Name=a|"


def test_set_leaves_what_would_not_go_together(fe01: LabHost) -> None:
    added(fe01, "name=a dir=in action=allow security=authdynenc")
    before = fe01.registry_text()
    assert fe01.run(f"{FIREWALL} set rule name=a new dir=out").rc == 1
    assert fe01.run(f"{FIREWALL} set rule name=a new action=block").rc == 1
    assert fe01.registry_text() == before


def test_an_outbound_bypass_becomes_an_ordinary_rule_again(fe01: LabHost) -> None:
    added(fe01, "name=a dir=out action=bypass security=authenticate")
    assert fe01.run(f"{FIREWALL} set rule name=a new action=allow security=notrequired").rc == 0
    assert list(fe01.rules().values())[-1] == "v2.22|Action=Allow|Active=TRUE|Dir=Out|Name=a|"


def test_show_tells_security_edge_and_icmp(fe01: LabHost) -> None:
    """Public captures of `show rule … verbose`; what defers is named as a public parser of them expects."""
    added(fe01, "name=a dir=in action=allow security=authdynenc edge=deferuser protocol=icmpv4:8,any")
    shown = fe01.run(f"{FIREWALL} show rule name=a verbose").stdout
    for label, value in (
        ("Edge traversal:", "Defer to user"),
        ("Security:", "AuthDynEnc"),
        ("Rule source:", "Local Setting"),
        ("", "Type    Code"),
        ("", "8       Any"),
    ):
        assert f"{label:<38}{value}" in [line.rstrip() for line in shown.splitlines()]
    assert fe01.run(f"{FIREWALL} show rule name=a type=static").rc == 0
    assert fe01.run(f"{FIREWALL} show rule name=a type=fixed").rc == 1


# --- groups ---------------------------------------------------------------------------------------------------------

_SHARING = "@FirewallAPI.dll,-28502"


def _group(host: LabHost, name: str) -> list[tuple[str, bool]]:
    rules = [(rule_id, parse_rule(text)) for rule_id, text in host.rules().items()]
    return [(rule_id, rule.active) for rule_id, rule in rules if rule.first("EmbedCtxt") == name]


def test_a_group_by_its_reference_and_by_its_text() -> None:
    """Public answer files enable groups by reference, for any language; Microsoft's documents do by display text."""
    with Lab(hosts=["fe01"], policy="ws2019-desktop") as lab:
        host = lab.host("fe01")
        before = _group(host, _SHARING)
        assert len(before) > 10
        others = {rule_id: text for rule_id, text in host.rules().items() if f"EmbedCtxt={_SHARING}|" not in text}

        done = host.run(f'{FIREWALL} set rule group="{_SHARING.upper()}" new enable=yes')
        assert done.stdout == f"\r\nUpdated {len(before)} rule(s).\r\nOk.\r\n\r\n"
        assert _group(host, _SHARING) == [(rule_id, True) for rule_id, _unused in before]

        host.set_quirks(language="de")
        assert host.run(f'{FIREWALL} set rule group="File and Printer Sharing" new enable=no').rc == 1
        assert host.run(f'{FIREWALL} set rule group="datei- und druckerfreigabe" new enable=no').rc == 0
        assert _group(host, _SHARING) == [(rule_id, False) for rule_id, _unused in before]
        assert others.items() <= host.rules().items()

        discovery = _group(host, "@FirewallAPI.dll,-32752")
        assert host.run(f'{FIREWALL} set rule group="Netzwerkerkennung" new enable=yes').rc == 0
        assert _group(host, "@FirewallAPI.dll,-32752") == [(rule_id, True) for rule_id, _unused in discovery] != []


@pytest.mark.parametrize(
    "words",
    [
        'group="@FirewallAPI.dll,-1" new enable=yes',
        'group="" new enable=yes',
        f'group="{_SHARING}" new action=block',
        f'group="{_SHARING}" new enable=yes profile=domain',
        f'group="{_SHARING}" dir=in new enable=yes',
        f'group="{_SHARING}" name=a new enable=yes',
        f'group="{_SHARING}" enable=yes',
        f'group="{_SHARING}" new',
    ],
)
def test_a_group_can_only_be_enabled_or_disabled(fe01: LabHost, words: str) -> None:
    before = fe01.registry_text()
    assert fe01.run(f"{FIREWALL} set rule {words}").rc == 1
    assert fe01.registry_text() == before


def test_rules_are_not_deleted_by_group(fe01: LabHost) -> None:
    assert fe01.run(f'{FIREWALL} delete rule group="{_SHARING}"').rc == 1
