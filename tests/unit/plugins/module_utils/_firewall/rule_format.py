# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""FirewallRule to a rule string, for tests of the parser; the collection itself writes with netsh only."""

from __future__ import annotations

import ipaddress
import re

from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule import (
    ALL_PROFILES,
    FirewallRule,
    profile_names,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._net.address_set import AddressSet
from ansible_collections.lyncops.firewall.plugins.module_utils._net.address_text import KEYWORDS

_VERSION = re.compile(r"v\d{1,5}\.\d{1,5}", re.IGNORECASE | re.ASCII)
_WRITTEN_VERSION = "v2.10"  # the oldest schema a supported host has (2008 R2); only used for rules not read anywhere
_SECOND_KEYS = {"intranet", "internet", "rmtintranet", "ply2renders", "captiveportal"}


def format_rule(rule: FirewallRule) -> str:
    """Write a rule string with the rule's meaning, tokens in the order Windows writes them.

    The order is not documented; it is that of 3,354 rules in public registry hives (test data of regipy and others). An
    opaque rule is returned as it was read.
    """
    if rule.opaque:
        return rule.raw
    pairs: list[tuple[str, str]] = []
    if rule.action is not None:
        pairs.append(("Action", {"bypass": "ByPass"}.get(rule.action.value, rule.action.value.capitalize())))
    pairs.append(("Active", "TRUE" if rule.enabled else "FALSE"))
    if rule.direction is not None:
        pairs.append(("Dir", rule.direction.value.capitalize()))
    if rule.protocol is not None:
        pairs.append(("Protocol", str(rule.protocol)))
    if rule.profiles != ALL_PROFILES:
        pairs += [("Profile", name.capitalize()) for name in profile_names(rule.profiles)]
    pairs += sorted(rule.icmp)
    words = sorted(rule.port_words)
    for side, ports in (("L", rule.local_ports), ("R", rule.remote_ports)):
        pairs += [word for word in words if word[0].startswith(side)]
        if not ports.is_any:
            pairs += [(f"{side}Port", str(low)) for low, high in ports.ranges if low == high]
            pairs += [(f"{side}Port2_10", f"{low}-{high}") for low, high in ports.ranges if low != high]
    for side, addresses in (("LA", rule.local_addresses), ("RA", rule.remote_addresses)):
        pairs += _address_pairs(side, addresses)
    texts = (("App", rule.program), ("Svc", rule.service), ("Name", rule.name), ("Desc", rule.description))
    pairs += [pair for pair in (*texts, ("EmbedCtxt", rule.group)) if pair[1] or pair[0] == "Name"]
    pairs += rule.conditions
    version = _VERSION.match(rule.raw)
    return "|".join([version[0] if version else _WRITTEN_VERSION, *(f"{key}={value}" for key, value in pairs), ""])


def _address_pairs(side: str, addresses: AddressSet) -> list[tuple[str, str]]:
    if addresses.is_any:
        return []
    pairs = []
    for family in (4, 6):
        for word in sorted(word for number, word in addresses.keywords if number == family):
            pairs.append((f"{side}{family}{'2' if word in _SECOND_KEYS else ''}", KEYWORDS[word]))
        only = AddressSet(v4=addresses.v4) if family == 4 else AddressSet(v6=addresses.v6)
        pairs += [(f"{side}{family}", _masked(text)) for text in only.texts()]
    return pairs


def _masked(text: str) -> str:
    """With a dotted mask, as Windows stores IPv4 networks; [MS-GPFAS] 2.2.2.10 allows a prefix length too."""
    if "/" in text and ":" not in text:
        return ipaddress.IPv4Network(text).with_netmask
    return text
