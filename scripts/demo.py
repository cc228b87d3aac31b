# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make demo`: the main job on simulated hosts, from closed ports to a repaired drift, in about a minute.

Everything is real but the hosts: ansible-playbook runs playbooks/site.yml over WinRM, and each port is probed by
connecting to it. The hosts are tests/lab, on loopback addresses only.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from lab.background import ROOT, LabError, free_network, running

WORK = ROOT / "build" / "demo"
NETWORK = free_network()  # not that of `make lab`, which may be running beside this
CONTROL = f"{NETWORK}.255.1:7700"
BROKEN = "fe01.contoso.test"
BY_HAND = (
    ('netsh advfirewall firewall set rule name="LyncOps in-tcp-5061 g1" new enable=no', "SIP (5061) is disabled"),
    ('netsh advfirewall firewall delete rule name="LyncOps in-tcp-443 g1"', "the rule for HTTPS (443) is deleted"),
    (
        'netsh advfirewall firewall set rule name="LyncOps in-tcp-444 g1" new remoteip=10.99.99.99',
        "the conference focus (444) is narrowed to one address",
    ),
)
RECAP = re.compile(r"^(\S+)\s+: ok=\d+\s+changed=(\d+)\s+unreachable=(\d+)\s+failed=(\d+)", re.MULTILINE)


@dataclass(frozen=True)
class Probe:
    """What a client saw of all simulated services."""

    opened: int
    total: int


@dataclass(frozen=True)
class Run:
    """What a playbook run did: hosts changed and not well, and seconds taken."""

    changed: int
    hosts: int
    bad: int
    seconds: float


def say(number: int, text: str) -> None:
    print(f"\n\033[1m{number}. {text}\033[0m" if sys.stdout.isatty() else f"\n{number}. {text}", flush=True)


def probe(inventory: Path) -> Probe:
    """Connect to every service of every host, and show the table."""
    command = [sys.executable, "-m", "lab", "probe", "--inventory", str(inventory)]
    subprocess.run(command, check=True, cwd=ROOT)
    result = subprocess.run([*command, "--json"], check=True, cwd=ROOT, capture_output=True, text=True)
    services = [
        is_open for host in json.loads(result.stdout)["hosts"].values() for is_open in host["services"].values()
    ]
    return Probe(sum(services), len(services))


def site(inventory: Path, *options: str, show: bool = False) -> Run:
    """Run site.yml; its output goes to a file, and to the screen where it is worth reading."""
    arguments = ["-i", str(inventory.relative_to(ROOT)), "playbooks/site.yml", *options]
    print("   $ ansible-playbook " + " ".join(arguments), flush=True)
    started = time.monotonic()
    playbook = Path(sys.executable).parent / "ansible-playbook"  # of the same environment, whatever PATH says
    result = subprocess.run([str(playbook), *arguments], check=False, cwd=ROOT, capture_output=True, text=True)
    seconds = time.monotonic() - started
    with (WORK / "ansible.log").open("a", encoding="utf-8") as log:
        log.write(result.stdout + result.stderr)
    hosts = [found for found in RECAP.findall(result.stdout) if found[0] != "localhost"]  # which looks, and is no host
    if result.returncode or not hosts:
        sys.exit(f"{result.stdout}\n{result.stderr}\nansible-playbook ended with {result.returncode}")
    if show:
        changed_lines = (line for line in result.stdout.splitlines() if re.match(r"[-+](?!-- |\+\+ )", line))
        print("".join(f"   {line}\n" for line in changed_lines), end="")
    run = Run(sum(int(h[1]) > 0 for h in hosts), len(hosts), sum(int(h[2]) + int(h[3]) for h in hosts), seconds)
    print(
        f"   {run.changed} of {run.hosts} hosts changed, {run.bad} failed or unreachable, {seconds:.1f} s", flush=True
    )
    return run


def by_hand(command: str) -> None:
    """Do something at the console of the host, as somebody with other plans would."""
    request = urllib.request.Request(
        f"http://{CONTROL}/hosts/{BROKEN}/run",
        data=json.dumps({"command": command}).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        result = json.load(answer)
    if result["rc"]:
        sys.exit(f"{command}\n{result['stdout']}{result['stderr']}")


def main() -> int:
    started = time.monotonic()
    WORK.mkdir(parents=True, exist_ok=True)
    (WORK / "ansible.log").write_text("", encoding="utf-8")
    with running("demo", ["--network", NETWORK]) as inventory:
        say(1, "Six simulated Lync servers are up. Their firewalls let WinRM in and none of Lync's ports:")
        before = probe(inventory)
        say(2, "One command brings every host to the ports Microsoft documents for its roles:")
        first = site(inventory)
        after = probe(inventory)
        say(3, "A second run has nothing to do:")
        second = site(inventory)
        say(4, f"Somebody works on {BROKEN} by hand:")
        for command, what in BY_HAND:
            by_hand(command)
            print(f"   - {what}")
        broken = probe(inventory)
        say(5, "A dry run shows the drift, and what would correct it:")
        drift = site(inventory, "--check", "--diff", show=True)
        say(6, "A real run corrects it, on that host only:")
        repair = site(inventory)
        repaired = probe(inventory)
    say(7, f"What you saw, in {time.monotonic() - started:.0f} s")
    for line in (
        f"ports open before          {before.opened:3} of {before.total}",
        f"after the first run        {after.opened:3} of {after.total}   {first.changed} hosts changed",
        f"second run                             {second.changed} hosts changed",
        f"after the damage           {broken.opened:3} of {broken.total}   seen by --check on {drift.changed} host",
        f"after the repair           {repaired.opened:3} of {repaired.total}   {repair.changed} host changed",
    ):
        print(f"   {line}")
    print(f"\n   All output of Ansible: {(WORK / 'ansible.log').relative_to(ROOT)}")
    print("   Try it yourself: make lab, and in another terminal the commands it prints.")
    good = (
        before.opened == 0
        and after.opened == after.total == repaired.opened
        and (first.changed, second.changed, drift.changed, repair.changed) == (first.hosts, 0, 1, 1)
        and after.opened - broken.opened == len(BY_HAND)
    )
    if not good:
        print("\nThis is not what the demo should show: something is broken.", file=sys.stderr)
    return 0 if good else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except LabError as error:
        sys.exit(str(error))
