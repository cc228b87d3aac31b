# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which files a host logs to, by what its profiles say; what they say comes from the host, and stands in a command."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ..._texts import said
from ..state.rule import Profile
from ..state.snapshot import Snapshot

ROTATED = ".old"
"""What Windows appends to the name of the file when it begins a new one."""

_LONGEST = 200  # characters; six of them stand in a line
# Nothing that cmd could take for its own, no wildcard, no device; variables are those of every Windows.
_PATH = re.compile(
    r"(?:[A-Za-z]:|%(?:systemroot|windir|systemdrive|programdata)%)(?:\\[A-Za-z0-9_ ()+,.~-]+)+",
    re.ASCII | re.IGNORECASE,
)
_DEVICE = re.compile(r"\\(?:con|prn|aux|nul|com\d|lpt\d|conin\$|conout\$)(?:[.\\ ]|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ProfileFile:
    """What a profile logs, and where.

    Attributes:
        profile: The profile.
        path: The file.
        dropped: Whether dropped packets are logged.
        allowed: Whether connections that are let through are.
        filters: Whether Windows Firewall filters in the profile at all; where it does not, nothing is logged.
    """

    profile: Profile
    path: str
    dropped: bool
    allowed: bool
    filters: bool = True

    def logs(self, *, dropped: bool) -> bool:
        """Whether one of the two is logged.

        Args:
            dropped: Which.
        """
        return self.filters and (self.dropped if dropped else self.allowed)


@dataclass(frozen=True, slots=True)
class LogFiles:
    """The log files of a host.

    Attributes:
        paths: The files, with variables that the host knows; the rotated ones are not named.
        used: What the profiles in use log: all, where that is not known.
        known: Whether it is known which profiles are in use.
        refused: Files that cannot stand in a command, a sentence each.
    """

    paths: tuple[str, ...]
    used: tuple[ProfileFile, ...]
    known: bool
    refused: tuple[str, ...] = ()


def files_of(snapshot: Snapshot, connected: Iterable[Profile] = ()) -> LogFiles:
    """The files in which a host says what it drops, or whom it lets in.

    Args:
        snapshot: The host.
        connected: The profiles of its networks; none where that is not known, and then all count as in use.
    """
    connected = frozenset(connected)
    used = connected or frozenset(Profile)
    logs = {state.profile: state.effective for state in snapshot.profiles}
    runs = snapshot.service.running and not snapshot.other_firewall
    filtering = {state.profile for state in snapshot.profiles if runs and state.enabled}
    wanted = {profile: log for profile, log in logs.items() if log.log_dropped or log.log_allowed}
    paths: dict[str, str] = {}
    refused: dict[str, str] = {}
    for log in wanted.values():
        path = str(log.log_file)
        known = paths if can_be_asked_for(path) else refused
        known.setdefault(path.casefold(), path)
    return LogFiles(
        tuple(paths.values()),
        tuple(
            ProfileFile(profile, str(log.log_file), bool(log.log_dropped), bool(log.log_allowed), profile in filtering)
            for profile, log in logs.items()
            if profile in used
        ),
        bool(connected),
        tuple(
            f"the log {said(path, _LONGEST)!r} is not read: only a plain path on a drive of the host can be asked for"
            for path in refused.values()
        ),
    )


def logs_anything(snapshot: Snapshot) -> bool:
    """Whether a host logs anything, in any profile.

    Args:
        snapshot: The host.
    """
    return any(state.effective.log_dropped or state.effective.log_allowed for state in snapshot.profiles)


def can_be_asked_for(path: str) -> bool:
    """Whether a path may stand in a command line.

    Args:
        path: As the registry has it.
    """
    return len(path) <= _LONGEST and bool(_PATH.fullmatch(path)) and not _DEVICE.search(path) and ".." not in path


def switched_off(files: LogFiles) -> str:
    """What to say where there is nothing to read; empty where there is.

    Args:
        files: The files of a host.
    """
    if files.paths or files.refused:
        return ""
    return (
        "logging of dropped packets is off in every profile, so the host keeps no record of them: switch it on with "
        "profile_settings (log_dropped: true)"
    )
