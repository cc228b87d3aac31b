# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The groups of a run, asked with Ansible's patterns."""

from __future__ import annotations

from ansible.errors import AnsibleError
from ansible.inventory.manager import InventoryManager, split_host_pattern
from ansible.parsing.dataloader import DataLoader


class Patterns:
    """The groups of a run, asked with Ansible's patterns.

    Attributes:
        hosts: All hosts.
    """

    def __init__(self, groups: dict[str, list[str]]) -> None:
        """Take over the groups.

        Args:
            groups: Groups and their hosts.
        """
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
