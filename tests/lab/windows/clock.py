# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host's clock, which can be made to run faster than real time.

Tasks are scheduled in whole minutes of host time. With ``minute`` 0.5 a host's minute takes half a second, so a
rollback that waits six minutes fires after three seconds.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from datetime import datetime, timedelta, timezone


class HostClock:
    """Local time of one host, ``offset`` ahead of UTC.

    ``minute`` is how many real seconds its minute takes; 60 is real time.
    """

    def __init__(self, minute: float = 60.0, offset: timedelta = timedelta()) -> None:
        self._minute = minute
        self._offset = offset
        self._real = time.monotonic()
        self._host = datetime.now(timezone.utc).replace(tzinfo=None) + offset
        self._changed = asyncio.Event()

    def now(self) -> datetime:
        """The host's local time, without a zone, as a wall clock shows it."""
        return self._host + timedelta(minutes=(time.monotonic() - self._real) / self._minute)

    @property
    def minute(self) -> float:
        """Real seconds in a minute of the host."""
        return self._minute

    def set_minute(self, seconds: float) -> None:
        """Change the pace from now on; waiting tasks notice."""
        if seconds != self._minute:
            self._set(self.now(), seconds)

    def set_offset(self, offset: timedelta) -> None:
        """Move to another time zone, which is so far ahead of UTC."""
        if offset != self._offset:
            moved, self._offset = offset - self._offset, offset
            self._set(self.now() + moved, self._minute)

    def advance(self, minutes: float) -> None:
        """Put the clock forward; what has become due happens at once."""
        self._set(self.now() + timedelta(minutes=minutes), self._minute)

    def _set(self, host: datetime, minute: float) -> None:
        self._real, self._host, self._minute = time.monotonic(), host, minute
        # Tasks that wait for the old event check the time again and wait for the new one.
        self._changed.set()
        self._changed = asyncio.Event()

    async def sleep_until(self, moment: datetime) -> None:
        """Return when the host's clock has reached ``moment``."""
        while (left := (moment - self.now()).total_seconds() / 60 * self._minute) > 0:
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._changed.wait(), left)
