# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everybody whom a row of a result admits, where the result itself lists the first of them only."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

_CUT = re.compile(r"and ([0-9]{1,9}) more")


def all_admitted(item: Mapping[str, Any], admits: Sequence[str]) -> tuple[str, ...]:
    """Everybody who gets in, where the list is cut and these are those who are meant, no others; else nobody.

    Args:
        item: The row, as a result has it.
        admits: Its ``admits``.
    """
    listed = item.get("remote_addresses")
    cut = _CUT.fullmatch(admits[-1]) if admits and "wider" not in item else None
    if not cut or not isinstance(listed, list):
        return ()
    meant = tuple(map(str, listed))
    whole = len(meant) == len(admits) - 1 + int(cut[1]) and set(admits[:-1]) <= set(meant)
    return meant if whole else ()
