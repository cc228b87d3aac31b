# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of a task from the variables of its host, as the role names them.

Written in a playbook, each option would be a template that every worker compiles anew for its one host, a third of a
second a host in all. Here only what a person wrote as a template is one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ansible.module_utils.parsing.convert_bool import boolean

from ..module_utils._catalogue.words import Role
from ..module_utils._options.option import Option
from ..module_utils._options.variables import PREFIX, misspelt
from ..module_utils._policy.assignment import (
    CLIENTS,
    CLIENTS_VARIABLE,
    OF_GROUPS,
    are_enforced,
    assigned_roles,
    double_mistakes,
    edge_mistakes,
    needs_no_rule,
    role_mistakes,
)
from ..module_utils._policy.peers import (
    ADDRESSES,
    EXTRA,
    POOL,
    Estate,
    PeerError,
    internal_address,
    peers_of,
    said_address,
)
from ..module_utils._policy.running import OF_TOPOLOGY, VARIABLE, VERSION, product_mistakes, running
from ._estate import estate_of
from ._plain import plain
from ._templated import Templated

_OF_TOPOLOGY = {"configured_ports": "lync_ports", "edge_addresses": "lync_edge_addresses"}
"""Option to the variable that a topology document fills, which counts where nobody says otherwise."""

_PREFLIGHT = f"{PREFIX}found"


@dataclass(frozen=True, slots=True)
class Assigned:
    """What a host's groups and variables make of it.

    Attributes:
        name: The host.
        roles: Its Lync roles, as they are named.
        idle: Whether it needs no rule: a client or a load balancer.
        mistakes: What is wrong, in sentences. Nothing may be sent to the host while there is any.
    """

    name: str
    roles: Any
    idle: bool
    mistakes: tuple[str, ...]

    @property
    def message(self) -> str:
        """What is wrong as one text, which begins with the host's name."""
        told = " ".join(self.mistakes)
        return told if told.startswith((f"{self.name} ", f"{self.name}: ")) else f"{self.name}: {told}"


class HostVariables:
    """The variables of the host of a task, and what follows from them.

    Attributes:
        name: The host.
        known: Its variables.
    """

    def __init__(
        self,
        task_vars: Mapping[str, Any],
        template: Callable[[Any], Any],
        task: str,
        given: Mapping[str, Any] | None = None,
    ) -> None:
        """Nothing is templated yet.

        Args:
            task_vars: The variables of the task for this host, as Ansible gives them.
            template: Ansible's way to template a value.
            task: What is one task of a run, and no other.
            given: Options that the task gives itself, in place of variables.
        """
        self.name = str(task_vars.get("inventory_hostname", "host"))
        options = {PREFIX + name: plain(value) for name, value in (given or {}).items() if value is not None}
        self.known = Templated(task_vars, template, options)
        self._given_absent = options.get(f"{PREFIX}state") == "absent"
        self._groups = task_vars.get("groups") or {}
        self._hostvars = task_vars.get("hostvars") or {}
        # Between the batches of a play the same task may follow on other facts.
        batch = ",".join(map(str, task_vars.get("ansible_play_batch") or ()))
        self._task = f"{task}-{hashlib.sha256(batch.encode()).hexdigest()[:16]}"

    def assigned(self, *, connecting: bool, clients: bool = False) -> Assigned:
        """The host's roles, and what is wrong.

        Args:
            connecting: Whether it is going to be connected to: then two names of one machine are a mistake, and a host
                whose rules are taken away needs no role. Where the task itself takes them away, as when a host is
                retired, they are taken away whatever the host has become.
            clients: Whether users' computers count, which are left alone otherwise.
        """
        groups = self.known.get("group_names") or ()
        roles = assigned_roles(self._named_roles(), groups)
        if not roles and CLIENTS in groups:
            roles = [Role.CLIENT.value]
        idle = needs_no_rule(roles, groups) and not (clients and roles)
        if connecting and self._absent:
            return Assigned(self.name, None, idle and not self._given_absent, self._doubles())
        mistakes = (
            *role_mistakes(self.name, roles),
            *self._edge_mistakes(roles, groups),
            *product_mistakes(self.name, self.known.get(VARIABLE), self.known.get(VERSION)),
            *misspelt(self.known),
            *(self._doubles() if connecting else ()),
        )
        return Assigned(self.name, roles, idle, mistakes)

    def _edge_mistakes(self, roles: Any, groups: Collection[str]) -> tuple[str, ...]:
        said = self.known.get(f"{PREFIX}edge_addresses") or self.known.get(_OF_TOPOLOGY["edge_addresses"])
        return edge_mistakes(self.name, roles, groups, said)

    @property
    def enforces_clients(self) -> bool:
        """Whether users' computers are to be changed as servers are.

        Raises:
            OptionError: The variable says neither: such a host would be left alone without a word.
        """
        return are_enforced(self.known.get(CLIENTS_VARIABLE))

    @property
    def is_taken_away(self) -> bool:
        """Whether the managed rules of the host are to be taken away, whatever it is."""
        return self._absent

    def options(self, roles: Any, options: Iterable[Option]) -> dict[str, Any]:
        """What the variables say of the options of a module; what they do not say is left out.

        Args:
            roles: The host's roles; none where they are not to be named.
            options: The options.

        Raises:
            PeerError: The peers are asked for, and one has no address, or a wrong one.
        """
        found = {option.name: self._option(option.name) for option in options if option.name != "roles"}
        return {name: value for name, value in {**found, "roles": roles}.items() if value is not None}

    def peers(self, *, by_name: bool = False) -> dict[str, list[str]]:
        """The peers of the host.

        Args:
            by_name: List a host without an address by its name, in place of the error.

        Raises:
            PeerError: A peer has no address, or a wrong one.
        """
        estate = self._estate
        pool = str(self._of_inventory(POOL) or "")
        return peers_of(estate, pool, self.known.get(EXTRA), by_name=by_name)

    def names(self) -> Mapping[str, str]:
        """Address to the host of the estate that has it, as far as the inventory says."""
        try:
            return self._estate.names
        except PeerError:  # whom the rules need it from are told so; here it is only a name
            return {}

    @property
    def _estate(self) -> Estate:
        resolve = boolean(self.known.get(f"{PREFIX}resolve_peers") or False, strict=False)
        named = self._preflight.get("roles")
        return estate_of(self._task, self._groups, self._hostvars, resolve=resolve, named=named)

    def addresses(self) -> list[str]:
        """The addresses of the host, for people; none where nothing says them."""
        value: Any = next((found for name in ADDRESSES if (found := self.known.get(name))), None)
        value = value or internal_address(self.known)
        if not value:
            connected = self._of_inventory("ansible_host")
            value = said_address(self.name, connected) or connected or []
        return [str(item) for item in (value if isinstance(value, list) else [value])]

    def _of_inventory(self, name: str) -> Any:
        """A variable as all other hosts see it: of a delegated task, ansible_host is that of the other host."""
        return plain(self._hostvars[self.name].get(name)) if self.name in self._hostvars else None

    def _named_roles(self) -> Any:
        return None if self.known.written(f"{PREFIX}roles") == OF_GROUPS else self.known.get(f"{PREFIX}roles")

    @property
    def _absent(self) -> bool:
        return bool(self.known.get(f"{PREFIX}state") == "absent")

    def _option(self, name: str) -> Any:
        if name == "client_networks" and self.known.get(f"{PREFIX}scope") != "topology":
            return None  # as a variable it is for the traffic matrix too, whatever the scope is
        value = self.known.get(PREFIX + name)
        if value is not None:
            return value
        if name == "peers" and self.known.get(f"{PREFIX}scope") == "topology":
            return self.peers()
        if name in _OF_TOPOLOGY:
            return self.known.get(_OF_TOPOLOGY[name])
        if name == "product":
            return running(None, self.known.get(OF_TOPOLOGY), self.known.get(VERSION))
        if name == "known_addresses":
            return self._preflight.get("addresses")
        return None

    def _doubles(self) -> tuple[str, ...]:
        return double_mistakes(self.name, self._preflight.get("namesakes", {}).get(self.name, ()))

    @cached_property
    def _preflight(self) -> Mapping[str, Any]:
        """What the first play of the collection's playbooks found out about all hosts; it is registered for each.

        It is data, and not small, so Ansible is not asked to template it.
        """
        registered = self.known.written(_PREFLIGHT)
        found = registered.get("targets") if isinstance(registered, Mapping) else None
        return found if isinstance(found, Mapping) else {}
