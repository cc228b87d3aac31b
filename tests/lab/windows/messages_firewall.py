# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Words of `netsh advfirewall show global`, in the order of `messages.LANGUAGES`.

The name of the firewall is the one of its control panel in each language; the other words are the lab's own.
"""

from __future__ import annotations

TEXTS: dict[str, tuple[str, str, str, str]] = {
    "windows_firewall": ("Windows Firewall", "Firewall do Windows", "Windows-Firewall", "Брандмауэр Windows"),
    "global_title": (
        "Global Settings",
        "Configurações Globais",
        "Globale Einstellungen",
        "Глобальные параметры",
    ),
    "global_main_mode": ("Main Mode", "Modo Principal", "Hauptmodus", "Основной режим"),
    "global_categories": ("Categories", "Categorias", "Kategorien", "Категории"),
    "global_none": ("None", "Nenhum", "Kein", "Нет"),
    "global_never": ("Never", "Nunca", "Nie", "Никогда"),
    "global_no": ("No", "Não", "Nein", "Нет"),
    "global_disable": ("Disable", "Desabilitar", "Deaktivieren", "Отключить"),
    "global_disabled": ("Disabled", "Desabilitado", "Deaktiviert", "Отключено"),
}
