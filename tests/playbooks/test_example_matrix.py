# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
r"""The traffic matrix of the example estate, line by line, as users see it.

A change that is meant is taken over with these commands; its difference is what a network team would be told:

    ansible-playbook -i examples/contoso.lync_topology.yml lyncops.firewall.matrix
    cp lync_firewall_matrix/lync-traffic-matrix.{csv,md} tests/playbooks/example_estate/
    sed -i 's/\r$//' tests/playbooks/example_estate/lync-traffic-matrix.csv  # ansible-test takes no other line ends
"""

from __future__ import annotations

import csv
import json
import subprocess
from pathlib import Path

import pytest

from playbooks.runs import BIN, ROOT, environment

PINNED = Path(__file__).parent / "example_estate"
NAME = "lync-traffic-matrix"
LINES, QUESTIONS = 43, 4


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where matrix.yml has written the files."""
    where = tmp_path_factory.mktemp("example")
    inventory = ROOT / "examples" / "contoso.lync_topology.yml"
    done = subprocess.run(
        [str(BIN / "ansible-playbook"), "-i", str(inventory), "lyncops.firewall.matrix"],
        cwd=where,
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return where / "lync_firewall_matrix"


@pytest.mark.parametrize("ending", ["csv", "md"])
@pytest.mark.sample("csv")
def test_every_line_is_as_it_was(folder: Path, ending: str) -> None:
    found, pinned = ((place / f"{NAME}.{ending}").read_text("utf-8").splitlines() for place in (folder, PINNED))
    assert found == pinned


def test_all_files_have_as_many_lines_and_open_questions(folder: Path) -> None:
    with (PINNED / f"{NAME}.csv").open(encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) == LINES
    matrix = json.loads((folder / f"{NAME}.json").read_text("utf-8"))
    assert (len(matrix["lines"]), len(matrix["open_questions"])) == (LINES, QUESTIONS)
