# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A connection to a host, and the shell in it: opened, renewed, closed, and what breaks it put into words.

After ``_connect()`` Ansible's winrm connection has ``protocol`` (pywinrm's Protocol) and ``shell_id`` (a cmd shell), on
every ansible-core from 2.16 to 2.21. Those are attributes, no interface: only this file and remote_host.py may touch
them. psrp.py gives its options the same shape.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleError

from ...module_utils._texts import printable
from .binding import bind, enforced
from .bounds import Bounds, BoundsExceeded, OutOfTime
from .commands import CommandTimeout, ConnectionLost, NotWinrm, TooMuchSaid
from .hints import hint, without_secrets
from .password import empty_password

_UNKNOWN_SHELL = 2150858843
_ACCESS_DENIED = 5
# ERROR_WSMAN_QUOTA_MAX_OPERATIONS, 0x803381A6. WinRS counts every command of a shell against the account's operations
# and does not give them back before the shell is closed, as Ansible's own winrm connection knows.
NO_MORE_OPERATIONS = 2150859174

REQUEST_TIME = 60.0  # seconds for what is no command: to connect and open a shell, or to ask one WS-Man question
_LONGEST_ERROR = 500  # characters
_TIDY_TIME = 10.0  # seconds for what may as well fail

_NEEDS_WINRM = (
    "lyncops.firewall speaks WinRM itself and needs 'ansible_connection: winrm' (or psrp) for this host, not "
    "{transport!r}. Windows Server 2008 R2 to 2012 R2 have nothing else in the box"
)


class Session:
    """A connection of Ansible's with a shell in it: opened, renewed, and what breaks it put into words.

    Attributes:
        log: Takes one line for high verbosity.
        bounds: What the host may send, and in which time.
        connection: The connection; one of psrp in the shape of one of winrm.
    """

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
        self.log = log
        self.bounds = bounds or Bounds(clock=clock)
        transport = getattr(connection, "transport", None)
        self._transport = str(transport)
        self._no_login = empty_password(connection)
        if transport == "psrp":
            from .psrp import OverPsrp  # noqa: PLC0415 - pypsrp is loaded for those who use it

            connection = OverPsrp(connection, self.bounds)
        elif transport != "winrm":
            raise NotWinrm(_NEEDS_WINRM.format(transport=str(transport)))
        self.connection = connection
        self._old_shells: list[str] = []
        self._answered = False

    def reconnect(self) -> None:
        """Open a new connection and shell, then close the old shell.

        ansible's own reset only forgets the old shell, and Windows allows an account few of them.

        Raises:
            ConnectionLost: The host does not take a new connection.
        """
        if self.connection.shell_id:  # forgotten by a reset that fails, so it is kept until one succeeds
            self._old_shells.append(str(self.connection.shell_id))
        with self.bounds.within(REQUEST_TIME):
            try:
                with enforced(self.bounds):
                    self.connection.reset()
            except Exception as error:
                raise self.lost(error) from error
            protocol, shell = self.open()
        while self._old_shells:
            self._close(protocol, self._old_shells.pop(), shell)

    def close(self) -> None:
        """Close what Ansible does not: the shell and sockets of a psrp connection, which it has not opened."""
        if getattr(self.connection, "transport", None) != "winrm":
            self.quietly(self.connection.close)

    def renew(self, protocol: Any, shell: str) -> tuple[Any, str]:
        """A new shell in place of one whose account has used up its operations: closed first, or there is no room."""
        self.log("the account's WS-Man operations are used up; a new shell takes the place of ours")
        self.quietly(lambda: protocol.close_shell(shell, close_session=False))
        with enforced(self.bounds):
            self.connection.reset()
        return self.open()

    def _close(self, protocol: Any, old: str, current: str) -> None:
        if old != current:
            self.quietly(lambda: protocol.close_shell(old, close_session=False))

    def open(self) -> tuple[Any, str]:
        """The connection's protocol and the shell in it, opened where they are not.

        Raises:
            ConnectionLost: The host could not be reached.
        """
        if self._no_login:
            raise ConnectionLost(self._no_login)
        try:
            with enforced(self.bounds):
                self.connection._connect()
        except Exception as error:
            raise self.lost(error) from error
        protocol = getattr(self.connection, "protocol", None)
        shell = getattr(self.connection, "shell_id", None)
        if protocol is None or not shell:
            raise ConnectionLost("the winrm connection has no open shell; this ansible-core is not supported")
        bind(getattr(protocol, "transport", None), self.bounds)
        self._answered = True
        return protocol, str(shell)

    def lost(self, error: Exception) -> ConnectionLost:
        """Any exception of requests, pywinrm and ansible as a ConnectionLost with a message of one line."""
        if isinstance(error, ConnectionLost):
            return error
        # Ansible makes an exception of its own of what its _connect() raises.
        exceeded = error if isinstance(error, BoundsExceeded) else self.bounds.exceeded
        if isinstance(exceeded, OutOfTime):
            return CommandTimeout(str(exceeded))
        if exceeded is not None:
            return TooMuchSaid(str(exceeded))
        code = getattr(error, "wsman_fault_code", None)
        if NO_MORE_OPERATIONS in codes(error):
            return ConnectionLost(
                "the account has more WS-Man operations open on the host than it may (WS-Man fault 2150859174): end "
                "other sessions of it, or raise MaxConcurrentOperationsPerUser there"
            )
        if code == _UNKNOWN_SHELL:
            return ConnectionLost("the host closed our shell (WS-Man fault 2150858843)")
        if code == _ACCESS_DENIED:
            return ConnectionLost("the host denies this account access to WinRM (WS-Man fault 5)")
        kind = "" if isinstance(error, AnsibleError) else f"{type(error).__name__}: "
        words = told(error)
        return ConnectionLost(f"{kind}{words}{hint(words, self._transport, self._answered)}")

    def quietly(self, action: Callable[[], object]) -> None:
        """Clean up; a failure is only logged."""
        try:
            with self.bounds.anew(_TIDY_TIME):
                action()
        except Exception as error:
            self.log(f"tidying up failed: {told(error)}")


def told(error: Exception) -> str:
    """An exception in one line for people. The host wrote a part of it: some hold the whole body of its answer."""
    text = " ".join(without_secrets(str(error)[: 4 * _LONGEST_ERROR]).split()) or type(error).__name__
    return printable(text)[:_LONGEST_ERROR]


def codes(error: Exception) -> tuple[Any, Any]:
    """Both numbers of a fault: Windows says some in one place, some in the other."""
    return getattr(error, "wsman_fault_code", None), getattr(error, "wmierror_code", None)
