# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run command lines on a Windows host over Ansible's winrm or psrp connection, with no PowerShell.

What is said of the winrm connection here holds for psrp too: psrp.py gives its options the same shape. Four files rest
on pywinrm: session.py, which has the connection's protocol and shell; wsman.py, the messages that pywinrm has no method
for; binding.py, which stands where pywinrm sends; and psrp.py, which makes a Protocol of pywinrm's over pypsrp.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from ...module_utils._firewall.change.arrival import Arrival, InterfaceAddress, Network, arrival, profiles_by_address
from ...module_utils._firewall.change.management import ManagementConnection
from ...module_utils._firewall.change.sockets import is_loopback
from ...module_utils._firewall.state.read_command import IN_SYSTEM32, LONGEST_COMMAND
from ...module_utils._firewall.state.rule import Profile
from .bounds import Bounds
from .commands import CommandTimeout, Output, Started, TooMuchSaid
from .own_sockets import addresses_of, peers, port_of, source_ports
from .session import NO_MORE_OPERATIONS, REQUEST_TIME, Session, codes, told
from .wsman import Receiving, client_address, interface_addresses, networks

# One Send must stay under the smallest default MaxEnvelopeSizekb of a supported host: 150 on 2008 R2 ([MS-WSMV]
# 2.2.4.10, note 8). base64 makes 4 bytes of 3, and the envelope around it takes about 2,000.
_SEND_BYTES = 64 * 1024


_UNSIGNALLED: WeakKeyDictionary[Any, tuple[str, Any]] = WeakKeyDictionary()
"""Connection to shell and id of its last command, which has ended and has had no Signal.

By Signal terminate a client says that it has all of a command's output, and it "MUST send this before a new command can
be executed" ([MS-WSMV] 2.2.4.38). Behind a shell's last command there is none: Ansible closes the connection when a
task is over, which deletes the shell with all that is in it. Kept by connection, since the items of a loop share one.
"""


class RemoteHost:
    """One host behind one connection."""

    def __init__(
        self,
        connection: Any,
        log: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
        bounds: Bounds | None = None,
    ) -> None:
        """Take over a connection; nothing is sent yet. The arguments and the error are those of `Session`."""
        self._session = Session(connection, log, clock, bounds)
        self._log = log
        self._interfaces: list[InterfaceAddress] = []

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
        with self._session.bounds.within(deadline):
            output = self._run(
                command if started else IN_SYSTEM32 + command, stdin, started or Started(not stdin), most
            )
        self._log(f"RAN {command[:60]} -> {output.code}, {len(output.stdout)} characters")
        return output

    def _run(self, command: str, stdin: bytes, started: Started, most: int | None) -> Output:
        protocol, shell = self._session.open()
        command_id: Any = None
        try:
            self._end_former(protocol, shell)
            try:
                command_id = _begin(protocol, shell, command, started)
            except Exception as error:
                if NO_MORE_OPERATIONS not in codes(error):
                    raise
                # Refused, so that nothing has run: it can be sent again.
                protocol, shell = self._session.renew(protocol, shell)
                command_id = _begin(protocol, shell, command, started)
            for start in range(0, len(stdin), _SEND_BYTES):
                chunk = stdin[start : start + _SEND_BYTES]
                protocol.send_command_input(shell, command_id, chunk, end=start + _SEND_BYTES >= len(stdin))
            output = self._receive(protocol, shell, command_id, most)
            if output.whole:
                _UNSIGNALLED[self._session.connection] = (shell, command_id)
            else:
                protocol.cleanup_command(shell, command_id)
        except Exception as error:
            lost = self._session.lost(error)
            if isinstance(lost, (CommandTimeout, TooMuchSaid)) and command_id is not None:
                self._session.quietly(lambda: protocol.cleanup_command(shell, command_id))
            if isinstance(lost, CommandTimeout):
                lost = CommandTimeout("the command did not end in time and was told to stop")
            raise lost from error
        return output

    def _end_former(self, protocol: Any, shell: str) -> None:
        """Acknowledge that the last command of the shell has ended; what was in another shell has gone with it."""
        former, command_id = _UNSIGNALLED.pop(self._session.connection, ("", None))
        if former == shell:
            protocol.cleanup_command(shell, command_id)

    def management_connection(self) -> ManagementConnection:
        """Our WinRM connection, with the address the host sees us from.

        NAT and mesh nodes hide the controller's own address, so the host is asked: ``ClientIP`` of our shell, by a
        WS-Man Get ([MS-WSMV] 3.1.4.2). It is empty where the host does not answer that.

        Raises:
            ConnectionLost: The host could not be reached.
        """
        with self._session.bounds.within(REQUEST_TIME):
            return self._management_connection(*self._session.open())

    def _management_connection(self, protocol: Any, shell: str) -> ManagementConnection:
        url = urlsplit(str(protocol.transport.endpoint))
        connection = ManagementConnection(
            port_of(url),
            url.scheme,
            # A name may have addresses that are not the host's own, and stand for another one by now.
            reached=peers(protocol) or addresses_of(url.hostname or ""),
        )
        try:
            client = client_address(protocol, shell)
            # Who sees us from itself has a port mapping of its own (portproxy, sshd): that is its connection, not ours.
            mapped = is_loopback(client) and not any(map(is_loopback, connection.reached))
            return connection if mapped else replace(connection, client=client)
        except Exception as error:
            self._log(f"the host does not say from where it sees us: {told(error)}")
            return connection

    def connected_to(self) -> str:
        """Where we are connected to, as name or address and port; empty where the connection does not say it."""
        transport = getattr(getattr(self._session.connection, "protocol", None), "transport", None)
        url = urlsplit(str(getattr(transport, "endpoint", "")))
        return f"{(url.hostname or '').removesuffix('.')} port {port_of(url)}" if url.hostname else ""

    def reached(self) -> tuple[str, ...]:
        """The addresses at the other end of what is connected now; none where nothing is, or a proxy stands between."""
        return peers(getattr(self._session.connection, "protocol", None))

    def with_source_ports(self, connection: ManagementConnection) -> ManagementConnection:
        """The connection with our own ports of its sockets that are open now; none where a proxy stands in between."""
        return replace(connection, source_ports=source_ports(getattr(self._session.connection, "protocol", None)))

    def networks(self) -> list[Network] | None:
        """The firewall profile of each network interface, by one more WS-Man request.

        Returns:
            None where the host cannot tell, as with Windows Server 2008 R2.

        Raises:
            ConnectionLost: The host could not be reached.
        """
        with self._session.bounds.within(REQUEST_TIME):
            protocol, _shell = self._session.open()
            try:
                return networks(protocol)
            except Exception as error:
                self._log(f"the host does not say which profile its network interfaces are in: {told(error)}")
                return None

    def addresses(self) -> tuple[str, ...]:
        """The addresses of the host's network interfaces, by one more WS-Man request; told once, they are kept.

        Returns:
            None of them where the host cannot tell, as with Windows Server 2008 R2.

        Raises:
            ConnectionLost: The host could not be reached.
        """
        with self._session.bounds.within(REQUEST_TIME):
            protocol, _shell = self._session.open()
            try:
                return tuple(entry.address for entry in self._interface_addresses(protocol))
            except Exception as error:
                self._log(f"the host does not say which addresses its network interfaces have: {told(error)}")
                return ()

    def networks_by_address(self) -> dict[str, Profile]:
        """The profile of the network of each of `addresses`, by one more WS-Man request; none where it cannot tell.

        Raises:
            ConnectionLost: The host could not be reached.
        """
        return profiles_by_address(self.networks() or (), self._interfaces) if self._interfaces else {}

    def arrival(self, connection: ManagementConnection) -> Arrival:
        """The network that our connection arrives through, by one or two more WS-Man requests.

        Args:
            connection: Our connection.

        Raises:
            ConnectionLost: The host could not be reached.
        """
        found = self.networks()
        with self._session.bounds.within(REQUEST_TIME):
            protocol, _shell = self._session.open()
            try:
                return arrival(found, self._interface_addresses(protocol) if found else (), connection.reached)
            except Exception as error:
                self._log(f"the host does not say which addresses its network interfaces have: {told(error)}")
                return arrival(found, (), connection.reached)

    def _interface_addresses(self, protocol: Any) -> list[InterfaceAddress]:
        self._interfaces = self._interfaces or interface_addresses(protocol)
        return self._interfaces

    def reconnect(self) -> None:
        """Open a new connection and shell, as `Session.reconnect` does."""
        self._session.reconnect()

    def close(self) -> None:
        """Close what Ansible does not, as `Session.close` does."""
        self._session.close()

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
            self._session.bounds.check_size(size, "what the command printed")
            whole = done or most is None or size <= most
            if done or not whole:
                texts = [b"".join(parts).decode("utf-8", "replace") for parts in (stdout, stderr)]
                return Output(texts[0], texts[1], int(code), whole)
            self._session.bounds.left()


def _begin(protocol: Any, shell: str, command: str, started: Started) -> Any:
    """Start a command; its id. Arguments would be joined with blanks and not quoted, so the line is given whole."""
    bare = {"skip_cmd_shell": True} if started.without_cmd else {}
    return protocol.run_command(shell, command, console_mode_stdin=started.console_stdin, **bare)
