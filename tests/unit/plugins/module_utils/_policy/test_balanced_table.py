# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Listeners as CSV, which must be read back as they were, and as the two legs of their traffic."""

from __future__ import annotations

import csv
import io
from dataclasses import fields, replace
from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.balanced import balancer_listeners
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.balanced_model import BalancerListener
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.balanced_table import (
    COLUMNS,
    balanced_traffic,
    listeners_csv,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.pools import read_pool
from ansible_collections.lyncops.firewall.tests.unit.plugins.module_utils._policy.pool_facts import member, pool

pytest.importorskip("hypothesis", reason="see tests/unit/requirements.txt")
from hypothesis import given
from hypothesis import strategies as st


def listeners(*pools: dict[str, Any]) -> tuple[BalancerListener, ...]:
    return balancer_listeners(map(read_pool, pools))


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_every_field_has_a_column_but_those_that_serve_haproxy() -> None:
    assert {field.name for field in fields(BalancerListener)} - set(COLUMNS) == {"name", "table", "peers"}


def test_the_table_says_who_is_behind_and_what_is_checked() -> None:
    found = read(listeners_csv(listeners(pool("dns", member("fe01", drained=True), member("fe02", address="fd00::2")))))
    (web,) = [row for row in found if row["row"] == "dnslb-02"]
    assert (web["address"], web["port"], web["affinity"], web["idle_seconds"]) == (
        "10.1.0.101",
        "443",
        "source",
        "1800",
    )
    assert web["members"] == "fe01=10.0.0.1:443 fe02=[fd00::2]:443"
    assert web["checks"] == "fe01=10.0.0.1:5061 fe02=[fd00::2]:5061"
    assert web["drained"] == "fe01"


@given(st.lists(st.text(min_size=1).filter(str.isprintable), min_size=1, max_size=4))
def test_a_table_is_read_back_as_it_was(texts: list[str]) -> None:
    """Whatever a pool is called; but for the mark that keeps a cell from being a formula."""
    (first, *_others) = listeners(pool())
    given_ones = [replace(first, pool=text) for text in texts]
    found = [row["pool"] for row in read(listeners_csv(given_ones))]
    assert [cell.removeprefix("'") if cell != text else cell for cell, text in zip(found, texts, strict=True)] == texts
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in found)


def test_traffic_has_both_legs_and_the_check_that_no_listener_carries() -> None:
    found = balanced_traffic(listeners(pool("dns", member("fe01"), member("fe02"), external_ports="mapped")))
    legs = {(leg.row, leg.sources, leg.addresses, leg.hosts, leg.port) for leg in found}
    both = ("fe01", "fe02")
    assert ("dnslb-02", ("any",), ("10.1.0.101",), (), 443) in legs
    assert ("dnslb-02", ("load_balancer",), (), both, 443) in legs
    assert ("server-03", ("load_balancer",), (), both, 5061) in legs
    assert ("dnslb-04", ("reverse_proxy", "front_end"), ("10.1.0.102",), (), 443) in legs
    assert ("dnslb-04", ("load_balancer",), (), both, 4443) in legs
    assert len(legs) == len(found) == 9, "one check for all"
    assert {leg.pool for leg in found} == {"pool1.example.com"}


def test_members_with_ports_of_their_own_are_legs_of_their_own() -> None:
    moved = member("fe_02", options={"port_overrides": {"server-12": 8443}})
    found = balanced_traffic(listeners(pool("dns", member("fe01"), moved)))
    legs = {(leg.hosts, leg.port) for leg in found if leg.row == "dnslb-02" and leg.sources == ("load_balancer",)}
    assert legs == {(("fe01",), 443), (("fe_02",), 8443)}
