# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Desired rules and a Snapshot to a Plan: pure, deterministic, the same for check mode and apply."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from ..._texts import said
from ..state.reading import ReadError
from ..state.rule import Action, FirewallRule, Profile
from ..state.snapshot import Snapshot
from .by_policy import by_policy
from .groups import plan_groups
from .management import blocks_management
from .naming import HIGHEST_GENERATION, PREFIX, LookAlikes, ManagedName, folded, parse_name
from .ordering import in_order
from .plan import MOST_MANAGED, DesiredRule, Plan, Refusal, ServiceChange, Update, Wanted, managed_rules
from .profile_changes import plan_profile_changes


def make_plan(wanted: Wanted, snapshot: Snapshot) -> Plan:
    """Compare what is wanted with what is there.

    Args:
        wanted: The desired state.
        snapshot: The host's state.

    Raises:
        ValueError: Two desired rules have one key; the caller names its rules, so this is its mistake.
        ReadError: The host has more managed rules than anybody makes with this collection.
    """
    # Where WinRM listens only the host says, and nobody is kept out of that.
    spared = {one.key for one in wanted.rules if one.sparing and blocks_management(one.rule, snapshot.listeners)}
    wanted = replace(wanted, rules=tuple(one for one in wanted.rules if one.key not in spared)) if spared else wanted
    keys = Counter(desired.key for desired in wanted.rules)
    doubled = sorted(key for key, count in keys.items() if count > 1)
    if doubled:
        raise ValueError(f"several desired rules have the key {', '.join(doubled)}")
    current: dict[str, list[FirewallRule]] = {}
    managed = managed_rules(snapshot.rules)
    if len(managed) > MOST_MANAGED:
        raise ReadError(
            f"the host has {len(managed)} local rules whose names are those of managed rules ('{PREFIX} ...'), more "
            f"than the {MOST_MANAGED} that are planned for. Somebody else must have made them: delete them"
        )
    for rule in managed:
        name = parse_name(rule.name)
        if name is not None:
            current.setdefault(name.key, []).append(rule)
    look_alikes = LookAlikes(rule.name for rule in snapshot.local_rules())
    policy = by_policy(wanted.rules, snapshot.rules)
    own = [desired for desired in wanted.rules if desired.key not in policy.satisfied]
    draft = _Draft(look_alikes, _needed_in_place_of_refused(own, current, look_alikes))
    for desired in sorted(wanted.rules, key=lambda desired: desired.key):
        if desired.key not in policy.satisfied:
            _plan_key(draft, desired, current.pop(desired.key, []))
        elif any(desired.rule.named(rule.name) == rule for rule in current.get(desired.key, ())):
            # It does no harm, and keeps the port open on the day the policy is unlinked. One that differs is stale.
            _plan_key(draft, desired, current.pop(desired.key))
    for key in sorted(current):
        goes = _is_gone(key, wanted.gone) or (
            bool(wanted.no_blocks) and key.startswith(wanted.no_blocks) and all(map(_only_blocks, current[key]))
        )
        _plan_stale(draft, current[key], wanted.exclusive or goes)
    _order_updates(draft)
    profiles_on = _plan_profiles(draft, wanted, snapshot)
    settings, by_group_policy = plan_profile_changes(wanted.settings, snapshot)
    groups = plan_groups(wanted.groups, snapshot)
    draft.refused += [Refusal(subject, reason) for subject, reason in (*by_group_policy, *groups.refused)]
    writes = bool(draft.create or draft.update or draft.delete or profiles_on or settings or groups.changes)
    return Plan(
        service=_plan_service(draft, wanted, snapshot, writes),
        create=tuple(draft.create),
        update=tuple(draft.update),
        delete=tuple(draft.delete),
        profiles_on=profiles_on,
        settings=settings,
        groups=groups.changes,
        kept=tuple(draft.kept),
        stale=tuple(draft.stale),
        refused=tuple(draft.refused),
        by_policy=policy.rules,
        policy_stale=policy.stale,
        writable=snapshot.service.running or wanted.service,
    )


class _Draft:
    """A plan being written."""

    def __init__(self, look_alikes: LookAlikes, spared: frozenset[str]) -> None:
        """Nothing is planned yet.

        Args:
            look_alikes: Names that netsh may take for managed ones.
            spared: Names, in lower case, that are not deleted.
        """
        self.look_alikes = look_alikes
        self.spared = spared
        self.create: list[FirewallRule] = []
        self.update: list[Update] = []
        self.delete: list[str] = []
        self.deleted: set[str] = set()
        self.kept: list[FirewallRule] = []
        self.stale: list[FirewallRule] = []
        self.refused: list[Refusal] = []


def _plan_key(draft: _Draft, desired: DesiredRule, current: Sequence[FirewallRule]) -> None:
    """One desired rule against all rules under its key, any generation, twins included."""
    opaque = [rule for rule in current if rule.opaque]
    if opaque:
        # It may hold a limit this version does not know, or be forged; deleting or doubling it would be a guess.
        draft.refused += [Refusal(rule.name, _opaque_reason(rule)) for rule in opaque]
        return
    twins = Counter(folded(rule.name) for rule in current)
    single = [rule for rule in current if twins[folded(rule.name)] == 1]
    exact = [rule for rule in single if desired.rule.named(rule.name) == rule]
    if exact:
        keep = exact[-1]  # the newest generation: the order of `current` is by generation
        draft.kept.append(keep)
        others = [rule for rule in current if rule is not keep]
        if not _refuses_look_alikes(draft, [rule.name for rule in others]):
            _delete(draft, others)
        return
    following = str(ManagedName(desired.key, _next_generation(current)))
    if _refuses_look_alikes(draft, [*(rule.name for rule in current), following]):
        return
    if len(current) == 1 and single and folded(single[0].name) not in draft.spared:
        fields = _in_place(desired.rule, current[0])
        if fields:
            draft.update.append(Update(current[0], _apply(current[0], desired.rule, fields), fields))
            return
    draft.create.append(desired.rule.named(following))
    _delete(draft, current)


def _refuses_look_alikes(draft: _Draft, names: Iterable[str]) -> bool:
    """Refuse to write under names that netsh may take for others': it, or the undo, would change those as well."""
    alike = {name: other for name in names if (other := draft.look_alikes.of(name))}
    draft.refused += [
        Refusal(
            name,
            f"there is also a rule '{said(other)}', and netsh may take one name for the other. So nothing is written "
            "under this name. Give that rule another name, or delete it by hand if it is not wanted",
        )
        for name, other in alike.items()
    ]
    return bool(alike)


def _next_generation(current: Iterable[FirewallRule]) -> int:
    """One above the highest; the lowest free one where somebody has used up the highest there is."""
    used = {name.generation for rule in current if (name := parse_name(rule.name))}
    following = max(used, default=0) + 1
    return following if following <= HIGHEST_GENERATION else min(set(range(1, len(used) + 2)) - used)


def _order_updates(draft: _Draft) -> None:
    """Bring the changes in place into their order; where there is none, the next generation replaces a rule."""
    changes = draft.update
    ordered, replaced = in_order([(change.before, change.after) for change in changes], (*draft.create, *draft.kept))
    draft.update = [changes[place] for place in ordered]
    for place in replaced:
        before, after = changes[place].before, changes[place].after
        name = parse_name(before.name)
        if name is None:
            raise AssertionError(f"{before.name!r} is no managed name, so it is not changed")
        following = str(ManagedName(name.key, _next_generation([before])))
        if not _refuses_look_alikes(draft, [following]):
            draft.create.append(replace(after, name=following, rule_id=""))
            _delete(draft, [before])


def _plan_stale(draft: _Draft, current: Sequence[FirewallRule], exclusive: bool) -> None:
    draft.stale += current
    if not exclusive:
        return
    opaque = {folded(rule.name) for rule in current if rule.opaque}
    draft.refused += [Refusal(rule.name, _opaque_reason(rule)) for rule in current if rule.opaque]
    certain = [rule for rule in current if folded(rule.name) not in opaque]
    if not _refuses_look_alikes(draft, [rule.name for rule in certain]):
        _delete(draft, certain)


def _is_gone(key: str, gone: Collection[str]) -> bool:
    return any(key == one or key.startswith(f"{one}.") for one in gone)


def _only_blocks(rule: FirewallRule) -> bool:
    return rule.action is Action.BLOCK and not rule.opaque


def _delete(draft: _Draft, rules: Iterable[FirewallRule]) -> None:
    """netsh deletes by name, all rules of it at once, so each name is deleted once."""
    for rule in rules:
        name = folded(rule.name)
        if name not in draft.spared and name not in draft.deleted:
            draft.delete.append(rule.name)
            draft.deleted.add(name)


def _needed_in_place_of_refused(
    wanted: Iterable[DesiredRule], current: Mapping[str, Sequence[FirewallRule]], look_alikes: LookAlikes
) -> frozenset[str]:
    """Names of managed rules that let through what a desired rule would, which another rule keeps from being made.

    To delete them as no longer wanted would close what is wanted.
    """
    refused = {
        desired.rule.traffic()
        for desired in wanted
        if _keeps_from_writing(current.get(desired.key, ()), desired.key, look_alikes)
    }
    return frozenset(
        folded(rule.name) for rules in current.values() for rule in rules if refused and rule.traffic() in refused
    )


def _keeps_from_writing(current: Sequence[FirewallRule], key: str, look_alikes: LookAlikes) -> bool:
    following = str(ManagedName(key, _next_generation(current)))
    return any(rule.opaque or look_alikes.of(rule.name) for rule in current) or bool(look_alikes.of(following))


def _in_place(desired: FirewallRule, current: FirewallRule) -> tuple[str, ...]:
    """The fields that differ, if netsh can set all of them in place; else nothing.

    netsh cannot clear a program, service, interface or owner, and changing ports or direction in place is not
    documented to be atomic, so only these four count.
    """
    fields = [
        field
        for field in ("enabled", "action", "profiles", "remote_addresses")
        if getattr(desired, field) != getattr(current, field)
    ]
    changed = _apply(current, desired, fields)
    return tuple(fields) if fields and changed == desired.named(current.name) else ()


def _apply(current: FirewallRule, desired: FirewallRule, fields: Iterable[str]) -> FirewallRule:
    return replace(current, raw="", **{field: getattr(desired, field) for field in fields})


def _opaque_reason(rule: FirewallRule) -> str:
    return (
        f"this rule has our name but cannot be interpreted ({'; '.join(rule.opaque)}), so it is neither changed nor "
        "replaced. Look at it on the host and delete it by hand if it is not wanted"
    )


def _plan_service(draft: _Draft, wanted: Wanted, snapshot: Snapshot, writes: bool) -> ServiceChange:
    """netsh cannot write while the service is stopped, but only an explicit wish starts it."""
    if wanted.service:
        return ServiceChange(automatic=not snapshot.service.automatic, start=not snapshot.service.running)
    if not snapshot.service.running and writes:
        draft.refused.append(
            Refusal(
                "Windows Firewall service (MpsSvc)",
                "it does not run, so rules cannot be written, and firewall_service is unmanaged. Start it by hand, or "
                "set firewall_service to started",
            )
        )
    return ServiceChange()


def _plan_profiles(draft: _Draft, wanted: Wanted, snapshot: Snapshot) -> tuple[Profile, ...]:
    """Switch on in the local store what is wanted on and is not; what Group Policy keeps off is not ours."""
    switch = []
    for state in snapshot.profiles:
        if state.profile not in wanted.profiles_on or state.enabled:
            continue
        if state.policy.enabled is False:
            draft.refused.append(
                Refusal(
                    f"{state.profile.value} profile",
                    "Group Policy keeps the firewall of this profile off (EnableFirewall = 0); change it there, or "
                    "leave firewall_enabled unmanaged",
                )
            )
        else:
            switch.append(state.profile)
    return tuple(switch)
