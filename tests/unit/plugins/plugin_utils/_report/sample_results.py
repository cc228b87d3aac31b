# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Results as the modules return them, with what a test wants different."""

from __future__ import annotations

from typing import Any

from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.build import Source, build_report
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.model import Report, ReportHost

CREATED = "2026-03-12T06:00:00Z"
RULE = "LyncOps in-tcp-5061 g1"
ADD = f'netsh advfirewall firewall add rule name="{RULE}" dir=in action=allow enable=yes profile=any protocol=tcp'
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7*7 }}",
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "]]>\u2028\u2029",
    "\u202egnp.exe",
    "x" * 5000,
    "=cmd|' /C calc'!A0",
    "\ud800 lone surrogate",
    "line\r\nbreak\0nul",
    "__proto__",
    "constructor",
]


def row(row_id: str = "server-03", verdict: str = "open", reason: str = "rule", **other: Any) -> dict[str, Any]:
    """One entry of ``requirements``."""
    return {
        "id": row_id,
        "service": "Lync Server Front-End service",
        "direction": "in",
        "transports": ["tcp"],
        "ports": "5061",
        "documented_ports": "5061",
        "overridden": False,
        "feature": None,
        "caveat": None,
        "rules": ["in-tcp-5061"],
        "verdict": verdict,
        "reason": reason,
        "by": [RULE] if reason == "rule" else [],
        "part": "",
        "unprotected": False,
        "more_rules": 0,
        "remedy": "",
        "by_profile": {},
        **other,
    }


def state(rules: int = 1) -> dict[str, Any]:
    """The part of a host that the modules manage."""
    profile = {"enabled": True, "inbound": "block", "outbound": "allow", "shields_up": False, "local_rules": True}
    return {
        "service": {"running": True, "state": "running", "start": "automatic"},
        "profiles": {name: {**profile, "by_group_policy": False} for name in ("domain", "private", "public")},
        "rules": [{"name": RULE}] * rules,
    }


def plan(**other: Any) -> dict[str, Any]:
    """What is to be done: nothing, unless a test says something."""
    lists: dict[str, Any] = {
        name: [] for name in ("created", "updated", "deleted", "kept", "stale", "refused", "commands")
    }
    return {**lists, "kept": [RULE], **other}


def info(*rows: dict[str, Any], **drift: Any) -> dict[str, Any]:
    """A result of ``lync_firewall_info``; what is given of the drift makes it found."""
    return {
        "changed": False,
        **state(),
        "rule_counts": {"local": 1, "group_policy": 0, "mdm": 0, "opaque": 0},
        "requirements": list(rows) or [row()],
        "disabled_lync_rules": [],
        "skipped_rows": [],
        "drift": {"found": bool(drift), **plan(**drift)},
    }


def enforced(*rows: dict[str, Any], **other: Any) -> dict[str, Any]:
    """A result of ``lync_firewall`` on a host that was as it should be."""
    return {
        "changed": False,
        "before": state(),
        "after": state(),
        **plan(),
        "requirements": list(rows) or [row()],
        "disabled_lync_rules": [],
        "skipped_rows": [],
        "rollback": "",
        "impact": [],
        **other,
    }


def report_of(check_mode: bool = False, /, **results: Any) -> Report:
    """The report of hosts of these names."""
    return build_report("Title", CREATED, [Source(name, found) for name, found in results.items()], check_mode)


def host_of(result: Any, check_mode: bool = False) -> ReportHost:
    """The one host of a report."""
    (host,) = report_of(check_mode, host=result).hosts
    return host


def hostile_report() -> Report:
    """Hosts whose every text is hostile."""
    sources = [
        Source(
            f"fe{number:02}-{text[:60]}",
            {
                **info(
                    row(
                        verdict="closed",
                        reason="block_rule",
                        by=[text],
                        part=text,
                        service=text,
                        caveat=text,
                        remedy=text,
                    ),
                    row(
                        "server-04",
                        "closed",
                        text,
                        by=[text] * 3,
                        ports=text,
                        admits=[text],
                        wider={
                            "addresses": [text],
                            "by": [text],
                            "more_rules": 0,
                            "ports": text,
                            "profiles": [text],
                            "perhaps": False,
                        },
                        documented_ports=text,
                        by_profile={text: row(verdict="open", reason=text, by=[text])},
                    ),
                    commands=[text],
                ),
                "disabled_lync_rules": [text],
                "skipped_rows": [text],
            },
            (text,),
            text,
            text,
        )
        for number, text in enumerate(HOSTILE)
    ]
    lost = [
        Source(f"gone{number}{text[:60]}", {"unreachable": True, "msg": text}) for number, text in enumerate(HOSTILE)
    ]
    return build_report(HOSTILE[0], CREATED, [*sources, *lost])
