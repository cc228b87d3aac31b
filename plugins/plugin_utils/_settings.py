# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes of profile settings and of Windows' own groups, in results and in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..module_utils._firewall.change.groups import GroupChange
from ..module_utils._firewall.change.plan import Plan
from ..module_utils._firewall.change.profile_changes import TERMS, word
from ..module_utils._firewall.state.groups import WELL_KNOWN, group_key
from ..module_utils._firewall.state.rule import FirewallRule
from ..module_utils._firewall.traffic.rule_names import label
from ..module_utils._texts import said
from ._rule_words import rule_in_words
from ._said import LONGEST_REASON, ROOM, and_more, fitting, size_of, texts
from ._states import rule_dict

_OPENING = (("state", "disabled"), ("inbound_action", "allow"))


def settings_changed(plan: Plan) -> list[dict[str, Any]]:
    """The settings that a plan changes, one by one, in the words of the option ``profile_settings``."""
    return [
        {
            "profile": change.profile.value,
            "setting": TERMS[field],
            "before": said(str(word(field, getattr(change.before, field)))),
            "after": str(word(field, getattr(change.after, field))),
        }
        for change in plan.settings
        for field in change.fields
    ]


def opened(plan: Plan) -> list[str]:
    """A sentence where a plan lets everybody in, as a person asked for with ``profile_settings``."""
    profiles = [change.profile.value for change in plan.settings if change.opens]
    if not profiles:
        return []
    return [
        "profile_settings lets everybody in at every port, whether or not a rule does, in the "
        f"{' and '.join(profiles)} profile{'s' if len(profiles) > 1 else ''}. To take that back later, what is in use "
        "must be covered by rules, or "
        "lync_firewall_accept_impact be true"
    ]


def groups_dict(changes: Sequence[GroupChange]) -> list[dict[str, Any]]:
    """The groups that a plan switches, each with the rules that change, and what these do or no longer do."""
    found = [
        {
            "group": change.name,
            "reference": said(change.reference),
            "enabled": change.enabled,
            "rules": texts(sorted(label(rule) for rule in change.rules), "names"),
        }
        for change in changes
    ]
    room = ROOM["groups"] // max(1, len(found))
    for item, change in zip(found, changes, strict=True):
        says = list(dict.fromkeys(_says(rule, change.enabled) for rule in change.rules))
        kept = fitting(says, room, size_of)
        item["says"] = kept if len(kept) == len(says) else [*kept, and_more(len(says) - len(kept))]
    return found


def _says(rule: FirewallRule, on: bool) -> str:
    named = replace(rule, enabled=True, name=label(rule), description="")
    return said(rule_in_words(rule_dict(named, {}), ends=not on), LONGEST_REASON)


def setting_in_words(item: Mapping[str, Any]) -> str:
    """A changed setting for people.

    Args:
        item: As `settings_changed` gives it; of a result that was read, whatever it holds.
    """
    profile, setting, before, after = (item.get(key, "?") for key in ("profile", "setting", "before", "after"))
    opens = (setting, after) in _OPENING
    return f"{profile} profile, {setting}: {before} -> {after}{' (everybody gets in there)' if opens else ''}"


def group_in_words(item: Mapping[str, Any]) -> str:
    """A switched group for people.

    Args:
        item: As `groups_dict` gives it; of a result that was read, whatever it holds.
    """
    rules = item.get("rules")
    count = len(rules) if isinstance(rules, list) else 0
    return (
        f"group {group_name(str(item.get('group', '?')))} {'on' if item.get('enabled') else 'off'} "
        f"({count} rule{'' if count == 1 else 's'})"
    )


def group_name(group: str) -> str:
    """A group by its English name too, where a person wrote its resource and the name is known."""
    key = group_key(group)
    name = next((name for name, keys in WELL_KNOWN.items() if key in keys), "") if key else ""
    return f"{name} ({group})" if name else group


def group_at_length(item: Mapping[str, Any]) -> str:
    """The same with what the rules do, for those who decide about it."""
    says = item.get("says")
    told = "; ".join(map(str, says)) if isinstance(says, list) else ""
    return f"{group_in_words(item)}: {told}" if told else group_in_words(item)
