# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The media ports that are configured for clients, in the matrix: whose they are, and what is wrong about them."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.action import lync_firewall_matrix
from ansible_collections.lyncops.firewall.tests.unit.plugins.action.fake_ansible import action
from ansible_collections.lyncops.firewall.tests.unit.plugins.module_utils._firewall.windows_model import WindowsModel

PEERS = {"front_end": ["10.1.0.8"], "edge": ["10.4.0.1"], "dhcp_server": ["10.5.0.1"], "mediation": ["10.1.0.20"]}
ENTRY = {
    "name": "fe01", "addresses": ["10.1.0.8"], "roles": ["front_end"], "peers": PEERS,
    "client_networks": ["10.9.0.0/16"],
}  # fmt: skip
SERVER: dict[str, Any] = {"lync_firewall_matrix_host": {"changed": False, "host": ENTRY}}
MEDIA = {
    "ClientMediaPortRangeEnabled": True, "ClientMediaPort": 42000, "ClientMediaPortRange": 40,
    "ClientAudioPort": 50000, "ClientAudioPortRange": 20,
}  # fmt: skip
DOCUMENTED = dict.fromkeys(("client-08", "client-09", "client-10", "client-11"), "1024-65535")
MOVED = {**dict.fromkeys(DOCUMENTED, "42000-42039"), "client-08": "50000-50019"}


def run(hosts: dict[str, dict[str, Any]], **groups: list[str]) -> dict[str, Any]:
    plugin = action(lync_firewall_matrix.ActionModule, WindowsModel(), {"host_variables": True})
    plugin._loader = SimpleNamespace(path_dwim=str)
    found: dict[str, Any] = plugin.run(
        task_vars={"hostvars": hosts, "ansible_play_hosts": ["fe01"], "groups": {"all": list(hosts), **groups}}
    )
    return found


def media() -> dict[str, tuple[str, str]]:
    """Row of a client's media to its ports between clients, and to what the matrix says of why."""
    text = Path("lync_firewall_matrix/lync-traffic-matrix.json").read_text(encoding="utf-8")
    return {
        row["id"]: (row["ports"], row["why"])
        for line in json.loads(text)["lines"]
        if line["source"] == line["destination"] == ["Clients and phones"]
        for row in line["rows"]
        if row["id"] in DOCUMENTED
    }


def ports() -> dict[str, str]:
    return {row: found for row, (found, _why) in media().items()}


def test_without_a_setting_they_are_those_of_the_document_and_nothing_is_said() -> None:
    run({"fe01": SERVER, "pc01": {}}, lync_client=["pc01"])
    assert ports() == DOCUMENTED
    assert not [why for _ports, why in media().values() if "lync_firewall" in why]


def test_they_are_those_of_the_hosts_of_the_group_and_it_is_said_whose() -> None:
    pc = {"lync_firewall_client_media": MEDIA}
    run({"fe01": SERVER, "pc01": pc, "pc02": pc}, lync_client=["pc01", "pc02"])
    assert ports() == MOVED
    assert media()["client-08"][1].endswith("Ports: lync_firewall_client_media of pc01, pc02.")


def test_the_override_of_a_row_wins_as_in_an_audit() -> None:
    pc = {"lync_firewall_client_media": MEDIA, "lync_firewall_port_overrides": {"client-09": "43000-43029"}}
    run({"fe01": SERVER, "pc01": pc}, lync_client=["pc01"])
    assert ports() == {**MOVED, "client-09": "43000-43029"}
    assert "Ports: lync_firewall_port_overrides of pc01" in media()["client-09"][1]


def test_clients_with_several_ranges_need_all_of_them() -> None:
    one = {**MEDIA, "ClientAudioPort": 52000}
    hosts = {"pc01": {"lync_firewall_client_media": MEDIA}, "pc02": {"lync_firewall_client_media": one}}
    run({"fe01": SERVER, **hosts}, lync_client=["pc01", "pc02"])
    assert ports()["client-08"] == "50000-50019,52000-52019"


def test_a_client_without_a_setting_among_others_has_the_document_s_ports() -> None:
    run({"fe01": SERVER, "pc01": {"lync_firewall_client_media": MEDIA}, "pc02": {}}, lync_client=["pc01", "pc02"])
    assert ports() == DOCUMENTED


def test_where_no_client_is_in_the_inventory_the_servers_variable_counts() -> None:
    run({"fe01": {**SERVER, "lync_firewall_client_media": MEDIA}})
    assert ports() == MOVED


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({**MEDIA, "ClientAudioPortRange": 19}, "lync_firewall_client_media: pc01: row client-08 has 19 ports"),
        ({**MEDIA, "ClientMediaPort": "x"}, "lync_firewall_client_media.ClientMediaPort: pc01: 'x' is no number"),
        ("42000", "lync_firewall_client_media: pc01: a dict is needed"),
    ],
)
def test_a_wrong_setting_names_option_and_host(wrong: Any, told: str) -> None:
    result = run({"fe01": SERVER, "pc01": {"lync_firewall_client_media": wrong}}, lync_client=["pc01"])
    assert result["failed"] is True
    assert told in result["msg"]
