# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the smoke tests on every ansible-core and pywinrm that are supported, and print a table of them.

The environments are those of ``setup_env.py matrix``, and of ``setup_env.py ends`` for each other Python of this
machine. The tests and the lab run in ``.venv``, the playbooks in the environment. A cell without one is skipped, and
the table says so. The exit code is not 0 if anything failed or nothing ran. More arguments go to pytest.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import setup_env
from setup_env import ROOT

SMOKE = "tests/playbooks/test_smoke.py"
_CELL = 24


def _cases(junit: Path) -> dict[str, dict[str, str]]:
    """By connection and step, what became of it. pytest wrote the file on this machine."""
    found: dict[str, dict[str, str]] = {}
    for case in ElementTree.parse(junit).getroot().iter("testcase"):
        way, _dash, step = case.get("name", "").partition("[")[2].rstrip("]").partition("-")
        bad = case.find("failure") is not None or case.find("error") is not None
        skipped = case.find("skipped") is not None
        found.setdefault(way, {})[step] = "FAILED" if bad else "skipped" if skipped else "ok"
    return found


def _run(env: setup_env.Environment, junit: Path, arguments: list[str]) -> dict[str, dict[str, str]]:
    junit.parent.mkdir(parents=True, exist_ok=True)
    junit.unlink(missing_ok=True)
    environment = {**os.environ, "LYNCOPS_CORE_BIN": str(env.path / "bin"), "PYTHONPATH": "tests"}
    command = [sys.executable, "-m", "pytest", SMOKE, "-q", "--junit-xml", str(junit), *arguments]
    subprocess.run(command, cwd=ROOT, env=environment, check=False)
    return _cases(junit) if junit.exists() else {}


def _told(steps: dict[str, str]) -> str:
    """``3 ok``, or the steps that are not."""
    bad = [f"{step} {became}" for step, became in steps.items() if became != "ok"]
    return ", ".join(bad) or f"{len(steps)} ok"


@dataclass(frozen=True)
class Row:
    """A line of the table.

    :ivar python: Version of the Python that runs the playbooks.
    :ivar core: ansible-core.
    :ivar pywinrm: pywinrm.
    :ivar found: By connection and step, what became of it; None where this Python does not run it.
    :ivar seconds: It took so long.
    """

    python: str
    core: str
    pywinrm: str
    found: dict[str, dict[str, str]] | None = None
    seconds: float = 0.0

    @property
    def good(self) -> bool:
        return bool(self.found) and all(_told(steps).endswith(" ok") for steps in (self.found or {}).values())


def _row(python: str, core: str, pywinrm: str, env: setup_env.Environment | None) -> Row:
    if env is None:
        return Row(python, core, pywinrm)
    print(f"matrix: Python {python}, ansible-core {core}, pywinrm {pywinrm}", flush=True)
    started = time.monotonic()
    found = _run(env, ROOT / "build" / "junit" / f"matrix-{python}-{core}-{pywinrm}.xml", sys.argv[1:])
    return Row(python, setup_env.installed_core(env), pywinrm, found, time.monotonic() - started)


def _other_pythons() -> dict[str, str]:
    """The other Pythons of this machine: version to path."""
    said = subprocess.run(
        [ROOT / "scripts" / "find-python", "--all"], capture_output=True, text=True, check=True
    ).stdout
    found = dict(line.split(" ", 1) for line in said.splitlines())
    found.pop(setup_env.running(), None)
    return found


def _rows_of(python: str, program: str) -> list[Row]:
    """Those of another Python; where it has no environment, it is one that failed."""
    newest = setup_env.MATRIX_PYWINRM[-1]
    made = subprocess.run([program, ROOT / "scripts" / "setup_env.py", "ends"], check=False).returncode == 0
    return [
        _row(python, core, newest, env) if made else Row(python, core, newest, {})
        for core, env in setup_env.ends(python).items()
    ]


def main() -> int:
    try:
        cells = setup_env.matrix()
    except setup_env.SetupError as error:
        print(f"matrix: {error}", file=sys.stderr)
        return 1
    rows = [_row(setup_env.running(), core, pywinrm, env) for (core, pywinrm), env in cells.items()]
    for python, program in _other_pythons().items():
        rows += _rows_of(python, program)
    ways = list(dict.fromkeys(way for row in rows for way in row.found or ()))
    print(f"\n{'ansible-core':14}{'pywinrm':9}{'Python':8}{''.join(f'{way:{_CELL}}' for way in ways)}seconds")
    for row in rows:
        if row.found is None:
            print(f"{row.core:14}{row.pywinrm:9}{'-':8}skipped: Python {row.python} does not run it, 3.12 does")
        else:
            told = "".join(f"{_told(row.found.get(way, {'all': 'FAILED'})):{_CELL}}" for way in ways)
            print(f"{row.core:14}{row.pywinrm:9}{row.python:8}{told or 'nothing ran: FAILED '}{row.seconds:.0f}")
    ran = [row for row in rows if row.found is not None]
    return 0 if ran and all(row.good for row in ran) else 1


if __name__ == "__main__":
    sys.exit(main())
