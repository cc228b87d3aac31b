# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A port to probe, and what a probe saw of it: values only.

The module that probes runs wherever it is delegated to, and takes this room with it: nothing else of the
collection, and nothing newer than Python 3.9 (no slots).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

OPEN = "open"
REFUSED = "refused"
FILTERED = "filtered"
UNREACHABLE = "unreachable"
SENT = "sent"
ERROR = "error"
NOT_PROBED = "not_probed"
STATUSES = (OPEN, REFUSED, FILTERED, UNREACHABLE, SENT, ERROR, NOT_PROBED)
"""What a probe saw: a connection; a reset, or ICMP's "port unreachable"; nothing before the deadline; another ICMP
error, which a router or a firewall between sends; a datagram that nothing refused; no such name, or no way to ask; and
a port that the overall deadline left out."""

TCP, UDP = "tcp", "udp"


class TargetError(ValueError):
    """A target is none; the message says which, and why."""


@dataclass(frozen=True)
class Target:
    """A port of a host.

    Attributes:
        host: The host as people call it.
        address: Address or name that is connected to.
        port: The port.
        transport: ``tcp`` or ``udp``.
        tls: Whether a TLS handshake is begun once a connection stands.
    """

    host: str
    address: str
    port: int
    transport: str = TCP
    tls: bool = False


@dataclass(frozen=True)
class Answer:
    """What a probe saw of a target.

    Attributes:
        status: One of `STATUSES`.
        tls: Whether the other side spoke TLS; None where it was not asked.
        detail: What the system said, where it said more than the status does.
    """

    status: str
    tls: bool | None = None
    detail: str = ""


def read_targets(items: Iterable[Any]) -> list[Target]:
    """The targets of dictionaries with the names of `Target`'s attributes; an address that is missing is the host.

    Args:
        items: The dictionaries.

    Raises:
        TargetError: One of them is no target.
    """
    found = []
    for number, item in enumerate(items):
        target = Target(
            host=str(item["host"]),
            address=str(item.get("address") or item["host"]),
            port=int(item["port"]),
            transport=str(item.get("transport") or TCP),
            tls=bool(item.get("tls")),
        )
        if not 1 <= target.port <= 65535:
            raise TargetError(f"targets[{number}]: port {target.port} of {target.host} is outside 1-65535")
        if target.tls and target.transport == UDP:
            raise TargetError(f"targets[{number}]: port {target.port} of {target.host} is of UDP, without TLS here")
        if not target.address.strip() or "\0" in target.address:
            raise TargetError(f"targets[{number}]: {target.address!r} is no address of {target.host}")
        found.append(target)
    return found


def counted(answers: Iterable[Answer]) -> dict[str, int]:
    """How many answers there are of each status, and of how many ports that should have spoken TLS did not.

    Args:
        answers: The answers.
    """
    known = tuple(answers)
    statuses = Counter(answer.status for answer in known)
    counts = {status: statuses[status] for status in STATUSES}
    return {**counts, "tls_missing": sum(answer.tls is False for answer in known)}


def in_turns(targets: Iterable[Target]) -> tuple[int, ...]:
    """An order in which the hosts take turns, as places in the list: no host gets all its connections at once.

    Args:
        targets: The targets.
    """
    turns: Counter[str] = Counter()
    ranked = []
    for place, target in enumerate(targets):
        ranked.append((turns[target.address], place))
        turns[target.address] += 1
    return tuple(place for _turn, place in sorted(ranked))
