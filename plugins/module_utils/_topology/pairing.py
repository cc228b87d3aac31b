# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which Front End pools back each other up, as far as a topology shows."""

from __future__ import annotations

from collections.abc import Mapping

from . import roles
from .model import Topology
from .roles import Part


def paired_pools(topology: Topology, parts: Mapping[str, tuple[Part, ...]]) -> dict[str, list[str]]:
    """The id of each paired Front End pool to the names of those it is paired with.

    A Registrar that depends on the Registrar of another Front End pool has it as its backup (``BackupRegistrar`` of
    ``Get-CsService``), and pairs are mutual. That a Registrar names a Director, or a branch appliance the pool behind
    it, is no pairing. No topology with a pair is public: if documents express it in another way, nothing is found.

    Args:
        topology: The topology.
        parts: The id of each cluster to its parts.
    """
    services = {service.id.casefold(): service for service in topology.services}
    names = {cluster.id: cluster.fqdn for cluster in topology.clusters}
    found: dict[str, dict[str, None]] = {}
    for service in topology.services:
        if service.role not in (roles.REGISTRAR, roles.USER_SERVICES):
            continue
        for identity in service.depends_on:
            other = services.get(identity.casefold())
            if other is None or other.role != service.role or other.cluster == service.cluster:
                continue
            if all(Part.FRONT_END in parts[cluster] for cluster in (service.cluster, other.cluster)):
                found.setdefault(service.cluster, {})[names[other.cluster]] = None
                found.setdefault(other.cluster, {})[names[service.cluster]] = None
    return {cluster: sorted(others, key=str.casefold) for cluster, others in found.items()}
