# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Topology Builder's file (.tbxml): ids are GUIDs, a machine that is its own cluster has no name.

A file can hold two topologies. ``NewTopology`` is what the administrator sees and what will be published; the other is
what the file was read from. Its name here, ``OriginalTopology``, is inferred: public files have no second half.
"""

from __future__ import annotations

import uuid

from .estate import Cluster, Estate, Service, ServiceKey, SqlInstance
from .markup import Node, document, flag
from .parts import TOPOLOGY, domains, interfaces, ports_and_own, type_attribute
from .published import mirroring

BUILDER = "urn:schema:Microsoft.Rtc.Management.Deploy.TopologyBuilder.2008"
WRITABLE = "urn:schema:Microsoft.Rtc.Management.Deploy.WritableTopology.2008"
SIMPLE_URL = "urn:schema:Microsoft.Rtc.Management.Settings.SimpleUrl.2008"

_NAMES = uuid.UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")  # RFC 4122's for URLs: ids must not change from run to run.


def write(estate: Estate, original: Estate | None = None, newline: str = "\n") -> bytes:
    """Return the file. original: the other half; None for a file that has only a ``NewTopology``."""
    changed = original is not None and original != estate
    halves = [Node("NewTopology", children=(_partial(estate, published=False),))]
    if original is not None:
        halves.insert(0, Node("OriginalTopology", children=(_partial(original, published=True),)))
    root = Node(
        "TopologyBuilder",
        (("IsFreeFromChanges", flag(not changed)), ("FileName", f"C:\\Topology\\{estate.name}.tbxml")),
        tuple(halves),
        BUILDER,
    )
    return document(root, newline)


def _id(*words: object) -> str:
    return str(uuid.uuid5(_NAMES, "/".join(str(word) for word in words)))


def _cluster_id(fqdn: str) -> str:
    return _id("cluster", fqdn)


def _sql_id(cluster: str, name: str) -> str:
    return _id("sql", cluster, name)


def _service_id(key: ServiceKey) -> str:
    return _id("service", key.site, key.role, key.instance)


def _partial(estate: Estate, *, published: bool) -> Node:
    urls = Node(
        "SimpleUrlConfiguration",
        (("UseBackendDatabase", "false"),),
        tuple(
            Node(
                "SimpleUrl",
                (("Component", word), ("Domain", domain), ("ActiveUrl", f"https://{word.lower()}.{domain}")),
            )
            for domain in estate.domains
            for word in ("Dialin", "Meet")
        ),
        SIMPLE_URL,
    )
    sites = tuple(
        Node(
            "CentralSite",
            (("SiteId", str(number)),),
            (
                Node("Name", namespace=TOPOLOGY, text=name),
                Node("Location", namespace=TOPOLOGY),
                Node(
                    "Clusters",
                    children=tuple(
                        _cluster(cluster, [item for item in estate.sql_instances if item.cluster == cluster.fqdn])
                        for cluster in estate.clusters
                        if cluster.site == number
                    ),
                ),
                Node("RemoteSites"),
            ),
        )
        for number, name in estate.sites
    )
    return Node(
        "PartialTopology",
        (("IsPublished", flag(published)), ("Signature", "00000000-0000-0000-0000-000000000000")),
        (
            domains(estate, TOPOLOGY),
            urls,
            Node("CentralSites", children=sites),
            Node("Services", children=tuple(_service(service) for service in estate.services)),
        ),
        WRITABLE,
    )


def _cluster(cluster: Cluster, instances: list[SqlInstance]) -> Node:
    machines = tuple(
        Node("Machine", () if cluster.is_one_machine else (("Fqdn", machine.fqdn),), interfaces(machine, TOPOLOGY))
        for machine in cluster.machines
    )
    return Node(
        "Cluster",
        (
            ("IsSingleMachineOnly", flag(cluster.is_one_machine)),
            ("UniqueId", _cluster_id(cluster.fqdn)),
            ("RequiresReplication", flag(cluster.replica)),
            ("RequiresSetup", flag(cluster.managed)),
            ("Fqdn", cluster.fqdn),
        ),
        (
            Node("Machines", children=machines),
            Node(
                "SqlInstances",
                children=tuple(
                    Node(
                        "SqlInstance",
                        (
                            ("UniqueId", _sql_id(item.cluster, item.name)),
                            ("Name", item.name),
                            *mirroring(item.mirroring_port),
                        ),
                    )
                    for item in instances
                ),
            ),
        ),
    )


def _service(service: Service) -> Node:
    place = _cluster_id(service.on) if service.sql is None else _sql_id(service.on, service.sql)
    needs = tuple(
        Node("Dependency", (("ServiceUniqueId", _service_id(key)), ("Usage", usage)))
        for key, usage in service.depends_on
    )
    return Node(
        "Service",
        (
            ("UniqueId", _service_id(service.key)),
            ("RoleName", service.key.role),
            ("RoleVersion", str(service.role_version)),
            ("InstalledOn", place),
            ("ServiceVersion", str(service.version)),
            *type_attribute(service),
        ),
        (Node("DependsOn", children=needs), *ports_and_own(service)),
    )
