# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Estates of any size, for measuring a reader."""

from __future__ import annotations

from . import ports, roles
from .estate import Cluster, Estate, Interface, Machine, Service, ServiceKey, SqlInstance

POOL_SIZE = 12  # The most Front Ends that Lync Server 2013 allows in one pool.
SITES = 50


def large_estate(machines: int) -> Estate:
    """Describe that many Front Ends, in pools of 12, dealt over 50 sites (fewer if there are fewer pools).

    Each site also has one back end, with the site's databases and files, which does not count.
    """
    if machines < 1:
        raise ValueError("an estate has at least one machine")
    pools = -(-machines // POOL_SIZE)
    sites = min(SITES, pools)
    clusters: list[Cluster] = []
    services: list[Service] = []
    for site in range(1, sites + 1):
        back_end = f"sql-{site:02}.example.com"
        back = (Machine(back_end, (Interface("Primary", f"10.{site}.255.1"),)),)
        clusters.append(Cluster(site, 1, back_end, back, managed=False, replica=False))
    for index in range(pools):
        site, instance = index % sites + 1, index // sites + 1
        back_end, pool = f"sql-{site:02}.example.com", f"pool-{site:02}-{instance}.example.com"
        members = range(index * POOL_SIZE, min((index + 1) * POOL_SIZE, machines))
        hosts = tuple(_front_end(member, site, instance) for member in members)
        clusters.append(Cluster(site, instance + 1, pool, hosts))
        media = ports.Media(audio=(20000 + instance, 5000), video=(30000 + instance, 5000), sharing=(40803, 8348))
        storage = roles.Back(back_end, "RTC", back_end, f"share{instance}")
        services += roles.front_end(site, instance, pool, storage, media, ports.AUDIO_TEST)
        registrar = ServiceKey(site, "Registrar", instance)
        services.append(roles.mediation(ServiceKey(site, "MediationServer", instance), pool, registrar, media))
        if index == 0:
            services += roles.central_management(site, instance, pool, storage, active=True)
    return Estate(
        f"large_{machines}",
        ("example.com",),
        tuple((site, f"Site {site:02}") for site in range(1, sites + 1)),
        tuple(clusters),
        tuple(SqlInstance(f"sql-{site:02}.example.com", "RTC") for site in range(1, sites + 1)),
        tuple(services),
    )


def _front_end(member: int, site: int, instance: int) -> Machine:
    place = member % POOL_SIZE + 1
    address = f"10.{site}.{(instance - 1) // 16}.{(instance - 1) % 16 * POOL_SIZE + place}"
    sides = ("Primary", "External", "Pstn")
    return Machine(f"fe-{member:05}.example.com", tuple(Interface(side, address) for side in sides))
