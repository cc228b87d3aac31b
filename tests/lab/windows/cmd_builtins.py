# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands built into cmd.exe.

Exit codes follow what public reports measured: `md`, `ren`, `type` and `dir` leave 1 in ERRORLEVEL when they fail;
`rd` fails for `&&` and `||` but leaves ERRORLEVEL alone; `del` of a missing file is a success. `type` and `dir` that
succeed set ERRORLEVEL to 0, and `set` of a name that is not defined sets it to 1, as Wine's conformance tests have
it. `type` turns a UTF-16 file into the console's code page when it begins with a byte order mark, and copies any
other byte for byte (public reports; unconfirmed where the output is a pipe). `echo` and the like never touch
ERRORLEVEL and count as success for `&&`. Not confirmed: that `dir /b` of an empty folder is a success that prints
nothing; by the quirk ``empty_dir_fails`` it is "File Not Found". Only `dir /b` and `dir /q` are simulated, and of
`goto` only `goto :eof`.
"""

from __future__ import annotations

import codecs
import ntpath
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from lab.windows.cmd_copy import copy
from lab.windows.cmd_set import set_variable
from lab.windows.dir_listing import owner_listing
from lab.windows.filesystem import FileSystemError
from lab.windows.netsh import split_words
from lab.windows.process import Process

_VERSION_KEY = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion"
_LAST_WITHOUT_UPDATE = 16299
HOME = "C:\\Users\\Administrator"


class Exit(Exception):
    """`exit`: ends cmd.exe with a code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class EndOfBatch(Exception):
    """`exit /b` and `goto :eof`: ends the batch file that runs."""


@dataclass
class Session:
    """What one cmd.exe remembers. ``batch`` tells whether it is reading a batch file."""

    environment: dict[str, str]
    errorlevel: int = 0
    echo: bool = True
    batch: bool = False

    def path(self, name: str) -> str:
        """A file name made absolute."""
        return ntpath.join(self.environment.get("CD", HOME), name.strip().strip('"'))


Builtin = Callable[[Session, Process], Awaitable[int]]


def _operands(process: Process) -> tuple[frozenset[str], list[str]]:
    """Switches, lower-cased and without slash, and the other words of a command; `/s/q` are two switches."""
    switches: set[str] = set()
    others: list[str] = []
    for word in split_words(process.arguments):
        if word.startswith("/"):
            switches.update(part for part in word.lower().split("/") if part)
        else:
            others.append(word)
    return frozenset(switches), others


def _refused(session: Session, process: Process, error: FileSystemError, code: int = 1) -> int:
    process.err(process.message(error.key, *error.arguments) + "\r\n")
    session.errorlevel = code
    return code


def _bad_syntax(session: Session, process: Process) -> int:
    return _refused(session, process, FileSystemError("cmd_syntax"))


async def _echo(session: Session, process: Process) -> int:
    text = process.arguments
    word = text.strip().lower()
    if word in ("on", "off"):
        session.echo = word == "on"
    elif not word and not text.strip(" \t"):
        process.out(f"ECHO is {'on' if session.echo else 'off'}.\r\n")
    else:
        # One separator after the word is eaten; what follows, blanks included, is printed.
        process.out((text[1:] if text[:1] in (" ", ".", ":", "\t") else text) + "\r\n")
    return 0


async def _ver(_session: Session, process: Process) -> int:
    """Later releases tell the update too (public captures of 17763 and later do, those of 14393 do not)."""
    version = process.host.version
    key = process.host.registry.find(_VERSION_KEY)
    update = key.dword("UBR") if key is not None else None
    if update is not None and int(version.rpartition(".")[2]) > _LAST_WITHOUT_UPDATE:
        version = f"{version}.{update}"
    process.out("\r\n" + process.message("ver", version) + "\r\n")
    return 0


async def _exit(session: Session, process: Process) -> int:
    text = process.arguments.strip()
    ends_batch = text.lower().startswith("/b")
    word = text[2:].strip() if ends_batch else text
    if word.lstrip("-").isdecimal():
        session.errorlevel = int(word)
    if ends_batch and session.batch:
        raise EndOfBatch
    raise Exit(session.errorlevel)


async def _goto(session: Session, process: Process) -> int:
    if process.arguments.strip().lower() == ":eof" and session.batch:
        raise EndOfBatch
    return _bad_syntax(session, process)


async def _set(session: Session, process: Process) -> int:
    code = await set_variable(session.environment, process)
    session.errorlevel = code or session.errorlevel
    return code


async def _type(session: Session, process: Process) -> int:
    try:
        content = process.host.files.read(session.path(process.arguments), process.token)
    except FileSystemError as error:
        return _refused(session, process, error)
    if content is None:
        return _refused(session, process, FileSystemError("file_not_found"))
    if content.startswith(codecs.BOM_UTF16_LE):
        process.out(content[2:].decode("utf-16-le", "replace"))
    else:
        process.stdout(content)
    session.errorlevel = 0
    return 0


async def _del(session: Session, process: Process) -> int:
    _unused, names = _operands(process)
    if not names:
        return _bad_syntax(session, process)
    for name in names:
        path = session.path(name)
        try:
            if not process.host.files.remove_file(path, token=process.token):
                process.err(process.message("del_not_found", path) + "\r\n")
        except FileSystemError as error:
            process.err(f"{path}\r\n{process.message(error.key)}\r\n")
    return 0


async def _md(session: Session, process: Process) -> int:
    _unused, names = _operands(process)
    if not names:
        return _bad_syntax(session, process)
    code = 0
    for name in names:
        try:
            process.host.files.make_folder(session.path(name), token=process.token)
        except FileSystemError as error:
            # The message has the name as it was typed.
            arguments = (name,) if error.key == "already_exists" else ()
            code = _refused(session, process, FileSystemError(error.key, *arguments))
    return code


async def _rd(session: Session, process: Process) -> int:
    switches, names = _operands(process)
    if not names:
        return _bad_syntax(session, process)
    code = 0
    for name in names:
        if "s" in switches and "q" not in switches and not await _agrees(process, name):
            continue
        try:
            process.host.files.remove_folder(session.path(name), recurse="s" in switches, token=process.token)
        except FileSystemError as error:
            process.err(process.message(error.key) + "\r\n")
            code = 2
    return code


async def _agrees(process: Process, name: str) -> bool:
    """Asks on the console, which under winrs is standard input."""
    process.out(process.message("are_you_sure", name))
    answer = process.decode(await process.stdin.readline()).strip()
    return answer.upper() == process.message("task_yes")


async def _ren(session: Session, process: Process) -> int:
    _unused, names = _operands(process)
    if len(names) != 2:
        return _bad_syntax(session, process)
    try:
        process.host.files.rename(session.path(names[0]), names[1], token=process.token)
    except FileSystemError as error:
        return _refused(session, process, error)
    return 0


async def _dir(session: Session, process: Process) -> int:
    switches, names = _operands(process)
    if not {"b", "q"} & switches or len(names) > 1:
        return _bad_syntax(session, process)
    try:
        if "q" in switches:
            process.out(owner_listing(process, ntpath.normpath(session.path(names[0] if names else "."))))
            session.errorlevel = 0
            return 0
        found = process.host.files.names_in(session.path(names[0] if names else "."), process.token)
        if not found and process.host.quirks.empty_dir_fails:
            raise FileSystemError("dir_not_found")
    except FileSystemError as error:
        return _refused(session, process, error)
    process.out("".join(f"{name}\r\n" for name in found))
    session.errorlevel = 0
    return 0


async def _cd(session: Session, process: Process) -> int:
    _unused, names = _operands(process)
    if not names:
        process.out(session.path("").rstrip("\\") + "\r\n")
        return 0
    path = ntpath.normpath(session.path(" ".join(names)))
    if not process.host.files.is_folder(path):
        return _refused(session, process, FileSystemError("path_not_found"))
    session.environment["CD"] = path
    return 0


async def _copy(session: Session, process: Process) -> int:
    try:
        count = copy(process, session.path)
    except FileSystemError as error:
        return _refused(session, process, error)
    process.out(process.message("copied", count) + "\r\n")
    session.errorlevel = 0
    return 0


async def _nothing(_session: Session, _process: Process) -> int:
    return 0


BUILTINS: Mapping[str, Builtin] = {
    "echo": _echo,
    "ver": _ver,
    "exit": _exit,
    "goto": _goto,
    "set": _set,
    "type": _type,
    "del": _del,
    "erase": _del,
    "md": _md,
    "mkdir": _md,
    "rd": _rd,
    "rmdir": _rd,
    "copy": _copy,
    "ren": _ren,
    "rename": _ren,
    "dir": _dir,
    "cd": _cd,
    "chdir": _cd,
    "rem": _nothing,
    "title": _nothing,
}
