# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The values of a rule in words: protocols, types of ICMP, and the keywords that Windows has in place of numbers.

Numbers: IANA's registries "Protocol Numbers", "ICMP Type Numbers" and "ICMPv6 type Numbers". Keywords: [MS-GPFAS]
2.2.2.3 and 2.2.2.13, and Microsoft's reference of ``netsh advfirewall firewall add rule``.
"""

from __future__ import annotations

from collections.abc import Iterable

from ..module_utils._net.address_text import KEYWORDS

PORTED = {"tcp": "TCP", "udp": "UDP"}
"""Protocols that have ports."""

ICMP = {"icmpv4": "ICMPv4", "icmpv6": "ICMPv6"}
"""Protocols that have types instead."""

_NUMBERS = {
    "2": "IGMP", "4": "IPv4 in IP", "41": "IPv6 in IP", "43": "IPv6-Route", "44": "IPv6-Frag", "46": "RSVP",
    "47": "GRE", "50": "ESP", "51": "AH", "59": "IPv6-NoNxt", "60": "IPv6-Opts", "89": "OSPF", "103": "PIM",
    "112": "VRRP", "113": "PGM", "115": "L2TP", "132": "SCTP",
}  # fmt: skip
_PING = {"icmpv4": ("8", "IPv4"), "icmpv6": ("128", "IPv6")}
_TYPES = {
    ("icmpv4", "0"): "echo reply",
    ("icmpv4", "3"): "destination unreachable",
    ("icmpv4", "4"): "source quench",
    ("icmpv4", "5"): "redirect",
    ("icmpv4", "8"): "echo request",
    ("icmpv4", "9"): "router advertisement",
    ("icmpv4", "10"): "router solicitation",
    ("icmpv4", "11"): "time exceeded",
    ("icmpv4", "12"): "parameter problem",
    ("icmpv4", "13"): "timestamp",
    ("icmpv4", "14"): "timestamp reply",
    ("icmpv4", "17"): "address mask request",
    ("icmpv6", "1"): "destination unreachable",
    ("icmpv6", "2"): "packet too big",
    ("icmpv6", "3"): "time exceeded",
    ("icmpv6", "4"): "parameter problem",
    ("icmpv6", "128"): "echo request",
    ("icmpv6", "129"): "echo reply",
    ("icmpv6", "130"): "multicast listener query",
    ("icmpv6", "131"): "multicast listener report",
    ("icmpv6", "132"): "multicast listener done",
    ("icmpv6", "133"): "router solicitation",
    ("icmpv6", "134"): "router advertisement",
    ("icmpv6", "135"): "neighbor solicitation",
    ("icmpv6", "136"): "neighbor advertisement",
    ("icmpv6", "137"): "redirect",
    ("icmpv6", "143"): "multicast listener report",
}
_MOST_TYPES = 6
_PORTS = {
    "RPC": "RPC (the ports that Windows hands out to services)",
    "RPC-EPMap": "RPC-EPMap (135, which tells the ports of RPC)",
    "IPHTTPSIn": "IPHTTPSIn (443, IPv6 through HTTPS)",
    "IPHTTPSOut": "IPHTTPSOut (443, IPv6 through HTTPS)",
    "Teredo": "Teredo (the port of IPv6 through UDP)",
}
_ADDRESSES = {
    "localsubnet": "the host's own subnets",
    "dns": "its DNS servers",
    "dhcp": "its DHCP servers",
    "wins": "its WINS servers",
    "defaultgateway": "its default gateways",
}
INTERFACES = {"lan": "for a LAN", "ras": "for remote access (ras)", "wireless": "for wireless networks"}
"""netsh's words for types of interfaces."""

EDGE = {
    "yes": "",
    "deferapp": " where the program asks for it (deferapp)",
    "deferuser": " where the user or the program asks for it (deferuser)",
}
"""netsh's words for edge traversal, to what follows ``with edge traversal``."""

SECURITY = {
    "authenticate": "authenticates it (authenticate)",
    "authenc": "authenticates and encrypts it (authenc)",
    "authdynenc": "authenticates it and encrypts it once that is negotiated (authdynenc)",
    "authnoencap": "authenticates its begin, and nothing after that (authnoencap)",
}
"""netsh's words for what IPsec has to do, to what follows ``only where IPsec``."""


def is_ping(protocol: str, types: Iterable[str]) -> bool:
    """Whether it is nothing but echo requests.

    Args:
        protocol: As `rule_dict` gives it.
        types: Types and codes, such as ``8:*``.
    """
    kinds = [kind.partition(":")[0] for kind in types]
    return protocol in _PING and kinds == [_PING[protocol][0]]


def protocol_words(protocol: str, types: Iterable[str] = ()) -> str:
    """A protocol, with types of ICMP: ``TCP``, ``any protocol``, ``IP protocol 47 (GRE)``, ``ping over IPv4 …``.

    Args:
        protocol: As `rule_dict` gives it.
        types: Types and codes of ICMP, such as ``8:*``; none for all.
    """
    listed = list(types)
    if protocol in PORTED:
        return PORTED[protocol]
    if protocol in ICMP:
        if is_ping(protocol, listed):
            kind, family = _PING[protocol]
            return f"ping over {family} (ICMP type {kind})"
        told = [_type(protocol, kind) for kind in listed[:_MOST_TYPES]]
        told += [f"{len(listed) - _MOST_TYPES} types more"] if len(listed) > _MOST_TYPES else []
        return f"{ICMP[protocol]} {' and '.join(told)}" if told else f"any {ICMP[protocol]}"
    if not protocol.isdecimal():
        return "any protocol" if protocol == "any" else protocol
    return f"IP protocol {protocol}" + (f" ({_NUMBERS[protocol]})" if protocol in _NUMBERS else "")


def _type(protocol: str, text: str) -> str:
    kind, _colon, code = text.partition(":")
    name = _TYPES.get((protocol, kind))
    return f"type {kind}" + (f" ({name})" if name else "") + (f", code {code}" if code not in ("", "*") else "")


def port_words(ports: str) -> str:
    """Ports, with what the keywords mean."""
    return ", ".join(_PORTS.get(port, port) for port in ports.split(","))


def address_word(text: str) -> str:
    """An address, or a keyword with what it means."""
    word = KEYWORDS.get(text.casefold())
    if not word:
        return text
    meaning = _ADDRESSES.get(text.casefold())
    return f"{meaning} ({word})" if meaning else f"what Windows calls {word}"
