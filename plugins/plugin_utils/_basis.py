# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a list of drifted hosts rests on: the collection, and each host's groups, variables and address.

An approval may wait for a day. AWX fetches project and inventory anew for each job, so the job that follows it may be
another program, and mean another estate, than the audit that made the list.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from ..module_utils._options.host_table import HOST_OPTIONS
from ..module_utils._options.reading import OptionError
from ..module_utils._options.variables import PREFIX
from ._plain import plain
from ._templated import templated

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
_CONNECTED = ("ansible_winrm_host", "ansible_host")
_SHOWN = 10
_MOST_NAMED = 20
_MOST_ERRORS = 3


def basis_of(names: Iterable[str], hostvars: Mapping[str, Any], collection: str) -> dict[str, Any]:
    """What the names rest on, for an artifact.

    Args:
        names: The hosts; those that the inventory does not have are left out.
        hostvars: Ansible's variable of that name. A variable counts with its value, whatever it is written with; one
            that has none, for its template is wrong, is the same as no value at all.
        collection: The version of the collection.
    """
    found = {name: _Host(name, hostvars) for name in names if name in hostvars}
    return {"collection": collection, "hosts": {name: host.digest for name, host in found.items()}}


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
    now = {name: _Host(name, hostvars) for name in told["hosts"] if name in hostvars}
    errors = [error for host in now.values() for error in host.errors]
    others, moved = [], []
    for name, digest in told["hosts"].items():
        host = now.get(name)
        of_variables, _dash, of_address = str(digest).partition("-")
        if host is None or (host.of_variables != of_variables and not host.errors):
            others.append(str(name))
        if host is not None and host.of_address != of_address and not host.errors:
            moved.append(str(name))
    found = []
    if told.get("collection") != collection:
        found.append(f"the collection is {collection} now, and was {told.get('collection')}")
    if others:
        found.append(f"other groups or lync variables than then have {_few(others, _MOST_NAMED)}")
    if moved:
        found.append(f"another address than then has {_few(moved, _MOST_NAMED)}")
    if errors:
        found.append(_few(errors, _MOST_ERRORS))
    return "; ".join(found)


class _Host:
    """What a list rests on of one host.

    Attributes:
        of_variables: A digest of its groups and variables.
        of_address: A digest of where it is connected to.
        errors: What cannot be told of it, in sentences without their end.
    """

    def __init__(self, name: str, hostvars: Mapping[str, Any]) -> None:
        self._name = name
        self._hostvars = hostvars
        self._raw: Mapping[str, Any] = getattr(hostvars, "raw_get", hostvars.__getitem__)(name)
        self.errors: list[str] = []
        values = ((key, self._value(key)) for key in self._raw if key in _OF_HOST or _is_of_inventory(key))
        variables = {key: value for key, value in values if value is not None}
        self.of_variables = _digest([sorted(map(str, self._raw.get("group_names") or ())), variables])
        self.of_address = _digest(next((value for key in _CONNECTED if (value := self._value(key))), name))

    @property
    def digest(self) -> str:
        """Both digests, for an artifact."""
        return f"{self.of_variables}-{self.of_address}"

    def _value(self, variable: str) -> Any:
        """What a variable comes to; None where there is none, and where that cannot be told."""
        if variable not in self._raw:
            return None
        try:
            return templated(variable, self._raw, lambda _written: self._hostvars[self._name][variable])
        except (OptionError, RecursionError, TypeError) as error:
            reason = error.reason if isinstance(error, OptionError) else type(error).__name__
            self.errors.append(f"{variable} of {self._name} cannot be told ({reason})")
            return None


def _few(texts: list[str], most: int) -> str:
    more = f" and {len(texts) - most} more" if len(texts) > most else ""
    return f"{', '.join(texts[:most])}{more}"


def _digest(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, default=lambda item: type(item).__name__)
    return hashlib.sha256(text.encode()).hexdigest()[:_SHOWN]


def _is_of_inventory(name: str) -> bool:
    return name.startswith(_INVENTORY) and not name.startswith(PREFIX) and name not in _NOT_OF_HOST
