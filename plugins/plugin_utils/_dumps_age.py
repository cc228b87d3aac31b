# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether files that stand for hosts are too old to tell how these are.

Hosts that have stopped writing theirs would be "ok" for ever.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta, timezone

ANY_AGE = 0
"""Days that leave the age out of account."""

_FORMAT = "%Y-%m-%dT%H:%M:%SZ"
_CLOCKS = timedelta(hours=1)  # how much two clocks may differ


def outdated(files: Iterable[tuple[str, str]], days: int, now: str) -> list[str]:
    """A sentence, without a full stop, about each file that is too old, or of the future.

    Args:
        files: Name of each, and when it was written: UTC, ISO 8601.
        days: The most that one may be old; `ANY_AGE` for any, and then the future is none of anybody's business.
        now: UTC, ISO 8601.
    """
    if days == ANY_AGE:
        return []
    moment = _time(now)
    told = []
    for name, saved in files:
        age = moment - _time(saved)
        if age < -_CLOCKS:
            told.append(f"{name} is of {saved}, which is to come")
        elif age > timedelta(days=days):
            told.append(f"{name} is of {saved}, more than {days} day{'' if days == 1 else 's'} ago")
    return told


def _time(text: str) -> datetime:
    return datetime.strptime(text, _FORMAT).replace(tzinfo=timezone.utc)
