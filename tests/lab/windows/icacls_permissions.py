# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The permissions of icacls.exe: its letters, its inheritance marks, and who is meant.

The letters and marks are those of `icacls /?`; the rights of F, M, RX, R, W and D are read off published pairs of
`icacls` listings and SDDL. Not confirmed: the rights of W and D, and that every grant gets SYNCHRONIZE.
"""

from __future__ import annotations

import re

from lab.windows.messages import text
from lab.windows.sddl import SddlError, parse_sid
from lab.windows.security import CI, ID, IO, NP, OI, TRUSTED_INSTALLER, Ace

_SIMPLE = {"F": 0x1F01FF, "M": 0x1301BF, "RX": 0x1200A9, "R": 0x120089, "W": 0x100116, "D": 0x110000, "N": 0}
_SPECIFIC = {
    "DE": 0x10000, "RC": 0x20000, "WDAC": 0x40000, "WO": 0x80000, "S": 0x100000, "GR": 0x80000000, "GW": 0x40000000,
    "GE": 0x20000000, "GA": 0x10000000, "RD": 0x1, "WD": 0x2, "AD": 0x4, "REA": 0x8, "WEA": 0x10, "X": 0x20, "DC": 0x40,
    "RA": 0x80, "WA": 0x100,
}  # fmt: skip
_MARKS = {"OI": OI, "CI": CI, "IO": IO, "NP": NP}
_SYNCHRONIZE = 0x100000
_GRANT = re.compile(r"(?P<who>.+?):(?P<marks>(?:\((?:OI|CI|IO|NP)\))*)(?P<perm>\([A-Z,]+\)|[A-Z]+)", re.IGNORECASE)
_NAMED = {
    "S-1-5-18": "system_account", "S-1-5-32-544": "administrators", "S-1-5-32-545": "users", "S-1-1-0": "everyone",
    "S-1-5-11": "authenticated", "S-1-3-0": "creator_owner",
}  # fmt: skip


class PermissionTextError(ValueError):
    """Not `SID:perm`, or a name that means nobody; ``unknown_name`` tells which."""

    def __init__(self, written: str, *, unknown_name: bool = False) -> None:
        super().__init__(written)
        self.unknown_name = unknown_name


def parse_grant(written: str, language: str, *, allows: bool) -> Ace:
    """`SID:(OI)(CI)F` as an entry. Raises PermissionTextError."""
    match = _GRANT.fullmatch(written)
    if match is None:
        raise PermissionTextError(written)
    flags = 0
    for mark in re.findall(r"[A-Z]+", match["marks"].upper()):
        flags |= _MARKS[mark]
    perm = match["perm"].upper()
    if perm.startswith("("):
        names = perm.strip("()").split(",")
        known = {**_SPECIFIC, **_SIMPLE}
        if any(name not in known for name in names):
            raise PermissionTextError(written)
        mask = 0
        for name in names:
            mask |= known[name]
    elif perm in _SIMPLE:
        mask = _SIMPLE[perm]
    else:
        raise PermissionTextError(written)
    return Ace(allows, flags, mask | _SYNCHRONIZE if allows else mask, account_sid(match["who"], language))


def account_sid(written: str, language: str) -> str:
    """Who is meant: `*SID`, or a name in the host's language, with or without its authority. Raises
    PermissionTextError."""
    if written.startswith("*"):
        try:
            return parse_sid(written[1:])
        except SddlError:
            raise PermissionTextError(written, unknown_name=True) from None
    for sid, key in _NAMED.items():
        full = text(language, key)
        if written.lower() in (full.lower(), full.rpartition("\\")[2].lower()):
            return sid
    raise PermissionTextError(written, unknown_name=True)


def account_name(sid: str, language: str) -> str:
    """How icacls shows a SID; one without a name as it is."""
    if sid == TRUSTED_INSTALLER:
        return "NT SERVICE\\TrustedInstaller"
    return text(language, _NAMED[sid]) if sid in _NAMED else sid


def permission_text(ace: Ace) -> str:
    """`(I)(OI)(CI)(F)` of an entry."""
    marks = "(I)" if ace.flags & ID else ""
    marks += "".join(f"({mark})" for mark, bit in _MARKS.items() if ace.flags & bit)
    for name, mask in _SIMPLE.items():
        if ace.mask == mask and mask:
            return f"{marks}{'' if ace.allows else '(DENY)'}({name})"
    letters = ",".join(name for name, bit in _SPECIFIC.items() if ace.mask & bit)
    return f"{marks}{'' if ace.allows else '(DENY)'}({letters})"
