# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is admitted, in results: as plain types, and bounded, since whom others let in is their word."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ..module_utils._firewall.state.rule import Direction, profile_names
from ..module_utils._firewall.traffic.admitted import Wider
from ..module_utils._net.address_set import AddressSet
from ..module_utils._net.widest import widest_first
from ..module_utils._options.words import FAIL
from ..module_utils._policy.blocking import may_help
from ..module_utils._policy.effect import Effect, wider
from ..module_utils._policy.wider import others, parts, places
from ..module_utils._texts import said
from ._said import ROOM, size_of

MOST_ADDRESSES = 6
"""Addresses, networks or ranges of a row that a result lists."""


class Admits:
    """Writes who is admitted, row by row. All rows share the room for what is not ours."""

    def __init__(self, names: Callable[[Sequence[str]], tuple[list[str], int]], *, blocks: bool = False) -> None:
        """Begin a result.

        Args:
            names: Says which names of rules have room, and how many are left out.
            blocks: Whether block rules are made already, so that they are no advice.
        """
        self._names, self._blocks = names, blocks
        self._room = ROOM["admits"]

    def of(self, effect: Effect) -> dict[str, Any]:
        """``admits`` of a row, and ``wider`` where it is wider than wanted.

        Args:
            effect: The row on the host.
        """
        found = effect.admission
        if effect.demand.direction is not Direction.IN or not found:
            return {"admits": None}
        told: dict[str, Any] = {"admits": None if found.addresses is None else self._listed(found.addresses)}
        if beyond := found.wider:
            names, more = self._names(beyond.by)
            told["wider"] = {
                "addresses": [*self._whom(effect, beyond), *self._beside(effect)],
                "by": names,
                "more_rules": beyond.more + more,
                "ports": said(beyond.ports.spelled(MOST_ADDRESSES)),
                "profiles": profile_names(beyond.profiles),
                "perhaps": beyond.perhaps,
                "blockable": not (self._blocks or beyond.at) and may_help(effect.demand),
            }
        return told

    def _whom(self, effect: Effect, found: Wider) -> list[str]:
        listed = [others(effect, found)] if found.everybody else self._listed(found.addresses)
        return [*listed, *([places(found)] if found.at else [])]

    def _beside(self, effect: Effect) -> list[str]:
        """Who may get in beside those who do, as one text with the names of the rules."""
        return [
            f"perhaps {', '.join(self._whom(effect, one))}, by {', '.join(self._names(one.by)[0])}"
            for one in parts(effect)[1:]
        ]

    def _listed(self, addresses: AddressSet) -> list[str]:
        """The first of them, the widest where they are cut, and how many more there are."""
        if addresses.is_any:
            return ["any"]
        words = sorted({word for _family, word in addresses.keywords})
        cut = len(addresses.v4) + len(addresses.v6) - MOST_ADDRESSES
        texts = widest_first(addresses, MOST_ADDRESSES) if cut > 0 else AddressSet(addresses.v4, addresses.v6).texts()
        first = [*words, *texts]
        left_out = max(cut, 0) + max(len(first) - MOST_ADDRESSES, 0)
        first = first[:MOST_ADDRESSES]
        self._room -= size_of(first)
        if self._room < 0 and first:
            left_out, first = left_out + len(first) - 1, first[:1]
        return [*first, f"and {left_out} more"] if left_out else first


def counted(effects: Iterable[Effect], on_wider: str) -> dict[str, Any]:
    """How many rows are wider than wanted, how many may be, and whether that is a failure.

    Args:
        effects: The rows as judged.
        on_wider: The option.
    """
    rows = tuple(effects)
    return {"rows": len(wider(rows)), "perhaps": len(wider(rows, certain=False)), "fails": on_wider == FAIL}
