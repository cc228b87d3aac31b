# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who the client of a connection is, and how its messages are sealed.

An Authenticator looks at each HTTP request. It either demands more (401 with headers) or gives an Identity, whose
``unseal`` and ``seal`` turn HTTP bodies into SOAP envelopes and back. Basic and client certificates, here, change
nothing; the logins that take several posts and belong to a connection are in `negotiate`.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from lab.winrm.certificates import principal_of

SOAP_CONTENT_TYPE = "application/soap+xml;charset=UTF-8"

IS_TLS = "is_tls"
"""Key of a connection: whether it is one of TLS."""
PEER_CERTIFICATE = "peer_certificate"
"""Key of a connection: the client's certificate (DER), which the lab's CA has signed, or nothing."""
_IDENTITY = "identity"
"""Key of a connection: who has logged in on it, by a login that lasts as long as the connection."""


@dataclass(frozen=True)
class Challenge:
    """The request is not authenticated (yet): the values of the WWW-Authenticate headers to send with 401.

    ``is_step``: the login goes on; otherwise it is refused.
    """

    www_authenticate: tuple[str, ...]
    is_step: bool = False


@dataclass(frozen=True)
class Identity:
    """An authenticated request of ``user``; this base class neither seals nor unseals.

    ``is_tls``: TLS encrypts it; ``lasts``: all further requests on the connection are the user's too; ``last_token``:
    value of the WWW-Authenticate header that ends the login.
    """

    user: str
    is_tls: bool = False
    lasts: bool = False
    last_token: str = ""

    @property
    def is_sealed(self) -> bool:
        """Whether messages are encrypted, by the scheme itself or by TLS."""
        return self.is_tls

    def for_request(self, headers: Mapping[str, str]) -> Identity:
        """The identity for a further request on the connection of a login that lasts."""
        return self

    def unseal(self, content_type: str, body: bytes) -> bytes:
        """The SOAP envelope in an HTTP body. Raises SealError."""
        return body

    def seal(self, envelope: bytes) -> tuple[str, bytes]:
        """Content type and HTTP body that carry an envelope."""
        return SOAP_CONTENT_TYPE, envelope


class Authenticator(Protocol):
    """A way to log in."""

    def authenticate(
        self, headers: Mapping[str, str], body: bytes, connection: MutableMapping[str, Any]
    ) -> Challenge | Identity:
        """Judge one request. ``connection`` is kept for the life of the TCP connection."""


CERTIFICATE_SCHEME = "http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/https/mutual"
CHALLENGES = ("Negotiate", 'Basic realm="WSMAN"', "Kerberos", "CredSSP")


@dataclass(frozen=True)
class BasicAuthenticator:
    """HTTP Basic (RFC 7617), UTF-8. The offered list of schemes is what a default WinRM service sends."""

    user: str
    password: str

    def authenticate(
        self, headers: Mapping[str, str], body: bytes, connection: MutableMapping[str, Any]
    ) -> Challenge | Identity:
        """Compare name (in any case, with or without a domain) and password."""
        scheme, _unused, value = headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return Challenge(CHALLENGES)
        try:
            name, _unused, password = base64.b64decode(value.strip(), validate=True).decode("utf-8").partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return Challenge(CHALLENGES)
        name = name.rpartition("\\")[2]
        right = hmac.compare_digest(password.encode(), self.password.encode())
        if not right or name.lower() != self.user.lower():
            return Challenge(CHALLENGES)
        return Identity(self.user, is_tls=bool(connection.get(IS_TLS)))


@dataclass(frozen=True)
class CertificateAuthenticator:
    """A client certificate over TLS, which stands for a user by the principal name in it ([MS-WSMV] 2.2.1: the scheme
    is the URI of a security profile of DSP0226). TLS has checked who signed it; it is checked at each request.
    """

    users: Mapping[str, str]

    def authenticate(
        self, headers: Mapping[str, str], body: bytes, connection: MutableMapping[str, Any]
    ) -> Challenge | Identity:
        """Look up the user of the connection's certificate."""
        certificate = connection.get(PEER_CERTIFICATE)
        principal = principal_of(certificate) if certificate else ""
        user = self.users.get(principal.lower()) if principal else None
        return Challenge(CHALLENGES) if user is None else Identity(user, is_tls=True)


@dataclass(frozen=True)
class Logins:
    """Several ways to log in, by the scheme of the Authorization header (in lower case)."""

    by_scheme: Mapping[str, Authenticator] = field(default_factory=dict)

    def authenticate(
        self, headers: Mapping[str, str], body: bytes, connection: MutableMapping[str, Any]
    ) -> Challenge | Identity:
        """Ask the one that the client has chosen; without a header, the connection may have a user already."""
        scheme = headers.get("Authorization", "").partition(" ")[0].lower()
        if not scheme:
            known = connection.get(_IDENTITY)
            return known.for_request(headers) if known is not None else Challenge(CHALLENGES)
        connection.pop(_IDENTITY, None)
        login = self.by_scheme.get(scheme)
        if login is None:
            return Challenge(CHALLENGES)
        outcome = login.authenticate(headers, body, connection)
        if isinstance(outcome, Identity) and outcome.lasts:
            connection[_IDENTITY] = outcome
        return outcome
