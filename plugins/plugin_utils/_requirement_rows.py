# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rows of a host as the modules return them: what is asked for, whether it gets through, and the remedy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from ..module_utils._firewall.state.rule import Profile
from ..module_utils._firewall.state.snapshot import Snapshot
from ..module_utils._firewall.traffic.weighing import Verdict
from ..module_utils._policy.blocking import are_made
from ..module_utils._policy.effect import Effect
from ..module_utils._policy.host_policy import Demand
from ..module_utils._policy.remedy import remedy
from ..module_utils._texts import said
from ._admits import Admits
from ._said import ROOM, SHORT_NAME


def requirements(
    effects: Iterable[Effect], snapshot: Snapshot, connected: frozenset[Profile] = frozenset()
) -> list[dict[str, Any]]:
    """What the table asks for on this host, row by row, whether it gets through, and the remedy where it does not.

    Args:
        effects: The rows as judged.
        snapshot: The host they were judged on.
        connected: The profiles of the networks that the host is in; none where that is not known.
    """
    room = _Names(ROOM["names"])
    judged = tuple(effects)
    admits = Admits(room.take, blocks=are_made(effect.demand for effect in judged))
    return [
        {
            **_demand_dict(effect.demand),
            **_verdict_dict(effect.verdict, room),
            **admits.of(effect),
            "remedy": _remedy(effect, snapshot, connected, room),
            # The profiles nearly always agree; then one dict for each would only make the result unreadable.
            "by_profile": {
                verdict.profile.value: _verdict_dict(verdict, room)
                for verdict in effect.by_profile
                if _differ(effect.by_profile)
            },
        }
        for effect in judged
    ]


def _differ(verdicts: tuple[Verdict, ...]) -> bool:
    return (
        len(
            {
                (verdict.status, verdict.reason, verdict.by, verdict.more, verdict.part, verdict.excepted)
                for verdict in verdicts
            }
        )
        > 1
    )


class _Names:
    """Names of deciding rules in a result: whole as long as there is room for long ones, then the first of each, short.

    A name of the usual length takes nothing of the room: hosts with a hundred rows name three rules in each.
    """

    def __init__(self, room: int) -> None:
        self._room = room

    def take(self, names: Sequence[str]) -> tuple[list[str], int]:
        """The names to list, and how many are left out."""
        told = [said(name) for name in names]
        if all(len(name) <= SHORT_NAME for name in told):
            return told, 0
        if self.has(sum(map(len, told))):
            return told, 0
        return [said(name, SHORT_NAME) for name in names[:1]], len(names[1:])

    def has(self, size: int) -> bool:
        """Whether there is room, which is then taken."""
        if size > self._room:
            return False
        self._room -= size
        return True


def _remedy(effect: Effect, snapshot: Snapshot, connected: frozenset[Profile], room: _Names) -> str:
    text = remedy(effect, snapshot, connected)
    if all(len(name) <= SHORT_NAME for name in effect.verdict.by) or room.has(len(text)):
        return text
    return remedy(effect, snapshot, connected, command=False)


def _verdict_dict(verdict: Verdict, room: _Names) -> dict[str, Any]:
    names, more = room.take(verdict.by)
    return {
        "verdict": verdict.status.value,
        "reason": verdict.reason.value,
        "by": names,
        "more_rules": verdict.more + more,
        "part": verdict.part,
        "unprotected": verdict.unprotected,
        **({"except": asdict(verdict.excepted)} if verdict.excepted else {}),
    }


def _demand_dict(demand: Demand) -> dict[str, Any]:
    row = demand.requirement
    return {
        "id": row.id,
        "service": row.service,
        "direction": demand.direction.value,
        "transports": [transport.value for transport in row.transports],
        "ports": str(demand.ports),
        "documented_ports": str(row.ports),
        "overridden": demand.overridden,
        "remote_addresses": demand.scope.addresses.texts(),
        "scope_note": demand.scope.note,
        "programs": [program for _service, program in demand.programs],
        "feature": row.feature.value if row.feature else None,
        "caveat": row.caveat,
        "rules": list(demand.keys),
    }
