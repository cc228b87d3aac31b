# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run says that has no host to work on: which groups the inventory has, and what to try."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence

from ..module_utils._policy.assignment import GROUP_ROLES
from ..module_utils._texts import first_few, said

_MOST_NAMED = 5
_MOST_LISTED = 20
_OF_ANSIBLE = ("all", "ungrouped")


def nobody(
    patterns: Sequence[str],
    sources: Iterable[str],
    limit: str,
    groups: Mapping[str, Iterable[str]],
    without_limit: Sequence[str],
    absent: Sequence[str] = (),
) -> str:
    """Why there is no host to work on, and the line to try.

    Args:
        patterns: What was looked for.
        sources: Where the inventory comes from.
        limit: What the run is limited to.
        groups: Groups of the inventory and their hosts.
        without_limit: The hosts that there would be without that limit.
        absent: Those of `sources` that are not there.
    """
    limited = f" and --limit {limit}" if limit else ""
    first = (
        f"There is no host to work on: nothing in the inventory ({', '.join(map(str, sources))}) matches "
        f"{', '.join(patterns[:_MOST_LISTED])}{limited}."
    )
    if without_limit:
        return f"{first} Without that limit there are {first_few(without_limit, _MOST_NAMED)}."
    own = {str(group): len(list(hosts)) for group, hosts in groups.items() if group not in _OF_ANSIBLE}
    filled = {group: count for group, count in own.items() if count}
    if not filled and absent:
        return f"There is no host to work on, and no such inventory: {', '.join(absent)}. Correct its name."
    if not filled:
        return f"{first} No group of it has a host; put hosts into the groups of their roles: {', '.join(GROUP_ROLES)}."
    listed = [f"{said(group)} ({count})" for group, count in filled.items()]
    return f"{first} Its groups, with their hosts: {first_few(listed, _MOST_LISTED)}. {_to_try(filled)}"


def _to_try(filled: Mapping[str, int]) -> str:
    """A misspelt group is to be renamed; of others somebody has to say which roles their hosts have."""
    meant = {group: near[0] for group in filled if (near := difflib.get_close_matches(group, GROUP_ROLES, 1, 0.85))}
    renamed = [f"{said(group)} is {right}" for group, right in meant.items() if group not in GROUP_ROLES]
    if renamed:
        return f"If {', '.join(renamed[:_MOST_NAMED])}, correct the name."
    group = said(max(filled, key=lambda name: (filled[name], name)))
    return (
        f"Set lync_firewall_roles for the groups of Lync servers, such as lync_firewall_roles: [front_end] in "
        f"group_vars/{group}.yml. To try one group without that, and without a change: "
        f"lyncops.firewall.audit -e lync_firewall_hosts={group} -e lync_firewall_roles=front_end"
    )
