# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of others whose names netsh might take for managed ones: nothing is written that may hit them."""

from __future__ import annotations

import itertools
import time
from dataclasses import replace

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.naming import LookAlikes, folded
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.plan import DesiredRule, Plan, Wanted
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.planning import make_plan
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.prediction import predict
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.risk import is_risky
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.undo import undo_lines
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.profiles import (
    ProfileSettings,
    ProfileState,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule import FirewallRule, Profile
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule_string import parse_rule
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.snapshot import ServiceState, Snapshot

LONG_S, KELVIN, FULLWIDTH = "LyncOp\u017f sip g1", "LyncOps \u212aey g1", "Lync\uff2fps sip g1"
ALIKE = [LONG_S, FULLWIDTH, "LyncOps s\u00adip g1", "LyncOp? sip g1", "LyncOps\u00a0sip g1", "LyncOps s\ufffdp g1"]
OTHERS = ["Lync\u00d6ps sip g1", "LyncOp?? sip g1", "?", "LyncOps sip g1?", "", "L\u0131ncOps sip g1"]


def rule(name: str, port: int = 5061, scope: str = "") -> FirewallRule:
    return parse_rule(name, f"v2.22|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort={port}|{scope}Name={name}|")


def host(*names: str, port: int = 5061, scope: str = "") -> Snapshot:
    return Snapshot(
        profiles=tuple(ProfileState(profile, ProfileSettings(enabled=True)) for profile in Profile),
        rules=tuple(rule(name, port, scope) for name in names),
        service=ServiceState(4, 2),
    )


SIP = DesiredRule("sip", rule("x"))


def plan(snapshot: Snapshot, *desired: DesiredRule) -> Plan:
    return make_plan(Wanted(desired), snapshot)


@pytest.mark.parametrize("name", ALIKE)
def test_what_looks_like_a_managed_name(name: str) -> None:
    assert LookAlikes(["Other", name]).of("LyncOps sip g1") == name
    assert LookAlikes(["Other", name]).of("LyncOps sip g2") == ""


@pytest.mark.parametrize("name", OTHERS)
def test_what_does_not(name: str) -> None:
    assert LookAlikes([name]).of("LyncOps sip g1") == ""


def test_a_managed_name_is_no_look_alike_of_its_own() -> None:
    assert LookAlikes(["LYNCOPS SIP G1", "LyncOps sip g1"]).of("LyncOps sip g1") == ""
    assert folded("LYNCOPS SIP G1") == folded("LyncOps sip g1") != folded(LONG_S)


@pytest.mark.parametrize("name", ALIKE)
def test_no_delete_and_no_change_may_hit_one(name: str) -> None:
    for snapshot, desired in (
        (host("LyncOps sip g1", name), ()),
        (host("LyncOps sip g1", name, scope="RA4=10.0.0.1|"), (SIP,)),
        (host("LyncOps sip g1", name, port=443), (SIP,)),
    ):
        done = plan(snapshot, *desired)
        assert (done.create, done.update, done.delete) == ((), (), ())
        assert "LyncOps sip g1" in [one.subject for one in done.refused]
        assert "Give that rule another name" in done.refused[0].reason


@pytest.mark.parametrize("name", ALIKE)
def test_nothing_is_made_whose_undo_may_hit_one(name: str) -> None:
    done = plan(host(name), SIP)
    assert done.create == ()
    (refusal,) = done.refused
    assert refusal.subject == "LyncOps sip g1"


def test_what_is_right_is_kept_beside_one() -> None:
    done = plan(host("LyncOps sip g1", LONG_S), SIP)
    assert [one.name for one in done.kept] == ["LyncOps sip g1"]
    assert not done.refused


def test_what_serves_a_refused_rule_stays() -> None:
    """The old key's rule lets through what the new one would: it is not deleted while that cannot be made."""
    done = plan(host("LyncOps old g1", LONG_S), SIP)
    assert done.delete == ()


def test_prediction_risk_and_undo_leave_one_alone() -> None:
    """Plans are checked to touch none; here for a plan that somebody made."""
    before = host("LyncOps key g1", KELVIN)
    hit = Plan(delete=("LyncOps key g1",))
    assert [one.name for one in predict(hit, before).rules] == [KELVIN]
    assert is_risky(hit, before)
    assert not is_risky(hit, replace(before, rules=(rule(KELVIN),)))
    assert [line for line in undo_lines(hit, before) if "add rule" in line] == [undo_lines(hit, before)[1]]


@pytest.mark.parametrize(("masks", "alike"), [(50, False), (51, True)])
def test_of_too_many_places_that_nobody_knows_rather_all_look_alike(masks: int, alike: bool) -> None:
    wanted = "LyncOps some-key g1"
    places = list(itertools.combinations(range(len(wanted)), 2))[:masks]
    names = ["".join("?" if at in unknown else "x" for at in range(len(wanted))) for unknown in places]
    assert bool(LookAlikes(names).of(wanted)) is alike
    assert not LookAlikes(names).of(f"{wanted}0"), "of another length none is"


def test_thousands_of_strange_names_take_no_time() -> None:
    """Each with its own place of what nobody knows; some too many may then look alike."""
    length = len("LyncOps k-00000 g1")
    names = [f"{'x' * (place % length)}?{number}".ljust(length, "y") for place, number in enumerate(range(50_000))]
    started = time.process_time()
    alike = LookAlikes(names)
    found = [alike.of(f"LyncOps k-{number:05} g1") for number in range(20_000)]
    assert time.process_time() - started < 10
    assert not any(found)
