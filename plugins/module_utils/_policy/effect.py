# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a host's demands are met in effect: each row's traffic, judged against everything the host has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from .._catalogue.listeners import IN_KERNEL, PRODUCT_FILES, PRODUCT_FOLDERS, PRODUCT_SERVICES, SERVICE
from .._catalogue.model import Transport
from .._firewall.change.netsh import LONGEST_LINE, can_name_rule
from .._firewall.state.rule import (
    PROTOCOL_NUMBERS,
    Action,
    Direction,
    FirewallRule,
    Store,
    protocol_name,
    same_path,
)
from .._firewall.state.snapshot import Snapshot
from .._firewall.traffic.matching import SYSTEM, Listeners, RuleIndex, Traffic, label
from .._firewall.traffic.reasons import TEXTS, Reason, Status
from .._firewall.traffic.verdict import Verdict, describe, judge, worst
from .._net.address_set import AddressSet, together
from .._texts import LONGEST_NAME, said
from .policy import Demand, HostPolicy

_PRODUCT = Listeners(PRODUCT_FILES, PRODUCT_FOLDERS, PRODUCT_SERVICES)


@dataclass(frozen=True, slots=True)
class Effect:
    """Whether the traffic of one row gets through on a host.

    Attributes:
        demand: The row as it applies to the host.
        verdict: The worst of all transports and profiles.
        traffic: The traffic that verdict is about.
        by_profile: The worst of all transports for each enabled or judged profile.
    """

    demand: Demand
    verdict: Verdict
    traffic: Traffic
    by_profile: tuple[Verdict, ...]


def listening_services(policy: HostPolicy) -> tuple[str, ...]:
    """Services whose programs the host must be asked for, sorted."""
    ids = (demand.requirement.id for demand in policy.demands if demand.direction is Direction.IN)
    return tuple(sorted({SERVICE[row] for row in ids if row in SERVICE}))


def judge_policy(policy: HostPolicy, snapshot: Snapshot) -> tuple[Effect, ...]:
    """Judge every demand.

    Args:
        policy: What the host needs.
        snapshot: What it has, or will have.

    Returns:
        One effect a demand, in the policy's order.
    """
    programs = dict(snapshot.programs)
    index = RuleIndex(snapshot.rules)
    # Rows share ports, and judging is the costly part of an audit: the same traffic is judged once.
    judged: dict[Traffic, tuple[Verdict, ...]] = {}
    effects = []
    known = _known(policy)
    for demand in policy.demands:
        traffics = tuple(replace(traffic, known=known) for traffic in _traffics(policy, demand, programs))
        for traffic in traffics:
            if traffic not in judged:
                judged[traffic] = judge(traffic, snapshot, index)
        pairs = [(verdict, traffic) for traffic in traffics for verdict in judged[traffic]]
        verdict = worst(verdict for verdict, _traffic in pairs)
        effects.append(
            Effect(
                demand,
                verdict,
                next(traffic for found, traffic in pairs if found is verdict),
                tuple(worst(column) for column in zip(*(judged[traffic] for traffic in traffics), strict=True)),
            )
        )
    return tuple(effects)


def _known(policy: HostPolicy) -> AddressSet | None:
    """Who is known to connect to the host, the scopes of its rows among them; None where that makes no difference."""
    if policy.known is None:
        return None
    scopes = (demand.scope.addresses for demand in policy.demands)
    return together([policy.known, *(scope for scope in scopes if not scope.is_any)])


def depends_on_programs(effects: tuple[Effect, ...]) -> bool:
    """Whether a verdict may change once it is known which programs listen."""
    return any(
        verdict.reason in (Reason.PROGRAM_RULE, Reason.POSSIBLE_BLOCK)
        for effect in effects
        for verdict in effect.by_profile
    )


def explain(effect: Effect, snapshot: Snapshot) -> str:
    """One sentence for a person: what does not get through, why, and its remedy."""
    verdict = effect.verdict
    what = f"{effect.demand.requirement.id} ({describe(effect.traffic)})"
    where = f"in the {verdict.profile.value} profile"
    if verdict.part:
        where += f" for {verdict.part}"
    names = ", ".join(f"'{said(name)}'" for name in verdict.by)
    if verdict.more:
        names += f" and {verdict.more} more rule{'s' if verdict.more > 1 else ''}"
    sentence = f"{what} is {verdict.status.value} {where}: {TEXTS[verdict.reason].clause} {names}".strip()
    found = remedy(effect, snapshot)
    return f"{sentence}. Remedy: {found}" if found else sentence


def remedy(effect: Effect, snapshot: Snapshot, command: bool = True) -> str:
    """The remedy for what this collection may not change: a command, or where to look; empty where there is none.

    Rule names on a host are hostile. A command is offered only where netsh knows the rules by these names, and where
    pasting it into a console is safe.

    Args:
        effect: A row on the host.
        snapshot: The host, as it was when the row was judged.
        command: Whether it may be a command, with names of rules in it.
    """
    verdict = effect.verdict
    line = ""
    if command and verdict.reason is Reason.BLOCK_RULE and not verdict.more:
        line = _switch_off(verdict.by, snapshot)
    state = next(state for state in snapshot.profiles if state.profile is verdict.profile)
    outbound = "blockoutbound" if state.outbound_block else "allowoutbound"
    text = TEXTS[verdict.reason].remedy.format(profile=verdict.profile.value, outbound=outbound)
    if verdict.reason is Reason.LOCAL_RULES_IGNORED:
        text += _leaving_out(effect, snapshot)
    return line or text


def _leaving_out(effect: Effect, snapshot: Snapshot) -> str:
    """How to do without the profiles that ignore local rules, where others do not, as hardening benchmarks have it."""
    asked = [state for state in snapshot.profiles if state.profile in effect.traffic.profiles]
    merging = [state.profile.value for state in asked if state.local_rules]
    ignoring = [state.profile.value for state in asked if not state.local_rules]
    if not merging:
        return ""
    return (
        f"; or, if the host has no network in the {' or '.join(ignoring)} profile, leave it out with"
        f" profiles: [{', '.join(merging)}]"
    )


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
    named = len(rule.name) <= LONGEST_NAME and can_name_rule(rule.name) and "?" not in rule.name
    return rule.store is Store.LOCAL and named


def _traffics(policy: HostPolicy, demand: Demand, programs: Mapping[str, str]) -> tuple[Traffic, ...]:
    row = demand.requirement.id
    inbound = demand.direction is Direction.IN
    if demand.programs:
        return tuple(
            _traffic(policy, demand, transport, same_path(program), service.casefold())
            for transport in demand.requirement.transports
            for service, program in demand.programs
        )
    service = SERVICE.get(row, "").casefold() if inbound else ""
    known = inbound and row in IN_KERNEL
    program = SYSTEM if known else same_path(programs.get(service, ""))
    return tuple(
        _traffic(policy, demand, transport, program, service if program else "")
        for transport in demand.requirement.transports
    )


def _traffic(policy: HostPolicy, demand: Demand, transport: Transport, program: str, service: str) -> Traffic:
    return Traffic(
        direction=demand.direction,
        protocol=PROTOCOL_NUMBERS[transport.value],
        ports=demand.ports,
        remote=demand.scope.addresses,
        profiles=policy.profiles,
        programs=frozenset({program} if program else ()),
        services=frozenset({service} if program and service else ()),
        listeners=_PRODUCT if demand.direction is Direction.IN else None,
    )


def failures(effects: tuple[Effect, ...]) -> tuple[Effect, ...]:
    """Demands that are closed, at least in part."""
    return tuple(effect for effect in effects if effect.verdict.status is Status.CLOSED)
