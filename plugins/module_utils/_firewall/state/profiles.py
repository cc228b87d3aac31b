# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The three firewall profiles: what the stores say of them, and what is in effect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .registry_dump import RegistryDump
from .rule import Profile

_LOGGING = r"\Logging"


@dataclass(frozen=True, slots=True)
class ProfileSettings:
    """One profile's switches as one store configures them; None where the store says nothing.

    Attributes:
        enabled: ``EnableFirewall``.
        inbound_block: ``DefaultInboundAction``: what no rule matches is blocked.
        outbound_block: ``DefaultOutboundAction``.
        shields_up: ``DoNotAllowExceptions``: every allow rule is ignored.
        local_rules: ``AllowLocalPolicyMerge``; has a meaning under policy keys only.
        notifications: Whether users are told of a program that is kept from listening; ``DisableNotifications`` says
            the opposite.
        unicast_response: Whether answers to multicast are taken; ``DisableUnicastResponsesToMulticastBroadcast`` says
            the opposite.
        log_dropped: ``LogDroppedPackets``.
        log_allowed: ``LogSuccessfulConnections``.
        log_file: ``LogFilePath``.
        log_size: ``LogFileSize``, in kilobytes.
    """

    enabled: bool | None = None
    inbound_block: bool | None = None
    outbound_block: bool | None = None
    shields_up: bool | None = None
    local_rules: bool | None = None
    notifications: bool | None = None
    unicast_response: bool | None = None
    log_dropped: bool | None = None
    log_allowed: bool | None = None
    log_file: str | None = None
    log_size: int | None = None


@dataclass(frozen=True, slots=True)
class ProfileState:
    """One profile: what is configured where, and what is in effect.

    Group Policy wins for everything but shields-up and logging, where "on" from either side wins; what neither
    configures has Windows' default: on, inbound blocked, outbound allowed, local rules merged, nothing logged
    ([MS-FASP] 2.2.38 and note 13).

    Attributes:
        profile: The profile.
        local: What the local store says.
        policy: What Group Policy says.
        older_lists: Names of lists and settings from the time of Windows XP that are in use here. They may open ports
            beside the rules, and are not interpreted.
        requires_ipsec: Names of connection security rules that require IPsec of inbound traffic here, whatever firewall
            rules say.
        requires_ipsec_outbound: The same of outbound traffic.
        unmerged: ``GloballyOpenPorts`` or ``AuthorizedApplications`` where Group Policy says that local rules of that
            kind are ignored (``AllowUserPrefMerge`` = 0, [MS-GPFAS] 2.2.3.11 and 2.2.3.12).
    """

    profile: Profile
    local: ProfileSettings = ProfileSettings()
    policy: ProfileSettings = ProfileSettings()
    older_lists: tuple[str, ...] = ()
    unmerged: tuple[str, ...] = ()
    requires_ipsec: tuple[str, ...] = ()
    requires_ipsec_outbound: tuple[str, ...] = ()

    @property
    def enabled(self) -> bool:
        """Whether the firewall filters in this profile."""
        return bool(_first(self.policy.enabled, self.local.enabled, True))

    @property
    def inbound_block(self) -> bool:
        """Whether inbound traffic that no rule matches is blocked."""
        return bool(_first(self.policy.inbound_block, self.local.inbound_block, True))

    @property
    def outbound_block(self) -> bool:
        """Whether outbound traffic that no rule matches is blocked."""
        return bool(_first(self.policy.outbound_block, self.local.outbound_block, False))

    @property
    def shields_up(self) -> bool:
        """Whether all allow rules are ignored."""
        return bool(self.policy.shields_up or self.local.shields_up)

    @property
    def local_rules(self) -> bool:
        """Whether rules of the local store take part; only Group Policy can say no."""
        return bool(_first(self.policy.local_rules, None, True))

    @property
    def effective(self) -> ProfileSettings:
        """What is in effect, nothing left open."""
        found = {
            name: _first(getattr(self.policy, name), getattr(self.local, name), default)
            for name, default in DEFAULTS.items()
        }
        for name in _EITHER:
            found[name] = bool(getattr(self.policy, name) or getattr(self.local, name))
        return ProfileSettings(**found)

    @property
    def configured(self) -> ProfileSettings:
        """What the local store says, nothing left open: Windows' defaults where it says nothing."""
        return ProfileSettings(
            **{name: _first(None, getattr(self.local, name), default) for name, default in DEFAULTS.items()}
        )


DEFAULTS: dict[str, Any] = {
    "enabled": True,
    "inbound_block": True,
    "outbound_block": False,
    "shields_up": False,
    "local_rules": True,
    "notifications": True,
    "unicast_response": True,
    "log_dropped": False,
    "log_allowed": False,
    "log_file": r"%SystemRoot%\System32\LogFiles\Firewall\pfirewall.log",
    "log_size": 1024,
}
"""What Windows takes where no store says anything: [MS-FASP] 2.2.38, note 13; the file is that of the stock
policies."""

LARGEST_LOG = 32_767
"""Kilobytes of ``maxfilesize``, by Microsoft's reference of ``netsh advfirewall set``."""

_EITHER = ("shields_up", "log_dropped", "log_allowed")


def read_settings(dump: RegistryDump, key: str, merges: bool) -> ProfileSettings:
    """What one store says of one profile.

    Args:
        dump: The keys read.
        key: The profile's key in that store.
        merges: Whether the store may ignore local rules.
    """

    def number(name: str, below: str = "") -> int | None:
        value = dump.value(key + below, name)
        return value.number() if value else None

    def flag(name: str, below: str = "") -> bool | None:
        found = number(name, below)
        return None if found is None else found != 0

    def opposite(name: str) -> bool | None:
        found = flag(name)
        return None if found is None else not found

    file = dump.value(key + _LOGGING, "LogFilePath")
    return ProfileSettings(
        enabled=flag("EnableFirewall"),
        inbound_block=flag("DefaultInboundAction"),
        outbound_block=flag("DefaultOutboundAction"),
        shields_up=flag("DoNotAllowExceptions"),
        local_rules=flag("AllowLocalPolicyMerge") if merges else None,
        notifications=opposite("DisableNotifications"),
        unicast_response=opposite("DisableUnicastResponsesToMulticastBroadcast"),
        log_dropped=flag("LogDroppedPackets", _LOGGING),
        log_allowed=flag("LogSuccessfulConnections", _LOGGING),
        log_file=file.data if file and file.data else None,
        log_size=number("LogFileSize", _LOGGING),
    )


def _first(policy: Any, local: Any, default: Any) -> Any:
    """The first that is configured."""
    if policy is not None:
        return policy
    return default if local is None else local
