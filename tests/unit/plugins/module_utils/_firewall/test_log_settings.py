# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a profile logs, and where: Group Policy over the host's own, and on from either side."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.log.answers import Question, not_logged
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.log.files import (
    LogFiles,
    files_of,
    logs_anything,
    switched_off,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.profiles import DEFAULTS
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.registry_dump import parse_dump
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule import Profile
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.snapshot import (
    GROUP_POLICY,
    LOCAL_POLICY,
    Snapshot,
    build_snapshot,
)

OWN = r"C:\logs\own.log"
BY_POLICY = r"C:\logs\policy.log"


def host(**keys: dict[str, str | int]) -> Snapshot:
    """Keys by ``local_DomainProfile`` or ``policy_DomainProfile``."""
    text = ""
    for name, values in keys.items():
        side, _bar, profile = name.partition("_")
        text += f"\n{LOCAL_POLICY if side == 'local' else GROUP_POLICY}\\{profile}\\Logging\n"
        for value, data in values.items():
            kind, told = ("REG_DWORD", f"{data:#x}") if isinstance(data, int) else ("REG_SZ", data)
            text += f"    {value}    {kind}    {told}\n"
    return build_snapshot(parse_dump(text), 4)


def partly_off(files: LogFiles) -> str:
    return not_logged(Question.DROPPED, files).partition(",")[0]


def test_nothing_is_logged_of_which_nothing_is_said() -> None:
    files = files_of(host())
    assert files.paths == ()
    assert not any(file.dropped or file.allowed for file in files.used)
    assert not logs_anything(host())
    assert "profile_settings" in switched_off(files)


@pytest.mark.parametrize("side", ["local", "policy"])
def test_on_from_either_side(side: str) -> None:
    files = files_of(host(**{f"{side}_DomainProfile": {"LogDroppedPackets": 1}}))
    assert files.paths == (DEFAULTS["log_file"],)
    assert [file.profile for file in files.used if file.dropped] == [Profile.DOMAIN]
    assert switched_off(files) == ""
    assert partly_off(files) == "dropped packets are not logged in the private and public profiles"


def test_only_profiles_in_use_are_missed() -> None:
    snapshot = host(local_DomainProfile={"LogDroppedPackets": 1})
    assert partly_off(files_of(snapshot, [Profile.DOMAIN])) == ""
    public = not_logged(Question.DROPPED, files_of(snapshot, [Profile.PUBLIC]))
    assert public.startswith("dropped packets are not logged in the public profile, so who was dropped there cannot")
    assert "any of which may be in use" in not_logged(Question.DROPPED, files_of(snapshot))


def test_of_allowed_connections_the_remedy_is_another_option() -> None:
    files = files_of(host(local_DomainProfile={"LogDroppedPackets": 1}), [Profile.DOMAIN])
    assert not_logged(Question.WOULD_BE, files) == (
        "allowed connections are not logged in the domain profile, so who would be scoped out there cannot be told: "
        "switch it on with profile_settings (log_allowed: true)"
    )
    files = files_of(host(local_DomainProfile={"LogSuccessfulConnections": 1}), [Profile.DOMAIN])
    assert not_logged(Question.WOULD_BE, files) == ""


def test_the_file_is_group_policys_where_it_names_one() -> None:
    local = {"LogFilePath": OWN, "LogDroppedPackets": 1}
    assert files_of(host(local_DomainProfile=local)).paths == (OWN,)
    assert files_of(host(local_DomainProfile=local, policy_DomainProfile={"LogFilePath": BY_POLICY})).paths == (
        BY_POLICY,
    )


def test_profiles_that_share_a_file_have_one() -> None:
    values: dict[str, str | int] = {"LogDroppedPackets": 1, "LogFilePath": OWN}
    other: dict[str, str | int] = {"LogSuccessfulConnections": 1, "LogFilePath": OWN.upper()}
    files = files_of(host(local_DomainProfile=values, local_StandardProfile=values, local_PublicProfile=other))
    assert files.paths == (OWN,)
    assert [file.allowed for file in files.used] == [False, False, True]


def test_a_path_that_cmd_could_misread_is_said_and_not_asked_for() -> None:
    files = files_of(host(local_DomainProfile={"LogDroppedPackets": 1, "LogFilePath": 'C:\\x" & calc & "'}))
    assert files.paths == ()
    (why,) = files.refused
    assert "is not read" in why


def test_a_profile_whose_firewall_is_off_does_not_filter() -> None:
    on = host(local_DomainProfile={"LogDroppedPackets": 1})
    off = replace(
        on, profiles=tuple(replace(state, local=replace(state.local, enabled=False)) for state in on.profiles)
    )
    stopped, other = replace(on, service=replace(on.service, state=1)), replace(on, other_firewall="Another product")
    assert all(file.filters for file in files_of(on).used)
    for snapshot in (off, stopped, other):
        files = files_of(snapshot, [Profile.DOMAIN])
        assert not files.used[0].logs(dropped=True)
        assert "does not filter in the domain profile" in not_logged(Question.DROPPED, files)
        assert files.paths, "lines from before may be there"
