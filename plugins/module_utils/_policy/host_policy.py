# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one host should have, and which row asks for it. Values only; `policy` works them out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .._catalogue.model import Requirement
from .._catalogue.words import Product
from .._firewall.change.plan import DesiredRule
from .._firewall.state.rule import ALL_PROFILES, Direction, Profile
from .._net.address_set import AddressSet
from .._net.port_set import PortSet
from .configured import Configuration
from .scoping import Scope


@dataclass(frozen=True, slots=True)
class Demand:
    """One row as it applies to one host.

    Attributes:
        requirement: The row.
        direction: Which way the connection is opened, seen from the host.
        ports: The ports, as documented, configured or overridden.
        scope: Who must be able to connect, or be connected to.
        keys: Keys of the desired rules that serve the row.
        programs: Short name and program of the services that the row's rules are limited to; none means any program.
        local: Addresses of the host that its rules are bound to; any where they are not.
        product: The product that the row is of.
    """

    requirement: Requirement
    direction: Direction
    ports: PortSet
    scope: Scope = field(default_factory=lambda: Scope(AddressSet.any()))
    keys: tuple[str, ...] = ()
    programs: tuple[tuple[str, str], ...] = ()
    local: AddressSet = AddressSet.any()
    product: Product = Product.LYNC_2013

    @property
    def overridden(self) -> bool:
        """Whether the ports are others than the document's."""
        return self.ports != self.requirement.ports

    @property
    def for_nobody(self) -> bool:
        """Whether it is known that there is nobody who must be able to connect."""
        return not self.scope.addresses


@dataclass(frozen=True, slots=True)
class HostPolicy:
    """What one host should have, and why.

    Attributes:
        rules: The desired rules, sorted by key.
        demands: The rows that apply, in catalogue order, each with the rules that serve it.
        skipped: Ids of rows that would apply and were left out on purpose, because there is nobody whom they would let
            in, or because nothing says their ports.
        rows: Key of a desired rule to the ids of the rows it serves; site rules serve none.
        profiles: Profiles the host is managed in.
        configuration: What the topology says of the host's ports.
        known: Who is known to connect, beside those that rows name; None where every blocked address counts
            (`traffic.proportion`).
        nobody: Inbound rows that apply and of which it is known that there is nobody whom they would let in. They have
            no rule of their own, and are in `skipped`; whom the rules of others admit there is wider than wanted.
        gone: Keys of site rules: what is on the host under them and not wanted goes, whatever else may stay. Such are
            those that are to be absent, and parts that a rule does not have any more.
        gone_parts: Of those that are to be absent, the keys of the several rules that their entries tell of, sorted.
        product: The product that the rows are of.
        unmapped: Names of site rules for RPC whose clients cannot ask for the port (`rpc.without_mapper`).
        inside: Addresses of the internal interface of an Edge Server; none on any other host.
        outside: Those of its external interfaces.
        management: Those that it has for its administration.
        own: All addresses that an Edge Server says it has; none where it was not asked (`edge_own.with_own`).
        networks: Those of which it says in which profile their network is.
    """

    rules: tuple[DesiredRule, ...]
    demands: tuple[Demand, ...]
    skipped: tuple[str, ...]
    rows: Mapping[str, tuple[str, ...]]
    profiles: frozenset[Profile] = ALL_PROFILES
    configuration: Configuration = field(default_factory=Configuration)
    known: AddressSet | None = None
    nobody: tuple[Demand, ...] = ()
    gone: tuple[str, ...] = ()
    gone_parts: tuple[str, ...] = ()
    product: Product = Product.LYNC_2013
    unmapped: tuple[str, ...] = ()
    inside: AddressSet = field(default_factory=AddressSet)
    outside: AddressSet = field(default_factory=AddressSet)
    management: AddressSet = field(default_factory=AddressSet)
    own: AddressSet = field(default_factory=AddressSet)
    networks: Mapping[str, Profile] = field(default_factory=dict)

    @property
    def is_edge(self) -> bool:
        """Whether addresses of an interface of an Edge Server are known."""
        return bool(self.inside or self.outside)
