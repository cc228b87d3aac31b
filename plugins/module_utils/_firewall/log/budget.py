# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a log is read within a budget: newest first, in slices of time as long as what they print allows for.

How much a span of time prints is not known before it is asked for. So the first slice is an hour; what it printed says
how long the next may be, at most four times as long. A slice that prints more than its share is stopped, and its newest
quarter is asked for in its place. What was stopped says nothing: of the rest of its time it is not known what was left
out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

MOST_BYTES = 2 * 1024 * 1024
"""Bytes of lines that are taken from a host."""

MOST_SECONDS = 60.0
"""Seconds after which no further slice is asked for."""

MOST_COMMANDS = 12
"""Slices that are asked for."""

_FIRST = timedelta(hours=1)
_SHORTEST = timedelta(minutes=1)
_LEAST_SHARE = 64 * 1024  # bytes for which it is still worth while to ask
_SHARE = 2  # a slice may print half of what is left
_GROWTH = 4  # times as long as the last slice the next may be
_SAFETY = 2  # times what a slice is expected to print must fit


@dataclass(frozen=True, slots=True)
class Budget:
    """What was read up to now, and what may still be read.

    Attributes:
        since: Where reading is to end, in the host's time, at a whole minute.
        reached: All from here on was read.
        bytes_left: Bytes that may still be printed.
        commands_left: Slices that may still be asked for.
        length: How long the next slice is to be.
        growth: How much longer than the last one the next slice may be; not at all, once there was too much in one.
        stopped: Why reading ended before `since`; empty where it did not.
    """

    since: datetime
    reached: datetime
    bytes_left: int = MOST_BYTES
    commands_left: int = MOST_COMMANDS
    length: timedelta = _FIRST
    growth: int = _GROWTH
    stopped: str = ""

    @property
    def done(self) -> bool:
        """Whether nothing more is to be asked for."""
        return bool(self.stopped) or self.reached <= self.since

    @property
    def share(self) -> int:
        """Bytes that the next slice may print."""
        return self.bytes_left // _SHARE

    @property
    def start(self) -> datetime:
        """Where the next slice begins: it ends where the last one began."""
        start = self.reached - self.length
        if self.length > _FIRST:  # whole hours make few patterns
            start = start.replace(minute=0)
        return max(self.since, start)

    def after(self, printed: int, whole: bool, seconds: float) -> Budget:
        """The budget once the next slice was asked for.

        Args:
            printed: Bytes that it printed.
            whole: Whether it printed to its end.
            seconds: How long all slices have taken up to now.
        """
        asked = self.reached - self.start
        left = replace(self, bytes_left=max(self.bytes_left - printed, 0), commands_left=self.commands_left - 1)
        if whole:
            left = replace(left, reached=self.start)
            each = printed / (asked / _SHORTEST)
            room = left.share / _SAFETY
            minutes = min(room / each, asked / _SHORTEST * self.growth) if each else asked / _SHORTEST * self.growth
            left = replace(left, length=max(_SHORTEST * int(minutes), _SHORTEST))
        else:
            length = max(asked // _GROWTH // _SHORTEST * _SHORTEST, _SHORTEST)
            left = replace(left, length=length, growth=1)
        if left.reached <= left.since:
            return left
        return replace(left, stopped=left._why(asked, whole, seconds))

    def _why(self, asked: timedelta, whole: bool, seconds: float) -> str:
        if not whole and asked <= _SHORTEST:
            return "a single minute says more than is read"
        if self.share < _LEAST_SHARE:
            return f"the {MOST_BYTES // 1024 // 1024} MB that are read of a host's log are used up"
        if seconds >= MOST_SECONDS:
            return f"the {MOST_SECONDS:.0f} seconds for a host's log are over"
        return "" if self.commands_left else f"the {MOST_COMMANDS} times that a host's log is asked are used up"
