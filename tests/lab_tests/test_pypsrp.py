# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab against pypsrp's WS-Man and shell classes, a client with another author and another style."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pypsrp.exceptions import AuthenticationError, WSManFaultError
from pypsrp.shell import Process, SignalCode, WinRS
from pypsrp.wsman import WSMan

from lab.testing import Lab, LabHost


def connection(host: LabHost, password: str = Lab.password) -> WSMan:
    return WSMan(
        host.address,
        port=host.winrm_port,
        username=Lab.user,
        password=password,
        ssl=False,
        auth="basic",
        encryption="never",
    )


@pytest.fixture
def wsman(fe01: LabHost) -> Iterator[WSMan]:
    made = connection(fe01)
    with made:
        yield made


def test_a_process_runs(wsman: WSMan) -> None:
    with WinRS(wsman, codepage=65001) as shell:
        process = Process(shell, "echo", ["one", "two"])
        process.invoke()
        process.signal(SignalCode.CTRL_C)
    assert (process.stdout, process.rc) == (b"one two\r\n", 0)


def test_the_shell_knows_its_client(wsman: WSMan) -> None:
    with WinRS(wsman, idle_time_out=60) as shell:
        assert shell.client_ip == "127.0.0.1"
        assert shell.owner == "FE01\\Administrator"
        assert shell._get_shell()["ShellId"] == shell.id


def test_standard_input(fe01: LabHost, wsman: WSMan) -> None:
    with WinRS(wsman, codepage=65001) as shell:
        process = Process(shell, "netsh")
        process.begin_invoke()
        process.send(b"advfirewall firewall\r\nadd rule name=psrp dir=in action=allow\r\nbye\r\n", end=True)
        process.end_invoke()
    assert process.rc == 0
    assert any("|Name=psrp|" in text for text in fe01.rules().values())


def test_payload_size_follows_the_servers_configuration(fe01: LabHost, wsman: WSMan) -> None:
    fe01.set_quirks(max_envelope_kb=300)
    wsman.update_max_payload_size()
    assert wsman.max_envelope_size == 300 * 1024


def test_faults_and_bad_credentials(fe01: LabHost, wsman: WSMan) -> None:
    shell = WinRS(wsman)
    shell.open()
    fe01.set_quirks(shell_gone_at=1)
    with pytest.raises(WSManFaultError) as caught:
        Process(shell, "hostname").invoke()
    assert caught.value.code == 2150858843
    with connection(fe01, "wrong") as bad, pytest.raises(AuthenticationError):
        WinRS(bad).open()
