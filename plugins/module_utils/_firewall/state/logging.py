# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a profile writes into the firewall's log, and where: the values below ``Logging`` of a profile's key."""

from __future__ import annotations

from dataclasses import dataclass

from .registry_dump import RegistryDump

DEFAULT_PATH = r"%systemroot%\system32\LogFiles\Firewall\pfirewall.log"
"""Where a profile logs of which nothing else is said (Microsoft, "Configure Windows Firewall logging")."""


@dataclass(frozen=True, slots=True)
class LogSettings:
    """What one store says of the log of a profile; None where it says nothing.

    Attributes:
        dropped: ``LogDroppedPackets``.
        allowed: ``LogSuccessfulConnections``.
        path: ``LogFilePath``, with its variables.
        size: ``LogFileSize``, in kilobytes.
    """

    dropped: bool | None = None
    allowed: bool | None = None
    path: str | None = None
    size: int | None = None


@dataclass(frozen=True, slots=True)
class ProfileLog:
    """The log of a profile: "on" from either side wins, of the path and the size Group Policy's ([MS-FASP] 2.2.38).

    Attributes:
        local: What the local store says.
        policy: What Group Policy says.
    """

    local: LogSettings = LogSettings()
    policy: LogSettings = LogSettings()

    @property
    def dropped(self) -> bool:
        """Whether dropped packets are logged."""
        return bool(self.local.dropped or self.policy.dropped)

    @property
    def allowed(self) -> bool:
        """Whether connections that are let through are logged."""
        return bool(self.local.allowed or self.policy.allowed)

    @property
    def path(self) -> str:
        """The file."""
        return self.policy.path or self.local.path or DEFAULT_PATH

    @property
    def size(self) -> int | None:
        """Kilobytes after which the file is rotated; None where nothing is said."""
        return self.local.size if self.policy.size is None else self.policy.size


NOT_LOGGED = ProfileLog()
"""What Windows does of which nothing is said."""


def read_log_settings(dump: RegistryDump, profile_key: str) -> LogSettings:
    """What a store says of a profile's log ([MS-GPFAS] 2.2.3.8 and what follows).

    Args:
        dump: The keys read.
        profile_key: The profile's key in that store.
    """
    key = rf"{profile_key}\Logging"

    def number(name: str) -> int | None:
        value = dump.value(key, name)
        return value.number() if value else None

    def flag(name: str) -> bool | None:
        found = number(name)
        return None if found is None else found != 0

    path = dump.value(key, "LogFilePath")
    text = path.data if path and path.type in ("REG_SZ", "REG_EXPAND_SZ") and path.data else None
    return LogSettings(flag("LogDroppedPackets"), flag("LogSuccessfulConnections"), text, number("LogFileSize"))
