# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The published topology: what ``Get-CsTopology -AsXml`` prints and a configuration export holds."""

from __future__ import annotations

from . import elements
from .model import Cluster, Topology, TopologyError, TopologyService, shown
from .xml_tree import Element

ROOT = (elements.TOPOLOGY, "Topology")


def read(tree: Element) -> Topology:
    """Read a ``Topology`` element.

    Raises:
        TopologyError: An element lacks a required attribute, or has an invalid one.
    """
    instances = _sql_instances(tree)
    clusters = tuple(_cluster(item, frozenset(instances)) for item in tree.find_all("Clusters", "Cluster"))
    known = {cluster.id for cluster in clusters}
    for cluster, line in instances.items():
        if cluster not in known:
            raise TopologyError(
                f"an instance of SQL Server is on {shown(cluster)}, a pool that the topology does not have", line
            )
    return Topology(
        sites=tuple(elements.site(item) for item in _sites(tree)),
        clusters=clusters,
        services=tuple(_service(item) for item in tree.find_all("Services", "Service")),
    )


def _sites(tree: Element) -> list[Element]:
    # No public sample has a branch; Topology Builder nests branches in their central site. Both places are read.
    return [
        item
        for sites in tree.find_all("Sites")
        for item in sites.descendants()
        if item.name in ("CentralSite", "RemoteSite") or (item.name.endswith("Site") and item.get("SiteId"))
    ]


def _sql_instances(tree: Element) -> dict[str, int]:
    """The ids of the clusters with an instance of SQL Server, each with its line."""
    return {
        _cluster_id(item): item.line
        for item in tree.find_all("SqlInstances", "SqlInstance", "SqlInstanceId", "ClusterId")
    }


def _cluster(element: Element, sql: frozenset[str]) -> Cluster:
    fqdn = element.required("Fqdn")
    identity = element.find("ClusterId")
    if identity is None:
        raise TopologyError("<Cluster> has no <ClusterId>", element.line)
    return Cluster(
        id=_cluster_id(identity),
        fqdn=fqdn,
        site=identity.required("SiteId"),
        machines=elements.machines(list(element.find_all("Machine")), fqdn),
        managed=bool(element.flag("RequiresSetup")),
        sql=_cluster_id(identity) in sql,
        line=element.line,
    )


def _service(element: Element) -> TopologyService:
    identity = element.find("ServiceId")
    if identity is None:
        raise TopologyError("<Service> has no <ServiceId>", element.line)
    directly = element.find("InstalledOn", "ClusterId")
    on_sql = element.find("InstalledOn", "SqlInstanceId", "ClusterId")
    cluster = directly or on_sql
    if cluster is None:
        raise TopologyError(
            f"<Service> {_service_id(identity)} is installed nowhere: no <ClusterId> in <InstalledOn>", element.line
        )
    return TopologyService(
        id=_service_id(identity),
        role=identity.required("RoleName"),
        cluster=_cluster_id(cluster),
        version=elements.version(element),
        ports=elements.ports(element),
        director=elements.is_director(element),
        active=elements.is_active(element),
        on_sql=directly is None,
        depends_on=tuple(_service_id(item) for item in element.find_all("DependsOn", "Dependency", "ServiceId")),
        line=element.line,
    )


def _cluster_id(element: Element) -> str:
    return f"{element.required('SiteId')}:{element.required('Number')}"


def _service_id(element: Element) -> str:
    return f"{element.required('SiteId')}-{element.required('RoleName')}-{element.required('Instance')}"
