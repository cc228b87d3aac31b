# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fingerprints: of all that is not ours on a host, so that it can be proved unchanged, and of what a plan would do.

What is not ours is every rule but the managed ones, of all stores, as the registry has it, and the settings of the
profiles. Both are compared letter by letter: a rule that means the same and is written in another way was changed.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from types import MappingProxyType

from ..state.profiles import ProfileSettings
from ..state.rule import FirewallRule, Profile, Store
from ..state.snapshot import Snapshot
from . import netsh
from .naming import parse_name
from .plan import Plan, closing

ROOM_FOR_MARKS = 10_000
"""Bytes that the longer marks of a host's rules may take together."""

_ACTIVE = re.compile(r"\|Active=(?:TRUE|FALSE)\|", re.IGNORECASE | re.ASCII)
_ACTIONS = ("inbound_block", "outbound_block", "shields_up")
_MARK, _SHORT_MARK = 16, 8
"""Hexadecimal digits of a rule's mark. A mark only finds the rule that differs: whether any does, `foreign` says. Of
eight digits another rule with the same ones is found in a minute, and that change would have no name."""


@dataclass(frozen=True, slots=True)
class Foreign:
    """What of a host's firewall is not ours.

    Attributes:
        rules: How many rules there are.
        sha256: Of all rules and settings, hexadecimal.
        settings: What the stores say of the profiles, in words.
    """

    rules: int
    sha256: str
    settings: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Touched:
    """What of that which is not ours a plan changes, since it was asked to: that is no change by somebody else.

    Attributes:
        settings: Names of settings, as `Foreign.settings` has them.
        switched: Ids of local rules of Windows' own that are switched on or off, and whether they were on.
    """

    settings: frozenset[str]
    switched: Mapping[str, bool]


UNTOUCHED = Touched(frozenset(), MappingProxyType({}))


def touched(plan: Plan) -> Touched:
    """What a plan changes of that which is not ours."""
    names = {_setting(profile, "local", "enabled") for profile in plan.profiles_on}
    for change in plan.settings:
        names |= {_setting(change.profile, "local", field) for field in change.fields}
        if {"inbound_block", "outbound_block"} & set(change.fields):  # netsh sets all three at once
            names |= {_setting(change.profile, "local", field) for field in _ACTIONS}
    switched = {rule.rule_id: rule.enabled for change in plan.groups for rule in change.rules}
    return Touched(frozenset(names), switched)


def foreign_rules(snapshot: Snapshot) -> list[FirewallRule]:
    """All rules but those that `plan.managed_rules` finds."""
    return [rule for rule in snapshot.rules if rule.store is not Store.LOCAL or not parse_name(rule.name)]


def foreign(snapshot: Snapshot) -> Foreign:
    """The fingerprint of what is not ours on a host."""
    texts = sorted(map(_text, foreign_rules(snapshot)))
    settings = _settings(snapshot)
    return Foreign(len(texts), _of_all(texts, settings), settings)


def foreign_but_for(snapshot: Snapshot, settings: Mapping[str, str], by_plan: Touched) -> str:
    """The digest of what is not ours on a host, as if a plan had not been carried out.

    Args:
        snapshot: The host.
        settings: The `Foreign.settings` of before.
        by_plan: What the plan changes of it.
    """
    then = {
        name: settings.get(name, value) if name in by_plan.settings else value
        for name, value in _settings(snapshot).items()
    }
    return _of_all(sorted(map(_text, _switched_back(snapshot, by_plan))), then)


def _switched_back(snapshot: Snapshot, by_plan: Touched) -> list[FirewallRule]:
    """The rules that are not ours, those that a plan switches as they were before."""
    return [_as_it_was(rule, by_plan.switched) for rule in foreign_rules(snapshot)]


def _as_it_was(rule: FirewallRule, switched: Mapping[str, bool]) -> FirewallRule:
    was = switched.get(rule.rule_id) if rule.store is Store.LOCAL else None
    if was is None or was == rule.enabled:
        return rule
    return replace(rule, enabled=was, raw=_ACTIVE.sub(f"|Active={str(was).upper()}|", rule.raw, count=1))


def marks(snapshot: Snapshot) -> tuple[str, ...]:
    """A short digest of each rule that is not ours, sorted: by these it can be said later which differ.

    All of one host are of one length, which is the longer one where they have `ROOM_FOR_MARKS`.
    """
    rules = foreign_rules(snapshot)
    digits = _digits(len(rules))
    return tuple(sorted(_mark(rule, digits) for rule in rules))


def names_by_mark(snapshot: Snapshot) -> tuple[tuple[str, str], ...]:
    """The mark and the name of each rule that is not ours: those first that Windows did not bring, by name.

    Windows' own have a resource for a name, ``@FirewallAPI.dll,-25000``, and are the least likely to be deleted.
    """
    rules = foreign_rules(snapshot)
    digits = _digits(len(rules))
    found = [(_mark(rule, digits), rule.name) for rule in rules]
    return tuple(sorted(found, key=lambda pair: (pair[1].startswith("@"), pair[1], pair[0])))


def differences(before: Snapshot, after: Snapshot, by_plan: Touched = UNTOUCHED) -> tuple[str, ...]:
    """What of that which is not ours changed between two readings, in words; none where nothing did.

    Args:
        before: The host then.
        after: The host now.
        by_plan: What the plan changes of it.
    """
    was, now = (
        {name: value for name, value in _settings(at).items() if name not in by_plan.settings} for at in (before, after)
    )
    gone = {_text(rule): rule for rule in foreign_rules(before)}
    new = {_text(rule): rule for rule in _switched_back(after, by_plan)}
    only_then = {text: rule for text, rule in gone.items() if text not in new}
    only_now = {text: rule for text, rule in new.items() if text not in gone}
    kept = {_place(rule) for rule in only_then.values()} & {_place(rule) for rule in only_now.values()}
    return (
        *(f"changed: rule {rule.name}" for rule in only_now.values() if _place(rule) in kept),
        *(f"new: rule {rule.name}" for rule in only_now.values() if _place(rule) not in kept),
        *(f"gone: rule {rule.name}" for rule in only_then.values() if _place(rule) not in kept),
        *_changed(was, now),
    )


def differences_since(
    known: Iterable[str],
    settings: Mapping[str, str],
    snapshot: Snapshot,
    by_plan: Touched = UNTOUCHED,
    names: Mapping[str, str] = MappingProxyType({}),
) -> tuple[str, ...]:
    """The same of a reading of which only the fingerprint is left, and the names that were kept with it.

    Args:
        known: The `marks` of then.
        settings: The settings then.
        snapshot: The host now.
        by_plan: What the plan changes of it.
        names: Mark to the name that the rule had, of as many as were kept; others are only counted.
    """
    left = Counter(known)
    digits = len(next(iter(left), ""))
    new = []
    for rule in _switched_back(snapshot, by_plan):
        mark = _mark(rule, digits)
        if left[mark]:
            left[mark] -= 1
        else:
            new.append(f"new or changed: rule {rule.name}")
    named = [f"gone or changed: rule {names[mark]}" for mark in left.elements() if mark in names]
    gone = sum(left.values()) - len(named)
    rules = f"{gone} rule{'' if gone == 1 else 's'}{' more' if named else ''}"
    was, now = (
        {name: value for name, value in at.items() if name not in by_plan.settings}
        for at in (settings, _settings(snapshot))
    )
    return (*new, *named, *([f"gone or changed: {rules}"] if gone else []), *_changed(was, now))


def plan_digest(plan: Plan, how: Iterable[str], before: Snapshot) -> str:
    """A digest of all that a plan does and refuses, in its order: two plans with the same do the same.

    What it deletes or changes counts with all that it holds: a rule that lets others in than it did is another one,
    though it goes by the same command.

    Args:
        plan: The plan.
        how: In what way it is carried out, such as without a rollback. Of no meaning where nothing is to be done.
        before: The snapshot it was made from.

    Raises:
        UnsupportedValueError: A rule cannot be written.
    """
    lines = (
        f"service automatic={plan.service.automatic} start={plan.service.start} writable={plan.writable}",
        *netsh.plan_lines(plan),
        *sorted(f"was {rule.raw}" for rule in closing(plan, before)),
        *(f"set {change.profile.value} {change.said}" for change in plan.settings),
        *(f"refused {refusal.subject}: {refusal.reason}" for refusal in plan.refused),
        *(how if plan.changes else ()),
    )
    return _sha256("\n".join(lines))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _of_all(texts: Iterable[str], settings: Mapping[str, str]) -> str:
    return _sha256("\n".join((*texts, *(f"{name}={value}" for name, value in settings.items()))))


def _text(rule: FirewallRule) -> str:
    """All of a rule, as its store has it."""
    return f"{rule.store.value}\0{rule.rule_id}\0{rule.raw}"


def _digits(rules: int) -> int:
    return _MARK if rules * _MARK <= ROOM_FOR_MARKS else _SHORT_MARK


def _mark(rule: FirewallRule, digits: int) -> str:
    return _sha256(_text(rule))[:digits]


def _place(rule: FirewallRule) -> tuple[Store, str]:
    return rule.store, rule.rule_id


def _settings(snapshot: Snapshot) -> dict[str, str]:
    """What each store says, and the older lists and connection security rules that count in a profile."""
    found = {}
    for state in snapshot.profiles:
        for source, said in (("local", state.local), ("Group Policy", state.policy)):
            for field in fields(ProfileSettings):
                value = getattr(said, field.name)
                found[_setting(state.profile, source, field.name)] = "not set" if value is None else str(value).lower()
        for kind in ("older_lists", "unmerged", "requires_ipsec", "requires_ipsec_outbound"):
            found[_setting(state.profile, "both", kind)] = ", ".join(getattr(state, kind)) or "none"
    return found


def _setting(profile: Profile, source: str, field: str) -> str:
    return f"{profile.value} profile, {source}, {field}"


def _changed(was: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    names = dict.fromkeys((*was, *now))
    then = {name: (was.get(name, "unknown"), now.get(name, "unknown")) for name in names}
    return [f"changed: {name}: {old} -> {new}" for name, (old, new) in then.items() if old != new]
