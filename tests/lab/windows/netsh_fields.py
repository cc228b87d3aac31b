# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The arguments of `netsh advfirewall firewall add|set|delete|show rule`: validation and meaning.

Simulates the documented syntax (netsh-advfirewall reference and the command's own help). Each argument is turned
into the rule-string tokens the service stores for it ([MS-GPFAS] 2.2.2); what the syntax does not allow raises
NetshError with the key of a localised message. Not documented: lists of interface types, which are taken (each type
once), and of ICMP types, which are refused as the syntax has one pair.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping

from lab.windows.netsh_security import SECURITY_FIELDS, check_security
from lab.windows.netsh_values import NetshError, Tokens, choice
from lab.windows.rules import Rule, in_service_order


def _name(value: str) -> Tokens:
    if not value or len(value) >= 10_000 or "|" in value or value.lower() == "all":
        raise NetshError("bad_value")  # [MS-FASP] 2.2.37
    return {"Name": (value,)}


def _description(value: str) -> Tokens:
    if len(value) >= 10_000 or "|" in value:
        raise NetshError("bad_value")
    return {"Desc": (value,) if value else ()}


def _program(value: str) -> Tokens:
    if value.lower() == "any":
        return {"App": ()}
    if not value or len(value) >= 260 or re.search(r'[/*?"<>|]', value):
        raise NetshError("bad_value")
    return {"App": ("System" if value.lower() == "system" else value,)}


def _service(value: str) -> Tokens:
    if not value or len(value) >= 260 or re.search(r"[/\\|]", value):
        raise NetshError("bad_value")
    return {"Svc": ("*" if value.lower() == "any" else value,)}


def _profile(value: str) -> Tokens:
    words = [word.strip().lower() for word in value.split(",")]
    if words == ["any"]:
        return {"Profile": ()}
    if not all(word in ("domain", "private", "public") for word in words):
        raise NetshError("bad_value")
    chosen = tuple(name for name in ("Domain", "Private", "Public") if name.lower() in words)
    return {"Profile": () if len(chosen) == 3 else chosen}


def _interface_type(value: str) -> Tokens:
    names = {"lan": "Lan", "wireless": "Wireless", "ras": "RemoteAccess"}
    words = [word.strip().lower() for word in value.split(",")]
    if words == ["any"]:
        return {"IFType": ()}
    if not all(word in names for word in words):
        raise NetshError("bad_value")
    return {"IFType": tuple(dict.fromkeys(names[word] for word in words))}


def _protocol(value: str) -> Tokens:
    name, colon, detail = value.lower().partition(":")
    numbers = {"icmpv4": "1", "icmpv6": "58", "tcp": "6", "udp": "17"}
    tokens: Tokens = {"Protocol": (), "ICMP4": (), "ICMP6": ()}
    if colon:
        if name not in ("icmpv4", "icmpv6"):
            raise NetshError("bad_protocol")
        key = "ICMP4" if name == "icmpv4" else "ICMP6"
        kind, comma, code = detail.partition(",")
        if not comma or not all(part == "any" or _number(part, 255) for part in (kind, code)):
            raise NetshError("bad_protocol")
        if kind == "any" and code != "any":
            raise NetshError("bad_protocol")  # [MS-FASP] 2.2.16: a code belongs to a type
        if kind != "any":
            tokens[key] = (f"{int(kind)}:{'*' if code == 'any' else int(code)}",)
        tokens["Protocol"] = (numbers[name],)
    elif name != "any":
        if name not in numbers and not _number(name, 255):
            raise NetshError("bad_protocol")
        tokens["Protocol"] = (numbers.get(name) or str(int(name)),)
    return tokens


def _number(text: str, most: int) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 5 and int(text) <= most


def _ports(side: str) -> Callable[[str], Tokens]:
    local_words = {"rpc": "RPC", "rpc-epmap": "RPC-EPMap", "teredo": "Teredo"} if side == "L" else {}

    def parse(value: str) -> Tokens:
        single: list[str] = []
        ranges: list[str] = []
        parts = [part.strip() for part in value.split(",")]
        for part in parts:
            low, dash, high = part.partition("-")
            if part.lower() == "any" and len(parts) == 1:
                continue
            if part.lower() in local_words:
                single.append(local_words[part.lower()])
            elif part.lower() == "iphttps":
                way = "In" if side == "L" else "Out"
                ranges += [f"IPTLS{way}", f"IPHTTPS{way}"]
            elif dash and _number(low, 65535) and _number(high, 65535) and int(low) <= int(high):
                ranges.append(f"{int(low)}-{int(high)}")
            elif not dash and _number(part, 65535):
                single.append(str(int(part)))
            else:
                raise NetshError("bad_port")
        return {f"{side}Port": tuple(single), f"{side}Port2_10": tuple(ranges)}

    return parse


def _addresses(side: str) -> Callable[[str], Tokens]:
    words = {"localsubnet": "LocalSubnet", "dns": "DNS", "dhcp": "DHCP", "wins": "WINS"}
    words["defaultgateway"] = "DefaultGateway"

    def parse(value: str) -> Tokens:
        four: list[str] = []
        six: list[str] = []
        parts = [part.strip() for part in value.split(",")]
        for part in parts:
            if part.lower() == "any" and len(parts) == 1:
                continue
            if side == "R" and part.lower() in words:
                four.append(words[part.lower()])
                six.append(words[part.lower()])
                continue
            try:
                version, text = _stored_address(part)
            except ValueError:
                raise NetshError("bad_address") from None
            (four if version == 4 else six).append(text)
        return {f"{side}A4": tuple(four), f"{side}A6": tuple(six)}

    return parse


def _stored_address(text: str) -> tuple[int, str]:
    """IP version and the stored form: IPv4 subnets get a dotted mask, IPv6 subnets a prefix, hosts stay bare."""
    first, dash, last = text.partition("-")
    if dash:
        low, high = _usable(first), _usable(last)
        if low.version != high.version or int(low) > int(high):
            raise ValueError(text)
        return low.version, f"{low}-{high}"
    _usable(text.partition("/")[0])
    network = ipaddress.ip_network(text, strict=False)
    _usable(str(network.network_address))
    if network.num_addresses == 1:
        return network.version, str(network.network_address)
    if network.version == 4:
        return 4, f"{network.network_address}/{network.netmask}"
    return 6, str(network)


def _usable(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """An address that a rule may hold. Raises ValueError for others.

    [MS-FASP] 2.2.6 and 2.2.10 forbid the IPv6 loopback and unspecified addresses, the status code
    FW_RULE_STATUS_SEMANTIC_ERROR_ADDR_V6 multicast ones as well. Of IPv4 the structures (2.2.4, 2.2.8) say nothing.
    """
    address = ipaddress.ip_address(text)
    if address.version == 6 and (address.is_loopback or address.is_unspecified or address.is_multicast):
        raise ValueError(text)
    return address


FIELDS: Mapping[str, Callable[[str], Tokens]] = {
    "name": _name,
    "dir": choice("Dir", **{"in": "In", "out": "Out"}),
    "program": _program,
    "service": _service,
    "description": _description,
    "enable": choice("Active", yes="TRUE", no="FALSE"),
    "profile": _profile,
    "localip": _addresses("L"),
    "remoteip": _addresses("R"),
    "localport": _ports("L"),
    "remoteport": _ports("R"),
    "protocol": _protocol,
    "interfacetype": _interface_type,
    **SECURITY_FIELDS,
}

SELECTORS = frozenset({
    "name", "group", "dir", "profile", "program", "service", "localip", "remoteip", "localport", "remoteport",
    "protocol",
})  # fmt: skip


def parse_arguments(words: list[str], allowed: frozenset[str]) -> dict[str, str]:
    """`tag=value` words to a dictionary. Raises NetshError for an unknown tag, a repeated one or a bare word."""
    result: dict[str, str] = {}
    for word in words:
        tag, equals, value = word.partition("=")
        tag = tag.strip().lower()
        if not equals or tag not in allowed:
            raise NetshError("bad_tag", tag or word)
        if tag in result:
            raise NetshError("bad_syntax")
        result[tag] = value.strip()
    return result


def tokens_of(arguments: Mapping[str, str]) -> Tokens:
    """The rule tokens that a set of validated arguments stands for."""
    tokens: Tokens = {}
    for tag, value in arguments.items():
        tokens.update(FIELDS[tag](value))
    return tokens


def new_rule(arguments: Mapping[str, str], version: tuple[int, int]) -> Rule:
    """The rule `add rule` stores. Raises NetshError when an argument is missing, bad or does not fit others."""
    if not {"name", "dir", "action"} <= arguments.keys():
        raise NetshError("missing")
    tokens: Tokens = {"Active": ("TRUE",), **tokens_of(arguments)}
    return checked(
        Rule(version, in_service_order([(key, value) for key, values in tokens.items() for value in values]))
    )


def checked(rule: Rule) -> Rule:
    """The rule with keywords of the other IP version removed for ICMP.

    Raises NetshError when fields do not go together ([MS-FASP] 2.2.37).
    """
    protocol, inbound = rule.first("Protocol"), rule.inbound
    local = rule.all("LPort") + rule.all("LPort2_10")
    remote = rule.all("RPort") + rule.all("RPort2_10")
    if (local or remote) and protocol not in ("6", "17"):
        raise NetshError("bad_protocol" if protocol is None else "bad_port")
    words = {port for port in local if not port[0].isdecimal()}
    if words and not inbound:
        raise NetshError("bad_port")
    if (words - {"Teredo"} and protocol != "6") or ("Teredo" in words and protocol != "17"):
        raise NetshError("bad_port")
    if any(not port[0].isdecimal() for port in remote) and (inbound or protocol != "6"):
        raise NetshError("bad_port")
    rule = check_security(rule)
    keep4, keep6 = protocol != "58", protocol != "1"
    return rule.with_values({
        "RA4": tuple(word for word in rule.all("RA4") if keep4 or word[0].isdigit()),
        "RA6": tuple(word for word in rule.all("RA6") if keep6 or ":" in word),
    })  # fmt: skip


def selects(rule: Rule, tokens: Tokens) -> bool:
    """Whether a rule has exactly what the selectors (other than name and group) ask for."""
    for key, values in tokens.items():
        have = {value.upper() for value in rule.all(key)}
        if key == "Profile" and len(have) == 3:
            have = set()
        if have != {value.upper() for value in values}:
            return False
    return True
