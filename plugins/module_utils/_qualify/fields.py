# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every answer of a report: its name, its type, the question, and who assumes an answer to it.

docs/qualify-schema-1.json is made of this table, and a real report is compared with the simulated hosts field by field.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

SCHEMA = "urn:lyncops:firewall:qualify:1"


class Kind(Enum):
    """Type of an answer, as JSON has it; every answer may be null, where the host did not tell."""

    YES_NO = {"type": ["boolean", "null"]}
    NUMBER = {"type": ["integer", "null"]}
    SECONDS = {"type": ["integer", "null"], "minimum": 0}
    TEXT = {"type": ["string", "null"]}
    TEXTS = {"type": ["array", "null"], "items": {"type": "string"}}
    NUMBERS = {"type": ["object", "null"], "additionalProperties": {"type": "integer"}}
    WORDS = {"type": ["object", "null"], "additionalProperties": {"type": "string"}}


@dataclass(frozen=True, slots=True)
class Field:
    """One answer.

    Attributes:
        name: Its name in the report.
        kind: Its type.
        question: What it answers.
        assumed_in: Where the answer is assumed, or, with "lab", simulated: files of the project.
        near: How many seconds two answers may differ and still be alike; 0 for all but times.
        localised: Whether it is in the host's language.
    """

    name: str
    kind: Kind
    question: str
    assumed_in: tuple[str, ...]
    near: int = 0
    localised: bool = False


_NETSH = "tests/lab/windows/netsh.py"
_NETSH_COMMANDS = "tests/lab/windows/netsh_commands.py"
_CMD = "tests/lab/windows/cmd.py"
_REG = "tests/lab/windows/reg.py"
_SMALL = "tests/lab/windows/small_programs.py"
_SERVICES = "tests/lab/windows/services.py"
_ICACLS = "tests/lab/windows/icacls.py"
_DIR = "tests/lab/windows/dir_listing.py"
_DISK = "tests/lab/windows/disk_image.py"
_TASKS = "tests/lab/windows/schtasks.py"
_SCHEDULER = "tests/lab/windows/scheduler.py"
_TASK_SECURITY = "tests/lab/windows/task_security.py"
_STARTED = "tests/lab/windows/cmd_start.py"
_CREATED = "tests/lab/windows/create_process.py"
_SHELLS = "tests/lab/winrm/shells.py"
_WHOAMI = "tests/lab/windows/whoami.py"

_LINES = "plugins/module_utils/_firewall/change/netsh.py"
_READING = "plugins/module_utils/_firewall/state/reading.py"
_DUMP = "plugins/module_utils/_firewall/state/registry_dump.py"
_PRODUCTS = "plugins/module_utils/_firewall/state/products.py"
_ROLLBACK = "plugins/plugin_utils/_host/rollback_folder.py"
_UNDO = "plugins/module_utils/_firewall/change/undo.py"
_REMOTE = "plugins/plugin_utils/_host/remote_host.py"


def _of_netsh(way: str, words: str) -> tuple[Field, ...]:
    """What is asked of each way in which netsh gets its lines."""
    return (
        Field(
            f"netsh.{way}.goes_on_after_bad_word",
            Kind.YES_NO,
            f"Does netsh carry out the lines behind one with a wrong value, {words}?",
            (_NETSH,),
        ),
        Field(
            f"netsh.{way}.goes_on_after_unknown_command",
            Kind.YES_NO,
            f"Does netsh carry out the lines behind one that is no command, {words}?",
            (_NETSH,),
        ),
        Field(f"netsh.{way}.program", Kind.TEXT, f"What is stored of a variable in program=, {words}?", (_NETSH,)),
        Field(
            f"netsh.{way}.lines",
            Kind.WORDS,
            f"Which lengths of lines, in characters, are carried out whole, {words}?",
            (_NETSH, _LINES),
        ),
        Field(f"netsh.{way}.text", Kind.TEXT, f"What is stored of text in UTF-8, {words}?", (_NETSH,)),
        Field(
            f"netsh.{way}.says",
            Kind.TEXTS,
            f"What does netsh print of lines that are right, {words}?",
            (_NETSH,),
            localised=True,
        ),
    )


FIELDS: tuple[Field, ...] = (
    *_of_netsh("stdin", "on standard input"),
    Field("netsh.stdin.code_all_good", Kind.NUMBER, "Exit code of a session of lines that are right.", (_NETSH,)),
    Field("netsh.stdin.code_bad_in_the_middle", Kind.NUMBER, "Exit code if a line in the middle fails.", (_NETSH,)),
    Field("netsh.stdin.code_bad_at_the_end", Kind.NUMBER, "Exit code if the last line before bye fails.", (_NETSH,)),
    Field("netsh.stdin.code_without_bye", Kind.NUMBER, "Exit code if the input ends without bye.", (_NETSH, _LINES)),
    Field("netsh.stdin.works_without_bye", Kind.YES_NO, "Is a line carried out that no bye follows?", (_NETSH,)),
    Field("netsh.stdin.prompts", Kind.NUMBER, "How often is the prompt printed for two lines and bye?", (_NETSH,)),
    Field("netsh.stdin.echoes", Kind.YES_NO, "Does netsh print the lines that it is given?", (_NETSH,)),
    Field(
        "netsh.stdin.addresses",
        Kind.NUMBERS,
        "How many addresses are stored of lists of so many in one line?",
        (_NETSH, "plugins/module_utils/_policy/scoping.py"),
    ),
    Field("netsh.stdin.ports", Kind.NUMBERS, "How many ports are stored of lists of so many in one line?", (_NETSH,)),
    *_of_netsh("file", "in a file for netsh -f"),
    Field("netsh.file.succeeds_all_good", Kind.YES_NO, "Is the exit code of netsh -f 0 if all is right?", (_NETSH,)),
    Field("netsh.file.succeeds_bad_in_the_middle", Kind.YES_NO, "… if a line in the middle fails?", (_NETSH,)),
    Field("netsh.file.succeeds_bad_at_the_end", Kind.YES_NO, "… if the last line fails?", (_NETSH,)),
    Field("netsh.file.text_with_mark", Kind.TEXT, "What is stored of UTF-8 behind a byte order mark?", (_NETSH,)),
    Field("netsh.any.tokens", Kind.TEXTS, "What is stored where everything is said to be any?", (_NETSH_COMMANDS,)),
    Field("netsh.any.tokens_tcp", Kind.TEXTS, "… of TCP, with any port?", (_NETSH_COMMANDS,)),
    Field("netsh.turn.succeeds", Kind.YES_NO, "Is the exit code of set rule … new dir= 0?", (_NETSH_COMMANDS,)),
    Field("netsh.turn.direction", Kind.TEXT, "Which direction has the rule then?", (_NETSH_COMMANDS,)),
    Field("netsh.turn.keeps_id", Kind.YES_NO, "Has it the same id as before?", (_NETSH_COMMANDS,)),
    Field(
        "netsh.delete_missing_succeeds",
        Kind.YES_NO,
        "Is the exit code 0 where no rule has the name that is to be deleted?",
        (_NETSH_COMMANDS,),
    ),
    Field("netsh.export.succeeds", Kind.YES_NO, "Is the exit code of an export to a new file 0?", (_NETSH, _ROLLBACK)),
    Field("netsh.export.writes", Kind.YES_NO, "Is there a file then?", (_NETSH, _ROLLBACK)),
    Field("netsh.export.over_existing_succeeds", Kind.YES_NO, "… to a file that is there?", (_NETSH, _ROLLBACK)),
    Field("netsh.export.over_existing_replaces", Kind.YES_NO, "Has the file another content then?", (_NETSH,)),
    Field(
        "netsh.global.labels",
        Kind.TEXTS,
        "Titles and names of settings that show global prints, in the host's language.",
        ("tests/lab/windows/netsh_global.py", _PRODUCTS),
        localised=True,
    ),
    Field("shell.before_line", Kind.TEXT, "What stands in cmd's command line in front of ours?", (_STARTED, _REMOTE)),
    Field("shell.behind_line", Kind.TEXT, "What stands behind it?", (_STARTED, _REMOTE)),
    Field(
        "shell.ignores_skip_cmd_shell",
        Kind.YES_NO,
        "Does cmd run a line with WINRS_SKIP_CMD_SHELL?",
        (_CREATED, _SHELLS),
    ),
    Field(
        "shell.console_stdin_is_read", Kind.YES_NO, "Is input read with WINRS_CONSOLEMODE_STDIN?", (_SHELLS, _REMOTE)
    ),
    Field("shell.console_stdin_ends", Kind.YES_NO, "Does a program see the end of it?", (_SHELLS, _REMOTE)),
    Field("shell.code_of_unknown_program", Kind.NUMBER, "Exit code of a program that there is not.", (_CMD,)),
    Field("shell.code_page", Kind.NUMBER, "The code page of a shell with WINRS_CODEPAGE 65001.", (_SMALL, _READING)),
    Field("reg.empty_key.succeeds", Kind.YES_NO, "Is the exit code for a key with nothing in it 0?", (_REG, _READING)),
    Field("reg.empty_key.prints", Kind.TEXTS, "What is printed of it?", (_REG, _READING)),
    Field("reg.empty_key.prints_with_s", Kind.TEXTS, "… with /s?", (_REG, _READING)),
    Field("reg.parent.prints", Kind.TEXTS, "What is printed of a key that has only an empty key below?", (_REG, _DUMP)),
    Field("reg.parent.prints_with_s", Kind.TEXTS, "… with /s?", (_REG, _DUMP)),
    Field("reg.missing_key.succeeds", Kind.YES_NO, "Is the exit code for a key that there is not 0?", (_REG, _READING)),
    Field("reg.missing_key.prints", Kind.TEXTS, "What is printed of it on standard output?", (_REG, _READING)),
    Field(
        "reg.import_succeeds",
        Kind.YES_NO,
        "Is a file in ASCII with data in hexadecimal taken?",
        ("tests/lab/windows/reg_file.py",),
    ),
    Field("reg.text", Kind.TEXT, "What does reg print of text in five scripts, in a shell of 65001?", (_REG, _READING)),
    Field(
        "whoami.columns", Kind.TEXTS, "Headings of whoami /groups in the host's language.", (_WHOAMI,), localised=True
    ),
    Field("whoami.levels", Kind.NUMBER, "How many mandatory levels (S-1-16-…) does it print?", (_WHOAMI, _READING)),
    Field("whoami.every_line_has_a_sid", Kind.YES_NO, "Has every line of its table a SID?", (_WHOAMI, _READING)),
    Field("whoami.csv_columns", Kind.TEXTS, "Headings of its output with /fo csv.", (_WHOAMI,), localised=True),
    Field("whoami.csv_has_the_same_sids", Kind.YES_NO, "Has that the same SIDs, in the third column?", (_WHOAMI,)),
    Field("whoami.csv_without_heading", Kind.YES_NO, "Does /nh leave out the heading alone?", (_WHOAMI,)),
    Field(
        "sc.labels", Kind.TEXTS, "What sc query prints in front of each colon.", (_SERVICES, _READING), localised=True
    ),
    Field("sc.state", Kind.NUMBER, "The state of MpsSvc, as the engine reads it.", (_SERVICES, _READING)),
    Field("sc.missing_succeeds", Kind.YES_NO, "Is the exit code for a service that there is not 0?", (_SERVICES,)),
    Field("folder.owner", Kind.TEXT, "Who owns a folder that an administrator makes?", (_DISK, _ROLLBACK)),
    Field("folder.inherited", Kind.TEXT, "The DACL that it gets below the Windows folder.", (_DISK,)),
    Field("folder.closing_succeeds", Kind.YES_NO, "Is icacls' exit code 0 when it closes the folder?", (_ICACLS,)),
    Field("folder.closed", Kind.TEXT, "The DACL after /inheritance:r and /grant:r.", (_ICACLS, _ROLLBACK)),
    Field("folder.save_over_existing", Kind.TEXT, "The DACL that /save leaves in a file that was there.", (_ICACLS,)),
    Field("folder.save_of_missing_succeeds", Kind.YES_NO, "Is its exit code 0 for what there is not?", (_ICACLS,)),
    Field("folder.listing_empty_succeeds", Kind.YES_NO, "Is the exit code of dir /b for an empty folder 0?", (_DIR,)),
    Field("folder.listing_empty_prints", Kind.YES_NO, "Does it print anything?", (_DIR, _ROLLBACK)),
    Field("folder.file", Kind.TEXT, "The DACL of a file that is written into the closed folder.", (_ICACLS, _ROLLBACK)),
    Field("task.xml_is_taken", Kind.YES_NO, "Is a task from XML without an encoding taken?", (_TASKS, _UNDO)),
    Field(
        "task.xml_fires_after",
        Kind.SECONDS,
        "Seconds until a task with a trigger of one minute after its registration runs.",
        (_SCHEDULER, _UNDO),
        near=30,
    ),
    Field("task.schedule_is_taken", Kind.YES_NO, "Is /sc minute /mo 1 taken in every language?", (_TASKS,)),
    Field(
        "task.schedule_fires_after",
        Kind.SECONDS,
        "Seconds until a task of every minute runs first; up to one more, where it begins with a minute of the clock.",
        (_SCHEDULER,),
        near=60,
    ),
    Field(
        "task.limit_stops_the_next_line",
        Kind.YES_NO,
        "Does the next line of a script not run, once the task is over its time limit?",
        (_SCHEDULER, _UNDO),
    ),
    Field("task.all_are_listed", Kind.YES_NO, "Does schtasks /query /fo csv name all tasks?", (_TASKS, _ROLLBACK)),
    Field("task.missing_query_succeeds", Kind.YES_NO, "Is its exit code 0 for a task that there is not?", (_TASKS,)),
    Field(
        "task.security_in_xml", Kind.TEXT, "The security descriptor that the task's XML has.", (_TASK_SECURITY, _UNDO)
    ),
    Field(
        "task.security_of_file", Kind.TEXT, "The DACL of the task's file.", ("tests/lab/windows/task_traces.py", _UNDO)
    ),
    Field(
        "task.security_in_registry",
        Kind.TEXT,
        "The security descriptor that Task Scheduler keeps of it.",
        ("tests/lab/windows/task_traces.py", _UNDO),
    ),
)
"""All of them, in the order of the report."""


def by_field(found: Mapping[str, Any], fields: Iterable[Field] = FIELDS) -> dict[str, Any]:
    """The answers in the order of the table.

    Args:
        found: Answers by name.
        fields: The table.

    Raises:
        ValueError: There is an answer of which the table knows nothing, or none of one that it knows.
    """
    names = [field.name for field in fields]
    odd = set(names) ^ set(found)
    if odd:
        raise ValueError(f"answers and table differ: {', '.join(sorted(odd))}")
    return {name: found[name] for name in names}
