# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is widest comes first, whichever family it is of."""

from __future__ import annotations

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._net.widest import widest_first
from ansible_collections.lyncops.firewall.plugins.module_utils._options.reading import read_addresses

GIVEN = ["10.0.0.1", "10.0.0.3", "10.20.0.0/16", "10.9.0.1-10.9.0.9", "2000::/8", "LocalSubnet"]


@pytest.mark.parametrize(
    ("most", "texts"),
    [
        (None, ["2000::/8", "10.20.0.0/16", "10.9.0.1-10.9.0.9", "10.0.0.1", "10.0.0.3"]),
        (2, ["2000::/8", "10.20.0.0/16"]),
        (0, []),
    ],
)
def test_the_widest_come_first(most: int | None, texts: list[str]) -> None:
    assert widest_first(read_addresses("x", GIVEN), most) == texts
