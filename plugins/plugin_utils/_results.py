# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules return: snapshots, plans and policies as plain types, and as the text of a diff."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, replace
from typing import Any

from ..module_utils._firewall.change import netsh, undo
from ..module_utils._firewall.change.arrival import Network
from ..module_utils._firewall.change.plan import Plan
from ..module_utils._firewall.change.service import SET_AUTOMATIC, START
from ..module_utils._firewall.state.rule import Store
from ..module_utils._firewall.state.snapshot import Snapshot
from ..module_utils._policy.host_policy import HostPolicy
from ..module_utils._texts import said
from ._said import LONGEST_REASON, ROOM, SHORT_NAME, and_more, fitting, size_of, texts
from ._settings import groups_dict, settings_changed
from ._states import Rows, rule_dict


def plan_dict(plan: Plan, rows: Rows) -> dict[str, Any]:
    """What a plan does, by kind."""
    deleted = {name.casefold() for name in plan.delete}
    stale = [{"name": said(rule.name), "deleted": rule.name.casefold() in deleted} for rule in plan.stale]
    refused = [{"subject": said(found.subject), "reason": said(found.reason, LONGEST_REASON)} for found in plan.refused]
    return {
        "service_changes": ["automatic"] * plan.service.automatic + ["started"] * plan.service.start,
        "profiles_enabled": [profile.value for profile in plan.profiles_on],
        "settings_changed": settings_changed(plan),
        "groups_switched": groups_dict(plan.groups),
        "created": [rule_dict(rule, rows) for rule in plan.create],
        "updated": [{**rule_dict(change.after, rows), "changes": list(change.fields)} for change in plan.update],
        "deleted": texts(plan.delete, "deleted"),
        "kept": [rule.name for rule in plan.kept],
        "stale": _cut(stale, "stale", lambda more: {"name": more, "deleted": False}),
        "refused": _cut(refused, "refused", lambda more: {"subject": more, "reason": ""}),
        "by_policy": [rule.name for rule in plan.by_policy],
        "policy_stale": texts([rule.name for rule in plan.policy_stale], "stale"),
        "commands": commands(plan),
    }


def _cut(dicts: Sequence[dict[str, Any]], about: str, mark: Callable[[str], dict[str, Any]]) -> list[dict[str, Any]]:
    kept = fitting(dicts, ROOM[about], size_of)
    return kept if len(kept) == len(dicts) else [*kept, mark(and_more(len(dicts) - len(kept)))]


def commands(plan: Plan) -> list[str]:
    """The command lines of a plan as one would type them; of many that delete rules the first, and how many more."""
    service = [SET_AUTOMATIC] * plan.service.automatic + [START] * plan.service.start
    deleting = [f"netsh {netsh.delete_line(name)}" for name in plan.delete]
    opening = replace(plan, delete=(), profiles_on=(), settings=(), groups=plan.groups_on)
    closing = replace(Plan(), settings=plan.settings, profiles_on=plan.profiles_on, groups=plan.groups_off)
    return [
        *service,
        *(f"netsh {line}" for line in netsh.plan_lines(opening)),
        *texts(deleting, "commands", netsh.LONGEST_LINE),
        *(f"netsh {line}" for line in netsh.plan_lines(closing)),
    ]


def undo_dict(plan: Plan, before: Snapshot) -> dict[str, list[str]]:
    """The command lines that undo a plan, in the order of the undo, and what they cannot bring back."""
    lines = [f"netsh {line}" for line in undo.undo_lines(plan, before)]
    adding = len(plan.create)  # the last ones take away what is ours; the others tell what the host had
    back, away = lines[: len(lines) - adding], lines[len(lines) - adding :]
    return {
        "commands": [*texts(back, "undo", netsh.LONGEST_LINE), *away],
        "losses": texts(undo.losses(plan, before), "undo"),
    }


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
    names = {rule.name for rule in snapshot.rules if rule.name.startswith("CS ") and not rule.enabled}
    return texts(sorted(names), "disabled_lync_rules", SHORT_NAME)


def networks_list(networks: Iterable[Network]) -> list[dict[str, str]]:
    """The host's networks, as many as there is room for."""
    found = [{key: said(text, SHORT_NAME) for key, text in asdict(network).items()} for network in networks]
    return fitting(found, ROOM["networks"], size_of)


def count_rules(snapshot: Snapshot) -> dict[str, int]:
    """How many rules the host has in all, by store, and how many of them could not be interpreted."""
    counts = Counter(rule.store for rule in snapshot.rules)
    opaque = sum(bool(rule.opaque) for rule in snapshot.rules)
    return {**{store.value: counts[store] for store in Store}, "opaque": opaque}
