# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters from an inventory to the listeners of the load balancers in front of its pools."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from ansible.errors import AnsibleFilterError

from ..module_utils._options.reading import OptionError
from ..module_utils._options.rules_table import ROW_OPTIONS
from ..module_utils._policy.balanced import balancer_listeners
from ..module_utils._policy.balanced_model import read_listener
from ..module_utils._policy.balanced_running import read_running
from ..module_utils._policy.balanced_table import listeners_csv
from ..module_utils._policy.pools import read_pool
from ..plugin_utils._arguments import validate
from ..plugin_utils._plain import plain
from ..plugin_utils._pools import pools_of

# Errors are raised "from None": newer ansible-core prints the cause too, and would then say all twice.


def lync_pools(groups: Any, hostvars: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The pools that are balanced; see the documentation beside this file."""
    if not isinstance(groups, Mapping):
        raise AnsibleFilterError(
            f"lyncops.firewall.lync_pools: the input must be 'groups', not {type(groups).__name__}"
        )
    try:
        return list(plain(pools_of(groups, hostvars)))
    except OptionError as error:
        raise AnsibleFilterError(f"lyncops.firewall.lync_pools: {error}") from None


def lync_listeners(pools: Any, only: Sequence[str] = ()) -> list[dict[str, Any]]:
    """The listeners of some pools; see the documentation beside this file."""
    try:
        found = [read_pool(_validated(pool)) for pool in _listed("pools", pools)]
        wanted = [only] if isinstance(only, str) else plain(list(only))
        names = [pool.name for pool in found]
        unknown = [str(word) for word in wanted if word not in names]
        if unknown:
            raise OptionError("only", f"there is no pool {', '.join(unknown)} that is balanced; there are {names}")
        listeners = balancer_listeners(pool for pool in found if not wanted or pool.name in wanted)
    except OptionError as error:
        raise AnsibleFilterError(f"lyncops.firewall.lync_listeners: {error}") from None
    return [plain(asdict(listener)) for listener in listeners]


def lync_listeners_csv(listeners: Any) -> str:
    """Listeners as CSV; see the documentation beside this file."""
    try:
        return listeners_csv(map(read_listener, _listed("listeners", listeners)))
    except OptionError as error:
        raise AnsibleFilterError(f"lyncops.firewall.lync_listeners_csv: {error}") from None


def lync_listeners_running(listeners: Any, answer: Any, token: str, file_changed: Any) -> dict[str, Any]:
    """What a HAProxy that runs has of its file; see the documentation beside this file."""
    known = plain(answer) if isinstance(answer, Mapping) else {}
    try:
        found = read_running(
            map(read_listener, _listed("listeners", listeners)),
            mark=str(known.get("lync_configuration") or ""),
            table=str(known.get("content") or ""),
            token=str(token).strip(),
            file_changed=float(file_changed),
        )
    except OptionError as error:
        raise AnsibleFilterError(f"lyncops.firewall.lync_listeners_running: {error}") from None
    return dict(plain(asdict(found)))


def _listed(name: str, items: Any) -> list[Any]:
    """The items of an input that is a list of dictionaries.

    Raises:
        OptionError: It is none.
    """
    if isinstance(items, (str, Mapping)) or not isinstance(items, Sequence):
        raise OptionError(name, "the input must be a list of them")
    found = plain(list(items))
    if not all(isinstance(item, dict) for item in found):
        raise OptionError(name, f"each is a dictionary, not {next(i for i in found if not isinstance(i, dict))!r}")
    return list(found)


def _validated(pool: Mapping[str, Any]) -> dict[str, Any]:
    """A pool whose members' options are validated as the modules validate theirs."""
    members = pool.get("members")
    if not isinstance(members, list):
        return dict(pool)
    return {**pool, "members": [_checked(pool, member) for member in members]}


def _checked(pool: Mapping[str, Any], member: Any) -> Any:
    if not isinstance(member, Mapping) or not member.get("options"):
        return member
    try:
        return {**member, "options": validate(member["options"], ROW_OPTIONS)}
    except OptionError as error:
        raise OptionError(error.option, f"pool {pool.get('name')}: {member.get('name')}: {error.reason}") from None


class FilterModule:
    """The filters by name."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """What Ansible asks for."""
        return {
            "lync_pools": lync_pools,
            "lync_listeners": lync_listeners,
            "lync_listeners_csv": lync_listeners_csv,
            "lync_listeners_running": lync_listeners_running,
        }
