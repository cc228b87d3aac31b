# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""icacls.exe and takeown.exe: shows, changes, saves and restores DACLs; changes owners.

Simulates `icacls /?`: /grant[:r], /deny, /remove[:g|:d], /inheritance:e|d|r, /setowner, /reset, /save, /restore, with
/t, /c, /l and /q. `/save` writes a name relative to the folder above, a line break, the DACL as SDDL, a line break for
each object, in UTF-16 little-endian without a byte order mark (published captures of Windows 10), and neither owner
nor SACL; some captures have `S:PAINO_ACCESS_CONTROL` behind the DACL (quirk ``icacls_sacl``). `/restore FOLDER` reads
names relative to that folder.

Not confirmed: that failures are told on standard error and exit with the Win32 code (2, 3, 5, 32, 87, 1307, 1332);
where /grant puts a new entry among explicit ones (here: at their end); what /restore does with a byte order mark
(here: the first name does not exist); what /save does with a file that is there (here: it is replaced, by the quirk
``icacls_appends`` it grows); that `icacls` uses none of an administrator's backup and restore privileges
(here: so; `takeown` does take by force). Wildcards, /findsid, /verify, /substitute and integrity levels are refused.
"""

from __future__ import annotations

import ntpath
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from lab.windows.filesystem import FileSystemError
from lab.windows.icacls_permissions import (
    PermissionTextError,
    account_name,
    account_sid,
    parse_grant,
    permission_text,
)
from lab.windows.netsh import split_words
from lab.windows.process import Process
from lab.windows.sddl import SddlError, parse_sddl, sddl
from lab.windows.security import READ_CONTROL, Ace, Descriptor, canonical, inherited

_CODES = {
    "file_not_found": 2, "path_not_found": 3, "access_denied": 5, "in_use": 32, "cmd_syntax": 87, "not_owner": 1307,
    "no_mapping": 1332,
}  # fmt: skip
_LISTS = ("/grant", "/grant:r", "/deny", "/remove", "/remove:g", "/remove:d")
_VALUES = ("/setowner", "/save", "/restore")
_FLAGS = ("/t", "/c", "/l", "/q", "/reset", "/inheritance:e", "/inheritance:d", "/inheritance:r")


class _Refused(Exception):
    def __init__(self, key: str, *arguments: object) -> None:
        super().__init__(key, *arguments)
        self.key = key
        self.arguments = arguments


@dataclass
class _Request:
    name: str
    changes: list[tuple[str, str]] = field(default_factory=list)
    flags: set[str] = field(default_factory=set)
    values: dict[str, str] = field(default_factory=dict)


async def run(process: Process) -> int:
    """The program's entry point; returns its exit code."""
    if process.host.quirks.deny_icacls:
        process.err(process.message("access_denied") + "\r\n")
        return 5
    try:
        return _Icacls(process, _parse(split_words(process.arguments))).run()
    except _Refused as refused:
        process.err(process.message(refused.key, *refused.arguments) + "\r\n")
        return _CODES.get(refused.key, 87)


def _parse(words: list[str]) -> _Request:
    """Raises _Refused."""
    if not words or words[0].startswith("/") or "*" in words[0] or "?" in words[0]:
        raise _Refused("icacls_parameter", words[0] if words else "")
    request = _Request(words[0])
    at, current = 1, ""
    while at < len(words):
        word = words[at]
        low = word.lower()
        at += 1
        if low in _LISTS:
            current = low
        elif low in _VALUES and at < len(words):
            request.values[low] = words[at]
            at, current = at + 1, ""
        elif low in _FLAGS:
            request.flags.add(low)
            current = ""
        elif current and not word.startswith("/"):
            request.changes.append((current, word))
        else:
            raise _Refused("icacls_parameter", word)
    return request


class _Icacls:
    def __init__(self, process: Process, request: _Request) -> None:
        self._process, self._request = process, request
        self._files = process.host.files
        self._language = process.host.quirks.language
        self._done = self._failed = 0
        self._code = 0

    def run(self) -> int:
        request = self._request
        path = self._path(request.name)
        entries = self._entries(request.changes)
        owner = self._who(request.values["/setowner"]) if "/setowner" in request.values else None
        if "/restore" in request.values:
            self._restore(path, self._path(request.values["/restore"]))
        elif "/save" in request.values:
            self._save(path, self._path(request.values["/save"]))
        elif owner is not None:
            for each in self._objects(path):
                self._attempt(each, lambda each=each: self._files.set_owner(each, owner, self._process.token))
        elif entries or request.flags - {"/t", "/c", "/l", "/q"}:
            for each in self._objects(path):
                self._attempt(each, lambda each=each: self._change(each, entries))
        else:
            for each in self._objects(path):
                self._attempt(each, lambda each=each: self._show(each), quiet=True)
        self._process.out(self._process.message("icacls_sum", self._done, self._failed) + "\r\n")
        return self._code

    def _path(self, name: str) -> str:
        return ntpath.normpath(ntpath.join(self._process.environment.get("CD", "C:\\"), name))

    def _who(self, written: str) -> str:
        try:
            return account_sid(written, self._language)
        except PermissionTextError:
            raise _Refused("no_mapping", written) from None

    def _entries(self, changes: list[tuple[str, str]]) -> list[tuple[str, Ace]]:
        found = []
        for switch, written in changes:
            try:
                if switch.startswith("/remove"):
                    found.append((switch, Ace(True, 0, 0, account_sid(written, self._language))))
                else:
                    found.append((switch, parse_grant(written, self._language, allows=switch != "/deny")))
            except PermissionTextError as error:
                raise _Refused("no_mapping" if error.unknown_name else "icacls_parameter", written) from None
        return found

    def _objects(self, path: str) -> Iterator[str]:
        yield path
        if "/t" in self._request.flags:
            yield from self._files.below(path)

    def _attempt(self, path: str, act: object, *, quiet: bool = False) -> None:
        assert callable(act)
        if self._failed and "/c" not in self._request.flags:
            return
        try:
            act()
        except FileSystemError as error:
            self._failed += 1
            self._code = _CODES.get(error.key, 5)
            self._process.err(f"{path}: {self._process.message(error.key, *error.arguments)}\r\n")
            return
        self._done += 1
        if not quiet and "/q" not in self._request.flags:
            self._process.out(self._process.message("icacls_processed", path) + "\r\n")

    # --- one object -----------------------------------------------------------------------------------------------

    def _show(self, path: str) -> None:
        descriptor = self._files.security(path, self._process.token, READ_CONTROL)
        lines = [f"{account_name(ace.sid, self._language)}:{permission_text(ace)}" for ace in descriptor.aces]
        indent = "\r\n" + " " * (len(path) + 1)
        self._process.out(f"{path} {indent.join(lines)}\r\n\r\n")

    def _change(self, path: str, entries: list[tuple[str, Ace]]) -> None:
        descriptor = self._files.security(path, self._process.token, READ_CONTROL)
        folder = self._files.is_folder(path)
        above = inherited(self._files.parent_security(path), descriptor.owner, folder=folder)
        flags = self._request.flags
        if "/reset" in flags:
            descriptor = replace(descriptor, aces=above, protected=False, auto=True)
        if "/inheritance:r" in flags:
            descriptor = replace(descriptor, aces=descriptor.explicit, protected=True, auto=True)
        elif "/inheritance:d" in flags:
            own = tuple(replace(ace, flags=ace.flags & ~0x10) for ace in descriptor.aces)
            descriptor = replace(descriptor, aces=own, protected=True, auto=True)
        elif "/inheritance:e" in flags:
            descriptor = replace(descriptor, aces=descriptor.explicit + above, protected=False, auto=True)
        replaced: set[str] = set()
        for switch, written in entries:
            ace = written if folder else replace(written, flags=0)  # inheritance marks are for folders only
            if switch == "/grant:r" and ace.sid not in replaced:
                replaced.add(ace.sid)
                descriptor = _without(descriptor, ace.sid, allows=True)
            descriptor = _with(descriptor, switch, ace)
        self._files.set_dacl(path, descriptor, self._process.token)

    # --- files of DACLs -------------------------------------------------------------------------------------------

    def _save(self, path: str, target: str) -> None:
        text = ""
        base = ntpath.dirname(path)
        end = "S:PAINO_ACCESS_CONTROL" if self._process.host.quirks.icacls_sacl else ""

        def add(each: str) -> None:
            nonlocal text
            descriptor = self._files.security(each, self._process.token, READ_CONTROL)
            text += f"{self._files.stored_path(each)[len(base) :].lstrip(chr(92))}\r\n{sddl(descriptor)}{end}\r\n"

        for each in self._objects(path):
            self._attempt(each, lambda each=each: add(each))
        try:
            appends = self._process.host.quirks.icacls_appends
            self._files.write(target, text.encode("utf-16-le"), append=appends, token=self._process.token)
        except FileSystemError as error:
            raise _Refused(error.key, *error.arguments) from None

    def _restore(self, path: str, source: str) -> None:
        try:
            content = self._files.read(source, self._process.token)
        except FileSystemError as error:
            raise _Refused(error.key, *error.arguments) from None
        if content is None:
            raise _Refused("file_not_found")
        lines = content.decode("utf-16-le", "replace").split("\r\n")
        for name, text in zip(lines[::2], lines[1::2], strict=False):
            try:
                descriptor = parse_sddl(text)
            except SddlError:
                raise _Refused("icacls_parameter", text) from None
            each = ntpath.normpath(ntpath.join(path, name))
            self._attempt(each, lambda each=each, to=descriptor: self._files.set_dacl(each, to, self._process.token))


def _without(descriptor: Descriptor, sid: str, *, allows: bool | None) -> Descriptor:
    """Without the explicit entries about somebody: the grants, the denials or (None) both."""
    kept = (ace for ace in descriptor.aces if ace.was_inherited or ace.sid != sid or allows not in (None, ace.allows))
    return replace(descriptor, aces=tuple(kept))


def _with(descriptor: Descriptor, switch: str, ace: Ace) -> Descriptor:
    if switch.startswith("/remove"):
        return _without(descriptor, ace.sid, allows={"/remove:g": True, "/remove:d": False}.get(switch))
    aces = list(descriptor.aces)
    for at, known in enumerate(aces):
        if not known.was_inherited and (known.allows, known.flags, known.sid) == (ace.allows, ace.flags, ace.sid):
            aces[at] = replace(known, mask=known.mask | ace.mask)
            return replace(descriptor, aces=tuple(aces))
    return replace(descriptor, aces=canonical((*aces, ace)))


async def takeown(process: Process) -> int:
    """`takeown /f PATH [/a] [/r /d y]`: the user, or Administrators with /a, becomes the owner, by force."""
    words = [word.lower() for word in split_words(process.arguments)]
    if "/f" not in words or words.index("/f") + 1 == len(words):
        process.err(process.message("cmd_syntax") + "\r\n")
        return 1
    path = ntpath.normpath(ntpath.join(process.environment.get("CD", "C:\\"), words[words.index("/f") + 1]))
    files = process.host.files
    for each in [path, *(files.below(path) if "/r" in words else [])]:
        try:
            owner = process.token.owner if "/a" in words else process.token.user
            files.set_owner(each, owner, process.token, by_force=process.elevated)
        except FileSystemError as error:
            process.err(process.message("takeown_failed", process.message(error.key)) + "\r\n")
            return 1
        process.out("\r\n" + process.message("takeown_done", each) + "\r\n")
    return 0
