# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose a variable is: with --limit a task for all hosts runs as the first of the limit, which may be innocent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

_MOST_NAMED = 3
_ALL = "all"


def whose(name: str, groups: Mapping[str, Iterable[str]], hostvars: Mapping[str, Mapping[str, Any]]) -> str:
    """Who has a variable, as ``NAME is a variable of fe02``; empty where no host has it, as with one of a play.

    For messages only, since every host is asked.

    Args:
        name: The variable.
        groups: Ansible's variable of that name.
        hostvars: Likewise.
    """
    everybody = [str(host) for host in groups.get(_ALL, ())]
    owners = [host for host in everybody if host in hostvars and name in hostvars[host]]
    if not owners:
        return ""
    if len(owners) == len(everybody) > 1:
        return f"{name} is set for all hosts, as by -e or in group_vars/all"
    return f"{name} is a variable of {_named(owners, groups)}"


def _named(owners: Sequence[str], groups: Mapping[str, Iterable[str]]) -> str:
    if len(owners) > 1:
        same = next((str(group) for group, hosts in groups.items() if set(map(str, hosts)) == set(owners)), "")
        if same:
            return f"the hosts of group {same}"
    more = f" and {len(owners) - _MOST_NAMED} more" if len(owners) > _MOST_NAMED else ""
    return ", ".join(owners[:_MOST_NAMED]) + more
