# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How far back the log is read: a span of time, as a person writes it."""

from __future__ import annotations

import re
from datetime import timedelta

LONGEST = timedelta(days=31)
"""More no log of Windows holds on a busy server: 32,767 KB, twice."""

_SPAN = re.compile(r"([1-9][0-9]{0,4})([mhd])", re.ASCII | re.IGNORECASE)
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


class SpanError(ValueError):
    """A text is no span of time; the message says what to write instead."""


def read_span(text: str) -> timedelta:
    """Read ``24h``, ``90m`` or ``7d``, in small letters or capitals.

    Args:
        text: The text.

    Raises:
        SpanError: It is none, or longer than `LONGEST`.
    """
    found = _SPAN.fullmatch(text.strip())
    if not found:
        raise SpanError(f"{text[:40]!r} is no span of time; write minutes, hours or days, as in 90m, 24h or 7d")
    span = int(found[1]) * _UNITS[found[2].lower()]
    if span > LONGEST:
        raise SpanError(f"{text.strip()} is more than the {LONGEST.days} days that are looked back at most")
    return span
