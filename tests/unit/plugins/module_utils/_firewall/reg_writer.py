# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes ``.reg`` files for tests, as ``reg export`` does, without a line of the plugins."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

HEADER = "Windows Registry Editor Version 5.00"
Values = Iterable[tuple[str, str, str]]
"""Name, type and data of each value; numbers as ``0x1``."""

_KINDS = {"REG_NONE": 0, "REG_EXPAND_SZ": 2, "REG_BINARY": 3, "REG_MULTI_SZ": 7, "REG_QWORD": 11}


def reg_file(keys: Mapping[str, Values], end: str = "\r\n") -> str:
    """The text of a file; keys in the given order."""
    lines = [HEADER, ""]
    for key, values in keys.items():
        lines += [f"[{key}]", *(_line(name, kind, data, end) for name, kind, data in values), ""]
    return "".join(line + end for line in lines)


def as_exported(text: str) -> bytes:
    """UTF-16, little-endian, with a byte order mark."""
    return b"\xff\xfe" + text.encode("utf-16-le")


def from_query(text: str) -> dict[str, list[tuple[str, str, str]]]:
    """Keys and values of what ``reg query /s`` prints, to be written as a file."""
    keys: dict[str, list[tuple[str, str, str]]] = {}
    current: list[tuple[str, str, str]] = []
    for line in text.replace("\r\n", "\n").split("\n"):
        value = re.fullmatch(r" {4}(.+?) {4}(REG_[A-Z_]+)(?: {4}(.*))?", line)
        if value:
            current.append((value[1], value[2], value[3] or ""))
        elif line:
            current = keys.setdefault(line, [])
    return keys


def _line(name: str, kind: str, data: str, end: str) -> str:
    label = "@" if name == "(Default)" else f'"{_escaped(name)}"'
    if kind == "REG_SZ":
        return f'{label}="{_escaped(data)}"'
    if kind == "REG_DWORD":
        return f"{label}=dword:{int(data, 16):08x}"
    if kind == "REG_QWORD":
        octets = int(data, 16).to_bytes(8, "little")
    elif kind in ("REG_EXPAND_SZ", "REG_MULTI_SZ"):
        octets = (data.replace("\\0", "\0") + "\0").encode("utf-16-le")
    else:
        octets = bytes.fromhex(data)
    start = f"{label}=hex:" if kind == "REG_BINARY" else f"{label}=hex({_KINDS[kind]:x}):"
    return _wrapped(start, [f"{octet:02x}" for octet in octets], end)


def _wrapped(start: str, words: list[str], end: str) -> str:
    """Lines of at most 80 characters, each but the last with a comma and a backslash at its end."""
    text, line = "", start
    for number, word in enumerate(words):
        more = "," if number + 1 < len(words) else ""
        if len(line) + len(word) + 2 > 79:
            text, line = f"{text}{line}\\{end}", "  "
        line += word + more
    return text + line


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
