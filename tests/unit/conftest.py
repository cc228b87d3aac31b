# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all unit tests share. They run in two ways, and this file makes the first look like the second.

``make unit`` runs plain pytest in ``.venv``: here Ansible's own collection loader is told of ``build/collections``,
where ``make link`` has put a link to this tree. ``ansible-test units`` runs on a real copy and has installed the loader
already. In both, tests import the code by its full name, ``ansible_collections.lyncops.firewall.plugins...``.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

try:
    import hypothesis
except ImportError:  # `ansible-test units` without tests/unit/requirements.txt: the tests that need it say so.
    hypothesis = None

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "ansible_collections.lyncops.firewall"
PLUGINS = ROOT / "plugins"
_EXAMPLES = 25
"""Of each property in `make test`; `make test-long` tries more. CI, whose examples are the same each time, fewer."""
_EXAMPLES_IN_CI = 15


def _install_collection_loader() -> None:
    """Make the collection importable, unless ansible-test (or its location) already has."""
    if "ansible_collections" in sys.modules:
        return
    if ROOT.parts[-3:] == ("ansible_collections", "lyncops", "firewall"):
        collections = ROOT.parents[2]
    else:
        collections = ROOT / "build" / "collections"
    if not (collections / "ansible_collections" / "lyncops" / "firewall" / "galaxy.yml").is_file():
        raise pytest.UsageError(f"{collections} does not hold the collection; run `make link` first")
    from ansible.plugins.loader import init_plugin_loader

    init_plugin_loader([str(collections)])


def pytest_configure(config: pytest.Config) -> None:
    _install_collection_loader()
    if hypothesis is None:
        return
    # Deadlines measure the machine, not the code: two cores that run three suites at once miss any of them.
    hypothesis.settings.register_profile("default", deadline=None, max_examples=_EXAMPLES)
    # In CI the same examples each time: a counterexample that chance finds belongs to a developer's run, where the
    # database keeps it, and not into somebody's unrelated change. Locally every run draws new ones, and so does
    # test-long, many more of them.
    hypothesis.settings.register_profile(
        "ci", deadline=None, max_examples=_EXAMPLES_IN_CI, database=None, print_blob=True, derandomize=True
    )
    hypothesis.settings.register_profile("long", deadline=None, max_examples=8 * _EXAMPLES, print_blob=True)
    under_ansible_test = config.pluginmanager.hasplugin("ansible_pytest_collections")
    default = "ci" if under_ansible_test or os.environ.get("CI") else "default"
    hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", default))


def _names_by_file() -> dict[str, list[str]]:
    """The names under which each file of ``plugins/`` has been imported; more than one is a defect of the set-up."""
    found: dict[str, list[str]] = {}
    for name, module in list(sys.modules.items()):
        path = getattr(module, "__file__", None)
        if isinstance(path, str) and os.path.realpath(path).startswith(f"{PLUGINS}{os.sep}"):
            found.setdefault(os.path.realpath(path), []).append(name)
    return found


@pytest.fixture(scope="session", autouse=True)
def _one_identity_per_module() -> Iterator[None]:
    """Fail the run if a file was imported under two names: its classes would not be equal to themselves."""
    yield
    twice = {path: names for path, names in _names_by_file().items() if len(names) > 1}
    wrong = {path: names for path, names in _names_by_file().items() if not names[0].startswith(PACKAGE)}
    assert not twice, f"imported under several names: {twice}"
    assert not wrong, f"not imported by full name: {wrong}"


@pytest.fixture(scope="session")
def topology_documents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A temporary folder with every document, good, bad and expected, that ``tests/topology_documents`` writes."""
    from ansible_collections.lyncops.firewall.tests.topology_documents import documents

    folder = tmp_path_factory.mktemp("topology")
    documents.write(folder)
    return folder


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """The workplace's shared folder (``seed/rows.json``); without it the test is skipped."""
    from ansible_collections.lyncops.firewall.tests.real_data import shared_folder

    return shared_folder()
