# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All rows of the catalogue, and how to look them up."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Mapping

from . import additions, client_ports, edge_ports, load_balancer_ports, server_ports
from .model import Requirement
from .products import ABOUT, as_of
from .role_names import with_derived
from .words import Product, Role, Ruleset, Table

EVERY: tuple[Requirement, ...] = (
    *server_ports.SERVER_PORTS,
    *load_balancer_ports.HLB_PORTS,
    *load_balancer_ports.DNSLB_PORTS,
    *client_ports.CLIENT_PORTS,
    *additions.ADDITIONS,
    *edge_ports.EDGE_PORTS,
)
"""The rows of all products, each once, in the sources' order and with the words of the oldest product that has it."""


def _of(product: Product) -> tuple[Requirement, ...]:
    """All rows of a product, those in doubt included, as they read for it."""
    found: list[Requirement] = []
    numbers: Counter[Table] = Counter()
    for row in EVERY:
        if product in row.products or product in row.in_doubt:
            numbers[row.table] += 1
            found.append(as_of(row, product, numbers[row.table]))
    return tuple(found)


_EVERYTHING = {product: _of(product) for product in Product}
_EXTENDED = {
    product: tuple(row for row in found if row.table is not Table.EDGE) for product, found in _EVERYTHING.items()
}
_EDGE = {product: tuple(row for row in found if row.table is Table.EDGE) for product, found in _EVERYTHING.items()}
_DOCUMENTED = {
    product: tuple(row for row in found if row.table is not Table.ADDITION and product in row.products)
    for product, found in _EXTENDED.items()
}

ALL: tuple[Requirement, ...] = _DOCUMENTED[Product.LYNC_2013]
"""The 91 rows of Lync Server 2013 in the source's order, duplicates and the blank row included: the catalogue mirrors
the source."""

EXTENDED: tuple[Requirement, ...] = _EXTENDED[Product.LYNC_2013]
"""The 91 rows, and after them the additions of the extended ruleset."""

CONNECTING: tuple[str, ...] = tuple(row.id for row in edge_ports.CONNECTIONS)
"""Ids of what an Edge Server connects to: rows of no ruleset, since no rule is made, and found by id."""

_BY_ID = {
    product: {
        **{row.id: row for row in found},
        **{row.id: as_of(row, product, 0) for row in edge_ports.CONNECTIONS if product in row.products},
    }
    for product, found in _EVERYTHING.items()
}
_FIRST = {row_id: row for product in reversed(tuple(Product)) for row_id, row in _BY_ID[product].items()}
_LOOSE_ID = re.compile(r"([a-z]+)[-_ ]?([0-9]{1,3})", re.ASCII)


class RowError(ValueError):
    """A text is not a row id; the message names the nearest ids."""


def by_id(row_id: str, product: Product | None = None) -> Requirement:
    """The row with this id, such as ``server-03``, or the addition, such as ``add-01``.

    Args:
        row_id: The id.
        product: The product whose row it is; without one the oldest that has it.

    Raises:
        RowError: No row has this id, or none of the product.
    """
    known = _FIRST if product is None else _BY_ID[product]
    if isinstance(row_id, str) and row_id in known:
        return known[row_id]
    shown = str(row_id) if isinstance(row_id, str) else row_id
    if product is not None and row_id in _FIRST:
        raise RowError(f"{shown!r} is no row of {ABOUT[product].name}; the ids are {_id_ranges(known)}")
    raise RowError(f"{shown!r} is no row id{_nearest(str(row_id), known)}; the ids are {_id_ranges(known)}")


def rows(ruleset: Ruleset = Ruleset.DOCUMENTED, product: Product = Product.LYNC_2013) -> tuple[Requirement, ...]:
    """The rows of a ruleset, as they read for a product."""
    return (_EXTENDED if ruleset is Ruleset.EXTENDED else _DOCUMENTED)[product]


def edge_rows(product: Product = Product.LYNC_2013) -> tuple[Requirement, ...]:
    """The rows of an Edge Server, which are on pages of their own and in both rulesets."""
    return _EDGE[product]


def for_roles(
    roles: frozenset[Role], ruleset: Ruleset = Ruleset.DOCUMENTED, product: Product = Product.LYNC_2013
) -> tuple[Requirement, ...]:
    """The rows that apply to a host with exactly these roles, in the source's order.

    A row applies if the host has any of the row's roles; roles that follow from the given ones count too.
    """
    held = with_derived(roles)
    listed = (*rows(ruleset, product), *edge_rows(product))
    return tuple(row for row in listed if not held.isdisjoint(row.roles))


def _nearest(text: str, known: Mapping[str, Requirement]) -> str:
    folded = text.strip().casefold()
    match = _LOOSE_ID.fullmatch(folded)
    meant = f"{match[1]}-{int(match[2]):02}" if match else ""
    near = [meant] if meant in known else difflib.get_close_matches(folded, known, n=3)
    return f" (nearest: {', '.join(near)})" if near else ""


def _id_ranges(known: Mapping[str, Requirement]) -> str:
    """The ids in short: of each kind the first and the last."""
    kinds: dict[str, list[str]] = {}
    for row_id in (*(row.id for row in EVERY), *CONNECTING):
        if row_id in known:
            kinds.setdefault(row_id.rpartition("-")[0], []).append(row_id)
    ranges = (kinds[kind] for kind in sorted(kinds, key=lambda kind: (kind == Table.ADDITION, kind == "skype")))
    return ", ".join(f"{ids[0]} to {ids[-1]}" if len(ids) > 1 else ids[0] for ids in ranges)
