# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether one rule matches some traffic: certainly, possibly, or not at all."""

from __future__ import annotations

from dataclasses import dataclass

from ..._net.address_set import AddressSet, together
from ..._net.port_set import PortSet
from ..._net.region import Region
from ..state.rule import ALL_PROFILES, Action, Direction, FirewallRule, Profile, same_path

SYSTEM = "system"
"""The program of listeners in the kernel: HTTP.sys for IIS and WinRM, SMB."""

# Keys that do not change which inbound or outbound packets of ours a rule matches: edge traversal is about Teredo,
# loose source mapping about replies ([MS-FASP] 2.2.37).
_HARMLESS = {"Edge", "Defer", "LSM", "PCross", "AuthByPassOut"}
_NEEDS_IPSEC = {"Security", "Security2_9", "Security2", "RMauth", "RUAuth"}
_INTERFACE = {"IF", "IFType"}
_FILE_SHARING = ",-28502"
_WINRM = (",-30252", ",-30267")  # with its compatibility mode, on port 80
_OF_WINDOWS = frozenset({SYSTEM})
_PACKAGE = {"AppPkgId", "PFN", "LUOwn"}
_SHARED = {SYSTEM, "svchost.exe"}  # where anybody's listener may run

LISTENER = frozenset({"program", "service"})
"""Limits that are about who listens, and nothing else."""


@dataclass(frozen=True, slots=True)
class Listeners:
    """Who may listen where nobody knows exactly who does: the programs and services of one product, in lower case.

    Attributes:
        files: File names of its programs.
        folders: Names of folders, anywhere in a path, that hold its programs only.
        services: Short names of its services.
        prefixes: What the names of further services of it begin with.
    """

    files: frozenset[str]
    folders: frozenset[str]
    services: frozenset[str]
    prefixes: tuple[str, ...] = ()

    def have_program(self, path: str) -> bool:
        """Whether a program is one of them; the path as `same_path` spells it."""
        *folders, file = path.split("\\")
        return file in self.files or not self.folders.isdisjoint(folders)

    def have_folder(self, path: str) -> bool:
        """Whether a program is in one of the folders; the path as `same_path` spells it."""
        return not self.folders.isdisjoint(path.split("\\")[:-1])

    def have_service(self, name: str) -> bool:
        """Whether a service is one of them; its short name in lower case."""
        return name in self.services or name.startswith(self.prefixes)


@dataclass(frozen=True, slots=True)
class Traffic:
    """What should get through.

    Attributes:
        direction: Which way the connection is opened, seen from the host.
        protocol: IP protocol number, 6 or 17.
        ports: The listener's ports: local ones inbound, remote ones outbound.
        remote: Addresses on the other side.
        profiles: Profiles in which it should get through.
        programs: What listens, as `same_path` spells it, or `SYSTEM`; empty where it is not known.
        services: Short names of the services that listen, in lower case; empty where it is not known.
        local: Addresses of the host that it is for, each by itself; any where every address is meant.
        listeners: Who else may listen where programs or services are not known; by default it may be anybody.
        known: Who is known to connect. Where it is given, a few blocked addresses that are nobody's of these do not
            make traffic from any closed (`proportion`).
    """

    direction: Direction
    protocol: int
    ports: PortSet
    remote: AddressSet = AddressSet.any()
    profiles: frozenset[Profile] = ALL_PROFILES
    programs: frozenset[str] = frozenset()
    services: frozenset[str] = frozenset()
    listeners: Listeners | None = None
    known: AddressSet | None = None
    local: AddressSet = AddressSet.any()

    @property
    def region(self) -> Region:
        """Ports and addresses as one region."""
        return Region.of(self.ports, self.remote)


@dataclass(frozen=True, slots=True)
class Match:
    """How a rule, or a bundle of rules, meets some traffic.

    Attributes:
        rule: The rule; of a bundle what its rules have in common.
        exact: Pairs that it matches as far as ports and addresses go.
        possible: Pairs that it may match once words such as LocalSubnet or RPC are resolved; at least the exact ones.
        limits: What it depends on beyond ports and addresses. Words: program, service, ipsec, interface, local address,
            source port, condition, opaque.
        members: The rules of the bundle, each with its place among the host's; empty for a rule by itself.
    """

    rule: FirewallRule
    exact: Region
    possible: Region
    limits: tuple[str, ...] = ()
    members: tuple[tuple[int, FirewallRule], ...] = ()

    @property
    def certain(self) -> Region:
        """Pairs that it matches whatever the host is like: none where it has limits."""
        return Region() if self.limits else self.exact

    def meeting(self, traffic: Traffic, area: Region | None = None) -> list[tuple[int, FirewallRule]]:
        """The rules of the bundle that may be about an area, each with its place.

        Args:
            traffic: The traffic that the bundle meets.
            area: Some of it; all of it by default.
        """
        if len(self.members) < 2 or self.rule.opaque or (area is None and traffic.remote.is_any):
            return list(self.members)
        asked = traffic.remote if area is None else together(addresses for _ports, addresses in area.boxes)
        if asked.is_any:
            return list(self.members)
        return [member for member in self.members if _reach(member[1], traffic).overlaps(asked)]


def match(rule: FirewallRule, traffic: Traffic) -> Match | None:
    """Lay a rule over some traffic, regardless of enabled, profiles and action.

    Args:
        rule: The rule.
        traffic: The traffic.

    Returns:
        None where the rule cannot match any of it.
    """
    if rule.direction not in (traffic.direction, None) or rule.protocol not in (traffic.protocol, None):
        return None
    if rule.opaque:
        return Match(rule, Region(), traffic.region, ("opaque",))
    inbound = traffic.direction is Direction.IN
    ports = ports_of(rule, traffic.direction)
    vague = False
    if rule.port_words:
        if ("LPort", "RPC-EPMap") in rule.port_words and inbound:
            ports |= PortSet.of(135)
        # No endpoint of RPC is a port of HTTP.sys, which is where WinRM is.
        known = {("LPort", "RPC-EPMap"), *([("LPort", "RPC")] if _is_of_winrm(traffic) else [])}
        vague = bool(rule.port_words - known)
    # Ports first: on a host with 1,600 rules hardly any is about the ports in question.
    common = ports if ports <= traffic.ports else traffic.ports if ports.is_any else traffic.ports & ports
    if not common and not vague:
        return None
    # A local address that only Windows can resolve may be any of the host's.
    if not (rule.local_addresses.keywords or rule.local_addresses.overlaps(traffic.local)):
        return None
    limits = _limits(rule, traffic)
    if limits is None:
        return None
    exact = Region.of(common, traffic.remote & rule.remote_addresses)
    possible = Region.of(traffic.ports if vague else common, _reach(rule, traffic))
    return Match(rule, exact, possible, limits) if possible or exact else None


def _reach(rule: FirewallRule, traffic: Traffic) -> AddressSet:
    """Addresses of the traffic that may be in the rule's scope, whatever keywords of either side stand for."""
    scope, everything = rule.remote_addresses, AddressSet.any()
    if scope.is_any:
        return traffic.remote
    families = {family for family, _word in scope.keywords}
    widest = AddressSet(
        everything.v4 if 4 in families else scope.v4,
        everything.v6 if 6 in families else scope.v6,
    )
    asked = frozenset(word for word in traffic.remote.keywords if (widest.v4 if word[0] == 4 else widest.v6))
    return (traffic.remote & widest) | AddressSet(keywords=asked)


def _limits(rule: FirewallRule, traffic: Traffic) -> tuple[str, ...] | None:
    """What the rule depends on; None where it is known to be for another program or service."""
    if not may_mean_us(rule, traffic):
        return None
    limits = []
    if rule.program and traffic.programs != {same_path(rule.program)}:
        limits.append("program")
    service = rule.service.casefold()
    if service and (not traffic.services or (service != "*" and traffic.services != {service})):
        limits.append("service")
    keys = {key for key, _value in rule.conditions}
    if keys & _NEEDS_IPSEC:
        limits.append("ipsec")
    if keys & _INTERFACE:
        limits.append("interface")
    # Ports without a protocol that has them break [MS-FASP] 2.2.37, so nobody knows what Windows makes of the rule.
    invalid = rule.protocol is None and not (rule.local_ports.is_any and rule.remote_ports.is_any)
    if keys - _HARMLESS - _NEEDS_IPSEC - _INTERFACE or rule.icmp or invalid:
        limits.append("condition")
    if not traffic.local <= rule.local_addresses:
        limits.append("local address")
    other = rule.remote_ports if traffic.direction is Direction.IN else rule.local_ports
    if not other.is_any:
        limits.append("source port")
    return tuple(limits)


def may_mean_us(rule: FirewallRule, traffic: Traffic) -> bool:
    """Whether a rule may be for the program and the service that listen."""
    if rule.program:
        program = same_path(rule.program)
        if program not in traffic.programs if traffic.programs else _is_for_others(rule, program, traffic):
            return False
    return not rule.service or rule.service == "*" or _may_listen(rule.service.casefold(), traffic)


def _may_listen(service: str, traffic: Traffic) -> bool:
    if traffic.services:
        return service in traffic.services
    if _is_of_winrm(traffic):  # HTTP.sys takes it for WinRM, and for no other service
        return service == "winrm"
    return not traffic.listeners or traffic.listeners.have_service(service)


def _is_for_others(rule: FirewallRule, program: str, traffic: Traffic) -> bool:
    """Whether the program of a rule is certainly none that may listen; who blocks may mean any listener of a host's."""
    if not traffic.listeners:
        return False
    shared = rule.action is not Action.ALLOW and program.rpartition("\\")[2] in _SHARED
    return not shared and not traffic.listeners.have_program(program)


def is_plainly_for_others(rule: FirewallRule, traffic: Traffic) -> bool:
    """Whether a rule is no reason for anything, whatever its ports are.

    It is for packaged apps or one user's programs, which no server product is; or it is a switched-off one of Windows'
    own for something else than the traffic is.
    """
    if any(key in _PACKAGE for key, _value in rule.conditions):
        return True
    # WinRM is what the management connection is asked for, of which it is known who listens; Lync needs none of it.
    return is_of_another_feature(rule) and not (_is_of_winrm(traffic) and is_of_winrm(rule))


def _is_of_winrm(traffic: Traffic) -> bool:
    """Whether traffic is that of the management connection."""
    return traffic.programs == _OF_WINDOWS and traffic.listeners is None


def is_of_winrm(rule: FirewallRule) -> bool:
    """Whether a rule is in the groups "Windows Remote Management" of Windows' own rules."""
    return rule.group.endswith(_WINRM)


def is_of_another_feature(rule: FirewallRule) -> bool:
    """Whether a rule is switched off, and of a feature of Windows such as BranchCache, SSTP or Hyper-V.

    The group of such a rule is a text of a resource file ([MS-FASP] 2.2.37, ``EmbedCtxt``). In the stock rules of
    Windows Server 2008 R2 to 2022 those for IIS and for file sharing are what Lync's web services and shares need.
    """
    file, comma, _number = rule.group.casefold().rpartition(",-")
    if rule.enabled or not (comma and file.startswith("@")):
        return False
    name = file[1:].rpartition("\\")[2]
    return name != "iisres.dll" and not (name == "firewallapi.dll" and rule.group.endswith(_FILE_SHARING))


def ports_of(rule: FirewallRule, direction: Direction) -> PortSet:
    """The ports of a rule on the side that listens."""
    return rule.local_ports if direction is Direction.IN else rule.remote_ports


def names_ports(rule: FirewallRule, direction: Direction) -> bool:
    """Whether a rule is about ports that it names by number, and not about any port or a keyword such as RPC."""
    ports = ports_of(rule, direction)
    return bool(ports) and not ports.is_any
