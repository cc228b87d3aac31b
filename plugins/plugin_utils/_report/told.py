# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run says of a report that it has made: to people, and where it fails."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .model import HostClass
from .wide import DRY_RUN
from .wide import sentence as too_wide

WORST = (HostClass.DRIFTED, HostClass.INEFFECTIVE, HostClass.FAILED, HostClass.UNREACHABLE)
"""The classes that a run fails for, in the order in which its hosts are blamed."""

_ALWAYS_TOLD = ("added", "removed", "better", "worse")
_NAMED = 20  # hosts of each class
_HOW = {
    HostClass.DRIFTED.value: " What that is, this shows without changing it: "
    "ansible-playbook lyncops.firewall.site --check --diff --limit {host} (and the -i and -e of this run).",
    HostClass.INEFFECTIVE.value: " What else keeps ports closed, and what to do about it, this shows without changing "
    f"anything: {DRY_RUN}",
}
_SAID = {
    "narrower": "drifted only for fewer addresses to admit",
    "wider": "newly open to more than is wanted",
}


def lines_for_people(result: Mapping[str, Any]) -> list[str]:
    """What was found, a line each.

    Args:
        result: The result of `lync_firewall_report`.
    """
    left = result["left"]
    more = " and more" if len(left) > _NAMED else ""
    found = result.get("changes", {})
    kinds = ((_SAID.get(kind, kind), count) for kind, count in found.items() if count or kind in _ALWAYS_TOLD)
    changes = ", ".join(f"{kind} {count}" for kind, count in kinds)
    return [
        result["summary"],
        *([f"Since the earlier report: {changes}"] if changes else []),
        *_proof(result),
        *([f"Left and not retired: {', '.join(left[:_NAMED])}{more}"] if left else []),
        *_files(result),
        *result["files"].values(),
    ]


def _proof(result: Mapping[str, Any]) -> list[str]:
    changed = result["changed_since_plan"]
    if changed is None:
        return []
    more = " and more" if len(changed) > _NAMED else ""
    what = (
        f"others changed the firewall of {', '.join(changed[:_NAMED])}{more}"
        if changed
        else "nobody changed anything that is not ours"
    )
    hosts = result["hosts"]
    unread = {*hosts[HostClass.UNREACHABLE.value], *hosts[HostClass.FAILED.value]}
    others = {
        "could not be read": [name for name in result["not_compared"] if name in unread],
        "not in the plan": [name for name in result["not_compared"] if name not in unread],
    }
    left_out = "".join(
        f"; not compared, {why}: {', '.join(names[:_NAMED])}{' and more' if len(names) > _NAMED else ''}"
        for why, names in others.items()
        if names
    )
    return [f"Since the plan was made, {what}{left_out}"]


def _files(result: Mapping[str, Any]) -> list[str]:
    """What is to be known of the files that hosts were judged from."""
    told = {"too old or of the future": result.get("outdated", ())}
    told |= {f"without {name}": hosts for name, hosts in result.get("lacking", {}).items()}
    return [
        f"Judged from files {what}: {', '.join(hosts[:_NAMED])}{' and more' if len(hosts) > _NAMED else ''}"
        for what, hosts in told.items()
        if hosts
    ]


def failure_of(made: Mapping[str, Any]) -> str:
    """What to say of a run that fails because of what was found; nothing where all is as it should be.

    Args:
        made: The result of `lync_firewall_report`.
    """
    failed = made.get("probe_failed")
    if not made["worst"] and not failed:
        return ""
    lines = [f" {failed[0].upper()}{failed[1:]}."] if failed else []
    if made.get("disproved"):
        more = " and more" if len(made["disproved"]) > _NAMED else ""
        lines.append(f" Disproved by a probe from outside: {', '.join(made['disproved'][:_NAMED])}{more}.")
    if made.get("outdated"):
        more = " and more" if len(made["outdated"]) > _NAMED else ""
        named = ", ".join(made["outdated"][:_NAMED])
        lines.append(f" Judged from files that are too old or of the future: {named}{more}.")
    changed = made["changed_since_plan"]
    if changed:
        more = " and more" if len(changed) > _NAMED else ""
        lines.append(f" Changed by others since the plan was made: {', '.join(changed[:_NAMED])}{more}.")
    for kind in WORST:
        if names := made["hosts"][kind.value]:
            more = " and more" if len(names) > _NAMED else ""
            lines.append(f" {kind.value.capitalize()}: {', '.join(names[:_NAMED])}{more}.")
            lines += [too_wide(made)] if kind is HostClass.INEFFECTIVE else []
            lines += [_HOW[kind.value].format(host=name) for name in [made["to_show"].get(kind.value)] if name]
    return f"Not all is as it should be: {made['summary']}.{''.join(lines)}"
