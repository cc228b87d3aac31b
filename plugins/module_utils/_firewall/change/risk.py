# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a plan may close something that is open now, and so cut the connection it is sent over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..._net.port_set import PortSet
from ..._net.region import Region
from ..state.rule import PROTOCOL_NUMBERS, Action, Direction, FirewallRule, Profile, protocol_name
from ..state.snapshot import Snapshot
from .coverage import Covers, allows, left_open
from .plan import Plan, closing
from .prediction import begin_inbound, begin_outbound, predict

_MOST_SAID = 3
_WINRM_PORTS = (5985, 5986)


def is_risky(plan: Plan, before: Snapshot) -> bool:
    """Whether a plan may close something inbound; one that only adds or widens may not. Arguments as in `risks`."""
    return next(_risks(plan, before), None) is not None


def risks(plan: Plan, before: Snapshot) -> tuple[str, ...]:
    """What a plan may close, for messages; empty for a plan that only adds or widens.

    Whether it is the very connection in use does not matter here: who else depends on it is not known. Only rules of
    the plan itself count as cover, since rules of others may be ignored or change.

    Args:
        plan: The plan.
        before: The snapshot it was made from: a plan holds only the names of what it deletes.
    """
    return tuple(_risks(plan, before))


def _risks(plan: Plan, before: Snapshot) -> Iterator[str]:
    result = (*plan.create, *(update.after for update in plan.update))
    opening = Covers(rule for rule in (*result, *plan.kept) if _allows(rule))
    # What carries WinRM is not deleted in the hope that netsh takes the rule that is to follow it.
    certain = Covers(rule for rule in (*(update.after for update in plan.update), *plan.kept) if _allows(rule))
    ports = PortSet.of(*_WINRM_PORTS, *(listener.port for listener in before.listeners))
    was_blocking = {update.after.name for update in plan.update if _blocks(update.before)}
    if plan.service.start:
        yield "the firewall service is started"
    yield from (f"the firewall of the {profile.value} profile is switched on" for profile in plan.profiles_on)
    yield from (
        f"the {profile.value} profile begins to block what no rule allows"
        for profile in begin_inbound(plan, before)
        if profile not in plan.profiles_on
    )
    yield from (
        f"the {profile.value} profile begins to block what the host connects to and no rule allows"
        for profile in begin_outbound(plan, before)
    )
    yield from (
        f"the group '{change.name}' is switched {'on, and it has rules that block' if change.enabled else 'off'}"
        for change in plan.groups
        if not change.enabled or any(rule.opaque or rule.action is Action.BLOCK for rule in change.rules)
    )
    yield from (f"no rule of the plan lets out what '{rule.name}' did" for rule in outbound_losses(plan, before))
    yield from (f"'{rule.name}' blocks" for rule in result if _blocks(rule) and rule.name not in was_blocking)
    yield from (
        f"'{update.after.name}' blocks more"
        for update in plan.update
        if _blocks(update.before) and _blocks(update.after) and not _narrower(update.after, update.before)
    )
    yield from (
        f"no rule of the plan lets in what '{rule.name}' did: {rest}"
        for rule in closing(replace(plan, groups=()), before)
        if _allows(rule) and (rest := _uncovered(rule, certain if _may_carry(rule, ports) else opening))
    )


def outbound_losses(plan: Plan, before: Snapshot) -> list[FirewallRule]:
    """Rules that let the host's own connections out where others are blocked, and that go without another in place.

    Args:
        plan: The plan.
        before: The snapshot it was made from.
    """
    going = [
        rule for rule in closing(plan, before) if rule.direction is Direction.OUT and allows(rule) and not rule.opaque
    ]
    if not going:
        return []
    profiles = [state.profile for state in predict(plan, before).profiles if state.enabled and state.outbound_block]
    kept = (*plan.create, *(update.after for update in plan.update), *plan.kept)
    opening = Covers(rule for rule in kept if rule.direction is Direction.OUT and allows(rule))
    return [rule for rule in going if any(left_open(rule, profile, opening) for profile in profiles)]


def _may_carry(rule: FirewallRule, ports: PortSet) -> bool:
    return rule.protocol in (None, PROTOCOL_NUMBERS["tcp"]) and rule.local_ports.overlaps(ports)


def _allows(rule: FirewallRule) -> bool:
    """Whether a rule may open anything inbound; one that cannot be interpreted may."""
    return bool(rule.opaque) or (rule.direction is Direction.IN and allows(rule))


def _blocks(rule: FirewallRule) -> bool:
    return rule.enabled and rule.action is Action.BLOCK


def _narrower(rule: FirewallRule, than: FirewallRule) -> bool:
    """For two states of one rule that differ in profiles and scope at most."""
    return rule.profiles <= than.profiles and rule.remote_addresses <= than.remote_addresses


def _uncovered(rule: FirewallRule, opening: Covers) -> str:
    """What a rule lets through and the others do not, of the first profile where there is any; else nothing."""
    if rule.opaque:
        return "; ".join(rule.opaque)
    left = [(profile.value, rest) for profile in Profile if (rest := left_open(rule, profile, opening))]
    if not left:
        return ""
    names = [name for name, _rest in left]
    profiles = f"the {' and '.join(names)} profile{'s' if len(names) > 1 else ''}"
    return f"{_spelled(rule, left[0][1])}, in {'every profile' if len(names) == len(Profile) else profiles}"


def _spelled(rule: FirewallRule, rest: Region) -> str:
    """What is left, with its protocol; what has no ports is not said to have any."""
    name = protocol_name(rule.protocol)
    text = rest.spelled(_MOST_SAID)
    if rule.protocol in (PROTOCOL_NUMBERS["tcp"], PROTOCOL_NUMBERS["udp"]):
        return f"{name} {text}"
    types = f" type {', '.join(sorted(value for _key, value in rule.icmp))}" if rule.icmp else ""
    kind = "any protocol" if rule.protocol is None else f"IP protocol {name}" if name.isdecimal() else name
    return f"{kind}{types}{text.removeprefix('any')}"
