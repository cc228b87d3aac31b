# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers about cmd, reg, whoami, sc, folders and scheduled tasks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .._firewall.state.reading import service_state
from . import words
from .files import OVERRUN
from .gathered import Gathered, Ran, succeeded, text_of
from .marks import KEY, TASKS
from .parts import Heard
from .questions import CODE_PAGES, LANGUAGE_VALUES, SHELL_QUESTION, WITHOUT_SHELL
from .texts import (
    csv_rows,
    dacl_in,
    descriptor,
    labels_before_colons,
    number_of,
    owner_of_folder,
    printed_lines,
    seconds_between,
    sids_in,
    table_columns,
    value_of,
    well_known,
    without_domains,
)

_ADMINISTRATORS = "S-1-5-32-544"
_SID_COLUMN = 2
_SHOWN = "KEY"
_SHORTEST_OWNER = 6
"""Characters of a name that dir has cut off, by which it is told: it prints 22 at least."""

_NUMBER = re.compile(r"\d{3,5}")
_SECURITY = re.compile(r"<SecurityDescriptor>([^<]{1,1000})</SecurityDescriptor>")
_AFTER = 5
"""Seconds after which the third line of the task over its time would have run, if it does."""


def host_answers(gathered: Gathered) -> dict[str, Any]:
    """Every answer that is not of netsh."""
    return {
        **_shell(gathered.runs, gathered.who),
        **_registry(gathered.registry),
        **_accounts(gathered.who),
        **_services(gathered.who),
        **_folder(gathered.folder, gathered.files, gathered.who),
        **_tasks(gathered.tasks, gathered.fired),
    }


def _shell(runs: Mapping[str, Ran], who: Mapping[str, Heard]) -> dict[str, Any]:
    command = runs["command"].text if "command" in runs else ""
    before, found, _rest = command.partition("cd /d ")
    skipped, console = runs.get("skip"), runs.get("console")
    asked = WITHOUT_SHELL.replace("echo ", "").split("&")
    page = _NUMBER.search(text_of(who, "chcp") or "")
    return {
        "shell.before_line": words.before_line(before.strip("\r\n") if found else None),
        "shell.behind_line": words.behind_line(
            command.rpartition(SHELL_QUESTION.partition(" ")[2])[2].strip("\r\n") if found else None
        ),
        "shell.ignores_skip_cmd_shell": skipped.text.split() == asked if skipped else None,
        "shell.console_stdin_is_read": "LyncOpsQualify" in console.text if console else None,
        "shell.console_stdin_ends": console.code is not None if console else None,
        "shell.code_of_unknown_program": runs["unknown"].code if "unknown" in runs else None,
        "shell.code_page": int(page[0]) if page else None,
    }


def _registry(parts: Mapping[str, Heard]) -> dict[str, Any]:
    hidden = KEY.replace("HKLM", "HKEY_LOCAL_MACHINE", 1)

    def lines(name: str) -> list[str] | None:
        printed = printed_lines(parts[name].text, hidden, _SHOWN) if name in parts else None
        return None if printed is None else [words.of_reg(line, _SHOWN) for line in printed]

    return {
        "reg.empty_key.succeeds": succeeded(parts, "empty"),
        "reg.empty_key.prints": lines("empty"),
        "reg.empty_key.prints_with_s": lines("empty-s"),
        "reg.parent.prints": lines("parent"),
        "reg.parent.prints_with_s": lines("parent-s"),
        "reg.missing_key.succeeds": succeeded(parts, "missing"),
        "reg.missing_key.prints": lines("missing"),
        "reg.import_succeeds": succeeded(parts, "import"),
        "reg.text": value_of(text_of(parts, "text")),
    }


def _accounts(who: Mapping[str, Heard]) -> dict[str, Any]:
    text = text_of(who, "groups")
    rows, bare = csv_rows(text_of(who, "groups-csv")), csv_rows(text_of(who, "groups-csv-nh"))
    levels = [sid for sid in sids_in(text or "") if sid.startswith("S-1-16-")]
    return {
        "whoami.columns": table_columns(text) if text is not None else None,
        "whoami.levels": len(levels) if text is not None else None,
        "whoami.every_line_has_a_sid": _all_have_sids(text) if text is not None else None,
        "whoami.csv_columns": _heading(rows),
        "whoami.csv_has_the_same_sids": rows is not None and sids_in(text) == _column(rows[1:]) if text else None,
        "whoami.csv_without_heading": rows is not None and bare == rows[1:] if rows else None,
    }


def _all_have_sids(text: str) -> bool:
    """Whether each line of the table below its heading has one."""
    lines = [line for line in text.splitlines() if line.strip()]
    begin = next((number for number, line in enumerate(lines) if not line.strip("= ")), len(lines))
    return bool(lines[begin + 1 :]) and all(sids_in(line) for line in lines[begin + 1 :])


def _heading(rows: list[list[str]] | None) -> list[str] | None:
    """The headings of a table; None where the first row is one of groups, or nothing of a table."""
    first = rows[0] if rows else []
    return first if len(first) > _SID_COLUMN and not sids_in(",".join(first)) else None


def _column(rows: list[list[str]]) -> list[str]:
    return [row[_SID_COLUMN] for row in rows if len(row) > _SID_COLUMN]


def _services(who: Mapping[str, Heard]) -> dict[str, Any]:
    text = text_of(who, "sc")
    return {
        "sc.labels": labels_before_colons(text),
        "sc.state": service_state(text) if text is not None else None,
        "sc.missing_succeeds": succeeded(who, "sc-missing"),
    }


def _folder(parts: Mapping[str, Heard], files: Mapping[str, Heard], who: Mapping[str, Heard]) -> dict[str, Any]:
    names = {row[_SID_COLUMN]: row[0] for row in csv_rows(text_of(who, "groups-csv")) or () if len(row) > _SID_COLUMN}
    empty = parts.get("empty")
    return {
        "folder.owner": _owner(owner_of_folder(text_of(parts, "owner")), names.get(_ADMINISTRATORS, "")),
        "folder.inherited": dacl_in(text_of(parts, "inherited")),
        "folder.closing_succeeds": succeeded(parts, "closed"),
        "folder.closed": dacl_in(text_of(parts, "fresh")),
        "folder.save_over_existing": dacl_in(text_of(parts, "again")),
        "folder.save_of_missing_succeeds": succeeded(parts, "missing"),
        "folder.listing_empty_succeeds": empty.succeeded if empty else None,
        "folder.listing_empty_prints": bool(empty.text.strip()) if empty else None,
        "folder.file": dacl_in(text_of(files, "file-dacl")),
    }


def _owner(told: str | None, administrators: str) -> str | None:
    """Who owns the folder: administrators, or somebody else, who is not named."""
    if told is None or not administrators:
        return None
    shortest = min(len(told), len(administrators))
    same = told[:shortest].casefold() == administrators[:shortest].casefold()
    return "administrators" if same and len(told) >= _SHORTEST_OWNER else "other"


def _tasks(parts: Mapping[str, Heard], fired: Mapping[str, Heard]) -> dict[str, Any]:
    begun, listed, as_xml = text_of(parts, "time"), text_of(parts, "listed"), text_of(parts, "as-xml")
    security = _SECURITY.search(as_xml or "")
    return {
        "task.xml_is_taken": succeeded(parts, "xml"),
        "task.xml_fires_after": seconds_between(begun, text_of(fired, "xml-fired")),
        "task.schedule_is_taken": succeeded(parts, "sc"),
        "task.schedule_fires_after": seconds_between(begun, text_of(fired, "sc-fired")),
        "task.limit_stops_the_next_line": _stops(fired),
        "task.all_are_listed": None if listed is None else all(f'\\{name}"' in listed for name in TASKS),
        "task.missing_query_succeeds": succeeded(parts, "missing"),
        "task.security_in_xml": without_domains(security[1]) if security else None,
        "task.security_of_file": dacl_in(text_of(parts, "dacl")),
        "task.security_in_registry": descriptor(value_of_binary(text_of(parts, "sd"))),
    }


def value_of_binary(text: str | None) -> str | None:
    """The hexadecimal digits of a REG_BINARY value that ``reg query`` prints."""
    _before, found, rest = (text or "").partition("REG_BINARY    ")
    return rest.partition("\n")[0].strip() if found else None


def _stops(fired: Mapping[str, Heard]) -> bool | None:
    """Whether the time limit of a task kept the next line of its script from running; None where it is too early."""
    if text_of(fired, "limit-2") is not None:
        return False
    passed = seconds_between(text_of(fired, "limit-1"), text_of(fired, "time"))
    return True if passed is not None and passed >= OVERRUN + _AFTER else None


def all_told(fired: Mapping[str, Heard]) -> bool:
    """Whether nothing more is to be learnt of the tasks.

    Args:
        fired: The parts of `questions.FIRED`.
    """
    both = fired["xml-fired"].succeeded and fired["sc-fired"].succeeded
    return both and _stops(fired) is not None


def identity(who: Mapping[str, Heard]) -> dict[str, Any]:
    """Which Windows it is, and its language; no name of the host, and none of its owner."""
    version = re.search(r"\d{1,3}\.\d{1,3}\.\d{1,6}(?:\.\d{1,6})?", text_of(who, "ver") or "")
    values = {name: text_of(who, f"version-{name}") for name in ("ProductName", "EditionID", "InstallationType")}
    known, others = well_known(sids_in(text_of(who, "groups") or ""))
    return {
        "version": version[0] if version else None,
        "build": number_of(text_of(who, "version-CurrentBuild")),
        "revision": number_of(text_of(who, "version-UBR")),
        "product": words.product(value_of(values["ProductName"])),
        "edition": words.edition(value_of(values["EditionID"])),
        "installation": words.installation(value_of(values["InstallationType"])),
        "language": words.language(value_of(text_of(who, f"language-{LANGUAGE_VALUES[0]}"))),
        "default_language": words.language(value_of(text_of(who, f"language-{LANGUAGE_VALUES[1]}"))),
        "code_pages": {name: number_of(text_of(who, f"page-{name}")) for name in CODE_PAGES},
        "account_sids": known,
        "account_other_sids": others,
    }
