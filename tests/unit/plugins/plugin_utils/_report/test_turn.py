# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two runs that write the report of one name: one after the other, and who waits is told for whom."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._options.reading import OptionError
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.turn import turn, who_runs


def test_who_waits_is_told_for_whom_and_comes_next(tmp_path: Path) -> None:
    told: list[str] = []
    order: list[str] = []

    def second() -> None:
        with turn(tmp_path / "r", "n", "job 2", told.append):
            order.append("second")

    with turn(tmp_path / "r", "n", "job 1 (audit)", told.append):
        waiting = threading.Thread(target=second)
        waiting.start()
        while not told:
            time.sleep(0.01)
        with turn(tmp_path / "r", "other", "job 3", told.append):
            order.append("another name does not wait")
        order.append("first")
    waiting.join(10)
    assert order == ["another name does not wait", "first", "second"]
    assert told == [f"Waiting for job 1 (audit), which is writing {tmp_path}/r/n"]
    assert list((tmp_path / "r").iterdir()) == [], "nothing is left"


def test_many_at_once_are_never_two(tmp_path: Path) -> None:
    """The file of the lock is taken away at the end of each turn, while others wait for it."""
    inside: list[int] = []
    most: list[int] = []

    def work() -> None:
        for _number in range(5):
            with turn(tmp_path, "n", "somebody", lambda _line: None):
                inside.append(1)
                most.append(len(inside))
                time.sleep(0.001)
                inside.pop()

    threads = [threading.Thread(target=work) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert most == [1] * 20


def test_patience_ends_with_the_name_of_the_other(tmp_path: Path) -> None:
    with (
        turn(tmp_path, "n", "job 41", lambda _line: None),
        pytest.raises(OptionError, match=r"dest: job 41 has been writing .*/n for 0 seconds; run this again"),
        turn(tmp_path, "n", "job 42", lambda _line: None, patience=0),
    ):
        pass


def test_a_run_that_was_killed_has_no_turn(tmp_path: Path) -> None:
    hold = f"import fcntl, sys, time; f = open({str(tmp_path / '.n.lock')!r}, 'w'); f.write('dead'); f.flush()"
    hold += "; fcntl.flock(f, fcntl.LOCK_EX); print('held', flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", hold], stdout=subprocess.PIPE) as other:
        assert other.stdout
        other.stdout.readline()
        with pytest.raises(OptionError, match="dead"), turn(tmp_path, "n", "me", lambda _line: None, patience=0):
            pass
        other.kill()
    with turn(tmp_path, "n", "me", lambda _line: None, patience=0):
        assert (tmp_path / ".n.lock").read_text() == "me"


def test_a_link_in_the_place_of_the_lock_is_not_followed(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_text("mine")
    (tmp_path / ".n.lock").symlink_to(target)
    with pytest.raises(OptionError, match="dest: "), turn(tmp_path, "n", "me", lambda _line: None):
        pass
    assert target.read_text() == "mine"


def test_a_job_is_named_by_its_number() -> None:
    assert who_runs({"awx_job_id": 41, "awx_job_template_name": "audit"}) == "job 41 (audit)"
    assert who_runs({"tower_job_id": 7}) == "job 7"
    assert who_runs({}).startswith(f"process {os.getpid()} of ")
