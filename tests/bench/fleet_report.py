# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fleet benchmark's figures as Markdown tables."""

from __future__ import annotations

import os
import textwrap
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

START = "ansible-playbook, no task"
BARE = "bare task"
READ = "the audit's command, nothing made of it"
TASK = "the audit's task alone"
AUDIT = "audit.yml"
SITE = "site.yml, converged"
MATRIX = "matrix.yml"
TOPOLOGY = "audit.yml, scope: topology"
CONVERGE = "converging"
RESULTS = "sizes of results"
VARIANTS = (START, BARE, READ, TASK, AUDIT, SITE, MATRIX)
STAGED = (BARE, AUDIT, SITE, MATRIX)
"""Whose CPU is told by stages."""
PLAYBOOKS = {
    START: "start",
    BARE: "fleet_bare",
    READ: "fleet_read",
    TASK: "fleet_audit",
    AUDIT: "lyncops.firewall.audit",
    SITE: "lyncops.firewall.site",
    MATRIX: "lyncops.firewall.matrix",
    TOPOLOGY: "lyncops.firewall.audit",
    CONVERGE: "fleet_converge",
    RESULTS: "fleet_results",
}

NOTE = (
    "CPU is the controller's, ansible-playbook and its workers, without the start of ansible-playbook with the same "
    "inventory (the row without a task, which is shown as it is); the ratios are to the bare task, likewise without "
    "the start. Hosts per second have the start in them. The lab is another process and not in the figures, but on "
    "the same cores, so walls are longer than with real hosts. Peaks are of resident memory; a fork's has the pages it "
    "shares with the main process, its own is what it shares with nobody. Results are sized as JSON. Requests are "
    "WS-Man messages; the lab's login is Basic, which is part of the first of them, and NTLM would add some three."
)


@dataclass(frozen=True, slots=True)
class Row:
    """What one variant takes, the median of its runs; None where it has no meaning.

    :ivar name: One of VARIANTS.
    :ivar hosts: Number of hosts.
    :ivar rules: Rules a host, before ours.
    :ivar wall: Seconds.
    :ivar hosts_per_second: Of the whole run.
    :ivar cpu_ms_per_host: CPU of the controller, without its start.
    :ivar main_cpu_ms_per_host: That of the main process alone.
    :ivar cpu_ratio: To the bare task.
    :ivar wall_ratio: To the bare task.
    :ivar main_peak: Bytes.
    :ivar main_bytes_per_host: Peak of the main process above that of a run without a task.
    :ivar fork_peak: Bytes, shared pages included.
    :ivar fork_own: Bytes, shared pages left out.
    :ivar requests: WS-Man requests a host.
    :ivar wire_bytes: Bytes a host, both ways.
    :ivar result_bytes: Bytes of the registered result, mean over the combinations of roles.
    :ivar lab_cpu_ms_per_host: CPU of the lab, on the same cores.
    """

    name: str
    hosts: int
    rules: int
    wall: float
    hosts_per_second: float
    cpu_ms_per_host: float
    main_cpu_ms_per_host: float
    cpu_ratio: float | None
    wall_ratio: float | None
    main_peak: int
    main_bytes_per_host: float | None
    fork_peak: int
    fork_own: int
    requests: float
    wire_bytes: float
    result_bytes: float | None
    lab_cpu_ms_per_host: float


_COLUMNS: dict[str, Callable[[Row], str]] = {
    "hosts": lambda row: f"{row.hosts:,}",
    "rules": lambda row: f"{row.rules:,}",
    "": lambda row: row.name,
    "wall s": lambda row: f"{row.wall:.1f}",
    "hosts/s": lambda row: f"{row.hosts_per_second:.1f}",
    "CPU ms/host": lambda row: f"{row.cpu_ms_per_host:.1f}",
    "of it main": lambda row: f"{row.main_cpu_ms_per_host:.1f}",
    "CPU : bare": lambda row: _optional(row.cpu_ratio, "{:.2f}"),
    "wall : bare": lambda row: _optional(row.wall_ratio, "{:.2f}"),
    "main MB": lambda row: f"{row.main_peak / 1e6:.0f}",
    "main KB/host": lambda row: _optional(row.main_bytes_per_host, "{:.0f}", 1e3),
    "fork MB": lambda row: f"{row.fork_peak / 1e6:.0f}",
    "its own MB": lambda row: f"{row.fork_own / 1e6:.0f}",
    "requests": lambda row: f"{row.requests:.1f}",
    "wire KB": lambda row: f"{row.wire_bytes / 1e3:.0f}",
    "result KB": lambda row: _optional(row.result_bytes, "{:.1f}", 1e3),
    "lab CPU ms": lambda row: f"{row.lab_cpu_ms_per_host:.1f}",
}
_LEFT = {""}


@dataclass(frozen=True, slots=True)
class Stages:
    """Where the CPU of one run went.

    :ivar name: One of STAGED, or TOPOLOGY.
    :ivar hosts: Number of hosts.
    :ivar cpu: CPU seconds by process (``main``, ``worker``) and stage, the start of ansible-playbook included.
    """

    name: str
    hosts: int
    cpu: Mapping[tuple[str, str], float]

    def seconds(self, stage: str) -> float:
        """CPU seconds of one stage in all workers."""
        return self.cpu.get(("worker", stage), 0.0)


def stages_text(runs: Sequence[Stages]) -> str:
    """CPU a host by stage, in milliseconds, as a table; the stage that takes most comes first."""
    totals: Counter[tuple[str, str]] = Counter()
    for run in runs:
        totals.update({stage: seconds / run.hosts for stage, seconds in run.cpu.items()})
    heads = ["process", "stage", *(f"{run.name}, {run.hosts}" for run in runs)]
    lines = [f"| {' | '.join(heads)} |", f"| --- | --- {'| ---: ' * len(runs)}|"]
    for process, stage in sorted(totals, key=lambda key: (key[0], -totals[key])):
        cells = [f"{1000 * run.cpu.get((process, stage), 0.0) / run.hosts:.1f}" for run in runs]
        lines.append(f"| {process} | {stage} | {' | '.join(cells)} |")
    sums = [f"{1000 * sum(run.cpu.values()) / run.hosts:.1f}" for run in runs]
    return "\n".join([*lines, f"| all | | {' | '.join(sums)} |"])


def text(rows: Sequence[Row], memory: Sequence[Row], forks: int) -> str:
    """The whole report.

    :param rows: All variants of all sizes.
    :param memory: The same for few and for many rules; may be empty.
    :param forks: Workers at a time.
    """
    lines = ["", f"Audit of a fleet, {forks} forks, {os.cpu_count()} cores shared with the lab", "", *_table(rows)]
    if memory:
        lines += ["", "Few and many rules on a host", "", *_table(memory)]
    return "\n".join([*lines, "", *textwrap.wrap(NOTE, 100), ""])


def _table(rows: Sequence[Row]) -> list[str]:
    cells = [list(_COLUMNS), *([show(row) for show in _COLUMNS.values()] for row in rows)]
    widths = [max(3, *(len(row[number]) for row in cells)) for number in range(len(_COLUMNS))]
    left = [name in _LEFT for name in _COLUMNS]
    rule = ["-" * width if to_left else "-" * (width - 1) + ":" for width, to_left in zip(widths, left, strict=True)]
    return [
        "| "
        + " | ".join(
            cell.ljust(width) if to_left else cell.rjust(width)
            for cell, width, to_left in zip(row, widths, left, strict=True)
        )
        + " |"
        for row in (cells[0], rule, *cells[1:])
    ]


def _optional(value: float | None, form: str, unit: float = 1.0) -> str:
    return "" if value is None else form.format(value / unit)
