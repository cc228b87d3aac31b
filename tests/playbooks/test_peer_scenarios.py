# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of other firewall modules ask of Windows, asked of ours: as wanted, unchanged, repaired, or refused.

`pytest -rP` shows the table: scenario, peer, result.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from lab.testing import Lab
from playbooks.peers import (
    Scenario,
    own_rule,
    profile_values,
    scenarios,
    together,
    tokens,
    wrong_profile,
    wrong_rule,
)
from playbooks.runs import LONG, NEWEST_ONLY, Run, Runner

if TYPE_CHECKING:
    from lab.lab_host import LabHost
    from playbooks.warm import Warm

pytestmark = NEWEST_ONLY  # the oldest ansible-core hands the same variables to the same plugin

_HOSTS = 24
_FIRST = 1  # scenario of a peer and a kind that `make test` tries; `make test-long` tries all
_MOST = 16  # scenarios of one host, all of whose rules share a play
_PLAY = """
- hosts: windows
  gather_facts: false
  tasks: [{ansible.builtin.import_role: {name: lyncops.firewall.lync_firewall}}]
"""
# The collection takes a host for a Director: what is asked for may close rows of that, or cut what is in use.
_ACCEPTED = {"lync_firewall_on_ineffective": "warn", "lync_firewall_accept_impact": True}
_FATAL = re.compile(r"^fatal: \[(\S+?)\]: \S+ => (\{.*\})$", re.MULTILINE)
_MANAGED = "Managed by lyncops.firewall."
_ALL = scenarios()
_PEERS = list(dict.fromkeys(scenario.peer for scenario in _ALL))


@dataclass
class Room:
    """A host, and the scenarios that share it.

    Attributes:
        scenarios: Those of one run.
        host: The host.
        foreign: The rules of others in the beginning.
        before: All rules before the run of what is wanted.
        settings: The values of the profiles then.
    """

    scenarios: list[Scenario]
    host: LabHost
    foreign: dict[str, str] = field(default_factory=dict)
    before: dict[str, str] = field(default_factory=dict)
    settings: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def names(self) -> set[str]:
        return {scenario.id for scenario in self.scenarios}


def _rooms(asked: Iterable[Scenario]) -> list[list[Scenario]]:
    """Who shares a host: scenarios of rules, or of different profiles. Nobody does who may fail or changes nothing."""
    rooms: list[list[Scenario]] = []
    for scenario in asked:
        alone = scenario.kind in ("refused", "groups") or scenario.mode
        fitting = (
            room
            for room in rooms
            if not alone
            and len(room) < _MOST
            and room[0].kind == scenario.kind
            and not room[0].mode
            and not any(other.profiles & scenario.profiles for other in room)
            and scenario.kind in ("rules", "profiles")
        )
        room = next(fitting, None)
        if room is None:
            rooms.append([scenario])
        else:
            room.append(scenario)
    return rooms


class Trial:
    """Runs scenarios and keeps what came of each: nothing, or what is wrong."""

    def __init__(self, lab: Lab, runner: Runner) -> None:
        self._lab = lab
        self._runner = runner
        self._playbook = runner.folder / "play.yml"
        self._playbook.write_text(_PLAY)
        self.asked: Sequence[Scenario] = _ALL
        self.wrong: dict[str, list[str]] = {scenario.id: [] for scenario in _ALL}

    def of(self, asked: Sequence[Scenario]) -> None:
        """Try all. What fails with others is tried again with half of them, for one must not spoil the others."""
        waiting = _rooms(asked)
        while waiting:
            wave, waiting = waiting[:_HOSTS], waiting[_HOSTS:]
            rooms = [Room(members, host) for members, host in zip(wave, self._lab.hosts, strict=False)]
            for room in self._run(rooms):
                half = len(room.scenarios) // 2
                waiting += [part for part in (room.scenarios[:half], room.scenarios[half:]) if part]

    def _run(self, rooms: list[Room]) -> list[Room]:
        """All steps, of rooms that have a host each. Returns those that must be tried again, in parts."""
        for room in rooms:
            room.host.reset()
            for scenario in room.scenarios:
                for command in scenario.start:
                    self._by_hand(room, scenario, command)
            room.foreign = room.host.rules()
        run = self._play(rooms, earlier=True)
        again, rooms = self._without_failed(run, rooms, "earlier")
        for room in rooms:
            room.before, room.settings = room.host.rules(), profile_values(room.host.registry_text())
        refused = [room for room in rooms if room.scenarios[0].kind == "refused"]
        checked = [room for room in rooms if room.scenarios[0].mode and room not in refused]
        applied = [room for room in rooms if room not in refused and room not in checked]
        self._refusals(refused)
        self._checks(checked)
        more, applied = self._without_failed(self._play(applied), applied, "wanted")
        for room in applied:
            self._look(room, "wanted")
        changed = self._play(applied).changed
        for room in applied:
            self._note(room.scenarios, "again: the host was changed" if room.host.name in changed else "")
        self._repairs([room for room in applied if any(scenario.drift for scenario in room.scenarios)])
        return again + more

    def _play(self, rooms: list[Room], *arguments: str, earlier: bool = False) -> Run:
        if not rooms:
            return Run(0, "")
        wanted = {
            room.host.name: together(
                (scenario.earlier or {}) if earlier else scenario.wanted for scenario in room.scenarios
            )
            for room in rooms
        }

        def change(_everything: dict[str, Any], hosts: dict[str, Any]) -> None:
            for name, variables in hosts.items():
                kept = {key: value for key, value in variables.items() if not key.startswith("lync_firewall_")}
                hosts[name] = {**kept, "lync_firewall_roles": ["director"], **_ACCEPTED, **wanted.get(name, {})}

        self._runner.change_inventory(change)
        return self._runner.play(str(self._playbook), "--limit", ",".join(wanted), *arguments)

    def _without_failed(self, run: Run, rooms: list[Room], step: str) -> tuple[list[Room], list[Room]]:
        """Rooms to be tried again in parts, and those whose run did not fail."""
        again = []
        told = _told(run)
        for room in (room for room in rooms if room.host.name in run.failed | run.unreachable):
            if len(room.scenarios) > 1:
                again.append(room)
            else:
                self._note(room.scenarios, f"{step}: failed: {told.get(room.host.name, run.output[-500:])}")
        return again, [room for room in rooms if room.host.name not in run.failed | run.unreachable]

    def _note(self, of: Iterable[Scenario], what: str) -> None:
        for scenario in of if what else ():
            self.wrong[scenario.id].append(what)

    def _by_hand(self, room: Room, scenario: Scenario, command: str) -> None:
        ran = room.host.run(command)
        self._note([scenario], "" if ran.rc == 0 else f"{command}, by hand: {' '.join(ran.stdout.split())}")

    def _refusals(self, rooms: list[Room]) -> None:
        for mode in (("--check",), ()):
            asked = [room for room in rooms if bool(room.scenarios[0].mode) == bool(mode)]
            run = self._play(asked, *mode)
            told = _told(run)
            for room in asked:
                scenario, name = room.scenarios[0], room.host.name
                if scenario.expect.get("quietly"):
                    self._note([scenario], f"failed: {told.get(name)}" if name in run.failed else "")
                elif name not in run.failed:
                    self._note([scenario], "it was not refused")
                elif str(scenario.expect["names"]) not in told.get(name, ""):
                    self._note([scenario], f"{scenario.expect['names']!r} is not in {told.get(name)}")
                self._untouched(room)

    def _untouched(self, room: Room) -> None:
        now = (room.host.rules(), profile_values(room.host.registry_text()))
        self._note(room.scenarios, "" if now == (room.before, room.settings) else "the host was changed")

    def _checks(self, rooms: list[Room]) -> None:
        run = self._play(rooms, "--check")
        for room in rooms:
            self._note(room.scenarios, "" if room.host.name in run.changed else "check mode told no change")
            self._untouched(room)
            self._look(room, "check")

    def _look(self, room: Room, step: str) -> None:
        """Compare the host's registry with what each scenario expects, and the rules of others with what they were."""
        rules, settings = room.host.rules(), profile_values(room.host.registry_text())
        for scenario in room.scenarios:
            found = [own_rule(name, rules) for name in scenario.names]
            for one, want in zip(found, scenario.expect.get("rules", ()), strict=True):
                self._note([scenario], _at(step, wrong_rule(want, one and one[1])))
            for profile, want in scenario.expect.get("profiles", {}).items():
                self._note([scenario], _at(step, wrong_profile(want, settings[profile])))
            for group, active in scenario.expect.get("groups", {}).items():
                have = {tokens(text)["Active"][0] for text in rules.values() if f"|EmbedCtxt={group}|" in text}
                self._note([scenario], "" if have == {str(active).upper()} else f"{step}: {group} is {have}")
            if step == "wanted" and not scenario.changed:
                same = found == [own_rule(name, room.before) for name in scenario.names]
                before = {profile: room.settings[profile] for profile in scenario.profiles}
                same = same and before == {profile: settings[profile] for profile in scenario.profiles}
                self._note([scenario], "" if same else "there was nothing to change, and it was changed")
            if scenario.kind != "groups":
                touched = [rule_id for rule_id, text in room.foreign.items() if rules.get(rule_id) != text]
                self._note([scenario], f"{step}: rules of others were touched: {touched}" if touched else "")

    def _repairs(self, rooms: list[Room]) -> None:
        for room in rooms:
            for scenario in room.scenarios:
                rule = own_rule(scenario.names[0], room.host.rules()) if scenario.names else None
                name = tokens(rule[1])["Name"][0] if rule else ""
                for command in scenario.drift:
                    self._by_hand(room, scenario, command.replace("{rule}", name))
        run = self._play(rooms)
        for room in rooms:
            self._note(room.scenarios, "repair: failed" if room.host.name in run.failed else "")
            self._look(room, "repair")


def _at(step: str, wrong: str) -> str:
    return wrong and f"{step}: {wrong}"


def _told(run: Run) -> dict[str, str]:
    """Host to the message of its failure, without what else the failure holds, such as all options that there are."""
    found = {}
    for host, text in _FATAL.findall(run.output):
        said = json.loads(text)
        found[host] = " ".join([str(said.get("msg", "")), *map(str, said.get("argument_errors", ()))])
    return found


def _first_of_each() -> list[Scenario]:
    """The first scenarios of each peer of each kind, alone and with a drift: the others are more of the same."""
    found: list[Scenario] = []
    seen: Counter[tuple[Any, ...]] = Counter()
    for scenario in _ALL:
        sort = (scenario.peer, scenario.kind, bool(scenario.mode), bool(scenario.drift))
        seen[sort] += 1
        if seen[sort] <= _FIRST:
            found.append(scenario)
    return found


@pytest.fixture(scope="module", params=["first of each", pytest.param("all", marks=LONG)])
def trial(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, warm: Warm) -> Iterator[Trial]:
    """Scenarios that can be written down, tried."""
    asked = _ALL if request.param == "all" else _first_of_each()
    folder: Path = tmp_path_factory.mktemp("peers")
    with Lab(count=_HOSTS, services=False, bystanders=()) as lab:
        trial = Trial(lab, Runner(lab, folder, warm))
        trial.asked = asked
        trial.of([scenario for scenario in asked if scenario.kind != "no_words"])
        yield trial


def test_scenarios_are_what_they_say() -> None:
    """One of each id; a rule expected for each wanted; a variant beside what is refused; no run without words."""
    ids = [scenario.id for scenario in _ALL]
    assert len(set(ids)) == len(ids) > 300
    refused = {scenario.id for scenario in _ALL if scenario.kind == "refused"}
    for scenario in _ALL:
        assert scenario.kind in ("rules", "profiles", "groups", "refused", "no_words"), scenario.id
        assert bool(scenario.wanted) is (scenario.kind != "no_words"), scenario.id
        assert scenario.variant_of in ("", *refused), scenario.id
        assert scenario.kind != "rules" or len(scenario.names) == len(scenario.expect["rules"]), scenario.id
        assert scenario.kind != "refused" or {"names", "quietly"} & set(scenario.expect), scenario.id
        assert not scenario.drift or scenario.kind in ("rules", "profiles"), scenario.id
        assert set(together([scenario.wanted])) <= {
            "lync_firewall_extra_rules", "lync_firewall_profile_settings", "lync_firewall_builtin_groups",
        }, scenario.id  # fmt: skip


@pytest.mark.parametrize("peer", _PEERS)
def test_what_a_peers_tests_ask_for(trial: Trial, peer: str) -> None:
    lines, wrong = [], []
    for scenario in (scenario for scenario in trial.asked if scenario.peer == peer):
        said = trial.wrong[scenario.id]
        if scenario.kind == "no_words":
            result = f"no words: {scenario.expect['no_words']}"
        elif said:
            result = f"WRONG: {'; '.join(dict.fromkeys(said))}"
            wrong.append(scenario.id)
        else:
            result = f"refused: {scenario.expect['refused']}" if scenario.kind == "refused" else "as expected"
        lines.append(f"{scenario.id:34} {peer}  {result}")
    print("\n".join(lines))
    assert lines
    assert not wrong, f"{len(wrong)} of {len(lines)}"
