# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan as JSON, which `approved` reads: a first line with the digests, then one host a line."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from .approved import HOSTS, SCHEMA
from .model import EstatePlan, PlanHost, totals


def to_json(plan: EstatePlan) -> bytes:
    """The plan as JSON text, ASCII only."""
    head = {
        "schema": SCHEMA,
        "title": plan.title,
        "created": plan.created,
        "collection": plan.version,
        "digest": plan.digest,
        "totals": totals(plan),
        "batches": [asdict(batch) for batch in plan.batches],
        "digests": {host.name: host.digest for host in plan.hosts},
    }
    lines = ",\n".join(_compact(_host(host)) for host in plan.hosts)
    return f"{_compact(head)[:-1]}{HOSTS}\n{lines}\n]}}\n".encode("ascii")


def _host(host: PlanHost) -> dict[str, Any]:
    """A host; the name comes first, by which its line is found."""
    return {
        "name": host.name,
        "state": host.state.value,
        "message": host.message,
        "roles": host.roles,
        "digest": host.digest,
        **asdict(host.work),
        "kept": host.kept,
        "foreign": host.foreign,
    }


def _compact(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"))
