# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user's computer needs: directions, media ports, program."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._catalogue.client_ports import CLIENT_PORTS
from ansible_collections.lyncops.firewall.plugins.module_utils._catalogue.words import Role
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.profiles import (
    ProfileSettings,
    ProfileState,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule import Direction, Profile
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule_string import parse_rule
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.snapshot import ServiceState, Snapshot
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.traffic.reasons import Status
from ansible_collections.lyncops.firewall.plugins.module_utils._options.host_table import HOST_OPTIONS
from ansible_collections.lyncops.firewall.plugins.module_utils._options.reading import OptionError
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.clients import DIRECTIONS, media_ports
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.effect import judge_policy
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.host_policy import HostPolicy
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.policy import build_policy
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.wanted import (
    missing_program,
    requested_policy,
    wanted_state,
)
from ansible_collections.lyncops.firewall.plugins.plugin_utils._arguments import validate

PROGRAM = r"C:\Program Files\Microsoft Office\Office15\lync.exe"
ON = {"ClientMediaPortRangeEnabled": True, "ClientMediaPort": 5350, "ClientMediaPortRange": 40}


def ports(policy: HostPolicy) -> dict[str, str]:
    return {demand.requirement.id: str(demand.ports) for demand in policy.demands}


def test_every_row_of_a_client_has_its_direction_and_the_phones_have_none() -> None:
    rows = [row.id for row in CLIENT_PORTS if Role.CLIENT in row.roles]
    assert rows == [f"client-{number:02}" for number in range(1, 12)]
    assert list(DIRECTIONS) == [*rows, "add-20"]
    policy = build_policy(["client"])
    assert [demand.requirement.id for demand in policy.demands] == rows
    out = [demand.requirement.id for demand in policy.demands if demand.direction is Direction.OUT]
    assert out == rows[:6]


def test_without_settings_media_has_the_documents_ports() -> None:
    for settings in (
        {},
        {"ClientMediaPortRangeEnabled": False, "ClientMediaPort": 7},
        {"ClientMediaPortRangeEnabled": "false"},
    ):
        assert media_ports(settings) == {}
        found = ports(build_policy(["client"], client_media=settings))
        assert {found[f"client-{number:02}"] for number in (8, 9, 10, 11)} == {"1024-65535"}


def test_each_kind_of_media_may_have_ports_of_its_own() -> None:
    found = ports(
        build_policy(["client"], client_media={**ON, "ClientVideoPort": "58000", "ClientVideoPortRange": "20"})
    )
    assert found["client-08"] == found["client-10"] == found["client-11"] == "5350-5389"
    assert found["client-09"] == "58000-58019"
    assert found["client-07"] == "6891-6901"
    of_server = build_policy(["director"], client_media=ON)
    assert ports(of_server) == ports(build_policy(["director"])), "a server has none of it"


@pytest.mark.parametrize(
    ("settings", "option", "told"),
    [
        (
            {"ClientMediaPortRange": 40, "ClientMediaPorts": 5350},
            "client_media.ClientMediaPorts",
            "did you mean ClientMediaPort?",
        ),
        ({"zzz": 1}, "client_media.zzz", "ClientMediaPortRangeEnabled"),
        (
            {"ClientMediaPortRangeEnabled": "perhaps"},
            "client_media.ClientMediaPortRangeEnabled",
            "neither true nor false",
        ),
        ({"ClientMediaPortRangeEnabled": True}, "client_media.ClientMediaPort", "is missing"),
        ({**ON, "ClientMediaPort": "many"}, "client_media.ClientMediaPort", "'many' is no number"),
        ({**ON, "ClientMediaPort": True}, "client_media.ClientMediaPort", "no number"),
        ({**ON, "ClientAudioPort": 50000}, "client_media.ClientAudioPortRange", "is missing"),
        ({**ON, "ClientMediaPort": 65500}, "client_media.ClientMediaPort", "do not end at 65535"),
        ({**ON, "ClientMediaPort": 0}, "client_media.ClientMediaPort", "do not end"),
        ({**ON, "ClientMediaPortRange": 0}, "client_media.ClientMediaPort", "do not end"),
        (
            {**ON, "ClientMediaPortRange": 19},
            "client_media",
            "client-08 has 19 ports (5350-5368), and audio needs at least 20",
        ),
        ({**ON, "ClientVideoPort": 58000, "ClientVideoPortRange": 5}, "client_media", "client-09 has 5 ports"),
        (
            {"ClientMediaPort": 5350, "ClientMediaPortRange": 40},
            "client_media.ClientMediaPortRangeEnabled",
            "is missing; without it the other settings count for nothing",
        ),
        ({"ClientAudioPortRange": 5}, "client_media.ClientMediaPortRangeEnabled", "is missing"),
        (
            {**ON, "ClientMediaPortRange": 20},
            "client_media",
            "audio and video have the same 20 ports (5350-5369), and need at least 20 each, 40 together",
        ),
        (
            {**ON, "ClientVideoPort": 5370, "ClientVideoPortRange": 20},
            "client_media",
            "audio (5350-5389) and video (5370-5389) share 20 ports",
        ),
    ],
)
def test_a_wrong_setting_is_named(settings: dict[str, Any], option: str, told: str) -> None:
    with pytest.raises(OptionError) as error:
        build_policy(["client"], client_media=settings)
    assert error.value.option == option
    assert told in error.value.reason


@pytest.mark.parametrize(
    "overrides",
    [
        {"client-08": "50000-50019", "client-09": "50010-50029"},
        {"client-08": "50000-50029", "client-09": "50000-50029"},
    ],
)
def test_so_is_an_override(overrides: dict[str, str]) -> None:
    with pytest.raises(OptionError) as error:
        build_policy(["client"], port_overrides=overrides)
    assert "video" in error.value.reason


def test_audio_may_stay_as_documented_beside_ports_of_their_own_for_video() -> None:
    found = ports(build_policy(["client"], port_overrides={"client-09": "43000-43029"}))
    assert (found["client-08"], found["client-09"]) == ("1024-65535", "43000-43029")


def test_files_and_sharing_may_have_fewer_ports() -> None:
    found = ports(
        build_policy(["client"], client_media={**ON, "ClientAppSharingPort": 6000, "ClientAppSharingPortRange": 3})
    )
    assert found["client-11"] == "6000-6002"


@pytest.mark.parametrize("program", ["lync.exe", r"C:\a|b.exe", "C:\\" + "x" * 300])
def test_a_program_that_no_rule_can_have_is_named(program: str) -> None:
    with pytest.raises(OptionError) as error:
        build_policy(["client"], client_program=program)
    assert error.value.option == "client_program"


def test_a_client_is_nothing_else() -> None:
    with pytest.raises(OptionError) as error:
        build_policy(["client", "front_end"])
    assert "client is a role of its own and cannot stand beside front_end" in str(error.value)


def options(**more: Any) -> dict[str, Any]:
    return validate({"roles": ["client"], **more}, HOST_OPTIONS)


def test_nothing_is_wanted_on_a_client_unless_it_is_enforced() -> None:
    wanted = wanted_state(requested_policy(options()), options())
    assert (wanted.rules, wanted.exclusive, wanted.service, wanted.profiles_on) == ((), False, False, frozenset())
    with pytest.raises(OptionError) as error:
        requested_policy(options(clients="enforce"))
    assert error.value.option == "client_program"
    enforced = options(clients="enforce", client_program=PROGRAM)
    wanted = wanted_state(requested_policy(enforced), enforced)
    assert wanted.service
    assert wanted.rules
    assert {desired.rule.program for desired in wanted.rules} == {PROGRAM}
    absent = validate({"state": "absent"}, HOST_OPTIONS)
    assert wanted_state(requested_policy(absent), absent).exclusive, "what was enforced once can be taken away"


@pytest.mark.parametrize(
    ("program", "rule", "status"),
    [
        ("", PROGRAM, Status.CONDITIONAL),
        (PROGRAM, PROGRAM.lower(), Status.OPEN),
        (PROGRAM, r"C:\Tools\other.exe", Status.CLOSED),
        ("", r"C:\Program Files\Microsoft Lync\communicator.exe", Status.CONDITIONAL),
        ("", r"C:\Tools\other.exe", Status.CLOSED),
    ],
)
def test_a_rule_for_a_program_is_the_client_s_or_none_of_its(program: str, rule: str, status: Status) -> None:
    snapshot = Snapshot(
        profiles=tuple(ProfileState(profile, ProfileSettings(enabled=True)) for profile in Profile),
        rules=(parse_rule("R", f"v2.22|Action=Allow|Active=TRUE|Dir=In|App={rule}|Name=setup|"),),
        service=ServiceState(4, 2),
        listeners=(),
    )
    effects = judge_policy(build_policy(["client"], client_program=program), snapshot)
    assert {effect.verdict.status for effect in effects if effect.demand.direction is Direction.IN} == {status}


def test_a_client_s_program_that_is_not_there_is_named_with_what_to_do() -> None:
    told = missing_program(r"C:\Lync\communicator.exe")
    assert told.startswith(r"client_program: there is no C:\Lync\communicator.exe on this host.")
    assert told.endswith("correct the path, or install the client")
