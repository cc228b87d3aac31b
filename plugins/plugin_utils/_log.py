# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The firewall's log of a host in results: plain types, and bounded, since it is others who fill a log."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

from ..module_utils._firewall.log.answers import Answered, Question, answers, not_logged
from ..module_utils._firewall.log.asking import LogAnswer, is_of_use
from ..module_utils._firewall.log.counting import Count, count
from ..module_utils._firewall.log.files import LogFiles, files_of, switched_off
from ..module_utils._firewall.log.span import SpanError, read_span
from ..module_utils._firewall.state.reading import ReadError
from ..module_utils._firewall.state.rule import Profile
from ..module_utils._firewall.state.snapshot import Snapshot
from ..module_utils._firewall.traffic.verdict import worst
from ..module_utils._options.reading import OptionError
from ..module_utils._options.reading_table import LOG
from ..module_utils._policy.dropped import WORDS, Dropped, by_row, scopes_of
from ..module_utils._policy.effect import Effect
from ..module_utils._texts import said
from ._host.commands import TooMuchSaid
from ._host.firewall_log import LogUnread, read_firewall_log
from ._host.remote_host import RemoteHost

MOST_SOURCES = 30
"""Sources, each at the ports of some rows, that a result lists; those with the most connections come first."""

_MOST_PORTS = 6
_LONGEST = 400  # characters of a sentence

NOT_ON_HOST = "the firewall's log is on the host, and a file that stands for it does not have it"
"""Said where a host is judged from a file."""

UNNAMED = (
    "every row is for anybody, since its peers are not all named: who would be scoped out is not known; name them with "
    "peers, or with lync_firewall_extra_peers"
)
"""Said where a scope is asked for and narrows nothing."""


def span_of(asked: str) -> timedelta:
    """How far back the log is read.

    Args:
        asked: The option.

    Raises:
        OptionError: It is no span of time.
    """
    try:
        return read_span(asked)
    except SpanError as error:
        raise OptionError(LOG.name, str(error)) from error


def log_of(
    host: RemoteHost,
    asked: str,
    snapshot: Snapshot,
    effects: Sequence[Effect],
    connected: Iterable[Profile],
    names: Callable[[], Mapping[str, str]],
) -> dict[str, Any]:
    """Read the log of a host, as far as it has one. What keeps that from being read is said, and fails nothing.

    Args:
        host: The host.
        asked: The option.
        snapshot: What the host has, and so what it logs.
        effects: Its rows as judged.
        connected: The profiles of its networks; none where that is not known.
        names: Gives the names of the estate's hosts by their addresses; asked for only where there is somebody to name.

    Raises:
        ConnectionLost: The host could not be reached.
        OptionError: The option is no span of time.
    """
    span = span_of(asked)
    files = files_of(snapshot, connected)
    scopes = scopes_of(effects)
    if off := switched_off(files):
        too = [not_logged(Question.WOULD_BE, files)] if scopes.lets_in else []
        return unread(asked, [off, *too], effects)
    if not files.paths:
        return unread(asked, files.refused, effects)
    try:
        # Whatever is logged now: lines from before are there, too.
        answer = read_firewall_log(host, files, span, allowed=scopes.narrowed)
    except (LogUnread, ReadError, TooMuchSaid) as error:
        return unread(asked, [f"the log could not be read: {error}"], effects)
    return told(asked, answer, files, effects, names)


def unread(asked: str, why: Sequence[str], effects: Sequence[Effect] = ()) -> dict[str, Any]:
    """The result where nothing was read.

    Args:
        asked: The option.
        why: Why not, a sentence each.
        effects: The rows as judged.
    """
    scopes = scopes_of(effects)
    questions = (Question.DROPPED, Question.WOULD_BE) if scopes.asked else (Question.DROPPED,)
    why = [*why, *([UNNAMED] if scopes.unnamed else [])]
    return {
        "asked": asked,
        "since": None,
        "until": None,
        "files": [],
        "complete": False,
        "why": [said(sentence, _LONGEST) for sentence in why],
        "answers": [{"question": one.value, "complete": False, "since": None} for one in questions],
        "rows_for_anybody": list(scopes.to_any) if scopes.asked else [],
        "dropped": [],
        "more": {"sources": 0, "connections": 0},
        "others": 0,
    }


def told(
    asked: str,
    answer: LogAnswer,
    files: LogFiles,
    effects: Sequence[Effect],
    names: Callable[[], Mapping[str, str]],
) -> dict[str, Any]:
    """The result of a log that was read.

    Args:
        asked: The option.
        answer: What was read.
        files: What the host logs.
        effects: The rows as judged on the host.
        names: Gives the names of the estate's hosts by their addresses; asked for only where there is somebody to name.
    """
    counted = count(answer.lines)
    found = by_row(counted, effects)
    shown, left_out = found.dropped[:MOST_SOURCES], found.dropped[MOST_SOURCES:]
    known = names() if shown else {}
    zone = timezone(answer.offset)
    scopes = scopes_of(effects)
    answered = answers(files, answer, scoped=scopes.lets_in)
    if scopes.unnamed:
        answered = (*answered, Answered(Question.WOULD_BE, None, (UNNAMED,)))
    notes = [keyword_note(scopes.by_keyword)] if scopes.lets_in and scopes.by_keyword else []
    return {
        "asked": asked,
        "since": _time(answer.since, zone),
        "until": _time(answer.until, zone),
        "files": [
            {
                "file": said(file.path),
                "read": is_of_use(file),
                "begins": _time(file.first, zone) if file.first else None,
            }
            for file in answer.files
        ],
        "complete": all(one.complete for one in answered) and not notes,
        "why": [
            said(sentence, _LONGEST)
            for sentence in dict.fromkeys([*(why for one in answered for why in one.why), *notes])
        ],
        "answers": [
            {
                "question": one.question.value,
                "complete": one.complete and not (notes and one.question is Question.WOULD_BE),
                "since": _time(one.since, zone) if one.since else None,
            }
            for one in answered
        ],
        "rows_for_anybody": list(scopes.to_any) if scopes.asked else [],
        "dropped": [_source(one, zone, known) for one in shown],
        "more": {
            "sources": len({one.source for one in left_out}),
            "connections": sum(one.count.connections for one in left_out),
        },
        "others": found.others,
    }


def keyword_note(rows: int) -> str:
    """What to say of rows that admit a keyword.

    Args:
        rows: How many there are.
    """
    return (
        f"{rows} row{'' if rows == 1 else 's'} admit{'s' if rows == 1 else ''} a keyword such as LocalSubnet, of which "
        "only the host knows whom it means: who would be scoped out there cannot be told; name addresses instead"
    )


def _source(one: Dropped, zone: timezone, names: Mapping[str, str]) -> dict[str, Any]:
    rows = [effect.demand.requirement for effect in one.rows]
    times: Count = one.count
    return {
        "rows": [row.id for row in rows],
        "services": list(dict.fromkeys(row.service for row in rows)),
        "transport": one.transport,
        "ports": one.ports.spelled(_MOST_PORTS),
        "source": one.source,
        "name": said(names.get(one.source, "")),
        "case": one.case.value,
        "says": f"{WORDS[one.case]}: {names.get(one.source) or one.source}, {times_in_words(times.connections)}",
        "count": times.connections,
        "first": _time(times.first, zone),
        "last": _time(times.last, zone),
        "verdict": worst(effect.verdict for effect in one.rows).status.value,
    }


def times_in_words(number: int) -> str:
    """``312 times``."""
    return "once" if number == 1 else f"{number:,} times"


def _time(at: datetime, zone: timezone) -> str:
    """A time of the host with its difference to UTC."""
    try:
        return at.replace(tzinfo=zone).isoformat(timespec="seconds")
    except (OverflowError, ValueError):
        return at.isoformat(timespec="seconds")
