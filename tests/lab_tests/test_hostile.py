# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A hostile or broken server, and text that a hostile host gives: every quirk does what it says."""

from __future__ import annotations

import gzip
import http.client
import socket
import time
import zlib
from base64 import b64encode
from xml.etree.ElementTree import fromstring

import pytest
import requests
from winrm.protocol import Protocol

from lab.foreign_rules import HUGE_NAME
from lab.hostile_text import NAMES, SHAPES, padded, padding
from lab.quirks import NO_QUIRKS, QuirkError
from lab.sink import Sink
from lab.testing import Lab, LabHost
from lab.windows.wmi import Instance, Interface, network_interface_instances
from lab.winrm.enumeration import _item
from lab.winrm.hostile import _bomb
from lab_tests.clients import Client

GET = (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
    'xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" '
    'xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"><s:Header><a:Action>x/Get</a:Action>'
    "<a:MessageID>1</a:MessageID><w:ResourceURI>http://schemas.microsoft.com/wbem/wsman/1/config</w:ResourceURI>"
    "</s:Header></s:Envelope>"
)
LOGIN = "Basic " + b64encode(f"{Lab.user}:{Lab.password}".encode()).decode()


def request(host: LabHost, body: str = GET, timeout: float = 5.0, **headers: str) -> http.client.HTTPResponse:
    """One request as bare as can be: nothing is followed, decompressed or cut short."""
    connection = http.client.HTTPConnection(host.address, host.winrm_port, timeout=timeout)
    connection.request("POST", "/wsman", body, {"Authorization": LOGIN, "Accept-Encoding": "identity", **headers})
    return connection.getresponse()


@pytest.fixture(autouse=True)
def _untouched(fe01: LabHost) -> None:
    assert b"MaxEnvelopeSizekb" in request(fe01).read()


def test_an_answer_may_trickle(fe01: LabHost) -> None:
    fe01.set_quirks(answer_trickle=0.2)
    response = request(fe01)
    begun = time.monotonic()
    assert response.read(5) == b"<s:En"
    assert 0.7 < time.monotonic() - begun < 3
    response.close()


def test_its_head_may_trickle_too(fe01: LabHost) -> None:
    fe01.set_quirks(answer_trickle=0.1, trickle_from="head")
    with socket.create_connection((fe01.address, fe01.winrm_port), 5) as connection:
        head = f"POST /wsman HTTP/1.1\r\nHost: x\r\nAuthorization: {LOGIN}\r\nContent-Length: {len(GET)}\r\n\r\n"
        connection.sendall((head + GET).encode())
        begun = time.monotonic()
        got = b""
        while len(got) < 6:
            got += connection.recv(1)
        assert got == b"HTTP/1"
        assert time.monotonic() - begun > 0.45


def test_a_trickle_ends_with_the_right_answer(fe01: LabHost) -> None:
    for where in ("body", "head"):
        fe01.set_quirks(answer_trickle=0.0005, trickle_from=where)
        assert request(fe01, timeout=20).read().endswith(b"</s:Envelope>")


@pytest.mark.parametrize(("how", "length"), [("chunked", None), ("announced", str(10 << 30))])
def test_an_answer_may_have_no_end(fe01: LabHost, how: str, length: str | None) -> None:
    fe01.set_quirks(answer_endless=how)
    response = request(fe01)
    assert response.getheader("Content-Length") == length
    assert response.read(200).startswith(b"<s:Envelope")
    assert sum(len(response.read(1 << 20)) for _unused in range(8)) == 8 << 20
    response.close()
    assert fe01.run("hostname").rc == 0


def test_an_answer_may_be_announced_and_never_come(fe01: LabHost) -> None:
    fe01.set_quirks(answer_endless="silent")
    response = request(fe01, timeout=0.5)
    assert response.status == 200
    with pytest.raises(TimeoutError):
        response.read(1)


def test_an_answer_may_be_long(fe01: LabHost) -> None:
    fe01.set_quirks(answer_mb=17)
    body = request(fe01).read()
    assert len(body) > 17 << 20
    assert body.rstrip().endswith(b"</s:Envelope>")


def test_a_small_answer_may_expand(fe01: LabHost) -> None:
    fe01.set_quirks(gzip_mb=64)
    response = request(fe01)
    assert response.getheader("Content-Encoding") == "gzip"
    data = response.read()
    assert len(data) < 200_000
    body = gzip.decompress(data)
    assert len(body) > 64 << 20
    assert body.rstrip().endswith(b"</s:Envelope>")
    assert (
        b"MaxEnvelopeSizekb" in requests.post(fe01.endpoint, GET, headers={"Authorization": LOGIN}, timeout=20).content
    )


def test_the_bomb_is_a_proper_gzip_file() -> None:
    assert gzip.decompress(_bomb(b"<a/>", 3)) == b"<a/>" + b" " * (3 << 20)
    with pytest.raises((zlib.error, gzip.BadGzipFile)):
        gzip.decompress(_bomb(b"<a/>", 1)[:-8] + b"\0" * 8)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_an_answer_may_lead_elsewhere(fe01: LabHost, status: int) -> None:
    with Sink() as sink:
        fe01.set_quirks(redirect_status=status, redirect_to=sink.url)
        response = request(fe01)
        assert (response.status, response.getheader("Location"), response.read()) == (status, sink.url, b"")
        assert sink.requests == []
        requests.post(fe01.endpoint, GET, auth=(Lab.user, Lab.password), timeout=5)
        assert len(sink.requests) == 1  # a client that follows is seen
        assert (b"MessageID" in sink.requests[0].body) is (status in (307, 308))


ACTIONS = ("Create", "Command", "Receive", "Signal", "Delete")


@pytest.mark.parametrize("action", ACTIONS)
def test_one_action_may_be_spoiled(fe01: LabHost, action: str) -> None:
    fe01.set_quirks(hostile_action=action, answer_endless="silent")
    seen = []

    class Spy(Protocol):
        def send_message(self, message: str) -> bytes:
            seen.append(next(word for word in ACTIONS if f"/{word}<" in message))
            return super().send_message(message)  # type: ignore[no-any-return]

    protocol = Spy(
        fe01.endpoint,
        transport="basic",
        username=Lab.user,
        password=Lab.password,
        operation_timeout_sec=1,
        read_timeout_sec=2,
    )

    def whole_run() -> None:
        shell = protocol.open_shell()
        command = protocol.run_command(shell, "hostname")
        protocol.get_command_output(shell, command)
        protocol.cleanup_command(shell, command)
        protocol.close_shell(shell)

    with pytest.raises(requests.exceptions.ConnectionError, match="timed out"):
        whole_run()
    assert seen[-1] == action


def test_the_very_first_answer_may_be_spoiled(fe01: LabHost) -> None:
    fe01.set_quirks(hostile_action="Login", gzip_mb=8)
    assert b"MaxEnvelopeSizekb" in request(fe01).read()
    response = request(fe01, "", Authorization="")
    assert (response.status, response.getheader("Content-Encoding")) == (401, "gzip")
    assert "Negotiate" in (response.getheader("WWW-Authenticate") or "")
    fe01.set_quirks(hostile_action="Login", gzip_mb=0, answer_endless="announced")
    response = request(fe01, "", Authorization="")
    assert (response.status, response.getheader("Content-Length")) == (401, str(10 << 30))
    response.close()


def test_one_answer_of_many_may_be_spoiled(fe01: LabHost) -> None:
    fe01.set_quirks(hostile_at=2, redirect_status=307)
    assert [request(fe01).status for _unused in range(3)] == [200, 307, 200]


# --- what programs print ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", sorted(SHAPES))
def test_a_flood_comes_in_many_receives(fe01: LabHost, client: Client, shape: str) -> None:
    fe01.set_quirks(flood_mb=1, flood=shape)
    fe01.reset_stats()
    out = client.run("hostname").stdout
    assert out.startswith("FE01\r\n")
    assert len(out) == 6 + (1 << 20)
    assert set(out[6:]) == set(SHAPES[shape])
    assert fe01.stats()["requests"]["Receive"] > 60


def test_a_flood_of_some_commands_only(fe01: LabHost, client: Client) -> None:
    fe01.set_quirks(flood_mb=1 << 20, flood_if="NETSTAT", flood="newlines")
    assert client.run("hostname").stdout == "FE01\r\n"
    command = client.protocol.run_command(client.shell, "netstat -ano")
    sizes = [len(client.receive(command)[0]) for _unused in range(20)]
    assert min(sizes[1:]) == 16384
    client.protocol.cleanup_command(client.shell, command)
    assert client.run("hostname").stdout == "FE01\r\n"


@pytest.mark.parametrize("shape", ["newlines", "blanks", "one-line", "line-ends"])
def test_answers_of_netstat_and_show_global_may_be_padded(fe01: LabHost, client: Client, shape: str) -> None:
    commands = {"netstat_pads": "netstat -ano", "global_pads": "netsh advfirewall show global"}
    for quirk, command in commands.items():
        plain = client.run(command).stdout
        fe01.set_quirks(**{quirk: shape, "pads_kb": 40})
        out = client.run(command).stdout
        assert len(out) > len(plain) + 3 * 40 * 1024
        assert out.startswith(padding(shape, 40 * 1024))
        fe01.set_quirks(**{quirk: "", "pads_kb": 40})


def test_padding() -> None:
    assert padding("line-ends", 5) == "\r\n\r\n\r"
    assert padded("a\r\n  b    c\r\n", "", 1) == "a\r\n  b    c\r\n"
    line = "-" * 1024
    text = padded("\r\na\r\n  b    c\r\n", "dashes", 1)
    assert text.split("\r\n") == [line, "", "a", line, "", f"b{line}    c", line]
    assert "a\x1b" in NAMES["escape"]


@pytest.mark.parametrize(
    "change",
    [
        {"hostile_action": "Put"},
        {"redirect_status": 200},
        {"answer_endless": "yes"},
        {"flood": "rain"},
        {"gzip_mb": -1},
    ],
)
def test_bad_values_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(QuirkError):
        NO_QUIRKS.with_changes(change)


# --- names --------------------------------------------------------------------------------------------------------


def test_hostile_names_reach_the_client_as_they_are() -> None:
    with Lab(hosts=["fe01"], services=False, oddities=["hostile-names"]) as lab:
        fe01 = lab.host("fe01")
        client = Client(fe01)
        key = r"HKLM\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\FirewallRules"
        text = client.run(f"reg query {key}").stdout
        for name in NAMES.values():
            assert f"|Name={name.replace('|', '/')}|" in text
        for kind in ("escape", "title", "c1", "bidi", "carriage-return"):
            fe01.set_quirks(firewall_product=NAMES[kind])
            assert NAMES[kind] in client.run("netsh advfirewall show global").stdout
            fe01.write_file(r"C:\owner.txt", f"{NAMES[kind]}\r\n".encode())
            assert client.run(r"type C:\owner.txt").stdout == f"{NAMES[kind]}\r\n"
        client.close()


@pytest.mark.parametrize("kind", ["c1", "carriage-return", "bidi", "marks", "line-separators", "markup"])
def test_hostile_names_of_interfaces_and_networks(kind: str) -> None:
    name = NAMES[kind]
    made = network_interface_instances((Interface(alias=name, network=name),), "Domain", "FE01")
    values = [element.text for element in fromstring(_item(made[0]))]
    assert values.count(name) >= 2
    assert isinstance(made[0], Instance)


def test_a_huge_name() -> None:
    with Lab(hosts=["fe01"], services=False, oddities=["huge-name"]) as lab:
        text = lab.host("fe01").registry_text()
        assert f"|Name={'n' * HUGE_NAME}|" in text
        assert lab.host("fe01").tcp_open(5985)
