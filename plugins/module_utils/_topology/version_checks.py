# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is said of the versions of a topology's services, and what contradicts them."""

from __future__ import annotations

from collections.abc import Iterable

from .._catalogue.products import ABOUT, of_version
from .._catalogue.words import EVERY_PRODUCT, Product
from . import roles
from .model import TopologyError, TopologyService, shown
from .pools import PARENT, Pool
from .roles import Part


def version_warnings(pools: list[Pool]) -> list[str]:
    """One sentence for each version of managed pools that no port table is about."""
    found: dict[int, list[str]] = {}
    for pool in pools:
        if pool.version is not None and not of_version(pool.version) and _lync_parts(pool):
            found.setdefault(pool.version or 0, []).append(pool.cluster.fqdn)
    return [
        f"{len(names)} pool{'s have' if len(names) > 1 else ' has'} services of version {version}, beginning with "
        f"{shown(names[0])}; the port tables are about {_all_products()}"
        for version, names in sorted(found.items())
    ]


def _all_products() -> str:
    return ", ".join(f"{ABOUT[product].name} (version {ABOUT[product].version})" for product in EVERY_PRODUCT)


def _lync_parts(pool: Pool) -> set[Part]:
    """Managed parts that run the product, unlike a viewer farm, which is one of its own."""
    return set(pool.parts) & set(roles.MANAGED) - {Part.OFFICE_WEB_APPS, Part.OFFICE_ONLINE}


def check_product(said: Product, pools: Iterable[Pool]) -> None:
    """Compare the product that a person says with the versions of the pools.

    Raises:
        TopologyError: A pool's services are of another product; the message names both.
    """
    for pool in pools:
        if _lync_parts(pool) and pool.version is not None and pool.version != ABOUT[said].version:
            found = " or ".join(ABOUT[product].name for product in of_version(pool.version)) or "none that is known"
            raise TopologyError(
                f"product is {said} ({ABOUT[said].name}), whose services have version {ABOUT[said].version}, and "
                f"pool {shown(pool.cluster.fqdn)} has services of version {pool.version}, which is {found}. Correct "
                "product; where an estate has several, leave it out, and say lync_firewall_product for the hosts of a "
                f"group such as {_group_of(pool.version)}",
                pool.cluster.line,
            )


def _group_of(version: int) -> str:
    """A group of the hosts of a version, where no product is said."""
    known = of_version(version)
    return f"{PARENT}_product_{known[0].value}" if known else f"{PARENT}_version_{version}"


def lacking_warnings(pools: Iterable[Pool]) -> list[str]:
    """One sentence for each pool that is what its product has not: the role will refuse it."""
    return [
        f"pool {shown(pool.cluster.fqdn)} has the part {part.value}, which {ABOUT[pool.product].name} does not have. "
        "Correct the versions of its services, or say lync_firewall_product for its hosts"
        for pool in pools
        for part in pool.parts
        if pool.product and part.value in {role.value for role in ABOUT[pool.product].lacks}
    ]


def mixed_warnings(pools: Iterable[Pool], installed: dict[str, list[TopologyService]]) -> list[str]:
    """One sentence for each managed pool whose services are of several versions."""
    found = []
    for pool in pools:
        versions = sorted({service.version for service in installed[pool.cluster.id] if service.version is not None})
        if len(versions) > 1 and pool.product and _lync_parts(pool):
            found.append(
                f"pool {shown(pool.cluster.fqdn)} has services of versions {' and '.join(map(str, versions))}; its "
                f"hosts are taken for those of version {pool.version}, of its main service"
            )
    return found
