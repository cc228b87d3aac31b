# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person sees of it: `ansible-playbook` over the same faults, all of it real.

Only the ten minutes until a host restores itself are shortened, for the host and for the controller alike.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from faults.case import check_added, check_converged, check_untouched, prepare
from faults.report import CONVERGED, FAILED, REFUSED, UNREACHABLE, Record
from faults.rollbacks import BLOCK, REMOVE_BLOCK
from faults.scenarios import FIRST, SWITCH_ON, Scenario
from faults.stack import attempt
from faults.state import look
from lab.testing import Lab, LabHost

Take = Callable[[Record], None]

ROOT = Path(__file__).resolve().parents[2]
_SECONDS = 120
_REPAIR = {"roles": ["director"]}
_SWITCH_ON = {"roles": ["director"], "firewall_enabled": "enabled"}


# Loaded by Python itself before Ansible begins: minutes become seconds, and what is shorter stays as it is.
_SHORTER_WAITS = """
import time
_sleep = time.sleep
time.sleep = lambda seconds: _sleep(seconds / 60 if seconds >= 60 else seconds)
"""


def play(lab: Lab, folder: Path, options: dict[str, Any], *, short_waits: bool = False) -> dict[str, Any]:
    """The result of the module in a play of its own."""
    inventory, playbook, result = folder / "inventory.yml", folder / "play.yml", folder / "result.json"
    lab.write_inventory(inventory)
    result.unlink(missing_ok=True)
    task = {
        "lyncops.firewall.lync_firewall": options,
        "register": "done",
        "ignore_errors": True,
        "ignore_unreachable": True,
    }
    keep = {
        "ansible.builtin.copy": {"content": "{{ done | to_json }}", "dest": str(result)},
        "delegate_to": "localhost",
    }
    playbook.write_text(yaml.safe_dump([{"hosts": "windows", "gather_facts": False, "tasks": [task, keep]}]))
    environment = {
        **os.environ,
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "build" / "collections"),
        "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
        "ANSIBLE_LOCALHOST_WARNING": "false",
    }
    if short_waits:
        (folder / "sitecustomize.py").write_text(_SHORTER_WAITS)
        environment["PYTHONPATH"] = os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")])
    command = [str(Path(sys.executable).with_name("ansible-playbook")), "-i", str(inventory), str(playbook)]
    ran = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=_SECONDS, check=False, cwd=folder
    )
    assert result.is_file(), ran.stdout + ran.stderr
    assert "Traceback" not in ran.stdout + ran.stderr
    return dict(json.loads(result.read_text()))


def _requests_of_reading(host: LabHost) -> int:
    """WS-Man requests before the first write: those of a run that finds nothing to do."""
    assert attempt(host, FIRST).outcome is not None
    return attempt(host, FIRST).requests


def _finish(lab: Lab, host: LabHost, folder: Path, scenario: Scenario, options: dict[str, Any]) -> None:
    """The next play repairs everything."""
    result = play(lab, folder, options)
    assert not result.get("failed"), result
    check_converged(look(host, scenario), scenario)


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.long
def test_lost_before_the_first_write(record: Take, tmp_path: Path, number: int) -> None:
    """Unreachable, as for any module: nothing has happened."""
    with Lab(["dir01"], services=False, bystanders=()) as lab:
        host = lab.host("dir01")
        before = look(host, FIRST)
        host.set_quirks(drop_before=number)
        result = play(lab, tmp_path, _REPAIR)
        after = look(host, FIRST)
        assert result["unreachable"] is True
        assert result["changed"] is False
        assert "dir01.contoso.test" in result["msg"]
        check_untouched(before, after)
        check_added(before, after, ())
    record(Record("ansible-playbook: lost before the first write", FIRST.name, UNREACHABLE, after.foreign_rules))


def test_lost_after_the_first_write(record: Take, tmp_path: Path) -> None:
    """Failed and changed, with what is known; the next play finishes the work."""
    with Lab(["dir01"], services=False, bystanders=()) as lab:
        host = lab.host("dir01")
        reading = _requests_of_reading(host)
        host.reset()
        before = look(host, FIRST)
        # Command and Send come through, so the rules are written; from Receive on the host is gone.
        host.set_quirks(http_status_at=reading + 3, http_status_count=1_000_000)
        result = play(lab, tmp_path, _REPAIR)
        assert result["failed"] is True
        assert result["changed"] is True
        assert "unreachable" not in result
        assert "dir01.contoso.test: the host was lost after the first write" in result["msg"]
        assert "the next run looks and finishes the work" in result["msg"]
        assert [rule["name"] for rule in result["created"]]
        host.set_quirks(http_status_at=None)
        _finish(lab, host, tmp_path, FIRST, _REPAIR)
        after = look(host, FIRST)
        check_added(before, after, ())
    record(Record("ansible-playbook: lost after the first write", FIRST.name, FAILED, after.foreign_rules))


def test_dropped_once_after_the_first_write(record: Take, tmp_path: Path) -> None:
    """The data arrived, the answer did not: it looks, writes nothing twice, and is done."""
    with Lab(["dir01"], services=False, bystanders=()) as lab:
        host = lab.host("dir01")
        reading = _requests_of_reading(host)
        host.reset()
        before = look(host, FIRST)
        host.set_quirks(drop_after=reading + 2)
        result = play(lab, tmp_path, _REPAIR)
        after = look(host, FIRST)
        assert not result["failed"]
        assert result["changed"] is True
        check_converged(after, FIRST)
        check_added(before, after, ())
    record(Record("ansible-playbook: dropped after Send", FIRST.name, CONVERGED, after.foreign_rules))


@pytest.mark.long
def test_refused_by_the_guard(record: Take, tmp_path: Path) -> None:
    """Failed and not changed; with the rule for WinRM switched on again it is confirmed."""
    rule = 'netsh advfirewall firewall set rule name="Windows Remote Management (HTTP-In)" new enable='
    with Lab(["dir01"], policy="off", services=False, bystanders=()) as lab:
        host = lab.host("dir01")
        prepare(host, SWITCH_ON)
        assert not host.run(f"{rule}no").rc
        before = look(host, SWITCH_ON)
        result = play(lab, tmp_path, _SWITCH_ON)
        after = look(host, SWITCH_ON)
        assert result["failed"] is True
        assert result["changed"] is False
        assert "nothing was sent" in result["msg"]
        assert "5985" in result["msg"]
        check_untouched(before, after)
        check_added(before, after, ())
        assert not host.run(f"{rule}yes").rc
        result = play(lab, tmp_path, {**_SWITCH_ON, "accept_impact": True})
        assert not result["failed"], result
        assert result["rollback"] == "confirmed"
        check_converged(look(host, SWITCH_ON), SWITCH_ON)
    record(Record("ansible-playbook: refused by the guard", SWITCH_ON.name, REFUSED, after.foreign_rules))


def test_a_rollback_that_fires(record: Take, tmp_path: Path) -> None:
    """A second administrator blocks WinRM while the profiles are switched on: the host comes back by itself."""
    with Lab(["dir01"], policy="off", services=False, bystanders=()) as lab:
        host = lab.host("dir01")
        prepare(host, SWITCH_ON)
        before = look(host, SWITCH_ON)
        host.set_quirks(foreign_block_at_line=7, minute=1.0)
        options = {**_SWITCH_ON, "accept_impact": True}
        result = play(lab, tmp_path, options, short_waits=True)
        after = look(host, SWITCH_ON)
        assert result["failed"] is True
        assert result["changed"] is True
        assert result["rollback"] == "fired"
        assert "The host has restored itself" in result["msg"]
        assert "dir01.contoso.test" in result["msg"]
        assert (after.ours, after.switches, after.tasks, after.locked) == (before.ours, before.switches, (), False)
        check_added(before, after, (BLOCK,))
        refused = play(lab, tmp_path, options)
        assert refused["changed"] is False
        assert "Emergency block" in refused["msg"], "the guard sees the block now"
        assert not host.run(REMOVE_BLOCK).rc
        _finish(lab, host, tmp_path, SWITCH_ON, options)
        final = look(host, SWITCH_ON)
        check_added(before, final, ())
    compared = after.foreign_rules + final.foreign_rules
    record(Record("ansible-playbook: WinRM blocked meanwhile", SWITCH_ON.name, FAILED, compared, True))
