# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The traffic matrix as CSV, for people, and as JSON, for programs. Two of one estate can be compared line by line."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from typing import Any

from .._catalogue.functions import service_in_words
from .._texts import spreadsheet_cell
from .matrix_in_effect import InEffect, LineInEffect, from_files, not_audited, of_line, whom
from .matrix_model import Group, Line, Matrix, networks, texts_of

COLUMNS = (
    "source", "source_addresses", "destination", "destination_addresses", "transport", "ports", "service", "rows",
    "why",
)  # fmt: skip
"""Columns of the CSV."""

IN_EFFECT = ("admits", "wider", "wider_by", "not_audited")
"""Columns that follow the others where an audit is known."""

SCHEMA = "urn:lyncops:firewall:matrix:1"
"""Names what the JSON holds. It is no address: nothing is fetched."""


def as_csv(matrix: Matrix, in_effect: InEffect | None = None) -> str:
    """The matrix as CSV ([RFC 4180]) with a head line. A cell that a spreadsheet would take for a formula is quoted.

    Args:
        matrix: The matrix. What is not known is no line of it, and is not there.
        in_effect: What the last audit found, if that is known.
    """
    groups = {group.name: group for group in matrix.groups}
    text = io.StringIO()
    table = csv.writer(text, quoting=csv.QUOTE_ALL)
    table.writerow([*COLUMNS, *(IN_EFFECT if in_effect else ())])
    for line in matrix.lines:
        cells = _cells(line, groups)
        if in_effect:
            cells += _in_cells(of_line(line.audited, line.listeners, in_effect))
        table.writerow([spreadsheet_cell(cell) for cell in cells])
    return text.getvalue()


def named(line: Line) -> tuple[str, str]:
    """The ends of a line in words.

    Args:
        line: The line.
    """
    source, destination = ", ".join(line.source), ", ".join(line.destination)
    return (f"between members of {source}" if line.between else source), destination


def _cells(line: Line, groups: Mapping[str, Group]) -> list[str]:
    source, destination = named(line)
    rows = [row.row for row in line.rows]
    return [
        source,
        ", ".join(texts_of(line.source, groups)),
        destination,
        ", ".join(texts_of(line.destination, groups)),
        line.transport,
        str(line.ports),
        "; ".join(dict.fromkeys(service_in_words(row.id, row.service) for row in rows)),
        " ".join(row.id for row in rows),
        " ".join(dict.fromkeys(row.note for row in rows)),
    ]


def _in_cells(found: LineInEffect) -> list[str]:
    """The cells of `IN_EFFECT`; empty where no host of the matrix listens."""
    return [
        found.in_words,
        "; ".join(dict.fromkeys(whom(finding) for finding in found.wider)),
        "; ".join(dict.fromkeys(name for finding in found.wider for name in finding.admitted.by)),
        ", ".join(found.not_known),
    ]


def as_json(matrix: Matrix, in_effect: InEffect | None = None) -> str:
    """The matrix as JSON in ASCII.

    Args:
        matrix: The matrix.
        in_effect: What the last audit found, if that is known.
    """
    document: dict[str, Any] = {"schema": SCHEMA, "version": 1}
    if in_effect:
        document["in_effect"] = {
            "report": in_effect.source,
            "created": in_effect.created,
            "not_audited": not_audited(matrix, in_effect),
            **({"from_files": saved} if (saved := from_files(matrix, in_effect)) else {}),
        }
    document["groups"] = [_group(group) for group in matrix.groups]
    document["lines"] = [_line(line, in_effect) for line in matrix.lines]
    document["open_questions"] = [
        {"peer": question.peer, "name": question.name, "lines": [_line(line, in_effect) for line in question.lines]}
        for question in matrix.questions
    ]
    return json.dumps(document, indent=1) + "\n"


def _group(group: Group) -> dict[str, Any]:
    return {
        "name": group.name,
        "addresses": ["any"] if group.anybody else networks(group.addresses),
        **({"hosts": list(group.hosts)} if group.hosts else {}),
        **({"address_not_known": list(group.unaddressed)} if group.unaddressed else {}),
    }


def _line(line: Line, in_effect: InEffect | None) -> dict[str, Any]:
    found: dict[str, Any] = {
        "source": list(line.source),
        "destination": list(line.destination),
        "between": line.between,
        "transport": line.transport,
        "ports": str(line.ports),
        "rows": [
            {
                "id": row.row.id,
                "ports": str(row.ports),
                "service": service_in_words(row.row.id, row.row.service),
                "why": row.row.note,
            }
            for row in line.rows
        ],
    }
    if in_effect and line.audited:
        found["in_effect"] = _in_json(of_line(line.audited, line.listeners, in_effect))
    return found


def _in_json(found: LineInEffect) -> dict[str, Any]:
    return {
        "admits": list(found.admits),
        "rows": [
            {"row": finding.row, "hosts": list(finding.hosts), "admits": list(finding.admitted.admits)}
            for finding in found.findings
        ],
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
