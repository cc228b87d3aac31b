# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks, before anything is sent, whether a plan would lock us out or cut connections in use."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ...module_utils._firewall.change.guard import assess
from ...module_utils._firewall.change.impact import Endpoint, endpoints, would_be_blocked, would_be_cut, would_be_left
from ...module_utils._firewall.change.management import (
    WINRM_POLICY,
    arriving_address,
    arriving_ports,
    policy_listeners,
)
from ...module_utils._firewall.change.needed import may_cut_a_member, may_cut_ipsec
from ...module_utils._firewall.change.new_blocks import new_blocks
from ...module_utils._firewall.change.plan import Plan
from ...module_utils._firewall.change.prediction import begin_inbound, begin_outbound, predict
from ...module_utils._firewall.change.risk import is_risky, outbound_losses
from ...module_utils._firewall.change.sockets import Socket, read_sockets
from ...module_utils._firewall.state.read_command import Part, command_line, query
from ...module_utils._firewall.state.reading import ReadError, read_keys, split
from ...module_utils._firewall.state.rule import ALL_PROFILES, Direction, FirewallRule, Profile
from ...module_utils._firewall.state.snapshot import Snapshot, WinrmListener
from ...module_utils._firewall.traffic.rule_names import label
from ...module_utils._texts import said
from .remote_host import RemoteHost

_CORE_NETWORKING = ",-25000"  # of FirewallAPI.dll, in the stock rules of Windows Server 2008 R2 to 2022
_MOST_LISTED = 20  # endpoints in one message
_ACCEPT = "set accept_impact to true (the variable lync_firewall_accept_impact)"
_BLOCKS_IN = (
    "inbound block rules keep out nearly everybody, or what the network itself needs (ICMPv6, the answers of DHCP): "
    "{names}. Narrow them to ports, to types of ICMP or to single addresses"
)
_BLOCKS_OUT = (
    "outbound block rules may cut the host from its domain controllers and name servers: {names}. Narrow them to ports "
    "that no member of a domain needs or to addresses of the internet"
)
_BLOCKS_IPSEC = (
    "the host requires IPsec, and block rules may keep it from agreeing on that (IKE on UDP 500 and 4500, ESP, AH) "
    "once today's agreements end, WinRM's among them: {names}. Leave those out"
)
_IDLE = (
    "this listens and will not be reached any more, since nothing lets anybody in but the groups that are switched "
    "off: {}. Nobody is seen to be connected to it now"
)


@dataclass(frozen=True, slots=True)
class Preview:
    """The objections to a plan.

    Attributes:
        lockout: Why the host might not admit WinRM any more; any of it stops the plan.
        warnings: What would be closed to WinRM where we do not, or may not, arrive.
        cut: What is in use and would not be reachable any more; the user may accept that.
        blocked: What is in use by those whom block rules of the plan keep out; likewise.
        by_groups: What only the groups let in that the plan switches off, whether or not anybody is connected now.
        inbound: Block rules that keep out nearly everybody, or what comes unasked and is needed; likewise.
        outbound: Block rules that may cut the host from its domain controllers and name servers; likewise.
        ipsec: Block rules that may keep the host from the IPsec that it requires; likewise.
    """

    lockout: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    cut: tuple[Endpoint, ...] = ()
    blocked: tuple[Endpoint, ...] = ()
    by_groups: tuple[Endpoint, ...] = ()
    inbound: tuple[FirewallRule, ...] = ()
    outbound: tuple[FirewallRule, ...] = ()
    ipsec: tuple[FirewallRule, ...] = ()

    @property
    def closed(self) -> tuple[Endpoint, ...]:
        """Ports that are closed for everybody, by a firewall that begins to filter or with a group."""
        return (*self.cut, *self.by_groups)


def preview(host: RemoteHost, plan: Plan, before: Snapshot, confirmed: bool = True) -> Preview:
    """Judge a plan against the connection it is sent over and against what is in use on the host.

    A plan that only adds or widens costs nothing here: nothing is read.

    Args:
        host: The host.
        plan: The plan.
        before: The host as it is.
        confirmed: Whether the plan is commit-confirmed.

    Raises:
        ConnectionLost: The host does not answer.
        ReadError: What is in use could not be read.
    """
    if not plan.changes or not is_risky(plan, before):
        return Preview()
    # Another product that filters now may go at any time; then Windows Firewall decides by what the plan has made.
    before = replace(before, other_firewall="")
    connection = host.management_connection()
    arrives = host.arrival(connection)
    use = _in_use(host)
    listeners = (*before.listeners, *use.listeners)
    ours = host.with_source_ports(connection)
    ports = arriving_ports(ours, listeners, use.sockets or ())
    local = arriving_address(ours, use.sockets or ())
    found = assess(connection, plan, before, arrives, confirmed, ports, local)
    # Nothing is in use through a network that the host is not in, so a profile without one has nothing to cut.
    profiles = _beginning_to_filter(plan, before) & (arrives.connected or ALL_PROFILES)
    after = predict(plan, before)
    places = arrives.connected or ALL_PROFILES
    blocks = new_blocks(before, after, places, Direction.IN)
    leaving = new_blocks(before, after, places, Direction.OUT)
    # What a member needs it may need first in a profile that it is not in now: the public one, at each boot.
    ways = (Direction.IN, Direction.OUT)
    coming = [new_blocks(before, after, ALL_PROFILES, way) for way in ways]
    inbound, outbound = (tuple(rule for rule in one if may_cut_a_member(rule)) for one in coming)
    requiring = {one.profile for one in after.profiles if one.requires_ipsec or one.requires_ipsec_outbound}
    ipsec = tuple(rule for one in coming for rule in one if rule.profiles & requiring and may_cut_ipsec(rule))
    if (profiles or blocks or leaving or plan.groups_off) and use.sockets is None:
        raise ReadError("'netstat -ano' failed, so it is not known what is in use and would be cut")
    used = endpoints(use.sockets or (), use.tasks) if profiles or blocks or plan.groups_off else ()
    cut = would_be_cut(used, profiles, after) if profiles else ()
    by_groups: tuple[Endpoint, ...] = ()
    if plan.groups_off:
        filtering = frozenset(state.profile for state in before.profiles if state.enabled)
        others = filtering & (arrives.connected or ALL_PROFILES)
        today = would_be_cut(used, others, before) if others else ()
        then = would_be_cut(used, others, after) if others else ()
        by_groups = tuple(one for one in then if one not in (*today, *cut))
    own = {socket.address for socket in use.sockets or ()}
    blocked = would_be_blocked(used, own, before, after, places) if blocks else ()
    if leaving:
        blocked += would_be_left(use.sockets or (), use.tasks, before, after, places)
    return Preview(found.objections, found.warnings, cut, blocked, by_groups, inbound, outbound, ipsec)


def _beginning_to_filter(plan: Plan, before: Snapshot) -> frozenset[Profile]:
    """Profiles that let everything through today and will not after the plan."""
    if plan.service.start:
        return frozenset(state.profile for state in predict(plan, before).profiles if state.enabled)
    return frozenset(begin_inbound(plan, before))


@dataclass(frozen=True, slots=True)
class _Use:
    """What is in use on a host: its sockets, if it tells them, its programs, and WinRM's listeners by Group Policy."""

    sockets: tuple[Socket, ...] | None
    tasks: str
    listeners: tuple[WinrmListener, ...]


def _in_use(host: RemoteHost) -> _Use:
    marker = secrets.token_hex(4)
    parts = (
        Part("sockets", "netstat -ano", False),
        Part("tasks", "tasklist /fo csv /nh", False),
        query("policy", WINRM_POLICY, False),
    )
    texts = split(host.run(command_line(marker, parts)).stdout, marker, parts)
    told, sockets = texts["sockets"]
    return _Use(read_sockets(sockets) if told else None, texts["tasks"][1], policy_listeners(read_keys(texts, parts)))


class LockoutGuard:
    """Objects to plans that would lock us out, or cut what the user has not agreed to cut.

    Attributes:
        found: The preview of the last plan.
        cut: What that plan would cut, for the results.
        warnings: What the last plan would close to WinRM in profiles that we do not, or may not, arrive through.
    """

    def __init__(self, host: RemoteHost, accept_impact: bool, confirmed: bool = True) -> None:
        """Guard one host.

        Args:
            host: The host.
            accept_impact: The user agreed to cut what is in use.
            confirmed: Whether risky plans are commit-confirmed.
        """
        self.found = Preview()
        self.cut: tuple[Endpoint, ...] = ()
        self.warnings: tuple[str, ...] = ()
        self._confirmed = confirmed
        self._host = host
        self._accept_impact = accept_impact

    def __call__(self, plan: Plan, before: Snapshot) -> Sequence[str]:
        """The objections to a plan; raises as `preview` does."""
        self.found = found = preview(self._host, plan, before, self._confirmed)
        self.cut = tuple(dict.fromkeys((*found.closed, *found.blocked)))
        # Who asks for a group to be off asks for its ports to be closed. To stop there for a port that merely listens
        # would keep people from taking back what they did.
        idle = [one for one in found.by_groups if not one.peers]
        self.warnings = (*found.warnings, *([_IDLE.format(_listed(idle))] if idle else []))
        if self._accept_impact:
            return found.lockout
        objections = list(found.lockout)
        outbound = [profile.value for profile in begin_outbound(plan, before)]
        lost = [said(rule.name) for rule in outbound_losses(plan, before)]
        if lost:
            objections.append(
                "outbound traffic that no rule allows is blocked, and what lets the host's own connections out would "
                f"go: {', '.join(lost[:_MOST_LISTED])}. Keep it in extra_rules, or {_ACCEPT}"
            )
        if any(change.reference.casefold().endswith(_CORE_NETWORKING) for change in plan.groups_off):
            objections.append(
                "without the group Core Networking the host may lose its address (DHCP), its IPv6 neighbours and its "
                f"name servers. Leave it out of builtin_groups, or {_ACCEPT}"
            )
        for rules, why in (
            (found.inbound, _BLOCKS_IN),
            (found.outbound, _BLOCKS_OUT),
            (found.ipsec, _BLOCKS_IPSEC),
        ):
            if rules:
                names = ", ".join(said(label(rule)) for rule in rules[:_MOST_LISTED])
                objections.append(f"{why.format(names=names)}, or {_ACCEPT}")
        if outbound:
            objections.append(
                f"outbound_action: block ({', '.join(outbound)}) cuts every connection that the host opens and no rule "
                "allows, such as those to its domain controllers and name servers. Allow what it needs in extra_rules "
                f"(direction: out), and {_ACCEPT}"
            )
        if found.cut:
            objections.append(
                "this is in use now (it listens, or others are connected) and would be cut when the firewall begins to "
                f"filter: {_listed(found.cut)}. Name what must stay in extra_rules, or {_ACCEPT}"
            )
        if connected := [one for one in found.by_groups if one.peers]:
            objections.append(
                "somebody is connected now whom nothing lets in but the groups that are switched off: "
                f"{_listed(connected)}. Allow those who must stay in extra_rules, leave the group out of "
                f"builtin_groups, or {_ACCEPT}"
            )
        if found.blocked:
            objections.append(
                f"this is in use now by others than are meant, and block rules would cut it: {_listed(found.blocked)}. "
                f"Name those who must stay in extra_peers or extra_rules, or {_ACCEPT}"
            )
        return objections


def _listed(found: Sequence[Endpoint]) -> str:
    listed = "; ".join(str(endpoint) for endpoint in found[:_MOST_LISTED])
    if len(found) > _MOST_LISTED:
        listed += f"; and {len(found) - _MOST_LISTED} more: the result has them"
    return listed
