# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a disk holds, and what a fresh one does."""

from __future__ import annotations

import ntpath
from dataclasses import dataclass, replace

from lab.windows.disk_image import FOLDERS, PROGRAM_NAMES, ROOT, SYSTEM32
from lab.windows.security import SYSTEM_TOKEN, TRUSTED_INSTALLER, Descriptor, child_of


class FileSystemError(Exception):
    """An operation that the file system refuses; ``key`` names the localised message."""

    def __init__(self, key: str, *arguments: object) -> None:
        super().__init__(key, *arguments)
        self.key = key
        self.arguments = arguments


SHARE = r"\\files\lync"
"""A share of another computer that the account may write to. The lab's choice: each host sees one of its own, and what
it has written there is read by the same name."""


@dataclass
class Entry:
    """A file, or a folder, which has no content."""

    path: str
    security: Descriptor
    content: bytearray | None = None


def key_of(path: str) -> str:
    """What two spellings of a path have in common."""
    return ntpath.normpath(path).rstrip("\\").upper()


def parent_of(key: str) -> str:
    """The key of the folder above; that of a drive is empty."""
    return key.rpartition("\\")[0]


def _fresh() -> dict[str, Entry]:
    entries = {"C:": Entry("C:\\", ROOT), key_of(SHARE): Entry(SHARE, ROOT)}
    for path, security in FOLDERS.items():
        above = entries[parent_of(key_of(path))].security
        entries[key_of(path)] = Entry(path, security or child_of(above, SYSTEM_TOKEN.owner, folder=True))
    for name in PROGRAM_NAMES:
        path = f"{SYSTEM32}\\{name}"
        above = entries[parent_of(key_of(path))].security
        entries[key_of(path)] = Entry(path, child_of(above, TRUSTED_INSTALLER, folder=False), bytearray(b"MZ"))
    return entries


_FRESH = _fresh()


def fresh_entries() -> dict[str, Entry]:
    """The folders and programs of an untouched disk, by their keys."""
    return {
        key: replace(entry, content=None if entry.content is None else bytearray(entry.content))
        for key, entry in _FRESH.items()
    }
