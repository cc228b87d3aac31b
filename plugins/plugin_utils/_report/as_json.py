# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as JSON: docs/report-schema-3.json describes it, and the page reads the same document."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from ...module_utils._firewall.traffic.proportion import Except
from .compare import Changes, HostChange
from .figures import reasons, totals
from .logged import SOURCE_FIELDS
from .model import Beyond, Cell, Finding, Leaver, Report, ReportHost, ReportRequirement
from .observed import HostLog, ProbedPort
from .probed import counted
from .schemas import SCHEMA, VERSION
from .short import affected


def to_json(report: Report, changes: Changes | None = None) -> bytes:
    """The report as JSON text, ASCII only, one host a line.

    Args:
        report: The report.
        changes: What changed since an earlier one, if there is an earlier one.
    """
    head = {
        "schema": SCHEMA,
        "version": VERSION,
        "title": report.title,
        "created": report.created,
        "totals": totals(report),
        "reasons": reasons(report),
        "requirements": [_requirement(row) for row in report.requirements],
        "affected": [
            _filled(function=one.function.value, hosts=one.hosts, of=one.of, since=one.since)
            for one in affected(report)
        ],
        "left": [_leaver(leaver) for leaver in report.left],
        **_filled(probes=counted(report)),
        **_filled(files_of_nobody=report.files_of_nobody),
        **_filled(elsewhere=[_leaver(leaver) for leaver in report.elsewhere]),
        **({"changes": _changes(changes)} if changes else {}),
    }
    places = {requirement: place for place, requirement in enumerate(report.requirements)}
    # One host a line: a 2 MB file that `diff`, `grep` and version control can still be used on.
    lines = ",\n".join(_compact(_host(host, places)) for host in report.hosts)
    return f'{_compact(head)[:-1]},"hosts":[\n{lines}\n]}}\n'.encode("ascii")


def _requirement(row: ReportRequirement) -> dict[str, Any]:
    """``documented_ports`` only where they are overridden, ``caveat`` null where there is none."""
    return {
        "id": row.id,
        "service": row.service,
        "ports": row.ports,
        "transports": row.transports,
        "direction": row.direction,
        "caveat": row.caveat or None,
        **({"documented_ports": row.documented_ports} if row.documented_ports != row.ports else {}),
    }


def _host(host: ReportHost, places: Mapping[ReportRequirement, int]) -> dict[str, Any]:
    """A host with its cells; what is not known, or empty, is left out where the schema allows."""
    return {
        "name": host.name,
        "class": host.host_class.value,
        "message": host.message,
        **_filled(roles=host.roles, pool=host.pool, site=host.site, product=host.product),
        "service": host.service,
        "profiles": host.profiles,
        "managed_rules": host.managed_rules,
        **_filled(policy_rules=host.policy_rules),
        **_filled(since=host.since, stale=host.stale, refused=host.refused, narrowing=host.narrowing),
        **_filled(foreign=host.foreign, unasked=host.unasked, probe=_probe(host.probed)),
        **_filled(log=_log(host.log) if host.log else {}),
        **_filled(judged_from=[{"file": name, "saved": saved} for name, saved in host.judged_from]),
        **_filled(assumptions=host.assumptions, lacking=host.lacking, outdated=host.outdated),
        "commands": host.commands,
        **_filled(disabled_lync_rules=host.disabled_lync_rules, skipped_rows=host.skipped_rows),
        "cells": [_cell(cell, places) for cell in host.cells],
    }


def _leaver(leaver: Leaver) -> dict[str, Any]:
    """``rules`` null where they are not known."""
    return {
        "name": leaver.name,
        "why": leaver.why,
        "roles": leaver.roles,
        "rules": leaver.rules,
        "seen": leaver.seen,
        **_filled(policy_rules=leaver.policy_rules),
    }


def _cell(cell: Cell, places: Mapping[ReportRequirement, int]) -> list[Any]:
    """``[requirement, verdict, reason, [by], part]``, and a sixth item, an object, where there is more to say."""
    more = _filled(
        unprotected=cell.finding.unprotected,
        more_rules=cell.finding.more_rules,
        **{"except": _excepted(cell.finding.excepted)},
        commands=cell.commands,
        remedy=cell.remedy,
        by_profile={name: [*_finding(found), found.unprotected] for name, found in cell.by_profile},
        admits=cell.admits,
        wider=_wider(cell.wider) if cell.wider else {},
        probe=_probe(cell.probed),
        log=[[getattr(one, name) for name in SOURCE_FIELDS] for one in cell.logged],
    )
    return [places[cell.requirement], *_finding(cell.finding), *([more] if more else [])]


def _probe(ports: Iterable[ProbedPort]) -> list[list[Any]]:
    return [[port.transport, port.port, port.status, port.says, port.tls] for port in ports]


def _log(log: HostLog) -> dict[str, Any]:
    """``since`` and ``until`` null where nothing was read."""
    return {
        "since": log.since or None,
        "until": log.until or None,
        "complete": log.complete,
        "why": log.why,
        **_filled(others=log.others),
        **_filled(more=_filled(sources=log.more_sources, connections=log.more_connections)),
        **_filled(unanswered=log.unanswered, rows_for_anybody=log.rows_for_anybody),
    }


def _wider(wider: Beyond) -> dict[str, Any]:
    return {
        "addresses": wider.addresses,
        **_filled(
            by=wider.by,
            profiles=wider.profiles,
            ports=wider.ports,
            more_rules=wider.more_rules,
            perhaps=wider.perhaps,
            blockable=wider.blockable,
        ),
    }


def _finding(finding: Finding) -> list[Any]:
    """``[verdict, reason, [by], part]``."""
    return [finding.verdict.value, finding.reason, finding.by, finding.part]


def _excepted(excepted: Except | None) -> dict[str, Any]:
    """``private`` only where there are private addresses among them."""
    return _filled(**asdict(excepted)) if excepted else {}


def _changes(changes: Changes) -> dict[str, Any]:
    """What changed since the earlier report."""
    return {
        "since": changes.since,
        **{kind: [_change(change) for change in hosts] for kind, hosts in changes.kinds().items()},
    }


def _change(change: HostChange) -> dict[str, Any]:
    return {"name": change.name, "was": change.was, "now": change.now, **_filled(rows=change.rows)}


def _filled(**members: Any) -> dict[str, Any]:
    """The members that say something."""
    return {name: value for name, value in members.items() if value}


def _compact(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"))
