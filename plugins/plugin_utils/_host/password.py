# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a login would be tried with no password at all, which a fleet's account may be locked out for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_BY_PASSWORD = frozenset({"basic", "plaintext", "ssl", "ntlm", "credssp"})
"""Logins that a password is needed for. Kerberos takes a ticket, and negotiate may."""

_LOGINS = {"winrm": ("transport", "ansible_winrm_transport"), "psrp": ("auth", "ansible_psrp_auth")}
_EMPTY = (
    "ansible_password is empty, and the login ({login}) needs one. Nothing was sent: a wrong password on each host may "
    "lock the account out. Where it comes from an environment variable, a file or a vault, see that it is set there; "
    "{variable} names another login"
)


def empty_password(connection: Any) -> str:
    """Why not to log in; empty where the password is not, is not needed, or is not set, which the libraries refuse.

    Args:
        connection: Ansible's connection plugin, winrm or psrp.
    """
    option, variable = _LOGINS.get(str(getattr(connection, "transport", "")), ("", ""))
    try:
        if not option or connection.get_option("remote_password") != "":
            return ""
        login = _login(connection, option)
    except (AttributeError, KeyError):  # another connection of that name
        return ""
    return _EMPTY.format(login=login, variable=variable) if login in _BY_PASSWORD else ""


def _login(connection: Any, option: str) -> str:
    """The login that is tried first. Ansible's winrm chooses by user and scheme where none is set."""
    given = connection.get_option(option)
    first = given[0] if isinstance(given, list) and given else given
    if first:
        return str(first)
    if "@" in str(connection.get_option("remote_user") or ""):
        return "kerberos"
    extras = connection.get_option("_extras")
    if isinstance(extras, Mapping) and extras.get("ansible_winrm_cert_pem"):
        return "certificate"
    return "basic"
