# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a list of drifted hosts rests on, and what is other when somebody has approved it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.plugin_utils._basis import basis_of, differences

FRONT_END: dict[str, Any] = {
    "group_names": ["lync", "lync_front_end"],
    "lync_ports": [{"ports": "5061"}],
    "lync_firewall_ruleset": "{{ ruleset }}",
    "lync_firewall_report_title": "T",
}
ESTATE = {"fe01": FRONT_END, "fe02": FRONT_END}


def test_the_same_estate_is_the_same_basis() -> None:
    told = json.loads(json.dumps(basis_of(["fe01", "fe02", "gone"], ESTATE, "1.0.0")))
    assert (told["collection"], sorted(told["hosts"])) == ("1.0.0", ["fe01", "fe02"])
    assert differences(told, ESTATE, "1.0.0") == ""


@pytest.mark.parametrize(
    "change",
    [
        {"group_names": ["lync", "lync_director"]},
        {"lync_ports": [{"ports": "5062"}]},
        {"lync_firewall_ruleset": "extended"},
        {"lync_firewall_remote_addresses": ["10.0.0.0/8"]},
        {"lync_firewall_extra_peers": {"all": ["10.0.0.1"]}},
        {"lync_firewall_addresses": ["10.0.0.1"]},
    ],
)
def test_what_a_host_should_have_is_part_of_it(change: dict[str, Any]) -> None:
    told = basis_of(ESTATE, ESTATE, "1.0.0")
    later = {**ESTATE, "fe02": {**FRONT_END, **change}}
    assert differences(told, later, "1.0.0") == "other groups or lync variables than then have fe02"


@pytest.mark.parametrize(
    "change",
    [
        {"group_names": ["lync_front_end", "lync"]},
        {"lync_firewall_report_title": "another"},
        {"lync_firewall_rollback": "never"},
        {"lync_firewall_audit": {"changed": True}},
        {"lync_firewall_drifted_hosts": ["fe01"]},
        {"lync_topology": {"date": "2026-01-01T00:00:00Z"}},
        {"lync_gate": "drift"},
        {"ansible_port": 5985},
    ],
)
def test_what_a_run_is_told_is_not(change: dict[str, Any]) -> None:
    told = basis_of(ESTATE, ESTATE, "1.0.0")
    assert differences(told, {**ESTATE, "fe02": {**FRONT_END, **change}}, "1.0.0") == ""


def test_another_version_and_a_host_that_is_gone_are_told() -> None:
    told = basis_of(ESTATE, ESTATE, "1.0.0")
    assert differences(told, {"fe01": FRONT_END}, "1.1.0") == (
        "the collection is 1.1.0 now, and was 1.0.0; other groups or lync variables than then have fe02"
    )


@pytest.mark.parametrize("told", [None, "", {}, {"hosts": []}, [1]])
def test_a_basis_of_nothing_says_nothing(told: Any) -> None:
    assert differences(told, ESTATE, "1.0.0") == ""
