# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTPS listeners: the private CA, channel bindings, client certificates; and WinRM on ::1."""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
import requests_ntlm
import yaml
from pypsrp.exceptions import AuthenticationError
from pypsrp.shell import Process, WinRS
from pypsrp.wsman import WSMan
from requests_ntlm import HttpNtlmAuth
from winrm.exceptions import InvalidCredentialsError
from winrm.protocol import Protocol

from lab.estate import EstateError, EstateOptions, build_estate
from lab.inventory import write_inventory
from lab.testing import Lab, LabHost
from lab.winrm.certificates import Authority
from lab.winrm.negotiate import channel_bindings_hash, ntlm_channel_bindings
from lab_tests.test_winrm import TRANSFER, envelope


@pytest.fixture(scope="module")
def tls_lab() -> Iterator[Lab]:
    """Hosts with an HTTPS listener beside the usual one."""
    with Lab(hosts=["fe01"], login="ntlm", https=True, services=False) as lab:
        yield lab


@pytest.fixture
def secure(tls_lab: Lab) -> Iterator[LabHost]:
    """One in its starting state."""
    host = tls_lab.host("fe01")
    yield host
    host.reset()


@pytest.fixture(scope="module")
def ca(tls_lab: Lab) -> str:
    assert tls_lab.authority is not None
    return str(tls_lab.authority.certificate)


def run(url: str, ca: str, transport: str = "ntlm", **options: object) -> str:
    """`hostname` over pywinrm."""
    protocol = Protocol(url, transport=transport, username=Lab.user, password=Lab.password, ca_trust_path=ca, **options)
    shell = protocol.open_shell(codepage=65001)
    command = protocol.run_command(shell, "hostname")
    out, _unused, code = protocol.get_command_output(shell, command)
    protocol.close_shell(shell)
    return f"{out.decode().strip()} {code}"


@pytest.mark.parametrize("transport", ["basic", "ntlm"])
def test_logins_over_tls(secure: LabHost, ca: str, transport: str) -> None:
    assert run(secure.https_endpoint, ca, transport) == "FE01 0"


def test_a_client_certificate_stands_for_its_user(tls_lab: Lab, secure: LabHost, ca: str) -> None:
    pair = tls_lab.user_certificate
    files = {"cert_pem": str(pair.certificate), "cert_key_pem": str(pair.key)}
    assert run(secure.https_endpoint, ca, "certificate", **files) == "FE01 0"
    assert tls_lab.authority is not None
    stranger = tls_lab.authority.user("mallory", "mallory@localhost")
    files = {"cert_pem": str(stranger.certificate), "cert_key_pem": str(stranger.key)}
    with pytest.raises(InvalidCredentialsError):
        run(secure.https_endpoint, ca, "certificate", **files)
    mutual = {"Authorization": "http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/https/mutual"}
    without = requests.post(
        secure.https_endpoint, data=envelope(f"{TRANSFER}/Create"), headers=mutual, verify=ca, timeout=5
    )
    assert (without.status_code, without.content) == (401, b"")
    plain = requests.post(secure.endpoint, data=envelope(f"{TRANSFER}/Create"), headers=mutual, timeout=5)
    assert plain.status_code == 401


def test_a_certificate_of_another_authority_gets_no_connection(secure: LabHost, ca: str) -> None:
    pair = Authority("Another CA").user(Lab.user, f"{Lab.user}@localhost")
    with pytest.raises(requests.exceptions.ConnectionError):
        run(secure.https_endpoint, ca, "certificate", cert_pem=str(pair.certificate), cert_key_pem=str(pair.key))


def test_clients_can_tell_a_wrong_server(secure: LabHost, ca: str) -> None:
    with pytest.raises(requests.exceptions.SSLError, match="self-signed certificate in certificate chain"):
        requests.post(secure.https_endpoint, timeout=5)
    _unused, dialled = secure.map_port(5986, outside=("127.0.0.1", 0))
    with pytest.raises(requests.exceptions.SSLError, match=r"127\.0\.0\.1"):
        requests.post(f"https://127.0.0.1:{dialled}/wsman", verify=ca, timeout=5)


def test_the_https_port_speaks_nothing_but_tls(secure: LabHost) -> None:
    with socket.create_connection((secure.address, 5986), 5) as connection:
        connection.sendall(b"POST /wsman HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
        assert b"HTTP" not in connection.recv(100)


@pytest.mark.parametrize(
    ("how", "bound", "status"),
    [
        ("relaxed", "right", 500),  # logged in: the envelope is no good
        ("relaxed", "absent", 500),
        ("relaxed", "wrong", 401),
        ("strict", "right", 500),
        ("strict", "absent", 401),
        ("strict", "wrong", 401),
        ("none", "wrong", 500),
    ],
)
def test_channel_bindings(
    secure: LabHost, ca: str, monkeypatch: pytest.MonkeyPatch, how: str, bound: str, status: int
) -> None:
    secure.set_quirks(channel_bindings=how)
    if bound == "wrong":  # as for somebody between us and the host who has a certificate of the CA too
        other = Authority("Another CA").server("fe01", ()).der
        monkeypatch.setattr(
            requests_ntlm.requests_ntlm, "_get_certificate_hash", lambda *_: hashlib.sha256(other).digest()
        )
    login = HttpNtlmAuth(Lab.user, Lab.password, send_cbt=bound != "absent")
    answer = requests.post(secure.https_endpoint, data=b"<x/>", auth=login, verify=ca, timeout=5)
    assert answer.status_code == status


def test_bindings_of_no_message() -> None:
    assert ntlm_channel_bindings(b"NTLMSSP\0\x01\0\0\0") is None
    assert ntlm_channel_bindings(b"NTLMSSP\0\x03\0\0\0") == bytes(16)
    assert len(channel_bindings_hash(b"x")) == 16


def test_pypsrp_over_tls(tls_lab: Lab, secure: LabHost, ca: str) -> None:
    pair = tls_lab.user_certificate
    logins: list[dict[str, object]] = [
        {"auth": "negotiate", "username": Lab.user, "password": Lab.password},
        {"auth": "basic", "username": Lab.user, "password": Lab.password},
        {"auth": "certificate", "certificate_pem": str(pair.certificate), "certificate_key_pem": str(pair.key)},
    ]
    for login in logins:
        with WSMan(secure.address, port=5986, ssl=True, cert_validation=ca, **login) as wsman, WinRS(wsman) as shell:
            process = Process(shell, "hostname")
            process.invoke()
        assert (process.stdout, process.rc) == (b"FE01\r\n", 0), login["auth"]
    wrong = {"auth": "negotiate", "username": Lab.user, "password": "wrong"}
    with WSMan(secure.address, ssl=True, cert_validation=ca, **wrong) as wsman, pytest.raises(AuthenticationError):
        WinRS(wsman).open()


def test_winrm_over_ipv6(secure: LabHost, ca: str) -> None:
    if not socket.has_ipv6 or not Path("/proc/net/if_inet6").exists():
        pytest.skip("this machine has no IPv6")
    url = secure.listen_on_ipv6()
    assert run(url, ca) == "FE01 0"
    assert run(secure.listen_on_ipv6(https=True), ca) == "FE01 0"
    secure.reset()
    with pytest.raises(requests.exceptions.ConnectionError):
        requests.post(url, timeout=5)


def test_the_inventory_is_that_of_https_with_the_ca_beside_it(tls_lab: Lab, tmp_path: Path) -> None:
    tls_lab.write_inventory(tmp_path / "inventory.yml")
    data = yaml.safe_load((tmp_path / "inventory.yml").read_text(encoding="utf-8"))
    variables = data["all"]["children"]["windows"]["vars"]
    assert (variables["ansible_port"], variables["ansible_winrm_scheme"]) == (5986, "https")
    assert variables["ansible_winrm_server_cert_validation"] == "validate"
    assert Path(variables["ansible_winrm_ca_trust_path"]).parent == tmp_path
    assert "BEGIN CERTIFICATE" in Path(variables["ansible_winrm_ca_trust_path"]).read_text(encoding="utf-8")


def test_the_inventory_may_be_that_of_a_client_certificate(tls_lab: Lab, tmp_path: Path) -> None:
    specs = [host.spec for host in tls_lab.hosts]
    path = tmp_path / "inventory.yml"
    write_inventory(path, specs, Lab.user, Lab.password, "certificate", tls_lab.authority)
    variables = yaml.safe_load(path.read_text(encoding="utf-8"))["all"]["children"]["windows"]["vars"]
    assert variables["ansible_winrm_transport"] == "certificate"
    assert not {"ansible_user", "ansible_password"} & variables.keys()
    certificate, key = (variables[f"ansible_winrm_{name}_pem"] for name in ("cert", "cert_key"))
    assert Path(key).stat().st_mode & 0o077 == 0
    protocol = Protocol(
        f"https://{specs[0].address}:5986/wsman", transport="certificate", cert_pem=certificate, cert_key_pem=key,
        ca_trust_path=variables["ansible_winrm_ca_trust_path"],
    )  # fmt: skip
    protocol.close_shell(protocol.open_shell())


def test_a_client_certificate_needs_https() -> None:
    with pytest.raises(EstateError, match="HTTPS"):
        build_estate(EstateOptions(login="certificate"))
