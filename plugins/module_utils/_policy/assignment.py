# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host's inventory groups and variables say of its Lync roles, and what is wrong about them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from .._catalogue.words import HOST_ROLES, Peer, Role
from .._options.reading import read_choice
from .._options.variables import PREFIX as OF_VARIABLES
from .._options.words import ENFORCE, REPORT
from .peers import PREFIX

GROUP_ROLES = {PREFIX + role.value: role.value for role in HOST_ROLES}
"""Inventory group to the role that its hosts hold. A host in several groups holds several roles: a Front End with a
collocated Mediation Server is in ``lync_front_end`` and in ``lync_mediation``."""

SELDOM = Role.SQL
"""SQL Servers are seldom ours to configure: whoever wants that names them in ``lync_firewall_hosts``."""

DEFAULT_PATTERN = f"~{PREFIX}({'|'.join(role.value for role in HOST_ROLES if role is not SELDOM)})$"
"""Ansible's pattern for the hosts of a playbook."""

OF_GROUPS = f"{{{{ {list(GROUP_ROLES)} | select('in', group_names) | map('replace', '{PREFIX}', '') | list }}}}"
"""The role's default of ``lync_firewall_roles``, for templates of people that ask for it. It says what `assigned_roles`
does where nothing is named, so whoever calls that need not have it templated, on each host."""

WITHOUT_RULES = (PREFIX + Peer.CLIENT.value, PREFIX + Peer.LOAD_BALANCER.value)
"""Groups that the table has rows for and whose hosts need no rule of ours: a load balancer is no Windows host, and the
setup of the Lync client makes its own exceptions."""

CLIENTS = PREFIX + Peer.CLIENT.value
"""The group of users' computers. They are judged, and changed only where ``lync_firewall_clients`` is ``enforce``."""

CLIENTS_VARIABLE = f"{OF_VARIABLES}clients"

NO_RULE = (
    "The table asks for no firewall rule on {}: load balancers are no Windows hosts, and Lync clients make their own "
    "exceptions (lync_firewall_clients: enforce manages them all the same). See the rows with the lookup "
    "lyncops.firewall.lync_ports."
)
"""What to say of a host that `needs_no_rule`, with its name."""


def assigned_roles(named: Any, groups: Collection[str]) -> Any:
    """The Lync roles of a host.

    Args:
        named: What a person named: a list, or text with commas as a survey gives it. None where nothing is named.
        groups: The host's inventory groups, which say it then.

    Returns:
        A list; anything else that is named as it is, for whoever validates it.
    """
    if named is None:
        return [role for group, role in GROUP_ROLES.items() if group in groups]
    if isinstance(named, str):
        return [word.strip() for word in named.split(",") if word.strip()]
    return named


def with_named_roles(groups: Mapping[str, Iterable[str]], named: Mapping[str, Iterable[str]]) -> dict[str, list[str]]:
    """The groups of an inventory, with hosts in the group of each role that their variables name.

    A host stays in the groups that it is in, whatever it names: a scope that lost it could break calls.

    Args:
        groups: Inventory groups and their hosts.
        named: Role to the hosts that name it.
    """
    found = {str(group): [str(host) for host in hosts] for group, hosts in groups.items()}
    for role, hosts in named.items():
        found[PREFIX + role] = list(dict.fromkeys([*found.get(PREFIX + role, ()), *hosts]))
    return found


def needs_no_rule(roles: Any, groups: Iterable[str]) -> bool:
    """Whether a host is a client or a load balancer and nothing else."""
    if roles == [Role.CLIENT.value]:
        return True
    return not roles and not set(WITHOUT_RULES).isdisjoint(groups)


def are_enforced(handling: Any) -> bool:
    """Whether users' computers are to be changed as servers are.

    Args:
        handling: The value of `CLIENTS_VARIABLE`; None where nothing is said.

    Raises:
        OptionError: It is no such word: it is not known what is meant, and to leave the host alone would be a guess.
    """
    return handling is not None and read_choice(CLIENTS_VARIABLE, handling, {REPORT: False, ENFORCE: True})


def role_mistakes(host: str, roles: Any) -> tuple[str, ...]:
    """What is wrong with a host's roles, in sentences.

    Args:
        host: The host's name.
        roles: What `assigned_roles` gives.
    """
    if not roles:
        return (
            f"{host} is in none of the groups {', '.join(GROUP_ROLES)}. Put it into those of its roles, or name them "
            f"in {OF_VARIABLES}roles.",
        )
    if isinstance(roles, list) and Role.CENTRAL_MANAGEMENT.value in roles and Role.FRONT_END.value not in roles:
        group = PREFIX + Role.FRONT_END.value
        return (f"{host} has the role central_management and not front_end. Put it into {group} too.",)
    return ()


def edge_mistakes(host: str, roles: Any, groups: Collection[str], addresses: Any) -> tuple[str, ...]:
    """What is wrong where an Edge Server is said to be something else: rules of other roles are bound to no address.

    Args:
        host: The host's name.
        roles: What `assigned_roles` gives.
        groups: The host's inventory groups.
        addresses: Its addresses by interface, as its variables or its topology say them.
    """
    group = PREFIX + Role.EDGE.value
    if not isinstance(roles, list) or not roles or Role.EDGE.value in roles or not (group in groups or addresses):
        return ()
    why = f"is in {group}" if group in groups else f"has {OF_VARIABLES}edge_addresses"
    return (
        f"{host} {why}, and {OF_VARIABLES}roles says {', '.join(map(str, roles))}: rules of these roles are bound to "
        f"no address, so their ports would be open to the outside. Leave {OF_VARIABLES}roles out, or, if it is no Edge "
        f"Server, take it out of {group} and its edge addresses away.",
    )


def double_mistakes(host: str, namesakes: Sequence[str]) -> tuple[str, ...]:
    """One machine with two names in one run: rules of one are stale for the other, and both are right after every run.

    Args:
        host: The host's name.
        namesakes: Other hosts of the run that have its address.
    """
    if not namesakes:
        return ()
    return (
        f"{host} has the same address as {', '.join(namesakes)}. Keep one name of a machine, in the groups of all its "
        "roles, or correct ansible_host.",
    )
