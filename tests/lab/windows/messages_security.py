# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages of icacls.exe and takeown.exe and of access checks, in the order of `messages.LANGUAGES`.

Not to the letter: they are here to show that no client depends on them.
"""

from __future__ import annotations

TEXTS: dict[str, tuple[str, str, str, str]] = {
    "in_use": (
        "The process cannot access the file because it is being used by another process.",
        "O arquivo já está sendo usado por outro processo.",
        "Der Prozess kann nicht auf die Datei zugreifen, da sie von einem anderen Prozess verwendet wird.",
        "Процесс не может получить доступ к файлу, так как этот файл занят другим процессом.",
    ),
    "not_owner": (
        "This security ID may not be assigned as the owner of this object.",
        "Esta identificação de segurança não pode ser atribuída como proprietário deste objeto.",
        "Diese Sicherheitskennung kann nicht als Besitzer dieses Objekts zugewiesen werden.",
        "Этот код безопасности не может быть назначен владельцем этого объекта.",
    ),
    "no_mapping": (
        "{}: No mapping between account names and security IDs was done.",
        "{}: Não foi feito mapeamento entre os nomes de conta e as identificações de segurança.",
        "{}: Zuordnungen von Kontennamen und Sicherheitskennungen wurden nicht durchgeführt.",
        "{}: Сопоставление между именами пользователей и кодами безопасности не было произведено.",
    ),
    "icacls_parameter": (
        'Invalid parameter "{}"',
        'Parâmetro inválido "{}"',
        'Ungültiger Parameter "{}"',
        'Недопустимый параметр "{}"',
    ),
    "icacls_processed": (
        "processed file: {}",
        "arquivo processado: {}",
        "Bearbeitete Datei: {}",
        "обработанный файл: {}",
    ),
    "icacls_sum": (
        "Successfully processed {} files; Failed processing {} files",
        "{} arquivos processados com êxito; falha no processamento de {} arquivos",
        "{} Dateien erfolgreich verarbeitet, bei {} Dateien ist ein Verarbeitungsfehler aufgetreten.",
        "Успешно обработано {} файлов; не удалось обработать {} файлов",
    ),
    "takeown_done": (
        'SUCCESS: The file (or folder): "{}" now has a new owner.',
        'ÊXITO: o arquivo (ou pasta) "{}" agora tem um novo proprietário.',
        'ERFOLGREICH: Die Datei (oder der Ordner) "{}" hat jetzt einen neuen Besitzer.',
        'УСПЕХ. Файл (или папка): "{}" теперь имеет нового владельца.',
    ),
    "takeown_failed": ("ERROR: {}", "ERRO: {}", "FEHLER: {}", "ОШИБКА: {}"),
    "system_account": (
        "NT AUTHORITY\\SYSTEM",
        "AUTORIDADE NT\\SISTEMA",
        "NT-AUTORITÄT\\SYSTEM",
        "NT AUTHORITY\\СИСТЕМА",
    ),
    "creator_owner": (
        "CREATOR OWNER",
        "PROPRIETÁRIO CRIADOR",
        "ERSTELLER-BESITZER",
        "СОЗДАТЕЛЬ-ВЛАДЕЛЕЦ",
    ),
}
