# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan as JSON, which `approved` reads: a first line with the digests, then one host a line."""

from __future__ import annotations

from dataclasses import asdict

from .approved import HOSTS, SCHEMA
from .model import EstatePlan, as_line, compact, totals


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
        "serial": plan.serial,
        "max_fail_percentage": plan.most_failing,
        "digests": {host.name: host.digest for host in plan.hosts},
        "seals": plan.seals,
    }
    lines = ",\n".join(map(as_line, plan.hosts))
    return f"{compact(head)[:-1]}{HOSTS}\n{lines}\n]}}\n".encode("ascii")
