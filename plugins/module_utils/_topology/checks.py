# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Consistency checks of a topology, whatever document it was read from."""

from __future__ import annotations

import ipaddress
import re

from .model import Cluster, Machine, Topology, TopologyError, shown

# A host's name becomes a variable of the host, an argument of connection programs and a part of patterns. Lync's names
# are plain ASCII: Topology Builder warns of all else.
_HOST_NAME = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]{0,252}[a-z0-9_])?", re.ASCII | re.IGNORECASE)


def check(topology: Topology) -> None:
    """Check that names are valid, that nothing is duplicated, and that every reference resolves.

    Args:
        topology: The topology.

    Raises:
        TopologyError: The first violation, in the order of the document.
    """
    if not topology.clusters:
        raise TopologyError("the topology is empty: it has no pools")
    _check_references(topology)
    _check_clusters(topology)
    _check_machines(topology)


def _check_references(topology: Topology) -> None:
    sites: set[str] = set()
    for site in topology.sites:
        if site.id in sites:
            raise TopologyError(f"there are two sites {shown(site.id)}", site.line)
        sites.add(site.id)
    for cluster in topology.clusters:
        if cluster.site not in sites:
            raise TopologyError(
                f"pool {shown(cluster.fqdn)} is in site {shown(cluster.site)}, which the topology does not have",
                cluster.line,
            )
    clusters = {cluster.id for cluster in topology.clusters}
    for service in topology.services:
        if service.cluster not in clusters:
            raise TopologyError(
                f"service {shown(service.role)} is installed on {shown(service.cluster)}, a pool that the topology "
                "does not have",
                service.line,
            )


def _check_clusters(topology: Topology) -> None:
    ids: set[str] = set()
    names: dict[str, Cluster] = {}
    for cluster in topology.clusters:
        _check_name(cluster.fqdn, "pool", cluster.line)
        if cluster.id in ids:
            raise TopologyError(f"there are two pools with the identity {shown(cluster.id)}", cluster.line)
        ids.add(cluster.id)
        twin = names.setdefault(cluster.fqdn.casefold(), cluster)
        if twin is not cluster:
            raise TopologyError(f"pool {shown(cluster.fqdn)} is there twice{_also(twin.line)}", cluster.line)


def _check_machines(topology: Topology) -> None:
    homes: dict[str, tuple[Cluster, Machine]] = {}
    for cluster, machine in topology.machines():
        _check_name(machine.fqdn, "machine", machine.line)
        home, twin = homes.setdefault(machine.fqdn.casefold(), (cluster, machine))
        if twin is machine:
            continue
        if home is cluster:
            raise TopologyError(
                f"host {shown(machine.fqdn)} is there twice in pool {shown(cluster.fqdn)}{_also(twin.line)}",
                machine.line,
            )
        # A computer that runs Lync belongs to one pool (Get-CsComputer has one Pool). SQL instances, file stores and
        # gateways are only names, and may well be one machine.
        if home.managed and cluster.managed:
            raise TopologyError(
                f"host {shown(machine.fqdn)} is there twice: in pool {shown(cluster.fqdn)} and in pool "
                f"{shown(home.fqdn)}{_also(twin.line)}",
                machine.line,
            )
    if not homes:
        raise TopologyError("the topology is empty: its pools have no machines")


def _check_name(name: str, what: str, line: int | None) -> None:
    if _HOST_NAME.fullmatch(name):
        return
    try:
        ipaddress.ip_address(name)  # A gateway may be known by its address only, also by one of IPv6.
    except ValueError:
        raise TopologyError(f"{shown(name)} cannot be the name of a {what}", line) from None


def _also(line: int | None) -> str:
    return "" if line is None else f", also in line {line}"
