# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Site rules: what a person asks for beside the catalogue, checked and turned into desired rules."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .._firewall.change.netsh import UnsupportedValueError, check_text
from .._firewall.state.rule import PROTOCOL_NUMBERS, Action, Direction, FirewallRule, Profile
from .._net.address_set import AddressSet
from .._net.port_set import PortSet
from .._options.reading import OptionError, read_addresses, read_choice, read_ports, read_profiles
from .._options.table import PROTOCOLS

_DIRECTIONS = {direction.value: direction for direction in Direction}
_PROTOCOLS = {name: PROTOCOL_NUMBERS.get(name) for name in PROTOCOLS}  # "any" has no number
_PROGRAM = re.compile(r"[A-Za-z]:\\[^/*?:]+")
_SLUG = re.compile(r"[^a-z0-9]+")
_LONGEST_NAME = 80
_LONGEST_PROGRAM = 259  # [MS-FASP] 2.2.37: fewer than 260 characters


@dataclass(frozen=True, slots=True)
class ExtraRule:
    """One checked site rule.

    Attributes:
        key: Key in the managed name space, made of the name.
        name: The name as the person wrote it.
        rule: The rule, without a display name.
    """

    key: str
    name: str
    rule: FirewallRule


def read_extra_rules(
    entries: Iterable[Mapping[str, Any]], profiles: frozenset[Profile], remote_addresses: AddressSet
) -> tuple[ExtraRule, ...]:
    """Check site rules.

    Args:
        entries: Dicts with the keys of ``win_firewall_rule``: name, direction, protocol, localport, remoteport,
            remoteip, program, profiles.
        profiles: Profiles for a rule that names none.
        remote_addresses: Scope for a rule that names none.

    Raises:
        OptionError: A rule is wrong, opens everything, or shares its name with another.
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
    name = str(entry.get("name") or "")
    key = "x-" + _SLUG.sub("-", name.lower()).strip("-")
    if len(key) < 3 or len(name) > _LONGEST_NAME:
        raise OptionError(f"{where}.name", f"{name!r} needs a letter or digit, and at most {_LONGEST_NAME} characters")
    _checked(f"{where}.name", name)
    direction = read_choice(f"{where}.direction", entry.get("direction") or "in", _DIRECTIONS)
    protocol = read_choice(f"{where}.protocol", entry.get("protocol") or "any", _PROTOCOLS)
    local = _optional_ports(f"{where}.localport", entry.get("localport"))
    remote = _optional_ports(f"{where}.remoteport", entry.get("remoteport"))
    program = str(entry.get("program") or "")
    if program:
        _checked(f"{where}.program", program)
        if not is_full_path(program):
            raise OptionError(f"{where}.program", rf"{program!r} is no full path such as C:\Tools\agent.exe")
    if protocol is None and (local or remote):
        raise OptionError(f"{where}.protocol", "ports need a protocol: write tcp or udp")
    if not (local or remote or program):
        raise OptionError(
            where, f"{name!r} names neither a port nor a program, so it would open everything. Name what it is for"
        )
    rule = FirewallRule(
        name="",
        direction=direction,
        action=Action.ALLOW,
        protocol=protocol,
        local_ports=local or PortSet.any(),
        remote_ports=remote or PortSet.any(),
        remote_addresses=read_addresses(f"{where}.remoteip", entry["remoteip"]) if entry.get("remoteip") else scope,
        profiles=read_profiles(f"{where}.profiles", entry["profiles"]) if entry.get("profiles") else profiles,
        program=program,
        description=f"Managed by lyncops.firewall. Extra rule: {name}",
    )
    return ExtraRule(key, name, rule)


def is_full_path(program: str) -> bool:
    """Whether a text is the full path of a program, and short enough for a netsh line."""
    return bool(_PROGRAM.fullmatch(program)) and len(program) <= _LONGEST_PROGRAM


def _optional_ports(option: str, value: Any) -> PortSet | None:
    if value in (None, "", []):
        return None
    return read_ports(option, value)


def _checked(option: str, text: str) -> None:
    try:
        check_text(text)
    except UnsupportedValueError as error:
        raise OptionError(option, f"{text!r}: {error}") from error
