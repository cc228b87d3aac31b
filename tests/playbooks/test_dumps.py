# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files instead of hosts: an estate is audited without a connection, by what the documented line wrote on hosts."""

from __future__ import annotations

import csv
import os
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from playbooks.runs import LONG, NEWEST_ONLY

if TYPE_CHECKING:
    from lab.testing import Lab
    from playbooks.runs import Runner

# NEWEST_ONLY: The oldest ansible-core audits files, good and broken ones, and refuses to change them; what a file
# says is read by pure functions.

ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "docs" / "docsite" / "rst" / "files_instead_of_hosts.rst"
NO_WAY_IN = {"ansible_user": None, "ansible_password": None, "ansible_port": 9}


def documented_line() -> str:
    """The line of the guide, which writes into the share that the guide calls ``\\\\files\\lync``."""
    (line,) = re.findall(r"^   (\(reg query .*)$", GUIDE.read_text("utf-8"), re.MULTILINE)
    assert len(line) < 8191, "cmd takes no longer line"
    return line


def documented_exports() -> list[str]:
    """The lines of the guide that make a ``.reg`` file of a host, in the share."""
    lines = re.findall(r"^   ((?:reg export|copy) .*)$", GUIDE.read_text("utf-8"), re.MULTILINE)
    assert len(lines) == 7
    return lines


def collect(lab: Lab, folder: Path) -> None:
    """What the line writes on each host, as files of the folder."""
    folder.mkdir(exist_ok=True)
    for host in lab.hosts:
        ran = host.run(documented_line())
        assert ran.stdout == ran.stderr == "", ran
        computer = host.run("echo %COMPUTERNAME%").stdout.strip()
        text = host.file(rf"\\files\lync\{computer}.txt")
        assert text
        (folder / f"{computer}.txt").write_bytes(text.encode())


def verdicts(report: dict[str, Any]) -> dict[str, Any]:
    """Class, findings and commands of each host."""
    rows = [(row["id"], row["ports"]) for row in report["requirements"]]
    return {
        host["name"]: (host["class"], [(rows[cell[0]], *cell[1:3]) for cell in host["cells"]], host["commands"])
        for host in report["hosts"]
    }


def test_an_estate_is_judged_by_files_as_it_is_by_its_hosts(lab: Lab, runner: Runner) -> None:
    """One without a file, files without a host; and no request to anybody."""
    folder = runner.folder / "dumps"
    collect(lab, folder)
    runner.play("audit")
    live = verdicts(runner.report())
    for host in lab.hosts:
        host.reset_stats()
    (folder / "DIR01.txt").rename(folder / "old01.txt")
    (folder / "notes.md").write_text("of nobody")
    run = runner.play("audit", variables={"lync_firewall_dumps": "dumps", **NO_WAY_IN})
    assert [host.stats()["requests"] for host in lab.hosts] == [{}] * 4
    report = runner.report()
    saved = verdicts(report)
    name = "dir01.contoso.test"
    assert saved.pop(name)[0] == "failed"
    live.pop(name)
    assert saved == live
    by_name = {host["name"]: host for host in report["hosts"]}
    assert "lync_firewall_dumps: no file in " in by_name[name]["message"]
    assert " stands for the host; one that is called dir01.txt, " in by_name[name]["message"]
    (judged,) = by_name["fe01.contoso.test"]["judged_from"]
    assert judged["file"] == "FE01.txt"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", judged["saved"])
    assert (
        f"Judged from a file, not from the host: FE01.txt of {judged['saved']}"
        in by_name["fe01.contoso.test"]["message"]
    )
    assert report["files_of_nobody"] == ["notes.md", "old01.txt"]
    assert "lync_firewall_dumps: notes.md, old01.txt stand for no host of the inventory" in " ".join(run.output.split())
    status = (runner.folder / "lync_firewall_report" / "lync-firewall-status.json").read_text()
    assert '"judged_from_files": 3' in status
    assert '"files_of_nobody": ["notes.md", "old01.txt"]' in status
    with (runner.folder / "lync_firewall_report" / "lync-firewall.csv").open(encoding="utf-8", newline="") as file:
        assert {row["host"] for row in csv.DictReader(file) if row["judged_from"].startswith("FE01.txt ")} == {
            "fe01.contoso.test"
        }


@pytest.mark.parametrize("playbook", ["site", "remediate", "plan"])
def test_nothing_is_changed_in_files(lab: Lab, runner: Runner, playbook: str) -> None:
    before = {host.name: host.rules() for host in lab.hosts}
    (runner.folder / "dumps").mkdir()
    extra = {"lync_firewall_dumps": "dumps", "lync_firewall_drifted_hosts": "fe01.contoso.test"}
    run = runner.play(playbook, variables=extra)
    assert run.code or playbook == "plan", "a plan tells of hosts that cannot be planned, and does not fail"
    assert "files are judged in place of hosts by audit, report and matrix alone" in run.output
    assert run.output.count("fatal: [") == 1, "it is said once, not for each host"
    assert {host.name: host.rules() for host in lab.hosts} == before


@pytest.mark.parametrize("playbook", ["verify", "probe"])
def test_what_is_to_be_seen_on_the_hosts_is_not_seen_in_files(lab: Lab, runner: Runner, playbook: str) -> None:
    """As an extra variable, or as one host's."""
    (runner.folder / "dumps").mkdir()
    for host in lab.hosts:
        host.reset_stats()
    runs = [runner.play(playbook, variables={"lync_firewall_dumps": "dumps"})]

    def change(_everything: dict[str, Any], hosts: dict[str, Any]) -> None:
        hosts["med01.contoso.test"]["lync_firewall_dumps"] = "dumps"

    runner.change_inventory(change)
    runs.append(runner.play(playbook))
    for run in runs:
        assert run.code
        assert "lync_firewall_dumps: files are judged in place of hosts by audit, report and matrix alone" in run.output
    assert "lync_firewall_dumps is a variable of med01.contoso.test" in runs[1].output
    assert [host.stats()["requests"] for host in lab.hosts] == [{}] * 4


def test_rules_of_a_retired_host_are_not_taken_away_in_a_file(lab: Lab, runner: Runner) -> None:
    def change(everything: dict[str, Any], _hosts: dict[str, Any]) -> None:
        everything["children"]["lync"]["children"]["lync_director"]["hosts"] = {}

    runner.change_inventory(change)
    (runner.folder / "dumps").mkdir()
    before = lab.host("dir01").stats()["requests"]
    run = runner.play(
        "retire", variables={"lync_firewall_retired": "dir01.contoso.test", "lync_firewall_dumps": "dumps"}
    )
    assert run.code
    assert "files are judged in place of hosts by audit, report and matrix alone" in run.output
    assert lab.host("dir01").stats()["requests"] == before


def test_absent_is_refused_too(runner: Runner) -> None:
    (runner.folder / "dumps").mkdir()
    run = runner.play("site", variables={"lync_firewall_dumps": "dumps", "lync_firewall_state": "absent"})
    assert "files are judged in place of hosts" in run.output


def test_broken_and_hostile_files_are_the_trouble_of_their_hosts(lab: Lab, runner: Runner) -> None:
    folder = runner.folder / "dumps"
    collect(lab, folder)
    (folder / "FE01.txt").write_bytes(b"\x00\x01binary")
    (folder / "fe02.reg").write_bytes(b"")
    (folder / "MED01.txt").unlink()
    (folder / "MED01.txt").symlink_to("/etc/hostname")
    runner.play("report", variables={"lync_firewall_dumps": str(folder), **NO_WAY_IN})
    messages = {host["name"].partition(".")[0]: host["message"] for host in runner.report()["hosts"]}
    assert "it is no text" in messages["fe01"]
    assert "FE02.txt and" in messages["fe02"]
    assert "fe02.reg stand for fe02.contoso.test" in messages["fe02"]
    assert "leads out of the folder" in messages["med01"]
    assert runner.classes()["dir01"] == "drifted"


@NEWEST_ONLY
def test_a_file_that_was_cut_off_at_the_end_of_a_line_is_nobodys_verdict(lab: Lab, runner: Runner) -> None:
    """What is behind the cut may be a block rule: half a file must not make a host compliant."""
    folder = runner.folder / "dumps"
    collect(lab, folder)
    whole = (folder / "FE01.txt").read_bytes()
    lines = whole.splitlines(keepends=True)
    for cut in (len(lines) // 3, next(at for at, line in enumerate(lines) if b"MpsSvc" in line)):
        (folder / "FE01.txt").write_bytes(b"".join(lines[:cut]))
        runner.play("report", variables={"lync_firewall_dumps": str(folder), **NO_WAY_IN})
        (host,) = [host for host in runner.report()["hosts"] if host["name"].startswith("fe01")]
        assert (host["class"], "it was cut off" in host["message"]) == ("failed", True), host


@NEWEST_ONLY
def test_names_of_files_forge_no_line_of_a_mail(lab: Lab, runner: Runner) -> None:
    folder = runner.folder / "dumps"
    collect(lab, folder)
    (folder / "evil\n\x1b[2Kok: [fe09] forged.txt").write_text("x")
    runner.play("report", variables={"lync_firewall_dumps": str(folder), **NO_WAY_IN})
    for path in (runner.folder / "lync_firewall_report").glob("*.txt"):
        assert "\x1b" not in path.read_text("utf-8")
        assert not any(line.startswith("ok:") for line in path.read_text("utf-8").splitlines())
    assert "\n" not in "".join(runner.report()["files_of_nobody"])


@NEWEST_ONLY
def test_the_matrix_says_who_is_admitted_by_the_files(lab: Lab, runner: Runner) -> None:
    folder = runner.folder / "dumps"
    collect(lab, folder)
    variables = {"lync_firewall_dumps": "dumps", **NO_WAY_IN}
    runner.play("audit", variables=variables)
    run = runner.play("matrix", variables=variables)
    assert run.code == 0, run.output
    (matrix,) = (runner.folder / "lync_firewall_matrix").glob("*.md")
    assert re.search(
        r"Judged from files, not from the hosts: dir01\.contoso\.test of 20\d\d-.* of 20", matrix.read_text()
    )
    assert "Judged from files, not from the hosts: dir01.contoso.test of 20" in run.output


@LONG
@NEWEST_ONLY
def test_a_matrix_is_made_of_no_files_without_an_audit_of_them(lab: Lab, runner: Runner) -> None:
    (runner.folder / "dumps").mkdir()
    run = runner.play("matrix", variables={"lync_firewall_dumps": "dumps", **NO_WAY_IN})
    assert run.code
    assert "lync_firewall_dumps: a matrix is not made of files" in run.output
    runner.play("audit")
    run = runner.play("matrix", variables={"lync_firewall_dumps": "dumps", **NO_WAY_IN})
    assert run.code
    assert "is of the hosts themselves. Run lyncops.firewall.audit with lync_firewall_dumps first" in run.output


BLOCK = "v2.10|Action=Block|Active=TRUE|Dir=In|Protocol=6|LPort=5061|Name=gpo block|"
GROUP_POLICY = r"HKLM\SOFTWARE\Policies\Microsoft\WindowsFirewall\FirewallRules"


@NEWEST_ONLY
def test_the_documented_exports_judge_hosts_as_they_are(lab: Lab, runner: Runner) -> None:
    """With Group Policy on one host and none on the others; twice, as a task of every night does."""
    lab.host("fe01").write_registry(GROUP_POLICY, "gpo", "REG_SZ", BLOCK)
    folder = runner.folder / "dumps"
    folder.mkdir()
    for host in lab.hosts:
        for line in documented_exports() * 2:
            assert host.run(rf"cd C:\Windows\Temp& {line}").rc == 0, line
        computer = host.run("echo %COMPUTERNAME%").stdout.strip()
        text = host.run(rf"type \\files\lync\{computer}.reg").stdout
        (folder / f"{computer}.reg").write_bytes(b"\xff\xfe" + text.encode("utf-16-le"))
    runner.play("audit")
    live = verdicts(runner.report())
    runner.play("audit", variables={"lync_firewall_dumps": "dumps", **NO_WAY_IN})
    report = runner.report()
    assert verdicts(report) == live
    assert "gpo block" in str([host["cells"] for host in report["hosts"] if host["name"].startswith("fe01")])
    assert not [host["name"] for host in report["hosts"] if "lacking" in host]


@LONG
@NEWEST_ONLY
def test_half_of_the_files_is_told_wherever_a_host_is(lab: Lab, runner: Runner) -> None:
    """The local policy alone, and a block rule of Group Policy that is in no file: compliant, and everybody is told."""
    runner.play("site")
    lab.host("fe01").write_registry(GROUP_POLICY, "gpo", "REG_SZ", BLOCK)
    folder = runner.folder / "dumps"
    collect(lab, folder)
    (folder / "FE01.txt").unlink()
    host = lab.host("fe01")
    host.run(rf"cd C:\Windows\Temp& {documented_exports()[0]}")
    text = host.run(r"type C:\Windows\Temp\local.reg").stdout
    (folder / "FE01.reg").write_bytes(b"\xff\xfe" + text.encode("utf-16-le"))
    run = runner.play("audit", variables={"lync_firewall_dumps": "dumps", **NO_WAY_IN})
    assert (
        "Judged from files: 4 (without Group Policy: 1, without MpsSvc: 1, without the computer's name: 1)"
        in run.output
    )
    assert "Judged from files without Group Policy: fe01.contoso.test" in run.output
    reports = runner.folder / "lync_firewall_report"
    assert "Judged from files without Group Policy (1): fe01.contoso.test" in (
        reports / "lync-firewall-mail.txt"
    ).read_text("utf-8")
    for name in ("html", "json", "csv"):
        text = (reports / f"lync-firewall.{name}").read_text("utf-8")
        assert "nothing is set by Group Policy: its key is not in the file" in text, name
    (found,) = [one for one in runner.report()["hosts"] if one["name"] == "fe01.contoso.test"]
    assert found["lacking"] == ["Group Policy", "MpsSvc", "the computer's name"]


@NEWEST_ONLY
@pytest.mark.parametrize(("year", "told"), [(2019, "more than 7 days ago"), (2037, "which is to come")])
@pytest.mark.sample("2019")
def test_a_file_that_is_too_old_or_of_the_future_is_no_ok(lab: Lab, runner: Runner, year: int, told: str) -> None:
    runner.play("site")
    folder = runner.folder / "dumps"
    collect(lab, folder)
    variables = {"lync_firewall_dumps": "dumps", **NO_WAY_IN}
    assert runner.play("audit", variables=variables).code == 0
    moment = (year - 1970) * 31_557_600
    os.utime(folder / "MED01.txt", (moment, moment))
    run = runner.play("audit", variables=variables)
    assert run.code
    assert "Judged from files that are too old or of the future: med01.contoso.test" in run.output
    reports = runner.folder / "lync_firewall_report"
    assert '"class": "outdated"' in (reports / "lync-firewall-status.json").read_text()
    assert (reports / "lync-firewall-mail.txt").read_text("utf-8").partition("\n")[0].endswith(": outdated")
    (host,) = [one for one in runner.report()["hosts"] if "outdated" in one]
    assert (host["name"], host["outdated"][0].endswith(told)) == ("med01.contoso.test", True)
    assert runner.play("audit", variables={**variables, "lync_firewall_dumps_max_age": 0}).code == 0


@NEWEST_ONLY
def test_another_computer_s_file_is_nobody_s_verdict(lab: Lab, runner: Runner) -> None:
    folder = runner.folder / "dumps"
    collect(lab, folder)
    (folder / "FE02.txt").write_bytes((folder / "FE01.txt").read_bytes())
    runner.play("report", variables={"lync_firewall_dumps": "dumps", **NO_WAY_IN})
    messages = {host["name"].partition(".")[0]: host["message"] for host in runner.report()["hosts"]}
    assert re.search(r"FE02\.txt: it was written by the computer FE01, .* of fe02\.contoso\.test", messages["fe02"])
    assert runner.classes()["fe02"] == "failed"
    assert runner.classes()["fe01"] == "drifted"


def _estate(runner: Runner, count: int) -> None:
    def change(everything: dict[str, Any], hosts: dict[str, Any]) -> None:
        names = [f"fx{number:03d}.contoso.test" for number in range(count)]
        hosts.clear()
        hosts.update({name: {} for name in names})
        everything["children"]["lync"]["children"] = {"lync_mediation": {"hosts": {name: {} for name in names}}}
        for group in [one for one in everything["children"] if one not in ("lync", "windows")]:
            del everything["children"][group]

    runner.change_inventory(change)


@LONG
@NEWEST_ONLY
def test_a_folder_of_many_is_audited_in_one_run(lab: Lab, runner: Runner) -> None:
    """With -s it prints the time; LYNCOPS_DUMPS=200 makes it 200 files."""
    count = int(os.environ.get("LYNCOPS_DUMPS", "40"))
    folder = runner.folder / "dumps"
    collect(lab, folder)
    content = (folder / "MED01.txt").read_bytes().rpartition(b"\r\nHKEY")[0]  # without the computer's name
    for path in list(folder.iterdir()):
        path.unlink()
    for number in range(count):
        (folder / f"FX{number:03d}.txt").write_bytes(content)
    _estate(runner, count)
    began = time.monotonic()
    run = runner.play("audit", variables={"lync_firewall_dumps": "dumps"})
    print(f"{count} files of {len(content)} bytes audited in {time.monotonic() - began:.1f} s")
    assert run.artifacts["lync_firewall_totals"]["drifted"] == count
    assert all(host["judged_from"] for host in runner.report()["hosts"])
