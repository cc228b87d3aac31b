# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One row of the callback `fleet`: a task's result on one host, in short.

The status of a host is the report's, so that the table and the report never disagree.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from ...module_utils._firewall.traffic.reasons import Status, short_form
from .._report.build import Source, build_report
from .._report.logged import in_words, sources_of
from .._report.model import HostClass, ReportHost
from .._report.packed import unpack
from .._settings import group_in_words, setting_in_words


class State(str, Enum):
    """Status of a host, worst first: the classes of the report, and two more that only a run has."""

    UNREACHABLE = "unreachable"
    FAILED = "failed"
    DRIFTED = "drifted"
    INEFFECTIVE = "ineffective"
    HIDDEN = "hidden"  # The task has no_log.
    REPAIRED = "repaired"  # Was changed by this run, and is compliant now.
    COMPLIANT = "compliant"
    NOT_MANAGED = "not managed"


_STATES = {
    HostClass.UNREACHABLE: State.UNREACHABLE,
    HostClass.FAILED: State.FAILED,
    HostClass.DRIFTED: State.DRIFTED,
    HostClass.INEFFECTIVE: State.INEFFECTIVE,
    HostClass.COMPLIANT: State.COMPLIANT,
    HostClass.NOT_MANAGED: State.NOT_MANAGED,
}
_WORST_FIRST = {state: place for place, state in enumerate(State)}
_VERDICTS_WORST_FIRST = (Status.CLOSED, Status.UNKNOWN, Status.CONDITIONAL)


@dataclass(frozen=True, slots=True)
class Row:
    """One host. Texts may come from the host itself: they are hostile until they are printed as cells.

    Attributes:
        name: Its name in the inventory.
        state: Its status.
        verdicts: How many of its requirements have each verdict; None if none is known.
        rules: How many rules are created, updated and deleted, or would be; None if nothing is known.
        why: The reason for its status, in a few words.
        wider: How many of its requirements admit more than is wanted, and how many more perhaps do.
        refused: Whether the guard stopped its plan, so that nothing was sent.
        product: The product that it runs; empty where that is not known.
    """

    name: str
    state: State
    verdicts: Mapping[Status, int] | None = None
    rules: tuple[int, int, int] | None = None
    why: str = ""
    wider: tuple[int, int] = (0, 0)
    refused: bool = False
    product: str = ""

    @property
    def rank(self) -> tuple[int, str]:
        """What rows are sorted by: the worst first, those of one state by name."""
        return _WORST_FIRST[self.state], self.name


def to_row(name: str, result: Mapping[str, Any], check_mode: bool) -> Row:
    """The row of a host.

    Args:
        name: The host.
        result: What `lync_firewall` or `lync_firewall_info` returned for it; of a loop, of all its items.
        check_mode: Whether the task ran in check mode, so that changes are still to be made.
    """
    items = result.get("results")
    if isinstance(items, Sequence) and not isinstance(items, str) and items:
        rows = [to_row(name, item, check_mode) for item in items if isinstance(item, Mapping)]
        return min(rows, key=lambda row: row.rank, default=Row(name, State.FAILED))
    if "censored" in result:
        return Row(name, State.HIDDEN, why="no_log")
    result = unpack(result)
    host = build_report("", "", (Source(name, result),), check_mode).hosts[0]
    state = _STATES[host.host_class]
    if state is State.COMPLIANT and result.get("changed") is True:
        state = State.REPAIRED
    plan = result if "after" in result else result.get("drift")
    wider = [cell.wider.perhaps for cell in host.cells if cell.wider]
    return Row(
        name,
        state,
        Counter(cell.finding.verdict for cell in host.cells) if host.cells else None,
        _rules(plan) if isinstance(plan, Mapping) else None,
        _beside(_why(host) or (_beside_rules(plan) if isinstance(plan, Mapping) else ""), host),
        (len(wider) - sum(wider), sum(wider)),
        host.refused,
        host.product,
    )


def _rules(plan: Mapping[str, Any]) -> tuple[int, int, int]:
    created, updated, deleted = (
        len(found) if isinstance(found := plan.get(kind), list) else 0 for kind in ("created", "updated", "deleted")
    )
    return created, updated, deleted


def _why(host: ReportHost) -> str:
    """The most frequent reason of the worst verdict; of a host that is not known, what it said."""
    if host.host_class in (HostClass.FAILED, HostClass.UNREACHABLE):
        return _short(host.message.removeprefix("Task failed: ").removeprefix(f"{host.name}: "))
    for verdict in _VERDICTS_WORST_FIRST:
        reasons = Counter(cell.finding.reason for cell in host.cells if cell.finding.verdict is verdict)
        if reasons:
            reason, count = max(reasons.items(), key=lambda item: (item[1], item[0]))
            return f"{short_form(reason)} ({count})"
    return _left_out(host)


def _beside(why: str, host: ReportHost) -> str:
    """The reason, and who was dropped most often by the host's own log."""
    found = sources_of(host)
    if not found:
        return why
    more = f" and {len(found) - 1} more" if len(found) > 1 else ""
    return f"{why}; {in_words(found[0])}{more}" if why else f"{in_words(found[0])}{more}"


def _left_out(host: ReportHost) -> str:
    """What open rows leave out: the most blocked addresses that one of them does."""
    most = max((cell.finding.excepted.addresses for cell in host.cells if cell.finding.excepted), default=0)
    return f"except {most:,} blocked address{'es' if most > 1 else ''}" if most else ""


def _beside_rules(plan: Mapping[str, Any]) -> str:
    """What a plan changes, or refuses, where no requirement says why: the service and the profiles."""
    profiles = plan.get("profiles_enabled")
    if isinstance(profiles, list) and profiles:
        return f"profile off: {', '.join(str(name) for name in profiles)}"
    for key, words in (("settings_changed", setting_in_words), ("groups_switched", group_in_words)):
        found = plan.get(key)
        if isinstance(found, list) and found and isinstance(found[0], Mapping):
            return words(found[0])
    if plan.get("service_changes"):
        return "service not running, or not automatic"
    refused = plan.get("refused")
    if isinstance(refused, list) and refused and isinstance(refused[0], Mapping):
        return f"refused: {refused[0].get('subject', '')}"
    return ""


def _short(message: str) -> str:
    """What the operating system or the network said, where a message of the HTTP libraries ends with it."""
    found = re.search(r"\[Errno -?\d+\] ([\w ]+)", message) or re.search(r"\b(timed out)\b", message)
    return found[1] if found and "HTTP" in message else message
