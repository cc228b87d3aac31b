# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the host itself rolls a plan back: the undo script, and the scheduled task that runs it.

A risky plan may cut the connection it is sent over. So before it is sent, the host gets a script that restores exactly
what the plan touches (managed rules, the profile switches), and a scheduled task that runs it unless it is removed in
time. The script never imports a whole policy: rules that others write meanwhile must stay.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from ..._task_xml import SYSTEM32, private_task
from ..._texts import first_few
from ..state.rollback_files import FOLDER, LONGEST_DELAY, SCRIPT_NAME, SHORTEST_DELAY, task_name
from ..state.snapshot import Snapshot
from ..traffic.rule_names import label
from . import netsh
from .backwards import add_back, beyond_adding, by_name, group_back, set_back, step_back
from .naming import folded
from .plan import Plan, managed_rules
from .profile_changes import TERMS, ProfileChange, word

_MOST_LISTED = 10
_SLOWEST_LINE = 5
"""Minutes that one line of the script may take: firewall changes were seen to block for 4 (tailscale/tailscale#867)."""

_BESIDE_LINES = 10  # minutes for all that is no netsh line
_LONGEST_LIMIT = 72 * 60  # minutes; Task Scheduler's own default, P3D


@dataclass(frozen=True, slots=True)
class Undo:
    """What the host needs to restore itself.

    Attributes:
        script: Text of undo.cmd; ASCII, lines end in CR LF.
        task: Text of task.xml, for ``schtasks /create /xml``; likewise.
        limit: Minutes after which Task Scheduler ends the script.
        losses: What the script cannot restore, for messages.
    """

    script: str
    task: str
    limit: int
    losses: tuple[str, ...] = ()


def make_undo(plan: Plan, before: Snapshot, marker: str, minutes: int) -> Undo:
    """The undo of a plan.

    Args:
        plan: What is about to be applied.
        before: The host as the plan was made from it.
        marker: The run's random marker, letters and digits; it marks the task and the folder that is kept.
        minutes: Whole minutes from the task's registration until it runs.

    Raises:
        ValueError: The marker or the minutes are out of bounds: a programming error, since options were checked.
    """
    if not (marker.isascii() and marker.isalnum()):
        raise ValueError(f"{marker!r} is no marker of letters and digits")
    if not SHORTEST_DELAY <= minutes <= LONGEST_DELAY:
        raise ValueError(f"a rollback after {minutes} minutes; it takes {SHORTEST_DELAY} to {LONGEST_DELAY}")
    lines = undo_lines(plan, before)
    limit = min(_BESIDE_LINES + _SLOWEST_LINE * len(lines), _LONGEST_LIMIT)
    return Undo(_script(lines, marker), task_xml(marker, minutes, limit), limit, losses(plan, before))


def undo_lines(plan: Plan, before: Snapshot) -> tuple[str, ...]:
    """The netsh lines that undo a plan, whatever part of it was carried out.

    Each step ends in the old state from both the old and the new one: deleting what is not there and setting what is
    already so do nothing, and a deleted name is emptied before its rules are added again. The order is that of the plan
    backwards, so that what is let in before and after stays let in: what the plan has added goes last.
    """
    lines = [f"advfirewall set {profile.value}profile state off" for profile in plan.profiles_on]
    lines += [line for change in reversed(plan.settings) for line in _settings_back(change)]
    lines += [line for change in plan.groups if not change.enabled and (line := group_back(change))]
    named = by_name(before)
    for name in plan.delete:
        rules = named[folded(name)]
        adding = [line for rule in rules if (line := add_back(rule))]
        # Where one of its rules cannot be added again, none is deleted: the plan may not have come to deleting them.
        lines += [*([netsh.delete_line(name)] if len(adding) == len(rules) else []), *adding]
    lines += [line for update in reversed(plan.update) if (line := set_back(update))]
    lines += [line for change in plan.groups if change.enabled and (line := group_back(change))]
    lines += [netsh.delete_line(rule.name) for rule in plan.create]
    return tuple(lines)


def losses(plan: Plan, before: Snapshot) -> tuple[str, ...]:
    """What `undo_lines` cannot restore, each with the reason."""
    lost = []
    if plan.service.start:
        lost.append("the Windows Firewall service (MpsSvc) stays started")
    if plan.service.automatic:
        lost.append("the Windows Firewall service (MpsSvc) keeps starting with Windows")
    lost += [
        f"the change of '{update.after.name}' ({', '.join(update.fields)}): netsh cannot say the old values"
        for update in plan.update
        if not set_back(update)
    ]
    lost += [
        f"the group '{change.name}': some of its rules were {'on' if change.enabled else 'off'} before, and netsh "
        "switches all of a group"
        for change in plan.groups
        if change.mixed
    ]
    lost += [
        f"a setting of the {step.profile.value} profile ({step.said}): netsh cannot say the old value"
        for change in plan.settings
        for step in change.steps
        if not step_back(step)
    ]
    lost += [
        f"the rule '{rule.name}' ({rule.rule_id}): netsh cannot say it again" for rule in beyond_adding(plan, before)
    ]
    return tuple(lost)


def covers(plan: Plan, further: Plan) -> bool:
    """Whether the undo of a plan also takes back a further plan, made later from a state in between."""
    names = {folded(name) for name in _touched(plan)}
    return (
        {folded(name) for name in _touched(further)} <= names
        and set(further.profiles_on) <= set(plan.profiles_on)
        and {change.reference for change in further.groups} <= {change.reference for change in plan.groups}
        and _changed(further) <= _changed(plan)
    )


def differences(before: Snapshot, after: Snapshot) -> tuple[str, ...]:
    """How a host that restored itself differs from what it was: managed rules by meaning, and profile switches."""
    old, new = (Counter(managed_rules(snapshot.rules)) for snapshot in (before, after))
    was = {state.profile: state.configured for state in before.profiles}
    now = [ProfileChange(state.profile, was[state.profile], state.configured) for state in after.profiles]
    groups = {(rule.rule_id, rule.name): rule.enabled for rule in before.local_rules() if rule.group}
    return (
        *(f"the rule '{rule.name}' is not back" for rule in (old - new).elements()),
        *(f"the rule '{rule.name}' is still there" for rule in (new - old).elements()),
        *(
            f"the {change.profile.value} profile is {'on' if change.after.enabled else 'off'}"
            for change in now
            if "enabled" in change.fields
        ),
        *(
            f"{TERMS[name]} of the {change.profile.value} profile is {word(name, getattr(change.after, name))}"
            for change in now
            for name in change.fields
            if name != "enabled"
        ),
        *(
            f"the rule '{label(rule)}' is {'on' if rule.enabled else 'off'}"
            for rule in after.local_rules()
            if rule.group and groups.get((rule.rule_id, rule.name), rule.enabled) != rule.enabled
        ),
    )


def describe(plan: Plan) -> str:
    """What the undo of a plan restores, for messages."""
    parts = [
        ("switched off again: ", [f"{profile.value} profile" for profile in plan.profiles_on]),
        ("set back: ", [f"{change.profile.value} profile ({change.said})" for change in plan.settings]),
        ("switched back: ", [f"group {change.name}" for change in plan.groups if not change.mixed]),
        ("removed again: ", [rule.name for rule in plan.create]),
        ("changed back: ", [update.after.name for update in plan.update]),
        ("put back: ", list(plan.delete)),
    ]
    return "; ".join(heading + first_few(names, _MOST_LISTED) for heading, names in parts if names) or "nothing"


def task_xml(marker: str, minutes: int, limit: int) -> str:
    """The scheduled task; its second trigger is for a restart before the first is due.

    Args:
        marker: The run's marker.
        minutes: Minutes from the registration until it runs.
        limit: Minutes that it may run.
    """
    return private_task(
        rf"{FOLDER}\{SCRIPT_NAME}",
        f"lyncops.firewall: restores firewall rules unless it is taken away in time ({marker})",
        limit,
        # netsh writes nothing before MpsSvc is up: a minute after a start.
        (("RegistrationTrigger", minutes), ("BootTrigger", 1)),
        missed=True,
    )


def _script(lines: Iterable[str], marker: str) -> str:
    # The last line is one, because cmd reads a batch file line by line and the file moves away with its folder. The
    # folder is kept under another name, for administrators; under its own name it would be a lock. Programs have their
    # whole paths: cmd looks for a bare name in the current folder first.
    name = task_name(marker)
    ending = (
        rf'{SYSTEM32}\schtasks.exe /delete /tn {name} /f >nul 2>nul & rd /s /q "{FOLDER}-{marker}" 2>nul'
        rf' & ren "{FOLDER}" "{name}"'
    )
    commands = [rf"{SYSTEM32}\netsh.exe {line} >nul 2>nul" for line in lines]
    return _crlf(["@echo off", *commands, rf'echo fired> "{FOLDER}\fired.txt"', ending])


def _crlf(lines: Iterable[str]) -> str:
    return "".join(f"{line}\r\n" for line in lines)


def _changed(plan: Plan) -> set[tuple[str, str]]:
    return {(change.profile.value, name) for change in plan.settings for name in change.fields}


def _settings_back(change: ProfileChange) -> tuple[str, ...]:
    """The lines that set a profile's old values, as far as netsh can express them."""
    return tuple(line for step in reversed(change.steps) for line in step_back(step))


def _touched(plan: Plan) -> set[str]:
    return {*(rule.name for rule in plan.create), *(update.after.name for update in plan.update), *plan.delete}
