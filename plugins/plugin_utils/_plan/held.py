# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The hosts of a remediation that is held to a plan: those that the plan changes, and no other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...module_utils._texts import first_few
from .approved import SHOWN, PlanError, not_in_plan, read_batches, read_states
from .model import STATES, PlanState, in_batches

_MOST_NAMED = 20
_LEFT = (PlanState.REFUSED, PlanState.FAILED, PlanState.UNREACHABLE)


@dataclass(frozen=True, slots=True)
class Held:
    """What a run that is held to a plan does.

    Attributes:
        hosts: The hosts that the plan changes and the run may, in the order of the run.
        settled: Hosts of the run that needed nothing when the plan was made, to be looked at after the others.
        left_alone: Hosts that are left alone though they may need a change, and why.
        notes: What a person should know of it.
    """

    hosts: tuple[str, ...]
    settled: tuple[str, ...]
    left_alone: Mapping[str, str]
    notes: tuple[str, ...]


def held_to(
    path: str, file: Path, approved: str, hosts: Sequence[str], serial: Sequence[str], *, named: bool, limited: bool
) -> Held:
    """The hosts of a run that is held to a plan.

    A host that needed nothing when the plan was made comes after the batches: the first of them is there to try a
    change, and a host that nothing is done to tries nothing.

    Args:
        path: The file, for people.
        file: The file.
        approved: The digest that was approved; empty where nobody says.
        hosts: The hosts that the run would be for without a plan, in its order.
        serial: Sizes of the batches of the run.
        named: Whether somebody named these hosts, so that one which the plan does not have is a failure. Otherwise
            they are what the inventory has, and a plan may well be for some of them.
        limited: Whether others are left out on purpose.

    Raises:
        OSError, PlanError: See `approved.read_digests`; or the run has other batches than the plan shows.
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
        # It is approved and not done, and there is no such host to fail on.
        left["localhost"] = f"In the plan {path}, but no host of this run, so nothing was done to it: {_names(gone)}"
    elif not named and not limited and (sizes := read_batches(file)) != (made := _made(changed, serial)):
        raise PlanError(
            f"it has batches of {_sizes(sizes)} hosts, and this run would make batches of {_sizes(made)}: give it the "
            "lync_firewall_serial that the plan was made with, or make a new plan"
        )
    settled = tuple(host for host in hosts if states.get(host) == PlanState.NOTHING.value)
    return Held(changed, settled, left, tuple(notes))


def _why(path: str, host: str, state: PlanState) -> str:
    then = "" if state is PlanState.REFUSED else "it could not be made then: "
    what = STATES[state].removesuffix(", and is left alone")
    return (
        f"{host}: there is nothing for it in the plan {path} ({then}{what}), so it is left alone. Make a new plan with "
        "lyncops.firewall.plan"
    )


def _made(hosts: Sequence[str], serial: Sequence[str]) -> list[int]:
    return [len(batch) for batch in in_batches(hosts, serial)]


def _sizes(sizes: Iterable[int]) -> str:
    return ", ".join(map(str, sizes))


def _names(hosts: Iterable[str]) -> str:
    return first_few(list(hosts), _MOST_NAMED)
