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
from dataclasses import dataclass

PREFIX = "LyncOps"
"""First word of every managed rule's display name."""

HIGHEST_GENERATION = 999999
"""The highest generation a name can hold."""

_NAME = re.compile(rf"{PREFIX} ([a-z0-9][a-z0-9.-]{{0,99}}) g([1-9]\d{{0,5}})", re.IGNORECASE | re.ASCII)
_KEY = re.compile(r"[a-z0-9][a-z0-9.-]{0,99}", re.ASCII)


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


def parse_name(name: str) -> ManagedName | None:
    """Parse a display name as a managed name; None if it is not one.

    netsh ignores letter case in names, and so does this: a rule that our commands would select counts as managed.
    """
    match = _NAME.fullmatch(name)
    return ManagedName(match[1].lower(), int(match[2])) if match else None
