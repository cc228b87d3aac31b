# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A topology as hosts, groups and variables: pure, without Ansible's classes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from .._catalogue.model import EVERY_PRODUCT, Product
from .._catalogue.products import ABOUT, farm_of, of_version
from . import roles
from .edge import edge_addresses, side_warnings
from .model import Cluster, Machine, Port, Topology, TopologyError, TopologyService, shown
from .pairing import paired_pools
from .roles import Part

LYNC_2013 = ABOUT[Product.LYNC_2013].version
"""The service version without a group of its own. Version 5 is Lync Server 2010; the others are in `ABOUT`."""

PARENT = "lync"
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


@dataclass(frozen=True, slots=True)
class _Pool:
    """What the machines of a cluster have in common."""

    cluster: Cluster
    site: str
    parts: tuple[Part, ...]
    unknown: tuple[str, ...]
    features: list[str]
    ports: list[dict[str, Any]]
    version: int | None
    paired: list[str]
    services: tuple[TopologyService, ...]
    product: Product | None

    @property
    def rank(self) -> int:
        """Order of a host's pools: the lowest is its main one."""
        order = list(Part)
        return order.index(self.parts[0]) if self.parts else len(order)


def build(topology: Topology, product: str | None = None) -> Inventory:
    """Make hosts, groups and variables from a topology that passed `checks.check`.

    Args:
        topology: The topology.
        product: Value of the `Product` that a person says it is of; None leaves it to the services' versions.

    Raises:
        TopologyError: A pool's services are of another product than a person says; the message names both.
    """
    pools, warnings = _pools(topology, Product(product) if product else None)
    homes: dict[str, list[tuple[_Pool, Machine]]] = {}
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


def _pools(topology: Topology, product: Product | None) -> tuple[list[_Pool], list[str]]:
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
            farm=Part(farm_of(_product(_newest(installed[cluster.id]), product) or Product.LYNC_2013).value),
        )
        for cluster in topology.clusters
    }
    pairs = paired_pools(topology, parts)
    versions = {cluster.id: _version(installed[cluster.id], parts[cluster.id]) for cluster in topology.clusters}
    pools = [
        _Pool(
            cluster=cluster,
            site=sites[cluster.site].name,
            parts=parts[cluster.id],
            unknown=tuple(dict.fromkeys(item.role for item in installed[cluster.id] if not roles.is_known(item))),
            features=_features(installed[cluster.id]),
            ports=_port_dicts(installed[cluster.id], cluster),
            version=versions[cluster.id],
            paired=pairs.get(cluster.id, []),
            services=tuple(installed[cluster.id]),
            product=_product(versions[cluster.id], product),
        )
        for cluster in topology.clusters
    ]
    if product is not None:
        _check_product(product, pools)
    return pools, [
        *warnings,
        *roles.unknown_warnings(topology.services),
        *_protocol_warnings(topology.services),
        *_version_warnings(pools),
        *_mixed_warnings(pools, installed),
        *_lacking_warnings(pools),
        *side_warnings(
            (machine for pool in pools if Part.EDGE in pool.parts for machine in pool.cluster.machines),
            (machine for cluster in topology.clusters for machine in cluster.machines),
        ),
        *(f"pool {shown(cluster.fqdn)} has no machines" for cluster in topology.clusters if not cluster.machines),
    ]


def _variables(pools: list[_Pool], machines: list[Machine]) -> Variables:
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


def _groups_of(pools: list[_Pool], variables: Variables) -> Iterable[str]:
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


def _pool_group(pool: _Pool) -> str:
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


def _features(services: list[TopologyService]) -> list[str]:
    """The opt-in features that the topology shows as deployed.

    Remote call control needs SIP over plain TCP (5060 by default). No topology has that port unless somebody has set
    ``SipServerTcpPort``.
    """
    plain = any(
        port.protocol.casefold() == "tcp" and port.usage.startswith("Sip")
        for service in services
        if service.role in (roles.REGISTRAR, roles.USER_SERVICES)
        for port in service.ports
    )
    return ["remote_call_control"] if plain else []


def _port_dicts(services: list[TopologyService], cluster: Cluster) -> list[dict[str, Any]]:
    distinct: dict[tuple[str, Port], None] = {}
    for service in services:
        for port in service.ports:
            if port.transports:  # The modules would refuse a port of an unknown protocol.
                distinct[service.role, port] = None
    return [
        {
            "service": role,
            "owner": port.owner,
            "usage": port.usage,
            "side": port.side.casefold(),
            "protocol": port.protocol,
            "transports": list(port.transports),
            "ports": port.ports,
            "pool": cluster.fqdn,
        }
        for role, port in sorted(distinct, key=_port_order)
    ]


def _port_order(item: tuple[str, Port]) -> tuple[object, ...]:
    role, port = item
    return (port.first, port.last, role, port.owner, port.usage, port.side, port.protocol)


def _version(services: list[TopologyService], parts: tuple[Part, ...]) -> int | None:
    """The version of the service that determines the machines' main part."""
    main = parts[0] if parts else None
    by_weight = sorted(services, key=lambda service: roles.part_of(service) is not main)
    if main in (Part.FRONT_END, Part.DIRECTOR, Part.BRANCH_APPLIANCE):
        by_weight = sorted(services, key=lambda service: service.role not in (roles.REGISTRAR, roles.USER_SERVICES))
    if main is Part.CENTRAL_MANAGEMENT:
        by_weight = sorted(services, key=lambda service: service.role != roles.CENTRAL_MGMT)
    return next((service.version for service in by_weight if service.version is not None), None)


def _version_warnings(pools: list[_Pool]) -> list[str]:
    """One sentence for each version of managed pools that no port table is about."""
    found: dict[int, list[str]] = {}
    for pool in pools:
        if pool.version is not None and not of_version(pool.version) and _lync_parts(pool):
            found.setdefault(pool.version or 0, []).append(pool.cluster.fqdn)
    return [
        f"{len(names)} pool{'s have' if len(names) > 1 else ' has'} services of version {version}, beginning with "
        f"{shown(names[0])}; the port tables are about {_all_products()}"
        for version, names in sorted(found.items())
    ]


def _all_products() -> str:
    return ", ".join(f"{ABOUT[product].name} (version {ABOUT[product].version})" for product in EVERY_PRODUCT)


def _lync_parts(pool: _Pool) -> set[Part]:
    """Managed parts that run the product, unlike a viewer farm, which is one of its own."""
    return set(pool.parts) & set(roles.MANAGED) - {Part.OFFICE_WEB_APPS, Part.OFFICE_ONLINE}


def _newest(services: Iterable[TopologyService]) -> int | None:
    return max((service.version for service in services if service.version is not None), default=None)


def _product(version: int | None, said: Product | None) -> Product | None:
    """The product of a version; of two that have the same, the one that is said, and else the older."""
    found = of_version(version) if version is not None else ()
    if version is None or said in found:
        return said
    return found[0] if found else None


def _check_product(said: Product, pools: Iterable[_Pool]) -> None:
    for pool in pools:
        if _lync_parts(pool) and pool.version is not None and pool.version != ABOUT[said].version:
            found = " or ".join(ABOUT[product].name for product in of_version(pool.version)) or "none that is known"
            raise TopologyError(
                f"product is {said} ({ABOUT[said].name}), whose services have version {ABOUT[said].version}, and "
                f"pool {shown(pool.cluster.fqdn)} has services of version {pool.version}, which is {found}. Correct "
                "product; where an estate has several, leave it out, and say lync_firewall_product for the hosts of a "
                f"group such as {_group_of(pool.version)}",
                pool.cluster.line,
            )


def _group_of(version: int) -> str:
    """A group of the hosts of a version, where no product is said."""
    known = of_version(version)
    return f"{PARENT}_product_{known[0].value}" if known else f"{PARENT}_version_{version}"


def _lacking_warnings(pools: Iterable[_Pool]) -> list[str]:
    """One sentence for each pool that is what its product has not: the role will refuse it."""
    return [
        f"pool {shown(pool.cluster.fqdn)} has the part {part.value}, which {ABOUT[pool.product].name} does not have. "
        "Correct the versions of its services, or say lync_firewall_product for its hosts"
        for pool in pools
        for part in pool.parts
        if pool.product and part.value in {role.value for role in ABOUT[pool.product].lacks}
    ]


def _mixed_warnings(pools: Iterable[_Pool], installed: dict[str, list[TopologyService]]) -> list[str]:
    """One sentence for each managed pool whose services are of several versions."""
    found = []
    for pool in pools:
        versions = sorted({service.version for service in installed[pool.cluster.id] if service.version is not None})
        if len(versions) > 1 and pool.product and _lync_parts(pool):
            found.append(
                f"pool {shown(pool.cluster.fqdn)} has services of versions {' and '.join(map(str, versions))}; its "
                f"hosts are taken for those of version {pool.version}, of its main service"
            )
    return found


def _protocol_warnings(services: Iterable[TopologyService]) -> list[str]:
    unknown = sorted({port.protocol for service in services for port in service.ports if not port.transports})
    return [
        f"protocol {shown(protocol)} of a port is not known; lync_ports leaves such ports out" for protocol in unknown
    ]
