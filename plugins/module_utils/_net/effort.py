# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A bound on work whose result may be as large as the square of what a host says, as with nested ranges of ports."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


class TooComplex(Exception):
    """The work was given up: there were no steps left for it."""


@dataclass(slots=True)
class Effort:
    """Steps that are left; a million take a few seconds."""

    left: int


_current: ContextVar[Effort | None] = ContextVar("effort", default=None)


@contextmanager
def limited(effort: Effort) -> Iterator[None]:
    """What is done in the block takes its steps from here.

    Args:
        effort: The steps; several blocks may share them.
    """
    outer = _current.set(effort)
    try:
        yield
    finally:
        _current.reset(outer)


def spend(steps: int) -> None:
    """Take steps; outside of any block there are enough.

    Raises:
        TooComplex: There are none left.
    """
    effort = _current.get()
    if effort is None:
        return
    if effort.left <= 0:
        raise TooComplex
    effort.left -= steps
