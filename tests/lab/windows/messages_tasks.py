# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages of schtasks.exe, in the order of `messages.LANGUAGES`."""

from __future__ import annotations

TEXTS: dict[str, tuple[str, str, str, str]] = {
    "task_created": (
        'SUCCESS: The scheduled task "{}" has successfully been created.',
        'ÊXITO: a tarefa agendada "{}" foi criada com êxito.',
        'ERFOLGREICH: Die geplante Aufgabe "{}" wurde erfolgreich erstellt.',
        'УСПЕХ. Запланированная задача "{}" была успешно создана.',
    ),
    "task_deleted": (
        'SUCCESS: The scheduled task "{}" was successfully deleted.',
        'ÊXITO: a tarefa agendada "{}" foi excluída com êxito.',
        'ERFOLGREICH: Die geplante Aufgabe "{}" wurde erfolgreich gelöscht.',
        'УСПЕХ. Запланированная задача "{}" была успешно удалена.',
    ),
    "task_run": (
        'SUCCESS: Attempted to run the scheduled task "{}".',
        'ÊXITO: tentativa de executar a tarefa agendada "{}".',
        'ERFOLGREICH: Es wurde versucht, die geplante Aufgabe "{}" auszuführen.',
        'УСПЕХ. Предпринята попытка выполнить запланированную задачу "{}".',
    ),
    "task_ended": (
        'SUCCESS: The scheduled task "{}" has been terminated successfully.',
        'ÊXITO: a tarefa agendada "{}" foi encerrada com êxito.',
        'ERFOLGREICH: Die geplante Aufgabe "{}" wurde erfolgreich beendet.',
        'УСПЕХ. Запланированная задача "{}" была успешно завершена.',
    ),
    "task_not_running": (
        "ERROR: There is no running instance of the task.",
        "ERRO: não há uma instância em execução da tarefa.",
        "FEHLER: Es ist keine ausgeführte Instanz der Aufgabe vorhanden.",
        "ОШИБКА: Нет выполняющегося экземпляра задачи.",
    ),
    "task_not_found": (
        "ERROR: The system cannot find the file specified.",
        "ERRO: O sistema não pode encontrar o arquivo especificado.",
        "FEHLER: Das System kann die angegebene Datei nicht finden.",
        "ОШИБКА: Не удается найти указанный файл.",
    ),
    "task_no_such_name": (
        'ERROR: The specified task name "{}" does not exist in the system.',
        'ERRO: O nome de tarefa especificado "{}" não existe no sistema.',
        'FEHLER: Der angegebene Aufgabenname "{}" ist im System nicht vorhanden.',
        'ОШИБКА: Указанное имя задачи "{}" не существует в системе.',
    ),
    "task_denied": (
        "ERROR: Access is denied.",
        "ERRO: Acesso negado.",
        "FEHLER: Zugriff verweigert",
        "ОШИБКА: Отказано в доступе.",
    ),
    "task_busy": (
        "ERROR: The Task Scheduler service is too busy to handle your request. Please try again later.",
        "ERRO: O serviço Agendador de Tarefas está muito ocupado para atender à solicitação. Tente novamente mais "
        "tarde.",
        "FEHLER: Der Aufgabenplanungsdienst ist zu stark ausgelastet, um die Anforderung zu verarbeiten.",
        "ОШИБКА: Служба планировщика заданий слишком занята для обработки запроса. Повторите попытку позже.",
    ),
    "task_unavailable": (
        "ERROR: The RPC server is unavailable.",
        "ERRO: O servidor RPC não está disponível.",
        "FEHLER: Der RPC-Server ist nicht verfügbar.",
        "ОШИБКА: Сервер RPC недоступен.",
    ),
    "task_syntax": (
        'ERROR: Invalid syntax.\r\nType "SCHTASKS {} /?" for usage.',
        'ERRO: Sintaxe inválida.\r\nDigite "SCHTASKS {} /?" para ver o uso.',
        'FEHLER: Ungültige Syntax.\r\nGeben Sie "SCHTASKS {} /?" ein, um die Syntax anzuzeigen.',
        'ОШИБКА: Неправильный синтаксис.\r\nВведите "SCHTASKS {} /?" для получения справки.',
    ),
    "task_bad_value": (
        "ERROR: Invalid value for {} option.",
        "ERRO: Valor inválido para a opção {}.",
        'FEHLER: Ungültiger Wert für die Option "{}".',
        "ОШИБКА: Недопустимое значение для параметра {}.",
    ),
    "task_xml": (
        "ERROR: The task XML is malformed.\r\n{}",
        "ERRO: O XML da tarefa está malformado.\r\n{}",
        "FEHLER: Die XML-Daten der Aufgabe sind falsch formatiert.\r\n{}",
        "ОШИБКА: XML-код задачи имеет неправильный формат.\r\n{}",
    ),
    "task_replace": (
        'WARNING: The task name "{}" already exists. Do you want to replace it (Y/N)? ',
        'AVISO: O nome de tarefa "{}" já existe. Deseja substituí-lo (S/N)? ',
        'WARNUNG: Der Aufgabenname "{}" ist bereits vorhanden. Möchten Sie ihn ersetzen (J/N)? ',
        'ПРЕДУПРЕЖДЕНИЕ. Имя задачи "{}" уже существует. Заменить ее (Y/N)? ',
    ),
    "task_yes": ("Y", "S", "J", "Y"),
    "task_folder": ("Folder: {}", "Pasta: {}", "Ordner: {}", "Папка: {}"),
    "task_name": ("TaskName", "Nome da tarefa", "Aufgabenname", "Имя задачи"),
    "task_next": ("Next Run Time", "Hora da próxima execução", "Nächste Laufzeit", "Время следующего запуска"),
    "task_status": ("Status", "Status", "Status", "Состояние"),
    "task_ready": ("Ready", "Pronto", "Bereit", "Готово"),
    "task_running": ("Running", "Executando", "Wird ausgeführt", "Выполняется"),
    "task_disabled": ("Disabled", "Desabilitada", "Deaktiviert", "Отключена"),
    "not_available": ("N/A", "N/D", "Nicht zutreffend", "Н/Д"),
}
