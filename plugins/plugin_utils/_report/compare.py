# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What changed since an earlier report: hosts that came, went, became better or worse."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ...module_utils._firewall.traffic.reasons import SEVERITY, Status
from .model import HostClass, Leaver, Report
from .schemas import SCHEMA, VERSION

_RANK: dict[str, int] = {
    host_class.value: number for number, host_class in enumerate(HostClass) if host_class is not HostClass.NOT_MANAGED
}
_MORE = 5  # where a cell has what is not usual
_READ = {HostClass.COMPLIANT.value, HostClass.INEFFECTIVE.value, HostClass.DRIFTED.value}

RowChange = tuple[str, Status, Status]
"""A row whose verdict changed: its id, the verdict then, the verdict now."""


class EarlierError(ValueError):
    """The earlier report cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is remembered of a host.

    Attributes:
        roles: Its roles.
        rules: How many managed rules it had; None if it was not read.
        since: Since when it was in its class; empty if the report was the first.
        policy_rules: How many rules of ours Group Policy brought it.
    """

    roles: tuple[str, ...]
    rules: int | None
    since: str
    policy_rules: int = 0


@dataclass(frozen=True, slots=True)
class Earlier:
    """What is needed of an earlier report.

    Attributes:
        created: When it was made.
        classes: Host name to class.
        verdicts: Host name to the verdict of each row, by the row's id.
        hosts: Host name to what else is remembered of it.
        left: What it said of those that had left before.
        elsewhere: What it remembered of hosts that it was not of.
        failing_since: Since when a function of the catalogue failed, of those that did; empty if since that report.
        wider: Each host's rows that were open to more than was wanted.
    """

    created: str
    classes: Mapping[str, str]
    verdicts: Mapping[str, Mapping[str, Status]]
    hosts: Mapping[str, Kept] = field(default_factory=dict)
    left: tuple[Leaver, ...] = ()
    elsewhere: tuple[Leaver, ...] = ()
    failing_since: Mapping[str, str] = field(default_factory=dict)
    wider: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HostChange:
    """How the status of a host changed.

    Attributes:
        name: The host.
        was: Its class then; empty if it was not in that report.
        now: Its class now; empty if it is not in this one.
        rows: Rows whose verdict changed.
        widened: Ids of rows that are newly open to more than is wanted.
    """

    name: str
    was: str
    now: str
    rows: tuple[RowChange, ...] = ()
    widened: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Changes:
    """All changes since an earlier report, each sorted by host.

    A host that needed no rules and does now counts as added, and one of which it is the other way round as unmanaged:
    neither was repaired or broke.

    Attributes:
        since: When the earlier report was made.
        added: Hosts that are new.
        removed: Hosts that are gone.
        unmanaged: Hosts that need no rule of ours any more, or whose rules were taken away on purpose.
        better: Hosts whose class is better, or the same while some rows are better and none is worse.
        worse: Hosts whose class is worse, or the same while some row is worse.
        narrower: Hosts that would be worse, if fewer addresses to admit were not all that is to be done on them: what
            was wanted changed, and nothing on the host did.
        wider: Hosts of which a row is open to more than is wanted and was not known to be, those among the added, the
            better and the narrower too; a host that is worse is only that.
    """

    since: str
    added: tuple[HostChange, ...] = ()
    removed: tuple[HostChange, ...] = ()
    unmanaged: tuple[HostChange, ...] = ()
    better: tuple[HostChange, ...] = ()
    worse: tuple[HostChange, ...] = ()
    narrower: tuple[HostChange, ...] = ()
    wider: tuple[HostChange, ...] = ()

    def kinds(self) -> dict[str, tuple[HostChange, ...]]:
        """The hosts of each kind, by its name."""
        return {kind: getattr(self, kind) for kind in KINDS}

    def counts(self) -> dict[str, int]:
        """How many hosts of each kind."""
        return {kind: len(hosts) for kind, hosts in self.kinds().items()}


KINDS = ("added", "removed", "better", "worse", "unmanaged", "narrower", "wider")
"""What can become of a host."""


def read_earlier(text: str | bytes) -> Earlier:
    """Read an earlier JSON report.

    Raises:
        EarlierError: It is no JSON, no report of this kind, of another version, or damaged.
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise EarlierError(f"it is not JSON ({error})") from error
    if not isinstance(found, dict) or found.get("schema") != SCHEMA:
        raise EarlierError(f"it is JSON, but no report of this collection: its schema is not {SCHEMA}")
    if found.get("version") != VERSION:
        raise EarlierError(f"it is a report of version {found.get('version')!r}; this one reads {VERSION}")
    try:
        return _earlier(found)
    except (KeyError, IndexError, TypeError, AttributeError, ValueError) as error:
        raise EarlierError(f"it is a damaged report ({type(error).__name__}: {error})") from error


def _earlier(found: Mapping[str, Any]) -> Earlier:
    ids = [_text(row["id"]) for row in found["requirements"]]
    classes: dict[str, str] = {}
    verdicts: dict[str, dict[str, Status]] = {}
    hosts: dict[str, Kept] = {}
    wider: dict[str, frozenset[str]] = {}
    for host in found["hosts"]:
        name = _text(host["name"])
        classes[name] = HostClass(host["class"]).value
        rules = int(host["managed_rules"]) if host.get("service") else None
        policy_rules = int(host.get("policy_rules", 0))
        hosts[name] = Kept(tuple(map(_text, host.get("roles", ()))), rules, _text(host.get("since", "")), policy_rules)
        rows: dict[str, Status] = {}
        beyond = set()
        for cell in host["cells"]:
            if not isinstance(cell[0], int) or cell[0] < 0:
                raise ValueError(f"a cell of {name} names no requirement")
            rows[ids[cell[0]]] = Status(cell[1])
            more = cell[5] if len(cell) > _MORE else {}
            if more.get("wider") and not more["wider"].get("perhaps"):
                beyond.add(ids[cell[0]])
        verdicts[name] = rows
        wider[name] = frozenset(beyond)
    return Earlier(
        _text(found["created"]),
        classes,
        verdicts,
        hosts,
        tuple(map(_leaver, found.get("left", ()))),
        tuple(map(_leaver, found.get("elsewhere", ()))),
        {_text(one["function"]): _text(one.get("since", "")) for one in found.get("affected", ())},
        wider,
    )


def _leaver(item: Mapping[str, Any]) -> Leaver:
    rules = item.get("rules")
    return Leaver(
        _text(item["name"]),
        _text(item.get("why", "")),
        tuple(map(_text, item.get("roles", ()))),
        None if rules is None else int(rules),
        _text(item["seen"]),
        int(item.get("policy_rules", 0)),
    )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"text expected, found {value!r:.40}")
    return value


def compare(earlier: Earlier, report: Report) -> Changes:
    """What changed from the earlier report to this one."""
    now = {host.name: host.host_class.value for host in report.hosts}
    rows = {host.name: {cell.requirement.id: cell.finding.verdict for cell in host.cells} for host in report.hosts}
    beyond = {
        host.name: {cell.requirement.id for cell in host.cells if cell.wider and not cell.wider.perhaps}
        for host in report.hosts
    }
    narrowing = {host.name for host in report.hosts if host.narrowing}
    kinds: dict[str, list[HostChange]] = {kind: [] for kind in KINDS}
    for name in sorted({*now, *earlier.classes}):
        was, became = earlier.classes.get(name, ""), now.get(name, "")
        changed: tuple[RowChange, ...] = ()
        if was in _READ and became in _READ:  # Of any other host the rows are not known, which is no change of them.
            changed = _changed_rows(earlier.verdicts.get(name, {}), rows[name])
        kind = _kind(was, became, changed)
        if kind == "worse" and name in narrowing and not _any_worse(changed):
            kind = "narrower"
        widened: tuple[str, ...] = ()
        if became in _READ:
            # It is news of a host of which nothing was known, too: else an outage would swallow it.
            before = earlier.wider.get(name, frozenset()) if was in _READ else frozenset()
            widened = tuple(sorted(beyond[name] - before))
        told = [kind] if kind else []
        if widened and kind in ("", "added", "better", "narrower"):
            told.append("wider")
        for each in told:
            kinds[each].append(HostChange(name, was, became, changed, widened))
    return Changes(earlier.created, **{kind: tuple(changes) for kind, changes in kinds.items()})


def _changed_rows(was: Mapping[str, Status], now: Mapping[str, Status]) -> tuple[RowChange, ...]:
    return tuple((row, was[row], now[row]) for row in sorted({*was} & {*now}) if was[row] is not now[row])


def _kind(was: str, now: str, rows: tuple[RowChange, ...]) -> str:
    if was not in _RANK and now not in _RANK:
        # Both are unmanaged or missing: only coming and going is news.
        return "" if bool(was) == bool(now) else "added" if now else "removed"
    if was not in _RANK:
        return "added"
    if now not in _RANK:
        return "unmanaged" if now else "removed"
    if was != now:
        return "worse" if _RANK[now] > _RANK[was] else "better"
    if _any_worse(rows):
        return "worse"
    return "better" if rows else ""


def _any_worse(rows: tuple[RowChange, ...]) -> bool:
    return any(SEVERITY[after] > SEVERITY[before] for _row, before, after in rows)
