# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A rule of a result in words, for people who decide about a change and do not read netsh."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from ...module_utils._net.address_set import SOURCES, AddressError, AddressSet
from ...module_utils._policy.blocking import BLOCK_KEY
from ...module_utils._texts import first_few
from .._report.parts import text_of, texts_of

_MOST_NAMED = 24
_ANYBODY = ("any", "*", "")
_PROTOCOLS = {"tcp": "TCP", "udp": "UDP", "any": "any protocol"}


Spared = Mapping[str, AddressSet]
"""Key of a block rule for everybody else to whom it spares, together with the other parts of it."""


def spared_by_blocks(rules: Iterable[Any]) -> Spared:
    """Whom the block rules for everybody else spare: all that a source can be, but what their parts name.

    Args:
        rules: Managed rules of a host, as the modules return them. One that cannot be read is told as it is.

    Raises:
        ResultError: One is none.
    """
    blocked: dict[str, AddressSet] = {}
    unread = set()
    for rule in rules:
        key, _part = _parted(rule)
        if not key:
            continue
        try:
            blocked[key] = blocked.get(key, AddressSet()) | AddressSet.parse(texts_of(rule, "remote_addresses"))
        except AddressError:
            unread.add(key)
    return {key: SOURCES - addresses for key, addresses in blocked.items() if key not in unread}


def block_ranges(rule: Any) -> str:
    """The addresses of a block rule for everybody else; empty for any other rule.

    Raises:
        ResultError: It is none.
    """
    if not _parted(rule)[0]:
        return ""
    return f"{_over(rule)}{_ports(rule, 'local_ports')}: {', '.join(texts_of(rule, 'remote_addresses'))}"


def _parted(rule: Any) -> tuple[str, str]:
    """The key of a block rule for everybody else, and which part of it a rule is; empty texts for any other rule."""
    if text_of(rule, "action") != "block" or not str(rule.get("key", "")).startswith(BLOCK_KEY):
        return "", ""
    key, _dot, part = text_of(rule, "key").partition(".s")
    return key, part


def _over(rule: Any) -> str:
    protocol = text_of(rule, "protocol")
    return _PROTOCOLS.get(protocol, protocol)


def _everybody_but(spared: AddressSet) -> str:
    return f"Everybody but {_listed(spared.texts())}" if spared else "Everybody"


def in_words(rule: Any, services: Mapping[str, str], spared: Spared = MappingProxyType({})) -> str:
    """Who may reach what by a rule.

    Args:
        rule: A rule as the modules return it.
        services: Id of a row of the catalogue to the service that needs it.
        spared: Whom block rules for everybody else spare; a rule of which that is not known is told by its addresses.

    Raises:
        ResultError: It is none.
    """
    inbound = text_of(rule, "direction") != "out"
    allowed = "may" if text_of(rule, "action") == "allow" else "may not"
    who = _listed(texts_of(rule, "remote_addresses"))
    ours, theirs = _ports(rule, "local_ports"), _ports(rule, "remote_ports")
    over = _over(rule)
    block, part = _parted(rule)
    if block in spared:
        sentence = f"{_everybody_but(spared[block])} is kept out of {over}{ours}"
        sentence += f" (part {part} of that rule)" if part else ""
    elif inbound:
        sentence = f"{_start(who)} {allowed} connect to {over}{ours}"
        sentence += f" from its own ports{theirs}" if theirs else ""
    else:
        sentence = f"The host {allowed} connect to {over}{theirs} of {who}"
        sentence += f" from its own ports{ours}" if ours else ""
    program, profiles = text_of(rule, "program"), texts_of(rule, "profiles")
    sentence += f", only the program {program}" if program else ""
    sentence += f", in the {' and '.join(profiles)} profile" if 0 < len(profiles) < 3 else ""
    needed = _services(texts_of(rule, "rows"), services)
    return f"{sentence}: {needed}" if needed else sentence


def _ports(rule: Any, key: str) -> str:
    ports = text_of(rule, key)
    return "" if ports in _ANYBODY else f" {ports.replace(',', ', ')}"


def _listed(addresses: Iterable[str]) -> str:
    texts = list(addresses)
    if not texts or any(text in _ANYBODY for text in texts):
        return "any address"
    return first_few(texts, _MOST_NAMED)


def _start(who: str) -> str:
    return "Any address" if who == "any address" else who


def _services(rows: Iterable[str], services: Mapping[str, str]) -> str:
    """The services of rows, each once, and the ids of the rows."""
    ids = list(rows)
    names = dict.fromkeys(services[row] for row in ids if row in services)
    return f"{', '.join(names)} ({', '.join(ids)})" if names else ", ".join(ids)
