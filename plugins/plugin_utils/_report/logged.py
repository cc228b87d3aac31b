# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the hosts' own firewall logs say, beside the verdicts of a report: `lync_firewall_info` tells what it means."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from ...module_utils._policy.dropped import WORDS, Case
from ...module_utils._texts import first_few, said
from .model import Report, ReportHost
from .observed import HostLog, LoggedSource
from .parts import count_of, flag_of, list_of, mapping_of, text_of, texts_of

_LONGEST_WORD = 120
_LONGEST_SENTENCE = 400
_MOST_SENTENCES = 20
_MOST_ROWS = 200  # the catalogue has fewer, of all roles
_MOST_ROWS_NAMED = 6
_CASES = {case.value: WORDS[case] for case in Case}
_MOST_IN_A_CELL = 3
WOULD_BE = Case.WOULD_BE.value
"""The case, and the question of the same name."""

DROPPED = "dropped"
"""The other question: who was dropped."""


def with_log(host: ReportHost, result: Mapping[str, Any]) -> ReportHost:
    """A host of a report with what its log says; as it is, where none was read.

    Args:
        host: The host.
        result: Its result.

    Raises:
        ResultError: What it says of a log is damaged.
    """
    if result.get("log") is None:
        return host
    item = mapping_of(result, "log")
    by_row: dict[str, list[LoggedSource]] = {}
    for one in list_of(item, "dropped"):
        found = read_source([one.get(name) for name in SOURCE_FIELDS] if isinstance(one, dict) else one)
        for row in texts_of(one, "rows"):
            by_row.setdefault(row, []).append(found)
    cells = tuple(
        replace(cell, logged=tuple(by_row[cell.requirement.id])) if cell.requirement.id in by_row else cell
        for cell in host.cells
    )
    return replace(host, cells=cells, log=read_host_log(item))


SOURCE_FIELDS = ("case", "source", "name", "transport", "ports", "count", "first", "last")
"""The fields of a source, in the order in which the JSON report has them."""


def read_source(values: Any) -> LoggedSource:
    """A source, as its fields in the order of `SOURCE_FIELDS`.

    Raises:
        ResultError: It is none.
    """
    item = (
        dict(zip(SOURCE_FIELDS, values, strict=True))
        if isinstance(values, list) and len(values) == len(SOURCE_FIELDS)
        else {}
    )
    texts = {name: said(text_of(item, name), _LONGEST_WORD) for name in SOURCE_FIELDS if name != "count"}
    return LoggedSource(**texts, count=count_of(item, "count"))


def read_host_log(item: Mapping[str, Any]) -> HostLog:
    """What is said of a host's log as a whole.

    Raises:
        ResultError: It is damaged.
    """
    more = mapping_of(item, "more") if "more" in item else {}
    return HostLog(
        since=_time(item, "since"),
        until=_time(item, "until"),
        complete=flag_of(item, "complete"),
        why=tuple(said(why, _LONGEST_SENTENCE) for why in texts_of(item, "why")[:_MOST_SENTENCES]),
        others=count_of(item, "others"),
        more_sources=count_of(more, "sources"),
        more_connections=count_of(more, "connections"),
        unanswered=_unanswered(item),
        rows_for_anybody=_rows_for_anybody(item),
    )


def _unanswered(item: Mapping[str, Any]) -> tuple[str, ...]:
    """Of a result, or of a report that was written."""
    if "answers" in item:
        found = [text_of(one, "question") for one in list_of(item, "answers") if not flag_of(one, "complete")]
    else:
        found = list(texts_of(item, "unanswered")) if "unanswered" in item else []
    return tuple(said(one, _LONGEST_WORD) for one in found[:_MOST_SENTENCES])


def _rows_for_anybody(item: Mapping[str, Any]) -> tuple[str, ...]:
    found = texts_of(item, "rows_for_anybody") if "rows_for_anybody" in item else ()
    return tuple(said(one, _LONGEST_WORD) for one in found[:_MOST_ROWS])


def _time(item: Mapping[str, Any], key: str) -> str:
    return "" if item.get(key) is None else said(text_of(item, key), _LONGEST_WORD)


def in_words(one: LoggedSource) -> str:
    """A source in words: ``scoped out: 10.4.2.9, 312 times``."""
    times = "once" if one.count == 1 else f"{one.count:,} times"
    return f"{_CASES.get(one.case, one.case)}: {one.name or one.source}, {times}"


FOR_ANYBODY = "who would be scoped out is not asked: for anybody"
"""What is said beside a row that a scope does not narrow."""


def is_for_anybody(host: ReportHost, row: str) -> bool:
    """Whether a row of a host is no part of the answer to whom a scope would keep out.

    Args:
        host: The host.
        row: Id of the row.
    """
    return host.log is not None and row in host.log.rows_for_anybody


def in_short(sources: Iterable[LoggedSource]) -> str:
    """The first sources of some, and how many more there are."""
    return first_few([in_words(one) for one in sources], _MOST_IN_A_CELL)


def sources_of(host: ReportHost) -> tuple[LoggedSource, ...]:
    """The sources in a host's log, each once: rows that share a port share its connections."""
    found = {one for cell in host.cells for one in cell.logged}
    return tuple(sorted(found, key=lambda one: (-one.count, one.case, one.source, one.ports)))


def connections(report: Report) -> dict[str, int]:
    """How many connections the logs of all hosts have, by case; empty where none was read."""
    if not any(host.log for host in report.hosts):
        return {}
    counts: Counter[str] = Counter()
    for host in report.hosts:
        for one in sources_of(host):
            counts[one.case] += one.count
    return {**{case: counts.pop(case, 0) for case in _CASES}, **dict(sorted(counts.items()))}


def sentences(report: Report) -> tuple[str, ...]:
    """What the logs say, a sentence each case, for people; none where no log was read."""
    told = []
    for case, count in connections(report).items():
        if count:
            seen = {host.name: found for host in report.hosts if (found := _of_case(host, case))}
            sources = Counter[str]()
            for found in seen.values():
                for one in found:
                    sources[one.name or one.source] += one.count
            names = first_few([name for name, _count in sources.most_common()], _MOST_IN_A_CELL)
            number = f"{count:,} connection{'' if count == 1 else 's'}"
            told.append(
                f"By the firewalls' own logs, {_CASES.get(case, case)}: {number} of {names}, "
                f"on {first_few(sorted(seen), _MOST_IN_A_CELL)}"
            )
    unsure = _servers(report, WOULD_BE)
    if unsure:
        told.append(
            f"On {unsure} the log cannot tell, for all of that time, who would be scoped out: nobody named is no "
            "proof; the report says why"
        )
    if apart := _apart(report):
        told.append(
            f"Who would be scoped out is not asked of {len(apart)} requirement{'' if len(apart) == 1 else 's'} that "
            f"everybody is to be admitted by, as where peers are not named: {first_few(apart, _MOST_ROWS_NAMED)}"
        )
    partly = sum(
        bool(host.log and not host.log.complete and host.log.unanswered != (WOULD_BE,)) for host in report.hosts
    )
    if partly:
        servers = f"{partly:,} server{'' if partly == 1 else 's'}"
        told.append(f"On {servers} the log does not say all that was asked for; the report says why")
    return tuple(told)


def _of_case(host: ReportHost, case: str) -> list[LoggedSource]:
    return [one for one in sources_of(host) if one.case == case]


def _apart(report: Report) -> list[str]:
    """Ids of the rows of which it is not asked who would be scoped out, on any host."""
    return sorted({row for host in report.hosts if host.log for row in host.log.rows_for_anybody})


def _servers(report: Report, question: str) -> str:
    """On how many servers a question is not answered; empty where on none."""
    number = sum(bool(host.log and question in host.log.unanswered) for host in report.hosts)
    return f"{number:,} server{'' if number == 1 else 's'}" if number else ""


def summed_up(report: Report) -> str:
    """Connections by case, in short, and whom that leaves open; nothing where no log was read, or it says nothing."""
    found = connections(report)
    parts = [f"{count:,} {_CASES.get(case, case).replace(',', '')}" for case, count in found.items() if count]
    if others := sum(host.log.others for host in report.hosts if host.log):
        parts.append(f"{others:,} dropped connection{'' if others == 1 else 's'} to ports that no row asks for")
    if unsure := _servers(report, DROPPED):
        parts.append(f"who was dropped not known for certain on {unsure}")
    if unsure := _servers(report, WOULD_BE):
        parts.append(f"who would be scoped out not known for certain on {unsure}")
    if apart := _apart(report):
        parts.append(f"not asked of {len(apart)} row{'' if len(apart) == 1 else 's'} for anybody")
    return ", ".join(parts)
