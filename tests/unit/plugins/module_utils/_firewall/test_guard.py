# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lockout guard's three questions."""

from __future__ import annotations

from dataclasses import replace

from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.arrival import UNKNOWN, Arrival
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.groups import GroupChange
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.guard import Assessment, assess
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.management import (
    ManagementConnection,
    winrm_traffic,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.plan import Plan, ServiceChange, Update
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.profiles import (
    ProfileSettings,
    ProfileState,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule import FirewallRule, Profile, Store
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule_string import parse_rule
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.snapshot import (
    ServiceState,
    Snapshot,
    WinrmListener,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._net.address_set import AddressSet
from ansible_collections.lyncops.firewall.plugins.module_utils._net.port_set import PortSet


def objections(connection: ManagementConnection, plan: Plan, before: Snapshot) -> tuple[str, ...]:
    """Those of a plan that is not commit-confirmed, on a host that cannot tell its networks: every profile counts."""
    found = assess(connection, plan, before, confirmed=False)
    assert found.warnings == ()
    return found.objections


HTTP = ManagementConnection(5985, "http", "10.1.2.3")
ON, OFF = ProfileSettings(enabled=True), ProfileSettings(enabled=False)


def winrm_rule(extra: str = "", action: str = "Allow") -> FirewallRule:
    text = f"v2.22|Action={action}|Active=TRUE|Dir=In|Protocol=6|{extra}LPort=5985|App=System|Name=WinRM {action}|"
    return parse_rule(f"winrm-{action}{extra}", text)


def host(*rules: FirewallRule, profiles: ProfileSettings = ON, state: int = 4) -> Snapshot:
    return Snapshot(
        profiles=tuple(ProfileState(profile, profiles) for profile in Profile),
        rules=rules,
        service=ServiceState(state, 2),
        listeners=(WinrmListener(5985, "http", True),),
    )


def test_a_plan_that_leaves_winrm_alone_passes() -> None:
    assert objections(HTTP, Plan(), host(winrm_rule())) == ()


def test_deleting_the_rule_that_lets_us_in_is_named() -> None:
    ours = replace(winrm_rule(), name="LyncOps x-winrm g1")
    (first, *_rest) = objections(HTTP, Plan(delete=("LyncOps x-winrm g1",)), host(ours))
    assert "after the plan" in first
    assert "5985" in first
    assert "domain profile" in first
    assert "no rule" in first


def test_switching_a_profile_on_needs_winrm_open_in_it() -> None:
    off = host(winrm_rule("Profile=Domain|"), profiles=OFF)
    assert objections(HTTP, Plan(profiles_on=(Profile.DOMAIN,)), off) == ()
    (only,) = objections(HTTP, Plan(profiles_on=(Profile.DOMAIN, Profile.PUBLIC)), off)
    assert "public profile: other profile (WinRM Allow)" in only


def test_starting_the_service_is_judged_with_todays_rules() -> None:
    """A rule that the plan itself adds comes too late: starting cuts us before it is written."""
    stopped = host(state=1)
    plan = Plan(service=ServiceChange(start=True), create=(replace(winrm_rule(), name="LyncOps x-winrm g1"),))
    found = objections(HTTP, plan, stopped)
    assert found
    assert all("started with today's rules" in text for text in found)
    assert objections(HTTP, plan, host(winrm_rule(), state=1)) == ()


def test_where_the_network_is_not_known_the_service_is_not_started_for_a_rollback_to_mend() -> None:
    """The undo of a commit-confirmed plan cannot stop it again."""
    stopped = host(winrm_rule("Profile=Domain|"), state=1)
    found = assess(HTTP, Plan(service=ServiceChange(start=True)), stopped, UNKNOWN, confirmed=True)
    assert any("started with today's rules" in text and "public profile" in text for text in found.objections)
    assert all("extra_rules" not in text for text in found.objections), "a rule would come too late"
    assert "a rule of Group Policy" in found.objections[0]
    switched = assess(HTTP, Plan(profiles_on=tuple(Profile)), replace(stopped, profiles=host(profiles=OFF).profiles))
    assert switched.objections == ()


def test_what_nobody_can_explain_is_named_with_what_would_admit_it() -> None:
    """Our only way in is a rule with a condition of which nobody knows whether it is met."""
    ours = winrm_rule("IFType=Lan|")
    second = replace(ours, name="LyncOps x-winrm g1")
    plan = Plan(delete=(second.name,))
    for arrives, profiles in ((UNKNOWN, "domain, private, public"), (Arrival(frozenset({Profile.PUBLIC})), "public")):
        (only,) = assess(HTTP, plan, host(ours, second), arrives, confirmed=False).objections
        assert only.startswith("as things are, WinRM (in tcp 5985 from 10.1.2.3)")
        assert "What may let it in: WinRM Allow" in only
        assert f"remoteip: [10.1.2.3], profiles: [{profiles}]" in only


def test_the_rule_that_goes_is_named() -> None:
    ours = replace(winrm_rule(), name="LyncOps x-winrm g1")
    found = assess(HTTP, Plan(delete=(ours.name,)), host(ours, profiles=ON))
    assert all("Today it gets in by LyncOps x-winrm g1" in text for text in found.objections)
    assert found.objections[-1].count("What would admit it") == 1, "one entry for all profiles"
    assert "profile=any" in found.objections[-1]


def test_a_block_rule_that_is_there_already_is_named() -> None:
    blocked = host(winrm_rule(), winrm_rule(action="Block"), profiles=OFF)
    found = objections(HTTP, Plan(profiles_on=(Profile.PRIVATE,)), blocked)
    assert len(found) == 1
    assert "block rule (WinRM Block)" in found[0]


def test_scope_counts_for_the_address_the_host_sees() -> None:
    scoped = host(winrm_rule("RA4=10.1.0.0/255.255.0.0|"), profiles=OFF)
    plan = Plan(profiles_on=(Profile.DOMAIN,))
    assert objections(HTTP, plan, scoped) == ()
    assert objections(ManagementConnection(5985, "http", "192.0.2.1"), plan, scoped)
    assert objections(ManagementConnection(5985, "http"), plan, scoped), "an unknown address needs an allow from any"


def test_a_profile_that_is_closed_today_is_no_objection() -> None:
    """The built-in rule admits only the local subnet in the public profile; that is nobody's plan's fault."""
    assert objections(HTTP, Plan(), host(winrm_rule("Profile=Domain|"))) == ()


def test_not_knowing_how_we_got_in_is_an_objection() -> None:
    (only,) = objections(HTTP, Plan(delete=("LyncOps in-tcp-80 g1",)), host())
    assert only.startswith("as things are")


def test_no_listener_means_no() -> None:
    (only,) = objections(ManagementConnection(5986, "https"), Plan(), host(winrm_rule()))
    assert "5986" in only


def test_group_policy_that_ignores_local_rules() -> None:
    merged_off = ProfileSettings(enabled=True, local_rules=False)
    states = tuple(ProfileState(profile, OFF, replace(merged_off, enabled=None)) for profile in Profile)
    snapshot = replace(host(winrm_rule()), profiles=states)
    found = objections(HTTP, Plan(profiles_on=(Profile.DOMAIN,)), snapshot)
    assert len(found) == 1
    assert "Group Policy ignores local rules" in found[0]
    by_policy = replace(winrm_rule(), store=Store.GROUP_POLICY)
    assert objections(HTTP, Plan(profiles_on=(Profile.DOMAIN,)), replace(snapshot, rules=(by_policy,))) == ()


def test_a_zone_in_the_clients_address_means_any() -> None:
    traffic = winrm_traffic(ManagementConnection(5985, "http", "fe80::1%12"), 5985)
    assert traffic.remote.is_any


ISOLATION = ("Server isolation",)


def isolated(*rules: FirewallRule, profiles: ProfileSettings, state: int = 4) -> Snapshot:
    """A host that requires IPsec of what comes in through the domain profile."""
    found = host(*rules, profiles=profiles, state=state)
    states = [replace(one, requires_ipsec=ISOLATION if one.profile is Profile.DOMAIN else ()) for one in found.profiles]
    return replace(found, profiles=tuple(states))


def test_connection_security_that_todays_connection_works_with_is_no_objection() -> None:
    ours = replace(winrm_rule(), name="LyncOps x-winrm g1")
    for arrives in (UNKNOWN, Arrival(frozenset({Profile.DOMAIN}))):
        kept = assess(HTTP, Plan(), isolated(winrm_rule(), profiles=ON), arrives)
        assert (kept.objections, kept.warnings) == ((), ())
        lost = assess(HTTP, Plan(delete=(ours.name,)), isolated(ours, profiles=ON), arrives)
        assert any("after the plan" in text and "domain profile: no rule" in text for text in lost.objections)


def test_a_profile_that_requires_ipsec_is_not_switched_on_under_a_connection_that_arrives_there() -> None:
    """Whether the host would authenticate us is not known, and no rule of the firewall can help."""
    off = isolated(winrm_rule(), profiles=OFF)
    plan = Plan(profiles_on=(Profile.DOMAIN,))
    (only,) = assess(HTTP, plan, off, Arrival(frozenset({Profile.DOMAIN}))).objections
    assert "Server isolation" in only
    assert "a connection security rule that exempts WinRM" in only
    assert "extra_rules" not in only
    started = Plan(service=ServiceChange(start=True))
    stopped = isolated(winrm_rule(), profiles=ON, state=1)
    assert all(
        "IPsec" in text for text in assess(HTTP, started, stopped, Arrival(frozenset({Profile.DOMAIN}))).objections
    )
    assert assess(HTTP, started, stopped, Arrival(frozenset({Profile.DOMAIN}))).objections


def test_a_profile_that_requires_ipsec_and_is_not_known_to_be_ours_is_a_warning() -> None:
    off = isolated(winrm_rule(), profiles=OFF)
    plan = Plan(profiles_on=(Profile.DOMAIN,))
    for arrives, says in (
        (UNKNOWN, "the host restores itself"),
        (Arrival(frozenset({Profile.PUBLIC})), "arrives through"),
    ):
        found = assess(HTTP, plan, off, arrives)
        assert found.objections == ()
        assert len(found.warnings) == 1
        assert says in found.warnings[0]
    assert assess(HTTP, plan, off, UNKNOWN, confirmed=False).objections


SUBNET = "RA4=LocalSubnet|RA6=LocalSubnet|"


def test_what_may_let_us_in_today_is_not_taken_away() -> None:
    """Domain is open and Public admits the local subnet by a rule of ours: we may come in through either."""
    ours = replace(winrm_rule(f"Profile=Public|{SUBNET}"), name="LyncOps x-winrm g1")
    before = host(winrm_rule("Profile=Domain|Profile=Private|"), ours)
    plan = Plan(delete=(ours.name,))
    for arrives in (UNKNOWN, Arrival(frozenset({Profile.PUBLIC}))):
        for confirmed in (True, False):
            (only,) = assess(HTTP, plan, before, arrives, confirmed).objections
            assert "could not get in any more in the public profile by what may let it in today" in only
            assert "LyncOps x-winrm g1" in only
            assert "profile=public" in only
    assert assess(HTTP, plan, before, Arrival(frozenset({Profile.DOMAIN})), False).objections == ()
    narrowed = Update(ours, replace(ours, remote_addresses=AddressSet.parse(["10.9.9.9"])), ("remote_addresses",))
    assert assess(HTTP, Plan(update=(narrowed,)), before, UNKNOWN, False).objections
    moved = replace(ours, name="LyncOps x-winrm g2")
    assert assess(HTTP, Plan(create=(moved,), delete=(ours.name,)), before, UNKNOWN, False).objections == ()


def test_a_rule_that_may_carry_winrm_and_that_the_undo_cannot_restore_is_not_touched() -> None:
    """Somebody limited our rule to an interface, which netsh cannot say again."""
    ours = replace(winrm_rule("Profile=Public|IF={1}|"), name="LyncOps x-winrm g1")
    before = host(winrm_rule("Profile=Domain|Profile=Private|"), ours)
    plan = Plan(delete=(ours.name,))
    found = assess(HTTP, plan, before, Arrival(frozenset({Profile.DOMAIN})))
    (only,) = found.objections
    assert "could not restore itself" in only
    assert "LyncOps x-winrm g1" in only
    others = replace(ours, local_ports=PortSet.of(443))
    assert assess(HTTP, plan, host(winrm_rule(), others), UNKNOWN).objections == ()
    plain = replace(winrm_rule(), name="LyncOps x-winrm g2")
    replaced = Plan(create=(plain,), delete=(ours.name,))
    assert assess(HTTP, replaced, before, UNKNOWN).objections == ()


def test_of_several_ports_that_may_be_ours_each_has_to_stay_open() -> None:
    others = [replace(winrm_rule(), local_ports=PortSet.of(port), name=f"LyncOps x-{port} g1") for port in (80, 8080)]
    before = host(winrm_rule(), *others)
    plan = Plan(delete=("LyncOps x-80 g1",))
    found = assess(HTTP, plan, before, UNKNOWN, ports={5985, 80})
    assert found.objections
    assert all("in tcp 80 " in text for text in found.objections)
    assert assess(HTTP, plan, before, UNKNOWN, ports={5985, 8080}).objections == ()
    closed = host(winrm_rule())
    assert assess(HTTP, Plan(), closed, UNKNOWN, ports={5985, 25985}).objections == (), "we are not connected to it"
    off = host(winrm_rule(), profiles=OFF)
    switched = assess(HTTP, Plan(profiles_on=(Profile.DOMAIN,)), off, UNKNOWN, False, ports={5985, 25985})
    assert any("localport: '25985'" in text for text in switched.objections)


def test_an_unclear_state_is_refused_only_where_the_plan_changes_it() -> None:
    """A block for wireless interfaces leaves WinRM's verdict open to doubt; a rule for another port changes nothing."""
    wireless = replace(winrm_rule("IFType=Wireless|", "Block"), local_ports=PortSet.any(), name="No inbound on Wi-Fi")
    other = replace(winrm_rule(), local_ports=PortSet.of(9999), name="LyncOps x-old g1")
    before = host(winrm_rule(), wireless, other)
    assert assess(HTTP, Plan(delete=(other.name,)), before).objections == ()
    ours = replace(winrm_rule(), name="LyncOps x-winrm g1")
    (text,) = assess(HTTP, Plan(delete=(ours.name,)), host(ours, wireless)).objections
    assert "narrow it or switch it off" in text
    assert "extra_rules" not in text


def test_where_group_policy_ignores_local_rules_no_local_rule_is_offered() -> None:
    ignoring = ProfileSettings(enabled=None, local_rules=False)
    states = tuple(ProfileState(profile, OFF, ignoring) for profile in Profile)
    before = replace(host(winrm_rule()), profiles=states)
    (text,) = assess(HTTP, Plan(profiles_on=(Profile.DOMAIN,)), before, confirmed=False).objections
    assert "that policy" in text
    assert "extra_rules" not in text


def test_a_rule_that_no_undo_restores_stays_though_another_lets_us_in_today() -> None:
    """The other one may be switched off before the plan is sent."""
    ours = replace(winrm_rule("IF={1}|"), name="LyncOps x-winrm g1")
    (text,) = assess(HTTP, Plan(delete=(ours.name,)), host(winrm_rule(), ours)).objections
    assert "could not restore itself" in text
    following = replace(winrm_rule(), name="LyncOps x-winrm g2")
    assert assess(HTTP, Plan(create=(following,), delete=(ours.name,)), host(winrm_rule(), ours)).objections == ()


def test_who_arrives_through_a_profile_that_is_off_needs_no_rule_today() -> None:
    """By default the public profile takes WinRM of the local subnet only; whoever comes by the domain's is not cut."""
    local = replace(
        winrm_rule("Profile=Public|"), remote_addresses=AddressSet(keywords=frozenset({(4, "localsubnet")}))
    )
    domain = replace(winrm_rule("Profile=Domain|"), name="WinRM in the domain")
    states = tuple(ProfileState(profile, ON if profile is Profile.PUBLIC else OFF) for profile in Profile)
    before = replace(host(local, domain), profiles=states)
    plan = Plan(profiles_on=(Profile.DOMAIN,))
    for arrives in (UNKNOWN, Arrival(frozenset({Profile.DOMAIN}))):
        assert assess(HTTP, plan, before, arrives).objections == ()
    assert assess(HTTP, plan, replace(before, rules=(local,)), Arrival(frozenset({Profile.DOMAIN}))).objections
    through_public = assess(HTTP, plan, before, Arrival(frozenset({Profile.PUBLIC})))
    assert any("as things are" in text for text in through_public.objections)


def bound(address: str, action: str = "Allow") -> FirewallRule:
    return winrm_rule(f"LA4={address}|", action)


INSIDE = AddressSet.parse(["10.0.0.9"])


def test_a_rule_for_another_address_of_the_host_does_not_admit_us() -> None:
    """An Edge Server: we arrive inside, and the rule that stays is for the outside."""
    before = host(replace(winrm_rule(), name="LyncOps x-winrm g1"), bound("192.0.2.1"))
    plan = Plan(delete=("LyncOps x-winrm g1",))
    (objection,) = assess(HTTP, plan, before, confirmed=False, local=INSIDE).objections[-1:]
    assert "at 10.0.0.9 from 10.1.2.3" in objection
    assert "localip" in objection
    kept = replace(before, rules=(*before.rules, bound("10.0.0.9")))
    assert not assess(HTTP, plan, kept, confirmed=False, local=INSIDE).objections


def test_a_block_at_another_address_of_the_host_does_not_keep_us_out() -> None:
    outside = replace(bound("192.0.2.1", "Block"), name="LyncOps x-block g1")
    inside = replace(bound("10.0.0.9", "Block"), name="LyncOps x-block g1")
    assert not assess(HTTP, Plan(create=(outside,)), host(winrm_rule()), confirmed=False, local=INSIDE).objections
    assert assess(HTTP, Plan(create=(inside,)), host(winrm_rule()), confirmed=False, local=INSIDE).objections
    # Where nobody knows at which address we arrive, it may be that one.
    assert assess(HTTP, Plan(create=(outside,)), host(winrm_rule()), confirmed=False).objections


def grouped(rule: FirewallRule, name: str, **fields: object) -> FirewallRule:
    return replace(rule, name=name, rule_id=name, group="@FirewallAPI.dll,-29252", **fields)  # type: ignore[arg-type]


def switching(before: Snapshot, mixed: bool = True) -> Plan:
    rules = tuple(rule for rule in before.rules if rule.group and not rule.enabled)
    return Plan(groups=(GroupChange("Event Log", "@FirewallAPI.dll,-29252", True, rules, mixed),))


def test_a_block_of_ours_is_taken_back_in_the_options() -> None:
    """Rules of others are switched off where they are made; an entry of extra_rules makes this one."""
    ours = replace(
        winrm_rule(action="Block"),
        name="LyncOps x-no-remote-shell g1",
        description="Managed by lyncops.firewall. Extra rule: No remote shell. Asked for by audit",
    )
    found = objections(HTTP, Plan(create=(ours,)), host(winrm_rule()))
    assert found[-1].endswith(
        "What would admit it: extra_rules asks for the block ('No remote shell'): narrow or leave out that entry"
    )
    assert not any("Rules of others" in text for text in found)
    theirs = host(winrm_rule(), winrm_rule(action="Block"), profiles=OFF)
    found = objections(HTTP, Plan(create=(ours,), profiles_on=(Profile.DOMAIN,)), theirs)
    assert "('No remote shell'): narrow or leave out that entry. Beside that: Switch the named rule off" in found[-1]
    assert "extra_rules" not in objections(HTTP, Plan(profiles_on=(Profile.DOMAIN,)), theirs)[-1]
    today = objections(HTTP, Plan(profiles_on=(Profile.DOMAIN,), kept=(ours,)), host(winrm_rule(), ours, profiles=OFF))
    assert "('No remote shell'): narrow or leave out that entry" in today[-1]


def test_a_block_rule_that_a_mixed_group_switches_on_is_never_promised_to_go_away_again() -> None:
    """netsh switches all of a group, so no undo switches off one rule of it."""
    open_ones = (winrm_rule("Profile=Domain|"), replace(winrm_rule("Profile=Private|"), name="WinRM at home"))
    there = grouped(replace(winrm_rule(), local_ports=PortSet.of(135)), "on")
    domain = frozenset({Profile.DOMAIN})
    for block in (
        grouped(winrm_rule("Profile=Domain|", "Block"), "evil", enabled=False),
        grouped(winrm_rule("IFType=Wireless|Profile=Domain|", "Block"), "doubtful", enabled=False),
        grouped(winrm_rule(), "odd", enabled=False, action=None, opaque=("unknown key",)),
    ):
        before = host(*open_ones, there, block)
        found = assess(HTTP, switching(before), before, UNKNOWN)
        assert any("could not restore itself" in text and block.name in text for text in found.objections), block
        assert not any("restores itself" in text for text in found.warnings)
        assert all("Leave the group out" in text for text in found.objections if "may block" in text)
    before = host(*open_ones, there, grouped(winrm_rule("Profile=Domain|", "Block"), "evil", enabled=False))
    alone = replace(before, rules=(*open_ones, before.rules[-1]))
    assert assess(HTTP, switching(alone, mixed=False), alone, UNKNOWN).objections == (), "all of it is switched back"
    elsewhere = Arrival(frozenset({Profile.PRIVATE}))
    assert assess(HTTP, switching(before), before, elsewhere).objections == (), "we arrive through another profile"
    assert assess(HTTP, switching(before), before, Arrival(domain)).objections
    other = host(
        *open_ones, there, grouped(replace(winrm_rule("", "Block"), local_ports=PortSet.of(80)), "b", enabled=False)
    )
    assert assess(HTTP, switching(other), other, UNKNOWN) == Assessment(), "it blocks another port"


def test_what_no_undo_takes_back_is_not_promised_whatever_it_is() -> None:
    """An old value that netsh cannot say: the promise is judged on the state that the undo leads to."""
    at_home = winrm_rule("Profile=Private|")
    ours = replace(winrm_rule("Profile=Domain|", "Block"), name="LyncOps x-b g1", enabled=False)
    odd = replace(ours, remote_addresses=AddressSet(keywords=frozenset({(4, "localsubnet")})), enabled=True)
    before = host(winrm_rule("Profile=Domain|"), at_home, odd)
    widened = Update(odd, replace(odd, remote_addresses=AddressSet.any()), ("remote_addresses",))
    found = assess(HTTP, Plan(update=(widened,)), before, UNKNOWN)
    assert found.objections
    assert not any("restores itself" in text for text in found.warnings)
    before = host(winrm_rule("Profile=Domain|"), at_home, ours)
    switched = Update(ours, replace(ours, enabled=True), ("enabled",))
    found = assess(HTTP, Plan(update=(switched,)), before, UNKNOWN)
    assert found.objections == ()
    assert any("restores itself" in text for text in found.warnings), "netsh can switch that off again"


def test_a_block_rule_that_comes_is_seen_where_today_is_not_certain_either() -> None:
    """What lets us in depends on a network card, and another profile is open: nothing is certain, and a block is."""
    wired = winrm_rule("Profile=Domain|IFType=Lan|")
    before = host(wired, winrm_rule("Profile=Private|Profile=Public|"))
    block = replace(winrm_rule("Profile=Domain|", "Block"), name="LyncOps x-b g1")
    found = assess(HTTP, Plan(create=(block,)), before, Arrival(frozenset({Profile.DOMAIN})), False)
    assert any(wired.name in text and "domain profile" in text for text in found.objections)
    assert assess(HTTP, Plan(create=(block,)), before, Arrival(frozenset({Profile.PRIVATE})), False) == Assessment()
    assert assess(HTTP, Plan(), replace(before, rules=(*before.rules, block)), UNKNOWN, False) == Assessment()


def test_what_would_admit_us_is_bound_to_the_address_where_we_arrive() -> None:
    before = host(bound("192.0.2.1"), profiles=OFF)
    plan = Plan(profiles_on=(Profile.DOMAIN,))
    objections = assess(HTTP, plan, before, confirmed=False, local=INSIDE).objections
    told = "localport: '5985', localip: [10.0.0.9], remoteip: [10.1.2.3], profiles: [domain]}]"
    assert [text.endswith(told) for text in objections] == [True]
    unbound = assess(HTTP, plan, host(profiles=OFF), confirmed=False, local=INSIDE).objections
    assert ["localip" in text for text in unbound] == [False]
