# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a load balancer is told of itself, against its listeners."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._options.reading import OptionError
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.balanced import balancer_listeners
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.balanced_fit import see_that_they_fit
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.pools import read_pool
from ansible_collections.lyncops.firewall.tests.unit.plugins.module_utils._policy.pool_facts import member, pool


def fit(source: Any = "", seconds: Any = 0, address: str = "fd00:1::12") -> None:
    found = balancer_listeners([read_pool(pool("dns", member("fe01"), member("fe02", address=address)))])
    see_that_they_fit(found, source, seconds)


@pytest.mark.parametrize(
    ("source", "seconds", "message"),
    [
        (
            "10.1.0.5",
            0,
            r"lync_load_balancer_source: from 10.1.0.5 nobody can connect to fe02 \(fd00:1::12\), a member of pool "
            "pool1.example.com: one is IPv4 and the other IPv6",
        ),
        ("fd00::5", 0, r"lync_load_balancer_source: from fd00::5 nobody can connect to fe01 \(10.0.0.1\)"),
        ("lb01", 0, "lync_load_balancer_source: 'lb01' is no address"),
        ("::ffff:10.1.0.5", 0, "lync_load_balancer_source: .*say 10.1.0.5"),
        ("", 0.0004, "lync_load_balancer_check_seconds: 0.0004 seconds between two checks are not possible; 0.1 is"),
        ("", -1, "lync_load_balancer_check_seconds: -1 seconds"),
        ("", "inf", "lync_load_balancer_check_seconds: inf seconds"),
        ("", "nan", "lync_load_balancer_check_seconds: nan seconds"),
        ("", "often", "lync_load_balancer_check_seconds: 'often' is no number of seconds"),
    ],
)
def test_what_does_not_fit_is_told(source: Any, seconds: Any, message: str) -> None:
    with pytest.raises(OptionError, match=message):
        fit(source, seconds)


@pytest.mark.parametrize(("source", "seconds"), [("", 0), ("", "0.1"), (None, None), ("", 7)])
def test_what_fits_is_left_alone(source: Any, seconds: Any) -> None:
    fit(source, seconds)
    fit("10.1.0.5", seconds, address="10.0.0.2")
