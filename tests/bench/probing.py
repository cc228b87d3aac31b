# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Probes many ports of many hosts, half of them filtered, and prints how long that takes.

The hosts are addresses of loopback; a filtered port is a listener whose socket filter drops each request to connect, as
the lab's firewall does. The module is what Ansible runs, without Ansible.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from ansible_collections.lyncops.firewall.plugins.module_utils._probe.target import Target
from ansible_collections.lyncops.firewall.plugins.modules.lync_port_probe import room_for, run

from lab.doors import attach_filter
from lab.windows.addresses import NOTHING

_FIRST_PORT = 20000


@contextmanager
def served(hosts: int, ports: int) -> Iterator[list[Target]]:
    """So many hosts with so many ports each, every second of them filtered."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hosts * ports + 4096, hard)), hard))
    targets = []
    with ExitStack() as sockets:
        for host in range(hosts):
            address = f"127.100.{host // 250}.{1 + host % 250}"
            for port in range(_FIRST_PORT, _FIRST_PORT + ports):
                sock = sockets.enter_context(socket.socket())
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                sock.bind((address, port))
                if port % 2:
                    attach_filter(sock, NOTHING)
                sock.listen(16)
                targets.append(Target(address, address, port))
        yield targets


def main() -> None:
    """Probe, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hosts", type=int, default=40)
    parser.add_argument("--ports", type=int, default=50)
    parser.add_argument("--timeout", type=float, default=3.0)
    parser.add_argument("--at-once", type=int, default=500)
    options = parser.parse_args()
    with served(options.hosts, options.ports) as targets:
        at_once = room_for(options.at_once)
        answers, _sources, took = asyncio.run(run(targets, options.timeout, at_once, 3600))
    counts = ", ".join(f"{count} {status}" for status, count in Counter(one.status for one in answers).items())
    print(f"{options.hosts} hosts x {options.ports} ports, {at_once} at once, {options.timeout:g} s for each: {counts}")
    print(f"{took:.1f} s, {len(targets) / took:.0f} probes a second")


if __name__ == "__main__":
    main()
