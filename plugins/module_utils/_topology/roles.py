# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts of a cluster's machines, derived from the services installed on it."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from .model import TopologyService, shown


class Part(str, Enum):
    """What a machine is, the most significant part first. The inventory group is ``lync_<part>``."""

    FRONT_END = "front_end"
    DIRECTOR = "director"
    MEDIATION = "mediation"
    PERSISTENT_CHAT = "persistent_chat"
    OFFICE_WEB_APPS = "office_web_apps"
    OFFICE_ONLINE = "office_online"
    VIDEO_INTEROP = "video_interop"
    CENTRAL_MANAGEMENT = "central_management"
    EDGE = "edge"
    BRANCH_APPLIANCE = "branch_appliance"
    GATEWAY = "gateway"
    SQL = "sql"
    FILE_STORE = "file_store"
    TRUSTED_APPLICATION = "trusted_application"


MANAGED = (
    Part.FRONT_END,
    Part.DIRECTOR,
    Part.MEDIATION,
    Part.PERSISTENT_CHAT,
    Part.OFFICE_WEB_APPS,
    Part.OFFICE_ONLINE,
    Part.VIDEO_INTEROP,
    Part.EDGE,
    Part.CENTRAL_MANAGEMENT,
)
"""The parts whose firewall this collection manages."""

REGISTRAR, USER_SERVICES, MEDIATION_SERVER, CENTRAL_MGMT = "Registrar", "UserServices", "MediationServer", "CentralMgmt"

_PARTS = {
    "WacService": Part.OFFICE_WEB_APPS,
    "EdgeServer": Part.EDGE,
    "PstnGateway": Part.GATEWAY,
    "FileStore": Part.FILE_STORE,
    "ExternalServer": Part.TRUSTED_APPLICATION,  # Get-CsTrustedApplicationPool: "<site>-ExternalServer-<id>".
    "TrustedApplicationPool": Part.TRUSTED_APPLICATION,
}

_COMPONENTS = frozenset(
    {REGISTRAR, USER_SERVICES, MEDIATION_SERVER, CENTRAL_MGMT}
    | {"WebServices", "ConfServices", "ApplicationServer", "ManagementServices"}
)
"""Known roles that make no part by themselves."""


def part_of(service: TopologyService) -> Part | None:
    """The part that a service alone makes of its machines; None if it makes none, or not alone."""
    if service.role in _PARTS:
        return _PARTS[service.role]
    if service.on_sql or service.role.endswith("Store"):
        return Part.SQL  # UserStore, ArchivingStore, WitnessStore ...: databases, whoever needs them.
    if "PersistentChat" in service.role:
        return Part.PERSISTENT_CHAT  # No topology with it is public; endpoints are called PersistentChatService.
    if "VideoInterop" in service.role:
        return Part.VIDEO_INTEROP  # Nor with this; Get-CsService has -VideoInteropServer.
    if service.role == MEDIATION_SERVER:
        return Part.MEDIATION
    return None


def is_known(service: TopologyService) -> bool:
    """Whether the service's role is known."""
    return service.role in _COMPONENTS or part_of(service) is not None


def parts(
    services: Iterable[TopologyService],
    *,
    sql: bool,
    branch: bool,
    active_management: frozenset[str],
    farm: Part = Part.OFFICE_WEB_APPS,
) -> tuple[Part, ...]:
    """The parts of the machines of one cluster, in the order of `Part`.

    Args:
        services: All services installed on the cluster.
        sql: Whether an instance of SQL Server is on the cluster.
        branch: Whether it is in a branch site.
        active_management: The ids of the active Central Management services, from `active_management`.
        farm: What a viewer farm is: no document says which of the two products it runs.
    """
    installed = tuple(services)
    names = {service.role for service in installed}
    found = {part for part in map(part_of, installed) if part is not None} | ({Part.SQL} if sql else set())
    if Part.OFFICE_WEB_APPS in found:
        found = (found - {Part.OFFICE_WEB_APPS}) | {farm}
    if any(service.role == REGISTRAR and service.director for service in installed):
        found.add(Part.DIRECTOR)
    elif branch and {REGISTRAR, MEDIATION_SERVER} <= names and USER_SERVICES not in names:
        # A Survivable Branch Appliance: users of the branch stay homed on the User Services of a central site.
        found.discard(Part.MEDIATION)
        found.add(Part.BRANCH_APPLIANCE)
    elif names & {REGISTRAR, USER_SERVICES}:
        found.add(Part.FRONT_END)
    if any(service.id in active_management for service in installed):
        found.add(Part.CENTRAL_MANAGEMENT)
    return tuple(part for part in Part if part in found)


def active_management(services: Iterable[TopologyService]) -> tuple[frozenset[str], tuple[str, ...]]:
    """The ids of the active Central Management services, and warnings.

    A pool and the one that backs it up both have the service, and one of them is active.
    """
    found = [service for service in services if service.role == CENTRAL_MGMT]
    active = [service for service in found if service.active]
    if active:
        return frozenset(service.id for service in active), ()
    if len(found) == 1 and found[0].active is None:
        return frozenset({found[0].id}), ()
    if found:
        return frozenset(), (
            f"none of {len(found)} Central Management services is marked as the active one, so no host has the role "
            "central_management",
        )
    return frozenset(), ()


def unknown_warnings(services: Iterable[TopologyService]) -> list[str]:
    """One sentence for each unknown role."""
    counts: dict[str, int] = {}
    for service in services:
        if not is_known(service):
            counts[service.role] = counts.get(service.role, 0) + 1
    return [
        f"role {shown(role)} of {count} service{'s' if count > 1 else ''} is not known: its hosts are in a group of "
        "their own, and nothing is concluded from it"
        for role, count in sorted(counts.items())
    ]
