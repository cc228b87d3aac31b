# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A second, independent reading of rule strings, for comparing only: what two strings say, as a multiset of tokens.

Shares no code with the plugins. Knows which spellings [MS-GPFAS] 2.2.2 gives one meaning: letter case of keys and
keywords, port lists against ranges, dotted masks against prefix lengths, absent booleans, all three profiles.
"""

from __future__ import annotations

import ipaddress
from collections import Counter

Token = tuple[str, str]

_FLAGS = {"edge", "lsm", "lom", "pcross", "authbypassout"}
_TEXTS = {"app", "svc", "name", "desc", "embedctxt"}
_FOLDED = {"action", "dir"}
_PORT_KEYS = {"lport": "L", "lport2_10": "L", "lport2_20": "L", "lport2_24": "L", "rport": "R", "rport2_10": "R"}
_ADDRESS_KEYS = {"la4", "la6", "ra4", "ra6", "ra42", "ra62"}


def tokens(text: str) -> Counter[Token]:  # noqa: PLR0912 - one branch a kind of key reads best in one place
    """What a rule string says. Fails loudly (ValueError) for what it does not know."""
    version, *pairs = text.split("|")
    found: Counter[Token] = Counter({("version", version.casefold()): 1})
    ports: dict[str, set[int]] = {}
    numbers: dict[str, set[ipaddress.IPv4Network | ipaddress.IPv6Network]] = {}
    profiles: set[str] = set()
    active = "false"
    for pair in pairs:
        if not pair.strip():
            continue
        key, _equals, value = pair.partition("=")
        key = key.strip().casefold()
        if key == "active":
            active = value.casefold()
        elif key == "profile":
            profiles.add(value.strip().casefold())
        elif key == "protocol":
            found["protocol", {"tcp": "6", "udp": "17"}.get(value.casefold(), value)] += 1
        elif key in _PORT_KEYS:
            for item in value.split(","):
                _port(item.strip(), key, ports, found)
        elif key in _ADDRESS_KEYS:
            _address(value.strip(), key, numbers, found)
        elif key in _FLAGS and value.casefold() == "false":
            continue
        elif key in _TEXTS:
            if value:
                found[key, value] += 1
        else:
            found[key, value.casefold() if key in _FOLDED else value] += 1
    found["active", active] += 1
    if profiles and len(profiles) < 3:
        found.update(("profile", profile) for profile in profiles)
    for side, values in ports.items():
        if len(values) < 65536:
            found[side, ",".join(map(str, sorted(values)))] += 1
    for where, networks in numbers.items():
        for network in ipaddress.collapse_addresses(networks):  # type: ignore[type-var]
            found[where, str(network)] += 1
    return found


def _port(item: str, key: str, ports: dict[str, set[int]], found: Counter[Token]) -> None:
    first, _dash, last = item.partition("-")
    if first.isdigit():
        ports.setdefault(_PORT_KEYS[key], set()).update(range(int(first), int(last or first) + 1))
    else:
        found[key, item.casefold()] += 1
        ports.setdefault(_PORT_KEYS[key], set())


def _address(
    value: str, key: str, numbers: dict[str, set[ipaddress.IPv4Network | ipaddress.IPv6Network]], found: Counter[Token]
) -> None:
    where = key[:3]
    if "." not in value and ":" not in value:
        found[f"{where}-word", value.casefold()] = 1
        return
    networks = numbers.setdefault(where, set())
    first, dash, last = value.partition("-")
    if dash:
        ends = ipaddress.ip_address(first), ipaddress.ip_address(last)
        networks.update(ipaddress.summarize_address_range(*ends))
    else:
        networks.add(ipaddress.ip_network(value, strict=False))
