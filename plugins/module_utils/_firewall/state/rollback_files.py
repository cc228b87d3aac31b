# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a rollback lies on a host, whose it is, and who may change it there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

PREFIX = "LyncOpsRollback"
"""First part of every name that a rollback has on a host."""

FOLDER = rf"%SystemRoot%\{PREFIX}"
"""Below the Windows folder only administrators can write; cmd expands the variable. The folder is the lock."""

SCRIPT_NAME, TASK_NAME, OWNER_NAME, EXPORT_NAME = "undo.cmd", "task.xml", "owner.txt", "before.wfw"

SHORTEST_DELAY, LONGEST_DELAY = 6, 1440
"""Minutes. The shortest is longer than the deadline of one write (300 s), so a slow netsh alone never fires it."""

GRANTS = ("*S-1-5-18:(OI)(CI)F", "*S-1-5-32-544:(OI)(CI)F")
"""Who may do what in the folder, in icacls' words: SYSTEM and the local administrators everything, nobody else."""

_PRIVILEGED = frozenset({"SY", "BA", "S-1-5-18", "S-1-5-32-544"})
# DACL of an SDDL string ([MS-DTYP] 2.5.1): flags, then entries in parentheses, of six fields at least.
_DACL = re.compile(r"D:([A-Z]*)((?:\([^()]{1,200}\)){0,50})")
_ENTRY = re.compile(r"\(([^()]*)\)")
_OWNER = re.compile(
    r"controller ([A-Za-z0-9._-]{1,100}), run ([0-9a-zA-Z]{1,40}), armed (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ), "
    r"restores after (\d{1,4}) minutes, over after (\d{1,5})"
)
_CLOCKS_DIFFER = timedelta(minutes=5)  # what Kerberos tolerates between the machines of a domain
_LOCAL_TIME = timedelta(days=2)  # more than any two time zones differ
_TIME = "%Y-%m-%dT%H:%M:%SZ"


def task_name(marker: str) -> str:
    """Name of a run's scheduled task: nobody can have taken it before, since the marker is random."""
    return f"{PREFIX}-{marker}"


@dataclass(frozen=True, slots=True)
class Owner:
    """Who has armed a rollback: the text of ``owner.txt``.

    Attributes:
        controller: The controller's name.
        marker: The run's random marker.
        armed: When, by the controller's clock, in UTC.
        minutes: Minutes until the host restores itself.
        over: Minutes until it is over whatever happens: by then Task Scheduler has ended the script.
    """

    controller: str
    marker: str
    armed: datetime
    minutes: int
    over: int

    def __str__(self) -> str:
        return (
            f"controller {self.controller}, run {self.marker}, armed {self.armed.strftime(_TIME)}, "
            f"restores after {self.minutes} minutes, over after {self.over}"
        )

    @property
    def ends(self) -> datetime:
        """When it is over at the latest."""
        return self.armed + timedelta(minutes=self.over)

    def is_over(self, now: datetime) -> bool:
        """Whether it must be over, by this controller's clock; not where the other clock cannot be right."""
        return self.armed <= now + _CLOCKS_DIFFER and now > self.ends + _CLOCKS_DIFFER

    def is_long_over(self, now: datetime) -> bool:
        """Whether it must be over even where one of the clocks has taken local time for UTC."""
        return now > self.ends + _LOCAL_TIME


def read_owner(text: str) -> Owner | None:
    """The owner that a text of a host names; None for any other text."""
    match = _OWNER.match(text.strip()[:400])
    if not match:
        return None
    try:
        armed = datetime.strptime(match[3], _TIME).replace(tzinfo=timezone.utc)
    except ValueError:
        return None
    return Owner(match[1], match[2], armed, int(match[4]), int(match[5]))


def is_private(saved: str) -> bool:
    """Whether only SYSTEM and the local administrators have any right, and nothing is inherited.

    Args:
        saved: What ``icacls /save`` wrote, a name and an SDDL string, as ``type`` prints it: UTF-16, with or without
            the characters that its bytes make where they are taken for others.
    """
    text = "".join(character for character in saved[:4000] if character.isascii() and character.isprintable())
    match = _DACL.search(text)
    if not match or "P" not in match[1]:
        return False
    entries = [entry.split(";") for entry in _ENTRY.findall(match[2])]
    return bool(entries) and all(len(entry) >= 6 and entry[0] == "A" and entry[5] in _PRIVILEGED for entry in entries)
