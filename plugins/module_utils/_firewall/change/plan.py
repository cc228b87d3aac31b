# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wanted of a host, and a plan: what to change on it, in which order, and what not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..state.profiles import ProfileSettings
from ..state.rule import FirewallRule, Profile, Store
from ..state.snapshot import Snapshot
from .groups import GroupChange, GroupWish
from .naming import folded, parse_name
from .profile_changes import ProfileChange


@dataclass(frozen=True, slots=True)
class DesiredRule:
    """A rule that must be there.

    Attributes:
        key: Stable key within the managed name space; one desired rule a key.
        rule: The rule; its name is set by the plan, so whatever it holds does not count.
        sparing: Whether it is left out on a host on which it would block a port that the host is managed by.
    """

    key: str
    rule: FirewallRule
    sparing: bool = False


@dataclass(frozen=True, slots=True)
class Update:
    """A change in place of what ``netsh … set rule … new`` can change without harm.

    Attributes:
        before: The rule as it is.
        after: The rule as it will be, under the same name.
        fields: Which of enabled, action, profiles and remote_addresses differ.
    """

    before: FirewallRule
    after: FirewallRule
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something that is wanted and not ours to do.

    Attributes:
        subject: The rule's name, or the setting.
        reason: Why, and what a person can do about it.
    """

    subject: str
    reason: str


@dataclass(frozen=True, slots=True)
class ServiceChange:
    """What to do about MpsSvc: bring its start type to automatic, start it, or both."""

    automatic: bool = False
    start: bool = False

    def __bool__(self) -> bool:
        return self.automatic or self.start


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the host should have.

    Attributes:
        rules: The managed rules.
        exclusive: Delete managed rules that are no longer wanted; otherwise they are only reported.
        no_blocks: Begin of the keys of block rules that go all the same once they are no longer wanted: somebody may
            still need an allow rule, and a block rule only keeps people out. Empty where none do.
        service: Whether MpsSvc must run and start with Windows.
        profiles_on: Profiles whose firewall must be on.
        gone: Keys of rules that go whether `exclusive` or not, with all that begin with such a key and a dot.
        settings: Profiles with what is wanted of their settings.
        groups: Groups of Windows' own rules that are to be on or off.
        program: Path of a program that the host is asked for while it is read; empty for none. A rule for a program
            that is not there lets nothing in, and looks like any other.
    """

    rules: tuple[DesiredRule, ...] = ()
    exclusive: bool = True
    no_blocks: str = ""
    service: bool = True
    profiles_on: frozenset[Profile] = frozenset()
    gone: tuple[str, ...] = ()
    settings: tuple[tuple[Profile, ProfileSettings], ...] = ()
    groups: tuple[GroupWish, ...] = ()
    program: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be changed, in the order in which it is sent, and what is not.

    Attributes:
        service: What happens to the firewall service, before anything else.
        create: Rules to add, named.
        update: Rules to change in place.
        delete: Names to delete; every local rule of that name is managed and unwanted.
        profiles_on: Profiles to switch on; last, when all rules are in place.
        settings: Profiles whose other settings change.
        groups: Groups of Windows' own rules that are switched on or off.
        kept: Managed rules that are as they should be.
        stale: Managed rules that are no longer wanted, whether they are deleted or not.
        refused: What cannot be done.
        by_policy: Rules of ours that Group Policy brings as they are wanted; no local ones are made for them.
        policy_stale: Rules of ours that Group Policy brings and nobody wants so: only its owner can take them out.
        writable: Whether the host takes changes; netsh writes none while the firewall service stays stopped.
    """

    service: ServiceChange = ServiceChange()
    create: tuple[FirewallRule, ...] = ()
    update: tuple[Update, ...] = ()
    delete: tuple[str, ...] = ()
    profiles_on: tuple[Profile, ...] = ()
    settings: tuple[ProfileChange, ...] = ()
    groups: tuple[GroupChange, ...] = ()
    kept: tuple[FirewallRule, ...] = ()
    stale: tuple[FirewallRule, ...] = ()
    refused: tuple[Refusal, ...] = ()
    by_policy: tuple[FirewallRule, ...] = ()
    policy_stale: tuple[FirewallRule, ...] = ()
    writable: bool = True

    @property
    def changes(self) -> bool:
        """Whether anything is to be written, and can be."""
        return self.writable and (bool(self.service) or self.changes_rules_or_profiles)

    @property
    def changes_rules_or_profiles(self) -> bool:
        """Whether anything is to be written with netsh: `netsh.plan_lines` has lines."""
        rules = self.create or self.update or self.delete
        return bool(rules or self.profiles_on or self.settings or self.groups)

    @property
    def groups_on(self) -> tuple[GroupChange, ...]:
        """The groups that are switched on."""
        return tuple(change for change in self.groups if change.enabled)

    @property
    def groups_off(self) -> tuple[GroupChange, ...]:
        """The groups that are switched off."""
        return tuple(change for change in self.groups if not change.enabled)


def closing(plan: Plan, before: Snapshot) -> list[FirewallRule]:
    """The rules, as they are, that a plan deletes, changes or switches: it holds only the names of what it deletes.

    Args:
        plan: The plan.
        before: The snapshot it was made from.
    """
    deleted = {folded(name) for name in plan.delete}
    rules = [rule for rule in before.local_rules() if folded(rule.name) in deleted]
    switched = (rule for change in plan.groups for rule in change.rules)
    return [*rules, *(update.before for update in plan.update), *switched]


MOST_MANAGED = 20_000
"""Managed rules of a host that are planned for: ten times what all rows of all roles with the longest scopes need."""


def managed_rules(rules: Iterable[FirewallRule]) -> tuple[FirewallRule, ...]:
    """The rules that are ours: in the local store and in our name space. Sorted by name and id."""
    named = ((parse_name(rule.name), rule) for rule in rules if rule.store is Store.LOCAL)
    ours = [(name, rule.name, rule.rule_id, rule) for name, rule in named if name]
    return tuple(rule for *_key, rule in sorted(ours, key=lambda entry: entry[:3]))
