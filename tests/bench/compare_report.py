# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The benchmark's figures as text that a person reads."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from .measured_lab import Counts

START = "ansible-playbook, no task"
FLOOR = "one bare command"
CONVERGING = "ours, converging"
CONVERGED = "ours, converged"
PEER = "peer"

NOTE = (
    "The peer is community.windows.win_firewall_rule in a loop over the same rules. The lab answers its PowerShell at "
    "once, without running it: the peer pays nothing on the target, where a real host starts one PowerShell a rule. "
    "Its cost on the wire is the same whether anything is to be done or not. Receives are not counted among requests. "
    "Wall and CPU time are the controller's, with ansible-playbook's own start (first row) in them; they are not a "
    "promise."
)


class Measured(Protocol):
    """A run as the report needs it."""

    @property
    def name(self) -> str: ...
    @property
    def hosts(self) -> int: ...
    @property
    def rules(self) -> int: ...
    @property
    def counts(self) -> Counts: ...
    @property
    def wall(self) -> float: ...
    @property
    def cpu(self) -> float: ...


_MEASURES: Mapping[str, Callable[[Measured], float]] = {
    "requests": lambda run: run.counts.requests / run.hosts,
    "bytes": lambda run: run.counts.bytes_both_ways / run.hosts,
    "process starts": lambda run: run.counts.process_starts / run.hosts,
    "wall s": lambda run: run.wall / run.hosts,
    "CPU s": lambda run: run.cpu / run.hosts,
}
"""What is shown of a run; all of it a host."""


def ratios(runs: Sequence[Measured]) -> dict[str, dict[str, float]]:
    """How many times as much the peer takes as each of ours, by measure."""
    named = {run.name: run for run in runs}
    return {
        name: {measure: round(value(named[PEER]) / value(named[name]), 1) for measure, value in _MEASURES.items()}
        for name in (CONVERGING, CONVERGED)
    }


def text(runs: Sequence[Measured], scaling: Sequence[tuple[int, Measured]]) -> str:
    """The whole report."""
    rules, hosts = max(run.rules for run in runs), runs[0].hosts
    rows = [[f"{rules} rules, each host", *_MEASURES]]
    rows += [[run.name, *_figures(run)] for run in runs]
    for name, found in ratios(runs).items():
        rows.append([f"peer : {name}", *(f"{value:,.1f} x" for value in found.values())])
    lines = ["", f"Side by side, {hosts} hosts", *_table(rows), "", *_programs(runs), "", *textwrap.wrap(NOTE, 100)]
    if scaling:
        head = ["one converged host", "requests", "bytes to", "bytes from", "bytes both ways", "receives"]
        rows = [head]
        for _foreign, run in scaling:
            counts = run.counts
            numbers = (counts.requests, counts.bytes_in, counts.bytes_out, counts.bytes_both_ways, counts.receives)
            rows.append([run.name, *(f"{number:,}" for number in numbers)])
        lines += ["", "How the cost of ours grows", *_table(rows)]
    return "\n".join([*lines, ""])


def _figures(run: Measured) -> list[str]:
    values = {measure: value(run) for measure, value in _MEASURES.items()}
    return [f"{number:,.2f}" if name.endswith(" s") else f"{number:,.0f}" for name, number in values.items()]


def _programs(runs: Sequence[Measured]) -> list[str]:
    lines = ["Programs started on a host"]
    for run in runs:
        found = ", ".join(f"{name} {count / run.hosts:g}" for name, count in run.counts.processes.items())
        lines.append(f"  {run.name}: {found}")
    return lines


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [
            f"{row[0]:<{widths[0]}}",
            *(f"{cell:>{width}}" for cell, width in zip(row[1:], widths[1:], strict=True)),
        ]
        lines.append("  " + "  ".join(cells).rstrip())
    return lines
