# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run ansible-test on a real copy of the collection: ``ansible_test.py {sanity,units,integration} [--venv DIR] ...``.

The copy lies in ``build/ansible-test`` (see ``mirror.py`` for why a link will not do), one for each command and virtual
environment, so that they can run side by side. No container, no remote and no download
from anywhere but the package index is needed.

``integration`` runs ``windows-integration`` against the lab, which it starts and stops, or against the hosts of
``--inventory`` (real ones, or a lab that runs already). With the lab, targets find the address of its control interface
in the variable ``lab_control``; without, the variable is not defined.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import mirror
import results
import windows_inventory

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from lab import background

ROOT = background.ROOT
COLLECTION = Path("ansible_collections/lyncops/firewall")
# Cannot run here whatever is installed: it needs PowerShell, and there is no PowerShell in this collection to check.
SKIPPED_SANITY = ("pslint",)
# Minutes each over all files, of which nearly all are looked at twice: whoever imports a plugin imports what it uses
# (tests/unit/test_imports.py finds what no plugin uses), and ruff knows the rules of pep8 and most of pylint's, in
# seconds. `make test-long` has all tests over all files, as have the sessions in containers.
PLUGIN_FOLDERS = ("modules", "action", "callback", "filter", "inventory", "lookup")
NARROW_SANITY = {
    "import": tuple(f"plugins/{name}/" for name in PLUGIN_FOLDERS),
    "pep8": ("plugins/",),
    "pylint": ("plugins/modules/",),
}


class Workspace:
    """A virtual environment with ansible-test in it, and the copy of the collection that one of its commands tests."""

    def __init__(self, venv: Path, command: str) -> None:
        self.venv = venv
        # .venv is the everyday one and has the everyday place.
        self.suffix = "" if venv.name == ".venv" else f"-{venv.name.removeprefix('venv-')}"
        self.copy = ROOT / "build" / "ansible-test" / f"{command}{self.suffix}" / COLLECTION
        self.python = venv / "bin" / "python"

    def prepare(self) -> None:
        """Make the copy, and see to it that ansible-test can make its own environments."""
        if not (self.venv / "bin" / "ansible-test").exists():
            sys.exit(f"ansible-test: {self.venv} has none; run `make setup` (or `make setup-oldest`) first")
        files = mirror.mirror(ROOT, self.copy)
        print(f"ansible-test: {self.copy.relative_to(ROOT)}: a copy of {files} files", flush=True)
        self._provide_get_pip()

    def _provide_get_pip(self) -> None:
        """Put our own pip bootstrap script where ansible-test would keep the downloaded one, unless one is there."""
        code = (
            "from ansible_test._internal.python_requirements import get_venv_packages as packages\n"
            "print(packages(type('Python', (), {'version': '%d.%d' % __import__('sys').version_info[:2]}))['pip'])"
        )
        version = self._ask(code).replace(".", "_")
        cached = Path(f"~/.ansible/test/cache/get_pip_{version}.py").expanduser()
        if cached.exists():
            return
        cached.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / "scripts" / "get_pip.py", cached)
        print(f"ansible-test: {cached} comes from scripts/get_pip.py, to need no bootstrap host", flush=True)

    def _ask(self, code: str) -> str:
        """What the environment's Python prints when it runs ``code``."""
        command = [str(self.python), "-c", code]
        return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()

    def python_version(self) -> str:
        return self._ask("import sys; print('%d.%d' % sys.version_info[:2])")

    def ansible_test(self, *arguments: str) -> int:
        """Run ansible-test in the copy with the environment's programs first in PATH; return its exit code."""
        path = f"{self.venv / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
        # A project's ansible.cfg or collections must not reach ansible-test, which brings its own.
        environment = {key: value for key, value in os.environ.items() if not key.startswith("ANSIBLE_")}
        environment.update(PATH=path, PYTHONUNBUFFERED="1")
        command = [str(self.venv / "bin" / "ansible-test"), *arguments, "--color", "no"]
        print(f"ansible-test: {' '.join(['ansible-test', *arguments])}", flush=True)
        return subprocess.run(command, cwd=self.copy, env=environment, check=False).returncode

    def found(self, pattern: str) -> list[Path]:
        """Result files of the run; those of an earlier one went with its copy."""
        return sorted((self.copy / "tests" / "output").glob(pattern))


def sanity(space: Workspace, arguments: list[str]) -> tuple[results.Count, int]:
    print(f"ansible-test: left out, since they cannot run here: {', '.join(SKIPPED_SANITY)} (needs PowerShell)")
    if not shutil.which("shellcheck", path=str(space.venv / "bin")) and not shutil.which("shellcheck"):
        print("ansible-test: no shellcheck in PATH: that test will be skipped")
    narrow = {} if arguments or os.environ.get("LYNCOPS_LONG") == "all" else NARROW_SANITY
    skip = [part for name in (*SKIPPED_SANITY, *narrow) for part in ("--skip-test", name)]
    runs = [[*skip, *arguments], *(["--test", name, *folders] for name, folders in narrow.items())]
    codes = [space.ansible_test("sanity", "--python", space.python_version(), "--junit", *run) for run in runs]
    count = results.from_junit(space.found("junit/ansible-test-sanity-*.xml"))
    return count + results.Count(skipped=len(SKIPPED_SANITY)), max(codes)


def units(space: Workspace, arguments: list[str]) -> tuple[results.Count, int]:
    exit_code = space.ansible_test("units", "--python", space.python_version(), *arguments)
    return results.from_junit(space.found("junit/*-units.xml")), exit_code


def targets(space: Workspace) -> list[str]:
    """The integration targets that run against Windows hosts, as ansible-test itself finds them."""
    found = []
    for aliases in sorted((space.copy / "tests" / "integration" / "targets").glob("*/aliases")):
        words = {re.sub(r"\s*#.*", "", line).strip() for line in aliases.read_text().splitlines()}
        if "windows" in words and "hidden" not in words:
            found.append(aliases.parent.name)
    return found


def integration(space: Workspace, arguments: list[str], inventory: Path | None) -> tuple[results.Count, int]:
    wanted = [name for name in arguments if not name.startswith("-")] or targets(space)
    if not wanted:
        print("ansible-test: no integration target for windows in tests/integration/targets", file=sys.stderr)
        return results.Count(), 1
    options = [name for name in arguments if name.startswith("-")]
    ini = space.copy.parents[2] / "inventory.winrm"
    with contextlib.ExitStack() as stack:
        # The variables that every target gets: from ansible-test's own file for them, which is no part of the source.
        config = space.copy / "tests" / "integration" / "integration_config.yml"
        if inventory is None:
            network = background.free_network()
            # Basic costs every play less CPU, and the demo and other tests log in by NTLM.
            lab = background.running(f"test{space.suffix}", ["--network", network, "--login", "basic"])
            inventory = stack.enter_context(lab)
            config.write_text(f"---\nlab_control: {background.control_address(network)}\n")
        listing = windows_inventory.read(inventory, space.venv / "bin" / "ansible-inventory")
        ini.touch(mode=0o600)
        stack.callback(ini.unlink)
        ini.write_text(windows_inventory.to_ini(listing))
        exit_code = space.ansible_test(
            "windows-integration", "--python", space.python_version(), "--inventory", str(ini),
            "--continue-on-error", *options, *wanted,
        )  # fmt: skip
    # ansible-test lists there the targets that succeeded, and only those.
    passed: set[str] = set()
    for path in space.found("data/windows-integration-*.json"):
        passed.update(json.loads(path.read_text())["targets"])
    failed = [name for name in wanted if name not in passed]
    return results.Count(passed=len(passed), failed=len(failed)), exit_code


def main() -> int:
    parser = argparse.ArgumentParser(description="Run ansible-test on a real copy of the collection.")
    parser.add_argument("command", choices=("sanity", "units", "integration"))
    parser.add_argument("--venv", type=Path, default=ROOT / ".venv", help="environment to run (default: .venv)")
    parser.add_argument("--inventory", type=Path, help="hosts to run integration targets against, instead of the lab")
    arguments, rest = parser.parse_known_args()
    space = Workspace(arguments.venv.resolve(), arguments.command)
    started = time.monotonic()
    space.prepare()
    try:
        if arguments.command == "sanity":
            count, exit_code = sanity(space, rest)
        elif arguments.command == "units":
            count, exit_code = units(space, rest)
        else:
            inventory = arguments.inventory.resolve() if arguments.inventory else None
            count, exit_code = integration(space, rest, inventory)
    except (background.LabError, windows_inventory.InventoryError) as error:
        print(f"ansible-test: {error}", file=sys.stderr)
        count, exit_code = results.Count(), 1
    count = results.settle(count, exit_code)
    name = f"{arguments.command}{space.suffix}"
    results.save(name, count, time.monotonic() - started)
    print(f"== {name}: {count}", flush=True)
    return 1 if count.failed else 0


if __name__ == "__main__":
    sys.exit(main())
