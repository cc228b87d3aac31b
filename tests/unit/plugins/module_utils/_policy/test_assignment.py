# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Roles from groups and variables, and what is wrong about them."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.assignment import (
    GROUP_ROLES,
    assigned_roles,
    double_mistakes,
    needs_no_rule,
    role_mistakes,
)


@pytest.mark.parametrize(
    ("named", "groups", "roles"),
    [
        (None, ["lync_mediation", "all", "lync_front_end"], ["front_end", "mediation"]),
        (None, ["lync_client", "lync", "sip"], []),
        ([], ["lync_mediation"], []),
        ("", ["lync_mediation"], []),
        ("director, mediation ,", ["lync_sql"], ["director", "mediation"]),
        (["sql"], [], ["sql"]),
        ({"front_end": True}, [], {"front_end": True}),
    ],
)
def test_roles_are_named_or_follow_from_groups(named: Any, groups: list[str], roles: Any) -> None:
    assert assigned_roles(named, groups) == roles


@pytest.mark.parametrize(
    ("roles", "groups", "idle"),
    [
        ([], ["lync_client"], True),
        ([], ["lync_load_balancer", "lync"], True),
        ([], ["lync"], False),
        (["front_end"], ["lync_client"], False),
    ],
)
def test_clients_and_load_balancers_need_no_rule(roles: list[str], groups: list[str], idle: bool) -> None:
    assert needs_no_rule(roles, groups) is idle


def test_a_host_without_a_role_is_told_every_group() -> None:
    (told,) = role_mistakes("x1", [])
    assert told.startswith("x1 is in none of the groups lync_front_end, ")
    assert all(group in told for group in GROUP_ROLES)
    assert "lync_firewall_roles" in told


def test_central_management_is_no_role_of_its_own() -> None:
    (told,) = role_mistakes("x1", ["central_management"])
    assert "x1 has the role central_management and not front_end" in told
    assert role_mistakes("x1", ["central_management", "front_end"]) == ()
    assert role_mistakes("x1", ["central_management_"]) == ()
    assert role_mistakes("x1", {"central_management": 1}) == ()


def test_two_names_of_one_machine() -> None:
    assert double_mistakes("x1", []) == ()
    (told,) = double_mistakes("x1", ["x2", "x3"])
    assert told.startswith("x1 has the same address as x2, x3. ")
