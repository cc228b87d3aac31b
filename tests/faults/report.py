# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is kept of each case, and the table made of it. It knows neither the collection nor the lab."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

CONVERGED, FAILED, UNREACHABLE, REFUSED = "converged", "clear failure", "unreachable", "refused"
OUTCOMES = (CONVERGED, FAILED, UNREACHABLE, REFUSED)
COUNTED = "requests of a run without faults"


@dataclass(frozen=True)
class Record:
    """One case.

    Attributes:
        fault: What went wrong, as the table groups it.
        scenario: What the run was about to do.
        outcome: One of OUTCOMES; COUNTED for a run that was only counted.
        compared: How many foreign rules were compared, before and after and after the next run.
        fired: Whether the host restored itself.
        requests: WS-Man requests of the run.
    """

    fault: str
    scenario: str
    outcome: str
    compared: int = 0
    fired: bool = False
    requests: int = 0

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Trial:
    """One attempt to lose WinRM, or to turn the undo against its host.

    Attributes:
        number: Of the case, for the order.
        name: What the host is like, and what is asked of it.
        rollback: The option.
        decision: One of GO, WARN, REFUSE and FAILS, or how else the run ended.
        outcome: What came of it.
    """

    number: int
    name: str
    rollback: str
    decision: str
    outcome: str

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


GO, WARN, REFUSE, FAILS = "goes ahead", "goes ahead with a warning", "refused", "fails before it writes"


def trials_table(title: str, trials: Iterable[Trial]) -> str:
    """The report on trials, in Markdown, in the order of their numbers."""
    rows = [
        [str(trial.number), trial.name, trial.rollback, trial.decision, trial.outcome]
        for trial in sorted(set(trials), key=lambda trial: (trial.number, trial.name, trial.rollback))
    ]
    lines = [["", "case", "rollback", "decision", "what came of it"], ["---"] * 5, *rows]
    return "\n".join([f"# {title}", "", *(f"| {' | '.join(line)} |" for line in lines)]) + "\n"


def table(records: Sequence[Record]) -> str:
    """The report, in Markdown."""
    cases = [record for record in records if record.outcome in OUTCOMES]
    faults = list(dict.fromkeys(record.fault for record in sorted(cases, key=lambda record: record.fault)))
    rows = [_row(fault, [record for record in cases if record.fault == fault]) for fault in faults]
    heading = ["fault", "cases", *OUTCOMES, "foreign rules compared", "rollbacks fired"]
    lines = ["# Fault matrix", "", *_aligned([heading, *rows, _row("all", cases)])]
    counted = [record for record in records if record.outcome == COUNTED]
    if counted:
        lines += ["", "WS-Man requests of a run without faults:", ""]
        lines += [f"- {record.scenario}: {record.requests}" for record in counted]
    return "\n".join(lines) + "\n"


def _row(name: str, records: Iterable[Record]) -> list[str]:
    records = list(records)
    outcomes = Counter(record.outcome for record in records)
    compared = sum(record.compared for record in records)
    fired = sum(record.fired for record in records)
    numbers = (len(records), *(outcomes[outcome] for outcome in OUTCOMES), compared, fired)
    return [name, *(str(number) for number in numbers)]


def _aligned(rows: list[list[str]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "| " + " | ".join(f"{cell:<{widths[0]}}" if not column else f"{cell:>{widths[column]}}"
                          for column, cell in enumerate(row)) + " |"
        for row in rows
    ]  # fmt: skip
    lines.insert(1, "|" + "|".join("-" * (width + 1) + ("-" if not column else ":")
                                   for column, width in enumerate(widths)) + "|")  # fmt: skip
    return lines
