# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Site rules: every mistake is refused with the name of its option."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.netsh import add_line
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule import (
    ALL_PROFILES,
    Action,
    Direction,
    FirewallRule,
    Profile,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.traffic.breadth import nearly_everything
from ansible_collections.lyncops.firewall.plugins.module_utils._net.address_set import AddressSet
from ansible_collections.lyncops.firewall.plugins.module_utils._net.port_set import PortSet
from ansible_collections.lyncops.firewall.plugins.module_utils._options.reading import (
    OptionError,
    read_addresses,
    read_ports,
    read_profiles,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.extra_rules import read_extra_rules
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.rule_values import limit_of

SCOPE = AddressSet.parse(["10.0.0.0/8"])
GOOD: dict[str, Any] = {"name": "Backup agent", "protocol": "tcp", "localport": "10000"}


def parts(**changes: Any) -> dict[str, FirewallRule]:
    """The rules of one site rule, by the end of their keys."""
    entry = {key: value for key, value in {**GOOD, **changes}.items() if value is not None}
    (extra,) = read_extra_rules([entry], ALL_PROFILES, SCOPE)
    return dict(extra.parts)


def rule(**changes: Any) -> FirewallRule:
    (made,) = parts(**changes).items()
    assert made[0] == ""
    return made[1]


def test_a_plain_rule() -> None:
    (extra,) = read_extra_rules([GOOD], ALL_PROFILES, SCOPE)
    assert (extra.key, extra.name) == ("x-backup-agent", "Backup agent")
    assert rule() == FirewallRule(
        name="",
        direction=Direction.IN,
        action=Action.ALLOW,
        protocol=6,
        local_ports=PortSet.of(10000),
        remote_addresses=SCOPE,
        description="Managed by lyncops.firewall. Extra rule: Backup agent",
    )


def test_what_a_rule_names_replaces_the_hosts() -> None:
    made = rule(
        direction="out",
        protocol="udp",
        localport=None,
        remoteport="53,5353",
        remoteip=["dns", "192.0.2.1,192.0.2.2"],
        program=r"C:\Program Files (x86)\Agent\agent.exe",
        profiles=["public"],
    )
    assert (made.direction, made.protocol) == (Direction.OUT, 17)
    assert (made.local_ports, made.remote_ports) == (PortSet.any(), PortSet.of(53, 5353))
    assert made.remote_addresses == AddressSet.parse(["dns", "192.0.2.1", "192.0.2.2"])
    assert made.profiles == {Profile.PUBLIC}
    assert made.program == r"C:\Program Files (x86)\Agent\agent.exe"
    assert rule(remoteip=["any"]).remote_addresses.is_any, "any can be asked for in so many words"


def test_a_program_alone_is_enough_of_a_limit() -> None:
    made = rule(protocol="any", localport=None, program=r"C:\a.exe")
    assert (made.protocol, made.local_ports.is_any, made.program) == (None, True, r"C:\a.exe")


LEFT_OUT = {
    "localport": "for any", "remoteport": "for any", "localip": "for any", "interfacetypes": "for any",
    "program": "for any", "service": "for any", "protocol": "for any", "profiles": "of all rules",
    "profile": "of all rules", "remoteip": "of all rules", "action": "for allow", "direction": "for in",
    "state": "for present", "enabled": "for true", "enable": "for true", "security": "for notrequired",
}  # fmt: skip

MISTAKES: list[tuple[str, dict[str, Any], str]] = [
    ("name", {"name": ""}, "letter or digit"),
    ("name", {"name": None}, "letter or digit"),
    ("name", {"name": "---"}, "letter or digit"),
    ("name", {"name": "x" * 81}, "80"),
    ("name", {"name": 'a"b'}, "not allowed"),
    # What a template without a value leaves is no word for everything.
    *(
        (key, {key: blank}, "there is nothing in it")
        for key in ("action", "direction", "protocol", "localport", "remoteport", "localip", "remoteip", "program")
        for blank in ("", "  ")
    ),
    *((key, {key: ""}, "there is nothing in it") for key in ("service", "interfacetypes", "profiles")),
    ("name", {"name": "a|b"}, "not allowed"),
    ("name", {"name": "a%b"}, "not allowed"),
    ("name", {"name": "a^b"}, "not allowed"),
    ("name", {"name": "a&b"}, "not allowed"),
    ("name", {"name": "a\r\nb"}, "not allowed"),
    ("name", {"name": "a\x07b"}, "not allowed"),
    ("name", {"name": "B\u00fcro"}, "not allowed"),
    ("name", {"name": " a"}, "blanks"),
    ("localport", {"localport": "0"}, "port 0"),
    ("localport", {"localport": "65536"}, "65536"),
    ("localport", {"localport": "9-1"}, "backwards"),
    ("localport", {"localport": "1-9,5"}, "overlaps 1-9; name each port once, such as 1-9"),
    ("localport", {"localport": "RPC", "protocol": "udp"}, "RPC is for inbound TCP"),
    ("localport", {"localport": "RPC", "direction": "out"}, "RPC is for inbound TCP"),
    ("localport", {"localport": "IPHTTPS"}, "RPC or RPC-EPMap"),
    ("localport", {"localport": "any,80"}, "any stands beside others"),
    ("localport", {"localport": ",".join(str(port) for port in range(1000, 1100, 2))}, "use ranges"),
    ("localport", {"localport": True}, "is no port"),
    ("remoteport", {"remoteport": "RPC"}, "is no port"),
    ("localip", {"localip": ["localsubnet"]}, "no keywords"),
    ("localip", {"localip": "::1"}, "loopback"),
    ("icmp_type_code", {"protocol": "tcp", "icmp_type_code": ["8:*"]}, "icmpv4 or icmpv6"),
    ("icmp_type_code", {"protocol": "icmpv4", "localport": None, "icmp_type_code": ["8:x"]}, "'8:x'"),
    ("icmp_type_code", {"protocol": "icmpv4", "localport": None, "icmp_type_code": ["256:0"]}, "'256:0'"),
    ("protocol", {"protocol": "icmpv4"}, "tcp or udp"),
    ("protocol", {"protocol": "icmpv4:8,any"}, "icmp_type_code"),
    ("protocol", {"protocol": "sctp"}, "icmpv6 or 0 to 255"),
    ("protocol", {"protocol": "257"}, "0 to 255"),
    ("action", {"action": "bypass"}, "allow, block"),
    ("service", {"service": "a b"}, "short name"),
    ("interfacetypes", {"interfacetypes": ["lan", "any"]}, "beside"),
    ("interfacetypes", {"interfacetypes": "tunnel"}, "remoteaccess"),
    ("edge", {"edge": "maybe"}, "deferuser"),
    ("edge", {"edge": "yes", "direction": "out"}, "inbound"),
    ("security", {"security": "none"}, "authnoencap"),
    ("enabled", {"enabled": "maybe"}, "true nor false"),
    ("state", {"state": "gone"}, "absent"),
    ("group", {"group": "Lync"}, "builtin_groups"),
    ("remoteip", {"remoteip": [""]}, "nothing in it"),
    ("remoteip", {"remoteip": " "}, "nothing in it"),
    ("localip", {"localip": [""]}, "nothing in it"),
    ("profiles", {"profiles": [" "]}, "nothing in it"),
    ("interfacetypes", {"interfacetypes": ","}, "nothing in it"),
    ("localport", {"localport": [""], "remoteport": 1}, "nothing in it"),
    ("security", {"security": "authenticate", "action": "block"}, "rules that allow"),
    ("security", {"security": "authdynenc", "direction": "out"}, "inbound"),
    ("description", {"description": "a|b"}, "not allowed"),
    ("remoteport", {"remoteport": "65536"}, "65536"),
    ("remoteip", {"remoteip": ["10.0.0.1/33"]}, "10.0.0.1/33"),
    ("remoteip", {"remoteip": ["any", "10.0.0.1"]}, "beside"),
    ("localip", {"localip": ["10.0.0.1", "ANY"]}, "beside"),
    ("localport", {"localport": "10000,any"}, "beside"),
    ("remoteport", {"remoteport": ["*", 1]}, "beside"),
    ("profiles", {"profiles": ["any", "domain"]}, "beside"),
    ("interfacetypes", {"interfacetypes": ["lan", "any"]}, "beside"),
    ("icmp_type_code", {"protocol": "icmpv4", "localport": None, "icmp_type_code": ["8:*", "any"]}, "beside"),
    *(
        (key, {key: blank}, "nothing in it")
        for key in ("remoteip", "localip", "localport", "remoteport", "profiles", "interfacetypes", "icmp_type_code")
        for blank in ([""], " ", ",", ["", " "])
    ),
    ("action", {"action": "bypass"}, "allow, block"),
    ("edge", {"edge": "any"}, "no, yes, deferapp"),
    ("remoteip", {"remoteip": ["nowhere"]}, "keyword"),
    ("remoteip", {"remoteip": ["fd00::1", "ff00::/8"]}, "'ff00::/8' .*multicast"),
    ("program", {"program": "agent.exe"}, "full path"),
    ("program", {"program": r"%APPDATA%\a.exe"}, "not allowed"),
    ("program", {"program": r"C:\%TEMP%\a.exe"}, "not allowed"),
    ("program", {"program": "C:\\Tools\\"}, "backslash"),
    ("program", {"program": r"C:\a?.exe"}, "full path"),
    ("program", {"program": "C:/a.exe"}, "full path"),
    ("program", {"program": "C:\\" + "a" * 260}, "full path"),
    ("profiles", {"profiles": ["domain", "guest"]}, "guest"),
    ("protocol", {"protocol": "any"}, "tcp or udp"),
    # Nor is an empty list, or a variable without a value. What is left out in their place, the message says.
    *(
        (key, {"action": "allow", "remoteip": "10.0.0.5", "protocol": "tcp", key: nothing}, f"nothing in it.*{left}$")
        for key, left in LEFT_OUT.items()
        for nothing in (None, "", [], ())
    ),
    *(
        ("icmp_type_code", {"protocol": protocol, "localport": None, "icmp_type_code": nothing}, "nothing in it.* any$")
        for protocol in ("icmpv4", 58)
        for nothing in (None, [])
    ),
    ("edge", {"edge": ""}, "nothing in it.* no$"),
    ("localport", {"protocol": 6, "localport": None}, "nothing in it"),
]


@pytest.mark.parametrize(("option", "changes", "word"), MISTAKES)
def test_a_mistake_is_refused_with_the_options_name(option: str, changes: dict[str, Any], word: str) -> None:
    with pytest.raises(OptionError, match=word) as caught:
        read_extra_rules([{"name": "fine", "program": r"C:\a.exe"}, {**GOOD, **changes}], ALL_PROFILES, SCOPE)
    assert caught.value.option == f"extra_rules[1].{option}"
    assert str(caught.value).startswith(f"extra_rules[1].{option}: ")


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"protocol": "any"},
        {"protocol": "tcp"},
        {"protocol": "UDP"},
        {"protocol": 6},
        {"localip": "10.0.0.1"},
        {"interfacetypes": ["lan"]},
        {"profiles": ["domain"]},
        {"localport": "any", "protocol": "tcp"},
        {"remoteip": "any"},
        {"program": "any"},
        {"service": "any"},
        {"service": "*"},
        {"localport": "1-65535", "protocol": "tcp"},
        {"localport": "RPC,RPC-EPMap,1-65535", "protocol": "tcp"},
        {"remoteport": "1-65535", "protocol": "udp", "direction": "out"},
        {"security": "authenticate"},
    ],
)
@pytest.mark.parametrize(("action", "does"), [("allow", "open"), ("block", "block")])
def test_a_rule_that_opens_or_blocks_everything_is_refused(changes: dict[str, Any], action: str, does: str) -> None:
    with pytest.raises(OptionError, match=rf"extra_rules\[0\]: .*{does} ever"):
        read_extra_rules([{"name": "all", "action": action, **changes}], ALL_PROFILES, SCOPE)


@pytest.mark.parametrize(
    "changes",
    [
        {"localport": "2-65535", "protocol": "tcp"},
        {"localport": "RPC,1-60000", "protocol": "tcp"},
        {"localport": "1-32767,32769-40000", "protocol": "udp"},
        {"remoteport": "1024-65535", "protocol": "tcp", "direction": "out"},
        {"remoteip": "0.0.0.0-255.255.255.254"},
        {"remoteip": ["0.0.0.0/1", "200.0.0.0"]},
        {"remoteip": ["::2-9000::", "10.0.0.1"]},
        {"program": "system"},
        {"program": "System", "protocol": "tcp", "localport": "2-65535", "service": "*"},
    ],
)
def test_a_rule_that_leaves_out_next_to_nothing_counts_as_everything(changes: dict[str, Any]) -> None:
    """An allow rule is refused. A block rule is taken, and asked for where it begins to count (test_lockout.py)."""
    with pytest.raises(OptionError, match=r"extra_rules\[0\]: .*open nearly everything"):
        read_extra_rules([{"name": "all", **changes}], ALL_PROFILES, AddressSet.any())
    (extra,) = read_extra_rules([{"name": "all", "action": "block", **changes}], ALL_PROFILES, AddressSet.any())
    assert nearly_everything(extra.parts[0][1])


@pytest.mark.parametrize(
    "changes",
    [
        {"localport": "2-32769", "protocol": "tcp"},
        {"localport": "2-65535", "protocol": "tcp", "remoteip": "10.0.0.0/8"},
        {"localport": "2-65535", "protocol": "tcp", "remoteip": "0.0.0.0/1"},
        {"localport": "2-65535", "protocol": "tcp", "remoteport": "5060"},
        {"localport": "2-65535", "protocol": "tcp", "service": "SiteAgent"},
        {"localport": "2-65535", "protocol": "tcp", "program": r"C:\a.exe"},
        {"localport": "RPC", "protocol": "tcp"},
        {"program": "System", "protocol": "tcp", "localport": 445},
        {"program": "System", "protocol": "2"},
        {"protocol": "icmpv4"},
    ],
)
def test_a_rule_that_leaves_out_half_is_limited(changes: dict[str, Any]) -> None:
    (extra,) = read_extra_rules([{"name": "some", **changes}], ALL_PROFILES, AddressSet.any())
    assert not nearly_everything(extra.parts[0][1])


@pytest.mark.parametrize(
    ("changes", "field", "value"),
    [
        ({"remoteip": "10.9.9.9"}, "remote_addresses", AddressSet.parse(["10.9.9.9"])),
        ({"localport": "80,80", "protocol": "tcp"}, "local_ports", PortSet.of(80)),
        ({"localport": [80, "80", "5-5"], "protocol": "tcp"}, "local_ports", PortSet.of(5, 80)),
        ({"localport": "7-9,7 - 9", "protocol": "tcp"}, "local_ports", PortSet.of(7, 8, 9)),
        ({"remoteip": "10.9.9.9/8"}, "remote_addresses", SCOPE),
        ({"remoteip": "10.0.0.0/255.0.0.0, 10.1.2.3"}, "remote_addresses", SCOPE),
        ({"remoteip": "dns", "profiles": ["Domain", "PUBLIC"]}, "profiles", {Profile.DOMAIN, Profile.PUBLIC}),
        ({"service": "MSSQLSERVER"}, "service", "MSSQLSERVER"),
        ({"service": "*", "remoteip": "dns"}, "service", "*"),
        ({"program": r"%SystemRoot%\System32\svchost.exe"}, "program", r"%SystemRoot%\System32\svchost.exe"),
        ({"program": r"%ProgramFiles(x86)%\a.exe"}, "program", r"%ProgramFiles(x86)%\a.exe"),
        ({"protocol": "ICMPv4"}, "protocol", 1),
        ({"protocol": 47}, "protocol", 47),
        ({"protocol": "icmpv6", "remoteip": "any", "icmp_type_code": "*"}, "icmp", frozenset()),
        ({"protocol": "icmpv4", "icmp_type_code": ["8"]}, "icmp", frozenset({("ICMP4", "8:*")})),
        ({"protocol": "icmpv6", "remoteip": "any", "icmp_type_code": "3:4"}, "icmp", frozenset({("ICMP6", "3:4")})),
        ({"localport": "rpc-epmap", "protocol": "TCP"}, "port_words", frozenset({("LPort", "RPC-EPMap")})),
        ({"remoteip": "dns", "enabled": False}, "enabled", False),
        ({"remoteip": "dns", "enable": False}, "enabled", False),
        ({"remoteip": "dns", "action": "block"}, "action", Action.BLOCK),
        ({"remoteip": "dns", "localip": "10.0.0.1"}, "local_addresses", AddressSet.parse(["10.0.0.1"])),
        ({"remoteip": "dns", "edge": True}, "conditions", (("Edge", "TRUE"),)),
        ({"remoteip": "dns", "edge": "deferapp"}, "conditions", (("Defer", "App"), ("Edge", "TRUE"))),
        ({"remoteip": "dns", "edge": False}, "conditions", ()),
        ({"remoteip": "dns", "security": "authenticate"}, "conditions", (("Security", "Authenticate"),)),
        ({"remoteip": "dns", "interfacetypes": ["ras"]}, "conditions", (("IFType", "RemoteAccess"),)),
        ({"remoteip": "dns", "interfacetypes": "any"}, "conditions", ()),
        ({"remoteip": "dns", "profiles": "any"}, "profiles", ALL_PROFILES),
        ({"program": "system"}, "program", "System"),
        ({"remoteip": "dns", "action": "Block"}, "action", Action.BLOCK),
        ({"remoteip": "dns", "direction": "OUT"}, "direction", Direction.OUT),
        ({"remoteip": "dns", "edge": "True"}, "conditions", (("Edge", "TRUE"),)),
        ({"remoteip": "dns", "edge": "DeferApp"}, "conditions", (("Defer", "App"), ("Edge", "TRUE"))),
        ({"remoteip": "dns", "security": "Authenticate"}, "conditions", (("Security", "Authenticate"),)),
        ({"remoteip": "dns", "interfacetypes": ["RemoteAccess"]}, "conditions", (("IFType", "RemoteAccess"),)),
        ({"remoteip": "dns", "interfacetypes": ["Any"]}, "conditions", ()),
        ({"remoteip": "dns", "profiles": ["ANY"]}, "profiles", ALL_PROFILES),
        ({"remoteip": "dns", "profiles": "*"}, "profiles", ALL_PROFILES),
        ({"protocol": "icmpv6", "remoteip": "any", "icmp_type_code": ["Any"]}, "icmp", frozenset()),
        ({"remoteip": "dns", "profile": ["public"]}, "profiles", {Profile.PUBLIC}),
        ({"remoteip": "dns", "profiles": "domain,private"}, "profiles", {Profile.DOMAIN, Profile.PRIVATE}),
    ],
)
def test_what_tasks_of_others_say(changes: dict[str, Any], field: str, value: Any) -> None:
    made = rule(**{"protocol": None, "localport": None, **changes})
    assert getattr(made, field) == value
    assert add_line(made.named("LyncOps x-a g1"))


def test_several_types_of_icmp_or_interface_make_several_rules_that_netsh_can_say() -> None:
    made = parts(protocol="icmpv4", localport=None, icmp_type_code=["8:*", "3:4"], interfacetypes=["lan", "ras"])
    assert set(made) == {".t8-any.lan", ".t8-any.ras", ".t3-4.lan", ".t3-4.ras"}
    lines = {end: add_line(one.named(f"LyncOps x-a{end} g1")) for end, one in made.items()}
    assert "protocol=icmpv4:3,4 " in lines[".t3-4.ras"]
    assert "interfacetype=ras" in lines[".t3-4.ras"]


@pytest.mark.parametrize(
    "nothing",
    [
        {"protocol": "icmpv4", "localport": None, "remoteport": None},
        {"protocol": "tcp", "localport": 1, "icmp_type_code": None},
        {"program": "C:\\a.exe", "localport": None, "edge": None, "description": None, "group": None},
    ],
)
def test_a_null_in_a_key_that_would_say_nothing_is_as_if_left_out(nothing: dict[str, Any]) -> None:
    (extra,) = read_extra_rules([{"name": "n", **nothing}], ALL_PROFILES, SCOPE)
    said = {key: value for key, value in nothing.items() if value is not None}
    assert (extra,) == read_extra_rules([{"name": "n", **said}], ALL_PROFILES, SCOPE)


def test_who_is_blocked_is_not_limited_to_the_scope_of_all_rules() -> None:
    """The scope says who is let in. A block that names nobody is for anybody."""
    assert rule(action="block").remote_addresses.is_any
    assert rule().remote_addresses == SCOPE


def test_a_rule_that_is_to_be_absent_has_a_key_and_no_rule() -> None:
    (extra,) = read_extra_rules([{"name": "Old agent", "state": "absent"}], ALL_PROFILES, SCOPE)
    assert (extra.key, extra.parts) == ("x-old-agent", ())


def test_a_description_of_ones_own_follows_ours() -> None:
    assert rule(description="Ticket 12").description.endswith("Extra rule: Backup agent. Ticket 12")


@pytest.mark.parametrize("other", ["backup AGENT", "Backup-agent", "Backup  agent"])
def test_names_that_would_make_one_key_are_refused(other: str) -> None:
    with pytest.raises(OptionError, match=r"extra_rules\[1\]\.name.*extra_rules\[0\]"):
        read_extra_rules([GOOD, {**GOOD, "name": other}], ALL_PROFILES, SCOPE)


@pytest.mark.parametrize(
    ("value", "ports"),
    [
        (5061, "5061"),
        ("5067,5070", "5067,5070"),
        (" 57501-65535 ", "57501-65535"),
        ([5061, "5070-5071"], "5061,5070-5071"),
    ],
)
def test_ports_as_people_write_them(value: Any, ports: str) -> None:
    assert str(read_ports("o", value)) == ports


@pytest.mark.parametrize("value", [True, None, 5061.0, {}, [[5061]], [], "", -1, 0, 65536, ["5061", 5061], "1-2-3"])
def test_what_is_no_port(value: Any) -> None:
    with pytest.raises(OptionError, match=r"^the_option: "):
        read_ports("the_option", value)


def test_addresses_and_profiles() -> None:
    assert read_addresses("o", ["10.0.0.1, 10.0.0.2", "fe80::1"]) == AddressSet.parse(["10.0.0.1-10.0.0.2", "fe80::1"])
    assert read_addresses("o", []).is_any
    assert read_profiles("o", ["domain", "domain"]) == {Profile.DOMAIN}
    for wrong in ([], ["Domain"], ["all"]):
        with pytest.raises(OptionError, match=r"^o: "):
            read_profiles("o", wrong)
    for empty in (["10.0.0.1,"], [""]):
        with pytest.raises(OptionError, match=r"^o: "):
            read_addresses("o", empty)


@pytest.mark.parametrize("value", [[""], [" ", ""], " ", ","])
def test_an_entry_with_nothing_in_it_is_no_limit_that_was_left_out(value: Any) -> None:
    with pytest.raises(OptionError, match="there is nothing in it"):
        limit_of("extra_rules[0].remoteip", value)
    assert limit_of("extra_rules[0].remoteip", []) == []
