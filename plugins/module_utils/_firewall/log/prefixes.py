# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Times as beginnings of lines, in the few regular expressions that findstr knows.

A line begins with ``2026-11-29 13:05:59``. What lies between two minutes is written as whole days, hours and minutes,
and of two digits each as at most three patterns: 05 to 23 are ``0[5-9]``, ``1[0-9]`` and ``2[0-3]``. Classes and ``.``
are documented in Microsoft's reference of ``findstr``; more than 15 classes in a pattern it is known not to take.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
_OF_A_DAY, _OF_AN_HOUR, _OF_A_MINUTE = "..:..:..", "..:..", ".."


def prefixes(start: datetime, end: datetime) -> tuple[str, ...]:
    """Patterns that match the date and time of just the lines from one minute up to another.

    Args:
        start: The first minute, in the log's own time.
        end: The minute after the last.
    """
    return tuple(_patterns(start.replace(second=0, microsecond=0), end.replace(second=0, microsecond=0)))


def _patterns(start: datetime, end: datetime) -> Iterator[str]:
    at = start
    while at < end:
        day = at.replace(hour=0, minute=0)
        hour = at.replace(minute=0)
        if at == day and at + _DAY <= end:
            last = _last(at, end, _DAY, at.replace(day=28) + timedelta(days=4))
            for digits in _digits(at.day, last.day):
                yield f"{at:%Y-%m}-{digits} {_OF_A_DAY}"
            at = last + _DAY
        elif at == hour and at + _HOUR <= end:
            last = _last(at, end, _HOUR, day + _DAY)
            for digits in _digits(at.hour, last.hour):
                yield f"{at:%Y-%m-%d} {digits}:{_OF_AN_HOUR}"
            at = last + _HOUR
        else:
            last = _last(at, end, _MINUTE, hour + _HOUR)
            for digits in _digits(at.minute, last.minute):
                yield f"{at:%Y-%m-%d %H}:{digits}:{_OF_A_MINUTE}"
            at = last + _MINUTE


def _last(at: datetime, end: datetime, step: timedelta, larger: datetime) -> datetime:
    """The last whole step before the end, and before the next larger unit begins."""
    if step == _DAY:
        larger = larger.replace(day=1)
    return at + (min(end, larger) - at) // step * step - step


def _digits(first: int, last: int) -> Iterator[str]:
    """Patterns for the numbers of two digits from one to another."""
    if first // 10 == last // 10:
        yield f"{first // 10}{_class(first % 10, last % 10)}"
        return
    tens, last_tens = first // 10, last // 10
    if first % 10:
        yield f"{tens}{_class(first % 10, 9)}"
        tens += 1
    whole = last_tens if last % 10 == 9 else last_tens - 1
    if tens <= whole:
        yield f"{_class(tens, whole)}[0-9]"
    if whole < last_tens:
        yield f"{last_tens}{_class(0, last % 10)}"


def _class(first: int, last: int) -> str:
    return str(first) if first == last else f"[{first}-{last}]"
