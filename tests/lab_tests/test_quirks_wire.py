# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The nasty side of the wire, and second administrators: requests and answers that go wrong at a chosen moment."""

from __future__ import annotations

import base64
import re
import socket
import time
from collections.abc import Callable

import pytest
import requests
from winrm.exceptions import WinRMOperationTimeoutError, WinRMTransportError, WSManFaultError

from lab.quirks import NO_QUIRKS, QuirkError
from lab.testing import Lab, LabHost
from lab_tests.clients import Client

BATCH = (
    b"advfirewall firewall\nadd rule name=q1 dir=in action=allow\nadd rule name=bad dir=nowhere action=allow\n"
    b"add rule name=q2 dir=in action=allow\nbye\n"
)


def batch_names(host: LabHost) -> list[str]:
    return [name for name in ("q1", "q2") if any(f"|Name={name}|" in text for text in host.rules().values())]


ADD = "netsh advfirewall firewall add rule name={} dir=in action=allow"


def test_an_answer_may_break_off_after_the_work_is_done(fe01: LabHost, client: Client) -> None:
    # The first request is the Command, whose answer is cut; the rule is added all the same.
    fe01.set_quirks(cut_response_at=1)
    with pytest.raises((requests.exceptions.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        client.run(ADD.format("q1"))
    assert batch_names(fe01) == ["q1"]
    client.close()
    assert Client(fe01).run("hostname").rc == 0


def test_what_a_cut_answer_looks_like(fe01: LabHost) -> None:
    token = base64.b64encode(f"{Lab.user}:{Lab.password}".encode()).decode()
    envelope = (
        '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
        'xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"><s:Header><a:Action>x/Get</a:Action>'
        "<a:MessageID>1</a:MessageID></s:Header></s:Envelope>"
    )
    head = f"POST /wsman HTTP/1.1\r\nHost: x\r\nAuthorization: Basic {token}\r\nContent-Length: {len(envelope)}\r\n\r\n"
    fe01.set_quirks(cut_response_at=1)
    with socket.create_connection((fe01.address, fe01.winrm_port), 5) as connection:
        connection.sendall((head + envelope).encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    headers, _unused, content = answer.partition(b"\r\n\r\n")
    announced = int(re.search(rb"Content-Length: (\d+)", headers)[1])  # type: ignore[index]
    assert 0 < len(content) == announced // 2


@pytest.mark.parametrize(
    ("action", "number", "applied"),
    [
        ("Command", 1, []),
        ("Send", 1, []),
        ("Receive", 1, ["q1", "q2"]),
        ("Signal", 1, ["q1", "q2"]),
        ("Delete", 1, ["q1", "q2"]),
    ],
)
def test_requests_of_one_action_can_be_counted(
    fe01: LabHost, client: Client, action: str, number: int, applied: list[str]
) -> None:
    fe01.set_quirks(count_action=action, drop_before=number)

    def whole_run() -> None:
        client.run("netsh", BATCH)
        client.protocol.close_shell(client.shell)

    with pytest.raises(requests.exceptions.ConnectionError):
        whole_run()
    assert batch_names(fe01) == applied


def test_http_errors_may_come_several_times(fe01: LabHost, client: Client) -> None:
    fe01.set_quirks(http_status_at=1, http_status=503, http_status_count=3)
    for _unused in range(3):
        with pytest.raises(WinRMTransportError):
            client.run("hostname")
    assert client.run("hostname").rc == 0


def test_a_quota_fault(fe01: LabHost, client: Client) -> None:
    fe01.set_quirks(quota_at=1, count_action="Command")
    with pytest.raises(WSManFaultError) as caught:
        client.run("hostname")
    assert caught.value.fault_subcode == "w:QuotaLimit"
    assert client.run("hostname").rc == 0


def test_netsh_may_hang_for_ever_and_be_terminated(fe01: LabHost, connect: Callable[..., Client]) -> None:
    for line, applied in ((0, []), (3, ["q1"])):
        fe01.set_quirks(netsh_hang_line=line)
        client = connect(operation_timeout=1)
        command = client.protocol.run_command(client.shell, "netsh")
        client.protocol.send_command_input(client.shell, command, BATCH, end=True)
        if applied:  # what was printed before it hung comes first
            assert client.receive(command)[0].startswith(b"netsh>")
        with pytest.raises(WinRMOperationTimeoutError):
            client.receive(command)
        client.protocol.cleanup_command(client.shell, command)
        assert client.run("hostname").rc == 0
        assert batch_names(fe01) == applied
        # Only sessions hang: an undo script's commands do not.
        assert client.run("netsh advfirewall firewall delete rule name=q1").rc == (0 if applied else 1)


def test_sc_may_be_slow(fe01: LabHost, client: Client) -> None:
    fe01.set_quirks(sc_delay=0.5)
    begun = time.monotonic()
    assert client.run("sc query MpsSvc").rc == 0
    assert time.monotonic() - begun > 0.5


@pytest.mark.parametrize("number", [1, 2, 4])
def test_a_second_administrator_adds_a_rule_at_a_line_once(fe01: LabHost, client: Client, number: int) -> None:
    fe01.set_quirks(foreign_rule_at_line=number)
    client.run("netsh", BATCH)
    client.run("netsh", BATCH)
    names = [text for text in fe01.rules().values() if "Added by a second administrator" in text]
    assert len(names) == 1
    order = [text for text in fe01.rules().values() if "|Name=q" in text or "second administrator" in text]
    assert order.index(names[0]) == (0 if number <= 2 else 1)


def test_a_second_administrator_blocks_winrm_at_a_line(fe01: LabHost, client: Client) -> None:
    fe01.set_quirks(foreign_block_at_line=3)
    client.run("netsh", BATCH)
    assert batch_names(fe01) == ["q1", "q2"]
    assert not fe01.tcp_open(5985, timeout=0.4)
    assert client.run("hostname").rc == 0  # the connection that stands
    fe01.run('netsh advfirewall firewall delete rule name="Emergency block by a second administrator"')
    assert fe01.tcp_open(5985)


@pytest.mark.parametrize("change", [{"minute": 0}, {"count_action": "Put"}, {"netsh_hang_line": -1}])
def test_more_bad_quirks_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(QuirkError):
        NO_QUIRKS.with_changes(change)
