# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A rule of a result in words, for people who decide about a change and do not read netsh."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from ...module_utils._net.address_set import AddressSet
from ...module_utils._net.address_text import AddressError
from ...module_utils._net.known_addresses import SOURCES
from ...module_utils._policy.blocking import BLOCK_KEY
from .._report.parts import flag_of, text_of, texts_of
from .._rule_words import addresses_in_words, ports_in_words, protocol_in_words, rule_in_words

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
    read = _read(rule)
    over, ports = protocol_in_words(read), ports_in_words(read, "local_ports")
    return f"{over}{ports}: {', '.join(texts_of(rule, 'remote_addresses'))}"


def _parted(rule: Any) -> tuple[str, str]:
    """The key of a block rule for everybody else, and which part of it a rule is; empty texts for any other rule."""
    if text_of(rule, "action") != "block" or not str(rule.get("key", "")).startswith(BLOCK_KEY):
        return "", ""
    key, _dot, part = text_of(rule, "key").partition(".s")
    return key, part


def _everybody_but(spared: AddressSet) -> str:
    return f"Everybody but {addresses_in_words(spared.texts())}" if spared else "Everybody"


def in_words(rule: Any, services: Mapping[str, str], spared: Spared = MappingProxyType({}), ends: bool = False) -> str:
    """Who may reach what by a rule, and whatever limits it.

    Args:
        rule: A rule as the modules return it.
        services: Id of a row of the catalogue to the service that needs it.
        spared: Whom block rules for everybody else spare; a rule of which that is not known is told by its addresses.
        ends: Whether it goes or is switched off.

    Raises:
        ResultError: It is none.
    """
    read = _read(rule)
    block, part = _parted(rule)
    spares = _everybody_but(spared[block]) if block in spared else ""
    also = [f"part {part} of that rule"] if spares and part else []
    return rule_in_words(read, _services(texts_of(rule, "rows"), services), spares, also, ends)


def _read(rule: Any) -> dict[str, Any]:
    """A rule of a result, checked; what hardly any rule has may be missing."""
    texts = {key: text_of(rule, key) for key in _TEXTS}
    texts |= {key: text_of(rule, key) for key in _RARE_TEXTS if key in rule}
    lists = {key: texts_of(rule, key) for key in _LISTS}
    return {**texts, **lists, "enabled": "enabled" not in rule or flag_of(rule, "enabled")}


_TEXTS = ("direction", "action", "protocol", "local_ports", "remote_ports", "program")
_RARE_TEXTS = ("name", "service", "edge", "security", "entry")
_LISTS = ("remote_addresses", "profiles", "opaque", "icmp_type_code", "local_addresses", "interfacetypes", "conditions")


def _services(rows: Iterable[str], services: Mapping[str, str]) -> str:
    """The services of rows, each once, and the ids of the rows."""
    ids = list(rows)
    names = dict.fromkeys(services[row] for row in ids if row in services)
    return f"{', '.join(names)} ({', '.join(ids)})" if names else ", ".join(ids)
