# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who gets in on a host's ports, row by row, against whom the policy means to admit there."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from .._catalogue.listeners import FILES, LISTENING
from .._firewall.state.rule import Action, Direction, Profile
from .._firewall.state.snapshot import Snapshot
from .._firewall.traffic.admission import Listening, Meant, admission, admits_none_but, plain_profiles
from .._firewall.traffic.admitted import Admission, Wider, joined
from .._firewall.traffic.matching import Traffic
from .._firewall.traffic.reasons import Status
from .._firewall.traffic.rule_index import RuleIndex
from .._firewall.traffic.weighing import Verdict
from .._net.address_set import AddressSet, together
from .._net.effort import Effort
from .._net.region import Region
from .elsewhere import Elsewhere, admitted_at
from .host_policy import Demand, HostPolicy

_MOST_EFFORT = 1_000_000
"""Steps for all rows of a host, beside those of the verdicts: ten seconds at worst."""


class Admitting:
    """Works out who gets in on one host. What is alike is worked out once."""

    def __init__(self, policy: HostPolicy, snapshot: Snapshot, index: RuleIndex) -> None:
        """Look at one host.

        Args:
            policy: What it needs.
            snapshot: What it has.
            index: Its rules.
        """
        self._snapshot, self._index = snapshot, index
        self._effort = Effort(_MOST_EFFORT)
        self._rules = {
            desired.key: desired.rule
            for desired in policy.rules
            if desired.rule.direction is Direction.IN and desired.rule.action is Action.ALLOW and desired.rule.enabled
        }
        self._parts: dict[tuple[int, AddressSet], Region] = {}
        self._plain = plain_profiles(snapshot)
        self._found: dict[tuple[int, tuple[str, ...], str], tuple[Admission, tuple[Verdict, ...]]] = {}
        self._everybody = Admission(AddressSet.any())
        ours = tuple(self._rules.values())
        # Rules are read as far as somebody asks for them: nobody does on a host that is no Edge Server.
        self._elsewhere = Elsewhere(policy, snapshot, index, self._effort, ours) if policy.is_edge else None

    def of(self, demand: Demand, traffic: Traffic, verdicts: tuple[Verdict, ...]) -> Admission:
        """Who gets in by one transport of a row.

        Args:
            demand: The row.
            traffic: Its traffic.
            verdicts: What was judged of that in each profile.
        """
        certain = [verdict.profile for verdict in verdicts if verdict.status is Status.OPEN]
        if len(certain) == len(traffic.profiles) and traffic.remote.is_any:
            return self._everybody
        row = demand.requirement.id
        # Traffic that was judged once has one tuple of verdicts, which is kept here as long as its number counts.
        key = id(verdicts), demand.keys, row if row in FILES else ""
        if key not in self._found:
            self._found[key] = self._admission(demand, traffic, frozenset(certain)), verdicts
        return self._found[key][0]

    def _admission(self, demand: Demand, traffic: Traffic, certain: frozenset[Profile]) -> Admission:
        row, scope = demand.requirement.id, demand.scope.addresses
        rules = (self._rules[key] for key in demand.keys if key in self._rules)
        scopes = {rule.remote_addresses for rule in rules if rule.protocol == traffic.protocol} - {scope}
        meant = together([*scopes, scope])
        plain = meant == scope and traffic.profiles <= (certain & self._plain)
        if plain and admits_none_but(scope, traffic, self._index):
            return Admission(scope)
        listening = Listening(FILES.get(row, frozenset()), LISTENING.get(row, frozenset()))
        # Of a row that is scoped to less than its rules the verdict says nothing of the others that they admit.
        certain = certain if meant <= traffic.remote else frozenset()
        return admission(
            traffic,
            self._snapshot,
            self._index,
            self._effort,
            listening,
            Meant(meant, partial(self._parts_of, traffic.local), certain),
        )

    def elsewhere(self, demand: Demand, traffic: Traffic) -> Wider | None:
        """Who gets in at addresses that the row is not bound to, see `Elsewhere.of`."""
        return self._elsewhere.of(demand, traffic) if self._elsewhere else None

    def _parts_of(self, local: AddressSet, protocol: int) -> Region:
        if (protocol, local) not in self._parts:
            self._parts[protocol, local] = admitted_at(local, protocol, self._rules.values())
        return self._parts[protocol, local]


def in_all(found: Sequence[Admission], elsewhere: Sequence[Wider] = ()) -> Admission:
    """Who gets in by any of the transports of a row, or to any of its programs.

    Args:
        found: Who gets in by each.
        elsewhere: Who does at other addresses than the row's (`Admitting.elsewhere`).
    """
    if len(found) == 1 and not elsewhere:
        return found[0]
    known = [one.addresses for one in found if one.addresses is not None]
    wider = joined([*(one.wider for one in found if one.wider), *elsewhere])
    return Admission(together(known) if len(known) == len(found) else None, wider)
