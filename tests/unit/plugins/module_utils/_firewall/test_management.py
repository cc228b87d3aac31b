# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""On which port of the host our connection arrives, by the host's own sockets."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.management import (
    WINRM_POLICY,
    ManagementConnection,
    arriving_ports,
    blocks_management,
    policy_listeners,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.sockets import (
    Socket,
    read_sockets,
    same_address,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.registry_dump import parse_dump
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule_string import parse_rule
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.snapshot import WinrmListener
from hypothesis import given
from hypothesis import strategies as st

HERE = ManagementConnection(15985, "http", "10.1.2.3", source_ports=(41000,))
LISTENERS = (
    WinrmListener(5985, "HTTP", True),
    WinrmListener(8080, "HTTP", False),
    WinrmListener(5986, "HTTPS", True),
)


def socket(port: int, peer_port: int = 50000, peer: str = "10.1.2.3", process: int = 4) -> Socket:
    return Socket("tcp", "10.0.0.5", port, peer, peer_port, process)


@pytest.mark.parametrize(
    ("sockets", "expected"),
    [
        ([socket(80, 41000), socket(5985, 41001)], {80}),  # our source port tells
        ([socket(80)], {80}),  # it is translated on the way, but there is only one
        ([socket(80), socket(5985)], {80, 5985, 15985}),  # nobody can tell
        ([socket(445, 41000), socket(139, 41000), socket(5985)], {5985}),  # file sharing is the kernel's as well
        ([socket(1433, 41000, process=1208)], {5985, 15985}),  # a program's, not HTTP.sys's
        ([socket(80, 41000, "10.9.9.9")], {5985, 15985}),  # somebody else's
        ([socket(80, 0, "10.1.2.3")], {5985, 15985}),  # a listener
        ([socket(80, 41000, "::ffff:10.1.2.3")], {80}),
        ([], {5985, 15985}),
    ],
)
def test_the_kernels_socket_from_our_address_is_ours(sockets: list[Socket], expected: set[int]) -> None:
    assert arriving_ports(HERE, LISTENERS, sockets) == expected


def test_a_connection_that_works_proves_its_port_where_no_listener_is_known() -> None:
    assert arriving_ports(HERE, ()) == {15985}
    assert arriving_ports(replace(HERE, scheme="https"), LISTENERS) == {5986, 15985}


def test_an_unknown_address_of_ours_is_nobodys() -> None:
    assert arriving_ports(replace(HERE, client=""), LISTENERS, [socket(80, 41000, "*")]) == {5985, 15985}


def test_listeners_of_group_policy() -> None:
    values = {"AllowAutoConfig": 1, "HttpCompatibilityListener": 1, "HttpsCompatibilityListener": 0, "IPv4Filter": 7}
    lines = "".join(f"    {name}    REG_DWORD    {value:#x}\r\n" for name, value in values.items())
    assert [
        (one.port, one.transport) for one in policy_listeners(parse_dump(f"\r\n{WINRM_POLICY}\r\n{lines}\r\n"))
    ] == [
        (5985, "HTTP"),
        (80, "HTTP"),
    ]
    assert policy_listeners(parse_dump("\r\n")) == ()


def test_lines_that_are_no_sockets_say_nothing() -> None:
    text = (
        "\r\nAktive Verbindungen\r\n\r\n  Proto  Lokale Adresse  Remoteadresse  Status  PID\r\n"
        "  TCP    10.0.0.5:5985    10.1.2.3:41000    BIN GERADE HERGESTELLT    4\r\n"
        "  TCP    [fe80::1%3]:5985    [fe80::2%3]:41000    HERGESTELLT    4\r\n"
        "  TCP    10.0.0.5:99999    10.1.2.3:41000    HERGESTELLT    4\r\n"
        "  TCP    10.0.0.5:5985    host:41000    HERGESTELLT    4\r\n"
        "  TCP    10.0.0.5:5985    10.1.2.3:41000    HERGESTELLT    vier\r\n"
        f"  TCP    10.0.0.5:5985    10.1.2.3:41000    {'X' * 500}    4\r\n"
        "  UDP    0.0.0.0:1434    *:*    1300\r\n"
    )
    assert read_sockets(text) == (
        Socket("tcp", "10.0.0.5", 5985, "10.1.2.3", 41000, 4),
        Socket("tcp", "fe80::1", 5985, "fe80::2", 41000, 4),
        Socket("udp", "0.0.0.0", 1434, "*", 0, 1300),
    )


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        ("Action=Block|Dir=In|Protocol=6|LPort=8080|", True),
        ("Action=Block|Dir=In|Protocol=6|LPort=443|", False),
        ("Action=Block|Dir=In|Protocol=17|LPort=8080|", False),
        ("Action=Block|Dir=In|", True),
        ("Action=Allow|Dir=In|Protocol=6|LPort=8080|", False),
        ("Action=Block|Dir=Out|Protocol=6|LPort=8080|", False),
    ],
)
def test_who_is_kept_out_of_a_port_that_the_host_is_managed_by(text: str, blocks: bool) -> None:
    assert blocks_management(parse_rule("{1}", f"v2.22|Active=TRUE|{text}Name=x|"), LISTENERS) is blocks


@given(st.text() | st.from_regex(r"[\r\n ]*TCP [ \[\]0-9a-f.:%*]{0,80}"))
def test_whatever_a_host_prints_is_read(text: str) -> None:
    for found in read_sockets(text):
        found.stays_on_the_host()
        same_address(found.peer, "10.1.2.3")
