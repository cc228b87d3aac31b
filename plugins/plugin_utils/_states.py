# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of a host in results: its service, its profiles and its managed rules, as plain types and as a diff."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..module_utils._firewall.change.impact import Endpoint
from ..module_utils._firewall.change.naming import parse_name
from ..module_utils._firewall.change.plan import Plan, managed_rules
from ..module_utils._firewall.change.profile_changes import TERMS, same_setting, word
from ..module_utils._firewall.change.site_naming import entry_name
from ..module_utils._firewall.state.limits import limits_of
from ..module_utils._firewall.state.profiles import DEFAULTS, ProfileSettings
from ..module_utils._firewall.state.rule import (
    ALL_PROFILES,
    FirewallRule,
    Store,
    local_ports_text,
    profile_names,
    protocol_name,
)
from ..module_utils._firewall.state.snapshot import ServiceState, Snapshot
from ..module_utils._texts import printable, said
from ._said import ROOM, and_more, size_of, texts

Rows = Mapping[str, tuple[str, ...]]
"""Key of a managed rule to the ids of the rows it serves."""

_STATES = {1: "stopped", 2: "starting", 3: "stopping", 4: "running", 5: "continuing", 6: "pausing", 7: "paused"}
_STARTS = {0: "boot", 1: "system", 2: "automatic", 3: "manual", 4: "disabled"}

_LONGEST_DESCRIPTION = 1000  # ours name the rows they serve


def rule_dict(rule: FirewallRule, rows: Rows) -> dict[str, Any]:
    """One managed rule as a dict."""
    name = parse_name(rule.name)
    key = name.key if name else ""
    return {
        "name": said(rule.name),
        "key": key,
        "rows": list(rows.get(key, ())),
        "direction": rule.direction.value if rule.direction else "",
        "action": rule.action.value if rule.action else "",
        "enabled": rule.enabled,
        "protocol": protocol_name(rule.protocol),
        "local_ports": local_ports_text(rule),
        "remote_ports": str(rule.remote_ports),
        "remote_addresses": rule.remote_addresses.texts(),
        "profiles": profile_names(rule.profiles),
        "program": said(rule.program, _LONGEST_DESCRIPTION),
        "description": said(rule.description, _LONGEST_DESCRIPTION),
        "opaque": list(rule.opaque),
        **({"entry": said(entry)} if (entry := entry_name(rule)) else {}),
        **_limits(rule),
    }


def _joined(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value)


def _limits(rule: FirewallRule) -> dict[str, Any]:
    """What hardly any rule of ours is limited to, where it is."""
    limits = limits_of(rule.conditions)
    found: dict[str, Any] = {
        "service": said(rule.service),
        "icmp_type_code": [value for _key, value in sorted(rule.icmp)],
        "local_addresses": [] if rule.local_addresses.is_any else rule.local_addresses.texts(),
        "interfacetypes": sorted(limits.interfaces),
        "conditions": [said(f"{key}={value}") for key, value in limits.others],
        "edge": "" if limits.edge == "no" else limits.edge,
        "security": "" if limits.security == "notrequired" else limits.security,
    }
    return {key: value for key, value in found.items() if value}


def states(rows: Rows, plan: Plan | None, *snapshots: Snapshot) -> list[dict[str, Any]]:
    """The part of a host's state that the modules manage, at one or several times, as ``before`` and ``after``.

    Args:
        rows: Rows by key.
        plan: The plan: its own rules are all listed. The others share the room there is for them, and
            ``rules_left_out`` says how many have none.
        snapshots: The host at those times.
    """
    ours = _ours(plan)
    listed = [[(rule_dict(rule, rows), rule in ours) for rule in managed_rules(found.rules)] for found in snapshots]
    sizes = (size_of(rule) for rules in listed for rule, is_ours in rules if not is_ours)
    room = ROOM["rules"] if sum(sizes) <= ROOM["rules"] else ROOM["rules"] // len(snapshots)
    return [_state_dict(snapshot, rules, room) for snapshot, rules in zip(snapshots, listed, strict=True)]


def _ours(plan: Plan | None) -> set[FirewallRule]:
    """Rules that are as the caller wants them: nothing in them is the host's word."""
    return {*plan.kept, *plan.create, *(update.after for update in plan.update)} if plan else set()


def _state_dict(snapshot: Snapshot, rules: Sequence[tuple[dict[str, Any], bool]], room: int) -> dict[str, Any]:
    kept = []
    for rule, is_ours in rules:
        room -= 0 if is_ours else size_of(rule)
        if is_ours or room >= 0:
            kept.append(rule)
    return {
        "service": service_dict(snapshot.service),
        "profiles": profiles_dict(snapshot),
        "rules": kept,
        "rules_left_out": len(rules) - len(kept),
    }


_FURTHER = ("notifications", "unicast_response", "log_dropped", "log_allowed", "log_size", "log_file")


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
            **_further(state.effective),
        }
        for state in snapshot.profiles
    }


def _further(settings: ProfileSettings) -> dict[str, Any]:
    return {name: getattr(settings, name) for name in _FURTHER if name != "log_file"} | {
        "log_file": said(str(settings.log_file), _LONGEST_DESCRIPTION)
    }


def diff(
    before: Snapshot, after: Snapshot, rows: Rows, cut: Iterable[Endpoint] = (), plan: Plan | None = None
) -> dict[str, str]:
    """Before and after as Ansible's ``--diff`` prints them: one line a rule, sorted, with the rows it serves.

    Args:
        before: The host as found.
        after: The host as it will be, or is.
        rows: Rows by key.
        cut: What is in use and will not be reachable any more.
        plan: The plan: its own rules have all their lines.
    """
    used = "".join(f"in use: {endpoint}\n" for endpoint in texts(map(str, cut), "impact"))
    ours = _ours(plan)
    found, made = (
        [(_line(rule, rows), rule in ours) for rule in managed_rules(snapshot.rules)] for snapshot in (before, after)
    )
    switched = {change.reference: change.name for change in plan.groups} if plan else {}
    found += _group_lines(before, switched)
    made += _group_lines(after, switched)
    size = sum(len(line) for line, is_ours in (*found, *made) if not is_ours)
    room = ROOM["diff"] if size <= ROOM["diff"] else ROOM["diff"] // 2
    return {
        "before_header": "firewall as found",
        "after_header": "firewall as the table asks",
        "before": _text(before, found, room) + used,
        "after": _text(after, made, room),
    }


def _group_lines(snapshot: Snapshot, switched: Mapping[str, str]) -> list[tuple[str, bool]]:
    """A line for each rule of Windows' own groups that a plan switches: which they are, and whom they let in.

    Args:
        snapshot: The host.
        switched: Reference of each such group to its name.
    """
    rules = [rule for rule in snapshot.rules if rule.group in switched and rule.store is Store.LOCAL]
    return sorted((f"group {switched[rule.group]}: {_line(rule, {})}", False) for rule in rules)


def _text(snapshot: Snapshot, rules: Sequence[tuple[str, bool]], room: int) -> str:
    service = service_dict(snapshot.service)
    lines = [f"firewall service: {service['state']}, starts {service['start']}"]
    lines += [f"{state.profile.value} profile: {_switches(state.effective)}" for state in snapshot.profiles]
    left_out = 0
    for line, is_ours in rules:
        room -= 0 if is_ours else len(line)
        if is_ours or room >= 0:
            lines.append(line)
        else:
            left_out += 1
    lines += [f"{and_more(left_out)} managed rules"] if left_out else []
    return "".join(f"{line}\n" for line in lines)


def _switches(found: ProfileSettings) -> str:
    """Whether a profile filters, and what of its settings is not as Windows has it when nobody has said anything."""
    others = [
        f"{TERMS[name]} {word(name, getattr(found, name))}"
        for name, default in DEFAULTS.items()
        if name in TERMS and name != "enabled" and not same_setting(name, getattr(found, name), default)
    ]
    return ", ".join(["on" if found.enabled else "off", *(said(text, _LONGEST_DESCRIPTION) for text in others)])


def _line(rule: FirewallRule, rows: Rows) -> str:
    name = parse_name(rule.name)
    serves = ", ".join(rows.get(name.key, ())) if name else ""
    words: Iterable[str] = (
        said(rule.name) + ":",
        (rule.action.value if rule.action else "?") + ("" if rule.enabled else " (disabled)"),
        rule.direction.value if rule.direction else "?",
        protocol_name(rule.protocol),
        *(() if rule.local_ports.is_any and not rule.port_words else (f"port {local_ports_text(rule)}",)),
        *(() if rule.remote_ports.is_any else (f"remote port {rule.remote_ports}",)),
        *(f"{name.replace('_', ' ')} {_joined(value)}" for name, value in _limits(rule).items()),
        *((f"program {said(rule.program, _LONGEST_DESCRIPTION)}",) if rule.program else ()),
        f"{'to' if rule.direction and rule.direction.value == 'out' else 'from'} {rule.remote_addresses}",
        *(() if rule.profiles == ALL_PROFILES else (f"in {', '.join(profile_names(rule.profiles))}",)),
        *((f"[{serves}]",) if serves else ()),
        *((f"not understood: {'; '.join(rule.opaque)}",) if rule.opaque else ()),
    )
    return printable(" ".join(words))
