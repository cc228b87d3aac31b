# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Windows does with **one packet**: slow, obvious, and written from [MS-FASP] and [MS-GPFAS] alone.

The engine in ``plugins/`` answers for whole ranges at once and is compared with this. So nothing here is imported from
``plugins/``, and no set arithmetic is done: a host is a description of the tests' own, and every condition of every
rule is asked about the one packet.

What cannot be read from a registry (which subnet is the local one, who is logged on, what a rule says that nobody can
parse) is a `World`: a test chooses one, or tries several.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypedDict

ICMP_V4 = 1
TCP = 6
UDP = 17
ICMP_V6 = 58
PROTOCOLS_WITH_PORTS = (TCP, UDP)

Span = tuple[int, int]


class Rule(TypedDict, total=False):
    """One firewall rule, [MS-FASP] 2.2.37. A key that is missing or None (or an empty list) is no condition."""

    name: str
    action: str
    """``allow``, ``block`` or ``bypass``."""
    active: bool
    """Missing is FALSE, [MS-GPFAS] 2.2.2.19."""
    direction: str
    """``in`` or ``out``."""
    protocol: int | None
    profiles: list[str]
    """Of ``Domain``, ``Private``, ``Public``."""
    local_ports: list[str]
    """``80``, ``80-90`` or a keyword such as ``RPC``."""
    remote_ports: list[str]
    icmp: list[str]
    """``8:0`` or ``8:*``."""
    local_addresses: list[str]
    """A host, ``a-b``, or a subnet, of either family."""
    remote_addresses: list[str]
    """As above, or a keyword such as ``LocalSubnet``."""
    interface_types: list[str]
    interfaces: list[str]
    program: str | None
    service: str | None
    security: str | None
    """``authenticate`` or ``encrypt``."""
    conditions: list[str]
    """Names of further conditions (local user, package ...): each holds if the `World` says so."""
    local_only_mapped: bool
    bypass_outbound: bool
    opaque: bool
    """Nobody but Windows knows what it says; the `World` decides, within the action, direction and protocol given."""


class Settings(TypedDict, total=False):
    """One profile in one store, [MS-FASP] 2.2.38. A key that is missing or None is not configured."""

    enabled: bool | None
    inbound: str | None
    """Default action, ``allow`` or ``block``."""
    outbound: str | None
    shields_up: bool | None
    merge: bool | None
    """Policy only: AllowLocalPolicyMerge."""
    merge_ports: bool | None
    """Policy only: AllowUserPrefMerge of GloballyOpenPorts."""
    merge_programs: bool | None
    """Policy only: AllowUserPrefMerge of AuthorizedApplications."""


@dataclass(frozen=True)
class Host:
    """A host's firewall: settings by profile for two stores, rules of three stores, and whether the service runs."""

    local: Mapping[str, Settings] = field(default_factory=dict)
    policy: Mapping[str, Settings] = field(default_factory=dict)
    local_rules: Sequence[Rule] = ()
    policy_rules: Sequence[Rule] = ()
    mdm_rules: Sequence[Rule] = ()
    service_running: bool = True


@dataclass(frozen=True)
class Packet:
    """The first packet of a connection, as one profile of one host sees it."""

    protocol: int
    remote_address: str
    profile: str
    local_port: int | None = None
    remote_port: int | None = None
    local_address: str = "10.0.0.5"
    direction: str = "in"
    program: str = "C:\\nobody.exe"
    service: str | None = None
    security: str = "none"
    """``none``, ``authenticate`` (IPsec knows the peer) or ``encrypt`` (and hides the content)."""
    interface_type: str = "Lan"
    interface: str = "{00000000-0000-0000-0000-000000000001}"
    icmp: tuple[int, int] | None = None


@dataclass(frozen=True)
class World:
    """One choice for everything that the registry does not tell."""

    addresses: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """What each address keyword stands for; a missing one stands for nothing."""
    ports: Mapping[str, Sequence[Span]] = field(default_factory=dict)
    """What each port keyword stands for."""
    holds: frozenset[str] = frozenset()
    """The further conditions that this packet's user, package, platform ... fulfil."""
    opaque: str = "nothing"
    """What opaque rules do with every packet they may be about: ``nothing``, ``allow`` or ``block``."""
    without_service: str = "allow"
    """What happens to packets while MpsSvc is stopped. No specification says; both are seen."""


@dataclass(frozen=True)
class Decision:
    """Whether the packet passes, and the step that settled it."""

    allowed: bool
    step: str
    rule: str = ""


# -- Settings: [MS-FASP] 2.2.38, the merge law of each option ---------------------------------------------------------


def policy_wins(host: Host, profile: str, option: str, default: bool | str) -> bool | str:
    """Return the Group Policy value if configured, else the local one, else the default of [MS-FASP] <13>."""
    for store in (host.policy, host.local):
        value = store.get(profile, {}).get(option)
        if value is not None:
            assert isinstance(value, (bool, str))
            return value
    return default


def on_wins(host: Host, profile: str) -> bool:
    """Return whether shields are up: "on" from either store wins."""
    return any(bool(store.get(profile, {}).get("shields_up")) for store in (host.policy, host.local))


def policy_flag(host: Host, profile: str, option: str) -> bool:
    """Return a merge flag: it means something in Group Policy only and is TRUE unless configured there."""
    value = host.policy.get(profile, {}).get(option)
    return True if value is None else bool(value)


# -- Conditions: [MS-FASP] 2.2.37 -------------------------------------------------------------------------------------


def is_in_address(text: str, address: str, world: World) -> bool:
    """Return whether the address lies in a host, a range, a subnet, or what a keyword stands for."""
    if not any(character.isdigit() for character in text):
        return any(is_in_address(part, address, world) for part in world.addresses.get(text, ()))
    version, number = parse_address(address)
    family, low, high = parse_span(text)
    return version == family and low <= number <= high


@lru_cache(maxsize=10_000)
def parse_address(text: str) -> tuple[int, int]:
    """Return an address's family and number."""
    address = ipaddress.ip_address(text)
    return address.version, int(address)


@lru_cache(maxsize=10_000)
def parse_span(text: str) -> tuple[int, int, int]:
    """Return the family, first and last number of a host, a range or a subnet."""
    if "-" in text:
        (family, low), (_family, high) = (parse_address(end) for end in text.split("-"))
        return family, low, high
    network = ipaddress.ip_network(text, strict=False)
    return network.version, int(network[0]), int(network[-1])


def is_in_port(text: str, port: int, world: World) -> bool:
    """Return whether the port is one number, in a range, or in what a keyword stands for."""
    if not text[0].isdigit():
        return any(low <= port <= high for low, high in world.ports.get(text, ()))
    low, _unused, high = text.partition("-")
    return int(low) <= port <= int(high or low)


def ports_match(wanted: Sequence[str], port: int | None, packet: Packet, world: World) -> bool:
    """Return whether a port condition holds; only TCP and UDP have ports."""
    if not wanted:
        return True
    if packet.protocol not in PROTOCOLS_WITH_PORTS or port is None:
        return False
    return any(is_in_port(text, port, world) for text in wanted)


def icmp_matches(wanted: Sequence[str], packet: Packet) -> bool:
    """Return whether an ICMP type and code condition holds."""
    if not wanted:
        return True
    if packet.icmp is None:
        return False
    kind, code = packet.icmp
    return any(text in (f"{kind}:{code}", f"{kind}:*") for text in wanted)


def matches(rule: Rule, packet: Packet, world: World) -> bool:
    """Return whether every condition of an enabled rule holds for the packet, its IPsec condition left aside."""
    if not rule.get("active", False) or rule["direction"] != packet.direction:
        return False
    if rule.get("profiles") and packet.profile not in rule["profiles"]:
        return False
    if rule.get("protocol") is not None and rule["protocol"] != packet.protocol:
        return False
    # [MS-FASP] 2.2.35 LOCAL_ONLY_MAPPED: the remote end does not count, except for a block rule.
    remote_counts = not rule.get("local_only_mapped") or rule["action"] == "block"
    if not ports_match(rule.get("local_ports", []), packet.local_port, packet, world):
        return False
    if remote_counts and not ports_match(rule.get("remote_ports", []), packet.remote_port, packet, world):
        return False
    if not icmp_matches(rule.get("icmp", []), packet):
        return False
    here = rule.get("local_addresses", [])
    if here and not any(is_in_address(text, packet.local_address, world) for text in here):
        return False
    there = rule.get("remote_addresses", [])
    if there and remote_counts and not any(is_in_address(text, packet.remote_address, world) for text in there):
        return False
    return listener_matches(rule, packet) and all(name in world.holds for name in rule.get("conditions", []))


def listener_matches(rule: Rule, packet: Packet) -> bool:
    """Return whether the conditions about interface, program and service hold."""
    if rule.get("interface_types") and packet.interface_type not in rule["interface_types"]:
        return False
    if rule.get("interfaces") and packet.interface not in rule["interfaces"]:
        return False
    program, service = rule.get("program"), rule.get("service")
    if program is not None and program.lower() != packet.program.lower():
        return False
    if service == "*":
        return packet.service is not None
    return service is None or service.lower() == (packet.service or "").lower()


def may_be_about(rule: Rule, packet: Packet, world: World) -> bool:
    """Return whether an opaque rule does in this world what the world says of opaque rules."""
    if rule.get("direction") not in (None, packet.direction) or rule.get("protocol") not in (None, packet.protocol):
        return False
    return rule.get("action") in (None, world.opaque)


def is_secure_enough(rule: Rule, packet: Packet) -> bool:
    """Return whether the packet is as protected as the rule asks, [MS-FASP] 2.2.35 AUTHENTICATE..."""
    if rule.get("security") == "encrypt":
        return packet.security == "encrypt"
    if rule.get("security") == "authenticate":
        return packet.security in ("authenticate", "encrypt")
    return True


def is_ignored(rule: Rule, host: Host, profile: str) -> bool:
    """Return whether Group Policy forbids this rule **of the local store**, [MS-FASP] 2.2.38, values 11 to 13."""
    if not policy_flag(host, profile, "merge"):
        return True
    if rule.get("opaque") or rule.get("service") is not None or rule.get("protocol") not in PROTOCOLS_WITH_PORTS:
        return False
    ports = rule.get("local_ports", [])
    if rule.get("program") is not None:
        return not ports and not policy_flag(host, profile, "merge_programs")
    one_number = len(ports) == 1 and ports[0][0].isdigit()
    return one_number and not policy_flag(host, profile, "merge_ports")


# -- The decision -----------------------------------------------------------------------------------------------------


def enforced_rules(host: Host, profile: str) -> list[Rule]:
    """Return the rules of all stores that this profile does not ignore; they add up, [MS-FASP] 2.2.38."""
    local = [rule for rule in host.local_rules if not is_ignored(rule, host, profile)]
    return [*local, *host.policy_rules, *host.mdm_rules]


def is_bypass(rule: Rule) -> bool:
    """Return whether the rule comes before block rules, [MS-FASP] 2.2.34 and 2.2.35 AUTHENTICATE_BYPASS_OUTBOUND."""
    return rule["action"] == "bypass" or (rule["action"] == "allow" and bool(rule.get("bypass_outbound")))


def decide(host: Host, packet: Packet, world: World) -> Decision:
    """Return what happens to the packet.

    The order is that of [MS-FASP] 2.2.38 for the switches (off: nothing is blocked, "regardless of other policy
    settings"; shields up: every incoming packet is) and 2.2.34 for the rules: bypass, block, allow, default.
    """
    if not host.service_running:
        return Decision(world.without_service == "allow", "service")
    if not policy_wins(host, packet.profile, "enabled", True):
        return Decision(True, "off")
    if packet.direction == "in" and on_wins(host, packet.profile):
        return Decision(False, "shields_up")
    settled = decide_by_rules(enforced_rules(host, packet.profile), packet, world)
    if settled is not None:
        return settled
    option, normal = ("inbound", "block") if packet.direction == "in" else ("outbound", "allow")
    return Decision(policy_wins(host, packet.profile, option, normal) == "allow", "default")


def decide_by_rules(rules: Sequence[Rule], packet: Packet, world: World) -> Decision | None:
    """Return what the rules say: bypass, then block, then allow; None if it is left to the default."""
    opaque = [rule for rule in rules if rule.get("opaque") and may_be_about(rule, packet, world)]
    readable = [rule for rule in rules if not rule.get("opaque") and matches(rule, packet, world)]
    bypass = [rule for rule in readable if is_bypass(rule) and packet.security != "none"]
    block = [rule for rule in readable if rule["action"] == "block"]
    allow = [rule for rule in readable if rule["action"] == "allow"]
    steps = (
        (True, "bypass", [rule for rule in bypass if is_secure_enough(rule, packet)]),
        (False, "block", block),
        (False, "opaque", opaque if world.opaque == "block" else []),
        (True, "allow", [rule for rule in allow if is_secure_enough(rule, packet)]),
        (True, "opaque", opaque if world.opaque == "allow" else []),
        # [MS-FASP] 2.2.35 AUTHENTICATE: "otherwise, traffic is blocked", also where the default is to allow.
        (False, "insecure", allow),
    )
    return next((Decision(allowed, step, found[0]["name"]) for allowed, step, found in steps if found), None)
