# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A rule in words, for people who decide about it and do not read netsh: who may reach what, and whatever limits it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..module_utils._firewall.state.rule import ANY_SERVICE
from ..module_utils._texts import first_few

_MOST_NAMED = 24
_ANYBODY = ("any", "*", "")
_PROTOCOLS = {"tcp": "TCP", "udp": "UDP", "any": "any protocol"}
_ALL_PROFILES = 3


def rule_in_words(rule: Mapping[str, Any], serves: str = "", kept_out: str = "", also: Iterable[str] = ()) -> str:
    """Who may reach what by a rule, and what limits it.

    Args:
        rule: As `_states.rule_dict` gives it: texts, and lists of texts.
        serves: What it is for, where it is not a site rule, which names its entry.
        kept_out: Whom a block rule keeps out, where that is shorter than its addresses: a sentence's begin, such as
            ``Everybody but 10.0.0.7 is kept out of``.
        also: What else to say of it, in brackets.
    """
    if rule.get("opaque"):
        return f"{rule.get('name', '')}: not understood ({'; '.join(rule['opaque'])})"
    beside = [*also, *(() if rule.get("enabled", True) else ("the rule is switched off",))]
    sentence = _who(rule, kept_out) + "".join(f", {limit}" for limit in _limits(rule))
    sentence += f" ({', '.join(beside)})" if beside else ""
    entry = rule.get("entry")
    needed = f"{entry} (extra_rules)" if entry else serves
    return f"{sentence}: {needed}" if needed else sentence


def ports_in_words(rule: Mapping[str, Any], key: str) -> str:
    """The ports of a rule, with a blank before them; nothing where they are no limit."""
    ports = str(rule[key])
    return "" if ports in _ANYBODY else f" {ports.replace(',', ', ')}"


def protocol_in_words(rule: Mapping[str, Any]) -> str:
    """The protocol of a rule."""
    protocol = str(rule["protocol"])
    return _PROTOCOLS.get(protocol, protocol)


def addresses_in_words(addresses: Iterable[str]) -> str:
    """The first addresses, and how many more there are."""
    texts = list(addresses)
    if not texts or any(text in _ANYBODY for text in texts):
        return "any address"
    return first_few(texts, _MOST_NAMED)


def _who(rule: Mapping[str, Any], kept_out: str) -> str:
    ours, theirs, over = (
        ports_in_words(rule, "local_ports"),
        ports_in_words(rule, "remote_ports"),
        protocol_in_words(rule),
    )
    if kept_out:
        return f"{kept_out} {over}{ours}"
    allowed = "may" if rule["action"] == "allow" else "may not"
    who = addresses_in_words(rule["remote_addresses"])
    if rule["direction"] == "out":
        sentence = f"The host {allowed} connect to {over}{theirs} of {who}"
        return f"{sentence} from its own ports{ours}" if ours else sentence
    sentence = f"{'Any address' if who == 'any address' else who} {allowed} connect to {over}{ours}"
    return f"{sentence} from its own ports{theirs}" if theirs else sentence


def _limits(rule: Mapping[str, Any]) -> list[str]:
    """What else has to hold, or is let through beside. A key that is no limit may be missing."""
    outbound = rule["direction"] == "out"
    types, service, local = rule.get("icmp_type_code"), rule.get("service"), rule.get("local_addresses")
    interfaces, edge, security = (rule.get(key) for key in ("interfacetypes", "edge", "security"))
    program, profiles = rule.get("program"), rule["profiles"]
    found = []
    if types:
        found.append(f"type{'s' if len(types) > 1 else ''} {', '.join(types)}")
    if local:
        address = "address" if len(local) == 1 else "addresses"
        found.append(f"only {'from' if outbound else 'at'} its {address} {addresses_in_words(local)}")
    if interfaces:
        found.append(f"only through interfaces of the type {' or '.join(interfaces)}")
    if program:
        found.append(f"only the program {program}")
    if service:
        found.append("only services" if service == ANY_SERVICE else f"only the service {service}")
    if edge:
        found.append(f"with edge traversal{'' if edge == 'yes' else f' ({edge})'}")
    if security:
        found.append(f"only where IPsec protects it ({security})")
    if rule.get("conditions"):
        found.append(f"only where {' and '.join(rule['conditions'])}")
    if 0 < len(profiles) < _ALL_PROFILES:
        found.append(f"in the {' and '.join(profiles)} profile")
    return found
