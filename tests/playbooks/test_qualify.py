# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""qualify.yml: what it asks, that it asks nothing without consent, and that it leaves nothing behind."""

from __future__ import annotations

import json
import ntpath
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from playbooks.kit import CONSENT, FAST, FIELDS, FOLDER, difference, qualify, report_in
from playbooks.runs import NEWEST_ONLY, Runner, newest_only

if TYPE_CHECKING:
    from lab.lab_host import LabHost
    from lab.testing import Lab
    from playbooks.warm import Warm

pytestmark = NEWEST_ONLY  # it rests on nothing that differs between versions of ansible-core

ROOT = Path(__file__).resolve().parents[2]
MARK = "LyncOpsQualify-b7d1e0"
NOT_TOLD = {"netsh.file.text_with_mark"}
"""A byte order mark spoils the line of the lab's netsh, so there is no rule to look at."""


def state(host: LabHost) -> dict[str, Any]:
    """All that the kit could leave on a host: its rules and tasks, folder and key, and the whole policy."""
    listed = host.run('dir /b /a "C:\\Windows"').stdout
    return {
        "policy": host.registry_text(),
        "tasks": host.tasks()["tasks"],
        "files": listed,
        "key": host.run(f"reg query HKLM\\SOFTWARE\\{MARK}").rc,
        "service": host.run("sc query MpsSvc").stdout,
    }


@pytest.fixture
def host(lab: Lab) -> LabHost:
    found = lab.host("fe01")
    found.set_quirks(minute=FAST)
    found.reset_stats()
    return found


def test_without_consent_nothing_is_done(host: LabHost, runner: Runner) -> None:
    run = runner.play("qualify", "--limit", "fe01*")
    assert run.code != 0
    assert "say -e lync_firewall_qualify=yes if the host is yours to spare" in " ".join(run.output.split())
    assert host.stats()["requests_total"] == 0
    assert not (runner.folder / FOLDER).exists()


def test_with_several_hosts_they_must_be_named(lab: Lab, runner: Runner) -> None:
    """A misspelt lync_firewall_hosts must not make one consent that of a whole estate."""
    run = runner.play("qualify", variables={**CONSENT, "lync_firewall_host": "fe01"})
    assert run.code != 0
    assert "hosts are chosen. Nothing was done: name the host with -e lync_firewall_hosts=" in " ".join(
        run.output.split()
    )
    assert sum(host.stats()["requests_total"] for host in lab.hosts) == 0


def test_a_folder_that_cannot_be_written_to_is_told_before_the_host_is_touched(host: LabHost, runner: Runner) -> None:
    (runner.folder / "file").write_text("")
    host.reset_stats()
    run = qualify(runner, "-e", "lync_firewall_qualify_dir=file")
    assert (run.code != 0, "cannot be written to" in run.output) == (True, True), run.output
    assert host.stats()["requests_total"] == 0


def test_a_task_that_takes_too_long_takes_everything_back(host: LabHost, runner: Runner) -> None:
    before = state(host)
    play = runner.folder / "own.yml"
    play.write_text(
        "[{hosts: fe01*, gather_facts: false, tasks: [{lyncops.firewall.lync_qualify: {consent: true}, timeout: 3}]}]"
    )
    run = runner.play(str(play))
    assert run.code != 0
    assert "Everything that had been made on the host was taken back" in " ".join(run.output.split()), run.output
    assert state(host) == before


def test_a_misspelt_host_is_nobody(host: LabHost, runner: Runner) -> None:
    run = runner.play("qualify", variables={**CONSENT, "lync_firewall_hosts": "fe1"})
    assert run.code != 0
    assert "Not in the inventory" in run.output
    assert host.stats()["requests_total"] == 0


def test_a_host_without_a_role_will_do(host: LabHost, runner: Runner) -> None:
    def change(everything: dict[str, Any], hosts: dict[str, Any]) -> None:
        everything["children"]["windows"]["hosts"] = {"spare": hosts["fe01.contoso.test"]}
        everything["children"] = {"windows": everything["children"]["windows"]}

    runner.change_inventory(change)
    run = runner.play("qualify", "--check", variables={**CONSENT, "lync_firewall_hosts": "spare"})
    assert (run.code, run.changed) == (0, {"spare"}), run.output


def test_check_mode_only_reads(host: LabHost, runner: Runner) -> None:
    before = state(host)
    run = qualify(runner, "--check")
    assert (run.code, run.changed) == (0, {"fe01.contoso.test"})
    assert "would make and take away again: disabled block rules" in run.output
    assert state(host) == before
    counted = host.stats()["requests"]
    assert (counted["Command"], counted.get("Send", 0)) == (1, 0)
    assert not (runner.folder / FOLDER).exists()


def test_every_question_is_answered_and_nothing_is_left(host: LabHost, lab: Lab, runner: Runner) -> None:
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed, so the schema is not checked")
    before = state(host)
    run = qualify(runner)
    assert (run.code, run.changed) == (0, {"fe01.contoso.test"}), run.output
    assert state(host) == before
    stats = host.stats()
    assert (stats["requests"]["Create"], stats["requests"]["Delete"], stats["powershell"]) == (1, 1, 0)
    assert stats["requests_total"] < 200
    asked = " ".join(stats["commands"])
    assert "advfirewall import" not in asked
    assert not any(f"sc {verb}" in asked for verb in ("stop", "start", "config"))

    report = report_in(runner.folder)
    schema = json.loads((ROOT / "docs" / "qualify-schema-1.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(report)
    assert {name for name, answer in report["answers"].items() if answer is None} == NOT_TOLD
    assert report["restored"] == {"all": True, "left": []}
    text = json.dumps(report).lower().replace('"administrators"', "")  # who owns a folder, whatever they are called
    for secret in ("fe01", "contoso", host.address, lab.user.lower(), lab.password.lower(), "127."):
        assert secret not in text, secret

    again = qualify(runner)
    assert again.code == 0, again.output
    later = report_in(runner.folder)
    assert [told for field in FIELDS if (told := difference(field, report, later))] == []
    assert (later["policy"], later["windows"]) == (report["policy"], report["windows"])
    assert state(host) == before


OTHER_ANSWERS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "netsh": (
        {"netsh_stop_on_error": True, "netsh_list_limit": 400, "netsh_export_keeps": True, "netsh_echo": True,
         "netsh_any_service_dropped": True, "netsh_set_dir_refused": True, "netsh_expands": True},
        {"netsh.stdin.goes_on_after_bad_word": False, "netsh.file.goes_on_after_unknown_command": False,
         "netsh.stdin.code_bad_in_the_middle": 1, "netsh.file.succeeds_bad_in_the_middle": False,
         "netsh.stdin.addresses": {"100": 100, "400": 400, "1000": 0}, "netsh.stdin.echoes": True,
         "netsh.export.over_existing_replaces": False, "netsh.turn.direction": "In",
         "netsh.any.tokens": ["Action=Block", "Active=FALSE", "Dir=In"],
         "netsh.stdin.program": "C:\\Windows\\System32\\svchost.exe"},
    ),
    "text and shell": (
        {"netsh_stdin_codepage": 437, "reg_codepage": 850, "winrs_quotes": True, "unknown_program_code": 9009,
         "skip_cmd_shell": "honoured", "console_input_endless": True, "empty_dir_fails": True, "icacls_appends": True},
        {"reg.text": "\ufffd \ufffd ? ? ? ?", "shell.behind_line": '"',
         "shell.before_line": 'C:\\Windows\\system32\\cmd.exe /C "',
         "shell.code_of_unknown_program": 9009, "shell.ignores_skip_cmd_shell": False,
         "shell.console_stdin_ends": False, "folder.listing_empty_succeeds": False,
         "folder.save_over_existing": "INHERITED"},
    ),
    "lines and tasks": (
        # Slower than the others: what a task writes late on a busy machine is not to be taken for what it never writes.
        {"minute": 3 * FAST, "netsh_line_limit": 1024, "netsh_long_line": "cut", "netsh_script_bom": True,
         "tasks_late": 0.5,
         "tasks_unlimited": True, "task_xml_hides_security": True, "task_traces": False},
        {"netsh.stdin.lines": "LINES", "netsh.file.text_with_mark": "\u00e4 \u00e9 \u0416 \u5b57 \u20ac \U0001f600",
         "task.xml_fires_after": 90, "task.limit_stops_the_next_line": False, "task.security_in_xml": None,
         "task.security_in_registry": None, "task.security_of_file": None},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", [newest_only(name) for name in OTHER_ANSWERS])
def test_other_answers_are_told_as_they_are(host: LabHost, runner: Runner, name: str) -> None:
    quirks, expected = OTHER_ANSWERS[name]
    host.set_quirks(**quirks)
    before = state(host)
    run = qualify(runner)
    assert run.code == 0, run.output
    answers = report_in(runner.folder)["answers"]
    lines = answers["netsh.stdin.lines"]
    for field, answer in expected.items():
        if answer == "INHERITED":
            assert answers[field] == answers["folder.inherited"]
        elif answer == "LINES":
            assert lines["1024"] == "whole"
            assert lines["2047"] != "whole"
        elif field == "task.xml_fires_after":
            assert answer - 5 <= answers[field] <= answer + 45
        else:
            assert answers[field] == answer, field
    host.set_quirks(empty_dir_fails=False)
    assert state(host) == before


@pytest.mark.parametrize("language", [newest_only("de"), newest_only("ru"), newest_only("fr")])
def test_no_language_is_in_the_way(host: LabHost, runner: Runner, language: str) -> None:
    host.set_quirks(language=language)
    run = qualify(runner)
    assert run.code == 0, run.output
    answers = report_in(runner.folder)["answers"]
    assert {name for name, answer in answers.items() if answer is None} == NOT_TOLD
    assert answers["folder.owner"] == "administrators"
    assert answers["whoami.csv_columns"][0] not in ("Group Name", "")
    assert 55 <= answers["task.xml_fires_after"] <= 105  # the lab may be slow, never early


@pytest.fixture
def elsewhere(request: pytest.FixtureRequest, tmp_path: Path, warm: Warm) -> Iterator[tuple[LabHost, Runner]]:
    """A host of another release, or another way in."""
    from lab.testing import Lab

    with Lab(["fe01"], services=False, bystanders=(), quirks={"minute": FAST}, **request.param) as found:
        yield found.host("fe01"), Runner(found, tmp_path, warm)


@pytest.mark.parametrize(
    ("elsewhere", "build"),
    [
        newest_only({"windows": "2008r2"}, 7601),
        newest_only({"windows": "2012"}, 9200),
        newest_only({"windows": "2016"}, 14393),
        newest_only({"windows": "2019"}, 17763),
        newest_only({"windows": "2022"}, 20348),
    ],
    indirect=["elsewhere"],
)
def test_every_release_answers(elsewhere: tuple[LabHost, Runner], build: int) -> None:
    host, runner = elsewhere
    before = state(host)
    run = qualify(runner)
    assert run.code == 0, run.output
    report = report_in(runner.folder)
    assert report["windows"]["build"] == build
    assert {name for name, answer in report["answers"].items() if answer is None} == NOT_TOLD
    # [MS-WSMV] note 117: ignored from Windows Server 2012 R2 on.
    assert report["answers"]["shell.ignores_skip_cmd_shell"] is (build > 9200)
    assert state(host) == before


@pytest.mark.parametrize("elsewhere", [{"login": "ntlm"}], indirect=True)
def test_psrp_answers_the_same_without_powershell(elsewhere: tuple[LabHost, Runner]) -> None:
    host, runner = elsewhere

    def change(_everything: dict[str, Any], hosts: dict[str, Any]) -> None:
        hosts["fe01.contoso.test"].update(
            {"ansible_connection": "psrp", "ansible_psrp_protocol": "http", "ansible_psrp_auth": "ntlm"}
        )

    assert qualify(runner).code == 0
    over_winrm = report_in(runner.folder)
    for path in (runner.folder / FOLDER).iterdir():
        path.unlink()
    runner.change_inventory(change)
    before = state(host)
    run = qualify(runner)
    assert run.code == 0, run.output
    report = report_in(runner.folder)
    assert report["connection"] == "psrp"
    assert [told for field in FIELDS if (told := difference(field, over_winrm, report))] == []
    assert (host.stats()["powershell"], state(host)) == (0, before)


@pytest.mark.parametrize(
    "command", [newest_only(2), newest_only(8), 16, newest_only(20), newest_only(25), newest_only(36)]
)
def test_a_connection_that_is_lost_half_way_leaves_nothing(host: LabHost, runner: Runner, command: int) -> None:
    """The answer to the n-th command is lost; the host answers again at once."""
    before = state(host)
    host.set_quirks(count_action="Command", drop_after=command)
    run = qualify(runner)
    assert run.code != 0
    assert "Everything that had been made on the host was taken back" in " ".join(run.output.split())
    assert not (runner.folder / FOLDER).exists()
    host.set_quirks(count_action="", drop_after=None)
    assert state(host) == before


def test_what_a_lost_host_keeps_the_next_run_takes_away(host: LabHost, runner: Runner) -> None:
    before = state(host)
    host.set_quirks(count_action="Command", http_status_at=22, http_status=500, http_status_count=1000)
    run = qualify(runner)
    assert run.code != 0
    assert "Whether anything is left on the host is not known" in " ".join(run.output.split())
    host.set_quirks(count_action="", http_status_at=None)
    left = state(host)
    assert f"|Name={MARK}-" in left["policy"]
    assert f"{MARK}\r\n" in left["files"]
    checked = qualify(runner, "--check")
    assert "would take away first: " in " ".join(checked.output.split())
    assert state(host) == left
    again = qualify(runner)
    assert again.code == 0, again.output
    assert f"an earlier run had left this: rules {MARK}-" in " ".join(again.output.split())
    assert state(host) == before


@pytest.mark.parametrize(
    ("quirks", "file", "told"),
    [
        ({"mpssvc": "stopped"}, "", "the Windows Firewall service (MpsSvc) does not run (state 1)"),
        ({"token": "user"}, "", "the account is no administrator of this host"),
        ({"autorun": "echo Welcome to %COMPUTERNAME%"}, "", "cmd.exe prints something of its own before every command"),
        ({"deny_schtasks": True}, "", "'schtasks /query' failed on the host"),
        ({}, r"C:\Windows\LyncOpsRollback\undo.cmd", "a rollback of this collection is pending on the host"),
    ],
)
def test_where_it_must_not_work_it_says_so(
    host: LabHost, runner: Runner, quirks: dict[str, Any], file: str, told: str
) -> None:
    host.set_quirks(**quirks)
    if file:
        host.run(rf"md {ntpath.dirname(file)}")
        host.write_file(file, b"rem")
    host.reset_stats()
    run = qualify(runner)
    assert run.code != 0
    assert told in " ".join(run.output.split())
    assert host.stats()["requests"]["Command"] == 1
