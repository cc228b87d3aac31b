# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Users' computers: judged by every audit, changed only where that is asked for, and then really open."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from playbooks.runs import LONG, NEWEST_ONLY

if TYPE_CHECKING:
    from lab.testing import Lab
    from playbooks.runs import Runner
    from playbooks.warm import Warm

pytestmark = NEWEST_ONLY  # What a client is and has is decided as that of any other host.

PROGRAM = r"C:\Program Files\Microsoft Office\Office15\lync.exe"
ENFORCE = {"lync_firewall_clients": "enforce", "lync_firewall_client_program": PROGRAM}
OUTBOUND = [f"client-{number:02}" for number in range(1, 7)]
INBOUND = [f"client-{number:02}" for number in range(7, 12)]
MEDIA = {
    "ClientMediaPortRangeEnabled": True, "ClientMediaPort": 42000, "ClientMediaPortRange": 40,
    "ClientAudioPort": 50000, "ClientAudioPortRange": 20,
}  # fmt: skip


@pytest.fixture(scope="module")
def estate() -> Iterator[Lab]:
    from lab.testing import Lab

    with Lab(count=3, clients=2, bystanders=()) as lab:
        yield lab


@pytest.fixture
def lab(estate: Lab) -> Lab:
    for host in estate.hosts:
        host.reset()
    return estate


@pytest.fixture
def runner(lab: Lab, tmp_path: Path, warm: Warm) -> Runner:
    from playbooks.runs import Runner

    return Runner(lab, tmp_path, warm)


def for_clients(runner: Runner, variables: dict[str, Any]) -> None:
    """Set variables of the group."""

    def change(everything: dict[str, Any], _hosts: dict[str, Any]) -> None:
        everything["children"]["lync"]["children"]["lync_client"]["vars"] = variables

    runner.change_inventory(change)


def rows(runner: Runner, host: str) -> dict[str, tuple[str, str, str, str]]:
    """Row to direction, ports, verdict and reason."""
    report = runner.report()
    (found,) = [one for one in report["hosts"] if one["name"].startswith(host)]
    requirements = [(report["requirements"][cell[0]], cell) for cell in found["cells"]]
    return {row["id"]: (row["direction"], row["ports"], cell[1], cell[2]) for row, cell in requirements}


def test_an_audit_judges_all_eleven_rows_and_wants_no_rule_there(lab: Lab, runner: Runner) -> None:
    lab.host("pc02").run('netsh advfirewall firewall delete rule name="Microsoft Lync"')
    before = {name: lab.host(name).rules() for name in ("pc01", "pc02")}
    run = runner.play("audit")
    assert run.code == 2
    classes = runner.classes()
    assert (classes["pc01"], classes["pc02"], classes["fe01"]) == ("compliant", "ineffective", "drifted")
    found = rows(runner, "pc01")
    assert list(found) == [*OUTBOUND, *INBOUND]
    assert {found[row][::2] for row in OUTBOUND} == {("out", "open")}
    assert {found[row] for row in INBOUND[1:3]} == {("in", "1024-65535", "conditional", "program_rule")}
    assert {found[row][::2] for row in INBOUND} == {("in", "conditional")}
    closed = rows(runner, "pc02")
    assert {closed[row][2:] for row in INBOUND} == {("closed", "no_rule")}
    assert {closed[row][2] for row in OUTBOUND} == {"open"}
    assert {name: lab.host(name).rules() for name in before} == before


def test_with_its_program_known_a_rule_of_the_setup_opens_all(lab: Lab, runner: Runner) -> None:
    for_clients(runner, {"lync_firewall_client_program": PROGRAM, "lync_firewall_client_media": MEDIA})
    assert runner.play("audit", "--limit", "pc*").code == 0
    found = rows(runner, "pc01")
    assert {verdict for _direction, _ports, verdict, _reason in found.values()} == {"open"}
    assert {row: found[row][1] for row in INBOUND} == {
        "client-07": "6891-6901", "client-08": "50000-50019", "client-09": "42000-42039", "client-10": "42000-42039",
        "client-11": "42000-42039",
    }  # fmt: skip
    lab.host("pc01").run("netsh advfirewall set allprofiles firewallpolicy blockinbound,blockoutbound")
    assert runner.play("audit", "--limit", "pc01*").code == 2
    found = rows(runner, "pc01")
    assert {found[row][2] for row in OUTBOUND} == {"closed"}, "a client that may not go out signs in nowhere"
    assert {found[row][2] for row in INBOUND} == {"open"}


@pytest.mark.parametrize("playbook", ["site", pytest.param("remediate", marks=pytest.mark.newest_core)])
@pytest.mark.sample("site")
def test_no_run_changes_a_client_unless_it_is_to_be_enforced(lab: Lab, runner: Runner, playbook: str) -> None:
    pc01, pc02 = lab.host("pc01"), lab.host("pc02")
    for pc in (pc01, pc02):
        pc.run('netsh advfirewall firewall delete rule name="Microsoft Lync"')
    before = pc01.rules()
    assert runner.play(playbook, "--limit", "dir01*,pc*").code == 0
    run = runner.play(playbook, variables={"lync_firewall_hosts": "pc01*,dir01*"})
    assert run.code == 0
    assert "lync_firewall_clients: enforce" in run.output
    assert pc01.rules() == before
    assert not pc01.tcp_open(42000)
    for_clients(runner, {**ENFORCE, "lync_firewall_client_media": MEDIA})
    run = runner.play(playbook, "--limit", "pc*")
    assert run.code == 0, run.output
    assert run.changed == {"pc01.contoso.test", "pc02.contoso.test"}
    assert [pc01.tcp_open(port) for port in (6891, 42000, 50000)] == [True] * 3
    assert [pc01.udp_open(port) for port in (42000, 50000)] == [True] * 2
    assert not pc01.tcp_open(5350), "it is no port of this media"
    ours = [rule for rule in pc01.rules().values() if "|Name=LyncOps " in rule]
    assert len(ours) == 9, "rows that share ports share a rule"
    assert all(f"|App={PROGRAM}|" in rule for rule in ours)
    assert runner.play("audit", "--limit", "pc*").code == 0
    assert runner.classes() == {"pc01": "compliant", "pc02": "compliant"}
    assert runner.play(playbook, "--limit", "pc*").changed == set()


@LONG
@pytest.mark.newest_core
def test_a_program_that_is_not_there_is_told_with_no_request_more(lab: Lab, runner: Runner) -> None:
    wrong = {**ENFORCE, "lync_firewall_client_program": PROGRAM.replace("Office15", "Office16")}
    told = r"client_program: there is no C:\Program Files\Microsoft Office\Office16\lync.exe on this host"
    pc01 = lab.host("pc01")
    requests = {}
    for variables in (ENFORCE, wrong):
        pc01.reset()
        for name in ("site", "verify"):
            pc01.reset_stats()
            run = runner.play(name, "--limit", "pc01*", variables=variables)
            assert run.code == 0, run.output
            assert (told in " ".join(run.output.split())) is (variables is wrong), run.output
            requests.setdefault(name, []).append(pc01.stats()["requests_total"])
    assert all(first == second for first, second in requests.values()), requests
    run = runner.play("audit", "--limit", "pc01*", variables={**wrong, "lync_firewall_clients": "report"})
    assert told in " ".join(run.output.split()), run.output


@LONG
@pytest.mark.newest_core
def test_rules_that_are_left_after_a_client_was_enforced_are_told_and_can_be_taken_away(
    lab: Lab, runner: Runner
) -> None:
    pc01 = lab.host("pc01")
    known = {"lync_firewall_client_program": PROGRAM}
    assert runner.play("site", "--limit", "pc01*", variables=ENFORCE).code == 0
    assert runner.play("audit", "--limit", "pc01*", variables=ENFORCE).code == 0
    left = [rule for rule in pc01.rules().values() if "|Name=LyncOps " in rule]
    assert left
    run = runner.play("audit", "--limit", "pc01*", variables=known)
    assert run.code == 2, run.output
    assert runner.classes() == {"pc01": "drifted"}
    assert "lync_firewall_state: absent takes them away" in " ".join(run.output.split())
    assert runner.play("site", "--limit", "pc01*,dir01*", variables=known).code == 0
    assert [rule for rule in pc01.rules().values() if "|Name=LyncOps " in rule] == left, "it is looked at"
    run = runner.play("site", "--limit", "pc01*", variables={"lync_firewall_state": "absent"})
    assert (run.code, run.changed) == (0, {"pc01.contoso.test"}), run.output
    assert not [rule for rule in pc01.rules().values() if "|Name=LyncOps " in rule]
    assert runner.play("audit", "--limit", "pc01*", variables=known).code == 0
    assert runner.classes() == {"pc01": "compliant"}


@pytest.mark.newest_core
@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"lync_firewall_clients": "enforce"}, "client_program: the rules of a client are limited to its program"),
        ({**ENFORCE, "lync_firewall_client_program": "lync.exe"}, "client_program: 'lync.exe' is no full path"),
        (
            {**ENFORCE, "lync_firewall_client_media": {**MEDIA, "ClientAudioPortRange": 19}},
            "client_media: row client-08 has 19 ports (50000-50018), and audio needs at least 20",
        ),
        ({**ENFORCE, "lync_firewall_port_overrides": {"client-09": "5000-5010"}}, "row client-09 has 11 ports"),
    ],
)
@pytest.mark.sample("variables0", "variables2")
def test_what_is_wrong_is_named_and_nothing_is_sent(
    lab: Lab, runner: Runner, variables: dict[str, Any], told: str
) -> None:
    for_clients(runner, variables)
    before = lab.host("pc01").rules()
    run = runner.play("site", "--limit", "pc01*")
    assert run.code == 2
    assert told in " ".join(run.output.split())
    assert lab.host("pc01").rules() == before


@pytest.mark.newest_core
def test_a_misspelt_word_is_no_success_that_enforces_nothing(lab: Lab, runner: Runner) -> None:
    for_clients(runner, {**ENFORCE, "lync_firewall_clients": "Enforce"})
    before = lab.host("pc01").rules()
    run = runner.play("site", "--check")
    assert run.code == 2, run.output
    told = "lync_firewall_clients of pc01.contoso.test, pc02.contoso.test: 'Enforce' is not possible; it takes report, "
    assert told in " ".join(run.output.split())
    run = runner.play("site", "--limit", "pc01*", variables={"lync_firewall_hosts": "pc01*"})
    assert run.failed == {"pc01.contoso.test": 1}, run.output
    assert "pc01.contoso.test: lync_firewall_clients: 'Enforce' is not possible; it" in " ".join(run.output.split())
    assert lab.host("pc01").rules() == before


@pytest.mark.newest_core
def test_a_server_that_is_in_the_group_of_clients_too_is_told_to_have_no_rules_of_a_client(runner: Runner) -> None:
    def change(everything: dict[str, Any], hosts: dict[str, Any]) -> None:
        everything["children"]["lync"]["children"]["lync_client"]["hosts"]["dir01.contoso.test"] = {}
        hosts["dir01.contoso.test"].update(ENFORCE)

    runner.change_inventory(change)
    for name in ("site", "audit"):
        run = runner.play(name, "--limit", "dir01*")
        assert run.code == 0, run.output
        output = " ".join(run.output.split())
        assert output.count("and servers too: dir01.contoso.test. It counts for nothing there: a server is no") == 1
    assert not [row for row in rows(runner, "dir01") if row.startswith("client-")]
