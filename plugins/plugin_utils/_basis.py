# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a list of drifted hosts rests on: the collection, and each host's groups and variables.

An approval may wait for a day. AWX fetches project and inventory anew for each job, so the job that follows it may be
another program, and mean another estate, than the audit that made the list.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from ..module_utils._options.table import HOST_OPTIONS
from ..module_utils._options.variables import PREFIX
from ._results import plain

_OF_RUN = ("largest_answer", "plan", "plan_digest")  # these say nothing of what a host should have
_OF_HOST = frozenset(
    (
        f"{PREFIX}addresses",
        f"{PREFIX}extra_peers",
        *(PREFIX + one.name for one in HOST_OPTIONS if one.name not in _OF_RUN),
    )
)
_INVENTORY = "lync_"  # variables of the inventory plugin, which describe the host
_NOT_OF_HOST = ("lync_gate", "lync_topology")
_SHOWN = 12
_MOST_NAMED = 20


def basis_of(names: Iterable[str], hostvars: Mapping[str, Any], collection: str) -> dict[str, Any]:
    """What the names rest on, for an artifact.

    Args:
        names: The hosts; those that the inventory does not have are left out.
        hostvars: Ansible's variable of that name. Its variables are taken as they are written.
        collection: The version of the collection.
    """
    raw = getattr(hostvars, "raw_get", hostvars.__getitem__)
    return {"collection": collection, "hosts": {name: _digest(raw(name)) for name in names if name in hostvars}}


def differences(told: Any, hostvars: Mapping[str, Any], collection: str) -> str:
    """What is other than it was when a list was made, in a sentence without its end; empty where nothing is.

    Args:
        told: What `basis_of` gave then; anything else is of another version, and says nothing.
        hostvars: See `basis_of`.
        collection: The version of the collection.
    """
    told = plain(told)
    if not isinstance(told, dict) or not isinstance(told.get("hosts"), dict):
        return ""
    now = basis_of(told["hosts"], hostvars, collection)
    other = [str(name) for name, digest in told["hosts"].items() if now["hosts"].get(name) != digest]
    found = []
    if told.get("collection") != collection:
        found.append(f"the collection is {collection} now, and was {told.get('collection')}")
    if other:
        more = f" and {len(other) - _MOST_NAMED} more" if len(other) > _MOST_NAMED else ""
        found.append(f"other groups or lync variables than then have {', '.join(other[:_MOST_NAMED])}{more}")
    return "; ".join(found)


def _digest(known: Mapping[str, Any]) -> str:
    variables = {name: known[name] for name in known if name in _OF_HOST or _is_of_inventory(name)}
    groups = sorted(map(str, known.get("group_names") or ()))
    text = json.dumps([groups, plain(variables)], sort_keys=True, default=lambda value: type(value).__name__)
    return hashlib.sha256(text.encode()).hexdigest()[:_SHOWN]


def _is_of_inventory(name: str) -> bool:
    return name.startswith(_INVENTORY) and not name.startswith(PREFIX) and name not in _NOT_OF_HOST
