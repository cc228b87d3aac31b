# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `dir /q` prints: names with their owners.

Follows published listings: time, `<DIR>` or the size, the owner cut to 23 characters, the name; `.` and `..` first.
Nothing but the owner is meant to be read: time and numbers are in the host's own form, owners' names in its language.
"""

from __future__ import annotations

import ntpath

from lab.windows.filesystem import FileSystem
from lab.windows.icacls_permissions import account_name
from lab.windows.process import Process

_OWNER_WIDTH = 23
_TIMES = {"en": "%m/%d/%Y  %I:%M %p", "pt": "%d/%m/%Y  %H:%M", "fr": "%d/%m/%Y  %H:%M"}


def owner_listing(process: Process, path: str) -> str:
    """The listing of a folder, or of one file. Raises FileSystemError."""
    files, language = process.host.files, process.host.quirks.language
    folder = path if files.is_folder(path) else ntpath.dirname(path)
    rows = [(name, ntpath.join(folder, name)) for name in files.names_in(path, process.token)]
    if folder == path:
        rows = [(".", path), ("..", ntpath.dirname(path)), *rows]
    moment = process.host.clock.now().strftime(_TIMES.get(language, "%d.%m.%Y  %H:%M"))
    lines = [f"{moment}    {_size(files, each):<14} {_owner(files, each, language)} {name}" for name, each in rows]
    return f"\r\n {path}\r\n\r\n" + "".join(f"{line}\r\n" for line in lines)


def _size(files: FileSystem, path: str) -> str:
    content = files.read(path)
    return "<DIR>" if content is None else f"{len(content):>14,}"


def _owner(files: FileSystem, path: str, language: str) -> str:
    return f"{account_name(files.security(path).owner, language):<{_OWNER_WIDTH}}"[:_OWNER_WIDTH]
