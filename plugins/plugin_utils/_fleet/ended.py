# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a run ended that makes no report: the same file that stands beside a report, from the rows of the table."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from .._report.model import HostClass, ReportHost, sorted_report
from .._report.status import Run, to_status, to_status_file
from .._version import collection_version
from .rows import Row, State

_CLASSES = {
    State.UNREACHABLE: HostClass.UNREACHABLE,
    State.FAILED: HostClass.FAILED,
    State.DRIFTED: HostClass.DRIFTED,
    State.INEFFECTIVE: HostClass.INEFFECTIVE,
    State.HIDDEN: HostClass.FAILED,  # nothing is known of it
    State.REPAIRED: HostClass.COMPLIANT,
    State.COMPLIANT: HostClass.COMPLIANT,
    State.NOT_MANAGED: HostClass.NOT_MANAGED,
}
_WELL = (HostClass.COMPLIANT, HostClass.NOT_MANAGED)


def to_run_status(
    rows: Iterable[Row], failed: Collection[str], unreachable: Collection[str], now: str, message: str = ""
) -> bytes:
    """The status of a run as a file.

    Args:
        rows: Its hosts, as far as our tasks ran on them.
        failed: Hosts that Ansible counts a failure of, in whatever task.
        unreachable: Hosts that it could not reach, likewise.
        now: When the run ended: UTC, ISO 8601.
        message: Why it did not come to its hosts; empty where it did.
    """
    found = list(rows)
    hosts = {row.name: ReportHost(row.name, _CLASSES[row.state], refused=row.refused) for row in found}
    for names, host_class in ((failed, HostClass.FAILED), (unreachable, HostClass.UNREACHABLE)):
        for name in names:
            if name not in hosts or hosts[name].host_class in _WELL:
                hosts[name] = ReportHost(name, host_class)
    report = sorted_report("", now, () if message else hosts.values())
    # Rows have no requirements, only how many of them are wider than wanted.
    certain, perhaps = (sum(row.wider[place] for row in found) for place in (0, 1))
    return to_status_file(to_status(report, Run("", now, collection_version(), message, (certain, perhaps))))
