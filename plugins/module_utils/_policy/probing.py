# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which ports of a host are worth a probe from outside: those that its rows let others connect to."""

from __future__ import annotations

from dataclasses import dataclass

from .._catalogue.listeners import WITHOUT_LISTENER
from .._catalogue.model import Requirement
from .._catalogue.words import Transport
from .._firewall.state.rule import Direction
from .._net.port_set import PortSet
from .configured import Difference
from .host_policy import Demand, HostPolicy

_WORDS_OF_TLS = ("TLS", "HTTPS")


@dataclass(frozen=True, slots=True)
class PortAsked:
    """A port that rows of a host ask for.

    Attributes:
        port: The port.
        transport: The transport protocol.
        tls: Whether one of the rows speaks TLS on it.
        rows: Ids of the rows, in the policy's order.
        sampled: Whether it stands for a range in each of them. Media ports are listened to only during a call.
        unserved: Whether, by the documents or by the host's topology, nothing listens for any of the rows: that such a
            port is not open is no fault.
    """

    port: int
    transport: Transport
    tls: bool
    rows: tuple[str, ...]
    sampled: bool
    unserved: bool = False


def ports_asked(policy: HostPolicy, of_range: int) -> tuple[PortAsked, ...]:
    """The ports to probe, sorted by transport and port; rows that share a port share one probe.

    Those of the external interfaces of an Edge Server are left out: a host is probed at one address, from inside.

    Args:
        policy: What the host needs.
        of_range: How many ports of a range with more are taken.
    """
    found: dict[tuple[Transport, int], PortAsked] = {}
    unserved = _unserved(policy)
    for demand in policy.demands:
        if demand.direction is not Direction.IN or demand.requirement.is_for_the_world:
            continue
        row = demand.requirement
        for port, sampled in sample(demand.ports, of_range):
            for transport in row.transports:
                new = PortAsked(port, transport, _is_tls(row), (row.id,), sampled, row.id in unserved)
                known = found.get((transport, port))
                found[transport, port] = _both(known, new) if known else new
    return tuple(sorted(found.values(), key=lambda asked: (asked.transport.value, asked.port)))


def sample(ports: PortSet, of_range: int) -> tuple[tuple[int, bool], ...]:
    """Ports of a set, each with whether it stands for a range: all of a short range, some of a long one.

    Args:
        ports: The set.
        of_range: How many of a range with more, two at least: its ends, and some between at even distances.
    """
    found: list[tuple[int, bool]] = []
    for first, last in ports.ranges:
        size = last - first + 1
        if size <= of_range:
            found += [(port, False) for port in range(first, last + 1)]
        else:
            found += [(first + (size - 1) * place // (of_range - 1), True) for place in range(of_range)]
    return tuple(found)


def asked_for(policy: HostPolicy, transport: Transport) -> PortSet:
    """All ports of a transport that any row of the host lets others connect to.

    Args:
        policy: What the host needs.
        transport: The transport.
    """
    ports = PortSet()
    for demand in policy.demands:
        row = demand.requirement
        if demand.direction is Direction.IN and transport in row.transports and not row.is_for_the_world:
            ports |= demand.ports
    return ports


def _unserved(policy: HostPolicy) -> frozenset[str]:
    """Ids of the rows for which nothing listens; where somebody says their ports, something does."""
    not_there = {one.row for one in policy.configuration.disagreements if one.kind is Difference.NOT_IN_TOPOLOGY}
    return frozenset(
        demand.requirement.id
        for demand in policy.demands
        if not _is_configured(demand, policy) and demand.requirement.id in WITHOUT_LISTENER | not_there
    )


def _is_configured(demand: Demand, policy: HostPolicy) -> bool:
    return demand.overridden or demand.requirement.id in policy.configuration.ports


def _is_tls(row: Requirement) -> bool:
    return Transport.UDP not in row.transports and any(word in row.protocol for word in _WORDS_OF_TLS)


def _both(one: PortAsked, other: PortAsked) -> PortAsked:
    return PortAsked(
        one.port,
        one.transport,
        one.tls or other.tls,
        (*one.rows, *other.rows),
        one.sampled and other.sampled,
        one.unserved and other.unserved,
    )
