# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What lync_firewall says of settings of profiles before they are done."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.lyncops.firewall.tests.unit.plugins.action.fake_ansible import run
from ansible_collections.lyncops.firewall.tests.unit.plugins.module_utils._firewall.windows_model import WindowsModel


def planned(**settings: Any) -> dict[str, Any]:
    given = {"roles": ["director"], "profile_settings": {"domain": settings}}
    return run(WindowsModel(), given, check_mode=True)


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ({"state": "disabled"}, "domain profile, state: enabled -> disabled (everybody gets in there)"),
        ({"inbound_action": "allow"}, "domain profile, inbound_action: block -> allow (everybody gets in there)"),
    ],
)
def test_that_everybody_is_let_in_is_said_before(setting: dict[str, str], said: str) -> None:
    result = planned(**setting)
    (warning,) = [one for one in result["warnings"] if "profile_settings" in one]
    assert warning.startswith(
        "lync01: profile_settings lets everybody in at every port, whether or not a rule does, in the domain profile. "
    )
    assert "lync_firewall_accept_impact" in warning
    assert said in result["summary"]


@pytest.mark.parametrize("setting", [{"state": "enabled"}, {"inbound_action": "block"}, {"log_dropped": True}])
def test_what_lets_nobody_in_is_not_warned_of(setting: dict[str, Any]) -> None:
    result = planned(**setting)
    assert not [one for one in result.get("warnings", ()) if "profile_settings" in one]
    assert "everybody gets in" not in result["summary"]
