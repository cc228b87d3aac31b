# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commit-confirmed apply against a small Windows that can restore itself: how it is meant to go."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.plan import Plan, Wanted
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule import ALL_PROFILES
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.snapshot import Snapshot
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.policy import build_policy
from ansible_collections.lyncops.firewall.plugins.plugin_utils._host.outcome import Failed
from ansible_collections.lyncops.firewall.tests.unit.plugins.module_utils._firewall.windows_model import foreign
from ansible_collections.lyncops.firewall.tests.unit.plugins.plugin_utils._host.rollback_cases import (
    FOREIGN,
    assert_nothing_left,
    host,
    index,
    needs_443,
    run,
    stored,
)
from ansible_collections.lyncops.firewall.tests.unit.plugins.plugin_utils._host.rollback_host import (
    Line,
    RestoringModel,
    lost_after,
)

FOLDER_TEXT = r"%SystemRoot%\LyncOpsRollback\undo.cmd"
BIGGER = Wanted(build_policy(["director"]).rules)


def test_a_risky_plan_is_locked_armed_applied_confirmed_and_disarmed() -> None:
    line = host()
    outcome = run(line)
    assert outcome.rollback == "confirmed"
    assert stored(line) == [FOREIGN]
    assert_nothing_left(line)
    assert (line.slept, line.model.fired) == (0.0, 0)
    order = [index(line, part) for part in ("md ", "owner.txt", '> "' + FOLDER_TEXT, "task.xml", "/create", "export")]
    assert order == sorted(order)
    write, delete = line.commands.index("netsh"), index(line, "/delete")
    assert order[-1] < write < delete
    (reconnected,) = line.reconnects
    assert write < reconnected < delete, "only a new connection confirms"
    assert any("reg query" in command for command in line.commands[reconnected:delete]), "and a reading over it"


@pytest.mark.parametrize("autorun", ["Welcome\r\n<Description>a task</Description>\r\n", "C:\\>"])
def test_what_an_autorun_line_prints_does_not_matter(autorun: str) -> None:
    line = host()
    line.model.autorun = autorun
    assert run(line).rollback == "confirmed"
    assert stored(line) == [FOREIGN]
    assert_nothing_left(line)


def test_a_plan_that_only_adds_is_sent_without() -> None:
    line = Line()
    assert run(line, BIGGER).rollback == ""
    assert all("Rollback" not in command for command in line.commands if "reg query" not in command)
    assert not line.reconnects


@pytest.mark.parametrize(
    ("state", "wanted"),
    [
        ({"state": 1}, Wanted()),
        ({"profiles": {name: {"EnableFirewall": 0} for name in ("Domain", "Standard", "Public")}},
         Wanted(profiles_on=ALL_PROFILES)),
    ],
)  # fmt: skip
def test_starting_the_service_and_switching_on_are_risky(state: dict[str, Any], wanted: Wanted) -> None:
    line = Line(RestoringModel(**state))
    assert run(line, wanted).rollback == "confirmed"
    assert_nothing_left(line)


def test_never_means_never() -> None:
    line = host()
    assert run(line, rollback="never").rollback == ""
    assert all("Rollback" not in command for command in line.commands if "reg query" not in command)
    line = host()
    line.reachable = needs_443
    line.trouble = {1: lost_after}
    with pytest.raises(Failed, match="does not come back"):
        run(line, rollback="never")
    assert stored(line) == [FOREIGN], "nobody restores it"


@pytest.mark.parametrize("breaks", [False, True])
def test_a_host_that_is_cut_off_restores_itself(breaks: bool) -> None:
    line = host()
    before = stored(line)
    line.reachable = needs_443
    if breaks:
        clean = host()
        run(clean)
        line.trouble = {clean.commands.index("netsh"): lost_after}
    with pytest.raises(Failed, match=r"restored itself: put back: LyncOps in-tcp-443 g1\. It is as it was") as caught:
        run(line, rollback_after=7)
    outcome = caught.value.outcome
    assert outcome is not None
    assert (outcome.rollback, outcome.changed, outcome.wrote) == ("fired", True, True)
    assert stored(line) == before
    assert line.model.fired == 1
    assert line.slept >= 7 * 60
    assert_nothing_left(line)
    assert len(line.model.folders) == 1, "kept for people, under another name"
    assert any(path.endswith(r"\before.wfw") for path in line.model.files)
    again = Line(line.model)
    assert run(again).rollback == "confirmed", "the next run is not hindered"


def test_what_others_write_while_it_is_armed_stays() -> None:
    line = host()
    before = stored(line)
    line.reachable = needs_443
    theirs = foreign("Backup", ("LPort", "10000"))
    line.later = [(120.0, lambda model: model.local.update({"{B}": theirs}))]
    with pytest.raises(Failed, match="restored itself"):
        run(line)
    assert stored(line) == sorted([*before, theirs], key=str)


def test_switches_and_changes_in_place_come_back_and_what_cannot_is_said() -> None:
    line = host()
    line.model.state, line.model.profiles["Public"]["EnableFirewall"] = 1, 0
    before = stored(line)
    narrow = replace(build_policy(["office_web_apps"], remote_addresses=["10.0.0.0/8"]).rules[0])
    line.reachable = lambda model: model.profiles["Public"]["EnableFirewall"] == 0
    with pytest.raises(Failed, match=r"changed back: LyncOps in-tcp-443 g1.*MpsSvc.* stays started") as caught:
        run(line, Wanted((narrow,), profiles_on=ALL_PROFILES))
    assert "switched off again: public profile" in str(caught.value)
    assert stored(line) == before
    assert line.model.profiles["Public"]["EnableFirewall"] == 0


def test_an_export_that_fails_does_not_matter() -> None:
    line = host()
    line.model.ignores = {"export"}
    assert run(line).rollback == "confirmed"


@pytest.mark.parametrize("objecting", [1, 2])
def test_a_guard_that_objects_stops_everything(objecting: int) -> None:
    line = host()
    before = stored(line)
    asked: list[Plan] = []

    def guard(plan: Plan, snapshot: Snapshot) -> list[str]:
        assert len(snapshot.rules) == 2
        asked.append(plan)
        return ["WinRM is closed"] if len(asked) == objecting else []

    with pytest.raises(Failed, match="nothing was sent: WinRM is closed"):
        run(line, guard=guard)
    assert len(asked) == objecting
    assert stored(line) == before
    assert_nothing_left(line)
    assert "netsh" not in line.commands


def test_what_is_sent_again_is_sent_under_the_rollback() -> None:
    line = host()
    line.model.batch_is_ignored = True
    assert run(line).rollback == "confirmed"
    assert stored(line) == [FOREIGN]
    (again,) = [number for number, command in enumerate(line.commands) if "delete rule" in command]
    assert "schtasks /query" in line.commands[again - 1]


def test_what_the_rollback_would_not_take_back_is_not_sent() -> None:
    line = host()
    (desired,) = build_policy(["office_web_apps"], remote_addresses=["10.0.0.0/8"]).rules
    wanted = Wanted((replace(desired, rule=replace(desired.rule, description="new")),))

    def twice(line: Line, command: str, stdin: bytes) -> str:
        line.model.run(command, stdin)
        line.model.run(command, stdin)
        return ""

    clean = host()
    run(clean, wanted)
    line.trouble = {clean.commands.index("netsh"): twice}
    with pytest.raises(Failed, match=r"does not stand any more.*'LyncOps in-tcp-443 g3' was not added"):
        run(line, wanted)
    assert_nothing_left(line)
    assert run(Line(line.model), wanted).plan.create, "the next run does it"
