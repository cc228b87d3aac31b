# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is admitted by what is in effect: rows that are wider than they are scoped to, by which rules, admitting whom."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import replace

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.profiles import (
    ProfileSettings,
    ProfileState,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule import Profile, Store
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule_string import parse_rule
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.snapshot import (
    RUNNING,
    ServiceState,
    Snapshot,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.traffic.admitted import Admission, Wider
from ansible_collections.lyncops.firewall.plugins.module_utils._net.address_set import AddressSet
from ansible_collections.lyncops.firewall.plugins.module_utils._net.known_addresses import SOURCES
from ansible_collections.lyncops.firewall.plugins.module_utils._options.words import BLOCK_OTHERS
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.blocking import with_blocks
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.effect import Effect, judge_policy, wider
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.host_policy import HostPolicy
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.policy import build_policy
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.wider import explain_wider, others, parts, remedy
from hypothesis import given
from hypothesis import strategies as st

ROW, PORT = "server-46", 5070  # a Mediation Server's, of the service RTCMEDSRV
PEERS = {
    "front_end": ["10.0.0.1"],
    "branch_appliance": ["10.0.0.2"],
    "director": [],
    "load_balancer": [],
}
SCOPED = build_policy(["mediation"], scope="topology", peers=PEERS)
MEANT = AddressSet.parse(["10.0.0.1", "10.0.0.2"])
FOLDER = r"C:\Program Files\Microsoft Lync Server 2013"
CS = f"Action=Allow|Active=TRUE|Dir=In|App={FOLDER}\\Mediation Server\\MediationServerSvc.exe|Name=CS RTCMEDSRV|"
REGISTRAR = f"Action=Allow|Active=TRUE|Dir=In|App={FOLDER}\\Server\\Core\\RTCSrv.exe|Name=CS RTCSRV|"
ON = ProfileSettings(enabled=True)


def host(
    rules: Iterable[str] = (),
    policy: HostPolicy = SCOPED,
    settings: ProfileSettings = ON,
    group_policy: Iterable[str] = (),
    state: int = RUNNING,
) -> Snapshot:
    """A host with the managed rules in place, and others."""
    made = [parse_rule(f"{{{number}}}", f"v2.10|{rule}") for number, rule in enumerate(rules)]
    made += [parse_rule(f"{{g{n}}}", f"v2.10|{rule}", Store.GROUP_POLICY) for n, rule in enumerate(group_policy)]
    ours = [replace(one.rule.named(f"LyncOps {one.key} g1"), rule_id=one.key) for one in policy.rules]
    return Snapshot(
        profiles=tuple(ProfileState(profile, local=settings) for profile in Profile),
        rules=(*made, *ours),
        service=ServiceState(state, 2),
    )


def of_row(snapshot: Snapshot, policy: HostPolicy = SCOPED, row: str = ROW) -> Admission:
    found = [one.admission for one in judge_policy(policy, snapshot) if one.demand.requirement.id == row]
    assert len(found) == 1
    assert found[0] is not None
    return found[0]


def beyond(snapshot: Snapshot, policy: HostPolicy = SCOPED, row: str = ROW) -> Wider:
    found = of_row(snapshot, policy, row).wider
    assert found is not None
    return found


def rule(words: str, action: str = "Allow") -> str:
    return f"Action={action}|Active=TRUE|Dir=In|Protocol=6|LPort={PORT}|{words}Name={action.lower()}|"


def test_where_nobody_else_is_let_in_a_row_is_as_wide_as_wanted() -> None:
    assert of_row(host()) == Admission(MEANT)


def test_lyncs_own_rule_admits_everybody_to_its_service() -> None:
    found = of_row(host([CS]))
    assert found.addresses == AddressSet.any()
    assert found.wider == Wider(SOURCES - MEANT, True, ("CS RTCMEDSRV",), profiles=frozenset(Profile))


def test_a_row_of_another_service_is_not_opened_by_it() -> None:
    policy = build_policy(["front_end"], scope="topology", peers={**PEERS, "admin": []})
    wide = [one.demand.requirement.id for one in wider(judge_policy(policy, host([REGISTRAR], policy)))]
    assert wide == ["server-04"]


def test_a_program_that_is_not_known_to_listen_is_said_to_be_a_perhaps() -> None:
    """A row of which no document names the service, and a program of the product."""
    policy = build_policy(["front_end"], scope="topology", peers={"front_end": ["10.0.0.1"]})
    found = beyond(host([REGISTRAR], policy), policy, "server-20")
    assert (found.perhaps, found.by, found.everybody) == (True, ("CS RTCSRV",), True)
    assert "server-20" not in {
        one.demand.requirement.id for one in wider(judge_policy(policy, host([REGISTRAR], policy)))
    }
    assert "server-20" in {
        one.demand.requirement.id for one in wider(judge_policy(policy, host([REGISTRAR], policy)), False)
    }


def test_a_program_of_the_same_name_somewhere_else_is_a_perhaps() -> None:
    assert beyond(host([CS.replace(FOLDER, r"D:\Tools")])).perhaps


@pytest.mark.parametrize("program", [r"C:\Windows\svchost.exe", f"{FOLDER}\\OCSMCU\\IMMCUSvc.exe"])
def test_another_program_does_not_admit_to_the_service(program: str) -> None:
    assert of_row(host([rule(f"App={program}|")])).wider is None


@pytest.mark.parametrize(("service", "is_wider"), [("RTCMEDSRV", True), ("W3SVC", False), ("rtcsrv", False)])
def test_a_rule_for_a_service(service: str, is_wider: bool) -> None:
    found = of_row(host([rule(f"Svc={service}|")])).wider
    assert (found is not None and not found.perhaps) is is_wider


def test_where_programs_are_known_their_paths_decide() -> None:
    program = f"{FOLDER}\\Mediation Server\\MediationServerSvc.exe"
    known = replace(host([CS]), programs=(("rtcmedsrv", program),))
    assert not beyond(known).perhaps
    moved = replace(host([CS]), programs=(("rtcmedsrv", r"E:\Lync\MediationServerSvc.exe"),))
    assert of_row(moved).wider is None


def test_who_in_addition_and_by_which_rules() -> None:
    found = beyond(host([rule("RA4=10.9.0.0/255.255.0.0|"), rule("RA4=10.0.0.1|").replace("allow", "same")]))
    assert (found.addresses.texts(), found.everybody, found.by) == (["10.9.0.0/16"], False, ("allow",))
    many = [rule(f"RA4=10.9.{number}.1|").replace("allow", f"rule {number}") for number in range(9)]
    found = beyond(host(many))
    assert (found.by, found.more) == (("rule 0", "rule 1", "rule 2"), 6)


def test_a_rule_of_group_policy_counts_too() -> None:
    assert beyond(host(group_policy=[rule("")])).by == ("allow (group policy)",)


def test_local_rules_that_group_policy_ignores_admit_nobody() -> None:
    snapshot = host([CS])
    ignoring = tuple(replace(one, policy=ProfileSettings(local_rules=False)) for one in snapshot.profiles)
    assert of_row(replace(snapshot, profiles=ignoring)) == Admission(AddressSet())


def test_a_block_beats_what_allows() -> None:
    others = "".join(f"RA4={text}|" for text in ("0.0.0.0-10.0.0.0", "10.0.0.3-255.255.255.255"))
    blocks = [rule(others, "Block"), rule("RA6=::2-feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff|", "Block")]
    assert of_row(host([CS, *blocks])).wider is None
    assert beyond(host([CS, blocks[0]])).addresses.texts() == ["::2-feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"]
    subnet = rule("RA4=LocalSubnet|")
    assert beyond(host([subnet])).addresses.texts() == ["localsubnet"]
    assert of_row(host([subnet, *blocks])).wider is None, "whoever is in that subnet is blocked"


def test_a_block_that_may_not_count_leaves_a_perhaps() -> None:
    assert beyond(host([CS, rule("IFType=Wireless|", "Block")])).perhaps
    assert not beyond(host([CS, rule("RA4=10.0.0.9|", "Block")])).perhaps


@pytest.mark.parametrize("limit", ["IFType=Lan|", "LA4=10.0.0.9|", "Security=Authenticate|", "RPort=5061|"])
def test_what_depends_on_more_than_addresses_is_a_perhaps(limit: str) -> None:
    assert beyond(host([rule(limit)])).perhaps


def test_a_profile_that_allows_by_default() -> None:
    found = beyond(host(settings=ProfileSettings(enabled=True, inbound_block=False)))
    assert (found.by, found.everybody) == (("domain profile", "private profile", "public profile"), True)


def test_a_firewall_that_is_off_admits_everybody_and_has_its_own_reason() -> None:
    assert of_row(host(settings=ProfileSettings(enabled=False))) == Admission(AddressSet.any())


def test_shields_up_admit_nobody() -> None:
    assert of_row(host([CS], settings=ProfileSettings(enabled=True, shields_up=True))) == Admission(AddressSet())


def test_nothing_is_known_of_a_service_that_does_not_run() -> None:
    assert of_row(host([CS], state=1)) == Admission(None)


def test_the_profiles_are_named() -> None:
    assert beyond(host([rule("Profile=Public|")])).profiles == {Profile.PUBLIC}


def test_with_scope_any_nothing_is_wider() -> None:
    policy = build_policy(["mediation"])
    effects = judge_policy(policy, host([CS, rule("")], policy))
    assert all(one.admission == Admission(AddressSet.any()) for one in effects if one.demand.direction.value == "in")


def test_what_other_rules_of_ours_admit_is_meant() -> None:
    """Rows share ports, and a site rule may let monitoring in."""
    extra = {"name": "monitoring", "protocol": "tcp", "localport": "5000-5080", "remoteip": ["10.7.0.1"]}
    policy = build_policy(["mediation"], scope="topology", peers=PEERS, extra_rules=[extra])
    assert of_row(host(policy=policy), policy).wider is None


def test_a_part_of_the_ports() -> None:
    policy = build_policy(["mediation"], scope="topology", peers=PEERS, port_overrides={ROW: "5070-5080"})
    found = beyond(host([rule("")], policy), policy)
    assert str(found.ports) == "5070"
    assert not beyond(host([rule("").replace("=5070", "=5000-5100")], policy), policy).ports


def test_of_a_closed_row_it_says_who_gets_in_all_the_same() -> None:
    snapshot = host([rule("RA4=10.0.0.1|")], build_policy(["office_web_apps"]))
    effect = _effect(SCOPED, snapshot)
    assert effect.verdict.status.value == "closed"
    assert effect.admission == Admission(AddressSet.parse(["10.0.0.1"]))


def test_a_row_that_the_host_connects_for_admits_nobody() -> None:
    policy = build_policy(["front_end"])
    assert {
        one.admission for one in judge_policy(policy, host(policy=policy)) if one.demand.direction.value == "out"
    } == {None}


def _effect(policy: HostPolicy, snapshot: Snapshot) -> Effect:
    return next(one for one in judge_policy(policy, snapshot) if one.demand.requirement.id == ROW)


# -- Against a reading address by address ---------------------------------------------------------------------------

_SPAN = st.tuples(st.integers(0, 7), st.integers(0, 7)).map(sorted)
_RULES = st.lists(
    st.tuples(st.sampled_from(["Allow", "Block"]), st.lists(_SPAN, max_size=2), st.booleans()), max_size=6
)


@given(_RULES, st.booleans())
def test_each_address_is_admitted_just_where_the_rules_say_so(
    rules: list[tuple[str, list[list[int]], bool]], inbound_block: bool
) -> None:
    snapshot = host(
        [
            rule("".join(f"RA4=10.0.0.{first}-10.0.0.{last}|" for first, last in spans), action).replace(
                "Active=TRUE", f"Active={str(enabled).upper()}"
            )
            for action, spans, enabled in rules
        ],
        settings=ProfileSettings(enabled=True, inbound_block=inbound_block),
    )
    found = of_row(snapshot)
    assert found.addresses is not None
    for number in range(9):
        address = AddressSet.parse([str(ipaddress.IPv4Address("10.0.0.0") + number)])
        counting = [
            action
            for action, spans, enabled in rules
            if enabled and (not spans or any(first <= number <= last for first, last in spans))
        ]
        admitted = "Block" not in counting and ("Allow" in counting or not inbound_block or address <= MEANT)
        assert (address <= found.addresses) is admitted
        wide = found.wider is not None and address <= found.wider.addresses
        meant = address <= MEANT
        assert wide is (admitted and not meant)
        assert found.wider is None or not found.wider.perhaps


NOBODY = build_policy(["mediation"], scope="topology", peers={**PEERS, "gateway": [], "pbx": []})


def of_nobody(found: Snapshot, policy: HostPolicy = NOBODY) -> dict[int, Effect]:
    effects = judge_policy(policy, found)
    return {
        int(str(effect.demand.ports)): effect
        for effect in effects
        if effect.demand.for_nobody and str(effect.demand.ports) in ("5067", "5068")
    }


def test_a_row_for_nobody_that_admits_nobody_is_as_it_should_be() -> None:
    found = of_nobody(host(policy=NOBODY))
    assert set(found) == {5067, 5068}
    for effect in found.values():
        assert (effect.verdict.status.value, effect.verdict.reason.value) == ("open", "nobody")
        assert effect.admission == Admission(AddressSet())


def test_a_row_for_nobody_that_admits_anybody_is_wider_than_wanted() -> None:
    found = of_nobody(host([CS], policy=NOBODY))
    for effect in found.values():
        assert effect.admission
        assert effect.admission.wider
        assert effect.admission.wider.everybody
        assert effect.admission.wider.by == ("CS RTCMEDSRV",)
        assert "which is for nobody, admits everybody in the" in explain_wider(effect)
    assert {5067, 5068} <= {
        int(str(effect.demand.ports)) for effect in wider(judge_policy(NOBODY, host([CS], policy=NOBODY)))
        if effect.demand.for_nobody
    }  # fmt: skip


NARROW_NETWORKS = "RA4=10.7.0.0/255.255.0.0|RA4=10.9.0.1|"


def test_who_gets_in_beside_those_who_are_meant_is_told_in_a_few_words() -> None:
    narrow = _effect(SCOPED, host([rule(NARROW_NETWORKS)]))
    assert others(narrow, *parts(narrow)) == "10.7.0.0/16,10.9.0.1"
    assert "admits 10.7.0.0/16,10.9.0.1 in the" in explain_wider(narrow)
    every = _effect(SCOPED, host([rule("")]))
    assert others(every, *parts(every)) == "everybody else"


def test_of_a_row_that_is_as_wide_as_wanted_there_is_nobody_to_tell() -> None:
    right = _effect(SCOPED, host())
    assert parts(right) == ()
    with pytest.raises(ValueError, match=f"{ROW} is not wider than wanted"):
        explain_wider(right)


@pytest.mark.parametrize(("number", "told"), [(0, ""), (1, " and 1 more rule"), (2, " and 2 more rules")])
def test_rules_that_are_not_named_are_counted(number: int, told: str) -> None:
    effect = _effect(SCOPED, host([rule("")]))
    assert effect.admission
    assert effect.admission.wider
    found = replace(effect, admission=replace(effect.admission, wider=replace(effect.admission.wider, more=number)))
    assert explain_wider(found).endswith(f", by 'allow'{told}")


def test_block_rules_are_offered_for_the_rows_for_which_they_can_be_made() -> None:
    helped = _effect(SCOPED, host([rule("")]))
    policy = build_policy(["mediation"], scope="topology", peers={**PEERS, "front_end": ["10.0.0.1", "LocalSubnet"]})
    unhelped = _effect(policy, host([rule("")], policy))
    offered, other = f"set on_wider to {BLOCK_OTHERS}", "keep others out with a firewall before the host"
    told = [remedy(rows) for rows in ([helped], [unhelped], [helped, replace_row(unhelped)])]
    assert [offered in text for text in told] == [True, False, True]
    assert [other in text for text in told] == [False, True, True]
    assert "; but for server-00 keep others out" in told[2]


def replace_row(effect: Effect) -> Effect:
    requirement = replace(effect.demand.requirement, id="server-00")
    return replace(effect, demand=replace(effect.demand, requirement=requirement))


def test_block_rules_close_a_row_for_nobody() -> None:
    policy = with_blocks(NOBODY)
    found = of_nobody(host([CS], policy=policy), policy)
    assert [effect.admission for effect in found.values()] == [Admission(AddressSet())] * 2


def test_shields_up_do_not_close_a_row_for_nobody() -> None:
    found = of_nobody(host([CS], NOBODY, ProfileSettings(enabled=True, shields_up=True)))
    assert {effect.verdict.status.value for effect in found.values()} == {"open"}


def test_a_firewall_that_is_off_says_so_of_a_row_for_nobody_too() -> None:
    found = of_nobody(host([CS], NOBODY, ProfileSettings(enabled=False)))
    assert {effect.verdict.reason.value for effect in found.values()} == {"firewall_off"}
