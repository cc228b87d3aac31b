# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter that says which hosts a playbook works on: a play's own `hosts` cannot see the variables of groups."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ansible.errors import AnsibleError, AnsibleFilterError
from ansible.inventory.manager import InventoryManager, split_host_pattern
from ansible.parsing.dataloader import DataLoader

from ..module_utils._catalogue.model import HOST_ROLES
from ..module_utils._net.address_set import AddressError, AddressSet
from ..module_utils._policy.peers import ADDRESSES, PREFIX
from ..plugin_utils._results import plain

_VARIABLE = "lync_firewall_hosts"
_ADDRESSES = ("ansible_winrm_host", "ansible_host")
_PORTS = ("ansible_winrm_port", "ansible_port")
_MOST_NAMED = 5
_WINRM_PORTS = ("", "5985", "5986")
_WITHOUT_RULES = ("lync_client", "lync_load_balancer")
_WITH_RULES = frozenset(PREFIX + role.value for role in HOST_ROLES)
_SERVERS = "lync"
"""The group of all hosts that the inventory plugin says are managed."""


def lync_targets(
    groups: Any, hostvars: Mapping[str, Any], default: str, within: Iterable[str] | None = None, named: Any = False
) -> dict[str, Any]:
    """The hosts to work on, and what is wrong about them; see the documentation beside this file."""
    if not isinstance(groups, Mapping):
        raise AnsibleFilterError(f"lyncops.firewall.lync_targets: the input must be 'groups', not {groups!r}")
    inventory = _Inventory({str(group): [str(host) for host in hosts] for group, hosts in groups.items()})
    of_roles = inventory.matching(default)
    if named is False or named is None:
        values, unsaid = _said(inventory.hosts, hostvars)
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
    return {
        "hosts": hosts,
        "patterns": [value if isinstance(value, str) else ",".join(value) for value in patterns],
        "unknown": sorted({part for value in values for part in inventory.unknown(value)}),
        "forgotten": [host for host in groups.get(_SERVERS, ()) if host in may - looked_at],
        "namesakes": _namesakes(hosts, hostvars),
        "addresses": _addresses(groups, hostvars),
        "idle": bool(hosts) and not _have_roles(hosts, groups, hostvars),
    }


def _addresses(groups: Mapping[str, Iterable[str]], hostvars: Mapping[str, Any]) -> list[str]:
    """The addresses of all hosts in the group of a role or of a kind of peer, as far as variables have them."""
    hosts = dict.fromkeys(str(host) for group, names in groups.items() if group.startswith(PREFIX) for host in names)
    found = AddressSet()
    for host in hosts:
        try:
            known = hostvars[host]
            value = next((known[name] for name in (*ADDRESSES, "ansible_host") if known.get(name)), host)
            found |= AddressSet.parse_for_rule([str(item) for item in ([value] if isinstance(value, str) else value)])
        except (AnsibleError, AddressError, TypeError):
            continue  # a name, or variables that are wrong: nothing is known of it
    return found.texts() if found and not found.fills_a_family else []


def _have_roles(hosts: Iterable[str], groups: Mapping[str, Iterable[str]], hostvars: Mapping[str, Any]) -> bool:
    """Whether any of the hosts is more than a client or a load balancer, for which there is nothing to do."""
    idle = {str(host) for group in _WITHOUT_RULES for host in groups.get(group, ())}
    busy = {str(host) for group, names in groups.items() if group in _WITH_RULES for host in names}
    return any(host in busy or host not in idle or hostvars[host].get("lync_firewall_roles") for host in hosts)


def _said(hosts: Iterable[str], hostvars: Mapping[str, Any]) -> tuple[list[Any], set[str]]:
    """The values of the variable, each once, and the hosts that have none."""
    values: list[Any] = []
    unsaid: set[str] = set()
    for host in hosts:
        known = hostvars[host]
        value = plain(known[_VARIABLE]) if _VARIABLE in known else None
        if not value:
            unsaid.add(host)
        elif value not in values:
            values.append(value)
    return values, unsaid


def _namesakes(hosts: Iterable[str], hostvars: Mapping[str, Any]) -> dict[str, list[str]]:
    """Each host that another one shares its address with, and these others: one machine with two names."""
    by_address: dict[tuple[str, ...], list[str]] = {}
    for host in hosts:
        known = hostvars[host]
        try:
            address = next((known[name] for name in _ADDRESSES if known.get(name)), host)
            port = str(next((known[name] for name in _PORTS if known.get(name)), ""))
        except AnsibleError:
            continue  # a host whose variables are wrong is not connected to either
        # One machine may listen on both of WinRM's ports; another port of an address may be mapped to another machine.
        own = "" if port in _WINRM_PORTS else port
        by_address.setdefault((str(address).lower().removesuffix("."), own), []).append(host)
    return {
        host: [other for other in shared[: _MOST_NAMED + 1] if other != host][:_MOST_NAMED]
        for shared in by_address.values()
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
