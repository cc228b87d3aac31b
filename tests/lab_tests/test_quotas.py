# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Limits of WinRM ([MS-WSMV] 3.1.4): IdleTimeout, MaxEnvelopeSize of a request, MaxProcessesPerShell, PowerShell."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Callable

import pytest
from winrm.exceptions import WSManFaultError

from lab.testing import LabHost
from lab_tests.clients import Client
from lab_tests.test_winrm import SHELL, TRANSFER, envelope, fault_code, post


def _open(host: LabHost, idle: str) -> str:
    body = f"<rsp:Shell><rsp:IdleTimeOut>{idle}</rsp:IdleTimeOut></rsp:Shell>"
    found = re.search(r'<w:Selector Name="ShellId">([^<]+)', post(host, envelope(f"{TRANSFER}/Create", body=body)).text)
    assert found
    return found[1]


def _start(host: LabHost, shell: str, line: str) -> str:
    body = f"<rsp:CommandLine><rsp:Command>{line}</rsp:Command></rsp:CommandLine>"
    found = re.search(r"<rsp:CommandId>([^<]+)", post(host, envelope(f"{SHELL}/Command", shell, body)).text)
    assert found
    return found[1]


def _receive(host: LabHost, shell: str, command: str, timeout: str = "PT5S", size: int | None = None) -> str:
    body = f'<rsp:Receive><rsp:DesiredStream CommandId="{command}">stdout stderr</rsp:DesiredStream></rsp:Receive>'
    text = envelope(f"{SHELL}/Receive", shell, body, timeout=timeout)
    if size is not None:
        text = text.replace("</s:Header>", f"<w:MaxEnvelopeSize>{size}</w:MaxEnvelopeSize></s:Header>")
    return post(host, text).text


def test_an_idle_shell_expires_and_is_unknown_then(fe01: LabHost) -> None:
    shell, other = _open(fe01, "PT0.3S"), _open(fe01, "PT60S")
    time.sleep(0.4)
    assert fault_code(post(fe01, envelope(f"{TRANSFER}/Get", shell))) == 2150858843
    assert post(fe01, envelope(f"{TRANSFER}/Get", other)).status_code == 200


def test_a_shell_that_somebody_waits_for_is_not_idle(fe01: LabHost) -> None:
    shell = _open(fe01, "PT0.3S")
    command = _start(fe01, shell, "ping -n 100 127.0.0.1 &gt;nul")
    text = _receive(fe01, shell, command, timeout="PT0.6S")
    assert 'Code="2150858793"' in text
    assert post(fe01, envelope(f"{TRANSFER}/Get", shell)).status_code == 200


@pytest.mark.parametrize("size", [8192, 20_000, 153_600])
def test_answers_keep_to_the_envelope_that_the_client_can_take(fe01: LabHost, size: int) -> None:
    fe01.write_registry(r"HKLM\SOFTWARE\Big", "value", "REG_SZ", "x" * 60_000)
    shell = _open(fe01, "PT60S")
    command = _start(fe01, shell, r"reg query HKLM\SOFTWARE\Big")
    got, answers = b"", 0
    while True:
        text = _receive(fe01, shell, command, size=size)
        assert len(text.encode()) <= size
        got += b"".join(base64.b64decode(piece) for piece in re.findall(r'Name="stdout"[^>]*>([^<]+)<', text))
        answers += 1
        if "CommandState/Done" in text:
            break
    assert got.count(b"x") >= 60_000
    assert (text.count('End="true"'), "<rsp:ExitCode>0<" in text) == (2, True)
    assert answers >= 60_000 / min(size, 16384)


def test_an_envelope_below_the_least_is_refused(fe01: LabHost) -> None:
    shell = _open(fe01, "PT60S")
    text = envelope(f"{TRANSFER}/Get", shell)
    small = text.replace("</s:Header>", "<w:MaxEnvelopeSize>8191</w:MaxEnvelopeSize></s:Header>")
    answer = post(fe01, small)
    assert answer.status_code == 500
    assert "w:EncodingLimit" in answer.text


def test_processes_of_a_shell_are_counted_while_they_run(fe01: LabHost, connect: Callable[..., Client]) -> None:
    client = connect()
    fe01.set_quirks(max_processes=2)
    assert client.run(" & ".join(["hostname"] * 5)).stdout == "FE01\r\n" * 5
    fe01.set_quirks(max_processes=1)
    result = client.run("hostname & echo still")
    assert "Not enough quota" in result.stderr
    assert result.stdout == "still\r\n"
    assert client.run("hostname").rc == 1816
    assert fe01.run("hostname").rc == 0, "the console has no such limit"


@pytest.mark.parametrize("name", ["Microsoft.PowerShell", "microsoft.powershell32", "JEA"])
def test_powershell_is_refused_and_counted(fe01: LabHost, client: Client, name: str) -> None:
    resource = f"http://schemas.microsoft.com/powershell/{name}"
    assert fe01.stats()["powershell"] == 0
    assert fault_code(post(fe01, envelope(f"{TRANSFER}/Create", resource=resource, body="<rsp:Shell/>"))) == 5
    assert fe01.stats()["powershell"] == 1
    assert client.run("hostname").rc == 0


def test_an_ended_command_is_unknown(client: Client) -> None:
    command = client.protocol.run_command(client.shell, "hostname")
    client.protocol.get_command_output(client.shell, command)
    client.protocol.cleanup_command(client.shell, command)
    with pytest.raises(WSManFaultError) as caught:
        client.receive(command)
    assert caught.value.wsman_fault_code == 2150858843
