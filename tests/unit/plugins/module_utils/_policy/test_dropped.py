# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a log says of the rows: who was dropped though wanted, who is scoped out, and who would be."""

from __future__ import annotations

from datetime import datetime

from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.log.counting import Count, Counted, Flow
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.profiles import (
    ProfileSettings,
    ProfileState,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule import Profile
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.snapshot import (
    RUNNING,
    ServiceState,
    Snapshot,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.dropped import (
    Case,
    OfRows,
    Scopes,
    by_row,
    scopes_of,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.effect import judge_policy
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.host_policy import HostPolicy
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.policy import build_policy
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.scoping import WORDS

AT = datetime(2026, 11, 29, 13, 0, 0)
HOST = Snapshot(tuple(ProfileState(profile) for profile in Profile), (), ServiceState(RUNNING, 2))
EVERYBODY = build_policy(["director"])
SCOPED = build_policy(["director"], remote_addresses=["10.0.0.0/24"])


def of(policy: HostPolicy, *flows: Flow, times: int = 1) -> OfRows:
    return by_row(Counted({flow: Count(times, AT, AT) for flow in flows}), judge_policy(policy, HOST))


def dropped(source: str = "10.4.2.9", port: int = 5061, transport: str = "tcp") -> Flow:
    return Flow(True, transport, port, source)


def let_in(source: str = "10.4.2.9", port: int = 5061) -> Flow:
    return Flow(False, "tcp", port, source)


def test_where_everybody_is_wanted_whoever_was_dropped_was() -> None:
    (found,) = of(EVERYBODY, dropped(), times=312).dropped
    assert (found.case, found.source, str(found.ports), found.transport) == (Case.WANTED, "10.4.2.9", "5061", "tcp")
    assert found.count.connections == 312
    assert {effect.demand.requirement.id for effect in found.rows} == {
        demand.requirement.id for demand in EVERYBODY.demands if demand.direction.value == "in" and 5061 in demand.ports
    }


def test_a_source_outside_the_scope_is_scoped_out() -> None:
    found = of(SCOPED, dropped(), dropped("10.0.0.7")).dropped
    assert {one.source: one.case for one in found} == {"10.4.2.9": Case.SCOPED_OUT, "10.0.0.7": Case.WANTED}


def test_who_is_let_in_and_outside_the_scope_would_be() -> None:
    found = of(SCOPED, let_in(), let_in("10.0.0.7")).dropped
    assert [(one.source, one.case) for one in found] == [("10.4.2.9", Case.WOULD_BE)]
    assert of(EVERYBODY, let_in()).dropped == ()


def test_what_a_keyword_admits_only_the_host_knows() -> None:
    policy = build_policy(["director"], remote_addresses=["localsubnet", "10.9.9.9"])
    assert [one.case for one in of(policy, dropped()).dropped] == [Case.PERHAPS]
    assert of(policy, let_in()).dropped == ()
    assert [one.case for one in of(policy, dropped("10.9.9.9")).dropped] == [Case.WANTED]


def test_ports_that_no_row_asks_for_are_others() -> None:
    found = of(EVERYBODY, dropped(port=3389), dropped(transport="udp"), let_in(port=3389), times=4)
    assert (found.dropped, found.others) == ((), 8)


def test_ports_of_the_same_rows_are_one_entry() -> None:
    policy = build_policy(["front_end"])
    found = of(policy, *(dropped(port=port, transport="udp") for port in (49999, 50001, 50000)), times=2).dropped
    assert [(str(one.ports), one.count.connections) for one in found] == [("49999-50001", 6)]


def test_the_most_connections_come_first_and_the_order_is_the_same_each_time() -> None:
    flows = {
        dropped("10.4.2.9"): Count(1, AT, AT),
        dropped("10.4.2.10"): Count(5, AT, AT),
        dropped("10.4.2.8"): Count(1, AT, AT),
    }
    effects = judge_policy(EVERYBODY, HOST)
    found = by_row(Counted(flows), effects)
    assert [one.source for one in found.dropped] == ["10.4.2.10", "10.4.2.8", "10.4.2.9"]
    assert by_row(Counted(dict(reversed(flows.items()))), effects) == found


WIDE = Snapshot(
    tuple(ProfileState(profile, ProfileSettings(inbound_block=False)) for profile in Profile),
    (),
    ServiceState(RUNNING, 2),
)


def scopes(policy: HostPolicy, host: Snapshot) -> Scopes:
    return scopes_of(judge_policy(policy, host))


def test_somebody_would_be_scoped_out_only_where_somebody_gets_in_who_is_not_meant() -> None:
    assert scopes(SCOPED, WIDE).lets_in
    assert scopes(SCOPED, WIDE).to_any == ()
    # Nobody gets in: of whom would be scoped out there is nothing to ask.
    assert scopes(SCOPED, HOST).narrowed
    assert not scopes(SCOPED, HOST).lets_in


def test_rows_that_are_for_everybody_are_counted_as_out_of_the_question() -> None:
    inbound = tuple(demand.requirement.id for demand in EVERYBODY.demands if demand.direction.value == "in")
    assert scopes(EVERYBODY, WIDE) == Scopes(False, False, False, inbound, 0)


def test_a_scope_that_narrows_nothing_since_peers_are_not_known_is_told_from_none() -> None:
    found = scopes(build_policy(["director"], scope="topology"), WIDE)
    assert (found.unnamed, found.narrowed, found.lets_in) == (True, False, False)
    halves = {**{word: ["0.0.0.0/1"] for word in WORDS}, "all": ["128.0.0.0/1"]}
    everybody = build_policy(["director"], scope="topology", peers=halves)
    assert not scopes(everybody, WIDE).narrowed
    assert not scopes(everybody, WIDE).unnamed, "they are named, and nobody would be kept out"


def test_rows_for_a_keyword_are_counted() -> None:
    found = scopes(build_policy(["director"], remote_addresses=["localsubnet"]), WIDE)
    assert found.by_keyword > 0
    assert found.to_any == ()
