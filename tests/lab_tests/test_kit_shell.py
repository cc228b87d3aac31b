# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How WinRM starts a command, and what cmd.exe makes of it: options, quotes, made-up variables, limits, signals."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest
from winrm.exceptions import WSManFaultError

from lab.testing import Lab, LabHost
from lab.windows.cmd_start import behind_c
from lab_tests.clients import Client
from lab_tests.test_quotas import _open, _receive, _start
from lab_tests.test_winrm import SHELL, TRANSFER, envelope, fault_code, post

CMD = "C:\\Windows\\system32\\cmd.exe /C "


def run_with(client: Client, line: str, stdin: bytes | None = None, **options: bool) -> tuple[str, int]:
    """A command with the options of its Command message."""
    command = client.protocol.run_command(client.shell, line, **options)
    if stdin is not None:
        client.protocol.send_command_input(client.shell, command, stdin, end=True)
    out, _unused, code = client.protocol.get_command_output(client.shell, command)
    client.protocol.cleanup_command(client.shell, command)
    return out.decode(), code


# --- cmd.exe --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "runs"),
    [
        ("echo a", "echo a"),
        ('echo "a" "b"', 'echo "a" "b"'),
        (r'"C:\a b.exe"', r'"C:\a b.exe"'),  # two quotes, a blank, a program: they stay
        (r'"C:\a b.exe" x', r'"C:\a b.exe" x'),
        (r'"C:\ab.exe" x', r"C:\ab.exe x"),  # no blank
        (r'"C:\no b.exe" x', r"C:\no b.exe x"),  # no program
        (r'"C:\a b.exe" "x"', r'C:\a b.exe" "x'),  # four quotes
        ('"echo a & echo b"', "echo a & echo b"),
        ('"echo "a" & echo b"', 'echo "a" & echo b'),
        ('"', '"'),
    ],
)
def test_quotes_behind_c(line: str, runs: str) -> None:
    assert behind_c(line, lambda name: name == r"C:\a b.exe") == runs
    if runs.startswith('"C:'):
        assert behind_c(line, lambda _: True, strip=True) == runs.replace('"', "", 2), "/S takes them away"


def test_a_line_of_winrm_is_behind_c_and_one_of_the_console_is_not(fe01: LabHost, client: Client) -> None:
    line = r'"C:\Windows\System32\reg.exe" query "HKLM\SOFTWARE"'
    assert fe01.run(line).rc == 0
    assert client.run(line).rc == 1, "its first and its last quote are gone"
    fe01.set_quirks(winrs_quotes=True)
    assert client.run(line).rc == 0


def test_how_cmd_was_started(fe01: LabHost, client: Client) -> None:
    assert client.run("echo %CMDCMDLINE%").stdout == f"{CMD}echo %CMDCMDLINE%\r\n"
    # What is expanded is parsed: without quotes around it the ampersand within is one.
    line = r"cd /d %SystemRoot%\System32&echo %CMDCMDLINE%"
    assert client.run(line).stdout == f"{CMD}cd /d %SystemRoot%\\System32\r\n%CMDCMDLINE%\r\n"
    fe01.set_quirks(winrs_quotes=True)
    assert client.run(line).stdout == f'{CMD}"{line}"\r\n'


@pytest.mark.parametrize(("language", "point"), [("en", "."), ("de", ","), ("fr", ","), ("pt", ","), ("ru", ",")])
def test_the_time_of_the_host(fe01: LabHost, client: Client, language: str, point: str) -> None:
    fe01.set_quirks(language=language)
    before = client.run("echo %TIME%").stdout
    assert re.fullmatch(rf"[ 12]\d:[0-5]\d:[0-5]\d\{point}\d\d\r\n", before)
    fe01.set_clock(advance=61)
    assert client.run("echo %time%").stdout[:5] != before[:5]
    fe01.write_file(r"C:\t.cmd", b'@echo %TIME%>"C:\\t.txt"\r\n')
    fe01.run(r"C:\t.cmd")
    assert point in (fe01.file(r"C:\t.txt") or "")
    assert client.run("set TIME=x& echo %TIME%").stdout.strip() != "x", "expanded before it is set"
    assert client.run("set TIME").rc == 1


def test_ping_waits_in_the_time_of_the_host(fe01: LabHost) -> None:
    fe01.set_quirks(minute=0.6)
    begun = time.monotonic()
    assert fe01.run("ping -n 31 127.0.0.1 >nul").rc == 0
    assert 0.25 < time.monotonic() - begun < 5


def test_an_empty_folder(fe01: LabHost) -> None:
    fe01.run(r"md C:\e")
    assert (fe01.run(r"dir /b /a C:\e").stdout, fe01.run(r"dir /b /a C:\e").rc) == ("", 0)
    fe01.set_quirks(empty_dir_fails=True)
    result = fe01.run(r"dir /b /a C:\e")
    assert (result.stdout, result.stderr, result.rc) == ("", "File Not Found\r\n", 1)
    fe01.run(r"echo x>C:\e\f")
    assert fe01.run(r"dir /b /a C:\e").stdout == "f\r\n"


# --- options of a command -------------------------------------------------------------------------------------------


def test_2012_r2_ignores_the_wish_for_no_cmd(fe01: LabHost, client: Client) -> None:
    line = "echo @x-1&echo @x-2"
    assert run_with(client, line, skip_cmd_shell=True) == ("@x-1\r\n@x-2\r\n", 0)
    fe01.set_quirks(skip_cmd_shell="honoured")
    with pytest.raises(WSManFaultError) as caught:
        client.protocol.run_command(client.shell, line, skip_cmd_shell=True)
    assert caught.value.wsman_fault_code == 2147942402
    assert run_with(client, r"findstr.exe /r ^", b"a & %OS%\r\n", skip_cmd_shell=True) == ("a & %OS%\r\n", 0)
    assert run_with(client, '"C:\\Windows\\System32\\hostname.exe"', skip_cmd_shell=True) == ("FE01\r\n", 0)
    assert run_with(client, line) == ("@x-1\r\n@x-2\r\n", 0)


@pytest.fixture(scope="module")
def older() -> Iterator[LabHost]:
    with Lab(hosts=["fe01"], windows="2012") as lab:
        yield lab.host("fe01")


def test_2012_honours_it(older: LabHost) -> None:
    client = Client(older)
    with pytest.raises(WSManFaultError):
        client.protocol.run_command(client.shell, "ver", skip_cmd_shell=True)
    older.set_quirks(skip_cmd_shell="ignored")
    assert "6.2.9200" in run_with(client, "ver", skip_cmd_shell=True)[0]
    client.close()


def test_console_mode_input(fe01: LabHost, client: Client) -> None:
    line = 'findstr /r "^"'
    assert run_with(client, line, b"a\r\n", console_mode_stdin=True) == ("a\r\n", 0)
    fe01.set_quirks(console_input_endless=True)
    command = client.protocol.run_command(client.shell, line, console_mode_stdin=True)
    client.protocol.send_command_input(client.shell, command, b"a\r\n", end=True)
    out, _unused, _unused, done = client.receive(command)
    assert (out, done) == (b"a\r\n", False)
    client.protocol.cleanup_command(client.shell, command)
    assert run_with(client, line, b"a\r\n", console_mode_stdin=False) == ("a\r\n", 0)


def test_a_command_needs_a_command(fe01: LabHost) -> None:
    shell = _open(fe01, "PT60S")
    for body in ("<rsp:CommandLine/>", "<rsp:CommandLine><rsp:Command> </rsp:Command></rsp:CommandLine>"):
        answer = post(fe01, envelope(f"{SHELL}/Command", shell, body))
        assert (fault_code(answer), "w:InvalidParameter" in answer.text) == (87, True)


# --- signals --------------------------------------------------------------------------------------------------------


def signal(host: LabHost, shell: str, command: str, code: str) -> tuple[int, str]:
    body = f'<rsp:Signal CommandId="{command}"><rsp:Code>{code}</rsp:Code></rsp:Signal>'
    answer = post(host, envelope(f"{SHELL}/Signal", shell, body))
    return answer.status_code, answer.text


def running(host: LabHost) -> tuple[str, str]:
    shell = _open(host, "PT60S")
    return shell, _start(host, shell, "ping -n 100 127.0.0.1 &gt;nul")


@pytest.mark.parametrize("code", [f"{SHELL}/signal/ctrl_c", f"{SHELL}/signal/ctrl_break", "powershell/signal/ctrl_c"])
def test_control_c_ends_the_command_and_leaves_its_end_to_be_received(fe01: LabHost, code: str) -> None:
    shell, command = running(fe01)
    assert signal(fe01, shell, command, code)[0] == 200
    assert "CommandState/Done" in _receive(fe01, shell, command)
    assert signal(fe01, shell, command, f"{SHELL}/signal/Terminate")[0] == 200
    assert 'Code="2150858843"' in _receive(fe01, shell, command)


@pytest.mark.parametrize("code", ["", "terminate", f"{SHELL}/signal/nonsense", "http://elsewhere/terminate"])
def test_an_unknown_signal(fe01: LabHost, code: str) -> None:
    shell, command = running(fe01)
    status, text = signal(fe01, shell, command, code)
    assert (status, 'Code="2150858817"' in text, "w:SchemaValidationError" in text) == (500, True, True)
    assert 'Code="2150858793"' in _receive(fe01, shell, command, timeout="PT0.2S"), "it goes on"
    fe01.set_quirks(unknown_signal="ignored")
    assert signal(fe01, shell, command, code)[0] == 200
    assert 'Code="2150858793"' in _receive(fe01, shell, command, timeout="PT0.2S")
    fe01.set_quirks(unknown_signal="terminates")
    assert signal(fe01, shell, command, code)[0] == 200
    assert "CommandState/Done" in _receive(fe01, shell, command)


# --- quotas ---------------------------------------------------------------------------------------------------------


def test_one_user_too_many(fe01: LabHost, client: Client) -> None:
    fe01.set_quirks(other_users=9)
    client.protocol.close_shell(client.protocol.open_shell())
    fe01.set_quirks(other_users=10)
    with pytest.raises(WSManFaultError) as caught:
        client.protocol.open_shell()
    assert (caught.value.wsman_fault_code, caught.value.fault_subcode) == (2150859179, "w:QuotaLimit")
    assert "maximum number of users" in str(caught.value)
    assert client.run("hostname").rc == 0, "shells that are there go on"
    fe01.set_quirks(other_users=10, max_users=11)
    client.protocol.close_shell(client.protocol.open_shell())


def test_memory_of_a_shell(fe01: LabHost, client: Client) -> None:
    line = "hostname & netsh advfirewall show global >nul & echo after"
    fe01.set_quirks(max_memory_mb=20)
    assert client.run(line).stdout == "FE01\r\nafter\r\n"
    fe01.set_quirks(max_memory_mb=19)
    result = client.run(line)
    assert (result.stdout, result.rc) == ("FE01\r\n", 3221225495)
    assert client.run("hostname & hostname").stdout == "FE01\r\n" * 2, "what has ended gives its memory back"
    fe01.set_quirks(max_memory_mb=19, memory_terminates=False)
    result = client.run(line)
    assert (result.stdout, "Not enough memory" in result.stderr) == ("FE01\r\nafter\r\n", True)
    assert client.run("netsh advfirewall show global").rc == 8
    fe01.set_quirks(max_memory_mb=0)
    assert client.run(line).rc == 0
    fe01.set_quirks(max_memory_mb=1)
    assert fe01.run(line).rc == 0, "the console has no such limit"


def test_the_configuration_tells_the_quotas(fe01: LabHost) -> None:
    fe01.set_quirks(max_users=7, max_memory_mb=150)
    text = post(fe01, envelope(f"{TRANSFER}/Get", resource="http://schemas.microsoft.com/wbem/wsman/1/config")).text
    assert "<cfg:MaxConcurrentUsers>7</cfg:MaxConcurrentUsers>" in text
    assert "<cfg:MaxMemoryPerShellMB>150</cfg:MaxMemoryPerShellMB>" in text
