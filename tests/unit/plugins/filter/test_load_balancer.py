# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From an inventory to pools and listeners, as Ansible's own templating calls the filters."""

from __future__ import annotations

import json
import socket
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleError, AnsibleFilterError
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible.vars.hostvars import HostVars
from ansible.vars.manager import VariableManager
from ansible_collections.lyncops.firewall.plugins.filter.load_balancer import (
    FilterModule,
    lync_listeners,
    lync_listeners_csv,
    lync_pools,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.balanced_model import read_listener
from ansible_collections.lyncops.firewall.plugins.plugin_utils._plain import plain
from ansible_collections.lyncops.firewall.tests.unit.plugins.action.fake_ansible import assert_plain

INVENTORY = """\
all:
  children:
    pool1:
      vars:
        lync_pool: pool1.example.com
        lync_load_balancing: "{{ 'hard' ~ 'ware' }}"
        lync_virtual_addresses: {sip: "{{ network }}.100", web_external: "{{ network }}.102"}
        network: 10.1.0
      hosts:
        fe01: {ansible_host: 10.0.0.1}
        fe02: {ansible_host: fe02.example.com, lync_addresses: [10.0.9.0/24, 10.0.0.2], lync_drained: "yes"}
    lync_front_end:
      children: {pool1: {}}
      hosts:
        alone: {ansible_host: 10.0.0.50, lync_pool: alone.example.com}
    lync_mediation:
      hosts: {fe02: {}}
    chat:
      vars: {lync_pool: pool1.example.com, lync_load_balancing: dns}
      hosts: {chat01: {ansible_host: 10.0.0.9}}
    lync_persistent_chat:
      children: {chat: {}}
    others:
      vars:
        lync_firewall_roles: [director]
        lync_pool: directors
        lync_load_balancing: dns
        lync_virtual_addresses: {web_internal: 10.1.0.110}
        lync_external_web_ports: bridged
        lync_external_web_affinity: source
      hosts:
        10.0.0.7: {lync_firewall_ruleset: extended, lync_firewall_skip_rows: [dnslb-05]}
"""


class Inventory:
    """An inventory as a task sees it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.data = yaml.safe_load(INVENTORY)

    @property
    def groups(self) -> dict[str, Any]:
        return dict(self.data["all"]["children"])

    def template(self, text: str) -> Any:
        self.path.write_text(yaml.safe_dump(self.data))
        loader = DataLoader()
        inventory = InventoryManager(loader, sources=[str(self.path)])
        variables = VariableManager(loader, inventory)
        known = variables.get_vars(host=inventory.get_host("chat01"))
        templar = Templar(loader, {**known, "hostvars": HostVars(inventory, variables, loader)})
        try:
            from ansible.template import trust_as_template
        except ImportError:  # before ansible-core 2.19
            return templar.template(text)
        return templar.template(trust_as_template(text))

    def pools(self) -> Any:
        return self.template("{{ groups | lyncops.firewall.lync_pools(hostvars) }}")


@pytest.fixture
def inventory(tmp_path: Path) -> Inventory:
    return Inventory(tmp_path / "inventory.yml")


def test_pools_are_those_that_say_how_they_are_balanced(inventory: Inventory) -> None:
    found = inventory.pools()
    assert_plain(found)
    directors, front_end = found
    assert directors["name"] == "directors"
    assert directors["external_ports"] == "bridged"
    assert directors["members"][0]["roles"] == ["director"]
    assert directors["members"][0]["address"] == "10.0.0.7", "its name"
    assert directors["members"][0]["options"]["ruleset"] == "extended"
    assert (front_end["name"], front_end["load_balancing"]) == ("pool1.example.com", "hardware")
    assert front_end["virtual_addresses"] == {"sip": "10.1.0.100", "web_external": "10.1.0.102"}
    assert [(each["name"], each["address"], each["drained"]) for each in front_end["members"]] == [
        ("fe01", "10.0.0.1", False),
        ("fe02", "10.0.0.2", True),
    ]
    assert front_end["members"][1]["roles"] == ["front_end", "mediation"]


def test_listeners_are_plain_data_and_one_may_ask_for_some_pools(inventory: Inventory) -> None:
    found = inventory.template("{{ groups | lyncops.firewall.lync_pools(hostvars) | lyncops.firewall.lync_listeners }}")
    assert_plain(found)
    assert json.loads(json.dumps(found)) == found
    assert [item["row"] for item in found if item["pool"] == "directors"] == ["dnslb-07"]
    (collocated,) = [item for item in found if item["row"] == "hlb-16"]
    assert collocated["members"] == [
        {"name": "fe02", "host": "fe02", "address": "10.0.0.2", "port": 5070, "check_port": 5070, "drained": True}
    ]
    pools = inventory.pools()
    assert {item["pool"] for item in lync_listeners(pools, ["directors"])} == {"directors"}
    assert lync_listeners(pools, []) == found
    assert lync_listeners_csv(lync_listeners(pools, "directors")).count("\r\n") == 2
    with pytest.raises(AnsibleFilterError, match=r"only: there is no pool pool9 that is balanced"):
        lync_listeners(pools, ["pool9"])


def test_a_name_is_looked_up_where_that_is_wanted(inventory: Inventory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_given, **_more: [(0, 0, 0, "", ("10.0.0.77", 0))])
    host = inventory.groups["pool1"]["hosts"]["fe01"]
    host["ansible_host"] = "fe01.example.com"
    with pytest.raises(AnsibleError, match="nothing says which address fe01 has"):
        inventory.template("{{ groups | lyncops.firewall.lync_pools(hostvars) | lyncops.firewall.lync_listeners }}")
    host["lync_firewall_resolve_peers"] = True
    assert inventory.pools()[1]["members"][0]["address"] == "10.0.0.77"


@pytest.mark.parametrize(
    ("group", "host", "variables", "message"),
    [
        ("pool1", "fe01", {"lync_load_balancing": "dns"}, "its members do not agree, it is 'dns' for fe01, 'hardware'"),
        (
            "pool1",
            "fe01",
            {"lync_load_balancing": ""},
            "it is 'hardware' for fe02, nothing for fe01; say it for the gr",
        ),
        ("pool1", "fe01", {"lync_pool": ""}, "lync_pool: nothing says which pool fe01 is in, and its lync_load_bal"),
        ("pool1", "fe01", {"lync_drained": "perhaps"}, "fe01: lync_drained: 'perhaps' is neither true nor false"),
        ("pool1", "fe01", {"lync_loadbalancing": "dns"}, "lync_loadbalancing: this is no variable of this collection"),
        ("pool1", "fe01", {"lync_firewall_skip_row": []}, "fe01: .*did you mean lync_firewall_skip_rows"),
        ("pool1", "fe01", {"lync_virtual_addresses": "{{ nope }}"}, "fe01: lync_virtual_addresses: .*nope"),
        ("pool1", "fe01", {"lync_firewall_features": "{{ nope }}"}, "fe01: lync_firewall_features: .*nope"),
    ],
)
def test_what_is_wrong_names_host_and_variable(
    inventory: Inventory, group: str, host: str, variables: dict[str, Any], message: str
) -> None:
    inventory.groups[group]["hosts"][host].update(variables)
    with pytest.raises(AnsibleError, match=message):
        inventory.pools()


def test_where_nobody_says_how_it_is_balanced_it_is_told_what_to_say(inventory: Inventory) -> None:
    for group in ("pool1", "others"):
        del inventory.groups[group]["vars"]["lync_load_balancing"]
        del inventory.groups[group]["vars"]["lync_virtual_addresses"]
    for name in ("lync_external_web_ports", "lync_external_web_affinity"):
        del inventory.groups["others"]["vars"][name]
    with pytest.raises(AnsibleError, match="no pool says how it is balanced; set it for the servers of each pool"):
        inventory.pools()


@pytest.mark.parametrize(
    ("name", "given", "message"),
    [
        ("lync_listeners", "pool1", "pools: the input must be a list of them"),
        ("lync_listeners", {"name": "pool1"}, "pools: the input must be a list of them"),
        ("lync_listeners", [7], "pools: each is a dictionary, not 7"),
        ("lync_listeners", [{}], "pools: a pool is a dict with a name"),
        (
            "lync_listeners",
            [{"name": "p", "load_balancing": "dns", "members": [{"name": "fe01", "options": {"skip_row": []}}]}],
            "options: pool p: fe01: .*skip_row",
        ),
        ("lync_listeners_csv", "pool1", "listeners: the input must be a list of them"),
        ("lync_listeners_csv", [[]], r"listeners: each is a dictionary, not \[\]"),
        ("lync_listeners_csv", [{"name": "x"}], "listeners: x is none that the filter lync_listeners gave"),
        ("lync_listeners_csv", [{"members": [{"port": 1}]}], "listeners: one without a name is none"),
    ],
)
def test_input_of_another_kind_is_refused(name: str, given: Any, message: str) -> None:
    with pytest.raises(AnsibleFilterError, match=rf"^lyncops.firewall.{name}: {message}"):
        FilterModule().filters()[name](given)


def test_a_listener_is_read_back_as_it_was(inventory: Inventory) -> None:
    found = lync_listeners(inventory.pools())
    assert [asdict(read_listener(item)) for item in found] != found, "tuples are lists there"
    assert plain([asdict(read_listener(item)) for item in found]) == found


def test_groups_are_needed() -> None:
    with pytest.raises(AnsibleFilterError, match="lync_pools: the input must be 'groups', not list"):
        lync_pools([], {})
