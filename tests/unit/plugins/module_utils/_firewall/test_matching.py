# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How one rule meets some traffic: what is exact, what is possible, and what it depends on."""

from __future__ import annotations

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule import Direction, Store, same_path
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule_string import parse_rule
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.traffic.matching import Match, Traffic, match
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.traffic.rule_names import label
from ansible_collections.lyncops.firewall.plugins.module_utils._net.address_set import AddressSet
from ansible_collections.lyncops.firewall.plugins.module_utils._net.port_set import PortSet

PROGRAM = r"C:\Windows\System32\svchost.exe"


def meet(
    tokens: str,
    *,
    direction: Direction = Direction.IN,
    ports: str = "100-200",
    remote: str = "",
    program: str = "",
    service: str = "",
) -> Match | None:
    traffic = Traffic(
        direction,
        6,
        PortSet.parse(ports),
        AddressSet.parse([remote] if remote else []),
        programs=frozenset({same_path(program)} if program else ()),
        services=frozenset({service} if service else ()),
    )
    way = direction.value.capitalize()
    return match(parse_rule("{1}", f"v2.10|Action=Allow|Active=TRUE|Dir={way}|{tokens}|Name=x|"), traffic)


LIMITS = {
    "Protocol=6": (),
    rf"Protocol=6|App={PROGRAM}": ("program",),
    "Protocol=6|Svc=RTCSRV": ("service",),
    "Protocol=6|Svc=*": ("service",),
    rf"Protocol=6|App={PROGRAM}|Svc=RTCSRV": ("program", "service"),
    "Protocol=6|Security=Authenticate": ("ipsec",),
    "Protocol=6|Security2_9=An-NoEncap": ("ipsec",),
    "Protocol=6|RMauth=O:LSD:": ("ipsec",),
    "Protocol=6|IFType=Lan": ("interface",),
    "Protocol=6|IF={1}": ("interface",),
    "Protocol=6|LUOwn=S-1-5-21-1": ("condition",),
    "Protocol=6|Platform=2:6:1|Platform2=GTEQ": ("condition",),
    "Protocol=6|ICMP4=8:*": ("condition",),
    "LPort=150": ("condition",),
    "LA4=10.0.0.5": ("local address",),
    "Protocol=6|RPort=1000": ("source port",),
    "Protocol=6|Edge=TRUE|Defer=App|LSM=TRUE|PCross=TRUE": (),
}


@pytest.mark.parametrize("tokens", LIMITS)
def test_what_a_rule_depends_on_is_named_and_makes_nothing_certain(tokens: str) -> None:
    found = meet(tokens)
    assert found is not None
    assert found.limits == LIMITS[tokens]
    assert bool(found.certain) == (not found.limits)
    assert found.exact


@pytest.mark.parametrize(
    ("tokens", "program", "service", "limits"),
    [
        (r"App=%SystemRoot%\system32\SVCHOST.exe", PROGRAM, "", ()),
        (rf"App={PROGRAM}|Svc=RTCSRV", PROGRAM, "rtcsrv", ()),
        (rf"App={PROGRAM}|Svc=RTCSRV", PROGRAM, "", ("service",)),
        ("Svc=*", "", "rtcsrv", ()),
    ],
)
def test_a_limit_that_the_listener_fulfils_is_none(
    tokens: str, program: str, service: str, limits: tuple[str, ...]
) -> None:
    found = meet(tokens, program=program, service=service)
    assert found is not None
    assert found.limits == limits


@pytest.mark.parametrize(
    ("tokens", "program", "service"),
    [
        (rf"App={PROGRAM}", r"C:\other.exe", ""),
        ("Svc=RTCSRV", "", "other"),
        ("Protocol=17", "", ""),
        ("Protocol=6|LPort=99", "", ""),
        ("Protocol=6|LPort=RPC-EPMap", "", ""),
    ],
)
def test_a_rule_about_something_else_does_not_match(tokens: str, program: str, service: str) -> None:
    assert meet(tokens, program=program, service=service, ports="100-134") is None


def test_the_direction_counts_unless_it_cannot_be_read() -> None:
    inbound = Traffic(Direction.IN, 6, PortSet.of(1))
    assert match(parse_rule("1", "v2.10|Action=Block|Active=TRUE|Dir=Out|Name=x|"), inbound) is None
    unread = match(parse_rule("1", "v2.10|Action=Block|Active=TRUE|Dir=Sideways|Name=x|"), inbound)
    assert unread is not None
    assert unread.limits == ("opaque",)
    assert not unread.exact
    assert unread.possible == inbound.region


@pytest.mark.parametrize(
    ("tokens", "exact", "possible"),
    [
        ("LPort=150|LPort2_10=190-300", "150,190-200 from 10.0.0.0/8", "150,190-200 from 10.0.0.0/8"),
        ("LPort=RPC-EPMap", "135 from 10.0.0.0/8", "135 from 10.0.0.0/8"),
        ("LPort=RPC", "", "100-200 from 10.0.0.0/8"),
        ("LPort=150|LPort=RPC", "150 from 10.0.0.0/8", "100-200 from 10.0.0.0/8"),
        ("LPort=150|RA4=10.1.0.0/255.255.0.0|RA4=192.0.2.1", "150 from 10.1.0.0/16", "150 from 10.1.0.0/16"),
        ("LPort=150|RA4=LocalSubnet", "", "150 from 10.0.0.0/8"),
        ("LPort=150|RA6=LocalSubnet", None, None),
        ("LPort=150|RA6=2001:db8::1", None, None),
    ],
)
def test_words_are_possible_numbers_are_exact(tokens: str, exact: str | None, possible: str | None) -> None:
    found = meet(f"Protocol=6|{tokens}", remote="10.0.0.0/8")
    if exact is None:
        assert found is None
    else:
        assert found is not None
        assert (str(found.exact), str(found.possible)) == (exact, possible)


@pytest.mark.parametrize(
    ("tokens", "exact", "possible"),
    [
        ("LPort=150", "150 from localsubnet", "150 from localsubnet"),
        ("LPort=150|RA4=LocalSubnet|RA6=LocalSubnet", "150 from localsubnet", "150 from localsubnet"),
        ("LPort=150|RA4=10.0.0.0/255.0.0.0", "", "150 from localsubnet"),
        ("LPort=150|RA4=DNS", "", "150 from localsubnet"),
    ],
)
def test_a_word_of_the_traffic_may_stand_for_any_of_a_rules_addresses(tokens: str, exact: str, possible: str) -> None:
    found = meet(f"Protocol=6|{tokens}", remote="localsubnet")
    assert found is not None
    assert (str(found.exact), str(found.possible)) == (exact, possible)


def test_outbound_traffic_is_about_remote_ports() -> None:
    found = meet("Protocol=6|RPort=150", direction=Direction.OUT)
    assert found is not None
    assert (str(found.certain), found.limits) == ("150 from any", ())
    near = meet("Protocol=6|RPort=150|LPort=7", direction=Direction.OUT)
    assert near is not None
    assert near.limits == ("source port",)


@pytest.mark.parametrize(
    ("name", "rule_id", "store", "expected"),
    [
        ("CS RTCSRV", "{1}", Store.LOCAL, "CS RTCSRV"),
        ("CS RTCSRV", "{1}", Store.GROUP_POLICY, "CS RTCSRV (group policy)"),
        ("@FirewallAPI.dll,-28502", "FPS-NB_Session-In-TCP", Store.LOCAL, "FPS-NB_Session-In-TCP"),
        ("@FirewallAPI.dll,-28502", "FPS", Store.MDM, "FPS (mdm)"),
        ("", "{1}", Store.LOCAL, "{1}"),
    ],
)
def test_a_rule_has_a_name_for_people(name: str, rule_id: str, store: Store, expected: str) -> None:
    assert label(parse_rule(rule_id, f"v2.10|Action=Allow|Dir=In|Name={name}|", store)) == expected
