# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Display texts behind `@dll,-id` references.

Windows stores built-in rules by reference and shows, and matches in netsh, the text of its own language. The lab
knows the texts of few rules of the stock policies; any other reference shows as it stands.
"""

from __future__ import annotations

from lab.windows.messages import LANGUAGES

_RESOURCES: dict[str, tuple[str, str, str, str, str]] = {
    "@FirewallAPI.dll,-30253": (
        "Windows Remote Management (HTTP-In)",
        "Gerenciamento Remoto do Windows (HTTP-In)",
        "Windows-Remoteverwaltung (HTTP eingehend)",
        "Удаленное управление Windows (HTTP - входящий трафик)",
        "Gestion à distance de Windows (HTTP-Entrée)",
    ),
    "@FirewallAPI.dll,-30267": (
        "Windows Remote Management",
        "Gerenciamento Remoto do Windows",
        "Windows-Remoteverwaltung",
        "Удаленное управление Windows",
        "Gestion à distance de Windows",
    ),
    "@FirewallAPI.dll,-28775": (
        "Remote Desktop - User Mode (TCP-In)",
        "Área de Trabalho Remota - Modo de Usuário (TCP-In)",
        "Remotedesktop - Benutzermodus (TCP eingehend)",
        "Дистанционное управление рабочим столом - пользовательский режим (входящий трафик TCP)",
        "Bureau à distance - Mode utilisateur (TCP entrant)",
    ),
    "@FirewallAPI.dll,-28776": (
        "Remote Desktop - User Mode (UDP-In)",
        "Área de Trabalho Remota - Modo de Usuário (UDP-In)",
        "Remotedesktop - Benutzermodus (UDP eingehend)",
        "Дистанционное управление рабочим столом - пользовательский режим (входящий трафик UDP)",
        "Bureau à distance - Mode utilisateur (UDP entrant)",
    ),
    "@FirewallAPI.dll,-28752": (
        "Remote Desktop",
        "Área de Trabalho Remota",
        "Remotedesktop",
        "Дистанционное управление рабочим столом",
        "Bureau à distance",
    ),
    "@FirewallAPI.dll,-25000": (
        "Core Networking",
        "Sistema de Rede Principal",
        "Kernnetzwerk",
        "Основы сетей",
        "Réseau de base",
    ),
    "@FirewallAPI.dll,-28502": (
        "File and Printer Sharing",
        "Compartilhamento de Arquivo e Impressora",
        "Datei- und Druckerfreigabe",
        "Общий доступ к файлам и принтерам",
        "Partage de fichiers et d\u2019imprimantes",
    ),
    "@FirewallAPI.dll,-32752": (
        "Network Discovery",
        "Descoberta de Rede",
        "Netzwerkerkennung",
        "Обнаружение сети",
        "Recherche du réseau",
    ),
    "@FirewallAPI.dll,-28543": (
        "File and Printer Sharing (Echo Request - ICMPv4-In)",
        "Compartilhamento de Arquivo e Impressora (Solicitação de Eco - ICMPv4-In)",
        "Datei- und Druckerfreigabe (Echoanforderung - ICMPv4 eingehend)",
        "Общий доступ к файлам и принтерам (эхо-запрос - входящий трафик ICMPv4)",
        "Partage de fichiers et d\u2019imprimantes (Demande d\u2019écho - Trafic entrant ICMPv4)",
    ),
}


def display_text(stored: str, language: str) -> str:
    """The text that a stored name or group shows in ``language``."""
    texts = _RESOURCES.get(stored)
    return stored if texts is None else texts[LANGUAGES.index(language)]
