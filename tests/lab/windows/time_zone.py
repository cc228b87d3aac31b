# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The time zone of a host, and where the registry tells it.

`Control\\TimeZoneInformation`: `ActiveTimeBias` is what is added to local time now to get UTC, in minutes (Microsoft,
"TIME_ZONE_INFORMATION": UTC = local time + bias), a REG_DWORD that is negative east of Greenwich; `Bias` the same
without daylight saving time. A host of the lab has none, so both are equal, and names of zones, which only show, are
left out.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

from lab.windows.registry import Registry

_KEY = r"HKLM\SYSTEM\CurrentControlSet\Control\TimeZoneInformation"
_OFFSET = re.compile(r"([+-])(\d{2}):([0-5]\d)")
_HOURS = 14


def offset_of(text: str) -> timedelta:
    """How far local time is ahead of UTC: `+05:30`; empty: as on this machine. Raises ValueError."""
    if not text:
        return datetime.now(timezone.utc).astimezone().utcoffset() or timedelta()
    found = _OFFSET.fullmatch(text)
    if found is None or int(found[2]) > _HOURS:
        raise ValueError(f"not a time zone such as +05:30: {text!r}")
    size = timedelta(hours=int(found[2]), minutes=int(found[3]))
    return size if found[1] == "+" else -size


def write_time_zone(registry: Registry, offset: timedelta) -> None:
    """Let the registry tell that local time is ``offset`` ahead of UTC."""
    bias = -int(offset.total_seconds()) // 60 % 2**32
    key = registry.create(_KEY)
    for name, number in (("Bias", bias), ("ActiveTimeBias", bias), ("StandardBias", 0), ("DaylightBias", 0)):
        key.set_dword(name, number)
