# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""qualify.yml: what it asks, that it asks nothing without consent, and that it leaves nothing behind."""

from __future__ import annotations

import json
import ntpath
import re
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from playbooks.kit import CONSENT, FAST, FIELDS, FOLDER, difference, qualify, report_in
from playbooks.runs import LONG, NEWEST_ONLY, Runner, long, newest_only

if TYPE_CHECKING:
    from lab.lab_host import LabHost
    from lab.testing import Lab
    from playbooks.runs import Run
    from playbooks.warm import Warm

pytestmark = NEWEST_ONLY  # it rests on nothing that differs between versions of ansible-core

ROOT = Path(__file__).resolve().parents[2]
MARK = "LyncOpsQualify-b7d1e0"
RULES = r"HKLM\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\FirewallRules"
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
    run = runner.play("qualify", "--limit", "fe01.contoso.test")
    assert run.code != 0
    assert "say -e lync_firewall_qualify=yes if the host is yours to spare" in " ".join(run.output.split())
    assert host.stats()["requests_total"] == 0
    assert not (runner.folder / FOLDER).exists()


@pytest.mark.parametrize(
    "chosen",
    [
        {"lync_firewall_host": "fe01"},  # misspelt
        {"lync_firewall_hosts": ""},
        newest_only({"lync_firewall_hosts": "all"}),
        newest_only({"lync_firewall_hosts": ["fe01.contoso.test", "lync_front_end"]}),
        newest_only({"lync_firewall_hosts": "fe01*"}),
    ],
)
def test_hosts_must_be_named(lab: Lab, runner: Runner, chosen: dict[str, Any]) -> None:
    """A misspelt, empty or wide lync_firewall_hosts must not make one consent that of a whole estate."""
    for host in lab.hosts:
        host.reset_stats()
    run = runner.play("qualify", variables={**CONSENT, **chosen})
    assert run.code != 0
    assert "Nothing was done: name the host, such as -e lync_firewall_hosts=" in " ".join(run.output.split())
    assert sum(host.stats()["requests_total"] for host in lab.hosts) == 0


def test_a_pattern_of_the_inventory_is_no_name_either(lab: Lab, host: LabHost, runner: Runner) -> None:
    def change(everything: dict[str, Any], _hosts: dict[str, Any]) -> None:
        everything.setdefault("vars", {})["lync_firewall_hosts"] = "all"

    runner.change_inventory(change)
    run = runner.play("qualify", "--check", variables=CONSENT)
    assert run.code != 0
    assert "lync_firewall_hosts=all of the inventory chooses" in " ".join(run.output.split())
    assert host.stats()["requests_total"] == 0
    assert qualify(runner, "--check").code == 0


def test_a_list_of_the_inventory_names_nobody_for_this(lab: Lab, host: LabHost, runner: Runner) -> None:
    def change(everything: dict[str, Any], _hosts: dict[str, Any]) -> None:
        listed = ["fe01.contoso.test", "fe02.contoso.test"]
        everything.setdefault("vars", {}).update(lync_firewall_hosts=listed, lync_firewall_qualify=True)

    runner.change_inventory(change)
    run = runner.play("qualify")
    assert run.code != 0
    assert "of the inventory chooses 2 without naming them" in " ".join(run.output.split())
    assert host.stats()["requests_total"] == 0


def test_an_answer_that_is_none_names_the_variable(host: LabHost, runner: Runner) -> None:
    run = runner.play("qualify", "--limit", "fe01.contoso.test", variables={"lync_firewall_qualify": "ja"})
    assert run.code != 0
    told = " ".join(run.output.split())
    assert "'ja' is neither yes nor no. Nothing was done: say -e lync_firewall_qualify=yes" in told
    assert host.stats()["requests_total"] == 0


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
        "[{hosts: fe01.contoso.test, gather_facts: false, "
        "tasks: [{lyncops.firewall.lync_qualify: {consent: true}, timeout: 3}]}]"
    )
    run = runner.play(str(play))
    assert run.code != 0
    told = " ".join(run.output.split())
    assert "second(s). Everything that had been made on the host was taken back" in told, run.output
    assert re.search(r'"?changed"?: true', told), run.output
    assert state(host) == before


def test_a_misspelt_host_is_nobody(host: LabHost, runner: Runner) -> None:
    run = runner.play("qualify", variables={**CONSENT, "lync_firewall_hosts": "fe1"})
    assert run.code != 0
    told = " ".join(run.output.split())
    assert "fe1. Nothing was done; correct the name in lync_firewall_hosts." in told
    assert "roles" not in told
    assert host.stats()["requests_total"] == 0


def test_a_host_without_a_role_will_do(host: LabHost, runner: Runner) -> None:
    def change(everything: dict[str, Any], hosts: dict[str, Any]) -> None:
        everything["children"]["windows"]["hosts"] = {"spare": hosts["fe01.contoso.test"]}
        everything["children"] = {"windows": everything["children"]["windows"]}

    runner.change_inventory(change)
    run = runner.play("qualify", "--check", variables={"lync_firewall_hosts": "spare"})
    assert (run.code, run.changed) == (0, {"spare"}), run.output
    assert "Could not match" not in run.output
    limited = runner.play("qualify", "--check", "--limit", "spare")
    assert (limited.code, limited.changed) == (0, {"spare"}), limited.output


def test_check_mode_only_reads_and_needs_no_consent(host: LabHost, runner: Runner) -> None:
    before = state(host)
    host.reset_stats()
    run = runner.play("qualify", "--check", "--limit", "fe01.contoso.test")
    assert (run.code, run.changed) == (0, {"fe01.contoso.test"})
    assert "would make and take away again: some fifty disabled block rules, three" in " ".join(run.output.split())
    assert MARK in run.output
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
    assert stats["requests_total"] < 260
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

    assert "all that was made is gone again. Its answers are in" in " ".join(run.output.split())
    assert "please hand that file to the project" in " ".join(run.output.split())

    (first,) = (runner.folder / FOLDER).iterdir()
    first.write_text("somebody's own")
    again = qualify(runner)
    assert (again.code, again.changed) == (0, {"fe01.contoso.test"}), again.output
    assert first.read_text() == "somebody's own"
    first.unlink()
    later = report_in(runner.folder)
    differing = [told for field in FIELDS if (told := difference(field, report, later))]
    assert [told for told in differing if not told.startswith("task.xml_fires_after")] == []  # the lab may be slow
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
         "shell.before_line": '%SystemRoot%\\System32\\cmd.exe /C "',
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


@pytest.mark.parametrize("name", [name if name == "netsh" else long(name) for name in OTHER_ANSWERS])
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


@pytest.mark.parametrize("language", [newest_only("ru"), long("de"), long("fr")])
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
        long({"windows": "2012"}, 9200),
        long({"windows": "2016"}, 14393),
        long({"windows": "2019"}, 17763),
        newest_only({"windows": "2022"}, 20348),
    ],
    indirect=["elsewhere"],
)
@pytest.mark.sample("7601")
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
    differing = [told for field in FIELDS if (told := difference(field, over_winrm, report))]
    # Seconds of a busy machine: never early, and late in one of the two runs only.
    assert [told for told in differing if not told.startswith("task.xml_fires_after")] == []
    assert 55 <= report["answers"]["task.xml_fires_after"] <= 105
    assert (host.stats()["powershell"], state(host)) == (0, before)


@pytest.mark.parametrize("command", [long(2), newest_only(8), 16, long(20), long(25), newest_only(36)])
@pytest.mark.sample("16")
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


@pytest.mark.long
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
        ({"autorun": "echo Welcome to %COMPUTERNAME%"}, "", "cmd.exe runs something of its own before every command"),
        ({"deny_schtasks": True}, "", "'schtasks /query' failed on the host"),
        ({}, r"C:\Windows\LyncOpsRollback\undo.cmd", "a rollback of this collection is pending on the host"),
    ],
)
@pytest.mark.sample("quirks0", "quirks4")
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


AUTORUN = r"HKCU\Software\Microsoft\Command Processor"


def run_beside(host: LabHost, runner: Runner, until: str, act: Callable[[], object]) -> Run:
    """A run of the kit, beside which something happens once a rule of this label is there."""

    def watch() -> None:
        for _look in range(2000):
            if any(f"{MARK}-{until}|" in rule for rule in host.rules().values()):
                act()
                return
            time.sleep(0.02)

    thread = threading.Thread(target=watch)
    thread.start()
    run = qualify(runner)
    thread.join()
    return run


def test_rules_that_go_between_two_sessions_are_missed(host: LabHost, runner: Runner) -> None:
    before = state(host)
    away = [f'netsh advfirewall firewall delete rule name="{MARK}-{name}"' for name in ("stdin-mixed-2", "open-good")]
    run = run_beside(host, runner, "stdin-long-255", lambda: [host.run(line) for line in away])
    assert run.code != 0
    assert "went away meanwhile: another run, or somebody else, works on the host" in " ".join(run.output.split())
    assert not (runner.folder / FOLDER).exists()
    assert state(host) == before


@LONG
def test_what_another_run_has_made_is_not_taken_for_ours(host: LabHost, runner: Runner) -> None:
    """The other run has taken our things away, and made its own of the same names."""
    file = rf"C:\Windows\{MARK}\run.txt"
    run = run_beside(host, runner, "turn", lambda: host.write_file(file, b"0123456789abcdef\r\n"))
    assert run.code != 0
    told = " ".join(run.output.split())
    assert "another run of this works on the host. Nothing is concluded" in told
    assert "nothing was taken back" in told
    assert not (runner.folder / FOLDER).exists()
    assert f"|Name={MARK}-" in state(host)["policy"]
    assert qualify(runner).code == 0
    assert f"|Name={MARK}-" not in state(host)["policy"]


def test_an_autorun_that_appears_later_is_not_concluded_from(host: LabHost, runner: Runner) -> None:
    before = state(host)
    host.set_quirks(autorun=rf"if exist %SystemRoot%\{MARK} echo Welcome alice@contoso.test to FE01")
    run = qualify(runner)
    assert run.code != 0
    told = " ".join(run.output.split())
    assert "cmd.exe began to print something of its own before a command (AutoRun)" in told
    assert "alice" not in told
    assert not (runner.folder / FOLDER).exists()
    host.set_quirks(autorun=None)
    assert state(host) == before


def test_a_silent_autorun_is_refused(host: LabHost, runner: Runner) -> None:
    host.run(r'reg add "HKCU\Software\Microsoft\Command Processor" /v AutoRun /d "chcp 65001 >nul" /f')
    run = qualify(runner)
    assert run.code != 0
    assert "cmd.exe runs something of its own before every command (AutoRun" in " ".join(run.output.split())


@LONG
@pytest.mark.parametrize(
    ("act", "back", "told"),
    [
        (
            lambda host: host.set_quirks(mpssvc="stopped"),
            lambda host: host.set_quirks(mpssvc="running"),
            "the Windows Firewall service (MpsSvc) stopped (state 1) meanwhile. Nothing is concluded",
        ),
        (
            lambda host: host.run(rf'reg add "{AUTORUN}" /v AutoRun /d "chcp 65001 >nul" /f'),
            lambda host: host.run(rf'reg delete "{AUTORUN}" /v AutoRun /f'),
            "something that cmd.exe runs before every command (AutoRun) was set meanwhile. Nothing is concluded",
        ),
        (
            lambda host: host.run(f"schtasks /delete /tn {MARK}-limit /f"),
            lambda host: host.stats(),
            f"{MARK}-limit went away meanwhile",
        ),
    ],
    ids=["service", "autorun", "task"],
)
def test_what_changes_meanwhile_is_no_answer(
    host: LabHost,
    runner: Runner,
    act: Callable[[LabHost], object],
    back: Callable[[LabHost], object],
    told: str,
) -> None:
    """Else the file would have it that netsh takes no line, or that a task never starts."""
    run = run_beside(host, runner, "stdin-long-255", lambda: act(host))
    back(host)
    assert run.code != 0
    assert told in " ".join(run.output.split())
    assert not (runner.folder / FOLDER).exists()


def test_a_file_of_somebody_else_is_not_in_the_way(host: LabHost, runner: Runner) -> None:
    host.write_file(rf"C:\Windows\{MARK.lower()}-notes of bob.txt", b"x")
    run = qualify(runner, "--check")
    assert run.code == 0, run.output
    assert "would take away first" not in run.output


@pytest.mark.parametrize("name", [f"{MARK}-any", newest_only(f"{MARK.upper()}-ANY")])
@pytest.mark.sample("LYNCOPS")
def test_a_description_that_imitates_a_rule_is_not_in_the_way(host: LabHost, runner: Runner, name: str) -> None:
    forged = f"v2.10|Action=Block|Active=FALSE|Dir=In|Name={name}|"
    text = f"v2.10|Action=Allow|Active=FALSE|Dir=In|Name=Bob|Desc=x\r\n    {{0-1}}    REG_SZ    {forged}|"
    host.write_registry(RULES, "{11111111-2222-3333-4444-555555555555}", "REG_SZ", text)
    before = state(host)
    run = qualify(runner)
    assert run.code == 0, run.output
    assert "an earlier run had left this" not in " ".join(run.output.split())
    assert report_in(runner.folder)["restored"] == {"all": True, "left": []}
    assert state(host) == before


@LONG
def test_a_netsh_that_hangs_does_not_hold_up_the_rescue(host: LabHost, runner: Runner) -> None:
    """What a task's timeout has ended is taken back within the time that is said, whatever netsh does."""
    before = state(host)
    host.set_quirks(netsh_hang_line=30)
    play = runner.folder / "own.yml"
    play.write_text(
        "[{hosts: fe01.contoso.test, gather_facts: false, "
        "tasks: [{lyncops.firewall.lync_qualify: {consent: true}, timeout: 8}]}]"
    )
    begun = time.monotonic()
    run = runner.play(str(play))
    told = " ".join(run.output.split())
    assert run.code != 0
    assert "it failed, and takes back what it has made: up to 3 minutes" in told
    assert "Everything that had been made on the host was taken back" in told
    assert time.monotonic() - begun < 120
    host.set_quirks(netsh_hang_line=None)
    assert state(host) == before
