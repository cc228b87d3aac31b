# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The example project as somebody copies it: with the built artefact, and nothing of the clone in reach."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from playbooks.runs import BIN, NEWEST_ONLY, ROOT

if TYPE_CHECKING:
    from lab.testing import Lab

pytestmark = NEWEST_ONLY
OF_WORKFLOWS = ("gate", "setup")


def run(folder: Path, program: str, *arguments: str, code: int = 0) -> str:
    """Run a program of Ansible in a folder, without anything of this tree or of a person."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "PYTHON", "LYNCOPS_"))
    }
    environ = {**kept, "HOME": str(folder), "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}
    ran = subprocess.run(
        [str(BIN / program), *arguments], cwd=folder, env=environ, text=True, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert ran.returncode == code, ran.stdout
    return ran.stdout


@pytest.fixture
def project(tmp_path: Path, lab: Lab) -> Path:
    """A copy of the example, with the artefact in its own folder for collections."""
    folder = tmp_path / "project"
    shutil.copytree(ROOT / "examples" / "awx-project", folder)
    run(folder, "ansible-galaxy", "collection", "build", "--output-path", str(tmp_path), str(ROOT))
    (artefact,) = tmp_path.glob("*.tar.gz")
    run(folder, "ansible-galaxy", "collection", "install", "--offline", "-p", "collections", str(artefact))
    lab.write_inventory(folder / "inventory.yml")
    return folder


def test_site_is_literally_one_command(project: Path) -> None:
    listed = json.loads(
        run(
            project, "ansible-galaxy", "collection", "list", "lyncops.firewall", "-p", "collections", "--format", "json"
        )
    )
    assert [project.joinpath(place) for place in listed] == [project / "collections" / "ansible_collections"]
    run(project, "ansible-playbook", "-i", "inventory.yml", "audit.yml", code=2)
    assert "changed=1" in run(project, "ansible-playbook", "-i", "inventory.yml", "site.yml")
    assert "changed=1" not in run(project, "ansible-playbook", "-i", "inventory.yml", "site.yml")
    run(project, "ansible-playbook", "-i", "inventory.yml", "verify.yml")
    assert (project / "lync_firewall_report" / "lync-firewall-verify.html").is_file()


def test_each_playbook_of_the_collection_is_in_it(project: Path) -> None:
    ours = {path.stem for path in (ROOT / "playbooks").glob("*.yml")} - {
        "left_alone",
        "preflight",
        "verdict",
        "qualify",
    }
    theirs = {path.stem for path in project.glob("*.yml")} - {*OF_WORKFLOWS, "execution-environment", "inventory"}
    assert theirs == ours
    run(
        project,
        "ansible-playbook",
        "-i",
        "inventory.yml",
        "--syntax-check",
        *(f"{name}.yml" for name in sorted(theirs)),
    )
