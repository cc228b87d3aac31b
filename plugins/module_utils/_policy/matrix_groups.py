# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The groups of a traffic matrix: hosts and networks under names, each once. A name follows from content alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from .._catalogue.words import HOST_ROLES, Peer, Role
from .._net.address_set import AddressSet, together
from .matrix_model import Group, Who, networks
from .peer_names import NAMES

_RANK = {label: rank for rank, label in enumerate(NAMES.values())}
_WEAK = {NAMES[peer] for peer in (Peer.CENTRAL_MANAGEMENT, Peer.POOL, Peer.REPLICA)}
"""What hosts are called that have no better name: most of them are something else in the first place."""

_OF_ROLES = {NAMES[Peer(role.value)] for role in HOST_ROLES} | _WEAK


class Groups:
    """Names whoever is an end of a line. Ends that were said have their own names; parts of them are put together."""

    def __init__(
        self, entries: Iterable[Mapping[str, Any]], addresses: Mapping[str, AddressSet], labels: Mapping[Who, set[str]]
    ) -> None:
        """Decide on all names.

        Args:
            entries: The hosts, as `matrix.matrix_of` takes them.
            addresses: The addresses of each.
            labels: What each end that was said is called.
        """
        self._addresses = addresses
        self._names: dict[Who, str] = {}
        self._taken: dict[str, Who] = {}
        self._used: dict[str, Group] = {}
        strong, weak = _called(labels)
        of_one, of_all = _parts(entries)
        self._name_ends(strong)
        self._name_parts(of_one)
        self._name_ends(weak)
        self._name_parts(of_all)
        self._name_rests(labels)
        groups = ((who.hosts, name) for who, name in self._names.items() if who == Who(who.hosts))
        self._largest = sorted(groups, key=lambda group: (-len(group[0]), _rank(group[1]), group[1]))

    def _name_ends(self, called: Mapping[str, list[Who]]) -> None:
        for label, ends in called.items():
            if len(ends) == 1 and ends[0] not in self._names:
                self._claim(label, ends[0])
        for label, ends in called.items():
            if len(ends) > 1:
                for who in sorted(ends, key=lambda who: (networks(who.others), sorted(who.hosts | who.names))):
                    # The pools' groups have better names for those who are hosts of the matrix and no one else.
                    if who not in self._names and who != Who(who.hosts):
                        self._taken.setdefault(label, who)  # none of them has the bare name
                        self._claim(label, who)

    def _name_parts(self, parts: Iterable[tuple[str, frozenset[str]]]) -> None:
        for name, hosts in parts:
            who = Who(hosts)
            if who not in self._names:
                # Others, as with --limit, have the plain name.
                self._claim(f"{name} of this matrix" if name in self._taken else name, who)

    def _name_rests(self, labels: Mapping[Who, set[str]]) -> None:
        """What is left of ends without the hosts of this matrix."""
        rests: dict[Who, set[str]] = {}
        for who, words in labels.items():
            rest = replace(who, hosts=frozenset())
            if who.hosts and rest and rest not in self._names:
                rests.setdefault(rest, set()).update(words)
        called: dict[str, list[Who]] = {}
        for who, words in rests.items():
            first = min(words, key=lambda label: (label in _WEAK, _rank(label), label))
            called.setdefault(f"Other {first}".replace("Other All", "Other"), []).append(who)
        self._name_ends(called)

    def _free(self, label: str, who: Who) -> str:
        """A name that no other end has: the first of its addresses is part of it, or all, where that is not enough."""
        texts = [*networks(who.others), *sorted(who.names), *sorted(who.hosts)]
        for most in range(1, len(texts) + 1):
            name = f"{label} ({', '.join(texts[:most])})"
            if name not in self._taken:
                return name
        return f"{label} ({len(self._taken)})"

    def _claim(self, name: str, who: Who) -> None:
        name = self._free(name, who) if name in self._taken else name
        self._names[who] = name
        self._taken[name] = who

    def side(self, who: Who) -> tuple[str, ...]:
        """The names of the groups that somebody is, sorted; these are used from now on.

        Args:
            who: An end that was said, or what it is without some hosts of this matrix.
        """
        if who in self._names:
            return (self._use(self._names[who], who),)
        names = [self._use(name, part) for name, part in self._cover(who.hosts)]
        if rest := replace(who, hosts=frozenset()):
            names.append(self._use(self._names[rest], rest))
        return tuple(sorted(names))

    def _cover(self, hosts: frozenset[str]) -> list[tuple[str, Who]]:
        """The largest groups that share no host and are not more than these hosts; then the others one by one."""
        found, left = [], set(hosts)
        for group, name in self._largest:
            if len(group) > 1 and group <= left:
                found.append((name, Who(group)))
                left -= group
        for host in sorted(left):
            who = Who(frozenset({host}))
            if who not in self._names:
                self._claim(host, who)
            found.append((self._names[who], who))
        return found

    def _use(self, name: str, who: Who) -> str:
        if name not in self._used:
            hosts = tuple(sorted(who.hosts))
            known = [self._addresses[host] for host in hosts if self._addresses[host]]
            found = together([who.others, *known]) if known else who.others
            unknown = {host for host in hosts if not self._addresses[host]} | who.names
            self._used[name] = Group(name, hosts, found, tuple(sorted(unknown)), who.anybody)
        return name

    def used(self) -> tuple[Group, ...]:
        """All groups that were used, sorted by name."""
        return tuple(self._used[name] for name in sorted(self._used))


def _called(labels: Mapping[Who, set[str]]) -> tuple[dict[str, list[Who]], dict[str, list[Who]]]:
    """One name for each end, and whom it stands for: those that are sure, and those that are `_WEAK`."""
    strong: dict[str, list[Who]] = {}
    weak: dict[str, list[Who]] = {}
    for who, words in labels.items():
        ordered = sorted(words, key=lambda label: (label in _WEAK, _rank(label), label))
        servers = [label for label in ordered if label in _OF_ROLES]
        name = servers[0] if servers else " and ".join(ordered)
        (weak if name in _WEAK and who == Who(who.hosts) else strong).setdefault(name, []).append(who)
    return strong, weak


def _rank(label: str) -> int:
    return _RANK.get(label, len(_RANK))


_Named = list[tuple[str, frozenset[str]]]


def _parts(entries: Iterable[Mapping[str, Any]]) -> tuple[_Named, _Named]:
    """What hosts of the matrix have in common, in words: one role, or one of a pool; and all of their roles."""
    by_role: dict[tuple[int, str], set[str]] = {}
    by_pool: dict[tuple[int, str], set[str]] = {}
    by_roles: dict[tuple[int, str], set[str]] = {}
    for entry in entries:
        roles = [role for role in HOST_ROLES if role.value in entry["roles"]]
        name = str(entry["name"])
        for role in roles:
            rank, label = HOST_ROLES.index(role), NAMES[Peer(role.value)]
            if label not in _WEAK:
                by_role.setdefault((rank, label), set()).add(name)
                if entry.get("pool"):
                    by_pool.setdefault((rank, f"{label} of {entry['pool']}"), set()).add(name)
        by_roles.setdefault((len(roles), _all_of(roles)), set()).add(name)
    return _named(by_role) + _named(by_pool), _named(by_roles)


def _named(found: Mapping[tuple[int, str], set[str]]) -> _Named:
    return [(label, frozenset(hosts)) for (_rank, label), hosts in sorted(found.items())]


def _all_of(roles: Sequence[Role]) -> str:
    """Hosts that have these roles and no other."""
    if not roles:
        return "Servers"
    first, *more = (NAMES[Peer(role.value)] for role in roles)
    return f"{first} that are {' and '.join(more)} too" if more else f"{first} that are nothing else"
