# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Small readers of what programs print, whatever language they print it in.

Nothing of them raises: what cannot be read is None, and a null in the report says so.
"""

from __future__ import annotations

import csv
import re
import struct
from collections.abc import Iterable, Sequence

from .._texts import lines_of, said

_TIME = re.compile(r"(?<!\d)(\d{1,2})\D(\d\d)\D(\d\d)(?!\d)")
_DAY = 24 * 3600
_SID = re.compile(r"(?<![0-9A-Za-z-])S-1-\d{1,10}(?:-\d{1,10}){1,15}(?![0-9-])")
_ANY_SID = re.compile(r"S-1-\d+(?:-\d+)*")
_KIND = re.compile(r"S-1-\d{1,15}(?:-\d{1,3}(?=-))?")
_DACL = re.compile(r"D:(?:P|AI|AR|NO_ACCESS_CONTROL){0,4}(?:\([^()]{1,200}\)){0,50}")
_ACE_KINDS = {0: "A", 1: "D"}
_MOST_ACES = 50
_WELL_KNOWN = re.compile(r"S-1-(?:[0-3]-\d|5-\d{1,3}|5-32-\d{3}|5-64-\d{1,2}|15-[23]-\d{1,2}|16-\d{1,5})")
_LABEL = re.compile(r"[^\W\d][\w '()/-]{0,119}")  # no dot, no backslash: names of machines and accounts have them
_LONGEST = 120  # characters of a label
_MOST_LABELS = 60


def seconds_of_day(text: str | None) -> int | None:
    """The time that ``echo %TIME%`` printed, in seconds since midnight: three numbers, whatever stands between them."""
    found = _TIME.search(text[:200]) if text else None
    if not found:
        return None
    hours, minutes, seconds = (int(part) for part in found.groups())
    return hours * 3600 + minutes * 60 + seconds if hours < 24 and minutes < 60 and seconds < 60 else None


def seconds_between(first: str | None, second: str | None) -> int | None:
    """Seconds from one printed time to a later one, over midnight too; None where one of them is none."""
    begun, ended = seconds_of_day(first), seconds_of_day(second)
    return None if begun is None or ended is None else (ended - begun) % _DAY


def value_of(text: str | None) -> str | None:
    """The data of the one value that ``reg query KEY /v NAME`` prints."""
    for line in lines_of(text or ""):
        _name, found, rest = line.partition("    REG_")
        if line.startswith("    ") and found:
            return said(rest.partition("    ")[2].strip(), _LONGEST)
    return None


def number_of(text: str | None) -> int | None:
    """A number that ``reg query`` prints as decimal text, or as a DWORD."""
    found = value_of(text)
    try:
        return int(found, 0) if found and len(found) < 20 else None
    except ValueError:
        return None


def printed_lines(text: str | None, hidden: str = "", shown: str = "") -> list[str] | None:
    """The lines of a text without their ends, blank ones as empty texts.

    Args:
        text: The text.
        hidden: A text in them that is replaced, whatever its letter case.
        shown: What stands in its place.
    """
    if text is None:
        return None
    found = [said(line, 200) for line in lines_of(text)][:_MOST_LABELS]
    if not hidden:
        return found
    return [re.sub(re.escape(hidden), lambda _match: shown, line, flags=re.IGNORECASE) for line in found]


def labels_before_colons(text: str | None) -> list[str] | None:
    """What stands in front of the first colon of each line, as in what ``sc`` prints.

    Only where it looks like a label: what somebody else wrote there may name a host.
    """
    if text is None:
        return None
    found = (line.partition(":")[0].strip() for line in lines_of(text) if ":" in line)
    return [said(label, _LONGEST) for label in found if _LABEL.fullmatch(label)][:_MOST_LABELS]


def first_columns(text: str | None) -> list[str] | None:
    """What stands in front of two blanks or more, and titles that end with a colon, as in what ``netsh`` prints.

    A line without such a gap, or that begins with blanks, may be a value's: it may name a host or a group.
    """
    if text is None:
        return None
    lines = (line.rstrip() for line in lines_of(text))
    found = (line.partition("  ")[0] for line in lines if line[:1].strip() and ("  " in line or line.endswith(":")))
    return [said(label, _LONGEST) for label in found if _LABEL.fullmatch(label.removesuffix(":"))][:_MOST_LABELS]


def sids_in(text: str) -> list[str]:
    """All SIDs of a text, in its order."""
    return [sid for line in lines_of(text) for sid in _SID.findall(line)]


def well_known(sids: Iterable[str]) -> tuple[list[str], int]:
    """The SIDs that every Windows has, each once, and how many others there are: those may name a domain."""
    found: dict[str, None] = {}
    others = 0
    for sid in sids:
        if _WELL_KNOWN.fullmatch(sid):
            found[sid] = None
        else:
            others += 1
    return sorted(found), others


def table_columns(text: str) -> list[str] | None:
    """The headings of a table of a console program: what stands above a line of ``====``, column by column."""
    above = ""
    for line in lines_of(text):
        if line.startswith("==") and not line.strip("= "):
            spans = [match.span() for match in re.finditer("=+", line)]
            return [said(above[begin:end].strip(), _LONGEST) for begin, end in spans][:_MOST_LABELS]
        above = line
    return None


def csv_rows(text: str | None) -> list[list[str]] | None:
    """The rows of comma-separated text; None where it is none."""
    if text is None:
        return None
    try:
        return [row for row in csv.reader(lines_of(text), strict=True) if row]
    except csv.Error:
        return None


def dacl_in(text: str | None) -> str | None:
    """The DACL that ``icacls /save`` wrote, in SDDL, without SIDs of a domain.

    Args:
        text: The file as ``type`` prints it: UTF-16, with or without the characters that its bytes make where they are
            taken for others.
    """
    plain = "".join(character for character in (text or "")[:8000] if " " <= character <= "~")
    found = _DACL.search(plain)
    # An entry with a condition has parentheses of its own, and the words of somebody's claims in them.
    return without_domains(found[0]) if found and plain[found.end() : found.end() + 1] != "(" else None


def without_domains(text: str) -> str:
    """A text in which every SID that not all Windows have says of which kind it is, and no more."""
    return _ANY_SID.sub(lambda sid: sid[0] if _WELL_KNOWN.fullmatch(sid[0]) else _kind(sid[0]), text)


def _kind(sid: str) -> str:
    found = _KIND.match(sid)
    return f"{found[0] if found else 'S-1'}-x"


def owner_of_folder(text: str | None) -> str | None:
    """The owner that ``dir /q`` prints of the folder itself, in the line of ``.``: a name, perhaps cut off."""
    for line in lines_of(text or ""):
        if line.rstrip().endswith(" .") and "> " in line:
            return line.rpartition("> ")[2].rstrip()[:-1].strip()
    return None


def descriptor(data: str | None) -> str | None:
    """A self-relative security descriptor ([MS-DTYP] 2.4.6) in hexadecimal, in words like those of SDDL.

    Args:
        data: What ``reg query`` prints of a REG_BINARY value.

    Returns:
        Owner, and each entry of the DACL as kind, flags, rights in hexadecimal and SID; None for other data.
    """
    try:
        raw = bytes.fromhex(data or "")
        owner, dacl = (struct.unpack_from("<I", raw, offset)[0] for offset in (4, 16))
        told = f"O:{_sid_at(raw, owner)}" if owner else ""
        if not dacl:
            return without_domains(told) or None
        (count,) = struct.unpack_from("<H", raw, dacl + 4)
        at, entries = dacl + 8, []
        for _number in range(min(count, _MOST_ACES)):
            kind, flags, size, mask = struct.unpack_from("<BBHI", raw, at)
            entries.append(f"({_ACE_KINDS.get(kind, kind)};0x{flags:x};0x{mask:x};{_sid_at(raw, at + 8)})")
            at += size
    except (ValueError, struct.error):
        return None
    return without_domains(f"{told}D:{''.join(entries)}")


def _sid_at(raw: bytes, at: int) -> str:
    revision, count = struct.unpack_from("<BB", raw, at)
    if count > 15:  # [MS-DTYP] 2.4.2
        raise ValueError("no SID")
    authority = int.from_bytes(raw[at + 2 : at + 8], "big")
    parts: Sequence[int] = struct.unpack_from(f"<{count}I", raw, at + 8)
    return "-".join(("S", str(revision), str(authority), *map(str, parts)))
