# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""probe.yml, and verify.yml with a probe: what can be reached from outside, and what that says of a verdict.

All that may be the matter with a port happens on one host each, in stealth mode, and is told apart.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from playbooks.runs import LONG, NEWEST_ONLY, newest_only

if TYPE_CHECKING:
    from lab.testing import Lab
    from playbooks.runs import Run, Runner
    from playbooks.warm import Warm

UNSERVED = "5064,8058,57343"
"""Ports of rows that nothing serves in 2013, and the middle of the range for application sharing."""
PROBE = {"lync_firewall_probe": True, "lync_firewall_probe_timeout": 0.4}


@pytest.fixture(scope="module")
def serving() -> Iterator[Lab]:
    """fe01, fe02, dir01 and med01, with their services."""
    from lab.testing import Lab

    with Lab(count=4, bystanders=()) as lab:
        yield lab


@pytest.fixture
def lab(serving: Lab) -> Lab:
    """The hosts in stealth mode, with an enabled firewall and Lync's own rules out of the way."""
    for host in serving.hosts:
        host.reset()
        host.set_quirks(stealth=True, stealth_ports=UNSERVED, tls=True)
    return serving


@pytest.fixture
def runner(lab: Lab, tmp_path: Path, warm: Warm) -> Runner:
    from playbooks.runs import Runner

    return Runner(lab, tmp_path, warm)


def probed(run: Run) -> dict[str, Any]:
    """What the task returned, by host: its result is printed at verbosity 1."""
    found = re.search(r"^ok: \[\S+ -> localhost\] => (\{.*\})$", run.output, re.MULTILINE)
    assert found, run.output
    return dict(json.loads(found[1]))


def says(report: dict[str, Any], host: str, row: str, port: int, transport: str = "tcp") -> tuple[str, str]:
    """Status and meaning of a port of a row on a host of a report."""
    (found,) = [one for one in report["hosts"] if one["name"].startswith(host)]
    for cell in found["cells"]:
        if report["requirements"][cell[0]]["id"] == row:
            ports = {(one[0], one[1]): (one[2], one[3]) for one in cell[5]["probe"]}
            return ports[transport, port]
    raise AssertionError(f"{host} has no row {row}")


@NEWEST_ONLY
def test_everything_that_may_be_the_matter_with_a_port_is_told_apart(lab: Lab, runner: Runner) -> None:
    assert runner.play("site", "--limit", "fe*,dir01*").code == 0
    fe01, fe02, dir01 = lab.host("fe01"), lab.host("fe02"), lab.host("dir01")
    fe01.stop_listening(5062, 1434)
    fe01.shut_on_the_way(8057)
    fe02.shut_on_the_way(5065, refused=True)
    dir01.run('netsh advfirewall firewall add rule name="left over" dir=in action=allow protocol=tcp localport=444')
    dir01.run('netsh advfirewall firewall add rule name="nobody" dir=in action=block protocol=tcp localport=5061')
    variables = {**PROBE, "lync_firewall_probe_unasked": ["5985", "4443", "5061-5062"]}
    run = runner.play("verify", "--limit", "fe*,dir01*", variables=variables)
    report = runner.report(name="lync-firewall-verify")
    assert says(report, "fe01", "server-03", 5061) == ("open", "agree")
    assert says(report, "fe01", "server-06", 5062) == ("filtered", "nothing_listens")
    assert says(report, "fe01", "server-07", 8057) == ("filtered", "shut_out")
    assert says(report, "fe02", "server-27", 5065) == ("refused", "shut_out")
    assert says(report, "fe02", "server-06", 5062) == ("open", "agree")
    assert says(report, "fe01", "server-01", 1434, "udp") == ("sent", "nothing_listens")
    assert says(report, "fe02", "server-01", 1434, "udp") == ("sent", "not_told")
    assert says(report, "fe01", "server-10", 61518) == ("open", "agree")
    assert says(report, "dir01", "server-45", 5061) == ("filtered", "agree"), "closed, and seen so"
    unasked = {host["name"].partition(".")[0]: host.get("unasked", []) for host in report["hosts"]}
    assert unasked == {"fe01": [5985], "fe02": [5985], "dir01": [5985]}
    assert report["probes"]["shut_out"] == 2
    assert report["probes"]["unasked"] == 3
    assert run.code == 2
    assert "Disproved by a probe from outside: dir01.contoso.test, fe01.contoso.test, fe02.contoso.test." in run.output
    assert "listens, but is shut out on the way: fe01.contoso.test 8057; fe02.contoso.test 5065" in run.output
    status = json.loads((runner.folder / "lync_firewall_report" / "lync-firewall-verify-status.json").read_text())
    assert "disproved" in status["classes"]
    table = (runner.folder / "lync_firewall_report" / "lync-firewall-verify.csv").read_text()
    rows = {(row["host"][:4], row["row"]): row for row in csv.DictReader(table.splitlines())}
    assert rows["fe01", "server-07"]["probe"] == "tcp 8057 filtered"
    assert rows["fe01", "server-07"]["probe_says"] == "shut_out"


@LONG
@pytest.mark.newest_core
def test_a_verification_without_a_fault_stays_well_and_one_without_a_socket_table_stays_filtered(
    lab: Lab, runner: Runner
) -> None:
    assert runner.play("site", "--limit", "dir01*").code == 0
    run = runner.play("verify", "--limit", "dir01*", variables=PROBE)
    assert run.code == 0, run.output
    report = runner.report(name="lync-firewall-verify")
    assert set(report["probes"]) == {"agree", "not_told"}
    assert "Probed: 1 not told, 4 agree" in run.output
    host = lab.host("dir01")
    host.stop_listening(444)
    host.set_quirks(stealth=True, deny_netstat=True)
    runner.play("verify", "--limit", "dir01*", variables=PROBE)
    report = runner.report(name="lync-firewall-verify")
    assert says(report, "dir01", "server-42", 444) == ("filtered", "filtered")


@LONG
@pytest.mark.newest_core
def test_a_port_that_is_open_against_the_verdict_contradicts_it(lab: Lab, runner: Runner) -> None:
    """As where another machine answers at the address that is probed: dir01 is closed, and fe01 answers for it."""
    assert runner.play("site", "--limit", "fe01*").code == 0

    def change(_everything: dict[str, Any], hosts: dict[str, Any]) -> None:
        hosts["dir01.contoso.test"]["lync_firewall_probe_address"] = lab.host("fe01").address

    runner.change_inventory(change)
    run = runner.play("verify", "--limit", "dir01*", variables=PROBE)
    report = runner.report(name="lync-firewall-verify")
    assert says(report, "dir01", "server-45", 5061) == ("open", "contradicts")
    assert report["probes"]["contradicts"] >= 1
    assert run.code == 2
    assert "open, though the policy does not let this probe in: dir01.contoso.test " in run.output
    assert "Disproved by a probe from outside: dir01.contoso.test." in run.output
    status = json.loads((runner.folder / "lync_firewall_report" / "lync-firewall-verify-status.json").read_text())
    assert "disproved" in status["classes"]


@LONG
@pytest.mark.newest_core
def test_a_port_that_answers_though_the_host_does_not_listen_is_another_machine_s(lab: Lab, runner: Runner) -> None:
    """dir01 has stopped listening, and fe01, which is let in as it is, answers at the address that is probed."""
    assert runner.play("site", "--limit", "fe01*,dir01*").code == 0
    lab.host("dir01").stop_listening(444, 5061)

    def change(_everything: dict[str, Any], hosts: dict[str, Any]) -> None:
        hosts["dir01.contoso.test"]["lync_firewall_probe_address"] = lab.host("fe01").address

    runner.change_inventory(change)
    run = runner.play("verify", "--limit", "dir01*", variables=PROBE)
    report = runner.report(name="lync-firewall-verify")
    assert says(report, "dir01", "server-45", 5061) == ("open", "elsewhere")
    assert report["probes"]["elsewhere"] == 2
    assert run.code == 2
    assert "another machine answers there: dir01.contoso.test 444 5061" in run.output
    assert "Disproved by a probe from outside: dir01.contoso.test." in run.output


@LONG
@pytest.mark.newest_core
def test_tls_that_is_none_is_named_by_port_and_fails_nothing(lab: Lab, runner: Runner) -> None:
    assert runner.play("site", "--limit", "dir01*").code == 0
    lab.host("dir01").set_quirks(stealth=True, tls=False)
    line = "open, and no TLS where TLS is spoken (the answer to a TLS hello is no TLS): dir01.contoso.test 443 444"
    run = runner.play("probe", "--limit", "dir01*", variables=PROBE)
    assert (run.code, line in run.output) == (0, True), run.output
    run = runner.play("verify", "--limit", "dir01*", variables=PROBE)
    assert (run.code, line in run.output) == (0, True), run.output
    page = (runner.folder / "lync_firewall_report" / "lync-firewall-verify.html").read_text()
    assert "no TLS where TLS is spoken" in page


@LONG
@pytest.mark.newest_core
def test_a_scope_that_leaves_the_prober_out_is_kept_and_seen_so(lab: Lab, runner: Runner) -> None:
    scoped = {"lync_firewall_remote_addresses": ["10.1.0.0/16"]}
    assert runner.play("site", "--limit", "dir01*", variables=scoped).code == 0
    runner.play("verify", "--limit", "dir01*", variables={**PROBE, **scoped})
    report = runner.report(name="lync-firewall-verify")
    assert says(report, "dir01", "server-42", 444) == ("filtered", "agree")
    assert set(report["probes"]) <= {"agree", "not_told"}


def test_a_probe_alone_needs_no_winrm(lab: Lab, runner: Runner) -> None:
    assert runner.play("site", "--limit", "dir01*").code == 0
    lab.host("dir01").reset_stats()
    variables = {**PROBE, "ansible_port": 9, "ansible_password": "wrong"}
    run = runner.play("probe", "--limit", "dir01*", variables=variables)
    assert run.code == 0, run.output
    assert re.search(r"^dir01.contoso.test +4 of 4 +0 +0 +0 +1 of 1 +0$", run.output, re.MULTILINE)
    assert "1 host, 5 probes: 4 open, 1 sent" in run.output
    assert lab.host("dir01").stats()["requests_total"] == 0


@pytest.mark.newest_core
def test_a_front_end_whose_services_all_run_is_well_though_nothing_serves_two_of_its_rows(
    lab: Lab, runner: Runner
) -> None:
    assert runner.play("site", "--limit", "fe01*").code == 0
    run = runner.play("probe", "--limit", "fe01*", variables=PROBE)
    assert run.code == 0, run.output
    assert "not open, and no fault: 5064 8058. By the documents" in run.output
    lab.host("fe01").stop_listening(5062)
    run = runner.play("probe", "--limit", "fe01*", variables=PROBE)
    assert (run.code, "a port that is not open from here: fe01" in run.output) == (2, True), run.output
    assert re.search(r"^fe01.contoso.test .* 5062$", run.output, re.MULTILINE), run.output


@pytest.mark.newest_core
def test_a_play_in_batches_probes_each_host_once_and_one_without_turns_is_refused(
    lab: Lab, runner: Runner, tmp_path: Path
) -> None:
    def play(**more: Any) -> Run:
        path = tmp_path / "batches.yml"
        role = {"name": "lyncops.firewall.lync_firewall", "tasks_from": "probe"}
        tasks = [{"ansible.builtin.import_role": role}]
        path.write_text(json.dumps([{"hosts": "dir01*,med01*", "gather_facts": False, "tasks": tasks, **more}]))
        return runner.play(str(path), variables=PROBE)

    run = play(serial=1)
    assert run.code == 0, run.output
    assert [re.findall(rf"^{host}.contoso.test +\d", run.output, re.MULTILINE) != [] for host in ("dir01", "med01")]
    assert len(re.findall(r"^\w+.contoso.test +\d+ of \d+", run.output, re.MULTILINE)) == 2, run.output
    run = play(strategy="free")
    assert run.code == 2
    assert "strategy: free" in run.output
    assert "probes:" not in run.output


@pytest.mark.parametrize("flags", [(), newest_only(("--check", "--diff"))])
@pytest.mark.sample("flags0")
def test_a_port_that_is_not_open_fails_a_probe_and_is_named(lab: Lab, runner: Runner, flags: tuple[str, ...]) -> None:
    run = runner.play("probe", "--limit", "dir01*,med01*", *flags, variables=PROBE)
    assert run.code == 2
    assert "2 hosts with a port that is not open from here: dir01.contoso.test, med01.contoso.test" in run.output
    run = runner.play("probe", "--limit", "dir01*", variables={**PROBE, "lync_firewall_fail_on_drift": False})
    assert run.code == 0


@pytest.mark.newest_core
def test_whatever_extra_variables_say_of_the_connection_the_controller_probes(lab: Lab, runner: Runner) -> None:
    variables = {**PROBE, "ansible_connection": "winrm", "lync_firewall_fail_on_drift": False}
    run = runner.play("probe", "--limit", "dir01*", variables=variables)
    assert (run.code, "1 host, 5 probes" in run.output) == (0, True), run.output


@pytest.mark.newest_core
def test_wrong_variables_are_named_and_keep_nobody_else_back(lab: Lab, runner: Runner) -> None:
    def change(_everything: dict[str, Any], hosts: dict[str, Any]) -> None:
        hosts["fe02.contoso.test"]["lync_firewall_skip_rows"] = ["server-99"]
        hosts["dir01.contoso.test"]["ansible_host"] = "no-such-host.invalid"

    runner.change_inventory(change)
    run = runner.play("probe", "--limit", "fe*,dir01*", variables=PROBE)
    assert run.code == 2
    assert "1 host that could not be probed: fe02.contoso.test" in run.output
    assert "there is no row 'server-99' in the catalogue" in run.output
    assert re.search(r"^fe01.contoso.test +\d+ of \d+", run.output, re.MULTILINE)
    assert " 5 error" in run.output
    nowhere = "dir01.contoso.test: 5 of 5 ports, no-such-host.invalid cannot be resolved: "
    assert f"not probed: {nowhere}" in run.output
    assert re.search(r"^dir01.contoso.test +0 of 4 +0 +0 +4 +0 of 1 +0$", run.output, re.MULTILINE), "no port is closed"
    assert "1 host with ports that could not be probed: dir01.contoso.test (5 of 5 ports, " in " ".join(
        run.output.split()
    )
    for name, value, told in (
        ("timeout", 0, "timeout: 0"),
        ("unasked", ["0"], "port 0"),
        ("at_once", "many", "at_once"),
    ):
        run = runner.play("probe", "--limit", "fe01*", variables={f"lync_firewall_probe_{name}": value})
        assert (run.code, told in run.output) == (2, True), run.output


@pytest.mark.newest_core
def test_a_probe_that_cannot_be_made_is_told_in_the_verification(lab: Lab, runner: Runner) -> None:
    assert runner.play("site", "--limit", "dir01*").code == 0
    variables = {**PROBE, "lync_firewall_probe_at_once": 0}
    run = runner.play("verify", "--limit", "dir01*", variables=variables)
    assert run.code == 2
    assert "hosts could not be probed: at_once: 0 will not do" in " ".join(run.output.split())
    assert runner.classes(name="lync-firewall-verify") == {"dir01": "compliant"}


@LONG
@pytest.mark.newest_core
def test_a_verification_that_could_probe_nothing_of_a_host_is_no_success(lab: Lab, runner: Runner) -> None:
    assert runner.play("site", "--limit", "dir01*").code == 0
    variables = {**PROBE, "lync_firewall_probe_address": "no-such-host.invalid"}
    run = runner.play("verify", "--limit", "dir01*", variables=variables)
    assert run.code == 2, run.output
    output = " ".join(run.output.split())
    assert "Not all ports could be probed of: dir01.contoso.test (5 of 5 ports, no-such-host.invalid cannot" in output
    assert runner.classes(name="lync-firewall-verify") == {"dir01": "compliant"}
    status = json.loads((runner.folder / "lync_firewall_report" / "lync-firewall-verify-status.json").read_text())
    assert status["class"] == "failed"


@pytest.mark.newest_core
def test_the_module_probes_any_target_and_refuses_to_do_so_from_windows(
    lab: Lab, runner: Runner, tmp_path: Path
) -> None:
    play = tmp_path / "targets.yml"
    address = lab.host("dir01").address
    lab.host("dir01").run("netsh advfirewall set allprofiles state off")
    play.write_text(
        json.dumps(
            [
                {
                    "hosts": "dir01*",
                    "gather_facts": False,
                    "tasks": [
                        {
                            "lyncops.firewall.lync_port_probe": {
                                "targets": [
                                    {"host": "web", "address": address, "port": 443, "tls": True},
                                    {"host": "web", "address": address, "port": 9},
                                ]
                            },
                            **where,
                        }
                    ],
                }
                for where in ({"delegate_to": "localhost"}, {})
            ]
        )
    )
    run = runner.play(str(play), "-v")
    assert run.code == 2
    found = probed(run)
    assert found["probes"] == {
        "web": [
            {"port": 443, "status": "open", "tls": True, "transport": "tcp"},
            {"port": 9, "status": "refused", "transport": "tcp"},
        ]
    }
    assert found["sources"] == {"web": "127.0.0.1"}
    assert "delegate the task to localhost" in " ".join(run.output.split())
