# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The live firewall: real sockets open and close as the policy says."""

from __future__ import annotations

import socket
import threading
import time

import pytest
import requests

from lab.testing import Lab, LabHost
from lab_tests.clients import Client

ADD = "netsh advfirewall firewall add rule dir=in protocol=tcp"


def test_a_port_is_closed_before_and_open_after_a_rule(fe01: LabHost) -> None:
    assert not fe01.tcp_open(5061)
    fe01.run(f"{ADD} name=sip action=allow localport=5061")
    assert fe01.tcp_open(5061)
    assert not fe01.tcp_open(5062)
    fe01.run("netsh advfirewall firewall delete rule name=sip")
    assert not fe01.tcp_open(5061)


def test_a_service_says_who_it_is(fe01: LabHost) -> None:
    fe01.run(f"{ADD} name=sip action=allow localport=5061")

    with socket.create_connection((fe01.address, 5061), 2) as connection:
        assert connection.makefile().read() == f"{fe01.name} 5061/tcp\n"


def test_udp_answers_only_when_open(fe01: LabHost) -> None:
    assert not fe01.udp_open(1434)
    fe01.run("netsh advfirewall firewall add rule name=b dir=in action=allow protocol=udp localport=1434")
    assert fe01.udp_open(1434)


def test_block_beats_allow_on_the_wire(fe01: LabHost) -> None:
    fe01.run(f"{ADD} name=a action=allow localport=5061")
    fe01.run(f"{ADD} name=b action=block localport=5000-6000 remoteip=127.0.0.0/8")
    assert not fe01.tcp_open(5061, timeout=0.4)
    fe01.run("netsh advfirewall firewall set rule name=b new enable=no")
    assert fe01.tcp_open(5061)


def test_scope_by_remote_address(fe01: LabHost) -> None:
    fe01.run(f"{ADD} name=a action=allow localport=5061 remoteip=127.9.0.0/16,127.8.0.1")
    assert fe01.tcp_open(5061, source="127.9.3.4")
    assert fe01.tcp_open(5061, source="127.8.0.1")
    assert not fe01.tcp_open(5061, source="127.8.0.2", timeout=0.4)
    assert not fe01.tcp_open(5061, timeout=0.4)
    fe01.run("netsh advfirewall firewall set rule name=a new remoteip=127.0.0.1")
    assert fe01.tcp_open(5061)
    assert not fe01.tcp_open(5061, source="127.9.3.4", timeout=0.4)


def test_a_scope_of_many_addresses(fe01: LabHost) -> None:
    addresses = [f"127.9.{number}.{number % 7 + 1}" for number in range(250)]
    fe01.run(f"{ADD} name=a action=allow localport=5061 remoteip={','.join(addresses)}")
    fe01.run(f"{ADD} name=b action=block localport=5061 remoteip={addresses[100]}-{addresses[102]}")
    assert fe01.tcp_open(5061, source=addresses[0])
    assert fe01.tcp_open(5061, source=addresses[99])
    assert fe01.tcp_open(5061, source=addresses[249])
    assert not fe01.tcp_open(5061, source=addresses[101], timeout=0.3)
    assert not fe01.tcp_open(5061, source="127.9.1.9", timeout=0.3)


def test_scope_of_udp(fe01: LabHost) -> None:
    fe01.run(
        "netsh advfirewall firewall add rule name=b dir=in action=allow protocol=udp localport=1434 remoteip=127.8.0.1"
    )
    assert fe01.udp_open(1434, source="127.8.0.1")
    assert not fe01.udp_open(1434, source="127.8.0.2")


def test_a_program_rule_opens_its_programs_ports_only(fe01: LabHost) -> None:
    fe01.run('netsh advfirewall firewall set rule name="CS RTCSRV" new enable=yes')
    assert fe01.tcp_open(5061)
    assert fe01.tcp_open(444)
    assert not fe01.tcp_open(443)


def test_profile_switch(fe01: LabHost) -> None:
    fe01.run(f"{ADD} name=a action=allow localport=5061 profile=domain")
    assert fe01.tcp_open(5061)
    fe01.set_profile("Public")
    assert not fe01.tcp_open(5061)
    assert fe01.tcp_open(5985, source=fe01.address)  # the stock rule of Public is for the subnet, which we are not of
    assert not fe01.tcp_open(5985, timeout=0.3)
    fe01.run("netsh advfirewall set publicprofile state off")
    assert fe01.tcp_open(5061)


def test_our_address_is_of_another_subnet_unless_asked_otherwise(fe01: LabHost) -> None:
    fe01.run(f"{ADD} name=a action=allow localport=5061 remoteip=localsubnet")
    assert fe01.tcp_open(5061, source=fe01.address)
    assert not fe01.tcp_open(5061, timeout=0.3)
    fe01.set_quirks(same_subnet=True)
    assert fe01.tcp_open(5061)


def test_the_profile_is_a_quirk_as_well(fe01: LabHost) -> None:
    fe01.run(f"{ADD} name=a action=allow localport=5061 profile=domain")
    fe01.set_quirks(profile="public")
    assert fe01.quirks()["profile"] == "Public"
    assert not fe01.tcp_open(5061)
    fe01.set_profile("Domain")
    assert fe01.tcp_open(5061)
    fe01.set_profile("Private")
    fe01.reset()
    assert fe01.quirks()["profile"] == "Domain"


@pytest.mark.parametrize(
    ("profile", "same_subnet", "expected"),
    [
        ("Domain", False, True),
        ("Domain", True, True),
        ("Private", False, True),
        ("Public", False, False),
        ("Public", True, True),
    ],
)
def test_who_reaches_winrm_on_a_stock_host(profile: str, same_subnet: bool, expected: bool) -> None:
    quirks = {"profile": profile, "same_subnet": same_subnet}
    with Lab(hosts=["wac01"], policy="ws2012r2", services=False, quirks=quirks) as lab:
        assert lab.host("wac01").tcp_open(5985, timeout=0.4) is expected


def test_a_dropped_port_times_out_instead(fe01: LabHost) -> None:
    begun = time.monotonic()
    assert not fe01.tcp_open(5061, timeout=30)
    assert time.monotonic() - begun < 30, "nobody refused"
    fe01.set_quirks(closed_looks="dropped")
    begun = time.monotonic()
    assert not fe01.tcp_open(5061, timeout=0.4)
    assert time.monotonic() - begun >= 0.4


def test_group_policy_that_forbids_merging(fe01: LabHost) -> None:
    fe01.run(f"{ADD} name=a action=allow localport=5061")
    policy = r"HKLM\SOFTWARE\Policies\Microsoft\WindowsFirewall"
    fe01.run(rf"reg add {policy}\DomainProfile /v AllowLocalPolicyMerge /t REG_DWORD /d 0 /f")
    rule = "v2.22|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=5985|Name=winrm by policy|"
    fe01.run(rf'reg add {policy}\FirewallRules /v gp1 /d "{rule}" /f')
    assert fe01.tcp_open(5061)
    fe01.run("gpupdate /force")
    assert not fe01.tcp_open(5061)
    assert fe01.tcp_open(5985)


def test_a_stopped_service_filters_nothing_and_starting_it_filters_again(fe01: LabHost) -> None:
    fe01.set_quirks(mpssvc="stopped")
    assert fe01.tcp_open(5061)
    assert fe01.run("sc query MpsSvc").stdout.count(": 1  STOPPED") == 1
    assert fe01.run("sc start MpsSvc").rc == 0
    assert not fe01.tcp_open(5061)


def test_winrm_itself_can_be_cut_while_a_connection_lives_on(fe01: LabHost, client: Client) -> None:
    cut = 'netsh advfirewall firewall set rule name="Windows Remote Management (HTTP-In)" new enable=no'
    assert client.run(cut).rc == 0
    assert not fe01.tcp_open(5985)
    with pytest.raises(requests.exceptions.ConnectionError):
        Client(fe01)
    # The kept connection still works, and can repair it.
    assert client.run("hostname").stdout == "FE01\r\n"
    assert client.run(cut.replace("enable=no", "enable=yes")).rc == 0
    Client(fe01).close()


def test_winrm_scoped_away_from_us(fe01: LabHost, client: Client) -> None:
    narrow = 'netsh advfirewall firewall set rule name="Windows Remote Management (HTTP-In)" new remoteip='
    assert client.run(narrow + "127.9.0.1").rc == 0
    assert fe01.tcp_open(5985, source="127.9.0.1")
    assert not fe01.tcp_open(5985, timeout=0.4)
    assert client.run("hostname").rc == 0
    assert client.run(narrow + "any").rc == 0
    assert fe01.tcp_open(5985)


def test_starting_the_service_can_lock_out(fe01: LabHost) -> None:
    fe01.set_quirks(mpssvc="stopped")
    fe01.run(
        r"reg delete HKLM\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\FirewallRules"
        " /v WINRM-HTTP-In-TCP /f"
    )
    client = Client(fe01)
    assert client.run("sc start MpsSvc").rc == 0
    assert not fe01.tcp_open(5985)
    assert client.run("hostname").rc == 0
    client.close()


def test_reboot_drops_connections_and_keeps_the_registry(fe01: LabHost, client: Client) -> None:
    fe01.run(f"{ADD} name=a action=allow localport=5061")
    assert client.run("hostname").rc == 0
    fe01.reboot()
    assert fe01.tcp_open(5061)
    with pytest.raises(Exception, match=r"ShellId|shell was not found|onnection"):
        client.run("hostname")


def test_nothing_answers_while_the_host_restarts(fe01: LabHost) -> None:
    fe01.run(r"schtasks /create /tn T /sc onstart /ru SYSTEM /tr hostname")
    restart = threading.Thread(target=fe01.reboot, args=(1.0,))
    begun = time.monotonic()
    restart.start()
    time.sleep(0.3)
    assert not fe01.tcp_open(5985, timeout=0.2)
    assert not fe01.udp_open(1434, timeout=0.1)
    assert fe01.tasks()["fired"] == []
    while not fe01.tcp_open(5985, timeout=0.2):
        time.sleep(0.05)
    assert time.monotonic() - begun > 0.9
    restart.join()
    time.sleep(0.1)
    assert fe01.tasks()["fired"] == ["T"]


def test_policy_changes_during_a_storm_of_connections(fe01: LabHost) -> None:
    """Opening and closing while clients connect must neither hang nor leave the port in the wrong state."""
    stop = threading.Event()

    def storm() -> None:
        while not stop.is_set():
            fe01.tcp_open(5061, timeout=0.5)

    threads = [threading.Thread(target=storm) for _unused in range(4)]
    for thread in threads:
        thread.start()
    try:
        for _unused in range(20):
            fe01.run(f"{ADD} name=a action=allow localport=5061")
            fe01.run("netsh advfirewall firewall delete rule name=a")
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert not fe01.tcp_open(5061)
    fe01.run(f"{ADD} name=a action=allow localport=5061")
    assert fe01.tcp_open(5061)


def test_a_policy_that_is_off_opens_everything() -> None:
    with Lab(hosts=["dir01", "wac01"], policy="off") as lab:
        reports = lab.probe()
        assert all(report.winrm for report in reports)
        assert [report.open_count for report in reports] == [len(report.findings) for report in reports]


def test_the_default_policy_opens_winrm_only() -> None:
    with Lab() as lab:
        reports = lab.probe()
        assert len(reports) == 6
        assert all(report.winrm for report in reports)
        assert sum(report.open_count for report in reports) == 0
        assert sum(len(report.findings) for report in reports) > 80
