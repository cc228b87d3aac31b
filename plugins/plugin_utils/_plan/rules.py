# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a plan says of rules: which are new, which change from what to what, and what goes with a name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...module_utils._firewall.change.naming import folded
from ...module_utils._net.address_set import AddressSet
from ...module_utils._net.address_text import AddressError
from .._report.parts import flag_of, list_of, mapping_of, text_of, texts_of
from .._rule_words import addresses_in_words, profiles_in_words
from .words import block_ranges, in_words, spared_by_blocks

_FEW = 4
_SAME = ("direction", "action", "protocol", "local_ports", "remote_ports")


@dataclass(frozen=True, slots=True)
class RulesTold:
    """Sentences, see the attributes of `model.Work` of the same names."""

    opens: tuple[str, ...]
    blocks: tuple[str, ...]
    changes: tuple[str, ...]
    closes: tuple[str, ...]
    ranges: tuple[str, ...]


def tell_rules(result: Mapping[str, Any], services: Mapping[str, str]) -> RulesTold:
    """What a result in check mode says of rules, in words.

    Args:
        result: The result.
        services: Id of a row to the service that needs it.

    Raises:
        ResultError: It cannot be read.
    """
    was_there, will_be = (list_of(mapping_of(result, when), "rules") for when in ("before", "after"))
    spared_before, spared = spared_by_blocks(was_there), spared_by_blocks(will_be)
    by_name: dict[str, list[Any]] = {}
    for rule in was_there:
        by_name.setdefault(folded(text_of(rule, "name")), []).append(rule)
    deleted = dict.fromkeys(map(folded, texts_of(result, "deleted")))
    spelled = {folded(name): name for name in texts_of(result, "deleted")}
    going = [rule for name in deleted for rule in by_name.get(name, ())]
    opens: list[str] = []
    blocks: list[str] = []
    changes: list[str] = []
    closes: list[str] = []
    replaced: list[Any] = []
    created, updated = list_of(result, "created"), list_of(result, "updated")
    for rule in created:
        now = in_words(rule, services, spared)
        # A rule that cannot be changed in place is replaced by its next generation, which has the same key.
        was = _most_alike(rule, [one for one in going if text_of(one, "key") == text_of(rule, "key")])
        if was is None:
            (blocks if text_of(rule, "action") == "block" else opens).append(now)
            continue
        replaced.append(was)
        if _is_on(was) and not _is_on(rule):
            changes.append(f"{in_words(was, services, spared_before, ends=True)} (in its place: {now})")
        else:
            changes.append(f"{now} (before: {in_words(was, {}, spared_before)})")
    for rule in updated:
        was = next(iter(by_name.get(folded(text_of(rule, "name")), ())), None)
        if was is None:  # a result has room for so many rules
            changes.append(f"{in_words(rule, services, spared)} (changed: {', '.join(texts_of(rule, 'changes'))})")
            continue
        ends = _is_on(was) and not _is_on(rule)
        sentence = in_words(was, services, spared_before, ends=True) if ends else in_words(rule, services, spared)
        changes.append(f"{sentence} (old -> new: {'; '.join(_steps(was, rule))})")
    for name in deleted:
        rules = by_name.get(name, [])
        closes += [] if rules else [spelled[name]]
        for rule in rules:
            if not any(rule is one for one in replaced):
                also = ", of the same name as another" if len(rules) > 1 else ""
                told = in_words(rule, services, spared_before, ends=True)
                closes.append(f"{told} (rule {text_of(rule, 'name')}{also})")
    ranges = tuple(filter(None, map(block_ranges, (*created, *updated))))
    return RulesTold(tuple(opens), tuple(blocks), tuple(changes), tuple(closes), ranges)


def _most_alike(rule: Any, others: list[Any]) -> Any:
    """Of rules with one key, the one that another one takes the place of; None where there is none."""
    alike = (one for one in others if all(text_of(one, key) == text_of(rule, key) for key in _SAME))
    return next(alike, others[-1] if others else None)


def _is_on(rule: Any) -> bool:
    return "enabled" not in rule or flag_of(rule, "enabled")


def _steps(was: Any, rule: Any) -> list[str]:
    """Old and new of each field that changes in place."""
    found = []
    for field in texts_of(rule, "changes"):
        if field == "enabled":
            found.append(" -> ".join("on" if _is_on(one) else "off" for one in (was, rule)))
        elif field == "action":
            found.append(f"allow or block: {text_of(was, field)} -> {text_of(rule, field)}")
        elif field == "profiles":
            found.append(f"profiles: {' -> '.join(profiles_in_words(texts_of(one, field)) for one in (was, rule))}")
        elif field == "remote_addresses":
            found.append(f"addresses: {_addresses(*(texts_of(one, field) for one in (was, rule)))}")
        else:
            found.append(field)
    return found


def _addresses(old: tuple[str, ...], new: tuple[str, ...]) -> str:
    """From what to what; of long lists what comes and what goes, since nobody compares these by eye."""
    whole = f"{addresses_in_words(old)} -> {addresses_in_words(new)}"
    if max(len(old), len(new)) <= _FEW:
        return whole
    try:
        before, after = AddressSet.parse(old), AddressSet.parse(new)
    except AddressError:  # keywords that nobody can write
        return whole
    if before.is_any or after.is_any:
        return whole
    steps = ((after - before, "new"), (before - after, "no longer"))
    return "; ".join(f"{word}: {addresses_in_words(part.texts())}" for part, word in steps if part)
