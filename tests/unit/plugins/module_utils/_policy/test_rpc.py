# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A rule for ports of RPC needs one for the endpoint mapper beside it, and is warned of where there is none."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.action import lync_firewall, lync_firewall_info
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.listening import Bound
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.policy import build_policy
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.rpc import unmapped_note
from ansible_collections.lyncops.firewall.plugins.plugin_utils._action import noted
from ansible_collections.lyncops.firewall.tests.unit.plugins.action.fake_ansible import run
from ansible_collections.lyncops.firewall.tests.unit.plugins.module_utils._firewall.windows_model import WindowsModel

RPC = {"name": "WMI", "protocol": "tcp", "localport": "RPC", "service": "Winmgmt", "remoteip": "10.9.1.7"}
MAPPER = {"name": "Mapper", "protocol": "tcp", "localport": "RPC-EPMap", "service": "RpcSs", "remoteip": "10.9.1.7"}


def unmapped(*rules: dict[str, Any]) -> tuple[str, ...]:
    given = [{key: value for key, value in rule.items() if value is not None} for rule in rules]
    return build_policy(["mediation"], extra_rules=given).unmapped


@pytest.mark.parametrize(
    "mapper",
    [
        {},
        {"remoteip": "any"},
        {"remoteip": ["10.9.1.0/24"]},
        {"localport": 135},
        {"localport": "100-200"},
        {"localport": None, "service": None},
    ],
    ids=str,
)
def test_with_the_endpoint_mapper_beside_it_nothing_lacks(mapper: dict[str, Any]) -> None:
    assert unmapped(RPC, {**MAPPER, **mapper}) == ()


@pytest.mark.parametrize(
    "mapper",
    [
        {"enabled": False},
        {"action": "block"},
        {"remoteip": "10.9.1.8"},
        {"state": "absent"},
        {"profiles": ["public"]},
        {"protocol": "udp", "localport": 135},
        {"direction": "out", "localport": None, "remoteport": 135},
    ],
    ids=str,
)
def test_where_its_clients_cannot_ask_for_the_port_the_rule_is_named(mapper: dict[str, Any]) -> None:
    assert unmapped(RPC, {**MAPPER, **mapper}) == ("WMI",)


def test_a_rule_that_lets_nobody_in_needs_none() -> None:
    assert unmapped({**RPC, "enabled": False}, {**RPC, "name": "b", "action": "block"}, {**MAPPER, "name": "c"}) == ()


@pytest.mark.parametrize("kind", [lync_firewall, lync_firewall_info])
def test_a_run_and_an_audit_warn_of_it(kind: Any) -> None:
    result = run(WindowsModel(), {"roles": ["mediation"], "extra_rules": [RPC]}, kind, check_mode=True)
    (warning,) = [one for one in result["warnings"] if "RPC-EPMap" in one]
    assert warning == f"lync01: {unmapped_note(('WMI',))}"
    assert "'WMI' lets clients connect" in warning
    complete = run(WindowsModel(), {"roles": ["mediation"], "extra_rules": [RPC, MAPPER]}, kind, check_mode=True)
    assert not [one for one in complete.get("warnings", ()) if "RPC-EPMap" in one]


def test_an_audit_of_files_warns_of_it_as_well() -> None:
    found = noted(Bound(build_policy(["mediation"], extra_rules=[RPC]), ("first",)), "", "second")
    assert found.notes == ("first", "second", unmapped_note(("WMI",)))
    assert noted(Bound(build_policy(["mediation"]))).notes == ()
