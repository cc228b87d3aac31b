# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host holds, read past every program and quirk: our rules, and everything that is somebody else's."""

from __future__ import annotations

import contextlib
import re
from collections import Counter
from dataclasses import dataclass, field

from faults.scenarios import Scenario
from lab.testing import LabHost
from lab.windows.firewall_service import GROUP_POLICY_STORE, LOCAL_STORE
from lab.windows.registry import RegistryError

# Read here anew, not with the collection's own reader: it is what is being tested.
_OURS = re.compile(
    r"    (?P<id>\S.*?)    REG_SZ    (?P<rule>v\d.*\|Name=LyncOps (?P<key>\S+) g(?P<generation>\d+)\|.*)", re.IGNORECASE
)
_SWITCH = re.compile(r"    EnableFirewall    REG_DWORD    0x(?P<on>[01])")
_RULE = re.compile(r"    \S.*    REG_SZ    v\d+\.\d+\|", re.IGNORECASE)


@dataclass(frozen=True)
class State:
    """One host at one moment.

    Attributes:
        ours: Key and rule string, generation left out, of each managed rule, sorted.
        names: Name of each managed rule with its generation, sorted.
        switches: EnableFirewall of each local profile, in the registry's order.
        foreign: The text of all other rules and settings, local and of Group Policy.
        tasks: Names of the registered tasks.
        locked: Whether the rollback's folder is there.
    """

    ours: tuple[tuple[str, str], ...]
    names: tuple[str, ...]
    switches: tuple[str, ...]
    foreign: str = field(repr=False)
    tasks: tuple[str, ...] = ()
    locked: bool = False

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of the managed rules, sorted; a twin shows twice."""
        return tuple(key for key, _rule in self.ours)

    @property
    def foreign_rules(self) -> int:
        """How many rules of others there are."""
        return sum(bool(_RULE.match(line)) for line in self.foreign.split("\r\n"))

    def added(self, later: State) -> tuple[str, ...]:
        """Foreign lines that came by `later`. Raises AssertionError where one went or moved."""
        old, new = self.foreign.split("\r\n"), later.foreign.split("\r\n")
        more = Counter(new) - Counter(old)
        kept = [line for line in new if not more[line]]
        assert kept == old, "a foreign rule or setting is gone or not what it was: " + repr(
            sorted((Counter(old) - Counter(new)).elements()) or "the order changed"
        )
        return tuple(more.elements())


def look(host: LabHost, scenario: Scenario) -> State:
    """Read a host; where the scenario switches profiles on, their switches are not foreign."""
    texts = [host.registry_text(LOCAL_STORE)]
    with contextlib.suppress(RegistryError):  # most hosts have no Group Policy
        texts.append(host.registry_text(GROUP_POLICY_STORE))
    foreign: list[str] = []
    ours: list[tuple[str, str]] = []
    names: list[str] = []
    switches: list[str] = []
    for number, text in enumerate(texts):
        for line in text.split("\r\n"):
            if not number and (found := _OURS.fullmatch(line)):
                rule = re.sub(r"(\|Name=LyncOps \S+ )g\d+\|", r"\1|", found["rule"], flags=re.IGNORECASE)
                ours.append((found["key"].lower(), rule))
                names.append(f"{found['key']} g{found['generation']}".lower())
                continue
            if not number and (switch := _SWITCH.fullmatch(line)):
                switches.append(switch["on"])
                if scenario.switches:
                    continue
            foreign.append(line)
    return State(
        ours=tuple(sorted(ours)),
        names=tuple(sorted(names)),
        switches=tuple(switches),
        foreign="\r\n".join(foreign),
        tasks=tuple(task["name"] for task in host.tasks()["tasks"]),
        locked="there" in host.run(r'if exist "C:\Windows\LyncOpsRollback" echo there').stdout,
    )
