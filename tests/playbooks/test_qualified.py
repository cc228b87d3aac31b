# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What real hosts have answered, against what the lab's hosts answer: a failure for each field that differs.

Reports lie in tests/qualified (see the README there), or in the folder that LYNCOPS_QUALIFIED names. The lab is
asked by the very same kit, live.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from playbooks.kit import EXPECTATIONS, FAST, Like, like, qualify, report_in
from playbooks.runs import LONG, NEWEST_ONLY, Runner

if TYPE_CHECKING:
    from playbooks.warm import Warm

pytestmark = NEWEST_ONLY  # it rests on nothing that differs between versions of ansible-core

ROOT = Path(__file__).resolve().parents[2]
REPORTS = Path(os.environ.get("LYNCOPS_QUALIFIED", ROOT / "tests" / "qualified"))
_NONE = pytest.param(
    None, "", id="none", marks=pytest.mark.skip(reason=f"no report of a real host in {REPORTS.name}; see its README")
)
Asked = Callable[[Like], dict[str, Any]]


def cases() -> list[Any]:
    """A case for each report and each expectation."""
    found = [
        pytest.param(path, name, id=f"{path.stem}: {name}")
        for path in sorted(REPORTS.glob("*.json"))
        for name in EXPECTATIONS
    ]
    return found or [_NONE]


@pytest.fixture(scope="session")
def lab_answers(warm: Warm, tmp_path_factory: pytest.TempPathFactory) -> Asked:
    """Asks a host of the lab like a real one, once for each kind."""
    from lab.testing import Lab

    known: dict[Like, dict[str, Any]] = {}

    def ask(kind: Like) -> dict[str, Any]:
        if kind not in known:
            quirks = {"minute": FAST, "language": kind.language}
            with Lab(["fe01"], windows=kind.windows, services=False, bystanders=(), quirks=quirks) as lab:
                folder = tmp_path_factory.mktemp("asked")
                run = qualify(Runner(lab, folder, warm))
                assert run.code == 0, run.output
                known[kind] = report_in(folder)
        return known[kind]

    return ask


@pytest.mark.parametrize(("path", "name"), cases())
def test_a_real_host_answers_as_the_lab_does(path: Path, name: str, lab_answers: Asked) -> None:
    report = json.loads(path.read_text("utf-8"))
    kind = like(report)
    told = EXPECTATIONS[name](lab_answers(kind), report, kind.speaks)
    assert not told, told


@LONG
def test_what_a_report_says_otherwise_is_red_and_nothing_else(lab_answers: Asked, tmp_path: Path) -> None:
    """The test above, on reports made of the lab's own with answers changed."""
    report = lab_answers(Like("2012r2", "en", True, "winrm"))
    (tmp_path / "same.json").write_text(json.dumps(report))
    report["answers"] = {**report["answers"], "netsh.stdin.goes_on_after_bad_word": False}
    report["policy"] = {**report["policy"], "stock": {}}
    (tmp_path / "other.json").write_text(json.dumps(report))
    test = f"{__file__}::{test_a_real_host_answers_as_the_lab_does.__name__}"
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", test],
        env={**os.environ, "LYNCOPS_QUALIFIED": str(tmp_path)}, cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 1, ran.stdout
    assert f"2 failed, {2 * len(EXPECTATIONS) - 2} passed" in ran.stdout
    assert "netsh.stdin.goes_on_after_bad_word: the lab answers True, the host False." in ran.stdout
    assert "Assumed in tests/lab/windows/netsh.py" in ran.stdout
    assert "policy.stock: the lab has 1" in ran.stdout
    assert "tests/lab/policies/stock" in ran.stdout
