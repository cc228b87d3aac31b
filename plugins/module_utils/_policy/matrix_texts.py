# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The traffic matrix as files: CSV and Markdown for people, JSON for programs. Two of one estate can be compared."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from typing import Any

from .._texts import spreadsheet_cell
from .matrix import COLUMNS, Flow
from .matrix_in_effect import NOT_KNOWN, Finding, InEffect, LineInEffect, of_line

SCHEMA = "urn:lyncops:firewall:matrix:1"
"""Names what the JSON holds. It is no address: nothing is fetched."""

IN_EFFECT = ("admits", "wider", "wider_by", "not_audited")
"""Columns that follow the others in the CSV where an audit is known."""

_MOST_NAMED = 6


def as_csv(matrix: Sequence[Flow], in_effect: InEffect | None = None) -> str:
    """The matrix as CSV ([RFC 4180]) with a head line. A cell that a spreadsheet would take for a formula is quoted.

    Args:
        matrix: The lines.
        in_effect: What the last audit found, if that is known.
    """
    text = io.StringIO()
    table = csv.writer(text, quoting=csv.QUOTE_ALL)
    table.writerow([*COLUMNS, *(IN_EFFECT if in_effect else ())])
    for flow in matrix:
        cells = [str(getattr(flow, column)) for column in COLUMNS]
        if in_effect:
            cells += _in_cells(of_line(flow.rows.split(), flow.listeners, in_effect))
        table.writerow([spreadsheet_cell(cell) for cell in cells])
    return text.getvalue()


def _in_cells(found: LineInEffect) -> list[str]:
    """The cells of `IN_EFFECT`; empty where hosts of the matrix only open connections."""
    return [
        "; ".join(found.admits),
        "; ".join(dict.fromkeys(_whom(finding) for finding in found.wider)),
        "; ".join(dict.fromkeys(name for finding in found.wider for name in finding.admitted.by)),
        ", ".join(found.not_known),
    ]


def as_markdown(matrix: Sequence[Flow], in_effect: InEffect | None = None) -> str:
    """The matrix as a Markdown table for each destination.

    Args:
        matrix: The lines.
        in_effect: What the last audit found, if that is known.
    """
    parts = ["# Traffic matrix\n"]
    if in_effect:
        parts.append(f"\n{_cell(told(matrix, in_effect))}\n")
    columns = [column for column in COLUMNS if column not in ("destination", "destination_addresses")]
    head = [*(column.replace("_", " ") for column in columns), *(["in effect"] if in_effect else [])]
    for destination in dict.fromkeys((flow.destination, flow.destination_addresses) for flow in matrix):
        parts.append(f"\n## To {_cell(destination[0])}\n\nAddresses: {_cell(destination[1])}\n\n")
        parts.append(f"| {' | '.join(head)} |\n{'| --- ' * len(head)}|\n")
        for flow in matrix:
            if (flow.destination, flow.destination_addresses) == destination:
                cells = [str(getattr(flow, column)) for column in columns]
                if in_effect:
                    cells.append(_in_words(of_line(flow.rows.split(), flow.listeners, in_effect)))
                parts.append(f"| {' | '.join(map(_cell, cells))} |\n")
    return "".join(parts)


def as_json(matrix: Sequence[Flow], in_effect: InEffect | None = None) -> str:
    """The matrix as JSON in ASCII.

    Args:
        matrix: The lines.
        in_effect: What the last audit found, if that is known.
    """
    lines: list[dict[str, Any]] = []
    for flow in matrix:
        line: dict[str, Any] = {column: getattr(flow, column) for column in COLUMNS}
        line["rows"] = flow.rows.split()
        if in_effect and flow.listeners:
            line["in_effect"] = _in_json(of_line(line["rows"], flow.listeners, in_effect))
        lines.append(line)
    document: dict[str, Any] = {"schema": SCHEMA, "version": 1}
    if in_effect:
        missing = not_audited(matrix, in_effect)
        document["in_effect"] = {"report": in_effect.source, "created": in_effect.created, "not_audited": missing}
    return json.dumps({**document, "lines": lines}, indent=1) + "\n"


def _in_json(found: LineInEffect) -> dict[str, Any]:
    return {
        "admits": list(found.admits),
        "wider": [
            {
                "row": finding.row,
                "hosts": list(finding.hosts),
                "addresses": list(finding.admitted.wider),
                "by": list(finding.admitted.by),
                "perhaps": finding.admitted.perhaps,
            }
            for finding in found.wider
        ],
        "not_audited": list(found.not_known),
    }


def not_audited(matrix: Iterable[Flow], in_effect: InEffect) -> list[str]:
    """Hosts of the matrix of which an audit says nothing at all, sorted."""
    return sorted({name for flow in matrix for name in flow.listeners} - set(in_effect.hosts))


def told(matrix: Sequence[Flow], in_effect: InEffect) -> str:
    """Of which time it is said who is admitted, how much is wider than meant, and what is not known; in a sentence."""
    found = [of_line(flow.rows.split(), flow.listeners, in_effect) for flow in matrix if flow.listeners]
    wider = sum(any(not finding.admitted.perhaps for finding in line.wider) for line in found)
    perhaps = sum(bool(line.wider) for line in found) - wider
    text = f"Who is admitted in effect is as of {in_effect.created}, by {in_effect.source}: "
    text += f"{wider} line{'' if wider == 1 else 's'} wider than meant"
    if perhaps:
        text += f", and {perhaps} perhaps"
    missing = not_audited(matrix, in_effect)
    return text + (f". It says nothing of {_few(missing)}." if missing else ".")


def _in_words(found: LineInEffect) -> str:
    """What was found of one line, for a cell."""
    if not found.findings:
        return NOT_KNOWN if found.not_known else ""
    parts = [", ".join(found.admits)]
    alike: dict[tuple[str, tuple[str, ...]], list[Finding]] = {}
    for finding in found.wider:
        alike.setdefault((_whom(finding), finding.admitted.by), []).append(finding)
    for (whom, by), findings in alike.items():
        hosts = sorted({name for finding in findings for name in finding.hosts})
        rows = " ".join(dict.fromkeys(finding.row for finding in findings))
        parts.append(f"wider: {whom}, by {_few(by)} ({rows} on {_few(hosts)})")
    if found.not_known:
        parts.append(f"{NOT_KNOWN} of {_few(found.not_known)}")
    return "; ".join(parts)


def _whom(finding: Finding) -> str:
    return ("perhaps " if finding.admitted.perhaps else "") + ", ".join(finding.admitted.wider)


def _few(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _cell(text: str) -> str:
    """Text that cannot end a cell, start a line or be taken for markup."""
    for character in "\\|<>`*_[]":
        text = text.replace(character, f"\\{character}" if character != "<" else "&lt;")
    return " ".join(text.split())
