# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes registry hives for tests, from the public specification of the format (https://github.com/msuhanov/regf).

Without a line of the plugins or of the library that reads them. Keys and values as `reg_writer` takes them.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from operator import xor

Values = Iterable[tuple[str, str, str]]

_NONE = 0xFFFFFFFF
_KINDS = {"REG_SZ": 1, "REG_EXPAND_SZ": 2, "REG_BINARY": 3, "REG_DWORD": 4, "REG_MULTI_SZ": 7, "REG_QWORD": 11}
_MOMENT = 131_000_000_000_000_000  # 2016-02-15T08:53:20Z


@dataclass
class _Key:
    values: list[tuple[str, str, str]] = field(default_factory=list)
    keys: dict[str, _Key] = field(default_factory=dict)


class _Bin:
    """Cells, one behind the other."""

    def __init__(self, lists: bytes) -> None:
        self.lists = lists
        self.data = bytearray(32)  # its own header

    def cell(self, content: bytes) -> int:
        """Put a cell; its offset."""
        offset, size = len(self.data), -(-(len(content) + 4) // 8) * 8
        self.data += struct.pack("<i", -size) + content.ljust(size - 4, b"\0")
        return offset

    def write(self, offset: int, content: bytes) -> None:
        self.data[offset + 4 : offset + 4 + len(content)] = content


def hive(
    keys: Mapping[str, Values], sequences: tuple[int, int] = (7, 7), moment: int = _MOMENT, lists: bytes = b"lf"
) -> bytes:
    """A hive.

    Args:
        keys: Names of keys below its root, such as ``Select``, and their values.
        sequences: Both numbers of its header; they differ where Windows had not finished writing.
        moment: When it was written, as Windows counts.
        lists: What lists of subkeys are: ``lf``, ``lh``, ``li``, or ``ri``, which is one of an ``lh`` for each.
    """
    root = _Key()
    for name, values in keys.items():
        key = root
        for part in name.split("\\"):
            key = key.keys.setdefault(part, _Key())
        key.values += values
    cells = _Bin(lists)
    place = _key(cells, "ROOT", root, _NONE, 0x2C)
    size = -(-len(cells.data) // 4096) * 4096
    rest = size - len(cells.data)
    if rest:
        cells.data += struct.pack("<i", rest).ljust(rest, b"\0")
    cells.data[:32] = struct.pack("<4sIIQQI", b"hbin", 0, size, 0, 0, 0)
    header = struct.pack("<4sIIQIIIIIII", b"regf", *sequences, moment, 1, 5, 0, 1, place, size, 1).ljust(508, b"\0")
    return (header + struct.pack("<I", checksum(header))).ljust(4096, b"\0") + bytes(cells.data)


def checksum(header: bytes) -> int:
    """That of the header's first 508 bytes."""
    return reduce(xor, struct.unpack("<127I", header[:508]))


def _key(cells: _Bin, name: str, key: _Key, parent: int, flags: int = 0x20) -> int:
    wide = not _is_latin(name)
    label = name.encode("utf-16-le" if wide else "latin-1")
    flags &= ~0x20 if wide else ~0
    place = cells.cell(b"\0" * (76 + len(label)))
    values = [_value(cells, *value) for value in key.values]
    listed = cells.cell(struct.pack(f"<{len(values)}I", *values)) if values else _NONE
    # Windows keeps them sorted by their names in capitals.
    below = [(_key(cells, one, child, place), one) for one, child in sorted(key.keys.items(), key=_in_capitals)]
    children = _list(cells, below) if below else _NONE
    content = struct.pack(
        "<2sHQIIIIIIIIIIIIIIIHH", b"nk", flags, _MOMENT, 0, parent, len(below), 0, children, _NONE, len(values), listed,
        _NONE, _NONE, 0, 0, 0, 0, 0, len(label), 0,
    )  # fmt: skip
    cells.write(place, content + label)
    return place


def _in_capitals(item: tuple[str, _Key]) -> str:
    return item[0].upper()


def _list(cells: _Bin, below: list[tuple[int, str]]) -> int:
    """The list of subkeys."""
    if cells.lists == b"ri":
        leaves = [cells.cell(struct.pack("<2sHI4s", b"lh", 1, offset, _hash(name))) for offset, name in below]
        return cells.cell(struct.pack(f"<2sH{len(leaves)}I", b"ri", len(leaves), *leaves))
    marks = {b"lf": _first, b"lh": _hash, b"li": lambda _name: b""}
    packed = b"".join(struct.pack("<I", offset) + marks[cells.lists](one) for offset, one in below)
    return cells.cell(struct.pack("<2sH", cells.lists, len(below)) + packed)


def _is_latin(name: str) -> bool:
    return all(ord(letter) < 256 for letter in name)


def _first(name: str) -> bytes:
    """The first four characters; none where one of them is not of Latin-1."""
    return name[:4].encode("latin-1").ljust(4, b"\0") if _is_latin(name[:4]) else bytes(4)


def _hash(name: str) -> bytes:
    """That of the public specification: 37 times what was, and the next character in capitals."""
    capitals = [letter if letter in "ßµ" else letter.upper() for letter in name]  # Windows has none of these two
    return struct.pack("<I", reduce(lambda found, letter: (37 * found + ord(letter)) & _NONE, capitals, 0))


def _value(cells: _Bin, name: str, kind: str, data: str) -> int:
    if kind == "REG_DWORD":
        octets = int(data, 16).to_bytes(4, "little")
    elif kind == "REG_QWORD":
        octets = int(data, 16).to_bytes(8, "little")
    elif kind == "REG_BINARY":
        octets = bytes.fromhex(data)
    else:
        octets = (data.replace("\\0", "\0") + "\0").encode("utf-16-le")
    label = b"" if name == "(Default)" else name.encode("latin-1", "strict") if name.isascii() else None
    wide = label is None
    label = name.encode("utf-16-le") if label is None else label
    size, place = len(octets), 0
    if size <= 4:
        size, place = size | 0x80000000, int.from_bytes(octets.ljust(4, b"\0"), "little")
    else:
        place = cells.cell(octets)
    return cells.cell(
        struct.pack("<2sHIIIHH", b"vk", len(label), size, place, _KINDS[kind], 0 if wide else 1, 0) + label
    )
