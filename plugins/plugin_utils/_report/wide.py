# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is said at the end of a run of hosts that fail since others get in than are meant (``on_wider: fail``)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .build import Source, failing_rows
from .model import Beyond, Cell, HostClass, Report

_MOST_HOSTS = 3
_MOST_ROWS = 3
_MOST_RULES = 2
DRY_RUN = "ansible-playbook lyncops.firewall.site --check --limit {host} (and the -i and -e of this run)."
"""The command that names what stands in the way on a host, and who gets in."""
_HOW = f" Who gets in, this shows without changing anything: {DRY_RUN}"


def failing(report: Report, sources: Iterable[Source]) -> list[str]:
    """The hosts that are ineffective, among whose reasons are rows that admit more than is wanted.

    Args:
        report: The report.
        sources: What it is made of. A report of reports has none: the runs that made them have said it.
    """
    results = {source.name: source.result for source in sources}
    # Of another class the result may be anything; of this one it was read.
    ineffective = [host.name for host in report.hosts if host.host_class is HostClass.INEFFECTIVE]
    return [name for name in ineffective if name in results and failing_rows(results[name])]


def in_words(report: Report, names: Sequence[str]) -> list[str]:
    """Each of the first hosts, with the rows and the rules that let others in.

    Args:
        report: The report.
        names: The hosts, see `failing`.
    """
    chosen = set(names[:_MOST_HOSTS])
    return [f"{host.name}: {_rows(host.cells)}" for host in report.hosts if host.name in chosen]


def sentence(made: Mapping[str, Any]) -> str:
    """What a run that fails says of them, and the command that shows the rest; empty where there are none.

    Args:
        made: The result of `lync_firewall_report`.
    """
    told = made.get("too_wide", ())
    if not told:
        return ""
    rest = made["too_wide_hosts"][len(told) :]
    more = f"; and {_counted(len(rest), 'more host')}" if rest else ""
    how = _HOW.format(host=made["too_wide_hosts"][0])
    return f" Wider than wanted, and on_wider is fail: {'; '.join(told)}{more}.{how}"


def _rows(cells: Iterable[Cell]) -> str:
    wide = [(cell, cell.wider) for cell in cells if cell.wider and not cell.wider.perhaps]
    told = [_row(cell, beyond) for cell, beyond in wide[:_MOST_ROWS]]
    return ", ".join(told) + (f" and {_counted(len(wide) - len(told), 'more row')}" if len(wide) > len(told) else "")


def _row(cell: Cell, beyond: Beyond) -> str:
    row = cell.requirement
    names = ", ".join(f"'{name}'" for name in beyond.by[:_MOST_RULES])
    more = beyond.more_rules + len(beyond.by[_MOST_RULES:])
    ports = f"{'/'.join(row.transports)} {beyond.ports or row.ports}"
    return f"{row.id} ({ports}) by {names}" + (f" and {_counted(more, 'more rule')}" if more else "")


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
