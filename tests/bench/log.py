# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a firewall log of 32 MB costs: lines a second on the controller, and all of it over the lab's WinRM commands.

Run by ``make bench-log``. The lab's findstr is Python and says nothing of that of Windows; what counts of the second
figure is how many commands and bytes there are.
"""

from __future__ import annotations

import argparse
import time
from datetime import datetime, timedelta, timezone

from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.log.asking import read_log
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.log.counting import count
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.log.line import LogReader

from lab.ready_logs import ReadyLog, Seen, ready_log
from lab.testing import Lab
from lab.windows.firewall_log import DEFAULT_PATH


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=float, default=32)
    parser.add_argument("--span", type=int, default=24, help="hours that are asked for")
    parser.add_argument("--days", type=int, default=12, help="days that the log covers")
    options = parser.parse_args()
    now = datetime.now(timezone.utc).replace(tzinfo=None, microsecond=0)
    seen = [Seen(count=20_000), Seen("10.4.2.10", 444, count=5_000)]
    data = ready_log(
        ReadyLog(megabytes=options.megabytes, first=now - timedelta(days=options.days), last=now, seen=seen)
    )
    lines = data.decode().splitlines()
    began = time.perf_counter()
    read = list(LogReader().read(lines))
    parsed = time.perf_counter()
    counted = count(read)
    ended = time.perf_counter()
    print(
        f"{len(data) / 2**20:.0f} MB, {len(lines):,} lines, on the controller: read in {parsed - began:.1f} s "
        f"({len(lines) / (parsed - began):,.0f} lines a second), counted in {ended - parsed:.1f} s "
        f"({len(counted.flows):,} flows)"
    )
    with Lab(hosts=["dir01"], bystanders=()) as lab:
        host = lab.hosts[0]
        host.put_log(data)
        printed: list[int] = []

        def ask(command: str, most: int) -> tuple[str, bool]:
            text = host.run(command).stdout
            printed.append(min(len(text), most))
            return text[:most], len(text) <= most

        began = time.perf_counter()
        answer = read_log(
            ask, "0a1b2c3d", (DEFAULT_PATH,), timedelta(hours=options.span), now, time.monotonic, allowed=False
        )
        taken = time.perf_counter() - began
    print(
        f"by the lab's commands, {options.span} h asked for: {len(printed)} commands, {sum(printed) / 2**20:.1f} MB, "
        f"{len(answer.lines):,} lines, {taken:.1f} s; read back to {answer.since:%Y-%m-%d %H:%M}, "
        f"complete: {answer.complete}"
    )


if __name__ == "__main__":
    main()
