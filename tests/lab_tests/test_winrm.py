# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""WinRM as pywinrm and raw HTTP see it: [MS-WSMV] messages, faults and limits."""

from __future__ import annotations

import base64
import re
import socket
import threading
import time
from collections.abc import Callable

import pytest
import requests
from winrm.exceptions import InvalidCredentialsError, WinRMOperationTimeoutError, WinRMTransportError, WSManFaultError
from winrm.protocol import Protocol

from lab.testing import Lab, LabHost
from lab_tests.clients import Client

SHELL = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
TRANSFER = "http://schemas.xmlsoap.org/ws/2004/09/transfer"


def envelope(
    action: str, shell: str = "", body: str = "", resource: str = f"{SHELL}/cmd", timeout: str = "PT5S"
) -> str:
    """A request by hand."""
    selector = f'<w:SelectorSet><w:Selector Name="ShellId">{shell}</w:Selector></w:SelectorSet>' if shell else ""
    return (
        '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
        'xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" '
        f'xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd" xmlns:rsp="{SHELL}"><s:Header>'
        f"<a:Action>{action}</a:Action><a:MessageID>uuid:1</a:MessageID><w:ResourceURI>{resource}</w:ResourceURI>"
        f"<w:OperationTimeout>{timeout}</w:OperationTimeout>{selector}</s:Header><s:Body>{body}</s:Body></s:Envelope>"
    )


def encoded(script: str) -> str:
    """A script as -EncodedCommand takes it."""
    return base64.b64encode(script.encode("utf-16-le")).decode()


def post(host: LabHost, data: object, **options: object) -> requests.Response:
    """One authenticated POST."""
    settings = {"auth": (Lab.user, Lab.password), "timeout": 10, **options}
    return requests.post(host.endpoint, data=data, **settings)  # type: ignore[arg-type]


def fault_code(response: requests.Response) -> int:
    assert response.status_code == 500
    found = re.search(r'WSManFault [^>]*Code="(\d+)"', response.text)
    assert found, response.text
    return int(found[1])


def test_a_command_gives_both_streams_and_its_code(client: Client) -> None:
    result = client.run("echo out & nosuchprogram & exit 3")
    assert (result.stdout, result.rc) == ("out \r\n", 3)
    assert result.stderr.startswith("'nosuchprogram' is not recognized")


def test_arguments_are_joined_by_blanks(client: Client) -> None:
    command = client.protocol.run_command(client.shell, "echo", ["a", "b  c"])
    assert client.protocol.get_command_output(client.shell, command)[0] == b"a b  c\r\n"


def test_two_hundred_lines_on_standard_input(fe01: LabHost, client: Client) -> None:
    lines = ["advfirewall firewall"]
    lines += [f'add rule name="batch {n}" dir=in action=allow protocol=tcp localport={n}' for n in range(1, 201)]
    result = client.run("netsh", ("\r\n".join([*lines, "bye"]) + "\r\n").encode())
    assert result.rc == 0
    assert result.stdout.count("Ok.") == 200
    assert result.stdout.startswith("netsh>netsh advfirewall firewall>Ok.\r\n\r\n")
    names = [text for text in fe01.rules().values() if "|Name=batch " in text]
    assert len(names) == 200
    assert [int(re.search(r"LPort=(\d+)", text)[1]) for text in names] == list(range(1, 201))  # type: ignore[index]


def test_standard_input_may_come_in_odd_pieces_and_end_without_bye(fe01: LabHost, client: Client) -> None:
    script = (
        b'# a comment\n\nadvfirewall\nfirewall\nadd rule name="p 1" dir=in action=allow\n..\n..\n'
        b'advfirewall firewall add rule name="p 2" dir=in action=allow'
    )
    command = client.protocol.run_command(client.shell, "netsh")
    for at in range(0, len(script), 7):
        client.protocol.send_command_input(client.shell, command, script[at : at + 7])
    client.protocol.send_command_input(client.shell, command, b"", end=True)
    out, _unused, code = client.protocol.get_command_output(client.shell, command)
    assert code == 0
    assert out.count(b"Ok.") == 2
    assert sum("|Name=p " in text for text in fe01.rules().values()) == 2


def test_a_session_answers_line_by_line(client: Client) -> None:
    command = client.protocol.run_command(client.shell, "netsh")
    client.protocol.send_command_input(client.shell, command, b"advfirewall firewall show rule name=nope\n")
    text = b""
    while b"specified criteria" not in text:
        out, _unused, _unused, done = client.receive(command)
        assert not done
        text += out
    client.protocol.send_command_input(client.shell, command, b"bye\n", end=True)
    assert client.protocol.get_command_output(client.shell, command)[2] == 0


@pytest.mark.parametrize("size", [4096, 10000, 16384])
def test_much_output_comes_in_pieces(fe01: LabHost, client: Client, size: int) -> None:
    fe01.set_quirks(receive_size=size)
    for number in range(210):
        fe01.write_registry(r"HKLM\SOFTWARE\Big", f"value{number:04d}", "REG_SZ", f"{number % 10}" * 1000)
    expected = fe01.registry_text(r"HKLM\SOFTWARE\Big")
    assert len(expected) > 200_000
    command = client.protocol.run_command(client.shell, r"reg query HKLM\SOFTWARE\Big /s")
    pieces, done = [], False
    while not done:
        out, _unused, code, done = client.receive(command)
        pieces.append(out)
    assert b"".join(pieces).decode() == expected
    assert code == 0
    assert max(map(len, pieces)) <= size
    assert len(pieces) >= len(expected) / size


def test_receive_times_out_while_a_slow_command_runs_and_others_are_served(
    fe01: LabHost, connect: Callable[..., Client]
) -> None:
    fe01.set_quirks(netsh_delay=5)
    slow, other = connect(operation_timeout=1), connect()
    command = slow.protocol.run_command(slow.shell, "netsh advfirewall show allprofiles")
    begun = time.monotonic()
    with pytest.raises(WinRMOperationTimeoutError):
        slow.receive(command)
    assert time.monotonic() - begun > 0.9
    assert other.run("hostname").rc == 0
    assert time.monotonic() - begun < 5, "it waited for the slow one"
    out, _unused, code = slow.protocol.get_command_output(slow.shell, command)
    assert (b"Domain Profile" in out, code) == (True, 0)


def test_a_second_command_on_a_busy_shell_is_refused(fe01: LabHost, client: Client) -> None:
    command = client.protocol.run_command(client.shell, "netsh")
    with pytest.raises(WSManFaultError) as caught:
        client.protocol.run_command(client.shell, "hostname")
    assert caught.value.wsman_fault_code == 2150858802
    client.protocol.send_command_input(client.shell, command, b"bye\n", end=True)
    client.protocol.get_command_output(client.shell, command)
    client.protocol.cleanup_command(client.shell, command)
    assert client.run("hostname").rc == 0


def test_terminate_ends_a_hanging_command(client: Client) -> None:
    command = client.protocol.run_command(client.shell, "ping -n 100 127.0.0.1")
    client.protocol.cleanup_command(client.shell, command)
    assert client.run("hostname").rc == 0


def test_a_deleted_shell_is_unknown(client: Client) -> None:
    client.protocol.close_shell(client.shell)
    with pytest.raises(WSManFaultError) as caught:
        client.run("hostname")
    assert caught.value.wsman_fault_code == 2150858843


@pytest.mark.parametrize(("user", "password"), [("Administrator", "wrong"), ("Guest", Lab.password), ("", "")])
def test_wrong_credentials(fe01: LabHost, user: str, password: str) -> None:
    response = requests.post(fe01.endpoint, data=envelope(f"{TRANSFER}/Create"), auth=(user, password), timeout=5)
    assert response.status_code == 401
    assert response.content == b""
    assert response.headers["Server"] == "Microsoft-HTTPAPI/2.0"
    offered = response.headers["WWW-Authenticate"]
    assert all(word in offered for word in ("Negotiate", 'Basic realm="WSMAN"', "Kerberos", "CredSSP"))
    assert fe01.stats()["unauthorized"] == 1


def test_pywinrm_sees_wrong_credentials(fe01: LabHost) -> None:
    protocol = Protocol(fe01.endpoint, transport="basic", username=Lab.user, password="wrong")
    with pytest.raises(InvalidCredentialsError):
        protocol.open_shell()


def test_get_on_the_shell_tells_where_we_come_from(fe01: LabHost, client: Client) -> None:
    for resource in (SHELL, f"{SHELL}/cmd"):
        response = post(fe01, envelope(f"{TRANSFER}/Get", client.shell, resource=resource))
        assert response.status_code == 200
        assert f"<rsp:ShellId>{client.shell}</rsp:ShellId>" in response.text
        assert "<rsp:ClientIP>127.0.0.1</rsp:ClientIP>" in response.text
        assert "<rsp:Owner>FE01\\Administrator</rsp:Owner>" in response.text
        assert "<a:RelatesTo>uuid:1</a:RelatesTo>" in response.text
    unknown = post(fe01, envelope(f"{TRANSFER}/Get", "00000000-0000-0000-0000-000000000000"))
    assert fault_code(unknown) == 2150858843


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ("this is no XML", 2150858817),
        ("<a/>", 2150858817),
        ('<!DOCTYPE x [<!ENTITY e "boom">]><x>&e;</x>', 2150858817),
        (envelope(f"{TRANSFER}/Create", body="<rsp:Send/>"), 2150858817),
        (envelope(f"{TRANSFER}/Put"), 2150858771),
        (envelope(f"{TRANSFER}/Create", resource="http://example/none", body="<rsp:Shell/>"), 2150858752),
        (envelope(f"{TRANSFER}/Create", timeout="soon", body="<rsp:Shell/>"), 2150858817),
        (envelope(f"{SHELL}/Command", "NO-SUCH-SHELL", "<rsp:CommandLine/>"), 2150858843),
    ],
)
def test_bad_requests_get_faults(fe01: LabHost, data: str, code: int) -> None:
    assert fault_code(post(fe01, data.encode())) == code


def test_over_the_envelope_size(fe01: LabHost, client: Client) -> None:
    assert post(fe01, b"x" * (500 * 1024 + 1)).status_code == 413
    fe01.set_quirks(max_envelope_kb=150)
    assert post(fe01, b"x" * (151 * 1024)).status_code == 413
    with pytest.raises((WinRMTransportError, requests.exceptions.ConnectionError)):
        client.run("netsh", b"# " + b"x" * 200_000)


def test_chunked_requests_are_refused(fe01: LabHost) -> None:
    assert fault_code(post(fe01, iter([b"a", b"b"]))) == 50


def test_other_paths_and_methods(fe01: LabHost) -> None:
    base = fe01.endpoint.removesuffix("/wsman")
    assert requests.get(base + "/", timeout=5).status_code == 404
    assert requests.get(fe01.endpoint, timeout=5).status_code == 405


def test_too_many_shells(fe01: LabHost, client: Client) -> None:
    fe01.set_quirks(max_shells=2)
    client.protocol.open_shell()
    with pytest.raises(WSManFaultError) as caught:
        client.protocol.open_shell()
    assert caught.value.wsman_fault_code == 2150859173
    assert caught.value.fault_subcode == "w:QuotaLimit"


def test_a_character_outside_the_code_page_becomes_a_question_mark(
    fe01: LabHost, connect: Callable[..., Client]
) -> None:
    fe01.write_registry(r"HKLM\SOFTWARE\T", "имя", "REG_SZ", "ü日")
    query = r"reg query HKLM\SOFTWARE\T"
    assert "имя    REG_SZ    ü日" in connect(codepage=65001).run(query).stdout
    narrow = connect(codepage=437)
    command = narrow.protocol.run_command(narrow.shell, query)
    assert b"???    REG_SZ    \x81?" in narrow.protocol.get_command_output(narrow.shell, command)[0]


def test_the_shells_environment_reaches_the_command(client: Client) -> None:
    shell = client.protocol.open_shell(env_vars={"Greeting": "hello"}, codepage=65001)
    command = client.protocol.run_command(shell, "echo %GREETING%")
    assert client.protocol.get_command_output(shell, command)[0] == b"hello\r\n"


def test_counters_add_up(fe01: LabHost) -> None:
    fe01.reset_stats()
    client = Client(fe01)
    client.run("hostname & whoami >nul")
    client.protocol.close_shell(client.shell)
    client.close()
    stats = fe01.stats()
    assert stats["requests"] == {"Create": 1, "Command": 1, "Receive": 1, "Signal": 1, "Delete": 1}
    assert stats["requests_total"] == 5
    assert stats["connections"] == 1
    assert stats["processes"] == {"cmd": 1, "hostname": 1, "whoami": 1}
    assert stats["commands"] == ["hostname & whoami >nul"]
    assert stats["body_bytes_in"] > 5 * 1000
    assert stats["body_bytes_out"] > 5 * 500
    assert 5 * 100 < stats["header_bytes_in"] < 5 * 1000
    assert 5 * 50 < stats["header_bytes_out"] < 5 * 500


def test_counted_bytes_are_those_on_the_wire(fe01: LabHost) -> None:
    body = envelope(f"{TRANSFER}/Create", body="<rsp:Shell/>").encode()
    token = base64.b64encode(f"{Lab.user}:{Lab.password}".encode()).decode()
    head = (
        f"POST /wsman HTTP/1.1\r\nHost: {fe01.address}\r\nAuthorization: Basic {token}\r\nConnection: close\r\n"
        f"Content-Type: application/soap+xml;charset=UTF-8\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode()
    fe01.reset_stats()
    with socket.create_connection((fe01.address, fe01.winrm_port), 5) as connection:
        connection.sendall(head + body)
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    stats = fe01.stats()
    assert (stats["header_bytes_in"], stats["body_bytes_in"]) == (len(head), len(body))
    assert stats["header_bytes_out"] + stats["body_bytes_out"] == len(answer)


def test_many_clients_at_once(fe01: LabHost) -> None:
    failures: list[Exception] = []

    def work(number: int) -> None:
        try:
            client = Client(fe01)
            for turn in range(5):
                assert client.run(f"echo {number}-{turn}").stdout == f"{number}-{turn}\r\n"
            client.protocol.close_shell(client.shell)
            client.close()
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_the_powershell_stand_in_reads_its_input_and_answers(client: Client) -> None:
    answer = '{"changed": true, "failed": false}\r\n'
    for command in ("powershell -NoProfile -", f"PowerShell -NoProfile -EncodedCommand {encoded('$input | % { $_ }')}"):
        result = client.run(command, b"x" * 100_000)
        assert (result.rc, result.stdout) == (0, answer)
    # A script that does not read its input gets none, and must not wait for it.
    assert client.run(f"powershell -EncodedCommand {encoded('hostname')}").stdout == answer
