# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the names of a hive's keys are those that Windows wrote: one flipped bit in one, and the key is not found.

Lists of subkeys are sorted, and carry of each name a hash (``lh``) or its first four characters (``lf``), which nobody
needs who reads all of a list (https://github.com/msuhanov/regf, "Subkeys list"). Old lists (``li``) carry nothing.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from ..._texts import said
from .registry_dump import DumpError

_BLOCK = 4096  # up to where offsets count
_WORD = 0xFFFFFFFF
_SHORTEST = 8  # characters of a name that others can be nearly; below, a likeness may be chance
_CUT = 4  # characters of a name that was cut
_OF_WINDOWS = "windows"  # what WindowsFirewall begins with, and is beside it everywhere


def check_names(file: BinaryIO, offset: int, names: Sequence[str]) -> None:
    """See that the names of a key's subkeys are those that its list was made for.

    Args:
        file: The hive.
        offset: Where its list of subkeys is.
        names: Their names, as they are in the list.

    Raises:
        DumpError: One is another.
    """
    marks = list(_marks(file, offset, depth=0)) if names else []
    before = ""
    for name, (kind, mark) in zip(names, marks, strict=False):  # whoever calls has counted them
        if not name or not name.isprintable() or "\\" in name or (kind == b"lh" and not _has_hash(name, mark)) or (
            kind == b"lf" and not _begins_with(name, mark)
        ):  # fmt: skip
            raise DumpError(f"the hive is damaged: a key is called {said(name[:60])}, and its list has another name")
        if name.isascii():  # of others Windows has its own table
            if name.upper() <= before:
                raise DumpError(f"the hive is damaged: the key {said(name[:60])} is not where its name belongs")
            before = name.upper()


def check_not_nearly(wanted: str, names: Sequence[str]) -> None:
    """See that a key which is not there is not there under a name that is nearly its own.

    Args:
        wanted: Its name.
        names: The names of those that are there.

    Raises:
        DumpError: One is.
    """
    for name in names:
        if len(wanted) >= _SHORTEST and _is_nearly(name.casefold(), wanted.casefold()):
            raise DumpError(
                f"the hive is damaged: it has no key {said(wanted)}, and one {said(name[:60])}, nearly its name"
            )


def _is_nearly(name: str, wanted: str) -> bool:
    """Whether one character is another, or its end is missing. Of those that are counted one has another number."""
    if len(name) == len(wanted):
        others = [one + other for one, other in zip(name, wanted, strict=True) if one != other]
        return len(others) == 1 and not others[0].isdigit()
    return wanted.startswith(name) and len(name) >= _CUT and name != _OF_WINDOWS


def _marks(file: BinaryIO, offset: int, depth: int) -> Iterator[tuple[bytes, bytes]]:
    """The kind of list, and what it says of a name: of each subkey."""
    file.seek(_BLOCK + offset)
    head = file.read(8)
    kind, count = head[4:6], int.from_bytes(head[6:8], "little")
    size = 8 if kind in (b"lf", b"lh") else 4
    data = file.read(size * count)
    for at in range(0, len(data) - size + 1, size):
        if kind == b"ri" and depth == 0:
            yield from _marks(file, int.from_bytes(data[at : at + 4], "little"), depth + 1)
        else:
            yield kind, data[at + 4 : at + size]


def _has_hash(name: str, mark: bytes) -> bool:
    """Whether a name has a hash; one with letters whose capitals Windows may know otherwise is believed."""
    found = 0
    for character in name:
        capital = character.upper()
        if len(capital) != 1 or (capital != character and capital.lower() != character):
            return True
        found = (found * 37 + ord(capital)) & _WORD
    return struct.unpack("<I", mark)[0] == found  # type: ignore[no-any-return]


def _begins_with(name: str, mark: bytes) -> bool:
    """Whether a name has these first characters; Windows notes none where one of them is not of Latin-1."""
    if not mark[0]:
        return not name[:4].isascii()
    return mark.rstrip(b"\0").decode("latin-1").casefold() == name[:4].casefold()
