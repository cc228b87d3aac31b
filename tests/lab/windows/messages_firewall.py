# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Words of `netsh advfirewall show global` and `show …profile`, in the order of `messages.LANGUAGES`.

The name of the firewall is the one of its control panel in each language. The state of a profile in English, German
(`Status`, `EIN`) and French (`État`, `Actif`) is that of public captures; the other words are the lab's own.
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
    "profile_domain": (
        "Domain Profile Settings:",
        "Configurações de Perfil de domínio:",
        "Domänenprofil-Einstellungen:",
        "Параметры Профиль домена:",
    ),
    "profile_private": (
        "Private Profile Settings:",
        "Configurações de Perfil particular:",
        "Privates Profil-Einstellungen:",
        "Параметры Частный профиль:",
    ),
    "profile_public": (
        "Public Profile Settings:",
        "Configurações de Perfil público:",
        "Öffentliches Profil-Einstellungen:",
        "Параметры Общий профиль:",
    ),
    "profile_state": ("State", "Estado", "Status", "Состояние"),
    "profile_on": ("ON", "ATIVADO", "EIN", "ВКЛЮЧИТЬ"),
    "profile_off": ("OFF", "DESATIVADO", "AUS", "ВЫКЛЮЧИТЬ"),
    "profile_policy": ("Firewall Policy", "Diretiva de Firewall", "Firewallrichtlinie", "Политика брандмауэра"),
    "profile_gpo_only": (
        "N/A (GPO-store only)",
        "N/D (somente repositório GPO)",
        "Nicht zutreffend (nur GPO-Speicher)",
        "Н/Д (только GPO-хранилище)",
    ),
    "profile_enable": ("Enable", "Habilitar", "Aktivieren", "Включить"),
    "profile_logging": ("Logging:", "Registro em log:", "Protokollierung:", "Ведение журнала:"),
    "export_exists": (
        "Cannot create a file when that file already exists.",
        "Não é possível criar um arquivo já existente.",
        "Eine Datei kann nicht erstellt werden, wenn sie bereits vorhanden ist.",
        "Невозможно создать файл, так как он уже существует.",
    ),
}
