# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Topology Builder's own file (``.tbxml``): the topology as edited, and perhaps as it was published.

The file has a ``NewTopology``. Where it holds another half, that is the state before the edit, which runs. The public
sample has no other half, so its name is not known; any other ``...Topology`` below the root is taken for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from . import elements, published
from .model import Cluster, Site, Topology, TopologyError, TopologyService, shown
from .xml_tree import Element

ROOT = (elements.BUILDER, "TopologyBuilder")

PUBLISHED, NEW = "published", "new"
"""Values of the argument ``half``."""

_NEW = "NewTopology"


def read(tree: Element, half: str = PUBLISHED) -> Topology:
    """Read a ``TopologyBuilder`` element.

    Args:
        tree: The element.
        half: ``published`` for what runs, ``new`` for what Topology Builder would publish next. If the file has no
            other half, the ``NewTopology`` is read in any case.

    Returns:
        The topology, with a warning if the halves differ, or if what was read may never have been published.

    Raises:
        TopologyError: No half holds a topology, or one contradicts itself.
    """
    halves = {item.name: item for item in tree.children if item.name.endswith("Topology") and item.children}
    new = halves.pop(_NEW, None)
    if len(halves) > 1:
        raise TopologyError(f"<TopologyBuilder> has more than two halves: {', '.join(sorted(halves))}", tree.line)
    if new is None:
        raise TopologyError(f"<TopologyBuilder> holds no <{_NEW}>", tree.line)
    old = next(iter(halves.values()), None)
    if old is not None:
        return _choose(old, new, half)
    topology = _read_half(new)
    if half == PUBLISHED and not _is_published(new):
        warning = (
            "the file holds only a topology that Topology Builder has not published (IsPublished is not true); it was "
            "read as if it were"
        )
        return replace(topology, warnings=(*topology.warnings, warning))
    return topology


def _choose(old: Element, new: Element, half: str) -> Topology:
    before, after = _read_half(old), _read_half(new)
    taken = after if half == NEW else before
    if _content(before) == _content(after):
        return taken
    warning = f"the new topology of the file differs from the published one; the {half} one was read" + (
        " because it is what runs" if half == PUBLISHED else ""
    )
    return replace(taken, warnings=(*taken.warnings, warning))


def _content(topology: Topology) -> Topology:
    """The topology without the places where it was found."""
    return Topology(
        sites=tuple(replace(site, line=None) for site in topology.sites),
        clusters=tuple(
            replace(cluster, line=None, machines=tuple(replace(machine, line=None) for machine in cluster.machines))
            for cluster in topology.clusters
        ),
        services=tuple(replace(service, line=None) for service in topology.services),
    )


def _is_published(half: Element) -> bool:
    partial = half.find("PartialTopology")
    return partial is None or partial.flag("IsPublished") is True


def _read_half(half: Element) -> Topology:
    partial = half.find("PartialTopology")
    if partial is not None:
        return _partial(partial)
    whole = half.find("Topology")
    if whole is not None:
        return published.read(whole)
    raise TopologyError(f"<{half.name}> holds neither a <PartialTopology> nor a <Topology>", half.line)


def _partial(tree: Element) -> Topology:
    sites: list[Site] = []
    clusters: list[Cluster] = []
    instances: dict[str, str] = {}
    for element in _sites(tree.find_all("CentralSites", "CentralSite")):
        site = elements.site(element)
        sites.append(site)
        for item in element.find_all("Clusters", "Cluster"):
            cluster = _cluster(item, site.id)
            clusters.append(cluster)
            for instance in item.find_all("SqlInstances", "SqlInstance"):
                instances[_key(instance.required("UniqueId"))] = cluster.id
    services = tuple(_service(item, instances) for item in tree.find_all("Services", "Service"))
    return Topology(tuple(sites), tuple(clusters), services)


def _sites(central: Iterable[Element]) -> Iterator[Element]:
    for site in central:
        yield site
        yield from site.find_all("RemoteSites", "RemoteSite")


def _cluster(element: Element, site: str) -> Cluster:
    fqdn = element.required("Fqdn")
    return Cluster(
        id=_key(element.required("UniqueId")),
        fqdn=fqdn,
        site=site,
        machines=elements.machines(list(element.find_all("Machines", "Machine")), fqdn),
        managed=bool(element.flag("RequiresSetup")),
        sql=element.find("SqlInstances", "SqlInstance") is not None,
        line=element.line,
    )


def _service(element: Element, instances: dict[str, str]) -> TopologyService:
    role = element.required("RoleName")
    place = element.get("InstalledOn")
    if not place:
        raise TopologyError(f"<Service> {shown(role)} is installed nowhere: no InstalledOn", element.line)
    return TopologyService(
        id=_key(element.required("UniqueId")),
        role=role,
        # An unknown place stays as it is: the check of references names it.
        cluster=instances.get(_key(place), _key(place)),
        version=elements.version(element),
        ports=elements.ports(element),
        director=elements.is_director(element),
        active=elements.is_active(element),
        on_sql=_key(place) in instances,
        depends_on=tuple(_key(item.get("ServiceUniqueId")) for item in element.find_all("DependsOn", "Dependency")),
        line=element.line,
    )


def _key(unique_id: str) -> str:
    """A GUID in one spelling."""
    return unique_id.casefold().strip("{}")
