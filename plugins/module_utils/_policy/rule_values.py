# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values of a site rule in the spelling of ``community.windows.win_firewall_rule``, read one by one."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Any

from .._firewall.change.netsh import PORT_WORDS
from .._firewall.state.limits import INTERFACE_TYPES
from .._firewall.state.rule import ANY_SERVICE, PROTOCOL_NUMBERS, Direction, of_protocol, protocol_name
from .._net.address_set import AddressSet
from .._net.port_set import PortSet
from .._options.reading import OptionError, read_addresses, read_ports, read_word

TCP, UDP = PROTOCOL_NUMBERS["tcp"], PROTOCOL_NUMBERS["udp"]
_ANY = ("any", "*")
_ANY_PROTOCOL = 256  # [MS-FASP] 2.2.37, wIpProtocol
_ICMP_KEYS = {PROTOCOL_NUMBERS["icmpv4"]: "ICMP4", PROTOCOL_NUMBERS["icmpv6"]: "ICMP6"}
_ICMP = re.compile(r"(\d{1,3})(?::(\d{1,3}|\*|any))?", re.ASCII | re.IGNORECASE)
_HIGHEST = 255
_SERVICE = re.compile(r"[A-Za-z0-9_.$-]{1,256}", re.ASCII)  # [MS-FASP] 2.2.37: neither slash nor bar, below 260
_WORDS = {word.casefold(): (key, word) for key, word in PORT_WORDS}
_INTERFACES = {**{word: word for word in INTERFACE_TYPES}, "remoteaccess": "ras"}


_ALL_PORTS = PortSet(((1, 65535),))


@dataclass(frozen=True, slots=True)
class Ports:
    """Ports as a rule has them.

    Attributes:
        ports: By number; any where the rule names none.
        words: Registry key and word of others.
    """

    ports: PortSet = PortSet.any()
    words: frozenset[tuple[str, str]] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.words) or not self.ports.is_any

    @property
    def narrow(self) -> bool:
        """Whether they are a limit at all: who names all ports from 1 on says any."""
        return bool(self) and not self.ports >= _ALL_PORTS


def words_of(value: Any) -> list[str]:
    """The words of a list, or of a text with commas; none for nothing."""
    if value is None:
        return []
    items = value if isinstance(value, (list, tuple)) else [value]
    return [part.strip() for item in items for part in str(item).split(",") if part.strip()]


def limit_of(option: str, value: Any) -> list[str]:
    """The same, and none where it is just any, which is no limit, as if the key were left out.

    Raises:
        OptionError: any stands beside others; or there is an entry and nothing in it, as of a template without a value.
            Taken for no limit, it would open the rule to everybody.
    """
    words = words_of(value)
    if not words and value not in (None, "", [], ()):
        raise OptionError(option, "there is nothing in it; name what is meant, leave the key out, or write any")
    if len(words) > 1 and any(word.casefold() in _ANY for word in words):
        raise OptionError(option, "any stands beside others; leave them out for no limit, or leave any out")
    return [] if words and words[0].casefold() in _ANY else words


def read_scope(option: str, words: list[str]) -> AddressSet:
    """Addresses, as `read_addresses` takes them, and networks as Windows does: with a dotted mask, or with host bits.

    Raises:
        OptionError: As `read_addresses`.
    """
    return read_addresses(option, [_network(word) for word in words])


def read_scope_of(option: str, words: list[str], protocol: int | None) -> AddressSet:
    """The same for a rule of a protocol: one for ICMPv4 or ICMPv6 holds the addresses of that version alone.

    Raises:
        OptionError: As `read_addresses`; or nothing of it is of that version.
    """
    return fitting(option, read_scope(option, words), protocol)


def fitting(option: str, addresses: AddressSet, protocol: int | None, whose: str = "it") -> AddressSet:
    """What a rule of a protocol can hold of addresses.

    Args:
        option: The option's name, for the message.
        addresses: The addresses.
        protocol: The protocol.
        whose: What has them, for the message.

    Raises:
        OptionError: Nothing.
    """
    found = of_protocol(addresses, protocol)
    if addresses and not found:
        name = protocol_name(protocol)
        raise OptionError(
            option, f"there is no IPv{name[-1]} address in {whose}, and {name} has no others; name one here, or any"
        )
    return found


def _network(word: str) -> str:
    try:
        return str(ipaddress.ip_network(word, strict=False)) if "/" in word else word
    except ValueError:
        return word


def word_of(value: Any, default: str) -> Any:
    """A word that YAML may have read as a boolean, no and yes, and Ansible have made a text again: True, False."""
    text = str(value).casefold() if isinstance(value, (bool, str)) else value
    return {"true": "yes", "false": "no", "": default}.get(text, text) if value is not None else default


def read_flag(option: str, value: Any) -> bool:
    """True or false; true by default.

    Raises:
        OptionError: It is neither.
    """
    if value is None:
        return True
    if not isinstance(value, bool):
        raise OptionError(option, f"{value!r} is neither true nor false")
    return value


def read_protocol(option: str, value: Any) -> int | None:
    """The number of a protocol; None for any.

    Raises:
        OptionError: There is no such protocol.
    """
    text = "any" if value is None else str(value).strip()
    folded = text.casefold()
    if folded in ("", *_ANY):
        return None
    if folded in PROTOCOL_NUMBERS:
        return PROTOCOL_NUMBERS[folded]
    if text.isascii() and text.isdigit() and int(text) <= _ANY_PROTOCOL:
        return None if int(text) == _ANY_PROTOCOL else int(text)
    if folded.startswith(("icmpv4:", "icmpv6:")):
        raise OptionError(option, f"{text!r}: write {folded[:6]}, and the types in icmp_type_code, such as 8:*")
    raise OptionError(option, f"{text!r} is not possible; it takes any, {', '.join(PROTOCOL_NUMBERS)} or 0 to 255")


def read_local_ports(option: str, value: Any, protocol: int | None, direction: Direction) -> Ports:
    """Ports on the host, by number or by netsh's word.

    Raises:
        OptionError: As `read_ports`; or a word where [MS-FASP] 2.2.37 allows none: RPC is inbound TCP.
    """
    items = limit_of(option, value)
    words = frozenset(_WORDS[item.casefold()] for item in items if item.casefold() in _WORDS)
    if words and (protocol != TCP or direction is not Direction.IN):
        names = " and ".join(sorted(word for _key, word in words))
        raise OptionError(option, f"{names} is for inbound TCP: write protocol: tcp and direction: in")
    numbers = [item for item in items if item.casefold() not in _WORDS]
    if not numbers:
        return Ports(PortSet(), words) if words else Ports()
    return Ports(_numbers(option, numbers, f", or {' or '.join(word for _key, word in PORT_WORDS)}"), words)


def read_remote_ports(option: str, value: Any) -> Ports:
    """Ports on the other side, by number.

    Raises:
        OptionError: As `read_ports`.
    """
    items = limit_of(option, value)
    return Ports(_numbers(option, items, "")) if items else Ports()


def _numbers(option: str, items: list[str], beside: str) -> PortSet:
    wrong = [item for item in items if not re.fullmatch(r"\d+(\s*-\s*\d+)?", item, re.ASCII)]
    if wrong:
        raise OptionError(option, f"{wrong[0]!r} is no port; write 5061, '5067,5070' or '57501-65535'{beside}")
    # What is named twice is no mistake that anybody has to mend: win_firewall_rule takes it, too.
    return read_ports(option, list(dict.fromkeys(map(_plain_range, items))))


def _plain_range(item: str) -> str:
    """A port or a range in one spelling: without blanks, leading zeros, and a range of one."""
    first, *rest = (str(int(part)) for part in item.split("-"))
    return f"{first}-{rest[0]}" if rest and rest[0] != first else first


def read_icmp(option: str, value: Any, protocol: int | None) -> tuple[tuple[str, str], ...]:
    """Types and codes of ICMP, as the registry has them; none for all.

    Raises:
        OptionError: The protocol is no ICMP, or a type or code is none.
    """
    items = limit_of(option, value)
    if not items:
        return ()
    key = _ICMP_KEYS.get(protocol or 0)
    if key is None:
        raise OptionError(option, "types of ICMP need protocol: icmpv4 or icmpv6")
    found = set()
    for item in items:
        match = _ICMP.fullmatch(item)
        code = (match[2] or "*").casefold() if match else ""
        if not match or int(match[1]) > _HIGHEST or (code.isdigit() and int(code) > _HIGHEST):
            raise OptionError(option, f"{item!r} is not possible; write a type and a code such as 8:* or 3:4, or *")
        found.add((key, f"{int(match[1])}:{int(code) if code.isdigit() else '*'}"))
    return tuple(sorted(found))


def read_service(option: str, value: Any) -> str:
    """The short name of a service, `ANY_SERVICE`, or nothing for no limit.

    Raises:
        OptionError: It is no name of a service.
    """
    text = str(value or "").strip()
    if text in ("", ANY_SERVICE) or text.casefold() == "any":
        return ANY_SERVICE if text == ANY_SERVICE else ""
    if not _SERVICE.fullmatch(text):
        raise OptionError(option, f"{text!r} is no short name of a service such as MSSQLSERVER")
    return text


def read_interfaces(option: str, value: Any) -> tuple[str, ...]:
    """Types of interfaces in netsh's words, sorted; none for all.

    Raises:
        OptionError: There is no such type.
    """
    return tuple(sorted({read_word(option, word, _INTERFACES) for word in limit_of(option, value)}))
