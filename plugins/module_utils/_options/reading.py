# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values that a person wrote into an option, read: ports, addresses, profiles, and one of a few words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from .._firewall.state.rule import Profile
from .._net.address_set import AddressSet
from .._net.address_text import AddressError
from .._net.port_set import PortError, PortSet
from .._net.sources import parse_sources

_LONGEST_PORTS = 200

_Value = TypeVar("_Value")


class OptionError(ValueError):
    """An option's value is wrong. The message begins with the option's name and says what to write instead.

    Attributes:
        option: Name of the option; of a part of it with its place, such as ``extra_rules[0].localport``.
        reason: What is wrong with the value and what to write instead.
    """

    def __init__(self, option: str, reason: str) -> None:
        super().__init__(f"{option}: {reason}")
        self.option = option
        self.reason = reason


def read_choice(option: str, value: Any, known: Mapping[str, _Value]) -> _Value:
    """The meaning of a word that must be one of a few.

    Args:
        option: The option's name, for the message.
        value: The word.
        known: Meaning of each possible word.

    Raises:
        OptionError: It is another word.
    """
    if not isinstance(value, str) or value not in known:
        raise OptionError(option, f"{value!r} is not possible; it takes {', '.join(known)}")
    return known[value]


def read_word(option: str, value: Any, known: Mapping[str, _Value]) -> _Value:
    """The same in any letter case, as netsh takes its words; the words that are known have small letters.

    Raises:
        OptionError: It is another word.
    """
    if not isinstance(value, str) or value.strip().casefold() not in known:
        raise OptionError(option, f"{value!r} is not possible; it takes {', '.join(known)}")
    return known[value.strip().casefold()]


def in_small_letters(option: str, given: Mapping[Any, _Value]) -> dict[Any, _Value]:
    """The same with its keys in small letters, since the words in values are taken in any case as well.

    Args:
        option: The option's name, for the message.
        given: Keys and values.

    Raises:
        OptionError: Two keys differ in nothing but case.
    """
    found: dict[Any, _Value] = {}
    for key, value in given.items():
        small = key.casefold() if isinstance(key, str) else key
        if small in found:
            raise OptionError(option, f"it has {small!r} twice, in different letter cases; leave one of them out")
        found[small] = value
    return found


def read_addresses(option: str, items: Iterable[Any]) -> AddressSet:
    """Read a scope, one item or a comma list an entry.

    Raises:
        OptionError: An item is no address, network, range or keyword, or one that no rule can hold.
    """
    return _read_addresses(option, items, AddressSet.parse_for_rule)


def read_sources(option: str, items: Iterable[Any]) -> AddressSet:
    """Read those who connect, one item or a comma list an entry.

    Raises:
        OptionError: As `read_addresses`; or nobody connects from an item.
    """
    return _read_addresses(option, items, parse_sources)


def _read_addresses(option: str, items: Iterable[Any], parse: Callable[[list[str]], AddressSet]) -> AddressSet:
    try:
        return parse([part for item in items for part in str(item).split(",")])
    except AddressError as error:
        raise OptionError(option, str(error)) from error


def read_profiles(option: str, names: Iterable[Any]) -> frozenset[Profile]:
    """Read profile names.

    Raises:
        OptionError: A name is unknown, or none is given.
    """
    known = {profile.value: profile for profile in Profile}
    found = frozenset(read_choice(option, name, known) for name in names)
    if not found:
        raise OptionError(option, f"no profile is named; leave it out for all of {', '.join(known)}")
    return found


def read_ports(option: str, value: Any) -> PortSet:
    """Read ports: a number, a text such as ``5061,57501-65535``, or a list of these.

    Raises:
        OptionError: Port 0 or above 65535, a range that runs backwards, an overlap, no port at all, or too many ranges
            for one netsh line.
    """
    items = value if isinstance(value, (list, tuple)) else [value]
    if any(isinstance(item, bool) or not isinstance(item, (str, int)) for item in items):
        raise OptionError(option, f"{value!r} is no port; write 5061, '5067,5070' or '57501-65535'")
    try:
        ports = PortSet.parse_strict(",".join(str(item) for item in items))
    except PortError as error:
        raise OptionError(option, str(error)) from error
    if len(str(ports)) > _LONGEST_PORTS:  # a netsh line has to hold it, beside a scope
        raise OptionError(option, f"the list has {len(str(ports))} characters, more than {_LONGEST_PORTS}; use ranges")
    return ports
