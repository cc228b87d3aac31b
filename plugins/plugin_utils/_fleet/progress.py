# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One line at the bottom of a terminal that is rewritten in place and leaves nothing behind.

Others print while it is shown: Ansible's own output comes first for every event, before any other callback can take the
line away. So while the line may be there, `sys.stdout` and `sys.stderr` are stand-ins that erase it before they print
anything. They hold nothing back, and pass on whatever else is asked of them.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterable
from types import TracebackType
from typing import TYPE_CHECKING, Any, TextIO

from ...module_utils._texts import printable
from .table import cut

if TYPE_CHECKING:
    from typing_extensions import Self

_ERASE = "\r\x1b[K"
_FALLBACK_COLUMNS = 80


class ProgressLine:
    """The line. Nothing is shown, and no stream replaced, until it is opened."""

    def __init__(self) -> None:
        self._lock = threading.RLock()  # results come from one thread of Ansible, warnings from another
        self._process = os.getpid()
        self._shown = False
        self._at_line_start = True
        self._stream: TextIO | None = None
        self._replaced: dict[str, tuple[Any, _StandIn]] = {}

    def open(self) -> None:
        """From now on the line can be shown."""
        if self._stream is not None:
            return
        self._stream = sys.stdout
        for name in ("stdout", "stderr"):
            stream = getattr(sys, name)
            if stream.isatty():
                self._replaced[name] = (stream, _StandIn(stream, self))
                setattr(sys, name, self._replaced[name][1])

    def close(self) -> None:
        """Take the line away and put the streams back."""
        with self._lock:
            self.erase()
            for name, (stream, stand_in) in self._replaced.items():
                if getattr(sys, name) is stand_in:  # somebody else may have put another one over it
                    setattr(sys, name, stream)
            self._replaced = {}
            self._stream = None
            self._at_line_start = True

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def show(self, text: str) -> None:
        """Show text in place of what is shown. Only while the line is open."""
        with self._lock:
            if self._stream is None or not self._at_line_start:  # somebody's line is not finished
                return
            # The last column stays free: a line that fills it would wrap, and could not be erased.
            self._stream.write(_ERASE + cut(printable(text), self._columns() - 1))
            self._stream.flush()
            self._shown = True

    def erase(self) -> None:
        """Take away what is shown, if anything."""
        with self._lock:
            if self._shown and self._stream is not None:
                self._stream.write(_ERASE)
                self._stream.flush()
            self._shown = False

    def print_above(self, stream: TextIO, text: str) -> int:
        """Print what somebody else has to say, in place of the line. That comes back with the next `show`."""
        if os.getpid() != self._process:  # a worker of Ansible: the line is its parent's, and so may be the lock
            return stream.write(text)
        with self._lock:
            self.erase()
            if text:
                self._at_line_start = text.endswith("\n")
            return stream.write(text)

    def _columns(self) -> int:
        try:
            columns = os.get_terminal_size(self._stream.fileno()).columns if self._stream else 0
        except (OSError, ValueError):
            columns = 0
        return columns or _FALLBACK_COLUMNS


class _StandIn:
    """A stream that erases the line before it prints."""

    def __init__(self, stream: TextIO, line: ProgressLine) -> None:
        self._stream = stream
        self._line = line

    def write(self, text: str) -> int:
        return self._line.print_above(self._stream, text)

    def writelines(self, lines: Iterable[str]) -> None:
        self.write("".join(lines))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
