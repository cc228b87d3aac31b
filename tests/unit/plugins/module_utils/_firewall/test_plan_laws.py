# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The promise of a plan: carry it out, plan again, and nothing is left to do. Nobody else's rule is touched."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.groups import GroupChange, GroupWish
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.netsh import add_line, plan_lines
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.plan import (
    DesiredRule,
    Plan,
    ServiceChange,
    Update,
    Wanted,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.planning import make_plan
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.prediction import predict
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.profile_changes import ProfileChange
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.profiles import ProfileSettings
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.read_command import read_command
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.reading import parse_answer
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule import FirewallRule, Profile
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.snapshot import Snapshot
from ansible_collections.lyncops.firewall.tests.unit.plugins.module_utils._firewall.strategies import WRITABLE_RULES
from ansible_collections.lyncops.firewall.tests.unit.plugins.module_utils._firewall.windows_model import (
    Pairs,
    WindowsModel,
    foreign,
)
from hypothesis import given, settings
from hypothesis import strategies as st

_KEYS = st.sampled_from(["a", "b", "in-tcp-1.2"])
_NAMES = st.tuples(_KEYS, st.sampled_from(["1", "2", "3", "999999"]), st.booleans()).map(
    lambda made: f"LyncOps {made[0]} g{made[1]}".upper() if made[2] else f"LyncOps {made[0]} g{made[1]}"
)
SHARING = "@FirewallAPI.dll,-28502"
SETTINGS = st.builds(
    ProfileSettings,
    enabled=st.sampled_from([None, None, True, False]),
    inbound_block=st.sampled_from([None, True, False]),
    outbound_block=st.sampled_from([None, True, False]),
    notifications=st.sampled_from([None, True, False]),
    unicast_response=st.sampled_from([None, True, False]),
    log_dropped=st.sampled_from([None, True, False]),
    log_allowed=st.sampled_from([None, True, False]),
    log_file=st.sampled_from([None, r"D:\Logs\lync firewall.log", r"%windir%\fw.log"]),
    log_size=st.sampled_from([None, 1, 4096, 32767]),
)
_GROUPS = st.sampled_from(
    [(), *((GroupWish("File and Printer Sharing", frozenset([SHARING[1:].lower()]), on),) for on in (True, False))]
)
_FOREIGN = st.lists(
    st.sampled_from(
        [
            foreign("CS RTCSRV", ("LPort", "5061")),
            foreign("LyncOps", ("LPort", "1")),
            foreign("LyncOps a"),
            foreign("LyncOps a g1 copy"),
            foreign("@FirewallAPI.dll,-28511", ("EmbedCtxt", SHARING)),
            [
                *foreign("@FirewallAPI.dll,-28515", ("EmbedCtxt", SHARING))[:1],
                ("Active", "FALSE"),
                *foreign("@FirewallAPI.dll,-28515", ("EmbedCtxt", SHARING))[2:],
            ],
            foreign("odd", ("Future", "1")),
        ]
    ),
    max_size=4,
)
_DAMAGE = st.sampled_from(["none", "off", "block", "profile", "scope", "ports", "opaque", "twin", "service"])


def damaged(pairs: Pairs, damage: str) -> Pairs:
    without = {"off": "Active", "block": "Action", "scope": "RA4", "ports": "LPort", "profile": "Profile"}.get(damage)
    extra = {
        "off": [("Active", "FALSE")],
        "block": [("Action", "Block")],
        "profile": [("Profile", "Public")],
        "scope": [("RA4", "192.0.2.1")],
        "ports": [("LPort", "4")],
        "opaque": [("Future", "1")],
        "service": [("Svc", "RTCSRV")],
    }.get(damage, [])
    return [pair for pair in pairs if pair[0] != without] + extra


@st.composite
def cases(draw: st.DrawFn) -> tuple[Wanted, WindowsModel]:
    """What is wanted, and a host that has some of it, damaged in all ways, beside rules of others."""
    keys = draw(st.lists(_KEYS, unique=True, max_size=4))
    profiles_on = draw(st.frozensets(st.sampled_from(list(Profile))))
    settings = draw(st.dictionaries(st.sampled_from(list(Profile)), SETTINGS, max_size=2))
    wanted = Wanted(
        tuple(DesiredRule(key, draw(WRITABLE_RULES)) for key in keys),
        exclusive=draw(st.booleans()),
        profiles_on=profiles_on,
        # Both on and off is refused where options are read.
        settings=tuple(
            (profile, replace(found, enabled=None) if profile in profiles_on else found)
            for profile, found in settings.items()
        ),
        groups=draw(_GROUPS),
    )
    host = WindowsModel()
    for name in draw(st.lists(_NAMES, max_size=6)):
        key = name.split()[1].lower()
        rule = next((d.rule for d in wanted.rules if d.key == key), None) or draw(WRITABLE_RULES)
        host.netsh(add_line(rule.named(name)))
        damage = draw(_DAMAGE)
        last = next(reversed(host.local))
        host.local[last] = damaged(host.local[last], damage)
        if damage == "twin":
            host.netsh(add_line(rule.named(name)))
    for number, pairs in enumerate(draw(_FOREIGN)):
        host.local[f"foreign {number}"] = pairs
    host.group_policy = {"gp": foreign("LyncOps a g1"), "gp2": foreign("CS RTCSRV")}
    host.profiles["Public"]["EnableFirewall"] = draw(st.integers(0, 1))
    host.policy_profiles = draw(
        st.sampled_from([{}, {"Domain": {"EnableFirewall": 0, "DefaultInboundAction": 1, "DisableNotifications": 1}}])
    )
    host.lines.clear()
    return wanted, host


def but_switched(pairs: Pairs) -> Pairs:
    """A rule without whether it is on, if it is of the group that may be switched."""
    return sorted(pair for pair in pairs if pair[0] != "Active" or ("EmbedCtxt", SHARING) not in pairs)


def read(host: WindowsModel) -> Snapshot:
    return parse_answer(host.run(read_command("w")), "w")


def rules_of(snapshot: Snapshot) -> Counter[tuple[str, FirewallRule]]:
    return Counter((rule.store.value, rule) for rule in snapshot.rules)


@settings(deadline=None)
@given(cases())
def test_carried_out_and_planned_again_nothing_is_left(case: tuple[Wanted, WindowsModel]) -> None:
    wanted, host = case
    others = {key: pairs for key, pairs in host.local.items() if key.startswith("foreign")}
    before = read(host)
    plan = make_plan(wanted, before)
    predicted = predict(plan, before)
    for line in plan_lines(plan):
        host.netsh(line)
    after = read(host)
    again = make_plan(wanted, after)

    assert not again.changes
    assert again.refused == plan.refused
    assert {key: but_switched(host.local[key]) for key in others} == {
        key: but_switched(pairs) for key, pairs in others.items()
    }, "a rule of somebody else was touched"
    assert rules_of(predicted) == rules_of(after)
    assert [state.configured for state in predicted.profiles] == [state.configured for state in after.profiles]
    assert [state.effective for state in predicted.profiles] == [state.effective for state in after.profiles]
    assert not make_plan(wanted, predicted).changes
    if not plan.refused and wanted.exclusive:
        here = [rule for rule in after.local_rules() if not rule.rule_id.startswith("foreign")]
        assert Counter(rule.named("") for rule in here) == Counter(desired.rule for desired in wanted.rules)


_NAMED_RULES = st.builds(lambda rule, name: rule.named(name), WRITABLE_RULES, _NAMES)
_FIELDS = st.lists(st.sampled_from(["enabled", "action", "profiles", "remote_addresses"]), min_size=1, unique=True)
_PLANS = st.builds(
    Plan,
    service=st.builds(ServiceChange, st.booleans(), st.booleans()),
    create=st.lists(_NAMED_RULES, max_size=2).map(tuple),
    update=st.lists(st.builds(Update, _NAMED_RULES, _NAMED_RULES, _FIELDS.map(tuple)), max_size=2).map(tuple),
    delete=st.lists(_NAMES, max_size=2).map(tuple),
    profiles_on=st.lists(st.sampled_from(list(Profile)), unique=True, max_size=2).map(tuple),
    settings=st.sampled_from(
        [(), (ProfileChange(Profile.PUBLIC, ProfileSettings(log_size=1), ProfileSettings(log_size=2)),)]
    ),
    groups=st.sampled_from([(), (GroupChange("x", SHARING, True, (), False),)]),
    kept=st.lists(_NAMED_RULES, max_size=1).map(tuple),
    stale=st.lists(_NAMED_RULES, max_size=1).map(tuple),
)


@given(_PLANS)
def test_a_plan_changes_rules_or_profiles_exactly_when_netsh_has_lines_for_it(plan: Plan) -> None:
    assert plan.changes_rules_or_profiles == bool(plan_lines(plan))
    assert plan.changes == bool(plan_lines(plan) or plan.service)


@settings(deadline=None)
@given(cases())
def test_nothing_closes_in_between(case: tuple[Wanted, WindowsModel]) -> None:
    """After every single line, each desired rule that was there before or was already written is there."""
    wanted, host = case
    plan = make_plan(wanted, read(host))
    lines = plan_lines(plan)
    was = {rule.traffic() for rule in read(host).local_rules()}
    for line in lines:
        host.netsh(line)
        now = {rule.traffic() for rule in read(host).local_rules()}
        for desired in wanted.rules:
            if desired.rule.traffic() in was:
                assert desired.rule.traffic() in now, line
        was = now


@settings(deadline=None)
@given(cases(), st.randoms(use_true_random=False))
def test_plans_do_not_depend_on_order(case: tuple[Wanted, WindowsModel], random: object) -> None:
    wanted, host = case
    snapshot = read(host)
    desired, there = list(wanted.rules), list(snapshot.rules)
    random.shuffle(desired)  # type: ignore[attr-defined]
    random.shuffle(there)  # type: ignore[attr-defined]
    one = make_plan(wanted, snapshot)
    other = make_plan(replace(wanted, rules=tuple(desired)), replace(snapshot, rules=tuple(there)))
    assert one == other
    assert plan_lines(one) == plan_lines(other)


@settings(deadline=None)
@given(cases())
def test_prediction_of_an_empty_plan_is_the_snapshot(case: tuple[Wanted, WindowsModel]) -> None:
    _wanted, host = case
    snapshot = read(host)
    nothing = make_plan(Wanted(exclusive=False), snapshot)
    assert predict(nothing, snapshot) == snapshot
