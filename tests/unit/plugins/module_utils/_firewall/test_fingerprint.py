# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fingerprints see every change of what is not ours and none of what is, and plans that differ have other digests."""

from __future__ import annotations

from dataclasses import replace

from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.fingerprint import (
    UNTOUCHED,
    differences,
    differences_since,
    foreign,
    foreign_but_for,
    marks,
    names_by_mark,
    plan_digest,
    touched,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.groups import GroupChange
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.plan import (
    Plan,
    Refusal,
    ServiceChange,
    Update,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.profile_changes import ProfileChange
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.profiles import (
    ProfileSettings,
    ProfileState,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule import (
    Action,
    Direction,
    FirewallRule,
    Profile,
    Store,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule_string import parse_rule
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.snapshot import ServiceState, Snapshot
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.unread_rule import read_rule
from hypothesis import given
from hypothesis import strategies as st

SERVICE = ServiceState(4, 2)
PROFILES = tuple(ProfileState(profile) for profile in Profile)


def rule(rule_id: str, name: str, port: int = 80, store: Store = Store.LOCAL) -> FirewallRule:
    return read_rule(rule_id, f"v2.10|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort={port}|Name={name}|", store)


def host(*rules: FirewallRule, profiles: tuple[ProfileState, ...] = PROFILES) -> Snapshot:
    return Snapshot(profiles, rules, SERVICE)


WEB, SQL, OURS = rule("{1}", "Web"), rule("{2}", "SQL", 1433), rule("{3}", "LyncOps in-tcp-5061 g1", 5061)

rules = st.lists(
    st.builds(
        rule,
        st.sampled_from(("{1}", "{2}", "{3}", "{4}")),
        st.sampled_from(("Web", "SQL", "LyncOps in-tcp-5061 g1", "LyncOps in-tcp-5061 g2", "LyncOps look-alike")),
        st.sampled_from((80, 443)),
        st.sampled_from(tuple(Store)),
    ),
    max_size=6,
    unique_by=lambda found: (found.store, found.rule_id),
)


def test_ours_are_no_part_of_it() -> None:
    assert foreign(host(WEB, OURS)) == foreign(host(WEB))
    assert foreign(host(WEB)).rules == 1
    in_policy = replace(OURS, store=Store.GROUP_POLICY)
    assert foreign(host(WEB, in_policy)).rules == 2, "in the store of a policy it is the policy's"


def test_every_letter_counts() -> None:
    assert foreign(host(WEB)).sha256 != foreign(host(rule("{1}", "web"))).sha256
    assert foreign(host(WEB)).sha256 != foreign(host(rule("{9}", "Web"))).sha256
    off = replace(PROFILES[0], policy=ProfileSettings(local_rules=False))
    assert foreign(host(WEB)).sha256 != foreign(host(WEB, profiles=(off, *PROFILES[1:]))).sha256


def test_what_differs_is_named() -> None:
    before, after = host(WEB, SQL, OURS), host(rule("{1}", "Web", 81), rule("{4}", "Mail", 25))
    assert differences(before, after) == ("changed: rule Web", "new: rule Mail", "gone: rule SQL")
    off = replace(PROFILES[1], local=ProfileSettings(enabled=False))
    was, now = host(profiles=(PROFILES[0], off, PROFILES[2])), host()
    told = "changed: private profile, local, enabled: false -> not set"
    assert differences(was, now) == (told,)
    assert differences(was, now, touched(Plan(profiles_on=(Profile.PRIVATE,)))) == ()


def test_since_a_plan_what_is_gone_is_named_as_far_as_names_were_kept() -> None:
    windows = rule("{5}", "@FirewallAPI.dll,-25000", 135)
    then = host(windows, WEB, SQL)
    names = dict(names_by_mark(then))
    assert list(names.values()) == ["SQL", "Web", "@FirewallAPI.dll,-25000"], "Windows' own last: there may be no room"
    known, settings = marks(then), foreign(then).settings
    assert differences_since(known, settings, host(WEB, windows), UNTOUCHED, names) == ("gone or changed: rule SQL",)
    kept = dict(names_by_mark(then)[:1])
    assert differences_since(known, settings, host(), UNTOUCHED, kept) == (
        "gone or changed: rule SQL", "gone or changed: 2 rules more",
    )  # fmt: skip
    assert differences_since(known, settings, then, UNTOUCHED, names) == ()


def test_since_a_plan_without_names_what_is_gone_has_none() -> None:
    then = foreign(host(WEB, SQL))
    known = marks(host(WEB, SQL))
    told = differences_since(known, then.settings, host(SQL, rule("{4}", "Mail", 25)))
    assert told == ("new or changed: rule Mail", "gone or changed: 1 rule")
    old = {name: value for name, value in then.settings.items() if "outbound_block" not in name}
    assert all(": unknown -> " in line for line in differences_since(known, old, host(WEB, SQL)))


@given(rules, rules)
def test_a_difference_is_told_where_the_fingerprints_differ(
    before: list[FirewallRule], after: list[FirewallRule]
) -> None:
    was, now = host(*before), host(*after)
    same = foreign(was).sha256 == foreign(now).sha256
    then = foreign(was)
    assert same == (differences(was, now) == ()) == (differences_since(marks(was), then.settings, now) == ())


def test_marks_are_longer_where_there_is_room_for_them() -> None:
    """Of eight digits somebody finds a rule with the mark of another one in a minute."""
    few = host(*(rule(f"{{{number}}}", "x") for number in range(625)))
    many = host(*few.rules, WEB)
    assert {len(mark) for mark in marks(few)} == {16}
    assert {len(mark) for mark in marks(many)} == {8}
    for then in (few, many):
        known, settings, names = marks(then), foreign(then).settings, dict(names_by_mark(then))
        assert set(names) == set(known)
        assert differences_since(known, settings, host(*then.rules[1:]), UNTOUCHED, names) == (
            "gone or changed: rule x",
        )
        assert differences_since(known, settings, host(*then.rules, SQL)) == ("new or changed: rule SQL",)


def test_a_fingerprint_can_leave_out_what_the_plan_switches_on() -> None:
    off = replace(PROFILES[1], local=ProfileSettings(enabled=False))
    was, now = host(WEB, profiles=(PROFILES[0], off, PROFILES[2])), host(WEB)
    then = foreign(was)
    private, public = (touched(Plan(profiles_on=(profile,))) for profile in (Profile.PRIVATE, Profile.PUBLIC))
    assert foreign_but_for(now, then.settings, private) == then.sha256
    assert foreign_but_for(now, then.settings, UNTOUCHED) == foreign(now).sha256 != then.sha256
    assert foreign_but_for(now, then.settings, public) != then.sha256
    assert foreign_but_for(host(SQL), then.settings, private) != then.sha256
    assert foreign_but_for(now, {}, private) == foreign(now).sha256, "what it was then is not known"


def test_groups_that_the_plan_switches_are_no_change_by_somebody_else() -> None:
    """Windows rewrites only whether the rule is on; whatever else differs is told."""
    raw = (
        "v2.22|Action=Allow|Active=FALSE|Dir=In|Protocol=6|LPort=445|Name=@FirewallAPI.dll,-28511|EmbedCtxt=@F.dll,-2|"
    )
    off = parse_rule("FPS-SMB-In-TCP", raw)
    on = parse_rule("FPS-SMB-In-TCP", raw.replace("Active=FALSE", "Active=TRUE"))
    other = parse_rule("FPS-SMB-In-TCP", raw.replace("Active=FALSE", "Active=TRUE").replace("445", "446"))
    was, now = host(WEB, off), host(WEB, on)
    by_plan = touched(Plan(groups=(GroupChange("File and Printer Sharing", off.group, True, (off,), False),)))
    assert differences(was, now) == ("changed: rule @FirewallAPI.dll,-28511",)
    assert differences(was, now, by_plan) == ()
    assert differences(was, host(WEB, other), by_plan) == ("changed: rule @FirewallAPI.dll,-28511",)
    then = foreign(was)
    assert foreign_but_for(now, then.settings, by_plan) == then.sha256
    assert foreign_but_for(was, then.settings, by_plan) == then.sha256, "also before it is carried out"
    assert differences_since(marks(was), then.settings, now, by_plan) == ()


def test_settings_that_the_plan_changes_are_no_change_by_somebody_else() -> None:
    logged = replace(PROFILES[0], local=replace(PROFILES[0].local, log_dropped=True))
    was, now = host(WEB), host(WEB, profiles=(logged, *PROFILES[1:]))
    before = PROFILES[0].configured
    change = ProfileChange(Profile.DOMAIN, before, replace(before, log_dropped=True))
    assert differences(was, now) == ("changed: domain profile, local, log_dropped: not set -> true",)
    assert differences(was, now, touched(Plan(settings=(change,)))) == ()
    actions = touched(Plan(settings=(ProfileChange(Profile.DOMAIN, before, replace(before, outbound_block=True)),)))
    assert {name.rpartition(" ")[2] for name in actions.settings} == {"inbound_block", "outbound_block", "shields_up"}


def test_a_digest_is_of_what_is_deleted_and_changed_too() -> None:
    """Whoever approved that a rule goes has seen what it lets in."""
    name = OURS.name
    plans = [
        Plan(delete=(name,)),
        Plan(delete=(name.upper(),)),
        Plan(update=(Update(OURS, replace(OURS, enabled=False), ("enabled",)),)),
    ]
    for plan in plans:
        same = plan_digest(plan, (), host(OURS, WEB))
        assert plan_digest(plan, (), host(replace(OURS, rule_id="{9}"))) == same, "an id lets nobody in"
        assert plan_digest(plan, (), host(OURS, SQL)) == same
    was, now = host(OURS), host(rule("{3}", name, 1433))
    assert plan_digest(plans[0], (), was) != plan_digest(plans[0], (), now)
    twins = host(OURS, rule("{4}", name, 1433))
    assert len({plan_digest(plans[0], (), then) for then in (was, now, twins)}) == 3
    other = Update(now.rules[0], replace(now.rules[0], enabled=False), ("enabled",))
    assert plan_digest(plans[2], (), was) != plan_digest(Plan(update=(other,)), (), now)


def test_a_digest_is_of_all_that_is_done_and_of_its_order() -> None:
    one = FirewallRule("LyncOps a g1", Direction.IN, Action.ALLOW, protocol=6)
    two = replace(one, name="LyncOps b g1")
    plans = [
        Plan(),
        Plan(create=(one, two)),
        Plan(create=(two, one)),
        Plan(create=(one,), delete=("LyncOps b g1",)),
        Plan(delete=("LyncOps b g1",)),
        Plan(profiles_on=(Profile.PUBLIC,)),
        Plan(service=ServiceChange(start=True)),
        Plan(service=ServiceChange(automatic=True)),
        Plan(refused=(Refusal("x", "y"),)),
        Plan(create=(one,), writable=False),
    ]
    assert len({plan_digest(plan, (), host()) for plan in plans}) == len(plans)
    assert plan_digest(Plan(kept=(one,)), (), host()) == plan_digest(Plan(), (), host()), "what is kept is not done"
