# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is admitted, in a result: where the list is cut, the least of it is."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule import Direction
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.traffic.admitted import Admission
from ansible_collections.lyncops.firewall.plugins.module_utils._options.reading import read_addresses
from ansible_collections.lyncops.firewall.plugins.plugin_utils._admits import MOST_ADDRESSES, Admits


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
