# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How cmd.exe finds the program of a command: Microsoft's pages on `path` and NeedCurrentDirectoryForExePath.

A name without a folder is looked for in the current folder first, unless the variable
NoDefaultCurrentDirectoryInExePath is set, then in the folders of PATH; in each folder as it is written, when it has an
extension, then with every extension of PATHEXT. So whoever may write into the current folder, or into a folder of PATH,
decides what `netsh` is. A name with a folder is only looked for there.

A file that is none of the lab's own programs is a planted one: a batch file is run as such, any other prints its own
text and ends with 0. `Host.program_runs` tells of both.
"""

from __future__ import annotations

import ntpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lab.windows.disk_image import MACHINE_PATH, PROGRAM_NAMES, SYSTEM32
from lab.windows.filesystem import FileSystem, key_of
from lab.windows.registry import Registry

PATHEXT = ".COM;.EXE;.BAT;.CMD"
_ENVIRONMENT_KEY = r"HKLM\SYSTEM\CurrentControlSet\Control\Session Manager\Environment"
_OWN = {key_of(f"{SYSTEM32}\\{name}"): ntpath.splitext(ntpath.basename(name))[0].lower() for name in PROGRAM_NAMES}


@dataclass(frozen=True)
class ProgramRun:
    """A program or batch file that was run and is none of Windows' own: its path, the rest of its line, by whom."""

    path: str
    arguments: str
    account: str


def machine_path(registry: Registry) -> str:
    """PATH of the machine: from the registry, else as Windows ships it."""
    key = registry.find(_ENVIRONMENT_KEY)
    value = None if key is None else key.get("Path")
    return MACHINE_PATH if value is None else value.data.replace("%SystemRoot%", "C:\\Windows")


def find_program(files: FileSystem, word: str, environment: Mapping[str, str]) -> str | None:
    """The path of the file that a command's first word means, or None."""
    extensions = [each for each in environment.get("PATHEXT", PATHEXT).split(";") if each]
    for folder in _folders(word, environment):
        path = ntpath.join(folder, word)
        candidates = [path] if ntpath.splitext(word)[1] else []
        for candidate in (*candidates, *(path + extension for extension in extensions)):
            if files.exists(candidate) and not files.is_folder(candidate):
                return files.stored_path(candidate)
    return None


def _folders(word: str, environment: Mapping[str, str]) -> Iterator[str]:
    current = environment.get("CD", "C:\\")
    if "\\" in word or ":" in word or "/" in word:
        yield current
        return
    if "NODEFAULTCURRENTDIRECTORYINEXEPATH" not in environment:
        yield current
    for folder in environment.get("PATH", "").split(";"):
        if folder.strip('" '):
            yield ntpath.join(current, folder.strip('" '))


def own_program(path: str) -> str | None:
    """The lab's name of a program that Windows ships, by its path; None for any other file."""
    return _OWN.get(key_of(path))


def is_batch(path: str) -> bool:
    """Whether cmd.exe reads the file itself."""
    return path.lower().endswith((".cmd", ".bat"))
