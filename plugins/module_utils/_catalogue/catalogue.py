# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All rows of the catalogue, and how to look them up."""

from __future__ import annotations

import difflib
import re
from itertools import groupby

from . import additions, client_ports, load_balancer_ports, server_ports
from .model import Requirement, Role, Ruleset, with_derived

ALL: tuple[Requirement, ...] = (
    *server_ports.SERVER_PORTS,
    *load_balancer_ports.HLB_PORTS,
    *load_balancer_ports.DNSLB_PORTS,
    *client_ports.CLIENT_PORTS,
)
"""The 91 rows in the source's order, duplicates and the blank row included: the catalogue mirrors the source."""

EXTENDED: tuple[Requirement, ...] = (*ALL, *additions.ADDITIONS)
"""The 91 rows, and after them the additions of the extended ruleset."""

_BY_ID = {row.id: row for row in EXTENDED}
_LOOSE_ID = re.compile(r"([a-z]+)[-_ ]?([0-9]{1,3})", re.ASCII)


class RowError(ValueError):
    """A text is not a row id; the message names the nearest ids."""


def by_id(row_id: str) -> Requirement:
    """The row with this id, such as ``server-03``, or the addition, such as ``add-01``.

    Raises:
        RowError: No row has this id.
    """
    if isinstance(row_id, str) and row_id in _BY_ID:
        return _BY_ID[row_id]
    shown = str(row_id) if isinstance(row_id, str) else row_id
    raise RowError(f"{shown!r} is no row id{_nearest(str(row_id))}; the ids are {_id_ranges()}")


def rows(ruleset: Ruleset = Ruleset.DOCUMENTED) -> tuple[Requirement, ...]:
    """The rows of a ruleset."""
    return EXTENDED if ruleset is Ruleset.EXTENDED else ALL


def for_roles(roles: frozenset[Role], ruleset: Ruleset = Ruleset.DOCUMENTED) -> tuple[Requirement, ...]:
    """The rows that apply to a host with exactly these roles, in the source's order.

    A row applies if the host has any of the row's roles; roles that follow from the given ones count too.
    """
    held = with_derived(roles)
    return tuple(row for row in rows(ruleset) if not held.isdisjoint(row.roles))


def _nearest(text: str) -> str:
    folded = text.strip().casefold()
    match = _LOOSE_ID.fullmatch(folded)
    meant = f"{match[1]}-{int(match[2]):02}" if match else ""
    near = [meant] if meant in _BY_ID else difflib.get_close_matches(folded, _BY_ID, n=3)
    return f" (nearest: {', '.join(near)})" if near else ""


def _id_ranges() -> str:
    tables = [list(group) for _table, group in groupby(EXTENDED, key=lambda row: row.table)]
    return ", ".join(f"{group[0].id} to {group[-1].id}" for group in tables)
