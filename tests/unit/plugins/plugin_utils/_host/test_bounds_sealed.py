# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bounds under NTLM: its handshake and its sealed messages pass, over HTTP and, with channel binding, over HTTPS."""

from __future__ import annotations

import base64
import datetime
import re
import ssl
import struct
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.plugin_utils._host.bounds import Bounds
from ansible_collections.lyncops.firewall.plugins.plugin_utils._host.commands import TooMuchSaid
from ansible_collections.lyncops.firewall.plugins.plugin_utils._host.remote_host import RemoteHost

winrm = pytest.importorskip("winrm.protocol")
spnego = pytest.importorskip("spnego")
pytest.importorskip("requests_ntlm")

_ENVELOPE = '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>{}</s:Body></s:Envelope>'
_SEALED = "application/HTTP-SPNEGO-session-encrypted"
_BOUNDARY = b"--Encrypted Boundary"
_KIND = (
    b"\r\n\tContent-Type: "
    + _SEALED.encode()
    + b"\r\n\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length="
)
_OCTETS = b"\r\n\tContent-Type: application/octet-stream\r\n"


def _answer(body: str) -> str:
    if "transfer/Create" in body:
        return _ENVELOPE.format('<w:Selector xmlns:w="w" Name="ShellId">S1</w:Selector>')
    if "shell/Command<" in body:
        return _ENVELOPE.format('<r:CommandId xmlns:r="r">C1</r:CommandId>')
    if "shell/Signal<" in body:
        number = re.search("MessageID>([^<]*)", body)
        assert number
        return _ENVELOPE.format(f'<a:RelatesTo xmlns:a="a">{number[1]}</a:RelatesTo>')
    text = base64.b64encode(b"sealed " * 1000).decode()
    done = '<r:CommandState xmlns:r="r" State="x/CommandState/Done"><r:ExitCode>0</r:ExitCode></r:CommandState>'
    return _ENVELOPE.format(f'<r:Stream xmlns:r="r" Name="stdout">{text}</r:Stream>{done}')


class _Handler(BaseHTTPRequestHandler):
    """Authenticates a connection by NTLM; what is sealed it opens, and seals its answer."""

    protocol_version = "HTTP/1.1"
    security: Any = None

    def do_POST(self) -> None:
        data = self.rfile.read(int(self.headers["Content-Length"]))
        token = self.headers.get("Authorization", "").removeprefix("NTLM ")
        if token:
            self._authenticate(base64.b64decode(token), data)
        elif self.security is None:
            self._reply(401, b"who are you?", {"WWW-Authenticate": "NTLM"})
        else:
            self._work(data)

    def _authenticate(self, token: bytes, data: bytes) -> None:
        if self.security is None:
            self.security = spnego.server(protocol="ntlm")
        answer = self.security.step(token)
        if self.security.complete:
            self._work(data)
        else:
            self._reply(401, b"", {"WWW-Authenticate": f"NTLM {base64.b64encode(answer).decode()}"})

    def _work(self, data: bytes) -> None:
        if not data:
            self._reply(200, b"", {})
        elif not data.startswith(_BOUNDARY):
            self._reply(200, _answer(data.decode()).encode(), {"Content-Type": "application/soap+xml"})
        else:
            sealed = data.partition(_OCTETS)[2].removesuffix(_BOUNDARY + b"--\r\n")
            text = _answer(self.security.unwrap(sealed[4:]).data.decode()).encode()
            wrapped = self.security.wrap(text).data
            body = _BOUNDARY + _KIND + str(len(text)).encode() + b"\r\n" + _BOUNDARY + _OCTETS
            body += struct.pack("<i", 16) + wrapped + _BOUNDARY + b"--\r\n"
            kind = f'multipart/encrypted;protocol="{_SEALED}";boundary="Encrypted Boundary"'
            self._reply(200, body, {"Content-Type": kind})

    def _reply(self, code: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(code)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: Any) -> None:
        pass


class Connection:
    """Ansible's winrm connection as far as it counts, with the real pywinrm."""

    transport = "winrm"

    def __init__(self, url: str) -> None:
        self._url = url
        self.protocol: Any = None
        self.shell_id = ""

    def _connect(self) -> None:
        if self.protocol is None:
            protocol = winrm.Protocol(
                self._url, "ntlm", r"LAB\u", "secret", server_cert_validation="ignore", message_encryption="auto"
            )
            self.shell_id = protocol.open_shell()
            self.protocol = protocol


@pytest.fixture(params=["http", "https"])
def url(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    users = tmp_path / "users"
    users.write_text("LAB:u:secret\n")
    monkeypatch.setenv("NTLM_USER_FILE", str(users))
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    if request.param == "https":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(_certificate(tmp_path / "host.pem"))
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"{request.param}://127.0.0.1:{server.server_address[1]}/wsman"
    server.shutdown()
    server.server_close()


def _certificate(path: Path) -> Path:
    x509 = pytest.importorskip("cryptography.x509")
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "host")])
    now = datetime.datetime.now(datetime.timezone.utc)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + datetime.timedelta(days=1))
    pem = serialization.Encoding.PEM
    plain = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(plain + made.sign(key, hashes.SHA256()).public_bytes(pem))
    return path


def test_ntlm_works_within_bounds(url: str) -> None:
    assert RemoteHost(Connection(url), lambda _line: None).run("x").stdout == "sealed " * 1000


def test_what_is_sealed_is_bound_as_well(url: str) -> None:
    with pytest.raises(TooMuchSaid, match="largest_answer"):
        RemoteHost(Connection(url), lambda _line: None, bounds=Bounds(5000)).run("x")
