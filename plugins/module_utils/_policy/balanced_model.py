# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a load balancer is to be configured with: a listener, and the members behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .._options.reading import OptionError


@dataclass(frozen=True, slots=True)
class Backend:
    """A member behind a listener.

    Attributes:
        name: Its name, as load balancers take it.
        host: Its name in the inventory.
        address: Its address.
        port: The port that it listens on.
        check_port: The port that tells whether it is up.
        drained: Whether it gets no new connections.
    """

    name: str
    host: str
    address: str
    port: int
    check_port: int
    drained: bool


@dataclass(frozen=True, slots=True)
class BalancerListener:
    """A listener of a load balancer. Seconds, sources and contradictions are those of `balancing.Served`.

    Attributes:
        name: A name for it that no other has, of letters, digits, dots, hyphens and underscores.
        pool: The pool.
        load_balancing: ``hardware`` or ``dns``.
        row: Id of the row that asks for it.
        member_row: Id of the members' row that listens behind it.
        check_row: Id of the members' row whose port is checked.
        virtual: ``sip``, ``web_internal`` or ``web_external``.
        address: The virtual address.
        port: The port on it.
        transport: ``tcp``.
        members: Who is behind it.
        affinity: ``source`` or ``none``.
        table: Name of the affinity table, which listeners with the same members and check share; empty for none.
        peers: Kinds of those who connect, as the row has them.
        service: The service, in the document's words.
        protocol: The protocol, likewise.
        purpose: What it is for.
        note: What a person should know before relying on it; empty mostly.
        warnings: Why it, or all of its pool, may reach nobody or be of no use, in sentences; none mostly.
    """

    name: str
    pool: str
    load_balancing: str
    row: str
    member_row: str
    check_row: str
    virtual: str
    address: str
    port: int
    transport: str
    members: tuple[Backend, ...]
    affinity: str
    affinity_seconds: int
    affinity_source: str
    table: str
    algorithm: str
    check_seconds: int
    fall: int
    rise: int
    check_source: str
    idle_seconds: int
    idle_source: str
    peers: tuple[str, ...]
    service: str
    protocol: str
    purpose: str
    note: str
    warnings: tuple[str, ...]
    sources: tuple[str, ...]
    contradictions: tuple[str, ...]


def read_listener(entry: Mapping[str, Any]) -> BalancerListener:
    """A listener from the plain data that it became; lists are tuples again.

    Args:
        entry: Values of all attributes, those of members as dictionaries.

    Raises:
        OptionError: One is missing, or there is one that a listener does not have.
    """
    values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in entry.items()}
    try:
        values["members"] = tuple(Backend(**member) for member in entry["members"])
        return BalancerListener(**values)
    except (KeyError, TypeError) as error:
        named = entry.get("name", "one without a name")
        raise OptionError("listeners", f"{named} is none that the filter lync_listeners gave: {error}") from error
