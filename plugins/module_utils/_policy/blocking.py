# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Block rules for everybody whom a row's ports are not meant for.

Lync's setup makes allow rules for its programs, from any address, and makes them again whenever its services start. So
allow rules with a scope narrow nothing there. A block rule beats them ([MS-FASP] 2.2.34) and touches nobody's rule; but
it beats our own as well, so none is made against anybody whom one of ours admits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from .._catalogue.words import Peer, Transport
from .._firewall.change.management import NEVER_BLOCKED
from .._firewall.change.plan import DesiredRule
from .._firewall.state.rule import PROTOCOL_NUMBERS, Action, Direction, FirewallRule
from .._firewall.traffic.admitted import all_of
from .._net.address_set import AddressSet
from .._net.known_addresses import SOURCES
from .._net.port_set import PortSet
from .._net.region import Region, remainder, union
from .._net.sources import are_all_sources
from .._options.words import BLOCK_OTHERS
from .coalescing import over_scope, require_lines, rule_key
from .host_policy import Demand, HostPolicy

_ANYBODY = frozenset((Peer.ANY, Peer.CLIENT))
BLOCK_KEY = "block-"
"""Begin of the keys of block rules; no site rule has such a key (`extra_rules`)."""


@dataclass(slots=True)
class _Block:
    """One block rule in the making."""

    rows: list[str] = field(default_factory=list)
    rules: list[DesiredRule] = field(default_factory=list)


def with_blocks(policy: HostPolicy) -> HostPolicy:
    """A policy with block rules for everybody else, beside its own rules.

    Args:
        policy: What the host needs.

    Raises:
        OptionError: A rule is too long for netsh.
    """
    blocks: dict[str, _Block] = {}
    for transport, local in _places(policy):
        admitted = _admitted(policy, PROTOCOL_NUMBERS[transport.value], local)
        there = [demand for demand in (*policy.demands, *policy.nobody) if demand.local.overlaps(local)]
        demands = [demand for demand in there if _is_about(demand, transport)]
        open_to_many = Region.of(_ports(demand for demand in demands if not _is_for_peers(demand)), AddressSet.any())
        for demand in demands:
            if demand.local != local or not _is_for_peers(demand):
                continue
            own = remainder(Region.of(demand.ports - NEVER_BLOCKED, AddressSet.any()), [open_to_many])
            for ports, scope in (*_scopes(own, admitted), *(_for_nobody(own, admitted) if demand.for_nobody else ())):
                _add(blocks, policy, transport, ports, scope, demand)
    keys: dict[str, list[str]] = {}
    for block in blocks.values():
        for row in block.rows:
            keys.setdefault(row, []).extend(rule.key for rule in block.rules)
    added = [rule for block in blocks.values() for rule in block.rules]
    require_lines("port_overrides", added)
    served = {rule.key: tuple(block.rows) for block in blocks.values() for rule in block.rules}
    return replace(
        policy,
        rules=tuple(sorted((*policy.rules, *added), key=lambda desired: desired.key)),
        rows={**policy.rows, **served},
        demands=_keyed(policy.demands, keys),
        nobody=_keyed(policy.nobody, keys),
    )


def _keyed(demands: Iterable[Demand], keys: Mapping[str, Sequence[str]]) -> tuple[Demand, ...]:
    return tuple(replace(demand, keys=(*demand.keys, *keys.get(demand.requirement.id, ()))) for demand in demands)


def are_made(demands: Iterable[Demand]) -> bool:
    """Whether a policy of these rows has block rules already."""
    return any(key.startswith(BLOCK_KEY) for demand in demands for key in demand.keys)


def unblocked(policy: HostPolicy) -> str:
    """Which rows of a policy with block rules have none because of a keyword, and what to do; empty where none has.

    Args:
        policy: What `with_blocks` gives.
    """
    rows: dict[str, None] = {}
    words: set[str] = set()
    for transport, local in _places(policy):
        admitted = _admitted(policy, PROTOCOL_NUMBERS[transport.value], local)
        for demand in policy.demands:
            if demand.local != local or not (_is_about(demand, transport) and _names_peers(demand)):
                continue
            own = Region.of(demand.ports - NEVER_BLOCKED, AddressSet.any())
            if found := {word for _ports, scope in (own & admitted).boxes for _family, word in scope.keywords}:
                rows[demand.requirement.id] = None
                words |= found
    if not rows:
        return ""
    return (
        f"on_wider: {BLOCK_OTHERS} keeps nobody out of {', '.join(sorted(rows))}: only Windows knows which addresses "
        f"{' and '.join(sorted(words))} is there, so a block rule cannot spare them. Name networks in place of the "
        "keyword, in the peers or in extra_rules"
    )


def may_help(demand: Demand) -> bool:
    """Whether block rules can be made for a row: it is known who is meant, and some port is not of management."""
    return _is_for_peers(demand) and bool(demand.ports - NEVER_BLOCKED)


def _places(policy: HostPolicy) -> list[tuple[Transport, AddressSet]]:
    """Each transport with each of the addresses that rows are bound to: a block at one of them says nothing of others,
    and 443 may be on all."""
    bound = dict.fromkeys(demand.local for demand in (*policy.demands, *policy.nobody))
    return [(transport, local) for transport in Transport for local in bound]


def _admitted(policy: HostPolicy, protocol: int, local: AddressSet) -> Region:
    """Whom rules of ours let in, by port; those for one program count for any, since a block would stop it too."""
    rules = (desired.rule for desired in policy.rules if desired.rule.direction is Direction.IN)
    return union(
        Region.of(rule.local_ports, rule.remote_addresses)
        for rule in rules
        if rule.protocol in (protocol, None)
        and rule.action is Action.ALLOW
        and rule.enabled
        and rule.local_addresses.overlaps(local)
    )


def _is_about(demand: Demand, transport: Transport) -> bool:
    return demand.direction is Direction.IN and transport in demand.requirement.transports


def _is_for_peers(demand: Demand) -> bool:
    """Whether it is known, address by address, who is meant, or that nobody is: no clients, no keyword of which Windows
    alone knows, and not everybody."""
    addresses = demand.scope.addresses
    everybody = addresses.fills_a_family or are_all_sources(addresses)
    return _names_peers(demand) and not (addresses.keywords or everybody)


def _names_peers(demand: Demand) -> bool:
    """Whether a row says who connects, other than clients, and all of these are known."""
    peers = demand.requirement.peers
    return bool(peers) and _ANYBODY.isdisjoint(peers) and not demand.scope.note


def _ports(demands: Iterable[Demand]) -> PortSet:
    return all_of(demand.ports for demand in demands)


def _scopes(own: Region, admitted: Region) -> Iterable[tuple[PortSet, AddressSet]]:
    """Ports of a row, and whom rules of ours admit there: cut where that differs from port to port."""
    for ports, scope in (own & admitted).boxes:
        if not (scope.keywords or scope.fills_a_family or are_all_sources(scope)):
            yield ports, scope


def _for_nobody(own: Region, admitted: Region) -> Iterable[tuple[PortSet, AddressSet]]:
    """Ports of a row that is for nobody on which no rule of ours lets in anybody either."""
    used = Region.of(all_of(ports for ports, _who in admitted.boxes), AddressSet.any())
    for ports, _who in remainder(own, [used]).boxes:
        yield ports, AddressSet()


def _add(
    blocks: dict[str, _Block],
    policy: HostPolicy,
    transport: Transport,
    ports: PortSet,
    scope: AddressSet,
    demand: Demand,
) -> None:
    """Add the block rules of a row's ports, or the row to those that are there: rows share ports."""
    key = BLOCK_KEY + rule_key(Direction.IN, transport, ports, demand.requirement.interface)
    block = blocks.setdefault(key, _Block())
    block.rows.append(demand.requirement.id)
    whom = "everybody else" if scope else "everybody"
    rule = FirewallRule(
        name="",
        direction=Direction.IN,
        action=Action.BLOCK,
        protocol=PROTOCOL_NUMBERS[transport.value],
        local_ports=ports,
        local_addresses=demand.local,
        remote_addresses=SOURCES - scope if scope else AddressSet.any(),
        profiles=policy.profiles,
        description=f"Managed by lyncops.firewall. Keeps {whom} out of rows: {', '.join(block.rows)}",
    )
    block.rules = [replace(desired, sparing=True) for desired in over_scope(key, rule)]
