# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A controller's Python need not be the one that tests run on: what can be known of the others here."""

from __future__ import annotations

import dataclasses
import importlib
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import MappingProxyType

import pytest

COLLECTION = Path(__file__).resolve().parents[2]
PACKAGE = "ansible_collections.lyncops.firewall.plugins"
# requires_ansible is from 2.16 on: ansible_test/_util/target/common/constants.py (CONTROLLER_PYTHON_VERSIONS).
PYTHONS = ("3.10", "3.11", "3.12", "3.13", "3.14")


def modules(*folders: str) -> list[str]:
    """The full names of all modules below folders of plugins/."""
    plugins = COLLECTION / "plugins"
    paths = [path for folder in folders for path in sorted((plugins / folder).rglob("*.py"))]
    names = [".".join((PACKAGE, *path.relative_to(plugins).with_suffix("").parts)) for path in paths]
    return [name.removesuffix(".__init__") for name in names]


def defaults() -> Iterator[tuple[str, object]]:
    """The default of each field of each dataclass of the plugins' modules, by the field's full name."""
    for name in modules("module_utils", "plugin_utils"):
        for kind in vars(importlib.import_module(name)).values():
            if isinstance(kind, type) and kind.__module__ == name and dataclasses.is_dataclass(kind):
                for field in dataclasses.fields(kind):
                    if field.default is not dataclasses.MISSING:
                        yield f"{name}.{kind.__name__}.{field.name}", field.default


def test_defaults_of_dataclasses_are_what_every_python_takes() -> None:
    """From 3.11 on a default that cannot be hashed ends the import; a mappingproxy can be from 3.12 on only:
    https://docs.python.org/3/library/dataclasses.html#mutable-default-values
    https://docs.python.org/3/library/types.html#types.MappingProxyType
    """
    found = dict(defaults())
    assert len(found) > 100
    assert [
        name for name, value in found.items() if type(value).__hash__ is None or isinstance(value, MappingProxyType)
    ] == []


@cache
def pythons() -> dict[str, str]:
    """The paths of this machine's Pythons, by version."""
    find = COLLECTION / "scripts" / "find-python"
    if not find.is_file():
        pytest.skip("not in a clone: there is no scripts/find-python here")
    said = subprocess.run([str(find), "--all"], capture_output=True, text=True, check=True).stdout
    return dict(line.split(" ", 1) for line in said.splitlines())


@pytest.mark.parametrize("version", PYTHONS)
def test_another_python_imports_what_needs_no_ansible(version: str, tmp_path: Path) -> None:
    if sys.version.startswith(f"{version}."):
        pytest.skip("it runs these tests")
    if version not in pythons():
        pytest.skip(f"no Python {version} here")
    link = tmp_path / "ansible_collections" / "lyncops" / "firewall"
    link.parent.mkdir(parents=True)
    link.symlink_to(COLLECTION)
    for folder in (link.parent, link.parent.parent):  # a package of that name may be installed
        (folder / "__init__.py").touch()
    names = modules("module_utils")
    assert len(names) > 100
    code = "import importlib, sys\nfor name in sys.argv[1:]: importlib.import_module(name)"
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
    ended = subprocess.run(
        [pythons()[version], "-c", code, *names], env=environment, capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, "")
