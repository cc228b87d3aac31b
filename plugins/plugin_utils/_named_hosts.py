# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts for what is done only to those that somebody has named, each by its own name.

A pattern, a group and an empty variable are no names, wherever they come from, and a list in the inventory was not
written for this run: one consent must not become that of a whole estate.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ansible.errors import AnsibleError
from ansible.inventory.manager import split_host_pattern

from ..module_utils._options.reading import OptionError
from ..module_utils._texts import first_few, said
from ._patterns import Patterns
from ._plain import plain

if TYPE_CHECKING:
    from ._targets import Request

_VARIABLE = "lync_firewall_hosts"
_MOST_NAMED = 5


def find_named(
    groups: Mapping[str, Iterable[str]], hostvars: Mapping[str, Mapping[str, Any]], request: Request
) -> dict[str, Any]:
    """The hosts that are named, by ``lync_firewall_hosts`` or by ``--limit``, and what is wrong about that.

    Args:
        groups: Ansible's variable of that name.
        hostvars: Likewise.
        request: What the run is about.

    Returns:
        ``hosts``, ``unknown``, ``mistakes`` and ``notes``, as `find_targets` has them. Where a host is chosen that is
        not named there is a mistake, and nobody is to be worked on.

    Raises:
        OptionError: The variable of a host cannot be templated.
    """
    everybody = [str(host) for host in groups.get("all", ())]
    inventory = Patterns({str(group): [str(host) for host in hosts] for group, hosts in groups.items()})
    patterns = list(dict.fromkeys(part for host in everybody for part in _parts(_said(host, hostvars[host]))))
    limit = _parts(request.limit)
    # A group may have the name of a host.
    meant = (*patterns, *limit) if request.hosts_for_all else limit
    named = {part for part in meant if part in everybody and part not in groups}
    may = set(everybody) if request.within is None else {str(host) for host in request.within}
    chosen = [host for host in (inventory.matching(patterns) if patterns else everybody) if host in may]
    unknown = sorted({part for part in patterns if inventory.unknown(part)})
    mistakes = _mistakes(chosen, [host for host in chosen if host not in named], unknown, patterns, request)
    return {"hosts": [] if mistakes else chosen, "unknown": unknown, "mistakes": mistakes, "notes": []}


def _mistakes(
    chosen: list[str], unnamed: list[str], unknown: list[str], patterns: list[str], request: Request
) -> list[str]:
    if unknown:
        where = ", ".join(map(str, request.sources))
        return [
            f"Not in the inventory ({where}): {said(first_few(unknown, _MOST_NAMED))}. Nothing was done; correct the "
            f"name in {_VARIABLE}."
        ]
    if unnamed:
        by = _chosen_by(patterns, request)
        return [
            f"This is for a host to spare, and {by} chooses {len(unnamed)} without naming them: "
            f"{first_few(unnamed, _MOST_NAMED)}. Nothing was done: name the host, such as "
            f"-e {_VARIABLE}={unnamed[0]} or --limit {unnamed[0]}; a pattern, a group or a list of the inventory will "
            "not do."
        ]
    if not chosen:
        return [f"There is no host to work on: --limit {said(request.limit)} leaves none of those in {_VARIABLE}."]
    odd = [host for host in chosen if any(map(str.isspace, host))]
    if odd:
        return [f"Ansible's patterns cannot hold names with blanks: {first_few(odd, _MOST_NAMED)}. Rename these hosts."]
    return []


def _chosen_by(patterns: list[str], request: Request) -> str:
    """What has chosen hosts that are not named."""
    if patterns:
        where = "" if request.hosts_for_all else " of the inventory"
        return f"{_VARIABLE}={','.join(patterns)}{where}"
    return f"--limit {said(request.limit)}" if request.limit else f"an empty {_VARIABLE}, or none,"


def _said(host: str, known: Mapping[str, Any]) -> Any:
    try:
        return plain(known[_VARIABLE]) if _VARIABLE in known else None
    except AnsibleError as error:
        raise OptionError(f"{_VARIABLE} of {host}", str(error)) from error


def _parts(value: Any) -> list[str]:
    """The parts of a pattern, as text or as a list; none where it says nothing."""
    listed = value if isinstance(value, list) else [value] if value else []
    return [text for item in listed if item for part in split_host_pattern(str(item)) if (text := str(part).strip())]
