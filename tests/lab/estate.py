# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo estate: which simulated hosts there are, what listens on each, and with which policy they start."""

from __future__ import annotations

from dataclasses import replace

from lab.bystanders import bystander_listeners
from lab.edge import EdgeAddresses, edge_listeners
from lab.estate_options import (
    DOMAIN,
    EDGE_USER,
    GROUP_POLICIES,
    LOGINS,
    LYNC_RULES,
    NETWORK,
    PASSWORD,
    USER,
    EstateError,
    EstateOptions,
    checked,
    pattern,
)
from lab.host_spec import HostSpec
from lab.roles import CLIENT, EDGE, listeners, programs
from lab.starting_policy import WINDOWS
from lab.starting_registry import apply_group_policy, installed, starting_registry
from lab.windows.policy import Listener
from lab.windows.registry import Registry
from lab.windows.winrm_listeners import listen_inside
from lab.windows.wmi import PSTN, Interface

__all__ = [
    "EDGE_USER",
    "GROUP_POLICIES",
    "LOGINS",
    "LYNC_RULES",
    "NETWORK",
    "PASSWORD",
    "USER",
    "EstateError",
    "EstateOptions",
    "apply_group_policy",
    "build_estate",
    "edge_addresses",
    "host_address",
    "starting_registry",
]

FIRST_PLACE = 11
HOSTS_PER_BLOCK = 200
_INSIDE, _OUTSIDE_BLOCK = 17, 200
"""Of an Edge Server: length of the internal subnet's prefix, and the third number of its external addresses."""


def build_estate(options: EstateOptions) -> tuple[HostSpec, ...]:
    """The hosts. Raises EstateError when the options make no sense."""
    network = checked(options)
    quirks = replace(options.quirks, refuse_unencrypted=options.quirks.refuse_unencrypted or options.login != "basic")
    release = WINDOWS[options.release]
    registries: dict[tuple[str, ...], Registry] = {}
    specs = []
    numbers: dict[str, int] = {}
    for index in range(options.hosts + options.clients + options.edges):
        prefix, groups = _kind(options, index)
        if index >= len(pattern(options.runs)):  # there is one Central Management store in an organisation
            groups = tuple(group for group in groups if group != "lync_central_management")
        numbers[prefix] = numbers.get(prefix, 0) + 1
        name = f"{prefix}{numbers[prefix]:02d}"
        if groups not in registries:
            registries[groups] = starting_registry(options, groups)
        address = host_address(options.network, index)
        registry = registries[groups]
        edge = edge_addresses(options, index) if EDGE in groups else None
        heard = _heard(options, address, groups, edge)
        if edge is not None:
            registry = registry.copy()
            listen_inside(registry, address)
        interfaces = _interfaces(options, groups, edge)
        specs.append(
            HostSpec(
                name=f"{name}.{DOMAIN}",
                address=address,
                groups=groups,
                registry=registry,
                listeners=(heard if options.services else ())
                + bystander_listeners(
                    (address, *(edge.external if edge else ())), options.bystander_names(), options.runs
                ),
                role_listeners=heard,
                services=tuple(service.name for service in installed(options, groups)),
                quirks=quirks if edge is None else replace(quirks, profile=_at_edge(quirks.profile)),
                schema_version=release.schema,
                version=release.version,
                network=network if edge is None else replace(network, local_subnet=_inside(options.network)),
                winrm_port=options.winrm_port,
                https=options.https,
                interfaces=interfaces,
                programs=programs(groups),
                product=options.product,
                edge=edge,
                account=EDGE_USER if edge else "",
                in_domain=edge is None,
            )
        )
    if not options.names:
        return tuple(specs)
    chosen = {name.partition(".")[0] for name in options.names}
    unknown = chosen - {spec.name.partition(".")[0] for spec in specs}
    if unknown:
        raise EstateError(f"no such host in this estate: {', '.join(sorted(unknown))}")
    return tuple(spec for spec in specs if spec.name.partition(".")[0] in chosen)


def _kind(options: EstateOptions, index: int) -> tuple[str, tuple[str, ...]]:
    """Prefix of the name, and groups, of the host at a place in the estate: servers, clients, Edge Servers."""
    if index < options.hosts:
        kinds = pattern(options.runs)
        return kinds[index % len(kinds)]
    return ("pc", (CLIENT,)) if index < options.hosts + options.clients else ("edge", (EDGE,))


def _inside(network: str) -> str:
    return f"{network}.0.0/{_INSIDE}"


def _at_edge(profile: str) -> str:
    """The profile of the internal network: that of a domain is for members of one only."""
    return "Private" if profile == "Domain" else profile


def edge_addresses(options: EstateOptions, index: int) -> EdgeAddresses:
    """The addresses of the Edge Server at a place in the estate."""
    first = FIRST_PLACE + 4 * (index - options.hosts - options.clients)
    outside = [f"{options.network}.{_OUTSIDE_BLOCK}.{first + place}" for place in range(options.edge_addresses)]
    access, conferencing, media = outside if len(outside) == 3 else outside * 3
    return EdgeAddresses(host_address(options.network, index), access, conferencing, media)


def _heard(
    options: EstateOptions, address: str, groups: tuple[str, ...], edge: EdgeAddresses | None
) -> tuple[Listener, ...]:
    if edge is not None:
        return tuple(listener for _unused, listener in edge_listeners(edge, options.runs))
    return listeners(address, groups, options.runs, director_web=options.director_web, extended=options.extended)


def _interfaces(options: EstateOptions, groups: tuple[str, ...], edge: EdgeAddresses | None) -> tuple[Interface, ...]:
    if edge is not None:
        first, *further = edge.external
        outside = Interface("External", 14, "Public", "Network 2", address=first, further=tuple(further))
        return Interface("Internal", network="Network"), outside
    return (Interface(), PSTN) if options.dual_homed and groups == ("lync_mediation",) else (Interface(),)


def host_address(network: str, index: int) -> str:
    """The loopback address of the host at a place in the estate, from 0."""
    block, place = divmod(index, HOSTS_PER_BLOCK)
    return f"{network}.{block}.{FIRST_PLACE + place}"
