# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Block rules that count after a plan and did not before, whatever makes them count; and which may cut a domain member.

A rule that is new, switched on, widened, in a group that is switched on, or in a profile that begins to filter: what
matters is the difference of the two states. What a member of a domain connects to is Microsoft's list, "How to
configure a firewall for Active Directory domains and trusts", with DHCP and its neighbours of IPv6.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ..._net.port_set import PortSet
from ..state.rule import PROTOCOL_NUMBERS, Direction, FirewallRule, Profile, same_path
from ..state.snapshot import Snapshot
from ..traffic.admission import may_block
from ..traffic.weighing import takes_part

_NEEDED = {
    PROTOCOL_NUMBERS["tcp"]: PortSet.parse("53,88,135,389,445,464,636,3268-3269,9389,49152-65535"),
    PROTOCOL_NUMBERS["udp"]: PortSet.parse("53,67,88,123,389,464,547"),
    PROTOCOL_NUMBERS["icmpv6"]: PortSet.any(),
}

_PROGRAMS = frozenset({"system", "svchost.exe", "lsass.exe"})
"""Whose connections those are: SMB, the services of Windows, and sign-in with Kerberos and LDAP."""


def new_blocks(
    before: Snapshot, after: Snapshot, profiles: Iterable[Profile], direction: Direction
) -> list[FirewallRule]:
    """The block rules that count after a plan, each in the profiles in which it did not.

    Args:
        before: The host as it is.
        after: The host as it will be.
        profiles: The profiles that may matter.
        direction: Which side opens the connection.
    """
    found: dict[FirewallRule, frozenset[Profile]] = {}
    for profile in profiles:
        known = {_kind(rule) for rule in blocks_in(before, profile, direction)}
        for rule in blocks_in(after, profile, direction):
            if _kind(rule) not in known:
                found[rule] = found.get(rule, frozenset()) | {profile}
    return [replace(rule, profiles=where) for rule, where in found.items()]


def blocks_in(snapshot: Snapshot, profile: Profile, direction: Direction) -> list[FirewallRule]:
    """The rules that may block in a profile; none where it does not filter. Arguments as above."""
    state = next(state for state in snapshot.profiles if state.profile is profile)
    if not (snapshot.service.running and state.enabled):
        return []
    return [
        rule
        for rule in snapshot.rules
        if takes_part(rule, state) and rule.direction in (direction, None) and may_block(rule)
    ]


def may_cut_a_member(rule: FirewallRule) -> bool:
    """Whether an outbound block rule may keep the host from what a member of a domain needs.

    Not one for ports that no member needs, for a program of the site's own, or for single addresses: those are looked
    at by who is connected.

    Args:
        rule: The rule.
    """
    if rule.opaque:
        return True
    if rule.program and same_path(rule.program).rpartition("\\")[2] not in _PROGRAMS:
        return False
    if rule.protocol is not None and not rule.remote_ports.overlaps(_NEEDED.get(rule.protocol, PortSet())):
        return False
    scope = rule.remote_addresses
    single = all(first == last for first, last in (*scope.v4, *scope.v6))
    return bool(scope.keywords) or not single


def _kind(rule: FirewallRule) -> tuple[object, ...]:
    return replace(rule, profiles=frozenset()).traffic()
