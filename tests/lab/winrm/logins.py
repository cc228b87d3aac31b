# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The logins that a host offers its one account: Basic, Negotiate, CredSSP, Kerberos, client certificates."""

from __future__ import annotations

from pathlib import Path

from lab.host import Host
from lab.winrm.authentication import CERTIFICATE_SCHEME, BasicAuthenticator, CertificateAuthenticator, Logins
from lab.winrm.negotiate import Accounts, ContextAuthenticator


def logins_of(host: Host, user: str, password: str, certificate: bytes = b"", keytab: Path | None = None) -> Logins:
    """All logins of a host; ``certificate`` is that of its HTTPS listener (DER), which NTLM may be bound to;
    ``keytab``: with the keys of its services, for Kerberos.
    """
    domain = host.name.partition(".")[2]
    domains = (domain, domain.partition(".")[0]) if host.spec.in_domain else ()
    keytab = keytab if host.spec.in_domain else None
    own = (host.computer_name, host.name, *host.spec.addresses, "WORKSTATION")
    users = Accounts({user: password}, (*own, *domains), keytab)

    def account(principal: str) -> str | None:
        name = principal.rpartition("\\")[2].partition("@")[0]
        return user if name.lower() == user.lower() else None

    negotiate = ContextAuthenticator(
        "Negotiate", users, account, certificate=certificate, bindings=lambda: host.quirks.channel_bindings
    )
    by_keytab = {"kerberos": ContextAuthenticator("Kerberos", users, account)} if keytab else {}
    return Logins(
        {
            "basic": BasicAuthenticator(user, password),
            "negotiate": negotiate,
            "credssp": ContextAuthenticator("CredSSP", users, account),
            **by_keytab,
            CERTIFICATE_SCHEME: CertificateAuthenticator({principal_name(user).lower(): user}),
        }
    )


def principal_name(user: str) -> str:
    """The principal name by which a certificate stands for a local user."""
    return f"{user}@localhost"
