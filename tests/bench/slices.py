# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one report of many slices costs: 5,000 hosts with 60 requirements each, in 10 slices.

Run by ``make bench-slices``. It needs ``build/collections`` and ``tests`` in PYTHONPATH. First the steps alone, in a
process of their own; then lyncops.firewall.slices as people run it, with all hosts in the inventory.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.as_csv import to_csv
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.as_html import to_html
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.as_json import to_json
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.build import build_report
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.merge import merge, read_sources

from bench.fleet_process import measure
from report.estate import large_estate

ROOT = Path(__file__).resolve().parents[2]
CREATED = "2026-03-12T06:00:00Z"
ROWS = 60
MEGABYTE = 2**20


def write_slices(folder: Path, hosts: int, slices: int) -> None:
    """Write the reports of an estate, and its names as an inventory.

    :param folder: Where to; the reports go to its folder ``slices``.
    :param hosts: Hosts of the estate.
    :param slices: Reports, each of every so many hosts one, as AWX divides an inventory.
    """
    (folder / "slices").mkdir()
    estate = large_estate(hosts, ROWS)
    for place in range(slices):
        part = to_json(build_report("Slice", CREATED, estate[place::slices]))
        (folder / "slices" / f"slice-{place}.json").write_bytes(part)
    members = {
        source.name: {"ansible_host": f"10.0.{number // 250}.{number % 250}"} for number, source in enumerate(estate)
    }
    inventory = {"all": {"children": {"lync_front_end": {"hosts": members}}}}
    (folder / "inventory.json").write_text(json.dumps(inventory))


def steps(folder: Path) -> None:
    """Print seconds of CPU and the most memory so far, step by step."""
    names = list(json.loads((folder / "inventory.json").read_text())["all"]["children"]["lync_front_end"]["hosts"])
    print("| step | s | peak MB | bytes |\n| --- | --- | --- | --- |")
    slices, _left_out = _step("read", lambda: read_sources([folder / "slices"], folder / "none"))
    merged = _step("merge", lambda: merge("Title", CREATED, slices, names))
    if merged.warnings or len(merged.report.hosts) != len(names):
        raise SystemExit(f"the report is not of these hosts: {merged.warnings}")
    for kind, write in (("html", to_html), ("json", to_json), ("csv", to_csv)):
        _step(kind, partial(write, merged.report))


def _step(name: str, work: Callable[[], Any]) -> Any:
    began = time.process_time()
    found = work()
    taken = time.process_time() - began
    size = f"{len(found):,}" if isinstance(found, bytes) else ""
    print(f"| {name} | {taken:.1f} | {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} | {size} |")
    return found


def whole(folder: Path) -> None:
    """Print what the playbook takes, from start to end."""
    command = ["ansible-playbook", "-i", str(folder / "inventory.json"), "lyncops.firewall.slices"]
    extra = {"lync_firewall_report_sources": ["slices"], "lync_firewall_fail_on_drift": False}
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")},
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "build" / "collections"),
        "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
    }
    used = measure([*command, "-e", json.dumps(extra)], folder, environment, folder / "log")
    if used.code:
        raise SystemExit((folder / "log").read_text())
    print("\n| lyncops.firewall.slices | |\n| --- | --- |")
    print(f"| s, from start to end | {used.wall:.1f} |")
    print(f"| s of CPU | {used.cpu:.1f} |")
    print(f"| peak MB of ansible-playbook | {used.main_peak / MEGABYTE:.0f} |")
    print(f"| peak MB of the worker that makes the report | {used.fork_peak / MEGABYTE:.0f} |")


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hosts", type=int, default=5000)
    parser.add_argument("--slices", type=int, default=10)
    parser.add_argument("--steps", type=Path, help="the folder of slices that were written")
    options = parser.parse_args()
    if options.steps:
        steps(options.steps)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_slices(folder, options.hosts, options.slices)
        print(f"{options.hosts:,} hosts in {options.slices} slices, {ROWS} requirements each\n", flush=True)
        subprocess.run([sys.executable, "-m", "bench.slices", "--steps", name], check=True)
        whole(folder)


if __name__ == "__main__":
    main()
