# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random policies on real sockets against an oracle of five lines, written straight from [MS-FASP] 2.2.34.

The oracle knows netsh arguments only; everything between them and the socket is the lab's.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

import pytest

from lab.testing import LabHost

PORTS = (444, 5061, 5062, 5063, 5071, 8404)
SOURCES = ("127.0.0.1", "127.9.1.1", "127.9.1.2", "127.9.2.1")
SCOPES = (None, None, "127.9.0.0/16", "127.9.1.0/24", "127.9.1.1/32", "127.0.0.0/8")


@dataclass(frozen=True)
class Rule:
    """One inbound TCP rule as netsh takes it."""

    action: str
    first: int
    last: int
    scope: str | None
    profile: str

    @property
    def command(self) -> str:
        """The netsh command that adds it."""
        scope = f" remoteip={self.scope}" if self.scope else ""
        return (
            f"netsh advfirewall firewall add rule name=r dir=in action={self.action} protocol=tcp "
            f"localport={self.first}-{self.last} profile={self.profile}{scope}"
        )

    def matches(self, source: str, port: int, profile: str) -> bool:
        """Whether a connection attempt is this rule's business."""
        in_scope = self.scope is None or ip_address(source) in ip_network(self.scope)
        in_profile = self.profile == "any" or profile.lower() in self.profile.split(",")
        return self.first <= port <= self.last and in_scope and in_profile


def gets_in(rules: list[Rule], source: str, port: int, profile: str) -> bool:
    """Block beats allow; no match is block."""
    actions = {rule.action for rule in rules if rule.matches(source, port, profile)}
    return "allow" in actions and "block" not in actions


def random_rule(source: random.Random) -> Rule:
    first, last = sorted(source.choices(PORTS, k=2))
    return Rule(
        source.choice(("allow", "allow", "block")),
        first,
        last,
        source.choice(SCOPES),
        source.choice(("any", "any", "domain", "private,public")),
    )


@pytest.mark.parametrize("seed", range(8))
def test_sockets_agree_with_the_specification(fe01: LabHost, seed: int) -> None:
    source = random.Random(seed)
    profile = source.choice(("Domain", "Private", "Public"))
    rules = [random_rule(source) for _unused in range(source.randint(1, 5))]
    fe01.set_profile(profile)
    for rule in rules:
        assert fe01.run(rule.command).rc == 0
    attempts = [(address, port) for address in SOURCES for port in PORTS]
    seen = {attempt: fe01.tcp_open(attempt[1], source=attempt[0], timeout=0.2) for attempt in attempts}
    assert seen == {attempt: gets_in(rules, *attempt, profile) for attempt in attempts}
