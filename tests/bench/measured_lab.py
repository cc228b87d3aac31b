# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A lab for the benchmarks: started and stopped with them, with its counters read through the control API."""

from __future__ import annotations

import contextlib
import json
import urllib.request
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab import background

_ANSWER_SECONDS = 60.0


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
        request = urllib.request.Request(f"{self._control}{path}", method=method)
        with urllib.request.urlopen(request, timeout=_ANSWER_SECONDS) as answer:
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
def running(name: str, hosts: int, foreign_rules: int = 0) -> Iterator[Lab]:
    """Run a lab on the first network that is free.

    :param name: Names the folder below ``build/lab`` for its files.
    :param hosts: Number of hosts.
    :param foreign_rules: Rules of others that each host has; 0 for the lab's small default policy.
    :raises background.LabError: If it does not start.
    """
    network = background.free_network()
    # Lync's ports need not listen: nobody probes them here.
    options = ["--no-services", "--network", network, "--hosts", str(hosts), "--foreign-rules", str(foreign_rules)]
    with background.running(name, options) as inventory:
        yield Lab(inventory, background.control_address(network))
