# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The class of a host by the result of a run, and what the run has done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ...module_utils._firewall.traffic.reasons import Status
from .._settings import group_in_words, setting_in_words
from .model import Finding, HostClass
from .parts import flag_of, list_of, mapping_of, text_of, texts_of


def is_refused(result: Mapping[str, Any]) -> bool:
    """Whether the guard stopped a run: there were commands, nothing was sent, and nothing changed."""
    return flag_of(result, "failed") and bool(list_of(result, "commands")) and not flag_of(result, "changed")


def classify_run(result: Mapping[str, Any], closed: bool, check_mode: bool) -> tuple[HostClass, str]:
    """Class and message of a host that `lync_firewall` worked on."""
    failed, changed = flag_of(result, "failed"), flag_of(result, "changed")
    if failed and _is_unfinished(result, changed):
        return HostClass.FAILED, ""
    if not failed and not any(list_of(result, kind) for kind in ("requirements", "created", "kept")):
        return HostClass.NOT_MANAGED, f"Its managed rules {'would be' if check_mode and changed else 'are'} taken away."
    if changed and check_mode:
        return HostClass.DRIFTED, "Seen in check mode: the verdicts are those the run would lead to."
    return settled(closed, failed), f"Repaired by this run: {_work_done(result)}." if changed else ""


def _work_done(result: Mapping[str, Any]) -> str:
    counts = ", ".join(f"{len(list_of(result, kind))} {kind}" for kind in ("created", "updated", "deleted"))
    done = [f"rules {counts}"]
    for key, what in (("service_changes", "firewall service"), ("profiles_enabled", "profiles switched on:")):
        if result.get(key):
            done.append(f"{what} {', '.join(texts_of(result, key))}")
    done += map(setting_in_words, list_of(result, "settings_changed"))
    done += map(group_in_words, list_of(result, "groups_switched"))
    return "; ".join(done)


def settled(closed: bool, failed: bool) -> HostClass:
    """The class of a host that has no drift."""
    if closed:
        return HostClass.INEFFECTIVE
    return HostClass.FAILED if failed else HostClass.COMPLIANT


def _is_unfinished(result: Mapping[str, Any], changed: bool) -> bool:
    """Whether a run that failed left its work undone; the other kind did all of it, and some requirement stays closed.

    Undone is: refused, in part or by the guard (commands, and yet nothing changed), rolled back, not seen afterwards.
    """
    if list_of(result, "refused") or result.get("rollback") in ("fired", "armed"):
        return True
    if list_of(result, "commands") and not changed:
        return True
    there = {text_of(rule, "name").casefold() for rule in list_of(mapping_of(result, "after"), "rules")}
    created = {text_of(rule, "name").casefold() for rule in list_of(result, "created")}
    deleted = {name.casefold() for name in texts_of(result, "deleted")}
    return not created <= there or bool(deleted & there)


def only_narrows(plan: Mapping[str, Any], rows: Iterable[tuple[Any, Finding]]) -> bool:
    """Whether a plan does nothing but admit fewer addresses, by rules that let in at least whom they should."""
    others = (
        "created",
        "deleted",
        "service_changes",
        "profiles_enabled",
        "settings_changed",
        "groups_switched",
        "refused",
    )
    changes = [texts_of(rule, "changes") for rule in list_of(plan, "updated")]
    return (
        bool(changes)
        and all(change == ("remote_addresses",) for change in changes)
        and not any(list_of(plan, kind) for kind in others)
        and all(finding.verdict in (Status.OPEN, Status.CONDITIONAL) for _item, finding in rows)
    )
