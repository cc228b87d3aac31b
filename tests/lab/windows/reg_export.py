# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`reg export`: a key with all below it as a .reg file of version 5.

UTF-16 with a mark of order, CRLF, an empty line behind the head and behind each key; hexadecimal data goes on in the
next line, behind a backslash and two blanks, where a line would have more than 80 characters (Wine's conformance test
``programs/reg/tests/export.c``, which passes on real Windows).
"""

from __future__ import annotations

from lab.windows.registry import Registry, Value

_NUMBERS = {"REG_NONE": 0, "REG_SZ": 1, "REG_EXPAND_SZ": 2, "REG_BINARY": 3, "REG_MULTI_SZ": 7, "REG_QWORD": 11}
_LONGEST = 79


def export_file(registry: Registry, path: str) -> bytes:
    """The file of a key that is there."""
    lines = ["Windows Registry Editor Version 5.00", ""]
    for name, key in registry.walk(path):
        lines += [f"[{name}]", *map(_line, key.values.values()), ""]
    return ("\ufeff" + "".join(f"{line}\r\n" for line in lines)).encode("utf-16-le")


def _line(value: Value) -> str:
    label = f'"{_escaped(value.name)}"=' if value.name else "@="
    if value.type == "REG_SZ":
        return f'{label}"{_escaped(value.data)}"'
    if value.type == "REG_DWORD":
        return f"{label}dword:{value.dword:08x}"
    kind = "hex:" if value.type == "REG_BINARY" else f"hex({_NUMBERS[value.type]:x}):"
    return _wrapped(label + kind, _raw(value))


def _raw(value: Value) -> bytes:
    if value.type == "REG_QWORD":
        return value.dword.to_bytes(8, "little")
    if value.type in ("REG_EXPAND_SZ", "REG_MULTI_SZ"):
        more = "\0" if value.type == "REG_MULTI_SZ" else ""
        return (value.data.replace("\\0", "\0") + "\0" + more).encode("utf-16-le")
    return bytes.fromhex(value.data)


def _wrapped(start: str, raw: bytes) -> str:
    done, line = "", start
    for place, octet in enumerate(raw):
        word = f"{octet:02x}" + ("," if place + 1 < len(raw) else "")
        if len(line) + len(word) > _LONGEST - 1:
            done, line = f"{done}{line}\\\r\n", "  "
        line += word
    return done + line


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
