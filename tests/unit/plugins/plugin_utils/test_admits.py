# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is admitted, in a result: where the list is cut, the least of it is."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.profiles import ProfileState
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule import Direction, Profile
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.snapshot import (
    RUNNING,
    ServiceState,
    Snapshot,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.traffic.admitted import Admission, Wider
from ansible_collections.lyncops.firewall.plugins.module_utils._net.address_set import AddressSet
from ansible_collections.lyncops.firewall.plugins.module_utils._options.reading import read_addresses
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.effect import judge_policy
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.policy import build_policy
from ansible_collections.lyncops.firewall.plugins.plugin_utils._admits import MOST_ADDRESSES, Admits

_SNAPSHOT = Snapshot(profiles=tuple(map(ProfileState, Profile)), rules=(), service=ServiceState(RUNNING, 2))


def told(*addresses: str) -> list[str]:
    """What a result says of a row that admits these."""
    effect: Any = SimpleNamespace(
        demand=SimpleNamespace(direction=Direction.IN), admission=Admission(read_addresses("x", addresses))
    )
    return list(Admits(lambda names: (list(names), 0)).of(effect)["admits"])


def test_a_network_is_not_what_is_cut() -> None:
    servers = [f"10.1.0.{2 * number}" for number in range(MOST_ADDRESSES + 3)]
    assert told(*servers, "10.20.0.0/16") == [
        "10.20.0.0/16",
        *servers[: MOST_ADDRESSES - 1],
        "and 4 more",
    ]
    assert told(*servers[:2], "10.20.0.0/16") == [*servers[:2], "10.20.0.0/16"], "else they are in order"


def test_who_may_get_in_beside_those_who_do_is_told_last() -> None:
    """A report has it as it is here: on the page, as JSON and as CSV."""
    at = AddressSet.parse(["192.0.2.1"])
    maybe = Wider(AddressSet.any(), True, ("DataProxy",), perhaps=True, at=at, here=False)
    sure = Wider(AddressSet.parse(["203.0.113.7"]), False, ("partner",), at=at, here=False, beside=maybe)
    (row, *_rest) = judge_policy(build_policy(["front_end"]), _SNAPSHOT)
    effect = replace(row, admission=Admission(AddressSet.any(), sure))
    found = Admits(lambda names: (list(names), 0)).of(effect)["wider"]
    assert found["addresses"] == ["203.0.113.7", "at 192.0.2.1", "perhaps everybody, at 192.0.2.1, by DataProxy"]
    assert (found["by"], found["perhaps"]) == (["partner"], False)
