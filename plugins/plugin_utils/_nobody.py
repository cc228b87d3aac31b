# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run says that has no host to work on, and of hosts in groups that are nearly called as a role's is."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping, Sequence

from ..module_utils._policy.assignment import GROUP_ROLES, WITHOUT_RULES
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


def misnamed(groups: Mapping[str, Iterable[str]], unseen: Collection[str]) -> list[str]:
    """A sentence for each group that is nearly called as a role's is, and has hosts that nobody looks at for it.

    Args:
        groups: Groups of the inventory and their hosts.
        unseen: Hosts that the run might be for, and is not.
    """
    named = {str(group): [str(host) for host in hosts if str(host) in unseen] for group, hosts in groups.items()}
    meant = _meant(group for group, hosts in named.items() if hosts)
    return [
        f"{said(group)} is no role's group, so not looked at: {first_few(list(map(said, named[group])), _MOST_NAMED)}. "
        f"If {right} is meant, correct the name."
        for group, right in meant.items()
    ]


def _meant(groups: Iterable[str]) -> dict[str, str]:
    """Groups that are no role's, to the name of one that is nearly the same."""
    others = [group for group in groups if group not in GROUP_ROLES and group not in WITHOUT_RULES]
    return {group: near[0] for group in others if (near := difflib.get_close_matches(group, GROUP_ROLES, 1, 0.85))}


def _to_try(filled: Mapping[str, int]) -> str:
    """A misspelt group is to be renamed; of others somebody has to say which roles their hosts have."""
    renamed = [f"{said(group)} is {right}" for group, right in _meant(filled).items()]
    if renamed:
        return f"If {', '.join(renamed[:_MOST_NAMED])}, correct the name."
    group = said(max(filled, key=lambda name: (filled[name], name)))
    return (
        f"Set lync_firewall_roles for the groups of Lync servers, such as lync_firewall_roles: [front_end] in "
        f"group_vars/{group}.yml. To try one group without that, and without a change: "
        f"lyncops.firewall.audit -e lync_firewall_hosts={group} -e lync_firewall_roles=front_end"
    )
