# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""JSON of ``Get-CsPool``, ``Get-CsService`` and ``Get-CsSite``: the cmdlets to use in place of the topology's XML.

Pools name their computers and services; services have versions, ports and the backup pool; sites show which of them are
branches. Only the pools are required. None of them has addresses.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from .cmdlet_ports import PORT_PROPERTIES, ROLE_NAMES
from .elements import HIGHEST_PORT
from .model import Cluster, Machine, Port, Site, Topology, TopologyError, TopologyService, shown

LARGEST = 64 * 1024 * 1024
"""Bytes of JSON that are read at most."""

_SERVICE_ID = re.compile(r".+-(\w+)-\d+")

_NOT_MANAGED = frozenset({"PstnGateway", "WacServer", "WacService", "FileStore", "VideoGateway"})
"""Roles of machines that Lync's setup does not run on. The cmdlets do not show it, unlike ``RequiresSetup``."""

_LONGEST_KEY = 100
_LONGEST_PLACE = 500

Entry = dict[str, Any]


def read(text: str) -> Topology:
    """Read the JSON: a list of objects, or objects that hold such lists, in any order.

    Raises:
        TopologyError: It is not JSON, or not the output of those cmdlets, or has an invalid value.
    """
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise TopologyError(f"not JSON: {error.msg} (column {error.colno})", error.lineno) from error
    except (RecursionError, ValueError) as error:
        raise TopologyError(f"not JSON that can be read: {error}") from error
    pools: list[tuple[str, Entry]] = []
    services: list[tuple[str, Entry]] = []
    sites: list[tuple[str, Entry]] = []
    for where, entry in _entries(document, ""):
        if "Computers" in entry:
            pools.append((where, entry))
        elif "SiteType" in entry:
            sites.append((where, entry))
        elif "PoolFqdn" in entry or "ServiceId" in entry:
            services.append((where, entry))
        else:
            raise TopologyError(f"{where} is neither a pool, nor a service, nor a site of Lync")
    if not pools:
        raise TopologyError(
            "the JSON has no pools, and only pools name their computers: add what Get-CsPool prints"
            if services
            else "the JSON is empty: it has neither pools nor services"
        )
    return _topology(pools, services, sites)


def _entries(value: Any, where: str) -> Iterator[tuple[str, Entry]]:
    """The objects that are not mere containers of lists, with the place of each."""
    if len(where) > _LONGEST_PLACE:
        raise TopologyError(f"the JSON is nested too deeply: {shown(where)}")
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _entries(item, f"{where}[{index}]")
    elif isinstance(value, dict):
        if value and not where.endswith("]") and all(isinstance(item, (list, dict)) for item in value.values()):
            for key, item in value.items():
                # A key may be as long as the document, and each of a million objects below it has a place.
                name = key if len(key) <= _LONGEST_KEY else shown(key)
                yield from _entries(item, f"{where}.{name}" if where else name)
        elif value:
            yield where or "the object", value
    else:
        raise TopologyError(f"{where or 'the document'} is {shown(json.dumps(value))}, not an object of PowerShell's")


def _topology(
    pools: list[tuple[str, Entry]], services: list[tuple[str, Entry]], sites: list[tuple[str, Entry]]
) -> Topology:
    found_sites = {site.id: site for site in (_site(where, entry) for where, entry in sites)}
    clusters = []
    named: list[TopologyService] = []
    for where, entry in pools:
        cluster, roles = _cluster(where, entry)
        clusters.append(cluster)
        named += roles
        if cluster.site not in found_sites:
            found_sites[cluster.site] = Site(cluster.site, _tail(_text(where, entry, "Site")) or cluster.site)
    detailed = [_service(where, entry) for where, entry in services]
    # A pool only names its services; where they are described too, the description replaces the name.
    known = {(service.id.casefold()) for service in detailed}
    return Topology(
        tuple(found_sites.values()),
        tuple(clusters),
        (*detailed, *(service for service in named if service.id.casefold() not in known)),
    )


def _site(where: str, entry: Entry) -> Site:
    identity = _text(where, entry, "Identity")
    if not identity:
        raise TopologyError(f"{where} has no Identity")
    name = _text(where, entry, "DisplayName") or _tail(identity)
    return Site(_tail(identity).casefold(), name, _text(where, entry, "SiteType").casefold() != "centralsite")


def _cluster(where: str, entry: Entry) -> tuple[Cluster, list[TopologyService]]:
    fqdn = _text(where, entry, "Fqdn") or _text(where, entry, "Identity")
    if not fqdn:
        raise TopologyError(f"{where} has neither Fqdn nor Identity")
    site = _text(where, entry, "Site")
    if not site:
        raise TopologyError(f"{where}, pool {shown(fqdn)}, has no Site")
    identities = _texts(where, entry, "Services")
    cluster = Cluster(
        id=fqdn.casefold(),
        fqdn=fqdn,
        site=_tail(site).casefold(),
        machines=tuple(Machine(name) for name in _texts(where, entry, "Computers")),
        managed=any(_runs_lync(identity.partition(":")[0]) for identity in identities),
    )
    return cluster, [_named_service(identity, cluster.id) for identity in identities]


def _runs_lync(role: str) -> bool:
    return role not in _NOT_MANAGED and not role.endswith(("Database", "Store"))


def _named_service(identity: str, cluster: str) -> TopologyService:
    role = identity.partition(":")[0]
    return TopologyService(
        id=identity,
        role=ROLE_NAMES.get(role, role),
        cluster=cluster,
        director=role == "Director",
        on_sql=role.endswith("Database"),
    )


def _service(where: str, entry: Entry) -> TopologyService:
    identity = _text(where, entry, "Identity")
    service_id = _SERVICE_ID.fullmatch(_text(where, entry, "ServiceId"))
    role = _text(where, entry, "Role") or identity.partition(":")[0]
    pool = _text(where, entry, "PoolFqdn") or _tail(identity)
    if not role or not pool:
        raise TopologyError(f"{where} names no {'Role' if pool else 'PoolFqdn'}")
    active = entry.get("Active")
    if active is not None and not isinstance(active, bool):
        active = {"true": True, "false": False}.get(str(active).strip().casefold())
    backup = _text(where, entry, "BackupRegistrar")
    return TopologyService(
        id=f"{role}:{pool}",
        role=service_id[1] if service_id and role not in ROLE_NAMES else ROLE_NAMES.get(role, role),
        cluster=pool.casefold(),
        version=_number(where, entry, "Version"),
        ports=tuple(_ports(where, entry, role)),
        director=role == "Director",
        active=active,
        on_sql=role.endswith("Database"),
        depends_on=(backup,) if backup else (),
    )


def _ports(where: str, entry: Entry, role: str) -> Iterator[Port]:
    for name, listener in PORT_PROPERTIES.get(role, {}).items():
        first = _number(where, entry, name)
        count = _number(where, entry, listener.size) if listener.size else 1
        if not first or not count:
            continue
        last = first + count - 1
        if last > HIGHEST_PORT:
            raise TopologyError(
                f"{where} has {name} {first}"
                + (f" and {listener.size} {count}, which ends at {last}" if listener.size else "")
                + f"; ports go from 1 to {HIGHEST_PORT}"
            )
        yield Port(listener.owner, listener.usage, listener.side, listener.protocol, first, last)


def _number(where: str, entry: Entry, name: str) -> int | None:
    value = entry.get(name)
    if value is None or value == "":
        return None
    text = str(value).strip()
    if isinstance(value, bool) or not (text.isascii() and text.isdigit() and len(text) <= 10):
        raise TopologyError(f"{where} has {name} {shown(text)}, which is not a number")
    return int(text)


def _text(where: str, entry: Entry, name: str) -> str:
    value = entry.get(name)
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    raise TopologyError(
        f"{where} has {shown(name)} as {shown(json.dumps(value))}, not as text: convert it to a string before "
        "ConvertTo-Json"
    )


def _texts(where: str, entry: Entry, name: str) -> list[str]:
    value = entry.get(name)
    if value is None:
        return []
    items = value if isinstance(value, list) else [value]
    return [
        text
        for text in (_text(f"{where}.{name}[{index}]", {name: item}, name) for index, item in enumerate(items))
        if text
    ]


def _tail(identity: str) -> str:
    """``Redmond`` of ``Site:Redmond``: what follows the kind of thing."""
    return identity.partition(":")[2] or identity
