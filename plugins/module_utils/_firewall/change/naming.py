# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The names of managed rules.

netsh can set neither a rule's id nor its group (Microsoft: "Manage Windows Firewall with the command line"), and a
display name need not be unique. So managed rules have a name space of their own: a reserved prefix, a key that says
what the rule is for, and a generation, by which a rule is replaced with no moment in which there is neither the old nor
the new one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

PREFIX = "LyncOps"
"""First word of every managed rule's display name."""

HIGHEST_GENERATION = 999999
"""The highest generation a name can hold."""

_NAME = re.compile(rf"{PREFIX} ([a-z0-9][a-z0-9.-]{{0,99}}) g([1-9]\d{{0,5}})", re.IGNORECASE | re.ASCII)
_KEY = re.compile(r"[a-z0-9][a-z0-9.-]{0,99}", re.ASCII)
_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}
_UNKNOWN = "?\N{REPLACEMENT CHARACTER}"  # what stands for a character that a code page or UTF-8 does not have
_MOST_MASKS = 50


@dataclass(frozen=True, slots=True, order=True)
class ManagedName:
    """A managed rule's display name, taken apart.

    Attributes:
        key: What the rule is for, such as ``in-tcp-5061``; the same in every run.
        generation: Counts up each time the rule is replaced; 1 for the first.
    """

    key: str
    generation: int = 1

    def __post_init__(self) -> None:
        if not _KEY.fullmatch(self.key) or not 1 <= self.generation <= HIGHEST_GENERATION:
            raise ValueError(f"no managed name can be made of {self.key!r}, generation {self.generation}")

    def __str__(self) -> str:
        return f"{PREFIX} {self.key} g{self.generation}"


@lru_cache(maxsize=4096)  # the plan, the lists of rules and the fingerprint ask for each rule of a host
def parse_name(name: str) -> ManagedName | None:
    """Parse a display name as a managed name; None if it is not one.

    netsh ignores letter case in names, and so does this: a rule that our commands would select counts as managed.
    """
    match = _NAME.fullmatch(name)
    return ManagedName(match[1].lower(), int(match[2])) if match else None


def folded(name: str) -> str:
    """A name as we compare it: letter case is ignored in ASCII only.

    Managed names are ASCII. How netsh compares other letters is not documented, and 'ſ'.upper() is an S: what is the
    same only so is a look-alike.
    """
    return name.lower() if name.isascii() else name.translate(_LOWER)


class LookAlikes:
    """Names that some other way of comparing may take for a managed name: netsh's, or a code page's.

    Letters count as the same that are so by Unicode's case folding and compatibility forms; invisible ones count for
    nothing, and what stands for an unknown character may be any.
    """

    def __init__(self, names: Iterable[str]) -> None:
        """Sort names out; a host may have thousands, nearly all of plain letters.

        Args:
            names: Names of all local rules.
        """
        self._names: dict[str, str] = {}
        self._masked: dict[int, dict[tuple[int, ...], dict[str, str]]] = {}
        for name in names:
            if name.isascii() and "?" not in name:
                continue
            loose = _loosely(name)
            places = tuple(place for place, character in enumerate(loose) if character in _UNKNOWN)
            if not places:
                self._names[loose] = name
                continue
            masks = self._masked.setdefault(len(loose), {})
            if places not in masks and len(masks) >= _MOST_MASKS:
                places = tuple(range(len(loose)))  # rather too many look-alikes than more than can be compared
            masks.setdefault(places, {})[_without(loose, places)] = name

    def of(self, name: str) -> str:
        """A name that looks like a managed one; empty where there is none.

        Args:
            name: The managed name.
        """
        plain = folded(name)
        if plain in self._names:
            return self._names[plain]
        masks = self._masked.get(len(plain), {})
        found = (alike.get(_without(plain, places)) for places, alike in masks.items())
        return next((other for other in found if other), "")


def _loosely(name: str) -> str:
    """A name without what a comparison may ignore."""
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return "".join(character for character in plain if unicodedata.category(character) != "Cf")


def _without(text: str, places: tuple[int, ...]) -> str:
    characters = list(text)
    for place in places:
        characters[place] = "?"
    return "".join(characters)
