# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run command lines on a Windows host over Ansible's winrm or psrp connection, with no PowerShell.

What is said of the winrm connection here holds for psrp too: psrp.py gives its options the same shape. Four files rest
on pywinrm: this one, which has all that is done with the winrm connection; wsman.py, the messages that pywinrm has no
method for; bounds.py, which stands where pywinrm sends; and psrp.py, which makes a Protocol of pywinrm's over pypsrp.
After ``_connect()`` the winrm connection has ``protocol`` (pywinrm's Protocol) and ``shell_id`` (a cmd shell), on every
ansible-core from 2.16 to 2.21. Those are attributes, not an interface, so nothing else may touch them.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import SplitResult, urlsplit
from weakref import WeakKeyDictionary

from ansible.errors import AnsibleError

from ...module_utils._firewall.change.arrival import Arrival, InterfaceAddress, Network, arrival
from ...module_utils._firewall.change.management import ManagementConnection
from ...module_utils._firewall.change.sockets import is_loopback
from ...module_utils._firewall.state.reading import IN_SYSTEM32, LONGEST_COMMAND
from ...module_utils._texts import printable
from .bounds import Bounds, BoundsExceeded, OutOfTime, bind, enforced
from .hints import hint, without_secrets
from .password import empty_password
from .wsman import Receiving, client_address, interface_addresses, networks

_UNKNOWN_SHELL = 2150858843
_ACCESS_DENIED = 5
# ERROR_WSMAN_QUOTA_MAX_OPERATIONS, 0x803381A6. WinRS counts every command of a shell against the account's operations
# and does not give them back before the shell is closed, as Ansible's own winrm connection knows.
_NO_MORE_OPERATIONS = 2150859174

# One Send must stay under the smallest default MaxEnvelopeSizekb of a supported host: 150 on 2008 R2 ([MS-WSMV]
# 2.2.4.10, note 8). base64 makes 4 bytes of 3, and the envelope around it takes about 2,000.
_SEND_BYTES = 64 * 1024

_REQUEST_TIME = 60.0  # seconds for what is no command: to connect and open a shell, or to ask one WS-Man question
_LONGEST_ERROR = 500  # characters
_TIDY_TIME = 10.0  # seconds for what may as well fail

_NEEDS_WINRM = (
    "lyncops.firewall speaks WinRM itself and needs 'ansible_connection: winrm' (or psrp) for this host, not "
    "{transport!r}. Windows Server 2008 R2 to 2012 R2 have nothing else in the box"
)


_UNSIGNALLED: WeakKeyDictionary[Any, tuple[str, Any]] = WeakKeyDictionary()
"""Connection to shell and id of its last command, which has ended and has had no Signal.

By Signal terminate a client says that it has all of a command's output, and it "MUST send this before a new command can
be executed" ([MS-WSMV] 2.2.4.38). Behind a shell's last command there is none: Ansible closes the connection when a
task is over, which deletes the shell with all that is in it. Kept by connection, since the items of a loop share one.
"""


class NotWinrm(Exception):
    """The host's connection is neither winrm nor psrp; the message says what to set."""


class ConnectionLost(Exception):
    """The host refused, rejected the account, or stopped answering. Whether the last request arrived is not known."""


class CommandTimeout(ConnectionLost):
    """A command did not end in time. A stop was requested; what it did until then is not known."""


class TooMuchSaid(ConnectionLost):
    """The host sent more than is taken from one, or in a form that is not taken. A stop was requested."""


@dataclass(frozen=True, slots=True)
class Output:
    """What a command line printed.

    Attributes:
        stdout: Standard output, decoded as UTF-8; invalid bytes become U+FFFD.
        stderr: Standard error, likewise. Localised, so for messages only.
        code: Exit code, for messages only.
        whole: Whether that is all; else the command was stopped, because it printed more than was wanted.
    """

    stdout: str
    stderr: str
    code: int
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Started:
    """Options of a Command ([MS-WSMV] 2.2.4.8), of which note 117 says that later systems ignore them.

    Attributes:
        console_stdin: WINRS_CONSOLEMODE_STDIN: standard input is a console, and no pipe.
        without_cmd: WINRS_SKIP_CMD_SHELL: the program is started as it is, not by cmd.exe.
    """

    console_stdin: bool
    without_cmd: bool = False


class RemoteHost:
    """One host behind one connection."""

    def __init__(
        self,
        connection: Any,
        log: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
        bounds: Bounds | None = None,
    ) -> None:
        """Take over a connection; nothing is sent yet.

        Args:
            connection: Ansible's connection plugin for the host.
            log: Takes one line for high verbosity; must not print it under ``no_log``.
            clock: Seconds; for tests.
            bounds: What the host may send; the default ones where there are none.

        Raises:
            NotWinrm: The connection is another one.
        """
        self._log = log
        self._bounds = bounds or Bounds(clock=clock)
        transport = getattr(connection, "transport", None)
        self._transport = str(transport)
        self._no_login = empty_password(connection)
        if transport == "psrp":
            from .psrp import OverPsrp  # noqa: PLC0415 - pypsrp is loaded for those who use it

            connection = OverPsrp(connection, self._bounds)
        elif transport != "winrm":
            raise NotWinrm(_NEEDS_WINRM.format(transport=str(transport)))
        self._connection = connection
        self._old_shells: list[str] = []
        self._interfaces: list[InterfaceAddress] = []
        self._answered = False

    def run(
        self,
        command: str,
        stdin: bytes = b"",
        deadline: float = 120.0,
        *,
        started: Started | None = None,
        most: int | None = None,
    ) -> Output:
        """Run one command line under cmd.exe and wait until it ends.

        Args:
            command: The command line; printable ASCII, at most `LONGEST_COMMAND` characters. It runs in System32.
            stdin: Bytes for its standard input.
            deadline: Seconds for all of it, connecting included, until it is stopped. pywinrm itself would wait for
                ever.
            started: How to ask for it, where that is what is to be found out. Then nothing is put in front of it.
            most: Bytes after which it is told to stop, and what it has printed is returned; None for no such limit.

        Raises:
            ConnectionLost: The host could not be reached, or the connection broke.
            CommandTimeout: The deadline passed.
            TooMuchSaid: It printed more than is taken from a host.
            ValueError: The command line cannot be sent as it is.
        """
        if len(command) > LONGEST_COMMAND or any(not " " <= character <= "~" for character in command):
            raise ValueError(f"a command line of {len(command)} characters, or with other than printable ASCII")
        self._log(f"RUN {command}" + (f" <<< {stdin.decode('ascii', 'replace')}" if stdin else ""))
        with self._bounds.within(deadline):
            output = self._run(
                command if started else IN_SYSTEM32 + command, stdin, started or Started(not stdin), most
            )
        self._log(f"RAN {command[:60]} -> {output.code}, {len(output.stdout)} characters")
        return output

    def _run(self, command: str, stdin: bytes, started: Started, most: int | None) -> Output:
        protocol, shell = self._open()
        command_id: Any = None
        try:
            self._end_former(protocol, shell)
            try:
                command_id = _begin(protocol, shell, command, started)
            except Exception as error:
                if _NO_MORE_OPERATIONS not in _codes(error):
                    raise
                # Refused, so that nothing has run: it can be sent again.
                protocol, shell = self._renew(protocol, shell)
                command_id = _begin(protocol, shell, command, started)
            for start in range(0, len(stdin), _SEND_BYTES):
                chunk = stdin[start : start + _SEND_BYTES]
                protocol.send_command_input(shell, command_id, chunk, end=start + _SEND_BYTES >= len(stdin))
            output = self._receive(protocol, shell, command_id, most)
            if output.whole:
                _UNSIGNALLED[self._connection] = (shell, command_id)
            else:
                protocol.cleanup_command(shell, command_id)
        except Exception as error:
            lost = self._lost(error)
            if isinstance(lost, (CommandTimeout, TooMuchSaid)) and command_id is not None:
                self._quietly(lambda: protocol.cleanup_command(shell, command_id))
            if isinstance(lost, CommandTimeout):
                lost = CommandTimeout("the command did not end in time and was told to stop")
            raise lost from error
        return output

    def _end_former(self, protocol: Any, shell: str) -> None:
        """Acknowledge that the last command of the shell has ended; what was in another shell has gone with it."""
        former, command_id = _UNSIGNALLED.pop(self._connection, ("", None))
        if former == shell:
            protocol.cleanup_command(shell, command_id)

    def management_connection(self) -> ManagementConnection:
        """Our WinRM connection, with the address the host sees us from.

        NAT and mesh nodes hide the controller's own address, so the host is asked: ``ClientIP`` of our shell, by a
        WS-Man Get ([MS-WSMV] 3.1.4.2). It is empty where the host does not answer that.

        Raises:
            ConnectionLost: The host could not be reached.
        """
        with self._bounds.within(_REQUEST_TIME):
            return self._management_connection(*self._open())

    def _management_connection(self, protocol: Any, shell: str) -> ManagementConnection:
        url = urlsplit(str(protocol.transport.endpoint))
        connection = ManagementConnection(
            _port(url),
            url.scheme,
            # A name may have addresses that are not the host's own, and stand for another one by now.
            reached=_peers(protocol) or _addresses(url.hostname or ""),
        )
        try:
            client = client_address(protocol, shell)
            # Who sees us from itself has a port mapping of its own (portproxy, sshd): that is its connection, not ours.
            mapped = is_loopback(client) and not any(map(is_loopback, connection.reached))
            return connection if mapped else replace(connection, client=client)
        except Exception as error:
            self._log(f"the host does not say from where it sees us: {_told(error)}")
            return connection

    def connected_to(self) -> str:
        """Where we are connected to, as name or address and port; empty where the connection does not say it."""
        transport = getattr(getattr(self._connection, "protocol", None), "transport", None)
        url = urlsplit(str(getattr(transport, "endpoint", "")))
        return f"{(url.hostname or '').removesuffix('.')} port {_port(url)}" if url.hostname else ""

    def reached(self) -> tuple[str, ...]:
        """The addresses at the other end of what is connected now; none where nothing is, or a proxy stands between."""
        return _peers(getattr(self._connection, "protocol", None))

    def with_source_ports(self, connection: ManagementConnection) -> ManagementConnection:
        """The connection with our own ports of its sockets that are open now; none where a proxy stands in between."""
        return replace(connection, source_ports=_source_ports(getattr(self._connection, "protocol", None)))

    def networks(self) -> list[Network] | None:
        """The firewall profile of each network interface, by one more WS-Man request.

        Returns:
            None where the host cannot tell, as with Windows Server 2008 R2.

        Raises:
            ConnectionLost: The host could not be reached.
        """
        with self._bounds.within(_REQUEST_TIME):
            protocol, _shell = self._open()
            try:
                return networks(protocol)
            except Exception as error:
                self._log(f"the host does not say which profile its network interfaces are in: {_told(error)}")
                return None

    def addresses(self) -> tuple[str, ...]:
        """The addresses of the host's network interfaces, by one more WS-Man request; told once, they are kept.

        Returns:
            None of them where the host cannot tell, as with Windows Server 2008 R2.

        Raises:
            ConnectionLost: The host could not be reached.
        """
        with self._bounds.within(_REQUEST_TIME):
            protocol, _shell = self._open()
            try:
                return tuple(entry.address for entry in self._interface_addresses(protocol))
            except Exception as error:
                self._log(f"the host does not say which addresses its network interfaces have: {_told(error)}")
                return ()

    def arrival(self, connection: ManagementConnection) -> Arrival:
        """The network that our connection arrives through, by one or two more WS-Man requests.

        Args:
            connection: Our connection.

        Raises:
            ConnectionLost: The host could not be reached.
        """
        found = self.networks()
        with self._bounds.within(_REQUEST_TIME):
            protocol, _shell = self._open()
            try:
                return arrival(found, self._interface_addresses(protocol) if found else (), connection.reached)
            except Exception as error:
                self._log(f"the host does not say which addresses its network interfaces have: {_told(error)}")
                return arrival(found, (), connection.reached)

    def _interface_addresses(self, protocol: Any) -> list[InterfaceAddress]:
        self._interfaces = self._interfaces or interface_addresses(protocol)
        return self._interfaces

    def reconnect(self) -> None:
        """Open a new connection and shell, then close the old shell.

        ansible's own reset only forgets the old shell, and Windows allows an account few of them.

        Raises:
            ConnectionLost: The host does not take a new connection.
        """
        if self._connection.shell_id:  # forgotten by a reset that fails, so it is kept until one succeeds
            self._old_shells.append(str(self._connection.shell_id))
        with self._bounds.within(_REQUEST_TIME):
            try:
                with enforced(self._bounds):
                    self._connection.reset()
            except Exception as error:
                raise self._lost(error) from error
            protocol, shell = self._open()
        while self._old_shells:
            self._close(protocol, self._old_shells.pop(), shell)

    def close(self) -> None:
        """Close what Ansible does not: the shell and sockets of a psrp connection, which it has not opened."""
        if getattr(self._connection, "transport", None) != "winrm":
            self._quietly(self._connection.close)

    def _renew(self, protocol: Any, shell: str) -> tuple[Any, str]:
        """A new shell in place of one whose account has used up its operations: closed first, or there is no room."""
        self._log("the account's WS-Man operations are used up; a new shell takes the place of ours")
        self._quietly(lambda: protocol.close_shell(shell, close_session=False))
        with enforced(self._bounds):
            self._connection.reset()
        return self._open()

    def _close(self, protocol: Any, old: str, current: str) -> None:
        if old != current:
            self._quietly(lambda: protocol.close_shell(old, close_session=False))

    def _open(self) -> tuple[Any, str]:
        if self._no_login:
            raise ConnectionLost(self._no_login)
        try:
            with enforced(self._bounds):
                self._connection._connect()
        except Exception as error:
            raise self._lost(error) from error
        protocol = getattr(self._connection, "protocol", None)
        shell = getattr(self._connection, "shell_id", None)
        if protocol is None or not shell:
            raise ConnectionLost("the winrm connection has no open shell; this ansible-core is not supported")
        bind(getattr(protocol, "transport", None), self._bounds)
        self._answered = True
        return protocol, str(shell)

    def _receive(self, protocol: Any, shell: str, command_id: str, most: int | None) -> Output:
        receive = Receiving(protocol, shell, command_id)
        stdout: list[bytes] = []
        stderr: list[bytes] = []
        size = 0
        while True:
            try:
                out, err, code, done = receive()
            except Exception as error:
                if type(error).__name__ != "WinRMOperationTimeoutError":
                    raise
                out, err, code, done = b"", b"", 0, False  # nothing printed for a while: ask again
            stdout.append(out)
            stderr.append(err)
            size += len(out) + len(err)
            self._bounds.check_size(size, "what the command printed")
            whole = done or most is None or size <= most
            if done or not whole:
                texts = [b"".join(parts).decode("utf-8", "replace") for parts in (stdout, stderr)]
                return Output(texts[0], texts[1], int(code), whole)
            self._bounds.left()

    def _lost(self, error: Exception) -> ConnectionLost:
        """Any exception of requests, pywinrm and ansible as a ConnectionLost with a message of one line."""
        if isinstance(error, ConnectionLost):
            return error
        # Ansible makes an exception of its own of what its _connect() raises.
        exceeded = error if isinstance(error, BoundsExceeded) else self._bounds.exceeded
        if isinstance(exceeded, OutOfTime):
            return CommandTimeout(str(exceeded))
        if exceeded is not None:
            return TooMuchSaid(str(exceeded))
        code = getattr(error, "wsman_fault_code", None)
        if _NO_MORE_OPERATIONS in _codes(error):
            return ConnectionLost(
                "the account has more WS-Man operations open on the host than it may (WS-Man fault 2150859174): end "
                "other sessions of it, or raise MaxConcurrentOperationsPerUser there"
            )
        if code == _UNKNOWN_SHELL:
            return ConnectionLost("the host closed our shell (WS-Man fault 2150858843)")
        if code == _ACCESS_DENIED:
            return ConnectionLost("the host denies this account access to WinRM (WS-Man fault 5)")
        kind = "" if isinstance(error, AnsibleError) else f"{type(error).__name__}: "
        told = _told(error)
        return ConnectionLost(f"{kind}{told}{hint(told, self._transport, self._answered)}")

    def _quietly(self, action: Callable[[], object]) -> None:
        """Clean up; a failure is only logged."""
        try:
            with self._bounds.anew(_TIDY_TIME):
                action()
        except Exception as error:
            self._log(f"tidying up failed: {_told(error)}")


def _told(error: Exception) -> str:
    """An exception in one line for people. The host wrote a part of it: some hold the whole body of its answer."""
    text = " ".join(without_secrets(str(error)[: 4 * _LONGEST_ERROR]).split()) or type(error).__name__
    return printable(text)[:_LONGEST_ERROR]


def _port(url: SplitResult) -> int:
    return url.port or (5986 if url.scheme == "https" else 5985)


def _addresses(name: str) -> tuple[str, ...]:
    """The addresses that a host name may stand for, by the controller's resolver; none where it does not know it."""
    try:
        found = socket.getaddrinfo(name, None, proto=socket.IPPROTO_TCP)
    except (OSError, UnicodeError):
        return ()
    return tuple(sorted({str(item[4][0]) for item in found}))


def _begin(protocol: Any, shell: str, command: str, started: Started) -> Any:
    """Start a command; its id. Arguments would be joined with blanks and not quoted, so the line is given whole."""
    bare = {"skip_cmd_shell": True} if started.without_cmd else {}
    return protocol.run_command(shell, command, console_mode_stdin=started.console_stdin, **bare)


def _codes(error: Exception) -> tuple[Any, Any]:
    """Both numbers of a fault: Windows says some in one place, some in the other."""
    return getattr(error, "wsman_fault_code", None), getattr(error, "wmierror_code", None)


def _source_ports(protocol: Any) -> tuple[int, ...]:
    return tuple(socket.getsockname()[1] for socket in _sockets(protocol))


def _peers(protocol: Any) -> tuple[str, ...]:
    """The addresses that we are connected to; none behind a proxy, whose address it would be."""
    if getattr(getattr(protocol, "transport", None), "proxy", None) not in (None, "legacy_requests"):
        return ()
    return tuple(sorted({str(socket.getpeername()[0]) for socket in _sockets(protocol)}))


def _sockets(protocol: Any) -> list[Any]:
    """The sockets that requests keeps open for the session; no interface tells them, so none may be found."""
    try:
        pools = [
            adapter.poolmanager.pools[key]
            for adapter in protocol.transport.session.adapters.values()
            for key in adapter.poolmanager.pools.keys()  # noqa: SIM118 - no mapping: it cannot be iterated
        ]
        kept = [connection.sock for pool in pools for connection in pool.pool.queue if connection]
        return [socket for socket in kept if socket and socket.getpeername()]
    except (AttributeError, KeyError, OSError, TypeError):
        return []
