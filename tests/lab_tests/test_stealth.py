# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a port looks like from outside that nothing listens on, that the policy closes, or that is shut on the way."""

from __future__ import annotations

import contextlib
import errno
import socket

import pytest

from lab.testing import LabHost

PROFILES = r"HKLM\SOFTWARE\Policies\Microsoft\WindowsFirewall"


def tcp(host: LabHost, port: int) -> str:
    """``open``, ``refused`` or ``silent``."""
    with socket.socket() as sock:
        sock.settimeout(0.3)
        found = sock.connect_ex((host.address, port))
    return {0: "open", errno.ECONNREFUSED: "refused", errno.EAGAIN: "silent"}[found]


def udp(host: LabHost, port: int) -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(0.3)
        sock.connect((host.address, port))
        try:
            sock.send(b"")
            sock.recv(100)
        except TimeoutError:
            return "silent"
        except ConnectionRefusedError:
            return "refused"
        return "open"


def listens(host: LabHost, port: int) -> bool:
    return f"0.0.0.0:{port} " in host.run("netstat -ano").stdout


@pytest.fixture
def open_host(fe01: LabHost) -> LabHost:
    fe01.run(
        "netsh advfirewall firewall add rule name=probed dir=in action=allow protocol=tcp localport=5061,5062,8058"
    )
    fe01.run("netsh advfirewall firewall add rule name=probed dir=in action=allow protocol=udp localport=1434")
    return fe01


def test_a_port_without_a_listener_is_refused_and_in_stealth_mode_silent(open_host: LabHost) -> None:
    assert (tcp(open_host, 5061), udp(open_host, 1434)) == ("open", "open")
    open_host.stop_listening(5061, 1434)
    assert (tcp(open_host, 5061), udp(open_host, 1434)) == ("refused", "refused")
    assert not listens(open_host, 5061)
    open_host.set_quirks(stealth=True, stealth_ports="8058")
    assert (tcp(open_host, 5061), udp(open_host, 1434), tcp(open_host, 8058)) == ("silent", "silent", "silent")
    assert not listens(open_host, 8058), "what is silent does not listen"
    assert tcp(open_host, 5062) == "open"
    open_host.stop_listening()
    assert (tcp(open_host, 5061), udp(open_host, 1434)) == ("open", "open")
    assert listens(open_host, 5061)


def test_stealth_mode_is_one_of_the_firewall_of_the_profile(open_host: LabHost) -> None:
    open_host.set_quirks(stealth=True)
    open_host.stop_listening(5061)
    assert tcp(open_host, 5061) == "silent"
    open_host.run("netsh advfirewall set domainprofile state off")
    assert tcp(open_host, 5061) == "refused"
    open_host.set_profile("Public")
    assert tcp(open_host, 5061) == "silent"


@pytest.mark.parametrize(("value", "looks"), [("0x1", "refused"), ("0x0", "silent")])
def test_group_policy_turns_it_off(open_host: LabHost, value: str, looks: str) -> None:
    open_host.set_quirks(stealth=True)
    open_host.stop_listening(5061)
    open_host.write_registry(rf"{PROFILES}\DomainProfile", "DisableStealthMode", "REG_DWORD", value)
    open_host.run("gpupdate /force")
    assert tcp(open_host, 5061) == looks


def test_a_closed_port_is_silent_too_and_its_listener_is_there(fe01: LabHost) -> None:
    assert (tcp(fe01, 5061), listens(fe01, 5061)) == ("refused", True)
    fe01.set_quirks(stealth=True)
    assert (tcp(fe01, 5061), listens(fe01, 5061)) == ("silent", True)


@pytest.mark.parametrize(("refused", "looks"), [(False, "silent"), (True, "refused")])
def test_a_firewall_in_front_of_the_host_is_none_of_its_own(open_host: LabHost, refused: bool, looks: str) -> None:
    open_host.shut_on_the_way(5061, refused=refused)
    assert (tcp(open_host, 5061), tcp(open_host, 5062), listens(open_host, 5061)) == (looks, "open", True)
    open_host.shut_on_the_way()
    assert tcp(open_host, 5061) == "open"


def test_a_reset_host_has_neither(open_host: LabHost) -> None:
    open_host.stop_listening(5061)
    open_host.shut_on_the_way(5062)
    open_host.reset()
    assert listens(open_host, 5061)
    open_host.run("netsh advfirewall set allprofiles state off")
    assert (tcp(open_host, 5061), tcp(open_host, 5062)) == ("open", "open")


def test_a_tls_service_answers_a_hello_with_an_alert(open_host: LabHost) -> None:
    open_host.set_quirks(tls=True)
    for hello, answer in ((b"\x16\x03\x01\x00\x05hello", bytes((0x15, 3, 3, 0, 2, 2, 40))), (b"GET / HTTP/1.0", b"")):
        with socket.create_connection((open_host.address, 5061), timeout=2) as sock:
            sock.send(hello)
            with contextlib.suppress(ConnectionResetError):
                assert sock.recv(100) == answer
