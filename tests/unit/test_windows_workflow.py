# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The workflow for real Windows cannot run here: what it calls must be there, and each step say on what it rests."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.lyncops.firewall.plugins.module_utils._options.variables import OTHERS

COLLECTION = Path(__file__).resolve().parents[2]
WORKFLOW = COLLECTION / ".github" / "workflows" / "windows.yml"
# Neither the artefact nor the copies that ansible-test works on have folders with a dot at their head.
pytestmark = pytest.mark.skipif(not WORKFLOW.is_file(), reason="not in a clone: there is no .github here")


def workflow() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(WORKFLOW.read_text("utf-8"))
    return found


def steps() -> list[dict[str, Any]]:
    return [step for job in workflow()["jobs"].values() for step in job["steps"]]


def commands() -> list[str]:
    """All lines that are run, with what follows a backslash on the line it belongs to."""
    text = "\n".join(step["run"] for step in steps() if "run" in step).replace("\\\n", " ")
    return [line.strip() for line in text.splitlines() if line.strip()]


def test_it_runs_on_both_releases_and_may_write_nothing() -> None:
    assert workflow()["jobs"]["host"]["strategy"]["matrix"] == {"release": ["windows-2022", "windows-2025"]}
    assert workflow()["permissions"] == {"contents": "read"}
    assert set(workflow()["on"]) == {"workflow_dispatch", "push"}


def test_every_step_says_on_what_it_rests() -> None:
    text = WORKFLOW.read_text("utf-8")
    names = re.findall(r"(?:^ +# .*\n)*^ +- name: .*$", text, re.MULTILINE)
    assert len(names) == len(steps())
    # That one checks a clone out is said once.
    silent = [name.strip() for name in names if "https://" not in name and "tests/qualified" not in name]
    assert silent == ["- name: Check out"]


def test_what_is_made_is_made_by_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (COLLECTION / "Makefile").read_text("utf-8"), re.MULTILINE))
    made = [re.sub(r"-o \S+|\w+=\S+", "", line.partition("make ")[2]).split() for line in commands() if "make " in line]
    assert made == [["setup"], ["integration"], ["setup"]]
    assert {name for names in made for name in names} <= targets


def test_what_is_run_is_there() -> None:
    playbooks = {name for line in commands() for name in re.findall(r"lyncops\.firewall\.(\w+)", line)}
    assert playbooks == {"qualify"}
    assert (COLLECTION / "playbooks" / "qualify.yml").is_file()
    files = {name for line in commands() for name in re.findall(r"\btests/[\w/]+\.py", line)}
    assert files == {"tests/playbooks/test_qualified.py"}
    assert all((COLLECTION / name).is_file() for name in files)
    variables = {name for line in commands() for name in re.findall(r"lync_firewall_\w+(?==)", line)}
    assert len(variables) == 3
    assert variables <= set(OTHERS)


def test_the_inventory_that_it_writes_is_one() -> None:
    (step,) = [step for step in steps() if "<<END" in step.get("run", "")]
    written = step["run"].partition("<<END\n")[2].partition("END\n")[0]
    host = yaml.safe_load(written)["windows"]["hosts"]["runner"]
    assert host["ansible_host"] == "127.0.0.1"
    assert (host["ansible_connection"], host["ansible_winrm_transport"]) == ("winrm", "ntlm")


def test_answers_go_from_the_one_job_to_the_other() -> None:
    """By the names that both use; the folder is the one that the test reads."""
    uses = {step["uses"].partition("@")[0]: step["with"] for step in steps() if "with" in step}
    kept, taken = uses["actions/upload-artifact"], uses["actions/download-artifact"]
    assert kept["name"] == "qualified-${{ matrix.release }}"
    assert (taken["pattern"], taken["path"]) == ("qualified-*", "tests/qualified")
    assert (COLLECTION / taken["path"] / "README.md").is_file()
    assert any("lync_firewall_qualify_dir=$PWD/qualified" in line for line in commands())
