# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The traffic matrix's model: who may connect to whom, before and after all that is alike has become one line."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .._catalogue.model import Requirement
from .._net.address_set import AddressSet, together
from .._net.port_set import PortSet

EVERYBODY = "Clients and servers"
CLIENTS = "Clients and phones"
MONITORING = "Monitoring and others"
INTERNET = "Internet"


@dataclass(frozen=True, slots=True)
class End:
    """One end of some traffic, as it is said.

    Attributes:
        label: What it is, in words.
        addresses: Its addresses, networks or ranges; or names, where those are not known.
        hosts: Hosts of the matrix.
        anybody: Whether it may be anybody.
        unknown: The kind of peer that nobody has said the addresses of; empty where they are known.
        servers: Whether hosts of the matrix may be among its addresses, as with the servers of a role. A network that
            merely contains some is left whole.
        outside: Whether anybody is meant who is outside, and not anybody in the network.
    """

    label: str
    addresses: tuple[str, ...] = ()
    hosts: frozenset[str] = frozenset()
    anybody: bool = False
    unknown: str = ""
    servers: bool = False
    outside: bool = False


@dataclass(frozen=True, slots=True)
class Traffic:
    """What one row asks for between two ends.

    Attributes:
        source: Who opens the connection.
        destination: Who listens.
        transport: ``tcp`` or ``udp``.
        ports: Ports on the listener's side.
        row: The row.
        audited: Whether an audit of the hosts that listen says who gets in by this row.
        listeners: Hosts of the matrix that listen, where the destination is one of their interfaces.
    """

    source: End
    destination: End
    transport: str
    ports: PortSet
    row: Requirement
    audited: bool = False
    listeners: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Who:
    """One end, worked out. Ends with the same content are the same, whatever they are called.

    Attributes:
        hosts: Hosts of the matrix.
        others: Addresses of others.
        names: Names of others whose addresses are not known.
        anybody: Whether it may be anybody.
        outside: Whether those are meant who are outside.
    """

    hosts: frozenset[str] = frozenset()
    others: AddressSet = AddressSet()  # noqa: RUF009 (immutable)
    names: frozenset[str] = frozenset()
    anybody: bool = False
    outside: bool = False

    def __bool__(self) -> bool:
        return bool(self.hosts or self.others or self.names or self.anybody)


@dataclass(frozen=True, slots=True)
class Group:
    """Some hosts or networks under one name.

    Attributes:
        name: The name, which no other group of the matrix has.
        hosts: Hosts of the matrix, sorted.
        addresses: All its addresses, those of its hosts among them.
        unaddressed: Names of hosts of it whose addresses are not known, sorted.
        anybody: Whether it may be anybody.
    """

    name: str
    hosts: tuple[str, ...]
    addresses: AddressSet
    unaddressed: tuple[str, ...] = ()
    anybody: bool = False

    def texts(self) -> list[str]:
        """Its addresses and networks, then the names of those whose addresses are not known; ``any`` for anybody."""
        return ["any"] if self.anybody else [*networks(self.addresses), *self.unaddressed]


@dataclass(frozen=True, slots=True)
class LineRow:
    """A row that a line is for.

    Attributes:
        row: The row.
        ports: Its ports there.
        audited: Whether an audit of the hosts that listen says who gets in by this row.
    """

    row: Requirement
    ports: PortSet
    audited: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One line: all that goes from the same source to the same destination over one transport.

    Attributes:
        source: Names of groups, together who opens the connection.
        destination: Names of groups, together who listens.
        between: Whether it is traffic inside a group, from each member to each other; source and destination are one.
        transport: ``tcp`` or ``udp``.
        rows: What it is for, sorted by id.
        listeners: Hosts of the matrix that listen, sorted.
    """

    source: tuple[str, ...]
    destination: tuple[str, ...]
    between: bool
    transport: str
    rows: tuple[LineRow, ...]
    listeners: tuple[str, ...]

    @property
    def ports(self) -> PortSet:
        """The ports of all its rows."""
        found = PortSet()
        for row in self.rows:
            found |= row.ports
        return found

    @property
    def audited(self) -> tuple[str, ...]:
        """Ids of its rows of which an audit says who gets in."""
        return tuple(row.row.id for row in self.rows if row.audited)


@dataclass(frozen=True, slots=True)
class Question:
    """A kind of peer that nobody has said the addresses of, and what would be a line if they were known.

    Attributes:
        peer: The kind.
        name: What it is, in words.
        lines: The lines without that end: ``source`` or ``destination`` is empty.
    """

    peer: str
    name: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """The traffic matrix of an estate.

    Attributes:
        groups: The groups that lines and questions name, sorted by name.
        lines: The lines, sorted.
        questions: What is not known, sorted by name.
    """

    groups: tuple[Group, ...]
    lines: tuple[Line, ...]
    questions: tuple[Question, ...]

    @property
    def all_lines(self) -> tuple[Line, ...]:
        """The lines, and those that are to be once the questions are answered."""
        return (*self.lines, *(line for question in self.questions for line in question.lines))

    @property
    def unaddressed(self) -> tuple[str, ...]:
        """Names whose addresses are not known, sorted."""
        return tuple(sorted({name for group in self.groups for name in group.unaddressed}))


def texts_of(names: Iterable[str], groups: Mapping[str, Group]) -> list[str]:
    """The addresses and networks of some groups together, as `Group.texts` has them.

    Args:
        names: Names of the groups.
        groups: All groups by name.
    """
    found = [groups[name] for name in names]
    if len(found) == 1:
        return found[0].texts()
    unaddressed = sorted({name for group in found for name in group.unaddressed})
    anybody = any(group.anybody for group in found)
    return Group("", (), together(group.addresses for group in found), tuple(unaddressed), anybody).texts()


def networks(addresses: AddressSet) -> list[str]:
    """Addresses and networks in order; what network devices take, who know no ranges.

    Args:
        addresses: The addresses.
    """
    found = []
    for make, ranges in ((ipaddress.IPv4Address, addresses.v4), (ipaddress.IPv6Address, addresses.v6)):
        for first, last in ranges:
            for network in ipaddress.summarize_address_range(make(first), make(last)):
                whole = network.prefixlen == network.max_prefixlen
                found.append(str(network.network_address if whole else network))
    return found
