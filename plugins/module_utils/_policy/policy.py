# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The bridge from what Lync needs to what Windows should have: requirements of one host to desired rules.

The only place that knows both the catalogue and the firewall.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from .._catalogue import catalogue
from .._catalogue.model import Requirement
from .._catalogue.products import ABOUT, roles_of
from .._catalogue.role_names import RoleError
from .._catalogue.words import Disposition, Feature, Interface, Product, Role, Ruleset
from .._firewall.state.rule import Direction
from .._net.address_set import AddressSet
from .._net.port_set import PortSet
from .._options.reading import OptionError, read_choice, read_ports, read_profiles
from . import edge
from .clients import DIRECTIONS, check_media, check_program, check_roles, media_ports
from .coalescing import coalesce, over_scope, require_lines
from .configured import read_configuration
from .extra_rules import ExtraRule, read_extra_rules
from .host_policy import Demand, HostPolicy
from .rpc import without_mapper
from .scoping import read_scoping

_FEATURES = {feature.value: feature for feature in Feature}
_RULESETS = {ruleset.value: ruleset for ruleset in Ruleset}
_PRODUCTS = {product.value: product for product in Product}
_DIRECTIONS = {Disposition.LISTEN: Direction.IN, Disposition.CONNECT: Direction.OUT}


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
    rules, rows = coalesce(demands, in_profiles)
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
