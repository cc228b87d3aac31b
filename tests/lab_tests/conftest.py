# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures of the lab's own tests."""

from __future__ import annotations

import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from lab.testing import Lab, LabHost
from lab_tests.clients import Client
from real_data import unpack_policies


@pytest.fixture(scope="session")
def registry_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of real firewall policies."""
    return unpack_policies(tmp_path_factory.mktemp("registry"))


@pytest.fixture(scope="module")
def shared_lab() -> Iterator[Lab]:
    """A small estate for a whole module."""
    with Lab(hosts=["fe01", "dir01", "med01"]) as lab:
        yield lab


@pytest.fixture
def fe01(shared_lab: Lab) -> Iterator[LabHost]:
    """A Front End in its starting state."""
    host = shared_lab.host("fe01")
    yield host
    host.reset()


@pytest.fixture
def client(fe01: LabHost) -> Iterator[Client]:
    """pywinrm on fe01."""
    made = Client(fe01)
    yield made
    made.close()


@pytest.fixture
def connect(fe01: LabHost) -> Iterator[Callable[..., Client]]:
    """Makes further clients of fe01."""
    made: list[Client] = []

    def build(**options: int) -> Client:
        made.append(Client(fe01, **options))
        return made[-1]

    yield build
    for one in made:
        one.close()


@pytest.fixture
def unique() -> str:
    """A rule name that nothing else uses."""
    return f"test {uuid.uuid4().hex[:8]}"
