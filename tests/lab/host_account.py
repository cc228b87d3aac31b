# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who WinRM's user is on a host, and whether a local administrator is one from afar too."""

from __future__ import annotations

from dataclasses import replace

from lab.host_spec import HostSpec
from lab.quirks import Quirks
from lab.windows.registry import Registry
from lab.windows.security import MACHINE, TOKENS, Token

_UAC_KEY = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System"


class AccountOfHost:
    """The part of Host that is about the account of WinRM."""

    spec: HostSpec
    quirks: Quirks
    registry: Registry

    @property
    def winrm_token(self) -> Token:
        """Who WinRM's user is: by the quirk ``token``, unless it is a local account that is filtered from afar.

        Members of Administrators, but for the built-in one, get a filtered token over the network as long as
        LocalAccountTokenFilterPolicy is not 1 and UAC (EnableLUA) is on: Microsoft KB 951016.
        """
        token = TOKENS[self.quirks.token]
        if not self.spec.account:
            return token
        if token.kind == "admin" and self.filters_local_accounts:
            token = TOKENS["filtered"]
        return replace(token, user=f"{MACHINE}-1001", name=self.spec.account)

    @property
    def filters_local_accounts(self) -> bool:
        """Whether a local administrator that is not the built-in one is nobody special over the network."""
        key = self.registry.find(_UAC_KEY)
        if key is None:
            return True
        return key.dword("LocalAccountTokenFilterPolicy") != 1 and key.dword("EnableLUA") != 0

    @property
    def refuses_account(self) -> bool:
        """Whether WinRM has nothing for its user, who is no administrator from afar."""
        return bool(self.spec.account) and self.quirks.token == "admin" and self.filters_local_accounts
