# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make demo`, the first thing that anybody runs."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from playbooks.runs import BIN, ROOT


def test_the_demo_shows_what_it_says() -> None:
    """It judges itself: anything but closed, open, nothing to do, broken and repaired is a failure."""
    if sys.executable != str(BIN / "python"):
        pytest.skip("the demo runs on the newest ansible-core")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "LYNCOPS_"))}
    environment = {
        **kept,
        "PYTHONPATH": str(ROOT / "tests"),
        "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "build" / "collections"),
    }
    ran = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "demo.py")],
        env=environment, cwd=ROOT, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "6 hosts changed" in ran.stdout
