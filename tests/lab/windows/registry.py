# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Windows registry tree, and the text `reg query` prints of it.

Simulates: the configuration manager's view of keys and values (names compare case-insensitively and keep
their case; values stay in the order they were stored; subkeys enumerate sorted by upper-cased name) and the
output layout of reg.exe, which Wine's conformance test `programs/reg/tests/query.c` records from real Windows.

A value's data is kept as the text `reg query` shows (`0x1` for a DWORD): the lab never needs another form, and
a dump can be loaded and printed again byte for byte.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

LONG_ROOTS = {
    "HKLM": "HKEY_LOCAL_MACHINE",
    "HKCU": "HKEY_CURRENT_USER",
    "HKCR": "HKEY_CLASSES_ROOT",
    "HKU": "HKEY_USERS",
    "HKCC": "HKEY_CURRENT_CONFIG",
}

# Four blanks between name, type and data; a name may hold blanks itself, hence the lazy first group.
_VALUE_LINE = re.compile(r"^ {4}(?P<name>.*?) {4}(?P<type>REG_[A-Z_]+)(?: {4}(?P<data>.*))?$", re.DOTALL)

DEFAULT_NAMES = frozenset({"(Default)", "(Standard)", "(Padrão)", "(По умолчанию)", "(par défaut)"})


class RegistryError(Exception):
    """A key or value is not there, or a dump cannot be read."""


@dataclass(frozen=True)
class Value:
    """One registry value. ``name`` is empty for a key's default value; ``data`` is as reg.exe prints it."""

    name: str
    type: str
    data: str

    @property
    def dword(self) -> int:
        """The number in a REG_DWORD."""
        return int(self.data, 0)


@dataclass(eq=False)
class Key:
    """One registry key: its values in stored order, its subkeys by upper-cased name."""

    name: str
    values: dict[str, Value] = field(default_factory=dict)
    subkeys: dict[str, Key] = field(default_factory=dict)

    def set(self, name: str, kind: str, data: str) -> None:
        """Store a value. Overwriting keeps its place in the order and the case of its first name."""
        old = self.values.get(name.upper())
        self.values[name.upper()] = Value(old.name if old else name, kind, data)

    def set_dword(self, name: str, number: int) -> None:
        """Store a REG_DWORD."""
        self.set(name, "REG_DWORD", f"0x{number:x}")

    def get(self, name: str) -> Value | None:
        """The value of that name (any case), or None."""
        return self.values.get(name.upper())

    def dword(self, name: str) -> int | None:
        """The number in the REG_DWORD of that name, or None when absent."""
        value = self.get(name)
        return None if value is None else value.dword

    def sorted_subkeys(self) -> list[Key]:
        """Subkeys in the order the configuration manager enumerates them."""
        return [self.subkeys[name] for name in sorted(self.subkeys)]

    def copy(self) -> Key:
        """A deep copy; values are immutable and shared."""
        return Key(self.name, dict(self.values), {name: key.copy() for name, key in self.subkeys.items()})


def long_path(path: str) -> str:
    """A key path with its root in long form and without a trailing backslash.

    Raises RegistryError when the root is not one reg.exe knows.
    """
    root, _unused, rest = path.strip().rstrip("\\").partition("\\")
    long_root = LONG_ROOTS.get(root.upper(), root.upper())
    if long_root not in LONG_ROOTS.values():
        raise RegistryError(f"not a registry path: {path!r}")
    return f"{long_root}\\{rest}" if rest else long_root


class Registry:
    """A whole registry. Paths may start with a short or a long root; all look-ups ignore case."""

    def __init__(self) -> None:
        self._roots = {name: Key(name) for name in LONG_ROOTS.values()}

    def copy(self) -> Registry:
        """A deep copy, used as a host's starting state."""
        other = Registry()
        other._roots = {name: key.copy() for name, key in self._roots.items()}
        return other

    def find(self, path: str) -> Key | None:
        """The key at ``path``, or None."""
        root, *parts = long_path(path).split("\\")
        key: Key | None = self._roots[root]
        for part in parts:
            if key is None:
                return None
            key = key.subkeys.get(part.upper())
        return key

    def create(self, path: str) -> Key:
        """The key at ``path``, made with its parents where missing."""
        root, *parts = long_path(path).split("\\")
        key = self._roots[root]
        for part in parts:
            key = key.subkeys.setdefault(part.upper(), Key(part))
        return key

    def delete(self, path: str) -> None:
        """Remove a key with everything below it. Raises RegistryError when it is not there or is a root."""
        parent, _unused, name = long_path(path).rpartition("\\")
        key = self.find(parent) if parent else None
        if key is None or name.upper() not in key.subkeys:
            raise RegistryError(f"no such key: {path}")
        del key.subkeys[name.upper()]

    def stored_path(self, path: str) -> str:
        """``path`` with every component in the case it was stored in, as reg.exe prints it."""
        root, *parts = long_path(path).split("\\")
        names, key = [root], self._roots[root]
        for part in parts:
            child = key.subkeys.get(part.upper())
            if child is None:
                raise RegistryError(f"no such key: {path}")
            names.append(child.name)
            key = child
        return "\\".join(names)

    def walk(self, path: str) -> Iterator[tuple[str, Key]]:
        """A key and all below it, each with its printed path, in enumeration order."""
        key = self.find(path)
        if key is None:
            raise RegistryError(f"no such key: {path}")
        yield from _walk(self.stored_path(path), key)

    def load_dump(self, text: str) -> list[str]:
        """Add the keys and values of a `reg query … /s` text; returns the paths of the keys found in it.

        Raises RegistryError with the line number when a line is neither a key, a value nor blank.
        """
        key: Key | None = None
        paths: list[str] = []
        for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), start=1):
            if not line.strip():
                continue
            if line.startswith("HKEY_"):
                key = self.create(line)
                paths.append(line)
                continue
            match = _VALUE_LINE.match(line)
            if match is None or key is None:
                raise RegistryError(f"line {number} is neither a key nor a value: {line[:80]!r}")
            name = "" if match["name"] in DEFAULT_NAMES else match["name"]
            key.set(name, match["type"], match["data"] or "")
        return paths


def _walk(path: str, key: Key) -> Iterator[tuple[str, Key]]:
    yield path, key
    for child in key.sorted_subkeys():
        yield from _walk(f"{path}\\{child.name}", child)


def value_line(value: Value, default_name: str = "(Default)") -> str:
    """One value as reg.exe prints it (without the line end); data is never wrapped."""
    return f"    {value.name or default_name}    {value.type}    {value.data}"


def query_text(
    registry: Registry, path: str, *, recurse: bool, default_name: str = "(Default)", show_empty: bool = False
) -> str:
    """What `reg query path [/s]` prints, CRLF line ends.

    With ``recurse`` every subkey has a header, its values and a blank line, and so has the key itself if it has values:
    one without values and without subkeys prints a blank line and nothing else (Wine's query.c, test 8b). Without it
    the subkeys' paths follow the key's own values. ``show_empty``: the key's header comes in any case.
    """
    lines = [""]
    if recurse:
        asked = registry.find(path)
        for key_path, key in registry.walk(path):
            if key.values or key is not asked or show_empty:
                lines += [key_path, *(value_line(value, default_name) for value in key.values.values()), ""]
    else:
        key_path, key = next(registry.walk(path))
        if key.values or show_empty:
            lines += [key_path, *(value_line(value, default_name) for value in key.values.values()), ""]
        lines += [f"{key_path}\\{child.name}" for child in key.sorted_subkeys()]
    return "".join(f"{line}\r\n" for line in lines)
