# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks a host for one value alone, which tells where an unended rule string ends.

In the text of a whole key, nothing tells a value that lacks its end from one with a line break whose second line looks
like the next value. Of ``reg query KEY /v NAME`` all that is printed behind the name is the value's data.
"""

from __future__ import annotations

from .registry_dump import Unended

# Inside quotes cmd expands %, and ! where somebody has switched delayed expansion on; reg itself splits at " and takes
# \\" for one (Microsoft's C runtime). Only ASCII gets through whole.
_UNSAFE = frozenset('"%!')


def question(value: Unended) -> str | None:
    """The command that prints a value alone; None where cmd cannot be given its name safely.

    Args:
        value: The value.
    """
    words = (value.key, value.name)
    if any(not _UNSAFE.isdisjoint(word) or not word.isascii() or not word.isprintable() for word in words):
        return None
    if value.name.startswith(("/", "-")) or any(word.endswith("\\") for word in words):
        return None
    return f'reg query "{value.key}" /v "{value.name}"'


def ends_as_taken(value: Unended, text: str) -> bool:
    """Whether a value's data is just what was taken for it in the text of the whole key.

    Args:
        value: The value.
        text: What `question` printed, whole.
    """
    # reg prints the key as it was asked for.
    head, *data = [line for raw in text.split("\n") if (line := raw.removesuffix("\r"))] or [""]
    # Empty lines are not counted on either side: they change nothing about where the data ends.
    prefix = f"    {value.name}    REG_SZ    "
    taken = value.data.split("\n")
    return (
        head.casefold() == value.key.casefold()
        and bool(data)
        and data[0] == prefix + taken[0]
        and data[1:] == taken[1:]
    )
