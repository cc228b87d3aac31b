# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Region algebra against a model that counts: plain sets of (port, family, address)."""

from __future__ import annotations

import itertools

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._net.address_set import AddressSet
from ansible_collections.lyncops.firewall.plugins.module_utils._net.port_set import PortSet
from ansible_collections.lyncops.firewall.plugins.module_utils._net.region import Box, Region, union
from hypothesis import given
from hypothesis import strategies as st

Point = tuple[int, int, int]
Model = frozenset[Point]

LARGEST = 7
_NUMBERS = st.integers(0, LARGEST)
_SPANS = st.lists(st.tuples(_NUMBERS, _NUMBERS).map(lambda pair: (min(pair), max(pair))), max_size=3)
_BOXES = st.tuples(_SPANS, _SPANS, _SPANS)


def _numbers(spans: list[tuple[int, int]]) -> set[int]:
    return {number for low, high in spans for number in range(low, high + 1)}


def box_model(box: tuple[list[tuple[int, int]], ...]) -> Model:
    ports, v4, v6 = map(_numbers, box)
    return frozenset(
        (port, family, address) for port in ports for family, side in ((4, v4), (6, v6)) for address in side
    )


def box_region(box: tuple[list[tuple[int, int]], ...]) -> Region:
    ports, v4, v6 = box
    return Region.of(PortSet(tuple(ports)), AddressSet(tuple(v4), tuple(v6)))


def model_of(region: Region) -> Model:
    """Every point of a region, found by asking each box about each number."""
    return frozenset(point for box in region.boxes for point in _points(box))


def _points(box: Box) -> set[Point]:
    ports, addresses = box
    return {
        (port, family, address)
        for port in range(LARGEST + 2)
        for family, side in ((4, addresses.v4), (6, addresses.v6))
        for address in range(LARGEST + 2)
        if port in ports and any(low <= address <= high for low, high in side)
    }


@st.composite
def regions(draw: st.DrawFn) -> tuple[Region, Model]:
    """A region of up to four overlapping boxes, with its model."""
    boxes = draw(st.lists(_BOXES, max_size=4))
    return union(map(box_region, boxes)), frozenset().union(*map(box_model, boxes))


def assert_canonical(region: Region) -> None:
    """No box is empty, and no point is in two of them."""
    assert all(ports and addresses for ports, addresses in region.boxes)
    for left, right in itertools.combinations(region.boxes, 2):
        assert not _points(left) & _points(right)


@given(regions())
def test_a_union_of_boxes_has_the_points_of_all(made: tuple[Region, Model]) -> None:
    region, model = made
    assert model_of(region) == model
    assert bool(region) == bool(model)
    assert_canonical(region)


@given(regions(), regions())
def test_operations_are_those_of_sets(left: tuple[Region, Model], right: tuple[Region, Model]) -> None:
    for region, model in (
        (left[0] & right[0], left[1] & right[1]),
        (left[0] - right[0], left[1] - right[1]),
        (left[0] | right[0], left[1] | right[1]),
    ):
        assert model_of(region) == model
        assert bool(region) == bool(model)
        assert_canonical(region)


@given(regions(), regions())
def test_cutting_and_putting_together_gives_the_whole_back(
    left: tuple[Region, Model], right: tuple[Region, Model]
) -> None:
    both = (left[0] & right[0]) | (left[0] - right[0])
    assert not both - left[0]
    assert not left[0] - both
    assert not (left[0] - right[0]) & right[0]


def test_text_names_ports_and_addresses_and_joins_boxes_with_the_same_addresses() -> None:
    ten = AddressSet.parse(["10.0.0.0/8"])
    pairs = [(5061, AddressSet.any()), (5062, ten), (80, ten)]
    region = union(Region.of(PortSet.of(port), addresses) for port, addresses in pairs)
    assert str(region) == "80,5062 from 10.0.0.0/8; 5061 from any"
    assert str(Region()) == ""


def test_a_hole_in_both_directions_leaves_exactly_the_frame() -> None:
    whole = Region.of(PortSet.parse("1-3"), AddressSet.parse(["10.0.0.1-10.0.0.3"]))
    hole = Region.of(PortSet.of(2), AddressSet.parse(["10.0.0.2"]))
    assert str(whole - hole) == "2 from 10.0.0.1,10.0.0.3; 1,3 from 10.0.0.1-10.0.0.3"


@pytest.mark.parametrize(("ports", "addresses"), [("", "10.0.0.1"), ("1", "")])
def test_an_empty_side_makes_an_empty_region(ports: str, addresses: str) -> None:
    region = Region.of(
        PortSet.parse(ports) if ports else PortSet(), AddressSet.parse([addresses]) if addresses else AddressSet()
    )
    assert region == Region()
    assert not region


def test_a_keyword_is_its_own_point_until_a_whole_family_covers_it() -> None:
    subnet = Region.of(PortSet.of(1), AddressSet.parse(["localsubnet"]))
    assert (subnet & Region.of(PortSet.any(), AddressSet.any())) == subnet
    assert not subnet - Region.of(PortSet.of(1), AddressSet.any())
    assert subnet - Region.of(PortSet.of(1), AddressSet.parse(["10.0.0.0/8"])) == subnet, "it may be another subnet"


def test_1600_overlapping_rules_are_put_together_in_time() -> None:
    boxes = [
        Region.of(PortSet(((i, i + 40),)), AddressSet.parse([f"10.{i % 50}.{i % 200}.0/24"])) for i in range(1, 1601)
    ]
    whole = union(boxes)
    assert not boxes[7] - whole
    opened = {port for ports, _addresses in whole.boxes for port in ports}
    assert opened == set(range(1, 1641))
