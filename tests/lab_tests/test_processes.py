# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who listens and which program that is: netstat, tasklist, services, and the bystanders that really listen."""

from __future__ import annotations

import csv
import re
import socket
from collections.abc import Iterator

import pytest

from lab.estate import EstateError, EstateOptions, build_estate
from lab.testing import Lab, LabHost
from lab_tests.clients import Client

ROW = re.compile(r"^  (TCP|UDP) +(\S+):(\d+) +(\S+) +(?:([^\W\d]+) +)?(\d+)$")


def rows(host: LabHost) -> list[tuple[str, str, int, str, str, int]]:
    """netstat's lines: transport, local address, port, foreign address, state, PID."""
    found = []
    for line in host.run("netstat -ano").stdout.splitlines():
        match = ROW.match(line)
        if match is not None:
            found.append((match[1], match[2], int(match[3]), match[4], match[5] or "", int(match[6])))
    return found


def listening(host: LabHost, transport: str = "TCP", address: str = "0.0.0.0") -> dict[int, int]:
    """Ports that listen for everybody, with the PID."""
    foreign = f"{address}:0" if transport == "TCP" else "*:*"
    return {
        port: pid
        for kind, local, port, far, _unused, pid in rows(host)
        if (kind, local, far) == (transport, address, foreign)
    }


def programs(host: LabHost) -> dict[int, tuple[str, str]]:
    """PID to image and services, from both forms of tasklist, which must agree."""
    plain = {int(row[1]): row for row in csv.reader(host.run("tasklist /fo csv /nh").stdout.splitlines())}
    with_services = list(csv.reader(host.run("tasklist /svc /fo csv /nh").stdout.splitlines()))
    assert {int(row[1]): row[0] for row in with_services} == {pid: row[0] for pid, row in plain.items()}
    assert all(len(row) == 5 for row in plain.values())
    return {int(row[1]): (row[0], row[2]) for row in with_services}


def test_everything_that_listens_is_shown_with_its_program(fe01: LabHost) -> None:
    tcp, udp, table = listening(fe01), listening(fe01, "UDP"), programs(fe01)
    expected = {(item.protocol, item.port) for item in fe01.spec.listeners} | {(6, 5985)}
    assert {(6, port) for port in tcp} | {(17, port) for port in udp} == expected
    assert listening(fe01, address="[::]") == tcp
    assert tcp[5985] == tcp[445] == tcp[443] == 4
    assert table[4] == ("System", "N/A")
    assert table[tcp[5061]] == ("RTCSrv.exe", "RTCSRV")
    assert table[tcp[444]] == table[tcp[5061]]
    assert table[tcp[3389]] == ("svchost.exe", "TermService")
    assert table[tcp[1433]] == ("sqlservr.exe", "MSSQL$RTCLOCAL")
    assert table[tcp[10000]][0] == "beremote.exe"
    assert table[tcp[5666]] == ("nscp.exe", "nscp")
    assert table[tcp[135]] == ("svchost.exe", "RpcSs")
    assert table[tcp[8060]] == ("w3wp.exe", "N/A")
    assert table[udp[1434]] == ("sqlbrowser.exe", "SQLBrowser")
    # The applications run one program, each as a process of its own.
    assert table[tcp[5072]] == ("OcsAppServerHost.exe", "RTCCAA")
    assert table[tcp[5073]] == ("OcsAppServerHost.exe", "RTCCAS")
    assert tcp[5072] != tcp[5073]
    assert "BFE,MpsSvc" in [services for _unused, services in table.values()]


def test_a_listener_on_loopback_only(fe01: LabHost) -> None:
    assert [row[:5] for row in rows(fe01) if row[1] == "127.0.0.1"] == [
        ("TCP", "127.0.0.1", 1434, "0.0.0.0:0", "LISTENING")
    ]


def test_our_own_connection_is_established(fe01: LabHost, client: Client) -> None:
    out = client.run("netstat -ano").stdout
    assert re.search(rf"^  TCP +{fe01.address}:5985 +127\.0\.0\.1:\d+ +ESTABLISHED +4\r$", out, re.MULTILINE)
    client.close()


@pytest.mark.parametrize("port", [3389, 1433, 10000, 5666, 445])
def test_bystanders_really_listen_and_keep_their_connections(fe01: LabHost, port: int) -> None:
    fe01.run('netsh advfirewall firewall set rule group="Remote Desktop" new enable=yes')  # as installed it is not
    fe01.run("netsh advfirewall set allprofiles state off")
    with socket.create_connection((fe01.address, port), 2) as connection:
        assert connection.recv(100).endswith(f" {port}/tcp\r\n".encode())
        here = "{}:{}".format(*connection.getsockname())
        (row,) = [row for row in rows(fe01) if row[3] == here]
        assert row[:3] == ("TCP", fe01.address, port)
        assert row[4] == "ESTABLISHED"
        assert row[5] == listening(fe01)[port]
        # A firewall that is switched on refuses new connections; those that stand live on.
        fe01.run("netsh advfirewall set allprofiles state on")
        assert fe01.tcp_open(port, timeout=0.3) is (port == 3389)
        connection.settimeout(0.1)
        with pytest.raises(TimeoutError):
            connection.recv(1)
        fe01.reboot()
        connection.settimeout(2)
        assert connection.recv(1) == b""


@pytest.mark.parametrize(
    ("language", "heading", "listens", "missing"),
    [
        ("en", "Active Connections", "LISTENING", "N/A"),
        ("pt", "Conexões ativas", "OUVINDO", "N/D"),
        ("de", "Aktive Verbindungen", "ABHÖREN", "Nicht zutreffend"),
        ("ru", "Активные подключения", "LISTENING", "Н/Д"),
    ],
)
def test_netstat_speaks_the_hosts_language(
    fe01: LabHost, client: Client, language: str, heading: str, listens: str, missing: str
) -> None:
    fe01.set_quirks(language=language)
    out = client.run("netstat -ano").stdout
    assert heading in out
    assert re.search(rf"^  TCP +0\.0\.0\.0:5985 +0\.0\.0\.0:0 +{listens} +4\r$", out, re.MULTILINE)
    assert re.search(r"^  UDP +0\.0\.0\.0:1434 +\*:\* +\d+\r$", out, re.MULTILINE)
    assert f'"System","4","{missing}"' in client.run("tasklist /svc /fo csv /nh").stdout


def test_columns_line_up(fe01: LabHost) -> None:
    lines = [line for line in fe01.run("netstat -ano").stdout.splitlines() if line.startswith("  ")]
    assert lines[0] == "  Proto  Local Address          Foreign Address        State           PID"
    assert all(re.match(r"  (TCP|UDP)    \S.{21} \S.{21} .{15} \d+$", line) for line in lines[1:])


@pytest.mark.parametrize(("line", "code"), [("netstat", 1), ("netstat -x", 1), ("netstat -aon", 0), ("tasklist", 1)])
def test_what_is_not_simulated_is_refused(fe01: LabHost, line: str, code: int) -> None:
    assert fe01.run(line).rc == code


def test_image_paths_are_quoted_and_have_arguments(fe01: LabHost) -> None:
    base = r"HKLM\SYSTEM\CurrentControlSet\Services"
    lync = r"C:\Program Files\Microsoft Lync Server 2013"
    assert rf'    ImagePath    REG_EXPAND_SZ    "{lync}\Server\Core\RTCSrv.exe"' in fe01.registry_text(
        rf"{base}\RTCSRV"
    )
    assert rf'"{lync}\Application Host\OcsAppServerHost.exe" -service RTCCAA' in fe01.registry_text(rf"{base}\RTCCAA")
    assert "STATE              : 4  RUNNING" in fe01.run("sc query RTCSRV").stdout
    assert rf"BINARY_PATH_NAME   : {chr(34)}{lync}\Server\Core\RTCSrv.exe" in fe01.run("sc qc RTCSRV").stdout


def test_roles_install_their_own_services_only(shared_lab: Lab) -> None:
    dir01 = shared_lab.host("dir01")
    assert dir01.run("sc query RTCSRV").rc == 0
    assert dir01.run("sc query RTCAVMCU").rc == 1060
    assert shared_lab.host("med01").run("sc query RTCMEDSRV").rc == 0


# --- starting options ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def named_lab() -> Iterator[Lab]:
    with Lab(
        hosts=["fe01", "wac01"], bystanders=["sql"], lync_rules="enabled", group_policy="merge-off",
        oddities=["forged-rule", "forged-key", "forged-twin", "line-breaks", "six-names", "old-hands"],
    ) as lab:  # fmt: skip
        yield lab


def test_only_the_bystanders_asked_for(named_lab: Lab) -> None:
    ports = listening(named_lab.host("wac01"))
    assert set(ports) == {443, 1433, 5985}


def test_bystanders_by_default_and_in_large_estates() -> None:
    ports = {item.port for item in build_estate(EstateOptions())[5].listeners}
    assert {3389, 445, 1433, 10000, 5666} <= ports
    ports = {item.port for item in build_estate(EstateOptions(count=101))[5].listeners}
    assert ports == {443}


@pytest.mark.parametrize(
    ("wanted", "count", "active"), [("one-disabled", 1, 0), ("disabled", 11, 0), ("enabled", 11, 11), ("none", 0, 0)]
)
def test_rules_of_lync(wanted: str, count: int, active: int) -> None:
    with Lab(hosts=["fe01"], lync_rules=wanted) as lab:
        texts = [text for text in lab.host("fe01").rules().values() if "|Name=CS " in text]
        assert len(texts) == count
        assert sum("|Active=TRUE|" in text for text in texts) == active
        assert len(texts) == len(set(texts))
        assert lab.host("fe01").tcp_open(5061) is bool(active)


def test_oddities_forge_lines_and_keys_but_are_not_in_force(named_lab: Lab) -> None:
    fe01 = named_lab.host("fe01")
    out = fe01.run(r"reg query HKLM\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy /s").stdout
    lines = out.split("\r\n")
    assert any(line.startswith("    {F0F0F0F0-") and "|LPort=5061|Name=Lync forged|" in line for line in lines)
    assert sum(line.startswith("    Odd-Real    REG_SZ") for line in lines) == 2
    standard = [number for number, line in enumerate(lines) if line.endswith(r"FirewallPolicy\StandardProfile")]
    assert len(standard) == 2
    assert lines[standard[0] + 1] == "    EnableFirewall    REG_DWORD    0x0"
    assert "    EnableFirewall    REG_DWORD    0x1" in lines[standard[1] + 1 : standard[1] + 3]
    texts = list(fe01.rules().values())
    assert sum("|Name=Odd six of one name|" in text for text in texts) == 6
    assert not any("Lync forged" in text for text in texts)
    assert any("Desc=one\ntwo|" in text for text in texts)


@pytest.mark.parametrize(
    ("name", "winrm", "https", "sip", "public"),
    [
        ("none", True, True, True, False),
        ("merge-off", True, False, False, False),
        ("off", True, True, True, True),
        ("block", True, True, False, False),
        ("standard-profile", True, True, True, True),
    ],
)
def test_group_policies(fe01: LabHost, name: str, winrm: bool, https: bool, sip: bool, public: bool) -> None:
    add = "netsh advfirewall firewall add rule name=p dir=in action=allow protocol=tcp profile=domain localport="
    for port in (443, 5061):
        fe01.run(f"{add}{port}")
    fe01.set_group_policy(name)
    assert [fe01.tcp_open(port, timeout=0.4) for port in (5985, 443, 5061)] == [winrm, https, sip]
    fe01.set_profile("Public")
    assert fe01.tcp_open(5061, timeout=0.4) is public
    present = fe01.run(r"reg query HKLM\SOFTWARE\Policies\Microsoft\WindowsFirewall /s").rc == 0
    assert present is (name != "none")


def test_group_policy_from_the_start(named_lab: Lab) -> None:
    fe01 = named_lab.host("fe01")
    assert fe01.tcp_open(5985)
    assert not fe01.tcp_open(5061)  # Lync's own rules are there, and void
    fe01.set_group_policy("none")
    assert fe01.tcp_open(5061)
    fe01.reset()
    assert not fe01.tcp_open(5061)


@pytest.mark.parametrize(
    "options",
    [
        EstateOptions(bystanders=("nobody",)),
        EstateOptions(lync_rules="some"),
        EstateOptions(group_policy="strict"),
        EstateOptions(oddities=("odd",)),
    ],
)
def test_unknown_names_are_refused(options: EstateOptions) -> None:
    with pytest.raises(EstateError, match="is called"):
        build_estate(options)
