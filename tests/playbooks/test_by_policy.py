# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of a host after the owner of a Group Policy has put in what gpo.yml wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from playbooks.runs import NEWEST_ONLY

if TYPE_CHECKING:
    from lab.lab_host import LabHost
    from lab.testing import Lab
    from playbooks.runs import Runner

# What is judged; the plays are those of site and audit.
pytestmark = NEWEST_ONLY

_LIMIT = ("--limit", "dir01*")


def _move_to_policy(host: LabHost, name: str) -> dict[str, str]:
    """The rules that a run made, as the policy brings them in place of local ones; the policy is one of the lab's."""
    made = {rule_id: text for rule_id, text in host.rules().items() if "|Name=LyncOps " in text}
    host.reset()
    host.set_group_policy(name)
    host.bring_by_policy(made)
    return made


@pytest.mark.parametrize("policy", ["merge-off", "none"])
def test_a_host_whose_rules_a_policy_brings_is_compliant_and_nothing_is_written_twice(
    lab: Lab, runner: Runner, policy: str
) -> None:
    host = lab.host("dir01")
    assert runner.play("site", *_LIMIT).code == 0
    made = _move_to_policy(host, policy)
    before = host.rules()
    run = runner.play("verify", *_LIMIT)
    assert run.code == 0, run.output
    (found,) = runner.report(name="lync-firewall-verify")["hosts"]
    assert (found["class"], found["message"]) == ("compliant", f"By Group Policy: {len(made)} rules of ours.")
    run = runner.play("site", *_LIMIT)
    assert (run.code, run.changed) == (0, set()), run.output
    assert f"0 managed rules; 0 created, 0 updated, 0 deleted, 0 kept; by Group Policy: {len(made)} rules" in run.output
    assert host.rules() == before


@pytest.mark.long
def test_old_rules_of_a_policy_are_no_drift_and_their_owner_is_named(lab: Lab, runner: Runner) -> None:
    """A scope that has changed since: the local rule is made, and the old one is for the policy's owner."""
    host = lab.host("dir01")
    assert runner.play("site", *_LIMIT).code == 0
    made = _move_to_policy(host, "none")
    (old,) = [rule_id for rule_id, text in made.items() if "LyncOps in-tcp-5061 g1" in text]
    host.bring_by_policy({old: made[old].replace("|LPort=5061|", "|LPort=5061|RA4=10.9.9.9|")})
    assert runner.play("audit", *_LIMIT).code == 2
    assert runner.classes() == {"dir01": "drifted"}
    run = runner.play("site", *_LIMIT)
    assert (run.code, run.changed) == (2, set()), "the rule is made, and the task fails over the old one"
    assert "LyncOps in-tcp-5061 g1" in "".join(host.rules().values())
    assert "Group Policy brings rules of ours that are not wanted so: 'LyncOps in-tcp-5061 g1'" in run.output
    assert "the policy's owner has to renew it" in run.output
    assert runner.play("audit", *_LIMIT).code == 2
    assert runner.classes() == {"dir01": "ineffective"}
    assert "the policy's owner has to renew it" in runner.report()["hosts"][0]["message"]
    run = runner.play("site", *_LIMIT, variables={"lync_firewall_on_ineffective": "warn"})
    assert run.code == 0, run.output


def test_after_absent_what_a_policy_brings_is_told(lab: Lab, runner: Runner) -> None:
    host = lab.host("dir01")
    assert runner.play("site", *_LIMIT).code == 0
    _move_to_policy(host, "none")
    run = runner.play("site", *_LIMIT, variables={"lync_firewall_state": "absent"})
    assert run.code == 2
    assert "Group Policy brings rules of ours" in run.output
