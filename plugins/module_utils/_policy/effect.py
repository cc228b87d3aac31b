# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a host's demands are met in effect: each row's traffic, judged against everything the host has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from .._catalogue.listeners import (
    CLIENT_FILES,
    CLIENT_FOLDERS,
    IN_KERNEL,
    PRODUCT_FILES,
    PRODUCT_FOLDERS,
    PRODUCT_SERVICES,
    SERVICE,
    SERVICE_PREFIXES,
)
from .._catalogue.words import Disposition, Transport
from .._firewall.state.rule import PROTOCOL_NUMBERS, Direction, same_path
from .._firewall.state.snapshot import Snapshot
from .._firewall.traffic.admitted import Admission
from .._firewall.traffic.matching import SYSTEM, Listeners, Traffic
from .._firewall.traffic.reasons import Reason, Status
from .._firewall.traffic.rule_index import RuleIndex
from .._firewall.traffic.verdict import judge, worst
from .._firewall.traffic.weighing import Verdict
from .._net.address_set import AddressSet, together
from .admitting import Admitting, in_all
from .edge import each
from .host_policy import Demand, HostPolicy

_PRODUCT = Listeners(PRODUCT_FILES, PRODUCT_FOLDERS, PRODUCT_SERVICES, SERVICE_PREFIXES)
_CLIENT = Listeners(CLIENT_FILES, CLIENT_FOLDERS, frozenset())


@dataclass(frozen=True, slots=True)
class Effect:
    """Whether the traffic of one row gets through on a host.

    Attributes:
        demand: The row as it applies to the host.
        verdict: The worst of all transports and profiles.
        traffic: The traffic that verdict is about.
        by_profile: The worst of all transports for each enabled or judged profile.
        admission: Who gets in; None where the host opens the connection.
        closed: All of its traffic that is closed, once for each profile in which it is.
    """

    demand: Demand
    verdict: Verdict
    traffic: Traffic
    by_profile: tuple[Verdict, ...]
    admission: Admission | None = None
    closed: tuple[tuple[Traffic, Verdict], ...] = ()


def listening_services(policy: HostPolicy) -> tuple[str, ...]:
    """Services whose programs the host must be asked for, sorted."""
    ids = (demand.requirement.id for demand in policy.demands if demand.direction is Direction.IN)
    return tuple(sorted({SERVICE[row] for row in ids if row in SERVICE}))


def judge_policy(policy: HostPolicy, snapshot: Snapshot) -> tuple[Effect, ...]:
    """Judge every demand, and who gets in by the rows that are for nobody.

    Args:
        policy: What the host needs.
        snapshot: What it has, or will have.

    Returns:
        One effect a demand, in the policy's order, and then one for each row that is for nobody.
    """
    programs = dict(snapshot.programs)
    index = RuleIndex(snapshot.rules)
    # Rows share ports, and judging is the costly part of an audit: the same traffic is judged once.
    judged: dict[Traffic, tuple[Verdict, ...]] = {}
    effects = []
    known = _known(policy)
    admitting = Admitting(policy, snapshot, index)
    for demand in (*policy.demands, *policy.nobody):
        traffics = _traffics(policy, demand, programs)
        if known is not None:
            traffics = tuple(replace(traffic, known=known) for traffic in traffics)
        columns = []
        admitted = []
        elsewhere = []
        for traffic in traffics:
            verdicts = judged.get(traffic)
            if verdicts is None:
                verdicts = judged[traffic] = judge(traffic, snapshot, index)
            columns.append(verdicts)
            if demand.direction is Direction.IN:
                admitted.append(admitting.of(demand, traffic, verdicts))
                elsewhere.append(admitting.elsewhere(demand, traffic))
        pairs = [
            (verdict, traffic) for traffic, verdicts in zip(traffics, columns, strict=True) for verdict in verdicts
        ]
        verdict = worst(verdict for verdict, _traffic in pairs)
        effects.append(
            Effect(
                demand,
                verdict,
                next(traffic for found, traffic in pairs if found is verdict),
                tuple(worst(column) for column in zip(*columns, strict=True)),
                in_all(admitted, [one for one in elsewhere if one]) if admitted else None,
                tuple((traffic, verdict) for verdict, traffic in pairs if verdict.status is Status.CLOSED),
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


def _traffics(policy: HostPolicy, demand: Demand, programs: Mapping[str, str]) -> tuple[Traffic, ...]:
    row = demand.requirement.id
    inbound = demand.direction is Direction.IN
    if demand.programs:
        return tuple(
            _traffic(policy, demand, transport, same_path(program), service.casefold(), local)
            for transport in demand.requirement.transports
            for service, program in demand.programs
            for local in each(demand.local)
        )
    service = SERVICE.get(row, "").casefold() if inbound else ""
    known = inbound and row in IN_KERNEL
    program = SYSTEM if known else same_path(programs.get(service, ""))
    return tuple(
        _traffic(policy, demand, transport, program, service if program else "", local)
        for transport in demand.requirement.transports
        for local in each(demand.local)
    )


def _traffic(
    policy: HostPolicy, demand: Demand, transport: Transport, program: str, service: str, local: AddressSet
) -> Traffic:
    return Traffic(
        direction=demand.direction,
        protocol=PROTOCOL_NUMBERS[transport.value],
        ports=demand.ports,
        remote=demand.scope.addresses,
        local=local,
        profiles=policy.profiles,
        programs=frozenset({program} if program else ()),
        services=frozenset({service} if program and service else ()),
        listeners=None
        if demand.direction is Direction.OUT
        else _CLIENT
        if demand.requirement.disposition is Disposition.CLIENT
        else _PRODUCT,
    )


def failures(effects: tuple[Effect, ...]) -> tuple[Effect, ...]:
    """Demands that are closed, at least in part."""
    return tuple(effect for effect in effects if effect.verdict.status is Status.CLOSED)


def wider(effects: tuple[Effect, ...], certain: bool = True) -> tuple[Effect, ...]:
    """Demands that admit more than they are scoped to.

    Args:
        effects: The rows as judged.
        certain: Whether those are meant of which that is certain, or the others.
    """
    return tuple(
        effect
        for effect in effects
        if effect.admission and effect.admission.wider and effect.admission.wider.perhaps is not certain
    )
