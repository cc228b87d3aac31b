# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Receives of one command: each as pywinrm would make it, under an id of its own."""

from __future__ import annotations

import base64
import re

import pytest
from ansible_collections.lyncops.firewall.plugins.plugin_utils._host.wsman import Receiving

pytest.importorskip("winrm", reason="pywinrm is not here")
from winrm.exceptions import WinRMOperationTimeoutError
from winrm.protocol import Protocol

SHELL, COMMAND = "11111111-2222-3333-4444-555555555555", "66666666-7777-8888-9999-000000000000"
_ENVELOPE = """<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"
 xmlns:rsp="http://schemas.microsoft.com/wbem/wsman/1/windows/shell"><s:Body><rsp:ReceiveResponse>{}
</rsp:ReceiveResponse></s:Body></s:Envelope>"""
_STATE = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/CommandState/"


def answer(stdout: bytes = b"", stderr: bytes = b"", code: int | None = None) -> bytes:
    """A ReceiveResponse as [MS-WSMV] 2.2.4.30 has it; without a code the command still runs."""
    streams = "".join(
        f'<rsp:Stream Name="{name}" CommandId="{COMMAND}">{base64.b64encode(data).decode()}</rsp:Stream>'
        for name, data in (("stdout", stdout), ("stderr", stderr))
        if data
    )
    ends = "" if code is None else "".join(f'<rsp:Stream Name="{name}" End="true"/>' for name in ("stdout", "stderr"))
    state = "Running" if code is None else "Done"
    exit_code = "" if code is None else f"<rsp:ExitCode>{code}</rsp:ExitCode>"
    done = f'<rsp:CommandState CommandId="{COMMAND}" State="{_STATE}{state}">{exit_code}</rsp:CommandState>'
    return _ENVELOPE.format(streams + ends + done).encode()


def receiving(*answers: bytes | Exception) -> tuple[Receiving, list[str]]:
    """A pywinrm Protocol whose transport gives answers, and what it was sent."""
    protocol = Protocol("http://127.0.0.1:5985/wsman", transport="plaintext", username="a", password="b")
    sent: list[str] = []
    waiting = list(answers)

    def send(message: str) -> bytes:
        sent.append(message)
        found = waiting.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    protocol.send_message = send
    return Receiving(protocol, SHELL, COMMAND), sent


ANSWERS = (answer(b"one "), answer(b"two", b"err"), answer(), answer(b"!", code=3))


def test_all_are_read_as_pywinrm_reads_them() -> None:
    receive, _sent = receiving(*ANSWERS)
    assert [receive() for _answer in ANSWERS] == [
        (b"one ", b"", -1, False),
        (b"two", b"err", -1, False),
        (b"", b"", -1, False),
        (b"!", b"", 3, True),
    ]
    alone = [receiving(one)[0]() for one in ANSWERS]  # the first is always pywinrm's own
    receive, _sent = receiving(*ANSWERS)
    assert [receive() for _answer in ANSWERS] == alone


def test_each_message_is_that_of_pywinrm_with_an_id_of_its_own() -> None:
    receive, sent = receiving(*ANSWERS)
    for _answer in ANSWERS:
        receive()
    ids = [re.findall(r"<a:MessageID>(uuid:[0-9a-fA-F-]{36})</a:MessageID>", message) for message in sent]
    assert len({tuple(found) for found in ids}) == len(ANSWERS)
    assert len({message.replace(found[0], "") for message, found in zip(sent, ids, strict=True)}) == 1
    assert COMMAND in sent[-1]


def test_a_time_without_output_is_that_of_pywinrm() -> None:
    receive, sent = receiving(WinRMOperationTimeoutError(), answer(b"a"), WinRMOperationTimeoutError(), answer(code=0))
    for raises in (True, False, True, False):
        if raises:
            with pytest.raises(WinRMOperationTimeoutError):
                receive()
        else:
            receive()
    assert len(sent) == 4
