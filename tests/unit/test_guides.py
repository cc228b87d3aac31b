# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guides are found, and those that are made of the code say what the code says."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.lyncops.firewall.tests.unit.test_imports import MAY_IMPORT

COLLECTION = Path(__file__).resolve().parents[2]
GUIDES = COLLECTION / "docs" / "docsite" / "rst"
OF_A_RUN = ("__pycache__", "output")
RENDERER = COLLECTION / "scripts" / "render_guides.py"


@pytest.mark.skipif(not RENDERER.is_file(), reason="scripts are not in the artefact")
def test_pages_that_are_made_of_the_code_are_up_to_date() -> None:
    spec: Any = importlib.util.spec_from_file_location("render_guides", RENDERER)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    pages = module.pages()
    assert sorted(pages) == ["catalogue", "how_it_works", "products", "reasons"]
    for name, text in pages.items():
        assert (GUIDES / f"{name}.rst").read_text("utf-8") == text, "run: make guides"


def test_every_room_of_the_code_and_every_folder_of_tests_is_on_the_map() -> None:
    page = (GUIDES / "how_it_works.rst").read_text("utf-8")
    folders = [path.name for path in (COLLECTION / "tests").iterdir() if path.is_dir() and path.name not in OF_A_RUN]
    named = [*MAY_IMPORT, *(f"tests/{name}" for name in folders)]
    assert [name for name in named if f"   * - ``{name}``\n" not in page] == []


def test_every_guide_is_listed_where_readers_look() -> None:
    listed = yaml.safe_load((GUIDES.parent / "extra-docs.yml").read_text("utf-8"))["sections"]
    names = [name for section in listed for name in section["toctree"]]
    assert sorted(names) == sorted(path.stem for path in GUIDES.glob("*.rst"))
    readme = (COLLECTION / "README.md").read_text("utf-8")
    assert [name for name in names if f"docs/docsite/rst/{name}.rst" not in readme and name != "reasons"] == []


def test_each_step_of_a_list_begins_a_line() -> None:
    inside = re.compile(r"\S +#\. ")
    assert [path.name for path in GUIDES.glob("*.rst") if inside.search(path.read_text("utf-8"))] == []


def test_the_readme_in_portuguese_has_the_pictures_and_the_guides() -> None:
    """Its commands are compared where all commands are: tests/playbooks/test_documented.py."""
    english, portuguese = (set(re.findall(r"\]\((docs/[^)]+)\)", readme(name))) for name in ("", ".pt-BR"))
    assert english - portuguese == set()


def readme(language: str) -> str:
    return (COLLECTION / f"README{language}.md").read_text("utf-8")


# The READMEs have a limit in lines instead, below.
PROSE = sorted(
    path
    for pattern in ("docs/docsite/rst/*.rst", "*/*/README.md")
    for path in COLLECTION.glob(pattern)
    if path.relative_to(COLLECTION).parts[0] != "build"
)
LONGEST = 120
"""Characters of a line, as .editorconfig says for all files; ruff and yamllint hold those that they know."""


@pytest.mark.parametrize("path", PROSE, ids=lambda path: str(path.relative_to(COLLECTION)))
def test_lines_are_as_long_as_editorconfig_says(path: Path) -> None:
    assert [line for line in prose(path) if len(line) > LONGEST] == []


def prose(path: Path) -> Iterator[str]:
    """The lines of a document that can be broken: no code, no row of a table, and no line that is all one address."""
    code, deep = False, 0
    for line in path.read_text("utf-8").splitlines():
        indent = len(line) - len(line.lstrip())
        if path.suffix == ".rst":
            if line.lstrip().startswith(".. code-block::"):
                code, deep = True, indent
            elif code and line.strip() and indent <= deep:
                code = False
        elif line.lstrip().startswith("```"):
            code = not code
        row = line.startswith("|") or re.match(r"   [* ] - ", line)
        if not (code or row or "://" in line or line.startswith("![")):
            yield line


@pytest.mark.parametrize("name", ["README.md", "README.pt-BR.md"])
def test_the_readme_is_read_to_its_end(name: str) -> None:
    assert len((COLLECTION / name).read_text("utf-8").splitlines()) <= 180
