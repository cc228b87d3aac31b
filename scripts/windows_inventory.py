# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rewrite any Ansible inventory as the one that ``ansible-test windows-integration`` can use.

ansible-test copies the inventory under the name ``inventory.winrm``; up to ansible-core 2.16 only the INI parser looks
at a file of that name. It wants a group ``windows``, and ``ansible_host`` and ``ansible_user`` of each of its hosts
(ansible_test/_internal/host_profiles.py, ``WindowsInventoryProfile``). Inventories of people, and the lab's, are YAML,
and have groups of their own; ``ansible-inventory`` reads them all.
"""

from __future__ import annotations

import json
import shlex
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

WINDOWS_GROUP = "windows"


class InventoryError(Exception):
    """The inventory cannot be used; the text says why."""


def read(inventory: Path, ansible_inventory: Path) -> dict[str, Any]:
    """The answer of ``ansible-inventory --list``: groups, and the merged variables of each host under ``_meta``."""
    if not inventory.exists():
        raise InventoryError(f"{inventory}: there is no such inventory")
    command = [str(ansible_inventory), "-i", str(inventory), "--list"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode:
        raise InventoryError(f"{inventory}: {result.stderr.strip()}")
    listing: dict[str, Any] = json.loads(result.stdout)
    if not listing.get("_meta", {}).get("hostvars"):
        raise InventoryError(f"{inventory}: no host with variables in it")
    return listing


def members(listing: Mapping[str, Any], group: str) -> list[str]:
    """All hosts of a group and its children, sorted."""
    found: set[str] = set()
    waiting, seen = [group], set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        entry = listing.get(name, {})
        found.update(entry.get("hosts", []))
        waiting += entry.get("children", [])
    return sorted(found)


def host_line(name: str, variables: Mapping[str, Any]) -> str:
    """One host with its variables as an INI inventory has them: Python literals, quoted for ``shlex``."""
    parts = [name]
    for key, value in sorted(variables.items()):
        if isinstance(value, dict) and "__ansible_vault" in value:
            raise InventoryError(f"host {name}: {key} is vaulted; ansible-test cannot be given a vault password")
        parts.append(f"{key}={shlex.quote(repr(value))}")
    return " ".join(parts)


def to_ini(listing: Mapping[str, Any]) -> str:
    """The whole inventory as INI text, with all hosts in the group ``windows`` if it has no such group."""
    hostvars = listing["_meta"]["hostvars"]
    windows = members(listing, WINDOWS_GROUP) or members(listing, "all")
    lines = []
    for name in sorted(set(windows) | set(hostvars)):
        variables = {"ansible_host": name, **hostvars.get(name, {})}
        if name in windows and "ansible_user" not in variables:
            raise InventoryError(f"host {name} has no ansible_user, without which ansible-test uses no Windows host")
        lines.append(host_line(name, variables))
    groups = sorted(name for name in listing if name not in ("_meta", "all", "ungrouped", WINDOWS_GROUP))
    for group in groups:
        lines += ["", f"[{group}]", *members(listing, group)]
    lines += ["", f"[{WINDOWS_GROUP}]", *windows, ""]
    return "\n".join(lines)
