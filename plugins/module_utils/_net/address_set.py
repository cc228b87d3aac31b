# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""AddressSet: the addresses a rule's scope admits, IPv4 and IPv6 apart, in canonical form."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from . import intervals

_BITS = {4: 32, 6: 128}
_ALL: dict[int, intervals.Interval] = {family: (0, (1 << bits) - 1) for family, bits in _BITS.items()}
_MAKE: dict[int, type[ipaddress.IPv4Address | ipaddress.IPv6Address]] = {
    4: ipaddress.IPv4Address,
    6: ipaddress.IPv6Address,
}

KEYWORDS = {
    word.casefold(): word
    for word in (
        "LocalSubnet", "DNS", "DHCP", "WINS", "DefaultGateway",
        "IntrAnet", "IntErnet", "RmtIntrAnet", "Ply2Renders", "CaptivePortal",
    )
}  # fmt: skip
"""Address keywords of [MS-GPFAS] 2.2.2.13; only the host itself knows which addresses they stand for."""

TYPED_KEYWORDS = ("localsubnet", "dns", "dhcp", "wins", "defaultgateway")
"""Those that ``netsh advfirewall firewall add rule remoteip=`` accepts."""

_NOT_IN_RULES: dict[str, intervals.Interval] = {
    "the unspecified address (::)": (0, 0),
    "the loopback address (::1)": (1, 1),
    "a multicast address (ff00::/8)": (0xFF << 120, _ALL[6][1]),
}

Keyword = tuple[int, str]
"""Address family (4 or 6) and a keyword in lower case."""


class AddressError(ValueError):
    """A text is not an address, network, range or known keyword; the message says which and why."""


@dataclass(frozen=True, slots=True)
class AddressSet:
    """An immutable set of addresses plus keywords whose addresses cannot be computed here.

    Attributes:
        v4: IPv4 addresses as intervals of numbers.
        v6: IPv6 addresses as intervals of numbers.
        keywords: Keywords such as ``(4, 'localsubnet')``; dropped where their family is complete anyway.
    """

    v4: intervals.Intervals = ()
    v6: intervals.Intervals = ()
    keywords: frozenset[Keyword] = frozenset()

    def __post_init__(self) -> None:
        v4, v6 = intervals.merge(self.v4), intervals.merge(self.v6)
        object.__setattr__(self, "v4", v4)
        object.__setattr__(self, "v6", v6)
        if not self.keywords:
            return
        complete = [family for family, ranges in ((4, v4), (6, v6)) if ranges == (_ALL[family],)]
        if complete:
            object.__setattr__(self, "keywords", frozenset(k for k in self.keywords if k[0] not in complete))

    @classmethod
    def any(cls) -> AddressSet:
        """Every address of both families: a rule without an address list."""
        return _ANY

    @classmethod
    def parse(cls, items: Iterable[str]) -> AddressSet:
        """Parse user input: addresses, CIDR networks, ranges ``a-b``, netsh's keywords or ``any``.

        Args:
            items: One address, network, range or keyword each; none at all means any.

        Raises:
            AddressError: An item cannot be read, has host bits set or runs backwards; or all cover a whole family.
        """
        texts = [item.strip() for item in items]
        if not texts or "any" in (text.casefold() for text in texts):
            if len(texts) > 1:
                raise AddressError("'any' cannot stand beside other addresses; leave it out or leave it alone")
            return cls.any()
        found: dict[int, list[intervals.Interval]] = {4: [], 6: []}
        keywords: set[Keyword] = set()
        for text in texts:
            if text.casefold() in TYPED_KEYWORDS:
                keywords |= {(4, text.casefold()), (6, text.casefold())}
                continue
            family, interval = _typed(text)
            found[family].append(interval)
        typed = cls(tuple(found[4]), tuple(found[6]), frozenset(keywords))
        for family in (4, 6):
            if typed._complete(family):  # not documented that netsh accepts 0.0.0.0/0; half of "any" is hardly meant
                raise AddressError(
                    f"together that is every IPv{family} address; leave it out to mean any: an empty list of peers or "
                    "networks means nobody"
                )
        return typed

    @classmethod
    def parse_for_rule(cls, items: Iterable[str]) -> AddressSet:
        """Parse user input as `parse` does, for the scope of a rule, which cannot hold some IPv6 addresses.

        [MS-FASP] 2.2.6 and 2.2.10 forbid the loopback and the unspecified address, and the status code
        FW_RULE_STATUS_SEMANTIC_ERROR_ADDR_V6 multicast ones as well. The structures of IPv4 (2.2.4, 2.2.8) forbid none.

        Args:
            items: As for `parse`.

        Raises:
            AddressError: As for `parse`; or an item is such an address, or a network or range that holds one.
        """
        texts = [item.strip() for item in items]
        parsed = cls.parse(texts)
        for text in texts:
            if ":" in text and (kind := cls((), (_typed(text)[1],)).impossible_in_rule):
                raise AddressError(
                    f"{text!r} is or holds {kind} of IPv6, which Windows Firewall does not take in a rule; leave it out"
                )
        return parsed

    @classmethod
    def from_registry(cls, v4: Iterable[str], v6: Iterable[str]) -> AddressSet:
        """Read the ``RA4``/``LA4``/``RA42`` and ``RA6``/``LA6``/``RA62`` values of one rule string.

        A rule with values for one family only never matches the other; without any value it matches all.

        Args:
            v4: Values of the IPv4 keys: host, ``a-b``, subnet with dotted mask or prefix length, keyword.
            v6: Values of the IPv6 keys.

        Raises:
            AddressError: A value is none of these.
        """
        found: dict[int, list[intervals.Interval]] = {4: [], 6: []}
        keywords: set[Keyword] = set()
        for family, values in ((4, v4), (6, v6)):
            for value in values:
                if value.casefold() in KEYWORDS:
                    keywords.add((family, value.casefold()))
                else:
                    found[family].append(_stored(value, family))
        if not keywords and not found[4] and not found[6]:
            return cls.any()
        return cls(tuple(found[4]), tuple(found[6]), frozenset(keywords))

    @property
    def is_any(self) -> bool:
        """Whether every address of both families is in the set."""
        return self.v4 == (_ALL[4],) and self.v6 == (_ALL[6],)

    @property
    def fills_a_family(self) -> bool:
        """Whether every address of IPv4, or of IPv6, is in the set."""
        return self._complete(4) or self._complete(6)

    @property
    def impossible_in_rule(self) -> str:
        """What kind of address is in the set that no rule can hold, see `parse_for_rule`; empty where there is none."""
        if self._complete(6):  # a rule without addresses: nothing is said of any of them
            return ""
        return next((kind for kind, span in _NOT_IN_RULES.items() if intervals.overlap((span,), self.v6)), "")

    def __bool__(self) -> bool:
        return bool(self.v4 or self.v6 or self.keywords)

    def __or__(self, other: AddressSet) -> AddressSet:
        return AddressSet(self.v4 + other.v4, self.v6 + other.v6, self.keywords | other.keywords)

    def __and__(self, other: AddressSet) -> AddressSet:
        """Addresses certainly in both. A keyword is kept where the other side has it too or is complete."""
        if other.is_any:
            return self
        if self.is_any:
            return other
        kept = self.keywords & other.keywords
        kept |= {keyword for keyword in self.keywords if other._complete(keyword[0])}
        kept |= {keyword for keyword in other.keywords if self._complete(keyword[0])}
        return _canonical(
            intervals.intersect(self.v4, other.v4), intervals.intersect(self.v6, other.v6), frozenset(kept)
        )

    def __sub__(self, other: AddressSet) -> AddressSet:
        """Addresses of this set that are not certainly in the other: what a keyword covers stays."""
        if other.is_any:
            return _NONE
        kept = frozenset(k for k in self.keywords - other.keywords if not other._complete(k[0]))
        return _canonical(intervals.subtract(self.v4, other.v4), intervals.subtract(self.v6, other.v6), kept)

    def __le__(self, other: AddressSet) -> bool:
        """Containment: every address of this set is certainly in the other."""
        return (
            intervals.within(self.v4, other.v4)
            and intervals.within(self.v6, other.v6)
            and all(word in other.keywords or other._complete(word[0]) for word in self.keywords)
        )

    def overlaps(self, other: AddressSet) -> bool:
        """Whether ``self & other`` is not empty; cheaper than to say what it is."""
        return (
            intervals.overlap(self.v4, other.v4)
            or intervals.overlap(self.v6, other.v6)
            or not self.keywords.isdisjoint(other.keywords)
            or any(other._complete(family) for family, _word in self.keywords)
            or any(self._complete(family) for family, _word in other.keywords)
        )

    def of_family(self, family: int) -> AddressSet:
        """The addresses and keywords of one family.

        Args:
            family: 4 or 6.
        """
        words = frozenset(keyword for keyword in self.keywords if keyword[0] == family)
        return _canonical(self.v4 if family == 4 else (), self.v6 if family == 6 else (), words)

    def _complete(self, family: int) -> bool:
        return (self.v4 if family == 4 else self.v6) == (_ALL[family],)

    def texts(self) -> list[str]:
        """The set in netsh's syntax, as short as possible: hosts, CIDR networks, ranges, keywords; ``['any']`` for all.

        netsh cannot express a keyword for one family only; it is listed all the same, once.
        """
        if self.is_any:
            return ["any"]
        words = sorted({keyword for _family, keyword in self.keywords})
        numbers = [
            text for family, ranges in ((4, self.v4), (6, self.v6)) for pair in ranges for text in _spell(family, pair)
        ]
        return words + numbers

    def few(self, most: int) -> list[str]:
        """Each address of the set; none where there are more than so many. Keywords are left out.

        Args:
            most: How many.
        """
        ranges = [(family, pair) for family, pairs in ((4, self.v4), (6, self.v6)) for pair in pairs]
        if sum(last - first + 1 for _family, (first, last) in ranges) > most:
            return []
        return [str(_MAKE[family](number)) for family, (first, last) in ranges for number in range(first, last + 1)]

    def __str__(self) -> str:
        return ",".join(self.texts())

    def spelled(self, most: int) -> str:
        """The set for people, ``10.0.0.1,10.0.0.2 and 3 more``: cut first, since spelling is what takes time.

        Args:
            most: Keywords, and ranges of neighbouring addresses, that are spelled.
        """
        words = sorted(self.keywords, key=lambda word: (word[1], word[0]))
        kept, v4 = words[:most], self.v4[:most]
        first = AddressSet(v4, self.v6[: most - len(v4)], frozenset(kept))
        more = len(words) - len(kept) + len(self.v4) - len(first.v4) + len(self.v6) - len(first.v6)
        return f"{first} and {more} more" if more else str(self)


def _canonical(v4: intervals.Intervals, v6: intervals.Intervals, keywords: frozenset[Keyword]) -> AddressSet:
    """A set of intervals that need no merging: what operations on merged ones leave."""
    if keywords:
        return AddressSet(v4, v6, keywords)
    made = object.__new__(AddressSet)
    object.__setattr__(made, "v4", v4)
    object.__setattr__(made, "v6", v6)
    object.__setattr__(made, "keywords", keywords)
    return made


def together(sets: Iterable[AddressSet]) -> AddressSet:
    """All addresses of all sets, merged once."""
    found = list(sets)
    if len(found) == 1:
        return found[0]
    return AddressSet(
        tuple(pair for addresses in found for pair in addresses.v4),
        tuple(pair for addresses in found for pair in addresses.v6),
        frozenset(word for addresses in found for word in addresses.keywords),
    )


_ANY = AddressSet((_ALL[4],), (_ALL[6],))
_NONE = AddressSet()

SOURCES = AddressSet(((1 << 24, (224 << 24) - 1),), ((2, (0xFF << 120) - 1),))
"""Addresses that a packet from elsewhere may come from, and that a rule can hold: not this network (0.0.0.0/8), no
multicast, reserved or broadcast address (RFC 1122 3.2.1.3); of IPv6 neither ``::``, ``::1`` nor multicast (RFC 4291
2.7)."""

LOOPBACK = AddressSet(((127 << 24, (128 << 24) - 1),), ((1, 1),))
"""A host's addresses for itself (RFC 1122 3.2.1.3, RFC 4291 2.5.3)."""

LINK_LOCAL = AddressSet(((0xA9FE << 16, (0xA9FF << 16) - 1),), ((0xFE80 << 112, (0xFEC0 << 112) - 1),))
"""169.254.0.0/16 and fe80::/10, which no router passes on (RFC 3927, RFC 4291 2.5.6)."""

PRIVATE = AddressSet(
    (
        (10 << 24, (11 << 24) - 1),
        (0x6440 << 16, (0x6480 << 16) - 1),
        (0xAC10 << 16, (0xAC20 << 16) - 1),
        (0xC0A8 << 16, (0xC0A9 << 16) - 1),
        *LINK_LOCAL.v4,
    ),
    ((0xFC << 120, (0xFE << 120) - 1), *LINK_LOCAL.v6),
)
"""Addresses that the Internet does not carry: 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 (RFC 1918), 100.64.0.0/10
(RFC 6598), fc00::/7 (RFC 4193), and `LINK_LOCAL`."""


def split(addresses: AddressSet, room: int) -> list[AddressSet]:
    """Cut a set into as few parts as needed for each part's text to fit.

    Args:
        addresses: The set to cut; its parts together are the set.
        room: Characters that a part's text may have; at least 100, more than any single item needs.
    """
    parts: list[list[str]] = [[]]
    used = 0
    for text in addresses.texts():
        if parts[-1] and used + 1 + len(text) > room:
            parts.append([])
            used = 0
        used += len(text) + (1 if parts[-1] else 0)
        parts[-1].append(text)
    return (
        [addresses] if len(parts) == 1 else [AddressSet.parse(part) & addresses for part in parts]
    )  # a keyword keeps its family


def _spell(family: int, pair: intervals.Interval) -> list[str]:
    """One interval as its networks, or as ``a-b`` where that is shorter."""
    first, last = _MAKE[family](pair[0]), _MAKE[family](pair[1])
    networks = [
        str(network.network_address) if network.prefixlen == network.max_prefixlen else str(network)
        for network in ipaddress.summarize_address_range(first, last)
    ]
    span = f"{first}-{last}"
    return networks if len(networks) == 1 or len(",".join(networks)) <= len(span) else [span]


def _typed(text: str) -> tuple[int, intervals.Interval]:
    """Parse an address, network or range of a user; stricter than for what Windows stores."""
    try:
        if "%" in text:
            raise AddressError(f"{text!r} names an interface zone, which a firewall scope cannot hold")
        if "-" in text:
            first, last = (ipaddress.ip_address(part.strip()) for part in text.split("-", 1))
            if first.version != last.version or int(first) > int(last):
                raise AddressError(f"{text!r} is no range: both ends must be of one family, the lower one first")
            return first.version, (int(first), int(last))
        network = ipaddress.ip_network(text)
    except AddressError:
        raise
    except ValueError as error:
        if "host bits" in str(error):
            meant = ipaddress.ip_network(text, strict=False)
            raise AddressError(f"{text!r} has host bits set; write {meant} or one address") from error
        known = ", ".join(TYPED_KEYWORDS)
        raise AddressError(f"{text!r} is no address, network, range (a-b) or keyword ({known})") from error
    return network.version, (int(network.network_address), int(network.broadcast_address))


def is_stored_address(value: str, family: int) -> bool:
    """Whether `AddressSet.from_registry` takes a value, with no blank around it.

    Args:
        value: The value.
        family: 4 or 6.
    """
    if value.casefold() in KEYWORDS:
        return True
    try:
        _stored(value, family)
    except AddressError:
        return False
    return True


def _stored(value: str, family: int) -> intervals.Interval:
    """Parse an address value of a rule string, [MS-GPFAS] 2.2.2.9 to 2.2.2.12; lenient where Windows is."""
    try:
        if "-" in value:
            first, last = (_number(part.strip(), family) for part in value.split("-", 1))
            if first > last:
                raise AddressError(f"the address range {value!r} runs backwards")
            return first, last
        host, slash, mask = value.partition("/")
        number = _number(host.strip(), family)
        length = _prefix_length(mask.strip(), family) if slash else _BITS[family]
    except AddressError:
        raise
    except ValueError as error:
        raise AddressError(f"{value!r} is no IPv{family} address, network, range or keyword") from error
    size = 1 << (_BITS[family] - length)
    first = number & ~(size - 1)
    return first, first + size - 1


_OCTETS = {str(octet): octet for octet in range(256)}


def _number(address: str, family: int) -> int:
    """An address as a number. IPv4 is what ipaddress takes as well, in a third of its time."""
    if family == 6:
        return int(ipaddress.IPv6Address(address))
    number = 0
    octets = address.split(".")
    if len(octets) != 4:
        raise ValueError(address)
    for octet in octets:
        if octet not in _OCTETS:
            raise ValueError(address)
        number = number << 8 | _OCTETS[octet]
    return number


@lru_cache(maxsize=256)  # a host's rules have few different masks
def _prefix_length(mask: str, family: int) -> int:
    """``24`` or ``255.255.255.0`` as a prefix length. A mask with holes has none."""
    if mask.isascii() and mask.isdigit() and int(mask) <= _BITS[family]:
        return int(mask)
    if family == 4 and "." in mask:
        holes = ~_number(mask, 4) & 0xFFFFFFFF
        if holes & (holes + 1) == 0:
            return 32 - holes.bit_length()
    raise AddressError(f"{mask!r} is no network mask")
