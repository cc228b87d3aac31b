# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as JSON: docs/report-schema-1.json describes it."""

from __future__ import annotations

import json
from typing import Any

from .compare import Changes, HostChange
from .model import SCHEMA, VERSION, Cell, Finding, Host, Profile, Report, Requirement, Service, reasons, totals


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
        "requirements": [requirement_dict(row) for row in report.requirements],
        **({"changes": changes_dict(changes)} if changes else {}),
    }
    # One host a line: a 2 MB file that `diff`, `grep` and version control can still be used on.
    lines = ",\n".join(_compact(host_dict(host)) for host in report.hosts)
    return f'{_compact(head)[:-1]},"hosts":[\n{lines}\n]}}\n'.encode("ascii")


def requirement_dict(row: Requirement) -> dict[str, Any]:
    """A requirement. ``documented_ports`` only where they are overridden, ``caveat`` null where there is none."""
    return {
        "id": row.id,
        "service": row.service,
        "ports": row.ports,
        "transports": list(row.transports),
        "direction": row.direction,
        "caveat": row.caveat or None,
        **({"documented_ports": row.documented_ports} if row.documented_ports != row.ports else {}),
    }


def host_dict(host: Host) -> dict[str, Any]:
    """A host with its cells; what is not known, or empty, is left out where the schema allows."""
    return {
        "name": host.name,
        "class": host.host_class.value,
        "message": host.message,
        **({"roles": list(host.roles)} if host.roles else {}),
        **({"pool": host.pool} if host.pool else {}),
        **({"site": host.site} if host.site else {}),
        "service": service_dict(host.service),
        "profiles": {profile.name: profile_dict(profile) for profile in host.profiles},
        "managed_rules": host.managed_rules,
        "commands": list(host.commands),
        **({"disabled_lync_rules": list(host.disabled_lync_rules)} if host.disabled_lync_rules else {}),
        **({"skipped_rows": list(host.skipped_rows)} if host.skipped_rows else {}),
        "cells": [cell_list(cell) for cell in host.cells],
    }


def cell_list(cell: Cell) -> list[Any]:
    """``[requirement, verdict, reason, [by], part]``, and a sixth item, an object, where there is more to say."""
    finding = cell.finding
    more = {
        **({"unprotected": True} if finding.unprotected else {}),
        **({"commands": list(cell.commands)} if cell.commands else {}),
        **({"remedy": cell.remedy} if cell.remedy else {}),
        **(
            {"by_profile": {name: finding_list(found) for name, found in finding.by_profile}}
            if finding.by_profile
            else {}
        ),
    }
    return [cell.requirement, *finding_list(finding)[:4], *([more] if more else [])]


def finding_list(finding: Finding) -> list[Any]:
    """``[verdict, reason, [by], part, unprotected]``."""
    return [finding.verdict.value, finding.reason, list(finding.by), finding.part, finding.unprotected]


def service_dict(service: Service | None) -> dict[str, Any] | None:
    """The firewall service; null where the host was not read."""
    if service is None:
        return None
    return {"running": service.running, "state": service.state, "start": service.start}


def profile_dict(profile: Profile) -> dict[str, Any]:
    """A profile without its name."""
    return {
        "enabled": profile.enabled,
        "inbound": profile.inbound,
        "outbound": profile.outbound,
        "shields_up": profile.shields_up,
        "local_rules": profile.local_rules,
        "by_group_policy": profile.by_group_policy,
    }


def changes_dict(changes: Changes) -> dict[str, Any]:
    """What changed since the earlier report."""
    return {
        "since": changes.since,
        "added": [_change_dict(change) for change in changes.added],
        "removed": [_change_dict(change) for change in changes.removed],
        "better": [_change_dict(change) for change in changes.better],
        "worse": [_change_dict(change) for change in changes.worse],
    }


def _change_dict(change: HostChange) -> dict[str, Any]:
    return {
        "name": change.name,
        "was": change.was,
        "now": change.now,
        **({"rows": [list(row) for row in change.rows]} if change.rows else {}),
    }


def _compact(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"))
