# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a fleet report holds: hosts, each of one class, and for each of their requirements a finding.

Values only. Where they come from is `build`; `as_json` writes them as the published document, which `as_html` embeds in
its page, and `as_csv` as a table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from ...module_utils._firewall.traffic.proportion import Except
from ...module_utils._firewall.traffic.reasons import Status
from .observed import HostLog, LoggedSource, ProbedPort


class HostClass(str, Enum):
    """Status of a host. Every host has exactly one; those of hosts that need rules are in order, worst last."""

    COMPLIANT = "compliant"
    INEFFECTIVE = "ineffective"  # All managed rules are in place, and that is not enough.
    DRIFTED = "drifted"
    FAILED = "failed"  # Nothing, or not enough, is known of it.
    UNREACHABLE = "unreachable"
    NOT_MANAGED = "not_managed"  # Needs no rules.


@dataclass(frozen=True, slots=True, order=True)
class ReportRequirement:
    """A catalogue row as it applies to some hosts: two hosts with other ports for a row make two of these.

    They are sorted by their attributes, in this order.

    Attributes:
        id: Id of the row.
        ports: The ports, as documented or overridden.
        service: The service that needs it.
        transports: ``tcp``, ``udp`` or both.
        direction: ``in`` or ``out``.
        documented_ports: The document's ports; equal to ``ports`` unless they are overridden.
        caveat: What a reader should know before trusting the row; empty if nothing.
    """

    id: str
    ports: str
    service: str
    transports: tuple[str, ...]
    direction: str
    documented_ports: str
    caveat: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """A status and why. All texts may come from a host: they are hostile until escaped.

    Attributes:
        verdict: Whether the traffic gets through.
        reason: Why, one of the engine's reasons; a reader must expect new ones.
        by: Names of the rules or settings that decide it, the first of them.
        part: The part of the traffic it is about; empty if it is all.
        unprotected: Whether everything else gets through as well, because the profile's firewall is off.
        more_rules: How many more rules decide it.
        excepted: A few blocked addresses that it leaves out.
    """

    verdict: Status
    reason: str
    by: tuple[str, ...] = ()
    part: str = ""
    unprotected: bool = False
    more_rules: int = 0
    excepted: Except | None = None


@dataclass(frozen=True, slots=True)
class Beyond:
    """Who gets in beside those whom a requirement is scoped to. All texts may come from a host.

    Attributes:
        addresses: Who: the first addresses, or that it is everybody else.
        by: Names of the rules or settings that let them in, the first of them.
        profiles: The profiles in which it is so.
        ports: The ports that it is about; empty if it is all.
        more_rules: How many more rules there are.
        perhaps: Whether that cannot be told for certain.
        blockable: Whether managed block rules can keep them out, and do not yet.
    """

    addresses: tuple[str, ...]
    by: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    ports: str = ""
    more_rules: int = 0
    perhaps: bool = False
    blockable: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """One requirement on one host.

    Attributes:
        requirement: The requirement.
        finding: Whether it is met.
        by_profile: The same for each profile, where they differ.
        commands: Places of the commands that remediate it, in the host's list.
        remedy: What a person can do where this collection does nothing; a command or a place to look; may be empty.
        admits: Who gets in by what is in effect, the first addresses; None where that is not said, see `admitted`.
        wider: Who of them is more than is wanted; None where nobody is.
        admits_all: All of `admits`, where that names the first of them and they are known. The JSON report has no room
            for it, hundreds of addresses in each of many cells; so a report of slices does not have it.
        probed: What a probe saw of its ports; empty where there was none.
        logged: What the host's own log says of its ports; empty where it says nothing.
    """

    requirement: ReportRequirement
    finding: Finding
    by_profile: tuple[tuple[str, Finding], ...] = ()
    commands: tuple[int, ...] = ()
    remedy: str = ""
    admits: tuple[str, ...] | None = None
    wider: Beyond | None = None
    admits_all: tuple[str, ...] = field(default=(), compare=False)
    probed: tuple[ProbedPort, ...] = ()
    logged: tuple[LoggedSource, ...] = ()


@dataclass(frozen=True, slots=True)
class ReportHost:
    """One host of the estate.

    Attributes:
        name: Its name in the inventory.
        host_class: Its status.
        message: What a person should know: why it failed, what was changed or refused. May be empty.
        roles: Its Lync roles, as far as known.
        pool: Its pool, if the inventory says.
        site: Its site, if the inventory says.
        service: The firewall service as the schema's ``service`` has it; None if the host was not read.
        profiles: Names of profiles to what the schema's ``profile`` has; empty if the host was not read.
        managed_rules: How many managed rules it has.
        policy_rules: How many rules of ours Group Policy brings it, wanted or not.
        commands: What would bring it to what its roles need.
        cells: Its requirements, in the order of the report's list.
        disabled_lync_rules: Lync's own rules that are switched off.
        skipped_rows: Rows left out on purpose.
        stale: How many managed rules it has that nothing it needs asks for.
        refused: Whether the guard stopped its plan, so that nothing was sent.
        narrowing: Whether all that is to be done is to admit fewer addresses; no requirement is closed then.
        foreign: The fingerprint of what is not ours, as the schema's ``foreign`` has it; None if it is not known.
        since: When a report first had it in its class, where that was an earlier one; empty where it is this one.
        unasked: Ports of TCP that a probe saw open and that none of its requirements asks for.
        probed: What a probe saw of ports that none of its cells has, as of a host that could not be read.
        judged_from: The files that were judged in its place: name, and when it was written. Empty where it was read.
        log: What is said of its firewall log; None where that was not to be read.
        assumptions: What they do not say and what was taken for it, a sentence each, without a full stop.
        lacking: What decides most and is in none of them: ``Group Policy``, ``MpsSvc``.
        outdated: What is said of those that are too old, or of the future, a sentence each.
        product: The product whose rows it was judged by; empty where it was not.
    """

    name: str
    host_class: HostClass
    message: str = ""
    roles: tuple[str, ...] = ()
    pool: str = ""
    site: str = ""
    service: Mapping[str, Any] | None = None
    profiles: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    managed_rules: int = 0
    commands: tuple[str, ...] = ()
    cells: tuple[Cell, ...] = ()
    disabled_lync_rules: tuple[str, ...] = ()
    skipped_rows: tuple[str, ...] = ()
    policy_rules: int = 0
    stale: int = 0
    refused: bool = False
    narrowing: bool = False
    foreign: Mapping[str, Any] | None = None
    since: str = ""
    unasked: tuple[int, ...] = ()
    probed: tuple[ProbedPort, ...] = ()
    judged_from: tuple[tuple[str, str], ...] = ()
    log: HostLog | None = None
    assumptions: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()
    outdated: tuple[str, ...] = ()
    product: str = ""


@dataclass(frozen=True, slots=True)
class Leaver:
    """A host, or a role of a host, that is no longer in the estate while managed rules may still be there.

    Attributes:
        name: The host.
        why: ``inventory``: the host is no longer there; ``groups``: it is, without a role; ``roles``: it lost some.
        roles: The roles that it had, or those that it lost.
        rules: How many managed rules it had when it was last read; None if it was not.
        seen: When the last report with that was made.
        policy_rules: How many rules of ours Group Policy brought it then: no run can take them away.
    """

    name: str
    why: str
    roles: tuple[str, ...] = ()
    rules: int | None = None
    seen: str = ""
    policy_rules: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """A fleet report.

    Attributes:
        title: Its heading.
        created: When it was made: UTC, ISO 8601, whole seconds, ending in ``Z``.
        requirements: The distinct requirements of all hosts, sorted.
        hosts: The hosts, sorted by name.
        left: Hosts and roles that are no longer in the estate and were not retired.
        elsewhere: Hosts of earlier reports that this one is not of, though they are in the estate, as with ``--limit``.
        failing_since: When an earlier report first had a function of the catalogue that still fails.
        files_of_nobody: Files in the folder of those that stand for hosts which stand for none of the inventory.
    """

    title: str
    created: str
    requirements: tuple[ReportRequirement, ...]
    hosts: tuple[ReportHost, ...]
    left: tuple[Leaver, ...] = ()
    elsewhere: tuple[Leaver, ...] = ()
    failing_since: Mapping[str, str] = field(default_factory=dict)
    files_of_nobody: tuple[str, ...] = ()


def sorted_report(title: str, created: str, hosts: Iterable[ReportHost]) -> Report:
    """The report of hosts.

    Args:
        title: Its heading.
        created: When it is made: UTC, ISO 8601.
        hosts: The hosts, each of another name, in any order.
    """
    ordered = tuple(sorted(hosts, key=lambda host: host.name))
    requirements = {cell.requirement for host in ordered for cell in host.cells}
    return Report(title, created, tuple(sorted(requirements)), ordered)


EVERYBODY = ("any",)


def admitted(cell: Cell) -> tuple[str, ...]:
    """Who gets in: everybody, where a requirement is open and nothing is said; nobody knows, where it is not."""
    if cell.admits is None and cell.finding.verdict is Status.OPEN and cell.requirement.direction == "in":
        return EVERYBODY
    return cell.admits or ()
