# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages of the programs, in the languages the lab knows: English, Portuguese (Brazil), German, Russian, French.

Windows translates messages, group names and `(Default)`; it does not translate keywords, numbers or SIDs. The
texts follow public reports; they need not be exact to the letter, for they are here to show that no client depends
on them.
"""

from __future__ import annotations

from collections.abc import Mapping

from lab.windows import (
    messages_console,
    messages_files,
    messages_firewall,
    messages_network,
    messages_security,
    messages_tasks,
)
from lab.windows.messages_french import FRENCH

LANGUAGES = ("en", "pt", "de", "ru", "fr")

_COMMON: Mapping[str, tuple[str, str, str, str]] = {
    "default_value": ("(Default)", "(Padrão)", "(Standard)", "(По умолчанию)"),
    "ok": ("Ok.", "Ok.", "OK.", "ОК."),
    "updated": (
        "Updated {} rule(s).",
        "{} regra(s) atualizada(s).",
        "{} Regel(n) wurde(n) aktualisiert.",
        "Обновлено правил: {}.",
    ),
    "deleted": (
        "Deleted {} rule(s).",
        "{} regra(s) excluída(s).",
        "{} Regel(n) wurde(n) gelöscht.",
        "Удалено правил: {}.",
    ),
    "no_match": (
        "No rules match the specified criteria.",
        "Nenhuma regra corresponde aos critérios especificados.",
        "Es stimmen keine Regeln mit den angegebenen Kriterien überein.",
        "Ни одно правило не соответствует указанным критериям.",
    ),
    "bad_value": (
        "A specified value is not valid.",
        "Um valor especificado não é válido.",
        "Ein angegebener Wert ist ungültig.",
        "Указано недопустимое значение.",
    ),
    "bad_port": (
        "A specified port value is not valid.",
        "Um valor de porta especificado não é válido.",
        "Ein angegebener Portwert ist ungültig.",
        "Указано недопустимое значение порта.",
    ),
    "bad_protocol": (
        "A specified protocol value is not valid.",
        "Um valor de protocolo especificado não é válido.",
        "Ein angegebener Protokollwert ist ungültig.",
        "Указано недопустимое значение протокола.",
    ),
    "bad_address": (
        "A specified IP address or address keyword is not valid.",
        "Um endereço IP ou uma palavra-chave de endereço especificados não são válidos.",
        "Eine angegebene IP-Adresse oder ein Adressschlüsselwort ist ungültig.",
        "Указан недопустимый IP-адрес или ключевое слово адреса.",
    ),
    "bad_tag": (
        "{} is not a valid argument for this command.",
        "{} não é um argumento válido para este comando.",
        '"{}" ist kein gültiges Argument für diesen Befehl.',
        "{} не является допустимым аргументом для этой команды.",
    ),
    "missing": (
        "One or more essential parameters were not entered.\r\nVerify the required parameters, and reenter them.",
        "Um ou mais parâmetros essenciais não foram inseridos.\r\nVerifique os parâmetros necessários e insira-os "
        "novamente.",
        "Mindestens ein erforderlicher Parameter wurde nicht eingegeben.\r\nÜberprüfen Sie die erforderlichen "
        "Parameter, und geben Sie sie erneut ein.",
        "Не введен один или несколько обязательных параметров.\r\nПроверьте обязательные параметры и введите их "
        "повторно.",
    ),
    "new_keyword": (
        "For 'set' commands, the 'new' keyword must be present and must not be the last argument provided.",
        "Para comandos 'set', a palavra-chave 'new' deve estar presente e não deve ser o último argumento fornecido.",
        'Bei "set"-Befehlen muss das Schlüsselwort "new" vorhanden sein und darf nicht das letzte Argument sein.',
        "Для команд «set» требуется ключевое слово «new», и оно не должно быть последним аргументом.",
    ),
    "not_found": (
        "The following command was not found: {}.",
        "O seguinte comando não foi encontrado: {}.",
        "Folgender Befehl wurde nicht gefunden: {}.",
        "Не найдена следующая команда: {}.",
    ),
    "bad_syntax": (
        "The syntax supplied for this command is not valid. Check help for the correct syntax.",
        "A sintaxe fornecida para este comando não é válida. Verifique a ajuda para obter a sintaxe correta.",
        "Die für diesen Befehl angegebene Syntax ist ungültig. Die richtige Syntax finden Sie in der Hilfe.",
        "Недопустимый синтаксис команды. Правильный синтаксис см. в справке.",
    ),
    "policy_only": (
        "The setting can be changed only in a Group Policy store.",
        "A configuração só pode ser alterada em um repositório de Política de Grupo.",
        "Diese Einstellung kann nur in einem Gruppenrichtlinienspeicher geändert werden.",
        "Этот параметр можно изменить только в хранилище групповой политики.",
    ),
    "elevation": (
        "The requested operation requires elevation (Run as administrator).",
        "A operação solicitada requer elevação (Executar como administrador).",
        "Der angeforderte Vorgang erfordert erhöhte Rechte (Als Administrator ausführen).",
        "Запрошенная операция требует повышения (запуск от имени администратора).",
    ),
    "no_service": (
        "An error occurred while attempting to contact the  Windows Firewall service. Make sure that the service "
        "is running and try your request again.",
        "Erro ao tentar contatar o serviço Firewall do Windows. Verifique se o serviço está em execução e tente "
        "novamente.",
        "Beim Versuch, mit dem Windows-Firewalldienst in Kontakt zu treten, ist ein Fehler aufgetreten. Stellen "
        "Sie sicher, dass der Dienst ausgeführt wird, und versuchen Sie es erneut.",
        "Ошибка при попытке связаться со службой брандмауэра Windows. Убедитесь, что эта служба запущена, и "
        "повторите запрос.",
    ),
    "reg_not_found": (
        "ERROR: The system was unable to find the specified registry key or value.",
        "ERRO: O sistema não pôde localizar a chave ou o valor do Registro especificado.",
        "FEHLER: Der angegebene Registrierungsschlüssel bzw. Wert wurde nicht gefunden.",
        "ОШИБКА: Не удается найти указанный раздел или параметр в реестре.",
    ),
    "reg_denied": (
        "ERROR: Access is denied.",
        "ERRO: Acesso negado.",
        "FEHLER: Zugriff verweigert",
        "ОШИБКА: Отказано в доступе.",
    ),
    "reg_no_file": (
        "ERROR: The system was unable to find the specified file.",
        "ERRO: O sistema não pôde localizar o arquivo especificado.",
        "FEHLER: Die angegebene Datei wurde nicht gefunden.",
        "ОШИБКА: Не удается найти указанный файл.",
    ),
    "reg_bad_file": (
        "ERROR: Error accessing the registry.\r\nCannot import {}.",
        "ERRO: Erro ao acessar o Registro.\r\nNão é possível importar {}.",
        "FEHLER: Fehler beim Zugriff auf die Registrierung.\r\n{} kann nicht importiert werden.",
        "ОШИБКА: Ошибка при доступе к реестру.\r\nНе удается импортировать {}.",
    ),
    "no_quota": (
        "Not enough quota is available to process this command.",
        "Não há cota suficiente disponível para processar este comando.",
        "Es sind nicht genügend Quoten verfügbar, um diesen Befehl zu verarbeiten.",
        "Недостаточно квот для обработки команды.",
    ),
    "no_memory": (
        "Not enough memory resources are available to process this command.",
        "Recursos de memória insuficientes disponíveis para processar este comando.",
        "Für diesen Befehl ist nicht genügend Speicher verfügbar.",
        "Недостаточно ресурсов памяти для обработки этой команды.",
    ),
    "findstr_no_memory": (
        "Out of memory",
        "Memória insuficiente",
        "Nicht genügend Arbeitsspeicher",
        "Недостаточно памяти",
    ),
    "findstr_too_long": (
        "Search string too long.",
        "Cadeia de caracteres de pesquisa muito longa.",
        "Die Suchzeichenfolge ist zu lang.",
        "Слишком длинная строка поиска.",
    ),
    "findstr_open": (
        "FINDSTR: Cannot open {}",
        "FINDSTR: Não é possível abrir {}",
        "FINDSTR: {} kann nicht geöffnet werden.",
        "FINDSTR: Не удается открыть {}",
    ),
    "reg_bad_key": (
        'ERROR: Invalid key name.\r\nType "REG {} /?" for usage.',
        'ERRO: Nome de chave inválido.\r\nDigite "REG {} /?" para ver o uso.',
        'FEHLER: Ungültiger Schlüsselname.\r\nGeben Sie "REG {} /?" ein, um die Syntax anzuzeigen.',
        'ОШИБКА: Недопустимое имя раздела.\r\nВведите "REG {} /?" для получения справки.',
    ),
    "reg_syntax": (
        'ERROR: Invalid syntax.\r\nType "REG {} /?" for usage.',
        'ERRO: Sintaxe inválida.\r\nDigite "REG {} /?" para ver o uso.',
        'FEHLER: Ungültige Syntax.\r\nGeben Sie "REG {} /?" ein, um die Syntax anzuzeigen.',
        'ОШИБКА: Неправильный синтаксис.\r\nВведите "REG {} /?" для получения справки.',
    ),
    "reg_done": (
        "The operation completed successfully.",
        "A operação foi concluída com êxito.",
        "Der Vorgang wurde erfolgreich beendet.",
        "Операция успешно завершена.",
    ),
    "reg_end_of_search": (
        "End of search: {} match(es) found.",
        "Fim da pesquisa: {} correspondência(s) encontrada(s).",
        "Suchende: {} Übereinstimmung(en) gefunden.",
        "Конец поиска: найдено совпадений: {}.",
    ),
    "unknown_command": (
        "'{}' is not recognized as an internal or external command,\r\noperable program or batch file.",
        "'{}' não é reconhecido como um comando interno\r\nou externo, um programa operável ou um arquivo em lotes.",
        'Der Befehl "{}" ist entweder falsch geschrieben oder\r\nkonnte nicht gefunden werden.',
        '"{}" не является внутренней или внешней\r\nкомандой, исполняемой программой или пакетным файлом.',
    ),
    "cmd_too_long": (
        "The command line is too long.",
        "A linha de comando é muito longa.",
        "Die Befehlszeile ist zu lang.",
        "Слишком длинная командная строка.",
    ),
    "cmd_syntax": (
        "The syntax of the command is incorrect.",
        "A sintaxe do comando está incorreta.",
        "Die Syntax für den Befehl ist falsch.",
        "Ошибка в синтаксисе команды.",
    ),
    "cmd_unexpected": (
        "{} was unexpected at this time.",
        "{} foi inesperado neste momento.",
        '"{}" kann syntaktisch an dieser Stelle nicht verarbeitet werden.',
        "Непредвиденное появление: {}.",
    ),
    "file_not_found": (
        "The system cannot find the file specified.",
        "O sistema não pode encontrar o arquivo especificado.",
        "Das System kann die angegebene Datei nicht finden.",
        "Не удается найти указанный файл.",
    ),
    "access_denied": ("Access is denied.", "Acesso negado.", "Zugriff verweigert", "Отказано в доступе."),
    "sc_failed": (
        "[SC] {} FAILED {}:",
        "[SC] {} FALHA {}:",
        "[SC] {} FEHLER {}:",
        "[SC] {}: ошибка: {}:",
    ),
    "sc_no_service": (
        "The specified service does not exist as an installed service.",
        "O serviço especificado não existe como serviço instalado.",
        "Der angegebene Dienst ist kein installierter Dienst.",
        "Указанная служба не установлена.",
    ),
    "sc_running": (
        "An instance of the service is already running.",
        "Uma cópia do serviço já está em execução.",
        "Es wird bereits eine Instanz des Dienstes ausgeführt.",
        "Одна копия службы уже запущена.",
    ),
    "sc_disabled": (
        "The service cannot be started, either because it is disabled or because it has no enabled devices "
        "associated with it.",
        "O serviço não pode ser iniciado porque está desabilitado ou porque não tem dispositivos habilitados "
        "associados a ele.",
        "Der angegebene Dienst kann nicht gestartet werden. Er ist deaktiviert oder nicht mit aktivierten Geräten "
        "verbunden.",
        "Указанная служба не может быть запущена, поскольку она отключена или все связанные с ней устройства "
        "отключены.",
    ),
    "sc_not_started": (
        "The service has not been started.",
        "O serviço não foi iniciado.",
        "Der Dienst wurde nicht gestartet.",
        "Служба не запущена.",
    ),
    "sc_success": ("[SC] {} SUCCESS", "[SC] {} ÊXITO", "[SC] {} ERFOLG", "[SC] {}: успех"),
    "sc_state": ("STATE", "ESTADO", "STATE", "Состояние"),
    "sc_type": ("TYPE", "TIPO", "TYPE", "Тип"),
    "sc_start_type": ("START_TYPE", "TIPO_DE_INICIALIZAÇÃO", "START_TYPE", "Тип_запуска"),
    "redirected_input": (
        "ERROR: Input redirection is not supported, exiting the process immediately.",
        "ERRO: não há suporte para o redirecionamento de entrada; encerrando o processo imediatamente.",
        "FEHLER: Eingabeumleitung wird nicht unterstützt. Der Prozess wird sofort beendet.",
        "ОШИБКА: Перенаправление ввода не поддерживается, немедленный выход из процесса.",
    ),
}

_TEXTS = {
    **_COMMON,
    **messages_console.TEXTS,
    **messages_files.TEXTS,
    **messages_firewall.TEXTS,
    **messages_network.TEXTS,
    **messages_security.TEXTS,
    **messages_tasks.TEXTS,
}


def text(language: str, key: str, *arguments: object) -> str:
    """The message ``key`` in ``language``, its `{}` filled with ``arguments``."""
    words = FRENCH[key] if language == "fr" else _TEXTS[key][LANGUAGES.index(language)]
    return words.format(*arguments)
