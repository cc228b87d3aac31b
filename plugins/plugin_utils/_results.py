# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules return: snapshots, plans and policies as plain types, and as the text of a diff.

Newer ansible-core breaks on anything but dict, list, str, int, float, bool and None, subclasses included.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from enum import Enum
from typing import Any

from ..module_utils._firewall.change import netsh, undo
from ..module_utils._firewall.change.arrival import Network
from ..module_utils._firewall.change.by_policy import OLD_POLICY
from ..module_utils._firewall.change.plan import Plan
from ..module_utils._firewall.change.service import SET_AUTOMATIC, START
from ..module_utils._firewall.state.rule import Profile, Store
from ..module_utils._firewall.state.snapshot import Snapshot
from ..module_utils._firewall.traffic.verdict import Verdict
from ..module_utils._policy.blocking import are_made
from ..module_utils._policy.effect import Effect
from ..module_utils._policy.host_policy import Demand, HostPolicy
from ..module_utils._policy.remedy import remedy
from ..module_utils._policy.wider import in_words
from ..module_utils._texts import said
from ._admits import Admits
from ._said import LONGEST_REASON, ROOM, and_more, fitting, size_of, texts
from ._settings import group_in_words, groups_dict, setting_in_words, settings_changed
from ._states import Rows, rule_dict

_PLAIN = frozenset((str, int, float, bool, type(None)))
_SHORT_NAME = 64
_MOST_NAMED = 3
_LONGEST_SENTENCE = 600  # of several in one message: most of what is said fits, and no name fills it alone


def plain(value: Any) -> Any:
    """The same value made of exactly the built-in types: enums by value, tuples and sets as lists.

    Raises:
        TypeError: The value has no plain form; a programming error.
    """
    kind = type(value)
    if kind in _PLAIN:  # nearly always
        return value
    if kind is list:
        return [plain(item) for item in value]
    if isinstance(value, Enum):
        return plain(value.value)
    if value is None or isinstance(value, bool):
        return value
    if getattr(value, "__ENCRYPTED__", False):
        return str(value)  # a vaulted variable of ansible-core 2.18 and before, which is no str of itself
    for plain_kind in (str, int, float):
        if isinstance(value, plain_kind):
            return plain_kind(value)  # takes Ansible's tagged subclasses down to the plain type
    if isinstance(value, Mapping):
        return {plain(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, (set, frozenset)):
        return sorted(plain(item) for item in value)
    raise TypeError(f"a result cannot hold {type(value).__name__}")


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


def requirements(
    effects: Iterable[Effect], snapshot: Snapshot, connected: frozenset[Profile] = frozenset()
) -> list[dict[str, Any]]:
    """What the table asks for on this host, row by row, whether it gets through, and the remedy where it does not.

    Args:
        effects: The rows as judged.
        snapshot: The host they were judged on.
        connected: The profiles of the networks that the host is in; none where that is not known.
    """
    room = _Names(ROOM["names"])
    judged = tuple(effects)
    admits = Admits(room.take, blocks=are_made(effect.demand for effect in judged))
    return [
        {
            **_demand_dict(effect.demand),
            **_verdict_dict(effect.verdict, room),
            **admits.of(effect),
            "remedy": _remedy(effect, snapshot, connected, room),
            # The profiles nearly always agree; then one dict for each would only make the result unreadable.
            "by_profile": {
                verdict.profile.value: _verdict_dict(verdict, room)
                for verdict in effect.by_profile
                if _differ(effect.by_profile)
            },
        }
        for effect in judged
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


class _Names:
    """Names of deciding rules in a result: whole as long as there is room for long ones, then the first of each, short.

    A name of the usual length takes nothing of the room: hosts with a hundred rows name three rules in each.
    """

    def __init__(self, room: int) -> None:
        self._room = room

    def take(self, names: Sequence[str]) -> tuple[list[str], int]:
        """The names to list, and how many are left out."""
        told = [said(name) for name in names]
        if all(len(name) <= _SHORT_NAME for name in told):
            return told, 0
        if self.has(sum(map(len, told))):
            return told, 0
        return [said(name, _SHORT_NAME) for name in names[:1]], len(names[1:])

    def has(self, size: int) -> bool:
        """Whether there is room, which is then taken."""
        if size > self._room:
            return False
        self._room -= size
        return True


def _remedy(effect: Effect, snapshot: Snapshot, connected: frozenset[Profile], room: _Names) -> str:
    text = remedy(effect, snapshot, connected)
    if all(len(name) <= _SHORT_NAME for name in effect.verdict.by) or room.has(len(text)):
        return text
    return remedy(effect, snapshot, connected, command=False)


def _verdict_dict(verdict: Verdict, room: _Names) -> dict[str, Any]:
    names, more = room.take(verdict.by)
    return {
        "verdict": verdict.status.value,
        "reason": verdict.reason.value,
        "by": names,
        "more_rules": verdict.more + more,
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
    names = {rule.name for rule in snapshot.rules if rule.name.startswith("CS ") and not rule.enabled}
    return texts(sorted(names), "disabled_lync_rules", _SHORT_NAME)


def networks_list(networks: Iterable[Network]) -> list[dict[str, str]]:
    """The host's networks, as many as there is room for."""
    found = [{key: said(text, _SHORT_NAME) for key, text in asdict(network).items()} for network in networks]
    return fitting(found, ROOM["networks"], size_of)


def count_rules(snapshot: Snapshot) -> dict[str, int]:
    """How many rules the host has in all, by store, and how many of them could not be interpreted."""
    counts = Counter(rule.store for rule in snapshot.rules)
    opaque = sum(bool(rule.opaque) for rule in snapshot.rules)
    return {**{store.value: counts[store] for store in Store}, "opaque": opaque}
