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

from awx import told
from awx.job import COLLECTIONS
from awx.setup_data import PROJECT, ROOT, load

TOPOLOGY = ROOT / "examples" / "contoso_topology.xml"


def _update(folder: Path, *, in_image: bool) -> tuple[subprocess.CompletedProcess[str], Path]:
    """An inventory update, and the file that it writes.

    :param in_image: Whether the image carries the collection. Otherwise only the project has installed it.
    """
    project, home, installed = folder / "project", folder / "home", folder / "requirements_collections"
    shutil.copytree(PROJECT, project)
    shutil.copy(TOPOLOGY, project / "inventory" / "topology.xml")
    (home / ".ansible").mkdir(parents=True)
    (home / ".ansible" / "collections" if in_image else installed).symlink_to(COLLECTIONS)
    (source,) = load()["controller_inventory_sources"]
    output = folder / "output.json"
    program = Path(sys.executable).parent / "ansible-inventory"
    given = {key: value for key, value in told.OF_INVENTORY.items() if key != "ANSIBLE_STDOUT_CALLBACK"}
    paths = given["ANSIBLE_COLLECTIONS_PATHS"].replace("/runner/requirements_collections", str(installed))
    done = subprocess.run(
        [program, *told.of_inventory(source["source_path"], str(project), str(output), str(project / "inventory"))],
        cwd=project,
        env={**given, "ANSIBLE_COLLECTIONS_PATHS": paths, "PATH": f"{program.parent}:/usr/bin:/bin", "HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done, output


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, object]]:
    """Groups and `_meta`, as AWX gets them."""
    done, output = _update(tmp_path_factory.mktemp("source"), in_image=True)
    assert done.returncode == 0, done.stderr
    answer = json.loads(output.read_text(encoding="utf-8"))
    assert isinstance(answer, dict)
    return answer


def test_the_image_has_to_carry_the_collection(tmp_path: Path) -> None:
    """AWX tells an inventory update only the old variable of where the project's collections are."""
    done, _output = _update(tmp_path, in_image=False)
    assert done.returncode != 0
    assert "unknown plugin" in done.stderr


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
