# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Site rules: what a person asks for beside the catalogue, checked and turned into desired rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from .._firewall.change.netsh_text import UnsupportedValueError, check_text
from .._firewall.change.site_naming import described, site_key
from .._firewall.state.limits import EDGE, SECURITY, Limits
from .._firewall.state.rule import ALL_PROFILES, ANY_SERVICE, PROTOCOL_NUMBERS, Action, Direction, FirewallRule, Profile
from .._firewall.traffic.breadth import nearly_everything
from .._net.address_set import AddressSet
from .._options.reading import OptionError, read_profiles, read_word
from .._options.site import GROUP
from .rule_paths import read_program
from .rule_values import (
    TCP,
    UDP,
    fitting,
    limit_of,
    read_flag,
    read_icmp,
    read_interfaces,
    read_local_ports,
    read_protocol,
    read_remote_ports,
    read_scope_of,
    read_service,
    word_of,
    words_of,
)

_DIRECTIONS = {direction.value: direction for direction in Direction}
_ACTIONS = {action.value: action for action in (Action.ALLOW, Action.BLOCK)}
_LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class ExtraRule:
    """One checked site rule.

    Attributes:
        key: Key in the managed name space, made of the name.
        name: The name as the person wrote it.
        parts: What it is made of, without display names: an end for the key, and the rule. netsh takes one type of
            ICMP and one type of interface a rule. None where the rule is to be absent.
        former: What a rule that is to be absent was made of, as far as its entry says it.
    """

    key: str
    name: str
    parts: tuple[tuple[str, FirewallRule], ...]
    former: tuple[tuple[str, FirewallRule], ...] = ()


def read_extra_rules(
    entries: Iterable[Mapping[str, Any]], profiles: frozenset[Profile], remote_addresses: AddressSet
) -> tuple[ExtraRule, ...]:
    """Check site rules.

    Args:
        entries: Dicts with the keys of `EXTRA_RULE`.
        profiles: Profiles for a rule that names none.
        remote_addresses: Scope for a rule that allows and names none.

    Raises:
        OptionError: A rule is wrong, opens or blocks everything, or shares its name with another.
    """
    rules: list[ExtraRule] = []
    names: dict[str, int] = {}
    for index, entry in enumerate(entries):
        extra = _read(f"extra_rules[{index}]", entry, profiles, remote_addresses)
        if extra.key in names:
            raise OptionError(
                f"extra_rules[{index}].name",
                f"{extra.name!r} and the name of extra_rules[{names[extra.key]}] differ in nothing but case, blanks or "
                "punctuation; give one of them another name",
            )
        names[extra.key] = index
        rules.append(extra)
    return tuple(rules)


def _read(where: str, entry: Mapping[str, Any], profiles: frozenset[Profile], scope: AddressSet) -> ExtraRule:
    if entry.get(GROUP):
        raise OptionError(
            f"{where}.{GROUP}",
            "netsh cannot set the group of a rule, so this collection does not either; leave it out. To switch one of "
            "Windows' own groups on or off, use builtin_groups",
        )
    name = str(entry.get("name") or "")
    key = site_key(name)
    if len(key) < 3 or len(name) > _LONGEST_NAME:
        raise OptionError(f"{where}.name", f"{name!r} needs a letter or digit, and at most {_LONGEST_NAME} characters")
    _checked(f"{where}.name", name)
    _named_is_said(f"{where}.state", "state", entry)
    state = read_word(f"{where}.state", entry.get("state") or "present", {"present": True, "absent": False})
    if state:
        return ExtraRule(key, name, _parts(where, name, entry, profiles, scope))
    try:
        former = _parts(where, name, entry, profiles, scope)
    except OptionError:  # its name is all that has to be there
        former = ()
    return ExtraRule(key, name, (), former)


def _parts(
    where: str, name: str, entry: Mapping[str, Any], profiles: frozenset[Profile], scope: AddressSet
) -> tuple[tuple[str, FirewallRule], ...]:
    for key in _LEFT_OUT:
        _named_is_said(f"{where}.{key}", key, entry)
    direction = read_word(f"{where}.direction", entry.get("direction") or "in", _DIRECTIONS)
    action = read_word(f"{where}.action", entry.get("action") or "allow", _ACTIONS)
    protocol = read_protocol(f"{where}.protocol", entry.get("protocol"))
    local = read_local_ports(f"{where}.localport", entry.get("localport"), protocol, direction)
    remote = read_remote_ports(f"{where}.remoteport", entry.get("remoteport"))
    if (local or remote) and protocol not in (TCP, UDP):
        raise OptionError(
            f"{where}.protocol", "localport and remoteport need a protocol that has ports: write tcp or udp"
        )
    types = read_icmp(f"{where}.icmp_type_code", entry.get("icmp_type_code"), protocol)
    program = read_program(f"{where}.program", entry.get("program"))
    service = read_service(f"{where}.service", entry.get("service"))
    interfaces = read_interfaces(f"{where}.interfacetypes", entry.get("interfacetypes"))
    from_where = limit_of(f"{where}.remoteip", entry.get("remoteip"))
    at = limit_of(f"{where}.localip", entry.get("localip"))
    named_ports = local.narrow or remote.narrow
    limited = bool(named_ports or types or program or service not in ("", ANY_SERVICE) or from_where)
    if not limited and protocol in (None, TCP, UDP):
        raise OptionError(where, _too_much(name, action, protocol))
    edge = read_word(f"{where}.edge", word_of(entry.get("edge"), "no"), {word: word for word in EDGE})
    if edge != "no" and direction is not Direction.IN:
        raise OptionError(f"{where}.edge", "edge traversal is for inbound rules; leave it out")
    security = read_word(f"{where}.security", entry.get("security") or "notrequired", {word: word for word in SECURITY})
    inbound_only = security == "authdynenc" and direction is not Direction.IN
    if inbound_only or (security != "notrequired" and action is not Action.ALLOW):
        raise OptionError(f"{where}.security", _NO_SECURITY)  # [MS-FASP] 2.2.37
    default = scope if action is Action.ALLOW and not entry.get("remoteip") else AddressSet.any()
    named = entry.get("profiles") or entry.get("profile")
    own = _local(f"{where}.localip", at, protocol) if at else AddressSet.any()
    if from_where:
        others = read_scope_of(f"{where}.remoteip", from_where, protocol)
    else:
        others = fitting(f"{where}.remoteip", default, protocol, "the scope of all rules, remote_addresses")
    if at and from_where and not any(own.of_family(one) and others.of_family(one) for one in (4, 6)):
        raise OptionError(f"{where}.localip", "it and remoteip have no version of IP in common; name addresses of one")
    rule = FirewallRule(
        name="",
        direction=direction,
        action=action,
        enabled=read_flag(f"{where}.enabled", entry.get("enabled", entry.get("enable"))),
        protocol=protocol,
        local_ports=local.ports,
        port_words=local.words,
        remote_ports=remote.ports,
        local_addresses=own,
        remote_addresses=others,
        profiles=_profiles(f"{where}.profiles", named, profiles),
        program=program,
        service=service,
        description=_description(f"{where}.description", name, entry.get("description")),
    )
    made = _one_each(rule, types, interfaces, Limits(edge=edge, security=security))
    # A block rule as wide as that is a person's to decide: `accept_impact`.
    if action is Action.ALLOW and any(nearly_everything(part) for _end, part in made):
        raise OptionError(where, _NEARLY.format(name=name))
    return made


_LEFT_OUT = {
    "state": "present", "enabled": "true", "enable": "true", "action": "allow", "direction": "in", "edge": "no",
    "security": "notrequired", "profiles": "those of all rules", "profile": "those of all rules",
    "remoteip": "the scope of all rules",
    **dict.fromkeys(
        ("protocol", "localport", "remoteport", "localip", "icmp_type_code", "program", "service", "interfacetypes"),
        "any",
    ),
}  # fmt: skip
"""Keys that say what a rule is for, or what it does, each with what it means to leave it out."""


def _named_is_said(option: str, key: str, entry: Mapping[str, Any]) -> None:
    """Nothing in a key, as a variable without a value leaves it, is no word for what leaving it out means: that is
    often everything. Only where the key would say nothing anyway, a null passes."""
    if key not in entry:
        return
    value = entry[key]
    if value is None:
        nothing = key not in _SAYS_NOTHING or str(entry.get("protocol")).casefold() in _SAYS_NOTHING[key]
    elif isinstance(value, (list, tuple)):
        nothing = not words_of(value)
    else:
        nothing = isinstance(value, str) and not words_of(value)
    if nothing:
        raise OptionError(
            option, f"there is nothing in it; name what is meant, or leave the key out for {_LEFT_OUT[key]}"
        )


_WITH_PORTS = ("tcp", "udp", str(TCP), str(UDP))
_SAYS_NOTHING: Mapping[str, tuple[str, ...]] = {
    "edge": (),  # left out it is the narrowest there is
    "localport": _WITH_PORTS,
    "remoteport": _WITH_PORTS,
    "icmp_type_code": ("icmpv4", "icmpv6", *(str(PROTOCOL_NUMBERS[name]) for name in ("icmpv4", "icmpv6"))),
}
"""Keys that a null leaves out, but beside which protocols: there it would mean all ports, or all types."""


_NEARLY = (
    "{name!r} would open nearly everything to nearly everybody: more than half of all ports count as all, more than "
    "half of the addresses of IPv4 or IPv6 as any, and System as no program. Name what it is for"
)
_NO_SECURITY = "Windows takes it in rules that allow, and authdynenc in inbound ones only; leave it out"


def _one_each(
    rule: FirewallRule, types: tuple[tuple[str, str], ...], interfaces: tuple[str, ...], limits: Limits
) -> tuple[tuple[str, FirewallRule], ...]:
    """One rule a type of ICMP and a type of interface, each with an end for its key that says which."""
    parts = []
    for icmp in types or (None,):
        for interface in interfaces or (None,):
            held = replace(limits, interfaces=frozenset([interface] if interface else []))
            ends = [
                *([f".t{icmp[1].replace(':', '-').replace('*', 'any')}"] if icmp and len(types) > 1 else []),
                *([f".{interface}"] if interface and len(interfaces) > 1 else []),
            ]
            part = replace(rule, icmp=frozenset([icmp] if icmp else []), conditions=held.conditions)
            parts.append(("".join(ends), part))
    return tuple(parts)


def _too_much(name: str, action: Action, protocol: int | None) -> str:
    what = "everything" if protocol is None else f"every port of {'TCP' if protocol == TCP else 'UDP'}"
    does = "open" if action is Action.ALLOW else "block"
    return (
        f"{name!r} names no port, program, service or remote address, so it would {does} {what} "
        f"{'to' if action is Action.ALLOW else 'for'} everybody. Name what it is for"
    )


def _local(option: str, items: list[str], protocol: int | None) -> AddressSet:
    addresses = read_scope_of(option, items, protocol)
    if addresses.keywords:  # [MS-GPFAS] 2.2.2.19: LA4 and LA6 take none
        raise OptionError(option, "the host's own addresses are written as such; there are no keywords for them")
    return addresses


def _profiles(option: str, value: Any, default: frozenset[Profile]) -> frozenset[Profile]:
    words = [word.casefold() for word in limit_of(option, value)]
    if words:
        return read_profiles(option, words)
    return ALL_PROFILES if words_of(value) else default


def _description(option: str, name: str, value: Any) -> str:
    own = str(value or "")
    if own:
        _checked(option, own)
    return described(name, own)


def _checked(option: str, text: str) -> None:
    try:
        check_text(text)
    except UnsupportedValueError as error:
        raise OptionError(option, f"{text!r}: {error}") from error
