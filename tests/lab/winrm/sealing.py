# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Encrypted messages of WinRM over HTTP ([MS-WSMV] 2.2.9.1): the multipart body around what a security context seals.

Each message is two parts, a description with the length of the plain text and an octet stream: the length of the
signature (four bytes, little-endian), the signature, the sealed text. CredSSP cuts a longer message into pieces of
16 KB, each with its two parts (`multipart/x-multi-encrypted`).
"""

from __future__ import annotations

import re
import struct
from typing import Protocol

SPNEGO_PROTOCOL = "application/HTTP-SPNEGO-session-encrypted"
KERBEROS_PROTOCOL = "application/HTTP-Kerberos-session-encrypted"
CREDSSP_PROTOCOL = "application/HTTP-CredSSP-session-encrypted"
CREDSSP_PIECE = 16384
_BOUNDARY = b"--Encrypted Boundary"
_STREAM_HEAD = b"\tContent-Type: application/octet-stream\r\n"
_DESCRIPTION = re.compile(
    rb"--\s?Encrypted Boundary\r\n\s*Content-Type: [^\r\n]+\r\n\s*OriginalContent: [^\r\n]*?;Length=(\d+)\r\n"
    rb"--\s?Encrypted Boundary\r\n\s*Content-Type: application/octet-stream\r\n",
    re.IGNORECASE,
)
_END = re.compile(rb"--\s?Encrypted Boundary--\r\n\Z")


class SealError(ValueError):
    """The body is not a sealed message of this context."""


class Sealed(Protocol):
    """The wrapped message of a security context: as pyspnego's WinRMWrapResult."""

    @property
    def header(self) -> bytes:
        """The signature."""

    @property
    def data(self) -> bytes:
        """The sealed text."""

    @property
    def padding_length(self) -> int:
        """By how much the sealed text is longer than the message."""


class SecurityContext(Protocol):
    """What seals: as pyspnego's ContextProxy."""

    def wrap_winrm(self, data: bytes) -> Sealed:
        """Seal a message."""

    def unwrap_winrm(self, header: bytes, data: bytes) -> bytes:
        """Open a message."""


def is_sealed_content(content_type: str) -> bool:
    """Whether a body of this Content-Type is a sealed message."""
    return content_type.lower().lstrip().startswith(("multipart/encrypted", "multipart/x-multi-encrypted"))


def seal(context: SecurityContext, protocol: str, envelope: bytes) -> tuple[str, bytes]:
    """Content type and body of a message."""
    pieces = [envelope]
    if protocol == CREDSSP_PROTOCOL:
        pieces = [envelope[at : at + CREDSSP_PIECE] for at in range(0, len(envelope), CREDSSP_PIECE)]
    body = b"".join(_seal_piece(context, protocol, piece) for piece in pieces) + _BOUNDARY + b"--\r\n"
    kind = "multipart/encrypted" if len(pieces) == 1 else "multipart/x-multi-encrypted"
    return f'{kind};protocol="{protocol}";boundary="Encrypted Boundary"', body


def _seal_piece(context: SecurityContext, protocol: str, text: bytes) -> bytes:
    sealed = context.wrap_winrm(text)
    length = len(text) + sealed.padding_length
    return (
        _BOUNDARY
        + f"\r\n\tContent-Type: {protocol}\r\n\tOriginalContent: type=application/soap+xml;charset=UTF-8;"
        f"Length={length}\r\n".encode()
        + _BOUNDARY
        + b"\r\n"
        + _STREAM_HEAD
        + struct.pack("<i", len(sealed.header))
        + sealed.header
        + sealed.data
    )


def unseal(context: SecurityContext, body: bytes) -> bytes:
    """The envelope in a body. Raises SealError."""
    end = _END.search(body)
    if end is None:
        raise SealError("the body has no end")
    heads = list(_DESCRIPTION.finditer(body))
    if not heads or heads[0].start() != 0:
        raise SealError("the body is not a multipart message of WinRM")
    ends = [head.start() for head in heads[1:]] + [end.start()]
    return b"".join(
        _unseal_piece(context, body[head.end() : stop], int(head[1])) for head, stop in zip(heads, ends, strict=True)
    )


def _unseal_piece(context: SecurityContext, stream: bytes, length: int) -> bytes:
    if len(stream) < 4:
        raise SealError("a part has no signature")
    size = struct.unpack("<i", stream[:4])[0]
    if not 0 <= size <= len(stream) - 4:
        raise SealError("a signature is longer than its part")
    try:
        text = context.unwrap_winrm(stream[4 : 4 + size], stream[4 + size :])
    except Exception as error:  # whatever the security provider says of bytes that it did not seal
        raise SealError(f"{type(error).__name__}: {error}") from error
    if len(text) > length:
        raise SealError("a part is longer than announced")
    return text
