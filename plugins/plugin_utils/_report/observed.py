# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was seen of a host's ports beside its rules: by a probe, and in its own firewall log. Values only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ProbedPort:
    """What a probe from outside saw of a port.

    Attributes:
        transport: ``tcp`` or ``udp``.
        port: The port.
        status: What the probe saw: ``open``, ``refused``, ``filtered`` and so on.
        says: What that and the verdict say together, one of `agreement.Says`; empty where they were not compared.
        tls: Whether it spoke TLS; None where it was not asked.
    """

    transport: str
    port: int
    status: str
    says: str = ""
    tls: bool | None = None


@dataclass(frozen=True, slots=True)
class LoggedSource:
    """Who was dropped, or would be, by the host's own firewall log.

    Attributes:
        case: What it means, one of `dropped.Case`; a reader must expect new ones.
        source: The address it came from.
        name: The host that has it; empty where it is not known.
        transport: ``tcp`` or ``udp``.
        ports: The ports that were tried.
        count: How many connections.
        first: When the first was, in the host's time.
        last: When the last was.
    """

    case: str
    source: str
    name: str
    transport: str
    ports: str
    count: int
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class HostLog:
    """What is said of a host's firewall log as a whole.

    Attributes:
        since: How far back it was read; empty where it was not.
        until: When that was; empty where it was not.
        complete: Whether all that was asked for is known.
        why: What is not known and why, a sentence each.
        others: Dropped connections to ports that no requirement asks for.
        more_sources: How many sources are not listed.
        more_connections: How many connections these had.
        unanswered: Questions that it does not answer for all of that time, of `answers.Question`; a reader must expect
            new ones.
        rows_for_anybody: Ids of the rows that are no part of the answer to whom a scope would keep out, since they are
            for everybody.
    """

    since: str
    until: str
    complete: bool
    why: tuple[str, ...] = ()
    others: int = 0
    more_sources: int = 0
    more_connections: int = 0
    unanswered: tuple[str, ...] = ()
    rows_for_anybody: tuple[str, ...] = ()
