# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory source of the project, read as AWX reads it, with a topology that stands for the user's export."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from awx.job import COLLECTIONS
from awx.setup_data import PROJECT, ROOT

TOPOLOGY = ROOT / "examples" / "contoso_topology.xml"


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, object]]:
    """Groups and `_meta`, as `ansible-inventory --list --export` gives them to AWX."""
    folder = tmp_path_factory.mktemp("source")
    shutil.copytree(PROJECT / "inventory", folder / "inventory")
    shutil.copy(TOPOLOGY, folder / "inventory" / "topology.xml")
    program = Path(sys.executable).parent / "ansible-inventory"
    done = subprocess.run(
        [str(program), "-i", "inventory/lync_topology.yml", "--list", "--export"],
        cwd=folder,
        env={
            "PATH": f"{program.parent}:/usr/bin:/bin",
            "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS),
            "HOME": str(folder),
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert isinstance(answer, dict)
    return answer


def test_hosts_are_in_the_groups_that_the_playbooks_name(imported: dict[str, dict[str, object]]) -> None:
    groups = ("lync_front_end", "lync_director", "lync_mediation", "lync_persistent_chat", "lync_office_web_apps")
    for group in (*groups, "lync_central_management"):
        assert imported[group]["hosts"], group


def test_connection_comes_from_the_project_and_the_login_does_not(imported: dict[str, dict[str, object]]) -> None:
    variables = imported["lync"]["vars"]
    assert isinstance(variables, dict)
    assert (variables["ansible_connection"], variables["ansible_winrm_transport"]) == ("winrm", "kerberos")
    assert "ansible_password" not in json.dumps(imported)
    assert "ansible_user" not in json.dumps(imported)
