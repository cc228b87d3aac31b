# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Words of whoami.exe, chcp and ver, in the order of `messages.LANGUAGES`.

Titles, labels and types of English, German and French are those of public captures; the Portuguese and Russian ones
follow Microsoft's translations of the same words elsewhere.
"""

from __future__ import annotations

TEXTS: dict[str, tuple[str, str, str, str]] = {
    "whoami_syntax": (
        'ERROR: Invalid argument/option.\r\nType "WHOAMI /?" for usage.',
        'ERRO: argumento/opção inválido.\r\nDigite "WHOAMI /?" para ver o uso.',
        'FEHLER: Ungültiges Argument bzw. ungültige Option.\r\nGeben Sie "WHOAMI /?" ein, um die Syntax anzuzeigen.',
        'ОШИБКА: Недопустимый аргумент или параметр.\r\nВведите "WHOAMI /?" для получения справки.',
    ),
    "user_info": ("USER INFORMATION", "INFORMAÇÕES DO USUÁRIO", "BENUTZERINFORMATIONEN", "Сведения о пользователе"),
    "user_name": ("User Name", "Nome de usuário", "Benutzername", "Пользователь"),
    "group_info": ("GROUP INFORMATION", "INFORMAÇÕES DE GRUPO", "GRUPPENINFORMATIONEN", "Сведения о группах"),
    "group_name": ("Group Name", "Nome do grupo", "Gruppenname", "Группа"),
    "privilege_info": (
        "PRIVILEGES INFORMATION",
        "INFORMAÇÕES SOBRE PRIVILÉGIOS",
        "BERECHTIGUNGSINFORMATIONEN",
        "Сведения о привилегиях",
    ),
    "privilege_name": ("Privilege Name", "Nome do privilégio", "Berechtigungsname", "Имя привилегии"),
    "description": ("Description", "Descrição", "Beschreibung", "Описание"),
    "privilege_state": ("State", "Estado", "Status", "Область, край"),
    "privilege_on": ("Enabled", "Habilitado", "Aktiviert", "включен"),
    "privilege_SeSecurityPrivilege": (
        "Manage auditing and security log",
        "Gerenciar a auditoria e o log de segurança",
        "Verwalten von Überwachungs- und Sicherheitsprotokollen",
        "Управление аудитом и журналом безопасности",
    ),
    "privilege_SeTakeOwnershipPrivilege": (
        "Take ownership of files or other objects",
        "Apropriar-se de arquivos ou de outros objetos",
        "Übernehmen des Besitzes von Dateien und Objekten",
        "Смена владельцев файлов и других объектов",
    ),
    "privilege_SeBackupPrivilege": (
        "Back up files and directories",
        "Fazer backup de arquivos e pastas",
        "Sichern von Dateien und Verzeichnissen",
        "Архивация файлов и каталогов",
    ),
    "privilege_SeRestorePrivilege": (
        "Restore files and directories",
        "Restaurar arquivos e pastas",
        "Wiederherstellen von Dateien und Verzeichnissen",
        "Восстановление файлов и каталогов",
    ),
    "privilege_SeTcbPrivilege": (
        "Act as part of the operating system",
        "Atuar como parte do sistema operacional",
        "Einsetzen als Teil des Betriebssystems",
        "Работа в режиме операционной системы",
    ),
    "privilege_SeChangeNotifyPrivilege": (
        "Bypass traverse checking",
        "Ignorar verificação transversal",
        "Auslassen der durchsuchenden Überprüfung",
        "Обход перекрестной проверки",
    ),
    "type": ("Type", "Tipo", "Typ", "Тип"),
    "attributes": ("Attributes", "Atributos", "Attribute", "Атрибуты"),
    "interactive_logon": (
        "NT AUTHORITY\\INTERACTIVE",
        "AUTORIDADE NT\\INTERATIVO",
        "NT-AUTORITÄT\\INTERAKTIV",
        "NT AUTHORITY\\ИНТЕРАКТИВНЫЕ",
    ),
    "system_label": (
        "Mandatory Label\\System Mandatory Level",
        "Rótulo Obrigatório\\Nível Obrigatório do Sistema",
        "Verbindliche Beschriftung\\Systemverbindlichkeitsstufe",
        "Обязательная метка\\Обязательный уровень системы",
    ),
    "high_label": (
        "Mandatory Label\\High Mandatory Level",
        "Rótulo Obrigatório\\Nível Obrigatório Alto",
        "Verbindliche Beschriftung\\Hohe Verbindlichkeitsstufe",
        "Обязательная метка\\Высокий обязательный уровень",
    ),
    "medium_label": (
        "Mandatory Label\\Medium Mandatory Level",
        "Rótulo Obrigatório\\Nível Obrigatório Médio",
        "Verbindliche Beschriftung\\Mittlere Verbindlichkeitsstufe",
        "Обязательная метка\\Средний обязательный уровень",
    ),
    "well_known_group": ("Well-known group", "Grupo conhecido", "Bekannte Gruppe", "Хорошо известная группа"),
    "alias": ("Alias", "Alias", "Alias", "Псевдоним"),
    "label": ("Label", "Rótulo", "Bezeichnung", "Метка"),
    "mandatory": (
        "Mandatory group, Enabled by default, Enabled group",
        "Grupo obrigatório, Habilitado por padrão, Grupo habilitado",
        "Verbindliche Gruppe, Standardmäßig aktiviert, Aktivierte Gruppe",
        "Обязательная группа, Включены по умолчанию, Включенная группа",
    ),
    "group_owner": ("Group owner", "Proprietário do grupo", "Gruppenbesitzer", "Владелец группы"),
    "deny_only": (
        "Group used for deny only",
        "Grupo usado somente para negação",
        "Gruppe, die nur zum Verweigern verwendet wird",
        "Группа используется только для запрета",
    ),
    "code_page": (
        "Active code page: {}",
        "Página de código ativa: {}",
        "Aktive Codepage: {}.",
        "Текущая кодовая страница: {}",
    ),
    "bad_code_page": (
        "Invalid code page",
        "Página de código inválida",
        "Unzulässige Codepage",
        "Неверная кодовая страница",
    ),
    "ver": (
        "Microsoft Windows [Version {}]",
        "Microsoft Windows [versão {}]",
        "Microsoft Windows [Version {}]",
        "Microsoft Windows [Version {}]",
    ),
    "everyone": ("Everyone", "Todos", "Jeder", "Все"),
    "administrators": (
        "BUILTIN\\Administrators",
        "BUILTIN\\Administradores",
        "VORDEFINIERT\\Administratoren",
        "BUILTIN\\Администраторы",
    ),
    "users": ("BUILTIN\\Users", "BUILTIN\\Usuários", "VORDEFINIERT\\Benutzer", "BUILTIN\\Пользователи"),
    "network_logon": (
        "NT AUTHORITY\\NETWORK",
        "AUTORIDADE NT\\REDE",
        "NT-AUTORITÄT\\NETZWERK",
        "NT AUTHORITY\\СЕТЬ",
    ),
    "authenticated": (
        "NT AUTHORITY\\Authenticated Users",
        "AUTORIDADE NT\\Usuários autenticados",
        "NT-AUTORITÄT\\Authentifizierte Benutzer",
        "NT AUTHORITY\\Прошедшие проверку",
    ),
}
