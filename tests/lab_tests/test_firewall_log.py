# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The firewall's log: who got in and who did not, in the file that the profile names."""

from __future__ import annotations

import socket
import time
from datetime import datetime, timedelta, timezone

import pytest

from lab.testing import Lab, LabHost
from lab.windows.filesystem import FileSystem
from lab.windows.firewall_log import FirewallLog, LogSettings, Packet
from lab.windows.firewall_service import GROUP_POLICY_STORE

FOLDER = r"C:\Windows\System32\LogFiles\Firewall"
LOG = rf"{FOLDER}\pfirewall.log"
HEAD = (
    "#Version: 1.5\r\n#Software: Microsoft Windows Firewall\r\n#Time Format: Local\r\n#Fields: date time action "
    "protocol src-ip dst-ip src-port dst-port size tcpflags tcpsyn tcpack tcpwin icmptype icmpcode info path\r\n\r\n"
)
_OURS = ("127.0.0.9", "127.0.0.10")
SET = "netsh advfirewall set currentprofile logging"


def lines(host: LabHost, path: str = LOG) -> list[list[str]]:
    """The entries of a log, in words; connections of other processes of this machine left out."""
    text = host.file(path) or ""
    found = [line.split() for line in text.splitlines() if line and not line.startswith("#")]
    return [words for words in found if words[3] != "TCP" or words[4] in _OURS]


def attempt(host: LabHost, port: int, source: str = "127.0.0.9") -> int:
    """Try to connect; the source port."""
    with socket.socket() as client:
        client.settimeout(0.4)
        client.bind((source, 0))
        client.connect_ex((host.address, port))
        return int(client.getsockname()[1])


def test_nothing_is_logged_unless_asked_for(fe01: LabHost) -> None:
    attempt(fe01, 5061)
    attempt(fe01, 5985)
    assert fe01.file(LOG) is None


def test_a_dropped_connection(fe01: LabHost) -> None:
    """Format: public captures; its own line of a capture is
    `DROP TCP 192.168.9.163 192.168.9.212 63619 445 64 S 1031365855 0 65535 - - - RECEIVE`."""
    fe01.run(f"{SET} droppedconnections enable")
    port = attempt(fe01, 5061)
    assert (fe01.file(LOG) or "").startswith(HEAD)
    (line,) = lines(fe01)
    assert line[2:10] == ["DROP", "TCP", "127.0.0.9", fe01.address, str(port), "5061", "52", "S"]
    assert line[11:] == ["0", "64240", "-", "-", "-", "RECEIVE"]
    assert int(line[10]) > 0
    fe01.run(f"{SET} droppedconnections disable")
    attempt(fe01, 5061)
    assert len(lines(fe01)) == 1


def test_only_those_whom_a_rule_keeps_out(fe01: LabHost) -> None:
    fe01.run(f"{SET} droppedconnections enable")
    fe01.run(
        "netsh advfirewall firewall add rule name=a dir=in action=allow protocol=tcp localport=5061 remoteip=127.0.0.9"
    )
    attempt(fe01, 5061)
    attempt(fe01, 5061, "127.0.0.10")
    assert [line[4] for line in lines(fe01)] == ["127.0.0.10"]


def test_what_another_device_drops_is_not_in_the_log(fe01: LabHost) -> None:
    fe01.run(f"{SET} droppedconnections enable")
    fe01.shut_on_the_way(5061)
    attempt(fe01, 5061)
    assert lines(fe01) == []


def test_an_allowed_connection(fe01: LabHost) -> None:
    """Public captures: `ALLOW TCP … 0 - 0 0 0 - - - RECEIVE`."""
    fe01.run(f"{SET} allowedconnections enable")
    port = attempt(fe01, 5985)
    attempt(fe01, 5061)
    (line,) = lines(fe01)
    assert line[2:] == [
        "ALLOW", "TCP", "127.0.0.9", fe01.address, str(port), "5985", "0", "-", "0", "0", "0", "-", "-", "-", "RECEIVE",
    ]  # fmt: skip


def test_datagrams(fe01: LabHost) -> None:
    """Public captures: a dropped one has its size with the headers, one let in has 0."""
    fe01.run("netsh advfirewall set allprofiles logging droppedconnections enable")
    fe01.run("netsh advfirewall set allprofiles logging allowedconnections enable")
    fe01.udp_open(1434)
    fe01.run("netsh advfirewall firewall add rule name=b dir=in action=allow protocol=udp localport=1434")
    assert fe01.udp_open(1434)
    dropped, allowed = lines(fe01)
    assert (dropped[2:4], dropped[7], dropped[9:]) == (["DROP", "UDP"], "1434", ["-"] * 7 + ["RECEIVE"])
    assert int(dropped[8]) > 28
    assert (allowed[2:4], allowed[7:]) == (["ALLOW", "UDP"], ["1434", "0"] + ["-"] * 7 + ["RECEIVE"])


def test_block_rules_on_what_the_lab_knows_are_in_the_log(fe01: LabHost) -> None:
    """A rule on an interface that the traffic does not use, or a service that does not listen, blocks nothing."""
    fe01.run("netsh advfirewall set currentprofile firewallpolicy allowinbound,allowoutbound")
    fe01.run(f"{SET} droppedconnections enable")
    block = "netsh advfirewall firewall add rule name=b dir=in action=block"
    port = "protocol=tcp localport=5061"
    for condition, open_ in (
        (f"{port} interfacetype=wireless", True),
        (f"{port} interfacetype=ras,lan", False),
        (f"{port} localip=10.0.0.1", True),
        (f"{port} localip={fe01.address}", False),
        (f"{port} service=w32time", True),
        ("protocol=icmpv4", True),
    ):
        assert fe01.run(f"{block} {condition}").rc == 0
        before = len(lines(fe01))
        assert fe01.tcp_open(5061, "127.0.0.9", 0.4) is open_, condition
        assert len(lines(fe01)) - before == (0 if open_ else 1), condition
        fe01.run("netsh advfirewall firewall delete rule name=b")


def test_ports_without_a_listener(fe01: LabHost) -> None:
    """What stealth mode drops is in the log too, where the lab binds the port (quirk `stealth_ports`)."""
    fe01.set_quirks(stealth=True, stealth_ports="4444")
    fe01.run(f"{SET} droppedconnections enable")
    attempt(fe01, 4444)
    assert [line[7] for line in lines(fe01)] == ["4444"]


def test_shields_up(fe01: LabHost) -> None:
    fe01.run("netsh advfirewall firewall add rule name=a dir=in action=allow protocol=tcp localport=5061")
    fe01.run(f"{SET} droppedconnections enable")
    fe01.run("netsh advfirewall set currentprofile firewallpolicy blockinboundalways,allowoutbound")
    attempt(fe01, 5061)
    assert [line[7] for line in lines(fe01)] == ["5061"]


def test_the_firewall_off_logs_nothing(fe01: LabHost) -> None:
    fe01.run("netsh advfirewall set allprofiles logging allowedconnections enable")
    fe01.run("netsh advfirewall set allprofiles state off")
    attempt(fe01, 5985)
    assert fe01.file(LOG) is None


def test_local_time_of_the_host(fe01: LabHost) -> None:
    """`#Time Format: Local`; ActiveTimeBias is UTC less local time, in minutes."""
    fe01.set_quirks(time_zone="-03:30")
    shown = fe01.run(r"reg query HKLM\SYSTEM\CurrentControlSet\Control\TimeZoneInformation /v ActiveTimeBias").stdout
    assert "    ActiveTimeBias    REG_DWORD    0xd2\r\n" in shown
    fe01.set_quirks(time_zone="+05:30")
    shown = fe01.run(r"reg query HKLM\SYSTEM\CurrentControlSet\Control\TimeZoneInformation /v ActiveTimeBias").stdout
    assert "    ActiveTimeBias    REG_DWORD    0xfffffeb6\r\n" in shown
    fe01.run(f"{SET} allowedconnections enable")
    attempt(fe01, 5985)
    written = datetime.strptime(" ".join(lines(fe01)[0][:2]), "%Y-%m-%d %H:%M:%S").replace(
        tzinfo=timezone(timedelta(hours=5, minutes=30))
    )
    assert abs((written - datetime.now(timezone.utc)).total_seconds()) < 5


def test_a_zone_that_there_is_not(fe01: LabHost) -> None:
    for text in ("5:30", "+25:00", "Mars", "+05:75"):
        with pytest.raises(ValueError, match="time_zone"):
            fe01.set_quirks(time_zone=text)


def test_the_file_that_the_profile_names(fe01: LabHost) -> None:
    fe01.run(f"{SET} allowedconnections enable")
    fe01.run(rf'{SET} filename "%windir%\system32\LogFiles\Firewall\pfirewall_Domain.log"')
    attempt(fe01, 5985)
    assert len(lines(fe01, rf"{FOLDER}\pfirewall_Domain.log")) == 1
    fe01.set_profile("Public")
    attempt(fe01, 5985)
    assert fe01.file(LOG) is None  # the other profiles log nothing
    fe01.set_profile("Domain")
    fe01.run(rf"{SET} filename C:\NoSuchFolder\a.log")
    attempt(fe01, 5985)
    assert fe01.file(r"C:\NoSuchFolder\a.log") is None  # "you must create the folder"


def test_group_policy_over_local_and_on_wins(fe01: LabHost) -> None:
    """[MS-FASP] 2.2.38: the merge laws of the four settings."""
    key = rf"{GROUP_POLICY_STORE}\DomainProfile\Logging"
    fe01.run(rf"{SET} filename C:\Windows\Temp\local.log")
    fe01.run(f"{SET} allowedconnections enable")
    fe01.write_registry(key, "LogSuccessfulConnections", "REG_DWORD", "0x0")
    fe01.write_registry(key, "LogDroppedPackets", "REG_DWORD", "0x1")
    fe01.write_registry(key, "LogFilePath", "REG_SZ", r"%windir%\Temp\policy.log")
    attempt(fe01, 5985)
    assert len(lines(fe01, r"C:\Windows\Temp\local.log")) == 1  # policy is not in force yet
    fe01.run("gpupdate")
    attempt(fe01, 5985)
    attempt(fe01, 5061)
    assert [line[2] for line in lines(fe01, r"C:\Windows\Temp\policy.log")] == ["ALLOW", "DROP"]
    assert len(lines(fe01, r"C:\Windows\Temp\local.log")) == 1


def test_registry_writes_beside_the_service_do_not_count(fe01: LabHost) -> None:
    base = r"HKLM\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\DomainProfile\Logging"
    fe01.write_registry(base, "LogSuccessfulConnections", "REG_DWORD", "0x1")
    attempt(fe01, 5985)
    assert fe01.file(LOG) is None
    fe01.reboot()
    attempt(fe01, 5985)
    assert lines(fe01)


def test_a_full_log_is_rotated() -> None:
    """What has outgrown its size becomes `.old`, in place of the one before."""
    files = FileSystem()
    moments = iter(datetime(2026, 1, 1) + timedelta(seconds=number) for number in range(100))
    log = FirewallLog(lambda: files, lambda: next(moments), lambda: True)
    settings = LogSettings(dropped=True, kilobytes=1)
    for number in range(30):
        log.note(settings, Packet(17, ("10.0.0.1", number), ("10.0.0.2", 53), 40), allowed=False)
    now, old = ((files.read(f"{LOG}{end}") or b"").decode() for end in ("", ".old"))
    assert len(now) <= 1024
    assert len(old) <= 1024
    assert now.startswith("#Version: 1.5\r\n")
    assert old.startswith("#Version: 1.5\r\n")
    assert now.endswith("2026-01-01 00:00:29 DROP UDP 10.0.0.1 10.0.0.2 29 53 68 - - - - - - - RECEIVE 4\r\n")
    ports = [line.split()[6] for line in (old + now).splitlines() if line.startswith("2")]
    assert ports == [str(number) for number in range(30 - len(ports), 30)]  # the older ones are gone


def test_a_log_that_is_locked_takes_nothing(fe01: LabHost) -> None:
    fe01.run(f"{SET} allowedconnections enable")
    attempt(fe01, 5985)
    held = fe01.hold_file(LOG)
    attempt(fe01, 5985)
    held.close()
    assert len(lines(fe01)) == 1


def test_newer_windows_has_the_process(fe01: LabHost) -> None:
    fe01.set_quirks(log_pid="yes")
    fe01.run(f"{SET} allowedconnections enable")
    attempt(fe01, 5985)
    assert " info path pid\r\n" in (fe01.file(LOG) or "")
    assert lines(fe01)[0][-2:] == ["RECEIVE", "4"]
    with Lab(hosts=["fe01"], windows="2022") as lab:
        other = lab.host("fe01")
        other.run(f"{SET} allowedconnections enable")
        attempt(other, 5985)
        assert lines(other)[0][-1] == "4"


def test_many_hosts_log_their_own(shared_lab: Lab) -> None:
    hosts = shared_lab.hosts
    for host in hosts:
        host.run(f"{SET} droppedconnections enable")
    try:
        for host in hosts:
            attempt(host, host.spec.listeners[0].port)
        time.sleep(0.1)
        assert [[line[5] for line in lines(host)] for host in hosts] == [[host.address] for host in hosts]
    finally:
        for host in hosts:
            host.reset()
