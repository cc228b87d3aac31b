# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Data that nobody here made up, for the unit tests and for those of the lab.

Six firewall policies of real machines are part of the project; ``tests/unit/files/registry/SOURCES.md`` names origin
and licence of each. Data without a stated licence are not: they lie in a folder ``shared``, which may be absent.
"""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
POLICIES = ROOT / "tests" / "unit" / "files" / "registry" / "policies.zip"


def unpack_policies(folder: Path) -> Path:
    """Write the real policies, ``*.reg.txt`` as ``reg query`` prints them, into a folder, and return it."""
    with zipfile.ZipFile(POLICIES) as archive:
        archive.extractall(folder)
    return folder


def shared_folder() -> Path:
    """``$LYNCOPS_SHARED``, else a folder ``shared`` with our data beside the repository root.

    Without it the test that asks for it is skipped, and says so. In ansible-test's copy the repository root is some
    levels up (``build/ansible-test/*/ansible_collections/...``), and ansible-test passes no environment on; so each
    parent is looked at.
    """
    named = os.environ.get("LYNCOPS_SHARED")
    candidates = [Path(named)] if named else [parent / "shared" for parent in ROOT.parents]
    for path in candidates:
        if (path / "seed" / "rows.json").is_file():
            return path
    pytest.skip("shared data is not here: neither $LYNCOPS_SHARED nor ../shared beside the repository holds it")


def rule_strings() -> list[str]:
    """Single rule strings that people have published, without a licence; skips as `shared_folder` does."""
    text = (shared_folder() / "data" / "registry" / "rule_strings.txt").read_text("utf-8")
    return [line for line in text.splitlines() if line]
