# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""RemoteHost over the real pywinrm, against a host that trickles, floods, compresses or redirects."""

from __future__ import annotations

import base64
import gzip
import itertools
import re
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.plugin_utils._host.bounds import Bounds
from ansible_collections.lyncops.firewall.plugins.plugin_utils._host.commands import CommandTimeout, TooMuchSaid
from ansible_collections.lyncops.firewall.plugins.plugin_utils._host.remote_host import RemoteHost

winrm = pytest.importorskip("winrm.protocol")
transport = pytest.importorskip("winrm.transport")

_ENVELOPE = '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>{}</s:Body></s:Envelope>'
_SHELL = '<w:Selector xmlns:w="w" Name="ShellId">S1</w:Selector>'
_COMMAND = '<r:CommandId xmlns:r="r">C1</r:CommandId>'
_DONE = '<r:CommandState xmlns:r="r" State="x/CommandState/Done"><r:ExitCode>0</r:ExitCode></r:CommandState>'


def _whole(body: str, *headers: str) -> bytes:
    data = body.encode()
    lines = ("HTTP/1.1 200 OK", f"Content-Length: {len(data)}", "Content-Type: application/soap+xml", *headers)
    return "\r\n".join((*lines, "", "")).encode() + data


def _stream(text: bytes, end: str = _DONE) -> str:
    coded = base64.b64encode(text).decode()
    return _ENVELOPE.format(f'<r:Stream xmlns:r="r" Name="stdout">{coded}</r:Stream>{end}')


def _usual(body: str) -> bytes:
    if "transfer/Create" in body:
        return _whole(_ENVELOPE.format(_SHELL))
    if "shell/Command<" in body:
        return _whole(_ENVELOPE.format(_COMMAND))
    if "shell/Signal<" in body:
        number = re.search("MessageID>([^<]*)", body)
        assert number
        return _whole(_ENVELOPE.format(f'<a:RelatesTo xmlns:a="a">{number[1]}</a:RelatesTo>'))
    return _whole(_stream(b"fine"))


class Host(ThreadingHTTPServer):
    """A host on a loopback address; `asked` holds its requests, `sent` counts the pieces of its answers.

    It answers with what a function makes of a request's body: nothing for the usual answer, or pieces with a pause
    after each.
    """

    daemon_threads = True

    def __init__(self, answer: Callable[[str], Iterable[bytes] | None], pause: float = 0.0) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer, self.pause = answer, pause
        self.asked: list[str] = []
        self.sent = 0

    def handle_error(self, *_arguments: Any) -> None:
        pass


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Host

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.asked.append(f"{self.headers}{body}")
        pieces = self.server.answer(body)
        try:
            for piece in [_usual(body)] if pieces is None else pieces:
                self.wfile.write(piece)
                self.server.sent += 1
                time.sleep(0.0 if pieces is None else self.server.pause)
        except OSError:
            self.close_connection = True

    def log_message(self, *_arguments: Any) -> None:
        pass


class Connection:
    """Ansible's winrm connection as far as it counts, with the real pywinrm."""

    transport = "winrm"

    def __init__(self, url: str, **options: Any) -> None:
        self._options = {"endpoint": url, "transport": "plaintext", "username": "u", "password": "p", **options}
        self.protocol: Any = None
        self.shell_id = ""

    def _connect(self) -> None:
        if self.protocol is None:
            protocol = winrm.Protocol(**self._options)
            self.shell_id = protocol.open_shell(codepage=65001)
            self.protocol = protocol

    def reset(self) -> None:
        self.protocol, self.shell_id = None, ""
        self._connect()


@pytest.fixture
def serve() -> Iterator[Callable[..., Host]]:
    hosts: list[Host] = []

    def start(answer: Callable[[str], Iterable[bytes] | None], pause: float = 0.0) -> Host:
        hosts.append(Host(answer, pause))
        threading.Thread(target=hosts[-1].serve_forever, args=(0.01,), daemon=True).start()
        return hosts[-1]

    yield start
    for host in hosts:
        host.shutdown()
        host.server_close()


def remote(host: Host, largest: int = 100_000, **options: Any) -> RemoteHost:
    connection = Connection("http://{}:{}/wsman".format(*host.server_address), **options)
    return RemoteHost(connection, lambda _line: None, bounds=Bounds(largest))


def _on(word: str, pieces: Callable[[], Iterable[bytes]]) -> Callable[[str], Iterable[bytes] | None]:
    return lambda body: pieces() if word in body else None


def _trickled(data: bytes) -> list[bytes]:
    return [data[place : place + 1] for place in range(len(data))]


def test_a_kind_host_is_read(serve: Callable[..., Host]) -> None:
    host = serve(lambda _body: None)
    assert remote(host).run("x").stdout == "fine"
    assert all("accept-encoding: identity" in asked.lower() for asked in host.asked)


@pytest.mark.parametrize("request_word", ["transfer/Create", "shell/Command<", "shell/Receive<"])
@pytest.mark.parametrize("head", [True, False])
def test_trickling_does_not_extend_the_deadline(serve: Callable[..., Host], request_word: str, head: bool) -> None:
    """One byte after the other, each well within any timeout for a byte: 300 seconds in all."""
    whole = _whole(_stream(b"x" * 10_000))
    pieces = _trickled(whole) if head else [whole[:200], *_trickled(whole[200:])]
    host = serve(_on(request_word, lambda: pieces), pause=0.02)
    with pytest.raises(CommandTimeout):
        remote(host).run("x", deadline=1.0)
    assert host.sent < len(pieces) / 2, "it was listened to for longer than it had"


def test_a_host_that_never_stops_saying_continue_is_left(serve: Callable[..., Host]) -> None:
    host = serve(_on("shell/Command<", lambda: itertools.repeat(b"HTTP/1.1 100 Continue\r\n\r\n")))
    with pytest.raises((TooMuchSaid, CommandTimeout)):
        remote(host).run("x", deadline=5.0)


@pytest.mark.parametrize("request_word", ["transfer/Create", "shell/Command<", "shell/Receive<"])
def test_a_body_is_at_most_as_large_as_the_limit(serve: Callable[..., Host], request_word: str) -> None:
    sent = []

    def flood() -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        for number in range(1000):
            sent.append(number)
            yield b"10000\r\n" + b" " * 0x10000 + b"\r\n"

    host = serve(_on(request_word, flood))
    with pytest.raises(TooMuchSaid, match="largest_answer"):
        remote(host).run("x")
    assert len(sent) < 500, "the rest of it was read as well"


def test_an_answer_of_many_bodies_is_at_most_as_large_as_the_limit(serve: Callable[..., Host]) -> None:
    more = '<r:CommandState xmlns:r="r" State="x/CommandState/Running"/>'
    host = serve(_on("shell/Receive<", lambda: [_whole(_stream(b"x" * 30_000, more))]))
    with pytest.raises(TooMuchSaid, match="what the command printed is larger than"):
        remote(host).run("x")
    assert sum("shell/Receive<" in asked for asked in host.asked) == 4
    assert "shell/Signal<" in host.asked[-1], "the command was not told to stop"


@pytest.mark.parametrize("request_word", ["transfer/Create", "shell/Receive<"])
def test_nothing_compressed_is_unpacked(
    serve: Callable[..., Host], request_word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zlib, "decompressobj", lambda *_arguments: pytest.fail("it was unpacked"))
    packed = gzip.compress(b" " * 50_000_000)
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n".encode()
    host = serve(_on(request_word, lambda: [head + packed]))
    with pytest.raises(TooMuchSaid, match="compressed"):
        remote(host).run("x")


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("request_word", ["transfer/Create", "shell/Command<"])
def test_a_redirect_is_not_followed(serve: Callable[..., Host], request_word: str, code: int) -> None:
    other = serve(lambda _body: None)
    address = "http://{}:{}/else".format(*other.server_address)
    answer = f"HTTP/1.1 {code} Found\r\nLocation: {address}\r\nContent-Length: 0\r\n\r\n".encode()
    with pytest.raises(TooMuchSaid, match="redirects"):
        remote(serve(_on(request_word, lambda: [answer]))).run("x")
    assert not other.asked


def test_elements_that_take_more_memory_than_bytes_are_refused(serve: Callable[..., Host]) -> None:
    host = serve(_on("shell/Receive<", lambda: [_whole("<a>" + "<b/>" * 250_000 + "</a>")]))
    with pytest.raises(TooMuchSaid, match="XML elements"):
        remote(host, largest=2_000_000).run("x")


@pytest.mark.parametrize(
    "document",
    [
        '<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;&b;">]><a>&c;</a>',
        '<?xml version="1.0" encoding="cp037"?><a/>',
        "<a>\0</a>",
        "<a " + " ".join(f'a{number}="1"' for number in range(250_000)) + "/>",
    ],
    ids=["entities", "encoding", "nul", "attributes"],
)
@pytest.mark.parametrize("request_word", ["transfer/Create", "shell/Receive<"])
def test_xml_that_no_windows_sends_is_refused(serve: Callable[..., Host], request_word: str, document: str) -> None:
    with pytest.raises(TooMuchSaid, match="XML"):
        remote(serve(_on(request_word, lambda: [_whole(document)])), largest=8_000_000).run("x")


def test_a_host_that_offers_countless_ways_to_log_in_is_left(serve: Callable[..., Host]) -> None:
    """requests-kerberos takes twice the time for every comma of the header."""
    answer = f"HTTP/1.1 401 No\r\nWWW-Authenticate: {'a,' * 40}Basic\r\nContent-Length: 0\r\n\r\n".encode()
    with pytest.raises(TooMuchSaid, match="ways to log in"):
        remote(serve(_on("transfer/Create", lambda: [answer]))).run("x")


def test_a_new_connection_is_bound_as_well(serve: Callable[..., Host]) -> None:
    floods: list[bytes] = []
    host = serve(lambda body: list(floods) if floods and "shell/Command<" in body else None)
    found = remote(host)
    found.run("x")
    found.reconnect()
    floods.append(_whole(" " * 200_000))
    with pytest.raises(TooMuchSaid):
        found.run("x")


def test_pywinrm_is_as_it_was_afterwards(serve: Callable[..., Host]) -> None:
    original = transport.Transport._send_message_request
    remote(serve(lambda _body: None)).run("x")
    assert transport.Transport._send_message_request is original


def test_a_host_that_says_the_same_to_every_request_ends(serve: Callable[..., Host]) -> None:
    """A timeout that Windows reports is asked after again; how often, the deadline says."""
    fault = _ENVELOPE.format(
        "<s:Fault><s:Detail>"
        '<f:WSManFault xmlns:f="http://schemas.microsoft.com/wbem/wsman/1/wsmanfault" Code="2150858793"/>'
        "</s:Detail></s:Fault>"
    )
    answer = _whole(fault).replace(b"200 OK", b"500 Error")
    host = serve(_on("shell/Receive<", lambda: [answer]), pause=0.05)
    with pytest.raises(CommandTimeout):
        remote(host).run("x", deadline=1.0)


def test_a_sealed_answer_of_countless_parts_is_refused(serve: Callable[..., Host]) -> None:
    host = serve(_on("shell/Receive<", lambda: [_whole("--Encrypted Boundary\r\n" * 5000)]))
    with pytest.raises(TooMuchSaid, match="sealed"):
        remote(host, largest=2_000_000).run("x")
