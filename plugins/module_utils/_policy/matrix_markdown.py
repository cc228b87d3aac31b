# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The traffic matrix as Markdown: groups once with their addresses, a table a destination, and what is not known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .._catalogue.functions import service_in_words
from .._catalogue.model import Requirement
from .matrix_in_effect import NOT_KNOWN, Finding, InEffect, LineInEffect, few, of_line, told, whom
from .matrix_model import Group, Line, Matrix, Question
from .matrix_texts import named
from .peers import ADDRESSES, EXTRA


def as_markdown(matrix: Matrix, in_effect: InEffect | None = None) -> str:
    """The matrix as Markdown.

    Args:
        matrix: The matrix.
        in_effect: What the last audit found, if that is known.
    """
    parts = ["# Traffic matrix\n"]
    if in_effect:
        parts.append(f"\n{_cell(told(matrix, in_effect))}\n")
    for destination in dict.fromkeys(line.destination for line in matrix.lines):
        parts.append(f"\n## To {_cell(', '.join(destination))}\n\n")
        lines = [line for line in matrix.lines if line.destination == destination]
        parts += _table(
            ["from", "transport", "ports", "rows", *_head(in_effect)],
            ([named(line)[0], *_cells(line, in_effect)] for line in lines),
        )
    parts += _groups(matrix.groups)
    parts += _questions(matrix, in_effect)
    parts += _rows(matrix)
    return "".join(parts)


def _head(in_effect: InEffect | None) -> list[str]:
    return ["in effect"] if in_effect else []


def _cells(line: Line, in_effect: InEffect | None) -> list[str]:
    ids = " ".join(row.row.id for row in line.rows)
    return [line.transport, str(line.ports), ids, *([_in_words(line, in_effect)] if in_effect else [])]


def _groups(groups: Sequence[Group]) -> list[str]:
    return [
        "\n## Groups\n\n",
        *_table(
            ["group", "addresses", "hosts"],
            ([group.name, ", ".join(group.texts()), ", ".join(group.hosts)] for group in groups),
        ),
    ]


_BUT = ", but for the names of hosts without an address in the groups of others: no device can admit a name"


def _questions(matrix: Matrix, in_effect: InEffect | None) -> list[str]:
    """What has to be answered before the matrix is whole."""
    parts = []
    if matrix.questions or matrix.unaddressed:
        parts.append("\n## Open questions\n\n")
        parts.append(f"Nothing of this is in the tables above{_BUT if matrix.unaddressed else ''}.\n")
    for question in matrix.questions:
        parts.append(f"\n### Who are {_cell(question.name)}?\n\n")
        parts.append(f"{_cell(_answer(question))}\n\n")
        parts += _table(
            ["from", "to", "transport", "ports", "rows", *_head(in_effect)],
            (
                [
                    *(", ".join(end) or question.name for end in (line.source, line.destination)),
                    *_cells(line, in_effect),
                ]
                for line in question.lines
            ),
        )
    if matrix.unaddressed:
        parts.append("\n### Which addresses have they?\n\n")
        parts.append(f"{_cell(f'Say so with {ADDRESSES[0]} of each host: ' + ', '.join(matrix.unaddressed))}\n")
    return parts


def _answer(question: Question) -> str:
    return f"Say so in {EXTRA}, key {question.peer}: their addresses or networks, or an empty list for nobody."


def _rows(matrix: Matrix) -> list[str]:
    """What each row is for, once."""
    rows: dict[str, Requirement] = {row.row.id: row.row for line in matrix.all_lines for row in line.rows}
    return [
        "\n## Rows\n\n",
        *_table(
            ["row", "service", "why"],
            (
                [row.id, service_in_words(row.id, row.service), " ".join(filter(None, (row.note, row.caveat)))]
                for _id, row in sorted(rows.items())
            ),
        ),
    ]


def _in_words(line: Line, in_effect: InEffect) -> str:
    """What was found of one line; nothing where no host of the matrix listens."""
    found: LineInEffect = of_line(line.audited, line.listeners, in_effect)
    if not found.findings:
        return NOT_KNOWN if found.not_known else ""
    parts = [found.in_words]
    alike: dict[tuple[str, tuple[str, ...]], list[Finding]] = {}
    for finding in found.wider:
        alike.setdefault((whom(finding), finding.admitted.by), []).append(finding)
    for (who, by), findings in alike.items():
        hosts = sorted({name for finding in findings for name in finding.hosts})
        rows = " ".join(dict.fromkeys(finding.row for finding in findings))
        parts.append(f"wider: {who}, by {few(by)} ({rows} on {few(hosts)})")
    if found.not_known:
        parts.append(f"{NOT_KNOWN} of {few(found.not_known)}")
    return "; ".join(parts)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = [f"| {' | '.join(head)} |\n{'| --- ' * len(head)}|\n"]
    lines += [f"| {' | '.join(map(_cell, row))} |\n" for row in rows]
    return lines


def _cell(text: str) -> str:
    """Text that cannot end a cell, start a line or be taken for markup."""
    for character in "\\|<>`*_[]":
        text = text.replace(character, f"\\{character}" if character != "<" else "&lt;")
    return " ".join(text.split())
