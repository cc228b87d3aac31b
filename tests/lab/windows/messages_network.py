# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Headings and state words of netstat.exe and tasklist.exe, in the order of `messages.LANGUAGES`.

Russian Windows leaves netstat's state words in English, as many public listings show.
"""

from __future__ import annotations

TEXTS: dict[str, tuple[str, str, str, str]] = {
    "connections": ("Active Connections", "Conexões ativas", "Aktive Verbindungen", "Активные подключения"),
    "proto": ("Proto", "Proto", "Proto", "Имя"),
    "local_address": ("Local Address", "Endereço local", "Lokale Adresse", "Локальный адрес"),
    "foreign_address": ("Foreign Address", "Endereço externo", "Remoteadresse", "Внешний адрес"),
    "state": ("State", "Estado", "Status", "Состояние"),
    "listening": ("LISTENING", "OUVINDO", "ABHÖREN", "LISTENING"),
    "established": ("ESTABLISHED", "ESTABELECIDA", "HERGESTELLT", "ESTABLISHED"),
    "time_wait": ("TIME_WAIT", "TIME_WAIT", "WARTEND", "TIME_WAIT"),
    "close_wait": ("CLOSE_WAIT", "CLOSE_WAIT", "SCHLIESSEN_WARTEN", "CLOSE_WAIT"),
    "syn_received": ("SYN_RECEIVED", "SYN_RECEBIDO", "SYN_EMPFANGEN", "SYN_RECEIVED"),
    "memory": ("{} K", "{} K", "{} K", "{} КБ"),
    "thousands": (",", ".", ".", "\N{NO-BREAK SPACE}"),
    "bad_option": (
        "ERROR: Invalid argument/option - '{}'.",
        "ERRO: Argumento/opção inválido - '{}'.",
        'FEHLER: Ungültiges Argument bzw. ungültige Option - "{}".',
        "ОШИБКА: Недопустимый аргумент или параметр - '{}'.",
    ),
}
