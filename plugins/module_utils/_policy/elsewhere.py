# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who gets in on a port of an Edge Server at addresses that it is not meant to be open at.

A verdict is about the addresses that a row is bound to. Whatever opens an internal port at an external address, or one
of an external interface at another, is seen by nobody who looks there only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from .._catalogue.edge_ports import EDGE_PORTS
from .._catalogue.listeners import FILES, LISTENING
from .._firewall.state.rule import Direction, FirewallRule, Profile, profile_names
from .._firewall.state.snapshot import Snapshot
from .._firewall.traffic.admission import Listening, Meant, admission
from .._firewall.traffic.admitted import Wider, joined
from .._firewall.traffic.matching import Traffic
from .._firewall.traffic.rule_index import RuleIndex
from .._net.address_set import AddressSet, together
from .._net.effort import Effort
from .._net.known_addresses import LINK_LOCAL, LOOPBACK, PRIVATE, SOURCES
from .._net.region import Region, remainder, union
from .edge import each
from .edge_own import profiles_at
from .host_policy import Demand, HostPolicy

FIREWALL_OFF = "firewall off"
"""How the name of a firewall that is off begins, where names of rules stand."""
_NOT_KNOWN: frozenset[str] = frozenset()
_ALL = AddressSet.any()
_IPV4, _IPV6 = AddressSet(v4=_ALL.v4), AddressSet(v6=_ALL.v6)
_INTERNET, _NEIGHBOURS = (
    AddressSet(keywords=frozenset({(4, word), (6, word)})) for word in ("internet", "localsubnet")
)
_FILES = frozenset(file for row in EDGE_PORTS for file in FILES.get(row.id, ()))
_SERVICES = frozenset(service for row in EDGE_PORTS for service in LISTENING.get(row.id, ()))


class Elsewhere:
    """Looks at one host."""

    def __init__(
        self,
        policy: HostPolicy,
        snapshot: Snapshot,
        index: RuleIndex,
        effort: Effort,
        ours: Sequence[FirewallRule],
    ) -> None:
        """Prepare for one host.

        Args:
            policy: What it needs, as an Edge Server.
            snapshot: What it has.
            index: Its rules.
            effort: What the work may take.
            ours: The rules of our own that admit somebody.
        """
        self._policy, self._snapshot, self._index = policy, snapshot, index
        self._effort, self._ours = effort, ours
        # Own addresses that are in no list are as good for a stranger, but for those that no router leads to.
        self._reachable = policy.own - LOOPBACK - LINK_LOCAL
        unlisted = self._reachable - together([policy.inside, policy.outside, policy.management])
        known = policy.known or AddressSet()
        self._known = AddressSet() if known >= _IPV4 or known >= _IPV6 else known
        self._own = together([policy.own, policy.inside, policy.outside, LOOPBACK])
        inbound = (rule for rule in snapshot.rules if rule.enabled and rule.direction is not Direction.OUT)
        self._bindings = {rule.local_addresses for rule in (*inbound, *ours) if not rule.local_addresses.is_any}
        self._listed, self._all = map(self._alike, (policy.outside, policy.outside | unlisted))
        self._internal = [
            (one.requirement, one.ports)
            for one in policy.demands
            if one.requirement.interface and not one.requirement.interface.is_external
        ]

    def of(self, demand: Demand, traffic: Traffic) -> Wider | None:
        """Who gets in at external addresses that are not the row's, by anything but rules of our own.

        The programs of the product listen at the addresses of their interfaces, so what lets in those only is no more
        than a possibility; for an external row it is not told, since everybody is meant to come to that from outside.
        Nor is a port of an external row that an internal one has too: that tells it.

        Args:
            demand: An inbound row.
            traffic: One transport of it, at one of its addresses.
        """
        interface = demand.requirement.interface
        if interface is None or (interface.is_external and self._is_internal(demand)):
            return None
        found = []
        for group in self._listed if interface.is_external else self._all:
            if places := group - demand.local:
                got = self._at(demand, traffic, each(places)[0])
                for one in (got, got and got.beside):
                    if one and not (one.perhaps and interface.is_external):
                        found.append(replace(one, at=places, here=False, beside=None))
        return joined(found)

    def _at(self, demand: Demand, traffic: Traffic, local: AddressSet) -> Wider | None:
        """What is so in the profile of the address's network counts; in another one it may once that changes."""
        there = replace(traffic, local=local, remote=_ALL, known=None, programs=_NOT_KNOWN, services=_NOT_KNOWN)
        now = profiles_at(self._policy.networks, local)
        found = list(self._in(demand, replace(there, profiles=now)))
        if (rest := traffic.profiles - now) and not any(one.everybody and not one.perhaps for one in found):
            found += [replace(one, perhaps=True) for one in self._in(demand, replace(there, profiles=rest))]
        return joined(found)

    def _in(self, demand: Demand, there: Traffic) -> Iterator[Wider]:
        row, local = demand.requirement.id, there.local
        files, services = FILES.get(row, _NOT_KNOWN), LISTENING.get(row, _NOT_KNOWN)
        listening = Listening(files, services, _FILES - files, _SERVICES - services, perhaps=True)
        meant = Meant(self._no_strangers(demand, local), partial(self._parts_of, local))
        found = admission(there, self._snapshot, self._index, self._effort, listening, meant).wider
        for one in (found, found and found.beside, self._off(there, meant)):
            if one:
                sure = not one.perhaps and _are_strangers(one.addresses, local)
                yield replace(one, perhaps=not sure, beside=None)

    def _off(self, there: Traffic, meant: Meant) -> Wider | None:
        """Who gets in where the firewall is off: everybody, whatever the rules say.

        At the row's own address its verdict says so.
        """
        if not self._snapshot.service.running or self._snapshot.other_firewall:
            return None
        off = {state.profile for state in self._snapshot.profiles if not state.enabled} & there.profiles
        all_of_it = Region.of(there.ports, SOURCES - meant.addresses)
        if not (off and remainder(all_of_it, [meant.parts(there.protocol)], 1)):
            return None
        name = f"{FIREWALL_OFF} ({', '.join(profile_names(frozenset(off)))})"
        return Wider(SOURCES - meant.addresses, True, (name,), profiles=frozenset(off))

    def _no_strangers(self, demand: Demand, local: AddressSet) -> AddressSet:
        """Who is not kept out of the row, or sends no packet to an address.

        A row that is open to any is for all of the inside, and the Internet carries no private address. One that is
        not is for its scope; others with private addresses may be neighbours in the perimeter.
        """
        scope = demand.scope.addresses
        family, other = (_IPV4, _IPV6) if local.v4 else (_IPV6, _IPV4)
        inside = AddressSet(scope.v4, scope.v6)
        if scope.is_any:
            # Neighbours are among those on a host all of whose networks are private.
            networks = self._reachable & family
            neighbours = _NEIGHBOURS if networks and networks <= PRIVATE else AddressSet()
            inside = together([PRIVATE, self._known, neighbours])
        return together([inside, self._own, other])

    def _is_internal(self, demand: Demand) -> bool:
        transports = set(demand.requirement.transports)
        return any(not transports.isdisjoint(row.transports) and demand.ports <= ports for row, ports in self._internal)

    def _alike(self, places: AddressSet) -> list[AddressSet]:
        """Addresses by what rules are bound to: what gets in at one of a group gets in at all."""
        found: dict[tuple[bool, ...], list[AddressSet]] = {}
        for one in each(places):
            now = profiles_at(self._policy.networks, one)
            key = (
                bool(one.v4),
                one <= PRIVATE,
                *(profile in now for profile in Profile),
                *(one.overlaps(binding) for binding in self._bindings),
            )
            found.setdefault(key, []).append(one)
        return [together(ones) for ones in found.values()]

    def _parts_of(self, local: AddressSet, protocol: int) -> Region:
        return admitted_at(local, protocol, self._ours)


def _are_strangers(addresses: AddressSet, local: AddressSet) -> bool:
    """Whether some of those who get in at an address are certainly outside: what a keyword stands for the host knows.

    Args:
        addresses: Those who get in.
        local: The address.
    """
    strangers = _INTERNET if local <= PRIVATE else _INTERNET | _NEIGHBOURS
    return (
        not strangers.keywords.isdisjoint(addresses.keywords) or not AddressSet(addresses.v4, addresses.v6) <= PRIVATE
    )


def admitted_at(local: AddressSet, protocol: int, ours: Iterable[FirewallRule]) -> Region:
    """What rules of our own admit at an address of the host: those that are bound to others do not count.

    Args:
        local: The address.
        protocol: The number of the protocol.
        ours: The rules.
    """
    rules = (rule for rule in ours if rule.protocol in (protocol, None) and local <= rule.local_addresses)
    return union(Region.of(rule.local_ports, rule.remote_addresses) for rule in rules)
