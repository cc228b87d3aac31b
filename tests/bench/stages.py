# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each stage of an audit takes in a worker: from a host's answer to the result, without connection or Ansible.

``PYTHONPATH=build/collections:tests python -m bench.stages [--rules 400] [--runs 30]``. The host is a Front End of the
lab on which all is as it should be. A worker is a fork in which nothing was done yet, so that no cache is filled; the
least of all runs counts, since whatever else the machine does only adds to it.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change import netsh
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.plan import Wanted
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.planning import make_plan
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.reading import (
    parse_answer,
    read_command,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.effect import judge_policy
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.policy import build_policy
from ansible_collections.lyncops.firewall.plugins.plugin_utils import _results as results
from ansible_collections.lyncops.firewall.plugins.plugin_utils._said import harmless
from ansible_collections.lyncops.firewall.plugins.plugin_utils._states import states

from lab import background

ROLES = ("front_end", "central_management")
_MARKER = "stages"

Spent = dict[str, float]
"""Stage to seconds."""


def answer(rules: int) -> str:
    """What a converged host says to the read command.

    :param rules: How many rules it has before its managed ones are added.
    """
    network = background.free_network()
    options = ["--no-services", "--network", network, "--hosts", "6", "--foreign-rules", str(rules)]
    read = read_command(_MARKER, True)
    with background.running("bench-stages", options):
        address = f"{background.control_address(network)}/hosts/fe01.contoso.test/run"
        before = parse_answer(_output(address, read), _MARKER, True)
        for line in netsh.plan_lines(make_plan(Wanted(build_policy(ROLES).rules), before)):
            _output(address, f"netsh {line}")
        return _output(address, read)


def _output(address: str, command: str) -> str:
    """What a command prints on a host of the lab."""
    request = urllib.request.Request(address, json.dumps({"command": command}).encode())
    with urllib.request.urlopen(request) as found:
        return str(json.load(found)["stdout"])


@contextmanager
def timed(spent: Spent, stage: str) -> Iterator[None]:
    """Add what the block takes."""
    began = time.perf_counter()
    yield
    spent[stage] = time.perf_counter() - began


def audit(text: str) -> Spent:
    """All stages of one audit.

    :raises AssertionError: The host is not as it should be, so that this is no audit of a converged host.
    """
    spent: Spent = {}
    result: dict[str, Any] = {}
    with timed(spent, "read: the answer to a snapshot"):
        snapshot = parse_answer(text, _MARKER, True)
    with timed(spent, "policy: roles to rules"):
        policy = build_policy(ROLES)
    with timed(spent, "plan: compared with what is there"):
        plan = make_plan(Wanted(policy.rules), snapshot)
    with timed(spent, "judge: each row against all rules"):
        effects = judge_policy(policy, snapshot)
    with timed(spent, "result: as dicts"):
        result = {
            **states(policy.rows, plan, snapshot)[0],
            "rule_counts": results.count_rules(snapshot),
            "requirements": results.requirements(effects, snapshot),
            "disabled_lync_rules": results.disabled_lync_rules(snapshot),
            "drift": results.plan_dict(plan, policy.rows),
        }
    with timed(spent, "result: plain and printable"):
        harmless(results.plain(result))
    if plan.changes:
        raise AssertionError("the host has not converged")
    return spent


def in_a_fork(work: Callable[[], Spent]) -> Spent:
    """What a function returns in a process of its own, which has all that this one has loaded."""
    reading, writing = os.pipe()
    if not os.fork():
        os.close(reading)
        gc.freeze()  # as the action plugins do
        os.write(writing, json.dumps(work()).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        found: Spent = json.loads(pipe.read())
    os.wait()
    return found


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="What each stage of an audit takes in a worker.")
    parser.add_argument("--rules", type=int, default=400, metavar="N", help="rules of others (default %(default)s)")
    parser.add_argument("--runs", type=int, default=30, metavar="N", help="runs (default %(default)s)")
    arguments = parser.parse_args()
    text = answer(arguments.rules)
    runs = [in_a_fork(lambda: audit(text)) for _run in range(arguments.runs)]
    print(f"| stage | ms a host, {arguments.rules} rules |")
    print("| --- | --- |")
    least = {stage: min(run[stage] for run in runs) for stage in runs[0]}
    for stage, seconds in (*least.items(), ("in all", sum(least.values()))):
        print(f"| {stage} | {1000 * seconds:.1f} |")


if __name__ == "__main__":
    main()
