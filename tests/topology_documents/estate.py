# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The words that describe an estate: sites, clusters, machines, SQL instances, services and their ports.

They follow the published topology document (namespace ``urn:schema:Microsoft.Rtc.Management.Deploy.Topology.2008``),
whose shape is known from public Skype for Business deployments.
"""

from __future__ import annotations

from dataclasses import dataclass, field

BOUND_TO_ALL = "0.0.0.0"
"""What Topology Builder writes for "use all configured IP addresses"."""

LYNC_2013 = 6
"""ServiceVersion of Lync Server 2013: 7 and 8 are Skype for Business 2015 and 2019; 6 is extrapolated, and is what
public scripts compare ``Get-CsService``'s Version with."""


@dataclass(frozen=True)
class Interface:
    """One address of a machine.

    side: Primary, External, Internal or Pstn. number: which interface of that side, from 1. address: what the host
    itself has, IPv4 or IPv6. configured: the public address in front of it, where a router translates.
    """

    side: str
    address: str
    number: int = 1
    configured: str | None = None


@dataclass(frozen=True)
class Machine:
    """A computer and its addresses, which may be unknown to the topology (SQL, file store)."""

    fqdn: str
    interfaces: tuple[Interface, ...] = ()


@dataclass(frozen=True)
class Cluster:
    """A pool: machines that run the same services.

    number: unique in its site. managed: Lync sets it up (RequiresSetup). replica: it holds a replica of the Central
    Management store (RequiresReplication). A cluster that *is* one machine has that machine's name.
    """

    site: int
    number: int
    fqdn: str
    machines: tuple[Machine, ...]
    managed: bool = True
    replica: bool = True

    @property
    def is_one_machine(self) -> bool:
        """Not "has one machine": an Enterprise pool of one keeps a name of its own."""
        return len(self.machines) == 1 and self.machines[0].fqdn == self.fqdn


@dataclass(frozen=True)
class SqlInstance:
    """A SQL Server instance; name is empty for the default one. mirroring_port: TCP, of the mirroring endpoint."""

    cluster: str
    name: str = ""
    mirroring_port: int | None = None


@dataclass(frozen=True)
class Port:
    """A listener: first port, how many (None: the document has no Range), and the protocol's word.

    protocol: Mtls, Tls, Tcp, Udp, TcpOrUdp, Http or Https. configured: the port a load balancer or reverse proxy
    shows instead. interface: which interface of the side.
    """

    owner: str
    usage: str
    number: int
    protocol: str = "Mtls"
    side: str = "Primary"
    count: int | None = None
    interface: int = 1
    configured: int | None = None
    url_path: str = "/"
    gruu: str | None = None

    @property
    def last(self) -> int:
        """Range is a count, so the last port is one less than it seems."""
        return self.number + (self.count or 1) - 1


@dataclass(frozen=True)
class ServiceKey:
    """What the document calls a ServiceId."""

    site: int
    role: str
    instance: int


@dataclass(frozen=True)
class Service:
    """A role that is installed on a cluster, or on one of its SQL instances.

    on: the cluster's FQDN. sql: the instance's name, None if the role is not a database. depends_on: the services it
    uses, with the usage's word. attributes: what the document says in an element of the role's own (`ATTRIBUTES`).
    """

    key: ServiceKey
    on: str
    ports: tuple[Port, ...] = ()
    sql: str | None = None
    depends_on: tuple[tuple[ServiceKey, str], ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()
    version: int = LYNC_2013
    role_version: int = 1

    def attribute(self, name: str) -> str | None:
        """The value of an attribute, None if the role says nothing about it."""
        return dict(self.attributes).get(name)


@dataclass(frozen=True)
class Estate:
    """Everything that one topology document describes. sites: number and name of each central site."""

    name: str
    domains: tuple[str, ...]
    sites: tuple[tuple[int, str], ...]
    clusters: tuple[Cluster, ...]
    sql_instances: tuple[SqlInstance, ...]
    services: tuple[Service, ...]
    failover: tuple[tuple[str, str], ...] = field(default=())

    def cluster(self, fqdn: str) -> Cluster:
        """The cluster of that name. Raises KeyError."""
        for cluster in self.clusters:
            if cluster.fqdn == fqdn:
                return cluster
        raise KeyError(fqdn)
