# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a plan for a change window holds: hosts in batches, and for each what is to be done, in words and as commands.

Values only. `build` makes them of results, `as_html`, `as_markdown` and `as_json` write them.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import Enum
from functools import cached_property
from typing import Any

from .approved import Course, digest_of, seal
from .cuts import Cuts


class PlanState(str, Enum):
    """What a run would do on a host. Every host has exactly one."""

    CHANGE = "change"
    NOTHING = "nothing"  # It is as it should be, as far as a run can bring it there.
    REFUSED = "refused"  # The run would send nothing: it could lock us out, or cut what is in use.
    FAILED = "failed"
    UNREACHABLE = "unreachable"
    SKIPPED = "skipped"


STATES: dict[PlanState, str] = {
    PlanState.CHANGE: "will be changed",
    PlanState.NOTHING: "needs no change",
    PlanState.REFUSED: "would be refused: nothing would be sent",
    PlanState.FAILED: "could not be planned, and is left alone",
    PlanState.UNREACHABLE: "could not be reached, and is left alone",
    PlanState.SKIPPED: "needs no rule of ours",
}


@dataclass(frozen=True, slots=True)
class Work:
    """What is to be done on one host or on several that are alike.

    Attributes:
        service: What happens to the firewall service.
        opens: Who will be able to reach what, new rule by new rule.
        blocks: New rules that block.
        groups_on: Groups of Windows' own rules that are switched on.
        changes: Rules that are changed, and in what.
        closes: Managed rules that are taken away.
        groups_off: Groups that are switched off.
        settings: What happens to the profiles.
        switched: Names of all these groups.
        warnings: What the run warns of.
        commands: The command lines, in the order in which they are sent.
        undo: The command lines that undo them, in their order.
        losses: What these do not bring back.
        refused: What a run leaves undone because it is not ours to do, each with the reason.
        impact: What is in use and would be cut.
        cuts: The same, for a run that is held to it.
        ranges: The addresses of each block rule for everybody else, which the sentences name by whom they spare.
        armed: Whether the host is armed with a rollback before anything is sent.
        armed_why: Why it is, or is not.
        minutes: After how many of them it restores itself then.
    """

    service: tuple[str, ...] = ()
    opens: tuple[str, ...] = ()
    blocks: tuple[str, ...] = ()
    groups_on: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    closes: tuple[str, ...] = ()
    groups_off: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    switched: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    undo: tuple[str, ...] = ()
    losses: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    impact: tuple[str, ...] = ()
    cuts: Cuts = field(default_factory=Cuts)
    ranges: tuple[str, ...] = ()
    armed: bool = False
    armed_why: tuple[str, ...] = ()
    minutes: int = 0


@dataclass(frozen=True, slots=True)
class PlanHost:
    """One host of a plan.

    Attributes:
        name: Its name in the inventory.
        state: What a run would do.
        message: Why it would not, for people; may be empty.
        roles: Its Lync roles, as far as known.
        digest: Of all that is to be done; empty where that is not known.
        work: What that is.
        kept: How many managed rules stay as they are.
        connected_to: Where it was connected to; empty where that is not known.
        foreign: The fingerprint of what is not ours, as the module returns it; None where the host was not read.
    """

    name: str
    state: PlanState
    message: str = ""
    roles: tuple[str, ...] = ()
    digest: str = ""
    work: Work = Work()
    kept: int = 0
    connected_to: str = ""
    foreign: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """Hosts that are changed together; the next batch begins when all of these went well.

    Attributes:
        hosts: Their names.
    """

    hosts: tuple[str, ...]


@dataclass(frozen=True)
class EstatePlan:
    """The plan of a change window.

    Attributes:
        title: Its heading.
        created: When it was made: UTC, ISO 8601, whole seconds, ending in ``Z``.
        version: Version of the collection that made it.
        hosts: The hosts, in the order of the inventory.
        batches: The batches of a remediation that is held to it.
        serial: The sizes that made them, for `batches`.
        most_failing: Percent of the hosts of a batch that may fail before the next one.
    """

    title: str
    created: str
    version: str
    hosts: tuple[PlanHost, ...]
    batches: tuple[Batch, ...]
    serial: tuple[str, ...] = ()
    most_failing: float = 0

    @cached_property
    def seals(self) -> Mapping[str, str]:
        """Each host to the seal of its line in the file."""
        return {host.name: seal(as_line(host)) for host in self.hosts}

    @cached_property
    def digest(self) -> str:
        """Of all that is to be done on all hosts, in which batches, and of all that is said of them."""
        course = Course(tuple(batch.hosts for batch in self.batches), self.serial, self.most_failing)
        return digest_of({host.name: host.digest for host in self.hosts}, self.seals, course)

    def of(self, *states: PlanState) -> tuple[PlanHost, ...]:
        """The hosts of these states."""
        return tuple(host for host in self.hosts if host.state in states)


@dataclass(frozen=True, slots=True)
class Group:
    """Hosts on which the very same is to be done, and can be undone in the same way."""

    hosts: tuple[PlanHost, ...]
    work: Work


def groups(hosts: Iterable[PlanHost]) -> tuple[Group, ...]:
    """Hosts put together by what is to be done, in the order of the first of each: forty hosts have few such plans."""
    found: dict[Work, list[PlanHost]] = {}
    for host in hosts:
        found.setdefault(host.work, []).append(host)
    return tuple(Group(tuple(alike), work) for work, alike in found.items())


def totals(plan: EstatePlan) -> dict[str, int]:
    """How many hosts there are of each state, and in all (``hosts``)."""
    counts = Counter(host.state for host in plan.hosts)
    return {**{state.value: counts[state] for state in PlanState}, "hosts": len(plan.hosts)}


def ends_as_failed(plan: EstatePlan) -> tuple[PlanHost, ...]:
    """Hosts that are changed and fail all the same: something stays closed that is not ours to open."""
    return tuple(host for host in plan.of(PlanState.CHANGE) if host.message)


def summary(plan: EstatePlan) -> str:
    """The plan in one line."""
    counts = totals(plan)
    parts = [f"{counts[state.value]} {_short(state, counts[state.value])}" for state in PlanState]
    told = [part for part in parts if not part.startswith("0 ")]
    doomed = len(ends_as_failed(plan))
    if doomed:
        told[0] += f", of which {doomed} will fail all the same"
    hosts = counts["hosts"]
    return f"{hosts} host{'' if hosts == 1 else 's'}" + (f": {'; '.join(told)}" if told else "")


def _short(state: PlanState, hosts: int) -> str:
    meaning = STATES[state].partition(",")[0].partition(":")[0]
    return meaning if hosts == 1 else meaning.replace("needs", "need", 1)


def batches(hosts: Iterable[PlanHost], serial: Iterable[str]) -> tuple[Batch, ...]:
    """The batches of a remediation that is held to the plan, as Ansible's ``serial`` makes them.

    It is for the hosts that are changed, so that the first batch tries something.

    Args:
        hosts: All hosts of the plan, in the order of a run.
        serial: Sizes, as numbers or percentages of all that are changed; the last one is repeated. Checked by
            whoever reads them.
    """
    return tuple(map(Batch, in_batches([host.name for host in hosts if host.state is PlanState.CHANGE], serial)))


def in_batches(hosts: Sequence[str], serial: Iterable[str]) -> list[tuple[str, ...]]:
    """Names in batches, see `batches`."""
    sizes = [_size(str(item), len(hosts)) for item in serial]
    found: list[tuple[str, ...]] = []
    taken = 0
    while taken < len(hosts):
        size = sizes[min(len(found), len(sizes) - 1)]
        found.append(tuple(hosts[taken : taken + size]))
        taken += size
    return found


def _size(item: str, hosts: int) -> int:
    """As ``ansible.utils.helpers.pct_to_int`` does: a percentage is rounded down, and at least one."""
    number = int(item.removesuffix("%"))
    return max(1, number * hosts // 100 if item.endswith("%") else number)


def as_line(host: PlanHost) -> str:
    """A host as its line in the file has it: JSON in ASCII, with the name first, by which the line is found."""
    found = {
        "name": host.name,
        "state": host.state.value,
        "message": host.message,
        "roles": host.roles,
        "digest": host.digest,
        **asdict(host.work),
        "kept": host.kept,
        "connected_to": host.connected_to,
        "foreign": host.foreign,
    }
    return compact(found)


def compact(value: Mapping[str, Any]) -> str:
    """JSON in ASCII without blanks."""
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"))
