# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""FirewallRule: one Windows Firewall rule as a value, compared by meaning."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from ..._net.address_set import AddressSet
from ..._net.port_set import HIGHEST, LOWEST, PortSet
from .limits import limits_of


class Direction(str, Enum):
    """``Dir`` of [MS-GPFAS] 2.2.2.19: which side opens the connection."""

    IN = "in"
    OUT = "out"


class Action(str, Enum):
    """``Action`` of [MS-GPFAS] 2.2.2.19. Bypass is allow for authenticated peers, stronger than block."""

    ALLOW = "allow"
    BLOCK = "block"
    BYPASS = "bypass"


class Profile(str, Enum):
    """Firewall profiles; the private one is called *standard* in the registry."""

    DOMAIN = "domain"
    PRIVATE = "private"
    PUBLIC = "public"


class Store(str, Enum):
    """Where a rule is stored, and so who owns it. This collection writes to the local store only."""

    LOCAL = "local"
    GROUP_POLICY = "group_policy"
    MDM = "mdm"


ALL_PROFILES = frozenset(Profile)
ANY_SERVICE = "*"
"""What the registry has for any service; netsh's word is any."""

PROTOCOL_NUMBERS = {"icmpv4": 1, "tcp": 6, "udp": 17, "icmpv6": 58}
_FAMILIES = {PROTOCOL_NUMBERS["icmpv4"]: 4, PROTOCOL_NUMBERS["icmpv6"]: 6}
_PROTOCOL_NAMES = {number: name for name, number in PROTOCOL_NUMBERS.items()}

# A rule made by hand may hold the short or the long spelling of one path. Which drive Windows is on, only the host
# knows; C: is what is compared with. On another drive the two spellings differ, and a difference is only reported.
_FOLDERS = (
    ("%systemroot%", "c:\\windows"),
    ("%windir%", "c:\\windows"),
    ("%programfiles(x86)%", "c:\\program files (x86)"),
    ("%programfiles%", "c:\\program files"),
    ("%systemdrive%", "c:"),
)


def of_protocol(addresses: AddressSet, protocol: int | None) -> AddressSet:
    """What a rule for a protocol can hold of a scope: one for a version of ICMP only the addresses of that version.

    So it is in the rules that Windows brings: those for ICMPv4 have ``RA4=LocalSubnet`` alone, those for ICMPv6 ``RA6``
    alone, all others that name a keyword both.

    Args:
        addresses: The scope; any stays any, which is no list of addresses.
        protocol: IP protocol number; None for any.
    """
    family = _FAMILIES.get(protocol or 0)
    return addresses if family is None or addresses.is_any else addresses.of_family(family)


@dataclass(frozen=True, slots=True, eq=False)
class FirewallRule:
    """One rule. Two rules are equal when they let the same traffic through under the same name and description.

    Order, letter case, ranges against lists, dotted masks against prefix lengths, ``any`` against nothing and three
    profiles against none do not matter. The id, the store and the schema version are not part of the meaning.

    Attributes:
        name: Display name, or a resource reference such as ``@FirewallAPI.dll,-28502``. Not unique on a host.
        direction: None only in a rule that is opaque.
        action: None only in a rule that is opaque.
        enabled: Whether the rule takes part at all.
        protocol: IP protocol number 0 to 255; None for any.
        local_ports: Ports on this host; any where the rule names none.
        remote_ports: Ports on the other side.
        port_words: Registry key and keyword of ports that only Windows can resolve, such as ``('LPort', 'RPC')``.
        icmp: ICMP types and codes as stored, with the family: ``('ICMP4', '8:*')``. Empty for all.
        local_addresses: Addresses of this host the rule is limited to.
        remote_addresses: The scope: who may connect, or may be connected to.
        profiles: Profiles the rule applies in.
        program: Path of the program the rule is limited to, or empty.
        service: Short name of the service the rule is limited to, ``*`` for any service, or empty.
        description: Free text.
        group: ``EmbedCtxt``, what the console shows as group. netsh cannot write it.
        conditions: Further limits this collection keeps without judging them (key and value as stored): interface,
            security, owner, package, platform, edge traversal and so on.
        opaque: Why the rule cannot be interpreted. An opaque rule is kept, shown, never changed. It is
            switched off only where that was certainly read.
        rule_id: Value name in the registry, unique in its store.
        store: The store it was read from.
        raw: The rule string as read, so that nothing is lost; empty for a rule not read from a host.
    """

    name: str
    direction: Direction | None = None
    action: Action | None = None
    enabled: bool = True
    protocol: int | None = None
    local_ports: PortSet = PortSet.any()
    remote_ports: PortSet = PortSet.any()
    port_words: frozenset[tuple[str, str]] = frozenset()
    icmp: frozenset[tuple[str, str]] = frozenset()
    local_addresses: AddressSet = AddressSet.any()
    remote_addresses: AddressSet = AddressSet.any()
    profiles: frozenset[Profile] = ALL_PROFILES
    program: str = ""
    service: str = ""
    description: str = ""
    group: str = ""
    conditions: tuple[tuple[str, str], ...] = ()
    opaque: tuple[str, ...] = ()
    rule_id: str = ""
    store: Store = Store.LOCAL
    raw: str = ""

    def traffic(self) -> tuple[Any, ...]:
        """What the rule does, without its name and description: equal tuples let the same packets through."""
        return (
            self.direction,
            self.action,
            self.enabled,
            self.protocol,
            self.local_ports,
            self.remote_ports,
            self.port_words,
            self.icmp,
            self.local_addresses,
            self.remote_addresses,
            self.profiles,
            same_path(self.program),
            self.service.casefold(),
            limits_of(self.conditions),
            (self.opaque, self.raw) if self.opaque else (),
        )

    def _meaning(self) -> tuple[Any, ...]:
        return (self.name, self.description, self.group, *self.traffic())

    def __eq__(self, other: object) -> bool:
        return self._meaning() == other._meaning() if isinstance(other, FirewallRule) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._meaning())

    def span(self, direction: Direction) -> tuple[int, int]:
        """The lowest and the highest port that the rule may be about, on the side that listens.

        Args:
            direction: Which side opens the connection; the rule's own, unless that is not known.
        """
        if self.opaque or self.port_words:
            return LOWEST, HIGHEST
        ranges = (self.local_ports if direction is Direction.IN else self.remote_ports).ranges
        return (ranges[0][0], ranges[-1][1]) if ranges else (HIGHEST + 1, HIGHEST + 1)

    def named(self, name: str) -> FirewallRule:
        """The same rule under another display name."""
        return replace(self, name=name)


def protocol_name(number: int | None) -> str:
    """``tcp``, ``udp``, ``any`` or the number: for netsh and for people."""
    return "any" if number is None else _PROTOCOL_NAMES.get(number, str(number))


def local_ports_text(rule: FirewallRule) -> str:
    """The host's ports for people, with words such as RPC for those that Windows alone knows."""
    words = sorted(word for _key, word in rule.port_words)
    return ",".join([*([str(rule.local_ports)] if rule.local_ports or not words else []), *words])


def profile_names(profiles: frozenset[Profile]) -> list[str]:
    """The profiles' names, always in the order domain, private, public."""
    return [profile.value for profile in Profile if profile in profiles]


def same_path(path: str) -> str:
    """A program path in the one spelling that paths are compared in; only for comparing."""
    folded = path.casefold()
    if not folded.startswith("%"):
        return folded
    for variable, folder in _FOLDERS:
        if folded.startswith(variable):
            return folder + folded[len(variable) :]
    return folded
