# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bounds on what a host may send: a deadline and a size for each HTTP exchange, nothing compressed, no redirect.

`binding` makes them hold.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ...module_utils._options.words import LARGEST_ANSWER

MEGABYTE = 1024 * 1024

_EXCHANGE = 60.0  # seconds of a request that belongs to no command, such as Ansible's own when it closes the shell
# A WS-Man message has hundreds of elements, and an element takes 100 bytes of memory for each of its 4.
_MOST_MARKUP = 200_000
# pywinrm joins sealed parts one by one, which is quadratic; only CredSSP has several, of 16 KB each.
_MOST_SEALED_PARTS = 4096
_SEALED_PART = b"--Encrypted Boundary"
_ENCODING = re.compile(rb"\s*(?:\xef\xbb\xbf)?<\?xml[^>]*?encoding\s*.\s*[\"']([^\"']*)")
_ENCODINGS = (b"utf-8", b"us-ascii", b"ascii")
_HEAD = 500  # bytes


class BoundsExceeded(Exception):
    """A host sent more, or took longer, than it may; the message says what, and the remedy."""


class OutOfTime(BoundsExceeded):
    """It took longer."""


class Bounds:
    """The bounds of one connection.

    Attributes:
        largest: Bytes of one message, and of the output of one command.
        exceeded: What was exceeded last; Ansible's connection keeps only the text of an exception.
    """

    def __init__(self, largest: int = LARGEST_ANSWER * MEGABYTE, clock: Callable[[], float] = time.monotonic) -> None:
        """Nothing is sent yet.

        Args:
            largest: Bytes.
            clock: Seconds; for tests.
        """
        self.largest = largest
        self.exceeded: BoundsExceeded | None = None
        self._clock = clock
        self._end: float | None = None
        self._each = _EXCHANGE
        self._exchange_end = 0.0

    @contextmanager
    def within(self, seconds: float) -> Iterator[float]:
        """All requests in the block together have so many seconds; a block around it that ends earlier counts.

        Yields:
            The end, by the clock.
        """
        outer = self._end
        end = self._clock() + seconds
        self._end = end if outer is None else min(end, outer)
        try:
            yield self._end
        finally:
            self._end = outer

    @contextmanager
    def anew(self, seconds: float) -> Iterator[None]:
        """Each request in the block has so many seconds, whatever a block around it has left: to tidy up after it."""
        outer = self._end, self._each
        self._end, self._each = None, seconds
        try:
            yield
        finally:
            self._end, self._each = outer

    def begin(self) -> None:
        """A request begins."""
        self._exchange_end = self._clock() + self._each

    def left(self) -> float:
        """Seconds left, more than none.

        Raises:
            OutOfTime: There are none.
        """
        seconds = (self._exchange_end if self._end is None else self._end) - self._clock()
        if seconds <= 0:
            self.exceeded = OutOfTime(
                "the host took too long: it had not answered to the end when the time for it was over"
            )
            raise self.exceeded
        return seconds

    def check_size(self, size: int, what: str) -> None:
        """Raise where something is larger than it may be.

        Raises:
            BoundsExceeded: It is.
        """
        if size > self.largest:
            self.exceed(
                f"{what} is larger than the {self.largest // MEGABYTE} MB that are taken from a host. Where the host "
                "really has so many rules, raise largest_answer"
            )

    def exceed(self, message: str) -> None:
        """Raise, and keep what was raised.

        Raises:
            BoundsExceeded: Always.
        """
        self.exceeded = BoundsExceeded(message)
        raise self.exceeded


def check_sealed_parts(body: bytes, bounds: Bounds) -> None:
    """Raise where an answer is sealed in more parts than are put together.

    Args:
        body: The HTTP body.
        bounds: The bounds.

    Raises:
        BoundsExceeded: It is.
    """
    if body.count(_SEALED_PART) > _MOST_SEALED_PARTS:
        bounds.exceed("the host's answer is sealed in too many parts; no Windows does that")


def check_text(text: bytes, bounds: Bounds) -> None:
    """Raise where an XML text would take far more memory or time than its bytes do.

    Args:
        text: An envelope.
        bounds: The bounds.

    Raises:
        BoundsExceeded: It would.
    """
    if text.count(b"<") > _MOST_MARKUP or text.count(b"=") > _MOST_MARKUP:
        bounds.exceed("the host's answer has too many XML elements or attributes; no Windows answers like that")
    # Entities may expand to gigabytes; another encoding could hide them.
    encoding = _ENCODING.match(text[:_HEAD])
    if b"<!" in text or b"\0" in text or (encoding and encoding[1].lower() not in _ENCODINGS):
        bounds.exceed("the host's answer has an XML document type or encoding that no Windows sends")
