# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host's disk: folders and files by case-insensitive absolute paths.

Simulates what a cmd built-in sees of NTFS: names compare case-insensitively and keep their case, a file needs its
folder to exist, and below `C:\\Windows` and `C:\\Program Files` only administrators may write (the default access
lists of those folders). Drives other than C: do not exist.
"""

from __future__ import annotations

import ntpath
from dataclasses import dataclass, field

_STARTING_FOLDERS = (
    "C:\\Windows\\System32\\LogFiles\\Firewall",
    "C:\\Windows\\Temp",
    "C:\\Users\\Administrator\\AppData\\Local\\Temp",
    "C:\\Users\\ADMINI~1\\AppData\\Local\\Temp",
    "C:\\Program Files",
    "C:\\Program Files (x86)",
    "C:\\ProgramData",
)
_PROTECTED = ("C:\\WINDOWS", "C:\\PROGRAM FILES", "C:\\PROGRAM FILES (X86)")


class FileSystemError(Exception):
    """An operation that the file system refuses; ``key`` names the localised message."""

    def __init__(self, key: str, *arguments: object) -> None:
        super().__init__(key, *arguments)
        self.key = key
        self.arguments = arguments


@dataclass
class _Folder:
    path: str


@dataclass
class _File:
    path: str
    content: bytearray = field(default_factory=bytearray)


def _key(path: str) -> str:
    return ntpath.normpath(path).rstrip("\\").upper()


def _parent(key: str) -> str:
    return key.rpartition("\\")[0]


class FileSystem:
    """One disk. Every path is absolute; the methods raise FileSystemError."""

    def __init__(self) -> None:
        self._entries: dict[str, _Folder | _File] = {"C:": _Folder("C:\\")}
        for folder in _STARTING_FOLDERS:
            self.make_folder(folder)

    def is_folder(self, path: str) -> bool:
        """Whether a folder stands there."""
        return isinstance(self._entries.get(_key(path)), _Folder)

    def exists(self, path: str) -> bool:
        """What `if exist` tells: a file or a folder of that name."""
        return _key(path) in self._entries

    def read(self, path: str) -> bytes | None:
        """A file's content, or None when there is no such file."""
        entry = self._entries.get(_key(path))
        return bytes(entry.content) if isinstance(entry, _File) else None

    def write(self, path: str, data: bytes, *, append: bool = False, elevated: bool = True) -> None:
        """Make or replace a file, or append to one. Raises FileSystemError without its folder or the right to."""
        key = _key(path)
        self._may_change(key, elevated=elevated)
        if isinstance(self._entries.get(key), _Folder):
            raise FileSystemError("access_denied")
        if not isinstance(self._entries.get(_parent(key)), _Folder):
            raise FileSystemError("path_not_found")
        entry = self._entries.setdefault(key, _File(ntpath.normpath(path)))
        assert isinstance(entry, _File)
        if not append:
            entry.content.clear()
        entry.content += data

    def make_folder(self, path: str, *, elevated: bool = True) -> None:
        """`md`: a new folder, with those above it where missing. Raises FileSystemError when it exists."""
        key = _key(path)
        if key in self._entries:
            raise FileSystemError("already_exists", path)
        self._may_change(key, elevated=elevated)
        missing = [ntpath.normpath(path)]
        while _key(ntpath.dirname(missing[-1])) not in self._entries:
            missing.append(ntpath.dirname(missing[-1]))
            if missing[-1] == ntpath.dirname(missing[-1]):
                raise FileSystemError("path_not_found")  # a drive that is not there
        if not self.is_folder(ntpath.dirname(missing[-1])):
            raise FileSystemError("path_not_found")
        for folder in reversed(missing):
            self._entries[_key(folder)] = _Folder(folder)

    def remove_folder(self, path: str, *, recurse: bool, elevated: bool = True) -> None:
        """`rd`. Raises FileSystemError for no folder, or one that is not empty without ``recurse``."""
        key = _key(path)
        if key not in self._entries:
            raise FileSystemError("file_not_found")
        if not self.is_folder(path):
            raise FileSystemError("not_a_folder")
        self._may_change(key, elevated=elevated)
        below = [other for other in self._entries if other.startswith(key + "\\")]
        if below and not recurse:
            raise FileSystemError("not_empty")
        for other in (*below, key):
            del self._entries[other]

    def remove_file(self, path: str, *, elevated: bool = True) -> bool:
        """`del`: returns whether there was such a file. Raises FileSystemError without the right to."""
        if self.read(path) is None:
            return False
        self._may_change(_key(path), elevated=elevated)
        del self._entries[_key(path)]
        return True

    def rename(self, path: str, name: str, *, elevated: bool = True) -> None:
        """`ren`: a new name in the same folder. Raises FileSystemError when it is taken or nothing is there."""
        key = _key(path)
        if "\\" in name or ":" in name or not name:
            raise FileSystemError("cmd_syntax")
        if key not in self._entries:
            raise FileSystemError("file_not_found")
        self._may_change(key, elevated=elevated)
        folder = ntpath.dirname(self._entries[key].path)
        new_path = ntpath.join(folder, name)
        new_key = _key(new_path)
        if new_key in self._entries and new_key != key:
            raise FileSystemError("duplicate_name")
        moved = [other for other in self._entries if other == key or other.startswith(key + "\\")]
        for other in moved:
            entry = self._entries.pop(other)
            entry.path = new_path + entry.path[len(key) :]
            self._entries[new_key + other[len(key) :]] = entry

    def names_in(self, path: str) -> list[str]:
        """`dir /b`: the names in a folder, or the file's own name. Raises FileSystemError when nothing is there."""
        key = _key(path)
        entry = self._entries.get(key)
        if entry is None:
            raise FileSystemError("dir_not_found")
        if isinstance(entry, _File):
            return [ntpath.basename(entry.path)]
        names = [ntpath.basename(other.path) for name, other in self._entries.items() if _parent(name) == key]
        return sorted(names, key=str.upper)

    def _may_change(self, key: str, *, elevated: bool) -> None:
        if not elevated and any(key == folder or key.startswith(folder + "\\") for folder in _PROTECTED):
            raise FileSystemError("access_denied")
