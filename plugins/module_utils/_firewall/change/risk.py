# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a plan may close something that is open now, and so cut the connection it is sent over."""

from __future__ import annotations

from typing import Any

from ..._net.address_set import AddressSet
from ..._net.port_set import PortSet
from ..._net.region import Region, union
from ..state.rule import Action, Direction, FirewallRule, Profile, same_path
from ..state.snapshot import Snapshot
from .plan import Plan


def is_risky(plan: Plan, before: Snapshot) -> bool:
    """Whether a plan may close something inbound; one that only adds or widens may not. Arguments as in `risks`."""
    return bool(risks(plan, before))


def risks(plan: Plan, before: Snapshot) -> tuple[str, ...]:
    """What a plan may close, for messages; empty for a plan that only adds or widens.

    Whether it is the very connection in use does not matter here: who else depends on it is not known. Only rules of
    the plan itself count as cover, since rules of others may be ignored or change.

    Args:
        plan: The plan.
        before: The snapshot it was made from: a plan holds only the names of what it deletes.
    """
    deleted = {name.casefold() for name in plan.delete}
    closing = [rule for rule in before.local_rules() if rule.name.casefold() in deleted]
    closing += [update.before for update in plan.update]
    result = (*plan.create, *(update.after for update in plan.update))
    opening = [rule for rule in (*result, *plan.kept) if _allows(rule)]
    was_blocking = {update.after.name for update in plan.update if _blocks(update.before)}
    return (
        *(("the firewall service is started",) if plan.service.start else ()),
        *(f"the firewall of the {profile.value} profile is switched on" for profile in plan.profiles_on),
        *(f"'{rule.name}' blocks" for rule in result if _blocks(rule) and rule.name not in was_blocking),
        *(
            f"'{update.after.name}' blocks more"
            for update in plan.update
            if _blocks(update.before) and _blocks(update.after) and not _narrower(update.after, update.before)
        ),
        *(
            f"'{rule.name}' lets through what nothing of the plan will: {rest}"
            for rule in closing
            if _allows(rule) and (rest := _uncovered(rule, opening))
        ),
    )


def _allows(rule: FirewallRule) -> bool:
    """Whether a rule may open anything inbound; one that cannot be interpreted may."""
    return bool(rule.opaque) or (
        rule.enabled and rule.direction is Direction.IN and rule.action in (Action.ALLOW, Action.BYPASS)
    )


def _blocks(rule: FirewallRule) -> bool:
    return rule.enabled and rule.direction is Direction.IN and rule.action is Action.BLOCK


def _narrower(rule: FirewallRule, than: FirewallRule) -> bool:
    """For two states of one rule that differ in profiles and scope at most."""
    return rule.profiles <= than.profiles and rule.remote_addresses <= than.remote_addresses


def _uncovered(rule: FirewallRule, opening: list[FirewallRule]) -> str:
    """What a rule lets through and the others do not, in the first profile where there is any; else nothing."""
    if rule.opaque:
        return "; ".join(rule.opaque)
    for profile in (profile for profile in Profile if profile in rule.profiles):
        covers = [other for other in opening if profile in other.profiles and _same_kind(other, rule)]
        rest = _region(rule) - union(_region(other) for other in covers)
        if rest:
            return f"{rest} in the {profile.value} profile"
    return ""


def _region(rule: FirewallRule) -> Region:
    # Keywords such as RPC stand for ports that only Windows knows, so any port may be meant. For two rules with the
    # same keywords that is right, since `_same_kind` compares them; a rule without keywords must cover every port.
    return Region.of(PortSet.any() if rule.port_words else rule.local_ports, rule.remote_addresses)


def _same_kind(cover: FirewallRule, rule: FirewallRule) -> bool:
    """Whether a rule matches all that another does, ports, remote addresses and profiles aside."""
    if cover.opaque or cover.protocol not in (None, rule.protocol) or cover.action is not rule.action:
        return False  # bypass is stronger than allow
    limits, others = _limits(cover), _limits(rule)
    return all(limit in (free, other) for limit, free, other in zip(limits, _FREE, others, strict=True))


def _limits(rule: FirewallRule) -> tuple[Any, ...]:
    return (
        rule.remote_ports,
        rule.port_words,
        rule.icmp,
        rule.local_addresses,
        same_path(rule.program),
        rule.service.casefold(),
        tuple(sorted(rule.conditions)),
    )


_FREE: tuple[Any, ...] = (PortSet.any(), frozenset(), frozenset(), AddressSet.any(), "", "", ())
"""`_limits` of a rule that has none."""
