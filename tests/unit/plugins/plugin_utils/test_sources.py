# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the inventory makes of a host that a report is of, or was."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.remember import (
    IN_GROUPS,
    SELDOM_MANAGED,
    WITHOUT_ROLE,
)
from ansible_collections.lyncops.firewall.plugins.plugin_utils._sources import place_of, source_of


@pytest.mark.parametrize(
    ("known", "roles"),
    [
        ({"group_names": ["lync_director", "all"]}, ("director",)),
        ({"group_names": ["all"], "lync_firewall_roles": ["front_end"]}, ("front_end",)),
        # As a survey gives it.
        ({"group_names": ["all"], "lync_firewall_roles": "front_end, mediation"}, ("front_end", "mediation")),
        ({"group_names": ["all"]}, ()),
        ({"group_names": "all", "lync_firewall_roles": 7}, ()),
        ({"group_names": ["lync_director"], "lync_firewall_roles": 7}, ("director",)),
    ],
)
def test_who_has_a_role_has_it_for_the_report_and_for_the_list_of_those_who_left(
    known: dict[str, Any], roles: tuple[str, ...]
) -> None:
    hostvars = {"h": known}
    assert source_of("h", "result", hostvars).roles == roles
    assert place_of("h", hostvars) == (IN_GROUPS if roles else WITHOUT_ROLE)
    assert place_of("stranger", hostvars) == ""


@pytest.mark.parametrize(
    ("known", "product"),
    [
        ({"lync_product": "skype_2015"}, "skype_2015"),
        ({"lync_product": "skype_2019", "lync_firewall_product": "skype_se"}, "skype_se"),
        ({"lync_firewall_product": 7}, ""),
        ({}, ""),
    ],
)
def test_the_product_of_a_host_of_which_there_is_no_result(known: dict[str, Any], product: str) -> None:
    assert source_of("h", "result", {"h": known}).product == product


@pytest.mark.parametrize(
    ("groups", "place"),
    [(["lync_sql"], SELDOM_MANAGED), (["lync_sql", "lync_front_end"], IN_GROUPS), (["lync_client"], IN_GROUPS)],
)
def test_a_sql_server_alone_is_nobody_that_a_run_would_look_at(groups: list[str], place: str) -> None:
    assert place_of("h", {"h": {"group_names": groups}}) == place
