# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter that says which hosts a playbook works on: a play's own `hosts` cannot see the variables of groups."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible.errors import AnsibleError, AnsibleFilterError
from ansible.inventory.manager import InventoryManager, split_host_pattern
from ansible.parsing.dataloader import DataLoader

from ..module_utils._net.address_set import AddressError, AddressSet, together
from ..module_utils._policy.assignment import GROUP_ROLES, WITHOUT_RULES
from ..module_utils._policy.peers import ADDRESSES, PREFIX
from ..plugin_utils._results import plain
from ..plugin_utils._telling import tell

_VARIABLE = "lync_firewall_hosts"
_ROLES = "lync_firewall_roles"
_ADDRESSES = ("ansible_winrm_host", "ansible_host")
_PORTS = ("ansible_winrm_port", "ansible_port")
_MOST_NAMED = 5
_MOST_LISTED = 20
_BATCHES = re.compile(r"[1-9][0-9]*%?(,[1-9][0-9]*%?)*")
_WINRM_PORTS = ("", "5985", "5986")
_SERVERS = "lync"
"""The group of all hosts that the inventory plugin says are managed."""


def lync_targets(
    groups: Any,
    hostvars: Mapping[str, Any],
    default: str,
    within: Iterable[str] | None = None,
    named: Any = False,
    *,
    sources: Iterable[str] = (),
    limit: str = "",
    batches: Any = "1",
    sliced: bool = False,
) -> dict[str, Any]:
    """The hosts to work on, and what is wrong about them; see the documentation beside this file."""
    if not isinstance(groups, Mapping):
        raise AnsibleFilterError(f"lyncops.firewall.lync_targets: the input must be 'groups', not {groups!r}")
    inventory = _Inventory({str(group): [str(host) for host in hosts] for group, hosts in groups.items()})
    looked = {host: _look(host, hostvars[host]) for host in inventory.hosts}
    of_roles = inventory.matching(default)
    if named is False or named is None:
        values = [look.said for look in looked.values() if look.said]
        values = [value for number, value in enumerate(values) if value not in values[:number]]
        unsaid = {host for host, look in looked.items() if not look.said}
        found = [host for value in values for host in inventory.matching(value)]
        found += [host for host in of_roles if host in unsaid]
        patterns = values + ([default] if unsaid or not values else [])
    else:
        items = plain(named) if isinstance(named, list) else str(named).split(",")
        values = patterns = [str(item).strip() for item in items if str(item).strip()]
        found = inventory.matching(values) if values else []
    looked_at = {*of_roles, *found}
    may = set(inventory.hosts) if within is None else {str(host) for host in within}
    hosts = [host for host in dict.fromkeys(found) if host in may]
    targets = {
        "hosts": hosts,
        "patterns": [value if isinstance(value, str) else ",".join(value) for value in patterns],
        "unknown": sorted({part for value in values for part in inventory.unknown(value)}),
        "forgotten": [host for host in groups.get(_SERVERS, ()) if host in may - looked_at],
        "namesakes": _namesakes(hosts, looked),
        "addresses": _addresses(groups, looked),
        "idle": bool(hosts) and not _have_roles(hosts, groups, looked),
    }
    where = f"({', '.join(map(str, sources))})"
    targets["mistakes"] = _mistakes(targets, where, str(limit), batches, is_slice=bool(sliced), nobody=named == [])
    _tell(targets, nobody=named == [])
    return targets


def _mistakes(
    targets: Mapping[str, Any], where: str, limit: str, batches: Any, *, is_slice: bool, nobody: bool
) -> list[str]:
    """Why not to begin, in sentences. A slice of a job may hold none of the hosts, and an empty list means nobody."""
    found = []
    wanted = [batches] if isinstance(batches, (str, int)) else list(batches)
    text = ",".join(str(batch) for batch in wanted).replace(" ", "")
    if not _BATCHES.fullmatch(text):
        found.append(f"lync_firewall_serial: {text} is no number of hosts, such as 5, 25% or 1,25%,100%.")
    if targets["idle"] and not is_slice:
        names = ", ".join(targets["hosts"][:_MOST_NAMED])
        found.append(f"There is no host to work on: {names} need no rule of ours ({', '.join(WITHOUT_RULES)}).")
    if not targets["hosts"] and not is_slice and not nobody:
        limited = f" and --limit {limit}" if limit else ""
        found.append(
            f"There is no host to work on: nothing in the inventory {where} matches "
            f"{', '.join(targets['patterns'][:_MOST_LISTED])}{limited}. See the warnings above, and the names of its "
            "groups."
        )
    unknown = targets["unknown"]
    if unknown:
        more = " and more" if len(unknown) > _MOST_LISTED else ""
        found.append(
            f"Not in the inventory {where}: {', '.join(unknown[:_MOST_LISTED])}{more}. Correct the names, or leave "
            "them out; nothing was done."
        )
    return found


def _tell(targets: Mapping[str, Any], *, nobody: bool) -> None:
    """What a person should know and need not stop for."""
    if targets["mistakes"]:
        return
    if targets["forgotten"]:
        forgotten = ", ".join(targets["forgotten"])
        tell(f"In the group lync, but in no role's group, so not looked at: {forgotten}")
    if not targets["hosts"] and not nobody:
        patterns = ", ".join(targets["patterns"])
        tell(f"This slice of the job has none of the hosts that match {patterns}; the other slices have to.")


@dataclass(frozen=True, slots=True)
class _Look:
    """What is needed of a host's variables, which cost as much to be asked for as all else here.

    Attributes:
        said: The value of ``lync_firewall_hosts``.
        addresses: Its addresses; None where variables do not have them.
        end: Address and port that are connected to; None where its variables are wrong.
        has_roles: Whether its roles are named.
    """

    said: Any
    addresses: AddressSet | None
    end: tuple[str, str] | None
    has_roles: bool


def _look(host: str, known: Mapping[str, Any]) -> _Look:
    try:
        address = next((known[name] for name in _ADDRESSES if known.get(name)), host)
        port = str(next((known[name] for name in _PORTS if known.get(name)), ""))
        # One machine may listen on both of WinRM's ports; another port of an address may be mapped to another machine.
        end = (str(address).lower().removesuffix("."), "" if port in _WINRM_PORTS else port)
    except AnsibleError:
        end = None  # a host whose variables are wrong is not connected to either
    return _Look(
        plain(known[_VARIABLE]) if _VARIABLE in known else None, _own(host, known), end, bool(known.get(_ROLES))
    )


def _own(host: str, known: Mapping[str, Any]) -> AddressSet | None:
    try:
        value = next((known[name] for name in (*ADDRESSES, "ansible_host") if known.get(name)), host)
        return AddressSet.parse_for_rule([str(item) for item in ([value] if isinstance(value, str) else value)])
    except (AnsibleError, AddressError, TypeError):
        return None  # a name, or variables that are wrong: nothing is known of it


def _addresses(groups: Mapping[str, Iterable[str]], looked: Mapping[str, _Look]) -> list[str]:
    """The addresses of all hosts in the group of a role or of a kind of peer, as far as variables have them."""
    hosts = dict.fromkeys(str(host) for group, names in groups.items() if group.startswith(PREFIX) for host in names)
    found = together(own for host in hosts if (own := looked[host].addresses) is not None)
    return found.texts() if found and not found.fills_a_family else []


def _have_roles(hosts: Iterable[str], groups: Mapping[str, Iterable[str]], looked: Mapping[str, _Look]) -> bool:
    """Whether any of the hosts is more than a client or a load balancer, for which there is nothing to do."""
    idle = {str(host) for group in WITHOUT_RULES for host in groups.get(group, ())}
    busy = {str(host) for group, names in groups.items() if group in GROUP_ROLES for host in names}
    return any(host in busy or host not in idle or looked[host].has_roles for host in hosts)


def _namesakes(hosts: Iterable[str], looked: Mapping[str, _Look]) -> dict[str, list[str]]:
    """Each host that another one shares its address with, and these others: one machine with two names."""
    by_end: dict[tuple[str, str], list[str]] = {}
    for host in hosts:
        end = looked[host].end
        if end:
            by_end.setdefault(end, []).append(host)
    return {
        host: [other for other in shared[: _MOST_NAMED + 1] if other != host][:_MOST_NAMED]
        for shared in by_end.values()
        if len(shared) > 1
        for host in shared
    }


class _Inventory:
    """The groups of a run, asked with Ansible's patterns."""

    def __init__(self, groups: Mapping[str, list[str]]) -> None:
        self._groups = groups
        self._manager = InventoryManager(DataLoader(), parse=False)
        for group, hosts in groups.items():
            self._manager.add_group(group)
            for host in hosts:
                self._manager.add_host(host, group=group)
        self.hosts = groups.get("all", [])
        self._names = {*groups, *self.hosts, "localhost"}

    def matching(self, pattern: str | list[str]) -> list[str]:
        """Hosts of a pattern; with ANSIBLE_HOST_PATTERN_MISMATCH=error one misspelt part does not hide the others."""
        try:
            return self._hosts(pattern)
        except AnsibleError:
            parts = [str(part) for part in split_host_pattern(pattern)]
            found = [part for part in parts if len(parts) > 1 and self.matching(part.lstrip("!&"))]
        if any(part.startswith("&") for part in parts if part not in found):
            return []  # what is to be in a group that is not there as well is nobody
        return self._hosts(found) if found else []

    def _hosts(self, pattern: str | list[str]) -> list[str]:
        return [str(host.name) for host in self._manager.get_hosts(pattern=pattern)]

    def unknown(self, pattern: str | list[str]) -> list[str]:
        """Parts that should add hosts and name none; a group without hosts is known."""
        parts = [str(part) for part in split_host_pattern(pattern)]
        wanted = [part for part in parts if part and part[0] not in "!&" and part not in self._names]
        return [part for part in wanted if not self.matching(part)]


class FilterModule:
    """The filter by name."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """What Ansible asks for."""
        return {"lync_targets": lync_targets}
