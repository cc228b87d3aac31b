# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Ansible knows of the hosts of a report or a plan: their registered results, roles, pools and sites."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from ansible.errors import AnsibleError

from ..module_utils._catalogue.words import Role
from ..module_utils._options.variables import PREFIX
from ..module_utils._policy.assignment import CLIENTS, SELDOM, assigned_roles
from ..module_utils._policy.running import OF_TOPOLOGY, VARIABLE, VERSION, running
from ..module_utils._texts import first_few, said
from ._named_roles import VARIABLE as ROLES
from ._plain import plain
from ._report.build import Source
from ._report.packed import unpack
from ._report.remember import IN_GROUPS, SELDOM_MANAGED, WITHOUT_ROLE
from ._templated import may_be_template

PROBED = f"{PREFIX}probed"
"""The variable that the task registers which probes the hosts of a play."""

_LONGEST_REASON = 300
_MOST_NAMED = 5
_LONGEST = 1000


def source_of(name: str, variable: str, hostvars: Mapping[str, Any]) -> Source:
    """What Ansible knows of a host.

    Args:
        name: The host; it need not be in the inventory.
        variable: The variable that its result is registered in.
        hostvars: Ansible's variable of that name.
    """
    if name not in hostvars:
        return Source(name)
    known = AsWritten(hostvars, name)
    try:
        result = unpack(plain(known.get(variable)))
    except (AnsibleError, TypeError) as error:
        result = {"failed": True, "msg": f"{variable} cannot be read: {error}"}
    roles = _variable(known, "lync_roles")
    roles = roles if isinstance(roles, list) else _assigned(known)
    return Source(
        name,
        result,
        tuple(role for role in roles if isinstance(role, str)),
        _word(_variable(known, "lync_pool")),
        _word(_variable(known, "lync_site")),
        product=_word(running(*(_variable(known, name) for name in (VARIABLE, OF_TOPOLOGY, VERSION)))),
    )


class AsWritten(Mapping[str, Any]):
    """The variables of a host. Those without a template are taken as they are: large results take Ansible long."""

    def __init__(self, hostvars: Mapping[str, Any], name: str) -> None:
        self._raw: Mapping[str, Any] = getattr(hostvars, "raw_get", hostvars.__getitem__)(name)
        self._all, self._name = hostvars, name

    def __getitem__(self, variable: str) -> Any:
        value = self._raw[variable]
        return self._all[self._name][variable] if may_be_template(value) else value

    def __iter__(self) -> Iterator[str]:
        return iter(self._raw)

    def __len__(self) -> int:
        return len(self._raw)


def _variable(known: Mapping[str, Any], name: str) -> Any:
    """A variable that only adds to the report: one that cannot be templated is not there."""
    try:
        return plain(known.get(name))
    except (AnsibleError, TypeError):
        return None


def _word(value: Any) -> str:
    return value if isinstance(value, str) else ""


def with_probes(sources: Iterable[Source], registered: Any) -> tuple[list[Source], str]:
    """The hosts with what a probe from outside saw of them, and why it failed where it did.

    Args:
        sources: The hosts.
        registered: The result of `lync_port_probe`; None where there was no probe.
    """
    result = registered if isinstance(registered, Mapping) else {}
    if result.get("failed") or result.get("unreachable"):
        return list(sources), f"the hosts could not be probed: {said(str(result.get('msg') or ''), _LONGEST)}"
    probes, unasked = (plain(result.get(key)) for key in ("probes", "unasked"))
    if not isinstance(probes, dict) or not isinstance(unasked, dict):
        return list(sources), ""
    found = [replace(one, probes=probes.get(one.name), unasked=unasked.get(one.name)) for one in sources]
    return found, _unprobed(found, *(plain(result.get(key)) for key in ("problems", "unprobed")))


def _unprobed(sources: Iterable[Source], *reasons: Any) -> str:
    """Which of the hosts were not probed as they should have been, and why; nothing where all were."""
    known = [why for why in reasons if isinstance(why, dict)]
    named = [
        f"{one.name} ({said(str(why), _LONGEST_REASON)})"
        for one in sources
        if (why := next((found[one.name] for found in known if found.get(one.name)), ""))
    ]
    return f"not all ports could be probed of: {first_few(named, _MOST_NAMED)}" if named else ""


def address_of(name: str, hostvars: Mapping[str, Any]) -> Any:
    """The ``ansible_host`` of a host; None where it has none, or it cannot be templated."""
    return _variable(AsWritten(hostvars, name), "ansible_host")


def place_of(name: str, hostvars: Mapping[str, Any]) -> str:
    """What the inventory says of a host that was in an earlier report; nothing where it does not have it."""
    if name not in hostvars:
        return ""
    roles = _assigned(AsWritten(hostvars, name))
    if roles == [SELDOM.value]:
        return SELDOM_MANAGED
    return IN_GROUPS if roles else WITHOUT_ROLE


def _assigned(known: Mapping[str, Any]) -> list[Any]:
    """The roles of a host by its variables or groups; a variable of a wrong type says nothing, its task refuses it."""
    groups, named = _variable(known, "group_names"), _variable(known, ROLES)
    named = named if isinstance(named, (list, str)) else None
    groups = groups if isinstance(groups, list) else []
    found: list[Any] = assigned_roles(named, groups)
    return [Role.CLIENT.value] if not found and CLIENTS in groups else found
