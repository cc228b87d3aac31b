# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where WinRM listens, through what a client comes, and what the host's own `netstat` shows of it."""

from __future__ import annotations

import re
import socket

import pytest
from winrm.protocol import Protocol

from lab.testing import Lab, LabHost
from lab.windows.netstat import Socket
from lab.windows.registry import Registry
from lab.windows.winrm_listeners import LISTENER_KEY, SERVICE_KEY, set_listeners, winrm_listeners
from lab_tests.clients import Client

NETSTAT = r"%SystemRoot%\System32\netstat.exe -ano"


def run_at(address: str, port: int, command: str) -> str:
    protocol = Protocol(f"http://{address}:{port}/wsman", transport="basic", username=Lab.user, password=Lab.password)
    shell = protocol.open_shell(codepage=65001)
    command_id = protocol.run_command(shell, command)
    out, _unused, _code = protocol.get_command_output(shell, command_id)
    protocol.cleanup_command(shell, command_id)
    protocol.close_shell(shell)
    protocol.transport.close_session()
    return out.decode()


def kernel_connections(text: str) -> list[tuple[str, int, str]]:
    """Local address and port, and client, of the connections of PID 4, whatever the language."""
    found = re.findall(r"^ +TCP +([\d.]+):(\d+) +([\d.]+:[1-9]\d*) +\S+ +4\r?$", text, re.MULTILINE)
    return [(address, int(port), client) for address, port, client in found]


def test_settings_of_the_service_make_compatibility_listeners() -> None:
    registry = Registry()
    set_listeners(registry, {"*+HTTP": 5985}, compatibility=["HTTP", "HTTPS"])
    ports = [each.port for each in winrm_listeners(registry, ["127.77.0.11"])]
    assert ports == [80, 443, 5985]
    set_listeners(registry, {"*+HTTP": 5985, "IP:127.77.0.11+HTTP": 8080, "IP:127.77.0.12+HTTP": 8081})
    assert [each.port for each in winrm_listeners(registry, ["127.77.0.11"], [81])] == [81, 5985, 8080]


def test_a_client_on_the_compatibility_listener_is_on_port_80(fe01: LabHost) -> None:
    fe01.set_winrm_listeners({"*+HTTP": 5985}, compatibility=["HTTP"])
    fe01.run("netsh advfirewall firewall add rule name=c dir=in action=allow protocol=tcp localport=80")
    text = run_at(fe01.address, 80, NETSTAT)
    assert [row[:2] for row in kernel_connections(text)] == [(fe01.address, 80)]
    assert all(f"0.0.0.0:{port} " in text for port in (80, 5985))
    assert "EnableCompatibilityHttpListener    REG_DWORD    0x1" in fe01.run(f"reg query {SERVICE_KEY}").stdout
    # Closing 5985 does not harm it; closing 80 does.
    fe01.run('netsh advfirewall firewall set rule name="Windows Remote Management (HTTP-In)" new enable=no')
    assert (fe01.tcp_open(5985), fe01.tcp_open(80)) == (False, True)
    fe01.run("netsh advfirewall firewall delete rule name=c")
    assert not fe01.tcp_open(80)


def test_a_listener_that_the_registry_does_not_tell(fe01: LabHost) -> None:
    fe01.set_winrm_listeners({"*+HTTP": 5985}, unlisted=[80])
    fe01.run("netsh advfirewall set allprofiles state off")
    assert [row[:2] for row in kernel_connections(run_at(fe01.address, 80, NETSTAT))] == [(fe01.address, 80)]
    assert "Compatibility" not in fe01.run(rf"reg query {SERVICE_KEY}").stdout


def test_two_listeners_of_one_scheme(fe01: LabHost) -> None:
    fe01.set_winrm_listeners({"*+HTTP": 5985, f"IP:{fe01.address}+HTTP": 8530})
    assert (fe01.tcp_open(5985), fe01.tcp_open(8530)) == (True, False)
    fe01.run("netsh advfirewall firewall add rule name=c dir=in action=allow protocol=tcp localport=8530")
    assert [row[1] for row in kernel_connections(run_at(fe01.address, 8530, NETSTAT))] == [8530]
    assert rf"IP:{fe01.address}+HTTP" in fe01.run(f"reg query {LISTENER_KEY} /s").stdout


@pytest.mark.parametrize("language", ["en", "pt", "de", "ru"])
def test_through_a_mapping_the_host_sees_another_port_and_client(fe01: LabHost, language: str) -> None:
    fe01.set_quirks(language=language)
    address, port = fe01.map_port(5985, source="127.0.0.9")
    assert port != 5985
    text = run_at(address, port, NETSTAT)
    rows = kernel_connections(text)
    assert [row[:2] for row in rows] == [(fe01.address, 5985)]
    assert rows[0][2].startswith("127.0.0.9:")
    assert f":{port} " not in text
    assert ("ESTABLISHED" in text) is (language in ("en", "ru"))


def test_a_mapping_is_judged_by_its_own_address(fe01: LabHost) -> None:
    fe01.run("netsh advfirewall firewall add rule name=b dir=in action=block protocol=tcp remoteip=127.0.0.9")
    address, port = fe01.map_port(5985, source="127.0.0.9")
    with socket.create_connection((address, port), 5) as connection:
        connection.settimeout(1)
        connection.sendall(b"POST /wsman HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
        with pytest.raises(TimeoutError):
            connection.recv(100)
    other, port = fe01.map_port(5985, source="127.0.0.8")
    assert "FE01" in run_at(other, port, "hostname")
    fe01.reset()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((other, port), 5)


def test_a_connection_that_stands_stays_the_kernels(fe01: LabHost, client: Client) -> None:
    assert client.run("hostname").rc == 0
    fe01.set_winrm_listeners({"*+HTTP": 8530})
    rows = kernel_connections(client.run(NETSTAT).stdout)
    assert [row[:2] for row in rows] == [(fe01.address, 5985)]
    assert "0.0.0.0:5985 " not in client.run(NETSTAT).stdout


def test_other_sockets_of_the_same_client(fe01: LabHost, client: Client) -> None:
    fe01.show_sockets(
        Socket(445, ("127.0.0.1", 50001)),
        Socket(139, ("127.0.0.1", 50002)),
        Socket(5985, ("127.0.0.1", 50003), state="time_wait", pid=0),
    )
    fe01.set_quirks(language="de")
    text = client.run(NETSTAT).stdout
    assert sorted(row[1] for row in kernel_connections(text)) == [139, 445, 5985]
    assert re.search(r"127\.0\.0\.1:50003 +WARTEND +0\r", text)
    assert "127.0.0.1:50001" in client.run("netstat -an").stdout
    fe01.reset()
    assert "50001" not in fe01.run(NETSTAT).stdout


def test_one_protocol_only(fe01: LabHost) -> None:
    assert "UDP" in fe01.run("netstat -ano").stdout
    tcp = fe01.run("netstat -ano -p tcp").stdout
    assert ("UDP" in tcp, "[::]" in tcp, "0.0.0.0:5985" in tcp) == (False, False, True)
    assert fe01.run("netstat -ano -p sctp").rc == 1


def test_netstat_may_be_denied(fe01: LabHost, client: Client) -> None:
    fe01.set_quirks(deny_netstat=True)
    result = client.run("netstat -ano")
    assert (result.rc, result.stdout) == (1, "")
