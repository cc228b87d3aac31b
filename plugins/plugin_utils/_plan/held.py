# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The hosts of a remediation that is held to a plan: those that the plan changes, and no other, in its batches."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...module_utils._texts import first_few
from .approved import SHOWN, Course, PlanError, not_in_plan, read_states
from .model import STATES, PlanState, in_batches

_MOST_NAMED = 20
_LEFT = (PlanState.REFUSED, PlanState.FAILED, PlanState.UNREACHABLE)


@dataclass(frozen=True, slots=True)
class Asked:
    """The run that is to be held to a plan.

    Attributes:
        hosts: The hosts that it would be for without a plan, in its order.
        named: Whether somebody named these hosts, so that one which the plan does not have is a failure. Otherwise
            they are what the inventory has, and a plan may well be for some of them.
        limited: Whether others are left out on purpose.
        inventory: The hosts that the inventory has.
        serial: Sizes of batches that somebody asks for; none where nobody does.
        most_failing: Percent of the hosts of a batch that may fail before the next one; None where nobody says.
    """

    hosts: Sequence[str]
    named: bool
    limited: bool
    inventory: Container[str]
    serial: Sequence[str] = ()
    most_failing: float | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """What a run that is held to a plan does.

    Attributes:
        hosts: The hosts that the plan changes and the run may, batch by batch.
        batches: How many of them are in each batch.
        most_failing: Percent of the hosts of a batch that may fail before the next one.
        settled: Hosts of the run that needed nothing when the plan was made, to be looked at after the others.
        left_alone: Hosts that are left alone though they may need a change, and why.
        notes: What a person should know of it.
    """

    hosts: tuple[str, ...]
    batches: tuple[int, ...]
    most_failing: float
    settled: tuple[str, ...]
    left_alone: Mapping[str, str]
    notes: tuple[str, ...]


def held_to(path: str, file: Path, approved: str, asked: Asked) -> Held:
    """The hosts of a run that is held to a plan.

    They come in the batches that were approved, of which a run with a limit has what that leaves. A host that needed
    nothing when the plan was made comes after these: the first of them is there to try a change, and a host that
    nothing is done to tries nothing.

    Args:
        path: The file, for people.
        file: The file.
        approved: The digest that was approved; empty where nobody says.
        asked: The run.

    Raises:
        OSError, PlanError: See `approved.read_digests`; or other batches are asked for than were approved.
    """
    digest, states, course = read_states(file, approved)
    mine = set(asked.hosts)
    batches = [found for batch in course.batches if (found := [host for host in batch if host in mine])]
    left = {host: _why(path, host, PlanState(states[host])) for host in asked.hosts if states.get(host) in _LEFT}
    unknown = [host for host in asked.hosts if host not in states]
    if asked.named:
        left.update({host: f"{host}: {not_in_plan(path)}" for host in unknown})
    notes = [f"held to plan {path}, digest {digest[:SHOWN]}"]
    if unknown and not asked.named:
        notes.append(f"Not in the plan, and left alone: {_names(unknown)}")
    gone = [host for host, state in states.items() if state == PlanState.CHANGE.value and host not in mine]
    gone_for_good = [host for host in gone if host not in asked.inventory]
    if gone and not asked.named and not asked.limited:
        # It is approved and not done, and there is no such host to fail on.
        left["localhost"] = f"In the plan {path}, but no host of this run, so nothing was done to it: {_names(gone)}"
    elif gone_for_good and asked.hosts:
        # No limit can mean a host that there is not; and a limit leaves out the controller, so a host has to tell.
        why = f"In the plan {path}, but not in the inventory, so nothing was done to it: {_names(gone_for_good)}"
        teller = asked.hosts[0]
        left[teller] = f"{left[teller]}. {why}" if teller in left else why
    left_out = [host for host in gone if host in asked.inventory]
    if left_out and "localhost" not in left:
        notes.append(f"In the plan, and left out of this run: {_names(left_out)}")
    hosts = tuple(host for batch in batches for host in batch)
    sizes = tuple(map(len, batches))
    _refuse_others(asked, course, hosts, sizes)
    settled = tuple(host for host in asked.hosts if states.get(host) == PlanState.NOTHING.value)
    return Held(hosts, sizes, course.most_failing, settled, left, tuple(notes))


def _refuse_others(asked: Asked, course: Course, hosts: Sequence[str], sizes: Sequence[int]) -> None:
    """Refuse a run that is asked to go another way than was approved: to do so unasked would surprise as much."""
    made = [len(batch) for batch in in_batches(hosts, asked.serial)] if asked.serial else list(sizes)
    if tuple(asked.serial) != course.serial and made != list(sizes):
        raise PlanError(
            f"it has batches of {_sizes(sizes)} hosts, and this run would make batches of {_sizes(made)}: leave "
            "lync_firewall_serial out, since the batches are those of the plan, or make a new plan"
        )
    if asked.most_failing not in (None, course.most_failing):
        raise PlanError(
            f"its run goes on to the next batch while at most {course.most_failing:g} % of the last failed, and this "
            f"one would with {asked.most_failing:g} %: leave lync_firewall_max_fail_percentage out, or make a new plan"
        )


def _why(path: str, host: str, state: PlanState) -> str:
    then = "" if state is PlanState.REFUSED else "it could not be made then: "
    what = STATES[state].removesuffix(", and is left alone")
    return (
        f"{host}: there is nothing for it in the plan {path} ({then}{what}), so it is left alone. Make a new plan with "
        "lyncops.firewall.plan"
    )


def _sizes(sizes: Iterable[int]) -> str:
    return ", ".join(map(str, sizes))


def _names(hosts: Iterable[str]) -> str:
    return first_few(list(hosts), _MOST_NAMED)
