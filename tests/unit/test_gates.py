# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What only GitHub or nox reads cannot run here: it can be read, and what it names is there."""

from __future__ import annotations

import ast
import fnmatch
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

COLLECTION = Path(__file__).resolve().parents[2]
GITHUB = COLLECTION / ".github"
FORMS = sorted((GITHUB / "ISSUE_TEMPLATE").glob("*.yml"))
# Neither the artefact nor the copies that ansible-test works on have folders with a dot at their head.
pytestmark = pytest.mark.skipif(not GITHUB.is_dir(), reason="not in a clone: there is no .github here")


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text("utf-8"))


def policy() -> dict[str, Any]:
    # Python 3.11 has it; the tests are for 3.10 too.
    tomllib = pytest.importorskip("tomllib")
    found: dict[str, Any] = tomllib.loads((COLLECTION / "antsibull-nox.toml").read_text("utf-8"))
    return found


def texts(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for part in value.values() for text in texts(part)]
    if isinstance(value, list):
        return [text for part in value for text in texts(part)]
    return [value] if isinstance(value, str) else []


def test_the_policy_names_files_that_are_there() -> None:
    sessions = policy()["sessions"]
    named = [value for key, value in sessions["lint"].items() if key.endswith(("_config", "_plugins", "_examples"))]
    named += sessions["lint"]["code_files"]
    named += [package["file"] for package in sessions["lint"]["mypy_extra_deps"] if package["type"] == "requirements"]
    checks = sessions["extra_checks"]
    named += checks["no_unwanted_files_skip_directories"] + checks["no_trailing_whitespace_skip_directories"]
    named += checks["no_trailing_whitespace_skip_paths"]
    named += [path for group in checks["avoid_character_group"] for path in group["skip_paths"]]
    assert len(named) > len(sessions)
    assert [name for name in named if not (COLLECTION / name).exists()] == []


def test_the_policy_has_the_action_groups_of_the_runtime() -> None:
    groups = read(COLLECTION / "meta" / "runtime.yml")["action_groups"]
    modules = [path.stem for path in (COLLECTION / "plugins" / "modules").glob("*.py")]
    matched = {
        group["name"]: sorted(module for module in modules if re.match(group["pattern"], module))
        for group in policy()["sessions"]["extra_checks"]["action_groups_config"]
    }
    assert matched == groups


def test_ansible_test_runs_from_the_oldest_release_on() -> None:
    oldest = read(COLLECTION / "meta" / "runtime.yml")["requires_ansible"].removeprefix(">=").removesuffix(".0")
    for name in ("ansible_test_sanity", "ansible_test_units"):
        assert policy()["sessions"][name] == {"include_devel": True, "min_version": oldest}


def test_licences_that_are_named_are_there_and_the_other_way_round() -> None:
    tomllib = pytest.importorskip("tomllib")
    entries = tomllib.loads((COLLECTION / "REUSE.toml").read_text("utf-8"))["annotations"]
    named = {licence for entry in entries for licence in entry["SPDX-License-Identifier"].split(" AND ")}
    assert named == {path.stem for path in (COLLECTION / "LICENSES").iterdir()}
    assert named == set(read(COLLECTION / "galaxy.yml")["license"])
    assert [entry["path"] for entry in entries if not list(COLLECTION.glob(entry["path"]))] == []
    # One text, for those who look for the one and for the other.
    assert (COLLECTION / "LICENSE").read_bytes() == (COLLECTION / "LICENSES" / "GPL-3.0-or-later.txt").read_bytes()


def test_the_workflow_runs_on_changes_and_weekly_and_may_write_nothing() -> None:
    workflow = read(GITHUB / "workflows" / "nox.yml")
    assert set(workflow["on"]) == {"pull_request", "push", "schedule", "workflow_dispatch"}
    ((minute, hour, day, month, weekday),) = [entry["cron"].split() for entry in workflow["on"]["schedule"]]
    assert (day, month) == ("*", "*")
    assert all(part.isdigit() for part in (minute, hour, weekday))
    assert workflow["permissions"] == {"contents": "read"}
    used = [job["uses"].partition("@")[0].rpartition("/")[2] for job in workflow["jobs"].values()]
    assert used == ["reusable-nox-run.yml", "reusable-nox-matrix.yml"]


def steps(workflow: str) -> dict[str, list[str]]:
    """What the jobs of a workflow run, by job."""
    jobs = read(GITHUB / "workflows" / f"{workflow}.yml")["jobs"]
    return {name: [step["run"] for step in job["steps"] if "run" in step] for name, job in jobs.items()}


def test_every_change_runs_all_tests_and_is_measured() -> None:
    workflow = read(GITHUB / "workflows" / "tests.yml")
    assert {"pull_request", "push"} <= set(workflow["on"])
    assert workflow["permissions"] == {"contents": "read"}
    assert steps("tests") == {"all": [".ci/run"], "coverage": ["make coverage"]}
    assert (COLLECTION / ".ci" / "run").stat().st_mode & 0o100


def test_what_runs_weekly_has_what_else_would_skip() -> None:
    """The same packages as on every change, as far as tests skip without them."""
    wanted = re.findall(r"(?:extras|missing)\+=\(([a-z][\w -]*)\)", (COLLECTION / ".ci" / "run").read_text("utf-8"))
    (install, run) = steps("long")["long"]
    assert run == "make test-long"
    assert {name for names in wanted for name in names.split()} <= set(install.split())
    assert len(wanted) > 3


@pytest.mark.parametrize("path", [path for path in FORMS if path.stem != "config"], ids=lambda path: path.stem)
def test_what_a_form_asks_for_has_names_of_its_own(path: Path) -> None:
    """What else GitHub wants of a form is in its schema, which `make schemas` has."""
    identifiers = [element["id"] for element in read(path)["body"] if element["type"] != "markdown"]
    assert len(set(identifiers)) == len(identifiers) > 0


@pytest.mark.parametrize("path", [*FORMS, GITHUB / "PULL_REQUEST_TEMPLATE.md"], ids=lambda path: path.stem)
def test_what_a_form_names_is_there(path: Path) -> None:
    text = path.read_text("utf-8")
    files = set(re.findall(r"\b(?:docs|tests)/[\w./-]*\w|\b[A-Z]+\.md\b|\bchangelogs/\w+", text))
    assert [name for name in files if not (COLLECTION / name).exists()] == []
    playbooks = set(re.findall(r"lyncops\.firewall\.(\w+)", text))
    assert [name for name in playbooks if not (COLLECTION / "playbooks" / f"{name}.yml").is_file()] == []
    made = {target for line in re.findall(r"`make ([^`]+)`", text) for target in line.split()}
    assert made <= set(re.findall(r"^([a-z-]+):", (COLLECTION / "Makefile").read_text("utf-8"), re.MULTILINE))


def test_the_kits_form_asks_for_what_the_kit_writes() -> None:
    (form,) = [path for path in FORMS if path.stem == "kit"]
    said = " ".join(texts(read(form)))
    playbook = (COLLECTION / "playbooks" / "qualify.yml").read_text("utf-8")
    assert "default('lync_firewall_qualified'" in playbook
    assert "lync_firewall_qualified/windows-" in said
    assert [element["attributes"]["render"] for element in read(form)["body"] if element.get("id") == "answers"] == [
        "json"
    ]


def test_what_runs_before_a_commit_is_what_make_installs() -> None:
    (local,) = read(COLLECTION / ".pre-commit-config.yaml")["repos"]
    assert local["repo"] == "local"
    programs = {hook["entry"].split()[0] for hook in local["hooks"]}
    wanted = (COLLECTION / "requirements-nox.txt").read_text("utf-8")
    for program in programs:
        folder, name = program.rsplit("/", 1)
        assert folder == "build/venv-nox/bin"
        assert re.search(rf"^{name} >=", wanted, re.MULTILINE)


def sessions_of_the_policy() -> set[str]:
    """Names of the sessions that need no container: https://docs.ansible.com/projects/antsibull-nox/reference/"""
    made_of = {
        "lint": {"formatters", "codeqa", "yamllint", "typing", "antsibull-nox-config"},
        "ansible_test_sanity": set(),
        "ansible_test_units": set(),
        "ee_check": set(),
    }
    named = policy()["sessions"]
    own = re.findall(r'^@nox\.session\(name="([\w-]+)"\)', (COLLECTION / "noxfile.py").read_text("utf-8"), re.MULTILINE)
    return set(own).union(*(made_of.get(name, {name.replace("_", "-")}) for name in named))


def test_make_runs_every_session_of_the_policy_but_those_in_containers() -> None:
    makefile = (COLLECTION / "Makefile").read_text("utf-8")
    (linters,) = re.findall(r"^LINTERS := (.+)$", makefile, re.MULTILINE)
    (others,) = re.findall(r"^SESSIONS := \$\(LINTERS\) (.+)$", makefile, re.MULTILINE)
    made = {*linters.split(), *others.split(), "galaxy-importer"}
    assert made == sessions_of_the_policy()
    assert re.search(r"^\$\(SESSIONS\): ", makefile, re.MULTILINE)
    # Each leaves its result for the summary, where one that is missing fails.
    assert re.search(r"^RESULTS_newest := \$\(SESSIONS\) ", makefile, re.MULTILINE)


def test_what_types_need_is_where_make_runs_them() -> None:
    wanted = (COLLECTION / "requirements-nox.txt").read_text("utf-8")
    packages = [package["name"] for package in policy()["sessions"]["lint"]["mypy_extra_deps"] if "name" in package]
    assert packages
    assert [name for name in packages if not re.search(rf"^{name} >=", wanted, re.MULTILINE)] == []


def test_the_version_is_one() -> None:
    """Whoever types what a document says gets the archive that the clone builds, and the image that it is put into."""
    texts = [*COLLECTION.glob("*.md"), *(COLLECTION / "docs" / "docsite").rglob("*.rst")]
    texts += [path for path in (COLLECTION / "examples").rglob("*") if path.is_file()]
    said = re.compile(r"(?:lyncops-firewall-|lync-firewall-ee:)(\d[\w.-]*?)(?=\.tar\.gz|\s|`|$)")
    found = {(path, version) for path in texts for version in said.findall(path.read_text("utf-8"))}
    version = read(COLLECTION / "galaxy.yml")["version"]
    assert [(path.name, other) for path, other in found if other != version] == []
    assert {"README.md", "README.pt-BR.md", "first_estate.rst", "controller.yml"} <= {
        path.name for path, _version in found
    }


def test_what_only_developers_need_is_not_shipped() -> None:
    ignored = set(read(COLLECTION / "galaxy.yml")["build_ignore"])
    names = {
        "antsibull-nox.toml",
        "noxfile.py",
        "renovate.json5",
        ".editorconfig",
        ".galaxy-importer.cfg",
        ".yamllint-docs",
    }
    assert [name for name in names if not (COLLECTION / name).is_file()] == []
    assert names | {".nox", ".pre-commit-config.yaml"} <= ignored


# bad-names in ansible_test/_util/controller/sanity/pylint/config/collection.cfg.
DISALLOWED = {"_", "bar", "baz", "foo", "tata", "toto", "tutu"}


def disallowed(path: Path) -> set[str]:
    """Names that a file gives to variables, and pylint does not like."""
    nodes = ast.walk(ast.parse(path.read_text("utf-8")))
    return DISALLOWED & {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}


def test_no_name_is_one_that_sanity_does_not_like() -> None:
    """`make test` has pylint look at the modules only; at all else it looks in `make test-long` and on GitHub."""
    files = [path for folder in ("plugins", "scripts", "tests") for path in (COLLECTION / folder).rglob("*.py")]
    assert len(files) > 100
    assert {str(path.relative_to(COLLECTION)): names for path in files if (names := disallowed(path))} == {}


def folders_of_runs() -> set[str]:
    """The folders that playbooks, roles and plugins write to where nothing else is said, below the current one."""
    roles = "".join(path.read_text("utf-8") for path in COLLECTION.glob("roles/*/defaults/main.yml"))
    found = set(re.findall(r"^lync_\w+_dir: \"\{\{ '\.' \| realpath \}\}/(\w+)\"$", roles, re.MULTILINE))
    assert len(found) == len(re.findall(r"^lync_\w+_dir:", roles, re.MULTILINE)), "a folder in words unknown here"
    for path in COLLECTION.glob("playbooks/*.yml"):
        found |= set(re.findall(r"\blync_\w+_dir \| default\('(\w+)'", path.read_text("utf-8")))
    for path in (COLLECTION / "plugins").rglob("*.py"):
        found |= set(re.findall(r'^_?FOLDER = "(lync_\w+)"$', path.read_text("utf-8"), re.MULTILINE))
    return found


def test_what_a_run_from_a_clone_leaves_is_neither_shipped_nor_committed() -> None:
    """An estate's addresses are in there."""
    left = folders_of_runs()
    assert {"lync_firewall_report", "lync_firewall_qualified", "lync_load_balancer"} <= left
    not_shipped = read(COLLECTION / "galaxy.yml")["build_ignore"]
    assert [name for name in left if not any(fnmatch.fnmatch(name, pattern) for pattern in not_shipped)] == []
    not_committed = (COLLECTION / ".gitignore").read_text("utf-8").splitlines()
    assert [name for name in left if not any(fnmatch.fnmatch(f"/{name}/", line) for line in not_committed)] == []
    of_example = (COLLECTION / "examples" / "awx-project" / ".gitignore").read_text("utf-8").splitlines()
    assert [name for name in left if not any(fnmatch.fnmatch(f"/{name}/", line) for line in of_example)] == []
