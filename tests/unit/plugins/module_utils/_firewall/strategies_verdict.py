# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random hosts, traffic and packets for comparing verdicts with the reference evaluator.

A host is described once, in the reference evaluator's words. From there one way leads to the evaluator, and the other
through rule strings and the text of ``reg query`` into a Snapshot, so that the whole reading is compared as well.
Everything is drawn from a small universe, so that rules, traffic and packets meet.
"""

from __future__ import annotations

import ipaddress
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.registry_dump import parse_dump
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule import Direction, Profile, same_path
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.snapshot import Snapshot, build_snapshot
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.traffic.matching import Traffic
from ansible_collections.lyncops.firewall.plugins.module_utils._net.address_set import AddressSet
from ansible_collections.lyncops.firewall.plugins.module_utils._net.port_set import PortSet
from ansible_collections.lyncops.firewall.tests.unit.plugins.module_utils._firewall.reference_evaluator import (
    TCP,
    UDP,
    Host,
    Packet,
    Rule,
    Settings,
    World,
    is_in_address,
    is_in_port,
    parse_span,
)
from hypothesis import strategies as st

PROFILES = ("Domain", "Private", "Public")
ADDRESS_WORDS = ("LocalSubnet", "DNS", "DefaultGateway")
PORT_WORDS = ("RPC", "RPC-EPMap", "Teredo")
NOBODY = "C:\\nobody.exe"
PROGRAMS = ("C:\\Lync\\a.exe", "C:\\Lync\\b.exe", "System")
SERVICES = ("RTCSRV", "RTCATS")
ELSEWHERE = "10.99.99.99"
"""A local address, like the source port and interface of `neutral`, that no rule here names."""

# -- The universe -----------------------------------------------------------------------------------------------------

_PORT = st.integers(5058, 5068).map(str)
_PORT_SPAN = st.tuples(st.integers(5058, 5066), st.integers(1, 4)).map(lambda pair: f"{pair[0]}-{pair[0] + pair[1]}")
_LOW_SPAN = st.sampled_from(["135", "134-136", "0-5060", "1-65535", "5064-65535"])
_NUMBERS = st.one_of(_PORT, _PORT_SPAN, _LOW_SPAN)
_V4_HOST = st.integers(0, 15).map(lambda number: f"10.0.0.{number}")
_V6_HOST = st.integers(0, 15).map(lambda number: f"2001:db8::{number:x}")
_ADDRESS = st.one_of(
    _V4_HOST,
    st.tuples(st.integers(0, 12), st.integers(0, 3)).map(lambda pair: f"10.0.0.{pair[0]}-10.0.0.{pair[0] + pair[1]}"),
    st.sampled_from(["10.0.0.0/255.255.255.252", "10.0.0.8/255.255.255.248", "10.0.0.0/24", "0.0.0.0-255.255.255.255"]),
    _V6_HOST,
    st.sampled_from(["2001:db8::/125", "2001:db8::4-2001:db8::9"]),
)


# -- Traffic ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ask:
    """Traffic in the tests' words: ``ports`` and ``remote`` as `Rule` spells them, no remote meaning any."""

    direction: str
    protocol: int
    ports: tuple[str, ...]
    remote: tuple[str, ...] = ()
    program: str | None = None
    service: str | None = None

    def traffic(self) -> Traffic:
        """The same for the engine."""
        return Traffic(
            Direction(self.direction),
            self.protocol,
            PortSet.parse(",".join(self.ports)),
            AddressSet.from_registry(
                [text for text in self.remote if ":" not in text],
                [text for text in self.remote if ":" in text or text in ADDRESS_WORDS],
            ),
            programs=frozenset({same_path(self.program)} if self.program else ()),
            services=frozenset({self.service.casefold()} if self.service else ()),
        )


@st.composite
def asks(draw: st.DrawFn) -> Ask:
    """Traffic from the same universe as `rules`."""
    known = draw(st.integers(0, 3)) == 0
    inbound = draw(st.integers(0, 3)) > 0
    return Ask(
        "in" if inbound else "out",
        draw(st.sampled_from([TCP, TCP, UDP])),
        tuple(draw(st.lists(st.one_of(_PORT, _PORT_SPAN, st.just("135")), min_size=1, max_size=2))),
        tuple(draw(st.lists(st.one_of(_ADDRESS, _ADDRESS, st.sampled_from(ADDRESS_WORDS[:1])), max_size=2))),
        draw(st.sampled_from(PROGRAMS)) if known else None,
        draw(st.sampled_from([None, *SERVICES])) if known else None,
    )


# -- Hosts ------------------------------------------------------------------------------------------------------------


@st.composite
def rules(draw: st.DrawFn, name: str, ask: Ask) -> Rule:
    """A rule that [MS-FASP] 2.2.37 accepts, with few conditions at a time; often about the very ports asked for."""
    action = draw(st.sampled_from(["allow"] * 5 + ["block"] * 3 + ["bypass"]))
    meant = draw(st.booleans())
    inbound = action == "bypass" or (ask.direction == "in" if meant else draw(st.booleans()))
    rule: Rule = {
        "name": name,
        "action": action,
        "active": draw(st.sampled_from([True] * 5 + [False])),
        "direction": "in" if inbound else "out",
        "protocol": ask.protocol if meant else draw(st.sampled_from([TCP, UDP, None])),
        "profiles": draw(st.sampled_from([[], [], ["Domain"], ["Private"], ["Domain", "Public"]])),
    }
    if draw(st.integers(0, 15)) == 7:
        rule["opaque"], rule["active"] = True, True
        if draw(st.booleans()):
            del rule["action"]
        return rule
    if rule["protocol"] is not None:
        ports = list(ask.ports) if meant else draw(st.lists(_NUMBERS, max_size=3))
        words = ["RPC", "RPC-EPMap"] if rule["protocol"] == TCP else ["Teredo"]
        if inbound and draw(st.integers(0, 7)) == 0:
            ports.append(draw(st.sampled_from(words)))
        rule["local_ports" if inbound else "remote_ports"] = ports
    if draw(st.booleans()):
        scope = draw(st.lists(_ADDRESS, max_size=3))
        if draw(st.integers(0, 3)) == 0:
            scope.append(draw(st.sampled_from(ADDRESS_WORDS)))
        rule["remote_addresses"] = scope
    if draw(st.integers(0, 2)) == 0:
        _limit(draw, rule)
    if action == "bypass":
        rule["security"] = "authenticate"
    return rule


def _limit(draw: st.DrawFn, rule: Rule) -> None:
    """Add one or two of the rarer conditions."""
    for kind in draw(st.lists(st.integers(0, 8), min_size=1, max_size=2, unique=True)):
        if kind in (0, 1):
            rule["program"] = draw(st.sampled_from(PROGRAMS))
        elif kind in (2, 3):
            rule["service"] = draw(st.sampled_from([*SERVICES, "*"]))
        elif kind == 4 and rule["action"] == "allow":
            rule["security"] = draw(st.sampled_from(["authenticate", "encrypt"]))
        elif kind == 5:
            rule["local_addresses"] = [draw(_V4_HOST), draw(_V6_HOST)]
        elif kind == 6 and rule["protocol"] is not None:
            rule["remote_ports" if rule["direction"] == "in" else "local_ports"] = [draw(_PORT_SPAN)]
        elif kind == 7:
            rule["interface_types"] = [draw(st.sampled_from(["Lan", "Wireless"]))]
        elif kind == 8:
            rule["conditions"] = ["LUAuth"]


def _configured(values: Sequence[object], often: int) -> st.SearchStrategy[object]:
    return st.sampled_from([None] * often + list(values))


def _settings(policy: bool) -> st.SearchStrategy[Settings]:
    options = {
        "enabled": _configured([True, True, False], 8),
        "inbound": _configured(["allow", "block"], 6),
        "outbound": _configured(["block", "block", "allow"], 2),
        "shields_up": _configured([False, True], 12),
    }
    if policy:
        options["merge"] = _configured([True, False], 4)
    return st.fixed_dictionaries(options)  # type: ignore[return-value]


@st.composite
def hosts(draw: st.DrawFn, ask: Ask) -> Host:
    """A host with up to twelve rules in three stores."""
    made = [draw(rules(f"rule {number}", ask)) for number in range(draw(st.integers(0, 12)))]
    stores: dict[str, list[Rule]] = {"local": [], "policy": [], "mdm": []}
    for rule in made:
        stores[draw(st.sampled_from(["local", "local", "local", "policy", "mdm"]))].append(rule)
    return Host(
        local={profile: draw(_settings(policy=False)) for profile in PROFILES},
        policy={profile: draw(_settings(policy=True)) for profile in PROFILES} if draw(st.booleans()) else {},
        local_rules=stores["local"],
        policy_rules=stores["policy"],
        mdm_rules=stores["mdm"],
        service_running=draw(st.integers(0, 30)) != 17,  # hypothesis likes the ends of a range
    )


@st.composite
def cases(draw: st.DrawFn) -> tuple[Host, Ask]:
    """A host, and traffic that its rules are often about."""
    ask = draw(asks())
    return draw(hosts(ask)), ask


# -- The same host for the engine: rule strings, reg query, Snapshot --------------------------------------------------

_ROOT = "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\SharedAccess\\Parameters\\FirewallPolicy"
_POLICY = "HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\Microsoft\\WindowsFirewall"
_LOCAL_KEY = {"Domain": "DomainProfile", "Private": "StandardProfile", "Public": "PublicProfile"}
_VALUES = {
    "enabled": "EnableFirewall",
    "inbound": "DefaultInboundAction",
    "outbound": "DefaultOutboundAction",
    "shields_up": "DoNotAllowExceptions",
    "merge": "AllowLocalPolicyMerge",
}
_SECURITY = {"authenticate": "Authenticate", "encrypt": "AuthenticateEncrypt"}


def rule_string(rule: Rule) -> str:
    """Write a rule as [MS-GPFAS] 2.2.2.19 has it."""
    pairs: list[tuple[str, object]] = []
    if "action" in rule:
        pairs.append(("Action", {"allow": "Allow", "block": "Block", "bypass": "ByPass"}[rule["action"]]))
    pairs.append(("Active", "TRUE" if rule.get("active") else "FALSE"))
    pairs.append(("Dir", rule["direction"].capitalize()))
    if rule.get("protocol") is not None:
        pairs.append(("Protocol", rule["protocol"]))
    pairs += [("Profile", profile) for profile in rule.get("profiles", [])]
    for key, ports in (("LPort", rule.get("local_ports", [])), ("RPort", rule.get("remote_ports", []))):
        pairs += [(f"{key}2_10" if "-" in text and text[0].isdigit() else key, text) for text in ports]
    for key, addresses in (("LA", rule.get("local_addresses", [])), ("RA", rule.get("remote_addresses", []))):
        for text in addresses:
            families = ("4", "6") if text in ADDRESS_WORDS else ("6",) if ":" in text else ("4",)
            pairs += [(f"{key}{family}", text) for family in families]
    pairs += [("IFType", text) for text in rule.get("interface_types", [])]
    for key, value in (("App", rule.get("program")), ("Svc", rule.get("service")), ("Name", rule["name"])):
        if value is not None:
            pairs.append((key, value))
    if rule.get("security"):
        pairs.append(("Security", _SECURITY[rule["security"] or ""]))
    if rule.get("action") == "bypass":
        pairs.append(("RMauth", "O:LSD:(A;;CC;;;S-1-5-84-0-0-0-0-0)"))
    pairs += [(key, "O:LSD:(A;;CC;;;BU)") for key in rule.get("conditions", [])]
    if rule.get("opaque"):
        pairs.append(("Future", "1"))
    return "v2.22|" + "".join(f"{key}={value}|" for key, value in pairs)


def _settings_lines(key: str, settings: Settings) -> list[str]:
    lines = [key]
    for option, name in _VALUES.items():
        value = settings.get(option)
        if value is not None:
            number = {"allow": 0, "block": 1}[value] if isinstance(value, str) else int(bool(value))
            lines.append(f"    {name}    REG_DWORD    0x{number:x}")
    return [*lines, ""]


def _rule_lines(key: str, made: Sequence[Rule]) -> list[str]:
    values = [f"    {{{number:04}}}    REG_SZ    {rule_string(rule)}" for number, rule in enumerate(made)]
    return [f"{key}\\FirewallRules", *values, ""]


def dump_text(host: Host, extra: Iterable[str] = ()) -> str:
    """What ``reg query /s`` prints of the host; ``extra`` lines are put behind it."""
    lines: list[str] = []
    for profile in PROFILES:
        lines += _settings_lines(f"{_ROOT}\\{_LOCAL_KEY[profile]}", host.local.get(profile, {}))
        if host.policy:
            lines += _settings_lines(f"{_POLICY}\\{profile}Profile", host.policy.get(profile, {}))
    lines += _rule_lines(_ROOT, host.local_rules)
    lines += _rule_lines(f"{_ROOT}\\Mdm", host.mdm_rules) if host.mdm_rules else []
    lines += _rule_lines(_POLICY, host.policy_rules) if host.policy_rules else []
    return "\r\n".join([*lines, *extra, ""])


def snapshot_of(host: Host, extra: Iterable[str] = ()) -> Snapshot:
    """The host as the collection reads it."""
    return build_snapshot(parse_dump(dump_text(host, extra)), 4 if host.service_running else 1)


# -- Packets ----------------------------------------------------------------------------------------------------------

_EVERYTHING = ("0.0.0.0/0", "::/0")
WORLDS = tuple(
    World(dict.fromkeys(ADDRESS_WORDS, tuple(addresses)), ports, holds, opaque, service)
    for addresses, ports, holds, opaque, service in (
        ((), {}, frozenset[str](), "nothing", "allow"),
        (_EVERYTHING, dict.fromkeys(PORT_WORDS, ((0, 65535),)), frozenset({"LUAuth"}), "block", "block"),
        (("10.0.0.0/29", "2001:db8::/126"), {"RPC": ((5061, 5064),)}, frozenset({"LUAuth"}), "allow", "allow"),
        (("10.0.0.4/30", "2001:db8::8/125"), {}, frozenset[str](), "block", "block"),
    )
)
WORLDS = tuple(replace(world, ports={**world.ports, "RPC-EPMap": ((135, 135),)}) for world in WORLDS)
"""From the poorest (no keyword stands for anything, no condition holds) to the richest."""


def neutral(ask: Ask, profile: str, port: int, address: str) -> Packet:
    """A packet of the traffic that fulfils no rule's further conditions."""
    inbound = ask.direction == "in"
    return Packet(
        direction=ask.direction,
        protocol=ask.protocol,
        local_port=port if inbound else 1,
        remote_port=1 if inbound else port,
        remote_address=address,
        local_address=ELSEWHERE if ":" not in address else "2001:db8:99::1",
        profile=profile,
        program=ask.program or NOBODY,
        service=ask.service,
        interface_type="RemoteAccess",
    )


def adapted(packet: Packet, rule: Rule, ask: Ask) -> Packet:
    """The packet changed to fulfil a rule's further conditions, as far as the traffic leaves them open."""
    changes: dict[str, object] = {}
    if rule.get("program") and not ask.program:
        changes["program"] = rule["program"]
    if rule.get("service") and not ask.service:
        changes["service"] = "Dnscache" if rule["service"] == "*" else rule["service"]
    if rule.get("interface_types"):
        changes["interface_type"] = rule["interface_types"][0]
    same_family = [text for text in rule.get("local_addresses", []) if (":" in text) == (":" in packet.remote_address)]
    if same_family:
        changes["local_address"] = same_family[0]
    inbound = packet.direction == "in"
    source = rule.get("remote_ports", []) if inbound else rule.get("local_ports", [])
    if source and source[0][0].isdigit():
        changes["remote_port" if inbound else "local_port"] = int(source[0].partition("-")[0])
    return replace(packet, **changes)  # type: ignore[arg-type]


def all_rules(host: Host) -> list[Rule]:
    """The rules of all stores."""
    return [*host.local_rules, *host.policy_rules, *host.mdm_rules]


def points(host: Host, ask: Ask, world: World) -> list[tuple[int, str]]:
    """Ports and addresses of the traffic: the ends of every interval in sight, and their neighbours."""
    inbound = ask.direction == "in"
    ports = set(ask.ports)
    scopes = set(ask.remote) | set(_EVERYTHING)
    for rule in all_rules(host):
        ports.update(rule.get("local_ports", []) if inbound else rule.get("remote_ports", []))
        scopes.update(rule.get("remote_addresses", []))
    for word in ADDRESS_WORDS:
        scopes.update(world.addresses.get(word, ()))
    spans = [text.partition("-") for text in ports if text[0].isdigit()]
    ends = {int(end) for low, _dash, high in spans for end in (low, high or low)}
    ends |= {end for found in world.ports.values() for span in found for end in span}
    near_ports = {port + step for port in ends for step in (-1, 0, 1) if 0 <= port + step <= 65535}
    wanted = sorted(port for port in near_ports if any(is_in_port(text, port, world) for text in ask.ports))
    addresses = [
        address
        for address in _boundaries([scope for scope in scopes if scope not in ADDRESS_WORDS])
        if not ask.remote or any(is_in_address(text, address, world) for text in ask.remote)
    ]
    return [(port, address) for port in wanted for address in addresses]


def _boundaries(scopes: Iterable[str]) -> list[str]:
    found = set()
    for family, low, high in map(parse_span, scopes):
        make, top = (ipaddress.IPv4Address, (1 << 32) - 1) if family == 4 else (ipaddress.IPv6Address, (1 << 128) - 1)
        found |= {str(make(end + step)) for end in (low, high) for step in (-1, 0, 1) if 0 <= end + step <= top}
    return sorted(found)


def sample(seen: Sequence[tuple[int, str]], most: int, seed: int) -> list[tuple[int, str]]:
    """At most so many of the points, always the same for one seed."""
    return list(seen) if len(seen) <= most else random.Random(seed).sample(list(seen), most)


def in_part(part: str, port: int, address: str, world: World) -> bool:
    """Whether a point certainly lies in a `Verdict.part`; an empty part is all of the traffic.

    A keyword in a part does not say of which family it is, so nothing is certain from it.
    """
    if not part:
        return True
    for box in part.split("; "):
        ports, _from, addresses = box.partition(" from ")
        if ports != "any" and not any(is_in_port(text, port, world) for text in ports.split(",")):
            continue
        numbers = [text for text in addresses.split(",") if any(character.isdigit() for character in text)]
        if addresses == "any" or any(is_in_address(text, address, world) for text in numbers):
            return True
    return False


def profile_of(word: str) -> Profile:
    """The engine's word for a profile."""
    return Profile(word.casefold())
