# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Small topology documents, written out as text: a few lines for a few machines."""

from __future__ import annotations

import io

from ansible_collections.lyncops.firewall.plugins.module_utils._topology import document
from ansible_collections.lyncops.firewall.plugins.module_utils._topology.checks import check
from ansible_collections.lyncops.firewall.plugins.module_utils._topology.inventory import Inventory, build
from ansible_collections.lyncops.firewall.plugins.module_utils._topology.model import Topology

SCHEMA = "urn:schema:Microsoft.Rtc.Management.Deploy"
IN_ROLES = f'xmlns="{SCHEMA}.ServiceRoles.2008"'
IN_TOPOLOGY = f'xmlns="{SCHEMA}.Topology.2008"'


def port(
    number: int, *, owner: str = "Registrar", usage: str = "SipServer", protocol: str = "Mtls", rest: str = ""
) -> str:
    """A ``Port`` element on the primary side, unless ``rest`` says otherwise."""
    side = "" if "InterfaceSide" in rest else 'InterfaceSide="Primary"'
    return f'<Port Owner="urn:component:{owner}" Usage="{usage}" {side} Port="{number}" Protocol="{protocol}" {rest} />'


def machine(fqdn: str = "", *addresses: tuple[str, str]) -> str:
    """A ``Machine`` element with ``(side, address)`` interfaces."""
    interfaces = "".join(
        f'<NetInterface {IN_TOPOLOGY} InterfaceSide="{side}" IPAddress="{address}" />' for side, address in addresses
    )
    name = f'Fqdn="{fqdn}"' if fqdn else ""
    return f"<Machine {name}>{interfaces}</Machine>"


def cluster(number: int, fqdn: str, *machines: str, site: str = "1", managed: bool = True) -> str:
    """A ``Cluster`` element of a published topology."""
    return (
        f'<Cluster RequiresSetup="{str(managed).lower()}" Fqdn="{fqdn}"><ClusterId SiteId="{site}" Number="{number}" />'
        f"{''.join(machines)}</Cluster>"
    )


def service(
    role: str,
    on: int,
    *ports: str,
    instance: int = 1,
    site: str = "1",
    version: str = "6",
    details: str = "",
    sql: bool = False,
    needs: tuple[tuple[str, int], ...] = (),
) -> str:
    """A ``Service`` element of a published topology, on cluster ``on`` of the same site."""
    place = f'<ClusterId SiteId="{site}" Number="{on}" />'
    if sql:
        place = f'<SqlInstanceId Name="rtc">{place}</SqlInstanceId>'
    dependencies = "".join(
        f'<Dependency Usage="Default"><ServiceId SiteId="{site}" RoleName="{name}" Instance="{number}" /></Dependency>'
        for name, number in needs
    )
    return (
        f'<Service ServiceVersion="{version}"><ServiceId SiteId="{site}" RoleName="{role}" Instance="{instance}" />'
        f"<DependsOn>{dependencies}</DependsOn><InstalledOn>{place}</InstalledOn>"
        f"<Ports {IN_ROLES}>{''.join(ports)}</Ports>{details}</Service>\n"
    )


def registrar(on: int, *ports: str, director: bool = False, **more: object) -> str:
    """A Registrar."""
    details = f'<RegistrarService {IN_ROLES} IsDirector="{str(director).lower()}" />'
    return service("Registrar", on, *ports, details=details, **more)  # type: ignore[arg-type]


def management(on: int, *, active: str, instance: int = 1) -> str:
    """A Central Management service; ``active`` is true, false or empty for untold."""
    attribute = f'IsActive="{active}"' if active else ""
    return service("CentralMgmt", on, instance=instance, details=f"<CentralMgmtService {IN_ROLES} {attribute} />")


HEAD_OFFICE = '<CentralSite SiteId="1"><Name>Head Office</Name><Location /></CentralSite>'
BRANCH = '<RemoteSite SiteId="2"><Name>Branch</Name></RemoteSite>'


def published(clusters: str, services: str = "", sites: str = HEAD_OFFICE) -> str:
    """A published topology."""
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<Topology {IN_TOPOLOGY} Signature="1">\n<Sites>{sites}</Sites>\n'
        f"<Clusters>\n{clusters}\n</Clusters>\n<Services>\n{services}</Services>\n</Topology>\n"
    )


def partial(clusters: str, services: str = "", *, is_published: str = "true", branch: str = "") -> str:
    """The ``PartialTopology`` of one half of a ``.tbxml`` file."""
    return (
        f'<PartialTopology xmlns="{SCHEMA}.WritableTopology.2008" IsPublished="{is_published}">'
        f'<CentralSites><CentralSite SiteId="1"><Name {IN_TOPOLOGY}>Head Office</Name><Clusters>{clusters}</Clusters>'
        f"<RemoteSites>{branch}</RemoteSites></CentralSite></CentralSites><Services>{services}</Services>"
        "</PartialTopology>"
    )


def writable_cluster(unique_id: str, fqdn: str, *machines: str, sql: str = "") -> str:
    """A ``Cluster`` element of a ``.tbxml`` file, perhaps with an instance of SQL Server."""
    instances = f'<SqlInstance UniqueId="{sql}" Name="" />' if sql else ""
    return (
        f'<Cluster UniqueId="{unique_id}" RequiresSetup="true" Fqdn="{fqdn}"><Machines>{"".join(machines)}</Machines>'
        f"<SqlInstances>{instances}</SqlInstances></Cluster>"
    )


def writable_service(role: str, on: str, *ports: str, details: str = "", unique_id: str = "") -> str:
    """A ``Service`` element of a ``.tbxml`` file."""
    return (
        f'<Service UniqueId="{unique_id or role}" RoleName="{role}" InstalledOn="{on}" ServiceVersion="6"><DependsOn />'
        f"<Ports {IN_ROLES}>{''.join(ports)}</Ports>{details}</Service>"
    )


def builder(**halves: str) -> str:
    """A ``.tbxml`` file with these halves, each under the name given."""
    inner = "".join(f"<{name}>{content}</{name}>" for name, content in halves.items())
    return f'\ufeff<TopologyBuilder xmlns="{SCHEMA}.TopologyBuilder.2008">{inner}</TopologyBuilder>'


def read(text: str | bytes, half: str = "published") -> Topology:
    """Read and check a document."""
    data = text if isinstance(text, bytes) else text.encode()
    topology = document.read(io.BytesIO(data), half)
    check(topology)
    return topology


def inventory(text: str | bytes, half: str = "published") -> Inventory:
    """The inventory of a document."""
    return build(read(text, half))
