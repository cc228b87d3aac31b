# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses of names, looked up in threads of their own: one that the resolver is slow with delays no other.

A lookup cannot be ended: the C library's resolver waits 10 s and more for a server that is silent (resolv.conf(5),
timeout and attempts). What takes too long is left behind, in a thread that no exit of Python waits for.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import threading
from collections.abc import Callable

NAMES_AT_ONCE = 100
"""Names that are looked up at a time; one that is left behind no longer counts."""


class Names:
    """Looks up names, each once. It is for one event loop, and made in it."""

    def __init__(self, resolve: Callable[[str], str], timeout: float) -> None:
        """Nothing is asked yet.

        Args:
            resolve: Gives the address of a name, and may take its time; raises OSError or UnicodeError.
            timeout: Seconds for a name, from when its lookup begins.
        """
        self._resolve = resolve
        self._timeout = timeout
        self._under_way = asyncio.Semaphore(NAMES_AT_ONCE)
        self._known: dict[str, asyncio.Future[str]] = {}

    async def settled(self, name: str) -> None:
        """Wait until the lookup of a name has ended, well or not."""
        await asyncio.wait([self._begun(name)])

    async def address(self, name: str) -> str:
        """The first address of a name, or the name itself where it is an address.

        Raises:
            OSError: It has none, or the resolver took too long.
            UnicodeError: It cannot be a name.
        """
        return await asyncio.shield(self._begun(name))

    def _begun(self, name: str) -> asyncio.Future[str]:
        if name not in self._known:
            self._known[name] = asyncio.ensure_future(self._looked_up(name))
        return self._known[name]

    async def _looked_up(self, name: str) -> str:
        if _is_address(name):
            return name
        async with self._under_way:
            try:
                return await asyncio.wait_for(self._in_a_thread(name), self._timeout)
            except asyncio.TimeoutError:
                raise OSError(f"the resolver did not answer within {self._timeout:g} s") from None

    def _in_a_thread(self, name: str) -> asyncio.Future[str]:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[str] = loop.create_future()

        def settle(error: Exception | None, found: str) -> None:
            if future.done():  # it is too late
                return
            if error:
                future.set_exception(error)
            else:
                future.set_result(found)

        def ask() -> None:
            error: Exception | None = None
            found = ""
            try:
                found = self._resolve(name)
            except (OSError, UnicodeError) as why:
                error = why
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(settle, error, found)

        # Threads of a pool would be waited for when Python ends.
        threading.Thread(target=ask, daemon=True).start()
        return future


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
