# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Registry hives, as ``reg save`` writes them and as they lie in a backup, to keys and values.

The format is read by the library dissect.regf, where it is installed; nothing else needs it. What it is given to read
is bounded here, since offsets in a hive that somebody has made may lead in circles, and what it leaves out in silence
is an error here. The fields are those of the public specification of the format (https://github.com/msuhanov/regf).
"""

from __future__ import annotations

import os
import struct
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import reduce
from itertools import islice
from operator import xor
from typing import Any, BinaryIO

from .computer import ACTIVE_NAME, COMPUTER_NAME
from .hive_names import check_names, check_not_nearly
from .reg_file import typed_value
from .registry_dump import LINE_BREAK, DumpError, RegistryDump, RegistryValue, fold_key
from .snapshot import GROUP_POLICY, LOCAL_POLICY, LOCAL_PROFILE_KEYS, SERVICES, WINRM_LISTENERS

MAGIC = b"regf"
"""What a hive begins with."""

LARGEST_HIVE = 512 * 1024 * 1024
"""Bytes of a hive. Of a server's SOFTWARE 100 million are common; little of it is read."""

TIME = "%Y-%m-%dT%H:%M:%SZ"

SYSTEM, SOFTWARE = "HKEY_LOCAL_MACHINE\\SYSTEM", "HKEY_LOCAL_MACHINE\\SOFTWARE"

_MOST = {"cells": 400_000, "bytes": 64 * 1024 * 1024, "keys": 50_000, "characters in the names of keys": 16_000_000}
"""What is read of a hive. 10,000 rules and 1,000 services are some 40,000 cells, 1,500 keys."""

_LONGEST = 60.0  # seconds of the processor; such a hive takes two or three
_DEEPEST = 32  # the keys of the firewall are four deep
_NO_CELL = 0xFFFFFFFF
_LISTS = (b"lf", b"lh", b"li", b"ri")
_HEADER = struct.Struct("<4sIIQ20xI")  # and up to the length of the data
_BLOCK = 4096
_OF_SERVICES = ("start", "imagepath")
_RULES = "firewallrules"
_WANTED = frozenset({_RULES, "consecrules", *(key.casefold() for key in LOCAL_PROFILE_KEYS.values()), "privateprofile"})
"""Keys of policies that decide, and may be absent."""
_NO_LIBRARY = (
    "it is a registry hive, and the Python library dissect.regf, which reads hives, is not installed for the Python "
    "that runs Ansible. Install it there (pip install dissect.regf), or save text with reg export"
)


@dataclass(frozen=True, slots=True)
class Hive:
    """What is read of a hive.

    Attributes:
        root: The key that it is, `SYSTEM` or `SOFTWARE`: a key below it that is not in `keys` is not on the host.
        keys: Keys and values, with data as ``reg query`` prints it.
        written: When Windows wrote it last: UTC, ISO 8601. Empty where it does not say, as those of Windows 10.
        complete: Whether that was finished. If not, the last changes are in log files beside it, which are not read.
    """

    root: str
    keys: RegistryDump
    written: str
    complete: bool


def read_hive(file: BinaryIO) -> Hive:
    """Read what this collection looks at from a SYSTEM or SOFTWARE hive.

    Of a SYSTEM hive the control set counts that ``Select\\Current`` names, which is what Windows calls
    CurrentControlSet.

    Args:
        file: The hive, open to read bytes.

    Raises:
        DumpError: It is damaged, none of the two hives, or too large, or there is no library to read it.
    """
    size = file.seek(0, os.SEEK_END)
    if size > LARGEST_HIVE:
        raise DumpError(f"it is larger than {LARGEST_HIVE // 1024 // 1024} MiB")
    file.seek(0)
    written, complete = _header(file.read(512), size)
    try:
        from dissect.regf import RegistryHive  # noqa: PLC0415  # who has no hives needs no library
    except ImportError as error:
        raise DumpError(_NO_LIBRARY) from error
    try:
        library = RegistryHive(file)
        root, keys = _Reader(library, _bounded(library)).keys()
    except DumpError:
        raise
    except Exception as error:  # a library that was given bytes of anybody's
        raise DumpError(f"the hive is damaged: {type(error).__name__}: {error}") from error
    return Hive(root, RegistryDump(keys), written, complete)


def _header(header: bytes, size: int) -> tuple[str, bool]:
    """When the hive was written, and whether that was finished."""
    if len(header) < 512 or size < _BLOCK:
        raise DumpError("the hive is cut off in its header")
    *words, checksum = struct.unpack("<128I", header)
    found = reduce(xor, words)
    if {0: 1, 0xFFFFFFFF: 0xFFFFFFFE}.get(found, found) != checksum:
        raise DumpError("the hive is damaged: the checksum of its header is another")
    _magic, first, second, stamp, length = _HEADER.unpack_from(header)
    if size < _BLOCK + length:
        raise DumpError(f"the hive is cut off: it has {size} bytes and should have {_BLOCK + length}")
    try:
        moment = datetime(1601, 1, 1, tzinfo=timezone.utc) + timedelta(microseconds=stamp // 10)
    except OverflowError as error:
        raise DumpError("the hive is damaged: the time in its header is none") from error
    return moment.strftime(TIME) if stamp else "", first == second


def _bounded(hive: Any) -> Callable[[str, int], None]:
    """Have the library read each cell once, and no more than a hive of Windows needs; what counts more of that."""
    read, cell = hive.cell_data, hive.cell
    left, until = dict(_MOST), time.process_time() + _LONGEST
    parsed, met = {hive.header.RootCell}, set[int]()

    def spend(what: str, amount: int) -> None:
        left[what] -= amount
        if left[what] < 0 or time.process_time() > until:
            few = f"too many {what}" if left[what] < 0 else "more than can be read in time"
            raise DumpError(f"the hive is damaged, or made to be: the firewall's keys have {few}")

    def once(offset: int, known: set[int]) -> None:
        if offset in known:  # each belongs to one key: two that have one are a circle, or a way to grow without end
            raise DumpError(f"the hive is damaged: its cell {offset:#x} is in it twice")
        known.add(offset)

    def cell_data(offset: int) -> bytes:
        once(offset, met)
        spend("cells", 1)
        data: bytes = read(offset)
        spend("bytes", len(data))
        return data

    def one_cell(offset: int) -> Any:
        once(offset, parsed)
        return cell(offset)

    hive.cell_data, hive.cell = cell_data, one_cell
    return spend


class _Reader:
    """The keys of a hive; of each the subkeys are read once."""

    def __init__(self, hive: Any, spend: Callable[[str, int], None]) -> None:
        self._hive, self._spend = hive, spend
        self._subkeys: dict[int, tuple[Any, tuple[Any, ...]]] = {}  # with the key, so that its number stays its own

    def keys(self) -> tuple[str, dict[str, tuple[RegistryValue, ...]]]:
        """Which hive it is, and what is looked at in it."""
        root = self._hive.root()
        found: dict[str, tuple[RegistryValue, ...]] = {}
        names = {key.name.casefold() for key in self._below(root)}
        if "select" in names:
            control_set = self._control_set(root)
            for name in (LOCAL_POLICY, COMPUTER_NAME, ACTIVE_NAME):
                path = name.removeprefix(f"{SYSTEM}\\CurrentControlSet\\")
                if (key := self._at(control_set, path)) is not None:
                    found.update(self._tree(key, name))
            services = self._at(control_set, "Services")
            for key in self._below(services) if services is not None else ():
                values = tuple(value for value in _values(key) if value.name.casefold() in _OF_SERVICES)
                found.setdefault(fold_key(rf"{SERVICES}\{key.name}"), values)
            return SYSTEM, found
        if "microsoft" not in names:
            raise DumpError("it is a registry hive, and neither SYSTEM nor SOFTWARE")
        for name in (GROUP_POLICY, WINRM_LISTENERS):
            if (key := self._at(root, name.removeprefix(f"{SOFTWARE}\\"))) is not None:
                found.update(self._tree(key, name))
        return SOFTWARE, found

    def _control_set(self, root: Any) -> Any:
        select = self._at(root, "Select")
        current = next((value.number() for value in _values(select) if value.name.casefold() == "current"), None)
        key = None if current is None else self._at(root, f"ControlSet{current:03d}")
        if key is None:
            raise DumpError("the hive has no control set that its value Select\\Current names")
        return key

    def _at(self, key: Any, path: str) -> Any:
        """A key by its path; None where there is none. The library's own look-up takes other names for an error."""
        for name in path.split("\\"):
            folded, below = name.casefold(), self._below(key)
            key = next((one for one in below if one.name.casefold() == folded), None)
            if key is None:
                check_not_nearly(name, [one.name for one in below])
                return None
        return key

    def _below(self, key: Any) -> tuple[Any, ...]:
        """The key's subkeys: as many as it says, which the library does not look at."""
        if id(key) in self._subkeys:
            return self._subkeys[id(key)][1]
        count = key.cell.SubKeyCounts[0]
        found = []
        for one in key.subkeys():
            self._spend("keys", 1)
            found.append(one)
        if len(found) != count or (not count and self._lists(key.cell.SubKeyLists[0])):
            raise DumpError(
                f"the hive is damaged: the key {key.name[:60]!r} has {count} subkeys, and its list another number"
            )
        if len({one.name.casefold() for one in found}) != count:
            raise DumpError(f"the hive is damaged: the key {key.name[:60]!r} has a subkey twice")
        check_names(self._hive.fh, key.cell.SubKeyLists[0], [one.name for one in found])
        self._subkeys[id(key)] = key, tuple(found)
        return self._subkeys[id(key)][1]

    def _lists(self, offset: int) -> bool:
        """Whether there is a list of subkeys that is in use, where a key has none: then its number of them is wrong."""
        if offset == _NO_CELL:
            return False
        self._hive.fh.seek(_BLOCK + offset)
        cell = self._hive.fh.read(8)
        return len(cell) == 8 and cell[4:6] in _LISTS and struct.unpack_from("<i", cell)[0] < 0 and any(cell[6:8])

    def _tree(self, key: Any, name: str, depth: int = 0) -> Iterator[tuple[str, tuple[RegistryValue, ...]]]:
        if depth > _DEEPEST:
            raise DumpError("the hive is damaged, or made to be: its keys are too deep")
        self._spend("characters in the names of keys", len(name))
        values = _values(key)
        if key.name.casefold() == _RULES and any(value.type != "REG_SZ" and value.name for value in values):
            raise DumpError(f"the hive is damaged: the key {key.name} has a value that is no text, and rules are texts")
        yield fold_key(name), values
        below = self._below(key)
        names = [one.name for one in below]
        for wanted in _WANTED - {one.casefold() for one in names}:
            check_not_nearly(wanted, names)
        for one in below:
            yield from self._tree(one, rf"{name}\{one.name}", depth + 1)


def _values(key: Any) -> tuple[RegistryValue, ...]:
    """The key's values in stored order."""
    count = key.cell.ValueList.Count
    found = [_value(value) for value in islice(key.values(), _MOST["cells"])]
    if len(found) != count:  # the library leaves out what it cannot follow
        raise DumpError(f"the hive is damaged: the key {key.name[:60]!r} has {count} values, {len(found)} can be read")
    if len({value.name.casefold() for value in found}) != count:
        raise DumpError(f"the hive is damaged: the key {key.name[:60]!r} has a value twice")
    return tuple(found)


def _value(value: Any) -> RegistryValue:
    data: bytes = value.data
    if len(data) != value.size:
        raise DumpError(f"the hive is damaged: the data of the value {value.name[:60]!r} is cut off")
    kind, text = typed_value(value.type, data)
    return RegistryValue(value.name, kind, text, (LINE_BREAK,) if kind == "REG_SZ" and "\n" in text else ())
