# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a report knows from the one before: who has left without being retired, and since when something is as it is.

A host that goes from the inventory keeps its managed rules, and no run would ever look at it again. It is named in each
report, from the last report of the same name to the next, until somebody retires it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ...module_utils._policy.assignment import SELDOM
from .compare import Earlier
from .model import Leaver, Report, ReportHost
from .schemas import RETIRED_SCHEMA
from .short import affected

RETIRED_FILE = "retired.json"
"""Beside the reports of a folder, whatever their names: the hosts that were retired, and when."""

NONE = Earlier("", {}, {})
"""What is known where there is no earlier report."""

IN_GROUPS, SELDOM_MANAGED, WITHOUT_ROLE = "in_groups", "seldom_managed", "without_role"
"""What the inventory says of a host that it has. `SELDOM_MANAGED` is one that no run looks at unless it is named, as a
SQL Server: whatever it was before, nobody takes the rules of that away."""


def remembering(
    report: Report,
    earlier: Earlier,
    inventory: Callable[[str], str],
    retired: Mapping[str, str],
    changed: Mapping[str, Leaver],
) -> Report:
    """A report with what the last one of its name knew.

    Args:
        report: The report. One of slices has those in ``left`` and ``elsewhere`` whom they had.
        earlier: The last one; `NONE` where there is none.
        inventory: What the inventory says of a host: `IN_GROUPS`, `SELDOM_MANAGED`, `WITHOUT_ROLE`, or nothing if it
            does not have it.
        retired: Hosts that were retired, each with the time.
        changed: Hosts that were changed, as they were left. What is older than the last report, that report knew.
    """
    before = _before(report, earlier, {name: one for name, one in changed.items() if one.seen >= earlier.created})
    now = {host.name: host for host in report.hosts}
    left: list[Leaver] = []
    elsewhere: list[Leaver] = []
    for name in sorted(before):
        known = [leaver for leaver in before[name] if _has_rules(leaver) and retired.get(name, "") < leaver.seen]
        if not known:
            continue
        if name in now:
            left += _lost_roles(now[name], known)
            continue
        last = max(known, key=lambda leaver: leaver.seen)
        place = inventory(name)
        if place == IN_GROUPS or (place == SELDOM_MANAGED and SELDOM.value in last.roles):
            elsewhere.append(replace(last, why="elsewhere"))
        else:
            left.append(replace(last, why="groups" if place else "inventory"))
    # One of the same moment, as of the same slices, or of another clock is no earlier time.
    moment = earlier.created if earlier.created < report.created else ""
    failing = {
        one.function.value: earlier.failing_since[one.function.value] or moment
        for one in affected(report)
        if one.function.value in earlier.failing_since
    }
    hosts = tuple(_since(host, earlier, moment) for host in report.hosts) if earlier.created else report.hosts
    return replace(report, hosts=hosts, left=tuple(left), elsewhere=tuple(elsewhere), failing_since=failing)


def _before(report: Report, earlier: Earlier, changed: Mapping[str, Leaver]) -> dict[str, list[Leaver]]:
    """All hosts that are remembered, each as it was seen last, and the roles that it lost before."""
    found: dict[str, list[Leaver]] = {}
    for name, kept in earlier.hosts.items():
        rules = kept.rules if kept.rules is not None or kept.roles else 0  # never looked at, and not ours either
        found[name] = [Leaver(name, "", kept.roles, rules, earlier.created, kept.policy_rules)]
    for leaver in (*earlier.left, *earlier.elsewhere, *report.left, *report.elsewhere):
        found.setdefault(leaver.name, []).append(leaver)
    for name, last in changed.items():
        # One whose rules were all taken away has none of an earlier time either.
        found[name] = [*found.get(name, ()), last] if _has_rules(last) else [last]
    return found


def _has_rules(leaver: Leaver) -> bool:
    """Whether rules of ours are on a host, or may be; those of a policy stay until its owner takes them out."""
    return leaver.rules != 0 or leaver.policy_rules > 0


def _lost_roles(host: ReportHost, known: Iterable[Leaver]) -> list[Leaver]:
    """The roles that a host has lost, while rules that nothing asks for are on it, or may be."""
    was_read = host.service is not None
    if was_read and not host.stale:
        return []
    lost = {role: leaver.seen for leaver in known for role in leaver.roles if role not in host.roles}
    if not lost:
        return []
    roles = tuple(sorted(lost))
    return [Leaver(host.name, "roles", roles, host.stale if was_read else None, max(lost.values()))]


def _since(host: ReportHost, earlier: Earlier, moment: str) -> ReportHost:
    kept = earlier.hosts.get(host.name)
    if kept is None or earlier.classes[host.name] != host.host_class.value:
        return replace(host, since="") if host.since else host
    return replace(host, since=kept.since or moment)


def read_retired(text: str | bytes) -> dict[str, str]:
    """The hosts that were retired, and when.

    Raises:
        ValueError: It is no such file.
    """
    found = json.loads(text)
    if not isinstance(found, dict) or found.get("schema") != RETIRED_SCHEMA or not isinstance(found.get("hosts"), dict):
        raise ValueError(f"it holds something else than {RETIRED_SCHEMA}")
    return {str(name): str(when) for name, when in found["hosts"].items()}


def retired_in(folder: Path) -> tuple[dict[str, str], list[str]]:
    """Who was retired and when, of the reports of a folder, and what a person should know if that cannot be read.

    Args:
        folder: Where the reports are.
    """
    path = folder / RETIRED_FILE
    try:
        return (read_retired(path.read_bytes()) if path.is_file() else {}), []
    except (OSError, ValueError) as error:
        return {}, [f"{path} cannot be read ({error}), so it is not known who was retired"]


def to_retired(hosts: Mapping[str, str]) -> bytes:
    """The hosts that were retired, as a file: JSON in ASCII."""
    document: dict[str, Any] = {"schema": RETIRED_SCHEMA, "version": 1, "hosts": dict(sorted(hosts.items()))}
    return (json.dumps(document, indent=2) + "\n").encode("ascii")
