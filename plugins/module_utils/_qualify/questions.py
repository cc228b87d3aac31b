# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host is asked: command lines in the order in which they are run, and what takes everything back.

Each of them is made of programs that the engine itself relies on, in the very form in which it uses them.
"""

from __future__ import annotations

from collections.abc import Iterable

from .._firewall.state.rollback_files import FOLDER as ROLLBACK
from .._firewall.state.rollback_files import GRANTS, SCRIPT_NAME
from .batches import any_rule, delete, rule, turn
from .files import texts
from .marks import FOLDER, KEY, MARK, NO_NOTES, NOTES, RULES, RUN_FILE, TASKS, rule_name
from .parts import Part

_VERSION = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion"
_NLS = r"HKLM\SYSTEM\CurrentControlSet\Control\Nls"
VERSION_VALUES = ("ProductName", "CurrentBuild", "UBR", "EditionID", "InstallationType")
LANGUAGE_VALUES = ("InstallLanguage", "Default")
CODE_PAGES = ("OEMCP", "ACP")

XML_TASK, SCHEDULED_TASK, LIMITED_TASK = TASKS
DECOY = f"{MARK}-decoy"
"""Text of a file that an export is to replace."""

SHELL_QUESTION = "echo %CMDCMDLINE%"
"""By which command line winrshost has started cmd; the engine's own words stand in front of it as always."""

UNKNOWN_PROGRAM = f"{MARK.lower()}-none.exe"
WITHOUT_SHELL = f"echo @{MARK}-1&echo @{MARK}-2"
"""Only cmd understands this."""

ECHOING = 'findstr /r "^"'
"""Prints its standard input, and ends when that does."""


def _query(name: str, key: str, value: str = "") -> Part:
    return Part(name, f'reg query "{key}"{f" /v {value}" if value else ""}')


_RULES = RULES.replace("HKEY_LOCAL_MACHINE", "HKLM", 1)
_AUTORUN = r"Software\Microsoft\Command Processor"
AUTORUN = tuple(_query(f"autorun-{root.lower()}", rf"{root}\{_AUTORUN}", "AutoRun") for root in ("HKLM", "HKCU"))
"""What cmd runs before every line, whether or not it prints anything ("cmd /?" tells of both values)."""

RUN = Part("run", rf'type "{FOLDER}\{RUN_FILE}"')

LOOK = (
    Part("token", "whoami /groups"),
    Part("state", "sc query MpsSvc"),
    Part("rollback", rf'dir /b "{ROLLBACK}\{SCRIPT_NAME}"'),
    Part("files", 'dir /b /a "%SystemRoot%"'),
    Part("key", f'reg query "{KEY}"'),
    Part("tasks", "schtasks /query /fo csv /nh"),
    *AUTORUN,
    RUN,
    _query("rules", _RULES),
)
"""The host as it is, and what is the kit's on it: asked before anything is done, and at the end."""

STANDING = (RUN, Part("state", "sc query MpsSvc"), *AUTORUN, _query("rules", _RULES))
"""Which rules there are, whose folder, and whether answers can be relied on: asked again and again meanwhile."""

WHO = (
    Part("ver", "ver"),
    *(_query(f"version-{name}", _VERSION, name) for name in VERSION_VALUES),
    *(_query(f"language-{name}", rf"{_NLS}\Language", name) for name in LANGUAGE_VALUES),
    *(_query(f"page-{name}", rf"{_NLS}\CodePage", name) for name in CODE_PAGES),
    Part("chcp", "chcp"),
    Part("groups", "whoami /groups"),
    Part("groups-csv", "whoami /groups /fo csv"),
    Part("groups-csv-nh", "whoami /groups /fo csv /nh"),
    Part("sc", "sc query MpsSvc"),
    Part("sc-missing", f"sc query {MARK}"),
    Part("global", "netsh advfirewall show global"),
)
"""What Windows this is, and how its programs speak."""


def _dacl(name: str, path: str, before: str = "") -> Part:
    """What ``icacls /save`` writes of a path, as UTF-16."""
    saved = f'{before}icacls "{path}" /save "{NOTES}" >nul 2>nul <nul'
    return Part(name, f'({saved}) && type "{NOTES}"')


_AWAY = f'del "{NOTES}" 2>nul&'

FOLDER_STEPS = (
    Part("made", f'md "{FOLDER}"'),
    Part("empty", f'dir /b /a "{FOLDER}"'),
    Part("owner", f'dir /q /a "{FOLDER}"'),
    _dacl("inherited", FOLDER),
    Part(
        "closed",
        f'icacls "{FOLDER}" /inheritance:r /grant:r {" ".join(f"{chr(34)}{grant}{chr(34)}" for grant in GRANTS)} >nul',
    ),
    _dacl("again", FOLDER),
    _dacl("fresh", FOLDER, _AWAY),
    Part("missing", rf'icacls "{FOLDER}\missing" /save "{NO_NOTES}" >nul'),
    Part("tidied", f'del "{NOTES}"'),
)
"""Makes the folder and closes it. It is closed before anything is written into it."""

FILES = tuple(name for name in texts())

READ_BACK = (
    *(Part(f"file-{number}", rf'type "{FOLDER}\{name}"') for number, name in enumerate(FILES)),
    _dacl("file-dacl", rf"{FOLDER}\xml.cmd", _AWAY),
    Part("tidied", f'del "{NOTES}"'),
)


def write_command(name: str) -> str:
    """The command that writes its standard input to a file of the folder."""
    return rf'findstr /r "^" > "{FOLDER}\{name}"'


REGISTER = (
    # Whatever has come there since the host was looked at: a task that is replaced keeps its owner.
    *(Part(f"gone-{number}", f"schtasks /delete /tn {name} /f") for number, name in enumerate(TASKS)),
    Part("time", "echo %TIME%"),
    Part("xml", rf'schtasks /create /tn {XML_TASK} /xml "{FOLDER}\xml.xml" /f'),
    Part(
        "sc",
        rf'schtasks /create /tn {SCHEDULED_TASK} /sc minute /mo 1 /ru SYSTEM /tr "cmd.exe /d /c {FOLDER}\sc.cmd" /f',
    ),
    Part("limit", rf'schtasks /create /tn {LIMITED_TASK} /xml "{FOLDER}\limit.xml" /f'),
    Part("listed", "schtasks /query /fo csv /nh"),
    Part("missing", f"schtasks /query /tn {MARK}-none"),
    Part("as-xml", f"schtasks /query /tn {XML_TASK} /xml"),
    _dacl("dacl", rf"%SystemRoot%\System32\Tasks\{XML_TASK}", _AWAY),
    _query("sd", rf"{_VERSION}\Schedule\TaskCache\Tree\{XML_TASK}", "SD"),
    Part("tidied", f'del "{NOTES}"'),
)
"""Registers the tasks, early: they need two minutes, in which everything else is asked."""


def _found(name: str, label: str) -> Part:
    """The rule of this label as the registry has it now."""
    listed = rf'reg query "{_RULES}" >"{FOLDER}\rules.txt"'
    return Part(name, rf'{listed} && findstr /l /c:"{rule_name(label)}" "{FOLDER}\rules.txt"')


NETSH = (
    *(
        Part(f"file-{name}", rf'netsh -f "{FOLDER}\{name}.txt"')
        for name in ("good", "mixed", "last", "long", "text", "bom")
    ),
    Part("any", f"netsh {any_rule('any', 'any')}"),
    Part("any-tcp", f"netsh {any_rule('any-tcp', 'tcp localport=any remoteport=any')}"),
    Part("turn-add", f"netsh {rule('turn')}"),
    _found("turn-before", "turn"),
    Part("turn", f"netsh {turn('turn')}"),
    _found("turn-after", "turn"),
    Part("delete-missing", f"netsh {delete(rule_name('none'))}"),
    Part("export", rf'netsh advfirewall export "{FOLDER}\new.wfw"'),
    Part("exported", rf'dir /b "{FOLDER}\new.wfw"'),
    Part("decoy", rf'echo {DECOY}>"{FOLDER}\old.wfw"'),
    Part("export-over", rf'netsh advfirewall export "{FOLDER}\old.wfw"'),
    Part("decoy-left", rf'findstr /l /c:"{DECOY}" "{FOLDER}\old.wfw"'),
)

REGISTRY = (
    Part("added", f'reg add "{KEY}" /f'),
    Part("empty", f'reg query "{KEY}"'),
    Part("empty-s", f'reg query "{KEY}" /s'),
    Part("added-below", rf'reg add "{KEY}\Below" /f'),
    Part("parent", f'reg query "{KEY}"'),
    Part("parent-s", f'reg query "{KEY}" /s'),
    Part("missing", rf'reg query "{KEY}\Missing"'),
    Part("import", rf'reg import "{FOLDER}\data.reg"'),
    Part("text", f'reg query "{KEY}" /v text'),
)

FIRED = (
    RUN,
    Part("time", "echo %TIME%"),
    *(Part(name, rf'type "{FOLDER}\{name}.txt"') for name in ("xml-fired", "sc-fired", "limit-1", "limit-2")),
)


def rules_by_id(ids: Iterable[str]) -> tuple[Part, ...]:
    """Asks for each of these values of the rules alone, in the order of the ids.

    Args:
        ids: Letters, digits, hyphens and braces.
    """
    return tuple(_query(f"id-{number}", _RULES, rule_id) for number, rule_id in enumerate(ids))


def take_back(tasks: Iterable[str], files: bool, key: bool) -> tuple[Part, ...]:
    """Deletes what is the kit's but for its rules; whether it is gone is for `LOOK` to tell.

    Args:
        tasks: Names of its tasks that are there.
        files: Whether its folder, or a file beside that, is.
        key: Whether its key is.
    """
    return (
        *(Part(f"task{number}", f"schtasks /delete /tn {name} /f") for number, name in enumerate(sorted(tasks))),
        *((Part("folder", f'rd /s /q "{FOLDER}"'), Part("files", f'del /q "{NOTES}" "{NO_NOTES}"')) if files else ()),
        *((Part("key", f'reg delete "{KEY}" /f'),) if key else ()),
    )


def delete_rules(names: Iterable[str]) -> tuple[Part, ...]:
    """Deletes rules one by one, where a session has not."""
    return tuple(Part(f"rule{number}", f"netsh {delete(name)}") for number, name in enumerate(sorted(names)))
