# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fault matrix: the real engine over Ansible's real winrm connection and pywinrm, against the lab's nasty side.

``make faults`` runs it. Every case ends in one of four ways, and leaves a record; the table of all of them is printed
at the end and written to ``build/faults/report.md``; beside it are tables of the lockouts and attacks that were tried.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from faults.report import Record, Trial, table, trials_table

if TYPE_CHECKING:
    from faults.stack import Labs

ROOT = Path(__file__).resolve().parents[2]
REPORT = ROOT / "build" / "faults" / "report.md"
TRIALS = {"lockouts": "Lockouts", "undo": "The undo under attack"}
"""File of a table of trials, beside the report, and its title."""
_PROPERTY = "fault-record"
_RECORDS: list[Record] = []
_TRIALS: dict[str, list[Trial]] = {}


def pytest_configure(config: pytest.Config) -> None:
    collections = ROOT / "build" / "collections"
    if not (collections / "ansible_collections" / "lyncops" / "firewall" / "galaxy.yml").is_file():
        raise pytest.UsageError(f"{collections} does not hold the collection; run `make link` first")
    if "ansible_collections" not in sys.modules:
        from ansible.plugins.loader import init_plugin_loader

        init_plugin_loader([str(collections)])


@pytest.fixture(scope="session")
def labs() -> Iterator[Labs]:
    """The labs of this process, each started when it is first asked for."""
    from faults.stack import Labs

    with Labs() as started:
        yield started


@pytest.fixture
def record(record_property: Callable[[str, object], None]) -> Callable[[Record], None]:
    """Takes the record of a case; it travels with the test's report, so that several processes can run cases."""

    def take(case: Record) -> None:
        record_property(_PROPERTY, json.dumps(case.as_dict()))

    return take


@pytest.fixture
def tried(record_property: Callable[[str, object], None]) -> Callable[[str, Trial], None]:
    """Takes a trial for the table of that name in TRIALS; it travels as records do."""

    def take(name: str, trial: Trial) -> None:
        record_property(f"{_PROPERTY}-{name}", json.dumps(trial.as_dict()))

    return take


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """In the controlling process, for the tests of all processes."""
    if report.when == "call":
        _RECORDS.extend(Record(**json.loads(str(data))) for name, data in report.user_properties if name == _PROPERTY)
        for name, data in report.user_properties:
            for table_name in TRIALS:
                if name == f"{_PROPERTY}-{table_name}":
                    _TRIALS.setdefault(table_name, []).append(Trial(**json.loads(str(data))))


def pytest_terminal_summary(terminalreporter: Any, exitstatus: int, config: pytest.Config) -> None:
    """Print and write the table."""
    texts = {REPORT.stem: table(_RECORDS)} if _RECORDS else {}
    texts |= {name: trials_table(TRIALS[name], trials) for name, trials in _TRIALS.items()}
    for name, text in texts.items():
        REPORT.parent.mkdir(parents=True, exist_ok=True)
        REPORT.with_stem(name).write_text(text)
        terminalreporter.section("fault matrix" if name == REPORT.stem else TRIALS[name])
        terminalreporter.write_line(text)
