# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""schtasks.exe: /create (from XML, or with /sc minute, onstart, once), /query, /delete, /run, /end.

Success is told on standard output with exit code 0, everything else on standard error with 1. `/query /xml` prints
the stored definition behind a declaration that claims UTF-16 though the bytes are in the console's code page, as the
real program does. What a task's descriptor does not allow is denied. Without /f an existing task is asked about, on
standard input. `/sd`, whose form follows the host's language, is not simulated and refused.
"""

from __future__ import annotations

import ntpath
import re
from datetime import datetime, timedelta
from xml.etree.ElementTree import Element, SubElement

from lab.windows.filesystem import FileSystemError
from lab.windows.netsh import split_words
from lab.windows.process import Process
from lab.windows.scheduler import ScheduledTask, TaskScheduler
from lab.windows.security import check
from lab.windows.task_security import RIGHTS, TaskDenied, require, require_own
from lab.windows.task_xml import NAMESPACE, TaskDefinition, TaskXmlError, decode_file, parse_task, simple_task

_LONGEST_COMMAND = 261
_VERBS = ("create", "query", "delete", "run", "end")
_WITH_VALUE = {
    "create": {"/tn", "/xml", "/tr", "/sc", "/mo", "/ru", "/rl", "/st", "/delay"},
    "query": {"/tn", "/fo"},
    "delete": {"/tn"},
    "run": {"/tn"},
    "end": {"/tn"},
}
_FLAGS = {"create": {"/f", "/np", "/z"}, "query": {"/xml", "/v", "/nh"}, "delete": {"/f"}, "run": {"/i"}, "end": set()}


class _Refused(Exception):
    def __init__(self, key: str, *arguments: object) -> None:
        super().__init__(key, *arguments)
        self.key = key
        self.arguments = arguments


async def run(process: Process) -> int:
    """The program's entry point; returns its exit code."""
    words = split_words(process.arguments)
    verb = words[0].lower().lstrip("/") if words else "query"
    try:
        if process.host.quirks.deny_schtasks:
            raise _Refused("task_denied")
        if verb not in _VERBS or (words and not words[0].startswith("/")):
            raise _Refused("task_syntax", "")
        options = _options(verb, words[1:])
        if verb == "create":
            await _create(process, options)
        elif verb == "query":
            _query(process, options)
        else:
            await _act(process, verb, options)
    except TaskDenied:
        process.err(process.message("task_denied") + "\r\n")
        return 1
    except _Refused as refused:
        process.err(process.message(refused.key, *refused.arguments) + "\r\n")
        return 1
    return 0


def _options(verb: str, words: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    at = 0
    while at < len(words):
        switch = words[at].lower()
        if switch in found or switch not in _WITH_VALUE[verb] | _FLAGS[verb]:
            raise _Refused("task_syntax", verb.upper())
        found[switch] = ""
        if switch in _WITH_VALUE[verb]:
            at += 1
            if at == len(words):
                raise _Refused("task_syntax", verb.upper())
            found[switch] = words[at]
        at += 1
    return found


def _task_name(verb: str, options: dict[str, str]) -> str:
    name = options.get("/tn", "").strip("\\")
    if not name:
        raise _Refused("task_syntax", verb.upper())
    if re.search(r'[<>:"/|?*\\]', name):  # folders of tasks are not simulated
        raise _Refused("task_bad_value", "/TN")
    return name


async def _create(process: Process, options: dict[str, str]) -> None:
    name = _task_name("create", options)
    if "/xml" in options:
        if {"/tr", "/sc", "/mo", "/st", "/delay"} & set(options):
            raise _Refused("task_syntax", "CREATE")
        definition = _from_file(process, options["/xml"])
    else:
        definition = _from_options(process, options)
    scheduler = process.host.scheduler
    if scheduler.find(name) is not None and "/f" not in options and not await _may_replace(process, name):
        raise _Refused("task_denied")
    require_own(definition, process.token)
    if not process.host.quirks.tasks_lost:
        try:
            scheduler.register(name, definition, process.token)
        except TaskXmlError as error:
            raise _Refused("task_xml", error) from None
    process.out(process.message("task_created", name) + "\r\n")


async def _may_replace(process: Process, name: str) -> bool:
    process.out(process.message("task_replace", name))
    answer = process.decode(await process.stdin.readline()).strip()
    return answer.upper() == process.message("task_yes")


def _from_file(process: Process, path: str) -> TaskDefinition:
    try:
        content = process.host.files.read(ntpath.join(process.environment.get("CD", "C:\\"), path), process.token)
    except FileSystemError:
        raise _Refused("task_denied") from None
    if content is None:
        raise _Refused("task_not_found")
    try:
        return parse_task(decode_file(content))
    except TaskXmlError as error:
        raise _Refused("task_xml", error) from None


def _from_options(process: Process, options: dict[str, str]) -> TaskDefinition:
    command, kind = options.get("/tr", ""), options.get("/sc", "").lower()
    if not command or not kind:
        raise _Refused("task_syntax", "CREATE")
    if len(command) > _LONGEST_COMMAND:
        raise _Refused("task_bad_value", "/TR")
    minutes = options.get("/mo", "1")
    if not minutes.isdecimal() or not 1 <= int(minutes) <= 1439:
        raise _Refused("task_bad_value", "/MO")
    now = process.host.clock.now()
    start = _start_time(now, options)

    def fill(trigger: Element) -> None:
        if kind in ("minute", "once"):
            begin = now.replace(second=0, microsecond=0) if process.host.quirks.sc_minute_whole else now
            first = start or begin + timedelta(minutes=int(minutes))
            SubElement(trigger, f"{{{NAMESPACE}}}StartBoundary").text = first.strftime("%Y-%m-%dT%H:%M:%S")
        if kind == "minute":
            repetition = SubElement(trigger, f"{{{NAMESPACE}}}Repetition")
            SubElement(repetition, f"{{{NAMESPACE}}}Interval").text = f"PT{minutes}M"

    if kind == "once" and start is None:
        raise _Refused("task_syntax", "CREATE")  # /st is required
    triggers = {"minute": "TimeTrigger", "once": "TimeTrigger", "onstart": "BootTrigger"}
    if kind not in triggers:
        raise _Refused("task_bad_value", "/SC")
    try:
        return simple_task(command, options.get("/ru", ""), triggers[kind], fill)
    except TaskXmlError as error:
        raise _Refused("task_xml", error) from None


def _start_time(now: datetime, options: dict[str, str]) -> datetime | None:
    """/st is a time of today; one that has passed stays in the past."""
    if "/st" not in options:
        return None
    match = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)", options["/st"])
    if match is None:
        raise _Refused("task_bad_value", "/ST")
    return now.replace(hour=int(match[1]), minute=int(match[2]), second=0, microsecond=0)


def _query(process: Process, options: dict[str, str]) -> None:
    scheduler = process.host.scheduler
    trouble = scheduler.query_trouble()
    if trouble:
        raise _Refused(f"task_{trouble}")
    if "/tn" in options:
        found: tuple[ScheduledTask, ...] = (_known(scheduler, _task_name("query", options), "task_not_found"),)
        require(found[0].security, process.token, "query")
    else:
        found = tuple(task for task in scheduler.tasks if check(task.security, process.token, RIGHTS["query"]))
    if "/xml" in options:
        for task in found:
            process.out(_xml(task, hide_security=process.host.quirks.task_xml_hides_security))
        return
    form = options.get("/fo", "table").lower()
    if form not in ("table", "csv"):
        raise _Refused("task_syntax", "QUERY")
    process.out(_csv(process, found, "/nh" in options) if form == "csv" else _table(process, found))


def _xml(task: ScheduledTask, *, hide_security: bool) -> str:
    text = task.definition.xml
    if hide_security:
        text = re.sub(r"\s*<SecurityDescriptor>[^<]*</SecurityDescriptor>", "", text)
    text = text.replace("\r\n", "\n").replace("\n", "\r\n")
    return f'<?xml version="1.0" encoding="UTF-16"?>\r\n\r\n{text}\r\n\r\n'


def _table(process: Process, tasks: tuple[ScheduledTask, ...]) -> str:
    say = process.message
    now = process.host.clock.now()
    lines = ["", say("task_folder", "\\"), _row(say("task_name"), say("task_next"), say("task_status"))]
    lines.append(" ".join("=" * width for width in (40, 22, 15)))
    for task in tasks:
        moment = task.next_run(now)
        state = "task_running" if task.running else "task_ready" if task.definition.enabled else "task_disabled"
        lines.append(_row(task.name, _local_time(process, moment), say(state)))
    return "".join(f"{line}\r\n" for line in lines)


def _csv(process: Process, tasks: tuple[ScheduledTask, ...], without_heads: bool) -> str:
    """Microsoft's reference of ``schtasks query``: /fo csv, and /nh for no heads. Tasks have their folder in front.

    With what every Windows ships, in folders of its own: that those rows come first is the lab's choice.
    """
    say = process.message
    now = process.host.clock.now()
    rows = [] if without_heads else [(say("task_name"), say("task_next"), say("task_status"))]
    rows += [
        (rf"\Microsoft\Windows\{name}", say("not_available"), say("task_ready"))
        for name in (r"Defrag\ScheduledDefrag", r"Time Synchronization\SynchronizeTime")
    ]
    for task in tasks:
        state = "task_running" if task.running else "task_ready" if task.definition.enabled else "task_disabled"
        rows.append((rf"\{task.name}", _local_time(process, task.next_run(now)), say(state)))
    return "".join(",".join(f'"{cell}"' for cell in row) + "\r\n" for row in rows)


def _row(name: str, moment: str, state: str) -> str:
    return f"{name[:40]:<40} {moment[:22]:<22} {state[:15]:<15}"


def _local_time(process: Process, moment: datetime | None) -> str:
    """A time as the host's language writes it: nothing a program could depend on."""
    if moment is None:
        return process.message("not_available")
    form = {"en": "%m/%d/%Y %I:%M:%S %p", "pt": "%d/%m/%Y %H:%M:%S", "fr": "%d/%m/%Y %H:%M:%S"}
    return moment.strftime(form.get(process.host.quirks.language, "%d.%m.%Y %H:%M:%S"))


def _known(scheduler: TaskScheduler, name: str, key: str, *arguments: object) -> ScheduledTask:
    task = scheduler.find(name)
    if task is None:
        raise _Refused(key, *arguments)
    return task


async def _act(process: Process, verb: str, options: dict[str, str]) -> None:
    name = _task_name(verb, options)
    scheduler = process.host.scheduler
    key = "task_no_such_name" if verb == "delete" else "task_not_found"
    task = _known(scheduler, name, key, *([name] if verb == "delete" else []))
    require(task.security, process.token, verb)
    if verb == "delete":
        if "/f" not in options and not await _may_replace(process, name):
            return
        scheduler.delete(name)
        process.out(process.message("task_deleted", name) + "\r\n")
    elif verb == "run":
        scheduler.start(task)
        process.out(process.message("task_run", name) + "\r\n")
    else:
        if not scheduler.end(task):
            raise _Refused("task_not_running")
        process.out(process.message("task_ended", name) + "\r\n")
