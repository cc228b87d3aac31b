# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of roles as people give them, and the roles that follow from others."""

from __future__ import annotations

from collections.abc import Iterable

from .words import HOST_ROLES, Role


class RoleError(ValueError):
    """A name is not a role, or not one that a host can have; the message lists those that are."""


def with_derived(roles: Iterable[Role]) -> frozenset[Role]:
    """The roles and those derived from them: Front End and Mediation on one host is a collocated Mediation Server."""
    held = frozenset(roles)
    if {Role.FRONT_END, Role.MEDIATION} <= held:
        return held | {Role.COLLOCATED_MEDIATION}
    return held


def parse_roles(
    names: Iterable[str], known: Iterable[Role] = HOST_ROLES, product: str = "Lync Server 2013"
) -> frozenset[Role]:
    """Parse role names given by a user.

    Args:
        names: Names such as ``front_end``; may be empty, and may repeat.
        known: The roles that are accepted.
        product: What the product is called whose roles they are.

    Returns:
        The roles, with those derived from them.

    Raises:
        RoleError: A name is not among the accepted roles, or ``names`` is one string instead of a list of them.
    """
    if isinstance(names, str):
        raise RoleError(f"roles must be a list of names, not the text {str(names)!r}")
    accepted = {role.value: role for role in known}
    held: list[Role] = []
    for name in names:
        if not isinstance(name, str) or name not in accepted:
            raise RoleError(f"{_fault(name, product)}; the roles are {', '.join(accepted)}")
        held.append(accepted[name])
    return with_derived(held)


def host_roles(names: Iterable[str]) -> frozenset[Role]:
    """Parse the roles of a Windows host, whatever the product: `parse_roles` of `HOST_ROLES`.

    Args:
        names: As in `parse_roles`.

    Raises:
        RoleError: As in `parse_roles`.
    """
    return parse_roles(names, HOST_ROLES)


def _fault(name: object, product: str) -> str:
    shown = repr(str(name)) if isinstance(name, str) else repr(name)
    if name == Role.COLLOCATED_MEDIATION:
        return f"{shown} is not given, it follows from {Role.FRONT_END} and {Role.MEDIATION} on one host"
    if name in HOST_ROLES:
        return f"{shown} is no role of {product}"
    return f"{shown} is no role of {'a Windows host' if name in tuple(Role) else product}"
