# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why the probe finds a port closed that the rules of a host do open: for others than whoever probes."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable, Iterable

from lab.background import control_address
from lab.probe import Finding, HostReport
from lab.windows.addresses import contains, merged, without
from lab.windows.network import Network, addresses_of
from lab.windows.policy import TCP, UDP, condition
from lab.windows.rules import parse_rule

PROBED_FROM = "127.0.0.1"
"""What a client on the loopback network connects from that asks for no address of its own."""

_PATIENCE = 2
_MOST_HOSTS = 5


def outside_scope(
    findings: Iterable[Finding], rules: Iterable[str], address: str, source: str = PROBED_FROM
) -> tuple[Finding, ...]:
    """The closed ports that a host's own rules open, for other addresses than the one that was probed from.

    Args:
        findings: What the probe saw of the host.
        rules: The rule strings of the host.
        address: The host's address.
        source: Where the probe came from.
    """
    conditions = [found for found in map(condition, map(parse_rule, rules)) if found and found.ports]
    network = Network(local_subnet=f"{_network_of(address)}.0.0/16")
    found = []
    for finding in findings:
        protocol = TCP if finding.transport == "tcp" else UDP
        about = [
            rule
            for rule in conditions
            if rule.protocol in (None, protocol) and any(low <= finding.port <= high for low, high in rule.ports or ())
        ]
        allowed, blocked = (
            merged(pair for rule in about if rule.blocks is blocks for pair in addresses_of(rule.remote, network))
            for blocks in (False, True)
        )
        admitted = without(allowed, blocked)
        if not finding.open and admitted and not contains(admitted, source):
            found.append(finding)
    return tuple(found)


def rules_of(host: str, address: str) -> list[str]:
    """The rule strings of a host, as the control interface of its lab says them; none where it does not answer."""
    try:
        with urllib.request.urlopen(
            f"{control_address(_network_of(address))}/hosts/{host}/rules", timeout=_PATIENCE
        ) as answer:
            return list(json.load(answer).values())
    except (OSError, ValueError):
        return []


def _network_of(address: str) -> str:
    """The first half of an address of the lab, whose networks are all of 16 bits."""
    return ".".join(address.split(".")[:2])


def hint(reports: Iterable[HostReport], rules: Callable[[str, str], Iterable[str]] = rules_of) -> str:
    """A sentence about ports that are closed for the probe alone; empty where there is none."""
    hosts = {}
    for report in reports:
        if report.open_count == len(report.findings):
            continue
        address = report.host.address
        count = len(outside_scope(report.findings, rules(report.host.name, address), address))
        if count:
            hosts[report.host.name] = count
    if not hosts:
        return ""
    named = ", ".join(f"{name} ({count})" for name, count in list(hosts.items())[:_MOST_HOSTS])
    more = f" and {len(hosts) - _MOST_HOSTS} more hosts" if len(hosts) > _MOST_HOSTS else ""
    return (
        f"Closed for {PROBED_FROM}, from which this probe comes, and open for the addresses that the rules admit: "
        f"{named}{more}. That may be meant: the rules have a scope, and the probe is outside it."
    )
