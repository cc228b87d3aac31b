# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a fleet report holds: hosts, each of one class, and for each of their requirements a finding.

Values only. Where they come from is `build`; `as_json` writes them as the published document, which `as_html` embeds in
its page, and `as_csv` as a table.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from ...module_utils._catalogue.model import Product
from ...module_utils._catalogue.products import called
from ...module_utils._firewall.traffic.proportion import Except
from ...module_utils._firewall.traffic.reasons import Status

SCHEMA = "urn:lyncops:firewall:report:3"
"""Names the JSON report's schema, docs/report-schema-3.json. A name, not an address: nothing is fetched."""

VERSION = 3
"""Version of the JSON report. It changes when a reader of the old one would misread the new one."""

SCHEMAS = {1: "urn:lyncops:firewall:report:1", 2: "urn:lyncops:firewall:report:1", VERSION: SCHEMA}
"""The versions that are read, and the schema that a report of each names; what version 3 added may be missing."""


def is_known(document: Mapping[str, Any]) -> bool:
    """Whether a JSON report is of a version that is read, under that version's name."""
    version = document.get("version")
    if isinstance(version, bool) or not isinstance(version, int) or version not in SCHEMAS:
        return False
    return bool(document.get("schema") == SCHEMAS[version])


STATUS_SCHEMA = "urn:lyncops:firewall:status:1"
"""Names what `status` writes beside a report."""

RETIRED_SCHEMA = "urn:lyncops:firewall:retired:1"
"""Names what `remember` keeps beside reports."""


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


def totals(report: Report) -> dict[str, int]:
    """How many hosts there are of each class, and in all (``hosts``).

    Beside them, how many requirements are wider than wanted (``wider_rows``), and perhaps are (``perhaps_wider_rows``).
    """
    counts = Counter(host.host_class for host in report.hosts)
    wider = Counter(cell.wider.perhaps for host in report.hosts for cell in host.cells if cell.wider)
    return {
        **{host_class.value: counts[host_class] for host_class in HostClass},
        "hosts": len(report.hosts),
        "wider_rows": wider[False],
        "perhaps_wider_rows": wider[True],
    }


def names_by_class(report: Report) -> dict[str, list[str]]:
    """The hosts' names by class, sorted."""
    return {
        host_class.value: sorted(host.name for host in report.hosts if host.host_class is host_class)
        for host_class in HostClass
    }


def by_product(hosts: Sequence[ReportHost]) -> dict[str, list[ReportHost]]:
    """The hosts of each product, by its name and the oldest first; none of those that were not judged."""
    found: dict[str, list[ReportHost]] = {}
    for product in (*(product.value for product in Product), *sorted({host.product for host in hosts if host.product})):
        of_it = [host for host in hosts if host.product == product]
        if of_it:
            found[called(product)] = of_it
    return found


def reasons(report: Report) -> dict[str, int]:
    """How often each reason stands behind a verdict other than open, the most frequent first."""
    counts = Counter(
        cell.finding.reason for host in report.hosts for cell in host.cells if cell.finding.verdict is not Status.OPEN
    )
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def is_off(host: ReportHost) -> bool:
    """Whether a host's firewall lets everything in, in one profile at least."""
    running = host.service is None or host.service.get("running") is not False
    return bool(host.profiles) and not (running and all(profile["enabled"] for profile in host.profiles.values()))


def changed_since_plan(report: Report) -> list[str] | None:
    """Hosts on which something that is not ours changed since a plan was made; None where nothing was compared."""
    compared = [host for host in report.hosts if host.foreign and host.foreign.get("compared") == "plan"]
    return [host.name for host in compared if host.foreign and host.foreign["differences"]] if compared else None


def not_compared(report: Report) -> list[str]:
    """Hosts of which it is not known what others changed since a plan was made: it does not have them, or could not."""
    return [host.name for host in report.hosts if not (host.foreign and host.foreign.get("compared") == "plan")]
