# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A topology as hosts, groups and variables: pure, without Ansible's classes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from .._catalogue.products import ABOUT, farm_of
from .._catalogue.words import Product
from . import roles
from .edge import edge_addresses, side_warnings
from .model import Machine, Topology, TopologyService, shown
from .pairing import paired_pools
from .pools import PARENT, Pool, features_of, newest_of, port_dicts, product_of, version_of
from .roles import Part
from .version_checks import check_product, lacking_warnings, mixed_warnings, version_warnings

LYNC_2013 = ABOUT[Product.LYNC_2013].version
"""The service version without a group of its own. Version 5 is Lync Server 2010; the others are in `ABOUT`."""

_INWARD = ("primary", "internal")

Variables = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Inventory:
    """The inventory made from a topology.

    Attributes:
        hosts: Host name to its variables. Values are str, int, list and dict only; hosts of one pool share them.
        groups: Group name to its hosts. Names may hold characters that Ansible does not allow, such as dots.
        children: Group name to the groups in it.
        warnings: Warnings for the user; sentences.
    """

    hosts: dict[str, Variables]
    groups: dict[str, tuple[str, ...]]
    children: dict[str, tuple[str, ...]]
    warnings: tuple[str, ...]


def build(topology: Topology, product: str | None = None) -> Inventory:
    """Make hosts, groups and variables from a topology that passed `checks.check`.

    Args:
        topology: The topology.
        product: Value of the `Product` that a person says it is of; None leaves it to the services' versions.

    Raises:
        TopologyError: A pool's services are of another product than a person says; the message names both.
    """
    pools, warnings = _pools(topology, Product(product) if product else None)
    homes: dict[str, list[tuple[Pool, Machine]]] = {}
    for pool in pools:
        for machine in pool.cluster.machines:
            homes.setdefault(machine.fqdn.casefold(), []).append((pool, machine))
    hosts: dict[str, Variables] = {}
    groups: dict[str, dict[str, None]] = {}
    # Always present: an empty group means that there are no such hosts, a missing one that they are not known.
    for part in Part:
        groups[f"{PARENT}_{part.value}"] = {}
    for pool in pools:
        groups[_pool_group(pool)] = {}
    for site in topology.sites:
        groups.setdefault(_site_group(site.name), {})
    for places in homes.values():
        # The first spelling of a name is the host's.
        name = places[0][1].fqdn
        ranked = sorted(places, key=lambda place: place[0].rank)
        hosts[name] = _variables([pool for pool, _machine in ranked], [machine for _pool, machine in ranked])
        for group in _groups_of([pool for pool, _machine in ranked], hosts[name]):
            groups.setdefault(group, {})[name] = None
    return Inventory(
        hosts=hosts,
        groups={group: tuple(members) for group, members in groups.items()},
        children={PARENT: tuple(f"{PARENT}_{part.value}" for part in roles.MANAGED)},
        warnings=(*topology.warnings, *warnings),
    )


def _pools(topology: Topology, product: Product | None) -> tuple[list[Pool], list[str]]:
    installed: dict[str, list[TopologyService]] = {cluster.id: [] for cluster in topology.clusters}
    for service in topology.services:
        installed[service.cluster].append(service)
    sites = {site.id: site for site in topology.sites}
    active, warnings = roles.active_management(topology.services)
    parts = {
        cluster.id: roles.parts(
            installed[cluster.id],
            sql=cluster.sql,
            branch=sites[cluster.site].branch,
            active_management=active,
            farm=Part(farm_of(product_of(newest_of(installed[cluster.id]), product) or Product.LYNC_2013).value),
        )
        for cluster in topology.clusters
    }
    pairs = paired_pools(topology, parts)
    versions = {cluster.id: version_of(installed[cluster.id], parts[cluster.id]) for cluster in topology.clusters}
    pools = [
        Pool(
            cluster=cluster,
            site=sites[cluster.site].name,
            parts=parts[cluster.id],
            unknown=tuple(dict.fromkeys(item.role for item in installed[cluster.id] if not roles.is_known(item))),
            features=features_of(installed[cluster.id]),
            ports=port_dicts(installed[cluster.id], cluster),
            version=versions[cluster.id],
            paired=pairs.get(cluster.id, []),
            services=tuple(installed[cluster.id]),
            product=product_of(versions[cluster.id], product),
        )
        for cluster in topology.clusters
    ]
    if product is not None:
        check_product(product, pools)
    return pools, [
        *warnings,
        *roles.unknown_warnings(topology.services),
        *_protocol_warnings(topology.services),
        *version_warnings(pools),
        *mixed_warnings(pools, installed),
        *lacking_warnings(pools),
        *side_warnings(
            (machine for pool in pools if Part.EDGE in pool.parts for machine in pool.cluster.machines),
            (machine for cluster in topology.clusters for machine in cluster.machines),
        ),
        *(f"pool {shown(cluster.fqdn)} has no machines" for cluster in topology.clusters if not cluster.machines),
    ]


def _variables(pools: list[Pool], machines: list[Machine]) -> Variables:
    main = pools[0]
    held = {part for pool in pools for part in pool.parts}
    variables: Variables = {
        "lync_pool": main.cluster.fqdn,
        "lync_pools": [pool.cluster.fqdn for pool in pools],
        "lync_site": main.site,
        "lync_roles": [part.value for part in roles.MANAGED if part in held],
        "lync_features": _together([pool.features for pool in pools]),
        "lync_addresses": _addresses(machines),
        "lync_addresses_by_side": _outward(machines),
        "lync_ports": _together([pool.ports for pool in pools]),
        "lync_paired_pools": _together([pool.paired for pool in pools]),
    }
    if main.version is not None:
        variables["lync_version"] = main.version
    if edge := edge_addresses([service for pool in pools for service in pool.services], machines):
        variables["lync_edge_addresses"] = edge
    if main.product is not None:
        variables["lync_product"] = main.product.value
    return variables


def _groups_of(pools: list[Pool], variables: Variables) -> Iterable[str]:
    for pool in pools:
        yield from (f"{PARENT}_{part.value}" for part in pool.parts)
        yield from (f"{PARENT}_role_{role}" for role in pool.unknown)
        yield _pool_group(pool)
        yield _site_group(pool.site)
    version = variables.get("lync_version", LYNC_2013)
    if version != LYNC_2013:
        yield f"{PARENT}_version_{version}"
    if variables["lync_roles"] and "lync_product" in variables:
        yield f"{PARENT}_product_{variables['lync_product']}"


def _pool_group(pool: Pool) -> str:
    return f"{PARENT}_pool_{pool.cluster.fqdn}"


def _site_group(site: str) -> str:
    return f"{PARENT}_site_{site}"


def _together(lists: list[list[Any]]) -> list[Any]:
    """The lists one after the other, each item once; the very same list if there is only one."""
    if len(lists) == 1:
        return lists[0]
    found: list[Any] = []
    for items in lists:
        found += [item for item in items if item not in found]
    return found


def _addresses(machines: list[Machine]) -> list[str]:
    """Addresses on the primary and internal side."""
    return list(
        dict.fromkeys(
            interface.address
            for side in _INWARD
            for machine in machines
            for interface in machine.interfaces
            if interface.side.casefold() == side
        )
    )


def _outward(machines: list[Machine]) -> dict[str, list[str]]:
    """Addresses on the other sides. They are kept apart: no rule between servers may admit the Internet side."""
    found: dict[str, list[str]] = {}
    for machine in machines:
        for interface in machine.interfaces:
            side = interface.side.casefold()
            if side not in _INWARD and interface.address not in found.setdefault(side, []):
                found[side].append(interface.address)
    return {side: found[side] for side in sorted(found)}


def _protocol_warnings(services: Iterable[TopologyService]) -> list[str]:
    unknown = sorted({port.protocol for service in services for port in service.ports if not port.transports})
    return [
        f"protocol {shown(protocol)} of a port is not known; lync_ports leaves such ports out" for protocol in unknown
    ]
