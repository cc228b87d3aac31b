# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The example project as somebody copies it: with the built artefact, and nothing of the clone in reach."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from playbooks.documents import commands
from playbooks.runs import BIN, NEWEST_ONLY, ROOT

if TYPE_CHECKING:
    from lab.testing import Lab

pytestmark = NEWEST_ONLY
OF_WORKFLOWS = ("gate", "setup")
SAYS = Path("inventory", "group_vars", "lync.yml")
"""Where the README says that people say how their hosts are reached."""


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
    lab.write_topology(folder / "inventory" / "topology.xml")
    reached = yaml.safe_load((folder / SAYS).read_text("utf-8"))
    reached |= {
        "ansible_host": "{{ lync_addresses | first }}",  # no resolver knows the names of simulated hosts
        "ansible_port": lab.hosts[0].spec.winrm_port,
        "ansible_winrm_scheme": "http",
        "ansible_winrm_transport": "basic",
        "ansible_user": lab.user,
        "ansible_password": lab.password,
    }
    (folder / SAYS).write_text(yaml.safe_dump(reached), "utf-8")
    return folder


def typed(playbook: str) -> list[str]:
    """What the README has people type for a playbook, the program apart: that of ``site``, which it shows."""
    lines = [shlex.split(line) for line in commands(ROOT / "examples" / "awx-project" / "README.md")]
    (site,) = [words for words in lines if words[0] == "ansible-playbook" and words[-1] == "site.yml"]
    return [*site[1:-1], f"{playbook}.yml"]


def test_site_is_literally_one_command(project: Path) -> None:
    listed = json.loads(
        run(
            project, "ansible-galaxy", "collection", "list", "lyncops.firewall", "-p", "collections", "--format", "json"
        )
    )
    assert [project.joinpath(place) for place in listed] == [project / "collections" / "ansible_collections"]
    run(project, "ansible-playbook", *typed("audit"), code=2)
    assert "changed=1" in run(project, "ansible-playbook", *typed("site"))
    assert "changed=1" not in run(project, "ansible-playbook", *typed("site"))
    run(project, "ansible-playbook", *typed("verify"))
    assert (project / "lync_firewall_report" / "lync-firewall-verify.html").is_file()


def test_its_settings_are_found_and_change_nothing_but_what_they_say(project: Path) -> None:
    """AWX reads them too, so nothing may be in them that a job has from AWX."""
    said = run(project, "ansible-config", "dump", "--only-changed", "-t", "base", "--format", "json")
    changed = {setting["name"] for setting in json.loads(said) if "origin" in setting} - {"CONFIG_FILE"}
    assert changed == {"COLLECTIONS_PATHS", "DEFAULT_FORKS"}
    # A program that knows no playbook, beside which Ansible would look by itself.
    assert "> " in run(project, "ansible-doc", "-t", "lookup", "lyncops.firewall.lync_ports")


def test_each_playbook_of_the_collection_is_in_it(project: Path) -> None:
    ours = {path.stem for path in (ROOT / "playbooks").glob("*.yml")} - {
        "left_alone",
        "preflight",
        "verdict",
        "qualify",
    }
    theirs = {path.stem for path in project.glob("*.yml")} - {*OF_WORKFLOWS, "execution-environment"}
    assert theirs == ours
    run(
        project,
        "ansible-playbook",
        "--syntax-check",
        *(f"{name}.yml" for name in sorted(theirs)),
    )
