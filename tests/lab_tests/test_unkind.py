# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people do to their servers, on real sockets: server isolation, older policy, listeners by policy, ban lists."""

from __future__ import annotations

import time

import pytest
import requests

from lab.estate import EstateError, EstateOptions, build_estate
from lab.foreign_rules import banned_address
from lab.testing import Lab, LabHost
from lab.windows.registry import Registry
from lab.windows.winrm_listeners import LISTENER_KEY, POLICY_KEY, winrm_listeners
from lab_tests.clients import Client

ADDRESS = "127.77.0.11"
POLICY = r"HKLM\SOFTWARE\Policies\Microsoft\Windows\WinRM\Service"


def test_server_isolation_shuts_every_client_out(fe01: LabHost, client: Client) -> None:
    fe01.run("netsh advfirewall firewall add rule name=a dir=in action=allow protocol=tcp localport=5061")
    assert fe01.tcp_open(5061)
    fe01.set_group_policy("ipsec-required")
    assert not fe01.tcp_open(5061, timeout=0.3)
    assert not fe01.tcp_open(5985, timeout=0.3)
    assert client.run("hostname").rc == 0  # the connection that stands lives on
    fe01.set_group_policy("none")
    assert fe01.tcp_open(5061)


def test_older_remote_administration_opens_135_and_445(fe01: LabHost) -> None:
    assert not fe01.tcp_open(135)
    fe01.set_group_policy("remote-admin")
    assert [fe01.tcp_open(port, timeout=0.3) for port in (135, 445, 3389, 5061)][:2] == [True, True]
    assert not fe01.tcp_open(5061)


def test_local_rules_void_in_public_only(fe01: LabHost) -> None:
    fe01.run("netsh advfirewall firewall add rule name=a dir=in action=allow protocol=tcp localport=5061")
    fe01.set_group_policy("public-merge-off")
    assert fe01.tcp_open(5061)
    fe01.set_profile("Public")
    assert not fe01.tcp_open(5061)


def ports(policy: dict[str, int | str], listeners: dict[str, int | None]) -> list[int]:
    registry = Registry()
    for name, value in policy.items():
        key = registry.create(POLICY_KEY)
        key.set_dword(name, value) if isinstance(value, int) else key.set(name, "REG_SZ", value)
    for name, port in listeners.items():
        key = registry.create(f"{LISTENER_KEY}\\{name}")
        if port is not None:
            key.set_dword("Port", port)
    return [listener.port for listener in winrm_listeners(registry, [ADDRESS])]


AUTO = {"AllowAutoConfig": 1, "IPv4Filter": "*"}


@pytest.mark.parametrize(
    ("policy", "listeners", "expected"),
    [
        ({}, {}, []),
        ({}, {"*+HTTP": 5985}, [5985]),
        ({}, {"*+HTTP": None, "*+HTTPS": None}, [5985, 5986]),
        ({}, {"*+http": 8080}, [8080]),
        ({}, {f"IP:{ADDRESS}+HTTP": 5985}, [5985]),
        ({}, {"IP:127.77.0.12+HTTP": 5985}, []),
        (AUTO, {}, [5985]),
        (AUTO, {"*+HTTP": 5985}, [5985]),
        (AUTO, {"*+HTTPS": 5986}, [5985, 5986]),
        ({**AUTO, "IPv4Filter": "127.77.0.1-127.77.0.20, 10.0.0.1-10.0.0.9"}, {}, [5985]),
        ({**AUTO, "IPv4Filter": "10.0.0.1-10.0.0.9"}, {}, []),
        ({**AUTO, "IPv4Filter": ""}, {}, []),
        ({"AllowAutoConfig": 1}, {}, []),
        ({"AllowAutoConfig": 0}, {"*+HTTP": 5985}, []),
        ({"HttpCompatibilityListener": 1}, {"*+HTTP": 5985}, [80, 5985]),
        ({"HttpsCompatibilityListener": 1, "HttpCompatibilityListener": 0}, {"*+HTTP": 5985}, [443, 5985]),
    ],
)
def test_where_winrm_listens(
    policy: dict[str, int | str], listeners: dict[str, int | None], expected: list[int]
) -> None:
    assert ports(policy, listeners) == expected


def test_a_listener_by_policy_only() -> None:
    with Lab(hosts=["fe01"], services=False, winrm_by_policy=True) as lab:
        fe01 = lab.host("fe01")
        client = Client(fe01)
        assert client.run(rf"reg query {LISTENER_KEY} /s").stdout == "\r\n"
        assert "IPv4Filter    REG_SZ    *" in client.run(rf"reg query {POLICY}").stdout
        assert ":5985 " in client.run("netstat -ano").stdout
        fe01.run(rf"reg add {POLICY} /v IPv4Filter /d 10.0.0.1-10.0.0.9 /f")
        assert fe01.tcp_open(5985)
        fe01.run("gpupdate /force")
        assert not fe01.tcp_open(5985)
        assert "0.0.0.0:5985" not in fe01.run("netstat -ano").stdout
        client.close()


def test_the_compatibility_listener_answers_on_port_80(fe01: LabHost) -> None:
    fe01.run("netsh advfirewall set allprofiles state off")
    fe01.run(rf"reg add {POLICY} /v HttpCompatibilityListener /t REG_DWORD /d 1 /f")
    fe01.run("gpupdate")
    assert requests.get(f"http://{fe01.address}/wsman", timeout=5).status_code == 405
    listening = [line for line in fe01.run("netstat -ano").stdout.splitlines() if "0.0.0.0:80 " in line]
    assert len(listening) == 1
    fe01.run(rf"reg delete {POLICY} /f")
    fe01.reboot()
    with pytest.raises(requests.exceptions.ConnectionError):
        requests.get(f"http://{fe01.address}/wsman", timeout=5)
    assert fe01.tcp_open(80)  # IIS has it back


def test_winrm_on_5986_has_no_stock_rule() -> None:
    with Lab(hosts=["wac01"], policy="stock", services=False, winrm_port=5986) as lab:
        assert not lab.host("wac01").tcp_open(5986)
    with Lab(hosts=["wac01"], policy="stock-off", services=False, winrm_port=5986) as lab:
        wac01 = lab.host("wac01")
        assert (wac01.winrm_port, wac01.tcp_open(5985)) == (5986, False)
        client = Client(wac01)
        assert r"WSMAN\Listener\*+HTTPS" in client.run(rf"reg query {LISTENER_KEY} /s").stdout
        client.close()


@pytest.mark.parametrize("policy", ["default", "stock", "off"])
def test_a_ban_list_changes_nothing_for_others(policy: str) -> None:
    with Lab(hosts=["fe01"], policy=policy, ban_list=2000) as lab:
        fe01 = lab.host("fe01")
        banned = [text for text in fe01.rules().values() if "|Name=Banned " in text]
        assert len(banned) == len(set(banned)) == 2000
        assert all("|RA4=198.1" in text and "Action=Block" in text for text in banned)
        assert fe01.tcp_open(5985)
        assert fe01.tcp_open(5061) is (policy == "off")
        begun = time.monotonic()
        fe01.run("netsh advfirewall firewall add rule name=a dir=in action=allow protocol=tcp localport=5061")
        assert fe01.tcp_open(5061)
        assert time.monotonic() - begun < 5


def test_a_ban_list_that_grows_while_the_host_runs(fe01: LabHost) -> None:
    before = len(fe01.rules())
    fe01.ban(500)
    assert len(fe01.rules()) == before + 500
    assert fe01.registry_text().count("|Name=Banned ") == 500


def test_no_two_bans_are_the_same_or_adjacent() -> None:
    found = [banned_address(number) for number in range(65536)]
    assert len(set(found)) == 65536
    assert all(int(address.rpartition(".")[2]) % 2 for address in found)
    assert (found[0], found[-1]) == ("198.18.0.1", "198.19.255.255")


@pytest.mark.parametrize("count", [-1, 65537])
def test_a_ban_list_has_its_limits(count: int) -> None:
    with pytest.raises(EstateError, match="ban list"):
        build_estate(EstateOptions(count=1, ban_list=count))


def test_rules_that_group_policy_brings_let_in_though_local_ones_are_ignored() -> None:
    with Lab(hosts=["dir01"], lync_rules="none", bystanders=()) as lab:
        dir01 = lab.host("dir01")
        dir01.set_group_policy("merge-off")
        assert not dir01.tcp_open(5061)
        text = "v2.10|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=5061|Name=LyncOps in-tcp-5061 g1|"
        dir01.bring_by_policy({"{1}": text})
        assert dir01.tcp_open(5061)
        dir01.bring_by_policy({"{1}": text.replace("TRUE", "FALSE")})
        assert not dir01.tcp_open(5061), "an id that is there is replaced"
