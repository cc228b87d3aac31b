# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`reg import`: a .reg file of version 5, ANSI or UTF-16, into the registry.

The form of the file is Microsoft's ("How to add, modify, or delete registry subkeys by using a .reg file"): keys in
brackets, `-` before one deletes it; values as text, `dword:` or `hex(TYPE):`, `-` deletes one; a backslash goes on in
the next line. Hexadecimal texts are UTF-16. reg.exe tells success on standard error (public reports of PowerShell users
who saw it as an error).
"""

from __future__ import annotations

import codecs
import re

from lab.windows.registry import Key, Registry, RegistryError, long_path

_HEAD = "Windows Registry Editor Version 5.00"
_KINDS = {"": "REG_BINARY", "0": "REG_NONE", "1": "REG_SZ", "2": "REG_EXPAND_SZ", "3": "REG_BINARY", "4": "REG_DWORD",
          "7": "REG_MULTI_SZ", "b": "REG_QWORD"}  # fmt: skip
_VALUE = re.compile(r'(?:"(?P<name>(?:[^"\\]|\\.)*)"|(?P<default>@))=(?P<data>.*)', re.DOTALL)
_HEX = re.compile(r"hex(?:\((?P<kind>[0-9a-f]+)\))?:(?P<bytes>[0-9a-f,\s]*)", re.IGNORECASE)


class RegFileError(ValueError):
    """Not a .reg file that the lab can read; nothing of it was taken."""


def import_file(registry: Registry, content: bytes) -> None:
    """Take a file's keys and values over. Raises RegFileError."""
    text = content.decode("utf-16" if content[:2] == codecs.BOM_UTF16_LE else "cp1252", "replace")
    lines = re.sub(r"\\\r?\n\s*", "", text).splitlines()
    if not lines or lines[0].strip() != _HEAD:
        raise RegFileError("no head")
    draft = registry.copy()
    for target in (draft, registry):  # a bad line is found in the draft, before anything is taken
        _take(target, lines[1:])


def _take(registry: Registry, lines: list[str]) -> None:
    key: Key | None = None
    for line in lines:
        if not line.strip() or line.lstrip().startswith(";"):
            continue
        if line.startswith("["):
            key = _key(registry, line.strip()[1:-1])
            continue
        match = _VALUE.fullmatch(line.strip())
        if match is None:
            raise RegFileError(line)
        if key is not None:
            _set(key, re.sub(r"\\(.)", r"\1", match["name"] or ""), match["data"])


def _key(registry: Registry, path: str) -> Key | None:
    try:
        if not path.startswith("-"):
            return registry.create(long_path(path))
        if registry.find(path[1:]) is not None:
            registry.delete(path[1:])
    except RegistryError:
        raise RegFileError(path) from None
    return None


def _set(key: Key, name: str, data: str) -> None:
    if data == "-":
        key.values.pop(name.upper(), None)
    elif data.startswith('"') and data.endswith('"') and len(data) > 1:
        key.set(name, "REG_SZ", re.sub(r"\\(.)", r"\1", data[1:-1]))
    elif re.fullmatch(r"dword:[0-9a-fA-F]{1,8}", data):
        key.set_dword(name, int(data[6:], 16))
    else:
        match = _HEX.fullmatch(data)
        kind = _KINDS.get((match["kind"] or "").lower()) if match else None
        if match is None or kind is None:
            raise RegFileError(data)
        raw = bytes(int(part, 16) for part in match["bytes"].replace(" ", "").split(",") if part)
        key.set(name, kind, _shown(kind, raw))


def _shown(kind: str, raw: bytes) -> str:
    """Raw data as `reg query` prints it."""
    if kind in ("REG_SZ", "REG_EXPAND_SZ"):
        return raw.decode("utf-16-le", "replace").partition("\0")[0]
    if kind == "REG_MULTI_SZ":
        return "\\0".join(part for part in raw.decode("utf-16-le", "replace").split("\0") if part)
    if kind in ("REG_DWORD", "REG_QWORD"):
        return f"0x{int.from_bytes(raw, 'little'):x}"
    return raw.hex().upper()
