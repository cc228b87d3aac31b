# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A look at a host: what is the kit's on it, whether it may work there, and the rules of others."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from .._firewall.state.reading import ReadError, require_elevation, service_state
from .._texts import first_few, lines_of
from .marks import FOLDER, KEY, NO_NOTES, NOTES, TASKS, name_alike, own_name, rules_in
from .parts import Heard
from .questions import AUTORUN
from .texts import csv_rows, value_of

RUNNING = 4
_MOST_NAMED = 5
_OF_THE_KIT = tuple(path.rpartition("\\")[2].casefold() for path in (FOLDER, NOTES, NO_NOTES))


@dataclass(frozen=True, slots=True)
class Look:
    """What a look has shown.

    Attributes:
        rules: Rule strings of the kit by their names.
        tasks: Scheduled tasks of the kit.
        files: Whether its folder or a file beside that is there.
        key: Whether its key of the registry is there.
        others: Everybody else's rules: rule string by id.
        refusal: Why the kit does not work there, in a sentence; empty where it may.
        run: What the run that has made the folder has written there; empty where there is none.
        marked: Ids of the rules that bear the kit's mark, its own or another's in other letters.
    """

    rules: Mapping[str, str]
    tasks: tuple[str, ...]
    files: bool
    key: bool
    others: Mapping[str, str]
    refusal: str = ""
    run: str = ""
    marked: tuple[str, ...] = ()

    @property
    def left(self) -> tuple[str, ...]:
        """What of the kit is there, in words."""
        names = sorted(self.rules)
        return (
            *((f"rules {first_few(names, _MOST_NAMED)}",) if names else ()),
            *(f"scheduled task {name}" for name in self.tasks),
            *((f"folder {FOLDER}, or a file of that name",) if self.files else ()),
            *((f"registry key {KEY}",) if self.key else ()),
        )


def own_rules(text: str, imitations: Collection[str] = ()) -> dict[str, str]:
    """Rule strings of the kit by their names.

    Args:
        text: What ``reg query`` printed of all rules.
        imitations: Ids of what is no rule, but a line of somebody's description.
    """
    found = ((own_name(rule), rule) for rule_id, rule in rules_in(text) if rule_id not in imitations)
    return {name: rule for name, rule in found if name}


def looked(parts: Mapping[str, Heard], unasked: str = "", imitations: Collection[str] = ()) -> Look:
    """What the parts of `questions.LOOK` say.

    Args:
        parts: What was heard of each.
        unasked: What the host printed before it was asked anything.
        imitations: As for `own_rules`.

    Raises:
        NotElevated: The account is no administrator here, or its token is filtered.
        ReadError: A part that every Windows has failed.
    """
    require_elevation(parts["token"].text)
    for name, command in (("rules", "reg query"), ("tasks", "schtasks /query"), ("files", "dir /b")):
        if not parts[name].succeeded:
            raise ReadError(f"'{command}' failed on the host, so what is on it is not known. Run it there, and see why")
    rules = rules_in(parts["rules"].text)
    if not rules:
        raise ReadError("'reg query' succeeded and printed no rule; an empty answer is never taken for none")
    others = {rule_id: rule for rule_id, rule in rules if not own_name(rule) and rule_id not in imitations}
    return Look(
        rules=own_rules(parts["rules"].text, imitations),
        tasks=tasks_in(parts["tasks"].text),
        files=any(line.strip().casefold() in _OF_THE_KIT for line in lines_of(parts["files"].text)),
        key=parts["key"].succeeded,
        others=others,
        refusal=_refusal(parts, unasked, others.values()),
        run=run_of(parts),
        marked=tuple(
            rule_id for rule_id, rule in rules if rule_id not in imitations and (own_name(rule) or name_alike(rule))
        ),
    )


def run_of(parts: Mapping[str, Heard]) -> str:
    """Which run has made the folder that is there; empty where there is none, or it has not said so yet."""
    return parts["run"].text.strip() if parts["run"].succeeded else ""


def tasks_in(text: str) -> tuple[str, ...]:
    """The kit's tasks of those that are listed: its own lie in no folder.

    Args:
        text: What ``schtasks /query /fo csv`` printed.
    """
    names = {row[0].casefold() for line in lines_of(text) for row in csv_rows(line) or ()}
    return tuple(name for name in TASKS if f"\\{name}".casefold() in names)


def has_autorun(parts: Mapping[str, Heard]) -> bool:
    """Whether cmd runs something first. What prints nothing may change what is asked for, such as the code page.

    Args:
        parts: Those of `questions.AUTORUN`, and others.
    """
    return any(value_of(parts[part.name].text) for part in AUTORUN if parts[part.name].succeeded)


def _refusal(parts: Mapping[str, Heard], unasked: str, others: Iterable[str]) -> str:
    if unasked.strip() or has_autorun(parts):
        return (
            "cmd.exe runs something of its own before every command (AutoRun, in the key "
            r"Software\Microsoft\Command Processor of HKLM or HKCU), which would get into the answers. Take it out for "
            "this, or take another host. Nothing was done"
        )
    if parts["rollback"].succeeded:
        return (
            "a rollback of this collection is pending on the host: a run works on its firewall, or has broken off. "
            "Nothing was done; try again when it is over"
        )
    if alike := sorted({name for rule in others if (name := name_alike(rule))}):
        return (
            f"a rule of somebody else is called {first_few(alike, _MOST_NAMED)}: netsh does not tell that from the "
            "names of this. Nothing was done; rename the rule first"
        )
    state = service_state(parts["state"].text)
    if state != RUNNING:
        return (
            f"the Windows Firewall service (MpsSvc) does not run (state {state}), so netsh writes nothing. It is never "
            "started for this: start it yourself, or take another host. Nothing was done"
        )
    return ""
