# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is who in the inventory of a run: worked out by the first worker of a task that asks, and shared with the others.

A worker is a fork that lives for one host and one task. Each on its own would look at all hosts, the square of the
estate in all. What the first one finds is put into the folder that Ansible makes for the temporary files of one run,
under the name of the task: a later task may follow on changed variables.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ansible import constants
from ansible.errors import AnsibleError

from ..module_utils._policy.assignment import with_named_roles
from ..module_utils._policy.peers import Estate, Known, PeerError, survey
from ._named_roles import look_for_roles


def resolved(name: str) -> list[str]:
    """What the controller's resolver says, sorted; nothing where it does not know the name."""
    try:
        found = socket.getaddrinfo(name, None, proto=socket.IPPROTO_TCP)
    except (OSError, UnicodeError):
        return []
    return sorted({str(item[4][0]).partition("%")[0] for item in found})


def estate_of(
    task: str,
    groups: Mapping[str, Iterable[str]],
    hostvars: Mapping[str, Mapping[str, Any]],
    *,
    resolve: bool,
    named: Mapping[str, Iterable[str]] | None = None,
) -> Estate:
    """The estate, as this task of this run sees it.

    Args:
        task: What is one task of a run, and no other.
        groups: Ansible's variable of that name.
        hostvars: Likewise.
        resolve: Whether names without an address are looked up.
        named: Role to the hosts whose variables name it; None where all hosts are still to be asked.

    Raises:
        PeerError: A variable with addresses or roles is wrong.
    """
    folder = Path(str(constants.DEFAULT_LOCAL_TMP))
    name = folder / f"lyncops-estate-{task}-{'resolved' if resolve else 'as-said'}"

    def work_out() -> dict[str, Any]:
        try:
            return asdict(surveyed(groups, hostvars, resolve=resolve, named=named))
        except PeerError as error:
            return {"error": str(error)}

    try:
        found = _shared(name, work_out)
    except OSError:  # no such folder, or no room in it: each for itself then
        found = work_out()
    if "error" in found:
        raise PeerError(found["error"])
    return Estate(_known(found["kinds"]), _known(found["pools"]), found["names"])


def surveyed(
    groups: Mapping[str, Iterable[str]],
    hostvars: Mapping[str, Mapping[str, Any]],
    *,
    resolve: bool,
    named: Mapping[str, Iterable[str]] | None = None,
) -> Estate:
    """The same, worked out here and now."""
    hosts = _Hosts(hostvars)
    roles = look_for_roles(groups, hosts) if named is None else named
    return survey(with_named_roles(groups, roles), hosts.__getitem__, resolved if resolve else None)


class _Hosts(Mapping[str, Mapping[str, Any]]):
    """The variables of all hosts, each of whom Ansible is asked for once."""

    def __init__(self, hostvars: Mapping[str, Mapping[str, Any]]) -> None:
        self._hostvars = hostvars
        self._asked: dict[str, _Host] = {}

    def __getitem__(self, host: str) -> Mapping[str, Any]:
        if host not in self._asked:
            self._asked[host] = _Host(host, self._hostvars[host])
        return self._asked[host]

    def __contains__(self, host: object) -> bool:
        return host in self._hostvars

    def __iter__(self) -> Iterator[str]:
        return iter(self._hostvars)

    def __len__(self) -> int:
        return len(self._hostvars)


class _Host(Mapping[str, Any]):
    """The variables of a host. What is wrong about one is an error that names both."""

    def __init__(self, name: str, known: Mapping[str, Any]) -> None:
        self._name = name
        self._known = known

    def __getitem__(self, variable: str) -> Any:
        try:
            return self._known[variable]
        except AnsibleError as error:
            raise PeerError(f"{variable} of {self._name}: {error}") from error

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


def _known(found: Mapping[str, Mapping[str, Iterable[str]]]) -> dict[str, Known]:
    return {name: Known(tuple(known["addresses"]), tuple(known["nameless"])) for name, known in found.items()}


def _shared(path: Path, work_out: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What a file holds, which whoever comes first writes while the others wait.

    Raises:
        OSError: There can be no such file.
    """
    with open(path, "a+", encoding="utf-8", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        try:
            found: dict[str, Any] = json.loads(file.read())
        except ValueError:  # nothing yet, or somebody was killed while writing
            found = work_out()
            file.truncate(0)
            file.write(json.dumps(found))
    return found
