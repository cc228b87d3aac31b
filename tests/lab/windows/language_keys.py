# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The registry values that tell a host's language: of its installation, its interface, its administrator.

Locale identifiers and names are those of [MS-LCID], code pages those of Microsoft's table of locales (NLS). The values
are those that every Windows has since Vista; a host of the lab has one language for all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lab.windows.registry import Registry

_CONTROL = r"HKLM\SYSTEM\CurrentControlSet\Control"


@dataclass(frozen=True)
class Locale:
    """``lcid`` as four hexadecimal digits; the code pages of windows and of the console."""

    name: str
    lcid: str
    ansi: int
    oem: int


LOCALES: Mapping[str, Locale] = {
    "en": Locale("en-US", "0409", 1252, 437),
    "pt": Locale("pt-BR", "0416", 1252, 850),
    "de": Locale("de-DE", "0407", 1252, 850),
    "ru": Locale("ru-RU", "0419", 1251, 866),
    "fr": Locale("fr-FR", "040c", 1252, 850),
}


def write_language(registry: Registry, language: str) -> None:
    """Let the registry tell that the host speaks ``language`` (one of messages.LANGUAGES), and no other."""
    locale = LOCALES[language]
    key = registry.create(rf"{_CONTROL}\Nls\Language")
    key.set("Default", "REG_SZ", locale.lcid)
    key.set("InstallLanguage", "REG_SZ", locale.lcid)
    key = registry.create(rf"{_CONTROL}\Nls\CodePage")
    key.set("ACP", "REG_SZ", str(locale.ansi))
    key.set("OEMCP", "REG_SZ", str(locale.oem))
    interface = registry.create(rf"{_CONTROL}\MUI\UILanguages")
    interface.subkeys.clear()
    key = registry.create(rf"{_CONTROL}\MUI\UILanguages\{locale.name}")
    key.set_dword("LCID", int(locale.lcid, 16))
    key.set_dword("Type", 145)
    key = registry.create(r"HKCU\Control Panel\International")
    key.set("Locale", "REG_SZ", f"0000{locale.lcid.upper()}")
    key.set("LocaleName", "REG_SZ", locale.name)
