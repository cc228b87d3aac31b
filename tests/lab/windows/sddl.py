# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Security descriptors as text: SDDL ([MS-DTYP] 2.5.1), read, and written as Windows writes it.

How Windows spells rights is seen in published output of `icacls /save`: FA, FR, FW and FX for just these, letter pairs
where they cover every bit (`DCLCRPCR`, `SDGXGWGR`), else a number (`0x1200a9`).
"""

from __future__ import annotations

import re

from lab.windows.security import CI, ID, IO, MACHINE, NP, OI, Ace, Descriptor

ALIASES = {
    "SY": "S-1-5-18", "BA": "S-1-5-32-544", "BU": "S-1-5-32-545", "BG": "S-1-5-32-546", "PU": "S-1-5-32-547",
    "RM": "S-1-5-32-580", "AU": "S-1-5-11", "WD": "S-1-1-0", "CO": "S-1-3-0", "CG": "S-1-3-1", "OW": "S-1-3-4",
    "LS": "S-1-5-19", "NS": "S-1-5-20", "NU": "S-1-5-2", "IU": "S-1-5-4", "SU": "S-1-5-6", "AN": "S-1-5-7",
    "AC": "S-1-15-2-1", "LA": f"{MACHINE}-500",
}  # fmt: skip
_ALIAS_OF = {sid: alias for alias, sid in ALIASES.items()}
_WHOLE = {"FA": 0x1F01FF, "FR": 0x120089, "FW": 0x120116, "FX": 0x1200A0}
_RIGHTS = {
    "CC": 0x1, "DC": 0x2, "LC": 0x4, "SW": 0x8, "RP": 0x10, "WP": 0x20, "DT": 0x40, "LO": 0x80, "CR": 0x100,
    "SD": 0x10000, "RC": 0x20000, "WD": 0x40000, "WO": 0x80000,
    "GA": 0x10000000, "GX": 0x20000000, "GW": 0x40000000, "GR": 0x80000000,
}  # fmt: skip
_FLAGS = {"OI": OI, "CI": CI, "NP": NP, "IO": IO, "ID": ID}
_ACE = re.compile(r"\(([^()]*)\)")
_DESCRIPTOR = re.compile(
    r"(?:O:(?P<owner>.+?))?(?:G:(?P<group>.+?))?(?:D:(?P<flags>[A-Z]*)(?P<aces>(?:\([^()]*\))*))?(?:S:.*)?"
)


class SddlError(ValueError):
    """Not a descriptor that the lab can read."""


def parse_sid(text: str) -> str:
    """A SID or its alias. Raises SddlError."""
    sid = ALIASES.get(text.upper(), text.upper())
    if re.fullmatch(r"S-1-\d+(-\d+)+", sid) is None:
        raise SddlError(f"not a SID: {text!r}")
    return sid


def parse_sddl(text: str, owner: str = "") -> Descriptor:
    """Read a descriptor; ``owner`` where it names none. Raises SddlError."""
    match = _DESCRIPTOR.fullmatch(text.strip())
    if match is None or match["aces"] is None:
        raise SddlError(f"not a security descriptor with a DACL: {text!r}")
    flags = match["flags"]
    if re.fullmatch(r"(P|AI|AR)*", flags) is None:
        raise SddlError(f"unknown flags of the DACL: {flags!r}")
    aces = tuple(_parse_ace(each) for each in _ACE.findall(match["aces"]))
    sid = parse_sid(match["owner"]) if match["owner"] else owner
    return Descriptor(sid, aces, protected="P" in flags, auto="AI" in flags)


def _parse_ace(text: str) -> Ace:
    fields = text.split(";")
    if len(fields) != 6 or fields[0].upper() not in ("A", "D") or fields[3] or fields[4]:
        raise SddlError(f"not an entry the lab knows: ({text})")
    return Ace(fields[0].upper() == "A", _parse_flags(fields[1]), _parse_rights(fields[2]), parse_sid(fields[5]))


def _pairs(text: str) -> list[str]:
    return [text[at : at + 2].upper() for at in range(0, len(text), 2)]


def _parse_flags(text: str) -> int:
    flags = 0
    for pair in _pairs(text):
        if pair not in _FLAGS:
            raise SddlError(f"unknown inheritance flag {pair!r}")
        flags |= _FLAGS[pair]
    return flags


def _parse_rights(text: str) -> int:
    if re.fullmatch(r"0[xX][0-9a-fA-F]+|\d+", text):
        return int(text, 0)
    mask = 0
    for pair in _pairs(text):
        if pair not in _RIGHTS and pair not in _WHOLE:
            raise SddlError(f"unknown right {pair!r}")
        mask |= _RIGHTS.get(pair) or _WHOLE[pair]
    return mask


def sddl(descriptor: Descriptor, *, owner: bool = False) -> str:
    """The text of a descriptor's DACL, with the owner before it where asked for."""
    flags = ("P" if descriptor.protected else "") + ("AI" if descriptor.auto else "")
    head = f"O:{_sid(descriptor.owner)}" if owner else ""
    return f"{head}D:{flags}{''.join(_ace(ace) for ace in descriptor.aces)}"


def _ace(ace: Ace) -> str:
    flags = "".join(pair for pair, bit in _FLAGS.items() if ace.flags & bit)
    return f"({'A' if ace.allows else 'D'};{flags};{_rights(ace.mask)};;;{_sid(ace.sid)})"


def _sid(sid: str) -> str:
    return _ALIAS_OF.get(sid, sid)


def _rights(mask: int) -> str:
    for name, whole in _WHOLE.items():
        if mask == whole:
            return name
    pairs = [pair for pair, bit in _RIGHTS.items() if mask & bit]
    covered = sum(_RIGHTS[pair] for pair in pairs)
    return "".join(pairs) if covered == mask and pairs else f"0x{mask:x}"
