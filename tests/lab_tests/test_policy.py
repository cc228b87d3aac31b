# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The decision what gets in, without sockets: [MS-FASP] precedence, stores, profiles, scopes."""

from __future__ import annotations

from collections.abc import Mapping

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


def service(
    *local: str, group: tuple[str, ...] = (), mdm: tuple[str, ...] = (), security: tuple[str, ...] = (),
    group_security: tuple[str, ...] = (), values: Mapping[str, str] | None = None, **dwords: int,
) -> FirewallService:  # fmt: skip
    """A running firewall service. ``dwords`` are `Local_Domain_EnableFirewall=0` and the like; ``values`` are texts of
    Group Policy by path, the numbers among them DWORDs."""
    registry = Registry()
    stores = ((LOCAL_STORE + r"\FirewallRules", local), (GROUP_POLICY_STORE + r"\FirewallRules", group))
    stores += ((LOCAL_STORE + r"\ConSecRules", security), (GROUP_POLICY_STORE + r"\ConSecRules", group_security))
    for path, text in (values or {}).items():
        key, _unused, name = path.rpartition("\\")
        number = f"0x{text}" if text.isdecimal() else None
        registry.create(rf"{GROUP_POLICY_STORE}\{key}").set(name, "REG_DWORD" if number else "REG_SZ", number or text)
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


SECURE = "v2.20|Action=SecureServer|Active=TRUE|Name=Server isolation|Auth1Set={E5A5D32A-4BCE-4e4d-B07F-4AB1BA7E5FE3}|"


@pytest.mark.parametrize("action", ["SecureServer", "Secure"])
def test_inbound_that_must_be_authenticated_is_dropped(action: str) -> None:
    rule = SECURE.replace("SecureServer", action)
    assert not gets_in(service(ALLOW, security=(rule,)))
    assert not gets_in(service(ALLOW, group_security=(rule,)))
    # Also where nothing is blocked by default; not where the firewall is off ([MS-FASP] 2.2.38).
    assert not gets_in(service(security=(rule,), Local_Domain_DefaultInboundAction=0))
    assert gets_in(service(security=(rule,), Local_Domain_EnableFirewall=0))


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (SECURE.replace("SecureServer", "Boundary"), True),
        (SECURE.replace("SecureServer", "DoNotSecure"), True),
        (SECURE.replace("SecureServer", "Nonsense"), True),
        (SECURE.replace("Active=TRUE|", ""), True),
        (SECURE.replace("TRUE", "FALSE"), True),
        (SECURE + "Profile=Public|", True),
        (SECURE + "Profile=Domain|Profile=Private|", False),
        (SECURE + "Protocol=6|", False),
        (SECURE + "Protocol=17|", True),
        (SECURE + "Protocol=6|EP1Port=5061|", False),
        (SECURE + "Protocol=6|EP2Port2_10=5000-5061|", False),
        (SECURE + "Protocol=6|EP1Port=443|", True),
        (SECURE + "Protocol=6|EP1Port=5061|EP2Port=5061|", True),
        (SECURE + "EP1_4=127.77.0.11|EP2_4=127.0.0.0/255.0.0.0|", False),
        (SECURE + "EP2_4=127.77.0.11|EP1_4=127.0.0.1|", False),
        (SECURE + "EP1_4=127.77.0.12|EP2_4=10.0.0.0/255.0.0.0|", True),
        (SECURE + "EP1_4=LocalSubnet|EP2_4=LocalSubnet|", True),
        (SECURE + "EP2_6=fe80::/64|EP1_6=fe80::/64|", True),
        (SECURE + "IFType=Wireless|", True),
        (SECURE + "RTunnel4=10.0.0.1|", True),
    ],
)
def test_which_traffic_a_connection_security_rule_is_about(rule: str, expected: bool) -> None:
    assert gets_in(service(ALLOW, group_security=(rule,))) is expected


def test_an_exemption_lets_its_peers_in_unauthenticated() -> None:
    exempt = SECURE.replace("SecureServer", "DoNotSecure") + "EP2_4=127.0.0.1|"
    firewall = service(ALLOW, group_security=(SECURE, exempt))
    assert gets_in(firewall)
    assert not gets_in(firewall, "127.0.0.9")
    assert not gets_in(service(group_security=(SECURE, exempt)))


def test_local_connection_security_rules_may_be_void() -> None:
    assert gets_in(service(ALLOW, security=(SECURE,), Policy_Domain_AllowLocalIPsecPolicyMerge=0))
    assert not gets_in(service(ALLOW, group_security=(SECURE,), Policy_Domain_AllowLocalIPsecPolicyMerge=0))
    assert not gets_in(service(ALLOW, security=(SECURE,), Policy_Domain_AllowLocalPolicyMerge=0, group=(ALLOW,)))


WORKSTATION = Listener("127.77.0.11", TCP, 3389, r"C:\Windows\System32\svchost.exe", "TermService")
SMB = Listener("127.77.0.11", TCP, 445, "System")
NETBIOS = Listener("127.77.0.11", UDP, 137, "System")


@pytest.mark.parametrize(
    ("path", "text", "listener", "expected"),
    [
        (r"GloballyOpenPorts\List\a", "5061:TCP:*:enabled:SIP", SIP, True),
        (r"GloballyOpenPorts\List\a", "5061:tcp:*:Enabled:SIP: internal", SIP, True),
        (r"GloballyOpenPorts\List\a", "5061:UDP:*:enabled:SIP", SIP, False),
        (r"GloballyOpenPorts\List\a", "5061:TCP:*:disabled:SIP", SIP, False),
        (r"GloballyOpenPorts\List\a", "5061:TCP:localsubnet:enabled:SIP", SIP, False),
        (r"GloballyOpenPorts\List\a", "5061:TCP:10.0.0.1,127.0.0.0/255.0.0.0:enabled:SIP", SIP, True),
        (r"GloballyOpenPorts\List\a", "5061:TCP:10.0.0.1, 127.0.0.0/8:enabled:SIP", SIP, False),
        (r"GloballyOpenPorts\List\a", "nonsense", SIP, False),
        (r"AuthorizedApplications\List\a", r"c:\lync\rtcsrv.exe:*:enabled:Front End", SIP, True),
        (r"AuthorizedApplications\List\a", r"C:\Lync\Other.exe:*:enabled:Other", SIP, False),
        (r"AuthorizedApplications\List\a", r"C:\Lync\RTCSrv.exe:*:disabled:Front End", SIP, False),
        (r"AuthorizedApplications\List\a", r"%SystemRoot%\system32\svchost.exe:127.0.0.1:enabled:x", MAPPER, True),
    ],
)
def test_the_older_lists_of_group_policy(path: str, text: str, listener: Listener, expected: bool) -> None:
    path = rf"DomainProfile\{path}"
    assert gets_in(service(values={path: text}), listener=listener) is expected
    assert not gets_in(service(values={path: text}), listener=listener, profile="Public")
    switch = path.rpartition(r"\List")[0] + r"\Enabled"
    assert gets_in(service(values={path: text, switch: "1"}), listener=listener) is expected
    assert not gets_in(service(values={path: text, switch: "0"}), listener=listener)
    assert not gets_in(service(values={path: text}, Policy_Domain_DoNotAllowExceptions=1), listener=listener)
    assert not gets_in(service(BLOCK, values={path: text}), listener=listener)


@pytest.mark.parametrize(
    ("setting", "opened"),
    [
        ("RemoteAdminSettings", {MAPPER, SMB}),
        (r"Services\FileAndPrint", {SMB, NETBIOS}),
        (r"Services\RemoteDesktop", {WORKSTATION}),
        (r"Services\UPnPFramework", set()),
    ],
)
def test_the_older_settings_of_group_policy(setting: str, opened: set[Listener]) -> None:
    for profile in ("Domain", "Private"):
        base = rf"{'Domain' if profile == 'Domain' else 'Standard'}Profile\{setting}"
        on = service(values={rf"{base}\Enabled": "1", rf"{base}\RemoteAddresses": "*"})
        narrow = service(values={rf"{base}\Enabled": "1", rf"{base}\RemoteAddresses": "localsubnet"})
        off = service(values={rf"{base}\Enabled": "0", rf"{base}\RemoteAddresses": "*"})
        for listener in (SIP, MAPPER, SMB, NETBIOS, WORKSTATION):
            assert gets_in(on, listener=listener, profile=profile) is (listener in opened)
            assert gets_in(narrow, NETWORK.gateway, listener, profile) is (listener in opened)
            assert not gets_in(narrow, listener=listener, profile=profile)
            assert not gets_in(off, listener=listener, profile=profile)


def test_older_settings_of_the_standard_profile_count_only_without_the_other_two() -> None:
    entry = {r"StandardProfile\GloballyOpenPorts\List\a": "5061:TCP:*:enabled:SIP"}
    assert gets_in(service(values=entry), profile="Public")
    assert not gets_in(service(values=entry, Policy_Private_EnableFirewall=1), profile="Public")
    assert not gets_in(service(values=entry))


def test_older_settings_are_not_local_rules() -> None:
    entry = {r"DomainProfile\GloballyOpenPorts\List\a": "5061:TCP:*:enabled:SIP"}
    assert gets_in(service(values=entry, Policy_Domain_AllowLocalPolicyMerge=0))
