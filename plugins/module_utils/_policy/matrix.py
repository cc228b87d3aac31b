# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The traffic matrix of an estate: from whom to whom, on which ports and why, for who owns the firewalls between."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from .._net import intervals
from .._net.address_set import AddressSet, together
from .._net.address_text import AddressError
from .matrix_balanced import marked
from .matrix_clients import Configured, of_clients
from .matrix_demands import of_hosts
from .matrix_groups import Groups
from .matrix_model import End, Line, LineRow, Matrix, Question, Traffic, Who

_Key = tuple[Who, Who, bool, str]


def matrix_of(
    hosts: Iterable[Mapping[str, Any]],
    more: Iterable[Traffic] = (),
    of_media: Mapping[str, Configured] | None = None,
) -> Matrix:
    """Work out the matrix.

    Args:
        hosts: One dict a host: ``name``, ``addresses`` (a list, none where it is not known), ``roles``, ``pool``,
            ``peers`` (kind to texts: addresses, or names where those are not known), ``client_networks`` (None where
            they may be anywhere) and ``options``, which are the module's options that say which rows a host has and on
            which ports.
        more: Traffic from elsewhere, such as that of load balancers.
        of_media: Row id to the ports that are configured for the media of clients, where they are not the document's.

    Returns:
        The matrix. It does not depend on the order of anything.

    Raises:
        OptionError: An option of a host is wrong.
    """
    entries = sorted(hosts, key=lambda entry: str(entry["name"]))
    ends = _Ends(entries)
    lines: dict[_Key, _Parts] = {}
    unknown: dict[str, dict[_Key, _Parts]] = {}
    carried = tuple(more)
    for traffic in [*marked(of_hosts(entries), carried), *of_clients(entries, of_media), *carried]:
        source, destination = ends.of(traffic.source), ends.of(traffic.destination)
        kind = traffic.source.unknown or traffic.destination.unknown
        if kind:
            parts = unknown.setdefault(kind, {})
            parts.setdefault((source, destination, False, traffic.transport), _Parts(traffic)).add(traffic)
            continue
        for part in _apart(source, destination):
            elsewhere = destination.hosts - part[1].hosts
            lines.setdefault((*part, traffic.transport), _Parts(traffic)).add(traffic, elsewhere)
    groups = Groups(entries, ends.addresses, ends.labels)
    return Matrix(
        lines=_sorted(lines, groups),
        questions=tuple(
            sorted(
                (Question(kind, _label(parts, kind), _sorted(parts, groups)) for kind, parts in unknown.items()),
                key=lambda question: question.name,
            )
        ),
        groups=groups.used(),
    )


def _apart(source: Who, destination: Who) -> list[tuple[Who, Who, bool]]:
    """Traffic between ends that share hosts, so that no host stands on both sides: inside a group is a case of its own.

    Together the parts are the whole, but for a host to itself, which no network carries.
    """
    if source == destination:
        return [(source, source, True)] if len(source.hosts) != 1 or source != Who(source.hosts) else []
    both = source.hosts & destination.hosts
    if not both:
        return [(source, destination, False)]
    found = []
    if rest := replace(destination, hosts=destination.hosts - both):
        found.append((source, rest, False))
    if rest := replace(source, hosts=source.hosts - both):
        found.append((rest, Who(both), False))
    if len(both) > 1:
        found.append((Who(both), Who(both), True))
    return found


class _Parts:
    """What becomes one line."""

    def __init__(self, first: Traffic) -> None:
        self.source, self.destination = first.source, first.destination
        self.rows: dict[str, LineRow] = {}
        self.listeners: set[str] = set()

    def add(self, traffic: Traffic, elsewhere: frozenset[str] = frozenset()) -> None:
        """Let traffic be part of it, but for what of it goes to hosts that another line is for."""
        row = traffic.row
        self.listeners |= traffic.listeners - elsewhere
        known = self.rows.get(row.id)
        ports = known.ports | traffic.ports if known else traffic.ports
        self.rows[row.id] = LineRow(row, ports, traffic.audited or (known is not None and known.audited))


def _label(parts: Mapping[_Key, _Parts], kind: str) -> str:
    first = next(iter(parts.values()))
    return first.source.label if first.source.unknown == kind else first.destination.label


def _sorted(lines: Mapping[_Key, _Parts], groups: Groups) -> tuple[Line, ...]:
    found = []
    for (source, destination, between, transport), parts in lines.items():
        found.append(
            Line(
                groups.side(source) if source else (),
                groups.side(destination) if destination else (),
                between,
                transport,
                tuple(parts.rows[row] for row in sorted(parts.rows)),
                tuple(sorted(destination.hosts | parts.listeners)),
            )
        )
    return tuple(sorted(found, key=lambda line: (line.destination, line.source, line.transport)))


class _Ends:
    """Finds the hosts of the matrix in what is said of ends.

    Attributes:
        addresses: The addresses of each host.
        labels: What each end that was said is called; hosts of a row are not said, they follow.
    """

    def __init__(self, entries: Iterable[Mapping[str, Any]]) -> None:
        self.addresses = {str(entry["name"]): _read(entry.get("addresses") or ())[0] for entry in entries}
        self.labels: dict[Who, set[str]] = {}
        self._all = together(known for known in self.addresses.values() if known)
        self._found: dict[End, Who] = {}

    def of(self, end: End) -> Who:
        """Who an end is."""
        if end not in self._found:
            who = self._found[end] = self._who(end)
            if who and who != Who(end.hosts):
                self.labels.setdefault(who, set()).add(end.label or ", ".join(end.addresses))
        return self._found[end]

    def _who(self, end: End) -> Who:
        if end.anybody:
            return Who(anybody=True, outside=end.outside)
        found, names = _read(end.addresses)
        hosts = set(end.hosts) | {name for name in names if name in self.addresses}
        # Of a network that somebody else has, only what is nothing but hosts is hosts.
        among = found if end.servers else _covered(found, self._all)
        if among:
            inside = {host for host, known in self.addresses.items() if known and _within(known, among)}
            hosts |= inside
            if inside:
                found -= together(self.addresses[host] for host in inside)
        return Who(frozenset(hosts), found, frozenset(names - hosts))


def _covered(addresses: AddressSet, all_hosts: AddressSet) -> AddressSet:
    """The ranges of a set that another has wholly."""
    return AddressSet(
        tuple(pair for pair in addresses.v4 if _has(all_hosts.v4, pair)),
        tuple(pair for pair in addresses.v6 if _has(all_hosts.v6, pair)),
    )


def _within(inner: AddressSet, outer: AddressSet) -> bool:
    """As ``inner <= outer``, in the time of looking up the few ranges of the inner one."""
    return all(_has(outer.v4, pair) for pair in inner.v4) and all(_has(outer.v6, pair) for pair in inner.v6)


def _has(ranges: intervals.Intervals, pair: intervals.Interval) -> bool:
    place = bisect_right(ranges, (pair[0], 1 << 128)) - 1
    return place >= 0 and pair[1] <= ranges[place][1]


def _read(texts: Iterable[str]) -> tuple[AddressSet, set[str]]:
    """Addresses, and what is none: a name, or a keyword of Windows that means nothing in the network between."""
    found, names = [], set()
    for text in texts:
        try:
            one = AddressSet.parse([text])
        except AddressError:
            names.add(text)
            continue
        if one.keywords:
            names.add(text)
        else:
            found.append(one)
    return (together(found) if found else AddressSet()), names
