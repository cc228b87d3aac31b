# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""[MS-GPFAS] rule strings to FirewallRule.

The grammar is [MS-GPFAS] 2.2.2.19: ``v<major>.<minor>|`` and then ``Key=Value|`` pairs. There is no escape for ``|``.
Rules that Windows ships (``RestrictedServices``) break the grammar in letter case, order and commas, so reading is
lenient; but an unknown key or value makes the rule *opaque*, never a guess and never an error.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from functools import lru_cache
from typing import Any, TypeVar

from ..._net.address_set import AddressSet
from ..._net.address_text import AddressError
from ..._net.port_set import HIGHEST, PortError, PortSet
from ..._texts import elided
from .rule import ALL_PROFILES, PROTOCOL_NUMBERS, Action, Direction, FirewallRule, Profile, Store

_VERSION = re.compile(r"v\d{1,5}\.\d{1,5}", re.IGNORECASE | re.ASCII)

# Keywords in place of a port, by the key that carries them: [MS-GPFAS] 2.2.2.3 and 2.2.2.19. LPort2_24 is not in the
# grammar; a registry hive of Windows 10 1709 has it (test data of mkorman90/regipy).
PORT_WORDS = {
    ("lport", "rpc"): ("LPort", "RPC"),
    ("lport", "rpc-epmap"): ("LPort", "RPC-EPMap"),
    ("lport", "teredo"): ("LPort", "Teredo"),
    ("lport2_10", "iptlsin"): ("LPort2_10", "IPTLSIn"),
    ("lport2_10", "iphttpsin"): ("LPort2_10", "IPHTTPSIn"),
    ("rport2_10", "iptlsout"): ("RPort2_10", "IPTLSOut"),
    ("rport2_10", "iphttpsout"): ("RPort2_10", "IPHTTPSOut"),
    ("lport2_20", "dhcp"): ("LPort2_20", "DHCP"),
    ("lport2_20", "ply2disc"): ("LPort2_20", "Ply2Disc"),
    ("lport2_24", "mdns"): ("LPort2_24", "mDNS"),
}
_LOCAL_PORTS = ("lport", "lport2_10", "lport2_20", "lport2_24")
_REMOTE_PORTS = ("rport", "rport2_10")
_LOCAL_ADDRESSES = ("la4", "la6")
_REMOTE_ADDRESSES = ("ra4", "ra42", "ra6", "ra62")
_ADDRESSES = _LOCAL_ADDRESSES + _REMOTE_ADDRESSES
_V4 = ("la4", "ra4", "ra42")

# Keys that limit a rule further and are kept as they are: [MS-GPFAS] 2.2.2.19. PFN is not documented; v2.33 has it.
_CONDITIONS = {
    key.casefold(): key
    for key in (
        "IF", "IFType", "Edge", "Defer", "Security", "Security2_9", "Security2", "RMauth", "RUAuth", "LUAuth",
        "LUAuth2_24", "LUOwn", "AppPkgId", "SecurityRealmId", "PFN", "Platform", "Platform2", "SkipVer", "LSM", "LOM",
        "PCross", "AuthByPassOut", "TTK", "TTK2_22", "TTK2_27", "TTK2_28", "NNm",
    )
}  # fmt: skip
_CONDITION_KEYS = frozenset(_CONDITIONS)
_ICMP_KEYS = frozenset(("icmp4", "icmp6"))
_REPEATABLE = {
    "profile", "icmp4", "icmp6", "if", "iftype", "platform", "ttk", "ttk2_22", "ttk2_27", "ttk2_28",
    *_LOCAL_PORTS, *_REMOTE_PORTS, *_ADDRESSES,
}  # fmt: skip
_FALSE_IS_ABSENT = {"edge", "lsm", "lom", "pcross", "authbypassout"}
# As Windows spells them: a host has thousands of keys, and hardly one in another spelling.
_FOLDED = {
    key: key.casefold()
    for key in (
        "Action", "Active", "Dir", "Protocol", "Profile", "ICMP4", "ICMP6", "App", "Svc", "Name", "Desc", "EmbedCtxt",
        "LPort", "LPort2_10", "LPort2_20", "LPort2_24", "RPort", "RPort2_10", "LA4", "LA6", "RA4", "RA6", "RA42",
        "RA62", *_CONDITIONS.values(),
    )
}  # fmt: skip
_KNOWN = frozenset(_FOLDED.values())
KEYS = tuple(_FOLDED)
"""The keys that are known, as Windows spells them."""

_NO_TOKENS = ("any", "*")
"""Words of netsh and of people; [MS-GPFAS] 2.2.2.5 and 2.2.2.6 have no such port."""

_MOST_REASONS = 5  # why a rule is opaque; a hostile one could have a million
_LONGEST_REASON = 200
_MOST_PARTS = 50_000  # Key=Value pairs of one rule; a ban list of 10,000 addresses has as many
_LONGEST_WORD = 40  # characters of a number or a word; longer ones are none, and need not be kept in a cache

_ICMP = re.compile(r"\d{1,3}:(?:\d{1,3}|\*)", re.ASCII)
_ACTIONS = {action.value: action for action in Action}
_DIRECTIONS = {direction.value: direction for direction in Direction}
_PROFILES = {profile.value: profile for profile in Profile}
_BOOLS = {"true": True, "false": False}
_NONE: frozenset[Any] = frozenset()
_Read = TypeVar("_Read")


def parse_rule(rule_id: str, text: str, store: Store = Store.LOCAL, doubts: Collection[str] = ()) -> FirewallRule:
    """Read one rule string.

    Args:
        rule_id: Value name in the registry.
        text: The rule string.
        store: Where it was read.
        doubts: Reasons known beforehand not to trust the text (a broken line in a dump); they make the rule opaque.

    Returns:
        The rule. What cannot be interpreted is named in its ``opaque``; no text raises.
    """
    opaque = _Reasons(doubts)
    tokens = _tokens(text, opaque)

    def first(key: str) -> str:
        return tokens[key][0] if key in tokens else ""

    def read(key: str, convert: Callable[[str], _Read | None]) -> _Read | None:
        if key not in tokens:
            return None
        found = convert(tokens[key][0])
        if found is None:
            opaque.add(f"{key}={tokens[key][0]} is not understood")
        return found

    direction = read("dir", lambda value: _DIRECTIONS.get(value.casefold()))
    action = read("action", lambda value: _ACTIONS.get(value.casefold()))
    opaque.extend(f"{key} is missing" for key in ("dir", "action") if key not in tokens)
    enabled = read("active", lambda value: _BOOLS.get(value.casefold()))
    protocol = read("protocol", lambda value: _protocol(value) if len(value) <= _LONGEST_WORD else None)
    words: set[tuple[str, str]] = set()
    local_ports = _ports(tokens, _LOCAL_PORTS, words, opaque)
    remote_ports = _ports(tokens, _REMOTE_PORTS, words, opaque)
    icmp = _NONE
    if not _ICMP_KEYS.isdisjoint(tokens):
        icmp = frozenset((key.upper(), value) for key in ("icmp4", "icmp6") for value in tokens.get(key, ()))
        opaque.extend(f"{key}={value} is not understood" for key, value in sorted(icmp) if not _ICMP.fullmatch(value))
    opaque.extend(f"{key} is empty" for key in ("app", "svc") if key in tokens and not tokens[key][0])
    profiles = _profiles(tokens["profile"], opaque) if "profile" in tokens else ALL_PROFILES
    if opaque.texts and (doubts or not opaque.whole or enabled is None):
        enabled = True  # it is taken to be switched off only where that was certainly read
    return FirewallRule(
        name=first("name"),
        direction=direction,
        action=action,
        enabled=bool(enabled),
        protocol=protocol,
        local_ports=local_ports,
        remote_ports=remote_ports,
        port_words=frozenset(words) if words else _NONE,
        icmp=icmp,
        local_addresses=_addresses(tokens, _LOCAL_ADDRESSES, opaque),
        remote_addresses=_addresses(tokens, _REMOTE_ADDRESSES, opaque),
        profiles=profiles,
        program=first("app"),
        service=first("svc"),
        description=first("desc"),
        group=first("embedctxt"),
        conditions=_conditions(tokens),
        opaque=tuple(opaque.texts),
        rule_id=rule_id,
        store=store,
        raw=text,
    )


class _Reasons:
    """Why a rule is opaque: the first few reasons, each cut, since the host's own words are in it.

    Attributes:
        texts: The reasons.
        whole: Whether all of the text is there, as far as that can be told.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        self.texts: list[str] = []
        self.whole = True
        self.extend(texts)

    def add(self, text: str) -> None:
        if len(self.texts) < _MOST_REASONS:
            self.texts.append(elided(text, _LONGEST_REASON))

    def extend(self, texts: Iterable[str]) -> None:
        for text in texts:
            self.add(text)


def _tokens(text: str, opaque: _Reasons) -> dict[str, list[str]]:
    """Split into values by lower-case key, and say what is wrong with the whole."""
    version, *pairs = text.split("|", _MOST_PARTS)
    if not _VERSION.fullmatch(version.strip()):
        opaque.add("it does not begin with a schema version")
    if len(pairs) == _MOST_PARTS:
        opaque.add(f"it has more than {_MOST_PARTS} parts")
        opaque.whole = False
    if pairs and not pairs[-1].strip():
        pairs.pop()
    else:
        opaque.add("it does not end with |")
        opaque.whole = False
    tokens: dict[str, list[str]] = {}
    doubled: set[str] = set()
    for pair in pairs:
        key, equals, value = pair.partition("=")
        folded = _FOLDED.get(key) or key.strip().casefold()
        if not equals or folded not in _KNOWN:
            short = elided(key if equals else pair, _LONGEST_REASON // 2)
            opaque.add(f"the key {short!r} is not known" if equals else f"{short!r} is no Key=Value")
        elif folded in tokens and folded not in _REPEATABLE and tokens[folded] != [value]:
            opaque.add(f"{key} is there twice")
            doubled.add(folded)
        elif folded in tokens:
            tokens[folded].append(value)
        else:
            tokens[folded] = [value]
    # Which of two actions or directions Windows takes is not documented, so the rule has none.
    if doubled:
        tokens = {key: values for key, values in tokens.items() if key not in doubled}
    return tokens


@lru_cache(maxsize=256)  # a host's rules have few different protocols
def _protocol(value: str) -> int | None:
    number = PROTOCOL_NUMBERS.get(value.casefold())
    if number is None and re.fullmatch(r"\d{1,3}", value.strip(), re.ASCII):  # int() alone would take "1_7"
        number = int(value)
    return number if number is not None and number <= 255 else None


def _ports(tokens: dict[str, list[str]], keys: Iterable[str], words: set[tuple[str, str]], opaque: _Reasons) -> PortSet:
    named = [key for key in keys if key in tokens]
    if not named:
        return PortSet.any()
    ranges: list[tuple[int, int]] = []
    for key in named:
        for item in (part.strip() for value in tokens[key] for part in value.split(",")):
            if len(item) <= 5 and item.isascii() and item.isdigit() and int(item) <= HIGHEST:  # nearly always
                ranges.append((int(item), int(item)))
                continue
            word = PORT_WORDS.get((key, item.casefold()))
            if word is not None:
                words.add(word)
                continue
            try:
                if item.casefold() in _NO_TOKENS:
                    raise PortError(f"{item!r} is no port; a rule for any port names none")
                ranges += PortSet.parse(item).ranges
            except PortError as error:
                opaque.add(f"{key}: {error}")
    return PortSet(tuple(ranges))


def _addresses(tokens: dict[str, list[str]], keys: tuple[str, ...], opaque: _Reasons) -> AddressSet:
    named = [key for key in keys if key in tokens]
    if not named:
        return AddressSet.any()
    try:
        return AddressSet.from_registry(
            [value.strip() for key in named if key in _V4 for value in tokens[key]],
            [value.strip() for key in named if key not in _V4 for value in tokens[key]],
        )
    except AddressError as error:
        opaque.add(str(error))
        return AddressSet()


def _profiles(values: Iterable[str], opaque: _Reasons) -> frozenset[Profile]:
    profiles = set()
    for value in values:
        profile = _PROFILES.get(value.strip().casefold())
        if profile is None:
            opaque.add(f"Profile={value} is not known")
        else:
            profiles.add(profile)
    return frozenset(profiles) or ALL_PROFILES


def _conditions(tokens: dict[str, list[str]]) -> tuple[tuple[str, str], ...]:
    if _CONDITION_KEYS.isdisjoint(tokens):
        return ()
    return tuple(
        sorted(
            (name, value)
            for key, values in tokens.items()
            if (name := _CONDITIONS.get(key))
            for value in values
            if not (key in _FALSE_IS_ABSENT and value.casefold() == "false")
        )
    )
