# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Media rules limited to the programs that listen: the same ports, fewer programs, and nobody else's rule."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._catalogue.listeners import MEDIA_SERVICES
from ansible_collections.lyncops.firewall.plugins.module_utils._catalogue.products import ABOUT
from ansible_collections.lyncops.firewall.plugins.module_utils._catalogue.words import Product
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.plan import Wanted
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.planning import make_plan
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.prediction import predict
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.profiles import ProfileState
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule import Profile
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.snapshot import (
    AUTOMATIC,
    RUNNING,
    ServiceState,
    Snapshot,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.traffic.reasons import Reason, Status
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.effect import judge_policy
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.host_policy import HostPolicy
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.listening import bind_media, media_services
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.policy import build_policy

pytest.importorskip("hypothesis", reason="see tests/unit/requirements.txt")
from hypothesis import given, settings
from hypothesis import strategies as st

HELD = [role for role in ABOUT[Product.LYNC_2013].roles if role.value != "edge"]  # which stands alone: test_edge

CORE = r"C:\Program Files\Microsoft Lync Server 2013"
APPLICATIONS = rf"{CORE}\Application Host\OcsAppServerHost.exe"
AV, SHARING, CALLS = rf"{CORE}\AV\AVMCUSvc.exe", rf"{CORE}\AS\ASMCUSvc.exe", rf"{CORE}\Mediation\MediationServerSvc.exe"
INSTALLED = {
    "rtcavmcu": AV,
    "rtcasmcu": SHARING,
    "rtcmedsrv": CALLS,
    **dict.fromkeys(("rtccaa", "rtccas", "rtccps", "rtcats", "rtcrgs"), APPLICATIONS),
}
"""A Front End with a collocated Mediation Server."""

EMPTY = Snapshot(
    profiles=tuple(ProfileState(profile) for profile in Profile), rules=(), service=ServiceState(RUNNING, AUTOMATIC)
)

paths = st.sampled_from([AV, SHARING, CALLS, APPLICATIONS, AV.upper(), r"%ProgramFiles%\x.exe", "C:\\Программы\\x.exe"])
programs = st.dictionaries(st.sampled_from(sorted(INSTALLED)), paths)
roles = st.lists(st.sampled_from([role.value for role in HELD]), min_size=1, max_size=4, unique=True)
ranges = st.sampled_from(["49152-65535", "57501-65535", "49152-57500", "40000-49999", "8057"])
# Rows for which any Front End can be told other ports, so that media rows meet each other and strangers.
overrides = st.dictionaries(st.sampled_from(["server-10", "server-28", "server-39", "server-07"]), ranges)


def front_end(**options: Any) -> HostPolicy:
    return build_policy(["front_end", "mediation"], **options)


def openings(policy: HostPolicy) -> set[tuple[str, int, str, str]]:
    """Direction, protocol, ports and scope of every rule, whatever its program."""
    return {
        (
            desired.rule.direction.value if desired.rule.direction else "",
            desired.rule.protocol or 0,
            f"{desired.rule.local_ports} {desired.rule.remote_ports}",
            str(desired.rule.remote_addresses),
        )
        for desired in policy.rules
    }


def converged(policy: HostPolicy) -> Snapshot:
    return predict(make_plan(Wanted(rules=policy.rules), EMPTY), EMPTY)


def test_one_rule_for_each_program_that_takes_its_ports_from_the_range() -> None:
    bound = bind_media(front_end(), INSTALLED)
    assert bound.notes == ()
    found = {desired.key: desired.rule.program for desired in bound.policy.rules if desired.rule.program}
    assert found == {
        "in-tcp-57501-65535.rtcavmcu": AV,
        "in-udp-57501-65535.rtcavmcu": AV,
        "in-tcp-49152-65535.rtcasmcu": SHARING,
        "in-tcp-49152-65535.rtccaa": APPLICATIONS,
        **{
            f"in-{transport}-49152-57500.{service}": path
            for transport in ("tcp", "udp")
            for service, path in (("rtcavmcu", AV), ("rtcmedsrv", CALLS), ("rtcats", APPLICATIONS))
        },
    }
    assert not [desired.key for desired in bound.policy.rules if desired.key.endswith(("57500", "65535"))]


def test_a_standalone_mediation_server_has_its_own_program_only() -> None:
    bound = bind_media(build_policy(["mediation"]), {"rtcmedsrv": CALLS})
    assert {desired.rule.program for desired in bound.policy.rules} == {"", CALLS}
    assert bound.notes == ()


@pytest.mark.parametrize("role", [role.value for role in HELD])
def test_a_host_is_asked_for_the_services_of_its_media_rows_only(role: str) -> None:
    policy = build_policy([role])
    rows = {demand.requirement.id for demand in policy.demands} & set(MEDIA_SERVICES)
    assert media_services(policy) == tuple(sorted({service for row in rows for service in MEDIA_SERVICES[row]}))
    if not rows:
        assert bind_media(policy, INSTALLED).policy == policy


@settings(max_examples=50)
@given(roles, programs, overrides, st.sampled_from(["documented", "extended"]), st.booleans())
def test_the_same_ports_transports_and_scopes_are_opened_and_other_rows_rules_stay(
    held: list[str], installed: dict[str, str], moved: dict[str, str], ruleset: str, split: bool
) -> None:
    held = sorted({*held, "front_end"})
    scope = [f"10.{number}.77.1" for number in range(0, 90, 2)] if split else []
    policy = build_policy(held, ruleset=ruleset, port_overrides=moved, remote_addresses=scope)
    bound = bind_media(policy, installed)
    assert openings(bound.policy) == openings(policy)
    media = set(MEDIA_SERVICES)
    after = {desired.key: desired.rule for desired in bound.policy.rules}
    for desired in policy.rules:
        if not set(policy.rows[desired.key]) <= media:
            assert after[desired.key] == desired.rule, "another row needs it as well"
    for desired in bound.policy.rules:
        if desired.rule.program:
            assert set(bound.policy.rows[desired.key]) <= media
            assert desired.rule.program in installed.values()
    assert len(after) == len(bound.policy.rules)
    served = {demand.requirement.id: demand.keys for demand in bound.policy.demands}
    assert set(served) == {demand.requirement.id for demand in policy.demands}
    for row, keys in served.items():
        assert keys
        assert all(row in bound.policy.rows[key] for key in keys)


@given(roles, programs, overrides, st.sampled_from(["documented", "extended"]))
def test_a_host_that_has_all_the_rules_has_no_closed_row(
    held: list[str], installed: dict[str, str], moved: dict[str, str], ruleset: str
) -> None:
    """A limit must never make a row fail that it leaves without a rule of its own."""
    policy = build_policy(sorted({*held, "front_end"}), ruleset=ruleset, port_overrides=moved)
    bound = bind_media(policy, installed)
    snapshot = replace(converged(bound.policy), programs=tuple(sorted(installed.items())))
    effects = judge_policy(bound.policy, snapshot)
    assert {effect.demand.requirement.id: effect.verdict.status for effect in effects} == {
        demand.requirement.id: Status.OPEN for demand in policy.demands
    }


@given(programs, overrides)
def test_a_second_run_finds_nothing_to_do(installed: dict[str, str], moved: dict[str, str]) -> None:
    policy = bind_media(front_end(port_overrides=moved), installed).policy
    assert bind_media(front_end(port_overrides=moved), dict(reversed(installed.items()))).policy == policy
    assert not make_plan(Wanted(rules=policy.rules), converged(policy)).changes


def test_video_and_sharing_in_one_range_do_not_ask_for_the_others_programs() -> None:
    """TCP is shared by both rows, UDP is video's alone: nothing of application sharing listens there."""
    policy = front_end(port_overrides={"server-10": "57501-65535", "server-28": "57501-65535"})
    bound = bind_media(policy, INSTALLED)
    keys = {desired.key for desired in bound.policy.rules}
    assert {"in-tcp-57501-65535.rtcasmcu", "in-tcp-57501-65535.rtcavmcu", "in-udp-57501-65535.rtcavmcu"} <= keys
    assert "in-udp-57501-65535.rtcasmcu" not in keys
    (video,) = [demand for demand in bound.policy.demands if demand.requirement.id == "server-10"]
    assert video.programs == (("RTCAVMCU", AV),)
    (effect,) = [
        effect
        for effect in judge_policy(bound.policy, converged(bound.policy))
        if effect.demand.requirement.id == "server-10"
    ]
    assert (effect.verdict.status, effect.verdict.reason) == (Status.OPEN, Reason.RULE)


@pytest.mark.parametrize(
    ("installed", "options", "row", "says"),
    [
        ({}, {}, "server-10", "none of the services RTCAVMCU is installed"),
        ({"rtcavmcu": r"%APPDATA%\x.exe"}, {}, "server-10", "none that netsh can be told"),
        ({"rtcavmcu": 'C:\\a"b.exe'}, {}, "server-10", "none that netsh can be told"),
        ({"rtcavmcu": "C:\\Программы\\x.exe"}, {}, "server-10", "none that netsh can be told"),
        ({"rtcavmcu": "C:\\a\\"}, {}, "server-10", "none that netsh can be told"),
        (INSTALLED, {"ruleset": "extended"}, "server-28", "another row needs the same ports"),
        (INSTALLED, {"port_overrides": {"server-10": 8057}}, "server-10", "another row needs the same ports"),
    ],
)
def test_a_row_that_cannot_be_limited_stays_open_and_says_why(
    installed: dict[str, str], options: dict[str, Any], row: str, says: str
) -> None:
    policy = build_policy(["front_end"], **options)
    bound = bind_media(policy, installed)
    assert [note for note in bound.notes if note.startswith(f"{row} stays open to any program: ") and says in note]
    assert all(note.split(" ", 1)[0] in MEDIA_SERVICES for note in bound.notes), "no word about rows without a program"
    before = {desired.key: desired.rule for desired in policy.rules}
    tcp = next(demand for demand in bound.policy.demands if demand.requirement.id == row).keys[0]
    assert next(desired.rule for desired in bound.policy.rules if desired.key == tcp) == before[tcp]


def test_if_one_of_two_rows_has_no_program_neither_is_limited() -> None:
    policy = build_policy(["front_end"], port_overrides={"server-10": "57501-65535", "server-28": "57501-65535"})
    bound = bind_media(policy, {"rtcavmcu": AV})
    assert {desired.key: desired.rule.program for desired in bound.policy.rules if "57501" in desired.key} == {
        "in-tcp-57501-65535": "",
        "in-udp-57501-65535.rtcavmcu": AV,
    }
    assert any("RTCASMCU" in note for note in bound.notes)


def test_services_that_share_a_program_share_a_rule_whatever_the_letter_case() -> None:
    bound = bind_media(
        build_policy(["mediation"]), {"rtcmedsrv": CALLS.upper(), "rtccaa": APPLICATIONS, "rtcavmcu": CALLS}
    )
    udp = sorted(desired.key for desired in bound.policy.rules if desired.key.startswith("in-udp-49152"))
    assert udp == ["in-udp-49152-57500.rtcavmcu", "in-udp-49152-57500.rtccaa"]


def test_of_a_file_it_is_not_said_that_a_service_is_not_installed() -> None:
    notes = bind_media(build_policy(["mediation"]), {}, "in the file").notes
    assert notes
    assert all(note.endswith("is in the file") for note in notes)
