# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The published topology, as ``(Get-CsTopology -AsXml).ToString()`` gives it and ``Publish-CsTopology`` takes it.

Root ``Topology``; ids are site and number. ``HasMirroringPort`` and ``MirroringPortNumber`` of a SQL instance are
inferred: no public document has a mirror.
"""

from __future__ import annotations

from .estate import Cluster, Estate, Service, ServiceKey
from .markup import Node, document, flag
from .parts import TOPOLOGY, domains, interfaces, ports_and_own, type_attribute


def write(estate: Estate, newline: str = "\n") -> bytes:
    """Return the document. newline: as in `markup.document`."""
    return document(topology(estate), newline)


def topology(estate: Estate) -> Node:
    """The root element, which an exported configuration holds too."""
    return Node(
        "Topology",
        (("Signature", "00000000-0000-0000-0000-000000000000"),),
        (
            domains(estate),
            Node(
                "Sites",
                children=tuple(
                    Node("CentralSite", (("SiteId", str(number)),), (Node("Name", text=name), Node("Location")))
                    for number, name in estate.sites
                ),
            ),
            Node("Clusters", children=tuple(_cluster(cluster) for cluster in estate.clusters)),
            Node(
                "SqlInstances",
                children=tuple(
                    Node(
                        "SqlInstance",
                        mirroring(instance.mirroring_port),
                        (_sql_instance_id(estate, instance.cluster, instance.name),),
                    )
                    for instance in estate.sql_instances
                ),
            ),
            Node("Services", children=tuple(_service(estate, service) for service in estate.services)),
        ),
        TOPOLOGY,
    )


def mirroring(port: int | None) -> tuple[tuple[str, str], ...]:
    """The attributes of an instance with a mirroring endpoint."""
    return () if port is None else (("HasMirroringPort", "true"), ("MirroringPortNumber", str(port)))


def _cluster_id(cluster: Cluster) -> Node:
    return Node("ClusterId", (("SiteId", str(cluster.site)), ("Number", str(cluster.number))))


def _cluster(cluster: Cluster) -> Node:
    machines = tuple(
        Node(
            "Machine",
            (
                ("OrdinalInCluster", str(ordinal)),
                ("Fqdn", machine.fqdn),
                *((("FaultDomain", machine.fqdn),) if cluster.managed and not cluster.is_one_machine else ()),
            ),
            interfaces(machine),
        )
        for ordinal, machine in enumerate(cluster.machines, 1)
    )
    return Node(
        "Cluster",
        (
            ("RequiresReplication", flag(cluster.replica)),
            ("RequiresSetup", flag(cluster.managed)),
            ("Fqdn", cluster.fqdn),
        ),
        (_cluster_id(cluster), *machines),
    )


def _sql_instance_id(estate: Estate, cluster: str, name: str) -> Node:
    return Node("SqlInstanceId", (("Name", name),), (_cluster_id(estate.cluster(cluster)),))


def _service_id(key: ServiceKey) -> Node:
    return Node("ServiceId", (("SiteId", str(key.site)), ("RoleName", key.role), ("Instance", str(key.instance))))


def _service(estate: Estate, service: Service) -> Node:
    place = (
        _cluster_id(estate.cluster(service.on))
        if service.sql is None
        else _sql_instance_id(estate, service.on, service.sql)
    )
    return Node(
        "Service",
        (
            ("RoleVersion", str(service.role_version)),
            ("ServiceVersion", str(service.version)),
            *type_attribute(service),
        ),
        (
            _service_id(service.key),
            Node(
                "DependsOn",
                children=tuple(
                    Node("Dependency", (("Usage", usage),), (_service_id(key),)) for key, usage in service.depends_on
                ),
            ),
            Node("InstalledOn", children=(place,)),
            *ports_and_own(service),
        ),
    )
