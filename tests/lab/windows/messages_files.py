# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages of cmd.exe's file commands and batch files, in the order of `messages.LANGUAGES`."""

from __future__ import annotations

TEXTS: dict[str, tuple[str, str, str, str]] = {
    "path_not_found": (
        "The system cannot find the path specified.",
        "O sistema não pode encontrar o caminho especificado.",
        "Das System kann den angegebenen Pfad nicht finden.",
        "Системе не удается найти указанный путь.",
    ),
    "copied": (
        "        {} file(s) copied.",
        "        {} arquivo(s) copiado(s).",
        "        {} Datei(en) kopiert.",
        "Скопировано файлов:         {}.",
    ),
    "already_exists": (
        "A subdirectory or file {} already exists.",
        "Já existe uma subpasta ou um arquivo {}.",
        "Ein Unterverzeichnis oder eine Datei mit dem Namen {} existiert bereits.",
        "Подпапка или файл {} уже существует.",
    ),
    "not_a_folder": (
        "The directory name is invalid.",
        "O nome do diretório é inválido.",
        "Der Verzeichnisname ist ungültig.",
        "Неверно задано имя папки.",
    ),
    "not_empty": (
        "The directory is not empty.",
        "A pasta não está vazia.",
        "Das Verzeichnis ist nicht leer.",
        "Папка не пуста.",
    ),
    "duplicate_name": (
        "A duplicate file name exists, or the file\r\ncannot be found.",
        "Existe um nome de arquivo duplicado ou o arquivo\r\nnão foi encontrado.",
        "Eine Datei mit diesem Namen ist bereits vorhanden, oder die Datei\r\nwurde nicht gefunden.",
        "Файл с таким именем уже существует\r\nили не найден.",
    ),
    "dir_not_found": (
        "File Not Found",
        "Arquivo não encontrado",
        "Datei nicht gefunden",
        "Файл не найден",
    ),
    "del_not_found": (
        "Could Not Find {}",
        "Não foi possível encontrar {}",
        "{} konnte nicht gefunden werden.",
        "Не удается найти {}",
    ),
    "batch_gone": (
        "The batch file cannot be found.",
        "O arquivo em lotes não foi encontrado.",
        "Die Batchdatei kann nicht gefunden werden.",
        "Не удается найти пакетный файл.",
    ),
    "not_defined": (
        "Environment variable {} not defined",
        "A variável de ambiente {} não foi definida",
        "Die Umgebungsvariable {} ist nicht definiert.",
        "Переменная среды {} не определена",
    ),
    "are_you_sure": (
        "{}, Are you sure (Y/N)? ",
        "{}, Tem certeza (S/N)? ",
        '"{}", Möchten Sie diesen Vorgang wirklich ausführen (J/N)? ',
        "{}, вы уверены [Y(да)/N(нет)]? ",
    ),
}
