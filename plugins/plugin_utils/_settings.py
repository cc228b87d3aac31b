# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes of profile settings and of Windows' own groups, in results and in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..module_utils._firewall.change.groups import GroupChange
from ..module_utils._firewall.change.plan import Plan
from ..module_utils._firewall.change.profile_changes import TERMS, word
from ..module_utils._firewall.traffic.matching import label
from ..module_utils._texts import said
from ._said import texts

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


def group_dict(change: GroupChange) -> dict[str, Any]:
    """A group that a plan switches, and the rules that change."""
    return {
        "group": change.name,
        "reference": said(change.reference),
        "enabled": change.enabled,
        "rules": texts(sorted(label(rule) for rule in change.rules), "names"),
    }


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
        item: As `group_dict` gives it; of a result that was read, whatever it holds.
    """
    rules = item.get("rules")
    count = len(rules) if isinstance(rules, list) else 0
    return (
        f"group {item.get('group', '?')} {'on' if item.get('enabled') else 'off'} "
        f"({count} rule{'' if count == 1 else 's'})"
    )
