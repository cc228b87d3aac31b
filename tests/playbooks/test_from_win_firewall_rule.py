# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide for those who come from win_firewall_rule: what it has them paste makes the rules that they had."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from playbooks.documents import ROOT, blocks
from playbooks.runs import NEWEST_ONLY

if TYPE_CHECKING:
    from lab.testing import Lab
    from playbooks.runs import Runner

pytestmark = NEWEST_ONLY
GUIDE = ROOT / "docs" / "docsite" / "rst" / "from_win_firewall_rule.rst"
_OF_LYNC = "Lync SIP"
_NAMES = ("Name", "Desc", "EmbedCtxt")
"""Fields that say whose a rule is, and not what it does."""


def tasks_and_variables() -> tuple[list[dict[str, Any]], dict[str, Any]]:
    tasks, variables = (yaml.safe_load(block) for block in blocks(GUIDE, "yaml"))
    return [task["community.windows.win_firewall_rule"] for task in tasks], variables


def does(rule: str) -> frozenset[str]:
    """A rule string ([MS-FASP] 2.2.25) without the fields that only name it."""
    return frozenset(field for field in rule.split("|")[1:] if field.partition("=")[0] not in _NAMES)


def test_what_is_pasted_are_the_tasks_without_those_of_the_table() -> None:
    tasks, variables = tasks_and_variables()
    assert [task for task in tasks if task["name"] != _OF_LYNC] == variables["lync_firewall_extra_rules"]
    assert len(tasks) == len(variables["lync_firewall_extra_rules"]) + 1


def test_entries_make_the_rules_of_the_script_and_leave_the_script_its_own(lab: Lab, runner: Runner) -> None:
    host = lab.host("med01")
    (script,) = blocks(GUIDE, "text")
    before = set(host.rules())
    for line in script.splitlines():
        assert host.run(line).rc == 0
    made = {rule_id: rule for rule_id, rule in host.rules().items() if rule_id not in before}
    _tasks, variables = tasks_and_variables()
    assert len(made) == len(variables["lync_firewall_extra_rules"])
    assert runner.play("site", "--limit", host.name, variables=variables).code == 0
    then = host.rules()
    assert {rule_id: then[rule_id] for rule_id in made} == made
    ours = [does(rule) for rule in then.values() if "|Name=LyncOps x-" in rule]
    assert sorted(map(sorted, ours)) == sorted(sorted(does(rule)) for rule in made.values())
