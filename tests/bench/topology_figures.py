# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Figures about topologies: what the synthetic documents hold, what 5,000 machines cost, what scoping writes.

Run by ``make topology-figures``. It needs ``build/collections`` and ``tests`` in PYTHONPATH.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from ansible_collections.lyncops.firewall.plugins.module_utils._catalogue.words import HOST_ROLES
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.netsh import add_line
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.peers import Estate, peers_of, survey
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.policy import build_policy
from ansible_collections.lyncops.firewall.plugins.module_utils._topology.document import read_file
from ansible_collections.lyncops.firewall.plugins.module_utils._topology.inventory import Inventory
from ansible_collections.lyncops.firewall.plugins.module_utils._topology.inventory import build as inventory_of

from topology_documents import builder, documents, published
from topology_documents.large import large_estate

SYNTHETIC = ("enterprise.xml", "enterprise.tbxml", "enterprise.zip", "enterprise.json",
             "standard.xml", "standard.tbxml", "standard.zip")  # fmt: skip
WRITERS: dict[str, Callable[[Any], bytes]] = {"published": published.write, "builder": builder.write}


def load(path: Path) -> Inventory:
    """The inventory that a document makes."""
    return inventory_of(read_file(str(path)))


def synthetic() -> None:
    """Hosts, groups and ports of each synthetic document."""
    print("| document | bytes | hosts | groups | listeners |")
    print("| --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        documents.write(Path(folder))
        for name in SYNTHETIC:
            path = Path(folder) / name
            found = load(path)
            listeners = sum(len(variables["lync_ports"]) for variables in found.hosts.values())
            groups = len(set(found.groups) | set(found.children))
            print(f"| {name} | {path.stat().st_size:,} | {len(found.hosts)} | {groups} | {listeners:,} |")


def large(machines: int) -> None:
    """Time and memory of reading a large topology, each layout in a process of its own."""
    print(f"\n| {machines:,} machines | bytes | s to read | s to an inventory | hosts | peak MB |")
    print("| --- | --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        for layout, write in WRITERS.items():
            path = Path(folder) / layout
            path.write_bytes(write(large_estate(machines)))
            subprocess.run([sys.executable, __file__, "--read", str(path), "--label", layout], check=True)


def read_large(path: Path, label: str) -> None:
    """One line of the table; alone in its process, so that the peak is its own."""
    begun = time.perf_counter()
    topology = read_file(str(path))
    read = time.perf_counter()
    found = inventory_of(topology)
    ended = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"| {label} | {path.stat().st_size:,} | {read - begun:.2f} | {ended - read:.2f} | {len(found.hosts):,} "
        f"| {peak:.0f} |"
    )


def options_of(found: Inventory, host: str, estate: Estate) -> dict[str, Any]:
    """The options that the role would give the module for a host, scoped by its topology."""
    return {
        "scope": "topology",
        "peers": peers_of(estate, found.hosts[host]["lync_pool"]),
        "configured_ports": found.hosts[host]["lync_ports"],
        "features": found.hosts[host]["lync_features"],
    }


def scoped(found: Inventory, title: str, extra: dict[str, list[str]]) -> None:
    """Rules and address entries that scoping writes for a whole estate."""
    managed = {role.value for role in HOST_ROLES}
    hosts = [host for host, variables in found.hosts.items() if managed & set(variables["lync_roles"])]
    begun = time.perf_counter()
    policies = []
    estate = survey(found.groups, found.hosts.__getitem__)
    for host in hosts:
        options = options_of(found, host, estate)
        options["peers"] = {**options["peers"], **extra}
        policies.append(build_policy(found.hosts[host]["lync_roles"], **options))
    seconds = time.perf_counter() - begun
    rules = [desired.rule for policy in policies for desired in policy.rules]
    narrowed = [rule for rule in rules if not rule.remote_addresses.is_any]
    entries = [len(rule.remote_addresses.texts()) for rule in narrowed]
    longest = max(len(add_line(rule.named("x" * 60))) for rule in rules)
    print(
        f"| {title} | {len(hosts)} | {len(rules):,} | {len(narrowed):,} | {sum(entries):,} | {max(entries, default=0)} "
        f"| {longest} | {seconds:.2f} |"
    )


def scopes(machines: int) -> None:
    """Rules and address entries with ``scope: topology``."""
    print(f"\n| scope: topology, {machines} hosts | hosts | rules | scoped | address entries | most a rule "
          "| longest line | s |")  # fmt: skip
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "estate"
        path.write_bytes(published.write(large_estate(machines)))
        found = load(path)
    everybody: dict[str, list[str]] = {
        "load_balancer": ["10.250.0.1"], "reverse_proxy": ["10.250.0.2"], "admin": ["10.250.1.0/28"],
        "sql_client": [], "pbx": [],
    }  # fmt: skip
    scoped(found, "only what the topology says", {})
    scoped(found, "load balancer, reverse proxy and admin hosts named too", everybody)


def main(arguments: Iterable[str] | None = None) -> None:
    """Print all figures, or measure one document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--machines", type=int, default=5000, help="size of the large topology")
    parser.add_argument("--read", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--label", help=argparse.SUPPRESS)
    options = parser.parse_args(list(arguments) if arguments is not None else None)
    if options.read:
        read_large(options.read, options.label)
        return
    synthetic()
    large(options.machines)
    scopes(40)


if __name__ == "__main__":
    main()
