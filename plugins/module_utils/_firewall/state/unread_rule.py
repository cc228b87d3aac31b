# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of which only the head is read until somebody asks for more.

A host has hundreds of rules, and hardly one is about the ports in question. A rule string that is written just as
Windows writes it, in the order of [MS-GPFAS] 2.2.2.19, is recognised by one pattern. That is enough to know that
`parse_rule` would understand all of it, and to sort it out by name, direction, protocol and ports. Everything else is
parsed when it is asked for, and any other text at once: what the pattern takes is a part of what the parser takes.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import fields
from functools import lru_cache
from typing import Any

from ..._net.address_text import is_stored_address
from ..._net.port_set import HIGHEST, LOWEST
from .rule import Action, Direction, FirewallRule, Store
from .rule_string import PORT_WORDS, parse_rule

_LONGEST = 2000
"""Characters of a text that is looked at: then it has not more parts than `parse_rule` takes, and caches stay small."""

_CACHED = 512  # different lists of ports, or of addresses; a host's rules have fewer
_WHOLE = (LOWEST, HIGHEST)


def _once(*keys: str) -> str:
    return "".join(rf"(?:{key}=[^|]*\|)?" for key in keys)


# Keys that may come once come once, in one order: what is there twice, `parse_rule` may not understand.
_PLAIN = re.compile(
    r"v[0-9]{1,5}\.[0-9]{1,5}\|"
    r"Action=(Allow|Block)\|Active=(TRUE|FALSE)\|Dir=(In|Out)\|"
    r"(?:Protocol=([1-9]?[0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5])\|)?"
    r"(?:Profile=(?:Domain|Private|Public)\|)*"
    r"(?:ICMP[46]=[0-9]{1,3}:(?:[0-9]{1,3}|\*)\|)*"
    # One port or one range, as nearly always; more of them, and keywords.
    r"((?:([LR])Port(?:2_10)?=([0-9]{1,5})(?:-([0-9]{1,5}))?\|)?"
    r"((?:(?:LPort(?:2_10|2_20|2_24)?|RPort(?:2_10)?)=[^|]+\|)*))"
    r"((?:[LR]A(?:4|6)=[^|]+\||RA[46]2=[^|]+\|)*)"
    r"(?:App=([^|]+)\|)?(?:Svc=([^|]+)\|)?"
    r"Name=([^|]*)\|"
    + _once("Desc", "LUAuth", "LUOwn", "AppPkgId", "EmbedCtxt")
    + r"(?:Platform=[^|]*\|)*"
    # Windows Server 2016 and later have more behind the group; of most rules it is what the console does not show.
    + _once("Platform2", "Edge", "Defer")
    + r"(?:TTK(?:2_22|2_27|2_28)?=[^|]*\|)*"
    + _once("Security")
)
_PORT = re.compile(r"(([LR])Port[0-9_]*)=(?:([0-9]{1,5})(?:-([0-9]{1,5}))?|([^|]+))\|")
_ADDRESS = re.compile(r"[LR]A([46])2?=([^|]+)\|")
_OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_MASK = r"(?:[12]?[0-9]|3[0-2]|255\.255\.255\.0|255\.255\.0\.0|255\.0\.0\.0)"
_USUAL_ADDRESSES = re.compile(rf"(?:[LR]A4={_OCTET}(?:\.{_OCTET}){{3}}(?:/{_MASK})?\||[LR]A[46]=LocalSubnet\|)*")
_ACTIONS = {"Allow": Action.ALLOW, "Block": Action.BLOCK}
_SIDES = {"In": "L", "Out": "R"}
"""Whose ports are those of the side that listens: local or remote ones."""
_DIRECTIONS = {"In": Direction.IN, "Out": Direction.OUT}


class UnreadRule(FirewallRule):
    """A rule of which is read what it is sorted out by: `_HEAD`.

    The other attributes are not there yet: Python then asks `__getattr__`, which reads all of them.
    """

    __slots__ = ("_hull",)
    _hull: tuple[int, int]

    def __getattr__(self, name: str) -> Any:
        if name not in _REST:
            raise AttributeError(name)
        whole = parse_rule(self.rule_id, self.raw, self.store)
        for rest, put in _REST.items():
            put(self, getattr(whole, rest))
        return getattr(self, name)

    def span(self, direction: Direction) -> tuple[int, int]:
        """See `FirewallRule.span`; nothing is read for it."""
        hull: tuple[int, int] | None = getattr(self, "_hull", None)  # `replace` makes rules that have none
        return hull if hull and direction is self.direction else super().span(direction)


def read_rule(rule_id: str, text: str, store: Store = Store.LOCAL, doubts: Collection[str] = ()) -> FirewallRule:
    """The rule that `parse_rule` makes of the same arguments, parsed no sooner than it is looked at.

    Args:
        rule_id: Value name in the registry.
        text: The rule string.
        store: Where it was read.
        doubts: Reasons known beforehand not to trust the text.
    """
    plain = _PLAIN.fullmatch(text) if not doubts and len(text) <= _LONGEST else None
    if plain is None:
        return parse_rule(rule_id, text, store, doubts)
    action, active, way, protocol, ports, side, first, last, more, addresses, program, service, name = plain.groups("")
    hull: tuple[int, int] | None
    if not ports:
        hull = _WHOLE
    elif side and not more:
        hull = int(first), int(last or first)
        if not hull[0] <= hull[1] <= HIGHEST:
            hull = None
        elif side != _SIDES[way]:
            hull = _WHOLE
    else:
        hull = _hull(ports, _SIDES[way])
    if hull is None or (addresses and not _are_addresses(addresses)):
        return parse_rule(rule_id, text, store, doubts)
    rule = object.__new__(UnreadRule)
    _put_name(rule, name)
    _put_direction(rule, _DIRECTIONS[way])
    _put_action(rule, _ACTIONS[action])
    _put_enabled(rule, active == "TRUE")
    _put_protocol(rule, int(protocol) if protocol else None)
    _put_program(rule, program)
    _put_service(rule, service)
    _put_opaque(rule, ())
    _put_id(rule, rule_id)
    _put_store(rule, store)
    _put_raw(rule, text)
    _put_hull(rule, hull)
    return rule


@lru_cache(maxsize=_CACHED)
def _hull(text: str, mine: str) -> tuple[int, int] | None:
    """The lowest and the highest port on the side that listens; None where a port may not be understood."""
    lowest, highest = HIGHEST + 1, LOWEST - 1
    named = words = False
    for key, side, number, upper, word in _PORT.findall(text):
        if word:
            if (key.casefold(), word.casefold()) not in PORT_WORDS:
                return None
            words = True
            continue
        first, last = int(number), int(upper or number)
        if last > HIGHEST or first > last:
            return None
        if side == mine:
            named, lowest, highest = True, min(lowest, first), max(highest, last)
    return (lowest, highest) if named and not words else _WHOLE


@lru_cache(maxsize=_CACHED)
def _are_addresses(text: str) -> bool:
    """Whether all addresses of a rule are understood."""
    if "-" not in text and _USUAL_ADDRESSES.fullmatch(text):
        return True
    return all(is_stored_address(value, int(family)) for family, value in _ADDRESS.findall(text))


def _setter(owner: type[FirewallRule], name: str) -> Any:
    """What puts an attribute into a rule: a frozen one takes nothing else."""
    return owner.__dict__[name].__set__


_put_name = _setter(FirewallRule, "name")
_put_direction = _setter(FirewallRule, "direction")
_put_action = _setter(FirewallRule, "action")
_put_enabled = _setter(FirewallRule, "enabled")
_put_protocol = _setter(FirewallRule, "protocol")
_put_program = _setter(FirewallRule, "program")
_put_service = _setter(FirewallRule, "service")
_put_opaque = _setter(FirewallRule, "opaque")
_put_id = _setter(FirewallRule, "rule_id")
_put_store = _setter(FirewallRule, "store")
_put_raw = _setter(FirewallRule, "raw")
_put_hull = _setter(UnreadRule, "_hull")
_HEAD = frozenset(
    (
        "name", "direction", "action", "enabled", "protocol", "program", "service", "opaque", "rule_id", "store", "raw",
    )
)  # fmt: skip
_REST = {field.name: _setter(FirewallRule, field.name) for field in fields(FirewallRule) if field.name not in _HEAD}
