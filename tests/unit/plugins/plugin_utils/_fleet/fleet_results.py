# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Results of the two modules, as Ansible hands them to a callback."""

from __future__ import annotations

from typing import Any


def requirement(number: int, verdict: str, reason: str) -> dict[str, Any]:
    """A requirement as the modules return it."""
    return {
        "id": f"server-{number:02}", "service": "Lync Server Front-End service", "direction": "in",
        "transports": ["tcp"], "ports": str(5000 + number), "documented_ports": str(5000 + number),
        "overridden": False, "feature": None, "caveat": None, "rules": [f"in-tcp-{5000 + number}"],
        "verdict": verdict, "reason": reason, "by": [], "part": "", "unprotected": False, "remedy": "",
        "by_profile": {},
    }  # fmt: skip


def _state() -> dict[str, Any]:
    return {"service": {"running": True, "state": "running", "start": "automatic"}, "profiles": {}, "rules": []}


def _plan(created: int, updated: int, deleted: int) -> dict[str, Any]:
    return {
        "created": [{"name": f"LyncOps in-tcp-{number} g1", "key": f"in-tcp-{number}"} for number in range(created)],
        "updated": [{"name": f"LyncOps in-udp-{number} g1", "key": f"in-udp-{number}"} for number in range(updated)],
        "deleted": [f"LyncOps in-tcp-{number} g0" for number in range(deleted)],
        "kept": [], "stale": [], "refused": [], "commands": [],
    }  # fmt: skip


def audited(*verdicts: tuple[str, str], rules: tuple[int, int, int] = (0, 0, 0)) -> dict[str, Any]:
    """A result of `lync_firewall_info`: verdicts with their reasons, and how many rules there are to change."""
    found = [requirement(number, *verdict) for number, verdict in enumerate(verdicts, start=1)]
    drift = {"found": any(rules), **_plan(*rules)}
    return {
        "changed": False, **_state(), "rule_counts": {"local": 9}, "requirements": found,
        "disabled_lync_rules": [], "skipped_rows": [], "drift": drift,
    }  # fmt: skip


def enforced(*verdicts: tuple[str, str], rules: tuple[int, int, int] = (0, 0, 0)) -> dict[str, Any]:
    """A result of `lync_firewall`."""
    found = [requirement(number, *verdict) for number, verdict in enumerate(verdicts, start=1)]
    return {
        "changed": any(rules), "before": _state(), "after": _state(), **_plan(*rules), "requirements": found,
        "disabled_lync_rules": [], "skipped_rows": [], "rollback": "", "impact": [],
    }  # fmt: skip
