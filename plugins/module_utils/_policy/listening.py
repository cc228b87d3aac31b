# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules for large media ranges limited to the programs that listen there, as the host's registry names them.

A media range is up to a quarter of all ports. Whatever else happens to listen in it need not be reachable.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from .._catalogue.listeners import MEDIA_SERVICES
from .._firewall.change.naming import HIGHEST_GENERATION, ManagedName
from .._firewall.change.netsh import add_line
from .._firewall.change.netsh_text import UnsupportedValueError
from .._firewall.change.plan import DesiredRule
from .._firewall.state.rule import Action
from .host_policy import Demand, HostPolicy


@dataclass(frozen=True, slots=True)
class Bound:
    """A policy with its media rules limited, as far as the programs that listen are known.

    Attributes:
        policy: The policy.
        notes: Which rows stay open to any program, and why.
    """

    policy: HostPolicy
    notes: tuple[str, ...] = ()


def media_services(policy: HostPolicy) -> tuple[str, ...]:
    """Short names of the services whose programs the host must be asked for, sorted; none where nothing is limited."""
    rows = {demand.requirement.id for demand in policy.demands}
    return tuple(sorted({service for row, services in MEDIA_SERVICES.items() if row in rows for service in services}))


def bind_media(policy: HostPolicy, programs: Mapping[str, str], there: str = "installed") -> Bound:
    """Limit each media rule to the programs that listen: one rule a program.

    A rule that another row needs as well, that is for no media row, or that netsh could not express with the program,
    stays as it is. So does one whose services are not installed: it would admit nothing.

    Args:
        policy: What the host needs.
        programs: Short name, in lower case, of the services asked for, and the path of their program.
        there: What a service is said not to be that is not among them: of a file, it is not in it.
    """
    of_key: dict[str, list[Demand]] = {}
    for demand in policy.demands:
        for key in demand.keys:
            of_key.setdefault(key, []).append(demand)
    rules: list[DesiredRule] = []
    rows: dict[str, tuple[str, ...]] = {}
    replaced: dict[str, tuple[str, ...]] = {}
    limits: dict[str, dict[str, str]] = {}
    notes: set[str] = set()
    for desired in policy.rules:
        # A block keeps people out of the port, whoever listens there.
        demands = of_key.get(desired.key, []) if desired.rule.action is Action.ALLOW else []
        found, why = _programs(demands, programs, there)
        limited = [
            DesiredRule(f"{desired.key}.{service.lower()}", replace(desired.rule, program=path))
            for service, path in sorted(found.items())
        ]
        if limited and not _expressible(limited):
            limited, why = [], "the program's path is none that netsh can be told"
        if not limited:
            rules.append(desired)
            rows[desired.key] = policy.rows.get(desired.key, ())
            media = [demand.requirement.id for demand in demands if demand.requirement.id in MEDIA_SERVICES]
            notes |= {f"{row} stays open to any program: {why}" for row in media if why}
            continue
        rules += limited
        replaced[desired.key] = tuple(rule.key for rule in limited)
        for rule in limited:
            rows[rule.key] = policy.rows.get(desired.key, ())
        for demand in demands:  # not all of `found`: another row's programs need not have rules for each transport
            limits[demand.requirement.id] = _installed(demand.requirement.id, programs)
    bound = replace(
        policy,
        rules=tuple(sorted(rules, key=lambda desired: desired.key)),
        rows={key: ids for key, ids in rows.items() if ids},
        demands=tuple(_limited(demand, replaced, limits) for demand in policy.demands),
    )
    return Bound(bound, tuple(sorted(notes)))


def _programs(demands: Iterable[Demand], programs: Mapping[str, str], there: str) -> tuple[dict[str, str], str]:
    """Service to program for all rows of a rule, or why there is none."""
    rows = [demand.requirement.id for demand in demands]
    media = [row for row in rows if row in MEDIA_SERVICES]
    if not media:
        return {}, ""
    if len(media) < len(rows):
        return {}, "another row needs the same ports"
    found: dict[str, str] = {}
    for row in media:
        mine = _installed(row, programs)
        if not mine:
            return {}, f"none of the services {', '.join(sorted(MEDIA_SERVICES[row]))} is {there}"
        found.update(mine)
    return _one_a_program(found), ""


def _installed(row: str, programs: Mapping[str, str]) -> dict[str, str]:
    """Service to program for one media row."""
    return _one_a_program(
        {service: path for service in MEDIA_SERVICES[row] if (path := programs.get(service.casefold(), ""))}
    )


def _one_a_program(found: Mapping[str, str]) -> dict[str, str]:
    """Services that share one program share one rule, which has the name of the first."""
    by_path: dict[str, tuple[str, str]] = {}
    for service, path in sorted(found.items()):
        by_path.setdefault(path.casefold(), (service, path))
    return dict(by_path.values())


def _expressible(rules: Iterable[DesiredRule]) -> bool:
    try:
        for desired in rules:
            add_line(desired.rule.named(str(ManagedName(desired.key, HIGHEST_GENERATION))))
    except (UnsupportedValueError, ValueError):
        return False
    return True


def _limited(
    demand: Demand, replaced: Mapping[str, tuple[str, ...]], limits: Mapping[str, Mapping[str, str]]
) -> Demand:
    keys = tuple(new for key in demand.keys for new in replaced.get(key, (key,)))
    if keys == demand.keys:
        return demand
    return replace(demand, keys=keys, programs=tuple(sorted(limits[demand.requirement.id].items())))
