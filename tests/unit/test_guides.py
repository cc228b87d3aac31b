# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guides are found, and those that are made of the code say what the code says."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest
import yaml

COLLECTION = Path(__file__).resolve().parents[2]
GUIDES = COLLECTION / "docs" / "docsite" / "rst"
RENDERER = COLLECTION / "scripts" / "render_guides.py"


@pytest.mark.skipif(not RENDERER.is_file(), reason="scripts are not in the artefact")
def test_pages_that_are_made_of_the_code_are_up_to_date() -> None:
    spec: Any = importlib.util.spec_from_file_location("render_guides", RENDERER)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    pages = module.pages()
    assert sorted(pages) == ["catalogue", "products", "reasons"]
    for name, text in pages.items():
        assert (GUIDES / f"{name}.rst").read_text("utf-8") == text, "run: make guides"


def test_every_guide_is_listed_where_readers_look() -> None:
    listed = yaml.safe_load((GUIDES.parent / "extra-docs.yml").read_text("utf-8"))["sections"]
    names = [name for section in listed for name in section["toctree"]]
    assert sorted(names) == sorted(path.stem for path in GUIDES.glob("*.rst"))
    readme = (COLLECTION / "README.md").read_text("utf-8")
    assert [name for name in names if f"docs/docsite/rst/{name}.rst" not in readme and name != "reasons"] == []


def test_the_readme_is_read_to_its_end() -> None:
    assert len((COLLECTION / "README.md").read_text("utf-8").splitlines()) <= 180
