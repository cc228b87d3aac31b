# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From rows that apply to desired rules: rows that need the same ports share one, long scopes take several."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from functools import reduce
from operator import or_

from .._catalogue.words import Interface, Transport
from .._firewall.change.naming import HIGHEST_GENERATION, ManagedName
from .._firewall.change.netsh import add_line
from .._firewall.change.netsh_text import UnsupportedValueError
from .._firewall.change.plan import DesiredRule
from .._firewall.state.rule import PROTOCOL_NUMBERS, Action, Direction, FirewallRule, Profile
from .._net.address_set import split
from .._net.port_set import PortSet
from .._options.reading import OptionError
from . import edge
from .host_policy import Demand

_ROOM_FOR_ADDRESSES = 500  # characters of a netsh line that a scope may take; the rest has room beside it
_LONGEST_KEY = 90


def coalesce(
    demands: Iterable[Demand], profiles: frozenset[Profile]
) -> tuple[list[DesiredRule], dict[str, tuple[str, ...]]]:
    """One rule per direction, transport, port range and interface: rows that need the same ports share it, and admit
    all peers."""
    groups: dict[tuple[Direction, Transport, PortSet, Interface | None], list[Demand]] = {}
    for demand in demands:
        for transport in demand.requirement.transports:
            key = (demand.direction, transport, demand.ports, demand.requirement.interface)
            groups.setdefault(key, []).append(demand)
    rules: list[DesiredRule] = []
    rows: dict[str, tuple[str, ...]] = {}
    for (direction, transport, ports, interface), sharing in groups.items():
        inbound = direction is Direction.IN
        ids = [demand.requirement.id for demand in sharing]
        rule = FirewallRule(
            name="",
            direction=direction,
            action=Action.ALLOW,
            protocol=PROTOCOL_NUMBERS[transport.value],
            local_ports=ports if inbound else PortSet.any(),
            remote_ports=PortSet.any() if inbound else ports,
            local_addresses=sharing[0].local,
            remote_addresses=reduce(or_, (demand.scope.addresses for demand in sharing)),
            profiles=profiles,
            program=next((program for demand in sharing for _service, program in demand.programs), ""),
            description=f"Managed by lyncops.firewall. Rows: {', '.join(ids)}",
        )
        for desired in over_scope(rule_key(direction, transport, ports, interface), rule):
            rules.append(desired)
            rows[desired.key] = tuple(ids)
    return rules, rows


def over_scope(key: str, rule: FirewallRule) -> list[DesiredRule]:
    """A scope too long for one netsh line goes over several rules; the first keeps the plain key.

    The dot cannot stand in a site rule's key, so no name that a person chooses makes the key of another rule's part.
    """
    parts = split(rule.remote_addresses, _ROOM_FOR_ADDRESSES)
    return [
        DesiredRule(key if number == 1 else f"{key}.s{number}", replace(rule, remote_addresses=part))
        for number, part in enumerate(parts, 1)
    ]


def require_lines(option: str, rules: Iterable[DesiredRule]) -> None:
    """The limits of names, ports and scopes each keep a netsh line short enough, but not all of them together."""
    for desired in rules:
        try:
            add_line(desired.rule.named(str(ManagedName(desired.key, HIGHEST_GENERATION))))
        except UnsupportedValueError as error:
            raise OptionError(
                option, f"{error}. Shorten the name or the lists of ports, or split the rule into several"
            ) from error


def rule_key(direction: Direction, transport: Transport, ports: PortSet, interface: Interface | None = None) -> str:
    """The key of the rule for some ports, of one interface or of all, the same in every run."""
    key = f"{direction.value}-{transport.value}-{str(ports).replace(',', '.')}"
    end = edge.ending(interface)
    if len(key) > _LONGEST_KEY - len(end):  # many ports in one override: a digest keeps the key stable and short
        key = f"{direction.value}-{transport.value}-{hashlib.sha256(key.encode()).hexdigest()[:16]}"
    return key + end
