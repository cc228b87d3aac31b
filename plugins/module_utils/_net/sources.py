# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses as those of somebody who connects: some can be typed, and stored in a rule, and be nobody's."""

from __future__ import annotations

from collections.abc import Iterable

from .address_set import AddressSet
from .address_text import AddressError
from .known_addresses import SOURCES


def parse_sources(items: Iterable[str]) -> AddressSet:
    """Parse user input as `AddressSet.parse_for_rule` does, for those who connect.

    An address that nothing connects from is nobody's: with it alone a rule admits nobody, and block rules for everybody
    else shut out all who were meant. Which ones these are see `SOURCES`.

    Args:
        items: As there.

    Raises:
        AddressError: As there; or nobody can have any of the addresses of an item.
    """
    texts = [item.strip() for item in items]
    found = AddressSet.parse_for_rule(texts)
    if found <= SOURCES:
        return found
    for text in texts:
        one = AddressSet.parse_for_rule([text])
        if not (one.keywords or one.overlaps(SOURCES)):
            raise AddressError(
                f"{text!r} is an address that nobody connects from: 0.0.0.0 stands for all addresses of a host, and "
                "224.0.0.0/3 is for multicast, reserved or broadcast. Name the addresses themselves"
            )
    return found


def are_all_sources(addresses: AddressSet) -> bool:
    """Whether there is no address left that somebody else could connect from.

    Args:
        addresses: Those of somebody.
    """
    return addresses >= SOURCES
