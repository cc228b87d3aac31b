# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Registry hives, as ``reg save`` writes them and as they lie in a backup, to keys and values.

The format is read by the library dissect.regf, where it is installed; nothing else needs it. What it is given to read
is bounded here, since offsets in a hive that somebody has made may lead in circles. The header's fields are those of
the public specification of the format (https://github.com/msuhanov/regf).
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import reduce
from itertools import islice
from operator import xor
from typing import Any, BinaryIO

from .reg_file import typed_value
from .registry_dump import LINE_BREAK, DumpError, RegistryDump, RegistryValue, fold_key
from .snapshot import GROUP_POLICY, LOCAL_POLICY, SERVICES, WINRM_LISTENERS

MAGIC = b"regf"
"""What a hive begins with."""

LARGEST_HIVE = 512 * 1024 * 1024
"""Bytes of a hive. Of a server's SOFTWARE 100 million are common; little of it is read."""

TIME = "%Y-%m-%dT%H:%M:%SZ"

SYSTEM, SOFTWARE = "HKEY_LOCAL_MACHINE\\SYSTEM", "HKEY_LOCAL_MACHINE\\SOFTWARE"

_MOST_CELLS = 1_000_000
_MOST_BYTES = 64 * 1024 * 1024
_DEEPEST = 32  # the keys of the firewall are four deep
_HEADER = struct.Struct("<4sIIQ20xI")  # and up to the length of the data
_BLOCK = 4096
_OF_SERVICES = ("Start", "ImagePath")
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
        root, keys = _keys_of(_bounded(RegistryHive(file)).root())
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


def _bounded(hive: Any) -> Any:
    """The library's hive, which reads no more than a hive of Windows needs."""
    read, cell = hive.cell_data, hive.cell
    left = {"cells": _MOST_CELLS, "bytes": _MOST_BYTES}

    def spend(what: str, amount: int) -> None:
        left[what] -= amount
        if left[what] < 0:
            raise DumpError(f"the hive is damaged, or made to be: the firewall's keys have too many {what}")

    def cell_data(offset: int) -> bytes:
        data: bytes = read(offset)
        spend("bytes", len(data))
        return data

    def counted(offset: int) -> Any:
        spend("cells", 1)
        return cell(offset)

    hive.cell_data, hive.cell = cell_data, counted
    return hive


def _keys_of(root: Any) -> tuple[str, dict[str, tuple[RegistryValue, ...]]]:
    found: dict[str, tuple[RegistryValue, ...]] = {}
    names = {key.name.casefold() for key in root.subkeys()}
    if "select" in names:
        control_set = _control_set(root)
        if (policy := _below(control_set, LOCAL_POLICY.removeprefix(f"{SYSTEM}\\CurrentControlSet\\"))) is not None:
            found.update(_tree(policy, LOCAL_POLICY))
        services = _below(control_set, "Services")
        for key in services.subkeys() if services is not None else ():
            values = tuple(value for value in _values(key) if value.name in _OF_SERVICES)
            found.setdefault(fold_key(rf"{SERVICES}\{key.name}"), values)
        return SYSTEM, found
    if "microsoft" not in names:
        raise DumpError("it is a registry hive, and neither SYSTEM nor SOFTWARE")
    for name in (GROUP_POLICY, WINRM_LISTENERS):
        if (key := _below(root, name.removeprefix(f"{SOFTWARE}\\"))) is not None:
            found.update(_tree(key, name))
    return SOFTWARE, found


def _control_set(root: Any) -> Any:
    select = _below(root, "Select")
    current = next((value.number() for value in _values(select) if value.name.casefold() == "current"), None)
    key = None if current is None else _below(root, f"ControlSet{current:03d}")
    if key is None:
        raise DumpError("the hive has no control set that its value Select\\Current names")
    return key


def _below(key: Any, path: str) -> Any:
    """A key by its path; None where there is none. The library's own look-up takes other names for an error."""
    for name in path.split("\\"):
        folded = name.casefold()
        key = next((one for one in key.subkeys() if one.name.casefold() == folded), None)
        if key is None:
            return None
    return key


def _tree(key: Any, name: str, depth: int = 0) -> Iterator[tuple[str, tuple[RegistryValue, ...]]]:
    if depth > _DEEPEST:
        raise DumpError("the hive is damaged, or made to be: its keys are too deep")
    yield fold_key(name), _values(key)
    for one in key.subkeys():
        yield from _tree(one, rf"{name}\{one.name}", depth + 1)


def _values(key: Any) -> tuple[RegistryValue, ...]:
    """The key's values in stored order."""
    count = key.cell.ValueList.Count
    found = [_value(value) for value in islice(key.values(), _MOST_CELLS)]
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
