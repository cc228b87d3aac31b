# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Results in another shape: as one text on their way through Ansible's main process, which handles every part of them
several times; and with their details where Ansible does not print them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

from ...module_utils._texts import first_few

_TEXT = "text"
_DIFF, _RESULT = "diff", "result"
# Of a run that failed.
_BRIEF = ("summary", "rollback", "impact")
_MOST_SHUT, _FEW = 10, 3  # rows that a glance names, and rules of each
# What Ansible itself, or a person who reads its output, looks at.
_OF_ANSIBLE = ("changed", "failed", "unreachable", "skipped", "msg", "warnings", "deprecations")
# Small, and what playbooks ask for first.
_SMALL = ("service", "profiles", "networks", "rule_counts", "other_firewall", "product", "skipped_rows", "assumptions")


def pack(result: Mapping[str, Any]) -> dict[str, Any]:
    """The result with all but what is small in one text, JSON in ASCII; of the drift it is said if there is any."""
    rest = {name: value for name, value in result.items() if name not in (*_OF_ANSIBLE, *_SMALL)}
    packed = {name: result[name] for name in (*_OF_ANSIBLE, *_SMALL) if name in result}
    drift = result.get("drift")
    if isinstance(drift, Mapping):
        packed["drift"] = {"found": drift.get("found")}
    return packed | {_TEXT: json.dumps(rest)}


def fold(result: Mapping[str, Any]) -> dict[str, Any]:
    """The result with what is to be read in it, and all of it in ``diff``, which Ansible shows from -vvv on.

    There it is a difference without a before and an after, of which ``--diff`` prints nothing. Not in ``invocation``:
    ansible-core before 2.19 does not register that.
    """
    told = (*_OF_ANSIBLE, *(name for name in _BRIEF if result.get(name)))
    kept = {name: value for name, value in result.items() if name in told}
    shown = result.get(_DIFF) or []
    return kept | {_DIFF: [*(shown if isinstance(shown, list) else [shown]), {_RESULT: dict(result)}]}


_GLANCE = "At a glance; -v shows all of it."
_UNJUDGED = (
    "No role is named, so nothing was judged: -a host_variables=true takes the host's variables and groups, or name "
    f"them, as in -a roles=front_end. {_GLANCE}"
)


def glance(result: Mapping[str, Any]) -> dict[str, Any]:
    """What is to be seen at a glance of a host that was read, and all of it in ``diff``, as of `fold`.

    For a command without a playbook, of which nobody registers the result.
    """
    told = (*_OF_ANSIBLE, "rule_counts", "other_firewall", "wider")
    kept: dict[str, Any] = {name: value for name, value in result.items() if name in told}
    if isinstance(drift := result.get("drift"), Mapping):
        kept["drift"] = {"found": drift["found"], "commands": len(drift["commands"])}
    rows = result["requirements"]
    kept["verdicts"] = dict(Counter(row["verdict"] for row in rows))
    shut = [row for row in rows if row["verdict"] != "open"]
    kept["not_open"] = list(map(_shut, shut[:_MOST_SHUT]))
    if len(shut) > _MOST_SHUT:
        kept["not_open"].append(f"and {len(shut) - _MOST_SHUT} more")
    kept["msg"] = result.get("msg") or (_GLANCE if result.get("product") else _UNJUDGED)
    return kept | {_DIFF: fold(result)[_DIFF]}


def _shut(row: Mapping[str, Any]) -> str:
    """A row that is not open: why, by which rules, and what to do."""
    rules = f" by {first_few([repr(name) for name in row['by']], _FEW)}" if row.get("by") else ""
    told = f"{row['id']} ({row['ports']}): {row['verdict']}, {row['reason']}{rules}"
    return f"{told}. Remedy: {row['remedy']}" if row.get("remedy") else told


def unpack(result: Any) -> Any:
    """What `pack` or `fold` was given; anything else as it is, a text that is none of ours included."""
    shown = result.get(_DIFF) if isinstance(result, Mapping) else None
    folded = shown[-1] if isinstance(shown, list) and shown else None
    if isinstance(folded, Mapping) and isinstance(folded.get(_RESULT), Mapping):
        return {**folded[_RESULT], **{name: value for name, value in result.items() if name in _OF_ANSIBLE}}
    if not isinstance(result, Mapping) or not isinstance(result.get(_TEXT), str):
        return result
    try:
        rest = json.loads(result[_TEXT])
    except (ValueError, RecursionError):
        return result
    if not isinstance(rest, dict):
        return result
    packed = {name: value for name, value in result.items() if name != _TEXT}
    return {**packed, **rest, **{name: value for name, value in packed.items() if name in _OF_ANSIBLE}}
