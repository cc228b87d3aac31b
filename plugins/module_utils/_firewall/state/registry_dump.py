# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text of ``reg query KEY /s`` to keys and values.

Layout (Wine's ``programs/reg/tests/query.c``, written to pass on real Windows): a key's full name alone on a line, its
values behind four blanks each, a blank line. Data is never wrapped, so a line that fits neither form is the rest of a
value with a line break in it, and then nothing tells where the value ends and the next one begins: both are in doubt.
So are they where a rule string lacks its end: a line break may have cut it, and what looks like the next value may be
the rest of it. Only the value asked for alone tells (`unended`).
"""

from __future__ import annotations

import io
import re
from collections.abc import Collection
from dataclasses import dataclass, field

from ..._texts import said

_VALUE = re.compile(r" {4}(.+?) {4}(REG_[A-Z_]+)(?: {4}(.*))?", re.DOTALL)
_INDENT = "    "
_TYPES = frozenset(("REG_SZ", "REG_DWORD", "REG_EXPAND_SZ", "REG_MULTI_SZ", "REG_QWORD", "REG_BINARY"))
_RULE = re.compile(r"v\d+\.\d+\|", re.IGNORECASE)
_NUMBERS = ("REG_DWORD", "REG_QWORD")
ROOTS = ("HKEY_LOCAL_MACHINE\\", "HKEY_CURRENT_USER\\", "HKEY_CLASSES_ROOT\\", "HKEY_USERS\\", "HKEY_CURRENT_CONFIG\\")
LINE_BREAK = "its data holds a line break"
_FOLLOWS = ("it follows a value with a line break, so it may be part of that",)
_SHORT = {"HKLM": "HKEY_LOCAL_MACHINE"}


class DumpError(ValueError):
    """The text is not a complete ``reg query`` output; the message says what is wrong, and where."""


@dataclass(frozen=True, slots=True)
class RegistryValue:
    """One value.

    Attributes:
        name: Value name; ``(Default)`` may be localised.
        type: Registry type such as ``REG_SZ``.
        data: Data as printed: text as is, numbers as ``0x1``.
        doubts: Why the data may not be what the registry holds.
    """

    name: str
    type: str
    data: str
    doubts: tuple[str, ...] = ()

    def number(self) -> int | None:
        """A DWORD's or QWORD's value; None for any other type or broken data."""
        if self.type not in _NUMBERS:
            return None
        try:
            return int(self.data, 16)
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class RegistryDump:
    """Keys and their values, found regardless of letter case.

    Attributes:
        keys: Lower-case full key name to values in stored order.
    """

    keys: dict[str, tuple[RegistryValue, ...]] = field(default_factory=dict)

    def has(self, key: str) -> bool:
        """Whether the key was printed, even without values."""
        return fold_key(key) in self.keys

    def values(self, key: str) -> tuple[RegistryValue, ...]:
        """The key's values in stored order; none where there is no such key."""
        return self.keys.get(fold_key(key), ())

    def value(self, key: str, name: str) -> RegistryValue | None:
        """One value by its name."""
        folded = name.casefold()
        return next((value for value in self.values(key) if value.name.casefold() == folded), None)

    def below(self, key: str) -> list[str]:
        """Lower-case names of all keys under the key, in printed order, without itself."""
        prefix = fold_key(key) + "\\"
        return [name for name in self.keys if name.startswith(prefix)]

    def __or__(self, other: RegistryDump) -> RegistryDump:
        """Both dumps; for a key in both, the right one's values."""
        return RegistryDump(self.keys | other.keys)


@dataclass(frozen=True, slots=True)
class Unended:
    """A rule string that lacks its end, with something behind it that may be its rest.

    Attributes:
        key: Full name of the key, as printed.
        name: Value name.
        data: What was taken for its data: its lines but for empty ones.
        line: Number of its first line.
    """

    key: str
    name: str
    data: str
    line: int


def parse_dump(text: str) -> RegistryDump:
    """Read the output of one or several ``reg query /s``; what follows an unended rule string is in doubt.

    Args:
        text: The output, with any line ends; decoded as UTF-8 or whatever the host's code page was.

    Raises:
        DumpError: As `scan_dump`, and a key that follows an unended rule string.
    """
    return scan_dump(text, ())[0]


def scan_dump(
    text: str, settled: Collection[Unended] | None, merge: bool = False, first_line: int = 1
) -> tuple[RegistryDump, tuple[Unended, ...]]:
    """Read the output of one or several ``reg query /s``.

    Args:
        text: As in `parse_dump`.
        settled: Unended rule strings of which it is known that they end where they seem to. None means all of them.
        merge: Whether a key may come several times, as in a file that somebody has put together.
        first_line: Number of the text's first line, for messages.

    Returns:
        The keys, and all unended rule strings that something follows.

    Raises:
        DumpError: A value stands before any key, a key or a value name is there twice, or the last line has no end
            (the output was cut off in the middle of it). And a key follows an unended rule string that is not settled.
    """
    if text and not text.endswith("\n"):
        number, rest = text.count("\n") + first_line, text.rsplit("\n", 1)[-1]
        raise DumpError(f"line {number}: the output ends in the middle of a line: {rest[:60]!r}")
    keys: dict[str, dict[str, _Value]] = {}
    unended: list[Unended] = []
    name = ""
    current: dict[str, _Value] | None = None
    last: _Value | None = None

    def in_doubt() -> bool:
        """Whether what follows may be the rest of the last value."""
        if last is None or not last.unended:
            return False
        found = Unended(name, last.name, "\n".join(last.lines), last.line)
        unended.append(found)
        # A rule string always ends with | ([MS-GPFAS] 2.2.2.19). One that does not was cut by a line break, and what
        # looks like the next value may be the rest of its description.
        return settled is not None and not last.lines[-1].endswith("|") and found not in settled

    # Not str.splitlines: U+0085, U+2028 and others may stand inside a value and are no line ends to reg.exe.
    for number, ended in enumerate(io.StringIO(text, newline="\n"), first_line):
        line = ended[:-1].removesuffix("\r")
        if not line:
            continue
        parts = _parts(line)
        if parts is None and line.startswith(ROOTS):
            if in_doubt():
                rule = unended[-1].name
                raise DumpError(
                    f"line {number}: the key {said(line)} follows the rule {said(rule)!r}, which has no end; one of "
                    "them is forged"
                )
            if fold_key(line) in keys and not merge:
                raise DumpError(f"line {number}: the key {said(line)} is there twice")
            name, current, last = line, keys.setdefault(fold_key(line), {}), None
        elif parts is not None:
            if current is None:
                raise DumpError(f"line {number}: a value stands before any key: {line[:60]!r}")
            label, kind, data = parts
            folded = label.casefold()
            if folded in current:
                raise DumpError(
                    f"line {number}: the value {said(label)!r} is there twice; one of them is forged{_by(last)}"
                )
            doubts = _FOLLOWS if last is not None and last.unended and in_doubt() else ()
            last = current[folded] = _Value(label, kind, data, number, doubts)
        elif last is not None and last.type not in _NUMBERS:
            last.lines.append(line)
        else:
            raise DumpError(f"line {number}: neither a key nor a value: {line[:60]!r}")
    found = {key: tuple(value.done() for value in values.values()) for key, values in keys.items()}
    return RegistryDump(found), tuple(unended)


def _parts(line: str) -> tuple[str, str, str] | None:
    """Name, type and data of a value's first line; None where it is none."""
    if not line.startswith(_INDENT):
        return None
    name, _blanks, rest = line[len(_INDENT) :].partition(_INDENT)
    kind, _blanks, data = rest.partition(_INDENT)
    if name and kind in _TYPES:  # nearly always; what the pattern finds is the same
        return name, kind, data
    match = _VALUE.fullmatch(line)
    return (match[1], match[2], match[3] or "") if match else None


class _Value:
    """A value while its lines are read; `unended`: whether it is a rule string that a line break may have cut."""

    __slots__ = ("doubts", "line", "lines", "name", "type", "unended")

    def __init__(self, name: str, kind: str, data: str, line: int, doubts: tuple[str, ...]) -> None:
        self.name, self.type, self.lines, self.line, self.doubts = name, kind, [data], line, doubts
        self.unended = kind == "REG_SZ" and not data.endswith("|") and _RULE.match(data) is not None

    def done(self) -> RegistryValue:
        if len(self.lines) == 1:
            return RegistryValue(self.name, self.type, self.lines[0], self.doubts)
        return RegistryValue(self.name, self.type, "\n".join(self.lines), (*self.doubts, LINE_BREAK))


def _by(last: _Value | None) -> str:
    """Who may have forged a value that follows; nobody where the last one has its end."""
    return (
        f", if the rule {said(last.name)!r} before it, which has no end, holds a line break"
        if last and last.unended
        else ""
    )


def fold_key(key: str) -> str:
    """A key's name as `RegistryDump.keys` has it: in lower case, with the long name of its root."""
    root, slash, rest = key.rstrip("\\").partition("\\")
    return f"{_SHORT.get(root.upper(), root)}{slash}{rest}".casefold()
