# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Site rules, settings of profiles and Windows' own groups, through plan, remediation, audit and diff."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from playbooks.runs import LONG, NEWEST_ONLY

if TYPE_CHECKING:
    from lab.testing import Lab
    from playbooks.runs import Run, Runner

# NEWEST_ONLY: The oldest ansible-core plans and carries out settings once; what is refused, the engine decides.

_GROUP = "Remote Event Log Management"
_REFERENCE = "|EmbedCtxt=@FirewallAPI.dll,-29252|"
_WANTED: dict[str, Any] = {
    "lync_firewall_profile_settings": {"domain": {"log_dropped": True, "log_size": 32767}},
    "lync_firewall_builtin_groups": {"enabled": [_GROUP]},
    "lync_firewall_extra_rules": [
        {"name": "Ping", "protocol": "icmpv4", "icmp_type_code": ["8:*"], "remoteip": ["10.0.0.0/8"]},
        {"name": "Trusted", "remoteip": ["10.9.9.9"]},
        {"name": "No telnet", "action": "block", "protocol": "tcp", "localport": 23},
    ],
}
_MED = ("--limit", "med01*")


def _joined(run: Run) -> str:
    return " ".join(run.output.split())


def _of_group(lab: Lab) -> dict[str, str]:
    return {key: rule for key, rule in lab.host("med01").rules().items() if _REFERENCE in rule}


def test_what_a_plan_shows_is_done_once_and_drift_of_it_is_seen_and_repaired(lab: Lab, runner: Runner) -> None:
    host = lab.host("med01")
    before = host.rules()
    made = runner.play("plan", *_MED, variables=_WANTED)
    assert made.code == 0, made.output
    page = (runner.folder / "lync_firewall_plan" / "lync-firewall-plan.md").read_text()
    assert "domain profile, log_dropped: false -> true" in page.replace("\\", "")
    assert f"group {_GROUP} on (" in page
    assert host.rules() == before

    done = runner.play("remediate", *_MED, "--diff", variables={**_WANTED, **made.artifacts})
    assert (done.code, done.changed) == (0, {"med01.contoso.test"}), done.output
    assert "log_dropped true" in done.output
    assert re.search(rf"^-.*group {_GROUP}: .*allow \(disabled\) in tcp", done.output, re.MULTILINE), done.output
    assert re.search(rf"^\+.*group {_GROUP}: .*allow in tcp", done.output, re.MULTILINE), done.output
    rules = _of_group(lab)
    assert rules
    assert all("|Active=TRUE|" in rule for rule in rules.values())
    foreign = {key: rule for key, rule in before.items() if key not in rules and "|Name=LyncOps" not in rule}
    assert {key: host.rules()[key] for key in foreign} == foreign
    again = runner.play("remediate", *_MED, variables=_WANTED)
    assert (again.code, again.changed) == (0, set()), again.output

    host.run("netsh advfirewall set domainprofile logging droppedconnections disable")
    host.run('netsh advfirewall firewall set rule group="@FirewallAPI.dll,-29252" new enable=no')
    audit = runner.play("audit", *_MED, variables=_WANTED)
    assert audit.code == 2, "drift"
    assert [host["commands"] for host in runner.report()["hosts"]] == [
        [
            'netsh advfirewall firewall set rule group="@FirewallAPI.dll,-29252" new enable=yes',
            "netsh advfirewall set domainprofile logging droppedconnections enable",
        ]
    ]
    assert runner.classes() == {"med01": "drifted"}
    repaired = runner.play("remediate", *_MED, variables=_WANTED)
    assert (repaired.code, repaired.changed) == (0, {"med01.contoso.test"})
    assert _of_group(lab) == rules


@LONG
@NEWEST_ONLY
def test_options_that_contradict_each_other_send_nothing(lab: Lab, runner: Runner) -> None:
    before = lab.host("med01").rules()
    block = {"name": "No gateway", "action": "block", "protocol": "tcp", "localport": "5067-5068"}
    for arguments in ((), ("--check",)):
        run = runner.play("site", *_MED, *arguments, variables={"lync_firewall_extra_rules": [block]})
        assert set(run.failed) == {"med01.contoso.test"}, run.output
        assert "the options contradict each other" in _joined(run)
        assert "LyncOps x-no-gateway" in _joined(run)
    assert lab.host("med01").rules() == before
    warned = {"lync_firewall_extra_rules": [block], "lync_firewall_on_ineffective": "warn"}
    run = runner.play("site", *_MED, variables=warned)
    assert run.code == 0, run.output
    assert any("x-no-gateway" in rule for rule in lab.host("med01").rules().values())


@NEWEST_ONLY
def test_what_would_cut_us_is_refused_whatever_option_asks_for_it(lab: Lab, runner: Runner) -> None:
    """The guard knows block rules, groups and profiles that begin to block."""
    host = lab.host("med01")
    before = host.rules(), host.registry_text()
    winrm = {"name": "No WinRM", "action": "block", "protocol": "tcp", "localport": "5985"}
    for options in (
        {"lync_firewall_extra_rules": [winrm]},
        {"lync_firewall_builtin_groups": {"disabled": ["Windows Remote Management"]}},
        {"lync_firewall_profile_settings": {"domain": {"outbound_action": "block"}}},
    ):
        run = runner.play("site", *_MED, variables=options)
        assert set(run.failed) == {"med01.contoso.test"}, run.output
        assert "nothing was sent" in _joined(run)
    assert (host.rules(), host.registry_text()) == before


@NEWEST_ONLY
def test_a_wrong_key_or_value_is_told_in_the_options_words(lab: Lab, runner: Runner) -> None:
    wrong = [
        ({"lync_firewall_extra_rules": [{"name": "a", "group": "Lync", "localport": 1}]}, "builtin_groups"),
        ({"lync_firewall_extra_rules": [{"name": "a", "local_port": 1}]}, "local_port"),
        ({"lync_firewall_profile_settings": {"domain": {"log_droped": True}}}, "Did you mean log_dropped?"),
        ({"lync_firewall_builtin_groups": [_GROUP]}, "builtin_groups: keys and values are needed, such as {enabled: ["),
        (
            {"lync_firewall_extra_rules": [{"name": "a", "remoteip": [""], "service": "Spooler"}]},
            "extra_rules[0].remoteip",
        ),
        ({"lync_firewall_profile_settings": {"dmz": {"state": "enabled"}}}, "dmz"),
        ({"lync_firewall_builtin_groups": {"enabled": ["Datei- und Druckerfreigabe"]}}, "another language"),
    ]
    for options, told in wrong:
        run = runner.play("site", *_MED, variables=options)
        assert run.code != 0
        assert told in _joined(run), run.output
        assert "ansible_collections." not in run.output, "no path of Python"
    assert json.dumps(lab.host("med01").rules()).count("LyncOps") == 0
