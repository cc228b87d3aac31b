# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is admitted on the lines of a traffic matrix by what is in effect, as an audit found it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from .._net.address_set import together
from .._net.widest import widest_first
from .._options.reading import OptionError, read_addresses
from .._texts import first_few
from .matrix_model import Matrix

_MOST_NAMED = 6
_MISSING = (
    "It says nothing of {}, which it did not look at or could not read: run lyncops.firewall.audit without --limit, "
    "and then the matrix again."
)
_LEFT_OUT = re.compile(r"and \d+ more")
"""How an audit says that it found more addresses than it lists."""

CUT = "and more that the report leaves out"
ANYBODY, NOBODY, NOT_KNOWN = "any", "nobody", "not known"


@dataclass(frozen=True, slots=True)
class Admitted:
    """Who gets in on the ports of one row of a host. All texts may come from the host.

    Attributes:
        admits: Addresses, the first of them; or `ANYBODY`, `NOBODY` or `NOT_KNOWN` alone.
        wider: Who of them is not meant to; none where that is nobody.
        by: Names of the rules or settings that let those in.
        perhaps: Whether that cannot be told for certain.
        for_nobody: Whether nobody is meant to.
    """

    admits: tuple[str, ...]
    wider: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    perhaps: bool = False
    for_nobody: bool = False


@dataclass(frozen=True, slots=True)
class InEffect:
    """What an audit found.

    Attributes:
        source: Where that was read.
        created: When it was found: UTC, ISO 8601.
        hosts: Host to row id to who gets in. Hosts that could not be read are not there.
        saved: Those of them that were judged from files, not read: host to when the oldest of its files was written.
        doubts: Why little is to be concluded from the files of some of these, such as that one is too old.
    """

    source: str
    created: str
    hosts: Mapping[str, Mapping[str, Admitted]]
    saved: Mapping[str, str] = field(default_factory=dict)
    doubts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found alike on some hosts of a line.

    Attributes:
        row: Id of the row.
        hosts: The hosts, sorted.
        admitted: Who gets in there.
    """

    row: str
    hosts: tuple[str, ...]
    admitted: Admitted


@dataclass(frozen=True, slots=True)
class LineInEffect:
    """What was found of one line.

    Attributes:
        findings: For each row of the line; hosts on which the same was found share one.
        not_known: Hosts of the line of which the audit says nothing, on one of its rows at least; sorted.
    """

    findings: tuple[Finding, ...]
    not_known: tuple[str, ...]

    @property
    def admits(self) -> tuple[str, ...]:
        """Who gets in on any of the ports of any of the hosts, the widest first."""
        return _united(self.findings)

    @property
    def by_row(self) -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
        """Ids of rows, and who gets in on the ports of each of them; rows with the same are together."""
        findings: dict[str, list[Finding]] = {}
        for finding in self.findings:
            findings.setdefault(finding.row, []).append(finding)
        rows: dict[tuple[str, ...], list[str]] = {}
        for row, found in findings.items():
            rows.setdefault(_united(found), []).append(row)
        return tuple((tuple(ids), who) for who, ids in rows.items())

    @property
    def in_words(self) -> str:
        """Who gets in: said once where that is the same on all ports, else by row."""
        by_row = self.by_row
        if len(by_row) < 2:
            return "; ".join(", ".join(who) for _ids, who in by_row)
        return "; ".join(f"{' '.join(ids)}: {', '.join(who)}" for ids, who in by_row)

    @property
    def wider(self) -> tuple[Finding, ...]:
        """Where somebody gets in who is not meant to, what is certain first."""
        found = [finding for finding in self.findings if finding.admitted.wider]
        return tuple(sorted(found, key=lambda finding: finding.admitted.perhaps))


def _united(findings: Iterable[Finding]) -> tuple[str, ...]:
    """Who gets in by any of some findings: adjacent ranges as one, the widest first, last whether there are more."""
    found = sorted({text for finding in findings for text in finding.admitted.admits})
    if ANYBODY in found:
        return (ANYBODY,)
    sets, words = [], []
    for text in found:
        if _LEFT_OUT.fullmatch(text) or text == NOBODY:
            continue
        try:
            sets.append(read_addresses("admits", [text]))
        except OptionError:
            words.append(text)  # that it is not known
    addresses = together(sets)
    words += sorted({word for _family, word in addresses.keywords})
    cut = [CUT] if any(map(_LEFT_OUT.fullmatch, found)) else []
    return (*widest_first(addresses), *words, *cut) or tuple(found)


def of_line(rows: Iterable[str], hosts: Iterable[str], in_effect: InEffect) -> LineInEffect:
    """What an audit found of a line.

    Args:
        rows: Ids of its rows.
        hosts: The hosts that listen.
        in_effect: What the audit found.
    """
    names = sorted(hosts)
    findings: dict[tuple[str, Admitted], list[str]] = {}
    not_known: dict[str, None] = {}
    for row in rows:
        for name in names:
            admitted = in_effect.hosts.get(name, {}).get(row)
            if admitted is None:
                not_known[name] = None
            else:
                findings.setdefault((row, admitted), []).append(name)
    return LineInEffect(
        tuple(Finding(row, tuple(found), admitted) for (row, admitted), found in findings.items()),
        tuple(sorted(not_known)),
    )


def not_audited(matrix: Matrix, in_effect: InEffect) -> list[str]:
    """Hosts that listen and of which an audit says nothing at all, sorted."""
    hosts = {name for line in matrix.all_lines if line.audited for name in line.listeners}
    return sorted(hosts - set(in_effect.hosts))


def from_files(matrix: Matrix, in_effect: InEffect) -> dict[str, str]:
    """Hosts that listen and were judged from files, and when the oldest file of each was written; sorted by host."""
    hosts = {name for line in matrix.all_lines if line.audited for name in line.listeners}
    return {name: in_effect.saved[name] for name in sorted(hosts) if name in in_effect.saved}


def told(matrix: Matrix, in_effect: InEffect) -> str:
    """Of which time it is said who is admitted, how much is wider than meant, and what is not known; in sentences."""
    found = [of_line(line.audited, line.listeners, in_effect) for line in matrix.lines if line.audited]
    wider = sum(any(not finding.admitted.perhaps for finding in line.wider) for line in found)
    perhaps = sum(bool(line.wider) for line in found) - wider
    text = f"Who is admitted in effect is as of {in_effect.created}, by {in_effect.source}: "
    text += f"{wider} line{'' if wider == 1 else 's'} wider than meant"
    if perhaps:
        text += f", and {perhaps} perhaps"
    for_nobody = _of_no_line(matrix, in_effect)
    if for_nobody:
        text += f". In no line, since they are for nobody, and open to somebody: {few(for_nobody)}"
    missing = not_audited(matrix, in_effect)
    if saved := from_files(matrix, in_effect):
        doubts = {name: f" ({in_effect.doubts[name]})" if name in in_effect.doubts else "" for name in saved}
        named = few([f"{name} of {when}{doubts[name]}" for name, when in saved.items()])
        text += f". Judged from files, not from the hosts: {named}"
    return f"{text}. {_MISSING.format(few(missing))}" if missing else f"{text}."


def _of_no_line(matrix: Matrix, in_effect: InEffect) -> list[str]:
    """The rows of hosts which certainly admit somebody and are in no line, as ``server-44 of med01``; sorted."""
    lines = {(row, host) for line in matrix.all_lines for row in line.audited for host in line.listeners}
    hosts = {host for _row, host in lines}
    return sorted(
        f"{row} of {host}"
        for host in hosts
        for row, admitted in in_effect.hosts.get(host, {}).items()
        if admitted.for_nobody and admitted.wider and not admitted.perhaps and (row, host) not in lines
    )


def whom(finding: Finding) -> str:
    """Who gets in and is not meant to, in a few words."""
    return ("perhaps " if finding.admitted.perhaps else "") + ", ".join(finding.admitted.wider)


def few(names: Sequence[str]) -> str:
    """The first of some names, and how many more there are."""
    return first_few(names, _MOST_NAMED)
