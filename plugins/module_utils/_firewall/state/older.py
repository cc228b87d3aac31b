# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists and settings of Windows XP's firewall, which later ones still honour.

The lists are [MS-GPFAS] 2.2.3.11, 2.2.3.12 and 2.2.3.15. The settings are those of the administrative template
``WindowsFirewall.admx`` ("Allow inbound remote administration exception", file and printer sharing, Remote Desktop,
UPnP framework): a key each, with the values ``Enabled`` and ``RemoteAddresses``.
"""

from __future__ import annotations

from .registry_dump import RegistryDump

PORT_LIST, PROGRAM_LIST = "GloballyOpenPorts", "AuthorizedApplications"

_LISTS = (PORT_LIST, PROGRAM_LIST)
_SETTINGS = (
    "RemoteAdminSettings",
    r"Services\FileAndPrint",
    r"Services\RemoteDesktop",
    r"Services\UPnPFramework",
)


def unmerged_lists(dump: RegistryDump, key: str) -> tuple[str, ...]:
    """Lists whose local entries Group Policy says to ignore.

    Args:
        dump: The host's keys.
        key: A profile's key under Group Policy.
    """
    values = ((name, dump.value(rf"{key}\{name}", "AllowUserPrefMerge")) for name in _LISTS)
    return tuple(name for name, value in values if value and value.number() == 0)


def older_lists(dump: RegistryDump, key: str, store: str) -> tuple[str, ...]:
    """Lists that are not empty, and settings that are switched on, each with the name of its store.

    Args:
        dump: The host's keys.
        key: A profile's key.
        store: Where that is, in words.
    """
    names = [
        name
        for name in _LISTS
        if any(
            value.name.casefold() not in ("allowuserprefmerge", "enabled")
            for below in ("", r"\List")
            for value in dump.values(rf"{key}\{name}{below}")
        )
    ]
    names += [name for name in _SETTINGS if _is_enabled(dump, rf"{key}\{name}")]
    disabled = dump.value(key, "DisabledInterfaces")
    if disabled and disabled.data:
        names.append("DisabledInterfaces")
    return tuple(f"{name} ({store})" for name in names)


def _is_enabled(dump: RegistryDump, key: str) -> bool:
    value = dump.value(key, "Enabled")
    return value is not None and value.number() not in (0, None)
