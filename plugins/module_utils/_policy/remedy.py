# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person is told of a row that does not get through: why, and what corrects it on that host."""

from __future__ import annotations

from collections.abc import Sequence

from .._firewall.change.netsh import LONGEST_LINE, can_name_rule
from .._firewall.state.rule import Action, Direction, FirewallRule, Profile, Store, profile_names, protocol_name
from .._firewall.state.snapshot import Snapshot
from .._firewall.traffic.matching import label
from .._firewall.traffic.reasons import TEXTS, Reason, Status
from .._firewall.traffic.verdict import describe
from .effect import Effect

_NOWHERE: frozenset[Profile] = frozenset()


def explain(effect: Effect, snapshot: Snapshot, connected: frozenset[Profile] = _NOWHERE) -> str:
    """One sentence for a person: what does not get through, why, and its remedy; arguments as in `remedy`."""
    verdict = effect.verdict
    what = f"{effect.demand.requirement.id} ({describe(effect.traffic)})"
    where = f"in the {verdict.profile.value} profile"
    if verdict.part:
        where += f" for {verdict.part}"
    names = ", ".join(f"'{name}'" for name in verdict.by)
    if verdict.more:
        names += f" and {verdict.more} more rule{'s' if verdict.more > 1 else ''}"
    sentence = f"{what} is {verdict.status.value} {where}: {TEXTS[verdict.reason].clause} {names}".strip()
    found = _correction(effect, snapshot)
    return f"{sentence}. Remedy: {found}{_other_ways(effect, connected)}" if found else sentence


def remedy(effect: Effect, snapshot: Snapshot, connected: frozenset[Profile] = _NOWHERE) -> str:
    """The remedy for what this collection may not change: a command, or where to look; empty where there is none.

    Rule names on a host are hostile. A command is offered only where netsh knows the rules by these names, and where
    pasting it into a console is safe.

    Args:
        effect: A row on the host.
        snapshot: The host, as it was when the row was judged.
        connected: The profiles of the networks that the host is in; none where that is not known.
    """
    found = _correction(effect, snapshot)
    # A command stands alone: the report has a button that copies it.
    return found if not found or found.startswith("netsh ") else found + _other_ways(effect, connected)


def _correction(effect: Effect, snapshot: Snapshot) -> str:
    verdict = effect.verdict
    if verdict.reason is Reason.BLOCK_RULE and not verdict.more and (command := _switch_off(verdict.by, snapshot)):
        return command
    state = next(state for state in snapshot.profiles if state.profile is verdict.profile)
    outbound = "blockoutbound" if state.outbound_block else "allowoutbound"
    return TEXTS[verdict.reason].remedy.format(profile=verdict.profile.value, outbound=outbound)


def _other_ways(effect: Effect, connected: frozenset[Profile]) -> str:
    return _naming_peers(effect) + _leaving_out(effect, connected)


def _leaving_out(effect: Effect, connected: frozenset[Profile]) -> str:
    """How to do without the profiles in which it is closed, where it is not in others; nothing if they are in use.

    Hardening benchmarks, for one, have the public profile ignore local rules; servers are seldom in it.
    """
    closed = frozenset(verdict.profile for verdict in effect.by_profile if verdict.status is Status.CLOSED)
    rest = frozenset(verdict.profile for verdict in effect.by_profile) - closed
    if not rest or closed & connected:
        return ""
    option = f"profiles: [{', '.join(profile_names(rest))}]"
    if connected:
        return (
            f"; or, as the host's networks are all in the {' and '.join(profile_names(connected))} profile, leave it "
            f"out with {option}"
        )
    without = " or ".join(profile_names(closed))
    return f"; or, if the host has no network in the {without} profile, leave it out with {option}"


def _naming_peers(effect: Effect) -> str:
    """How to do without the addresses that a rule of others blocks, where a row is open to any."""
    some_addresses = effect.verdict.part and "any" not in effect.verdict.part
    if effect.verdict.reason is not Reason.BLOCK_RULE or not effect.traffic.remote.is_any or not some_addresses:
        return ""
    return "; or, if nobody there needs it, name who does with remote_addresses"


def _switch_off(labels: Sequence[str], snapshot: Snapshot) -> str:
    """The command line that disables block rules; empty where netsh cannot name each of them."""
    rules = [rule for rule in snapshot.rules if label(rule) in labels]
    # Labels of other stores and of built-in rules are no names that netsh knows (`matching.label`).
    if {rule.name for rule in rules} != set(labels) or not all(_is_addressable(rule) for rule in rules):
        return ""
    selectors = [_selectors(name, snapshot) for name in labels]
    if None in selectors:
        return ""
    line = " & ".join(
        f'netsh advfirewall firewall set rule name="{name}"{more} new enable=no'
        for name, more in zip(labels, selectors, strict=True)
    )
    return line if len(line) <= LONGEST_LINE else ""


def _selectors(name: str, snapshot: Snapshot) -> str | None:
    """What else netsh must be told to change the block rules of a name only; None where nothing tells them apart.

    ``set rule`` changes every rule of the name, and names are not unique.
    """
    alike = [rule for rule in snapshot.local_rules() if rule.name.casefold() == name.casefold()]
    others = [rule for rule in alike if rule.action is not Action.BLOCK]
    if not others:
        return ""
    wanted = {_selected(rule) for rule in alike if rule.action is Action.BLOCK}
    if len(wanted) != 1 or not wanted.isdisjoint(map(_selected, others)) or any(rule.opaque for rule in alike):
        return None
    direction, protocol, ports = wanted.pop()
    if direction is None or protocol not in (6, 17) or ports == "any":
        return None
    return f" dir={direction.value} protocol={protocol_name(protocol)} localport={ports}"


def _selected(rule: FirewallRule) -> tuple[Direction | None, int | None, str]:
    return rule.direction, rule.protocol, str(rule.local_ports)


def _is_addressable(rule: FirewallRule) -> bool:
    # A name that the host's code page cannot hold arrives with "?" in it, and is no name that netsh knows.
    return rule.store is Store.LOCAL and can_name_rule(rule.name) and "?" not in rule.name
