# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The name that a computer has by its own registry.

`ComputerName\\ActiveComputerName` has the NetBIOS name that is in use and is made anew at each start, so a hive has
`ComputerName\\ComputerName` alone: the name of the next start (Microsoft, "GetComputerNameEx", and "SetComputerName").
"""

from __future__ import annotations

from collections.abc import Iterable

from .registry_dump import RegistryDump

_CONTROL = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\ComputerName"
ACTIVE_NAME = rf"{_CONTROL}\ActiveComputerName"
COMPUTER_NAME = rf"{_CONTROL}\ComputerName"

LONGEST_NAME = 15
"""Characters of a NetBIOS name; a longer host name is cut off to them."""


def computer_names(keys: RegistryDump) -> tuple[str, ...]:
    """The names that a computer has by its registry, the one in use first; none where the keys do not tell.

    Args:
        keys: What was read.
    """
    values = (keys.value(key, "ComputerName") for key in (ACTIVE_NAME, COMPUTER_NAME))
    return tuple(dict.fromkeys(value.data for value in values if value and value.data))


def is_called(computer: str, names: Iterable[str]) -> bool:
    """Whether a computer's name is one of a host's, whatever the case.

    Args:
        computer: Its NetBIOS name.
        names: Short names of the host, in lower case; one that is longer than a NetBIOS name is cut off.
    """
    return computer.casefold() in {part for name in names for part in (name, name[:LONGEST_NAME])}
