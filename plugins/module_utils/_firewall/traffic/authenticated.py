# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a rule that asks for IPsec may stop what nothing else would."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from ..._net.region import Region, common, remainder, union
from ..state.rule import FirewallRule, same_path
from .matching import Match

_Listener: TypeAlias = "tuple[str, str]"


def needing_ipsec(matches: Iterable[Match], plain: Iterable[Match], rest: Region) -> tuple[Region, list[Match]]:
    """Pairs that pass for some program only with IPsec, where the profile's default lets everything else through.

    [MS-FASP] 2.2.35 AUTHENTICATE: what matches such a rule "is allowed only if it has been authenticated by IPsec;
    otherwise, traffic is blocked". Not so where a plain rule lets the same program and service through.

    Args:
        matches: All allow rules that take part.
        plain: Those of them that depend on nothing but program and service.
        rest: Pairs that are still to be judged.

    Returns:
        The pairs, and the rules that ask for IPsec there.
    """
    secure = [found for found in matches if "ipsec" in found.limits and rest.overlaps(found.possible)]
    if not secure:
        return Region(), []
    passing: dict[_Listener, list[Region]] = {}
    for found in plain:
        passing.setdefault(_listener(found.rule), []).append(found.exact)
    asking: dict[_Listener, list[Match]] = {}
    for found in secure:
        asking.setdefault(_listener(found.rule), []).append(found)
    areas = {
        listener: remainder(
            common([rest], [found.possible for found in of_it]),
            [area for other in _covering(listener) for area in passing.get(other, ())],
        )
        for listener, of_it in asking.items()
    }
    needed = [found for found in secure if areas[_listener(found.rule)].overlaps(found.possible)]
    return common([union(areas.values())], [rest]), needed


def _listener(rule: FirewallRule) -> _Listener:
    return same_path(rule.program) if rule.program else "", rule.service.casefold()


def _covering(listener: _Listener) -> Iterator[_Listener]:
    """Of whom a rule may be to be about all that this one is about."""
    program, service = listener
    yield from dict.fromkeys(((program, service), ("", service), (program, "")))
