# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What somebody may believe to be open and no row is about: roles whose ruleset has no row of their own, and features
that the product does not have. Neither is wrong, as in an estate of several products: it is said once and no more."""

from __future__ import annotations

from collections.abc import Iterable

from .._catalogue.catalogue import for_roles
from .._catalogue.model import Requirement
from .._catalogue.words import Disposition, Feature, Product, Role, Ruleset

_ALL_SERVERS = frozenset({Role.FRONT_END, Role.DIRECTOR, Role.MEDIATION})
"""What every Lync server listens on has all of these."""


def without_own_rows(roles: Iterable[Role], ruleset: Ruleset, product: Product) -> tuple[Role, ...]:
    """The roles that listen on ports of their own in the extended ruleset alone, where that is not the one.

    Args:
        roles: Those of a host.
        ruleset: The host's ruleset.
        product: What runs on it.
    """
    if ruleset is Ruleset.EXTENDED:
        return ()
    return tuple(
        role
        for role in roles
        if not any(_own(role, Ruleset.DOCUMENTED, product)) and any(_own(role, Ruleset.EXTENDED, product))
    )


def without_effect(
    features: Iterable[Feature], roles: frozenset[Role], ruleset: Ruleset, product: Product
) -> tuple[Feature, ...]:
    """The features that a host's product does not have for its roles, and another product has.

    Of a role that has no rows of a feature in any product nothing is said: features are mostly named for all servers.

    Args:
        features: Those that are named for the host.
        roles: Its roles.
        ruleset: Its ruleset.
        product: What runs on it.
    """
    have = {each: {row.feature for row in for_roles(roles, ruleset, each)} for each in Product}
    return tuple(
        feature
        for feature in features
        if feature not in have[product] and any(feature in found for found in have.values())
    )


def _own(role: Role, ruleset: Ruleset, product: Product) -> Iterable[Requirement]:
    rows = for_roles(frozenset({role}), ruleset, product)
    return (row for row in rows if row.disposition is Disposition.LISTEN and not set(row.roles) >= _ALL_SERVERS)
