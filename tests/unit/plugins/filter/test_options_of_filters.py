# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters refuse what the modules refuse, in the same words, and take what the modules take.

A filter that takes less care than the module writes something else than was asked for into somebody's Group Policy.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.lyncops.firewall.plugins.action import lync_firewall_info
from ansible_collections.lyncops.firewall.plugins.filter.handover import lync_rules_csv, netsh_gpo_script
from ansible_collections.lyncops.firewall.plugins.filter.matrix import lync_matrix_csv
from ansible_collections.lyncops.firewall.tests.unit.plugins.action.fake_ansible import action
from ansible_collections.lyncops.firewall.tests.unit.plugins.module_utils._firewall.windows_model import WindowsModel

GPO = r"example.com\Lync Servers"
RULE = {"name": "Backup agent", "protocol": "tcp", "localport": "10000"}


def module_says(options: dict[str, Any]) -> str:
    """The module's message, without the host's name; empty where it takes the options."""
    task = action(lync_firewall_info.ActionModule, WindowsModel(), {"roles": ["director"], **options})
    result = task.run(task_vars={"inventory_hostname": "h"})
    return str(result["msg"]).removeprefix("h: ") if result.get("failed") else ""


FILTERS: dict[str, Callable[[dict[str, Any]], str]] = {
    "netsh_gpo_script": lambda options: netsh_gpo_script(["director"], GPO, **options),
    "lync_rules_csv": lambda options: lync_rules_csv(["director"], **options),
    "lync_matrix_csv": lambda options: lync_matrix_csv([{"name": "h", "roles": ["director"], "options": options}]),
}


@pytest.mark.parametrize("name", FILTERS)
@pytest.mark.parametrize(
    "options",
    [
        {"extra_rules": [{**RULE, "action": "bypass"}]},
        {"extra_rules": [{**RULE, "group": "Lync"}]},
        {"extra_rules": [{**RULE, "service": "a b"}]},
        {"extra_rules": [{**RULE, "localip": "localsubnet"}]},
        {"extra_rules": [{**RULE, "remote_ip": ["10.0.0.1"]}]},
        {"extra_rules": [{"name": "ping", "protocol": "icmp"}]},
        {"extra_rules": [{**RULE, "direction": "inbound"}]},
        {"extra_rules": [{**RULE, "profiles": ["guest"]}]},
        {"extra_rules": [{"protocol": "tcp", "localport": "1"}]},
        {"extra_rules": [{"name": "everything"}]},
        {"extra_rules": "Backup agent"},
        {"ruleset": "all"},
        {"features": ["chat"]},
        {"scope": "peers"},
        {"profiles": ["everywhere"]},
        {"skip_rows": ["server-99"]},
        {"port_overrides": {"server-03": 0}},
        {"remote_addresses": ["10.0.0.0/33"]},
        {"colour": "red"},
    ],
    ids=str,
)
def test_a_wrong_option_is_refused_as_by_the_module(name: str, options: dict[str, Any]) -> None:
    told = module_says(options)
    assert told
    with pytest.raises(AnsibleFilterError) as caught:
        FILTERS[name](options)
    # The module also has options that are none of the filters' business, and lists all that it takes.
    same = told.partition(". Supported parameters")[0]
    option, _colon, reason = same.partition(": ")
    assert str(caught.value).startswith(f"lyncops.firewall.{name}: {option}: ")
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ({"profiles": "domain,public"}, {"profiles": ["domain", "public"]}),
        ({"skip_rows": "server-26"}, {"skip_rows": ["server-26"]}),
        ({"remote_addresses": "10.0.0.0/8,10.1.0.1"}, {"remote_addresses": ["10.0.0.0/8", "10.1.0.1"]}),
        ({"extra_rules": [{**RULE, "localport": 10000}]}, {"extra_rules": [RULE]}),
        ({"extra_rules": [{**RULE, "action": "Allow", "direction": "In", "edge": "No"}]}, {"extra_rules": [RULE]}),
        ({"extra_rules": [{**RULE, "edge": False, "state": "Present"}]}, {"extra_rules": [RULE]}),
        ({"extra_rules": [{**RULE, "edge": True}]}, {"extra_rules": [{**RULE, "edge": "yes"}]}),
        ({"extra_rules": [{**RULE, "remoteip": "10.0.0.1"}]}, {"extra_rules": [{**RULE, "remoteip": ["10.0.0.1"]}]}),
        ({"program": "listener"}, {}),
    ],
    ids=str,
)
@pytest.mark.parametrize("name", FILTERS)
def test_what_the_module_takes_means_the_same(name: str, written: dict[str, Any], meant: dict[str, Any]) -> None:
    assert module_says(written) == ""
    assert FILTERS[name](written) == FILTERS[name](meant)


def test_roles_may_be_text_as_in_the_module() -> None:
    assert netsh_gpo_script("director,mediation", GPO) == netsh_gpo_script(["director", "mediation"], GPO)


@pytest.mark.parametrize(
    ("given", "option"),
    [
        ({"peers": {"front_end": "10.0.0.1"}}, "peers.front_end: h: a list"),
        ({"peers": {"front_end": 5}}, "peers.front_end: h: a list"),
        ({"peers": {"frontend": ["10.0.0.1"]}}, "peers.frontend: h: this is no peer"),
        ({"client_networks": ["10.1.0.0/33"]}, "client_networks: h: "),
    ],
)
def test_the_matrix_checks_peers_and_clients_as_the_module_does(given: dict[str, Any], option: str) -> None:
    with pytest.raises(AnsibleFilterError, match=f"lync_matrix_csv: {option}"):
        lync_matrix_csv([{"name": "h", "roles": ["director"], **given}])
    assert module_says({"scope": "topology", **given})


def test_names_stand_for_peers_of_no_known_address_in_the_matrix() -> None:
    peers = {"front_end": ["10.1.0.8", "fe02.example.com"]}
    assert "fe02.example.com" in lync_matrix_csv([{"name": "h", "roles": ["mediation"], "peers": peers}])


@pytest.mark.parametrize("text", ["::1", "::", "ff02::1", "10.0.0.1/8", "2001:db8::/129"])
def test_peers_of_the_matrix_are_addresses_that_a_rule_can_hold_or_names(text: str) -> None:
    """A name stands for a peer of no known address; what looks like an address has to be one."""
    host = {"name": "h", "roles": ["director"], "peers": {"front_end": ["fe01.example.com", text]}}
    if text == "2001:db8::/129":  # no address of any kind, so it is shown as a name
        assert text in lync_matrix_csv([host])
        return
    with pytest.raises(AnsibleFilterError, match=r"peers\.front_end: "):
        lync_matrix_csv([host])
