# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Links of the Markdown files within the project; those of the guides are followed by Sphinx (make docs)."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

ROOT = Path(__file__).resolve().parents[2]
_LINK = re.compile(r"\]\(([^)\s]+)\)|(?:src|href)=\"([^\"]+)\"")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_CODE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)

if not (ROOT / ".git").exists():
    pytest.skip("not a clone: which files are the project's is not known", allow_module_level=True)

_LISTED = subprocess.run(["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
FILES = [ROOT / name for name in _LISTED.split()]


def links(path: Path) -> list[str]:
    """The targets of all links outside of code."""
    text = _CODE.sub("", path.read_text("utf-8"))
    return [found[1] or found[2] for found in _LINK.finditer(text)]


def anchors(path: Path) -> set[str]:
    """Anchors of the headings, as GitHub makes them."""
    headings = _HEADING.findall(_CODE.sub("", path.read_text("utf-8")))
    return {re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_a_link_names_is_there(path: Path) -> None:
    for link in links(path):
        parts = urlsplit(link)
        if parts.scheme:
            assert parts.scheme in ("https", "mailto"), link
            continue
        target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
        assert target.exists(), link
        assert ROOT in (target, *target.parents), link
        if parts.fragment and target.suffix == ".md":
            assert parts.fragment in anchors(target), link


def test_there_are_links_to_follow() -> None:
    assert sum(len(links(path)) for path in FILES) > 20
