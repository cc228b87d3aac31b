# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How old the topology is that an inventory was made of: who is in it is who was there then."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

_FORMAT = "%Y-%m-%dT%H:%M:%SZ"
_HOW = "export it with its date, as the inventory plugin lync_topology documents"


def topology_age(told: Any, now: str, *, fetched: bool) -> str:
    """A sentence on the age of a topology; nothing where no topology is told of.

    Args:
        told: The variable ``lync_topology`` of the group ``lync``, from the inventory plugin or from a person.
        now: UTC, ISO 8601.
        fetched: Whether the file was fetched for this run, as by AWX, so that its own date says nothing.
    """
    if not isinstance(told, Mapping) or not told.get("file"):
        return ""
    file, date = told["file"], str(told.get("date", ""))
    try:
        days = (datetime.strptime(now, _FORMAT) - datetime.strptime(date, _FORMAT)).days  # both are UTC
    except ValueError:
        return f"How old the topology {file} is cannot be told: {_HOW}."
    if told.get("by") == "export":
        return f"The topology {file} was exported at {date}, {_days(days)}."
    if fetched:
        return f"How old the topology {file} is cannot be told, for its file was fetched anew: {_HOW}."
    return f"The topology {file} is of {date}, {_days(days)}, by the date of the file."


def _days(days: int) -> str:
    if days < 0:
        return "which is yet to come"
    return "today" if days == 0 else f"{days} day{'' if days == 1 else 's'} ago"
