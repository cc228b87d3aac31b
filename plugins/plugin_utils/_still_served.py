# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The roles of a host for which a run would write rules to it again, were they taken away."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible.errors import AnsibleError

from ..module_utils._catalogue.words import Role
from ..module_utils._policy.assignment import CLIENTS, SELDOM, assigned_roles
from ._client_hosts import read_handling
from ._patterns import Patterns
from ._plain import plain

_CHOSEN = "lync_firewall_hosts"
_ROLES = "lync_firewall_roles"


def served_roles(name: str, known: Mapping[str, Any], groups: Mapping[str, Iterable[str]]) -> list[str]:
    """The roles for which runs serve a host. A user's computer counts where it is enforced, and a host with no role but
    that of SQL where its variables say that runs are for it.

    Args:
        name: The host.
        known: Its variables. What cannot be read counts: nothing is to be taken away on a guess.
        groups: Ansible's variable of that name.
    """
    own = [str(group) for group in known.get("group_names") or ()]
    try:
        named = plain(known.get(_ROLES))
        chosen = plain(known.get(_CHOSEN))
    except AnsibleError as error:
        return [f"{_ROLES} or {_CHOSEN} cannot be read: {error}"]
    roles = assigned_roles(named, own)
    roles = [str(role) for role in (roles if isinstance(roles, list) else [roles])]
    if roles == [Role.CLIENT.value] or (not roles and CLIENTS in own):
        handling = read_handling(known)
        return [Role.CLIENT.value] if handling.enforced or handling.mistake else []
    if roles == [SELDOM.value]:
        return roles if chosen and name in _matching(chosen, groups) else []
    return roles


def _matching(pattern: Any, groups: Mapping[str, Iterable[str]]) -> list[str]:
    inventory = Patterns({str(group): [str(host) for host in hosts] for group, hosts in groups.items()})
    return inventory.matching(pattern if isinstance(pattern, list) else str(pattern))
