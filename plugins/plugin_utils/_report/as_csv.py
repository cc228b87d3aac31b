# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as CSV (RFC 4180): one row for each requirement of each host, and one for each host without any."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from ...module_utils._firewall.traffic.reasons import short_form
from ...module_utils._texts import spreadsheet_cell
from .logged import FOR_ANYBODY, in_words, is_for_anybody
from .model import Cell, Report, ReportHost, admitted
from .probed import in_short, says_of

COLUMNS = (
    "host", "class", "message", "roles", "pool", "site", "row", "service", "direction", "transports", "ports",
    "verdict", "reason", "by", "part", "unprotected", "mended_by", "more_rules",
    "blocked_addresses", "admits", "wider", "wider_by", "probe", "probe_says", "judged_from", "assumptions", "outdated",
    "log", "product",
)  # fmt: skip
"""The first row. Lists are joined with ``; ``. A reason is spelt as on the page and in the summary."""


_OF_FILES = ("judged_from", "assumptions", "outdated")  # as `_files` gives them


def to_csv(report: Report) -> bytes:
    """The report as CSV, UTF-8, lines ended by CR LF."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    writer.writerow(COLUMNS)
    for host in report.hosts:
        for cell in host.cells:
            writer.writerow([spreadsheet_cell(value) for value in _row(host, cell)])
        if not host.cells:
            files = dict(zip(_OF_FILES, _files(host), strict=True))
            probed = {**files, "probe": in_short(host.probed), "product": host.product}
            rest = [probed.get(name, "") for name in COLUMNS[len(_of_host(host)) :]]
            writer.writerow([spreadsheet_cell(value) for value in (*_of_host(host), *rest)])
    return text.getvalue().encode("utf-8", "replace")


def _row(host: ReportHost, cell: Cell) -> tuple[str, ...]:
    row, finding, wider = cell.requirement, cell.finding, cell.wider
    commands = [host.commands[place] for place in cell.commands]
    return (
        *_of_host(host),
        row.id,
        row.service,
        row.direction,
        _joined(row.transports),
        row.ports,
        finding.verdict.value,
        short_form(finding.reason),
        _joined(finding.by),
        finding.part,
        "yes" if finding.unprotected else "no",
        _joined([*commands, *([cell.remedy] if cell.remedy else [])]),
        str(finding.more_rules),
        str(finding.excepted.addresses if finding.excepted else 0),
        _joined(cell.admits_all or admitted(cell)),
        _joined([*wider.addresses, *(["perhaps"] if wider.perhaps else [])]) if wider else "",
        _joined(wider.by) if wider else "",
        in_short(cell.probed),
        _joined(says_of(cell)),
        *_files(host),
        _joined([*(in_words(one) for one in cell.logged), *([FOR_ANYBODY] if is_for_anybody(host, row.id) else [])]),
        host.product,
    )


def _files(host: ReportHost) -> tuple[str, ...]:
    """What is said of a host that was judged from files."""
    named = [f"{name} {saved}" for name, saved in host.judged_from]
    return _joined(named), _joined(host.assumptions), _joined(host.outdated)


def _of_host(host: ReportHost) -> tuple[str, ...]:
    return (host.name, host.host_class.value, host.message, _joined(host.roles), host.pool, host.site)


def _joined(values: Iterable[str]) -> str:
    return "; ".join(values)
