# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A lab for the benchmark: started and stopped with it, with its counters read through the control API."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
# Off the networks of `make lab` (127.77) and of the lab's own tests (127.78 to 127.99).
_NETWORKS = tuple(f"127.{number}" for number in range(120, 130))
_START_SECONDS = 60.0
_STOP_SECONDS = 15.0


class LabError(Exception):
    """The lab did not start or does not answer; the text holds what it said."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What all hosts of the lab counted since the last reset.

    :ivar requests: WS-Man requests without Receives: those come as often as the answer has pieces, or as it lasts.
    :ivar receives: Receive requests.
    :ivar bytes_in: Bytes of HTTP headers and bodies to the hosts.
    :ivar bytes_out: Bytes of HTTP headers and bodies from the hosts.
    :ivar processes: Programs started on the hosts, by name.
    """

    requests: int
    receives: int
    bytes_in: int
    bytes_out: int
    processes: Mapping[str, int]

    @property
    def process_starts(self) -> int:
        return sum(self.processes.values())

    @property
    def bytes_both_ways(self) -> int:
        return self.bytes_in + self.bytes_out


class Lab:
    """A running lab."""

    def __init__(self, inventory: Path, control: str) -> None:
        self.inventory = inventory
        self._control = control
        self._hosts: list[str] = [host["name"] for host in self._call("GET", "/hosts")]

    def _call(self, method: str, path: str) -> Any:
        request = urllib.request.Request(f"http://{self._control}{path}", method=method)
        with urllib.request.urlopen(request, timeout=_START_SECONDS) as answer:
            return json.load(answer)

    def reset_hosts(self) -> None:
        """Back to the starting policy."""
        for name in self._hosts:
            self._call("POST", f"/hosts/{name}/reset")

    def reset_counters(self) -> None:
        self._call("POST", "/stats/reset")

    def counts(self) -> Counts:
        """The sum over all hosts."""
        found = [self._call("GET", f"/hosts/{name}/stats") for name in self._hosts]
        processes: Counter[str] = Counter()
        for stats in found:
            processes.update(stats["processes"])
        receives = sum(stats["requests"].get("Receive", 0) for stats in found)
        return Counts(
            requests=sum(stats["requests_total"] for stats in found) - receives,
            receives=receives,
            bytes_in=sum(stats["body_bytes_in"] + stats["header_bytes_in"] for stats in found),
            bytes_out=sum(stats["body_bytes_out"] + stats["header_bytes_out"] for stats in found),
            processes=dict(sorted(processes.items())),
        )


@contextlib.contextmanager
def running(folder: Path, hosts: int, foreign_rules: int = 0) -> Iterator[Lab]:
    """Run a lab on the first network that is free.

    :param folder: Where its inventory and log go.
    :param hosts: Number of hosts.
    :param foreign_rules: Rules of others that each host has; 0 for the lab's small default policy.
    :raises LabError: If it does not start.
    """
    folder.mkdir(parents=True, exist_ok=True)
    log, ready, inventory = folder / "lab.log", folder / "lab.ready", folder / "inventory.yml"
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "tests"), "PYTHONUNBUFFERED": "1"}
    for network in _NETWORKS:
        ready.unlink(missing_ok=True)
        # Lync's ports need not listen: nobody probes them here.
        command = [
            sys.executable, "-m", "lab", "serve", "--no-services", "--network", network, "--hosts", str(hosts),
            "--foreign-rules", str(foreign_rules), "--inventory", str(inventory), "--ready-file", str(ready),
        ]  # fmt: skip
        with log.open("wb") as output:
            process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT)
        try:
            if _is_up(process, ready):
                yield Lab(inventory, f"{network}.255.1:7700")
                return
            said = log.read_text(errors="replace").strip()
            if "another lab is running" not in said:
                raise LabError(f"the lab did not start. It said:\n{said}")
        finally:
            _stop(process)
            ready.unlink(missing_ok=True)
    raise LabError(f"labs are running on all networks from {_NETWORKS[0]} to {_NETWORKS[-1]}")


def _is_up(process: subprocess.Popen[bytes], ready: Path) -> bool:
    give_up = time.monotonic() + _START_SECONDS
    while not ready.exists():
        if process.poll() is not None or time.monotonic() > give_up:
            return False
        time.sleep(0.05)
    return True


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
