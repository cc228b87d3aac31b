# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What judging costs where others have thousands of rules: ban lists, and ranges of ports within each other.

Run by ``make bench-judging``. All rows of a Front End on the stock policy of Windows Server 2012 R2, every profile on.
It needs ``build/collections`` and ``tests`` in PYTHONPATH.
"""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.dump_file import read_dump_bytes
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule import FirewallRule
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule_string import parse_rule
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.effect import judge_policy
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.policy import build_policy

STOCK = Path(__file__).parents[1] / "lab" / "policies" / "stock" / "ws2012r2.reg.txt"
SIZES = (500, 2_000, 5_000)
RUNS = 3
FIRST = ipaddress.IPv4Address("203.0.113.0")


def banned(number: int) -> str:
    """One rule of a ban list: one address, beside no other's."""
    return f"v2.20|Action=Block|Active=TRUE|Dir=In|RA4={FIRST + 2 * number}|Name=ban {number}|"


def nested(number: int) -> str:
    """One of many ranges within each other, each for an address of its own."""
    ports = f"{49152 + number}-{65535 - number}"
    return f"v2.20|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort={ports}|RA4={FIRST + 2 * number}|Name=n {number}|"


def seconds(rules: tuple[FirewallRule, ...], managed: bool) -> float:
    """CPU seconds of judging, the best of some runs.

    :param managed: Whether the managed rules are in place, as after a run, or not yet.
    """
    policy = build_policy(["front_end"])
    stock = read_dump_bytes(STOCK.read_bytes()).snapshot
    profiles = tuple(replace(state, local=replace(state.local, enabled=True)) for state in stock.profiles)
    ours = tuple(desired.rule for desired in policy.rules) if managed else ()
    snapshot = replace(stock, profiles=profiles, rules=(*stock.rules, *ours, *rules))
    best = float("inf")
    for _run in range(RUNS):
        start = time.process_time()
        judge_policy(policy, snapshot)
        best = min(best, time.process_time() - start)
    return best


def main() -> None:
    """Print the table."""
    kinds: dict[str, Callable[[int], str]] = {"one-address blocks": banned, "nested ranges": nested}
    print("| rules of others | managed rules | CPU s | times those without | times those with 500 |")
    print("| --- | --- | --- | --- | --- |")
    for managed, word in ((True, "in place"), (False, "missing")):
        none = seconds((), managed)
        print(f"| none | {word} | {none:.3f} | 1 | |")
        for kind, make in kinds.items():
            first = 0.0
            for size in SIZES:
                rules = tuple(parse_rule(f"{{{number}}}", make(number)) for number in range(size))
                spent = seconds(rules, managed)
                first = first or spent
                print(f"| {size:,} {kind} | {word} | {spent:.3f} | {spent / none:.1f} | {spent / first:.1f} |")


if __name__ == "__main__":
    main()
