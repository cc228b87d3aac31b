# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The model of a Lync topology: sites, clusters of machines, services and the ports they listen on.

All readers of topology documents produce it. Microsoft publishes no schema of the documents; their layouts were taken
from public samples of Skype for Business 2015 and 2019, whose namespaces (``...2008``) are those of Lync Server.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .._texts import printable

LONGEST_SHOWN = 100
"""Characters of a document that a message quotes at most."""


class TopologyError(ValueError):
    """A document is not a topology, or contradicts itself; the message says where and how.

    Attributes:
        message: What is wrong, without the place.
        line: The line of the file, from 1, or None if the format has none.
        file: The file, where it is known.
    """

    def __init__(self, message: str, line: int | None = None, file: str | None = None) -> None:
        message = printable(message)
        super().__init__(message)
        self.message = message
        self.line = line
        self.file = file

    def __str__(self) -> str:
        place = ", ".join(part for part in (self.file or "", "" if self.line is None else f"line {self.line}") if part)
        return f"{place}: {self.message}" if place else self.message

    def in_file(self, file: str) -> TopologyError:
        """The same error, with the file named."""
        return TopologyError(self.message, self.line, file)


def shown(text: str) -> str:
    """A text of a document as a message may quote it: short, and without control characters."""
    short = text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 3] + "..."
    return repr(short)


@dataclass(frozen=True, slots=True)
class Interface:
    """An address of a machine.

    Attributes:
        side: ``Primary``, ``Internal``, ``External`` or ``Pstn``, as the document spells it.
        address: The IP address in its shortest spelling: that of the machine itself, not one in front of a router that
            translates (``ConfiguredIPAddress``).
        number: Which interface of its side it is, from 1.
    """

    side: str
    address: str
    number: int = 1


@dataclass(frozen=True, slots=True)
class Machine:
    """A computer or appliance.

    Attributes:
        fqdn: Its name, in the spelling of the document.
        interfaces: Its addresses; those that mean "all of them" (``0.0.0.0``) are left out.
        line: Where the document names it.
    """

    fqdn: str
    interfaces: tuple[Interface, ...] = ()
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Site:
    """A site.

    Attributes:
        id: What clusters refer to.
        name: Its display name.
        branch: Whether it is a branch of a central site (``RemoteSite``).
        line: Where the document names it.
    """

    id: str
    name: str
    branch: bool = False
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Cluster:
    """A pool: machines that run the same services.

    Attributes:
        id: What services refer to.
        fqdn: Its name.
        site: The id of its site.
        machines: Its machines.
        managed: Whether Lync's setup runs on its machines (``RequiresSetup``), unlike on gateways, SQL, file and
            Office Web Apps servers.
        sql: Whether an instance of SQL Server is on its machines, even without Lync databases, as on a witness.
        line: Where the document names it.
    """

    id: str
    fqdn: str
    site: str
    machines: tuple[Machine, ...]
    managed: bool
    sql: bool = False
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Port:
    """A port or port range that a service listens on.

    Attributes:
        owner: The component, such as ``urn:component:Registrar``.
        usage: Its purpose, such as ``SipServer``. ``SipClient`` listens too: it names who connects.
        side: The side of the machine, as `Interface.side`.
        protocol: ``Mtls``, ``Tls``, ``Tcp``, ``Udp``, ``TcpOrUdp``, ``Http`` or ``Https``, as the document spells it.
        first: The first port.
        last: The last port.
        interface: Which interface of that side, as `Interface.number`.
    """

    owner: str
    usage: str
    side: str
    protocol: str
    first: int
    last: int
    interface: int = 1

    @property
    def ports(self) -> str:
        """``5061``, or ``57501-65534``."""
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"

    @property
    def transports(self) -> tuple[str, ...]:
        """``tcp``, ``udp`` or both; nothing for an unknown protocol."""
        return TRANSPORTS.get(self.protocol.casefold(), ())


TRANSPORTS: dict[str, tuple[str, ...]] = {
    "mtls": ("tcp",),
    "tls": ("tcp",),
    "tcp": ("tcp",),
    "http": ("tcp",),
    "https": ("tcp",),
    "udp": ("udp",),
    "tcporudp": ("tcp", "udp"),
}
"""A port's protocol, casefolded, to its transports."""


@dataclass(frozen=True, slots=True)
class TopologyService:
    """A service of a cluster: its ports are open on every machine of that cluster, and nowhere else.

    Attributes:
        id: What other services refer to.
        role: The role, as ``RoleName`` spells it.
        cluster: The id of the cluster it is installed on.
        version: The version of the product: 6 is Lync Server 2013. None if the document has none.
        ports: What it listens on.
        director: Whether a ``Registrar`` is a Director.
        active: Whether a ``CentralMgmt`` service is the active one; None if the document does not say so.
        on_sql: Whether it is installed in an instance of SQL Server, not on the machines as such.
        depends_on: The ids of the services it needs.
        line: Where the document names it.
    """

    id: str
    role: str
    cluster: str
    version: int | None = None
    ports: tuple[Port, ...] = ()
    director: bool = False
    active: bool | None = None
    on_sql: bool = False
    depends_on: tuple[str, ...] = ()
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Topology:
    """The content of one document.

    Attributes:
        sites: The sites.
        clusters: The clusters, in the order of the document.
        services: The services, in the order of the document.
        warnings: Warnings about how the document was read; sentences.
    """

    sites: tuple[Site, ...]
    clusters: tuple[Cluster, ...]
    services: tuple[TopologyService, ...]
    warnings: tuple[str, ...] = ()

    def machines(self) -> Iterator[tuple[Cluster, Machine]]:
        """Every machine with its cluster, in the order of the document."""
        for cluster in self.clusters:
            for machine in cluster.machines:
                yield cluster, machine
