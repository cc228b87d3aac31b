# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks as people run them: real `ansible-playbook`, one lab of four hosts, everything over the wire.

What integration targets cannot show, since they must run on anybody's hosts: all hosts unreachable, wrong variables,
batches that fail, a terminal, ansible-runner. `LYNCOPS_CORE_BIN` names the folder of another ansible-core's programs.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "build" / "collections")]

if TYPE_CHECKING:
    from lab.testing import Lab
    from playbooks.runs import Runner
    from playbooks.warm import Warm


def pytest_configure(config: pytest.Config) -> None:
    collections = ROOT / "build" / "collections"
    if not (collections / "ansible_collections" / "lyncops" / "firewall" / "galaxy.yml").is_file():
        raise pytest.UsageError(f"{collections} does not hold the collection; run `make link` first")
    config.addinivalue_line("markers", "newest_core: not run where LYNCOPS_CORE_BIN names another ansible-core")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what another ansible-core than that of the tests themselves is spared."""
    from playbooks.runs import BIN

    if not BIN.samefile(Path(sys.executable).parent):
        out = [item for item in items if item.get_closest_marker("newest_core")]
        items[:] = [item for item in items if not item.get_closest_marker("newest_core")]
        config.hook.pytest_deselected(items=out)


@pytest.fixture(scope="session")
def served() -> Iterator[Lab]:
    """The lab of all tests: fe01, fe02, dir01 and med01."""
    from lab.testing import Lab

    with Lab(count=4, services=False, bystanders=()) as lab:
        yield lab


@pytest.fixture
def lab(served: Lab) -> Lab:
    """The lab, with its hosts as they were in the beginning: without a rule of ours."""
    for host in served.hosts:
        host.reset()
    return served


@pytest.fixture(scope="session")
def warm() -> Iterator[Warm]:
    """The ansible-core under test, with its imports done."""
    from playbooks.runs import BIN, environment
    from playbooks.warm import Warm

    with Warm(BIN / "python", environment()) as started:
        yield started


@pytest.fixture
def runner(lab: Lab, tmp_path: Path, warm: Warm) -> Runner:
    """Runs playbooks on the lab, in a folder of its own."""
    from playbooks.runs import Runner

    return Runner(lab, tmp_path, warm)
