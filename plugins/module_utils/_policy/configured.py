# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ports that a host's topology configures, row by row, and where they differ from the document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import reduce
from operator import or_
from typing import Any

from .._catalogue.model import Requirement
from .._catalogue.words import Disposition, Transport
from .._net.port_set import PortSet
from .._options.reading import OptionError, read_ports
from .._topology.row_listeners import ROW_LISTENERS, ListenerPattern


class Difference(str, Enum):
    """How topology and document differ."""

    MOVED = "moved"  # The topology configures ports that the document does not have.
    NOT_IN_TOPOLOGY = "not_in_topology"  # The document has a listener that the topology does not configure.
    NOT_DOCUMENTED = "not_documented"  # The topology configures a listener that no row of the ruleset has.


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One difference.

    Attributes:
        kind: The kind of difference.
        row: The row's id; empty where no row has the listener.
        service: The row's service, or the topology's service and owner.
        documented: Ports of the row; empty where there is none.
        configured: Ports of the topology; empty where it has none.
    """

    kind: Difference
    row: str
    service: str
    documented: str
    configured: str


@dataclass(frozen=True, slots=True)
class Configuration:
    """The ports of one host, as its topology configures them.

    Attributes:
        ports: Row id to the ports that are configured for it.
        disagreements: Where that differs from the document. Ports within the documented ones agree with it: media
            ranges really end one port below the page's, since the topology has a start and a count.
    """

    ports: Mapping[str, PortSet] = field(default_factory=dict)
    disagreements: tuple[Disagreement, ...] = ()


@dataclass(frozen=True, slots=True)
class _Port:
    service: str
    owner: str
    usage: str
    side: str
    protocol: str
    transports: frozenset[str]
    ports: PortSet


def read_configuration(
    entries: Iterable[Mapping[str, Any]], rows: Sequence[Requirement], optional: Iterable[Requirement] = ()
) -> Configuration:
    """Find the rows' ports among a host's listeners.

    Args:
        entries: The host's listeners: dicts with service, owner, usage, side, protocol, transports and ports, as the
            inventory plugin lync_topology gives them in ``lync_ports``. None at all means that they are not known.
        rows: The rows that apply to the host.
        optional: Rows that would apply with a feature that nobody has named: their listeners are no surprise.

    Raises:
        OptionError: An entry is invalid.
    """
    listeners = [_read(f"configured_ports[{index}]", entry) for index, entry in enumerate(entries)]
    if not listeners:
        return Configuration()
    ports: dict[str, PortSet] = {}
    found: list[Disagreement] = []
    for row in rows:
        meant = ROW_LISTENERS.get(row.id)
        if meant is None or row.disposition is not Disposition.LISTEN:
            continue
        mine = [listener.ports for listener in listeners if _fits(meant, listener)]
        if not mine:
            found.append(Disagreement(Difference.NOT_IN_TOPOLOGY, row.id, row.service, str(row.ports), ""))
            continue
        ports[row.id] = reduce(or_, mine)
        if not ports[row.id] <= row.ports:
            found.append(Disagreement(Difference.MOVED, row.id, row.service, str(row.ports), str(ports[row.id])))
    expected = [ROW_LISTENERS[row.id] for row in (*rows, *optional) if row.id in ROW_LISTENERS]
    found += _undocumented(listeners, rows, ports, expected)
    return Configuration(ports, tuple(found))


def _fits(meant: ListenerPattern, found: _Port) -> bool:
    return meant.fits(found.service, found.owner, found.usage, found.side, found.protocol)


def _undocumented(
    listeners: Iterable[_Port],
    rows: Sequence[Requirement],
    ports: Mapping[str, PortSet],
    expected: Sequence[ListenerPattern],
) -> list[Disagreement]:
    """Listeners that no rule of the host will open, whichever row it is for.

    Where a row is for the listener, the row says which transports it takes: topologies have TCP and UDP for application
    sharing, which is TCP.
    """
    opened = {transport: PortSet() for transport in Transport}
    for row in rows:
        if row.disposition is Disposition.LISTEN:
            for transport in row.transports:
                opened[transport] |= ports.get(row.id, row.ports)
    found: dict[tuple[str, str], PortSet] = {}
    for listener in listeners:
        if any(_fits(of_row, listener) for of_row in expected):
            continue
        if any(not listener.ports <= opened[Transport(transport)] for transport in listener.transports):
            key = (listener.service, listener.owner.rpartition(":")[2])
            found[key] = found.get(key, PortSet()) | listener.ports
    return [
        Disagreement(Difference.NOT_DOCUMENTED, "", f"{service} ({owner})", "", str(ports))
        for (service, owner), ports in sorted(found.items())
    ]


def _read(option: str, entry: Any) -> _Port:
    if not isinstance(entry, Mapping):
        raise OptionError(option, f"a dict with owner, usage, transports and ports is needed, not {entry!r}")
    transports = entry.get("transports")
    known = [transport.value for transport in Transport]
    if not isinstance(transports, (list, tuple)) or not transports or any(word not in known for word in transports):
        raise OptionError(f"{option}.transports", f"a list of {' and '.join(known)} is needed, not {transports!r}")
    service, owner, usage, side, protocol = (
        str(entry.get(name) or "") for name in ("service", "owner", "usage", "side", "protocol")
    )
    if not owner:
        raise OptionError(f"{option}.owner", "the component that has the port is needed, such as Registrar")
    ports = read_ports(f"{option}.ports", entry.get("ports"))
    return _Port(service, owner, usage, side, protocol, frozenset(transports), ports)
