# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses of names, and what a resolver says when nobody waits any more."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._probe.names import Names


@pytest.mark.parametrize("late", ["10.0.0.1", OSError("no such name")], ids=["an address", "an error"])
def test_an_answer_that_comes_too_late_counts_for_nothing(late: str | OSError) -> None:
    """The event loop that it comes to is told of no fault, and the name stays without an address."""
    released, faults = threading.Event(), list[dict[str, Any]]()

    def resolve(_name: str) -> str:
        assert released.wait(10)
        if isinstance(late, OSError):
            raise late
        return late

    async def ask() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _loop, fault: faults.append(fault))
        names, before = Names(resolve, 0.05), set(threading.enumerate())
        with pytest.raises(OSError, match="the resolver did not answer within"):
            await names.address("fe01.contoso.test")
        (thread,) = set(threading.enumerate()) - before
        released.set()
        await asyncio.to_thread(thread.join, 10)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        with pytest.raises(OSError, match="the resolver did not answer within"):
            await names.address("fe01.contoso.test")

    asyncio.run(ask())
    assert faults == []
