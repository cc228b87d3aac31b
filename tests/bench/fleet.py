# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the playbooks cost the controller, next to a bare WinRM task over the same hosts in the same run.

``python -m bench.fleet [--hosts 50,200] [--rules 400] [--forks 10] [--repeat 2] [--no-memory] [--topology 1000]``. The
playbooks are those of the collection, as people run them. The lab is a process of its own, and not in the figures.
Prints tables, and writes ``build/bench/fleet.json``.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lab.background import ROOT, LabError

from . import fleet_process as process
from . import fleet_report as report
from . import measured_lab

PLAYBOOKS = Path(__file__).resolve().parent / "plays"
FOLDER = ROOT / "build" / "bench"
_SIZES = (50, 200)
_ENOUGH = 50
PEERS = "peers"
"""The stage of the workers' CPU that finds out who is whose peer."""
_MEMORY_HOSTS, _MEMORY_RULES = 50, (100, 1600)
# The lab's estate repeats six combinations of roles.
_SAMPLE = "windows[0:5]"


class BenchError(Exception):
    """A run failed; the text says why."""


@dataclass(frozen=True, slots=True)
class Run:
    """One ansible-playbook over all hosts of a lab.

    :ivar name: What ran, one of the report's names.
    :ivar hosts: Number of hosts.
    :ivar rules: Rules a host, ours included.
    :ivar usage: What it took on the controller.
    :ivar lab_cpu: CPU seconds the lab took meanwhile, on the same cores.
    :ivar requests: WS-Man requests a host, Receives included.
    :ivar bytes: Bytes over the wire a host, both ways.
    """

    name: str
    hosts: int
    rules: int
    usage: process.Usage
    lab_cpu: float
    requests: float
    bytes: float


class Fleet:
    """Runs playbooks over the hosts of one lab."""

    def __init__(self, lab: measured_lab.Lab, hosts: int, rules: int, forks: int, folder: Path) -> None:
        self._lab, self._hosts, self._rules, self._folder = lab, hosts, rules, folder
        folder.mkdir(parents=True, exist_ok=True)
        self._lab_process = process.children(os.getpid())[0]  # nothing else of ours runs by now
        kept = {key: value for key, value in os.environ.items() if not key.startswith("ANSIBLE_")}
        self._environment = {
            **kept,
            "ANSIBLE_CONFIG": str(PLAYBOOKS / "ansible.cfg"),
            "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "build" / "collections"),
            "ANSIBLE_FORKS": str(forks),
        }
        self._given = folder / "variables.json"
        given = {
            "fleet_line": read_line(),
            "fleet_folder": str(folder),
            "lync_firewall_report_dir": str(folder),
            "lync_firewall_matrix_dir": str(folder),
        }
        self._given.write_text(json.dumps(given))

    def play(self, name: str, *options: str) -> Run:
        """Run the playbook of a name and measure.

        :raises BenchError: If it fails.
        """
        playbook = report.PLAYBOOKS[name]
        log = self._folder / f"{playbook}.log"
        program = Path(sys.executable).parent / "ansible-playbook"
        command = [
            str(program), "-i", str(self._lab.inventory), "-e", f"@{PLAYBOOKS / 'fleet_vars.yml'}",
            "-e", f"@{self._given}", *options, _path(playbook),
        ]  # fmt: skip
        self._lab.reset_counters()
        before = process.cpu_seconds(self._lab_process)
        usage = process.measure(command, self._folder, self._environment, log)
        lab_cpu = process.cpu_seconds(self._lab_process) - before
        if usage.code:
            tail = "\n".join(log.read_text(errors="replace").splitlines()[-25:])
            raise BenchError(f"{name}: ansible-playbook ended with exit code {usage.code}; see {log}\n{tail}")
        counts = self._lab.counts()
        requests = (counts.requests + counts.receives) / self._hosts
        run = Run(name, self._hosts, self._rules, usage, lab_cpu, requests, counts.bytes_both_ways / self._hosts)
        say(f"{self._hosts} hosts, {self._rules} rules, {name}: {usage.wall:.1f} s, CPU {usage.cpu:.1f} s")
        return run

    def stages(self, name: str, *options: str) -> report.Stages:
        """Where the CPU of a playbook goes; wrapping what is measured takes some itself."""
        folder = self._folder / "stages"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        plain = self._environment
        self._environment = {
            **plain,
            "STAGES_FOLDER": str(folder),
            "ANSIBLE_CALLBACK_PLUGINS": str(Path(__file__).with_name("callbacks")),
            "ANSIBLE_CALLBACKS_ENABLED": "stages",
        }
        try:
            self.play(name, *options)
        finally:
            self._environment = plain
        found: Counter[tuple[str, str]] = Counter()
        for path in folder.glob("*.json"):
            process_said = json.loads(path.read_text())
            found.update({(process_said["kind"], stage): cpu for stage, cpu in process_said["stages"].items()})
        return report.Stages(name, self._hosts, found)

    def result_sizes(self) -> list[int]:
        """Bytes of what is kept of an audit, as JSON, for one host of each combination of roles."""
        self.play(report.RESULTS, "--limit", _SAMPLE)
        return [path.stat().st_size for path in sorted(self._folder.glob("result-*.json"))]


def _path(playbook: str) -> str:
    """A playbook of the collection by its name, or one of the benchmark's own."""
    return playbook if "." in playbook else str(PLAYBOOKS / f"{playbook}.yml")


def read_line() -> str:
    """The command line of an audit, as the collection makes it."""
    code = (
        "from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.read_command "
        "import read_command;"
        "print(read_command('fleet', owner=True))"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "build" / "collections")}
    command = [sys.executable, "-c", code]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.strip()


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured of one number of hosts.

    :ivar runs: All runs.
    :ivar sizes: Bytes of results.
    :ivar stages: Where the CPU went.
    """

    runs: list[Run]
    sizes: list[int]
    stages: list[report.Stages]


def of_size(hosts: int, rules: int, forks: int, repeat: int) -> Measured:
    """All variants over converged hosts, one after the other and again, so that a busy minute meets all of them."""
    folder = FOLDER / f"fleet-{hosts}-{rules}"
    with measured_lab.running(f"bench-{folder.name}", hosts, rules) as lab:
        for old in folder.glob("result-*.json"):
            old.unlink()
        fleet = Fleet(lab, hosts, rules, forks, folder)
        fleet.play(report.CONVERGE)
        runs = [fleet.play(name) for _round in range(repeat) for name in report.VARIANTS]
        return Measured(runs, fleet.result_sizes(), [fleet.stages(name) for name in report.STAGED])


def of_topology(hosts: int, rules: int, forks: int) -> report.Stages:
    """An audit of hosts whose rules are scoped by the inventory: who is whose peer is its stage of that name."""
    folder = FOLDER / f"topology-{hosts}"
    with measured_lab.running(f"bench-{folder.name}", hosts, rules) as lab:
        fleet = Fleet(lab, hosts, rules, forks, folder)
        return fleet.stages(
            report.TOPOLOGY, "-e", "lync_firewall_scope=topology", "-e", "lync_firewall_fail_on_drift=false"
        )


def say(text: str) -> None:
    print(f"bench-fleet: {text}", flush=True)


def as_json(rows: list[report.Row], memory: list[report.Row], runs: list[Run], seconds: float) -> dict[str, Any]:
    """All figures, with what they mean."""
    return {
        "note": report.NOTE,
        "seconds": round(seconds, 1),
        "cores": os.cpu_count(),
        "sizes": [asdict(row) for row in rows],
        "memory": [asdict(row) for row in memory],
        "runs": [asdict(run) for run in runs],
    }


def summarise(runs: list[Run], sizes: list[int]) -> list[report.Row]:
    """One row a variant: the medians of its runs, which a busy moment does not move, and its ratios to the bare task.

    The ratios and the milliseconds are without ansible's own start.
    """
    named: Mapping[str, list[Run]] = {name: [run for run in runs if run.name == name] for name in report.VARIANTS}

    def usual(name: str, value: str) -> float:
        return float(statistics.median(getattr(run.usage, value) for run in named[name]))

    def net(name: str, value: str) -> float:
        return usual(name, value) - usual(report.START, value)

    rows = []
    for name in report.VARIANTS:
        first = named[name][0]
        measured = name != report.START
        rows.append(
            report.Row(
                name=name,
                hosts=first.hosts,
                rules=first.rules,
                wall=usual(name, "wall"),
                hosts_per_second=first.hosts / usual(name, "wall"),
                cpu_ms_per_host=1000 * (net(name, "cpu") if measured else usual(name, "cpu")) / first.hosts,
                main_cpu_ms_per_host=1000 * (net if measured else usual)(name, "main_cpu") / first.hosts,
                cpu_ratio=net(name, "cpu") / net(report.BARE, "cpu") if measured else None,
                wall_ratio=net(name, "wall") / net(report.BARE, "wall") if measured else None,
                main_peak=max(run.usage.main_peak for run in named[name]),
                main_bytes_per_host=net(name, "main_peak") / first.hosts if measured else None,
                fork_peak=max(run.usage.fork_peak for run in named[name]),
                fork_own=max(run.usage.fork_own for run in named[name]),
                requests=first.requests,
                wire_bytes=first.bytes,
                result_bytes=statistics.fmean(sizes) if name == report.TASK else None,
                lab_cpu_ms_per_host=1000 * statistics.fmean(run.lab_cpu for run in named[name]) / first.hosts,
            )
        )
    return rows


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Audit simulated fleets, next to a bare WinRM task.")
    default = ",".join(str(size) for size in _SIZES)
    parser.add_argument("--hosts", default=default, metavar="N,…", help="numbers of hosts (default %(default)s)")
    parser.add_argument("--rules", type=int, default=400, metavar="N", help="rules a host (default %(default)s)")
    parser.add_argument("--forks", type=int, default=10, metavar="N", help="Ansible's forks (default %(default)s)")
    parser.add_argument("--repeat", type=int, default=2, metavar="N", help="runs of each (default %(default)s)")
    parser.add_argument(
        "--topology",
        type=int,
        default=1000,
        metavar="N",
        help="hosts with scope topology (default %(default)s; 0: none)",
    )
    parser.add_argument("--no-memory", action="store_true", help="leave out the comparison of few and many rules")
    arguments = parser.parse_args()
    try:
        arguments.sizes = [int(size) for size in arguments.hosts.split(",")]
    except ValueError:
        parser.error("--hosts takes numbers, such as 50,200")
    if not all(6 <= size <= 1000 for size in arguments.sizes) or min(arguments.forks, arguments.repeat) < 1:
        parser.error("6 to 1000 hosts, at least 1 fork and 1 run")
    return arguments


def main() -> int:
    arguments = _arguments()
    started = time.monotonic()
    runs: list[Run] = []
    stages: list[report.Stages] = []

    def bench(hosts: int, rules: int) -> list[report.Row]:
        found = of_size(hosts, rules, arguments.forks, arguments.repeat)
        runs.extend(found.runs)
        stages.extend(found.stages)
        return summarise(found.runs, found.sizes)

    try:
        rows = [row for hosts in arguments.sizes for row in bench(hosts, arguments.rules)]
        staged = report.stages_text(stages)
        memory = [] if arguments.no_memory else [row for n in _MEMORY_RULES for row in bench(_MEMORY_HOSTS, n)]
        scoped = of_topology(arguments.topology, arguments.rules, arguments.forks) if arguments.topology else None
    except (BenchError, LabError) as error:
        print(f"bench-fleet: {error}", file=sys.stderr)
        return 1
    seconds = time.monotonic() - started
    path = FOLDER / "fleet.json"
    path.write_text(json.dumps(as_json(rows, memory, runs, seconds), indent=2) + "\n")
    print(report.text(rows, memory, arguments.forks))
    print("CPU by stage, milliseconds a host, the start of ansible-playbook included; measuring takes some itself\n")
    print(f"{staged}\n")
    if min(arguments.sizes) < _ENOUGH:
        say(f"with fewer than {_ENOUGH} hosts the start is most of what was measured; take no ratio from it")
    if scoped:
        say(f"scope: topology, {scoped.hosts} hosts: their peers took {scoped.seconds(PEERS):.1f} s of CPU in all")
    say(f"{path.relative_to(ROOT)} written, {seconds:.0f} s in all")
    return 0


if __name__ == "__main__":
    sys.exit(main())
