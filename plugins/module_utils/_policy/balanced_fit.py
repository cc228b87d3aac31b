# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether listeners fit what else is said of the load balancer that has them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from .._options.reading import OptionError
from .balanced_model import BalancerListener
from .peers import SOURCE
from .pools import one_address

CHECK_SECONDS = "lync_load_balancer_check_seconds"
"""The variable that has the time between two checks."""

_LEAST_SECONDS = 0.1  # our choice: HAProxy takes 1 ms, which is an attack


def see_that_they_fit(listeners: Iterable[BalancerListener], source: Any, check_seconds: Any) -> None:
    """Raise OptionError where a load balancer could not do what it is to do.

    Args:
        listeners: Its listeners.
        source: The address that it connects to members from; empty for whichever the system chooses.
        check_seconds: Seconds between two checks of a member; 0 for those of the listeners.

    Raises:
        OptionError: Members cannot be reached from the source, as it is of another family; or checks are too many.
    """
    if source:
        _see_that_it_reaches(one_address(SOURCE, source), listeners)
    try:
        seconds = float(check_seconds or 0)
    except (TypeError, ValueError):
        raise OptionError(CHECK_SECONDS, f"{check_seconds!r} is no number of seconds") from None
    if seconds and not (math.isfinite(seconds) and seconds >= _LEAST_SECONDS):
        raise OptionError(
            CHECK_SECONDS, f"{check_seconds} seconds between two checks are not possible; {_LEAST_SECONDS} is the least"
        )


def _see_that_it_reaches(source: str, listeners: Iterable[BalancerListener]) -> None:
    for listener in listeners:
        for member in listener.members:
            if (":" in source) != (":" in member.address):
                raise OptionError(
                    SOURCE,
                    f"from {source} nobody can connect to {member.host} ({member.address}), a member of pool "
                    f"{listener.pool}: one is IPv4 and the other IPv6; give the member an address of the other kind in "
                    "lync_firewall_addresses, or leave the source to the system",
                )
