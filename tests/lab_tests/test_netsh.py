# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""netsh advfirewall against its documented syntax and the stored form of [MS-GPFAS]."""

from __future__ import annotations

import re
from ipaddress import IPv4Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.testing import LabHost
from lab.windows.netsh_fields import new_rule

FIREWALL = "netsh advfirewall firewall"
GUID = re.compile(r"\{[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}\}")


def added(host: LabHost, arguments: str) -> str:
    """The rule string that one `add rule` stores."""
    before = host.rules()
    result = host.run(f"{FIREWALL} add rule {arguments}")
    assert (result.rc, result.stdout, result.stderr) == (0, "Ok.\r\n\r\n", "")
    new = {key: text for key, text in host.rules().items() if key not in before}
    assert len(new) == 1
    (rule_id, text) = new.popitem()
    assert GUID.fullmatch(rule_id)
    assert f"    {rule_id}    REG_SZ    {text}\r\n" in host.registry_text()
    return text


@pytest.mark.parametrize(
    ("arguments", "stored"),
    [
        (
            'name="Open Port to Any" dir=in action=allow protocol=TCP localport=3389 profile=any',
            "v2.22|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=3389|Name=Open Port to Any|",
        ),
        (
            "name=a dir=in action=allow protocol=udp localport=49152-57500,3478,5000",
            "v2.22|Action=Allow|Active=TRUE|Dir=In|Protocol=17|LPort=3478|LPort=5000|LPort2_10=49152-57500|Name=a|",
        ),
        (
            "name=a dir=in action=allow remoteip=10.0.0.0/8,192.168.1.5/32,10.1.0.1-10.1.0.9,fd00::/8,localsubnet",
            "v2.22|Action=Allow|Active=TRUE|Dir=In|RA4=10.0.0.0/255.0.0.0|RA4=192.168.1.5|RA4=10.1.0.1-10.1.0.9|"
            "RA4=LocalSubnet|RA6=fd00::/8|RA6=LocalSubnet|Name=a|",
        ),
        (
            "name=a dir=in action=block enable=no profile=public,domain localip=10.0.0.1",
            "v2.22|Action=Block|Active=FALSE|Dir=In|Profile=Domain|Profile=Public|LA4=10.0.0.1|Name=a|",
        ),
        (
            "name=a dir=in action=allow profile=private,public,domain",
            "v2.22|Action=Allow|Active=TRUE|Dir=In|Name=a|",
        ),
        (
            r'name=a dir=in action=allow program="C:\Program Files\x y.exe" service=any description="two words"',
            r"v2.22|Action=Allow|Active=TRUE|Dir=In|App=C:\Program Files\x y.exe|Svc=*|Name=a|Desc=two words|",
        ),
        (
            "name=a dir=in action=allow program=SYSTEM protocol=tcp localport=rpc-epmap,RPC",
            "v2.22|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=RPC-EPMap|LPort=RPC|App=System|Name=a|",
        ),
        (
            "name=a dir=in action=allow protocol=tcp localport=iphttps edge=deferapp interfacetype=lan,ras",
            "v2.22|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort2_10=IPTLSIn|LPort2_10=IPHTTPSIn|IFType=Lan|"
            "IFType=RemoteAccess|Name=a|Edge=TRUE|Defer=App|",
        ),
        (
            "name=a dir=in action=allow protocol=icmpv4:8,any remoteip=localsubnet",
            "v2.22|Action=Allow|Active=TRUE|Dir=In|Protocol=1|ICMP4=8:*|RA4=LocalSubnet|Name=a|",
        ),
        (
            "name=a dir=in action=allow protocol=icmpv6:128,0 remoteip=localsubnet",
            "v2.22|Action=Allow|Active=TRUE|Dir=In|Protocol=58|ICMP6=128:0|RA6=LocalSubnet|Name=a|",
        ),
        (
            "name=a dir=out action=allow protocol=6 remoteport=443",
            "v2.22|Action=Allow|Active=TRUE|Dir=Out|Protocol=6|RPort=443|Name=a|",
        ),
        (
            "name=a dir=in action=bypass security=authdynenc rmtcomputergrp=D:(A;;CC;;;S-1-5-21-1) "
            "rmtusrgrp=D:(A;;CC;;;WD)",
            "v2.22|Action=ByPass|Active=TRUE|Dir=In|Name=a|Security=AuthenticateEncrypt|Security2=AnE-Nego|"
            "RMauth=D:(A;;CC;;;S-1-5-21-1)|"
            "RUAuth=D:(A;;CC;;;WD)|",
        ),
        (
            "name=a dir=out action=block protocol=tcp remoteport=iphttps",
            "v2.22|Action=Block|Active=TRUE|Dir=Out|Protocol=6|RPort2_10=IPTLSOut|RPort2_10=IPHTTPSOut|Name=a|",
        ),
        (
            "name=a dir=in action=allow protocol=udp localport=Teredo",
            "v2.22|Action=Allow|Active=TRUE|Dir=In|Protocol=17|LPort=Teredo|Name=a|",
        ),
        (
            "name=a=b dir=in action=allow security=authenticate",
            "v2.22|Action=Allow|Active=TRUE|Dir=In|Name=a=b|Security=Authenticate|",
        ),
    ],
)
def test_add_stores_what_the_service_would(fe01: LabHost, arguments: str, stored: str) -> None:
    assert added(fe01, arguments) == stored


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("dir=in action=allow", "essential parameters"),
        ("name=a action=allow", "essential parameters"),
        ("name=a dir=in", "essential parameters"),
        ("name=all dir=in action=allow", "specified value"),
        ("name=a|b dir=in action=allow".replace("|", "^|"), "specified value"),
        ("name=a dir=sideways action=allow", "specified value"),
        ("name=a dir=in action=maybe", "specified value"),
        ("name=a dir=in action=allow enable=1", "specified value"),
        ("name=a dir=in action=allow profile=domain,any", "specified value"),
        ("name=a dir=in action=allow localport=80", "protocol value"),
        ("name=a dir=in action=allow protocol=1 localport=80", "port value"),
        ("name=a dir=in action=allow protocol=tcp localport=65536", "port value"),
        ("name=a dir=in action=allow protocol=tcp localport=20-10", "port value"),
        ("name=a dir=in action=allow protocol=tcp localport=80,any", "port value"),
        ("name=a dir=in action=allow protocol=udp localport=RPC", "port value"),
        ("name=a dir=out action=allow protocol=tcp localport=RPC", "port value"),
        ("name=a dir=in action=allow protocol=tcp localport=Teredo", "port value"),
        ("name=a dir=in action=allow protocol=256", "protocol value"),
        ("name=a dir=in action=allow protocol=icmpv4:8", "protocol value"),
        ("name=a dir=in action=allow protocol=tcp:8,0", "protocol value"),
        ("name=a dir=in action=allow remoteip=10.0.0.256", "IP address"),
        ("name=a dir=in action=allow remoteip=10.0.0.9-10.0.0.1", "IP address"),
        ("name=a dir=in action=allow remoteip=10.0.0.1,any", "IP address"),
        ("name=a dir=in action=allow localip=localsubnet", "IP address"),
        ("name=a dir=in action=allow remoteip=::1", "IP address"),
        ("name=a dir=in action=allow remoteip=10.0.0.1,::", "IP address"),
        ("name=a dir=in action=allow remoteip=::/0", "IP address"),
        ("name=a dir=in action=allow remoteip=::1/64", "IP address"),
        ("name=a dir=in action=allow remoteip=::5/64", "IP address"),
        ("name=a dir=in action=allow remoteip=::1-::9", "IP address"),
        ("name=a dir=in action=allow remoteip=::-2001:db8::1", "IP address"),
        ("name=a dir=in action=allow remoteip=2001:db8::1-ff02::1", "IP address"),
        ("name=a dir=in action=allow remoteip=ff02::/16", "IP address"),
        ("name=a dir=in action=allow localip=ff02::1:2", "IP address"),
        ("name=a dir=in action=allow localip=::1", "IP address"),
        ("name=a dir=out action=allow edge=yes", "specified value"),
        ("name=a dir=in action=bypass", "essential parameters"),
        ("name=a dir=in action=allow program=a/b", "specified value"),
        ("name=a dir=in action=allow group=x", "group is not a valid argument"),
        ("name=a dir=in action=allow name=b", "syntax"),
        ("name=a dir=in action=allow bareword", "bareword is not a valid argument"),
    ],
)
def test_bad_adds_say_so_and_store_nothing(fe01: LabHost, arguments: str, message: str) -> None:
    before = fe01.registry_text()
    result = fe01.run(f"{FIREWALL} add rule {arguments}")
    assert (result.rc, result.stderr) == (1, "")
    assert message in result.stdout
    assert fe01.registry_text() == before


def test_twins_by_name_are_possible_and_move_together(fe01: LabHost, unique: str) -> None:
    for port in (1, 2):
        added(fe01, f'name="{unique}" dir=in action=allow protocol=tcp localport={port}')
    twins = [key for key, text in fe01.rules().items() if unique in text]
    result = fe01.run(f'{FIREWALL} set rule name="{unique}" new enable=no remoteip=10.0.0.1')
    assert (result.rc, result.stdout) == (0, "\r\nUpdated 2 rule(s).\r\nOk.\r\n\r\n")
    after = {key: text for key, text in fe01.rules().items() if unique in text}
    assert list(after) == twins  # in place, ids kept
    assert all("Active=FALSE|" in text and "RA4=10.0.0.1|" in text for text in after.values())
    result = fe01.run(f'{FIREWALL} delete rule name="{unique}"')
    assert (result.rc, result.stdout) == (0, "\r\nDeleted 2 rule(s).\r\nOk.\r\n\r\n")
    assert not any(unique in text for text in fe01.rules().values())


def test_selectors_narrow_set_and_delete(fe01: LabHost, unique: str) -> None:
    for port in ("1", "2,3", "4-9"):
        added(fe01, f'name="{unique}" dir=in action=allow protocol=tcp localport={port}')
    assert (
        "Updated 1 rule(s)."
        in fe01.run(f'{FIREWALL} set rule name="{unique}" protocol=tcp localport=3,2 new action=block').stdout
    )
    assert (
        "Deleted 1 rule(s)."
        in fe01.run(f'{FIREWALL} delete rule name="{unique}" dir=in localport=4-9 protocol=tcp').stdout
    )
    left = [text for text in fe01.rules().values() if unique in text]
    assert [("Block" in text, "LPort=2|LPort=3|" in text) for text in left] == [(False, False), (True, True)]


@pytest.mark.parametrize("verb", ["delete rule name=nope", "show rule name=nope", "set rule name=nope new enable=no"])
def test_no_match(fe01: LabHost, verb: str) -> None:
    result = fe01.run(f"{FIREWALL} {verb}")
    assert result.rc == 1
    assert result.stdout == "\r\nNo rules match the specified criteria.\r\n\r\n"


def test_names_match_in_any_case(fe01: LabHost, unique: str) -> None:
    added(fe01, f'name="{unique}" dir=in action=allow')
    assert fe01.run(f'{FIREWALL} delete rule name="{unique.upper()}"').rc == 0


def test_set_needs_new(fe01: LabHost) -> None:
    for words in ("name=x", "name=x enable=no", "name=x new"):
        result = fe01.run(f"{FIREWALL} set rule {words}")
        assert result.rc == 1
        assert "'new' keyword" in result.stdout


def test_a_bad_change_leaves_all_twins_alone(fe01: LabHost, unique: str) -> None:
    added(fe01, f'name="{unique}" dir=in action=allow protocol=udp localport=1')
    added(fe01, f'name="{unique}" dir=in action=allow')
    before = fe01.registry_text()
    assert fe01.run(f'{FIREWALL} set rule name="{unique}" new localport=80').rc == 1
    assert fe01.registry_text() == before


def test_built_in_rules_answer_to_their_display_text(fe01: LabHost) -> None:
    name = "Windows Remote Management (HTTP-In)"
    assert f"Rule Name:                            {name}\r\n" in fe01.run(f'{FIREWALL} show rule name="{name}"').stdout
    assert fe01.run(f'{FIREWALL} show rule name="@FirewallAPI.dll,-30253"').rc == 1
    assert fe01.run(f'{FIREWALL} set rule group="Remote Desktop" new enable=no').stdout.startswith("\r\nUpdated 3")
    assert fe01.run(f'{FIREWALL} set rule group="Remote Desktop" new action=block').rc == 1
    fe01.set_quirks(language="de")
    assert fe01.run(f'{FIREWALL} show rule name="{name}"').rc == 1
    assert fe01.run(f'{FIREWALL} show rule name="Windows-Remoteverwaltung (HTTP eingehend)"').rc == 0


def test_show_adds_a_mask_to_single_hosts(fe01: LabHost, unique: str) -> None:
    added(fe01, f'name="{unique}" dir=in action=allow remoteip=10.0.0.1')
    assert (
        "RemoteIP:                             10.0.0.1/32\r\n"
        in fe01.run(f'{FIREWALL} show rule name="{unique}"').stdout
    )


port_items = st.lists(
    st.one_of(
        st.integers(0, 65535).map(lambda port: (port, port)),
        st.tuples(st.integers(0, 65535), st.integers(0, 65535)).map(lambda pair: (min(pair), max(pair))),
    ),
    min_size=1,
    max_size=12,
)


@given(port_items)
def test_no_port_of_a_list_is_lost_or_added(items: list[tuple[int, int]]) -> None:
    text = ",".join(str(low) if low == high else f"{low}-{high}" for low, high in items)
    rule = new_rule({"name": "a", "dir": "in", "action": "allow", "protocol": "tcp", "localport": text}, (2, 22))
    stored = [int(port) for port in rule.all("LPort")]
    ranges = [tuple(map(int, part.split("-"))) for part in rule.all("LPort2_10")]
    assert sorted([(port, port) for port in stored] + ranges) == sorted(items)
    # The order within each kind is the order given.
    assert stored == [low for low, high in items if low == high]


@given(st.lists(st.ip_addresses(v=4).flatmap(lambda a: st.integers(0, 32).map(lambda p: f"{a}/{p}")), min_size=1))
def test_subnets_are_stored_with_dotted_masks_and_mean_the_same(networks: list[str]) -> None:
    rule = new_rule({"name": "a", "dir": "in", "action": "allow", "remoteip": ",".join(networks)}, (2, 22))
    stored = rule.all("RA4")
    assert all(re.fullmatch(r"[\d.]+(/[\d.]{7,})?", value) for value in stored)
    assert [IPv4Network(value) for value in stored] == [IPv4Network(text, strict=False) for text in networks]


def test_verbose_listing_and_show_profiles(fe01: LabHost, unique: str) -> None:
    added(fe01, rf'name="{unique}" dir=in action=allow program=C:\x.exe service=abc description=why interfacetype=lan')
    listing = fe01.run(f'{FIREWALL} show rule name="{unique}" verbose').stdout
    for label, value in (
        ("Description", "why"),
        ("Program", r"C:\x.exe"),
        ("Service", "abc"),
        ("InterfaceTypes", "Lan"),
    ):
        assert re.search(rf"^{label}: +{re.escape(value)}\r$", listing, re.MULTILINE), label
    fe01.run("netsh advfirewall set publicprofile firewallpolicy blockinboundalways,blockoutbound")
    shown = fe01.run("netsh advfirewall show allprofiles").stdout
    assert shown.count("BlockInbound,AllowOutbound") == 2
    assert shown.count("BlockInboundAlways,BlockOutbound") == 1


def test_contexts_on_the_command_line_and_pushd(fe01: LabHost, unique: str) -> None:
    name = unique.replace(" ", "-")
    assert fe01.run(f'netsh -c "advfirewall firewall" add rule name={name} dir=in action=allow').rc == 0
    fe01.run("echo pushd>C:\\s.txt & echo advfirewall firewall>>C:\\s.txt & echo popd>>C:\\s.txt")
    fe01.run(f"echo advfirewall firewall delete rule name={name}>>C:\\s.txt")
    assert fe01.run("netsh -f C:\\s.txt").rc == 0
    assert not any(name in text for text in fe01.rules().values())


def test_every_write_raises_the_epoch(fe01: LabHost, unique: str) -> None:
    def epoch() -> int:
        text = fe01.registry_text(r"HKLM\SYSTEM\CurrentControlSet\Services\SharedAccess\Epoch")
        return int(text.rpartition("    0x")[2], 16)

    start = epoch()
    added(fe01, f'name="{unique}" dir=in action=allow')
    fe01.run(f'{FIREWALL} set rule name="{unique}" new enable=no')
    fe01.run(f'{FIREWALL} delete rule name="{unique}"')
    fe01.run("netsh advfirewall set publicprofile state off")
    assert epoch() == start + 4


@pytest.mark.parametrize(
    ("command", "profiles", "value"),
    [
        ("allprofiles state off", ("Domain", "Standard", "Public"), "    EnableFirewall    REG_DWORD    0x0"),
        ("privateprofile state off", ("Standard",), "    EnableFirewall    REG_DWORD    0x0"),
        ("currentprofile state off", ("Domain",), "    EnableFirewall    REG_DWORD    0x0"),
        (
            "domainprofile firewallpolicy allowinbound,blockoutbound",
            ("Domain",),
            "    DefaultInboundAction    REG_DWORD    0x0\r\n    DefaultOutboundAction    REG_DWORD    0x1",
        ),
        (
            "publicprofile firewallpolicy blockinboundalways,allowoutbound",
            ("Public",),
            "    DoNotAllowExceptions    REG_DWORD    0x1",
        ),
        ("domainprofile logging droppedconnections enable", ("Domain",), "    LogDroppedPackets    REG_DWORD    0x1"),
        ("domainprofile logging maxfilesize 32767", ("Domain",), "    LogFileSize    REG_DWORD    0x7fff"),
        (
            "publicprofile settings inboundusernotification enable",
            ("Public",),
            "    DisableNotifications    REG_DWORD    0x0",
        ),
        (
            "allprofiles settings unicastresponsetomulticast disable",
            ("Domain", "Standard", "Public"),
            "    DisableUnicastResponsesToMulticastBroadcast    REG_DWORD    0x1",
        ),
        (
            "currentprofile logging allowedconnections enable",
            ("Domain",),
            "    LogSuccessfulConnections    REG_DWORD    0x1",
        ),
        (
            r"privateprofile logging filename C:\Logs\Private.log",
            ("Standard",),
            r"    LogFilePath    REG_EXPAND_SZ    C:\Logs\Private.log",
        ),
    ],
)
def test_profile_switches(fe01: LabHost, command: str, profiles: tuple[str, ...], value: str) -> None:
    result = fe01.run(f"netsh advfirewall set {command}")
    assert (result.rc, result.stdout) == (0, "Ok.\r\n\r\n")
    base = r"HKLM\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy"
    for profile in ("Domain", "Standard", "Public"):
        assert (value in fe01.registry_text(rf"{base}\{profile}Profile")) is (profile in profiles)


@pytest.mark.parametrize(
    "command",
    [
        "allprofiles state",
        "allprofiles state maybe",
        "allprofiles state notconfigured",
        "domainprofile firewallpolicy blockinbound",
        "domainprofile firewallpolicy blockoutbound,blockinbound",
        "domainprofile firewallpolicy notconfigured,allowoutbound",
        "domainprofile firewallpolicy blockinbound,notconfigured",
        "domainprofile settings localfirewallrules enable",
        "domainprofile settings localconsecrules disable",
        "domainprofile settings remotemanagement notconfigured",
        "domainprofile settings inboundusernotification notconfigured",
        "domainprofile settings inboundusernotification on",
        "domainprofile settings inboundusernotification",
        "domainprofile settings everything enable",
        "domainprofile logging",
        "domainprofile logging droppedconnections",
        "domainprofile logging droppedconnections maybe",
        "domainprofile logging droppedconnections notconfigured",
        "domainprofile logging filename notconfigured",
        "domainprofile logging maxfilesize notconfigured",
        "domainprofile logging maxfilesize 0",
        "domainprofile logging maxfilesize many",
        "domainprofile logging allowedconnections enable droppedconnections enable",
        "domainprofile logging everything enable",
        "domainprofile logging maxfilesize 32768",
        "everyprofile state on",
    ],
)
def test_bad_profile_switches(fe01: LabHost, command: str) -> None:
    before = fe01.registry_text()
    assert fe01.run(f"netsh advfirewall set {command}").rc == 1
    assert fe01.registry_text() == before


def test_remote_management_is_accepted_and_kept_nowhere(fe01: LabHost) -> None:
    """No document says which value it is."""
    before = fe01.registry_text()
    assert fe01.run("netsh advfirewall set allprofiles settings remotemanagement enable").rc == 0
    assert fe01.registry_text() == before


def test_show_tells_what_was_set(fe01: LabHost) -> None:
    for words in (
        "firewallpolicy allowinbound,blockoutbound",
        "settings inboundusernotification enable",
        "settings unicastresponsetomulticast disable",
        "logging droppedconnections enable",
        "logging maxfilesize 20480",
        r"logging filename C:\Logs\x.log",
    ):
        assert fe01.run(f"netsh advfirewall set privateprofile {words}").rc == 0
    shown = dict(
        re.findall(r"^(.+?) {2,}(.+?)\r?$", fe01.run("netsh advfirewall show privateprofile").stdout, re.MULTILINE)
    )
    assert shown == {
        "State": "ON",
        "Firewall Policy": "AllowInbound,BlockOutbound",
        "LocalFirewallRules": "N/A (GPO-store only)",
        "LocalConSecRules": "N/A (GPO-store only)",
        "InboundUserNotification": "Enable",
        "RemoteManagement": "Disable",
        "UnicastResponseToMulticast": "Disable",
        "LogAllowedConnections": "Disable",
        "LogDroppedConnections": "Enable",
        "FileName": r"C:\Logs\x.log",
        "MaxFileSize": "20480",
    }
    logging = fe01.run("netsh advfirewall show privateprofile logging").stdout
    assert "LogDroppedConnections" in logging
    assert "Firewall Policy" not in logging


def test_export_and_import_bring_the_whole_policy_back(fe01: LabHost, unique: str) -> None:
    before = fe01.registry_text()
    assert fe01.run(r"netsh advfirewall export C:\before.wfw").rc == 0
    added(fe01, f'name="{unique}" dir=in action=allow')
    fe01.run(f"{FIREWALL} delete rule name=all dir=in")
    assert fe01.run(r"netsh advfirewall import C:\before.wfw").rc == 0
    assert fe01.registry_text() == before
    assert fe01.tcp_open(5985)
    assert fe01.run(r"netsh advfirewall import C:\missing.wfw").rc == 1


def test_scripts_run_by_f_and_exec(fe01: LabHost, unique: str) -> None:
    fe01.run(rf"echo advfirewall firewall add rule name={unique.replace(' ', '-')} dir=in action=allow>C:\s.txt")
    assert fe01.run(r"netsh -f C:\s.txt").rc == 0
    assert fe01.run(r"netsh exec C:\s.txt").rc == 0
    assert fe01.run(f"{FIREWALL} delete rule name={unique.replace(' ', '-')}").stdout.startswith("\r\nDeleted 2")
    assert fe01.run(r"netsh -f C:\missing.txt").rc == 1


@pytest.mark.parametrize("command", ["netsh advfirewall nonsense", "netsh nonsense", f"{FIREWALL} add nonsense"])
def test_unknown_commands(fe01: LabHost, command: str) -> None:
    result = fe01.run(command)
    assert result.rc == 1
    assert "The following command was not found" in result.stdout


def test_without_the_service_nothing_works(fe01: LabHost) -> None:
    fe01.set_quirks(mpssvc="stopped")
    for command in ("firewall add rule name=a dir=in action=allow", "show allprofiles", "set allprofiles state on"):
        result = fe01.run(f"netsh advfirewall {command}")
        assert result.rc == 1
        assert "contact the  Windows Firewall service" in result.stdout
