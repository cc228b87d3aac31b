# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A report in one line."""

from __future__ import annotations

from collections.abc import Mapping

from ...module_utils._firewall.traffic.reasons import short_form
from ...module_utils._policy.wider import in_words
from .figures import is_off, reasons, totals
from .from_files import in_words as from_files_in_words
from .logged import summed_up
from .model import Report
from .probed import counted
from .probed import in_words as probed_in_words


def summary(report: Report, counted_otherwise: Mapping[str, int] | None = None) -> str:
    """The report in one line.

    Args:
        report: The report.
        counted_otherwise: Its totals, where its hosts do not have all that is counted; None takes those of the report.
    """
    counts = dict(totals(report) if counted_otherwise is None else counted_otherwise)
    hosts = counts.pop("hosts")
    wider = in_words(counts.pop("wider_rows"), counts.pop("perhaps_wider_rows"))
    parts = [f"{count} {name.replace('_', ' ')}" for name, count in counts.items() if count]
    line = f"{hosts} host{'' if hosts == 1 else 's'}"
    if parts or wider:
        line += f": {', '.join([*parts, wider] if wider else parts)}"
    frequent = list(reasons(report).items())[:3]
    if frequent:
        shown = [f"{count} ({short_form(reason)})" for reason, count in frequent]
        line += f". Not open: {', '.join(shown)}"
    off = sum(map(is_off, report.hosts))
    if off:
        line += f". Firewall off: {off} host{'' if off == 1 else 's'}"
    changed = sum(bool(host.foreign and host.foreign.get("differences")) for host in report.hosts)
    if changed:
        line += f". Changed by others: {changed}"
    probes = counted(report)
    if probes:
        line += f". Probed: {probed_in_words(probes)}"
    logged = summed_up(report)
    if logged:
        line += f". By the logs: {logged}"
    if from_files := from_files_in_words(report):
        line += f". {from_files}"
    if report.files_of_nobody:
        line += f". Files of no host: {len(report.files_of_nobody)}"
    if report.left:
        line += f". Left and not retired: {len({leaver.name for leaver in report.left})}"
    return line
