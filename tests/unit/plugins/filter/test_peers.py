# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter lync_peers, also as Ansible's own templating calls it."""

from __future__ import annotations

import json
import socket
from typing import Any

import pytest
from ansible.errors import AnsibleError, AnsibleFilterError
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible.vars.hostvars import HostVars
from ansible.vars.manager import VariableManager
from ansible_collections.lyncops.firewall.plugins.filter.peers import FilterModule, lync_peers
from ansible_collections.lyncops.firewall.tests.unit.plugins.action.fake_ansible import assert_plain

INVENTORY = """\
all:
  children:
    lync_front_end:
      vars: {lync_pool: pool1}
      hosts:
        fe01: {ansible_host: 10.0.0.1}
        fe02: {lync_firewall_addresses: ["{{ network }}.2"], network: 10.0.0}
    lync_gateway:
      hosts:
        10.7.0.9:
    lync_edge:
"""
EXPECTED = {
    "edge": [],
    "front_end": ["10.0.0.1", "10.0.0.2"],
    "gateway": ["10.7.0.9"],
    "pool": ["10.0.0.1", "10.0.0.2"],
}
GROUPS = {"lync_gateway": ["gw01"]}


@pytest.fixture
def templar(tmp_path: Any) -> Templar:
    """Templating with a real inventory, as a task of fe01 has it."""
    path = tmp_path / "inventory.yml"
    path.write_text(INVENTORY)
    loader = DataLoader()
    inventory = InventoryManager(loader, sources=[str(path)])
    variables = VariableManager(loader, inventory)
    known = variables.get_vars(host=inventory.get_host("fe01"))
    return Templar(loader, {**known, "hostvars": HostVars(inventory, variables, loader)})


def template(templar: Templar, text: str) -> Any:
    try:
        from ansible.template import trust_as_template
    except ImportError:  # before ansible-core 2.19
        return templar.template(text)
    return templar.template(trust_as_template(text))


def test_as_the_role_calls_it(templar: Templar) -> None:
    found = template(templar, "{{ groups | lyncops.firewall.lync_peers(hostvars, 'fe01') }}")
    assert found == EXPECTED
    json.dumps(found)


def test_as_the_role_calls_it_with_extra_peers(templar: Templar) -> None:
    found = template(
        templar, "{{ groups | lyncops.firewall.lync_peers(hostvars, 'fe01', {'edge': ['10.8.0.1'], 'pbx': []}) }}"
    )
    assert found == {**EXPECTED, "edge": ["10.8.0.1"], "pbx": []}


def test_an_error_goes_through_templating_with_its_message(templar: Templar) -> None:
    with pytest.raises(AnsibleError, match="'x' is no kind of peer"):
        template(templar, "{{ groups | lyncops.firewall.lync_peers(hostvars, 'fe01', {'x': []}) }}")


def test_results_are_plain() -> None:
    class Tagged(str):
        """A text as newer ansible-core hands it over."""

    hosts = {"gw01": {Tagged("ansible_host"): Tagged("10.0.0.1")}}
    found = lync_peers({Tagged("lync_gateway"): [Tagged("gw01")]}, hosts, Tagged("gw01"), {Tagged("edge"): []})
    assert_plain(found)
    assert found == {"edge": [], "gateway": ["10.0.0.1"]}


@pytest.mark.parametrize("groups", [["lync_gateway"], "lync_gateway", None])
def test_another_input_than_groups_is_refused(groups: Any) -> None:
    with pytest.raises(AnsibleFilterError, match=r"^lyncops\.firewall\.lync_peers: the input must be 'groups', not"):
        lync_peers(groups, {}, "fe01")


def test_an_error_says_which_filter_and_which_host() -> None:
    with pytest.raises(
        AnsibleFilterError, match=r"^lyncops\.firewall\.lync_peers: nothing says which address gw01 has"
    ):
        lync_peers(GROUPS, {"gw01": {}}, "gw01")


def test_names_are_looked_up_where_it_is_wished(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {"gw01": ["10.7.0.10", "10.7.0.9", "fe80::1%eth0", "10.7.0.9"]}

    def getaddrinfo(name: str, _port: None, proto: int = 0) -> list[tuple[int, int, int, str, tuple[str, int]]]:
        if name not in known:
            raise socket.gaierror(-2, "Name or service not known")
        return [(0, 0, proto, "", (address, 0)) for address in known[name]]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    assert lync_peers(GROUPS, {"gw01": {}}, "gw01", resolve=True) == {"gateway": ["10.7.0.9", "10.7.0.10", "fe80::1"]}
    for resolve in (False, True):
        known.clear()
        with pytest.raises(AnsibleFilterError, match="nothing says which address gw01 has"):
            lync_peers(GROUPS, {"gw01": {}}, "gw01", resolve=resolve)


def test_the_filter_is_registered_under_its_name() -> None:
    assert FilterModule().filters() == {"lync_peers": lync_peers}
