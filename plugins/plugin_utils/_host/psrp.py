# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host whose connection is psrp: the same commands in a cmd shell, with no PowerShell.

The only file that uses pypsrp and the internals of Ansible's psrp connection. That connection's own ``_connect()``
opens a PowerShell runspace, so it is not called: from its options pypsrp's WSMan is made, which logs in, seals and
sends as they say. The WS-Man messages are pywinrm's, as over winrm; so every bound, fault and request is the same.

``_build_kwargs()`` and ``_psrp_conn_kwargs`` are there on every ansible-core from 2.16 to 2.21. Like those of the winrm
connection they are attributes, not an interface.
"""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleError

from .binding import bind
from .bounds import Bounds, check_sealed_parts, check_text

try:
    from winrm.exceptions import InvalidCredentialsError, WinRMTransportError
    from winrm.protocol import Protocol
except ImportError:
    Protocol = None

try:
    from pypsrp.exceptions import AuthenticationError
    from pypsrp.exceptions import WinRMTransportError as PsrpTransportError
    from pypsrp.wsman import WSMan
except ImportError:
    WSMan = None  # type: ignore[misc,assignment]

TRANSPORT = "psrp"
_UTF_8 = 65001
_NOT_INSTALLED = (
    "{library} is not installed into the Python that runs Ansible; ansible_connection: psrp needs it here. "
    "Run `pip install {library}` there"
)
_TIMES = (
    "ansible_psrp_read_timeout ({read} s) must be more than ansible_psrp_operation_timeout ({operation} s), which must "
    "be at least 1 s"
)


class OverPsrp:
    """What `RemoteHost` uses of Ansible's winrm connection, with the options of a psrp connection.

    Attributes:
        protocol: pywinrm's Protocol, which sends through pypsrp; None before the first `_connect`.
        shell_id: Id of the open cmd shell; None where there is none.
    """

    def __init__(self, connection: Any, bounds: Bounds) -> None:
        """Nothing is sent yet.

        Args:
            connection: Ansible's psrp connection, never connected by us.
            bounds: What the host may send.
        """
        self._connection = connection
        self._bounds = bounds
        self.protocol: Any = None
        self.shell_id: str | None = None

    def _connect(self) -> OverPsrp:
        """Log in and open a shell, where there is none; named as in Ansible's connections.

        Raises:
            AnsibleError: A library is missing, or an option is wrong.
            Exception: What pypsrp, requests and pywinrm raise.
        """
        if self.protocol is None:
            self.protocol = self._protocol()
        if not self.shell_id:
            self.shell_id = self.protocol.open_shell(codepage=_UTF_8)
        return self

    def reset(self) -> None:
        """Forget login and shell, and log in anew. The old shell stays open on the host, as with Ansible's own."""
        self.protocol = self.shell_id = None
        self._connect()

    def close(self) -> None:
        """Close the shell and the sockets. Ansible closes what it has opened itself, and knows nothing of ours.

        Raises:
            Exception: The host was lost.
        """
        protocol, shell = self.protocol, self.shell_id
        self.protocol = self.shell_id = None
        if protocol is None:
            return
        try:
            if shell:
                protocol.close_shell(shell, close_session=False)
        finally:
            protocol.transport.close_session()

    def _protocol(self) -> Any:
        for library, there in (("pypsrp", WSMan), ("pywinrm", Protocol)):
            if there is None:
                raise AnsibleError(_NOT_INSTALLED.format(library=library))
        self._connection._build_kwargs()
        wsman = WSMan(**self._connection._psrp_conn_kwargs)
        operation, read = wsman.operation_timeout, wsman.transport.read_timeout
        if not 1 <= operation < read:
            raise AnsibleError(_TIMES.format(read=read, operation=operation))
        # Its own Transport, which wants some account at once, gives way to ours.
        times = {"read_timeout_sec": read, "operation_timeout_sec": operation}
        protocol = Protocol(wsman.transport.endpoint, username=TRANSPORT, password="", **times)
        protocol.transport = _Sending(wsman.transport, self._bounds)
        return protocol


class _Sending:
    """Stands where pywinrm has its Transport: pypsrp's, with its errors as pywinrm's."""

    def __init__(self, transport: Any, bounds: Bounds) -> None:
        self._transport = transport
        self._bounds = bounds
        self.endpoint: str = transport.endpoint
        self.session = transport.session = transport._build_session()
        self.session.hooks["response"].append(self._look_at)
        # Whether there is a proxy: what the environment says of one is in the session by now.
        self.proxy = next((proxy for proxy in self.session.proxies.values() if proxy), None)
        bind(self, bounds)

    def send_message(self, message: str | bytes) -> bytes:
        """Send an envelope, and give what came.

        Raises:
            InvalidCredentialsError, WinRMTransportError: As pywinrm's Transport.
            Exception: What pypsrp and requests raise.
        """
        try:
            answer: bytes = self._transport.send(message.encode("utf-8") if isinstance(message, str) else message)
        except AuthenticationError as error:
            raise InvalidCredentialsError("the specified credentials were rejected by the server") from error
        except PsrpTransportError as error:
            text = error.response_text
            check_text(text.encode("utf-8", "replace"), self._bounds)
            raise WinRMTransportError("http", error.code, text) from error
        check_text(answer, self._bounds)
        return answer

    def close_session(self) -> None:
        """Close the sockets."""
        self.session.close()

    def _look_at(self, response: Any, **_options: Any) -> None:
        """Before pypsrp opens an answer; it would also guess at the encoding of one that names none."""
        check_sealed_parts(response.content, self._bounds)
        response.encoding = "utf-8"
