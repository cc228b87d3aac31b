# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The hosts of a remediation that is held to a plan: those that the plan changes, and no other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .approved import SHOWN, not_in_plan, read_states
from .model import STATES, PlanState

_MOST_NAMED = 20
_LEFT = (PlanState.REFUSED, PlanState.FAILED, PlanState.UNREACHABLE)


@dataclass(frozen=True, slots=True)
class Held:
    """What a run that is held to a plan does.

    Attributes:
        hosts: The hosts that the plan changes and the run may, in the order of the run.
        left_alone: Hosts that are left alone though they may need a change, and why.
        notes: What a person should know of it.
    """

    hosts: tuple[str, ...]
    left_alone: Mapping[str, str]
    notes: tuple[str, ...]


def held_to(path: str, file: Path, approved: str, hosts: Sequence[str], *, named: bool, limited: bool) -> Held:
    """The hosts of a run that is held to a plan.

    A host that needed nothing when the plan was made is not asked again: the first batch of a remediation is there to
    try a change, and a host that nothing is done to tries nothing.

    Args:
        path: The file, for people.
        file: The file.
        approved: The digest that was approved; empty where nobody says.
        hosts: The hosts that the run would be for without a plan, in its order.
        named: Whether somebody named these hosts, so that one which the plan does not have is a failure. Otherwise
            they are what the inventory has, and a plan may well be for some of them.
        limited: Whether others are left out on purpose.

    Raises:
        OSError, PlanError: See `approved.read_digests`.
    """
    digest, states = read_states(file, approved)
    mine = set(hosts)
    changed = tuple(host for host in hosts if states.get(host) == PlanState.CHANGE.value)
    left = {host: _why(path, host, PlanState(states[host])) for host in hosts if states.get(host) in _LEFT}
    unknown = [host for host in hosts if host not in states]
    if named:
        left.update({host: f"{host}: {not_in_plan(path)}" for host in unknown})
    notes = [f"held to plan {path}, digest {digest[:SHOWN]}"]
    if unknown and not named:
        notes.append(f"Not in the plan, and left alone: {_names(unknown)}")
    gone = [host for host, state in states.items() if state == PlanState.CHANGE.value and host not in mine]
    if gone and not named and not limited:
        notes.append(f"In the plan, but no host of this run: {_names(gone)}")
    return Held(changed, left, tuple(notes))


def _why(path: str, host: str, state: PlanState) -> str:
    then = "" if state is PlanState.REFUSED else "it could not be made then: "
    what = STATES[state].removesuffix(", and is left alone")
    return (
        f"{host}: there is nothing for it in the plan {path} ({then}{what}), so it is left alone. Make a new plan with "
        "lyncops.firewall.plan"
    )


def _names(hosts: Iterable[str]) -> str:
    names = list(hosts)
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(names[:_MOST_NAMED]) + more
