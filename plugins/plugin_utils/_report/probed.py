# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a probe from outside saw, beside the verdicts of a report: `lync_port_probe` tells what the words mean."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from ...module_utils._policy.agreement import FAILING, SHORT, WORDS, Says
from ...module_utils._texts import said
from .model import Cell, Report, ReportHost
from .observed import ProbedPort
from .parts import ResultError, count_of, text_of, texts_of

_LONGEST_WORD = 40
_SAYS = {word.value: word for word in Says}
_FAILING = frozenset(word.value for word in FAILING)


def with_probes(host: ReportHost, ports: Any, unasked: Any) -> ReportHost:
    """A host of a report with what a probe saw of it. What is damaged is left out: it is no word of the host's.

    Args:
        host: The host.
        ports: Its entry in ``probes`` of the result of `lync_port_probe`; None where there is none.
        unasked: Its entry in ``unasked``.
    """
    rows_of_cells = {cell.requirement.id for cell in host.cells if cell.requirement.direction == "in"}
    by_row: dict[str, list[ProbedPort]] = {}
    of_no_cell = list[ProbedPort]()
    for item in ports if isinstance(ports, list) else []:
        try:
            found, rows = read_port(item), texts_of(item, "rows")
        except ResultError:
            continue
        if rows_of_cells.isdisjoint(rows):
            of_no_cell.append(found)
        for row in rows:
            by_row.setdefault(row, []).append(found)
    cells = tuple(
        replace(cell, probed=tuple(by_row[cell.requirement.id]))
        if cell.requirement.id in by_row and cell.requirement.id in rows_of_cells
        else cell
        for cell in host.cells
    )
    surplus = tuple(port for port in unasked if _is_port(port)) if isinstance(unasked, list) else ()
    return replace(host, cells=cells, unasked=surplus, probed=tuple(of_no_cell))


def read_port(item: Any) -> ProbedPort:
    """A port as a result has it.

    Raises:
        ResultError: It is none.
    """
    port = count_of(item, "port")
    tls = item.get("tls")
    if not _is_port(port) or not (tls is None or isinstance(tls, bool)):
        raise ResultError("a probe is of no port")
    return ProbedPort(
        transport=_word(text_of(item, "transport")),
        port=port,
        status=_word(text_of(item, "status")),
        says=_word(text_of(item, "says")) if "says" in item else "",
        tls=tls,
    )


def _word(text: str) -> str:
    return said(text, _LONGEST_WORD)


def _is_port(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 65535


def counted(report: Report) -> dict[str, int]:
    """How often each word is said, over the ports of all hosts; rows that share a port share its probe.

    Args:
        report: The report. One of which no host was probed has none.
    """
    counts: Counter[str] = Counter()
    for host in report.hosts:
        counts.update(port.says for port in _ports(host) if port.says)
        if host.unasked:
            counts[Says.UNASKED.value] += len(host.unasked)
    known = {word: counts.pop(word) for word in _SAYS if word in counts}
    return {**known, **dict(sorted(counts.items()))}


def _ports(host: ReportHost) -> set[ProbedPort]:
    """The ports of a host that were probed for its rows; rows that share one share its probe."""
    return {port for cell in host.cells for port in cell.probed}


def is_disproved(host: ReportHost) -> bool:
    """Whether a probe saw what a verification fails for."""
    return bool(host.unasked) or any(port.says in _FAILING for cell in host.cells for port in cell.probed)


def disproved(report: Report) -> list[str]:
    """The names of the hosts of which that is so."""
    return [host.name for host in report.hosts if is_disproved(host)]


def in_words(counts: Mapping[str, int]) -> str:
    """Counts of `counted`, in short; nothing where nothing was probed."""
    return ", ".join(f"{count} {SHORT[_SAYS[word]] if word in _SAYS else word}" for word, count in counts.items())


def sentences(report: Report) -> tuple[str, ...]:
    """What asks for something, a sentence each, for people; one where all is well; none where nothing was probed."""
    counts = counted(report)
    if not counts:
        return ()
    told = []
    for word, meaning in WORDS.items():
        if word in (Says.AGREE, Says.NOT_TOLD) or word.value not in counts:
            continue
        hosts = sum(_says(host, word) for host in report.hosts)
        servers = f"{hosts:,} server{'' if hosts == 1 else 's'}"
        told.append(f"Probed from outside, on {servers}: {meaning} ({counts[word.value]:,})")
    plain = [(host.name, port) for host in report.hosts for port in _ports(host) if port.tls is False]
    if plain:
        hosts = len({name for name, _port in plain})
        servers = f"{hosts:,} server{'' if hosts == 1 else 's'}"
        told.append(f"Probed from outside, on {servers}: open, and no TLS where TLS is spoken ({len(plain):,})")
    return tuple(told) or ("Probed from outside: nothing contradicts what is said here",)


def _says(host: ReportHost, word: Says) -> bool:
    if word is Says.UNASKED:
        return bool(host.unasked)
    return any(port.says == word.value for cell in host.cells for port in cell.probed)


def in_short(ports: Iterable[ProbedPort]) -> str:
    """Ports for a cell of a table: ``tcp 5061 open, udp 1434 sent``."""
    return ", ".join(f"{port.transport} {port.port} {port.status}{_without(port)}" for port in ports)


def _without(port: ProbedPort) -> str:
    return " without TLS" if port.tls is False else ""


def says_of(cell: Cell) -> tuple[str, ...]:
    """The words of a cell, each once, in the order of `Says`."""
    found = {port.says for port in cell.probed if port.says}
    return (*(word for word in _SAYS if word in found), *sorted(found - _SAYS.keys()))
