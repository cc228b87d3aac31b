# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""AddressSet against a brute-force model, ipaddress and the registry's spellings."""

from __future__ import annotations

import ipaddress

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._net.address_set import AddressSet, split
from ansible_collections.lyncops.firewall.plugins.module_utils._net.address_text import TYPED_KEYWORDS, AddressError
from hypothesis import given, settings
from hypothesis import strategies as st

# Sixteen cells cover each family, so small sets touch both ends and can be complete. A keyword is a point of its own,
# which a complete family swallows.
_CELLS = st.frozensets(st.integers(0, 15), max_size=16)
_WORDS = st.frozensets(st.sampled_from([(4, "localsubnet"), (6, "localsubnet"), (4, "dns"), (6, "internet")]))
_SETS = st.tuples(_CELLS, _CELLS, _WORDS)
Model = tuple[frozenset[int], frozenset[int], frozenset[tuple[int, str]]]


def scaled(model: Model) -> AddressSet:
    v4, v6, words = model
    return AddressSet(
        tuple((cell << 28, (cell + 1 << 28) - 1) for cell in v4),
        tuple((cell << 124, (cell + 1 << 124) - 1) for cell in v6),
        words,
    )


def points(model: Model) -> set[tuple[int, object]]:
    """The model as one set of points; in a complete family every keyword is in."""
    v4, v6, words = model
    found: set[tuple[int, object]] = {(4, cell) for cell in v4} | {(6, cell) for cell in v6} | set(words)
    for family, cells in ((4, v4), (6, v6)):
        if len(cells) == 16:
            found |= {(family, word) for word in ("localsubnet", "dns", "internet")}
    return found


@given(_SETS, _SETS)
def test_containment_and_equality_agree_with_the_model(left: Model, right: Model) -> None:
    a, b = scaled(left), scaled(right)
    assert (a <= b) == (points(left) <= points(right))
    assert (a == b) == (points(left) == points(right))
    assert bool(a) == bool(points(left))
    if a == b:
        assert hash(a) == hash(b)


@given(_SETS, _SETS)
def test_operations_agree_with_the_model(left: Model, right: Model) -> None:
    a, b = scaled(left), scaled(right)
    both: Model = (left[0] | right[0], left[1] | right[1], left[2] | right[2])
    assert a | b == scaled(both)
    common, rest = a & b, a - b
    numbers: Model = (left[0] & right[0], left[1] & right[1], frozenset())
    assert AddressSet(common.v4, common.v6) == scaled(numbers)
    numbers = (left[0] - right[0], left[1] - right[1], frozenset())
    assert AddressSet(rest.v4, rest.v6) == scaled(numbers), "a keyword of the other set takes no address away"
    assert rest | common == a
    assert common <= a <= a | b


@given(_SETS, _SETS, _SETS)
def test_laws(one: Model, two: Model, three: Model) -> None:
    a, b, c = scaled(one), scaled(two), scaled(three)
    assert a | b == b | a
    assert a & b == b & a
    assert (a | b) | c == a | (b | c)
    assert a - (b | c) <= a - b
    assert a | AddressSet() == a == a & AddressSet.any()
    assert a <= AddressSet.any()


_V4 = st.ip_addresses(v=4)
_NETWORKS = st.lists(
    st.tuples(st.integers(0, 2**32 - 1), st.integers(8, 32)).map(lambda p: ipaddress.ip_network(p, strict=False)),
    min_size=1,
    max_size=12,
)


@given(_NETWORKS, _V4)
def test_networks_are_collapsed_as_ipaddress_does(
    networks: list[ipaddress.IPv4Network], address: ipaddress.IPv4Address
) -> None:
    ours = AddressSet.parse([str(network) for network in networks])
    collapsed = list(ipaddress.collapse_addresses(networks))
    assert ours == AddressSet.parse([str(network) for network in collapsed])
    assert len(ours.texts()) <= len(collapsed)
    spelled = [part for text in ours.texts() for part in as_networks(text)]
    assert sorted(spelled) == sorted(collapsed), "texts() says other addresses than the networks"
    inside = any(address in network for network in networks)
    assert (AddressSet.parse([str(address)]) <= ours) == inside


def as_networks(text: str) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    if "-" not in text:
        return [ipaddress.ip_network(text)]
    first, last = (ipaddress.ip_address(end) for end in text.split("-"))
    return list(ipaddress.summarize_address_range(first, last))


def _address(kind: type[ipaddress.IPv4Address | ipaddress.IPv6Address], bits: int) -> st.SearchStrategy[str]:
    """Hosts and ranges above 0, so that no list of them is a complete family, which may not be typed."""
    number = st.integers(1, (1 << bits) - 1)
    ranges = st.tuples(number, number).map(lambda pair: f"{kind(min(pair))}-{kind(max(pair))}")
    return st.one_of(number.map(lambda value: str(kind(value))), ranges)


_TYPED = st.one_of(
    _address(ipaddress.IPv4Address, 32), _address(ipaddress.IPv6Address, 128), st.sampled_from(TYPED_KEYWORDS)
)


@given(st.lists(_TYPED, min_size=1, max_size=12))
def test_print_and_parse_again(items: list[str]) -> None:
    addresses = AddressSet.parse(items)
    assert AddressSet.parse(addresses.texts()) == addresses
    assert AddressSet.parse(reversed(items)) == addresses
    assert str(addresses) == ",".join(addresses.texts())


@settings(deadline=None)
@given(st.lists(_TYPED, min_size=1, max_size=60), st.integers(100, 500))
def test_split_parts_are_the_whole_and_fit(items: list[str], room: int) -> None:
    whole = AddressSet.parse(items)
    parts = split(whole, room)
    together = AddressSet()
    for part in parts:
        assert len(str(part)) <= room
        assert part
        together |= part
    assert together == whole
    assert len(parts) <= 1 + 2 * len(str(whole)) // room, "more parts than the room asks for"


def test_split_leaves_any_alone() -> None:
    assert split(AddressSet.any(), 100) == [AddressSet.any()]


@pytest.mark.parametrize(
    ("item", "word"),
    [
        ("10.0.0.300", "no address"),
        ("10.0.0.1/24", r"10\.0\.0\.0/24"),
        ("2001:db8::1/32", "2001:db8::/32"),
        ("10.0.0.9-10.0.0.1", "lower one first"),
        ("10.0.0.1-2001:db8::1", "one family"),
        ("10.0.0.1-", "no address"),
        ("10.0.0.0/33", "no address"),
        ("fe80::1%eth0", "zone"),
        ("fe80::1%eth0-fe80::2", "zone"),
        ("intranet", "no address"),
        ("server01", "no address"),
        ("", "no address"),
        ("010.0.0.1", "no address"),
        ("0.0.0.0/0", "every IPv4"),
        ("::/0", "every IPv6"),
        ("0.0.0.0-255.255.255.255", "every IPv4"),
    ],
)
def test_what_a_person_may_not_write(item: str, word: str) -> None:
    with pytest.raises(AddressError, match=word):
        AddressSet.parse([item])


def test_halves_that_make_a_whole_family_are_refused() -> None:
    with pytest.raises(AddressError, match="every IPv4"):
        AddressSet.parse(["0.0.0.0/1", "128.0.0.0/1"])


def test_any_stands_alone() -> None:
    assert AddressSet.parse([]) == AddressSet.parse(["Any"]) == AddressSet.any()
    with pytest.raises(AddressError, match="beside"):
        AddressSet.parse(["any", "10.0.0.1"])


def test_one_meaning_in_the_registry() -> None:
    def stored(*v4: str, v6: tuple[str, ...] = ()) -> AddressSet:
        return AddressSet.from_registry(v4, v6)

    assert stored() == AddressSet.any()
    assert stored("10.0.0.0/255.255.255.0") == stored("10.0.0.0/24") == AddressSet.parse(["10.0.0.0/24"])
    assert stored("10.0.0.1/255.255.255.255") == stored("10.0.0.1/32") == stored("10.0.0.1-10.0.0.1")
    assert stored("10.0.0.0/25", "10.0.0.128-10.0.0.255") == stored("10.0.0.77/24")
    assert stored("LOCALSUBNET", v6=("localsubnet",)) == AddressSet.parse(["LocalSubnet"])
    assert stored("LocalSubnet") != AddressSet.parse(["localsubnet"]), "one family is not both"
    assert stored(v6=("fe80::/64",)) == AddressSet.parse(["fe80::/64"])
    assert not stored("10.0.0.1").is_any
    assert stored("0.0.0.0/0") != AddressSet.any(), "a rule for IPv4 only never matches IPv6"


@pytest.mark.parametrize(
    ("v4", "v6"),
    [
        ("10.0.0.0/255.0.255.0", ""),
        ("10.0.0.0/33", ""),
        ("10.0.0.9-10.0.0.1", ""),
        ("fe80::1", ""),
        ("", "10.0.0.1"),
        ("Narnia", ""),
        ("10.0.0.0/", ""),
    ],
)
def test_what_the_registry_cannot_mean(v4: str, v6: str) -> None:
    with pytest.raises(AddressError):
        AddressSet.from_registry([v4] if v4 else [], [v6] if v6 else [])


def test_shortest_spelling() -> None:
    assert AddressSet.parse(["10.0.0.2", "10.0.0.1", "10.0.0.3"]).texts() == ["10.0.0.1-10.0.0.3"]
    assert AddressSet.parse(["10.0.1.0/24", "10.0.0.0/24"]).texts() == ["10.0.0.0/23"]
    assert AddressSet.parse(["dns", "10.0.0.1", "fe80::1", "localsubnet"]).texts() == [
        "dns", "localsubnet", "10.0.0.1", "fe80::1",
    ]  # fmt: skip


_IMPOSSIBLE = (ipaddress.ip_network("::/128"), ipaddress.ip_network("::1/128"), ipaddress.ip_network("ff00::/8"))
_EDGES = st.sampled_from([0, 1, 2, 3, (0xFF << 120) - 1, 0xFF << 120, (0xFF << 120) + 1, (1 << 128) - 1])
_NUMBERS = st.one_of(_EDGES, st.integers(0, (1 << 128) - 1))
_IPV6_SCOPES = st.one_of(
    _NUMBERS.map(lambda number: str(ipaddress.IPv6Address(number))),
    st.tuples(_NUMBERS, st.integers(1, 128)).map(
        lambda made: str(ipaddress.IPv6Network((made[0], made[1]), strict=False))
    ),
    st.tuples(_NUMBERS, _NUMBERS).map(
        lambda made: f"{ipaddress.IPv6Address(min(made))}-{ipaddress.IPv6Address(max(made))}"
    ),
)


def _ends(text: str) -> tuple[ipaddress.IPv6Address, ipaddress.IPv6Address]:
    if "-" in text:
        first, last = text.split("-")
        return ipaddress.IPv6Address(first), ipaddress.IPv6Address(last)
    network = ipaddress.IPv6Network(text)
    return network[0], network[-1]


@given(st.lists(_IPV6_SCOPES, min_size=1, max_size=3))
def test_a_rule_takes_ipv6_addresses_that_touch_none_of_the_forbidden_ones(texts: list[str]) -> None:
    forbidden = [
        text
        for text in texts
        for first, last in [_ends(text)]
        for net in _IMPOSSIBLE
        if first <= net[-1] and last >= net[0]
    ]
    if forbidden:
        with pytest.raises(AddressError) as raised:
            AddressSet.parse_for_rule(texts)
        assert repr(forbidden[0]) in str(raised.value) or "every IPv6 address" in str(raised.value)
        assert "leave" in str(raised.value)
        return
    parsed = AddressSet.parse_for_rule(texts)
    assert parsed == AddressSet.parse(texts)
    assert not parsed.impossible_in_rule
    assert AddressSet.parse_for_rule(parsed.texts()) == parsed, "what is spelled anew is taken too"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("::", "the unspecified address"),
        ("::/96", "the unspecified address"),
        ("0:0:0:0:0:0:0:1", "the loopback address"),
        ("::1-::5", "the loopback address"),
        ("ff02::1", "a multicast address"),
        ("ff05::/16", "a multicast address"),
        ("fe80::-ff02::1", "a multicast address"),
        ("8000::/1", "a multicast address"),
    ],
)
def test_what_a_rule_cannot_hold_is_named(text: str, kind: str) -> None:
    with pytest.raises(AddressError, match=kind):
        AddressSet.parse_for_rule(["10.0.0.1", text])
    assert AddressSet.parse([text]).impossible_in_rule.startswith(kind)


@pytest.mark.parametrize(
    "text", ["127.0.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255", "240.0.0.0/4", "::2", "fe80::1"]
)
def test_of_ipv4_a_rule_takes_every_address(text: str) -> None:
    """[MS-FASP] 2.2.4 and 2.2.8 forbid a mask of zero and ranges that run backwards, no address."""
    assert AddressSet.parse_for_rule([text]) == AddressSet.parse([text])
    assert not AddressSet.any().impossible_in_rule
