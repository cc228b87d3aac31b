# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The set-up against awx.awx itself, where that collection is at hand.

It is looked for below AWX_COLLECTIONS (a folder that holds ansible_collections) and in the environment of `make bench`;
since release 12 or so the package `ansible` does not bring it any more. Without it these tests are skipped, and
test_setup_data.py holds the set-up against our own reading of its documentation.
"""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from awx.api import Api, serving
from awx.setup_data import EDGES, PROJECT, ROOT
from awx.understood import KINDS

TOKEN = "made-up-for-the-test"


def _collections() -> Path | None:
    places = [Path(os.environ["AWX_COLLECTIONS"])] if os.environ.get("AWX_COLLECTIONS") else []
    places += (ROOT / "build" / "venv-bench" / "lib").glob("python3*/site-packages")
    return next((place for place in places if (place / "ansible_collections" / "awx" / "awx").is_dir()), None)


@pytest.fixture(scope="module")
def collections() -> Path:
    found = _collections()
    if found is None:
        pytest.skip("awx.awx is not here; set AWX_COLLECTIONS to a folder that holds ansible_collections/awx/awx")
    return found


def _options(collections: Path, module: str) -> dict[str, Any]:
    """The documented options of a module."""
    source = collections / "ansible_collections" / "awx" / "awx" / "plugins" / "modules" / f"{module}.py"
    for node in ast.parse(source.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and [getattr(name, "id", "") for name in node.targets] == ["DOCUMENTATION"]:
            options = yaml.safe_load(ast.literal_eval(node.value))["options"]
            assert isinstance(options, dict)
            return options
    raise AssertionError(f"{source} has no DOCUMENTATION")


@pytest.mark.parametrize("variable", KINDS)
def test_our_reading_of_the_modules_is_right(collections: Path, variable: str) -> None:
    kind = KINDS[variable]
    options = _options(collections, kind.module)
    assert {key: options[key]["type"] for key in kind.keys} == dict(kind.keys)


@pytest.mark.parametrize("variable", KINDS)
def test_values_are_among_the_choices(collections: Path, data: dict[str, Any], variable: str) -> None:
    options = _options(collections, KINDS[variable].module)
    for item in data[variable]:
        for key, value in item.items():
            choices = options[key].get("choices")
            assert choices is None or value in choices, (item["name"], key)


def test_workflow_nodes_have_only_documented_keys(collections: Path, data: dict[str, Any]) -> None:
    nodes = _options(collections, "workflow_job_template")["workflow_nodes"]
    for workflow in data["controller_workflows"]:
        for node in workflow["workflow_nodes"]:
            _known(node, nodes["suboptions"], node["identifier"])


def _known(value: Mapping[str, Any], options: Mapping[str, Any], where: str) -> None:
    assert set(value) <= set(options), where
    for key, item in value.items():
        below = options[key].get("suboptions")
        for part in item if isinstance(item, list) else [item]:
            if below and isinstance(part, dict):
                _known(part, below, f"{where}.{key}")


def _setup(collections: str, url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    folder = Path(sys.executable).parent
    return subprocess.run(
        [str(folder / "ansible-playbook"), "setup.yml", *arguments],
        cwd=PROJECT,
        env={
            "PATH": f"{folder}:/usr/bin:/bin",
            "HOME": os.environ.get("HOME", "/"),
            "ANSIBLE_COLLECTIONS_PATH": collections,
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "CONTROLLER_HOST": url,
            "CONTROLLER_OAUTH_TOKEN": TOKEN,
        },
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_without_the_collection_the_playbook_says_what_is_missing(tmp_path: Path) -> None:
    done = _setup(str(tmp_path), "http://127.0.0.1:9")
    assert done.returncode == 2, done.stdout + done.stderr
    assert "awx.awx is not installed here: ansible-galaxy collection install awx.awx" in done.stdout


@pytest.fixture(scope="module")
def built_up(collections: Path) -> Any:
    """The stand-in for AWX after setup.yml has run from nothing, each time until it stops and something is put right.

    Of each run its name, what Ansible printed, and which kinds there were afterwards.
    """
    runs: dict[str, tuple[subprocess.CompletedProcess[str], set[str]]] = {}

    def run(name: str, api: Api) -> None:
        runs[name] = (_setup(str(collections), api.url), {kind for kind, items in api.store.kinds.items() if items})

    with serving() as api:
        run("nothing", api)
        for credential in api.store.all("credentials"):
            credential["inputs"] = {"username": "u", "password": "$encrypted$"}
        api.store.failing.add("projects")
        run("no project", api)
        api.store.failing = {"inventory_sources"}
        run("no inventory", api)
        api.store.failing.clear()
        run("all", api)
        yield api, runs


@pytest.fixture(scope="module")
def applied(built_up: Any) -> tuple[Api, str]:
    """The stand-in after the last of these, and what Ansible printed."""
    api, runs = built_up
    done, _kinds = runs["all"]
    assert done.returncode == 0, done.stdout + done.stderr
    return api, done.stdout


@pytest.mark.parametrize(
    ("name", "told", "last", "missing"),
    [
        (
            "nothing",
            "Fill in these credentials in AWX, and run this again: Lync firewall source, Lync firewall hosts.",
            "credentials",
            "execution_environments",
        ),
        ("no project", "AWX could not update a project", "projects", "inventories"),
        (
            "no inventory",
            "means that the execution environment does not carry lyncops.firewall",
            "inventory_sources",
            "job_templates",
        ),
    ],
)
def test_it_stops_before_what_needs_something_and_says_what_to_do(
    built_up: Any, name: str, told: str, last: str, missing: str
) -> None:
    done, kinds = built_up[1][name]
    assert done.returncode == 2, done.stdout + done.stderr
    assert told in " ".join(done.stdout.split()), done.stdout
    assert last in kinds
    assert missing not in kinds


def test_everything_is_made(applied: tuple[Api, str], data: dict[str, Any]) -> None:
    api, _output = applied
    assert api.tokens == {f"Bearer {TOKEN}"}
    for variable, kind in KINDS.items():
        endpoint = {"controller_inventories": "inventories"}.get(variable, f"{kind.module}s")
        made = api.store.by_name(endpoint)
        assert {item["name"] for item in data[variable]} == set(made)


def test_what_is_meant_for_awx_arrives_as_it_is(applied: tuple[Api, str], data: dict[str, Any]) -> None:
    api, _output = applied
    for item in data["controller_notifications"]:
        assert api.store.by_name("notification_templates")[item["name"]]["messages"] == item["messages"]
    made = api.store.by_name("job_templates")
    for item in data["controller_templates"]:
        assert json.loads(made[item["name"]].get("extra_vars", "{}")) == item.get("extra_vars", {})
        assert made[item["name"]].get("survey_spec") == item.get("survey_spec")


def test_workflow_is_the_one_of_the_data(applied: tuple[Api, str], data: dict[str, Any]) -> None:
    api, _output = applied
    nodes = api.store.by_name("workflow_job_template_nodes")
    runs = {item["id"]: item for item in api.store.all("unified_job_templates")}
    wanted_nodes = [node for workflow in data["controller_workflows"] for node in workflow["workflow_nodes"]]
    assert sorted(nodes) == sorted(node["identifier"] for node in wanted_nodes)
    for node in wanted_nodes:
        made = nodes[node["identifier"]]
        template = runs[made["unified_job_template"]]
        assert (template["name"], template["type"]) == (
            node["unified_job_template"]["name"],
            node["unified_job_template"]["type"],
        )
        for kind in EDGES:
            wanted = {nodes[target["identifier"]]["id"] for target in node.get("related", {}).get(kind, ())}
            assert set(api.store.lists.get(f"workflow_job_template_nodes/{made['id']}/{kind}", [])) == wanted


def test_approvals_have_their_text_and_their_end(applied: tuple[Api, str]) -> None:
    api, _output = applied
    approvals = api.store.by_name("workflow_approval_templates")
    assert {item["timeout"] for item in approvals.values()} == {72000}
    assert all(item["description"] for item in approvals.values())


def test_second_time_changes_nothing(applied: tuple[Api, str], collections: Path) -> None:
    api, first = applied
    assert re.search(r"changed=[1-9]", first)
    api.writes.clear()
    done = _setup(str(collections), api.url)
    assert done.returncode == 0, done.stdout + done.stderr
    # The project is asked to update itself. And awx.awx always sends approvals once more, with fields of their nodes
    # that approvals do not have: they come out the same, but it cannot tell, warns, and calls the workflow changed.
    again = ("projects/", "inventory_sources/", "workflow_approval_templates/")
    assert [path for path in api.writes if not path.startswith(again)] == []
    tasks = done.stdout.split("\nTASK [")
    assert [task.partition("]")[0] for task in tasks if "\nchanged:" in task] == ["Workflows"]
