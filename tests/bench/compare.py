# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare lyncops.firewall with community.windows.win_firewall_rule, side by side in one run against one lab.

``python -m bench.compare [--hosts N] [--rules N] [--no-scaling]``; needs BENCH_VENV, an environment with the PyPI
package ``ansible`` (``make bench`` builds it). The lab counts what crosses the wire and which programs are started on
its hosts. It does not run the peer's PowerShell but answers it at once, so the peer pays nothing on the target. Prints
a table, and writes ``build/bench/bench.json``.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from lab.background import ROOT, LabError

from . import compare_report as report
from . import measured_lab
from .measured_lab import Counts

PLAYBOOKS = Path(__file__).resolve().parent / "plays"
FOLDER = ROOT / "build" / "bench"
# Rules that the table itself brings for a Mediation Server and for an Office Web Apps Server; extra_rules do the rest.
_MEDIATION_RULES, _SMALLEST = 6, 1
_SCALING_MANAGED = (6, 60, 600)
_SCALING_FOREIGN = (400, 1600)


class BenchError(Exception):
    """A run failed, or the benchmark cannot run; the text says why."""


@dataclass(frozen=True, slots=True)
class Workload:
    """Which rules a host is to have.

    :ivar roles: Lync roles.
    :ivar extra_rules: Site rules, as in the module's option.
    """

    roles: tuple[str, ...]
    extra_rules: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Run:
    """One ansible-playbook over all hosts of a lab.

    :ivar name: What ran.
    :ivar hosts: Number of hosts.
    :ivar rules: Rules a host.
    :ivar counts: What the lab counted, all hosts together.
    :ivar wall: Seconds from start to end, ansible-playbook's own start included.
    :ivar cpu: CPU seconds (user and system) of ansible-playbook and its workers.
    """

    name: str
    hosts: int
    rules: int
    counts: Counts
    wall: float
    cpu: float


def workload(rules: int | None) -> Workload:
    """What gives a host this many managed rules; None for a Front End as the table has it."""
    if rules is None:
        return Workload(("front_end",))
    role, of_role = ("mediation", _MEDIATION_RULES) if rules >= _MEDIATION_RULES else ("office_web_apps", _SMALLEST)
    extra = tuple(
        {"name": f"Bench {number}", "protocol": "tcp", "localport": str(20000 + number)}
        for number in range(1, rules - of_role + 1)
    )
    return Workload((role,), extra)


class Player:
    """Runs playbooks of the benchmark against one lab."""

    def __init__(self, venv: Path, lab: measured_lab.Lab, hosts: int, folder: Path) -> None:
        self._program = venv / "bin" / "ansible-playbook"
        self.lab = lab
        self._hosts = hosts
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        # The environment's own collections are found without being named; a person's configuration stays out.
        kept = {key: value for key, value in os.environ.items() if not key.startswith("ANSIBLE_")}
        self._environment = {
            **kept,
            "ANSIBLE_CONFIG": str(PLAYBOOKS / "ansible.cfg"),
            "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "build" / "collections"),
            "ANSIBLE_FORKS": str(max(hosts, 5)),
        }

    def play(self, playbook: str, name: str, variables: Mapping[str, Any], rules: int = 0) -> Run:
        """Run one playbook and count.

        :raises BenchError: If it fails.
        """
        log, given = self._folder / f"{name.replace(' ', '-')}.log", self._folder / "variables.json"
        given.write_text(json.dumps(variables))
        command = [str(self._program), "-i", str(self.lab.inventory), "-e", f"@{given}", str(PLAYBOOKS / playbook)]
        self.lab.reset_counters()
        cpu_before, started = _cpu_seconds(), time.monotonic()
        with log.open("wb") as output:
            code = subprocess.run(
                command, cwd=self._folder, env=self._environment, stdout=output, stderr=subprocess.STDOUT, check=False
            ).returncode
        wall, cpu = time.monotonic() - started, _cpu_seconds() - cpu_before
        if code:
            tail = "\n".join(log.read_text(errors="replace").splitlines()[-25:])
            raise BenchError(f"{name}: ansible-playbook ended with exit code {code}; see {log}\n{tail}")
        return Run(name, self._hosts, rules, self.lab.counts(), wall, cpu)

    def rules_of(self, work: Workload) -> list[dict[str, Any]]:
        """The rules that our module plans for a workload, for the peer to make."""
        path = self._folder / "rules.json"
        self.play("rules.yml", "plan", {**_given(work), "bench_rules_file": str(path)})
        rules: list[dict[str, Any]] = json.loads(path.read_text())["bench_rules"]
        return rules

    def ours(self, name: str, work: Workload, count: int, changes: bool) -> Run:
        """Our module for a workload; the run fails unless it changes something exactly when it should."""
        variables = {**_given(work), "bench_changes": changes, "bench_rule_count": count}
        return self.play("ours.yml", name, variables, count)


def _given(work: Workload) -> dict[str, Any]:
    return {"bench_roles": list(work.roles), "bench_extra_rules": list(work.extra_rules)}


def _cpu_seconds() -> float:
    """CPU time of all processes that were started from here and have ended, with their own."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def compare(venv: Path, hosts: int, work: Workload) -> list[Run]:
    """The floor, our module on hosts that need everything and on hosts that need nothing, and the peer."""
    with measured_lab.running("bench-compare", hosts) as lab:
        player = Player(venv, lab, hosts, FOLDER / "compare")
        rules = player.rules_of(work)
        count = len(rules)
        say(f"{hosts} hosts, {count} rules each")
        runs = [player.play("start.yml", report.START, {})]
        runs.append(player.play("floor.yml", report.FLOOR, {}))
        done(runs[-1])
        runs.append(player.ours(report.CONVERGING, work, count, changes=True))
        done(runs[-1])
        runs.append(player.ours(report.CONVERGED, work, count, changes=False))
        done(runs[-1])
        say(f"{hosts * count} PowerShells of the peer; this takes a while ...")
        runs.append(player.play("peer.yml", report.PEER, {"bench_rules": rules}, count))
        done(runs[-1])
    return runs


def scale(venv: Path) -> list[tuple[int, Run]]:
    """Our module on one converged host, for each number of foreign rules and of managed ones."""
    found = []
    for foreign in _SCALING_FOREIGN:
        folder = FOLDER / f"scaling-{foreign}"
        with measured_lab.running(f"bench-{folder.name}", 1, foreign) as lab:
            player = Player(venv, lab, 1, folder)
            for managed in _SCALING_MANAGED:
                lab.reset_hosts()
                work = workload(managed)
                player.ours("converging", work, managed, changes=True)
                run = player.ours("converged", work, managed, changes=False)
                found.append((foreign, replace(run, name=f"{managed} of ours, {foreign} of others")))
                done(found[-1][1])
    return found


def say(text: str) -> None:
    print(f"bench: {text}", flush=True)


def done(run: Run) -> None:
    say(f"{run.name}: {run.wall:.1f} s")


def as_json(runs: list[Run], scaling: list[tuple[int, Run]], seconds: float) -> dict[str, Any]:
    """All figures, with what they mean."""
    return {
        "note": report.NOTE,
        "seconds": round(seconds, 1),
        "runs": [asdict(run) for run in runs],
        "ratios_peer_to_ours": report.ratios(runs),
        "scaling_converged": [{"foreign_rules": foreign, **asdict(run)} for foreign, run in scaling],
    }


def main() -> int:
    parser = argparse.ArgumentParser(description="Compare lyncops.firewall with community.windows side by side.")
    parser.add_argument("--hosts", type=int, default=4, metavar="N", help="number of hosts (default 4)")
    parser.add_argument("--rules", type=int, metavar="N", help="rules a host (default: a Front End's)")
    parser.add_argument("--no-scaling", action="store_true", help="leave out the table of 6, 60 and 600 rules")
    arguments = parser.parse_args()
    if arguments.hosts < 1 or (arguments.rules is not None and not 1 <= arguments.rules <= 1000):
        parser.error("at least 1 host, and 1 to 1000 rules")
    venv = Path(os.environ.get("BENCH_VENV", ""))
    started = time.monotonic()
    try:
        if not (venv / "bin" / "ansible-playbook").is_file():
            raise BenchError("BENCH_VENV names no environment with ansible in it; run `make bench`, which builds it")
        runs = compare(venv, arguments.hosts, workload(arguments.rules))
        scaling = [] if arguments.no_scaling else scale(venv)
    except (BenchError, LabError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    seconds = time.monotonic() - started
    path = FOLDER / "bench.json"
    path.write_text(json.dumps(as_json(runs, scaling, seconds), indent=2) + "\n")
    print(report.text(runs, scaling))
    say(f"{path.relative_to(ROOT)} written, {seconds:.0f} s in all")
    return 0


if __name__ == "__main__":
    sys.exit(main())
