# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Windows Firewall rule strings: the lab's own reading and writing of [MS-GPFAS] 2.2.2.

A rule is `v<major>.<minor>|Key=Value|…|`. There is no escape for `|`. Reading is lenient in what Microsoft's own
hand-written rules do (`V2.0`, `app=`, keys in any order); writing is as the service does it: one fixed order of
keys, canonical spelling, always a trailing `|`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

# Canonical spelling and order. The order of the first twenty or so is proven by service-written rules of public
# registry hives; positions that no hive decides (IF, IFType, Security, RMauth …) follow published examples.
KEY_ORDER = (
    "Action", "Active", "Dir", "Protocol", "Profile",
    "ICMP4", "ICMP6", "LPort", "LPort2_10", "LPort2_20", "LPort2_24", "RPort", "RPort2_10",
    "LA4", "LA6", "RA4", "RA6", "RA42", "RA62",
    "IF", "IFType", "App", "Svc", "Name", "Desc", "PFN",
    "LUAuth", "LUAuth2_24", "LUOwn", "AppPkgId", "EmbedCtxt", "Platform", "Platform2",
    "TTK", "TTK2_22", "TTK2_27", "TTK2_28", "Security", "Security2", "Security2_9", "RMauth", "RUAuth", "NNm",
    "SecurityRealmId", "SkipVer", "Edge", "Defer", "LSM", "LOM", "PCross", "AuthByPassOut",
)  # fmt: skip

REPEATABLE = frozenset({
    "Profile", "ICMP4", "ICMP6", "LPort", "LPort2_10", "LPort2_20", "LPort2_24", "RPort", "RPort2_10",
    "LA4", "LA6", "RA4", "RA6", "RA42", "RA62", "IF", "IFType", "Platform", "TTK", "TTK2_22", "TTK2_27", "TTK2_28",
    "NNm",
})  # fmt: skip

_CANONICAL_KEY = {key.upper(): key for key in KEY_ORDER}
_RANK = {key: rank for rank, key in enumerate(KEY_ORDER)}
_ENUMS = {
    "Action": ("Allow", "Block", "ByPass"),
    "Dir": ("In", "Out"),
    "Profile": ("Domain", "Private", "Public"),
    "Active": ("TRUE", "FALSE"),
    "Edge": ("TRUE", "FALSE"),
    "Defer": ("App", "User"),
    "IFType": ("Lan", "Wireless", "RemoteAccess"),
}
_PROTOCOL_NAMES = {"TCP": "6", "UDP": "17", "ICMPV4": "1", "ICMPV6": "58"}
_VERSION = re.compile(r"[vV](\d{1,3})\.(\d{1,3})")


class RuleError(ValueError):
    """A rule string that the service would ignore."""


@dataclass(frozen=True)
class Rule:
    """One rule: schema version and its tokens in service order, keys and enumerations in canonical spelling.

    ``unknown`` holds tokens whose key no specification names. A rule with such tokens is kept in the registry
    but not enforced: what it would mean cannot be known.
    """

    version: tuple[int, int]
    tokens: tuple[tuple[str, str], ...]
    unknown: tuple[tuple[str, str], ...] = ()

    def first(self, key: str) -> str | None:
        """The value of a key that occurs at most once, or None."""
        return next((value for name, value in self.tokens if name == key), None)

    def all(self, key: str) -> tuple[str, ...]:
        """The values of a repeatable key in their order."""
        return tuple(value for name, value in self.tokens if name == key)

    @property
    def name(self) -> str:
        """The stored name: text or an @-resource reference."""
        return self.first("Name") or ""

    @property
    def active(self) -> bool:
        """Absent means FALSE ([MS-GPFAS] 2.2.2.19)."""
        return self.first("Active") == "TRUE"

    @property
    def inbound(self) -> bool:
        """True for Dir=In."""
        return self.first("Dir") == "In"

    def with_values(self, changes: dict[str, tuple[str, ...]]) -> Rule:
        """A copy in which each key of ``changes`` has exactly the given values (none: the key is gone)."""
        kept = [token for token in self.tokens if token[0] not in changes]
        added = [(key, value) for key, values in changes.items() for value in values]
        return replace(self, tokens=in_service_order(kept + added))


def in_service_order(tokens: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Tokens in the order the service writes keys; the order of one key's own values is kept."""
    return tuple(sorted(tokens, key=lambda token: _RANK[token[0]]))


@lru_cache(maxsize=32768)
def parse_rule(text: str) -> Rule:
    """Read a rule string. Raises RuleError with the reason when the service would ignore it."""
    head, *pairs = text.split("|")
    version = _VERSION.fullmatch(head)
    if version is None:
        raise RuleError(f"no version at the start of {text[:60]!r}")
    tokens: list[tuple[str, str]] = []
    unknown: list[tuple[str, str]] = []
    for pair in pairs:
        if not pair:
            continue
        raw_key, equals, value = pair.partition("=")
        if not equals:
            raise RuleError(f"not a Key=Value pair: {pair[:60]!r}")
        key = _CANONICAL_KEY.get(raw_key.upper())
        if key is None:
            unknown.append((raw_key, value))
            continue
        if key not in REPEATABLE and any(name == key for name, _unused in tokens):
            raise RuleError(f"{key} given twice")
        tokens += [(key, part) for part in _canonical_values(key, value)]
    rule = Rule((int(version[1]), int(version[2])), in_service_order(tokens), tuple(unknown))
    for needed in ("Action", "Dir"):
        if rule.first(needed) is None:
            raise RuleError(f"{needed} is missing")
    return rule


def _canonical_values(key: str, value: str) -> list[str]:
    if key in _ENUMS:
        for word in _ENUMS[key]:
            if word.upper() == value.upper():
                return [word]
        raise RuleError(f"{key}={value} is not one of {', '.join(_ENUMS[key])}")
    if key == "Protocol":
        number = _PROTOCOL_NAMES.get(value.upper(), value)
        if not number.isdecimal() or int(number) > 255:
            raise RuleError(f"Protocol={value} is not a protocol")
        return [number]
    if key in ("LPort", "RPort"):
        # Only Microsoft's hand-written static rules use comma lists; the service writes one token each.
        return value.split(",")
    return [value]


def rule_text(rule: Rule) -> str:
    """The rule string as the service writes it."""
    pairs = [*rule.tokens, *rule.unknown]
    return f"v{rule.version[0]}.{rule.version[1]}|" + "".join(f"{key}={value}|" for key, value in pairs)
