# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules return: snapshots, plans and policies as plain types, and as the text of a diff.

Newer ansible-core breaks on anything but dict, list, str, int, float, bool and None, subclasses included.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from enum import Enum
from typing import Any

from ..module_utils._firewall.change import netsh
from ..module_utils._firewall.change.impact import Endpoint
from ..module_utils._firewall.change.naming import parse_name
from ..module_utils._firewall.change.plan import Plan, managed_rules
from ..module_utils._firewall.state.rule import (
    ALL_PROFILES,
    FirewallRule,
    Profile,
    Store,
    profile_names,
    protocol_name,
)
from ..module_utils._firewall.state.snapshot import ServiceState, Snapshot
from ..module_utils._firewall.traffic.verdict import Verdict
from ..module_utils._policy.effect import Effect
from ..module_utils._policy.policy import Demand, HostPolicy
from ..module_utils._policy.remedy import remedy
from ._host.writing import SET_AUTOMATIC, START

Rows = Mapping[str, tuple[str, ...]]
"""Key of a managed rule to the ids of the rows it serves."""

_STATES = {1: "stopped", 2: "starting", 3: "stopping", 4: "running", 5: "continuing", 6: "pausing", 7: "paused"}
_STARTS = {0: "boot", 1: "system", 2: "automatic", 3: "manual", 4: "disabled"}

_LONGEST_SENTENCE = 600  # of several in one message: most of what is said fits, and no name fills it alone


def plain(value: Any) -> Any:
    """The same value made of exactly the built-in types: enums by value, tuples and sets as lists.

    Raises:
        TypeError: The value has no plain form; a programming error.
    """
    if isinstance(value, Enum):
        return plain(value.value)
    if value is None or isinstance(value, bool):
        return value
    for kind in (str, int, float):
        if isinstance(value, kind):
            return kind(value)  # takes Ansible's tagged subclasses down to the plain type
    if isinstance(value, Mapping):
        return {plain(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, (set, frozenset)):
        return sorted(plain(item) for item in value)
    raise TypeError(f"a result cannot hold {type(value).__name__}")


def rule_dict(rule: FirewallRule, rows: Rows) -> dict[str, Any]:
    """One managed rule as a dict."""
    name = parse_name(rule.name)
    key = name.key if name else ""
    return {
        "name": rule.name,
        "key": key,
        "rows": list(rows.get(key, ())),
        "direction": rule.direction.value if rule.direction else "",
        "action": rule.action.value if rule.action else "",
        "enabled": rule.enabled,
        "protocol": protocol_name(rule.protocol),
        "local_ports": str(rule.local_ports),
        "remote_ports": str(rule.remote_ports),
        "remote_addresses": rule.remote_addresses.texts(),
        "profiles": profile_names(rule.profiles),
        "program": rule.program,
        "description": rule.description,
        "opaque": list(rule.opaque),
    }


def state_dict(snapshot: Snapshot, rows: Rows) -> dict[str, Any]:
    """The part of a host's state that the modules manage, for ``before`` and ``after``."""
    return {
        "service": service_dict(snapshot.service),
        "profiles": profiles_dict(snapshot),
        "rules": [rule_dict(rule, rows) for rule in managed_rules(snapshot.rules)],
    }


def service_dict(service: ServiceState) -> dict[str, Any]:
    """State and start type of MpsSvc."""
    return {
        "running": service.running,
        "state": _STATES.get(service.state or 0, "unknown"),
        "start": _STARTS.get(-1 if service.start is None else service.start, "unknown"),
    }


def profiles_dict(snapshot: Snapshot) -> dict[str, dict[str, Any]]:
    """The three profiles as they are in effect, Group Policy included."""
    return {
        state.profile.value: {
            "enabled": state.enabled,
            "inbound": "block" if state.inbound_block else "allow",
            "outbound": "block" if state.outbound_block else "allow",
            "shields_up": state.shields_up,
            "local_rules": state.local_rules,
            "by_group_policy": state.policy.enabled is not None,
        }
        for state in snapshot.profiles
    }


def plan_dict(plan: Plan, rows: Rows) -> dict[str, Any]:
    """What a plan does, by kind."""
    deleted = {name.casefold() for name in plan.delete}
    return {
        "service_changes": ["automatic"] * plan.service.automatic + ["started"] * plan.service.start,
        "profiles_enabled": [profile.value for profile in plan.profiles_on],
        "created": [rule_dict(rule, rows) for rule in plan.create],
        "updated": [{**rule_dict(change.after, rows), "changes": list(change.fields)} for change in plan.update],
        "deleted": list(plan.delete),
        "kept": [rule.name for rule in plan.kept],
        "stale": [{"name": rule.name, "deleted": rule.name.casefold() in deleted} for rule in plan.stale],
        "refused": [{"subject": refusal.subject, "reason": refusal.reason} for refusal in plan.refused],
        "commands": commands(plan),
    }


def commands(plan: Plan) -> list[str]:
    """The command lines of a plan as one would type them."""
    service = [SET_AUTOMATIC] * plan.service.automatic + [START] * plan.service.start
    return [*service, *(f"netsh {line}" for line in netsh.plan_lines(plan))]


def requirements(
    effects: Iterable[Effect], snapshot: Snapshot, connected: frozenset[Profile] = frozenset()
) -> list[dict[str, Any]]:
    """What the table asks for on this host, row by row, whether it gets through, and the remedy where it does not.

    Args:
        effects: The rows as judged.
        snapshot: The host they were judged on.
        connected: The profiles of the networks that the host is in; none where that is not known.
    """
    return [
        {
            **_demand_dict(effect.demand),
            **_verdict_dict(effect.verdict),
            "remedy": remedy(effect, snapshot, connected),
            # The profiles nearly always agree; then one dict for each would only make the result unreadable.
            "by_profile": {
                verdict.profile.value: _verdict_dict(verdict)
                for verdict in effect.by_profile
                if _differ(effect.by_profile)
            },
        }
        for effect in effects
    ]


def _differ(verdicts: tuple[Verdict, ...]) -> bool:
    return (
        len(
            {
                (verdict.status, verdict.reason, verdict.by, verdict.more, verdict.part, verdict.excepted)
                for verdict in verdicts
            }
        )
        > 1
    )


def _verdict_dict(verdict: Verdict) -> dict[str, Any]:
    return {
        "verdict": verdict.status.value,
        "reason": verdict.reason.value,
        "by": list(verdict.by),
        "more_rules": verdict.more,
        "part": verdict.part,
        "unprotected": verdict.unprotected,
        **({"except": asdict(verdict.excepted)} if verdict.excepted else {}),
    }


def _demand_dict(demand: Demand) -> dict[str, Any]:
    row = demand.requirement
    return {
        "id": row.id,
        "service": row.service,
        "direction": demand.direction.value,
        "transports": [transport.value for transport in row.transports],
        "ports": str(demand.ports),
        "documented_ports": str(row.ports),
        "overridden": demand.overridden,
        "remote_addresses": demand.scope.addresses.texts(),
        "scope_note": demand.scope.note,
        "programs": [program for _service, program in demand.programs],
        "feature": row.feature.value if row.feature else None,
        "caveat": row.caveat,
        "rules": list(demand.keys),
    }


def diff(before: Snapshot, after: Snapshot, rows: Rows, cut: Iterable[Endpoint] = ()) -> dict[str, str]:
    """Before and after as Ansible's ``--diff`` prints them: one line a rule, sorted, with the rows it serves.

    Args:
        before: The host as found.
        after: The host as it will be, or is.
        rows: Rows by key.
        cut: What is in use and will not be reachable any more.
    """
    return {
        "before_header": "firewall as found",
        "after_header": "firewall as the table asks",
        "before": _text(before, rows) + "".join(f"in use: {endpoint}\n" for endpoint in cut),
        "after": _text(after, rows),
    }


def _text(snapshot: Snapshot, rows: Rows) -> str:
    service = service_dict(snapshot.service)
    lines = [f"firewall service: {service['state']}, starts {service['start']}"]
    lines += [f"{state.profile.value} profile: {'on' if state.enabled else 'off'}" for state in snapshot.profiles]
    lines += [_line(rule, rows) for rule in managed_rules(snapshot.rules)]
    return "".join(f"{line}\n" for line in lines)


def _line(rule: FirewallRule, rows: Rows) -> str:
    name = parse_name(rule.name)
    serves = ", ".join(rows.get(name.key, ())) if name else ""
    words: Iterable[str] = (
        rule.name + ":",
        (rule.action.value if rule.action else "?") + ("" if rule.enabled else " (disabled)"),
        rule.direction.value if rule.direction else "?",
        protocol_name(rule.protocol),
        *(() if rule.local_ports.is_any else (f"port {rule.local_ports}",)),
        *(() if rule.remote_ports.is_any else (f"remote port {rule.remote_ports}",)),
        *((f"program {rule.program}",) if rule.program else ()),
        f"{'to' if rule.direction and rule.direction.value == 'out' else 'from'} {rule.remote_addresses}",
        *(() if rule.profiles == ALL_PROFILES else (f"in {', '.join(profile_names(rule.profiles))}",)),
        *((f"[{serves}]",) if serves else ()),
        *((f"not understood: {'; '.join(rule.opaque)}",) if rule.opaque else ()),
    )
    return " ".join(words)


def bounded(sentences: Sequence[str], room: int) -> str:
    """Sentences with semicolons between them, as many as there is room for, and how many more there are.

    Args:
        sentences: What to say; a single one that is too long is cut.
        room: Characters in all.
    """
    text = "; ".join(sentences)
    if len(text) <= room:
        return text
    pieces = [
        sentence if len(sentence) <= _LONGEST_SENTENCE else f"{sentence[: _LONGEST_SENTENCE - 3]}..."
        for sentence in sentences
    ]
    text = ""
    for told, piece in enumerate(pieces):
        more = f"; and {len(pieces) - told} more: the result has all of them"
        longer = f"{text}; {piece}" if text else piece
        if len(longer) + len(more) > room:
            return text + more if text else piece[:room]
        text = longer
    return text


def disagreements(policy: HostPolicy) -> list[dict[str, str]]:
    """Where the host's topology and the document differ."""
    return [
        {
            "kind": found.kind.value,
            "row": found.row,
            "service": found.service,
            "documented": found.documented,
            "configured": found.configured,
        }
        for found in policy.configuration.disagreements
    ]


def disabled_lync_rules(snapshot: Snapshot) -> list[str]:
    """Lync's own rules (``CS ...``) that somebody has disabled, a possible cause of failing calls."""
    return sorted({rule.name for rule in snapshot.rules if rule.name.startswith("CS ") and not rule.enabled})


def count_rules(snapshot: Snapshot) -> dict[str, int]:
    """How many rules the host has in all, by store, and how many of them could not be interpreted."""
    counts = {store.value: 0 for store in Store}
    for rule in snapshot.rules:
        counts[rule.store.value] += 1
    return {**counts, "opaque": sum(bool(rule.opaque) for rule in snapshot.rules)}
