# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The bridge from what Lync needs to what Windows should have: requirements of one host to desired rules.

The only place that knows both the catalogue and the firewall.
"""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import or_
from typing import Any

from .._catalogue import catalogue
from .._catalogue.model import (
    Disposition,
    Feature,
    Interface,
    Product,
    Requirement,
    Role,
    RoleError,
    Ruleset,
    Transport,
)
from .._catalogue.products import ABOUT, roles_of
from .._firewall.change.naming import HIGHEST_GENERATION, ManagedName
from .._firewall.change.netsh import add_line
from .._firewall.change.netsh_text import UnsupportedValueError
from .._firewall.change.plan import DesiredRule
from .._firewall.state.rule import ALL_PROFILES, PROTOCOL_NUMBERS, Action, Direction, FirewallRule, Profile
from .._net.address_set import AddressSet, split
from .._net.port_set import PortSet
from .._options.reading import OptionError, read_choice, read_ports, read_profiles
from . import edge
from .clients import DIRECTIONS, check_media, check_program, check_roles, media_ports
from .configured import Configuration, read_configuration
from .extra_rules import ExtraRule, read_extra_rules
from .rpc import without_mapper
from .scoping import Scope, read_scoping

_ROOM_FOR_ADDRESSES = 500  # characters of a netsh line that a scope may take; the rest has room beside it
_LONGEST_KEY = 90
_FEATURES = {feature.value: feature for feature in Feature}
_RULESETS = {ruleset.value: ruleset for ruleset in Ruleset}
_PRODUCTS = {product.value: product for product in Product}
_DIRECTIONS = {Disposition.LISTEN: Direction.IN, Disposition.CONNECT: Direction.OUT}


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


def build_policy(
    roles: Sequence[str],
    *,
    product: str = "lync_2013",
    ruleset: str = "documented",
    features: Iterable[str] = (),
    skip_rows: Iterable[str] = (),
    port_overrides: Mapping[str, Any] | None = None,
    configured_ports: Iterable[Mapping[str, Any]] = (),
    scope: str = "any",
    peers: Mapping[str, Any] | None = None,
    client_networks: Iterable[Any] | None = None,
    remote_addresses: Iterable[Any] = (),
    profiles: Iterable[str] = ("domain", "private", "public"),
    extra_rules: Iterable[Mapping[str, Any]] = (),
    client_program: str | None = None,
    client_media: Mapping[str, Any] | None = None,
    edge_addresses: Mapping[str, Any] | None = None,
) -> HostPolicy:
    """Work out what a host needs. The arguments are the modules' options of the same names.

    Args:
        roles: All Lync roles of the host.
        product: What runs on it.
        ruleset: ``documented`` or ``extended``.
        features: Opt-in features that are deployed.
        skip_rows: Ids of rows to leave out.
        port_overrides: Row id to the ports really configured.
        configured_ports: Listeners of the host as its topology has them; an override of the same row wins.
        scope: ``any``, or ``topology`` for rules that admit the row's peers only.
        peers: Addresses by peer, with ``scope: topology``.
        client_networks: Networks of the clients, with ``scope: topology``; None means any, an empty list nobody.
        remote_addresses: Scope of all managed rules; none means any.
        profiles: Profiles of all managed rules.
        extra_rules: Site rules.
        client_program: Program that the rules of a client are limited to.
        client_media: Settings of the media ports of a client.
        edge_addresses: Interface of an Edge Server to its addresses.

    Raises:
        OptionError: An option is wrong; the message names it and the remedy.
    """
    of = read_choice("product", product, _PRODUCTS)
    try:
        held = roles_of(roles, of, (Role.CLIENT,))
        check_roles(roles)
    except RoleError as error:
        raise OptionError("roles", str(error)) from error
    if not held:
        raise OptionError("roles", "name the host's Lync roles, all of them; state absent removes all managed rules")
    edge.check_alone(held)
    on = {read_choice("features", name, _FEATURES) for name in features}
    which = read_choice("ruleset", ruleset, _RULESETS)
    skip = _read_row_ids("skip_rows", skip_rows, which, of, catalogue.CONNECTING)
    scoping = read_scoping(scope, remote_addresses, peers or {}, client_networks)
    in_profiles = read_profiles("profiles", profiles)
    edge.check_profiles(held, in_profiles)
    possible = [row for row in catalogue.for_roles(held, which, of) if _direction(row)]
    applying = [row for row in possible if row.feature is None or row.feature in on]
    optional = [row for row in possible if row.interface and row not in applying]
    configuration = read_configuration(configured_ports, applying, optional)
    media = media_ports(client_media or {}) if Role.CLIENT in held else {}
    ports = {**configuration.ports, **media, **_read_overrides(port_overrides or {}, applying, skip, which, of)}
    # Of a row whose ports no page has, nothing is wanted before somebody says them.
    scopes = {row.id: scoping.of(row) for row in applying if row.id not in skip and (row.ports or ports.get(row.id))}
    at = edge.addresses_of(edge_addresses or {}, [row for row in applying if row.id in scopes])
    programs = (("", client_program),) if client_program and Role.CLIENT in held else ()
    if programs:
        check_program(str(client_program))
    asked = [
        Demand(
            row,
            _direction(row) or Direction.IN,
            ports.get(row.id, row.ports),
            scopes[row.id],
            programs=programs,
            local=at[row.interface] if row.interface else AddressSet.any(),
            product=of,
        )
        for row in applying
        if row.id in scopes
    ]
    edge.check_distinct((one.requirement, one.ports, one.local) for one in asked if one.requirement.interface)
    demands = [demand for demand in asked if not demand.for_nobody]
    check_media((demand.requirement, demand.ports) for demand in demands)
    needed = {demand.requirement.id for demand in demands}
    extras = read_extra_rules(extra_rules, in_profiles, scoping.fixed or AddressSet.any())
    rules, rows = _coalesce(demands, in_profiles)
    require_lines("port_overrides", rules)  # the table's own ports always fit
    for number, extra in enumerate(extras):
        parts = [one for end, rule in extra.parts for one in over_scope(extra.key + end, rule)]
        require_lines(f"extra_rules[{number}]", parts)
        rules += parts
    keys_by_row: dict[str, list[str]] = {}
    for key in sorted(rows):
        for row_id in rows[key]:
            keys_by_row.setdefault(row_id, []).append(key)
    return HostPolicy(
        rules=tuple(sorted(rules, key=lambda desired: desired.key)),
        demands=tuple(replace(demand, keys=tuple(keys_by_row.get(demand.requirement.id, ()))) for demand in demands),
        skipped=tuple(row.id for row in applying if row.id not in needed),
        rows=rows,
        profiles=in_profiles,
        configuration=configuration,
        nobody=tuple(demand for demand in asked if demand.for_nobody and demand.direction is Direction.IN),
        gone=tuple(extra.key for extra in extras),
        gone_parts=_gone_parts(extra for extra in extras if not extra.parts),
        product=of,
        unmapped=without_mapper(extras, rules),
        inside=at.get(Interface.INTERNAL, AddressSet()),
        outside=edge.outside(at),
        management=edge.management_of(edge_addresses or {}, at),
    )


def _gone_parts(extras: Iterable[ExtraRule]) -> tuple[str, ...]:
    """Keys of all rules of site rules that are to be absent, as far as that can be known without a host to look at."""
    found = set()
    for extra in extras:
        made = [desired for end, rule in extra.former for desired in over_scope(extra.key + end, rule)]
        found.update({extra.key, *(desired.key for desired in made)})
    return tuple(sorted(found))


def _coalesce(
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


def _direction(row: Requirement) -> Direction | None:
    """Which way the connection of a row is opened, seen from its host; None where its host has no Windows Firewall."""
    return _DIRECTIONS.get(row.disposition) or DIRECTIONS.get(row.id)


def _read_row_ids(
    option: str, ids: Iterable[str], ruleset: Ruleset, product: Product, also: Iterable[str] = ()
) -> frozenset[str]:
    """Ids of rows. Those of other products pass: one list may be for an estate of several."""
    extended = [row.id for row in catalogue.rows(Ruleset.EXTENDED, product)]
    known = [row.id for row in catalogue.rows(ruleset, product)]
    known += [row.id for row in catalogue.EVERY if row.id not in extended or product in row.in_doubt]
    known += also
    given = tuple(ids)
    for row_id in given:
        if row_id not in known:
            if row_id in extended:
                raise OptionError(option, f"row {row_id} belongs to the extended ruleset; set ruleset: extended")
            near = difflib.get_close_matches(str(row_id), known, 3, 0.8)
            meant = f"did you mean {', '.join(near)}?" if near else "the lookup lyncops.firewall.lync_ports shows them"
            raise OptionError(option, f"there is no row {row_id!r} in the catalogue; {meant}")
    return frozenset(given)


def _read_overrides(
    overrides: Mapping[str, Any],
    applying: Iterable[Requirement],
    skip: frozenset[str],
    ruleset: Ruleset,
    product: Product,
) -> dict[str, PortSet]:
    _read_row_ids("port_overrides", overrides, ruleset, product)
    has = [row.id for row in applying if row.id not in skip]
    for row_id in overrides:
        if row_id not in has:
            why = "is left out by skip_rows" if row_id in skip else "does not apply to this host's roles and features"
            if product not in (row := catalogue.by_id(row_id)).products and product not in row.in_doubt:
                why = f"is none of {ABOUT[product].name}"
            raise OptionError(f"port_overrides.{row_id}", f"the row {why}. The host has {', '.join(has)}")
    return {row_id: read_ports(f"port_overrides.{row_id}", value) for row_id, value in overrides.items()}
