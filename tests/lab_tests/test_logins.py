# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""NTLM, Negotiate and CredSSP with sealed messages over HTTP, on a host that takes nothing in the clear, as Windows."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
import yaml
from pypsrp.shell import Process, WinRS
from pypsrp.wsman import WSMan
from requests_ntlm import HttpNtlmAuth
from winrm.exceptions import InvalidCredentialsError
from winrm.protocol import Protocol

from lab.testing import Lab, LabHost
from lab.winrm.sealing import SealError, is_sealed_content, seal, unseal
from lab_tests.test_winrm import TRANSFER, envelope


@pytest.fixture(scope="module")
def strict_lab() -> Iterator[Lab]:
    """A host whose AllowUnencrypted is off."""
    with Lab(hosts=["fe01"], login="ntlm", services=False) as lab:
        yield lab


@pytest.fixture
def strict(strict_lab: Lab) -> Iterator[LabHost]:
    """That host in its starting state."""
    host = strict_lab.host("fe01")
    yield host
    host.reset()


def pywinrm(host: LabHost, transport: str = "ntlm", password: str = Lab.password, **options: object) -> Protocol:
    return Protocol(host.endpoint, transport=transport, username=Lab.user, password=password, **options)


def test_large_messages_are_sealed_both_ways(strict: LabHost) -> None:
    protocol = pywinrm(strict)
    shell = protocol.open_shell(codepage=65001)
    command = protocol.run_command(shell, 'findstr "^"')
    data = b"".join(b"%08d \xc3\xbc\r\n" % number for number in range(25_000))
    for at in range(0, len(data), 100_000):
        protocol.send_command_input(shell, command, data[at : at + 100_000], end=at + 100_000 >= len(data))
    assert protocol.get_command_output(shell, command) == (data, b"", 0)
    stats = strict.stats()
    assert (stats["connections"], stats["login_steps"]) == (1, 1), "one login for all of it"


def test_nothing_of_a_sealed_message_can_be_read_on_the_wire(strict: LabHost) -> None:
    protocol = pywinrm(strict)
    protocol.open_shell()
    response = protocol.transport.session.send(  # an unsealed message on a connection that is logged in
        requests.Request("POST", strict.endpoint, data=envelope(f"{TRANSFER}/Create")).prepare()
    )
    assert (response.status_code, response.content) == (401, b"")
    content_type, body = protocol.transport.encryption.protocol_string, b""
    prepared = protocol.transport.encryption.prepare_encrypted_request(
        protocol.transport.session, strict.endpoint, envelope(f"{TRANSFER}/Get").encode()
    )
    body = prepared.body
    assert b"Envelope" not in body
    assert content_type in prepared.headers["Content-Type"].encode()


@pytest.mark.parametrize("auth", ["ntlm", "negotiate"])
def test_pypsrp_in_a_shell(strict: LabHost, auth: str) -> None:
    options = {"username": Lab.user, "password": Lab.password, "ssl": False, "auth": auth, "encryption": "always"}
    with WSMan(strict.address, port=strict.winrm_port, **options) as wsman, WinRS(wsman) as shell:
        process = Process(shell, "echo", ["sealed"])
        process.invoke()
    assert (process.stdout, process.rc) == (b"sealed\r\n", 0)


@pytest.mark.parametrize("transport", ["ntlm", "basic"])
def test_wrong_credentials_and_basic_in_the_clear_are_refused(strict: LabHost, transport: str) -> None:
    password = "wrong" if transport == "ntlm" else Lab.password
    with pytest.raises(InvalidCredentialsError):
        pywinrm(strict, transport, password).open_shell()
    response = requests.post(
        strict.endpoint,
        data=envelope(f"{TRANSFER}/Create"),
        auth=HttpNtlmAuth(Lab.user, password) if transport == "ntlm" else (Lab.user, password),
        timeout=5,
    )
    assert (response.status_code, response.content) == (401, b"")
    assert response.headers["Server"] == "Microsoft-HTTPAPI/2.0"
    offered = response.headers["WWW-Authenticate"]
    assert all(word in offered for word in ("Negotiate", 'Basic realm="WSMAN"', "Kerberos", "CredSSP"))
    assert strict.stats()["requests_total"] == 0


def test_ntlm_without_sealing_needs_allow_unencrypted(strict: LabHost) -> None:
    with pytest.raises(InvalidCredentialsError):
        pywinrm(strict, message_encryption="never").open_shell()
    strict.set_quirks(refuse_unencrypted=False)
    assert pywinrm(strict, message_encryption="never").open_shell()


@pytest.mark.parametrize(
    ("user", "accepted"),
    [
        ("FE01\\administrator", True),
        ("CONTOSO\\Administrator", True),
        ("Administrator@contoso.test", True),
        ("Guest", False),
    ],
)
def test_the_forms_of_an_account(strict: LabHost, user: str, *, accepted: bool) -> None:
    protocol = Protocol(strict.endpoint, transport="ntlm", username=user, password=Lab.password)
    if accepted:
        assert protocol.open_shell()
    else:
        with pytest.raises(InvalidCredentialsError):
            protocol.open_shell()


def test_a_damaged_sealed_message_is_no_message(strict: LabHost) -> None:
    protocol = pywinrm(strict)
    protocol.open_shell()
    encryption = protocol.transport.encryption
    prepared = encryption.prepare_encrypted_request(protocol.transport.session, strict.endpoint, b"<x/>")
    prepared.body = prepared.body[:-30] + b"?" + prepared.body[-29:]
    before = strict.stats()["requests_total"]
    assert protocol.transport.session.send(prepared).status_code == 400
    assert strict.stats()["requests_total"] == before


def test_the_accounts_are_nowhere_in_the_environment(strict: LabHost) -> None:
    pywinrm(strict).open_shell()
    assert "NTLM_USER_FILE" not in os.environ


def test_the_inventory_has_the_same_six_variables(strict_lab: Lab, tmp_path: Path) -> None:
    strict_lab.write_inventory(tmp_path / "inventory.yml")
    data = yaml.safe_load((tmp_path / "inventory.yml").read_text(encoding="utf-8"))
    assert data["all"]["children"]["windows"]["vars"] == {
        "ansible_connection": "winrm",
        "ansible_port": 5985,
        "ansible_winrm_scheme": "http",
        "ansible_winrm_transport": "ntlm",
        "ansible_user": Lab.user,
        "ansible_password": Lab.password,
    }


@pytest.mark.parametrize("lines", [1, 20_000])
def test_credssp_seals_messages_small_and_large(strict: LabHost, lines: int) -> None:
    pytest.importorskip("requests_credssp")
    protocol = Protocol(strict.endpoint, transport="credssp", username=Lab.user, password=Lab.password)
    shell = protocol.open_shell()
    command = protocol.run_command(shell, 'findstr "^"')
    protocol.send_command_input(shell, command, b"abc\r\n" * lines, end=True)
    assert protocol.get_command_output(shell, command) == (b"abc\r\n" * lines, b"", 0)
    protocol.close_shell(shell)


def test_credssp_with_a_wrong_password(strict: LabHost) -> None:
    exceptions = pytest.importorskip("requests_credssp.exceptions")
    with pytest.raises(exceptions.NTStatusException):
        Protocol(strict.endpoint, transport="credssp", username=Lab.user, password="wrong").open_shell()
    assert strict.stats()["requests_total"] == 0


class _Wrapped:
    def __init__(self, data: bytes) -> None:
        self.header, self.data, self.padding_length = b"sig", bytes(byte ^ 0x55 for byte in data), 0


class _Context:
    """Seals by XOR."""

    def wrap_winrm(self, data: bytes) -> _Wrapped:
        return _Wrapped(data)

    def unwrap_winrm(self, header: bytes, data: bytes) -> bytes:
        if header != b"sig":
            raise ValueError(header)
        return bytes(byte ^ 0x55 for byte in data)


@pytest.mark.parametrize(
    "protocol", ["application/HTTP-SPNEGO-session-encrypted", "application/HTTP-CredSSP-session-encrypted"]
)
@pytest.mark.parametrize("size", [1, 16384, 16385, 100_000])
def test_sealed_bodies_of_all_sizes(protocol: str, size: int) -> None:
    text = bytes(number % 251 for number in range(size))
    content_type, body = seal(_Context(), protocol, text)
    assert is_sealed_content(content_type)
    assert content_type.startswith("multipart/x-multi") == ("CredSSP" in protocol and size > 16384)
    assert unseal(_Context(), body) == text


@pytest.mark.parametrize("body", [b"", b"--Encrypted Boundary--\r\n", b"x--Encrypted Boundary--\r\n"])
def test_bodies_that_nobody_sealed(body: bytes) -> None:
    with pytest.raises(SealError):
        unseal(_Context(), body)
