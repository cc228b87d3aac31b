# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Block rules that may keep a host from what it needs to be a member of a domain, and on the network at all.

What a member connects to is Microsoft's list, "How to configure a firewall for Active Directory domains and trusts",
with DHCP (RFC 2131 4.1, RFC 8415 7.2). Of the types of ICMPv6 that RFC 4890 4.4.1 says must not be dropped, those are
taken without which IPv6 fails: errors, routers and neighbours, multicast listeners. Echo, often blocked, is not.
"""

from __future__ import annotations

from ..._net.address_set import AddressSet
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

_SERVICES = frozenset((
    "dhcp", "dnscache", "netlogon", "lanmanworkstation", "w32time", "gpsvc", "rpcss", "rpceptmapper", "kdc", "ntds",
    "dns", "dfsr", "samss", "keyiso", "cryptsvc", "nlasvc", "policyagent", "ikeext",
))  # fmt: skip
"""Services that look for domain controllers, names, addresses, the time, policies, certificates or keys."""


def may_cut_a_member(rule: FirewallRule) -> bool:
    """Whether a block rule may keep the host from what a member of a domain needs, or from the network.

    Outbound not one for ports that no member needs or connects from, for a program or a service of the site's own, or
    for single addresses: those are looked at by who is connected. Inbound what comes unasked: ICMPv6, and the answers
    to a client of DHCP. A rule for nearly everything is one in either direction.

    Args:
        rule: The rule.
    """
    if rule.opaque or nearly_everything(rule):
        return True
    if not _of_windows(rule):
        return False
    return _needed_in(rule) if rule.direction is Direction.IN else _needed_out(rule)


def _of_windows(rule: FirewallRule) -> bool:
    """Whether a rule may be for what Windows itself sends or takes."""
    if rule.program and same_path(rule.program).rpartition("\\")[2] not in _PROGRAMS:
        return False
    return rule.service in ("", ANY_SERVICE) or rule.service.casefold() in _SERVICES


def _needed_out(rule: FirewallRule) -> bool:
    if not (_reaches(rule.remote_addresses, 4) or _reaches(rule.remote_addresses, 6)):
        return False
    if rule.protocol is None:
        return True
    if rule.protocol == _ICMPV6:
        return _needed_types(rule) and _reaches(rule.remote_addresses, 6)
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
