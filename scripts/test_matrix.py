# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the smoke tests on every ansible-core and pywinrm that are supported, and print a table of them.

The environments are those of ``setup_env.py matrix``. The tests and the lab run in ``.venv``, the playbooks in the
environment. A cell without one is skipped, and the table says so. The exit code is not 0 if anything failed or nothing
ran. More arguments go to pytest.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree

import setup_env

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
    subprocess.run(command, cwd=setup_env.ROOT, env=environment, check=False)
    return _cases(junit) if junit.exists() else {}


def _told(steps: dict[str, str]) -> str:
    """``3 ok``, or the steps that are not."""
    bad = [f"{step} {became}" for step, became in steps.items() if became != "ok"]
    return ", ".join(bad) or f"{len(steps)} ok"


def main() -> int:
    try:
        cells = setup_env.matrix()
    except setup_env.SetupError as error:
        print(f"matrix: {error}", file=sys.stderr)
        return 1
    python = f"{sys.version_info[0]}.{sys.version_info[1]}"
    rows: list[tuple[str, str, dict[str, dict[str, str]] | None, float]] = []
    for (core, pywinrm), env in cells.items():
        started = time.monotonic()
        if env is None:
            rows.append((core, pywinrm, None, 0.0))
            continue
        print(f"matrix: ansible-core {core}, pywinrm {pywinrm}", flush=True)
        junit = setup_env.ROOT / "build" / "junit" / f"matrix-{core}-{pywinrm}.xml"
        became = _run(env, junit, sys.argv[1:])
        rows.append((setup_env.installed_core(env), pywinrm, became, time.monotonic() - started))
    ways = list(dict.fromkeys(way for _core, _pywinrm, found, _seconds in rows for way in found or ()))
    print(f"\n{'ansible-core':14}{'pywinrm':9}{'Python':8}{''.join(f'{way:{_CELL}}' for way in ways)}seconds")
    for core, pywinrm, found, seconds in rows:
        if found is None:
            print(f"{core:14}{pywinrm:9}{'-':8}skipped: Python {python} does not run it, 3.12 does")
        else:
            told = "".join(f"{_told(found.get(way, {'all': 'FAILED'})):{_CELL}}" for way in ways)
            print(f"{core:14}{pywinrm:9}{python:8}{told or 'nothing ran: FAILED '}{seconds:.0f}")
    ran = [found for _core, _pywinrm, found, _seconds in rows if found is not None]
    good = all(found and all(_told(steps).endswith(" ok") for steps in found.values()) for found in ran)
    return 0 if ran and good else 1


if __name__ == "__main__":
    sys.exit(main())
