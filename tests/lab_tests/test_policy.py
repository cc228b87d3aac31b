# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The decision what gets in, without sockets: [MS-FASP] precedence, stores, profiles, scopes."""

from __future__ import annotations

import pytest

from lab.windows.addresses import EVERYTHING, NOTHING, contains
from lab.windows.firewall_service import GROUP_POLICY_STORE, LOCAL_STORE, FirewallService
from lab.windows.policy import TCP, UDP, Listener, Network, admitted
from lab.windows.registry import Registry

NETWORK = Network(local_subnet="127.77.0.0/16")
SIP = Listener("127.77.0.11", TCP, 5061, r"C:\Lync\RTCSrv.exe", "RTCSRV")
MAPPER = Listener("127.77.0.11", TCP, 135, r"C:\Windows\system32\svchost.exe", "RpcSs", "epmap")
ALLOW = "v2.22|Action=Allow|Active=TRUE|Dir=In|"
BLOCK = "v2.22|Action=Block|Active=TRUE|Dir=In|"


def service(*local: str, group: tuple[str, ...] = (), mdm: tuple[str, ...] = (), **dwords: int) -> FirewallService:
    """A running firewall service. ``dwords`` are `Local_Domain_EnableFirewall=0` and the like."""
    registry = Registry()
    stores = ((LOCAL_STORE + r"\FirewallRules", local), (GROUP_POLICY_STORE + r"\FirewallRules", group))
    for key, rules in (*stores, (LOCAL_STORE + r"\Mdm\FirewallRules", mdm)):
        for number, rule in enumerate(rules):
            registry.create(key).set(f"rule-{number}", "REG_SZ", rule)
    for path, number in dwords.items():
        store, profile, name = path.split("_")
        base = LOCAL_STORE if store == "Local" else GROUP_POLICY_STORE
        registry.create(rf"{base}\{profile}Profile").set_dword(name, number)
    made = FirewallService(registry, lambda: None)
    made.start()
    return made


def gets_in(
    firewall: FirewallService, source: str = "127.0.0.1", listener: Listener = SIP, profile: str = "Domain"
) -> bool:
    assert firewall.policy is not None
    return contains(admitted(firewall.policy, profile, listener, NETWORK), source)


def test_the_default_is_block() -> None:
    firewall = service()
    assert firewall.policy is not None
    assert admitted(firewall.policy, "Domain", SIP, NETWORK) == NOTHING


def test_block_beats_allow_whatever_the_order_or_the_specificity() -> None:
    narrow, wide = ALLOW + "Protocol=6|LPort=5061|RA4=127.0.0.1|", BLOCK + "Protocol=6|"
    assert gets_in(service(narrow))
    assert not gets_in(service(narrow, wide))
    assert not gets_in(service(wide, narrow))
    assert not gets_in(service(narrow, group=(wide,)))
    assert gets_in(service(narrow, BLOCK + "Protocol=6|RA4=10.0.0.0/255.0.0.0|"))


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("Protocol=6|LPort=5061|", True),
        ("Protocol=6|LPort=444|LPort=5061|", True),
        ("Protocol=6|LPort=5060|", False),
        ("Protocol=6|LPort2_10=5000-5061|", True),
        ("Protocol=6|LPort2_10=5062-6000|", False),
        ("Protocol=17|LPort=5061|", False),
        ("Protocol=6|", True),
        ("", True),
        ("Profile=Domain|", True),
        ("Profile=Private|Profile=Public|", False),
        (r"App=c:\lync\rtcsrv.EXE|", True),
        (r"App=C:\Lync\Other.exe|", False),
        ("App=System|", False),
        ("Svc=rtcsrv|", True),
        ("Svc=*|", True),
        ("Svc=W3SVC|", False),
        ("IFType=Lan|", True),
        ("IFType=Wireless|", False),
        ("LA4=127.77.0.11|", True),
        ("LA4=127.77.0.12|", False),
        ("RA6=fe80::/64|", False),
        ("Protocol=6|LPort=5061|RPort=5061|", False),
        ("LUAuth=O:LSD:(A;;CC;;;S-1-5-80-1)|", False),
        ("Security=Authenticate|", False),
        ("Future=yes|", False),
        ("Protocol=6|LPort=RPC|", False),
    ],
)
def test_what_a_rule_matches(rule: str, expected: bool) -> None:
    assert gets_in(service(ALLOW + rule)) is expected


def test_a_disabled_or_outbound_rule_opens_nothing() -> None:
    assert not gets_in(service("v2.22|Action=Allow|Active=FALSE|Dir=In|"))
    assert not gets_in(service("v2.22|Action=Allow|Dir=In|"))
    assert not gets_in(service("v2.22|Action=Allow|Active=TRUE|Dir=Out|"))


def test_bypass_is_for_authenticated_peers_only() -> None:
    assert not gets_in(
        service("v2.22|Action=ByPass|Active=TRUE|Dir=In|Security=Authenticate|RMauth=O:LSD:(A;;CC;;;WD)|")
    )


@pytest.mark.parametrize(
    ("scope", "source", "expected"),
    [
        ("RA4=127.0.0.1|", "127.0.0.1", True),
        ("RA4=127.0.0.1|", "127.0.0.2", False),
        ("RA4=127.5.0.0/255.255.0.0|", "127.5.9.9", True),
        ("RA4=127.5.0.0/255.255.0.0|", "127.6.0.1", False),
        ("RA4=127.5.0.1-127.5.0.9|RA4=127.8.0.1|", "127.8.0.1", True),
        ("RA4=LocalSubnet|RA6=LocalSubnet|", "127.77.3.4", True),
        ("RA4=LocalSubnet|RA6=LocalSubnet|", "127.0.0.1", False),
        ("RA4=DNS|", NETWORK.dns, True),
        ("RA4=DefaultGateway|", NETWORK.gateway, True),
        ("RA4=DefaultGateway|", "127.0.0.1", False),
    ],
)
def test_remote_scope(scope: str, source: str, expected: bool) -> None:
    assert gets_in(service(ALLOW + scope), source) is expected


def test_the_rpc_keywords_mean_rpc_ports_only() -> None:
    epmap = service(ALLOW + "Protocol=6|LPort=RPC-EPMap|")
    assert gets_in(epmap, listener=MAPPER)
    assert not gets_in(epmap, listener=SIP)
    assert not gets_in(service(ALLOW + "Protocol=6|LPort=RPC|"), listener=MAPPER)


def test_udp_and_tcp_are_apart() -> None:
    browser = Listener("127.77.0.11", UDP, 1434, r"C:\sqlbrowser.exe", "SQLBrowser")
    firewall = service(ALLOW + "Protocol=17|LPort=1434|")
    assert gets_in(firewall, listener=browser)
    assert not gets_in(firewall)


def test_a_profile_switched_off_lets_all_in_but_only_that_one() -> None:
    firewall = service(Local_Domain_EnableFirewall=0)
    assert firewall.policy is not None
    assert admitted(firewall.policy, "Domain", SIP, NETWORK) == EVERYTHING
    assert not gets_in(firewall, profile="Public")


def test_the_private_profile_is_called_standard_locally() -> None:
    firewall = service(Local_Standard_EnableFirewall=0)
    assert gets_in(firewall, profile="Private")
    assert not gets_in(firewall, profile="Domain")


def test_default_inbound_allow() -> None:
    firewall = service(BLOCK + "RA4=127.0.0.9|", Local_Domain_DefaultInboundAction=0)
    assert gets_in(firewall)
    assert not gets_in(firewall, "127.0.0.9")


def test_group_policy_decides_where_it_says_something() -> None:
    assert not gets_in(service(Local_Domain_EnableFirewall=0, Policy_Domain_EnableFirewall=1))
    assert gets_in(service(Local_Domain_EnableFirewall=1, Policy_Domain_EnableFirewall=0))
    assert gets_in(service(Local_Domain_DefaultInboundAction=1, Policy_Domain_DefaultInboundAction=0))


def test_shields_up_from_either_side_wins() -> None:
    for store in ("Local", "Policy"):
        settings = {f"{store}_Domain_DoNotAllowExceptions": 1}
        assert not gets_in(service(ALLOW, group=(), mdm=(), **settings))
    assert not gets_in(service(ALLOW, Local_Domain_DoNotAllowExceptions=1, Policy_Domain_DoNotAllowExceptions=0))


def test_forbidden_merge_voids_local_rules_blocks_too() -> None:
    local, group = (ALLOW, BLOCK + "RA4=127.0.0.9|"), (ALLOW + "LPort=5061|Protocol=6|",)
    merged = service(*local, group=group)
    apart = service(*local, group=group, Policy_Domain_AllowLocalPolicyMerge=0)
    assert gets_in(merged)
    assert gets_in(apart)
    assert not gets_in(merged, "127.0.0.9")
    assert gets_in(apart, "127.0.0.9")
    assert not gets_in(service(ALLOW, Policy_Domain_AllowLocalPolicyMerge=0))
    # The flag has a meaning under Group Policy only.
    assert gets_in(service(ALLOW, Local_Domain_AllowLocalPolicyMerge=0))


def test_mdm_rules_count() -> None:
    assert gets_in(service(mdm=(ALLOW,)))
    assert not gets_in(service(ALLOW, mdm=(BLOCK,)))


def test_policy_standard_profile_counts_only_without_the_other_two() -> None:
    both = service(Policy_Standard_EnableFirewall=0)
    assert gets_in(both, profile="Private")
    assert gets_in(both, profile="Public")
    one = service(Policy_Standard_EnableFirewall=0, Policy_Public_EnableFirewall=1)
    assert not gets_in(one, profile="Private")
    assert not gets_in(one, profile="Public")


def test_a_stopped_service_has_no_policy() -> None:
    firewall = service(BLOCK)
    firewall.stop()
    assert firewall.policy is None
