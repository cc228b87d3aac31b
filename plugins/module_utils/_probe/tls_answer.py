# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The hello of a TLS client, and whether what comes back is TLS, by RFC 5246 (6.2.1, 7.2, 7.4.1.3) and RFC 8446 (5.1).

A handshake is not finished: the probe sends its hello and nothing else, shows no certificate and trusts none. Whoever
answers with a server's hello speaks TLS; so does who answers with an alert, as servers do that want another version,
another name or a client's certificate.
"""

from __future__ import annotations

import contextlib
import ssl
import warnings

_ALERT, _HANDSHAKE = 0x15, 0x16
_SERVER_HELLO = 0x02
_ALERT_LEVELS = (1, 2)
_MAJOR_VERSION = 3

ENOUGH = 6
"""Bytes of an answer that tell whether it is TLS."""


def client_hello(name: str) -> bytes:
    """The first message of a handshake, for any version that this machine's OpenSSL can still speak.

    Args:
        name: The server's name, for its virtual hosts; empty, or an address, for none.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        try:  # Windows Server 2008 R2 and 2012 speak TLS 1.0 by default
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.set_ciphers("ALL:@SECLEVEL=0")
        except (ssl.SSLError, ValueError):  # a system whose policy forbids it: an alert of the server is an answer too
            pass
    outgoing = ssl.MemoryBIO()
    session = context.wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname=_server_name(name))
    with contextlib.suppress(ssl.SSLWantReadError):
        session.do_handshake()
    return outgoing.read()


def speaks_tls(answer: bytes) -> bool:
    """Whether the first bytes of an answer are a TLS record with a server's hello, or with an alert.

    Args:
        answer: What came back, at least `ENOUGH` bytes where there are so many.
    """
    if len(answer) < ENOUGH or answer[1] != _MAJOR_VERSION:
        return False
    length = int.from_bytes(answer[3:5], "big")
    if answer[0] == _ALERT:
        return length == 2 and answer[5] in _ALERT_LEVELS
    return answer[0] == _HANDSHAKE and length >= 4 and answer[5] == _SERVER_HELLO


def _server_name(name: str) -> str | None:
    """A name that can stand in a hello: no address (RFC 6066, 3), and nothing that the encoding of names refuses."""
    plain = name.rstrip(".")
    if not plain or ":" in plain or plain.replace(".", "").isdigit():
        return None
    labels = plain.split(".")
    allowed = all(label and len(label) <= 63 and label.replace("-", "").replace("_", "").isalnum() for label in labels)
    return plain if allowed and plain.isascii() and len(plain) <= 253 else None
