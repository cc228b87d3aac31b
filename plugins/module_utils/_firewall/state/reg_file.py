# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text of a ``.reg`` file to keys and values.

Layout: what ``reg export`` and Wine's regedit write, described in Microsoft's support article 310516. A first line
names the version; then come keys in brackets, ``"name"="data"``, where a backslash stands before each quotation mark
and each backslash, ``dword:``, and ``hex(type):`` with a backslash where the next line goes on. Quotation marks decide
where a value ends, so a line break inside of them forges nothing.
"""

from __future__ import annotations

import re

from .registry_dump import LINE_BREAK, ROOTS, DumpError, RegistryDump, RegistryValue, fold_key

_HEADERS = ("Windows Registry Editor Version 5.00", "REGEDIT4")
_HEADER = re.compile("|".join(re.escape(header) for header in _HEADERS) + r"(?=[ \t]*(?:\r?\n|\Z))")
_PART = re.compile(rf"^[ \t\ufeff]*(?:{_HEADER.pattern})", re.MULTILINE)
_SPACE = re.compile(r"(?:[ \t\r\n\ufeff]+|;[^\n]*)+")  # a mark of order stands where exports were put together
_KEY = re.compile(r"\[([^\r\n]*)\][ \t]*(?=\r?\n|\Z)")
_QUOTED = r'"([^"\\]*(?:\\.[^"\\]*)*)"'
_NAME = re.compile(rf"(?:@|{_QUOTED})[ \t]*=[ \t]*", re.DOTALL)
_TEXT = re.compile(_QUOTED, re.DOTALL)
_DWORD = re.compile(r"dword:([0-9a-f]{1,8})(?![0-9a-f])", re.IGNORECASE)
_BYTES = r"[0-9a-f, \t]*(?:\\[ \t]*\r?\n[0-9a-f, \t]*)*"
_HEX = re.compile(rf"hex(?:\(([0-9a-f]{{1,8}})\))?:({_BYTES})", re.IGNORECASE)
_END = re.compile(r"[ \t]*(?:;[^\n]*)?\r?\n")  # a number without it may have been cut
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)

_TYPES = {
    0: "REG_NONE", 1: "REG_SZ", 2: "REG_EXPAND_SZ", 3: "REG_BINARY", 4: "REG_DWORD", 7: "REG_MULTI_SZ",
    11: "REG_QWORD",
}  # fmt: skip
DEFAULT = "(Default)"
"""Name of a key's default value, as ``reg query`` prints it in English."""


def is_reg_file(text: str) -> bool:
    """Whether a text begins as a ``.reg`` file does."""
    return _HEADER.match(text.lstrip("\ufeff\r\n\t ")) is not None


def export_parts(text: str) -> list[str]:
    """The exports that were put together in one file, each from its header on.

    Args:
        text: A file that `parse_reg_file` takes.
    """
    starts = [found.start() for found in _PART.finditer(text)]
    return [text[start:end] for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]


def parse_reg_file(text: str) -> RegistryDump:
    """Read a ``.reg`` file, or several that were put together.

    A key may come several times; its values are merged.

    Args:
        text: The file, decoded.

    Returns:
        Keys and values, with data as ``reg query`` prints it.

    Raises:
        DumpError: It is no such file, deletes something, or has a value twice; the message begins with the line.
    """
    keys: dict[str, dict[str, RegistryValue]] = {}
    current: dict[str, RegistryValue] | None = None
    at = counted = 0
    line = 1
    wide = True
    while at < len(text):
        line, counted = line + text.count("\n", counted, at), at
        space = _SPACE.match(text, at)
        header = _HEADER.match(text, at)
        key = _KEY.match(text, at)
        name = _NAME.match(text, at)
        if space:
            at = space.end()
        elif header:
            wide = header[0] == _HEADERS[0]
            at = header.end()
        elif key:
            if not f"{key[1]}\\".upper().startswith(ROOTS):
                raise DumpError(f"line {line}: [{key[1][:60]}] is no key of a registry, or is to be deleted")
            current = keys.setdefault(fold_key(key[1]), {})
            at = key.end()
        elif name and current is not None:
            value, at = _value(text, name, wide, line)
            if value.name.casefold() in current:
                raise DumpError(f"line {line}: the value {value.name[:60]!r} is there twice")
            current[value.name.casefold()] = value
        else:
            what = "a value stands before any key" if name else "neither a key nor a value"
            raise DumpError(f"line {line}: {what}: {text[at : at + 60].splitlines()[0]!r}")
    return RegistryDump({key: tuple(values.values()) for key, values in keys.items()})


def _value(text: str, name: re.Match[str], wide: bool, line: int) -> tuple[RegistryValue, int]:
    """The value whose name was matched, and where it ends."""
    label = DEFAULT if name[1] is None else _unescaped(name[1], line)
    doubts: tuple[str, ...] = ()
    if quoted := _TEXT.match(text, name.end()):
        kind, data, end = "REG_SZ", _unescaped(quoted[1], line), quoted.end()
    elif dword := _DWORD.match(text, name.end()):
        kind, data, end = "REG_DWORD", hex(int(dword[1], 16)), dword.end()
    elif octets := _HEX.match(text, name.end()):
        kind, data = _from_bytes(int(octets[1] or "3", 16), octets[2], wide, line)
        end = octets.end()
    else:
        raise DumpError(f"line {line}: the data of the value {label[:60]!r} is none that reg export writes")
    finish = _END.match(text, end)
    if finish is None:
        rest = "something stands behind" if text[end : end + 2].strip() else "the file ends in"
        raise DumpError(f"line {line}: {rest} the data of the value {label[:60]!r}")
    if kind == "REG_SZ" and "\n" in data:
        doubts = (LINE_BREAK,)
    return RegistryValue(label, kind, data, doubts), finish.end()


def _unescaped(text: str, line: int) -> str:
    for escape in _ESCAPE.finditer(text):
        if escape[1] not in '"\\':
            raise DumpError(f"line {line}: reg export writes no {escape[0]!r}; a backslash is written twice")
    return _ESCAPE.sub(r"\1", text)


def _from_bytes(kind: int, text: str, wide: bool, line: int) -> tuple[str, str]:
    """Type and data of a value that is written as bytes."""
    words = re.sub(r"[\\\s]+", "", text).split(",")
    if words == [""]:
        words = []
    if any(len(word) not in (1, 2) for word in words):
        raise DumpError(f"line {line}: the bytes of a value are not written as reg export does")
    return typed_value(kind, bytes(int(word, 16) for word in words), wide)


def typed_value(kind: int, data: bytes, wide: bool = True) -> tuple[str, str]:
    """Type and data of a value, as ``reg query`` prints them.

    Args:
        kind: The number of its type.
        data: Its bytes, as the registry stores them.
        wide: Whether texts are UTF-16; ``REGEDIT4`` wrote them in a code page.
    """
    name = _TYPES.get(kind, "REG_BINARY")
    if name in ("REG_SZ", "REG_EXPAND_SZ", "REG_MULTI_SZ"):
        decoded = data.decode("utf-16-le" if wide else "latin-1", "replace")
        if name == "REG_MULTI_SZ":
            return name, decoded.rstrip("\0").replace("\0", "\\0")
        return name, decoded.partition("\0")[0]
    if name in ("REG_DWORD", "REG_QWORD"):
        return name, hex(int.from_bytes(data, "little"))
    return name, data.hex().upper()
