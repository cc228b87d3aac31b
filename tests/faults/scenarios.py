# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run is about to do when the fault comes: a harmless plan, and risky ones."""

from __future__ import annotations

import os
from dataclasses import dataclass

from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.plan import Wanted
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule import ALL_PROFILES
from ansible_collections.lyncops.firewall.plugins.module_utils._options.host_table import HOST_OPTIONS
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.host_policy import HostPolicy
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.policy import build_policy
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.wanted import requested_policy
from ansible_collections.lyncops.firewall.plugins.plugin_utils._arguments import validate

ALL = os.environ.get("LYNCOPS_FAULTS") == "all"
"""Whether to run everything, as for a release; else what shows nothing new is left out."""

NOTHING = HostPolicy(rules=(), demands=(), skipped=(), rows={})
DIRECTOR = build_policy(["director"])


@dataclass(frozen=True)
class Scenario:
    """A start and a wish.

    Attributes:
        name: For the table.
        lab_policy: The host's starting policy.
        wanted: The desired state.
        policy: What the verdicts are about.
        rules_there: Whether our rules are there at the start.
        switches: Whether the profiles' switches are ours to change.
        risky: Whether the plan is commit-confirmed.
    """

    name: str
    lab_policy: str
    wanted: Wanted
    policy: HostPolicy
    rules_there: bool = False
    switches: bool = False
    risky: bool = False

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of the rules that are there in the end, sorted."""
        return tuple(sorted(desired.key for desired in self.wanted.rules))


def label(scenario: Scenario) -> str:
    """What pytest calls a scenario."""
    return scenario.name.replace(" ", "-")


FIRST = Scenario("first run", "default", Wanted(DIRECTOR.rules), DIRECTOR)
ABSENT = Scenario(
    "state absent", "default", Wanted((), exclusive=True, service=False), NOTHING, rules_there=True, risky=True
)
SWITCH_ON = Scenario(
    "profiles on", "off", Wanted(DIRECTOR.rules, profiles_on=ALL_PROFILES), DIRECTOR, switches=True, risky=True
)
KINDS = "front_end director mediation branch_appliance edge gateway trusted_application load_balancer reverse_proxy"
SCOPED = requested_policy(
    validate(
        {
            "roles": ["director"],
            "scope": "topology",
            "peers": {kind: ["10.0.0.1"] for kind in KINDS.split()},
            "client_networks": ["10.9.0.0/16"],
            "on_wider": "block_others",
        },
        HOST_OPTIONS,
    )
)
BLOCK_OTHERS = Scenario(
    "block others", "off", Wanted(SCOPED.rules, profiles_on=ALL_PROFILES), SCOPED, switches=True, risky=True
)
REPAIR = Scenario("repair", "default", Wanted(DIRECTOR.rules), DIRECTOR, rules_there=True)
"""What a first run has made, and somebody has changed since."""

SCENARIOS = (FIRST, ABSENT, SWITCH_ON)
USUAL = SCENARIOS if ALL else (SWITCH_ON,)
"""It adds rules, as a harmless run does, and is a risky one: with every step of the rollback. The tests of the rollback
have one that takes rules away at all times."""
