# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is said of a host in a line or a few sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..module_utils._firewall.change.by_policy import OLD_POLICY
from ..module_utils._firewall.change.plan import Plan
from ..module_utils._policy.wider import in_words
from ._said import texts
from ._settings import group_in_words, setting_in_words

_MOST_NAMED = 3
_LONGEST_SENTENCE = 600  # of several in one message: most of what is said fits, and no name fills it alone


def old_policy(plan: Plan) -> list[str]:
    """What Group Policy brings of ours and nobody wants so, in a sentence; none where there is nothing."""
    if not plan.policy_stale:
        return []
    names = texts([f"'{rule.name}'" for rule in plan.policy_stale[:_MOST_NAMED]], "stale")
    more = len(plan.policy_stale) - len(names)
    named = f"{', '.join(names)} and {more} more" if more else ", ".join(names)
    return [f"Group Policy brings rules of ours that are not wanted so: {named}. Remedy: {OLD_POLICY}"]


def summary(host: str, roles: Sequence[str] | None, result: Mapping[str, Any], check_mode: bool) -> str:
    """What was done to a host, in a line.

    Args:
        host: Its name.
        roles: Its Lync roles; none where all managed rules go.
        result: What `lync_firewall` returns.
        check_mode: Whether all that is still to be done.
    """
    counts = ", ".join(f"{len(result[kind])} {kind}" for kind in ("created", "updated", "deleted", "kept"))
    rows: dict[str, list[str]] = {}
    for row in result["requirements"]:
        if row["scope_note"]:
            rows.setdefault(row["scope_note"], []).append(row["id"])
    notes = [f"{' '.join(ids)}: {note}" for note, ids in rows.items()]
    policy = len(result["by_policy"])
    beside = {
        "; by Group Policy: ": [f"{policy} rule{'' if policy == 1 else 's'}"] * bool(policy),
        "; firewall service: ": result["service_changes"],
        "; switched on: ": result["profiles_enabled"],
        "; settings: ": [setting_in_words(item) for item in result["settings_changed"]],
        "; groups: ": [group_in_words(item) for item in result["groups_switched"]],
        ". What undoing this will not bring back: ": _kept_for_good(result),
        ". Rows that stay open to any address: ": notes,
    }
    wide = in_words(result["wider"]["rows"], result["wider"]["perhaps"])
    held = f" ({' + '.join(roles)})" if roles else ""
    managed = len(result["after"]["rules"])
    will = "would be " if check_mode else ""
    return (
        f"{host}{held}: {managed} managed rule{'' if managed == 1 else 's'}; {will}{counts}"
        + "".join(f"{words}{', '.join(items)}" for words, items in beside.items() if items)
        + (f". {wide[0].upper()}{wide[1:]}" if wide else "")
    )


def _kept_for_good(result: Mapping[str, Any]) -> list[str]:
    """What of settings and groups no command takes back, for a person who decides before it is done."""
    changed = result["settings_changed"] or result["groups_switched"]
    return list(result["undo"]["losses"]) if changed else []


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
