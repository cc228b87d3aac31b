# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A report as metrics, for the textfile collector of Prometheus' node_exporter.

Text format 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats/). No metric has a host's name: who is to
be looked at stands in the report, and a series for each host of a large estate would live as long as the database.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone

from ...module_utils._firewall.traffic.reasons import Status
from ...module_utils._policy.dropped import Case
from .figures import totals
from .logged import connections
from .model import HostClass, Report

_PREFIX = "lync_firewall_"
_TIME = "%Y-%m-%dT%H:%M:%SZ"


def to_prometheus(report: Report, name: str) -> bytes:
    """The report's numbers, UTF-8, lines ended by LF.

    Args:
        report: The report.
        name: Base name of its files; the label ``report`` keeps reports apart that are in one folder.
    """
    return "".join(_lines(report, name)).encode("utf-8", "replace")


def _lines(report: Report, name: str) -> Iterator[str]:
    counts = totals(report)
    verdicts = Counter(cell.finding.verdict for host in report.hosts for cell in host.cells)
    yield from _metric(
        name,
        "hosts",
        "Hosts by the class that the report has them in.",
        "class",
        {one.value: counts[one.value] for one in HostClass},
    )
    yield from _metric(
        name,
        "requirements",
        "Requirements of all hosts that could be read, by verdict.",
        "verdict",
        {one.value: verdicts[one] for one in Status},
    )
    wider = {"certain": counts["wider_rows"], "perhaps": counts["perhaps_wider_rows"]}
    yield from _metric(name, "wider_requirements", "Requirements that are open to more than is wanted.", "known", wider)
    if logged := connections(report):
        told = "Connections in the firewall logs of all hosts, by what it means that they were dropped or let through."
        yield from _metric(name, "logged_connections", told, "case", {case.value: logged[case.value] for case in Case})
    left = len({leaver.name for leaver in report.left})
    yield from _metric(
        name, "left_hosts", "Hosts that left the estate, in whole or in a role, and were not retired.", "", {"": left}
    )
    made = int(datetime.strptime(report.created, _TIME).replace(tzinfo=timezone.utc).timestamp())
    yield from _metric(
        name, "report_timestamp_seconds", "When the report was made, in seconds since 1970, UTC.", "", {"": made}
    )


def _metric(report: str, name: str, told: str, label: str, values: Mapping[str, int]) -> Iterator[str]:
    yield f"# HELP {_PREFIX}{name} {told}\n# TYPE {_PREFIX}{name} gauge\n"
    for value, count in values.items():
        more = f',{label}="{value}"' if label else ""
        yield f'{_PREFIX}{name}{{report="{_escaped(report)}"{more}}} {count}\n'


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
