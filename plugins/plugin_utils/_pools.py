# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pools of an inventory that a load balancer serves, by what the variables of their members say."""

from __future__ import annotations

import difflib
import ipaddress
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ansible.errors import AnsibleError
from ansible.module_utils.parsing.convert_bool import boolean
from jinja2 import Undefined

from ..module_utils._options.reading import OptionError
from ..module_utils._options.rules_table import ROW_OPTIONS
from ..module_utils._options.variables import PREFIX
from ..module_utils._policy.peers import ADDRESSES, POOL, PeerError, said_address
from ..module_utils._policy.pools import BALANCED_ROLES, DRAINED, VARIABLES
from ..module_utils._texts import said
from ._estate import resolved
from ._plain import plain
from ._templated import may_be_template
from ._variables import HostVariables

_BALANCING = VARIABLES["load_balancing"]
_OURS = (*VARIABLES.values(), DRAINED)
_RESOLVE = f"{PREFIX}resolve_peers"
_ALIKE = 0.85
_NOT_MEANT = frozenset({POOL, "lync_pools", "lync_addresses", "lync_ports", "lync_roles", "lync_features"})
_OTHERS = (PREFIX, "lync_load_balancer_")
_MOST_NAMED = 5


def pools_of(groups: Mapping[str, Iterable[str]], hostvars: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The pools whose members have the variable ``lync_load_balancing``, sorted by name, as `read_pool` takes them.

    The whole inventory counts, whatever a run is limited to: a member that a limit left out stays behind its address.

    Args:
        groups: Ansible's variable of that name.
        hostvars: Likewise; each host is asked for once.

    Raises:
        OptionError: No pool has the variable, its members disagree, or a variable is wrong. The message names the host
            (in place of an option) or the pool, and the variable.
    """
    pools: dict[str, list[tuple[str, dict[str, Any], dict[str, Any]]]] = {}
    for host in sorted(map(str, groups.get("all", ()))):  # with the inventory's order the file would change
        try:
            member, of_pool, pool = _look(host, hostvars[host])
        except (OptionError, PeerError, AnsibleError) as error:
            raise OptionError(host, str(error)) from error
        if not member:
            continue
        if not pool and _BALANCING in of_pool:
            raise OptionError(
                POOL, f"nothing says which pool {host} is in, and its {_BALANCING} is {of_pool[_BALANCING]}; set it"
            )
        pools.setdefault(pool, []).append((host, member, of_pool))
    found = [
        _pool(name, members)
        for name, members in sorted(pools.items())
        if any(of_pool for _host, _member, of_pool in members)
    ]
    if not found:
        raise OptionError(
            _BALANCING,
            "no pool says how it is balanced; set it for the servers of each pool that has a load balancer, hardware "
            f"or dns, and {VARIABLES['virtual_addresses']}",
        )
    return found


def _look(host: str, known: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any], str]:
    """A host as a member, empty for one that is none; what it says of its pool; and the pool."""
    variables = HostVariables(known, _defined, "")
    known = variables.known
    assigned = variables.assigned(connecting=False)
    roles = [str(role) for role in assigned.roles] if isinstance(assigned.roles, list) else []
    if not {role.value for role in BALANCED_ROLES}.intersection(roles):
        return {}, {}, ""
    for name in known:
        _check_spelling(str(name))
    of_pool = {name: value for name in VARIABLES.values() if (value := known.get(name)) not in (None, "")}
    if of_pool and assigned.mistakes:
        raise OptionError("lync_firewall_roles", " ".join(assigned.mistakes))
    member = {
        "name": host,
        "address": _address(host, known) or _looked_up(host, known),
        "roles": roles,
        "drained": _is_true(known, DRAINED),
        "options": plain(variables.options(None, ROW_OPTIONS)),
    }
    return member, of_pool, str(known.get(POOL) or "")


def _defined(value: Any) -> Any:
    """A value that Ansible has templated.

    Where that failed for something undefined, ansible-core up to 2.18 leaves the text, and newer ones a marker.

    Raises:
        AnsibleError: It is undefined, or something in it is.
    """
    try:
        found = plain(value)
    except TypeError:
        unknown = next(_undefined(value), None)
        raise AnsibleError(getattr(unknown, "_undefined_message", None) or "it is undefined") from None
    if may_be_template(found):
        raise AnsibleError(f"it is undefined, or something in it is: {said(str(found))}")
    return found


def _undefined(value: Any) -> Iterator[Any]:
    if isinstance(value, Undefined):
        yield value
    for item in value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ():
        yield from _undefined(item)


def _pool(name: str, members: Iterable[tuple[str, dict[str, Any], dict[str, Any]]]) -> dict[str, Any]:
    """One pool; its members must agree, for a device has one configuration.

    Raises:
        OptionError: They do not.
    """
    found: dict[str, Any] = {"name": name, "members": [member for _host, member, _said in members]}
    for key, variable in VARIABLES.items():
        values: dict[str, list[str]] = {}
        for host, _member, of_pool in members:
            values.setdefault(repr(of_pool.get(variable)), []).append(host)
        if len(values) > 1:
            told = ", ".join(
                f"{'nothing' if value == 'None' else value} for {', '.join(hosts[:_MOST_NAMED])}"
                for value, hosts in sorted(values.items())
            )
            raise OptionError(variable, f"pool {name}: its members do not agree, it is {told}; say it for the group")
        value = next(of_pool.get(variable) for _host, _member, of_pool in members)
        if value is not None:
            found[key] = value
    return found


def _address(host: str, known: Mapping[str, Any]) -> str:
    """The first single address that variables have; empty where they have none."""
    for value in (*(known.get(name) for name in ADDRESSES), said_address(host, known.get("ansible_host"))):
        for text in value if isinstance(value, (list, tuple)) else [value]:
            try:
                return str(ipaddress.ip_address(str(text)))
            except ValueError:
                continue
    return ""


def _looked_up(host: str, known: Mapping[str, Any]) -> str:
    """What the controller's resolver says, where it is to be asked; empty where it does not know the name."""
    if not _is_true(known, _RESOLVE):
        return ""
    return next(iter(resolved(str(known.get("ansible_host") or host))), "")


def _is_true(known: Mapping[str, Any], name: str) -> bool:
    value = known.get(name)
    if value is None:
        return False
    try:
        return bool(boolean(value))
    except TypeError:
        raise OptionError(name, f"{value!r} is neither true nor false") from None


def _check_spelling(name: str) -> None:
    """Raise OptionError for a variable that nobody reads and that is nearly one of ours."""
    if not name.startswith("lync_") or name.startswith(_OTHERS) or name in _OURS or name in _NOT_MEANT:
        return
    near = difflib.get_close_matches(name, _OURS, 1, _ALIKE)
    if near:
        raise OptionError(name, f"this is no variable of this collection; did you mean {near[0]}?")
