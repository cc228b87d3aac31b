# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host's disk: folders and files by case-insensitive absolute paths, each with an owner and a DACL.

Simulates what a cmd built-in sees of NTFS: names compare case-insensitively and keep their case, a file needs its
folder to exist, and a token may do what the access lists say ([MS-FSA] 2.1.5; traversing is always allowed, as
SeChangeNotifyPrivilege has it for everybody). Deleting and renaming need DELETE on the object or DELETE_CHILD on its
folder. What another process has open without sharing (CreateFile's dwShareMode) cannot be read, written, deleted or
renamed; a folder cannot be renamed while anything in it is open. Drives other than C: do not exist.

The lab's choices: a file that is open with delete sharing is gone at once when it is deleted; everybody sees which
names there are (`if exist`), though not what a folder lists.
"""

from __future__ import annotations

import ntpath
from dataclasses import dataclass, replace

from lab.windows.filesystem_entries import Entry, FileSystemError, fresh_entries, key_of, parent_of
from lab.windows.security import (
    ADD_FILE,
    ADD_FOLDER,
    ADMINISTRATOR,
    DELETE,
    DELETE_CHILD,
    LIST,
    READ,
    SYSTEM_TOKEN,
    WRITE,
    WRITE_DAC,
    WRITE_OWNER,
    Descriptor,
    Token,
    check,
    child_of,
    inherit_again,
)


@dataclass(eq=False)
class Handle:
    """An open file or folder: ``share`` has `r`, `w` and `d` for what others may do meanwhile.

    What was granted when it was opened stays granted, whatever happens to the DACL.
    """

    disk: FileSystem
    entry: Entry
    granted: int
    share: str = "rw"

    def write(self, data: bytes) -> None:
        """Replace the content. Raises FileSystemError without the right to."""
        if not self.granted & WRITE or self.entry.content is None:
            raise FileSystemError("access_denied")
        self.entry.content[:] = data

    def set_dacl(self, descriptor: Descriptor) -> None:
        """Replace the DACL; the owner stays. Raises FileSystemError without the right to."""
        if not self.granted & WRITE_DAC:
            raise FileSystemError("access_denied")
        self.disk.replace_security(self.entry.path, replace(descriptor, owner=self.entry.security.owner))

    def close(self) -> None:
        """Let others at it."""
        self.disk.handles.discard(self)


__all__ = ["FileSystem", "FileSystemError", "Handle", "key_of"]


class FileSystem:
    """One disk. Every path is absolute; the methods raise FileSystemError."""

    def __init__(self) -> None:
        self._entries = fresh_entries()
        self.handles: set[Handle] = set()

    def is_folder(self, path: str) -> bool:
        """Whether a folder stands there."""
        entry = self._entries.get(key_of(path))
        return entry is not None and entry.content is None

    def exists(self, path: str) -> bool:
        """What `if exist` tells: a file or a folder of that name."""
        return key_of(path) in self._entries

    def stored_path(self, path: str) -> str:
        """The path in the case it was made in. Raises FileSystemError."""
        return self._entry(path).path

    def read(self, path: str, token: Token | None = None) -> bytes | None:
        """A file's content, or None when there is no such file; without a token nobody is asked.

        Raises FileSystemError without the right to, or when it is open elsewhere and not shared.
        """
        entry = self._entries.get(key_of(path))
        if entry is None or entry.content is None:
            return None
        if token is not None:
            self._need(entry, token, READ)
            self._need_shared(key_of(path), "r")
        return bytes(entry.content)

    def size(self, path: str) -> int | None:
        """How long a file is, in octets, or None when there is no such file; nobody is asked."""
        entry = self._entries.get(key_of(path))
        return None if entry is None or entry.content is None else len(entry.content)

    def write(self, path: str, data: bytes, *, append: bool = False, token: Token = ADMINISTRATOR) -> None:
        """Make or replace a file, or append to one. Raises FileSystemError without its folder or the right to."""
        key = key_of(path)
        entry = self._entries.get(key)
        if entry is None:
            folder = self._entries.get(parent_of(key))
            if folder is None or folder.content is not None:
                raise FileSystemError("path_not_found")
            self._need(folder, token, ADD_FILE)
            entry = Entry(ntpath.normpath(path), child_of(folder.security, token.owner, folder=False), bytearray())
            self._entries[key] = entry
        elif entry.content is None:
            raise FileSystemError("access_denied")
        else:
            self._need(entry, token, WRITE)
            self._need_shared(key, "w")
        assert entry.content is not None
        if not append:
            entry.content.clear()
        entry.content += data

    def make_folder(self, path: str, *, token: Token = ADMINISTRATOR) -> None:
        """`md`: a new folder, with those above it where missing. Raises FileSystemError when it exists."""
        key = key_of(path)
        if key in self._entries:
            raise FileSystemError("already_exists", path)
        missing = [ntpath.normpath(path)]
        while key_of(ntpath.dirname(missing[-1])) not in self._entries:
            missing.append(ntpath.dirname(missing[-1]))
            if missing[-1] == ntpath.dirname(missing[-1]):
                raise FileSystemError("path_not_found")  # a drive that is not there
        if not self.is_folder(ntpath.dirname(missing[-1])):
            raise FileSystemError("path_not_found")
        for folder in reversed(missing):
            above = self._entry(ntpath.dirname(folder))
            self._need(above, token, ADD_FOLDER)
            self._entries[key_of(folder)] = Entry(folder, child_of(above.security, token.owner, folder=True))

    def remove_folder(self, path: str, *, recurse: bool, token: Token = ADMINISTRATOR) -> None:
        """`rd`. With ``recurse`` what can go is gone even when the rest cannot.

        Raises FileSystemError for no folder, or one that is not empty without ``recurse``.
        """
        key = key_of(path)
        if key not in self._entries:
            raise FileSystemError("file_not_found")
        if not self.is_folder(path):
            raise FileSystemError("not_a_folder")
        below = sorted((other for other in self._entries if other.startswith(key + "\\")), key=len, reverse=True)
        if below and not recurse:
            raise FileSystemError("not_empty")
        trouble = None
        for other in below:
            if any(deeper.startswith(other + "\\") for deeper in self._entries):
                continue  # something in it could not go
            try:
                self._remove(other, token)
            except FileSystemError as error:
                trouble = trouble or error
        if trouble is not None:
            raise trouble
        self._remove(key, token)

    def remove_file(self, path: str, *, token: Token = ADMINISTRATOR) -> bool:
        """`del`: returns whether there was such a file. Raises FileSystemError without the right to."""
        entry = self._entries.get(key_of(path))
        if entry is None or entry.content is None:
            return False
        self._remove(key_of(path), token)
        return True

    def _remove(self, key: str, token: Token) -> None:
        self._need_removable(key, token)
        del self._entries[key]

    def rename(self, path: str, name: str, *, token: Token = ADMINISTRATOR) -> None:
        """`ren`: a new name in the same folder. Raises FileSystemError when it is taken or nothing is there."""
        key = key_of(path)
        if "\\" in name or ":" in name or not name:
            raise FileSystemError("cmd_syntax")
        if key not in self._entries:
            raise FileSystemError("file_not_found")
        self._need_removable(key, token)
        if any(key_of(handle.entry.path).startswith(key + "\\") for handle in self.handles):
            raise FileSystemError("access_denied")
        folder = self._entry(ntpath.dirname(self._entries[key].path))
        self._need(folder, token, ADD_FOLDER if self.is_folder(path) else ADD_FILE)
        new_path = ntpath.join(folder.path, name)
        new_key = key_of(new_path)
        if new_key in self._entries and new_key != key:
            raise FileSystemError("duplicate_name")
        moved = [other for other in self._entries if other == key or other.startswith(key + "\\")]
        for other in moved:
            entry = self._entries.pop(other)
            entry.path = new_path + entry.path[len(key) :]
            self._entries[new_key + other[len(key) :]] = entry

    def names_in(self, path: str, token: Token = SYSTEM_TOKEN) -> list[str]:
        """`dir /b`: the names in a folder, or the file's own name. Raises FileSystemError when nothing is there."""
        key = key_of(path)
        entry = self._entries.get(key)
        if entry is None:
            raise FileSystemError("dir_not_found")
        if entry.content is not None:
            return [ntpath.basename(entry.path)]
        self._need(entry, token, LIST)
        names = [ntpath.basename(other.path) for name, other in self._entries.items() if parent_of(name) == key]
        return sorted(names, key=str.upper)

    def open(self, path: str, token: Token, *, rights: int = READ, share: str = "rw") -> Handle:
        """Open a file or folder and keep it so. Raises FileSystemError."""
        entry = self._entry(path)
        self._need(entry, token, rights)
        handle = Handle(self, entry, rights, share)
        self.handles.add(handle)
        return handle

    # --- security -------------------------------------------------------------------------------------------------

    def security(self, path: str, token: Token = SYSTEM_TOKEN, rights: int = 0) -> Descriptor:
        """The owner and DACL of what stands there. Raises FileSystemError, also without ``rights``."""
        entry = self._entry(path)
        self._need(entry, token, rights)
        return entry.security

    def parent_security(self, path: str) -> Descriptor:
        """Owner and DACL of the folder above. Raises FileSystemError."""
        return self._entry(ntpath.dirname(key_of(path)) or "C:").security

    def set_dacl(self, path: str, descriptor: Descriptor, token: Token) -> None:
        """Replace the DACL (not the owner); what is below inherits anew. Raises FileSystemError."""
        entry = self._entry(path)
        self._need(entry, token, WRITE_DAC)
        self.replace_security(path, replace(descriptor, owner=entry.security.owner))

    def set_owner(self, path: str, owner: str, token: Token, *, by_force: bool = False) -> None:
        """Change the owner: to oneself with WRITE_OWNER, to others with SeRestorePrivilege too ([MS-FSA] 2.1.5.17).

        ``by_force``: SeTakeOwnershipPrivilege is used, which only administrators have. Raises FileSystemError.
        """
        entry = self._entry(path)
        # `check` grants WRITE_OWNER to administrators because of their privilege, which has to be used by force.
        asking = token if by_force else replace(token, kind="user")
        self._need(entry, asking, WRITE_OWNER)
        if owner not in (token.user, token.owner) and not token.elevated:
            raise FileSystemError("not_owner")
        entry.security = replace(entry.security, owner=owner)

    def replace_security(self, path: str, descriptor: Descriptor) -> None:
        """Set owner and DACL without asking; what is below inherits anew. Raises FileSystemError."""
        self._entry(path).security = descriptor
        key = key_of(path)
        for other in sorted((name for name in self._entries if name.startswith(key + "\\")), key=len):
            entry, above = self._entries[other], self._entries[parent_of(other)].security
            entry.security = inherit_again(entry.security, above, folder=entry.content is None)

    def below(self, path: str) -> list[str]:
        """The paths of everything in a folder, at any depth, a folder before what it holds."""
        key = key_of(path)
        return [entry.path for name, entry in sorted(self._entries.items()) if name.startswith(key + "\\")]

    def allows(self, path: str, token: Token, rights: int) -> bool:
        """Whether a token has these rights on what stands there. Raises FileSystemError when nothing does."""
        return check(self._entry(path).security, token, rights)

    def _entry(self, path: str) -> Entry:
        entry = self._entries.get(key_of(path))
        if entry is None:
            raise FileSystemError("file_not_found")
        return entry

    def _need(self, entry: Entry, token: Token, rights: int) -> None:
        if not check(entry.security, token, rights):
            raise FileSystemError("access_denied")

    def _need_shared(self, key: str, letter: str) -> None:
        if any(key_of(handle.entry.path) == key and letter not in handle.share for handle in self.handles):
            raise FileSystemError("in_use")

    def _need_removable(self, key: str, token: Token) -> None:
        entry, above = self._entries[key], self._entries.get(parent_of(key))
        if above is None or not check(above.security, token, DELETE_CHILD):
            self._need(entry, token, DELETE)
        self._need_shared(key, "d")
