# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Negotiate (NTLM, bare or in SPNEGO), Kerberos and CredSSP: logins of a connection, which also seal its messages.

RFC 4559: tokens go to and fro in Authorization and WWW-Authenticate, each answer but the last a 401. What the tokens
say is pyspnego's business, here as acceptor. [MS-WSMV] 2.2.9.1 has the sealing (`sealing`), [MS-NLMP] 2.2.2.1 the
channel bindings that tie a login to its TLS connection (RFC 5929, tls-server-end-point).

Over HTTP a message that is not sealed is one of an unencrypted client, whatever its login.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import re
import socket
import struct
import tempfile
import threading
import weakref
from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import spnego
from spnego.channel_bindings import GssChannelBindings

from lab.winrm.authentication import CHALLENGES, IS_TLS, Challenge, Identity
from lab.winrm.sealing import (
    CREDSSP_PROTOCOL,
    KERBEROS_PROTOCOL,
    SPNEGO_PROTOCOL,
    SealError,
    SecurityContext,
    is_sealed_content,
    seal,
    unseal,
)

_PROTOCOL = re.compile(r"application/HTTP-[A-Za-z]+-session-encrypted")
_CONTEXT = "security_context"
_ENVIRONMENT = threading.Lock()
_USER_FILE, _KEYTAB = "NTLM_USER_FILE", "KRB5_KTNAME"
_NO_KEYTAB = "/nonexistent/lab.keytab"
_AUTHENTICATE = b"NTLMSSP\0\x03\0\0\0"
_CHANNEL_BINDINGS, _END_OF_LIST = 10, 0
_AV_PAIRS_AT = 16 + 28
"""Where an NTLMv2_RESPONSE has its AV_PAIRs ([MS-NLMP] 2.2.2.7 and 2.2.2.8)."""


class Accounts:
    """The accounts of a host in a file as pyspnego's acceptor reads it; the file lives as long as this object.

    pyspnego has the file's name from the environment variable NTLM_USER_FILE, and MIT Kerberos that of the ``keytab``
    from KRB5_KTNAME. They are set for a moment only, under a lock, so that nothing else in the process (a client that
    a test runs beside the lab) ever finds the accounts.
    An account counts in each of ``domains``, for a client that was given none sends the one that it was told in the
    challenge, which with pyspnego is the name of this machine; a real server compares with its own accounts for any
    domain that it does not know.
    """

    def __init__(self, accounts: Mapping[str, str], domains: Sequence[str], keytab: Path | None = None) -> None:
        self._accounts, self._domains, self._keytab = dict(accounts), tuple(domains), keytab
        self._path: str | None = None

    @contextmanager
    def in_force(self) -> Iterator[None]:
        """While pyspnego looks at tokens."""
        with _ENVIRONMENT:
            wanted = {_USER_FILE: self._file(), _KEYTAB: str(self._keytab or _NO_KEYTAB)}
            before = {name: os.environ.get(name) for name in wanted}
            os.environ.update(wanted)
            try:
                yield
            finally:
                for name, value in before.items():
                    if value is None:
                        del os.environ[name]
                    else:
                        os.environ[name] = value

    def _file(self) -> str:
        if self._path is None:
            handle, self._path = tempfile.mkstemp(prefix="lab-users-")
            weakref.finalize(self, Path(self._path).unlink, missing_ok=True)
            # The challenge of pyspnego names this machine, and clients without a domain of their own send that back.
            domains = dict.fromkeys(("", ".", socket.gethostname(), *self._domains))
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                for user, password in self._accounts.items():
                    file.writelines(f"{domain}:{user}:{password}\n" for domain in domains)
                    file.writelines(f":{user}@{domain}:{password}\n" for domain in self._domains)
        return self._path


@dataclass(frozen=True)
class NegotiatedIdentity(Identity):
    """Who has logged in on a connection, and the context that seals."""

    context: SecurityContext | None = None
    protocols: tuple[str, ...] = ()
    protocol: str = ""
    sealed: bool = False

    @property
    def is_sealed(self) -> bool:
        """By the context, where the request was, or by TLS."""
        return self.sealed or self.is_tls

    def for_request(self, headers: Mapping[str, str]) -> NegotiatedIdentity:
        """The identity for a further request on the connection, sealed or not."""
        content_type = headers.get("Content-Type", "")
        found = _PROTOCOL.search(content_type)
        protocol = found[0] if found else ""
        return replace(self, sealed=is_sealed_content(content_type), protocol=protocol, last_token="")

    def unseal(self, content_type: str, body: bytes) -> bytes:
        """Open a sealed body. Raises SealError."""
        if not self.sealed:
            return body
        if self.context is None or self.protocol not in self.protocols:
            raise SealError(f"sealed by another scheme than the login's: {content_type}")
        return unseal(self.context, body)

    def seal(self, envelope: bytes) -> tuple[str, bytes]:
        """Seal the answer to a sealed request."""
        if self.context is None or not self.sealed:
            return super().seal(envelope)
        return seal(self.context, self.protocol, envelope)


class ContextAuthenticator:
    """A login by security tokens: Negotiate, Kerberos or CredSSP (``scheme``, also the name in the headers).

    ``users`` are the accounts NTLM knows; ``name_of`` tells the account of a client principal; ``certificate`` is that
    of the host's TLS listener (DER). ``bindings`` says what becomes of NTLM's channel bindings, as Windows'
    CbtHardeningLevel does: `none` ignores them, `relaxed` refuses wrong ones, `strict` absent ones too.
    """

    def __init__(
        self,
        scheme: str,
        users: Accounts,
        name_of: Callable[[str], str | None],
        *,
        certificate: bytes = b"",
        bindings: Callable[[], str] = lambda: "relaxed",
    ) -> None:
        self._scheme, self._users, self._name_of = scheme, users, name_of
        self._expected = channel_bindings_hash(certificate) if certificate else b""
        self._bindings = bindings

    def authenticate(
        self, headers: Mapping[str, str], body: bytes, connection: MutableMapping[str, Any]
    ) -> Challenge | Identity:
        """One step of a login."""
        refused = Challenge(CHALLENGES)
        try:
            token = base64.b64decode(headers.get("Authorization", "").partition(" ")[2].strip(), validate=True)
        except binascii.Error:
            return refused
        if not token:
            return refused
        scheme, context = connection.get(_CONTEXT) or (self._scheme, None)
        if context is None or context.complete or scheme != self._scheme:
            context = self._new_context()
        connection[_CONTEXT] = (self._scheme, context)
        is_tls = bool(connection.get(IS_TLS))
        if is_tls and not self._is_bound(token):
            del connection[_CONTEXT]
            return refused
        try:
            with self._users.in_force():
                answer = context.step(token)
        except Exception:  # a security provider may say anything of a client's bytes: all of it means no
            connection.pop(_CONTEXT, None)
            return refused
        text = f"{self._scheme} {base64.b64encode(answer).decode()}" if answer else ""
        if not context.complete:
            return Challenge((text or self._scheme,), is_step=True)
        user = self._name_of(context.client_principal or "")
        if user is None:
            return refused
        # pywinrm names SPNEGO's protocol after a login by Kerberos, too: an answer is sealed as its request is.
        protocols = (CREDSSP_PROTOCOL,) if self._scheme == "CredSSP" else (SPNEGO_PROTOCOL, KERBEROS_PROTOCOL)
        identity = NegotiatedIdentity(user, is_tls=is_tls, lasts=True, context=context, protocols=protocols)
        return replace(identity.for_request(headers), last_token=text)

    def _new_context(self) -> spnego.ContextProxy:
        with self._users.in_force():
            if self._scheme == "Negotiate":
                # SPNEGO of pyspnego itself, so that NTLM is there whatever the system's GSSAPI can do.
                return spnego.server(options=spnego.NegotiateOptions.use_negotiate)
            return spnego.server(service="HTTP", protocol=self._scheme.lower())

    def _is_bound(self, token: bytes) -> bool:
        how = self._bindings()
        if how == "none":
            return True
        sent = ntlm_channel_bindings(token)
        if sent is None:  # no message of NTLM that has any
            return True
        return sent == self._expected if any(sent) else how != "strict"


def channel_bindings_hash(certificate: bytes) -> bytes:
    """What NTLM sends for a TLS server of this certificate (DER): MD5 of the bindings ([MS-NLMP] 2.2.2.1)."""
    bound = b"tls-server-end-point:" + hashlib.sha256(certificate).digest()
    return hashlib.md5(GssChannelBindings(application_data=bound).pack(), usedforsecurity=False).digest()


def ntlm_channel_bindings(token: bytes) -> bytes | None:
    """The channel bindings of an AUTHENTICATE_MESSAGE, bare or within SPNEGO; zeros where it has none.

    None for any other token.
    """
    at = token.find(_AUTHENTICATE)
    if at < 0:
        return None
    message = token[at:]
    none = bytes(16)
    try:
        length, _unused, start = struct.unpack_from("<HHI", message, 20)  # NtChallengeResponseFields
        pairs = message[start + _AV_PAIRS_AT : start + length]
        position = 0
        while True:
            kind, size = struct.unpack_from("<HH", pairs, position)
            if kind == _END_OF_LIST:
                return none
            if kind == _CHANNEL_BINDINGS:
                return pairs[position + 4 : position + 4 + size]
            position += 4 + size
    except struct.error:
        return none
