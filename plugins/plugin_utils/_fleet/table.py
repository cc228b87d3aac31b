# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of many hosts to one table that fits a screen: pure text, with a state for the colour of each line."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from ...module_utils._catalogue.products import called
from ...module_utils._catalogue.words import Product
from ...module_utils._firewall.traffic.reasons import Status
from ...module_utils._policy.wider import in_words
from ...module_utils._texts import printable
from .rows import Row, State

_PRODUCT = "product"  # a column where not all run the same
_WIDER = "wider"  # a column where any host has such rows
_TITLES = ("host", _PRODUCT, "state", "open", "cond", "unkn", "closed", _WIDER, "add", "set", "del", "why")
_TEXTS = ("host", _PRODUCT, "state", "why")  # columns that are left-aligned
_LONGEST_NAME = 40
_SHORTEST_WHY = 12
_GAP = "  "


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the table.

    Attributes:
        text: It, without a line break and without any other character that could move a cursor.
        state: That of its host; None of lines about more than one.
    """

    text: str
    state: State | None = None


def to_table(rows: Iterable[Row], most_rows: int, width: int) -> list[Line]:
    """Draw the table.

    Args:
        rows: The hosts, in any order.
        most_rows: How many of them are shown, the worst first; the others are counted.
        width: Columns of the screen. The last column is cut to fit; it is never narrower than a few words.

    Returns:
        The lines: titles, hosts, what is not shown, the products of a mixed estate or the one of all that is not the
        default, totals. None if there are no hosts.
    """
    ranked = sorted(rows, key=lambda row: row.rank)
    if not ranked:
        return []
    shown, hidden = ranked[: max(most_rows, 0)], ranked[max(most_rows, 0) :]
    known = _products(ranked)
    lines = _drawn(shown, width, mixed=len(known) > 1) if shown else []
    if hidden:
        lines.append(Line(cut(f"and {len(hidden)} more: {_states(hidden)}", width)))
    return [*lines, *(Line(cut(text, width)) for text in _by_product(ranked, known)), Line(totals(ranked))]


def _products(rows: Iterable[Row]) -> list[str]:
    """The products that are known, the oldest first."""
    order = {product.value: place for place, product in enumerate(Product)}
    return sorted({row.product for row in rows} - {""}, key=lambda product: order.get(product, len(order)))


def _by_product(rows: Sequence[Row], known: Sequence[str]) -> list[str]:
    """The hosts of each product in a line; where all run the same, that, unless it is the default."""
    if len(known) < 2:
        return [f"Product: {printable(called(one))}" for one in known if one != Product.LYNC_2013.value]
    unknown = [row for row in rows if not row.product]
    told = [f"{printable(called(one))}: {totals([row for row in rows if row.product == one])}" for one in known]
    return [*told, *([f"product not known: {totals(unknown)}"] if unknown else [])]


def totals(rows: Sequence[Row]) -> str:
    """All hosts in one line."""
    wider = in_words(sum(row.wider[0] for row in rows), sum(row.wider[1] for row in rows))
    return f"{len(rows)} host{'' if len(rows) == 1 else 's'}: {_states(rows)}{', ' if wider else ''}{wider}"


def cut(text: str, width: int) -> str:
    """Text of at most so many columns, with an ellipsis where some is left out."""
    if _columns(text) <= width:
        return text
    kept = ""
    for char in text:
        if _columns(kept + char) > width - 1:
            break
        kept += char
    return f"{kept}…" if width > 0 else ""


def _states(rows: Iterable[Row]) -> str:
    counts = Counter(row.state for row in rows)
    return ", ".join(f"{counts[state]} {state.value}" for state in State if counts[state])


def _drawn(rows: Sequence[Row], width: int, mixed: bool) -> list[Line]:
    beside = any(any(row.wider) for row in rows)
    left_out = {*([] if beside else [_WIDER]), *([] if mixed else [_PRODUCT])}
    titles = tuple(title for title in _TITLES if title not in left_out)
    table = [titles, *(tuple(_cells(row)[title] for title in titles) for row in rows)]
    widths = [max(_columns(cells[place]) for cells in table) for place in range(len(titles))]
    before_last = sum(widths[:-1]) + len(_GAP) * (len(widths) - 1)
    widths[-1] = min(widths[-1], max(width - before_last, _SHORTEST_WHY))
    states = (None, *(row.state for row in rows))
    numbers = {place for place, title in enumerate(titles) if title not in _TEXTS}
    return [Line(_joined(cells, widths, numbers), state) for cells, state in zip(table, states, strict=True)]


def _cells(row: Row) -> dict[str, str]:
    """What stands below each title."""
    verdicts = ["-"] * 4 if row.verdicts is None else [str(row.verdicts.get(verdict, 0)) for verdict in Status]
    rules = ["-"] * 3 if row.rules is None else [str(count) for count in row.rules]
    sure, perhaps = row.wider
    wider = "-" if row.verdicts is None else f"{sure}+{perhaps}?" if perhaps else str(sure)
    name, product = cut(printable(row.name), _LONGEST_NAME), cut(printable(row.product), _LONGEST_NAME) or "-"
    return dict(
        zip(_TITLES, (name, product, row.state.value, *verdicts, wider, *rules, printable(row.why)), strict=True)
    )


def _joined(cells: Sequence[str], widths: Sequence[int], numbers: Collection[int]) -> str:
    padded = []
    for place, (cell, width) in enumerate(zip(cells, widths, strict=True)):
        text = cut(cell, width)
        space = " " * (width - _columns(text))
        padded.append(space + text if place in numbers else text + space)
    return _GAP.join(padded).rstrip()


def _columns(text: str) -> int:
    """Columns that a terminal needs for printable text."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )
