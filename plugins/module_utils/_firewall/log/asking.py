# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads a host's log by way of whoever runs command lines there: what to ask next, and how far the answers reach."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ..._texts import said
from .budget import MOST_BYTES, Budget
from .commands import LogFile, Look, look_command, read_look, read_slice, slice_command
from .files import ROTATED
from .line import LogLine, LogReader

Ask = Callable[[str, int], tuple[str, bool]]
"""Runs a command line; gives what it printed, at most about so many bytes, and whether that is all of it."""

_AHEAD = timedelta(days=1)  # how far the host's clock may be ahead before its lines are not even seen
_SKEW = timedelta(minutes=5)  # what is not worth a word: Kerberos takes no more
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class LogAnswer:
    """What was read of a host's log. All times are the host's.

    Attributes:
        asked: How far back it was to be read.
        since: How far back it was read: of what lies before, nothing is known.
        until: Now, by the controller's clock.
        offset: The host's difference to UTC.
        files: The files that were looked at; rotated ones only where there are any.
        lines: The inbound lines since then.
        why: What could not be read and why, a sentence each.
        unread: How many lines were none.
        seen: When the lines were written, by the file (its name in small letters, without that of the rotated one) and
            by whether they are of dropped packets.
    """

    asked: datetime
    since: datetime
    until: datetime
    offset: timedelta
    files: tuple[LogFile, ...]
    lines: tuple[LogLine, ...]
    why: tuple[str, ...]
    unread: int = 0
    seen: Mapping[tuple[str, bool], tuple[datetime, ...]] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Whether all that the files have of that time was read. What they do not have is another question."""
        return not self.why


def read_log(
    ask: Ask,
    marker: str,
    paths: tuple[str, ...],
    span: timedelta,
    now: datetime,
    clock: Callable[[], float],
    *,
    allowed: bool,
) -> LogAnswer:
    """Read a host's log.

    Args:
        ask: Runs a command line on the host.
        marker: As for `reading.read_command`.
        paths: The files, which may stand in a command; the rotated ones are not named.
        span: How far back.
        now: The time in UTC, without a zone.
        clock: Seconds.
        allowed: Whether connections that were let through are wanted too.

    Raises:
        ReadError: The first answer was cut off.
        Exception: What `ask` raises.
    """
    began = clock()
    text, _whole = ask(look_command(marker, paths), MOST_BYTES)
    look = read_look(text, marker, paths)
    offset = -look.bias if look.bias is not None else timedelta()
    until = now.replace(microsecond=0) + offset
    asked = until - span
    files = tuple(file for file in look.files if file.there or file.readable or not file.rotated)
    if look.bias is None:
        why = "the host does not tell its time zone, so that nothing is known of the times in its log"
        return LogAnswer(asked, until, until, offset, files, (), (why,))
    usable = [file for file in files if is_of_use(file)]
    gaps = [why for file in files if (why := _unusable(file))]
    begins = list(_begins(look, asked, until))
    budget = Budget(since=_whole_minute(asked), reached=_whole_minute(until) + _MINUTE)
    lines: list[LogLine] = []
    seen: dict[tuple[str, bool], list[datetime]] = {}
    lost: set[datetime] = set()
    unread = 0
    newest = budget.reached
    while usable and not budget.done:
        end = newest + _AHEAD if budget.reached == newest else budget.reached
        names = [file.path for file in usable]
        text, whole = ask(slice_command(marker, names, budget.start, end, allowed=allowed), budget.share)
        parts, marked = read_slice(text, marker, len(names))
        if whole and marked:
            for name, part in zip(names, parts, strict=True):
                reader = LogReader()
                read = [line for line in reader.read(part) if line.at >= asked]
                lines += read
                for line in read:
                    seen.setdefault((name.removesuffix(ROTATED).casefold(), line.dropped), []).append(line.at)
                lost |= reader.lost
                unread += reader.unread
        budget = budget.after(len(text), whole and marked, clock() - began)
    since = max([asked, *(at for at, _why in begins)])
    if budget.stopped:
        since = max(since, budget.reached)
        gaps.append(f"read back to {budget.reached:%Y-%m-%d %H:%M} only: {budget.stopped}; ask for a shorter time")
    gaps += [why for _at, why in begins]
    if unread:
        gaps.append(f"{unread:,} line{'' if unread == 1 else 's'} of the log could not be understood")
    if missed := [at for at in lost if at >= since]:
        gaps.append(
            f"the service itself says that it lost entries (INFO-EVENTS-LOST), {len(missed):,} times since then, the "
            f"last on {max(missed):%Y-%m-%d %H:%M}: the log is smaller than what happened"
        )
    if lines and (ahead := max(line.at for line in lines)) > until + _SKEW:
        gaps.append(f"the newest line is of {ahead:%Y-%m-%d %H:%M}, later than now: one of the two clocks is wrong")
    times = {key: tuple(each) for key, each in seen.items()}
    return LogAnswer(asked, since if usable else until, until, offset, files, tuple(lines), tuple(gaps), unread, times)


def _whole_minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


def is_of_use(file: LogFile) -> bool:
    """Whether a file is a log that can be asked for a span of time.

    Args:
        file: The file.
    """
    return file.readable and file.format is not None and file.format.usual and file.local


def _unusable(file: LogFile) -> str:
    """Why a file says nothing; empty where it does."""
    name = said(file.path)
    if not file.there and not file.readable:
        return f"there is no file {name}: nothing was logged yet, or the service may not write there"
    if not file.readable:
        return f"{name} is there and cannot be read: another program may hold it, or it is empty"
    if file.format is None:
        return f"{name} is no log of the Windows Firewall: among its first lines is none with the names of its fields"
    if not file.format.usual:
        return f"{name} has its fields in another order than Windows writes them, so no span of time can be looked for"
    if not file.local:
        return f"{name} does not say its times in the host's own time, and is not read"
    return ""


def _begins(look: Look, asked: datetime, until: datetime) -> Iterator[tuple[datetime, str]]:
    """Logs that do not go back as far as was asked: where they begin, and a sentence."""
    for current, rotated in _pairs(look.files):
        oldest = rotated if is_of_use(rotated) and rotated.first else current
        name = said(current.path)
        if not is_of_use(current):
            continue
        if oldest.first is None:
            yield until, f"{name} has no line yet: nothing was logged since it was made, whenever that was"
        elif oldest.first > until + _SKEW:
            yield (
                until,
                f"{name} begins on {oldest.first:%Y-%m-%d %H:%M}, later than now: one of the two clocks is wrong",
            )
        elif oldest.first > asked:
            yield (
                oldest.first,
                f"{name} begins on {oldest.first:%Y-%m-%d %H:%M}, and nothing is kept of what was before",
            )


def _pairs(files: Iterable[LogFile]) -> Iterator[tuple[LogFile, LogFile]]:
    """Each file and its rotated one."""
    each = iter(files)
    return zip(each, each, strict=True)
