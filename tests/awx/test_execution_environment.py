# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the collection says an execution environment needs, read by ansible-builder itself.

No image is built: that takes a container engine and a registry. What is proven is that ansible-builder finds our
requirements in the collection and puts them into the build.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import requires
from pathlib import Path

import pytest
import yaml

from awx.job import COLLECTIONS
from awx.setup_data import PROJECT, ROOT

BUILDER = Path(sys.executable).parent / "ansible-builder"


@pytest.fixture(scope="module")
def found() -> dict[str, list[str]]:
    """What `ansible-builder introspect` finds in the collection, without its remarks."""
    text = _run("introspect", str(COLLECTIONS))
    answer = yaml.safe_load(text)
    return {kind: [line.partition("#")[0].strip() for line in answer[kind]] for kind in ("python", "system")}


def _run(*arguments: str, folder: Path | None = None) -> str:
    done = subprocess.run(
        [str(BUILDER), *arguments], cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_python_requirements_bring_winrm_with_kerberos(found: dict[str, list[str]]) -> None:
    assert found["python"] == ["pywinrm[kerberos] >= 0.4.3", "jmespath >= 0.10.0"]
    # The extra is pywinrm's; a misspelt one would be ignored by pip with a warning.
    (kerberos,) = [line for line in requires("pywinrm") or () if line.startswith("pykerberos")]
    assert 'extra == "kerberos"' in kerberos.replace("'", '"')


@pytest.mark.parametrize(
    ("system", "built_with", "runs_with"),
    [
        ("rpm", {"gcc", "krb5-devel", "python3-devel"}, {"krb5-libs", "krb5-workstation"}),
        ("dpkg", {"gcc", "libkrb5-dev", "python3-dev"}, {"krb5-user"}),
    ],
)
def test_system_packages_build_and_run_kerberos(
    found: dict[str, list[str]], system: str, built_with: set[str], runs_with: set[str]
) -> None:
    from bindep.depends import Depends

    needed = Depends("\n".join(found["system"]))
    platform = f"platform:{system}"
    assert {rule[0] for rule in needed.active_rules([platform])} == runs_with
    assert {rule[0] for rule in needed.active_rules(["compile", platform])} == built_with | runs_with


def test_build_context_of_the_example_brings_the_collection(tmp_path: Path) -> None:
    """As the README says: the archive is built beside the file, and the image installs it from there."""
    project, context = tmp_path / "project", tmp_path / "context"
    shutil.copytree(PROJECT, project)
    galaxy = [str(BUILDER.parent / "ansible-galaxy"), "collection"]
    subprocess.run([*galaxy, "build", str(ROOT), "--output-path", str(project)], check=True, capture_output=True)
    recipe_for = ("--file", "execution-environment.yml", "--output-filename", "Containerfile")
    _run("create", *recipe_for, "--context", str(context), folder=project)
    recipe = (context / "Containerfile").read_text(encoding="utf-8")
    (install,) = re.findall(r"ansible-galaxy collection install .*-r (\S+) ", recipe)
    place = tmp_path / "installed"
    subprocess.run(
        [*galaxy, "install", "--offline", "-r", install, "--collections-path", str(place)],
        cwd=context / "_build", check=True, capture_output=True,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
    )  # fmt: skip
    ours = place / "ansible_collections" / "lyncops" / "firewall"
    assert json.loads((ours / "MANIFEST.json").read_text())["collection_info"]["name"] == "firewall"
    assert "quay.io/centos/centos:stream9" in recipe
    assert "introspect" in recipe, "the collection's own requirements are found when the image is built"
    assert "python3.11" in recipe
    files = {path.name: path.read_text(encoding="utf-8") for path in (context / "_build").iterdir() if path.is_file()}
    assert "python3.11-devel [compile platform:rpm]" in files["bindep.txt"]


def test_introspected_files_are_what_the_image_is_built_from(tmp_path: Path) -> None:
    _run(
        "introspect",
        str(COLLECTIONS),
        f"--write-pip={tmp_path / 'requirements.txt'}",
        f"--write-bindep={tmp_path / 'bindep.txt'}",
    )
    assert "pywinrm[kerberos]" in (tmp_path / "requirements.txt").read_text(encoding="utf-8")
    assert "krb5-workstation [platform:rpm]" in (tmp_path / "bindep.txt").read_text(encoding="utf-8")
