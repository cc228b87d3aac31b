# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""RemoteHost against a connection and a pywinrm Protocol that do what a test says."""

from __future__ import annotations

import inspect
from typing import Any, NoReturn

import pytest
from ansible.errors import AnsibleConnectionFailure, AnsibleError
from ansible_collections.lyncops.firewall.plugins.plugin_utils._host.commands import (
    CommandTimeout,
    ConnectionLost,
    NotWinrm,
)
from ansible_collections.lyncops.firewall.plugins.plugin_utils._host.remote_host import RemoteHost


def _throw(error: Exception) -> NoReturn:
    raise error


class WinRMOperationTimeoutError(Exception):
    """As pywinrm calls it when a Receive had nothing to give."""


class FakeProtocol:
    """Records every call; answers Receives from a list, whose exceptions are raised."""

    def __init__(self, *receives: Any) -> None:
        self.receives = list(receives) or [(b"", b"", 0, True)]
        self.calls: list[tuple[Any, ...]] = []
        self.raises: dict[str, Exception] = {}

    def _call(self, name: str, *details: Any) -> None:
        self.calls.append((name, *details))
        if name in self.raises:
            raise self.raises[name]

    def run_command(
        self,
        shell_id: str,
        command: str,
        arguments: Any = (),
        console_mode_stdin: bool = True,
        skip_cmd_shell: bool = False,
    ) -> str:
        assert not arguments
        assert not skip_cmd_shell, "the line is for cmd.exe"
        folder = "cd /d %SystemRoot%\\System32&"
        assert command.startswith(folder), "cmd looks for programs in the current folder first"
        self._call("command", shell_id, command.removeprefix(folder), console_mode_stdin)
        return "C1"

    def send_command_input(self, shell_id: str, command_id: str, stdin_input: bytes, end: bool = False) -> None:
        assert command_id == "C1"
        self._call("send", stdin_input, end)

    def get_command_output_raw(self, shell_id: str, command_id: str) -> tuple[bytes, bytes, int, bool]:
        self._call("receive")
        answer = self.receives.pop(0) if len(self.receives) > 1 else self.receives[0]
        if isinstance(answer, Exception):
            _throw(answer)
        return answer  # type: ignore[no-any-return]

    def cleanup_command(self, shell_id: str, command_id: str) -> None:
        self._call("signal", shell_id, command_id)

    def close_shell(self, shell_id: str, close_session: bool = True) -> None:
        self._call("close", shell_id, close_session)

    def names(self) -> list[str]:
        return [call[0] for call in self.calls]


class FakeConnection:
    """The parts of Ansible's winrm connection that count; `reset` forgets the shell as Ansible's does."""

    transport = "winrm"

    def __init__(self, protocol: FakeProtocol) -> None:
        self._protocol = protocol
        self.protocol: FakeProtocol | None = None
        self.shell_id: str | None = None
        self.opened = 0
        self.connect_raises: list[Exception | None] = []

    def _connect(self) -> FakeConnection:
        if self.protocol is None:
            trouble = self.connect_raises.pop(0) if self.connect_raises else None
            if trouble:
                raise trouble
            self.opened += 1
            self.protocol, self.shell_id = self._protocol, f"S{self.opened}"
        return self

    def reset(self) -> None:
        self.protocol = self.shell_id = None
        self._connect()


def host(protocol: FakeProtocol, log: list[str] | None = None, **options: Any) -> tuple[RemoteHost, FakeConnection]:
    connection = FakeConnection(protocol)
    return RemoteHost(connection, (log if log is not None else []).append, **options), connection


@pytest.mark.parametrize("transport", ["ssh", "local", None])
def test_only_winrm_and_psrp_are_served_and_one_sentence_says_so(transport: str | None) -> None:
    connection = FakeConnection(FakeProtocol())
    connection.transport = transport  # type: ignore[assignment]
    with pytest.raises(NotWinrm, match="ansible_connection: winrm"):
        RemoteHost(connection, print)
    assert connection.opened == 0


def test_the_fakes_have_pywinrms_signatures() -> None:
    protocol = pytest.importorskip("winrm.protocol").Protocol
    for name in ("run_command", "send_command_input", "cleanup_command", "close_shell"):
        real, fake = (inspect.signature(getattr(kind, name)).parameters for kind in (protocol, FakeProtocol))
        assert list(real)[: len(fake)] == list(fake), name


def test_a_command_is_run_and_received() -> None:
    protocol = FakeProtocol((b"caf\xc3", b"", 0, False), (b"\xa9\r\n", b"x", 3, True))
    remote, connection = host(protocol)
    output = remote.run("reg query X")
    assert (output.stdout, output.stderr, output.code) == ("caf\u00e9\r\n", "x", 3)
    assert protocol.calls[0] == ("command", "S1", "reg query X", True)
    assert protocol.names() == ["command", "receive", "receive"]
    remote.run("reg query Y")
    assert connection.opened == 1, "one shell serves the task"


def test_every_command_of_a_shell_but_the_last_is_signalled_before_the_next_begins() -> None:
    protocol = FakeProtocol()
    remote, connection = host(protocol)
    for command in ("a", "b", "c"):
        remote.run(command)
    one = ["command", "receive"]
    assert protocol.names() == [*one, "signal", *one, "signal", *one]
    assert [call for call in protocol.calls if call[0] == "signal"] == [("signal", "S1", "C1")] * 2
    # The next item of a loop has the same connection, and a RemoteHost of its own.
    RemoteHost(connection, print).run("d")
    assert protocol.names()[-4:] == ["receive", "signal", *one]


def test_what_was_in_a_shell_that_is_gone_gets_no_signal() -> None:
    protocol = FakeProtocol()
    remote, _connection = host(protocol)
    remote.run("a")
    remote.reconnect()
    remote.run("b")
    assert protocol.names() == ["command", "receive", "close", "command", "receive"]


def test_a_signal_that_fails_is_not_sent_again() -> None:
    protocol = FakeProtocol()
    remote, _connection = host(protocol)
    remote.run("a")
    protocol.raises["signal"] = RuntimeError("gone")
    with pytest.raises(ConnectionLost):
        remote.run("b")
    assert protocol.names() == ["command", "receive", "signal"], "the command was not begun"
    remote.run("b")
    assert protocol.names()[3:] == ["command", "receive"]


def test_bytes_that_are_no_utf8_do_not_stop_a_read() -> None:
    remote, _connection = host(FakeProtocol((b"\xff\x9a", b"\x80", 0, True)))
    assert remote.run("x").stdout == "\ufffd\ufffd"


@pytest.mark.parametrize("size", [1, 65536, 65537, 200000])
def test_input_goes_in_chunks_that_the_smallest_envelope_holds_and_the_last_one_ends_it(size: int) -> None:
    protocol = FakeProtocol()
    remote, _connection = host(protocol)
    data = bytes(number % 251 for number in range(size))
    remote.run("netsh", data)
    sends = [call for call in protocol.calls if call[0] == "send"]
    assert b"".join(call[1] for call in sends) == data
    assert all(isinstance(call[1], bytes) and len(call[1]) <= 64 * 1024 for call in sends), "str would become cp437"
    assert [call[2] for call in sends] == [False] * (len(sends) - 1) + [True]
    assert protocol.calls[0] == ("command", "S1", "netsh", False), "standard input must not be a console"


@pytest.mark.parametrize("command", ["a\nb", "a\x00b", "\u00fc", "x" * 8192])
def test_a_line_that_cannot_be_sent_is_not(command: str) -> None:
    protocol = FakeProtocol()
    remote, _connection = host(protocol)
    with pytest.raises(ValueError, match="command line"):
        remote.run(command)
    assert protocol.calls == []


def test_a_command_that_prints_more_than_is_wanted_is_stopped_and_what_it_printed_is_kept() -> None:
    protocol = FakeProtocol((b"12345", b"", 0, False), (b"67890", b"", 0, False), (b"never", b"", 0, True))
    remote, _connection = host(protocol)
    output = remote.run("findstr", most=8)
    assert (output.stdout, output.whole) == ("1234567890", False)
    assert [call[0] for call in protocol.calls] == ["command", "receive", "receive", "signal"]
    remote.run("the next")
    assert [call[0] for call in protocol.calls].count("signal") == 1, "it has had its signal"


def test_a_command_that_ends_is_whole_whatever_it_printed() -> None:
    output = host(FakeProtocol((b"1234567890", b"", 0, True)))[0].run("findstr", most=8)
    assert (output.stdout, output.whole) == ("1234567890", True)


def test_a_receive_without_output_is_repeated_until_the_deadline() -> None:
    ticks = iter(range(0, 10000, 20))
    protocol = FakeProtocol(WinRMOperationTimeoutError())
    remote, _connection = host(protocol, clock=lambda: float(next(ticks)))
    with pytest.raises(CommandTimeout):
        remote.run("netsh", deadline=100.0)
    receives = protocol.names().count("receive")
    assert 4 <= receives <= 6
    assert protocol.names()[-1] == "signal", "the command is told to stop"


def test_a_slow_command_that_ends_is_no_timeout() -> None:
    protocol = FakeProtocol(WinRMOperationTimeoutError(), WinRMOperationTimeoutError(), (b"done", b"", 0, True))
    remote, _connection = host(protocol)
    assert remote.run("x").stdout == "done"


def test_a_timeout_whose_signal_fails_is_still_the_timeout() -> None:
    ticks = iter((0.0, 1000.0))
    protocol = FakeProtocol((b"", b"", 0, False))
    protocol.raises["signal"] = RuntimeError("gone")
    log: list[str] = []
    remote, _connection = host(protocol, log, clock=lambda: next(ticks))
    with pytest.raises(CommandTimeout):
        remote.run("x")
    assert any("gone" in line for line in log)


def _is_error(value: Any) -> bool:
    return inspect.isclass(value) and issubclass(value, Exception) and not issubclass(value, Warning)


def library_errors() -> list[Exception]:
    """Every exception class of requests and pywinrm that can be made, and what else the way may raise."""
    found: list[Exception] = [
        OSError("no route"), TimeoutError("slow"), EOFError(), ValueError("bad xml"), KeyError("x"),
        AnsibleConnectionFailure("plaintext: refused"), AnsibleError("winrm or requests is not installed"),
    ]  # fmt: skip
    try:
        import requests.exceptions
        import winrm.exceptions
    except ImportError:
        return found
    for module in (requests.exceptions, winrm.exceptions):
        for found_there in vars(module).values():
            kind: Any = found_there
            if _is_error(found_there):
                if kind.__name__ == "WSManFaultError":
                    found.append(kind(500, "m", "<x/>", "reason", wsman_fault_code=2150858843))
                    found.append(kind(500, "m", "<x/>", "quota\nreached", fault_code="w:QuotaLimit"))
                elif kind.__name__ == "WinRMTransportError":
                    found.append(kind("http", 413, "<html>\r\ntoo large"))
                elif kind.__name__ in ("InvalidJSONError", "JSONDecodeError"):
                    found.append(kind("text", "doc", 0))
                else:
                    found.append(kind("text\r\nof it"))
    return found


ERRORS = library_errors()


@pytest.mark.parametrize("step", ["connect", "command", "send", "receive", "signal"])
@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_every_error_on_the_way_is_a_lost_connection_in_one_line(step: str, error: Exception) -> None:
    if step == "receive" and type(error).__name__ == "WinRMOperationTimeoutError":
        pytest.skip("not an error there")
    protocol = FakeProtocol(error) if step == "receive" else FakeProtocol()
    remote, connection = host(protocol)
    if step == "signal":
        remote.run("the command before")
    protocol.raises[step] = error
    if step == "connect":
        connection.connect_raises = [error]
    with pytest.raises(ConnectionLost) as caught:
        remote.run("netsh", b"bye\r\n")
    message = str(caught.value)
    assert message.strip()
    assert "\n" not in message
    assert caught.value.__cause__ is error


def test_faults_that_mean_something_are_told_in_words() -> None:
    for code, word in ((2150858843, "shell"), (5, "denies")):
        error = RuntimeError("raw")
        error.wsman_fault_code = code  # type: ignore[attr-defined]
        protocol = FakeProtocol(error)
        with pytest.raises(ConnectionLost, match=word):
            host(protocol)[0].run("x")


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_a_person_who_stops_the_run_is_not_caught(error: type[BaseException]) -> None:
    protocol = FakeProtocol()

    def stop(*_args: Any) -> None:
        raise error

    protocol.cleanup_command = stop  # type: ignore[method-assign, assignment]
    remote, _connection = host(protocol)
    remote.run("x")
    with pytest.raises(error):
        remote.run("y")


def test_a_connection_without_a_shell_is_told() -> None:
    protocol = FakeProtocol()
    remote, connection = host(protocol)
    connection.protocol, connection.shell_id = protocol, None
    with pytest.raises(ConnectionLost, match="no open shell"):
        remote.run("x")


def closed(protocol: FakeProtocol) -> list[Any]:
    return [call[1:] for call in protocol.calls if call[0] == "close"]


def test_reconnect_opens_a_new_shell_and_then_closes_the_old_one() -> None:
    protocol = FakeProtocol()
    remote, connection = host(protocol)
    remote.run("x")
    remote.reconnect()
    assert connection.shell_id == "S2"
    assert closed(protocol) == [("S1", False)], "close_session would cut the new connection"
    remote.run("y")
    assert ("command", "S2", "y", True) in protocol.calls


def test_an_old_shell_is_closed_even_if_the_first_attempt_to_reconnect_failed() -> None:
    protocol = FakeProtocol()
    remote, connection = host(protocol)
    remote.run("x")
    connection.connect_raises = [OSError("refused"), OSError("refused"), None]
    for _attempt in range(2):
        with pytest.raises(ConnectionLost):
            remote.reconnect()
    remote.reconnect()
    assert closed(protocol) == [("S1", False)], "a leaked shell keeps what runs in it alive, and Windows allows few"


def test_an_old_shell_that_cannot_be_closed_is_no_matter() -> None:
    protocol = FakeProtocol()
    remote, _connection = host(protocol)
    remote.run("x")
    protocol.raises["close"] = RuntimeError("unknown shell")
    remote.reconnect()
    remote.run("y")


def test_every_command_is_logged_with_its_input() -> None:
    log: list[str] = []
    remote, _connection = host(FakeProtocol((b"Ok.", b"", 0, True)), log)
    remote.run("netsh", b"advfirewall x\r\nbye\r\n")
    assert any("netsh" in line and "advfirewall x" in line for line in log)


class FakeFault(Exception):
    """A WS-Man fault as pywinrm raises it."""

    def __init__(self, **codes: int) -> None:
        super().__init__("the raw text of a fault")
        vars(self).update(codes)


@pytest.mark.parametrize("place", ["wsman_fault_code", "wmierror_code"])
def test_used_up_operations_cost_a_new_shell_once(place: str) -> None:
    protocol = FakeProtocol()
    remote, connection = host(protocol)
    begin = protocol.run_command
    refusals = [FakeFault(**{place: 2150859174})]

    def refused_once(*arguments: Any, **keywords: Any) -> str:
        return begin(*arguments, **keywords) if not refusals else _throw(refusals.pop())

    protocol.run_command = refused_once  # type: ignore[method-assign]
    remote.run("netsh", b"bye\r\n")
    assert connection.opened == 2
    assert protocol.names() == ["close", "command", "send", "receive"]
    assert protocol.calls[0] == ("close", "S1", False)
    assert protocol.calls[1][:2] == ("command", "S2")


def test_operations_that_stay_used_up_are_told_in_words() -> None:
    protocol = FakeProtocol()
    protocol.raises["command"] = FakeFault(wsman_fault_code=2150859174)
    remote, connection = host(protocol)
    with pytest.raises(ConnectionLost, match="MaxConcurrentOperationsPerUser"):
        remote.run("x")
    assert connection.opened == 2
