# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Block rules that may keep a host from what it needs to be a member of a domain, and on the network at all.

What a member connects to is Microsoft's list, "How to configure a firewall for Active Directory domains and trusts",
with DHCP (RFC 2131 4.1, RFC 8415 7.2). Of the types of ICMPv6 that RFC 4890 4.4.1 says must not be dropped, those are
taken without which IPv6 fails: errors, routers and neighbours, multicast listeners. Echo, often blocked, is not.
"""

from __future__ import annotations

import re

from ..._net.address_set import AddressSet, together
from ..._net.known_addresses import LOOPBACK, PRIVATE, SOURCES
from ..._net.port_set import PortSet
from ..state.rule import ANY_SERVICE, PROTOCOL_NUMBERS, Direction, FirewallRule, same_path
from ..traffic.breadth import nearly_everything

_TCP, _UDP, _ICMPV6 = (PROTOCOL_NUMBERS[name] for name in ("tcp", "udp", "icmpv6"))
_NEEDED = {
    _TCP: PortSet.parse("53,88,135,389,445,464,636,3268-3269,9389,49152-65535"),
    _UDP: PortSet.parse("53,67,88,123,389,464,547"),
}
# From where the host connects: Microsoft's dynamic range since Windows Vista; clients of DHCP and W32Time keep theirs.
_FROM = {_TCP: PortSet.parse("49152-65535"), _UDP: PortSet.parse("68,123,546,49152-65535")}
_DHCP = {4: PortSet.of(68), 6: PortSet.of(546)}

_ICMPV6_TYPES = frozenset((1, 2, 3, 4, 130, 131, 132, 133, 134, 135, 136, 143))
_LINK_LOCAL = AddressSet.parse(["fe80::/10"])  # where neighbours and routers speak from: RFC 4861 4.2 and 4.3

_PROGRAMS = frozenset({"system", "svchost.exe", "lsass.exe"})
"""Whose connections those are: SMB, the services of Windows, and sign-in with Kerberos and LDAP."""

_OF_WINDOWS = re.compile(r"[a-z]:\\(windows|winnt)\\(system32|sysnative|syswow64)")  # whichever drive it is on

_SPECIAL = AddressSet.parse(["192.0.0.0/23", "198.18.0.0/15"])  # assignments of protocols, benchmarks
_CARRIED = AddressSet(SOURCES.v4, AddressSet.parse(["2000::/3"]).v6)  # of IPv6 what IANA has given out
_OUTSIDE = _CARRIED - together([PRIVATE, LOOPBACK, _SPECIAL])
"""The internet, and what is for documentation: neither domain controllers nor name servers of one's own are there.
IANA's registries of special-purpose addresses have the rest (RFC 6890)."""

_IKE = PortSet.of(500, 4500)  # RFC 7296 2, RFC 3948
_SECURED = (50, 51)  # ESP and AH
_IPSEC_SERVICES = frozenset({"ikeext", "policyagent"})

_SERVICES = frozenset((
    "dhcp", "dnscache", "netlogon", "lanmanworkstation", "w32time", "gpsvc", "rpcss", "rpceptmapper", "kdc", "ntds",
    "dns", "dfsr", "samss", "keyiso", "cryptsvc", "nlasvc", "policyagent", "ikeext",
))  # fmt: skip
"""Services that look for domain controllers, names, addresses, the time, policies, certificates or keys."""


def may_cut_a_member(rule: FirewallRule) -> bool:
    """Whether a block rule may keep the host from what a member of a domain needs, or from the network.

    Outbound not one for ports that no member needs or connects from, for a program or a service of the site's own, or
    for addresses of the internet alone: those are looked at by who is connected. Inbound what comes unasked:
    ICMPv6, and the answers to a client of DHCP. A rule for nearly everything is one in either direction.

    Args:
        rule: The rule.
    """
    if rule.opaque or nearly_everything(rule):
        return True
    if not _of_windows(rule):
        return False
    return _needed_in(rule) if rule.direction is Direction.IN else _needed_out(rule)


def may_cut_ipsec(rule: FirewallRule) -> bool:
    """Whether a block rule may keep the host from agreeing on IPsec, or from what is secured by it.

    That matters where the host requires it: what is agreed on today lasts only some hours, and WinRM needs the next.

    Args:
        rule: The rule.
    """
    if rule.opaque or not _of_windows(rule) or not _inside(rule.remote_addresses):
        return False
    if rule.service.casefold() in _IPSEC_SERVICES and rule.protocol in (None, _UDP):
        return rule.protocol is None or _has_ike(rule)
    return rule.protocol in _SECURED or (rule.protocol == _UDP and _has_ike(rule))


def _has_ike(rule: FirewallRule) -> bool:
    return rule.local_ports.overlaps(_IKE) and rule.remote_ports.overlaps(_IKE)


def _inside(scope: AddressSet) -> bool:
    """Whether a scope has anything but addresses of the internet: what a keyword stands for may be anything."""
    return not scope <= _OUTSIDE


def _of_windows(rule: FirewallRule) -> bool:
    """Whether a rule may be for what Windows itself sends or takes. Others may call a program of theirs so, too."""
    folder, _slash, name = same_path(rule.program).rpartition("\\")
    if rule.program and (name not in _PROGRAMS or (folder and not _OF_WINDOWS.fullmatch(folder))):
        return False
    return rule.service in ("", ANY_SERVICE) or rule.service.casefold() in _SERVICES


def _needed_out(rule: FirewallRule) -> bool:
    if not _inside(rule.remote_addresses):
        return False
    if rule.protocol is None:
        return True
    if rule.protocol == _ICMPV6:
        return _needed_types(rule) and _inside(rule.remote_addresses.of_family(6))
    if rule.protocol not in _NEEDED:
        return False
    return rule.remote_ports.overlaps(_NEEDED[rule.protocol]) and rule.local_ports.overlaps(_FROM[rule.protocol])


def _needed_in(rule: FirewallRule) -> bool:
    scope = rule.remote_addresses
    if rule.protocol == _ICMPV6:
        return not rule.service and _needed_types(rule) and _reaches(scope, 6)
    if rule.protocol == _UDP:
        return any(rule.local_ports.overlaps(port) and _reaches(scope, family) for family, port in _DHCP.items())
    return rule.protocol is None and not rule.service and _reaches(scope & _LINK_LOCAL, 6)


def _needed_types(rule: FirewallRule) -> bool:
    types = {int(value.partition(":")[0]) for _key, value in rule.icmp if value.partition(":")[0].isdigit()}
    return not rule.icmp or not types.isdisjoint(_ICMPV6_TYPES)


def _reaches(scope: AddressSet, family: int) -> bool:
    """Whether a scope has more of a family than single addresses."""
    ranges = scope.v4 if family == 4 else scope.v6
    return any(first != last for first, last in ranges) or any(of == family for of, _word in scope.keywords)
