# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which questions a host's log answers, and since when.

A host keeps no record of when logging was switched on or off. So only lines prove that it was on: a question is
answered for the time in which lines of its kind follow each other without a long silence, up to now. A line does not
say which profile it is of, so those of a file that profiles in use share prove nothing of each of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from ..._texts import said
from ..state.rule import same_path
from .asking import LogAnswer
from .files import LogFiles, ProfileFile

_SILENCES = 10
"""A silence is long from this part of the time that is asked for: two and a half hours of a day, 17 of a week. Servers
of Lync talk to each other all the time, and networks have broadcasts that are dropped."""


class Question(str, Enum):
    """What a log is asked."""

    DROPPED = "dropped"
    WOULD_BE = "would_be_scoped_out"


@dataclass(frozen=True, slots=True)
class _Words:
    kind: str
    one: str
    unknown: str
    option: str


_WORDS = {
    Question.DROPPED: _Words("dropped packets", "dropped packet", "who was dropped", "log_dropped"),
    Question.WOULD_BE: _Words("allowed connections", "allowed connection", "who would be scoped out", "log_allowed"),
}


@dataclass(frozen=True, slots=True)
class Answered:
    """One question.

    Attributes:
        question: The question.
        since: Since when the log answers it, in the host's time; None where it does not.
        why: What keeps it from being answered for all of the time, a sentence each; nothing where it is.
    """

    question: Question
    since: datetime | None
    why: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Whether it is answered for all of the time that was asked for."""
        return not self.why


def answers(files: LogFiles, answer: LogAnswer, *, scoped: bool) -> tuple[Answered, ...]:
    """What a log answers.

    Args:
        files: What the host logs.
        answer: What was read.
        scoped: Whether somebody gets in whom a scope is to keep out, so that it is asked who that is.
    """
    general = (*answer.why, *files.refused)
    asked = (Question.DROPPED, Question.WOULD_BE) if scoped else (Question.DROPPED,)
    return tuple(_answered(question, files, answer, general) for question in asked)


def _answered(question: Question, files: LogFiles, answer: LogAnswer, general: tuple[str, ...]) -> Answered:
    used = [file for file in files.used if file.logs(dropped=question is Question.DROPPED)]
    off = not_logged(question, files)
    since = answer.since
    why: list[str] = []
    for path in dict.fromkeys(file.path for file in used) if answer.since < answer.until else ():
        times = answer.seen.get((path.casefold(), question is Question.DROPPED), ())
        quiet = silence(times, answer.since, answer.until, (answer.until - answer.asked) / _SILENCES)
        if quiet:
            since = max(since, quiet[1])
            why.append(_silent(question, path, quiet))
    mixed = _mixed(question, used, files)
    none = off or files.refused or since >= answer.until or (mixed and files.known)
    return Answered(question, None if none else since, (*general, *([off] if off else []), *mixed, *why))


def silence(
    times: Iterable[datetime], start: datetime, end: datetime, most: timedelta
) -> tuple[datetime, datetime] | None:
    """The latest time of a span in which nothing was written for long; None where there is none.

    Args:
        times: When something was.
        start: Where the span begins.
        end: Where it ends.
        most: What is not long.
    """
    later = end
    for at in sorted({start, *(at for at in times if start < at < end)}, reverse=True):
        if later - at > most:
            return at, later
        later = at
    return None


def not_logged(question: Question, files: LogFiles) -> str:
    """What to say where a profile in use does not log what a question needs; empty where all do.

    Args:
        question: The question.
        files: What the host logs.
    """
    words = _WORDS[question]
    use = "" if files.known else ", any of which may be in use"
    idle = [file for file in files.used if not file.filters]
    off = [file for file in files.used if file.filters and not file.logs(dropped=question is Question.DROPPED)]
    sentences = []
    if off:
        sentences.append(
            f"{words.kind} are not logged in the {_listed(off)}{use}, so {words.unknown} there cannot be told: switch "
            f"it on with profile_settings ({words.option}: true)"
        )
    if idle:
        sentences.append(
            f"Windows Firewall does not filter in the {_listed(idle)}{use}, and logs nothing there, so {words.unknown} "
            "there cannot be told: switch it on with firewall_enabled, or leave that network"
        )
    return "; ".join(sentences)


def _listed(files: Sequence[ProfileFile]) -> str:
    names = [file.profile.value for file in files]
    return f"{' and '.join(names)} profile{'s' if len(names) > 1 else ''}"


def _mixed(question: Question, used: Iterable[ProfileFile], files: LogFiles) -> tuple[str, ...]:
    """What to say of files that more than one profile in use writes to; nothing of others."""
    sharing: dict[str, list[ProfileFile]] = {}
    for file in used:
        sharing.setdefault(same_path(file.path), []).append(file)
    words = _WORDS[question]
    remedy = (
        ": give each a file of its own with profile_settings (log_file)"
        if files.known
        else ", unless the host is in only one of them, which it cannot tell"
    )
    return tuple(
        f"the {_listed(found)} log to one file, {said(found[0].path)}, and its lines do not say which of them they are "
        f"of, so {words.unknown} is not certain in each{remedy}"
        for found in sharing.values()
        if len(found) > 1
    )


def _silent(question: Question, path: str, quiet: tuple[datetime, datetime]) -> str:
    words = _WORDS[question]
    return (
        f"{said(path)} has no {words.one} from {quiet[0]:%Y-%m-%d %H:%M} to {quiet[1]:%Y-%m-%d %H:%M}: there was none, "
        f"or it was not logged; {words.unknown} up to then is not certain"
    )
