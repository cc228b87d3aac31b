# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The script for cron and systemd of examples/scheduled, with a mail command that keeps what it is given."""

from __future__ import annotations

import configparser
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from playbooks.runs import BIN, LONG, NEWEST_ONLY, ROOT, environment

if TYPE_CHECKING:
    from lab.testing import Lab
    from playbooks.runs import Runner

# The shell script and its mail are the same on each ansible-core; test_audit and test_remediate run the playbooks.
pytestmark = NEWEST_ONLY

SCHEDULED = ROOT / "examples" / "scheduled"
SCRIPT = SCHEDULED / "lync-firewall-audit"


class Scheduler:
    """Runs the script as cron does, with programs of the test before those of the system."""

    def __init__(self, folder: Path, inventory: Path) -> None:
        self.reports = folder / "reports of lync"
        self.mails = folder / "mails"
        self.mails.mkdir()
        self.programs = folder / "programs"
        self.programs.mkdir()
        self.program("mail", f'printf "%s\\n" "$@" >{self.mails}/arguments; cat >{self.mails}/text')
        self._inventory = inventory

    def program(self, name: str, body: str) -> None:
        path = self.programs / name
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)

    def run(self, script: Path = SCRIPT, **variables: str) -> subprocess.CompletedProcess[str]:
        for path in self.mails.iterdir():
            path.unlink()
        environ = environment(
            PATH=f"{self.programs}:{BIN}:/usr/bin:/bin", LYNC_INVENTORY=str(self._inventory),
            LYNC_REPORTS=str(self.reports), LYNC_MAIL_TO="admins@example.com", **variables,
        )  # fmt: skip
        return subprocess.run([script], env=environ, capture_output=True, text=True, timeout=300, check=False)

    @property
    def mail(self) -> list[str]:
        """Arguments and text of the mail that was sent; nothing if none was."""
        found = [self.mails / name for name in ("arguments", "text")]
        return [path.read_text() for path in found if path.exists()]


def test_a_limit_on_an_inventory_that_cannot_be_read_fails_with_the_setting_that_readme_names(tmp_path: Path) -> None:
    """With a limit Ansible skips all plays, and calls that a success."""
    environ = environment(ANSIBLE_INVENTORY_UNPARSED_FAILED="true")
    command = [f"{BIN}/ansible-playbook", "-i", "nosuch.yml", "lyncops.firewall.verify", "--limit", "fe01.contoso.test"]
    ran = subprocess.run(command, env=environ, cwd=tmp_path, capture_output=True, text=True, timeout=100, check=False)
    assert ran.returncode == 1
    assert "No inventory was parsed" in ran.stdout + ran.stderr


@LONG
def test_a_limit_on_an_inventory_that_cannot_be_read_is_no_good_end_of_the_script(tmp_path: Path) -> None:
    scheduler = Scheduler(tmp_path, tmp_path / "nosuch.yml")
    scheduler.reports.mkdir()
    status = scheduler.reports / "lync-firewall-status.json"
    status.write_text('{"class": "ok"}')
    assert scheduler.run().returncode == 2
    assert '"class": "failed"' in status.read_text()
    limited = tmp_path / "limited"
    limited.write_text(SCRIPT.read_text().replace("lyncops.firewall.audit", "lyncops.firewall.audit --limit fe01"))
    limited.chmod(0o755)
    ran = scheduler.run(script=limited)
    assert ran.returncode == 1
    assert "did not come to its end (exit code 0)" in ran.stderr


@pytest.fixture
def scheduler(runner: Runner) -> Scheduler:
    return Scheduler(runner.folder, runner.inventory)


def test_drift_is_mailed_and_no_failure_and_all_is_well_is_quiet(
    lab: Lab, runner: Runner, scheduler: Scheduler
) -> None:
    def change(everything: dict[str, Any], _hosts: dict[str, Any]) -> None:
        groups = everything["children"]["lync"]["children"]
        for name in [name for name in groups if name != "lync_director"]:
            del groups[name]

    runner.change_inventory(change)
    ran = scheduler.run()
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
    arguments, text = scheduler.mail
    assert arguments.splitlines() == ["-s", "Lync Server firewall report: drift", "admins@example.com"]
    assert "Drifted (1): dir01.contoso.test" in text
    assert "PLAY RECAP" in (scheduler.reports / "lync-firewall.log").read_text()
    assert runner.play("site").code == 0
    ran = scheduler.run()
    assert (ran.returncode, ran.stderr, scheduler.mail) == (0, "", [])
    assert scheduler.run(LYNC_MAIL_ON="ok").returncode == 0
    assert scheduler.mail[0].splitlines()[1] == "Lync Server firewall report: ok"


@LONG
def test_an_outage_is_no_drift_and_the_failure_of_the_unit(runner: Runner, scheduler: Scheduler) -> None:
    def change(everything: dict[str, Any], _hosts: dict[str, Any]) -> None:
        everything["children"]["windows"]["vars"]["ansible_port"] = 9

    runner.change_inventory(change)
    ran = scheduler.run()
    assert (ran.returncode, scheduler.mail) == (2, [])
    assert ran.stderr.startswith("The audit of the Lync firewalls: outage (exit code 2). See ")
    assert scheduler.run(LYNC_MAIL_ON="drift outage").returncode == 2
    assert scheduler.mail[0].splitlines()[1] == "Lync Server firewall report: outage"


@pytest.mark.parametrize(
    ("mail_on", "kind", "mailed"),
    [("drift", "wider", True), ("failed drift ok", "wider", True), ("wider", "wider", True),
     ("changed", "wider", False), ("drift", "changed", False)],
)  # fmt: skip
def test_what_is_newly_wider_is_mailed_as_drift_is(scheduler: Scheduler, mail_on: str, kind: str, mailed: bool) -> None:
    status = f'{{\\n  "classes": ["{kind}"],\\n}}\\n'
    made = f"{scheduler.reports}/lync-firewall"
    told = f"printf '{status}' >'{made}-status.json'; printf 'Report: {kind} (server-46)\\n' >'{made}-mail.txt'"
    scheduler.program("ansible-playbook", f"sleep 0.1; {told}")
    ran = scheduler.run(LYNC_MAIL_ON=mail_on)
    assert (ran.returncode, ran.stderr, bool(scheduler.mail)) == (0, "", mailed)
    if mailed:
        assert scheduler.mail[0].splitlines()[1] == "Report: wider (server-46)"


@pytest.mark.parametrize("code", [0, 99])
def test_a_run_that_did_not_end_is_not_the_one_before(scheduler: Scheduler, code: int) -> None:
    scheduler.program("ansible-playbook", f"exit {code}")
    scheduler.reports.mkdir()
    (scheduler.reports / "lync-firewall-status.json").write_text('{\n  "classes": ["drift"],\n}\n')
    ran = scheduler.run()
    assert (ran.returncode, scheduler.mail) == (code or 1, [])
    assert f"did not come to its end (exit code {code})" in ran.stderr


def test_the_shell_and_systemd_understand_it() -> None:
    for shell in ("sh", "dash", "bash"):
        if shutil.which(shell):
            assert subprocess.run([shell, "-n", SCRIPT], check=False).returncode == 0, shell
    units = {}
    for kind in ("service", "timer"):
        units[kind] = configparser.RawConfigParser(strict=False)
        units[kind].optionxform = str  # type: ignore[assignment,method-assign]
        assert units[kind].read(SCHEDULED / f"lync-firewall-audit.{kind}")
    assert units["service"]["Service"]["ExecStart"].endswith(f"/{SCRIPT.name}")
    assert units["timer"]["Install"]["WantedBy"] == "timers.target"
    if shutil.which("systemd-analyze"):
        calendar = units["timer"]["Timer"]["OnCalendar"]
        assert subprocess.run(["systemd-analyze", "calendar", calendar], check=False).returncode == 0
