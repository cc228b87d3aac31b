# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The roles that variables give to hosts whose inventory has groups of other names."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Any

from ansible.errors import AnsibleError
from ansible.parsing.dataloader import DataLoader
from ansible.utils.vars import load_extra_vars

from ..module_utils._catalogue.words import Role
from ..module_utils._options.variables import PREFIX
from ..module_utils._policy.assignment import GROUP_ROLES, assigned_roles
from ..module_utils._texts import first_few, said
from ._plain import plain

VARIABLE = f"{PREFIX}roles"
_MOST_NAMED = 5


def said_for_everybody(variable: str = VARIABLE) -> bool:
    """Whether an extra variable names the roles: of every host of the inventory then, gateways and strangers too.

    It is about the hosts that a run works on, and so says nothing of who is who.

    Args:
        variable: Another variable of which the same is asked.
    """
    return variable in load_extra_vars(DataLoader())  # Ansible has read them at its start, and keeps them


def named_roles(known: Mapping[str, Any]) -> tuple[str, ...]:
    """The roles that the variables of a host name; a word that is no role is for the host's own task to refuse.

    Args:
        known: The variables.

    Raises:
        AnsibleError: The variable cannot be templated.
    """
    named = plain(known.get(VARIABLE))
    roles = assigned_roles(named, ()) if named else ()
    return tuple(role for role in GROUP_ROLES.values() if role in roles) if isinstance(roles, list) else ()


def names_client(known: Mapping[str, Any]) -> bool:
    """Whether the variables of a host say that it is a user's computer and nothing else.

    Args:
        known: The variables.
    """
    try:
        named = plain(known.get(VARIABLE))
    except AnsibleError:
        return False
    return bool(assigned_roles(named, ()) == [Role.CLIENT.value])


def role_mistake(host: str, known: Mapping[str, Any]) -> str:
    """What is wrong about the roles that the variables of a host name, in a sentence; empty where nothing is.

    Args:
        host: The host.
        known: Its variables.
    """
    try:
        named = plain(known.get(VARIABLE))
    except AnsibleError as error:
        return f"{VARIABLE} of {said(host)} cannot be read: {said(str(error))}."
    roles = assigned_roles(named, ()) if named else ()
    right = (*GROUP_ROLES.values(), Role.CLIENT.value)
    if not isinstance(roles, (list, tuple)):
        return f"{VARIABLE} of {said(host)} is {said(repr(named))}, and no list. The roles are {', '.join(right)}."
    wrong = [said(str(role)) for role in roles if role not in right]
    if not wrong:
        return ""
    near = [found[0] for word in wrong if (found := difflib.get_close_matches(word.lower(), right, 1, 0.8))]
    meant = f" Did you mean {', '.join(near[:_MOST_NAMED])}?" if near else ""
    words = first_few(wrong, _MOST_NAMED)
    return f"{VARIABLE} of {said(host)} names no role: {words}.{meant} The roles are {', '.join(right)}."


def by_role(named: Iterable[tuple[str, Iterable[str]]]) -> dict[str, list[str]]:
    """Each role that hosts name, and these hosts.

    Args:
        named: Hosts and the roles that each names.
    """
    found: dict[str, list[str]] = {}
    for host, roles in named:
        for role in roles:
            found.setdefault(role, []).append(host)
    return found


def look_for_roles(
    groups: Mapping[str, Iterable[str]], hostvars: Mapping[str, Mapping[str, Any]]
) -> dict[str, list[str]]:
    """Ask all hosts of an inventory which roles they name, as `by_role` gives them.

    Args:
        groups: Ansible's variable of that name.
        hostvars: Likewise; each host is asked for once.

    Raises:
        AnsibleError: The variable of a host cannot be templated.
    """
    if said_for_everybody():
        return {}
    hosts = [str(host) for host in groups.get("all", ()) if str(host) in hostvars]
    return by_role((host, named_roles(hostvars[host])) for host in hosts)
