# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the work of a function grows with its input: for what a host says it may be no worse than linear.

The time of the process is compared with itself, so the machine's speed does not matter; what is allowed lies halfway
between linear and quadratic.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

TIMES = 8
"""The large input is so many times the small one."""

ALLOWED = 24
"""A linear function takes 8 times as long, one that sorts hardly more; a quadratic one 64 times."""

_TOO_SHORT = 0.01
"""Seconds of the large input below which nothing can be told, and nothing need be."""


def grows_linearly(work: Callable[[Any], object], make: Callable[[int], Any], size: int) -> bool:
    """Whether the work takes no more than in proportion.

    Args:
        work: The function.
        make: Makes an input of a size.
        size: The small size.
    """
    small, large = make(size), make(TIMES * size)
    for _attempt in range(3):  # a machine with other work may stop a process in the middle
        taken = _seconds(work, large)
        if taken < _TOO_SHORT or taken < ALLOWED * min(_seconds(work, small) for _time in range(3)):
            return True
    return False


def _seconds(work: Callable[[Any], object], value: Any) -> float:
    began = time.process_time()
    work(value)
    return time.process_time() - began
