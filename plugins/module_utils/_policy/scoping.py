# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The remote addresses of a row: its peers, as addresses.

The table itself has no scope; one that is too narrow breaks calls or takes a pool out of rotation. So a row of which a
peer is not known stays open to any, with a note that says why. A row of which it is known that there is no peer admits
nobody: an empty list is said by a person, or is a group that was emptied, and never means any.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import Any

from .._catalogue.beside_clients import beside_clients, may_be_beside_clients
from .._catalogue.model import Requirement
from .._catalogue.words import Disposition, Peer
from .._net.address_set import AddressSet
from .._net.sources import are_all_sources
from .._options.reading import OptionError, read_choice, read_sources
from .._options.words import SCOPES

EVERYWHERE = "all"
"""Key of ``peers`` for addresses that every scoped rule must admit, such as monitoring hosts."""

_UNNAMED = (Peer.ANY, Peer.CLIENT)
WORDS: tuple[str, ...] = (*(peer.value for peer in Peer if peer not in _UNNAMED), EVERYWHERE)
"""The keys that ``peers`` may have."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The remote addresses of a row's rule.

    Attributes:
        addresses: The addresses; none where there is nobody.
        note: Why it is any although the row has peers.
        unknown: Whether that is since nothing says who the peers are.
    """

    addresses: AddressSet
    note: str = ""
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class Scoping:
    """How the rows of a host are scoped.

    Attributes:
        fixed: One scope for all rows, in place of the peers.
        peers: Addresses by key of `WORDS`; a missing key is not known, an empty one means that there are no such peers.
        clients: Networks of the clients, for rows that everybody connects to; None where nothing says them, so that
            they may be anywhere.
    """

    fixed: AddressSet | None = None
    peers: Mapping[str, AddressSet] = field(default_factory=dict)
    clients: AddressSet | None = None

    def of(self, row: Requirement) -> Scope:
        """The scope of one row."""
        if self.fixed is not None:
            return Scope(self.fixed)
        if row.is_for_the_world:
            return Scope(AddressSet.any())
        if takes_everybody(row):
            return self._of_clients(row)
        words = [peer.value for peer in row.peers if peer.value in self.peers or not stands_for_another(peer, row)]
        unknown = [word for word in words if word not in self.peers]
        if unknown:
            return _open_to_any(unknown)
        addresses = reduce(or_, (self.peers[word] for word in words), AddressSet())
        if row.disposition is Disposition.LISTEN:
            addresses |= self.peers.get(EVERYWHERE, AddressSet())
        return _scope(addresses)

    def _of_clients(self, row: Requirement) -> Scope:
        """Where clients connect, servers do too: other pools, Edge Servers, load balancers, monitoring."""
        if self.clients is None:
            return Scope(AddressSet.any())
        unknown = [peer.value for peer in beside_clients(row) if peer.value not in self.peers]
        if unknown:
            return _open_to_any(unknown)
        known = (addresses for kind, addresses in self.peers.items() if may_be_beside_clients(kind, row))
        return _scope(reduce(or_, known, self.clients))


def takes_everybody(row: Requirement) -> bool:
    """Whether clients connect to a row, or the document does not say who does."""
    return not row.peers or not set(row.peers).isdisjoint(_UNNAMED)


def stands_for_another(peer: Peer, row: Requirement) -> bool:
    """Whether a peer of a row need not be known, because another peer of the row has it: on a trunk Lync calls an
    IP-PBX a gateway."""
    return peer is Peer.PBX and Peer.GATEWAY in row.peers


def _scope(addresses: AddressSet) -> Scope:
    if addresses.fills_a_family:  # netsh cannot express half of "any"
        return Scope(AddressSet.any(), "together the peers are every address of a family")
    if are_all_sources(addresses):
        return Scope(AddressSet.any(), "together the peers are every address that anybody connects from")
    return Scope(addresses)


def _open_to_any(unknown: Iterable[str]) -> Scope:
    return Scope(AddressSet.any(), f"nothing says who is {' or '.join(unknown)}", unknown=True)


def read_scoping(
    scope: str, remote_addresses: Iterable[Any], peers: Mapping[str, Any], client_networks: Iterable[Any] | None
) -> Scoping:
    """Read the options of the same names; of the client networks None says nothing, and an empty list that there are
    no clients.

    Raises:
        OptionError: One is wrong, or two contradict each other.
    """
    read_choice("scope", scope, dict.fromkeys(SCOPES))
    fixed = tuple(remote_addresses)
    clients = None if client_networks is None else tuple(client_networks)
    if scope != "topology":
        if peers or clients:
            option = "peers" if peers else "client_networks"
            raise OptionError(option, "it counts only with scope: topology; set that, or leave this out")
        return Scoping(fixed=read_sources("remote_addresses", fixed))
    if fixed:
        raise OptionError(
            "remote_addresses", "it is one scope for all rules, and scope: topology gives each its own; choose one"
        )
    found: dict[str, AddressSet] = {}
    for word, addresses in peers.items():
        if word not in WORDS:
            raise OptionError(f"peers.{word}", f"this is no peer of any row; they are {', '.join(WORDS)}")
        if isinstance(addresses, str) or not isinstance(addresses, (list, tuple)):
            raise OptionError(f"peers.{word}", f"a list of addresses is needed, not {addresses!r}")
        found[word] = read_sources(f"peers.{word}", addresses) if addresses else AddressSet()
    return Scoping(peers=found, clients=_networks(clients))


def _networks(clients: tuple[Any, ...] | None) -> AddressSet | None:
    if clients is None:
        return None
    return read_sources("client_networks", clients) if clients else AddressSet()
