# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who the client of a connection is, and how its messages are sealed.

An Authenticator looks at each HTTP request. It either demands more (401 with headers) or gives an Identity, whose
``unseal`` and ``seal`` turn HTTP bodies into SOAP envelopes and back. With Basic they change nothing; NTLM's sealed
multipart bodies, TLS and client certificates find their place here without touching the rest.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any, Protocol

SOAP_CONTENT_TYPE = "application/soap+xml;charset=UTF-8"


@dataclass(frozen=True)
class Challenge:
    """The request is not authenticated (yet): the values of the WWW-Authenticate headers to send with 401."""

    www_authenticate: tuple[str, ...]


@dataclass(frozen=True)
class Identity:
    """An authenticated request of ``user``; this base class neither seals nor unseals."""

    user: str

    @property
    def is_sealed(self) -> bool:
        """Whether messages are encrypted, by the scheme itself or by TLS."""
        return False

    def unseal(self, content_type: str, body: bytes) -> bytes:
        """The SOAP envelope in an HTTP body."""
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
        return Identity(self.user) if right and name.lower() == self.user.lower() else Challenge(CHALLENGES)
