# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures of the AWX tests: the set-up's data, one lab of three hosts, and how jobs are run against it.

Run with `PYTHONPATH=tests .venv/bin/python -m pytest tests/awx`.
"""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from awx import setup_data
from awx.job import COLLECTIONS, Job, Login, run
from awx.slicing import sliced
from lab import background

# Nobody listens there: the control interface of a lab is on NETWORK.255.1, its hosts start at NETWORK.0.11.
DEAD = "254"
_FROM_CREDENTIAL = ("ansible_user", "ansible_password")
LOGIN = Login("Administrator", "lab-only-no-secret")


def pytest_configure(config: pytest.Config) -> None:
    if not (COLLECTIONS / "ansible_collections" / "lyncops" / "firewall" / "galaxy.yml").is_file():
        raise pytest.UsageError(f"{COLLECTIONS} does not hold the collection; run `make link` first")


class Estate:
    """The lab's hosts: their inventory, and what a test does to them."""

    def __init__(self, inventory: Mapping[str, Any], control: str, network: str) -> None:
        self._inventory, self._control, self._network = inventory, control, network
        self.hosts: tuple[str, ...] = tuple(sorted(inventory["_meta"]["hostvars"]))

    def inventory(self, dead: Sequence[str] = ()) -> dict[str, Any]:
        """As AWX holds it after a sync, without credentials: with the host that the set-up adds.

        :param dead: Hosts whose address nobody answers at.
        """
        copy: dict[str, Any] = json.loads(json.dumps(self._inventory))
        (added,) = setup_data.load()["controller_hosts"]
        copy["_meta"]["hostvars"][added["name"]] = added["variables"]
        copy.setdefault("ungrouped", {}).setdefault("hosts", []).append(added["name"])
        copy["all"]["children"] = [*{**dict.fromkeys(copy["all"].get("children", [])), "ungrouped": None}]
        for number, name in enumerate(dead, 1):  # two names of one address would be one machine
            copy["_meta"]["hostvars"][name]["ansible_host"] = f"{self._network}.{DEAD}.{number}"
        return copy

    def reset(self) -> None:
        """Back to how the lab starts: Lync's ports closed."""
        for name in self.hosts:
            self._post(f"{name}/reset")

    def rules(self) -> dict[str, tuple[str, ...]]:
        """The managed rules of every host, as the simulated Windows has them."""
        return {name: tuple(sorted(rule for rule in self._rules(name) if "LyncOps" in rule)) for name in self.hosts}

    def run(self, name: str, command: str) -> bool:
        """Run a command on a host as somebody else would."""
        self._post(f"{name}/run", {"command": command})
        return True

    def _rules(self, name: str) -> list[str]:
        with urllib.request.urlopen(f"{self._control}/hosts/{name}/rules", timeout=30) as answer:
            return [str(rule) for rule in json.load(answer).values()]

    def _post(self, path: str, data: Mapping[str, Any] | None = None) -> None:
        content = json.dumps(data or {}).encode()
        request = urllib.request.Request(f"{self._control}/hosts/{path}", data=content, method="POST")
        request.add_header("Content-Type", "application/json")
        urllib.request.urlopen(request, timeout=60).close()


@pytest.fixture(scope="session")
def data() -> dict[str, Any]:
    return setup_data.load()


@pytest.fixture(scope="session")
def templates(data: dict[str, Any]) -> dict[str, setup_data.Template]:
    return setup_data.templates(data)


@pytest.fixture(scope="session")
def started() -> Iterator[Estate]:
    network = background.free_network()
    options = ["--network", network, "--hosts", "3", "--bystanders", "none"]
    with background.running(f"awx-{network}", options) as path:
        listed = subprocess.run(
            [str(Path(sys.executable).parent / "ansible-inventory"), "-i", str(path), "--list", "--export"],
            capture_output=True,
            check=True,
            text=True,
        )
        yield Estate(_without_login(json.loads(listed.stdout)), background.control_address(network), network)


@pytest.fixture
def estate(started: Estate) -> Estate:
    """The lab, as it starts."""
    started.reset()
    return started


RunTemplate = Callable[..., Job]


@pytest.fixture
def run_template(tmp_path: Path, estate: Estate, templates: dict[str, setup_data.Template]) -> RunTemplate:
    """Runs a job of a template by its name. Reports go to `tmp_path / "reports"`, the mounted path of the set-up."""
    numbers = itertools.count(1)  # tests may run two at once

    def start(
        name: str,
        at_launch: Mapping[str, Any] | None = None,
        *,
        mode: str = "",
        dead: Sequence[str] = (),
        arguments: Sequence[str] = (),
        facts: Mapping[str, Any] | None = None,
        part: tuple[int, int] = (1, 1),
    ) -> Job:
        template = setup_data.adapted(templates[name], tmp_path / "reports", mode)
        inventory = sliced(estate.inventory(dead), *part)
        return run(template, tmp_path / str(next(numbers)), inventory, LOGIN, at_launch, arguments, facts)

    return start


def _without_login(value: Any) -> Any:
    """The inventory without user and password: these come from the credential."""
    if isinstance(value, dict):
        return {key: _without_login(item) for key, item in value.items() if key not in _FROM_CREDENTIAL}
    return [_without_login(item) for item in value] if isinstance(value, list) else value
