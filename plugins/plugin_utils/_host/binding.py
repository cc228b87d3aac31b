# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the transports of pywinrm are bound: what they send and receive is counted and timed by an adapter of ours.

``requests`` knows a timeout for each byte only, follows redirects, and unpacks what it is sent. The bounds stand where
pywinrm sends (``Transport._send_message_request``, in pywinrm 0.4.3 and 0.5.0): each session that it opens gets an
adapter of ours before its first request, so they hold for login and Create too, which Ansible's ``_connect()`` sends.
Bytes are counted, and time is looked at, where they leave the socket, headers included.
"""

from __future__ import annotations

import http.client
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from .bounds import Bounds, check_sealed_parts, check_text

try:
    from requests.adapters import HTTPAdapter  # pywinrm brings it
    from winrm.transport import Transport
except ImportError:
    HTTPAdapter = object
    Transport = None

_PIECE = 16 * 1024  # bytes sent between two looks at the clock; at most one TLS record
# requests-kerberos lays a pattern over the header whose time doubles with every comma, before anybody is logged in.
_CHALLENGES = "WWW-Authenticate"
_MOST_CHALLENGES, _LONGEST_CHALLENGE = 8, 64 * 1024
_NOT_COMPRESSED = ("", "identity")


@contextmanager
def enforced(bounds: Bounds) -> Iterator[None]:
    """Every transport of pywinrm that sends for the first time in this block is bound for good.

    Args:
        bounds: Its bounds.
    """
    bounds.exceeded = None
    original = getattr(Transport, "_send_message_request", None)
    if original is None:
        yield
        return

    def send(transport: Any, *arguments: Any, **options: Any) -> Any:
        bind(transport, bounds)
        return original(transport, *arguments, **options)

    Transport._send_message_request = send
    try:
        yield
    finally:
        Transport._send_message_request = original


def bind(transport: Any, bounds: Bounds) -> None:
    """Bind one transport of pywinrm and its session; one that is bound already is left as it is.

    Args:
        transport: pywinrm's Transport.
        bounds: Its bounds.
    """
    session = getattr(transport, "session", None)
    if session is None or not hasattr(session, "adapters"):
        return
    if not all(isinstance(adapter, _BoundAdapter) for adapter in session.adapters.values()):
        for prefix, former in list(session.adapters.items()):
            session.mount(prefix, _BoundAdapter(bounds, former))
        # pywinrm and pypsrp have taken over what the environment says of proxies and certificates when they made the
        # session; requests would look through it again for every request.
        session.trust_env = False
    if "_get_message_response_text" not in vars(transport) and hasattr(transport, "_get_message_response_text"):
        transport._get_message_response_text = _checked(transport._get_message_response_text, bounds)


def _checked(text_of: Callable[[Any], bytes], bounds: Bounds) -> Callable[[Any], bytes]:
    """pywinrm's reading of a response, with a look at what would take far more memory or time than its bytes do."""

    def read(response: Any) -> bytes:
        check_sealed_parts(response.content, bounds)
        text = text_of(response)
        check_text(text, bounds)
        return text

    return read


class _BoundAdapter(HTTPAdapter):  # type: ignore[misc]
    """Sends like ``requests``, within bounds."""

    def __init__(self, bounds: Bounds, former: Any) -> None:
        """Keep of the adapter in whose place it comes what an option may have set: retries and a key's password."""
        self._bounds = bounds
        pool = getattr(getattr(former, "poolmanager", None), "connection_pool_kw", {})
        self._key = {"key_password": pool["key_password"]} if pool.get("key_password") else {}
        super().__init__(max_retries=getattr(former, "max_retries", 0))

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, **self._key, **options)
        _watch(self.poolmanager, self._bounds)

    def proxy_manager_for(self, proxy: Any, **options: Any) -> Any:
        known = proxy in self.proxy_manager
        manager = super().proxy_manager_for(proxy, **options)
        if not known:
            _watch(manager, self._bounds)
        return manager

    def send(self, request: Any, stream: bool = False, timeout: Any = None, **options: Any) -> Any:
        bounds = self._bounds
        bounds.begin()
        left = bounds.left()
        request.headers["Accept-Encoding"] = "identity"
        response = super().send(request, stream=stream, timeout=min(_seconds(timeout, left), left), **options)
        challenges = str(response.headers.get(_CHALLENGES, ""))
        if challenges.count(",") > _MOST_CHALLENGES or len(challenges) > _LONGEST_CHALLENGE:
            with suppress(Exception):
                response.close()
            bounds.exceed("the host offers more ways to log in than any Windows does")
        encoding = str(response.headers.get("Content-Encoding", "")).strip().lower()
        if encoding not in _NOT_COMPRESSED or response.is_redirect:
            with suppress(Exception):
                response.close()
            if response.is_redirect:
                bounds.exceed(
                    "the host redirects WinRM to another address, which is not followed. Set ansible_host, "
                    "ansible_port and ansible_winrm_path to where WinRM is"
                )
            bounds.exceed(
                "the host's answer is compressed, although WinRM has no such thing and it was asked not to. See what "
                "answers on this port"
            )
        return response


def _seconds(timeout: Any, default: float) -> float:
    return float(timeout) if isinstance(timeout, (int, float)) else default


def _watch(manager: Any, bounds: Bounds) -> None:
    """Let a pool manager of urllib3 make connections that look at the bounds."""
    manager.pool_classes_by_scheme = {
        scheme: type(pool.__name__, (pool,), {"ConnectionCls": _watching(pool.ConnectionCls, bounds)})
        for scheme, pool in manager.pool_classes_by_scheme.items()
    }


def _watching(connection: Any, bounds: Bounds) -> Any:
    class Answer(http.client.HTTPResponse):
        def __init__(self, sock: Any, *arguments: Any, **options: Any) -> None:
            super().__init__(sock, *arguments, **options)
            self.fp: Any = io.BufferedReader(_Reader(self.fp.detach(), sock, bounds))

    class Watching(connection):  # type: ignore[misc]
        response_class = Answer

        def send(self, data: Any) -> None:
            if not isinstance(data, bytes):
                super().send(data)
                return
            for start in range(0, len(data), _PIECE):
                left = bounds.left()
                if self.sock is not None:
                    self.sock.settimeout(left)
                super().send(data[start : start + _PIECE])

    Watching.__name__ = connection.__name__  # urllib3 shows it in its messages
    return Watching


class _Reader(io.RawIOBase):
    """What comes from a socket for one response: counted, and only until the time is over."""

    def __init__(self, raw: io.RawIOBase, sock: Any, bounds: Bounds) -> None:
        self._raw = raw
        self._sock = sock  # its name in Python's own reader: NTLM and Kerberos look there for the certificate
        self._idle = sock.gettimeout()
        self._bounds = bounds
        self._read = 0

    def readable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._raw.fileno()

    def readinto(self, buffer: Any) -> int | None:
        left = self._bounds.left()
        self._sock.settimeout(left if self._idle is None else min(left, self._idle))
        try:
            count = self._raw.readinto(buffer)
        except TimeoutError:
            self._bounds.left()  # says that it is the command's time that is over, if it is
            raise
        self._read += count or 0
        self._bounds.check_size(self._read, "one message of the host")
        return count

    def close(self) -> None:
        if not self.closed:
            self._raw.close()
        super().close()
