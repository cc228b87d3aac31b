# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `make test` leaves to `make test-long`, which sets LYNCOPS_LONG=all.

Two marks say it. `long` is a case of which another one shows all but the variation. `sample` stands at a test with many
parameters and has words: of its cases, those whose names hold one of the words are run, and the others are long.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "long: left to `make test-long`, which sets LYNCOPS_LONG=all")
    config.addinivalue_line("markers", "sample(*words): cases without one of these words in their names are long")


@pytest.hookimpl(tryfirst=True)  # before `-m long` is looked at
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Say which cases are long, and leave them out."""
    for item in items:
        sample = item.get_closest_marker("sample")
        if sample and not any(word in item.name.partition("[")[2] for word in sample.args):
            item.add_marker("long")
    # Who names a case wants it.
    if os.environ.get("LYNCOPS_LONG") == "all" or any("::" in name for name in config.args):
        return
    out = [item for item in items if item.get_closest_marker("long")]
    kept = {_function(item) for item in items if not item.get_closest_marker("long")}
    if gone := {_function(item) for item in out if item.get_closest_marker("sample")} - kept:
        raise pytest.UsageError(f"no case has a word of its mark `sample`: {', '.join(sorted(gone))}")
    items[:] = [item for item in items if not item.get_closest_marker("long")]
    config.hook.pytest_deselected(items=out)
    # Each process of pytest-xdist writes the same; a pytest that a test starts has nothing to say.
    if counted := os.environ.pop("LYNCOPS_LEFT_TO_LONG", None):
        Path(counted).parent.mkdir(parents=True, exist_ok=True)
        Path(counted).write_text(f"{len(out)}\n")


def _function(item: pytest.Item) -> str:
    return item.nodeid.partition("[")[0]
